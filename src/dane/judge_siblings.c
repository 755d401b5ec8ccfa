/* SPDX-License-Identifier: Apache-2.0 */
/* Records that hold only as long as the CA issues from the same intermediate: Let's Encrypt, for
 * one, chooses among several at each renewal. */
#include <string.h>

#include "base/text.h"
#include "dane/digest.h"
#include "dane/judge.h"
#include "dane/known_ca.h"

static bool is_root(const struct dp_known_ca *ca)
{
	return strcmp(ca->subject_cn, ca->issuer_cn) == 0;
}

/* Would ca be used beside pinned: same issuer, same kind of key, in use? */
static bool is_sibling(
	int64_t now_utc_s, const struct dp_known_ca *ca, const struct dp_known_ca *pinned)
{
	return !is_root(ca) && strcmp(ca->issuer_cn, pinned->issuer_cn) == 0 &&
		strcmp(ca->subject_cn, pinned->subject_cn) != 0 &&
		strcmp(ca->key, pinned->key) == 0 && ca->note[0] == '\0' &&
		dp_text_time_parse(ca->not_after) > now_utc_s &&
		dp_text_time_parse(ca->not_before) < now_utc_s;
}

static bool is_pinned(const struct dp_tlsa *records, size_t count, const struct dp_known_ca *ca)
{
	for (size_t i = 0; i < count; i++) {
		const struct dp_known_ca *pinned =
			dp_tlsa_counts(&records[i]) ? dp_known_ca_find(&records[i], NULL) : NULL;

		if (pinned != NULL &&
			memcmp(pinned->spki_sha256, ca->spki_sha256, DP_SHA256_BYTES) == 0)
			return true;
	}
	return false;
}

const char *dp_judge_unpinned_siblings(const struct dp_tlsa *records, size_t count,
	const struct dp_known_ca *pinned, int64_t now_utc_s, struct dp_arena *arena)
{
	struct dp_buf out;

	dp_buf_init(&out, arena);
	for (size_t i = 0; i < dp_known_ca_count; i++) {
		const struct dp_known_ca *ca = &dp_known_ca_table[i];

		if (is_sibling(now_utc_s, ca, pinned) && !is_pinned(records, count, ca))
			dp_buf_printf(&out, "%s%s", out.len > 0 ? ", " : "", ca->subject_cn);
	}
	return out.data;
}

/* The known intermediate that all good records pin, or NULL when one of them pins something that
 * lasts longer. */
static const struct dp_known_ca *only_intermediate(
	const struct dp_host_verdict *host, const struct dp_match *match)
{
	const struct dp_known_ca *found = NULL;

	for (size_t i = 0; i < host->record_count; i++) {
		const struct dp_known_ca *ca;

		if (match->records[i].state != DP_MATCH_GOOD)
			continue;
		ca = host->records[i].usage == DP_DANE_TA
			? dp_known_ca_find(&host->records[i], NULL)
			: NULL;
		if (ca == NULL || is_root(ca))
			return NULL;
		found = ca;
	}
	return found;
}

void dp_judge_siblings(
	struct dp_judge *judge, const struct dp_subject *subject, const struct dp_match *match)
{
	const struct dp_host_verdict *host = &judge->verdict->hosts[subject->host];
	const struct dp_known_ca *pinned = only_intermediate(host, match);
	const char *label = dp_judge_label(judge, subject->host, -1);
	struct dp_subject about = { subject->host, -1, -1, -1, -1 };
	const char *others;
	struct dp_words words = { .host = label };

	if (pinned == NULL)
		return;
	others = dp_judge_unpinned_siblings(
		host->records, host->record_count, pinned, judge->now_utc_s, judge->arena);
	if (others[0] == '\0')
		return;
	words.cert = pinned->subject_cn;
	words.detail = dp_arena_printf(
		judge->arena, "its issuer %s has also %s", pinned->issuer_cn, others);
	words.fix = dp_arena_printf(judge->arena,
		"Publish the record of the server's own key, too, and keep that key:%s",
		dp_judge_record_line(judge, subject->host, dp_judge_leaf(judge, subject->host)));
	dp_finding_add(&judge->findings, DP_REASON_TLSA_SIBLING_ISSUERS, &about, label, &words);
}
