/* SPDX-License-Identifier: Apache-2.0 */
/* Why no record matched: for each record the nearest true statement, and the way to mend it. */
#include <string.h>

#include "base/text.h"
#include "dane/audience.h"
#include "dane/digest.h"
#include "dane/explain.h"
#include "dane/known_ca.h"
#include "dane/rules.h"

#define DAY_S 86400

static bool equals(const struct dp_tlsa *record, const struct dp_cert *cert)
{
	return dp_tlsa_matches(record, cert->der, cert->der_len, cert->spki, cert->spki_len);
}

static bool equals_swapped(const struct dp_tlsa *record, const struct dp_cert *cert)
{
	struct dp_tlsa other = *record;

	other.selector = record->selector == DP_CERT ? DP_SPKI : DP_CERT;
	return equals(&other, cert);
}

/* Position of the first certificate from first on for which test holds, or -1. */
static int find(const struct dp_chain *chain, const struct dp_tlsa *record, size_t first,
	bool (*test)(const struct dp_tlsa *, const struct dp_cert *))
{
	for (size_t i = first; i < chain->count; i++) {
		if (test(record, &chain->certs[i]))
			return (int)i;
	}
	return -1;
}

/* --- true of any usage --- */

static bool explain_swapped(struct dp_why *why)
{
	int place = find(&why->probe->chain, why->record, 0, equals_swapped);

	if (place < 0)
		return false;
	why->subject.cert = place;
	why->words.cert = dp_why_cert_text(why, &why->probe->chain.certs[place]);
	why->words.detail = why->record->selector == DP_CERT ? "key" : "certificate";
	if (why->record->selector == DP_CERT && why->record->usage == DP_DANE_TA && place > 0)
		why->words.fix = dp_arena_printf(why->judge->arena, "Change its selector to 1:%s",
			dp_why_changed(why, DP_DANE_TA, DP_SPKI));
	dp_why_add(why, DP_REASON_TLSA_SELECTOR_SWAPPED);
	return true;
}

/* --- usage 3 --- */

static bool explain_issuer(struct dp_why *why)
{
	int issuer = find(&why->probe->chain, why->record, 1, equals);

	if (issuer < 0)
		return false;
	why->subject.cert = issuer;
	why->words.cert = dp_why_cert_text(why, &why->probe->chain.certs[issuer]);
	why->words.fix = dp_arena_printf(why->judge->arena,
		"%s\nOr, if an issuer is meant to be pinned, publish the same data with usage 2:%s",
		dp_why_publish(why), dp_why_changed(why, DP_DANE_TA, why->record->selector));
	dp_why_add(why, DP_REASON_TLSA_EE_IS_ISSUER);
	return true;
}

/* A whole certificate in the record, of the key in use: an earlier one, most likely. */
static bool explain_reissued(struct dp_why *why)
{
	const struct dp_cert *leaf = why->leaf;
	struct dp_cert pinned;
	bool same;

	if (why->record->selector != DP_CERT || why->record->matching != DP_FULL)
		return false;
	dp_cert_open(&pinned, why->record->data, why->record->data_len, why->judge->arena);
	same = pinned.spki != NULL && leaf->spki != NULL &&
		memcmp(pinned.spki_sha256, leaf->spki_sha256, DP_SHA256_BYTES) == 0;
	if (same) {
		why->words.cert = dp_why_leaf_text(why);
		why->words.detail = dp_arena_printf(why->judge->arena, "one that ends on %s",
			dp_judge_date(why->judge, pinned.not_after_utc_s));
		dp_why_add(why, DP_REASON_TLSA_SAME_KEY);
	}
	dp_cert_close(&pinned);
	return same;
}

/* The record that matches, but for this one: RFC 7671 s9. */
static const struct dp_tlsa *hidden_by(struct dp_why *why)
{
	for (size_t i = 0; i < why->host->record_count; i++) {
		const struct dp_tlsa *other = &why->host->records[i];

		if (other->weaker && other->usage == why->record->usage &&
			other->selector == why->record->selector && equals(other, why->leaf))
			return other;
	}
	return NULL;
}

/* What is known of a record that fits nothing, behind "does not match the server certificate". */
static const char *hint(struct dp_why *why, const struct dp_known_ca *ca)
{
	if (ca != NULL)
		return dp_arena_printf(why->judge->arena,
			": it pins a known CA, %s, and usage %u is for the server's own key",
			ca->subject_cn, (unsigned)why->record->usage);
	if (why->record->selector == DP_CERT)
		return ": it pins one certificate (selector 0), and never matches a renewed one";
	return "";
}

