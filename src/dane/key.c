/* SPDX-License-Identifier: Apache-2.0 */
#include "dane/key.h"

#include <string.h>

#include <decaf/ed448.h>
#include <mbedtls/pk.h>
#include <mbedtls/platform_util.h>
#include <sodium/crypto_sign_ed25519.h>

#include "base/buf.h"
#include "dane/cert_der.h"
#include "dane/der.h"
#include "dane/digest.h"
#include "dane/encoding.h"
#include "dane/request.h"

#define RSA_OID "\x2a\x86\x48\x86\xf7\x0d\x01\x01"
#define SPKI_ROOM 4352 /* of an RSA key of 16384 bits, twice */

static const char damaged[] = "is damaged, or of a kind that is not known here; type \"openssl "
			      "pkey -in FILE -pubout\" and give its output";

struct spki {
	const uint8_t *der;
	size_t len;
};

static void add_head(struct dp_buf *out, uint8_t tag, size_t len)
{
	dp_buf_char(out, (char)tag);
	if (len >= 0x100) {
		dp_buf_char(out, (char)0x82);
		dp_buf_char(out, (char)(len >> 8));
	} else if (len >= 0x80) {
		dp_buf_char(out, (char)0x81);
	}
	dp_buf_char(out, (char)len);
}

static size_t head_len(size_t len)
{
	return len < 0x80 ? 2 : len < 0x100 ? 3 : 4;
}

/* SubjectPublicKeyInfo (RFC 5280 s4.1) of an AlgorithmIdentifier and the octets of a key, both
 * shorter than 32 KiB. */
static const char *wrap(const uint8_t *algorithm, size_t algorithm_len, const uint8_t *key,
	size_t key_len, struct dp_arena *arena, struct spki *out)
{
	struct dp_buf buf;
	size_t bits = key_len + 1;

	if (algorithm_len >= 0x8000 || key_len >= 0x7f00)
		return damaged;
	dp_buf_init(&buf, arena);
	add_head(&buf, DP_DER_SEQUENCE, algorithm_len + head_len(bits) + bits);
	dp_buf_bytes(&buf, algorithm, algorithm_len);
	add_head(&buf, DP_DER_BIT_STRING, bits);
	dp_buf_char(&buf, 0); /* unused bits */
	dp_buf_bytes(&buf, key, key_len);
	out->der = (const uint8_t *)buf.data;
	out->len = buf.len;
	return NULL;
}

/* For blinding inside one multiplication: the result does not depend on it, and only who runs this
 * program on the key could watch. So no source of entropy is wanted here. */
struct blind {
	uint8_t state[DP_SHA256_BYTES];
};

static int blinding(void *user, unsigned char *out, size_t len)
{
	struct blind *blind = user;

	while (len > 0) {
		size_t part = len < sizeof blind->state ? len : sizeof blind->state;

		dp_digest_sha256(blind->state, sizeof blind->state, blind->state);
		memcpy(out, blind->state, part);
		out += part;
		len -= part;
	}
	return 0;
}

/* As the library writes it. */
static const char *write_spki(
	const mbedtls_pk_context *pk, struct dp_arena *arena, struct spki *out)
{
	uint8_t *room = dp_arena_alloc(arena, SPKI_ROOM);
	int len = mbedtls_pk_write_pubkey_der(pk, room, SPKI_ROOM);

	if (len <= 0)
		return damaged;
	out->der = room + SPKI_ROOM - len; /* it writes from the end */
	out->len = (size_t)len;
	return NULL;
}

/* The public point that an EC key holds beside its secret (RFC 5915 s3), which may be left out.
 * False: there is none, or it is no EC key. */
static bool own_point(const uint8_t *der, size_t len, struct dp_der_item *point)
{
	struct dp_der at = dp_der_open(der, len);
	struct dp_der_item item;

	for (int layer = 0; layer < 2; layer++) {
		if (!dp_der_take(&at, DP_DER_SEQUENCE, &item))
			return false;
		at = dp_der_inside(&item);
		if (!dp_der_take(&at, DP_DER_INTEGER, &item))
			return false;
		if (!dp_der_take(&at, DP_DER_SEQUENCE, &item))
			break;
		if (!dp_der_take(&at, DP_DER_OCTET_STRING, &item)) /* PKCS#8 around it */
			return false;
		at = dp_der_inside(&item);
	}
	if (!dp_der_take(&at, DP_DER_OCTET_STRING, &item))
		return false;
	(void)dp_der_take(&at, DP_DER_CONTEXT | DP_DER_CONSTRUCTED, &item); /* the curve */
	if (!dp_der_take(&at, DP_DER_CONTEXT | DP_DER_CONSTRUCTED | 1, &item))
		return false;
	at = dp_der_inside(&item);
	return dp_der_take(&at, DP_DER_BIT_STRING, point) && point->len >= 2;
}

