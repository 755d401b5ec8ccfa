/* SPDX-License-Identifier: Apache-2.0 */
#include "dane/complete.h"

#include <string.h>

#include "base/text.h"
#include "dane/cert_der.h"
#include "dane/digest.h"
#include "dane/roots.h"

#define STOCK_NODES_MAX 128 /* certificates at hand that can be issuers of one chain */
#define ROOTS_MAX 8         /* different ends that are told apart */

/* What is known of a path that ends at a root. */
struct way {
	size_t path[DP_CHAIN_DEPTH_MAX];
	size_t len;
	size_t added;
	bool pinned, expired, in_order;
};

struct search {
	const struct dp_chain *chain;
	const struct dp_order *order;
	const struct dp_stock *stock;
	const struct dp_wish *wish;
	struct dp_completion *out;
	struct dp_walk walk;
	int *positions;   /* of the nodes in the file; -1: from the stock */
	size_t *stock_at; /* of the nodes in the stock */
	size_t last;      /* highest position of a chain certificate in the file */
	size_t roots[ROOTS_MAX];
	size_t root_count;
	struct way best;
	size_t nearest, nearest_depth; /* the end of the longest path */
};

/* --- the stock --- */

static void stock_cert(struct dp_stock *stock, const uint8_t *der, size_t len, const char *source,
	struct dp_arena *arena)
{
	size_t cap = stock->cap;

	stock->certs =
		dp_arena_grow(arena, stock->certs, stock->count, &cap, sizeof(*stock->certs));
	cap = stock->cap;
	stock->sources =
		dp_arena_grow(arena, stock->sources, stock->count, &cap, sizeof(*stock->sources));
	stock->cap = cap;
	dp_cert_open(&stock->certs[stock->count], der, len, arena);
	stock->sources[stock->count] = source;
	stock->count += stock->certs[stock->count].spki != NULL;
}

void dp_stock_built_in(struct dp_stock *stock, struct dp_arena *arena)
{
	for (const struct dp_root *root = dp_roots; root->der != NULL; root++)
		stock_cert(stock, root->der, root->len, DP_STOCK_BUILT_IN, arena);
}

size_t dp_stock_add(struct dp_stock *stock, const struct dp_bundle *bundle, const char *source,
	struct dp_arena *arena)
{
	size_t before = stock->count;

	for (size_t i = 0; i < bundle->count && stock->count < DP_STOCK_MAX; i++) {
		const struct dp_block *block = &bundle->blocks[i];

		if (block->kind == DP_BLOCK_CERTIFICATE && block->der != NULL)
			stock_cert(stock, block->der, block->der_len, source, arena);
	}
	return stock->count - before;
}

/* --- the certificates that a way may lead over --- */

static bool same_cert(const struct dp_cert *a, const struct dp_cert *b)
{
	return a->der_len == b->der_len && memcmp(a->cert_sha256, b->cert_sha256, 32) == 0;
}

static bool is_there(const struct search *s, const struct dp_cert *cert, size_t count)
{
	for (size_t n = 0; n < count; n++) {
		if (same_cert(s->walk.nodes[n], cert))
			return true;
	}
	return false;
}

static bool may_issue_one(const struct search *s, const struct dp_cert *cert, size_t count)
{
	for (size_t n = 0; n < count; n++) {
		const struct dp_cert *below = s->walk.nodes[n];

		if (dp_dn_equal(below->issuer, below->issuer_len, cert->subject, cert->subject_len))
			return true;
	}
	return false;
}

/* From the stock only what some certificate names as its issuer: a bundle may hold hundreds. */
static size_t collect_stock(struct search *s, const struct dp_cert **nodes, size_t count)
{
	size_t first = count, before;

	do {
		before = count;
		for (size_t i = 0; i < s->stock->count; i++) {
			const struct dp_cert *cert = &s->stock->certs[i];

			if (is_there(s, cert, count) || !may_issue_one(s, cert, count))
				continue;
			if (count - first == STOCK_NODES_MAX) {
				s->out->exhausted = true;
				return count;
			}
			s->positions[count] = -1;
			s->stock_at[count] = i;
			nodes[count++] = cert;
		}
	} while (count > before);
	return count;
}

