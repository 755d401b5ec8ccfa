/* SPDX-License-Identifier: Apache-2.0 */
/* What to do next: see policy.h. Everything that does not depend on another answer goes out at
 * once. */
#include "dane/policy.h"

#include <string.h>

#include "dane/plan.h"
#include "dane/rules.h"

#define HTTPS_PORT 443

bool dp_plan_ask(struct dp_plan *plan, struct dp_lookup *lookup, const struct dp_name *name,
	uint16_t type, bool hint)
{
	if (lookup->state != DP_LOOKUP_NOT_ASKED || name->len == 0 || plan->count == plan->max)
		return false;
	lookup->state = DP_LOOKUP_PENDING;
	lookup->name = *name;
	lookup->type = type;
	plan->tasks[plan->count++] =
		(struct dp_task){ .kind = DP_TASK_LOOKUP, .lookup = lookup, .hint = hint };
	return true;
}

/* The same, of a lookup that is made now. */
static bool ask_new(struct dp_plan *plan, struct dp_lookup **lookup, const struct dp_name *name,
	uint16_t type, bool hint)
{
	if (*lookup != NULL || name->len == 0 || plan->count == plan->max)
		return false;
	*lookup = dp_arena_alloc(plan->facts->arena, sizeof(**lookup));
	return dp_plan_ask(plan, *lookup, name, type, hint);
}

static void ask_tlsa(
	struct dp_plan *plan, struct dp_lookup *lookup, const struct dp_name *base, uint16_t port)
{
	struct dp_name owner;

	if (lookup->state == DP_LOOKUP_NOT_ASKED && dp_name_tlsa_owner(base, port, &owner))
		dp_plan_ask(plan, lookup, &owner, DP_TYPE_TLSA, false);
}

static void hint_tlsa(
	struct dp_plan *plan, struct dp_lookup **lookup, const struct dp_name *base, uint16_t port)
{
	struct dp_name owner;

	if (*lookup == NULL && dp_name_tlsa_owner(base, port, &owner))
		ask_new(plan, lookup, &owner, DP_TYPE_TLSA, true);
}

/* --- addresses --- */

static void add_addr(const struct dp_facts *facts, struct dp_host_facts *host,
	const struct dp_ip *ip, uint16_t port, bool forced)
{
	for (size_t i = 0; i < host->addr_count; i++) {
		if (dp_ip_equal(&host->addrs[i]->ip, ip) && host->addrs[i]->port == port)
			return;
	}
	if (host->addr_count == DP_ADDRS_MAX || dp_plan_all_addrs(facts) >= DP_ADDRS_ALL_MAX) {
		host->addr_dropped++;
		return;
	}
	*dp_facts_add_addr(host, facts->arena) =
		(struct dp_addr_facts){ .ip = *ip, .port = port, .forced = forced };
}

/* --connect replaces the addresses of a host; names, SNI and TLSA stay. */
static bool forced_addrs(const struct dp_facts *facts, struct dp_host_facts *host)
{
	bool any = false;

	for (size_t i = 0; i < facts->target.connect_count; i++) {
		uint16_t port = facts->target.connect_port[i];

		if (!dp_name_equal(&facts->target.connect_host[i], &host->name))
			continue;
		add_addr(facts, host, &facts->target.connect[i], port != 0 ? port : host->port,
			true);
		any = true;
	}
	return any;
}

static void take_addrs(const struct dp_facts *facts, struct dp_host_facts *host,
	const struct dp_lookup *lookup, bool *taken)
{
	size_t bytes = lookup->type == DP_TYPE_A ? 4 : 16;

	if (*taken || !dp_rule_final(lookup))
		return;
	*taken = true;
	if (lookup->state != DP_LOOKUP_DATA || dp_rule_lookup_failed(lookup))
		return;
	for (size_t i = 0; i < lookup->message.rr_count; i++) {
		const struct dp_rr *rr = &lookup->message.rrs[i];
		struct dp_ip ip = { .family = bytes == 4 ? 4 : 6 };

		if (rr->rdata_len != bytes)
			continue;
		memcpy(ip.bytes, rr->rdata, bytes);
		add_addr(facts, host, &ip, host->port, false);
	}
}

