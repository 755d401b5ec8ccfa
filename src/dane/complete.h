/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a chain lacks up to its self-signed root, found among certificates at hand: those built in
 * and those of --roots. Every step is verified by signature. Nothing is trusted by it: a sender
 * decides by the TLSA record which certificate it believes.
 */
#ifndef DP_DANE_COMPLETE_H
#define DP_DANE_COMPLETE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/buf.h"
#include "dane/bundle.h"
#include "dane/chain.h"
#include "dane/order.h"
#include "dane/tlsa.h"

#define DP_STOCK_MAX 4096 /* certificates at hand */

#define DP_STOCK_BUILT_IN "built in" /* as a source */

/* Certificates that may be appended. */
struct dp_stock {
	struct dp_cert *certs;
	const char **sources; /* where each comes from: "built in", "roots.pem" */
	size_t count, cap;
};

/* Those that are built in. */
void dp_stock_built_in(struct dp_stock *stock, struct dp_arena *arena);

/* Those of a bundle (borrowed), named source; what cannot be read is passed over. Returns how many
 * were taken. */
size_t dp_stock_add(struct dp_stock *stock, const struct dp_bundle *bundle, const char *source,
	struct dp_arena *arena);

/* Which root is wanted. */
struct dp_wish {
	const char *root; /* --root: name or SHA-256 of the key in hex; NULL: no wish */
	const struct dp_tlsa *records; /* classified; those of usage 2 decide without a wish */
	size_t record_count;
	int64_t now_utc_s; /* a path without expired certificates is taken before others */
};

struct dp_completion {
	bool complete;                /* a path to a self-signed certificate was found */
	const struct dp_cert *root;   /* its end */
	const struct dp_cert **added; /* those that the file lacks, in the order of the path */
	const char **sources;         /* parallel */
	size_t *after; /* parallel: position of the file's certificate it goes behind */
	size_t added_count;
	size_t roots;        /* different roots that could be reached */
	const char *others;  /* names of the other ones, "" if none; for people */
	const char *because; /* why this one: "--root", "the records pin it", ... */
	/* Not complete: the nearest end, whose issuer is missing. NULL when the chain is empty. */
	const struct dp_cert *end;
	bool unverified; /* an issuer of that name is at hand; whether it signed cannot be checked
			  */
	bool exhausted;  /* a bound was met: not all that is at hand was tried */
	bool wish_unmet; /* roots can be reached, but not the one of --root */
};

/* Find the way. chain and order: of the file. Memory from the arena. */
void dp_complete(const struct dp_chain *chain, const struct dp_order *order,
	const struct dp_stock *stock, const struct dp_wish *wish, struct dp_arena *arena,
	struct dp_completion *completion);

/* One chain of a file, for dp_complete_write. */
struct dp_complete_part {
	const size_t *blocks; /* of its certificates */
	const struct dp_order *order;
	const struct dp_completion *completion;
	int key;        /* block of its private key; -1: none */
	bool moved_key; /* out: it stood behind its own certificate, and now stands before it */
};

/* The file with the certificates that each of its chains lacks behind the last one of that chain,
 * and the private key of such a chain before its certificate; every other octet stays. bundle must
 * be PEM. */
void dp_complete_write(const struct dp_bundle *bundle, struct dp_complete_part *parts, size_t count,
	struct dp_buf *out);

#endif
