/*
 * DNSSEC cryptography for libunbound on Mbed TLS, libsodium for Ed25519, libdecaf for Ed448.
 *
 * It takes the place of libunbound's own validator/val_secalgo.c: same header, same names, so the
 * functions carry upstream's names and not ours; their contract is validator/val_secalgo.h. The
 * reason to replace it: upstream knows OpenSSL, NSS and Nettle only, and the binary is to hold one
 * cryptographic library, the one that speaks TLS.
 *
 * Supported: RSASHA1, RSASHA1-NSEC3-SHA1, RSASHA256, RSASHA512 (RFC 3110, 5702), ECDSA P-256 and
 * P-384 (RFC 6605), Ed25519, Ed448 (RFC 8080); DS digests SHA-1, SHA-256, SHA-384; NSEC3 SHA-1.
 * Not supported, so that a zone signed with nothing else is insecure (RFC 4035 s5.2, RFC 6840
 * s5.2): RSAMD5 and DSA (RFC 8624: must not validate), GOST (none of the libraries has it).
 *
 * A key or signature of the wrong shape is bogus and not an error: its bytes are the zone's, and
 * the zone is what is wrong. Unchecked is kept for our own lack of memory. The one limit of ours
 * that a zone can meet, a modulus beyond MBEDTLS_MPI_MAX_SIZE, is bogus with a reason of its own.
 *
 * No state, no locks, nothing on the heap but what Mbed TLS needs for its numbers.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "config.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <decaf/ed448.h>
#include <mbedtls/ecdsa.h>
#include <mbedtls/ecp.h>
#include <mbedtls/rsa.h>
#include <mbedtls/sha1.h>
#include <mbedtls/sha256.h>
#include <mbedtls/sha512.h>
#include <sodium/crypto_sign_ed25519.h>

#include "sldns/rrdef.h"
#include "sldns/sbuffer.h"
#include "util/data/packed_rrset.h"
#include "validator/val_secalgo.h"

enum {
	NSEC3_SHA1 = 1, /* RFC 5155 s11 */
	SHA1_LEN = 20,
	SHA256_LEN = 32,
	SHA384_LEN = 48,
	SHA512_LEN = 64,
	/* RFC 5702 s2.1 and RFC 3110 s2 ask for at least 512 bits. */
	RSA_BITS_MIN = 512,
	/* A large exponent under a large modulus makes one verification cost as much as a
	 * signature; OpenSSL draws the line here too, so no zone is lost that others accept. */
	RSA_SMALL_MODULUS_LEN = 3072 / 8,
	RSA_LARGE_KEY_EXPONENT_LEN = 64 / 8,
};

/* The test suite of libunbound switches these; its config parser and val_sigcrypt.c want them. */
int fake_dsa = 0;
int fake_sha1 = 0;

struct secalgo_hash {
	mbedtls_sha512_context ctx;
	size_t digest_len;
};

/* ---- digests ---- */

/* Digest of data by its length, which names the function: 20, 32, 48 or 64. */
static bool digest(size_t digest_len, const unsigned char *data, size_t len, unsigned char *res)
{
	switch (digest_len) {
	case SHA1_LEN: return mbedtls_sha1(data, len, res) == 0;
	case SHA256_LEN: return mbedtls_sha256(data, len, res, 0) == 0;
	case SHA384_LEN: return mbedtls_sha512(data, len, res, 1) == 0;
	case SHA512_LEN: return mbedtls_sha512(data, len, res, 0) == 0;
	default: return false;
	}
}

size_t nsec3_hash_algo_size_supported(int id)
{
	return id == NSEC3_SHA1 ? SHA1_LEN : 0;
}

int secalgo_nsec3_hash(int algo, unsigned char *buf, size_t len, unsigned char *res)
{
	return digest(nsec3_hash_algo_size_supported(algo), buf, len, res);
}

void secalgo_hash_sha256(unsigned char *buf, size_t len, unsigned char *res)
{
	/* The header leaves no way to report failure; SHA-256 in software has none. */
	if (!digest(SHA256_LEN, buf, len, res))
		memset(res, 0, SHA256_LEN);
}

static struct secalgo_hash *hash_create(size_t digest_len)
{
	struct secalgo_hash *hash = malloc(sizeof(*hash));

	if (hash == NULL)
		return NULL;
	hash->digest_len = digest_len;
	mbedtls_sha512_init(&hash->ctx);
	if (mbedtls_sha512_starts(&hash->ctx, digest_len == SHA384_LEN) != 0) {
		secalgo_hash_delete(hash);
		return NULL;
	}
	return hash;
}