static void plan_addresses(struct dp_plan *plan, struct dp_host_facts *host)
{
	struct dp_facts *facts = plan->facts;
	bool insecure_alias;

	/* Both, whatever is connected to: each may be the one that makes the host secure, or exist.
	 */
	dp_plan_ask(plan, &host->a, &host->name, DP_TYPE_A, false);
	dp_plan_ask(plan, &host->aaaa, &host->name, DP_TYPE_AAAA, false);
	if (facts->target.given == NULL && !forced_addrs(facts, host)) {
		if (facts->target.want_v4)
			take_addrs(facts, host, &host->a, &host->a_taken);
		if (facts->target.want_v6)
			take_addrs(facts, host, &host->aaaa, &host->aaaa_taken);
	}
	/* An insecure answer with aliases: is the first alias itself secure? (RFC 7672 s2.2.2) */
	insecure_alias = (host->a.state == DP_LOOKUP_DATA && host->a.security == DP_INSECURE &&
				 host->a.message.alias_count > 0) ||
		(host->aaaa.state == DP_LOOKUP_DATA && host->aaaa.security == DP_INSECURE &&
			host->aaaa.message.alias_count > 0);
	if (insecure_alias && dp_rule_secure_addresses(host) == NULL)
		ask_new(plan, &host->cname, &host->name, DP_TYPE_CNAME, false);
}

/* TLSA as soon as one family is secure; both candidates at once (RFC 7672 s2.2.3, RFC 7671 s7). */
static void plan_tlsa(struct dp_plan *plan, struct dp_host_facts *host)
{
	const struct dp_lookup *secure = dp_rule_secure_addresses(host);

	if (plan->facts->target.records != NULL)
		return;
	if (secure != NULL) {
		const struct dp_name *canonical = &secure->message.canonical;

		ask_tlsa(plan, &host->tlsa[0], canonical, host->port);
		if (!dp_name_equal(canonical, &host->name))
			ask_tlsa(plan, &host->tlsa[1], &host->name, host->port);
	} else if (dp_rule_addresses(host) == DP_ADDRESSES_ALIAS) {
		ask_tlsa(plan, &host->tlsa[0], &host->name, host->port);
	}
}

/* A first record: how long is it remembered that there was none (RFC 2308 s5)? The signer of the
 * addresses is the apex of their zone (RFC 4035 s2.2). */
static void plan_soa(struct dp_plan *plan, struct dp_host_facts *host)
{
	const struct dp_lookup *secure = dp_rule_secure_addresses(host);
	int index;

	if (!plan->facts->target.plan || secure == NULL ||
		dp_rule_tlsa(plan->facts, host, &index) != DP_TLSA_NONE)
		return;
	for (size_t i = 0; i < secure->message.rrsig_count; i++) {
		const struct dp_rrsig *rrsig = &secure->message.rrsigs[i];

		if (rrsig->covered == secure->type &&
			dp_name_equal(&rrsig->owner, &secure->message.canonical))
			ask_new(plan, &host->soa, &rrsig->signer, DP_TYPE_SOA, true);
	}
}

/* --- explanation --- */

/* DS of every ancestor, TLD first: the last secure answer shows where security ends. */
static void ask_ancestors(
	struct dp_plan *plan, struct dp_lookup **ds, size_t *count, const struct dp_name *name)
{
	size_t labels = dp_name_labels(name);

	while (*count < DP_DS_MAX && *count < labels) {
		struct dp_name ancestor = dp_name_parent(name, labels - 1 - *count);

		if (!ask_new(plan, &ds[*count], &ancestor, DP_TYPE_DS, true))
			return;
		(*count)++;
	}
}

static bool insecure(const struct dp_lookup *lookup)
{
	return dp_rule_final(lookup) && !dp_rule_lookup_failed(lookup) &&
		lookup->security == DP_INSECURE;
}

