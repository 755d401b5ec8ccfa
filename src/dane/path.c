/* SPDX-License-Identifier: Apache-2.0 */
#include "dane/path.h"

#include <string.h>

#include "dane/cert_der.h"

/* Checks made before: a key may stand in several certificates, and in records. */
static const struct dp_path_check *find_done(
	const struct dp_walk *walk, size_t child, const uint8_t *spki, size_t len)
{
	for (size_t i = 0; i < walk->checks; i++) {
		const struct dp_path_check *check = &walk->done[i];

		if (check->child == child && check->spki_len == len &&
			memcmp(check->spki, spki, len) == 0)
			return check;
	}
	return NULL;
}

/* One public-key operation, if there is one left; or what an earlier one said. */
static enum dp_edge check_signature(
	struct dp_walk *walk, size_t child, const uint8_t *spki, size_t len)
{
	const struct dp_path_check *before = find_done(walk, child, spki, len);
	const char *limit = NULL;
	enum dp_signature signature;

	if (before != NULL)
		return before->result;
	if (walk->checks >= DP_CHAIN_CHECKS_MAX) {
		walk->exhausted = true;
		return DP_EDGE_UNKNOWN;
	}
	signature = dp_cert_signed_by(walk->nodes[child], spki, len, &limit);
	if (limit != NULL)
		walk->limits[child] = limit;
	if (signature == DP_SIGNATURE_UNSUPPORTED)
		return DP_EDGE_UNSUPPORTED; /* costs nothing: not counted */
	walk->done[walk->checks++] = (struct dp_path_check){ child, spki, len,
		signature == DP_SIGNATURE_GOOD          ? DP_EDGE_SIGNED
			: signature == DP_SIGNATURE_BAD ? DP_EDGE_NONE
							: DP_EDGE_UNSUPPORTED };
	return walk->done[walk->checks - 1].result;
}

enum dp_edge dp_path_edge(struct dp_walk *walk, size_t child, size_t issuer)
{
	uint8_t *edge = &walk->edges[child * walk->node_count + issuer];
	const struct dp_cert *from = walk->nodes[child], *to = walk->nodes[issuer];

	if (*edge != DP_EDGE_UNKNOWN)
		return (enum dp_edge) * edge;
	/* RFC 5280 s6.1.3 (a)(4): names chain. Key identifiers never decide (s4.2.1.1). */
	if (!dp_dn_equal(from->issuer, from->issuer_len, to->subject, to->subject_len))
		*edge = DP_EDGE_NONE;
	else /* RFC 5280 s6.1.3 (a)(1) */
		*edge = (uint8_t)check_signature(walk, child, to->spki, to->spki_len);
	return (enum dp_edge) * edge;
}

enum dp_edge dp_path_key_edge(struct dp_walk *walk, size_t child, const uint8_t *spki, size_t len)
{
	return check_signature(walk, child, spki, len);
}

static bool is_on_path(const struct dp_walk *walk, size_t node)
{
	for (size_t i = 0; i < walk->depth; i++) {
		if (walk->path[i] == node)
			return true;
	}
	return false;
}

void dp_path_walk(struct dp_walk *walk, const size_t *order, size_t order_count,
	bool (*visit)(struct dp_walk *walk, void *context), void *context)
{
	size_t next[DP_CHAIN_DEPTH_MAX] = { 0 }; /* per certificate of the path: what to try next */
	enum dp_edge edge;
	size_t node;

	walk->path[0] = 0;
	walk->depth = 1;
	if (!visit(walk, context))
		return;
	while (walk->depth > 0) {
		size_t top = walk->depth - 1;

		if (next[top] == order_count) {
			walk->depth--;
			continue;
		}
		node = order[next[top]++];
		if (is_on_path(walk, node))
			continue;
		edge = dp_path_edge(walk, walk->path[top], node);
		if (edge != DP_EDGE_SIGNED && edge != DP_EDGE_UNSUPPORTED)
			continue;
		if (walk->depth == DP_CHAIN_DEPTH_MAX || ++walk->steps > DP_PATH_STEPS_MAX) {
			walk->exhausted = true;
			if (walk->steps > DP_PATH_STEPS_MAX)
				return;
			continue;
		}
		next[walk->depth] = 0;
		walk->path[walk->depth++] = node;
		if (!visit(walk, context))
			return;
	}
}
