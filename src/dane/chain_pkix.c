/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Usages 0 and 1, RFC 6698 s2.1.1: beside the match with the record, PKIX validation must hold, by
 * a path to one of the roots that are given. These never become anchors of usage 2, so the walk is
 * one of its own.
 */
#include <string.h>

#include "dane/cert_der.h"
#include "dane/path.h"

#define ROOTS_MAX 32 /* given roots that may have issued a certificate of one chain */

struct pkix {
	const struct dp_chain *chain;
	const struct dp_match_input *input;
	struct dp_match *match;
	struct dp_nearest *nearest;
	bool *trusted; /* per node: a root */
	bool *holds;   /* [record * node_count + node]: the record matches it */
	struct dp_walk walk;
	bool rooted; /* some path leads to a root, good or not */
	size_t end;  /* the node at the end of the longest path */
	size_t end_depth;
};

static bool is_pkix(const struct dp_tlsa *record)
{
	return dp_tlsa_counts(record) && record->usage <= DP_PKIX_EE;
}

static bool any_pkix(const struct dp_match_input *input)
{
	for (size_t r = 0; r < input->record_count; r++) {
		if (is_pkix(&input->records[r]))
			return true;
	}
	return false;
}

/* Its node, or node_count. */
static size_t find_node(const struct dp_walk *walk, const struct dp_cert *cert)
{
	size_t n = 0;

	while (n < walk->node_count &&
		(walk->nodes[n]->der_len != cert->der_len ||
			memcmp(walk->nodes[n]->cert_sha256, cert->cert_sha256, 32) != 0))
		n++;
	return n;
}

static bool may_have_issued(const struct dp_walk *walk, const struct dp_cert *root)
{
	for (size_t n = 0; n < walk->node_count; n++) {
		const struct dp_cert *cert = walk->nodes[n];

		if (cert->spki != NULL &&
			dp_dn_equal(
				cert->issuer, cert->issuer_len, root->subject, root->subject_len))
			return true;
	}
	return false;
}

static void add_node(struct pkix *p, const struct dp_cert *cert, int position)
{
	p->walk.nodes[p->walk.node_count] = cert;
	p->walk.positions[p->walk.node_count++] = position;
}

static void collect_nodes(struct pkix *p)
{
	struct dp_walk *walk = &p->walk;
	size_t most = p->chain->count + ROOTS_MAX;

	walk->nodes = dp_arena_alloc(walk->arena, most * sizeof *walk->nodes);
	walk->positions = dp_arena_alloc(walk->arena, most * sizeof *walk->positions);
	p->trusted = dp_arena_alloc(walk->arena, most);
	for (size_t i = 0; i < p->chain->count; i++) {
		const struct dp_cert *cert = &p->chain->certs[i];

		if (i == 0 || (cert->spki != NULL && find_node(walk, cert) == walk->node_count))
			add_node(p, cert, (int)i);
	}
	for (size_t i = 0; i < p->input->pkix_root_count; i++) {
		const struct dp_cert *root = &p->input->pkix_roots[i];
		size_t node = find_node(walk, root);

		if (node == walk->node_count) {
			if (walk->node_count == most || !may_have_issued(walk, root))
				continue;
			add_node(p, root, -1);
		}
		p->trusted[node] = true;
	}
}

/* Usage 1 is compared with the leaf, usage 0 with CA certificates (RFC 6698 s2.1.1). */
static void find_holds(struct pkix *p)
{
	struct dp_walk *walk = &p->walk;

	p->holds = dp_arena_alloc(walk->arena, p->input->record_count * walk->node_count);
	for (size_t r = 0; r < p->input->record_count; r++) {
		const struct dp_tlsa *record = &p->input->records[r];

		for (size_t n = 0; is_pkix(record) && n < walk->node_count; n++) {
			const struct dp_cert *cert = walk->nodes[n];

			p->holds[r * walk->node_count + n] =
				(n == 0) == (record->usage == DP_PKIX_EE) &&
				dp_tlsa_matches(record, cert->der, cert->der_len, cert->spki,
					cert->spki_len);
			p->nearest[r].candidate |= p->holds[r * walk->node_count + n];
		}
	}
}

/* The node of the path that record r matches; node_count if there is none. */
static size_t holder_on_path(const struct pkix *p, size_t r)
{
	const struct dp_walk *walk = &p->walk;

	for (size_t i = 0; i < walk->depth; i++) {
		if (p->holds[r * walk->node_count + walk->path[i]])
			return walk->path[i];
	}
	return walk->node_count;
}

/* The walk stands on a path to a root that holds what record r matches. */
static void consider(struct pkix *p, size_t r, size_t holder, const struct dp_path_fault *fault)
{
	struct dp_walk *walk = &p->walk;
	struct dp_record_match *found = &p->match->records[r];
	struct dp_nearest *near = &p->nearest[r];

	if (!dp_path_is_nearer(found, near, fault))
		return;
	near->broken = fault->broken;
	near->limits = fault->limits;
	near->path_len = walk->depth;
	near->path = dp_arena_alloc(walk->arena, walk->depth * sizeof *near->path);
	for (size_t i = 0; i < walk->depth; i++)
		near->path[i] = walk->positions[walk->path[i]];
	found->state = fault->rule == DP_PATH_OK ? DP_MATCH_GOOD : DP_MATCH_BROKEN;
	found->reason = dp_path_reason(fault->rule);
	found->cert = walk->positions[holder];
	found->culprit = fault->rule == DP_PATH_OK ? -1 : near->path[fault->at];
	found->depth = (int)near->path_len - 1;
	found->detail = dp_path_detail(walk, fault);
}