/* Has anything failed that may be our own environment's fault? */
static bool troubled(const struct dp_facts *facts)
{
	if (dp_rule_lookup_failed(&facts->mx))
		return true;
	for (size_t i = 0; i < facts->host_count; i++) {
		const struct dp_host_facts *host = &facts->hosts[i];

		if (dp_rule_lookup_failed(&host->a) || dp_rule_lookup_failed(&host->aaaa) ||
			dp_rule_lookup_failed(&host->tlsa[0]) ||
			dp_rule_lookup_failed(&host->tlsa[1]))
			return true;
	}
	return false;
}

/* A zone with a DS that is insecure all the same: are its NSEC3 iterations too many (RFC 9276
 * s3.2)? */
static void ask_nsec3param(
	struct dp_plan *plan, struct dp_lookup **lookup, struct dp_lookup *const *ds, size_t count)
{
	const struct dp_lookup *last = NULL;

	for (size_t i = 0; i < count; i++) {
		if (ds[i]->security == DP_SECURE && dp_rule_final(ds[i]) &&
			!dp_rule_lookup_failed(ds[i]))
			last = ds[i];
	}
	if (last != NULL && last->state == DP_LOOKUP_DATA)
		ask_new(plan, lookup, &last->name, DP_TYPE_NSEC3PARAM, true);
}

/* The names below which a record may have been published by mistake. Nobody has said that there is
 * to be one for each port that --all-ports looks at. */
static void ask_wrong_owners(struct dp_plan *plan, struct dp_host_facts *host)
{
	const struct dp_target *target = &plan->facts->target;
	struct dp_name owner;

	if (target->if_published && !target->is_service)
		return;
	if (host->port != HTTPS_PORT && dp_name_tlsa_owner(&host->name, HTTPS_PORT, &owner))
		ask_new(plan, &host->tlsa_https, &owner, DP_TYPE_TLSA, true);
}

static void plan_host_hints(struct dp_plan *plan, struct dp_host_facts *host)
{
	int index;

	if (plan->facts->target.records != NULL)
		return;
	if (dp_rule_addresses(host) == DP_ADDRESSES_INSECURE) {
		hint_tlsa(plan, &host->tlsa_hint, &host->name, host->port);
		ask_ancestors(plan, host->ds, &host->ds_count,
			insecure(&host->a) ? &host->a.message.canonical
					   : &host->aaaa.message.canonical);
		ask_nsec3param(plan, &host->nsec3param, host->ds, host->ds_count);
	} else if (dp_rule_tlsa(plan->facts, host, &index) == DP_TLSA_NONE) {
		ask_wrong_owners(plan, host);
	}
}

/* Whose answers are known beforehand: are failures the peer's, or those of the way to the DNS? */
static void plan_environment(struct dp_plan *plan)
{
	static const struct dp_name root = { .len = 1 };
	/* No top-level domain begins with an underscore. */
	static const struct dp_name absent = { .len = 10, .wire = "\3_25\4_tcp" };
	struct dp_facts *facts = plan->facts;
	size_t labels = dp_name_labels(&facts->target.name);
	struct dp_name tld = dp_name_parent(&facts->target.name, labels > 0 ? labels - 1 : 0);

	ask_new(plan, &facts->root, &root, DP_TYPE_DNSKEY, true);
	ask_new(plan, &facts->absent, &absent, DP_TYPE_TLSA, true);
	ask_new(plan, &facts->tld, &tld, DP_TYPE_DS, true);
}

/* Asked last, errors ignored: nothing here changes a verdict. */
static void plan_hints(struct dp_plan *plan)
{
	struct dp_facts *facts = plan->facts;
	bool without = facts->host_count > 0;

	if (troubled(facts))
		plan_environment(plan);
	if (insecure(&facts->mx)) {
		ask_ancestors(plan, facts->ds, &facts->ds_count, &facts->target.name);
		ask_nsec3param(plan, &facts->nsec3param, facts->ds, facts->ds_count);
	}
	for (size_t i = 0; i < facts->host_count; i++) {
		int index;

		if (!facts->target.share_hosts)
			plan_host_hints(plan, &facts->hosts[i]);
		without &= dp_rule_tlsa(facts, &facts->hosts[i], &index) == DP_TLSA_NONE;
	}
	/* A common slip: the record stands below the mail domain instead of below its MX host. */
	if (without && facts->target.is_domain && facts->mx.state == DP_LOOKUP_DATA)
		hint_tlsa(plan, &facts->tlsa_domain, &facts->target.name, facts->hosts[0].port);
}