/* Neither the server's certificate nor anything known. */
static void explain_unmatched(struct dp_why *why)
{
	const struct dp_known_ca *ca =
		dp_known_ca_find_with(&why->judge->facts->target.known, why->record);
	const struct dp_tlsa *hidden = hidden_by(why);

	why->words.cert = dp_why_leaf_text(why);
	why->words.detail = hint(why, ca);
	if (hidden != NULL)
		why->words.fix = dp_arena_printf(why->judge->arena,
			"Remove this record. The record %s matches, but does not count beside it.",
			dp_tlsa_text(hidden, DP_WHY_SHOWN_BYTES, why->judge->arena));
	else if (ca == NULL)
		why->words.fix = dp_arena_printf(why->judge->arena,
			"%s\nOr, if the record is right and the server should use another key, deploy that certificate.",
			dp_why_publish(why));
	dp_why_add(why, DP_REASON_TLSA_EE_MISMATCH);
}

static void explain_ee(struct dp_why *why)
{
	if (!explain_issuer(why) && !explain_swapped(why) && !explain_reissued(why))
		explain_unmatched(why);
}

/* --- usage 2 --- */

/* The digest of a whole certificate, of a CA whose key is in the chain in another certificate
 * (cross-signed, reissued). */
static bool explain_same_key(struct dp_why *why)
{
	const struct dp_known_ca *ca =
		dp_known_ca_find_with(&why->judge->facts->target.known, why->record);
	const struct dp_chain *chain = &why->probe->chain;

	if (ca == NULL || why->record->selector != DP_CERT)
		return false;
	for (size_t i = 1; i < chain->count; i++) {
		if (chain->certs[i].spki == NULL ||
			memcmp(chain->certs[i].spki_sha256, ca->spki_sha256, DP_SHA256_BYTES) != 0)
			continue;
		why->subject.cert = (int)i;
		why->words.cert = dp_why_cert_text(why, &chain->certs[i]);
		why->words.detail =
			dp_arena_printf(why->judge->arena, "it pins %s as issued by %s (until %s)",
				ca->subject_cn, ca->issuer_cn, ca->not_after);
		why->words.fix = dp_arena_printf(why->judge->arena,
			"Pin the key, which all its certificates share:\n  %s. IN TLSA 2 1 1 %s",
			dp_judge_name(why->judge, &why->host->owner),
			dp_text_hex(why->judge->arena, ca->spki_sha256, DP_SHA256_BYTES));
		dp_why_add(why, DP_REASON_TLSA_SAME_KEY);
		return true;
	}
	return false;
}

static void explain_off_path(struct dp_why *why)
{
	const struct dp_chain *chain = &why->probe->chain;

	why->subject.cert = why->match->cert;
	why->words.cert = why->match->cert >= 0
		? dp_why_cert_text(why, &chain->certs[why->match->cert])
		: "the certificate in the record";
	why->words.detail = why->leaf->issuer_text == NULL
		? "its issuer is unreadable"
		: dp_arena_printf(
			  why->judge->arena, "that was issued by \"%s\"", why->leaf->issuer_text);
	dp_why_add(why, DP_REASON_TLSA_ANCHOR_NOT_ISSUER);
}

/* With the time where the date is today's, or almost. */
static const char *date_text(struct dp_why *why, int64_t utc_s)
{
	int64_t away_s = utc_s - why->judge->now_utc_s;
	char time[DP_TIME_TEXT_MAX];

	if (utc_s == DP_TIME_NONE || away_s < -DAY_S || away_s > DAY_S)
		return dp_judge_date(why->judge, utc_s);
	return dp_arena_printf(why->judge->arena, "%s", dp_text_time(utc_s, time));
}

static const char *anchor_text(const struct dp_why *why)
{
	return why->record->usage == DP_DANE_TA ? "the anchor in the record"
						: "the root in --pkix-roots";
}

/* "imap.example.net", or of a service "imap.example.net (or example.org)". */
static const char *names_wanted(struct dp_why *why)
{
	const struct dp_facts *facts = why->judge->facts;
	const char *host = dp_judge_name(why->judge, &why->host->base);

	if (dp_rule_srv_id(facts) == NULL)
		return host;
	return dp_arena_printf(why->judge->arena, "%s (or %s)", host,
		dp_judge_name(why->judge, &facts->target.name));
}

