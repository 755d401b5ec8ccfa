/* SPDX-License-Identifier: Apache-2.0 */
/* Findings on the connections of one address. */
#include <string.h>

#include "base/text.h"
#include "dane/judge.h"
#include "dane/rules.h"

#define DAY_S 86400
#define SHOWN_BYTES 8

struct look {
	struct dp_subject subject;
	const struct dp_host_facts *host;
	const struct dp_host_verdict *host_verdict;
	const struct dp_probe *probe;
	const struct dp_probe_verdict *verdict;
	struct dp_words words; /* host, addr set */
	const char *label;
};

/* --- what went wrong before a chain could be judged --- */

/* An obstacle is an error when the outcome hangs on it; beside a verdict it only warns. */
static enum dp_severity obstacle_severity(const struct dp_judge *judge, const struct look *look)
{
	enum dp_outcome host = look->host_verdict->outcome;

	if (look->verdict->outcome == DP_FAILED)
		return DP_ERROR;
	if (host != DP_UNDETERMINED)
		return DP_WARNING;
	return look->host_verdict->unreachable && judge->verdict->outcome != DP_UNDETERMINED
		? DP_WARNING
		: DP_ERROR;
}

static void judge_obstacle(struct dp_judge *judge, struct look *look)
{
	const struct dp_probe *probe = look->probe;

	if (probe->status == DP_CANCELLED || probe->pending)
		return;
	if (look->host->down && dp_rule_unreachable(probe)) {
		look->words.host = look->label;
		dp_finding_add(&judge->findings, DP_REASON_PLANNED_DOWN, &look->subject,
			look->label, &look->words);
		return;
	}
	look->words.detail = probe->detail != NULL ? probe->detail : dp_status_text(probe->status);
	if (probe->reason != DP_REASON_NONE)
		dp_finding_add_as(&judge->findings, probe->reason, obstacle_severity(judge, look),
			&look->subject, look->label, &look->words);
}

/* --- what is worth telling of a match --- */

static int64_t warning_period_s(const struct dp_judge *judge, const struct dp_cert *cert)
{
	int64_t quarter = (cert->not_after_utc_s - cert->not_before_utc_s) / 4;

	if (judge->facts->target.cert_warning_s >= 0)
		return judge->facts->target.cert_warning_s;
	return quarter < (int64_t)14 * DAY_S ? quarter : (int64_t)14 * DAY_S;
}

/* RFC 7671 s5.1: told, without effect. */
static void tell_ignored(struct dp_judge *judge, struct look *look, const struct dp_cert *leaf)
{
	const char *references[DP_REFERENCES_MAX];
	size_t count = dp_rule_references(judge->facts, &look->host_verdict->base, references);
	bool known =
		leaf->not_before_utc_s != DP_TIME_NONE && leaf->not_after_utc_s != DP_TIME_NONE;

	look->words.cert = leaf->subject_text != NULL ? leaf->subject_text : "(unreadable)";
	look->words.host = dp_judge_name(judge, &look->host_verdict->base);
	if (leaf->parsed && !judge->facts->target.any_name &&
		!dp_cert_named(leaf, references, count, dp_rule_srv_id(judge->facts)))
		dp_finding_add(&judge->findings, DP_REASON_EE_NAME_IGNORED, &look->subject,
			look->label, &look->words);
	if (known &&
		(judge->now_utc_s < leaf->not_before_utc_s ||
			judge->now_utc_s > leaf->not_after_utc_s)) {
		look->words.detail = dp_arena_printf(judge->arena, "%s to %s",
			dp_judge_date(judge, leaf->not_before_utc_s),
			dp_judge_date(judge, leaf->not_after_utc_s));
		dp_finding_add(&judge->findings, DP_REASON_EE_DATE_IGNORED, &look->subject,
			look->label, &look->words);
	}
}

/* Only records over whole certificates hold: the next renewal breaks them. */
static void tell_pinned_certificate(
	struct dp_judge *judge, struct look *look, const struct dp_cert *leaf)
{
	const struct dp_match *match = &look->verdict->match;
	int pinned = -1;

