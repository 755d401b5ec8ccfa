/* SPDX-License-Identifier: Apache-2.0 */
/* Why no record matched: for each record the nearest true statement, and the way to mend it. */
#include <string.h>

#include "base/text.h"
#include "dane/digest.h"
#include "dane/explain.h"
#include "dane/known_ca.h"

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
	dp_why_add(why, DP_REASON_TLSA_SELECTOR_SWAPPED);
	return true;
}

/* --- usage 3 --- */

static const char *pinned_ca(struct dp_why *why)
{
	const struct dp_known_ca *ca = dp_known_ca_find(why->record, NULL);

	if (ca == NULL)
		return "";
	return dp_arena_printf(why->judge->arena, "; it pins a known CA, %s", ca->subject_cn);
}

static void explain_ee(struct dp_why *why)
{
	int issuer = find(&why->probe->chain, why->record, 1, equals);

	if (issuer > 0) {
		const struct dp_tlsa *record = why->record;

		why->subject.cert = issuer;
		why->words.cert = dp_why_cert_text(why, &why->probe->chain.certs[issuer]);
		why->words.fix = dp_arena_printf(why->judge->arena,
			"%s\nor, if an issuer is meant to be pinned, publish the same data with usage 2:\n  %s. IN TLSA 2 %u %u %s",
			dp_why_publish(why), dp_judge_name(why->judge, &why->host->owner),
			(unsigned)record->selector, (unsigned)record->matching,
			dp_text_hex(why->judge->arena, record->data, record->data_len));
		dp_why_add(why, DP_REASON_TLSA_EE_IS_ISSUER);
		return;
	}
	if (explain_swapped(why))
		return;
	why->words.cert = dp_why_leaf_text(why);
	why->words.detail = pinned_ca(why);
	why->words.fix = dp_arena_printf(why->judge->arena,
		"%s\nIf the record is right and the server should use another key, deploy that certificate instead.",
		dp_why_publish(why));
	dp_why_add(why, DP_REASON_TLSA_EE_MISMATCH);
}

/* --- usage 2 --- */

static const char *digest_kind(const struct dp_tlsa *record)
{
	return record->selector == DP_SPKI ? "the key of" : "the certificate of";
}

/* "ISRG Root X1" as a file would be called: "ISRG_Root_X1". */
static const char *file_name(struct dp_why *why, const char *name)
{
	char *file = dp_arena_text(why->judge->arena, name, strlen(name));

	for (char *c = file; *c != '\0'; c++) {
		if (*c == ' ' || *c == '/' || *c == '\'')
			*c = '_';
	}
	return file;
}

/* Did that CA, by name, issue one of the certificates that were sent? */
static bool leads_to(const struct dp_chain *chain, const struct dp_known_ca *ca)
{
	for (size_t i = 0; i < chain->count; i++) {
		const char *issuer = chain->certs[i].issuer_text;

		if (issuer != NULL && strcmp(issuer, ca->subject_cn) == 0)
			return true;
	}
	return false;
}

/* A CA that could be sent: two ways. One that could not (it is over, or the certificate has another
 * issuer by now): one. */
static void explain_known(struct dp_why *why, const struct dp_known_ca *ca, const char *own)
{
	struct dp_arena *arena = why->judge->arena;
	const struct dp_chain *chain = &why->probe->chain;
	const char *issuer = chain->certs[chain->count - 1].issuer_text;
	bool over = dp_text_time_parse(ca->not_after) < why->judge->now_utc_s;
	bool there = leads_to(chain, ca);

	why->words.detail = dp_arena_printf(arena, "%s %s%s%s", digest_kind(why->record),
		ca->subject_cn, over ? ", which expired on " : "", over ? ca->not_after : "");
	if (there && !over) {
		why->words.fix = dp_arena_printf(arena,
			"Either append the certificate of %s to the chain file that the server sends:\n"
			"  cat %s.pem >> fullchain.pem\nor publish the record of the server's own key instead:%s",
			ca->subject_cn, file_name(why, ca->subject_cn), own);
		return;
	}
	if (!there)
		why->words.cert =
			dp_arena_printf(arena, "%s. This chain leads to another CA, \"%s\"",
				why->words.cert, issuer != NULL ? issuer : "?");
	why->words.fix = dp_arena_printf(arena,
		"That CA does not come back with the next renewal. Publish the record of the server's own key instead:%s",
		own);
}

/* RFC 7671 s5.2.2: the anchor must be in the chain. Two ways: send it, or pin what is sent. */
static void explain_not_sent(struct dp_why *why)
{
	const struct dp_known_ca *ca = dp_known_ca_find(why->record, NULL);
	const char *own = dp_judge_record_line(why->judge, why->subject.host, why->leaf);

	why->words.cert = dp_why_sent_text(why);
	if (ca != NULL) {
		explain_known(why, ca, own);
	} else {
		why->words.detail = dp_arena_printf(why->judge->arena,
			"%s a trust anchor that this tool does not know by name",
			digest_kind(why->record));
		why->words.fix = dp_arena_printf(why->judge->arena,
			"Either append the certificate that the record was made from to the chain file that the server "
			"sends:\n  cat anchor.pem >> fullchain.pem\nor publish the record of the server's own key instead:%s",
			own);
	}
	dp_why_add(why, DP_REASON_TLSA_ANCHOR_NOT_SENT);
}

/* The digest of a whole certificate, of a CA whose key is in the chain in another certificate
 * (cross-signed, reissued). */
static bool explain_same_key(struct dp_why *why)
{
	const struct dp_known_ca *ca = dp_known_ca_find(why->record, NULL);
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

/* A rule of usage 2 is broken by one certificate on the path. */
static void explain_broken(struct dp_why *why)
{
	const struct dp_chain *chain = &why->probe->chain;
	int culprit = why->match->culprit;
	const struct dp_cert *cert =
		culprit >= 0 && (size_t)culprit < chain->count ? &chain->certs[culprit] : NULL;

	why->subject.cert = culprit;
	why->words.cert = cert != NULL ? dp_why_cert_text(why, cert) : "the anchor in the record";
	why->words.detail = why->match->detail != NULL ? why->match->detail : "no detail";
	if (cert != NULL && why->match->reason == DP_REASON_CERTIFICATE_EXPIRED)
		why->words.detail = dp_judge_date(why->judge, cert->not_after_utc_s);
	if (cert != NULL && why->match->reason == DP_REASON_CERTIFICATE_NOT_YET_VALID)
		why->words.detail = dp_judge_date(why->judge, cert->not_before_utc_s);
	why->words.host = dp_judge_name(why->judge, &why->host->base);
	dp_why_add(why, why->match->reason);
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
		explain_not_sent(why);
	}
}

void dp_explain_mismatch(struct dp_judge *judge, const struct dp_subject *subject)
{
	const struct dp_host_verdict *host = &judge->verdict->hosts[subject->host];
	const struct dp_probe *probe =
		&judge->facts->hosts[subject->host].addrs[subject->addr].probes[subject->probe];
	const struct dp_match *match = &host->addrs[subject->addr].probes[subject->probe].match;

	for (size_t i = 0; i < host->record_count; i++) {
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
			dp_tlsa_text(why.record, 0, judge->arena));
		why.words.record = dp_tlsa_text(why.record, DP_WHY_SHOWN_BYTES, judge->arena);
		if (dp_explain_form(&why) || dp_explain_elsewhere(&why))
			continue;
		if (why.record->usage == DP_DANE_EE || why.record->usage == DP_PKIX_EE)
			explain_ee(&why);
		else
			explain_ta(&why);
	}
}
