/* SPDX-License-Identifier: Apache-2.0 */
/* The verdict on one connection: see rules.h. */
#include "dane/rules.h"

/* TLS alerts, RFC 8446 s6 */
#define ALERT_HANDSHAKE_FAILURE 40
#define ALERT_INSUFFICIENT_SECURITY 71

/*
 * What the peer did before or instead of completing TLS. RFC 7672 s2.2: with TLSA records TLS is
 * mandatory, so a server that does not get there fails; a server that did not say anything about
 * TLS, or refused us as a client, leaves it open.
 */
static enum dp_outcome outcome_without_tls(const struct dp_probe *probe)
{
	if (probe->status == DP_TIMEOUT || probe->status == DP_CANCELLED ||
		probe->status == DP_NO_RESOURCE)
		return DP_UNDETERMINED;
	/* A list, not a switch: the reasons that are a peer's failure. All others are undetermined.
	 */
	static const enum dp_reason failures[] = {
		DP_REASON_EHLO_REJECTED,
		DP_REASON_STARTTLS_NOT_OFFERED,
		DP_REASON_STARTTLS_REFUSED,
		DP_REASON_STARTTLS_INJECTION,
		DP_REASON_TLS_NOT_STARTED,
		DP_REASON_TLS_NOT_AT_ONCE,
		DP_REASON_TLS_ALERT,
		DP_REASON_TLS_NAME_REFUSED,
		DP_REASON_TLS_LOST,
		DP_REASON_TLS_VERSION_OLD,
		DP_REASON_TLS_FAILED,
	};

	for (size_t i = 0; i < sizeof(failures) / sizeof(failures[0]); i++) {
		if (probe->reason == failures[i])
			return DP_FAILED;
	}
	return DP_UNDETERMINED;
}

/* Offered one key type alone: is the answer "I have no such certificate"? (design: alert 40 or 71,
 * a close or a reset) */
bool dp_rule_absent(const struct dp_probe *probe)
{
	if (probe->offer == DP_OFFER_ALL || probe->chain_seen || probe->stage != DP_STAGE_HANDSHAKE)
		return false;
	if (probe->reason == DP_REASON_TLS_LOST)
		return true;
	return probe->alert == ALERT_HANDSHAKE_FAILURE ||
		probe->alert == ALERT_INSUFFICIENT_SECURITY;
}

/* The chain matches, but the handshake did not come to its end, so the server has not shown that it
 * holds the key. A peer that breaks it off does so to other senders, too (it asks for a client
 * certificate, say); whatever stopped us leaves it open. */
static enum dp_outcome outcome_unproven(const struct dp_probe *probe)
{
	bool refused =
		probe->reason == DP_REASON_TLS_ALERT || probe->reason == DP_REASON_TLS_NAME_REFUSED;

	return refused ? DP_FAILED : DP_UNDETERMINED;
}

static size_t counting(const struct dp_tlsa *records, size_t count)
{
	size_t found = 0;

	for (size_t i = 0; i < count; i++)
		found += dp_tlsa_counts(&records[i]) ? 1 : 0;
	return found;
}

void dp_rule_match(const struct dp_facts *facts, const struct dp_chain *chain,
	const struct dp_tlsa *records, size_t record_count, const struct dp_name *base,
	int64_t now_utc_s, struct dp_match *result)
{
	const char *references[DP_REFERENCES_MAX];
	struct dp_match_input input = {
		.records = records,
		.record_count = record_count,
		.references = references,
		.reference_count = dp_rule_references(facts, base, references),
		.any_name = facts->target.any_name,
		.srv_id = dp_rule_srv_id(facts),
		.pkix_roots = facts->target.pkix_roots,
		.pkix_root_count = facts->target.pkix_root_count,
		.now_utc_s = now_utc_s,
	};

	dp_chain_match(chain, &input, result, facts->arena);
}

void dp_rule_probe(const struct dp_facts *facts, const struct dp_probe *probe,
	const struct dp_tlsa *records, size_t record_count, const struct dp_name *base,
	int64_t now_utc_s, struct dp_probe_verdict *verdict)
{
	bool complete = probe->stage == DP_STAGE_DONE;

	*verdict = (struct dp_probe_verdict){ .match.record = -1 };
	verdict->absent = dp_rule_absent(probe);
	if (probe->chain_seen && probe->chain.count > 0)
		dp_rule_match(facts, &probe->chain, records, record_count, base, now_utc_s,
			&verdict->match);
	if (verdict->absent) {
		verdict->outcome = DP_UNDETERMINED;
	} else if (counting(records, record_count) == 0) {
		verdict->outcome = complete ? DP_UNAUTHENTICATED : outcome_without_tls(probe);
	} else if (!probe->chain_seen || probe->chain.count == 0) {
		verdict->outcome = complete ? DP_FAILED : outcome_without_tls(probe);
	} else if (verdict->match.authenticated) {
		verdict->outcome = complete ? DP_VERIFIED : outcome_unproven(probe);
	} else {
		verdict->outcome = verdict->match.limited ? DP_UNDETERMINED : DP_FAILED;
	}
}

/* What we broke off ourselves, or had no means for, says nothing about where the peer is. */
bool dp_rule_unreachable(const struct dp_probe *probe)
{
	bool ours = probe->pending || probe->status == DP_CANCELLED ||
		probe->status == DP_NO_RESOURCE ||
		(probe->status == DP_TIMEOUT && probe->reason == DP_REASON_NONE);

	return !ours && probe->stage <= DP_STAGE_GREETING && !probe->chain_seen;
}

bool dp_rule_retry(const struct dp_probe *probe, const struct dp_probe_verdict *verdict)
{
	if (verdict->absent || verdict->outcome == DP_VERIFIED ||
		verdict->outcome == DP_UNAUTHENTICATED)
		return false;
	/* A greeting that did not come within a minute will not come within the next one. */
	if (probe->stage == DP_STAGE_GREETING && probe->status == DP_TIMEOUT)
		return false;
	return probe->status != DP_NO_ROUTE && probe->status != DP_CANCELLED;
}
