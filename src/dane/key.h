/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The SubjectPublicKeyInfo of a certificate, key or request: what selector 1 of a TLSA record is
 * over (RFC 6698 s2.1.2), also before any certificate exists.
 */
#ifndef DP_DANE_KEY_H
#define DP_DANE_KEY_H

#include <stddef.h>
#include <stdint.h>

#include "dane/bundle.h"

/* The public key of a block of any kind but OTHER. Private keys: RSA and EC by Mbed TLS, Ed25519 by
 * libsodium, Ed448 by libdecaf; an EC key is written with its named curve, and its point compressed
 * if that is how the key holds it, as certificates are made. Requests: the key as it stands, after
 * their self-signature was checked.
 * Returns NULL with *spki and *len (in the arena, or inside the block), or the end of a sentence
 * that begins with what the block is: "is encrypted; type \"openssl pkey -in FILE -pubout\" and
 * give its output here". Nothing of a private key stays in memory behind it but the block itself.
 */
const char *dp_key_spki(
	const struct dp_block *block, struct dp_arena *arena, const uint8_t **spki, size_t *len);

#endif
