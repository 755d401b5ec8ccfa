/* SPDX-License-Identifier: Apache-2.0 */
/* Findings on the DNS answers of one host: addresses and TLSA lookups. */
#include <string.h>

#include "base/text.h"
#include "dane/judge.h"
#include "dane/rules.h"

static bool looks_like_address(const struct dp_name *name)
{
	char text[DP_NAME_TEXT_MAX];
	struct dp_ip ip;

	dp_name_text(name, text);
	return dp_ip_parse(text, strlen(text), &ip);
}

static void judge_family(struct dp_judge *judge, const struct dp_lookup *lookup,
	const struct dp_subject *subject, const char *host, bool other_serves)
{
	struct dp_words words = { .host = host,
		.record = dp_type_text(lookup->type, judge->arena) };

	if (lookup->state == DP_LOOKUP_CANCELLED || judge->rootless ||
		!dp_rule_lookup_failed(lookup))
		return;
	words.detail = dp_judge_failure(judge, lookup);
	words.fix = dp_judge_bogus_fix(judge, lookup);
	dp_finding_add_as(&judge->findings,
		dp_judge_bogus(lookup) ? DP_REASON_ADDRESS_BOGUS : DP_REASON_ADDRESS_LOOKUP_FAILED,
		other_serves ? DP_WARNING : DP_ERROR, subject, host, &words);
}

static bool denied(const struct dp_lookup *lookup)
{
	return lookup->state == DP_LOOKUP_NODATA || lookup->state == DP_LOOKUP_NXDOMAIN;
}

static void judge_no_address(struct dp_judge *judge, const struct dp_host_facts *host,
	const struct dp_subject *subject, const char *name)
{
	const struct dp_lookup *lookup =
		host->a.state != DP_LOOKUP_NOT_ASKED ? &host->a : &host->aaaa;
	struct dp_words words = { .host = name, .detail = dp_judge_denial(judge, lookup) };
	enum dp_severity severity = judge->verdict->outcome == DP_NO_MAIL ? DP_ERROR : DP_WARNING;

	if (looks_like_address(&host->name) && !judge->facts->target.is_service)
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
		dp_judge_insecure_because(judge, host->ds, host->ds_count, host->nsec3param);
	struct dp_words words = { .host = name, .detail = insecure.why, .fix = insecure.fix };

	if (facts->target.is_domain && facts->mx.security == DP_INSECURE &&
		strcmp(insecure.why,
			dp_judge_insecure_because(
				judge, facts->ds, facts->ds_count, facts->nsec3param)
				.why) == 0) {
		words.detail = "for the same reason as the domain";
		words.fix = "The same as for the domain.";
	}
	dp_finding_add(&judge->findings, DP_REASON_ADDRESS_INSECURE, subject, name, &words);
	words.detail = insecure.why;
	words.fix = insecure.fix;
	if (host->tlsa_hint != NULL && host->tlsa_hint->state == DP_LOOKUP_DATA &&
		host->tlsa_hint->security != DP_SECURE) {
		words.record = dp_judge_name(judge, &host->tlsa_hint->name);
		dp_finding_add(&judge->findings, DP_REASON_TLSA_INSECURE, subject, name, &words);
	}
}

/* The name servers answered for the addresses of the same zone, so it is the type that they (or a
 * firewall) mind. */
static const char *filtered(struct dp_judge *judge, const struct dp_lookup *tlsa, const char *text)
{
	if (tlsa->state != DP_LOOKUP_TIMEOUT &&
		(tlsa->state != DP_LOOKUP_ERROR || dp_judge_bogus(tlsa)))
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
		.detail = filtered(judge, tlsa, dp_judge_failure(judge, tlsa)),
		.fix = dp_judge_bogus_fix(judge, tlsa) };

	if (tlsa->state == DP_LOOKUP_CANCELLED || judge->rootless)
		return;
	dp_finding_add(&judge->findings,
		dp_judge_bogus(tlsa) ? DP_REASON_TLSA_BOGUS : DP_REASON_TLSA_LOOKUP_FAILED, subject,
		name, &words);
}

/* Records for another service of the host do not count for mail. */
static void judge_other_port(struct dp_judge *judge, const struct dp_host_facts *host,
	const struct dp_subject *subject, const char *name)
{
	struct dp_words words = { .host = name,
		.fix = dp_arena_printf(judge->arena, "_%u._tcp.%s", (unsigned)host->port, name) };

	if (host->tlsa_https == NULL || host->tlsa_https->state != DP_LOOKUP_DATA)
		return;
	words.record = dp_judge_name(judge, &host->tlsa_https->name);
	dp_finding_add(&judge->findings, DP_REASON_TLSA_WRONG_PORT, subject, name, &words);
}

/* Of a chain in a file the record is known. */
static const char *record_to_publish(struct dp_judge *judge, const struct dp_lookup *tlsa)
{
	const struct dp_chain *given = judge->facts->target.given;

	if (given == NULL || given->count == 0 || given->certs[0].spki == NULL)
		return ".";
	return dp_arena_printf(judge->arena, ":\n  %s. IN TLSA 3 1 1 %s",
		dp_judge_name(judge, &tlsa->name),
		dp_text_hex(judge->arena, given->certs[0].spki_sha256,
			sizeof(given->certs[0].spki_sha256)));
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
			words.detail = dp_judge_denial(judge, tlsa);
			words.fix = record_to_publish(judge, tlsa);
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

	if (host->parent != NULL && host->parent->state == DP_LOOKUP_NXDOMAIN &&
		dp_name_equal(&host->parent->name, &parent))
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
	if (host->cname != NULL)
		judge_family(judge, host->cname, &subject, name, false);
	dp_judge_signatures(judge, &host->a);
	dp_judge_signatures(judge, &host->aaaa);
	if (addresses == DP_ADDRESSES_NONE || (denied(&host->a) && denied(&host->aaaa)))
		judge_no_address(judge, host, &subject, name);
	else if (host->addr_count == 0 && facts->target.given == NULL && (a_serves || aaaa_serves))
		judge_other_family(judge, &subject, name);
	if (addresses == DP_ADDRESSES_INSECURE && facts->target.records == NULL)
		judge_insecure_host(judge, host, &subject, name);
	if (a_serves || aaaa_serves) {
		const struct dp_message *message =
			a_serves ? &host->a.message : &host->aaaa.message;

		words.detail = dp_judge_name(judge, &message->canonical);
		if (facts->target.is_domain && facts->mx.state == DP_LOOKUP_DATA &&
			message->alias_count > 0)
			dp_finding_add(&judge->findings,
				facts->target.is_service ? DP_REASON_SRV_ALIAS : DP_REASON_MX_ALIAS,
				&subject, name, &words);
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
