/* SPDX-License-Identifier: Apache-2.0 */
/* Findings on DNS answers: MX, addresses, TLSA lookups, and where security ends. */
#include <string.h>

#include "base/text.h"
#include "dane/judge.h"
#include "dane/rules.h"

/* What a failed lookup did, in words. */
static const char *failure(struct dp_judge *judge, const struct dp_lookup *lookup)
{
	const char *why = lookup->why != NULL ? lookup->why : "";
	const char *sep = why[0] != '\0' ? ": " : "";

	if (lookup->state == DP_LOOKUP_TIMEOUT)
		return dp_arena_printf(judge->arena, "no answer in time%s%s", sep, why);
	if (lookup->state == DP_LOOKUP_CANCELLED)
		return "the run ended first";
	if (lookup->security == DP_BOGUS)
		return dp_arena_printf(judge->arena, "%s%s",
			why[0] != '\0' ? why : "the validator gives no reason",
			dp_judge_expired(judge, lookup));
	if (lookup->state == DP_LOOKUP_ERROR)
		return dp_arena_printf(judge->arena, "%s%s%s",
			dp_rcode_text(lookup->message.rcode, judge->arena), sep, why);
	return "its DNSSEC status cannot be determined";
}

static bool bogus(const struct dp_lookup *lookup)
{
	return lookup->security == DP_BOGUS && lookup->state != DP_LOOKUP_TIMEOUT &&
		lookup->state != DP_LOOKUP_CANCELLED;
}

/* "secure", "insecure": how far a denial is proven. */
static const char *denial(struct dp_judge *judge, const struct dp_lookup *lookup)
{
	const char *kind =
		lookup->state == DP_LOOKUP_NXDOMAIN ? "the name does not exist" : "no such record";

	return dp_arena_printf(judge->arena, "%s, %s", kind,
		lookup->security == DP_SECURE ? "proven by DNSSEC" : "not protected by DNSSEC");
}

/* What mends a bogus answer. */
static const char *bogus_fix(struct dp_judge *judge, const struct dp_lookup *lookup)
{
	if (dp_judge_expired(judge, lookup)[0] != '\0')
		return "Sign the zone again, and see why that did not happen in time: look at the schedule "
		       "and the clock of the signer.";
	if (lookup->type == DP_TYPE_TLSA)
		return "Sign the zone again; see that its denial of existence (NSEC, NSEC3) is complete.";
	return "Sign the zone again, or correct the DS record at its parent.";
}

/* --- the MX answer --- */

static bool looks_like_address(const struct dp_name *name)
{
	char text[DP_NAME_TEXT_MAX];
	struct dp_ip ip;

	dp_name_text(name, text);
	return dp_ip_parse(text, strlen(text), &ip);
}

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
		const struct dp_addr_facts *addr = &host->addrs[i];

		if (addr->probe_count == 0 ||
			addr->probes[addr->probe_count - 1].stage != DP_STAGE_CONNECT ||
			addr->probes[addr->probe_count - 1].status == DP_NO_ROUTE)
			return false;
	}
	return host->addr_count > 0 || dp_rule_addresses(host) == DP_ADDRESSES_NONE;
}