/* Resolvers that ask step by step (RFC 9156) meet the name above the record first. Our validator
 * does not, and mends a wrong denial besides (its proof shows that there is something below), so
 * the plain answer is wanted. */
static void ask_parents(struct dp_plan *plan)
{
	for (size_t i = 0; i < plan->facts->host_count && plan->count < plan->max; i++) {
		struct dp_host_facts *host = &plan->facts->hosts[i];
		struct dp_name parent = dp_name_parent(&host->tlsa[0].name, 1);

		if (dp_rule_secure_data(&host->tlsa[0]) &&
			ask_new(plan, &host->parent, &parent, DP_TYPE_A, true))
			plan->tasks[plan->count - 1].kind = DP_TASK_NAMESERVER;
	}
}

static bool pending(const struct dp_lookup *lookup)
{
	return lookup != NULL && lookup->state == DP_LOOKUP_PENDING;
}

static bool any_pending(struct dp_lookup *const *lookups, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		if (pending(lookups[i]))
			return true;
	}
	return false;
}

static bool host_pending(const struct dp_host_facts *host)
{
	if (host->awaited || pending(&host->a) || pending(&host->aaaa) || pending(host->cname) ||
		pending(&host->tlsa[0]) || pending(&host->tlsa[1]) || pending(host->tlsa_hint) ||
		pending(host->tlsa_https) || pending(host->parent) || pending(host->soa) ||
		pending(host->nsec3param) || any_pending(host->ds, host->ds_count))
		return true;
	for (size_t i = 0; i < host->addr_count; i++) {
		const struct dp_addr_facts *addr = host->addrs[i];

		if (addr->probe_count > 0 && addr->probes[addr->probe_count - 1].pending)
			return true;
	}
	return false;
}

static bool check_pending(const struct dp_facts *facts)
{
	if (pending(&facts->mx) || pending(facts->root) || pending(facts->absent) ||
		pending(facts->tld) || pending(facts->tlsa_domain) || pending(facts->nsec3param) ||
		any_pending(facts->ds, facts->ds_count))
		return true;
	for (size_t i = 0; i < facts->host_count; i++) {
		if (host_pending(&facts->hosts[i]))
			return true;
	}
	return false;
}

bool dp_policy_pending(const struct dp_facts *facts)
{
	return check_pending(facts) || dp_plan_nameservers_pending(facts);
}

static void plan_host(struct dp_plan *plan, struct dp_host_facts *host)
{
	if (plan->facts->target.share_hosts) {
		dp_plan_shared(plan, host);
		return;
	}
	plan_addresses(plan, host);
	plan_tlsa(plan, host);
	plan_soa(plan, host);
}

size_t dp_policy_next(struct dp_facts *facts, int64_t now_utc_s, struct dp_task *tasks, size_t max)
{
	struct dp_plan plan = {
		.facts = facts, .now_utc_s = now_utc_s, .tasks = tasks, .max = max
	};

	if (!facts->hosts_known)
		dp_plan_mx(&plan);
	for (size_t i = 0; i < facts->host_count; i++)
		plan_host(&plan, &facts->hosts[i]);
	for (size_t i = 0; i < facts->host_count && !facts->target.share_hosts; i++) {
		if (facts->target.given != NULL)
			dp_plan_given(&plan, &facts->hosts[i]);
		else
			dp_plan_probes(&plan, &facts->hosts[i]);
	}
	if (plan.count > 0 || !facts->hosts_known || check_pending(facts))
		return plan.count;
	plan_hints(&plan);
	if (plan.count == 0 && facts->target.all_nameservers) {
		ask_parents(&plan);
		dp_plan_nameservers(&plan);
	}
	return plan.count;
}
