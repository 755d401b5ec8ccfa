/* SPDX-License-Identifier: Apache-2.0 */
/* Which record matches what: the second half of chain.h. */
#include <string.h>

#include "dane/chain.h"
#include "dane/path.h"

struct matching {
	const struct dp_chain *chain;
	const struct dp_match_input *input;
	struct dp_match *match;
	struct dp_nearest *nearest; /* per record */
	bool *holds;                /* [record * node_count + node]: the record matches it */
	uint8_t *key_edges;         /* the same of bare keys: enum dp_edge */
	struct dp_walk walk;
};

static bool is_anchor_usage(const struct dp_tlsa *record)
{
	return record->usage == DP_DANE_TA;
}

/* A whole key, which needs no certificate around it (RFC 7671 s5.2.3). */
static bool is_bare_key(const struct dp_tlsa *record)
{
	return is_anchor_usage(record) && record->selector == DP_SPKI &&
		record->matching == DP_FULL;
}

static bool same_cert(const struct dp_cert *a, const struct dp_cert *b)
{
	return a->der_len == b->der_len && memcmp(a->cert_sha256, b->cert_sha256, 32) == 0;
}

static void add_node(struct dp_walk *walk, const struct dp_cert *cert, int position)
{
	for (size_t i = 0; i < walk->node_count; i++) {
		if (same_cert(walk->nodes[i], cert))
			return;
	}
	walk->nodes[walk->node_count] = cert;
	walk->positions[walk->node_count++] = position;
}

/* The certificates of a walk: the leaf, the others that can be read, those whole in a record. */
static void collect_nodes(struct matching *m)
{
	struct dp_walk *walk = &m->walk;
	size_t most = m->chain->count + m->input->record_count;

	walk->nodes = dp_arena_alloc(walk->arena, most * sizeof *walk->nodes);
	walk->positions = dp_arena_alloc(walk->arena, most * sizeof *walk->positions);
	for (size_t i = 0; i < m->chain->count; i++) {
		if (i == 0 || m->chain->certs[i].spki != NULL)
			add_node(walk, &m->chain->certs[i], (int)i);
	}
	for (size_t i = 0; i < m->input->record_count; i++) {
		const struct dp_tlsa *record = &m->input->records[i];
		struct dp_cert *cert;

		if (!dp_tlsa_counts(record) || !is_anchor_usage(record) ||
			record->selector != DP_CERT || record->matching != DP_FULL)
			continue;
		cert = dp_arena_alloc(walk->arena, sizeof *cert);
		dp_cert_open(cert, record->data, record->data_len, walk->arena);
		if (cert->spki != NULL)
			add_node(walk, cert, -1);
	}
}

/* Which records hold which certificates. The leaf, node 0, is no anchor (RFC 7671 s5.2). */
static void find_holds(struct matching *m)
{
	struct dp_walk *walk = &m->walk;

	m->holds = dp_arena_alloc(walk->arena, m->input->record_count * walk->node_count);
	m->key_edges = dp_arena_alloc(walk->arena, m->input->record_count * walk->node_count);
	for (size_t r = 0; r < m->input->record_count; r++) {
		const struct dp_tlsa *record = &m->input->records[r];

		if (!dp_tlsa_counts(record) || !is_anchor_usage(record))
			continue;
		m->nearest[r].candidate = is_bare_key(record);
		for (size_t n = 1; n < walk->node_count; n++) {
			const struct dp_cert *cert = walk->nodes[n];

			if (!dp_tlsa_matches(
				    record, cert->der, cert->der_len, cert->spki, cert->spki_len))
				continue;
			m->holds[r * walk->node_count + n] = true;
			m->nearest[r].candidate = true;
		}
	}
}

static bool is_held(const struct matching *m, size_t node)
{
	for (size_t r = 0; r < m->input->record_count; r++) {
		if (m->holds[r * m->walk.node_count + node])
			return true;
	}
	return false;
}

/*
 * What is tried first, so that the bound on checks meets decoys last: certificates that a record
 * holds (a root whole in the DNS is among them: RFC 7671 s5.2.2), then the rest as sent.
 */
static size_t order_nodes(const struct matching *m, size_t *order)
{
	size_t count = 0;

	for (int turn = 0; turn < 2; turn++) {
		for (size_t n = 1; n < m->walk.node_count; n++) {
			if (is_held(m, n) == (turn == 0))
				order[count++] = n;
		}
	}
	return count;
}