/* A rule of PKIX is broken by one certificate on the path (usages 2, 1, 0). */
static void explain_broken(struct dp_why *why)
{
	const struct dp_chain *chain = &why->probe->chain;
	int culprit = why->match->culprit;
	const struct dp_cert *cert =
		culprit >= 0 && (size_t)culprit < chain->count ? &chain->certs[culprit] : NULL;

	why->subject.cert = culprit;
	why->words.cert = cert != NULL ? dp_why_cert_text(why, cert) : anchor_text(why);
	why->words.detail = why->match->detail != NULL ? why->match->detail : "no detail";
	if (cert != NULL && why->match->reason == DP_REASON_CERTIFICATE_EXPIRED)
		why->words.detail = date_text(why, cert->not_after_utc_s);
	if (cert != NULL && why->match->reason == DP_REASON_CERTIFICATE_NOT_YET_VALID)
		why->words.detail = date_text(why, cert->not_before_utc_s);
	why->words.host = names_wanted(why);
	if (why->match->reason == DP_REASON_CERTIFICATE_EXPIRED)
		why->words.fix = culprit == 0
			? dp_audience_template("Renew the certificate, and see that the mail "
					       "server loads the new one.",
				  why->judge->facts->target.service, why->judge->arena)
			: dp_arena_printf(why->judge->arena,
				  "Put the CA's current certificate in its place; or use usage 3, for which "
				  "issuers do not count. %s",
				  dp_why_publish(why));
	dp_why_add(why, why->match->reason);
}

/* Usage 0, but on no path to a root. */
static void explain_not_on_path(struct dp_why *why)
{
	int sent = why->match->cert;

	why->words.cert = dp_why_leaf_text(why);
	why->words.detail = sent < 0
		? ""
		: dp_arena_printf(why->judge->arena, "; it matches %s, which is on none",
			  dp_why_cert_text(why, &why->probe->chain.certs[sent]));
	dp_why_add(why, DP_REASON_TLSA_CA_NOT_ON_PATH);
}

/* Usages 0 and 1: RFC 6698 s2.1.1. */
static void explain_pkix(struct dp_why *why)
{
	if (why->match->state == DP_MATCH_BROKEN)
		explain_broken(why);
	else if (explain_swapped(why))
		return;
	else if (why->record->usage == DP_PKIX_TA)
		explain_not_on_path(why);
	else
		explain_unmatched(why);
}

static void explain_ta(struct dp_why *why)
{
	if (why->match->state == DP_MATCH_BROKEN) {
		explain_broken(why);
	} else if (why->match->state == DP_MATCH_OFF_PATH) {
		explain_off_path(why);
	} else if (equals(why->record, why->leaf)) {
		dp_why_add(why, DP_REASON_TLSA_TA_IS_LEAF);
	} else if (!explain_swapped(why) && !explain_same_key(why)) {
		dp_explain_not_sent(why);
	}
}

void dp_explain_mismatch(struct dp_judge *judge, const struct dp_subject *subject)
{
	const struct dp_host_verdict *host = &judge->verdict->hosts[subject->host];
	const struct dp_probe *probe =
		&judge->facts->hosts[subject->host].addrs[subject->addr]->probes[subject->probe];
	const struct dp_match *match = &host->addrs[subject->addr].probes[subject->probe].match;

	/* Beyond the bound of findings nothing would be kept. */
	for (size_t i = 0; i < host->record_count && judge->findings.dropped == 0; i++) {
		struct dp_why why = {
			.judge = judge,
			.subject = *subject,
			.host = host,
			.probe = probe,
			.record = &host->records[i],
			.match = &match->records[i],
			.leaf = &probe->chain.certs[0],
			.label = dp_judge_label(judge, subject->host, subject->addr),
		};

		if (why.match->state == DP_MATCH_SKIPPED)
			continue;
		why.subject.record = (int)i;
		why.words.addr = why.label;
		why.words.evidence = dp_arena_printf(judge->arena, "%s. IN TLSA %s",
			dp_judge_name(judge, &host->owner),
			dp_tlsa_text(why.record, DP_SHA512_BYTES, judge->arena));
		why.words.record = dp_tlsa_text(why.record, DP_WHY_SHOWN_BYTES, judge->arena);
		if (dp_explain_form(&why) || dp_explain_elsewhere(&why))
			continue;
		switch ((enum dp_usage)why.record->usage) {
		case DP_PKIX_TA:
		case DP_PKIX_EE: explain_pkix(&why); break;
		case DP_DANE_TA: explain_ta(&why); break;
		case DP_DANE_EE: explain_ee(&why); break;
		}
	}
}