/* Certificates are made with the point in the form that the key holds it in (SEC 1 s2.3.3): as a
 * whole, or compressed. The library writes it as a whole, and takes no third ("hybrid"). */
static const char *keep_form(
	const struct dp_der_item *own, struct dp_arena *arena, struct spki *out)
{
	struct dp_der der = dp_der_open(out->der, out->len);
	struct dp_der_item outer, algorithm;
	size_t len;
	const uint8_t *whole = dp_encoding_bare_key(out->der, out->len, &len);
	uint8_t *point;

	if (own->value[1] != 2 && own->value[1] != 3)
		return NULL;
	if (whole == NULL || len < 3 || !dp_der_take(&der, DP_DER_SEQUENCE, &outer))
		return damaged;
	der = dp_der_inside(&outer);
	if (!dp_der_take(&der, DP_DER_SEQUENCE, &algorithm))
		return damaged;
	point = dp_arena_copy(arena, whole, len);
	point[0] = (uint8_t)(2 | (whole[len - 1] & 1));
	return wrap(algorithm.start, algorithm.total, point, 1 + len / 2, arena, out);
}

/* RSA and EC: PKCS#8, PKCS#1, SEC1. */
static const char *library_key(
	const uint8_t *der, size_t len, struct dp_arena *arena, struct spki *out)
{
	mbedtls_pk_context pk;
	struct blind blind;
	struct dp_der_item point;
	const char *why = damaged;

	dp_digest_sha256(der, len, blind.state);
	mbedtls_pk_init(&pk);
	if (mbedtls_pk_parse_key(&pk, der, len, NULL, 0, blinding, &blind) == 0)
		why = write_spki(&pk, arena, out);
	if (why == NULL && mbedtls_pk_get_type(&pk) == MBEDTLS_PK_ECKEY &&
		own_point(der, len, &point))
		why = keep_form(&point, arena, out);
	mbedtls_pk_free(&pk);
	mbedtls_platform_zeroize(&blind, sizeof blind);
	return why;
}

/* An RSASSA-PSS key is PKCS#1 with another name (RFC 4055 s1.2), which its public part keeps. */
static const char *pss_key(const struct dp_der_item *algorithm, const struct dp_der_item *inner,
	struct dp_arena *arena, struct spki *out)
{
	const char *why = library_key(inner->value, inner->len, arena, out);
	const uint8_t *bare;
	size_t len;

	if (why != NULL)
		return why;
	bare = dp_encoding_bare_key(out->der, out->len, &len);
	if (bare == NULL)
		return damaged;
	return wrap(algorithm->start, algorithm->total, bare, len, arena, out);
}

/* RFC 8410 s7: the key is an OCTET STRING inside the OCTET STRING. */
static const char *edwards_key(const struct dp_der_item *algorithm, const struct dp_der_item *inner,
	bool ed448, struct dp_arena *arena, struct spki *out)
{
	struct dp_der der = dp_der_inside(inner);
	struct dp_der_item seed;
	uint8_t public[DECAF_EDDSA_448_PUBLIC_BYTES];
	uint8_t secret[crypto_sign_ed25519_SECRETKEYBYTES];

	if (!dp_der_take(&der, DP_DER_OCTET_STRING, &seed) || !dp_der_done(&der) ||
		seed.len != (ed448 ? DECAF_EDDSA_448_PRIVATE_BYTES : crypto_sign_ed25519_SEEDBYTES))
		return damaged;
	if (ed448) {
		decaf_ed448_derive_public_key(public, seed.value);
		return wrap(algorithm->start, algorithm->total, public,
			DECAF_EDDSA_448_PUBLIC_BYTES, arena, out);
	}
	(void)crypto_sign_ed25519_seed_keypair(public, secret, seed.value); /* cannot fail */
	mbedtls_platform_zeroize(secret, sizeof secret);
	return wrap(algorithm->start, algorithm->total, public, crypto_sign_ed25519_PUBLICKEYBYTES,
		arena, out);
}