static void collect(struct search *s, struct dp_arena *arena)
{
	const struct dp_chain *chain = s->chain;
	size_t most = chain->count + 1 + STOCK_NODES_MAX, count = 0;
	const struct dp_cert **nodes = dp_arena_alloc(arena, most * sizeof(*nodes));

	s->positions = dp_arena_alloc(arena, most * sizeof(*s->positions));
	s->stock_at = dp_arena_alloc(arena, most * sizeof(*s->stock_at));
	s->positions[count] = (int)s->order->leaf;
	nodes[count++] = &chain->certs[s->order->leaf];
	for (size_t i = 0; i < chain->count; i++) {
		enum dp_place place = s->order->places[i];

		if (place == DP_PLACE_PATH || place == DP_PLACE_BESIDE)
			s->last = i;
		if (i == s->order->leaf || place == DP_PLACE_COPY || place == DP_PLACE_UNREADABLE)
			continue;
		s->positions[count] = (int)i;
		nodes[count++] = &chain->certs[i];
	}
	s->walk.nodes = nodes;
	dp_order_walk(&s->walk, nodes, collect_stock(s, nodes, count), arena);
}

/* --- the choice --- */

/* SHA-256 in hex, with colons as openssl and browsers print it. */
static bool is_digest(const char *text, uint8_t digest[DP_SHA256_BYTES])
{
	char hex[2 * DP_SHA256_BYTES + 1];
	size_t len = 0;

	for (; *text != '\0' && len < sizeof(hex); text++) {
		if (*text != ':')
			hex[len++] = *text;
	}
	return len == 2 * DP_SHA256_BYTES &&
		dp_text_unhex(hex, len, digest, DP_SHA256_BYTES) == DP_SHA256_BYTES;
}

static bool is_wished(const struct dp_wish *wish, const struct dp_cert *root)
{
	uint8_t digest[DP_SHA256_BYTES];

	if (is_digest(wish->root, digest))
		return memcmp(digest, root->spki_sha256, sizeof(digest)) == 0 ||
			memcmp(digest, root->cert_sha256, sizeof(digest)) == 0;
	return dp_text_equal_nocase(
		wish->root, strlen(wish->root), root->subject_text, strlen(root->subject_text));
}

static bool is_pinned(const struct dp_wish *wish, const struct dp_cert *cert)
{
	for (size_t i = 0; i < wish->record_count; i++) {
		const struct dp_tlsa *record = &wish->records[i];

		if (record->usage == DP_DANE_TA && dp_tlsa_counts(record) &&
			dp_tlsa_matches(
				record, cert->der, cert->der_len, cert->spki, cert->spki_len))
			return true;
	}
	return false;
}

static bool in_force(const struct dp_wish *wish, const struct dp_cert *cert)
{
	return cert->not_after_utc_s == DP_TIME_NONE || cert->not_before_utc_s == DP_TIME_NONE ||
		(cert->not_before_utc_s <= wish->now_utc_s &&
			wish->now_utc_s <= cert->not_after_utc_s);
}

/* Do the added ones go on where the file ends? */
static bool goes_on(const struct search *s, const struct way *way)
{
	size_t from_file = way->len - way->added;

	for (size_t i = 0; i < way->len; i++) {
		if ((s->positions[way->path[i]] >= 0) != (i < from_file))
			return false;
	}
	return from_file > 0 && (size_t)s->positions[way->path[from_file - 1]] == s->last;
}

static void describe(struct search *s, struct way *way)
{
	struct dp_walk *walk = &s->walk;

	*way = (struct way){ .len = walk->depth };
	memcpy(way->path, walk->path, walk->depth * sizeof(way->path[0]));
	for (size_t i = 0; i < way->len; i++) {
		const struct dp_cert *cert = walk->nodes[way->path[i]];

		way->added += s->positions[way->path[i]] < 0;
		way->pinned |= i > 0 && is_pinned(s->wish, cert);
		way->expired |= i > 0 && !in_force(s->wish, cert);
	}
	way->in_order = goes_on(s, way);
}

/* What the records pin, then what is in force, then the least to add, then the shortest way. */
static bool is_better(const struct way *a, const struct way *b)
{
	if (b->len == 0 || a->pinned != b->pinned)
		return b->len == 0 || a->pinned;
	if (a->expired != b->expired)
		return !a->expired;
	if (a->added != b->added)
		return a->added < b->added;
	if (a->in_order != b->in_order)
		return a->in_order;
	return a->len < b->len;
}

static void note_root(struct search *s, size_t node)
{
	for (size_t i = 0; i < s->root_count; i++) {
		if (s->roots[i] == node)
			return;
	}
	s->out->roots++;
	if (s->root_count < ROOTS_MAX)
		s->roots[s->root_count++] = node;
}

/* Nothing is added that only its name recommends: every step to one from the stock was verified by
 * signature. What the file holds is taken as it is. */
