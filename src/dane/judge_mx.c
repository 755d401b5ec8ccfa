/* SPDX-License-Identifier: Apache-2.0 */
/* Findings on the root, the MX answer, and what the hosts come to together. */
#include <string.h>

#include "base/text.h"
#include "dane/judge.h"
#include "dane/rules.h"

static void judge_null_mx(struct dp_judge *judge, const char *domain)
{
	const struct dp_message *mx = &judge->facts->mx.message;
	struct dp_words words = { .host = domain };

	for (size_t i = 0; i < mx->rr_count; i++) {
		if (mx->rrs[i].rdata_len != 3 || mx->rrs[i].rdata[2] != 0)
			continue;
		if (mx->rr_count == 1 && mx->rrs[i].rdata[0] == 0 && mx->rrs[i].rdata[1] == 0) {
			dp_finding_add(&judge->findings, DP_REASON_NULL_MX, &dp_subject_none,
				domain, &words);
			return;
		}
		words.detail =
			mx->rr_count > 1 ? "beside other MX records" : "its preference is not 0";
		dp_finding_add(&judge->findings, DP_REASON_MX_NULL_MIXED, &dp_subject_none, domain,
			&words);
	}
}

/* Does it keep DANE senders from delivering there, as far as was seen? Not so when this machine
 * could not go there, or was refused as a client. */
static bool is_useless(const struct dp_host_facts *host, const struct dp_host_verdict *verdict)
{
	if (verdict->outcome != DP_UNDETERMINED)
		return verdict->outcome == DP_FAILED;
	if (verdict->by_dns || !verdict->unreachable || host->down)
		return verdict->by_dns;
	for (size_t i = 0; i < host->addr_count; i++) {
		const struct dp_addr_facts *addr = host->addrs[i];

		if (addr->probe_count == 0 ||
			addr->probes[addr->probe_count - 1].stage != DP_STAGE_CONNECT ||
			addr->probes[addr->probe_count - 1].status == DP_NO_ROUTE)
			return false;
	}
	return host->addr_count > 0 || dp_rule_addresses(host) == DP_ADDRESSES_NONE;
}

/* What the hosts come to together. */
void dp_judge_hosts_together(struct dp_judge *judge, const char *domain)
{
	const struct dp_facts *facts = judge->facts;
	size_t counts[DP_OUTCOMES] = { 0 }, useless = 0;
	struct dp_buf with, without;

	dp_buf_init(&with, judge->arena);
	dp_buf_init(&without, judge->arena);
	for (size_t i = 0; i < facts->host_count; i++) {
		const struct dp_host_verdict *host = &judge->verdict->hosts[i];
		const char *name = dp_judge_label(judge, (int)i, -1);

		counts[host->outcome]++;
		useless += is_useless(&facts->hosts[i], host) ? 1 : 0;
		if (host->outcome == DP_VERIFIED || host->outcome == DP_NO_DANE)
			dp_buf_printf(&with, "%s%s", with.len > 0 ? ", " : "", name);
		if (host->outcome == DP_NO_DANE)
			dp_buf_printf(&without, "%s%s", without.len > 0 ? ", " : "", name);
	}
	if (counts[DP_NO_DANE] > 0 && counts[DP_NO_DANE] < facts->host_count &&
		facts->mx.security == DP_SECURE && judge->verdict->outcome != DP_UNDETERMINED) {
		struct dp_words words = { .host = domain,
			.detail = dp_arena_printf(judge->arena, "none at %s", without.data) };

		dp_finding_add(&judge->findings, DP_REASON_DOMAIN_PARTLY_PROTECTED,
			&dp_subject_none, domain, &words);
	}
	if (with.len > 0 && useless > 0) {
		struct dp_words words = { .host = domain, .detail = with.data };

		dp_finding_add(&judge->findings, DP_REASON_DOMAIN_DELIVERS_THROUGH,
			&dp_subject_none, domain, &words);
	}
}

/* RFC 7672 s2.2.1 leaves it to the sender whether TLSA records of an insecurely found host count.
 */
static void judge_insecure_domain(struct dp_judge *judge, const char *domain)
{
	const struct dp_facts *facts = judge->facts;
	struct dp_insecure insecure = dp_judge_insecure_way(judge);
	struct dp_words words = { .host = domain, .detail = insecure.why, .fix = insecure.fix };

	dp_finding_add(&judge->findings, DP_REASON_MX_INSECURE, &dp_subject_none, domain, &words);
	for (size_t i = 0; i < facts->host_count; i++) {
		struct dp_subject subject = dp_subject_none;

		if (judge->verdict->hosts[i].outcome != DP_FAILED)
			continue;
		subject.host = (int)i;
		words.host = dp_judge_name(judge, &facts->hosts[i].name);
		dp_finding_add(&judge->findings, DP_REASON_INSECURE_MX_HOST_FAILS, &subject,
			words.host, &words);
	}
}

static void judge_failed_mx(struct dp_judge *judge, const char *domain)
{
	const struct dp_lookup *mx = &judge->facts->mx;
	struct dp_words words = { .host = domain,
		.detail = dp_judge_failure(judge, mx),
		.fix = dp_judge_bogus_fix(judge, mx) };

	if (mx->state == DP_LOOKUP_CANCELLED || judge->rootless)
		return; /* another finding says it */
	dp_finding_add(&judge->findings,
		dp_judge_bogus(mx) ? DP_REASON_MX_BOGUS : DP_REASON_MX_LOOKUP_FAILED,
		&dp_subject_none, domain, &words);
}