static const char *private_key(
	const struct dp_block *block, struct dp_arena *arena, struct spki *out)
{
	struct dp_der outer = dp_der_open(block->der, block->der_len), inside;
	struct dp_der_item item, version, algorithm, inner, oid, parameters;

	if (strcmp(block->label, "DSA PRIVATE KEY") == 0)
		return "is a DSA key, which TLS has no more use for; give an RSA or ECDSA key";
	if (!dp_der_take(&outer, DP_DER_SEQUENCE, &item))
		return damaged;
	inside = dp_der_inside(&item);
	if (!dp_der_take(&inside, DP_DER_INTEGER, &version) ||
		!dp_der_take(&inside, DP_DER_SEQUENCE, &algorithm) ||
		!dp_der_take(&inside, DP_DER_OCTET_STRING, &inner))
		return library_key(block->der, block->der_len, arena, out);
	if (!dp_algorithm_read(&algorithm, &oid, &parameters))
		return damaged;
	if (DP_DER_IS_OID(&oid, "\x2b\x65\x6e") || DP_DER_IS_OID(&oid, "\x2b\x65\x6f"))
		return "is for key agreement alone (X25519, X448), which no server's certificate is "
		       "of; give the key of the certificate";
	if (DP_DER_IS_OID(&oid, "\x2b\x65\x70"))
		return edwards_key(&algorithm, &inner, false, arena, out);
	if (DP_DER_IS_OID(&oid, "\x2b\x65\x71"))
		return edwards_key(&algorithm, &inner, true, arena, out);
	if (DP_DER_IS_OID(&oid, RSA_OID "\x0a"))
		return pss_key(&algorithm, &inner, arena, out);
	return library_key(block->der, block->der_len, arena, out);
}

/* RSAPublicKey, RFC 8017 sA.1.1 */
static bool is_pkcs1(const struct dp_block *block)
{
	struct dp_der outer = dp_der_open(block->der, block->der_len), inside;
	struct dp_der_item item;

	if (!dp_der_take(&outer, DP_DER_SEQUENCE, &item) || !dp_der_done(&outer))
		return false;
	inside = dp_der_inside(&item);
	return dp_der_take(&inside, DP_DER_INTEGER, &item) &&
		dp_der_take(&inside, DP_DER_INTEGER, &item) && dp_der_done(&inside);
}

/* SubjectPublicKeyInfo stays as it is; PKCS#1 is wrapped. */
static const char *public_key(
	const struct dp_block *block, struct dp_arena *arena, struct spki *out)
{
	static const uint8_t rsa[] = { 0x30, 0x0d, 0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d,
		0x01, 0x01, 0x01, 0x05, 0x00 };
	struct dp_key_info info;

	if (is_pkcs1(block))
		return wrap(rsa, sizeof rsa, block->der, block->der_len, arena, out);
	out->der = block->der;
	out->len = block->der_len;
	return dp_key_read(block->der, block->der_len, &info) ? NULL : damaged;
}

/* Whoever made a request signed it with the key: one that was changed on its way is no source of
 * records. Signatures beyond the library are believed. */
static const char *request_key(const struct dp_block *block, struct spki *out)
{
	struct dp_cert_der fields;
	const char *limit;

	if (!dp_request_read(&fields, block->der, block->der_len))
		return damaged;
	out->der = fields.spki.start;
	out->len = fields.spki.total;
	switch (dp_signature_check(&fields, out->der, out->len, &limit)) {
	case DP_SIGNATURE_GOOD:
	case DP_SIGNATURE_UNSUPPORTED: return NULL;
	case DP_SIGNATURE_BAD:
	case DP_SIGNATURE_UNREADABLE_KEY: break;
	}
	return "is damaged: its signature does not fit its key; make the request anew";
}

static const char *certificate_key(const struct dp_block *block, struct spki *out)
{
	struct dp_cert_der fields;

	if (!dp_cert_der_read(&fields, block->der, block->der_len))
		return damaged;
	out->der = fields.spki.start;
	out->len = fields.spki.total;
	return NULL;
}

static const char *read_key(const struct dp_block *block, struct dp_arena *arena, struct spki *out)
{
	switch (block->kind) {
	case DP_BLOCK_CERTIFICATE: return certificate_key(block, out);
	case DP_BLOCK_PRIVATE_KEY: return private_key(block, arena, out);
	case DP_BLOCK_PUBLIC_KEY: return public_key(block, arena, out);
	case DP_BLOCK_REQUEST: return request_key(block, out);
	case DP_BLOCK_ENCRYPTED_KEY: break;
	case DP_BLOCK_OTHER: return "is no key";
	}
	return "is encrypted; type \"openssl pkey -in FILE -pubout\" and give its output";
}

const char *dp_key_spki(
	const struct dp_block *block, struct dp_arena *arena, const uint8_t **spki, size_t *len)
{
	struct spki out = { NULL, 0 };
	const char *why = block->der == NULL ? damaged : read_key(block, arena, &out);

	*spki = why == NULL ? out.der : NULL;
	*len = why == NULL ? out.len : 0;
	return why;
}