static bool visit(struct dp_walk *walk, void *context)
{
	struct pkix *p = context;
	struct dp_path_fault fault;
	bool more = false;

	if (walk->depth > p->end_depth) {
		p->end_depth = walk->depth;
		p->end = walk->path[walk->depth - 1];
	}
	if (!p->trusted[walk->path[walk->depth - 1]])
		return true;
	p->rooted = true;
	dp_path_judge(walk, false, DP_EDGE_SIGNED, &fault);
	for (size_t r = 0; r < p->input->record_count; r++) {
		size_t holder = holder_on_path(p, r);

		if (!is_pkix(&p->input->records[r]) || p->match->records[r].state == DP_MATCH_GOOD)
			continue;
		if (holder < walk->node_count)
			consider(p, r, holder, &fault);
		more |= p->match->records[r].state != DP_MATCH_GOOD;
	}
	return more;
}

static int sent_holder(const struct pkix *p, size_t r)
{
	for (size_t n = 0; n < p->walk.node_count; n++) {
		if (p->holds[r * p->walk.node_count + n] && p->walk.positions[n] >= 0)
			return p->walk.positions[n];
	}
	return -1;
}

/* Does the leaf fail wherever a path may lead? */
static bool leaf_fails(struct pkix *p)
{
	struct dp_path_fault fault;

	p->walk.path[0] = 0;
	p->walk.depth = 1;
	dp_path_judge(&p->walk, true, DP_EDGE_SIGNED, &fault);
	return fault.broken > 0;
}

/* A path that was not looked at may be good, and a certificate that was not, the record's. */
static bool stays_open(struct pkix *p, size_t r)
{
	bool dropped = p->chain->dropped > 0;

	if (p->match->records[r].state == DP_MATCH_GOOD || !(p->walk.exhausted || dropped) ||
		leaf_fails(p))
		return false;
	return p->nearest[r].candidate || (dropped && p->input->records[r].usage == DP_PKIX_TA);
}

static void give_up(struct dp_record_match *found, struct dp_nearest *near, int cert)
{
	*near = (struct dp_nearest){ .limits = 1, .candidate = near->candidate };
	*found = (struct dp_record_match){ .state = DP_MATCH_BROKEN,
		.reason = dp_path_reason(DP_PATH_BOUND),
		.cert = cert,
		.detail = "too many certificates could be on the path to a root" };
}

static void settle(struct pkix *p, size_t r)
{
	struct dp_record_match *found = &p->match->records[r];
	const struct dp_cert *end = p->walk.nodes[p->end];

	if (stays_open(p, r)) {
		give_up(found, &p->nearest[r], sent_holder(p, r));
		return;
	}
	if (found->state != DP_MATCH_NONE || !p->nearest[r].candidate)
		return;
	found->cert = sent_holder(p, r);
	if (p->rooted) {
		found->state = DP_MATCH_OFF_PATH;
		return;
	}
	found->state = DP_MATCH_BROKEN;
	p->nearest[r].broken = 1;
	found->culprit = p->walk.positions[p->end];
	found->reason = DP_REASON_CERTIFICATE_ROOT_UNKNOWN;
	found->detail = end->issuer_text != NULL && end->issuer_text[0] != '\0'
		? end->issuer_text
		: "somebody without a name";
}

void dp_chain_match_pkix(const struct dp_chain *chain, const struct dp_match_input *input,
	struct dp_match *match, struct dp_nearest *nearest, struct dp_arena *arena)
{
	struct pkix p = { .chain = chain, .input = input, .match = match, .nearest = nearest };
	struct dp_walk *walk = &p.walk;
	size_t cells, *order, count = 0;

	if (chain->count == 0 || !any_pkix(input))
		return;
	walk->arena = arena;
	walk->input = input;
	collect_nodes(&p);
	cells = walk->node_count * walk->node_count;
	walk->edges = dp_arena_alloc(arena, cells);
	walk->names = dp_arena_alloc(arena, cells);
	walk->limits = dp_arena_alloc(arena, walk->node_count * sizeof *walk->limits);
	walk->leaf_named = dp_chain_leaf_named(chain, input);
	find_holds(&p);
	order = dp_arena_alloc(arena, walk->node_count * sizeof *order);
	/* Roots first: the bound on checks meets what was sent for nothing last. */
	for (int turn = 0; turn < 2; turn++) {
		for (size_t n = 1; n < walk->node_count; n++) {
			if (p.trusted[n] == (turn == 0))
				order[count++] = n;
		}
	}
	if (chain->certs[0].spki != NULL)
		dp_path_walk(walk, order, count, visit, &p);
	match->checks += walk->checks;
	for (size_t r = 0; r < input->record_count; r++) {
		if (is_pkix(&input->records[r]))
			settle(&p, r);
	}
}