bool dp_path_is_nearer(const struct dp_record_match *found, const struct dp_nearest *old,
	const struct dp_path_fault *fault)
{
	if (found->state != DP_MATCH_BROKEN)
		return true;
	if (fault->broken != old->broken)
		return fault->broken < old->broken;
	return fault->limits < old->limits;
}

static int sent_holder(const struct matching *m, size_t r)
{
	for (size_t n = 1; n < m->walk.node_count; n++) {
		if (m->holds[r * m->walk.node_count + n] && m->walk.positions[n] >= 0)
			return m->walk.positions[n];
	}
	return -1;
}

/* The walk stands on a path that record r anchors: keep it if it is the best so far. */
static void consider(struct matching *m, size_t r, bool bare, enum dp_edge key_edge)
{
	struct dp_walk *walk = &m->walk;
	struct dp_record_match *found = &m->match->records[r];
	struct dp_nearest *near = &m->nearest[r];
	struct dp_path_fault fault;

	dp_path_judge(walk, bare, key_edge, &fault);
	if (!dp_path_is_nearer(found, near, &fault))
		return;
	near->broken = fault.broken;
	near->limits = fault.limits;
	near->path_len = walk->depth + bare;
	near->path = dp_arena_alloc(walk->arena, near->path_len * sizeof *near->path);
	for (size_t i = 0; i < walk->depth; i++)
		near->path[i] = walk->positions[walk->path[i]];
	if (bare)
		near->path[walk->depth] = -1;
	found->state = fault.rule == DP_PATH_OK ? DP_MATCH_GOOD : DP_MATCH_BROKEN;
	found->reason = dp_path_reason(fault.rule);
	found->cert = bare ? sent_holder(m, r) : near->path[walk->depth - 1];
	found->culprit = fault.rule == DP_PATH_OK ? -1 : near->path[fault.at];
	found->depth = (int)near->path_len - 1;
	found->detail = dp_path_detail(walk, &fault);
}

/* Did the bare key of record r sign the certificate? Asked once, however many paths lead there. */
static enum dp_edge key_edge(struct matching *m, size_t r, size_t node)
{
	uint8_t *edge = &m->key_edges[r * m->walk.node_count + node];
	const struct dp_tlsa *record = &m->input->records[r];

	if (*edge == DP_EDGE_UNKNOWN)
		*edge = (uint8_t)dp_path_key_edge(&m->walk, node, record->data, record->data_len);
	return (enum dp_edge) * edge;
}

/* Called for every path. Goes on until every record is good. */
static bool visit(struct dp_walk *walk, void *context)
{
	struct matching *m = context;
	size_t node = walk->path[walk->depth - 1];
	bool more = false;

	for (size_t r = 0; r < m->input->record_count; r++) {
		const struct dp_tlsa *record = &m->input->records[r];
		enum dp_edge edge;

		if (!m->nearest[r].candidate || m->match->records[r].state == DP_MATCH_GOOD)
			continue;
		if (is_bare_key(record)) {
			edge = key_edge(m, r, node);
			if (edge == DP_EDGE_SIGNED || edge == DP_EDGE_UNSUPPORTED)
				consider(m, r, true, edge);
		} else if (m->holds[r * walk->node_count + node]) {
			consider(m, r, false, DP_EDGE_SIGNED);
		}
		more |= m->match->records[r].state != DP_MATCH_GOOD;
	}
	return more;
}

/* Does the leaf fail wherever a path may lead? */
static bool leaf_fails(struct matching *m)
{
	struct dp_path_fault fault;

	m->walk.path[0] = 0;
	m->walk.depth = 1;
	dp_path_judge(&m->walk, true, DP_EDGE_SIGNED, &fault);
	return fault.broken > 0;
}

/* What the walk did not reach, or could not. */
static void settle_unreached(struct matching *m)
{
	bool gave_up = (m->walk.exhausted || m->chain->dropped > 0) && !leaf_fails(m);

	for (size_t r = 0; r < m->input->record_count; r++) {
		struct dp_record_match *found = &m->match->records[r];
		struct dp_nearest *near = &m->nearest[r];
		bool counts = dp_tlsa_counts(&m->input->records[r]) &&
			is_anchor_usage(&m->input->records[r]);

		if (!counts || found->state == DP_MATCH_GOOD)
			continue;
		if (found->state == DP_MATCH_NONE && sent_holder(m, r) > 0) {
			found->state = DP_MATCH_OFF_PATH;
			found->cert = sent_holder(m, r);
		}
		if (!gave_up || (m->chain->dropped == 0 && !near->candidate))
			continue;
		found->state = DP_MATCH_BROKEN;
		found->reason = dp_path_reason(DP_PATH_BOUND);
		found->culprit = 0;
		found->detail = m->chain->dropped > 0
			? "more certificates were sent than are looked at"
			: "too many certificates could be its issuers";
		near->broken = 0;
		near->limits = 1;
		near->path_len = 0;
		near->path = NULL;
	}
}

