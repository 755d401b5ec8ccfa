/* SPDX-License-Identifier: Apache-2.0 */
#include "dane/inventory_keys.h"

#include <string.h>

#include "dane/key.h"

static bool same_key(const struct dp_cert *cert, const uint8_t *key, size_t len)
{
	return cert->spki != NULL && cert->spki_len == len && memcmp(cert->spki, key, len) == 0;
}

int dp_inventory_holder(const struct dp_chain *chain, const uint8_t *key, size_t len)
{
	for (size_t i = 0; i < chain->count; i++) {
		if (same_key(&chain->certs[i], key, len))
			return (int)i;
	}
	return -1;
}

bool dp_inventory_private_key(
	const struct dp_inventory *s, size_t block, const uint8_t **key, size_t *len)
{
	return s->bundle->blocks[block].kind == DP_BLOCK_PRIVATE_KEY &&
		dp_key_spki(&s->bundle->blocks[block], s->arena, key, len) == NULL;
}

void dp_inventory_find_key(struct dp_inventory *s, const uint8_t **leaf_key, size_t *leaf_key_len)
{
	s->key = -1;
	*leaf_key = NULL;
	*leaf_key_len = 0;
	for (size_t i = 0; i < s->bundle->count && s->key < 0; i++) {
		const uint8_t *key;
		size_t len;

		if (!dp_inventory_private_key(s, i, &key, &len) ||
			dp_inventory_holder(s->chain, key, len) < 0)
			continue;
		s->key = (int)i;
		*leaf_key = key;
		*leaf_key_len = len;
	}
}

/* The positions of the certificates whose private keys are in the file, at most count of them, in
 * file order. Returns how many. */
static size_t find_leaves(const struct dp_inventory *s, int *leaves, size_t most)
{
	size_t count = 0;

	for (size_t i = 0; i < s->bundle->count; i++) {
		const uint8_t *key;
		size_t len, at = 0;
		int leaf = dp_inventory_private_key(s, i, &key, &len)
			? dp_inventory_holder(s->whole, key, len)
			: -1;

		while (at < count && leaves[at] < leaf)
			at++;
		if (leaf < 0 || at == most || (at < count && leaves[at] == leaf))
			continue;
		count += count < most;
		memmove(leaves + at + 1, leaves + at, (count - 1 - at) * sizeof(leaves[0]));
		leaves[at] = leaf;
	}
	return count;
}

void dp_inventory_split(struct dp_inventory *s)
{
	int leaves[3] = { 0 };
	size_t count, at;
	struct dp_chain *parts;

	s->whole = s->chain;
	s->next = NULL;
	count = find_leaves(s, leaves, 3);
	s->third = count > 2 ? leaves[2] : -1;
	if (count < 2)
		return;
	at = (size_t)leaves[1];
	parts = dp_arena_alloc(s->arena, 2 * sizeof(*parts));
	parts[0] = (struct dp_chain){ s->whole->certs, at, 0 };
	parts[1] = (struct dp_chain){
		s->whole->certs + at,
		(count > 2 ? (size_t)leaves[2] : s->whole->count) - at,
		s->whole->dropped,
	};
	s->next = dp_arena_alloc(s->arena, sizeof(*s->next));
	*s->next = *s;
	s->next->next = NULL;
	s->chain = &parts[0];
	s->next->chain = &parts[1];
	s->next->blocks = s->blocks + at;
	s->next->offset = at;
	s->next->third = -1;
}