struct secalgo_hash *secalgo_hash_create_sha384(void)
{
	return hash_create(SHA384_LEN);
}

struct secalgo_hash *secalgo_hash_create_sha512(void)
{
	return hash_create(SHA512_LEN);
}

int secalgo_hash_update(struct secalgo_hash *hash, uint8_t *data, size_t len)
{
	return mbedtls_sha512_update(&hash->ctx, data, len) == 0;
}

int secalgo_hash_final(struct secalgo_hash *hash, uint8_t *result, size_t maxlen, size_t *resultlen)
{
	/* Mbed TLS writes 64 bytes or, for SHA-384, 48: never more than digest_len. */
	*resultlen = 0;
	if (maxlen < hash->digest_len || mbedtls_sha512_finish(&hash->ctx, result) != 0)
		return 0;
	*resultlen = hash->digest_len;
	return 1;
}

void secalgo_hash_delete(struct secalgo_hash *hash)
{
	if (hash == NULL)
		return;
	mbedtls_sha512_free(&hash->ctx);
	free(hash);
}

size_t ds_digest_size_supported(int algo)
{
	switch (algo) {
	case LDNS_SHA1: return SHA1_LEN;
	case LDNS_SHA256: return SHA256_LEN;
	case LDNS_SHA384: return SHA384_LEN;
	default: return 0;
	}
}

int secalgo_ds_digest(int algo, unsigned char *buf, size_t len, unsigned char *res)
{
	return digest(ds_digest_size_supported(algo), buf, len, res);
}

/* ---- signatures ---- */

/* What a DNSKEY algorithm is made of. */
struct algorithm {
	enum { ALGO_NONE, ALGO_RSA, ALGO_ECDSA, ALGO_ED25519, ALGO_ED448 } kind;
	size_t digest_len;          /* of the signed data; not for EdDSA, which hashes itself */
	mbedtls_md_type_t md;       /* RSA: the DigestInfo of PKCS #1 */
	mbedtls_ecp_group_id curve; /* ECDSA */
	size_t field_len;           /* ECDSA: bytes of one coordinate */
};

/* One RRSIG to verify: everything borrowed from the caller. */
struct task {
	const unsigned char *data; /* RRSIG RDATA without signature, then the canonical RRset */
	size_t data_len;
	const unsigned char *sig;
	size_t sig_len;
	const unsigned char *key; /* public key field of the DNSKEY */
	size_t key_len;
	const char *reason; /* set unless secure */
};

static struct algorithm algorithm_by_id(int id)
{
	const struct algorithm none = { .kind = ALGO_NONE };

	switch (id) {
	case LDNS_RSASHA1:
	case LDNS_RSASHA1_NSEC3:
		return (struct algorithm){
			.kind = ALGO_RSA, .digest_len = SHA1_LEN, .md = MBEDTLS_MD_SHA1
		};
	case LDNS_RSASHA256:
		return (struct algorithm){
			.kind = ALGO_RSA, .digest_len = SHA256_LEN, .md = MBEDTLS_MD_SHA256
		};
	case LDNS_RSASHA512:
		return (struct algorithm){
			.kind = ALGO_RSA, .digest_len = SHA512_LEN, .md = MBEDTLS_MD_SHA512
		};
	case LDNS_ECDSAP256SHA256:
		return (struct algorithm){ .kind = ALGO_ECDSA,
			.digest_len = SHA256_LEN,
			.curve = MBEDTLS_ECP_DP_SECP256R1,
			.field_len = 32 };
	case LDNS_ECDSAP384SHA384:
		return (struct algorithm){ .kind = ALGO_ECDSA,
			.digest_len = SHA384_LEN,
			.curve = MBEDTLS_ECP_DP_SECP384R1,
			.field_len = 48 };
	case LDNS_ED25519: return (struct algorithm){ .kind = ALGO_ED25519 };
	case LDNS_ED448: return (struct algorithm){ .kind = ALGO_ED448 };
	default: return none;
	}
}

int dnskey_algo_id_is_supported(int id)
{
	return algorithm_by_id(id).kind != ALGO_NONE;
}

static enum sec_status bogus(struct task *task, const char *reason)
{
	task->reason = reason;
	return sec_status_bogus;
}

/* Verdict for an error of Mbed TLS: out of memory is ours, everything else is the zone's. */
static enum sec_status failed(struct task *task, int mbedtls_error, const char *reason)
{
	/* Low-level codes are added to high-level ones as multiples of -0x80 below. */
	int low = -(-mbedtls_error & 0x7f);
	int high = -(-mbedtls_error & 0xff80);