/* What the hosts come to together. */
static void judge_hosts_together(struct dp_judge *judge, const char *domain)
{
	const struct dp_facts *facts = judge->facts;
	size_t counts[DP_OUTCOMES] = { 0 }, useless = 0;
	struct dp_buf with, without;

	dp_buf_init(&with, judge->arena);
	dp_buf_init(&without, judge->arena);
	for (size_t i = 0; i < facts->host_count; i++) {
		const struct dp_host_verdict *host = &judge->verdict->hosts[i];
		const char *name = dp_judge_name(judge, &facts->hosts[i].name);

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
	struct dp_insecure insecure =
		dp_judge_insecure_because(judge, facts->ds, facts->ds_count, &facts->nsec3param);
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
	struct dp_words words = {
		.host = domain, .detail = failure(judge, mx), .fix = bogus_fix(judge, mx)
	};

	if (mx->state == DP_LOOKUP_CANCELLED || judge->rootless)
		return; /* another finding says it */
	dp_finding_add(&judge->findings,
		bogus(mx) ? DP_REASON_MX_BOGUS : DP_REASON_MX_LOOKUP_FAILED, &dp_subject_none,
		domain, &words);
}

/* Failed lookups may be our own fault: the root says. */
void dp_judge_root(struct dp_judge *judge)
{
	const struct dp_lookup *root = &judge->facts->root;
	const char *why = root->why != NULL ? root->why : "";
	bool clock =
		strstr(why, "signature expired") != NULL || strstr(why, "before inception") != NULL;
	bool recursive = strcmp(judge->facts->resolver_mode, "recursive") == 0;
	char now[DP_TIME_TEXT_MAX];
	bool system = strcmp(judge->facts->resolver_mode, "system") == 0;
	struct dp_words words = { .host = system ? "of /etc/resolv.conf"
						 : judge->facts->resolver_mode };

	if (!dp_rule_final(root) || dp_rule_secure_data(root) || root->state == DP_LOOKUP_CANCELLED)
		return;
	judge->rootless = true;
	words.detail = clock ? dp_text_time(judge->facts->clock_utc_s, now) : failure(judge, root);
	dp_finding_add(&judge->findings,
		clock               ? DP_REASON_CLOCK_SUSPECT
			: recursive ? DP_REASON_ROOT_NOT_VALIDATED
				    : DP_REASON_RESOLVER_UNUSABLE,
		&dp_subject_none, dp_judge_label(judge, -1, -1), &words);
}

static void judge_wrong_owner(struct dp_judge *judge, const char *domain)
{
	const struct dp_facts *facts = judge->facts;
	const struct dp_lookup *tlsa = &facts->tlsa_domain;
	struct dp_words words = { .record = dp_judge_name(judge, &tlsa->name) };

	if (tlsa->state != DP_LOOKUP_DATA || facts->host_count == 0)
		return;
	words.host = dp_judge_name(judge, &facts->hosts[0].name);
	words.fix = dp_arena_printf(
		judge->arena, "_%u._tcp.%s", (unsigned)facts->target.port, words.host);
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
	judge_wrong_owner(judge, domain);
	judge_hosts_together(judge, domain);
}

/* --- the answers of one host --- */

static void judge_family(struct dp_judge *judge, const struct dp_lookup *lookup,
	const struct dp_subject *subject, const char *host, bool other_serves)
{
	struct dp_words words = { .host = host,
		.record = dp_type_text(lookup->type, judge->arena) };

	if (lookup->state == DP_LOOKUP_CANCELLED || judge->rootless ||
		!dp_rule_lookup_failed(lookup))
		return;
	words.detail = failure(judge, lookup);
	words.fix = bogus_fix(judge, lookup);
	dp_finding_add_as(&judge->findings,
		bogus(lookup) ? DP_REASON_ADDRESS_BOGUS : DP_REASON_ADDRESS_LOOKUP_FAILED,
		other_serves ? DP_WARNING : DP_ERROR, subject, host, &words);
}

static void judge_no_address(struct dp_judge *judge, const struct dp_host_facts *host,
	const struct dp_subject *subject, const char *name)
{
	const struct dp_lookup *lookup =
		host->a.state != DP_LOOKUP_NOT_ASKED ? &host->a : &host->aaaa;
	struct dp_words words = { .host = name, .detail = denial(judge, lookup) };
	enum dp_severity severity = judge->verdict->outcome == DP_NO_MAIL ? DP_ERROR : DP_WARNING;

	if (looks_like_address(&host->name))
		dp_finding_add(
			&judge->findings, DP_REASON_MX_LOOKS_LIKE_ADDRESS, subject, name, &words);
	dp_finding_add_as(
		&judge->findings, DP_REASON_HOST_NO_ADDRESS, severity, subject, name, &words);
}

/* -4 or -6 leaves out all that it has. */
static void judge_other_family(
	struct dp_judge *judge, const struct dp_subject *subject, const char *name)
{
	bool undetermined = judge->verdict->outcome == DP_UNDETERMINED;
	struct dp_words words = { .addr = name,
		.detail = judge->facts->target.want_v4
			? "it has no IPv4 address, and -4 was given"
			: "it has no IPv6 address, and -6 was given" };

	dp_finding_add_as(&judge->findings, DP_REASON_NO_LOCAL_ROUTE,
		undetermined ? DP_ERROR : DP_NOTE, subject, name, &words);
}

static void judge_insecure_host(struct dp_judge *judge, const struct dp_host_facts *host,
	const struct dp_subject *subject, const char *name)
{
	const struct dp_facts *facts = judge->facts;
	struct dp_insecure insecure =
		dp_judge_insecure_because(judge, host->ds, host->ds_count, &host->nsec3param);
	struct dp_words words = { .host = name, .detail = insecure.why, .fix = insecure.fix };

	if (facts->target.is_domain && facts->mx.security == DP_INSECURE &&
		strcmp(insecure.why,
			dp_judge_insecure_because(
				judge, facts->ds, facts->ds_count, &facts->nsec3param)
				.why) == 0) {
		words.detail = "for the same reason as the domain";
		words.fix = "The same as for the domain.";
	}
	dp_finding_add(&judge->findings, DP_REASON_ADDRESS_INSECURE, subject, name, &words);
	words.detail = insecure.why;
	words.fix = insecure.fix;
	if (host->tlsa_hint.state == DP_LOOKUP_DATA && host->tlsa_hint.security != DP_SECURE) {
		words.record = dp_judge_name(judge, &host->tlsa_hint.name);
		dp_finding_add(&judge->findings, DP_REASON_TLSA_INSECURE, subject, name, &words);
	}
}

/* The name servers answered for the addresses of the same zone, so it is the type that they (or a
 * firewall) mind. */
static const char *filtered(struct dp_judge *judge, const struct dp_lookup *tlsa, const char *text)
{
	if (tlsa->state != DP_LOOKUP_TIMEOUT && (tlsa->state != DP_LOOKUP_ERROR || bogus(tlsa)))
		return text;
	return dp_arena_printf(judge->arena,
		"%s, although the same host's addresses were answered: questions of type TLSA seem to be filtered, or "
		"not understood",
		text);
}

static void judge_failed_tlsa(struct dp_judge *judge, const struct dp_lookup *tlsa,
	const struct dp_subject *subject, const char *name)
{
	struct dp_words words = { .host = name,
		.record = dp_judge_name(judge, &tlsa->name),
		.detail = filtered(judge, tlsa, failure(judge, tlsa)),
		.fix = bogus_fix(judge, tlsa) };

	if (tlsa->state == DP_LOOKUP_CANCELLED || judge->rootless)
		return;
	dp_finding_add(&judge->findings,
		bogus(tlsa) ? DP_REASON_TLSA_BOGUS : DP_REASON_TLSA_LOOKUP_FAILED, subject, name,
		&words);
}

/* Records for another service of the host do not count for mail. */
static void judge_other_port(struct dp_judge *judge, const struct dp_host_facts *host,
	const struct dp_subject *subject, const char *name)
{
	struct dp_words words = { .host = name,
		.record = dp_judge_name(judge, &host->tlsa_https.name),
		.fix = dp_arena_printf(
			judge->arena, "_%u._tcp.%s", (unsigned)judge->facts->target.port, name) };

	if (host->tlsa_https.state == DP_LOOKUP_DATA)
		dp_finding_add(&judge->findings, DP_REASON_TLSA_WRONG_PORT, subject, name, &words);
}

static void judge_no_tlsa(struct dp_judge *judge, const struct dp_host_facts *host,
	const struct dp_subject *subject, const char *name)
{
	for (size_t i = 0; i < 2; i++) {
		const struct dp_lookup *tlsa = &host->tlsa[i];
		struct dp_words words = { .host = name,
			.record = dp_judge_name(judge, &tlsa->name) };

		if (!dp_rule_final(tlsa))
			continue;
		if (tlsa->state == DP_LOOKUP_DATA) {
			words.detail =
				"the answer is insecure: an alias leads into a zone without DNSSEC";
			words.fix = "Sign the zone that the alias leads to, or publish the records "
				    "without an alias.";
			dp_finding_add(
				&judge->findings, DP_REASON_TLSA_INSECURE, subject, name, &words);
		} else if (tlsa->message.alias_count > 0) {
			words.detail = dp_judge_name(judge, &tlsa->message.canonical);
			dp_finding_add(
				&judge->findings, DP_REASON_TLSA_ALIAS, subject, name, &words);
		} else {
			words.detail = denial(judge, tlsa);
			dp_finding_add(
				&judge->findings, DP_REASON_TLSA_ABSENT, subject, name, &words);
		}
	}
}

/* RFC 8020 s2: NXDOMAIN means that nothing exists below that name either. */
static void judge_hidden(struct dp_judge *judge, const struct dp_host_facts *host,
	const struct dp_lookup *tlsa, const struct dp_subject *subject, const char *label)
{
	struct dp_name parent = dp_name_parent(&tlsa->name, 1);
	struct dp_words words = { .record = dp_judge_name(judge, &parent) };

	if (host->parent.state == DP_LOOKUP_NXDOMAIN && dp_name_equal(&host->parent.name, &parent))
		dp_finding_add(&judge->findings, DP_REASON_TLSA_HIDDEN, subject, label, &words);
}

static void judge_tlsa_answer(struct dp_judge *judge, const struct dp_host_facts *host,
	const struct dp_subject *subject, const char *name)
{
	int index;

	switch (dp_rule_tlsa(judge->facts, host, &index)) {
	case DP_TLSA_FAILED: judge_failed_tlsa(judge, &host->tlsa[index], subject, name); return;
	case DP_TLSA_NONE:
		judge_no_tlsa(judge, host, subject, name);
		judge_other_port(judge, host, subject, name);
		return;
	case DP_TLSA_RECORDS:
		if (index < 0)
			return;
		dp_judge_signatures(judge, &host->tlsa[index]);
		judge_hidden(judge, host, &host->tlsa[index], subject, name);
		return;
	case DP_TLSA_WAIT:
	case DP_TLSA_NO_HOST: return;
	}
}

static const char *fallback_of(const struct dp_host_facts *host)
{
	const struct dp_lookup *lookups[] = { &host->a, &host->aaaa, &host->tlsa[0],
		&host->tlsa[1] };

	for (size_t i = 0; i < sizeof(lookups) / sizeof(lookups[0]); i++) {
		if (lookups[i]->fallback != NULL)
			return lookups[i]->fallback;
	}
	return NULL;
}

void dp_judge_host_dns(struct dp_judge *judge, int index)
{
	const struct dp_facts *facts = judge->facts;
	const struct dp_host_facts *host = &facts->hosts[index];
	const char *name = dp_judge_name(judge, &host->name);
	struct dp_subject subject = dp_subject_none;
	bool a_serves = host->a.state == DP_LOOKUP_DATA && !dp_rule_lookup_failed(&host->a);
	bool aaaa_serves =
		host->aaaa.state == DP_LOOKUP_DATA && !dp_rule_lookup_failed(&host->aaaa);
	enum dp_addresses addresses = dp_rule_addresses(host);
	struct dp_words words = { .host = name };

	subject.host = index;
	judge_family(judge, &host->a, &subject, name, aaaa_serves);
	judge_family(judge, &host->aaaa, &subject, name, a_serves);
	judge_family(judge, &host->cname, &subject, name, false);
	dp_judge_signatures(judge, &host->a);
	dp_judge_signatures(judge, &host->aaaa);
	if (addresses == DP_ADDRESSES_NONE && host->addr_count == 0)
		judge_no_address(judge, host, &subject, name);
	else if (host->addr_count == 0 && (a_serves || aaaa_serves))
		judge_other_family(judge, &subject, name);
	if (addresses == DP_ADDRESSES_INSECURE && facts->target.records == NULL)
		judge_insecure_host(judge, host, &subject, name);
	if (a_serves || aaaa_serves) {
		const struct dp_message *message =
			a_serves ? &host->a.message : &host->aaaa.message;

		words.detail = dp_judge_name(judge, &message->canonical);
		if (facts->target.is_domain && facts->mx.state == DP_LOOKUP_DATA &&
			message->alias_count > 0)
			dp_finding_add(
				&judge->findings, DP_REASON_MX_ALIAS, &subject, name, &words);
	}
	if (host->addr_dropped > 0) {
		words.detail =
			dp_arena_printf(judge->arena, "%zu were not looked at", host->addr_dropped);
		dp_finding_add(
			&judge->findings, DP_REASON_ADDRESS_TOO_MANY, &subject, name, &words);
	}
	words.detail = fallback_of(host);
	if (words.detail != NULL)
		dp_finding_add(
			&judge->findings, DP_REASON_RESOLVER_FALLBACK, &subject, name, &words);
	judge_tlsa_answer(judge, host, &subject, name);
}
