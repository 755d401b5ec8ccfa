/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Any octets as a file of certificates: looked at, completed from its own certificates and the
 * roots that are built in, and written. Nothing of the file may get lost on the way, and what was
 * written is read as complete.
 */
#include <stdlib.h>
#include <string.h>

#include "dane/survey.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool holds)
{
	if (!holds)
		abort();
}

static void look(struct dp_survey *survey, const struct dp_bundle *bundle, struct dp_chain *chain,
	const struct dp_stock *stock, struct dp_arena *arena)
{
	size_t *blocks;

	dp_bundle_chain(bundle, chain, &blocks, arena);
	*survey = (struct dp_survey){ .arena = arena,
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
		dp_survey_read(survey);
}

static void check(const struct dp_survey *survey)
{
	const struct dp_order *order = &survey->order;

	must(order->path_len <= survey->chain->count && order->leaf < survey->chain->count);
	must(order->path_len == 0 || order->path[0] == order->leaf);
	for (size_t i = 0; i < order->path_len; i++)
		must(order->places[order->path[i]] == DP_PLACE_PATH);
	must(order->misplaced < (int)survey->chain->count);
	must(survey->completion.complete == (survey->completion.root != NULL));
	must(survey->verdict == DP_SURVEY_COMPLETE || survey->findings.count > 0);
}

static void complete(const struct dp_survey *survey, struct dp_arena *arena)
{
	struct dp_bundle bundle;
	struct dp_survey again;
	struct dp_chain chain;
	struct dp_buf out;
	bool moved;

	if (!survey->completion.complete || survey->bundle->is_der)
		return;
	dp_buf_init(&out, arena);
	dp_complete_write(survey->bundle, survey->blocks, &survey->order, &survey->completion,
		survey->key, &out, &moved);
	must(out.len >= survey->bundle->len);
	if (survey->completion.added_count == 0) {
		must(out.len == survey->bundle->len &&
			memcmp(out.data, survey->bundle->data, out.len) == 0);
		return;
	}
	if (survey->bundle->dropped > 0 || survey->chain->dropped > 0)
		return;
	must(dp_bundle_read(out.data, out.len, arena, &bundle) == NULL);
	look(&again, &bundle, &chain, survey->stock, arena);
	must(chain.dropped > 0 ||
		chain.count == survey->chain->count + survey->completion.added_count);
	must(survey->order.exhausted || again.completion.complete);
	dp_chain_close(&chain);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct dp_arena *arena = dp_arena_open();
	struct dp_stock stock = { 0 };
	struct dp_bundle bundle;
	struct dp_survey survey;
	struct dp_chain chain;
	char *copy = dp_arena_text(arena, (const char *)data, size);

	dp_stock_built_in(&stock, arena);
	if (dp_bundle_read(copy, size, arena, &bundle) == NULL) {
		look(&survey, &bundle, &chain, &stock, arena);
		if (chain.count > 0) {
			check(&survey);
			complete(&survey, arena);
		}
		dp_chain_close(&chain);
	}
	dp_arena_close(arena);
	return 0;
}