	if (low == MBEDTLS_ERR_MPI_ALLOC_FAILED || high == MBEDTLS_ERR_ECP_ALLOC_FAILED) {
		task->reason = "out of memory while verifying";
		return sec_status_unchecked;
	}
	return bogus(task, reason);
}

static const unsigned char *skip_zeros(const unsigned char *p, size_t *len)
{
	while (*len > 0 && *p == 0) {
		p++;
		(*len)--;
	}
	return p;
}

/*
 * Splits a public key of RFC 3110 s2 (exponent length in one byte, or zero and two bytes) and
 * loads it. Leading zeros in either number are prohibited there but exist, and change nothing.
 */
static enum sec_status rsa_load(mbedtls_rsa_context *rsa, struct task *task)
{
	const unsigned char *p = task->key;
	size_t left = task->key_len;
	size_t e_len, n_len;
	const unsigned char *e, *n;
	int ret;

	if (left < 1)
		return bogus(task, "RSA key is empty");
	if (p[0] != 0) {
		e_len = p[0];
		p += 1;
		left -= 1;
	} else {
		if (left < 3)
			return bogus(task, "RSA key is cut short");
		e_len = (size_t)p[1] << 8 | p[2];
		p += 3;
		left -= 3;
	}
	if (e_len >= left)
		return bogus(task, "RSA key has a wrong exponent length");
	n_len = left - e_len;
	n = skip_zeros(p + e_len, &n_len);
	e = skip_zeros(p, &e_len);
	if (n_len > MBEDTLS_MPI_MAX_SIZE)
		return bogus(task, "RSA key is larger than this program can handle");
	if (n_len > RSA_SMALL_MODULUS_LEN && e_len > RSA_LARGE_KEY_EXPONENT_LEN)
		return bogus(task, "RSA key of more than 3072 bits has an exponent above 64 bits");
	ret = mbedtls_rsa_import_raw(rsa, n, n_len, NULL, 0, NULL, 0, NULL, 0, e, e_len);
	return ret == 0 ? sec_status_secure : failed(task, ret, "RSA key cannot be read");
}

static enum sec_status rsa_verify(mbedtls_rsa_context *rsa, struct task *task,
	const struct algorithm *algo, const unsigned char *hash)
{
	enum sec_status status = rsa_load(rsa, task);
	int ret;

	if (status != sec_status_secure)
		return status;
	if (mbedtls_rsa_get_bitlen(rsa) < RSA_BITS_MIN)
		return bogus(task, "RSA key is shorter than 512 bits");
	/* Odd modulus; odd exponent, at least 3 and below the modulus. */
	if (mbedtls_rsa_check_pubkey(rsa) != 0)
		return bogus(task, "RSA key is not valid");
	/* RFC 8017 s8.2.2 step 1. Mbed TLS reads as many bytes as the modulus has. */
	if (task->sig_len != mbedtls_rsa_get_len(rsa))
		return bogus(task, "RSA signature has not the length of the key");
	ret = mbedtls_rsa_rsassa_pkcs1_v15_verify(
		rsa, algo->md, (unsigned)algo->digest_len, hash, task->sig);
	return ret == 0 ? sec_status_secure
			: failed(task, ret, "RSA signature verification failed");
}

static enum sec_status verify_rsa(
	struct task *task, const struct algorithm *algo, const unsigned char *hash)
{
	mbedtls_rsa_context rsa;
	enum sec_status status;

	mbedtls_rsa_init(&rsa);
	status = rsa_verify(&rsa, task, algo, hash);
	mbedtls_rsa_free(&rsa);
	return status;
}

/* Numbers of one ECDSA verification. */
struct ecdsa {
	mbedtls_ecp_group group;
	mbedtls_ecp_point q;
	mbedtls_mpi r, s;
};

