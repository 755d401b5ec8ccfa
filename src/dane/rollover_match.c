/* SPDX-License-Identifier: Apache-2.0 */
/* Records against the new chain, as senders of all kinds see them: RFC 6698 s5 leaves SHA-512
 * open, and by digest agility (RFC 7671 s9) those who know it pass over SHA-256 records beside it.
 * Outside SMTP some have roots for usages 0 and 1, and some pass over these.
 */
#include <string.h>

#include "dane/cert.h"
#include "dane/rollover_parts.h"
#include "dane/rules.h"

/* Before there is a certificate only the key can be compared: usage 3, selector 1. */
static void match_key(const struct dp_rollover_work *work, const struct dp_tlsa *records,
	size_t count, bool *good)
{
	const struct dp_rollover_new *next = &work->input->next;

	for (size_t i = 0; i < count; i++) {
		if (dp_tlsa_counts(&records[i]) && records[i].usage == DP_DANE_EE &&
			records[i].selector == DP_SPKI)
			good[i] |=
				dp_tlsa_matches(&records[i], NULL, 0, next->spki, next->spki_len);
	}
}

static void match_chain(const struct dp_rollover_work *work, const struct dp_tlsa *records,
	size_t count, const struct dp_chain *chain, bool *good)
{
	struct dp_match match;

	if (chain->count == 0)
		return;
	dp_rule_match(work->input->facts, chain, records, count, &work->verdict->base,
		work->input->now_utc_s, &match);
	for (size_t i = 0; i < count; i++)
		good[i] |= match.records[i].state == DP_MATCH_GOOD;
}

struct reader {
	bool sha512, roots;
};

static const struct reader readers[] = { { true, true }, { false, true }, { true, false },
	{ false, false } };

/* Without roots here, the first two say all: there is one reading of usages 0 and 1. */
static size_t reader_count(const struct dp_rollover_work *work)
{
	return work->input->facts->target.pkix_roots != NULL ? 4 : 2;
}

/* The set as a sender reads it. Returns whether any record counts, or would if the roots of that
 * sender were known here. */
static bool read_set(const struct dp_rollover_work *work, struct dp_tlsa *out,
	const struct dp_tlsa *records, size_t count, const struct reader *reader)
{
	bool any = false;

	for (size_t i = 0; i < count; i++) {
		out[i] = records[i];
		if (!reader->sha512 && out[i].matching == DP_SHA512)
			out[i].matching = UINT8_MAX;
	}
	if (reader->roots)
		dp_rule_classify(&work->input->facts->target, out, count);
	else
		dp_tlsa_classify(out, count, false);
	for (size_t i = 0; i < count; i++)
		any |= dp_tlsa_counts(&out[i]) || out[i].unusable == DP_REASON_TLSA_NEEDS_ROOTS;
	return any;
}

/* False when a sender of that kind would not verify. */
static bool vouch(const struct dp_rollover_work *work, const struct dp_tlsa *records, size_t count,
	const struct dp_chain *chain, const struct reader *reader, bool *good)
{
	struct dp_tlsa *set = dp_arena_alloc(work->arena, (count + 1) * sizeof *set);
	bool *own = dp_arena_alloc(work->arena, count + 1);
	bool usable = read_set(work, set, records, count, reader), any = false;

	if (chain == NULL)
		match_key(work, set, count, own);
	else
		match_chain(work, set, count, chain, own);
	for (size_t i = 0; i < count; i++) {
		good[i] |= own[i];
		any |= own[i];
	}
	/* Nothing that can be used: it delivers, unauthenticated (RFC 7672 s2.2). */
	return any || !usable;
}

void dp_rollover_vouching(const struct dp_rollover_work *work, const struct dp_tlsa *records,
	size_t count, const struct dp_chain *chain, bool *good)
{
	for (size_t r = 0; r < reader_count(work); r++)
		vouch(work, records, count, chain, &readers[r], good);
}

bool dp_rollover_verifies(
	const struct dp_rollover_work *work, const struct dp_tlsa *records, size_t count)
{
	const struct dp_chain *chain = work->input->next.chain;
	bool *good = dp_arena_alloc(work->arena, count + 1), all = true;

	for (size_t r = 0; r < reader_count(work); r++)
		all &= vouch(work, records, count, chain, &readers[r], good);
	return all;
}
