/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Any octets as a file of certificates: looked at, completed from its own certificates and the
 * roots that are built in, and written. Nothing of the file may get lost on the way, and what was
 * written is read as complete.
 */
#include <stdlib.h>
#include <string.h>

#include "dane/inventory.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool holds)
{
	if (!holds)
		abort();
}

static void look(struct dp_inventory *inventory, const struct dp_bundle *bundle,
	struct dp_chain *chain, const struct dp_stock *stock, struct dp_arena *arena)
{
	size_t *blocks;

	dp_bundle_chain(bundle, chain, &blocks, arena);
	*inventory = (struct dp_inventory){ .arena = arena,
		.name = "file",
		.path = "file",
		.bundle = bundle,
		.chain = chain,
		.blocks = blocks,
		.stock = stock,
		.now_utc_s = 1795000000,
		.wish.now_utc_s = 1795000000,
		.cert_warning_s = -1 };
	if (chain->count > 0)
		dp_inventory_read(inventory);
}

static void check(const struct dp_inventory *inventory)
{
	const struct dp_order *order = &inventory->order;

	must(order->path_len <= inventory->chain->count && order->leaf < inventory->chain->count);
	must(order->path_len == 0 || order->path[0] == order->leaf);
	for (size_t i = 0; i < order->path_len; i++)
		must(order->places[order->path[i]] == DP_PLACE_PATH);
	must(order->misplaced < (int)inventory->chain->count);
	must(inventory->completion.complete == (inventory->completion.root != NULL));
	must(inventory->verdict == DP_INVENTORY_COMPLETE || inventory->findings.count > 0);
}

static void complete(const struct dp_inventory *inventory, struct dp_arena *arena)
{
	struct dp_bundle bundle;
	struct dp_inventory again;
	struct dp_complete_part part = { inventory->blocks, &inventory->order,
		&inventory->completion, inventory->key, false };
	struct dp_chain chain;
	struct dp_buf out;

	if (!inventory->completion.complete || inventory->bundle->is_der)
		return;
	dp_buf_init(&out, arena);
	dp_complete_write(inventory->bundle, &part, 1, &out);
	must(out.len >= inventory->bundle->len);
	if (inventory->completion.added_count == 0) {
		must(out.len == inventory->bundle->len &&
			memcmp(out.data, inventory->bundle->data, out.len) == 0);
		return;
	}
	if (inventory->bundle->dropped > 0 || inventory->chain->dropped > 0)
		return;
	must(dp_bundle_read(out.data, out.len, arena, &bundle) == NULL);
	look(&again, &bundle, &chain, inventory->stock, arena);
	must(chain.dropped > 0 ||
		chain.count == inventory->chain->count + inventory->completion.added_count);
	must(inventory->order.exhausted || again.completion.complete);
	dp_chain_close(&chain);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct dp_arena *arena = dp_arena_open();
	struct dp_stock stock = { 0 };
	struct dp_bundle bundle;
	struct dp_inventory inventory;
	struct dp_chain chain;
	char *copy = dp_arena_text(arena, (const char *)data, size);

	dp_stock_built_in(&stock, arena);
	if (dp_bundle_read(copy, size, arena, &bundle) == NULL) {
		look(&inventory, &bundle, &chain, &stock, arena);
		if (chain.count > 0) {
			check(&inventory);
			complete(&inventory, arena);
		}
		dp_chain_close(&chain);
	}
	dp_arena_close(arena);
	return 0;
}
