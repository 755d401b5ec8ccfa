/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What TLSA records can be made for: the certificates and keys of a file, or those that a server
 * sends, told apart into the server's own and those of its issuers.
 *
 * In a file the server's own certificate is the one whose key is there as well, else the one that
 * is no CA's, else the lowest; position does not count. There may be several: one a key type, as in
 * smtpd_tls_chain_files of Postfix. Issuers are those above it, by name and signature.
 *
 * Everything borrows the bundle or chain; memory from the arena.
 */
#ifndef DP_DANE_SOURCE_H
#define DP_DANE_SOURCE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "dane/bundle.h"
#include "dane/chain.h"
#include "dane/dnswire.h"

#define DP_SOURCES_MAX 64 /* of either sort; more are left out, with a note */
#define DP_NOTES_MAX 32

struct dp_source {
	const struct dp_cert *cert; /* NULL: a key or request alone */
	const uint8_t *spki;
	size_t spki_len;
	enum dp_block_kind kind; /* CERTIFICATE, PRIVATE_KEY, PUBLIC_KEY or REQUEST */
	const char *text;        /* for people: "mx.example.org, RSA-2048" */
	struct dp_name owner;    /* its first dNSName that a host can have; len 0: none */
	size_t host_names;       /* how many such */
	const char *wildcard;    /* a wildcard among its dNSNames, escaped; or NULL */
};

struct dp_sources {
	struct dp_source *own;
	size_t own_count;
	struct dp_source *issuers; /* nearest first, self-signed ones last */
	size_t issuer_count;
	const char **notes; /* sentences without a full stop, about what was left out or is odd */
	size_t note_count;
};

/* From a file. Returns NULL, or the end of a sentence that begins with the file's name: "holds a
 * private key (line 1) that belongs to none of its certificates; ...". Only certificates of CAs,
 * and more than one: all are issuers, the lowest is also own. */
const char *dp_sources_of_bundle(
	const struct dp_bundle *bundle, struct dp_arena *arena, struct dp_sources *out);

/* From a chain as sent; may be called again for more chains of one server: what is there already
 * is not added. *out zeroed before the first. */
void dp_sources_of_chain(
	const struct dp_chain *chain, struct dp_arena *arena, struct dp_sources *out);

/* Add a note, unless it is there already. */
void dp_sources_note(struct dp_sources *sources, struct dp_arena *arena, const char *text);

#endif