	for (size_t i = 0; i < look->host_verdict->record_count; i++) {
		const struct dp_tlsa *record = &look->host_verdict->records[i];

		if (match->records[i].state != DP_MATCH_GOOD)
			continue;
		if (record->usage != DP_DANE_EE || record->selector != DP_CERT)
			return;
		pinned = (int)i;
	}
	if (pinned < 0)
		return;
	look->subject.record = pinned;
	look->words.record =
		dp_tlsa_text(&look->host_verdict->records[pinned], SHOWN_BYTES, judge->arena);
	look->words.detail = dp_judge_date(judge, leaf->not_after_utc_s);
	look->words.fix = dp_judge_record_line(judge, look->subject.host, leaf);
	dp_finding_add(&judge->findings, DP_REASON_TLSA_PINS_CERTIFICATE, &look->subject,
		look->label, &look->words);
}

static void tell_expiry(struct dp_judge *judge, struct look *look)
{
	const struct dp_match *match = &look->verdict->match;

	for (size_t i = 0; i < match->path_len; i++) {
		const struct dp_cert *cert;

		if (match->path[i] < 0)
			continue;
		cert = &look->probe->chain.certs[match->path[i]];
		if (cert->not_after_utc_s - judge->now_utc_s >= warning_period_s(judge, cert))
			continue;
		look->subject.cert = match->path[i];
		look->words.cert = cert->subject_text;
		look->words.detail = dp_judge_date(judge, cert->not_after_utc_s);
		dp_finding_add(&judge->findings, DP_REASON_CERTIFICATE_EXPIRES_SOON, &look->subject,
			look->label, &look->words);
	}
	look->subject.cert = -1;
}

static void tell_order(struct dp_judge *judge, struct look *look)
{
	const struct dp_chain *chain = &look->probe->chain;
	bool counts = look->verdict->match.path_len > 0; /* usage 2 needs the chain */
	int place = dp_chain_disorder(chain);

	if (place < 0)
		return;
	look->words.detail = dp_arena_printf(judge->arena,
		"\"%s\" at position %d does not issue the one before it",
		chain->certs[place].subject_text != NULL ? chain->certs[place].subject_text : "?",
		place);
	dp_finding_add_as(&judge->findings, DP_REASON_CHAIN_DISORDERED,
		counts ? DP_WARNING : DP_NOTE, &look->subject, look->label, &look->words);
}

static void judge_matched(struct dp_judge *judge, struct look *look)
{
	const struct dp_match *match = &look->verdict->match;
	const struct dp_cert *leaf = &look->probe->chain.certs[0];

	if (look->probe->stage != DP_STAGE_DONE) {
		if (look->verdict->outcome != DP_UNDETERMINED)
			return; /* the alert says enough */
		look->words.record = dp_tlsa_text(
			&look->host_verdict->records[match->record], SHOWN_BYTES, judge->arena);
		dp_finding_add(&judge->findings, DP_REASON_TLS_KEY_NOT_PROVEN, &look->subject,
			look->label, &look->words);
		return;
	}
	tell_order(judge, look);
	tell_expiry(judge, look);
	tell_pinned_certificate(judge, look, leaf);
	dp_judge_siblings(judge, &look->subject, match);
	look->subject.record = -1;
	if (match->path_len == 0)
		tell_ignored(judge, look, leaf);
}

/* --- the connections of an address --- */

static const char *attempt_words(
	const struct dp_probe *probe, const struct dp_probe_verdict *verdict)
{
	if (probe->reason != DP_REASON_NONE)
		return dp_reason_row(probe->reason)->code;
	if (verdict->outcome == DP_FAILED)
		return "a certificate that no record matches";
	return dp_outcome_word(verdict->outcome);
}

static void judge_attempts(struct dp_judge *judge, struct look *look, size_t index)
{
	const struct dp_addr_verdict *addr =
		&judge->verdict->hosts[look->subject.host].addrs[look->subject.addr];
	const struct dp_probe_verdict *first = &addr->probes[index],
				      *second = &addr->probes[index + 1];
	const struct dp_probe *probes = &look->host->addrs[look->subject.addr]->probes[index];

	if (second->absent || probes[1].pending || probes[1].status == DP_CANCELLED ||
		(first->outcome == second->outcome && probes[0].reason == probes[1].reason))
		return;
	look->words.detail = dp_arena_printf(judge->arena, "first \"%s\", then \"%s\"",
		attempt_words(&probes[0], first), attempt_words(&probes[1], second));
	dp_finding_add(&judge->findings, DP_REASON_ATTEMPTS_DIFFER, &look->subject, look->label,
		&look->words);
}

