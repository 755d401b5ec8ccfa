/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A chain of any octets against records made from it. Input: one octet that picks the records, then
 * certificates, each behind its length in two octets.
 */
#include <stdlib.h>
#include <string.h>

#include "dane/chain.h"
#include "dane/digest.h"

#define CERTS_MAX 140
#define RECORDS_MAX 24

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool holds)
{
	if (!holds)
		abort();
}

static size_t cut(const uint8_t *data, size_t size, const uint8_t **ders, size_t *lens)
{
	size_t count = 0;

	while (size >= 2 && count < CERTS_MAX) {
		size_t len = (size_t)data[0] << 8 | data[1];

		data += 2;
		size -= 2;
		len = len < size ? len : size;
		ders[count] = data;
		lens[count++] = len;
		data += len;
		size -= len;
	}
	return count;
}

/* Records for up to four certificates, in every form; the first octet says which. */
static size_t make_records(const struct dp_chain *chain, unsigned pick, struct dp_tlsa *records,
	struct dp_arena *arena)
{
	size_t count = 0;

	for (size_t i = 0; i < chain->count && i < 4; i++) {
		const struct dp_cert *cert = &chain->certs[i];

		for (unsigned form = 0; form < 6 && count < RECORDS_MAX; form++) {
			bool spki = form % 2 != 0;
			const uint8_t *of = spki ? cert->spki : cert->der;
			size_t len = spki ? cert->spki_len : cert->der_len;
			uint8_t *digest = dp_arena_alloc(arena, DP_SHA512_BYTES);
			struct dp_tlsa *record = &records[count++];

			memset(record, 0, sizeof *record);
			record->usage = (uint8_t)((pick >> (form + i)) % 4);
			record->selector = spki;
			record->matching = (uint8_t)(form / 2);
			record->data = digest;
			record->data_len = form < 4 ? DP_SHA256_BYTES : DP_SHA512_BYTES;
			if (form < 2) {
				record->data = of;
				record->data_len = len;
			} else if (form < 4) {
				dp_digest_sha256(of, len, digest);
			} else {
				dp_digest_sha512(of, len, digest);
			}
		}
	}
	return count;
}

static void check(const struct dp_chain *chain, const struct dp_match_input *input,
	const struct dp_match *match)
{
	must(match->checks <= 2 * DP_CHAIN_CHECKS_MAX);
	must(match->record < (int)input->record_count);
	must(!match->authenticated || !match->limited);
	must(!match->authenticated || match->records[match->record].state == DP_MATCH_GOOD);
	for (size_t i = 0; i < match->path_len; i++)
		must(match->path[i] >= -1 && match->path[i] < (int)chain->count);
	for (size_t r = 0; r < input->record_count; r++) {
		const struct dp_record_match *found = &match->records[r];

		must(found->cert >= -1 && found->cert < (int)chain->count);
		must(found->culprit >= -1 && found->culprit < (int)chain->count);
		must((found->state == DP_MATCH_BROKEN) == (found->reason != DP_REASON_NONE));
		must(found->state != DP_MATCH_GOOD || match->authenticated);
		must(found->state != DP_MATCH_GOOD || input->records[r].usage % 2 == 1 ||
			found->cert != 0);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char *const references[] = { "mx.example.org" };
	static const uint8_t *ders[CERTS_MAX];
	static size_t lens[CERTS_MAX];
	struct dp_tlsa records[RECORDS_MAX];
	struct dp_arena *arena;
	struct dp_chain chain, sent;
	struct dp_match match;
	size_t count;
	bool pkix;

	if (size == 0)
		return 0;
	arena = dp_arena_open();
	count = cut(data + 1, size - 1, ders, lens);
	dp_chain_open(&chain, ders, lens, count, arena);
	dp_chain_disorder(&chain);
	struct dp_match_input input = { records,
		make_records(&chain, data[0] * 0x9e3779b1u, records, arena), references, 1,
		.now_utc_s = 2222222222, .srv_id = "_imaps.example.org" };

	/* With usages 0 and 1 the last third is not sent, but the roots. */
	pkix = (data[0] & 1) != 0;
	sent = chain;
	if (pkix)
		sent.count = chain.count - chain.count / 3;
	input.pkix_roots = &chain.certs[sent.count];
	input.pkix_root_count = chain.count - sent.count;
	dp_tlsa_classify(records, input.record_count, pkix);
	dp_chain_match(&sent, &input, &match, arena);
	check(&sent, &input, &match);
	dp_chain_close(&chain);
	dp_arena_close(arena);
	return 0;
}
