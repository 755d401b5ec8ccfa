/* SPDX-License-Identifier: Apache-2.0 */
#include "dane/order.h"

#include <string.h>

struct reading {
	const struct dp_chain *chain;
	struct dp_order *order;
	struct dp_walk walk;
	size_t *positions; /* of the nodes */
	bool *met;         /* per node: some path leads there */
	size_t best[DP_CHAIN_DEPTH_MAX];
	size_t best_len;
	bool best_root;
};

void dp_order_walk(
	struct dp_walk *walk, const struct dp_cert **nodes, size_t count, struct dp_arena *arena)
{
	memset(walk, 0, sizeof(*walk));
	walk->arena = arena;
	walk->nodes = nodes;
	walk->node_count = count;
	walk->edges = dp_arena_alloc(arena, count * count);
	walk->limits = dp_arena_alloc(arena, count * sizeof(*walk->limits));
}

bool dp_order_is_root(struct dp_walk *walk, size_t node)
{
	if (!walk->nodes[node]->self_issued)
		return false;
	switch (dp_path_edge(walk, node, node)) {
	case DP_EDGE_SIGNED:
	case DP_EDGE_UNSUPPORTED: return true;
	case DP_EDGE_NONE:
	case DP_EDGE_UNKNOWN: break;
	}
	return false;
}

bool dp_order_beyond_root(struct dp_walk *walk)
{
	for (size_t i = 0; i + 1 < walk->depth; i++) {
		if (dp_order_is_root(walk, walk->path[i]))
			return true;
	}
	return false;
}

static bool same_cert(const struct dp_cert *a, const struct dp_cert *b)
{
	return a->der_len == b->der_len && memcmp(a->cert_sha256, b->cert_sha256, 32) == 0;
}

/* The first certificate with that key; count: none. */
static size_t holder(const struct dp_chain *chain, const uint8_t *key, size_t key_len)
{
	for (size_t i = 0; i < chain->count; i++) {
		const struct dp_cert *cert = &chain->certs[i];

		if (cert->spki != NULL && cert->spki_len == key_len &&
			memcmp(cert->spki, key, key_len) == 0)
			return i;
	}
	return chain->count;
}

/* Does it sign another one of the chain? walk: of all certificates, as they stand. */
static bool is_issuer(struct dp_walk *walk, size_t index)
{
	const struct dp_cert **nodes = walk->nodes;

	for (size_t i = 0; i < walk->node_count; i++) {
		if (nodes[i]->spki != NULL && !same_cert(nodes[i], nodes[index]) &&
			dp_path_edge(walk, i, index) == DP_EDGE_SIGNED)
			return true;
	}
	return false;
}

static size_t find_leaf(
	const struct dp_chain *chain, const uint8_t *key, size_t key_len, struct dp_arena *arena)
{
	size_t at = key != NULL ? holder(chain, key, key_len) : chain->count;
	const struct dp_cert **nodes = dp_arena_alloc(arena, chain->count * sizeof(*nodes));
	struct dp_walk *walk = dp_arena_alloc(arena, sizeof(*walk));

	for (size_t i = 0; i < chain->count; i++)
		nodes[i] = &chain->certs[i];
	dp_order_walk(walk, nodes, chain->count, arena);
	for (size_t i = 0; i < chain->count && at == chain->count; i++) {
		if (chain->certs[i].spki != NULL && !chain->certs[i].is_ca)
			at = i;
	}
	for (size_t i = 0; i < chain->count && at == chain->count; i++) {
		if (chain->certs[i].spki != NULL && !is_issuer(walk, i))
			at = i;
	}
	return at < chain->count ? at : 0;
}

/* Every certificate once, the leaf first, the others in file order. */
static void collect(struct reading *r, struct dp_arena *arena)
{
	const struct dp_chain *chain = r->chain;
	const struct dp_cert **nodes = dp_arena_alloc(arena, (chain->count + 1) * sizeof(*nodes));
	size_t count = 0;

	r->positions = dp_arena_alloc(arena, (chain->count + 1) * sizeof(*r->positions));
	r->positions[count] = r->order->leaf;
	nodes[count++] = &chain->certs[r->order->leaf];
	for (size_t i = 0; i < chain->count; i++) {
		const struct dp_cert *cert = &chain->certs[i];
		enum dp_place *place = &r->order->places[i];
		size_t first = 0;

		while (first < i && !same_cert(&chain->certs[first], cert))
			first++;
		*place = cert->spki == NULL ? DP_PLACE_UNREADABLE
			: first < i         ? DP_PLACE_COPY
					    : DP_PLACE_UNRELATED;
		r->order->copy_of[i] = first;
		if (i == r->order->leaf || *place != DP_PLACE_UNRELATED)
			continue;
		r->positions[count] = i;
		nodes[count++] = cert;
	}
	r->met = dp_arena_alloc(arena, count * sizeof(*r->met));
	dp_order_walk(&r->walk, nodes, count, arena);
}

