/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How the certificates of a file belong together: from the server's own upward, each step
 * verified by signature; what stands beside that path; whether the file has the order in which TLS
 * sends (RFC 5246 s7.4.2; RFC 8446 s4.4.2 asks the same of senders). Nothing is decided by names
 * or key identifiers alone.
 *
 * Not here: dates and rules of the path (path.h), what is missing (complete.h).
 */
#ifndef DP_DANE_ORDER_H
#define DP_DANE_ORDER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "dane/chain.h"
#include "dane/path.h"

enum dp_place {
	DP_PLACE_UNREADABLE, /* no certificate that can be read */
	DP_PLACE_PATH,       /* on the path from the server's own certificate */
	DP_PLACE_BESIDE,     /* on another path from it (cross-signed), or behind the path's end */
	DP_PLACE_COPY,       /* the same as an earlier one */
	DP_PLACE_UNRELATED   /* did not issue anything on the path */
};

struct dp_order {
	size_t leaf;           /* the server's own, position in the chain */
	enum dp_place *places; /* per certificate */
	size_t *copy_of;       /* COPY: the earlier position */
	size_t *path;          /* positions from the leaf upward; 1 at least if any can be read */
	size_t path_len;
	bool at_root;      /* the path ends at a self-signed certificate */
	int misplaced;     /* position of the first that stands where it should not; -1: none */
	const char *limit; /* why a step could not be verified (it is taken as given), or NULL */
	bool exhausted;    /* too many certificates with one name: not everything was tried */
};

/* Find the order of a chain in file order. key: SubjectPublicKeyInfo of the private key in the
 * file, whose certificate is the leaf then, or NULL: the first certificate that is no CA, else the
 * first that issued none of the others. Memory from the arena. */
void dp_order_read(const struct dp_chain *chain, const uint8_t *key, size_t key_len,
	struct dp_arena *arena, struct dp_order *order);

/* For order.c and complete.c: a walk over count certificates (each once), nodes[0] the leaf. */
void dp_order_walk(
	struct dp_walk *walk, const struct dp_cert **nodes, size_t count, struct dp_arena *arena);

/* Is a node self-signed (or self-issued, by an algorithm that cannot be checked)? */
bool dp_order_is_root(struct dp_walk *walk, size_t node);

/* Does the walk's path go on behind a self-signed certificate? No sender looks there. */
bool dp_order_beyond_root(struct dp_walk *walk);

#endif
