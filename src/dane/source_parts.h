/* SPDX-License-Identifier: Apache-2.0 */
/* For source.c and source_file.c only: lists of sources, each certificate once. */
#ifndef DP_DANE_SOURCE_PARTS_H
#define DP_DANE_SOURCE_PARTS_H

#include "dane/source.h"

extern const char dp_source_too_many[]; /* a note */

bool dp_source_same_octets(const uint8_t *a, size_t a_len, const uint8_t *b, size_t b_len);
bool dp_source_same_cert(const struct dp_cert *a, const struct dp_cert *b);

/* Is issuer, by its name, the issuer of cert? */
bool dp_source_issued(const struct dp_cert *issuer, const struct dp_cert *cert);

/* The names of a certificate or request that tell whose it is. */
void dp_source_read_names(
	struct dp_source *source, const struct dp_cert *cert, struct dp_arena *arena);

/* Put into a list of all (own or issuers); past DP_SOURCES_MAX only a note. */
void dp_source_add(struct dp_source **list, size_t *count, const struct dp_source *source,
	struct dp_sources *all, struct dp_arena *arena);

/* The same for a certificate, unless it is there. */
void dp_source_add_cert(
	struct dp_sources *out, bool issuer, const struct dp_cert *cert, struct dp_arena *arena);

/* Everything in chain above leaf, one step after the other; self-signed ones last. */
void dp_source_add_issuers(struct dp_sources *out, const struct dp_chain *chain,
	const struct dp_cert *leaf, struct dp_arena *arena);

#endif