/* A path that ends at a root is better, then the longer one, then the one that is met first. */
static bool visit(struct dp_walk *walk, void *context)
{
	struct reading *r = context;
	size_t top = walk->path[walk->depth - 1];
	bool root;

	if (dp_order_beyond_root(walk)) {
		r->met[top] = true;
		return true;
	}
	r->met[top] = true;
	root = dp_order_is_root(walk, top);
	if (root < r->best_root || (root == r->best_root && walk->depth <= r->best_len))
		return true;
	r->best_root = root;
	r->best_len = walk->depth;
	memcpy(r->best, walk->path, walk->depth * sizeof(r->best[0]));
	return true;
}

static void note_path(struct reading *r, struct dp_arena *arena)
{
	struct dp_order *order = r->order;

	order->path = dp_arena_alloc(arena, (r->best_len + 1) * sizeof(*order->path));
	order->path_len = r->best_len;
	order->at_root = r->best_root;
	order->exhausted = r->walk.exhausted;
	for (size_t n = 0; n < r->walk.node_count; n++) {
		if (r->met[n])
			order->places[r->positions[n]] = DP_PLACE_BESIDE;
	}
	for (size_t i = 0; i < r->best_len; i++) {
		order->path[i] = r->positions[r->best[i]];
		order->places[order->path[i]] = DP_PLACE_PATH;
		if (r->walk.limits[r->best[i]] != NULL && !(r->best_root && i + 1 == r->best_len))
			order->limit = r->walk.limits[r->best[i]];
	}
}

static bool holds(const size_t *list, size_t count, size_t value)
{
	for (size_t i = 0; i < count; i++) {
		if (list[i] == value)
			return true;
	}
	return false;
}

static size_t node_at(const struct reading *r, size_t position)
{
	size_t n = 0;

	while (n + 1 < r->walk.node_count && r->positions[n] != position)
		n++;
	return n;
}

static bool certifies(struct reading *r, size_t position, size_t below)
{
	enum dp_edge edge = dp_path_edge(&r->walk, node_at(r, below), node_at(r, position));

	return edge == DP_EDGE_SIGNED || edge == DP_EDGE_UNSUPPORTED;
}

/* The certificates from the file's start of which each certifies the one before. */
static size_t run_length(struct reading *r)
{
	const struct dp_order *order = r->order;
	size_t run = 1;

	while (run < r->chain->count &&
		(order->places[run] == DP_PLACE_PATH || order->places[run] == DP_PLACE_BESIDE) &&
		!holds(order->path, 1, run) && certifies(r, run, run - 1))
		run++;
	return run;
}

/* Out of place is what breaks that run while more of the path stands behind it. A cross-signed
 * certificate in the run stands for the one of the same CA that is behind. */
static int find_misplaced(struct reading *r)
{
	const struct dp_order *order = r->order;
	const struct dp_cert *certs = r->chain->certs;
	size_t run;

	if (order->leaf != 0)
		return 0;
	run = run_length(r);
	for (size_t i = 0; i < order->path_len; i++) {
		const struct dp_cert *cert = &certs[order->path[i]];
		bool stands_in = false;

		for (size_t k = 0; k < run; k++)
			stands_in |= certs[k].spki_len == cert->spki_len &&
				memcmp(certs[k].spki, cert->spki, cert->spki_len) == 0;
		if (order->path[i] >= run && !stands_in)
			return (int)run;
	}
	return -1;
}

void dp_order_read(const struct dp_chain *chain, const uint8_t *key, size_t key_len,
	struct dp_arena *arena, struct dp_order *order)
{
	struct reading *r = dp_arena_alloc(arena, sizeof(*r));
	size_t *all = dp_arena_alloc(arena, (chain->count + 1) * sizeof(*all));

	memset(order, 0, sizeof(*order));
	order->misplaced = -1;
	order->places = dp_arena_alloc(arena, (chain->count + 1) * sizeof(*order->places));
	order->copy_of = dp_arena_alloc(arena, (chain->count + 1) * sizeof(*order->copy_of));
	if (chain->count == 0)
		return;
	r->chain = chain;
	r->order = order;
	order->leaf = find_leaf(chain, key, key_len, arena);
	collect(r, arena);
	if (chain->certs[order->leaf].spki == NULL)
		return;
	for (size_t n = 1; n < r->walk.node_count; n++)
		all[n - 1] = n;
	dp_path_walk(&r->walk, all, r->walk.node_count - 1, visit, r);
	note_path(r, arena);
	order->misplaced = find_misplaced(r);
}
