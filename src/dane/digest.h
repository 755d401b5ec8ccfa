/* SPDX-License-Identifier: Apache-2.0 */
/* SHA-256 and SHA-512 by Mbed TLS; out has 32 or 64 octets. */
#ifndef DP_DANE_DIGEST_H
#define DP_DANE_DIGEST_H

#include <stddef.h>
#include <stdint.h>

#define DP_SHA256_BYTES 32
#define DP_SHA512_BYTES 64

void dp_digest_sha256(const uint8_t *data, size_t len, uint8_t out[DP_SHA256_BYTES]);
void dp_digest_sha512(const uint8_t *data, size_t len, uint8_t out[DP_SHA512_BYTES]);

#endif
