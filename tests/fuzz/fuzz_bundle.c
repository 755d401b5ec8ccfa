/* SPDX-License-Identifier: Apache-2.0 */
/* Any octets as a file of certificates and keys: cut, its keys read, records made of it. */
#include <stdlib.h>
#include <string.h>

#include "dane/generate.h"
#include "dane/key.h"

#define KEYS_MAX 4 /* private keys are slow */

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool holds)
{
	if (!holds)
		abort();
}

static bool is_printable(const char *text)
{
	for (; *text != '\0'; text++) {
		if ((unsigned char)*text < 0x20 || *text == 0x7f)
			return false;
	}
	return true;
}

static void read_keys(const struct dp_bundle *bundle, struct dp_arena *arena)
{
	const uint8_t *spki;
	size_t len, keys = 0;

	for (size_t i = 0; i < bundle->count && keys < KEYS_MAX; i++) {
		const char *why = dp_key_spki(&bundle->blocks[i], arena, &spki, &len);

		keys += bundle->blocks[i].kind == DP_BLOCK_PRIVATE_KEY ||
				bundle->blocks[i].kind == DP_BLOCK_REQUEST
			? 1
			: 0;
		must((why == NULL) == (spki != NULL));
		must(why == NULL || is_printable(why));
		/* what is made can be read; what is in a certificate may be of a key we do not know
		 */
		must(spki == NULL || bundle->blocks[i].kind != DP_BLOCK_PRIVATE_KEY ||
			dp_cert_is_public_key(spki, len));
	}
}

static void make_records(const struct dp_bundle *bundle, struct dp_arena *arena)
{
	const struct dp_wanted wanted = { -1, -1, -1, true };
	struct dp_sources sources;
	struct dp_generated_set set;
	const char *why = dp_sources_of_bundle(bundle, arena, &sources);

	must(why == NULL || is_printable(why));
	for (size_t i = 0; i < sources.note_count; i++)
		must(is_printable(sources.notes[i]));
	if (why != NULL)
		return;
	why = dp_generate(&sources, &wanted, arena, &set);
	must(why != NULL || set.count > 0);
	for (size_t i = 0; why == NULL && i < set.count; i++) {
		const struct dp_source *source = set.records[i].source;
		const struct dp_cert *cert = source->cert;

		must(dp_tlsa_matches(&set.records[i].tlsa, cert != NULL ? cert->der : NULL,
			cert != NULL ? cert->der_len : 0, source->spki, source->spki_len));
		must(is_printable(source->text));
	}
}

static void check_blocks(const struct dp_bundle *bundle, struct dp_arena *arena)
{
	const char *wrong = dp_bundle_wrong(bundle, arena);
	size_t end = 0;

	must(bundle->count > 0 && bundle->count <= DP_BLOCKS_MAX);
	must(wrong == NULL || is_printable(wrong));
	for (size_t i = 0; i < bundle->count; i++) {
		const struct dp_block *block = &bundle->blocks[i];

		must(block->start >= end && block->end > block->start && block->end <= bundle->len);
		must((block->der == NULL) == (block->wrong != NULL) && is_printable(block->label));
		end = block->end;
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct dp_arena *arena = dp_arena_open();
	char *copy = dp_arena_copy(arena, data, size);
	struct dp_bundle bundle;
	const char *why = dp_bundle_read(copy, size, arena, &bundle);

	if (why != NULL) {
		must(is_printable(why));
	} else {
		check_blocks(&bundle, arena);
		read_keys(&bundle, arena);
		make_records(&bundle, arena);
		dp_bundle_wipe(&bundle, copy);
	}
	dp_arena_close(arena);
	return 0;
}