static void judge_probe(struct dp_judge *judge, struct look *look)
{
	const struct dp_probe *probe = look->probe;

	if (probe->status == DP_NO_ROUTE) {
		look->words.detail =
			dp_arena_printf(judge->arena, "this machine has no route for IPv%u",
				(unsigned)look->host->addrs[look->subject.addr]->ip.family);
		dp_finding_add(&judge->findings, DP_REASON_NO_LOCAL_ROUTE, &look->subject,
			look->label, &look->words);
		return;
	}
	if (probe->stage != DP_STAGE_DONE)
		judge_obstacle(judge, look);
	if (look->verdict->match.records == NULL)
		return;
	if (look->verdict->match.authenticated)
		judge_matched(judge, look);
	else
		dp_explain_mismatch(judge, &look->subject);
}

static const char *offer_suffix(enum dp_offer offer)
{
	switch (offer) {
	case DP_OFFER_ALL: return "";
	case DP_OFFER_RSA: return ", RSA certificate";
	case DP_OFFER_ECDSA: return ", ECDSA certificate";
	}
	return "";
}

void dp_judge_addr(struct dp_judge *judge, int host, int addr)
{
	const struct dp_host_facts *host_facts = &judge->facts->hosts[host];
	const struct dp_addr_facts *addr_facts = host_facts->addrs[addr];
	const struct dp_host_verdict *host_verdict = &judge->verdict->hosts[host];
	const char *label = dp_judge_label(judge, host, addr);

	for (size_t i = 0; i < addr_facts->probe_count; i++) {
		struct look look = {
			.subject = { host, addr, (int)i, -1, -1 },
			.host = host_facts,
			.host_verdict = host_verdict,
			.probe = &addr_facts->probes[i],
			.verdict = &host_verdict->addrs[addr].probes[i],
			.words = { .host = dp_judge_name(judge, &host_verdict->base),
				.addr = label },
			.label = label,
		};

		if (look.verdict->superseded) {
			judge_attempts(judge, &look, i);
			continue;
		}
		if (look.verdict->absent || look.probe->without_sni)
			continue;
		look.label = dp_arena_printf(
			judge->arena, "%s%s", label, offer_suffix(look.probe->offer));
		look.words.addr = look.label;
		judge_probe(judge, &look);
	}
}

/* --- all connections together --- */

/* Did every address that was tried time out, without a single connection? */
static bool all_timed_out(const struct dp_facts *facts)
{
	size_t tried = 0;

	for (size_t i = 0; i < facts->host_count; i++) {
		for (size_t j = 0; j < facts->hosts[i].addr_count; j++) {
			const struct dp_addr_facts *addr = facts->hosts[i].addrs[j];

			for (size_t k = 0; k < addr->probe_count; k++) {
				const struct dp_probe *probe = &addr->probes[k];

				if (probe->status == DP_NO_ROUTE)
					continue;
				if (probe->stage != DP_STAGE_CONNECT || probe->status != DP_TIMEOUT)
					return false;
				tried++;
			}
		}
	}
	return tried > 0;
}

static bool connects_to(const struct dp_host_facts *host, uint16_t port)
{
	for (size_t i = 0; i < host->addr_count; i++) {
		if (host->addrs[i]->port == port)
			return true;
	}
	return false;
}

/* "25"; SRV records may name more than one: "993 or 1993". */
static const char *ports_tried(struct dp_judge *judge)
{
	const struct dp_facts *facts = judge->facts;
	struct dp_buf out;

	dp_buf_init(&out, judge->arena);
	for (size_t i = 0; i < facts->host_count; i++) {
		for (size_t k = 0; k < facts->hosts[i].addr_count; k++) {
			uint16_t port = facts->hosts[i].addrs[k]->port;
			size_t before = 0;

			while (before < i && !connects_to(&facts->hosts[before], port))
				before++;
			if (before == i && (k == 0 || facts->hosts[i].addrs[k - 1]->port != port))
				dp_buf_printf(
					&out, "%s%u", out.len > 0 ? " or " : "", (unsigned)port);
		}
	}
	return out.data;
}

void dp_judge_filter(struct dp_judge *judge)
{
	const struct dp_facts *facts = judge->facts;
	struct dp_words words = { .detail = ports_tried(judge),
		.fix = dp_arena_printf(judge->arena, "\n  daneprobe chain --live %s fullchain.pem",
			facts->target.text) };

	if (all_timed_out(facts))
		dp_finding_add(&judge->findings, DP_REASON_PORT_FILTERED, &dp_subject_none,
			dp_judge_label(judge, -1, -1), &words);
}
