/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Other forms of a certificate or key than the DER that TLSA takes (RFC 6698 s2.1.2): what a record
 * was made from by mistake. For explanation only.
 */
#ifndef DP_DANE_ENCODING_H
#define DP_DANE_ENCODING_H

#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"

/* PEM (RFC 7468) with the label between BEGIN and the dashes, lines of 64, a final newline. In the
 * arena. */
const char *dp_encoding_pem(
	const char *label, const uint8_t *der, size_t len, struct dp_arena *arena);

/* The key inside a SubjectPublicKeyInfo: PKCS#1 for RSA, the point for EC. Returns its place in
 * spki and its length, or NULL when spki cannot be read. */
const uint8_t *dp_encoding_bare_key(const uint8_t *spki, size_t spki_len, size_t *len);

#endif