static enum sec_status ecdsa_verify(struct ecdsa *ec, struct task *task,
	const struct algorithm *algo, const unsigned char *hash)
{
	unsigned char point[1 + 2 * 48];
	size_t pair_len = 2 * algo->field_len;
	int ret;

	/* RFC 6605 s4: x | y, uncompressed without the leading octet, and r | s. */
	if (task->key_len != pair_len)
		return bogus(task, "ECDSA key has a wrong length");
	if (task->sig_len != pair_len)
		return bogus(task, "ECDSA signature has a wrong length");
	point[0] = 0x04;
	memcpy(point + 1, task->key, pair_len);
	if ((ret = mbedtls_ecp_group_load(&ec->group, algo->curve)) != 0)
		return failed(task, ret, "elliptic curve not available");
	ret = mbedtls_ecp_point_read_binary(&ec->group, &ec->q, point, 1 + pair_len);
	/* mbedtls_ecdsa_verify() finds out too, but does not promise to. */
	if (ret == 0)
		ret = mbedtls_ecp_check_pubkey(&ec->group, &ec->q);
	if (ret != 0)
		return failed(task, ret, "ECDSA key is not a point of the curve");
	ret = mbedtls_mpi_read_binary(&ec->r, task->sig, algo->field_len);
	if (ret == 0)
		ret = mbedtls_mpi_read_binary(&ec->s, task->sig + algo->field_len, algo->field_len);
	if (ret == 0)
		ret = mbedtls_ecdsa_verify(
			&ec->group, hash, algo->digest_len, &ec->q, &ec->r, &ec->s);
	return ret == 0 ? sec_status_secure
			: failed(task, ret, "ECDSA signature verification failed");
}

static enum sec_status verify_ecdsa(
	struct task *task, const struct algorithm *algo, const unsigned char *hash)
{
	struct ecdsa ec;
	enum sec_status status;

	mbedtls_ecp_group_init(&ec.group);
	mbedtls_ecp_point_init(&ec.q);
	mbedtls_mpi_init(&ec.r);
	mbedtls_mpi_init(&ec.s);
	status = ecdsa_verify(&ec, task, algo, hash);
	mbedtls_mpi_free(&ec.s);
	mbedtls_mpi_free(&ec.r);
	mbedtls_ecp_point_free(&ec.q);
	mbedtls_ecp_group_free(&ec.group);
	return status;
}

static enum sec_status verify_ed25519(struct task *task)
{
	/* RFC 8080 s3 and s4. */
	if (task->key_len != crypto_sign_ed25519_PUBLICKEYBYTES)
		return bogus(task, "Ed25519 key has a wrong length");
	if (task->sig_len != crypto_sign_ed25519_BYTES)
		return bogus(task, "Ed25519 signature has a wrong length");
	if (crypto_sign_ed25519_verify_detached(task->sig, task->data, task->data_len, task->key) !=
		0)
		return bogus(task, "Ed25519 signature verification failed");
	return sec_status_secure;
}

static enum sec_status verify_ed448(struct task *task)
{
	/* RFC 8080 s3 and s4: pure Ed448, with an empty context (which must not be NULL). */
	static const uint8_t context[1];

	if (task->key_len != DECAF_EDDSA_448_PUBLIC_BYTES)
		return bogus(task, "Ed448 key has a wrong length");
	if (task->sig_len != DECAF_EDDSA_448_SIGNATURE_BYTES)
		return bogus(task, "Ed448 signature has a wrong length");
	if (decaf_ed448_verify(task->sig, task->key, task->data, task->data_len, 0, context, 0) !=
		DECAF_SUCCESS)
		return bogus(task, "Ed448 signature verification failed");
	return sec_status_secure;
}

static enum sec_status verify(struct task *task, const struct algorithm *algo)
{
	unsigned char hash[SHA512_LEN];

	if (algo->kind == ALGO_NONE)
		return bogus(task, "algorithm not supported");
	if (algo->kind == ALGO_ED25519)
		return verify_ed25519(task);
	if (algo->kind == ALGO_ED448)
		return verify_ed448(task);
	if (!digest(algo->digest_len, task->data, task->data_len, hash)) {
		task->reason = "digest failed";
		return sec_status_unchecked;
	}
	return algo->kind == ALGO_RSA ? verify_rsa(task, algo, hash)
				      : verify_ecdsa(task, algo, hash);
}

enum sec_status verify_canonrrset(struct sldns_buffer *buf, int algo, unsigned char *sigblock,
	unsigned int sigblock_len, unsigned char *key, unsigned int keylen, char **reason)
{
	struct algorithm algorithm = algorithm_by_id(algo);
	struct task task = {
		.data = sldns_buffer_begin(buf),
		.data_len = sldns_buffer_limit(buf),
		.sig = sigblock,
		.sig_len = sigblock_len,
		.key = key,
		.key_len = keylen,
	};
	enum sec_status status = verify(&task, &algorithm);

	/* Callers never write to it: the header only lacks the const. */
	if (status != sec_status_secure)
		*reason = (char *)(uintptr_t)task.reason;
	return status;
}
