/* SPDX-License-Identifier: Apache-2.0 */
/* Findings on the TLSA records of one host, whatever the server sends. */
#include "base/text.h"
#include "dane/digest.h"
#include "dane/judge.h"
#include "dane/rules.h"

/* More records than this were seen to be too many for one large sender. */
#define MANY_RECORDS 12
#define SHOWN_BYTES 8

const struct dp_cert *dp_judge_leaf(struct dp_judge *judge, int host)
{
	const struct dp_host_facts *facts = &judge->facts->hosts[host];

	for (size_t i = 0; i < facts->addr_count; i++) {
		for (size_t j = 0; j < facts->addrs[i]->probe_count; j++) {
			const struct dp_probe *probe = &facts->addrs[i]->probes[j];

			if (!probe->without_sni && probe->chain.count > 0)
				return &probe->chain.certs[0];
		}
	}
	return NULL;
}

/* RFC 7671 s5.1 and s8.1: 3 1 1 is what everybody verifies and what survives a renewal with the
 * same key. */
const char *dp_judge_record_line(struct dp_judge *judge, int host, const struct dp_cert *cert)
{
	const struct dp_host_verdict *verdict = &judge->verdict->hosts[host];

	if (cert == NULL || cert->spki == NULL)
		return "";
	return dp_arena_printf(judge->arena, "\n  %s. IN TLSA 3 1 1 %s",
		dp_judge_name(judge, &verdict->owner),
		dp_text_hex(judge->arena, cert->spki_sha256, DP_SHA256_BYTES));
}

static const char *parameter(struct dp_judge *judge, const struct dp_tlsa *record)
{
	if (record->usage > DP_DANE_EE)
		return dp_arena_printf(
			judge->arena, "certificate usage, %u", (unsigned)record->usage);
	if (record->selector > DP_SPKI)
		return dp_arena_printf(judge->arena, "selector, %u", (unsigned)record->selector);
	return dp_arena_printf(judge->arena, "matching type, %u", (unsigned)record->matching);
}

static void judge_unusable(struct dp_judge *judge, const struct dp_tlsa *record,
	const struct dp_subject *subject, struct dp_words *words)
{
	bool roots = record->unusable == DP_REASON_TLSA_NEEDS_ROOTS;

	if (roots || record->unusable == DP_REASON_TLSA_UNUSABLE_USAGE)
		words->detail = record->usage == DP_PKIX_TA ? "0 (PKIX-TA)" : "1 (PKIX-EE)";
	else if (record->unusable == DP_REASON_TLSA_UNUSABLE_LENGTH)
		words->detail = dp_arena_printf(judge->arena, "%zu octet%s instead of %u",
			record->data_len, record->data_len == 1 ? "" : "s",
			record->matching == DP_SHA256 ? 32u : 64u);
	else if (record->unusable == DP_REASON_TLSA_UNUSABLE_DATA)
		words->detail = record->selector == DP_CERT ? "certificate" : "public key";
	else
		words->detail = parameter(judge, record);
	/* Beside another record that decides nothing hangs on it. */
	dp_finding_add_as(&judge->findings, record->unusable,
		roots && judge->verdict->hosts[subject->host].outcome == DP_VERIFIED ? DP_NOTE
										     : DP_WARNING,
		subject, words->host, words);
}

static bool stronger_matched(const struct dp_host_verdict *host, const struct dp_tlsa *record)
{
	for (size_t i = 0; i < host->record_count; i++) {
		const struct dp_tlsa *other = &host->records[i];

		if (host->matched[i] && other->usage == record->usage &&
			other->selector == record->selector && other->matching == DP_SHA512)
			return true;
	}
	return false;
}

/* Weaker digests that would match: RFC 7671 s9. */
static void judge_weaker(struct dp_judge *judge, const struct dp_tlsa *record,
	const struct dp_subject *subject, struct dp_words *words)
{
	const struct dp_host_verdict *host = &judge->verdict->hosts[subject->host];
	const struct dp_cert *leaf = dp_judge_leaf(judge, subject->host);

	if (stronger_matched(host, record))
		return;
	if (leaf == NULL || record->usage != DP_DANE_EE ||
		!dp_tlsa_matches(record, leaf->der, leaf->der_len, leaf->spki, leaf->spki_len))
		return;
	words->detail = dp_arena_printf(judge->arena,
		"there is a SHA2-512 record with the same usage %u and selector %u",
		(unsigned)record->usage, (unsigned)record->selector);
	dp_finding_add(&judge->findings, DP_REASON_TLSA_AGILITY, subject, words->host, words);
}

static void judge_record(
	struct dp_judge *judge, const struct dp_subject *subject, struct dp_words *words)
{
	const struct dp_host_verdict *host = &judge->verdict->hosts[subject->host];
	const struct dp_tlsa *record = &host->records[subject->record];

	words->record = dp_tlsa_text(record, SHOWN_BYTES, judge->arena);
	if (record->duplicate) {
		dp_finding_add(
			&judge->findings, DP_REASON_TLSA_DUPLICATE, subject, words->host, words);
	} else if (record->unusable != DP_REASON_NONE) {
		judge_unusable(judge, record, subject, words);
	} else if (record->weaker) {
		judge_weaker(judge, record, subject, words);
	} else {
		if (record->usage == DP_DANE_TA && record->selector == DP_SPKI &&
			record->matching == DP_FULL)
			dp_finding_add(&judge->findings, DP_REASON_TLSA_BARE_KEY, subject,
				words->host, words);
		if (host->outcome == DP_VERIFIED && !host->matched[subject->record])
			dp_finding_add(&judge->findings, DP_REASON_TLSA_UNMATCHED, subject,
				words->host, words);
	}
}

void dp_judge_records(struct dp_judge *judge, int host)
{
	const struct dp_host_verdict *verdict = &judge->verdict->hosts[host];
	struct dp_subject subject = dp_subject_none;
	struct dp_words words = { .host = dp_judge_name(judge, &judge->facts->hosts[host].name) };
	size_t total = verdict->record_count + verdict->record_dropped, counting = 0;

	subject.host = host;
	if (verdict->records == NULL)
		return;
	words.fix = dp_judge_record_line(judge, host, dp_judge_leaf(judge, host));
	if (words.fix[0] == '\0')
		words.fix = "a 3 1 1 record of the server's key.";
	for (size_t i = 0; i < verdict->record_count; i++) {
		subject.record = (int)i;
		counting += dp_tlsa_counts(&verdict->records[i]) ? 1 : 0;
		judge_record(judge, &subject, &words);
	}
	subject.record = -1;
	if (counting == 0)
		dp_finding_add(&judge->findings, DP_REASON_TLSA_ALL_UNUSABLE, &subject, words.host,
			&words);
	if (total > MANY_RECORDS) {
		words.detail = dp_arena_printf(judge->arena, "%zu", total);
		dp_finding_add_as(&judge->findings, DP_REASON_TLSA_MANY,
			total > DP_TLSA_MAX ? DP_ERROR : DP_WARNING, &subject, words.host, &words);
	}
}