static bool is_sound(struct search *s)
{
	const size_t *path = s->walk.path;

	for (size_t i = 1; i < s->walk.depth; i++) {
		if (s->positions[path[i]] < 0 &&
			dp_path_edge(&s->walk, path[i - 1], path[i]) != DP_EDGE_SIGNED) {
			s->out->unverified = true;
			return false;
		}
	}
	return true;
}

static bool visit(struct dp_walk *walk, void *context)
{
	struct search *s = context;
	size_t top = walk->path[walk->depth - 1];
	struct way way;

	if (dp_order_beyond_root(walk) || !is_sound(s))
		return true;
	if (!dp_order_is_root(walk, top)) {
		if (walk->depth > s->nearest_depth) {
			s->nearest_depth = walk->depth;
			s->nearest = top;
		}
		return true;
	}
	note_root(s, top);
	if (s->wish->root != NULL && !is_wished(s->wish, walk->nodes[top])) {
		s->out->wish_unmet = true;
		return true;
	}
	describe(s, &way);
	if (is_better(&way, &s->best))
		s->best = way;
	return true;
}

static const char *why(const struct search *s)
{
	if (s->wish->root != NULL)
		return "chosen with --root";
	if (s->out->roots == 1)
		return "the only one that is known";
	if (s->best.pinned)
		return "a record pins it, or an issuer on the way to it";
	return "the least to add; --root chooses another one";
}

/* A gap is filled where it is; what comes at the end goes behind every chain certificate. */
static size_t place_of(const struct search *s, size_t step)
{
	const size_t *path = s->best.path;
	bool gap = false;
	size_t below = step;

	for (size_t k = step; k < s->best.len; k++)
		gap |= s->positions[path[k]] >= 0;
	while (below > 0 && s->positions[path[below]] < 0)
		below--;
	return gap ? (size_t)s->positions[path[below]] : s->last;
}

static void take_added(struct search *s, size_t step)
{
	struct dp_completion *out = s->out;
	size_t node = s->best.path[step];

	out->added[out->added_count] = s->walk.nodes[node];
	out->sources[out->added_count] = s->stock->sources[s->stock_at[node]];
	out->after[out->added_count] = place_of(s, step);
	out->added_count++;
}

static void take_best(struct search *s, struct dp_arena *arena)
{
	struct dp_completion *out = s->out;
	struct dp_buf others;

	dp_buf_init(&others, arena);
	out->exhausted |= s->walk.exhausted;
	out->complete = s->best.len > 0;
	out->end = out->complete ? NULL : s->walk.nodes[s->nearest];
	if (out->complete) {
		out->root = s->walk.nodes[s->best.path[s->best.len - 1]];
		out->because = why(s);
		out->wish_unmet = false;
	}
	out->added = dp_arena_alloc(arena, DP_CHAIN_DEPTH_MAX * sizeof(*out->added));
	out->sources = dp_arena_alloc(arena, DP_CHAIN_DEPTH_MAX * sizeof(*out->sources));
	out->after = dp_arena_alloc(arena, DP_CHAIN_DEPTH_MAX * sizeof(*out->after));
	for (size_t i = 0; i < s->best.len; i++) {
		if (s->positions[s->best.path[i]] < 0)
			take_added(s, i);
	}
	for (size_t i = 0; i < s->root_count; i++) {
		const struct dp_cert *root = s->walk.nodes[s->roots[i]];

		if (root != out->root)
			dp_buf_printf(&others, "%s\"%s\"", others.len > 0 ? ", " : "",
				root->subject_text);
	}
	out->others = others.data;
}

void dp_complete(const struct dp_chain *chain, const struct dp_order *order,
	const struct dp_stock *stock, const struct dp_wish *wish, struct dp_arena *arena,
	struct dp_completion *completion)
{
	struct search *s = dp_arena_alloc(arena, sizeof(*s));
	size_t *all;

	memset(completion, 0, sizeof(*completion));
	completion->others = completion->because = "";
	if (chain->count == 0 || chain->certs[order->leaf].spki == NULL)
		return;
	s->chain = chain;
	s->order = order;
	s->stock = stock;
	s->wish = wish;
	s->out = completion;
	collect(s, arena);
	all = dp_arena_alloc(arena, s->walk.node_count * sizeof(*all));
	for (size_t n = 1; n < s->walk.node_count; n++)
		all[n - 1] = n;
	dp_path_walk(&s->walk, all, s->walk.node_count - 1, visit, s);
	take_best(s, arena);
}
