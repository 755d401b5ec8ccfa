/*
 * Public keys that come again, as those of zones do: one signs every RRset of its zone, that of a
 * TLD the DS records of all zones below it.
 *
 * A key, once read and found good, is kept with what Mbed TLS computes from it alone: of ECDSA the
 * table of its multiples (half of a verification), of RSA a constant of its modulus (a sixth). Up
 * to DP_DNSKEYS_MAX keys are kept, of those that share a place the ones used last. Not thread safe.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef DP_DNSKEYS_H
#define DP_DNSKEYS_H

#include <stddef.h>

#include <mbedtls/ecp.h>
#include <mbedtls/rsa.h>

#define DP_DNSKEYS_MAX 1024 /* of about 3 KiB */

struct dp_dnskey {
	mbedtls_ecp_group_id curve; /* MBEDTLS_ECP_DP_NONE: RSA */
	unsigned char *bytes;       /* the public key field of the DNSKEY */
	size_t len;
	mbedtls_rsa_context rsa; /* for the caller to fill in */
	/* ECDSA: a group of the curve in which the key is the generator. */
	mbedtls_ecp_group group;
	mbedtls_ecp_point point;
};

/* The key of that curve, or of RSA, if it was kept: lent until the next dp_dnskey_keep(). NULL: not
 * kept. */
struct dp_dnskey *dp_dnskey_find(
	mbedtls_ecp_group_id curve, const unsigned char *bytes, size_t len);

/* A key that is not kept yet. NULL: no memory. */
struct dp_dnskey *dp_dnskey_new(mbedtls_ecp_group_id curve, const unsigned char *bytes, size_t len);

/* Takes over a key that was read and is good. */
void dp_dnskey_keep(struct dp_dnskey *key);

/* A key that was not kept. */
void dp_dnskey_free(struct dp_dnskey *key);

/* ECDSA: bytes are x | y (RFC 6605 s4). Returns 0, or an error of Mbed TLS: no point of the curve.
 */
int dp_dnskey_read_point(struct dp_dnskey *key);

/* ECDSA, FIPS 186-5 s6.4.2. sig: r | s, as long as the key; hash: half as long. Returns 0,
 * MBEDTLS_ERR_ECP_VERIFY_FAILED, or another error. */
int dp_dnskey_verify_ecdsa(
	struct dp_dnskey *key, const unsigned char *hash, const unsigned char *sig);

#endif
