/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The program with its public-key operations counted: linked with --wrap for each of these
 * functions, which are called from other objects (COUNTED in the Makefile). At the end it prints to
 * the file that BENCH_COUNTS names, one line each: NAME COUNT.
 *
 * rrsig-N is verify_canonrrset() of port/unbound/val_secalgo.c by DNSSEC algorithm, chain a
 * signature in a certificate, proof the server's in the handshake, share and agree the key
 * exchange.
 */
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <mbedtls/pk.h>
#include <psa/crypto.h>

#define ALGORITHMS 256

static unsigned long rrsigs[ALGORITHMS], chains, proofs_ecdsa, proofs_rsa, shares, agreements;

struct sldns_buffer;

static FILE *file;

static void report(void)
{
	for (int i = 0; i < ALGORITHMS; i++) {
		if (rrsigs[i] > 0)
			fprintf(file, "rrsig-%d %lu\n", i, rrsigs[i]);
	}
	fprintf(file, "chain %lu\nproof-ecdsa %lu\nproof-rsa %lu\nshare %lu\nagree %lu\n", chains,
		proofs_ecdsa, proofs_rsa, shares, agreements);
	fflush(file);
}

/* Opened before the program shuts itself in. */
__attribute__((constructor)) static void prepare(void)
{
	const char *path = getenv("BENCH_COUNTS");

	file = path == NULL ? NULL : fopen(path, "a");
	if (file != NULL)
		atexit(report);
}

int __real_verify_canonrrset(struct sldns_buffer *buf, int algo, unsigned char *sig,
	unsigned int sig_len, unsigned char *key, unsigned int key_len, char **reason);
int __wrap_verify_canonrrset(struct sldns_buffer *buf, int algo, unsigned char *sig,
	unsigned int sig_len, unsigned char *key, unsigned int key_len, char **reason);
int __real_mbedtls_pk_verify(mbedtls_pk_context *pk, mbedtls_md_type_t md,
	const unsigned char *hash, size_t hash_len, const unsigned char *sig, size_t sig_len);
int __wrap_mbedtls_pk_verify(mbedtls_pk_context *pk, mbedtls_md_type_t md,
	const unsigned char *hash, size_t hash_len, const unsigned char *sig, size_t sig_len);
int __real_mbedtls_pk_verify_ext(mbedtls_pk_type_t type, const void *options,
	mbedtls_pk_context *pk, mbedtls_md_type_t md, const unsigned char *hash, size_t hash_len,
	const unsigned char *sig, size_t sig_len);
int __wrap_mbedtls_pk_verify_ext(mbedtls_pk_type_t type, const void *options,
	mbedtls_pk_context *pk, mbedtls_md_type_t md, const unsigned char *hash, size_t hash_len,
	const unsigned char *sig, size_t sig_len);
psa_status_t __real_psa_generate_key(const psa_key_attributes_t *attributes, psa_key_id_t *key);
psa_status_t __wrap_psa_generate_key(const psa_key_attributes_t *attributes, psa_key_id_t *key);
psa_status_t __real_psa_raw_key_agreement(psa_algorithm_t alg, psa_key_id_t key,
	const uint8_t *peer, size_t peer_len, uint8_t *out, size_t out_size, size_t *out_len);
psa_status_t __wrap_psa_raw_key_agreement(psa_algorithm_t alg, psa_key_id_t key,
	const uint8_t *peer, size_t peer_len, uint8_t *out, size_t out_size, size_t *out_len);

int __wrap_verify_canonrrset(struct sldns_buffer *buf, int algo, unsigned char *sig,
	unsigned int sig_len, unsigned char *key, unsigned int key_len, char **reason)
{
	rrsigs[algo & (ALGORITHMS - 1)]++;
	return __real_verify_canonrrset(buf, algo, sig, sig_len, key, key_len, reason);
}

int __wrap_mbedtls_pk_verify(mbedtls_pk_context *pk, mbedtls_md_type_t md,
	const unsigned char *hash, size_t hash_len, const unsigned char *sig, size_t sig_len)
{
	chains++;
	return __real_mbedtls_pk_verify(pk, md, hash, hash_len, sig, sig_len);
}

int __wrap_mbedtls_pk_verify_ext(mbedtls_pk_type_t type, const void *options,
	mbedtls_pk_context *pk, mbedtls_md_type_t md, const unsigned char *hash, size_t hash_len,
	const unsigned char *sig, size_t sig_len)
{
	*(type == MBEDTLS_PK_ECDSA ? &proofs_ecdsa : &proofs_rsa) += 1;
	return __real_mbedtls_pk_verify_ext(type, options, pk, md, hash, hash_len, sig, sig_len);
}

psa_status_t __wrap_psa_generate_key(const psa_key_attributes_t *attributes, psa_key_id_t *key)
{
	shares++;
	return __real_psa_generate_key(attributes, key);
}

psa_status_t __wrap_psa_raw_key_agreement(psa_algorithm_t alg, psa_key_id_t key,
	const uint8_t *peer, size_t peer_len, uint8_t *out, size_t out_size, size_t *out_len)
{
	agreements++;
	return __real_psa_raw_key_agreement(alg, key, peer, peer_len, out, out_size, out_len);
}
