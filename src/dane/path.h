/* SPDX-License-Identifier: Apache-2.0 */
/*
 * For the chain files only: the walk from the leaf upward over signature-verified steps, and the
 * rules that a path must keep. Depth first, without recursion; every signature is checked at
 * most once.
 */
#ifndef DP_DANE_PATH_H
#define DP_DANE_PATH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/reason.h"
#include "dane/chain.h"

#define DP_PATH_STEPS_MAX 2000 /* certificates entered, over all paths of a chain */

/* A step from a certificate to a candidate issuer. */
enum dp_edge { DP_EDGE_UNKNOWN, DP_EDGE_NONE, DP_EDGE_SIGNED, DP_EDGE_UNSUPPORTED };

/* A signature check that was made: of a node's certificate, by a key. */
struct dp_path_check {
	size_t child;
	const uint8_t *spki;
	size_t spki_len;
	enum dp_edge result;
};

struct dp_walk {
	struct dp_arena *arena;
	const struct dp_match_input *input;
	/* The certificates it may use, each once: the leaf, others sent, whole ones from
	 * records. */
	const struct dp_cert **nodes;
	int *positions; /* in the chain as sent; -1: from a record */
	size_t node_count;
	uint8_t *edges;      /* enum dp_edge, [child * node_count + issuer] */
	uint8_t *names;      /* 1 + enum dp_names, [issuer * node_count + below]; 0: not asked */
	const char **limits; /* per node: why its signature could not be checked */
	bool leaf_named;     /* a reference identifier matches the leaf */
	struct dp_path_check done[DP_CHAIN_CHECKS_MAX];
	unsigned checks; /* of them: signature checks made */
	unsigned steps;
	bool exhausted;                  /* a bound was met: not everything was searched */
	size_t path[DP_CHAIN_DEPTH_MAX]; /* nodes from the leaf to where it stands */
	size_t depth;                    /* of them */
};

/* What is wrong with a path. */
enum dp_path_rule {
	DP_PATH_OK,
	/* the path does not hold */
	DP_PATH_EXPIRED,
	DP_PATH_NOT_YET,
	DP_PATH_NAME,
	DP_PATH_LEAF_USAGE,
	DP_PATH_EKU,
	DP_PATH_NOT_CA,
	DP_PATH_LENGTH,
	DP_PATH_CERT_SIGN,
	DP_PATH_NAMES,
	/* we cannot tell: limits of this tool */
	DP_PATH_NAMES_UNKNOWN,
	DP_PATH_CRITICAL,
	DP_PATH_UNREADABLE,
	DP_PATH_SIGNATURE,
	DP_PATH_BOUND
};

struct dp_path_fault {
	unsigned broken;        /* rules broken */
	unsigned limits;        /* rules that could not be judged */
	enum dp_path_rule rule; /* the first broken one, else the first limit */
	size_t at;              /* index in the path */
};

/* What the walk knows of one record beyond its dp_record_match: of the nearest path. */
struct dp_nearest {
	unsigned broken, limits;
	int *path;
	size_t path_len;
	bool candidate; /* a certificate matches it, or it is a bare key: a walk may help */
};

/* Is a path with that fault nearer to a match than the one found before? */
bool dp_path_is_nearer(const struct dp_record_match *found, const struct dp_nearest *old,
	const struct dp_path_fault *fault);

/* Does a name of the end entity count as that of the server? */
bool dp_chain_leaf_named(const struct dp_chain *chain, const struct dp_match_input *input);

/* chain_pkix.c: match the records of usages 0 and 1. nearest: parallel to the records. */
void dp_chain_match_pkix(const struct dp_chain *chain, const struct dp_match_input *input,
	struct dp_match *match, struct dp_nearest *nearest, struct dp_arena *arena);

/* Does the walk's path, anchored at its last certificate, or, if bare, by a key that signed that
 * (DP_EDGE_* in key_edge), keep the rules of usage 2, which are those of PKIX? */
void dp_path_judge(
	struct dp_walk *walk, bool bare, enum dp_edge key_edge, struct dp_path_fault *fault);

/* Reason and evidence (in the arena, or NULL) of a fault. */
enum dp_reason dp_path_reason(enum dp_path_rule rule);
const char *dp_path_detail(const struct dp_walk *walk, const struct dp_path_fault *fault);

/* The step from node child to node issuer: names first, then the signature. UNKNOWN: no checks
 * left. */
enum dp_edge dp_path_edge(struct dp_walk *walk, size_t child, size_t issuer);

/* Did the key sign the certificate of node child? */
enum dp_edge dp_path_key_edge(struct dp_walk *walk, size_t child, const uint8_t *spki, size_t len);

/* Visit every certificate that can be reached: visit is called once for every path, with the walk
 * standing there, and returns false to end the walk. order: nodes in the order they are tried. */
void dp_path_walk(struct dp_walk *walk, const size_t *order, size_t order_count,
	bool (*visit)(struct dp_walk *walk, void *context), void *context);

#endif