static void match_anchors(struct matching *m)
{
	struct dp_walk *walk = &m->walk;
	size_t cells, *order, order_count;

	collect_nodes(m);
	cells = walk->node_count * walk->node_count;
	walk->edges = dp_arena_alloc(walk->arena, cells);
	walk->names = dp_arena_alloc(walk->arena, cells);
	walk->limits = dp_arena_alloc(walk->arena, walk->node_count * sizeof *walk->limits);
	walk->leaf_named = dp_chain_leaf_named(m->chain, m->input);
	find_holds(m);
	order = dp_arena_alloc(walk->arena, walk->node_count * sizeof *order);
	order_count = order_nodes(m, order);
	if (m->chain->certs[0].spki != NULL)
		dp_path_walk(walk, order, order_count, visit, m);
	settle_unreached(m);
	m->match->checks = walk->checks;
}

/* RFC 7671 s5.1: nothing but the match counts. Returns whether a record needs the walk. */
static bool match_leaf(struct matching *m)
{
	const struct dp_cert *leaf = &m->chain->certs[0];
	bool walk = false;

	for (size_t r = 0; r < m->input->record_count; r++) {
		const struct dp_tlsa *record = &m->input->records[r];
		struct dp_record_match *found = &m->match->records[r];

		found->cert = found->culprit = -1;
		found->state = dp_tlsa_counts(record) ? DP_MATCH_NONE : DP_MATCH_SKIPPED;
		if (found->state == DP_MATCH_SKIPPED || m->chain->count == 0)
			continue;
		if (is_anchor_usage(record)) {
			walk = true;
		} else if (record->usage == DP_DANE_EE &&
			dp_tlsa_matches(
				record, leaf->der, leaf->der_len, leaf->spki, leaf->spki_len)) {
			found->state = DP_MATCH_GOOD;
			found->cert = 0;
		}
	}
	return walk;
}

/* The first record that authenticates, or the one that comes nearest. */
static void decide(struct matching *m)
{
	struct dp_match *match = m->match;

	match->record = -1;
	for (size_t r = 0; r < m->input->record_count; r++) {
		const struct dp_record_match *found = &match->records[r], *best;
		const struct dp_nearest *near = &m->nearest[r], *old;

		if (found->state == DP_MATCH_SKIPPED)
			continue;
		if (found->state == DP_MATCH_BROKEN && near->broken == 0)
			match->limited = true;
		if (match->record < 0) {
			match->record = (int)r;
			continue;
		}
		best = &match->records[match->record];
		old = &m->nearest[match->record];
		if (found->state > best->state ||
			(found->state == best->state && found->state == DP_MATCH_BROKEN &&
				(near->broken < old->broken ||
					(near->broken == old->broken &&
						near->limits < old->limits))))
			match->record = (int)r;
	}
	if (match->record < 0)
		return;
	match->authenticated = match->records[match->record].state == DP_MATCH_GOOD;
	match->path = m->nearest[match->record].path;
	match->path_len = m->nearest[match->record].path_len;
	if (match->authenticated)
		match->limited = false;
}

void dp_chain_match(const struct dp_chain *chain, const struct dp_match_input *input,
	struct dp_match *match, struct dp_arena *arena)
{
	struct matching m;

	memset(match, 0, sizeof *match);
	memset(&m, 0, sizeof m);
	m.chain = chain;
	m.input = input;
	m.match = match;
	m.walk.arena = arena;
	m.walk.input = input;
	match->records = dp_arena_alloc(arena, input->record_count * sizeof *match->records);
	m.nearest = dp_arena_alloc(arena, input->record_count * sizeof *m.nearest);
	if (match_leaf(&m))
		match_anchors(&m);
	dp_chain_match_pkix(chain, input, match, m.nearest, arena);
	decide(&m);
}