/* Whose answer is missing or wrong, and how. */
static const char *environment_detail(struct dp_judge *judge, const struct dp_lookup *lookup)
{
	const struct dp_facts *facts = judge->facts;
	const char *failure = dp_judge_failure(judge, lookup), *about = "the DNS root's keys";

	if (lookup == facts->absent)
		about = "a name that does not exist";
	if (lookup == facts->tld)
		about = dp_arena_printf(
			judge->arena, "the DS records of %s", dp_judge_name(judge, &lookup->name));
	return dp_arena_printf(judge->arena, "asked for %s: %s", about, failure);
}

static enum dp_reason environment_reason(
	const struct dp_facts *facts, const struct dp_lookup *lookup)
{
	if (dp_rule_out_of_time(lookup))
		return DP_REASON_CLOCK_SUSPECT;
	if (strcmp(facts->resolver_mode, "recursive") != 0)
		return DP_REASON_RESOLVER_UNUSABLE;
	if (lookup->state == DP_LOOKUP_TIMEOUT || (facts->offline && !dp_judge_bogus(lookup)))
		return DP_REASON_DNS_UNREACHABLE;
	return lookup == facts->root && dp_judge_bogus(lookup) ? DP_REASON_ROOT_NOT_VALIDATED
							       : DP_REASON_DNS_INTERCEPTED;
}

/* Failed lookups may be our own fault: questions whose answers are known beforehand say. */
void dp_judge_root(struct dp_judge *judge)
{
	const struct dp_facts *facts = judge->facts;
	const struct dp_lookup *lookup = dp_rule_environment(facts);
	bool system = strcmp(facts->resolver_mode, "system") == 0;
	struct dp_words words = { .host = system ? "of /etc/resolv.conf" : facts->resolver_mode };
	char now[DP_TIME_TEXT_MAX];
	enum dp_reason reason;

	if (lookup == NULL)
		return;
	judge->rootless = true;
	reason = environment_reason(facts, lookup);
	words.detail = reason == DP_REASON_CLOCK_SUSPECT ? dp_text_time(facts->clock_utc_s, now)
							 : environment_detail(judge, lookup);
	if (reason == DP_REASON_DNS_UNREACHABLE && facts->offline)
		words.detail = "this machine has no route to the Internet";
	else if (reason == DP_REASON_DNS_UNREACHABLE &&
		strncmp(facts->resolver_why, "the ", 4) == 0)
		words.detail =
			dp_arena_printf(judge->arena, "%s; %s", words.detail, facts->resolver_why);
	dp_finding_add(
		&judge->findings, reason, &dp_subject_none, dp_judge_label(judge, -1, -1), &words);
}

void dp_judge_wrong_owner(struct dp_judge *judge, const char *domain)
{
	const struct dp_facts *facts = judge->facts;
	const struct dp_lookup *tlsa = facts->tlsa_domain;
	struct dp_words words = { 0 };

	if (tlsa == NULL || tlsa->state != DP_LOOKUP_DATA || facts->host_count == 0)
		return;
	words.record = dp_judge_name(judge, &tlsa->name);
	words.host = dp_judge_name(judge, &facts->hosts[0].name);
	words.fix = dp_arena_printf(
		judge->arena, "_%u._tcp.%s", (unsigned)facts->hosts[0].port, words.host);
	dp_finding_add(
		&judge->findings, DP_REASON_TLSA_WRONG_OWNER, &dp_subject_none, domain, &words);
}

void dp_judge_mx(struct dp_judge *judge)
{
	const struct dp_facts *facts = judge->facts;
	const struct dp_lookup *mx = &facts->mx;
	const char *domain = dp_judge_label(judge, -1, -1);
	struct dp_words words = { .host = domain };

	dp_judge_filter(judge);
	if (!facts->target.is_domain || !dp_rule_final(mx))
		return;
	if (facts->target.is_service) {
		dp_judge_srv(judge, domain);
		return;
	}
	if (dp_rule_lookup_failed(mx)) {
		judge_failed_mx(judge, domain);
		return;
	}
	dp_judge_signatures(judge, mx);
	if (mx->state == DP_LOOKUP_NXDOMAIN) {
		words.detail =
			mx->security == DP_SECURE ? "proven by DNSSEC" : "not protected by DNSSEC";
		dp_finding_add(&judge->findings, DP_REASON_DOMAIN_NOT_FOUND, &dp_subject_none,
			domain, &words);
		return;
	}
	if (mx->state == DP_LOOKUP_NODATA)
		dp_finding_add(
			&judge->findings, DP_REASON_MX_IMPLICIT, &dp_subject_none, domain, &words);
	judge_null_mx(judge, domain);
	if (facts->host_dropped > 0) {
		words.detail = dp_arena_printf(
			judge->arena, "%zu MX hosts were not looked at", facts->host_dropped);
		dp_finding_add(
			&judge->findings, DP_REASON_MX_TOO_MANY, &dp_subject_none, domain, &words);
	}
	if (mx->security == DP_INSECURE && facts->host_count > 0)
		judge_insecure_domain(judge, domain);
	dp_judge_wrong_owner(judge, domain);
	dp_judge_hosts_together(judge, domain);
}
