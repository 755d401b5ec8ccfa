/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What one public-key operation costs with the Mbed TLS that the program is linked with: CPU time
 * in microseconds, the median of several turns. One line each: NAME MICROSECONDS; the names are
 * those of count.c. P-256 is verified as port/unbound/val_secalgo.c does it, from the bytes of the
 * DNS; RSA with a key that was read before, as Mbed TLS's own benchmark does; keys are exchanged
 * through PSA.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <mbedtls/ecdsa.h>
#include <mbedtls/pk.h>
#include <mbedtls/psa_util.h>
#include <mbedtls/rsa.h>
#include <psa/crypto.h>

#define TURNS 15
#define KEY_FILE_MAX 16384

/* A key and a signature as they stand in the DNS. */
struct dns_ecdsa {
	unsigned char point[65], rs[64];
	size_t point_len;
};

static unsigned char hash[32] = "any thirty-two bytes will do";
static unsigned char signature[MBEDTLS_PK_SIGNATURE_MAX_SIZE];
static size_t signature_len;

static void must(int bad, const char *what)
{
	if (bad == 0)
		return;
	fprintf(stderr, "costs: %s: %d\n", what, bad);
	exit(1);
}

static int random_bytes(void *state, unsigned char *out, size_t len)
{
	(void)state;
	return psa_generate_random(out, len);
}

static double cpu_us(void)
{
	struct timespec now;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
	return (double)now.tv_sec * 1e6 + (double)now.tv_nsec / 1e3;
}

static int by_size(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

static void measure(const char *name, void (*run)(void *), void *what, int times)
{
	double turns[TURNS];

	for (int i = 0; i < TURNS; i++) {
		double start = cpu_us();

		for (int n = 0; n < times; n++)
			run(what);
		turns[i] = (cpu_us() - start) / times;
	}
	qsort(turns, TURNS, sizeof(turns[0]), by_size);
	printf("%s %.1f\n", name, turns[TURNS / 2]);
}

/* As verify_ecdsa() of val_secalgo.c: all from bytes, and the key is checked. */
static void verify_dns(void *pk)
{
	struct dns_ecdsa *from = pk;
	mbedtls_ecp_group group;
	mbedtls_ecp_point q;
	mbedtls_mpi r, s;

	mbedtls_ecp_group_init(&group);
	mbedtls_ecp_point_init(&q);
	mbedtls_mpi_init(&r);
	mbedtls_mpi_init(&s);
	must(mbedtls_ecp_group_load(&group, MBEDTLS_ECP_DP_SECP256R1), "P-256");
	must(mbedtls_ecp_point_read_binary(&group, &q, from->point, from->point_len), "key");
	must(mbedtls_ecp_check_pubkey(&group, &q), "key");
	must(mbedtls_mpi_read_binary(&r, from->rs, 32), "r");
	must(mbedtls_mpi_read_binary(&s, from->rs + 32, 32), "s");
	must(mbedtls_ecdsa_verify(&group, hash, sizeof(hash), &q, &r, &s), "P-256 verification");
	mbedtls_mpi_free(&s);
	mbedtls_mpi_free(&r);
	mbedtls_ecp_point_free(&q);
	mbedtls_ecp_group_free(&group);
}

static void verify(void *pk)
{
	must(mbedtls_pk_verify(pk, MBEDTLS_MD_SHA256, hash, sizeof(hash), signature, signature_len),
		"verification");
}

static void verify_pss(void *pk)
{
	const mbedtls_pk_rsassa_pss_options options = { MBEDTLS_MD_SHA256,
		MBEDTLS_RSA_SALT_LEN_ANY };

	must(mbedtls_pk_verify_ext(MBEDTLS_PK_RSASSA_PSS, &options, pk, MBEDTLS_MD_SHA256, hash,
		     sizeof(hash), signature, signature_len),
		"PSS verification");
}

static void sign(mbedtls_pk_context *pk)
{
	must(mbedtls_pk_sign(pk, MBEDTLS_MD_SHA256, hash, sizeof(hash), signature,
		     sizeof(signature), &signature_len, random_bytes, NULL),
		"signature");
}

static void measure_ecdsa(void)
{
	struct dns_ecdsa dns;
	mbedtls_pk_context pk;
	mbedtls_ecp_keypair *key;
	mbedtls_mpi r, s;

	mbedtls_pk_init(&pk);
	mbedtls_mpi_init(&r);
	mbedtls_mpi_init(&s);
	must(mbedtls_pk_setup(&pk, mbedtls_pk_info_from_type(MBEDTLS_PK_ECKEY)), "P-256");
	key = mbedtls_pk_ec(pk);
	must(mbedtls_ecp_gen_key(MBEDTLS_ECP_DP_SECP256R1, key, random_bytes, NULL), "P-256");
	must(mbedtls_ecp_write_public_key(key, MBEDTLS_ECP_PF_UNCOMPRESSED, &dns.point_len,
		     dns.point, sizeof(dns.point)),
		"key");
	must(mbedtls_ecdsa_sign(&key->MBEDTLS_PRIVATE(grp), &r, &s, &key->MBEDTLS_PRIVATE(d), hash,
		     sizeof(hash), random_bytes, NULL),
		"signature");
	must(mbedtls_mpi_write_binary(&r, dns.rs, 32), "r");
	must(mbedtls_mpi_write_binary(&s, dns.rs + 32, 32), "s");
	measure("rrsig-13", verify_dns, &dns, 40);
	sign(&pk);
	measure("proof-ecdsa", verify, &pk, 40);
	mbedtls_mpi_free(&s);
	mbedtls_mpi_free(&r);
	mbedtls_pk_free(&pk);
}

static void read_key(mbedtls_pk_context *pk, const char *path)
{
	unsigned char text[KEY_FILE_MAX];
	FILE *file = fopen(path, "rb");
	size_t len = file == NULL ? 0 : fread(text, 1, sizeof(text) - 1, file);

	if (file != NULL)
		fclose(file);
	text[len] = '\0';
	must(mbedtls_pk_parse_key(pk, text, len + 1, NULL, 0, random_bytes, NULL), path);
}

static void measure_rsa(const char *path)
{
	mbedtls_pk_context pk;

	mbedtls_pk_init(&pk);
	read_key(&pk, path);
	sign(&pk);
	measure("rrsig-8", verify, &pk, 200);
	must(mbedtls_rsa_set_padding(mbedtls_pk_rsa(pk), MBEDTLS_RSA_PKCS_V21, MBEDTLS_MD_SHA256),
		"PSS");
	sign(&pk);
	measure("proof-rsa", verify_pss, &pk, 200);
	mbedtls_pk_free(&pk);
}

struct group {
	psa_ecc_family_t family;
	size_t bits;
	const char *share, *agree;
	psa_key_id_t key;
	unsigned char peer[PSA_EXPORT_PUBLIC_KEY_MAX_SIZE];
	size_t peer_len;
};

static psa_key_id_t new_share(const struct group *group)
{
	psa_key_attributes_t attributes = PSA_KEY_ATTRIBUTES_INIT;
	psa_key_id_t key;

	psa_set_key_usage_flags(&attributes, PSA_KEY_USAGE_DERIVE);
	psa_set_key_algorithm(&attributes, PSA_ALG_ECDH);
	psa_set_key_type(&attributes, PSA_KEY_TYPE_ECC_KEY_PAIR(group->family));
	psa_set_key_bits(&attributes, group->bits);
	must(psa_generate_key(&attributes, &key), "key share");
	return key;
}

/* Key and what is sent of it. */
static void share(void *what)
{
	struct group *group = what;
	psa_key_id_t key = new_share(group);

	must(psa_export_public_key(key, group->peer, sizeof(group->peer), &group->peer_len),
		"public key");
	must(psa_destroy_key(key), "key");
}

static void agree(void *what)
{
	struct group *group = what;
	unsigned char secret[PSA_RAW_KEY_AGREEMENT_OUTPUT_MAX_SIZE];
	size_t secret_len;

	must(psa_raw_key_agreement(PSA_ALG_ECDH, group->key, group->peer, group->peer_len, secret,
		     sizeof(secret), &secret_len),
		"key agreement");
}

int main(int argc, char **argv)
{
	struct group groups[] = {
		{ PSA_ECC_FAMILY_SECP_R1, 256, "share-p256", "agree-p256", 0, { 0 }, 0 },
		{ PSA_ECC_FAMILY_MONTGOMERY, 255, "share-x25519", "agree-x25519", 0, { 0 }, 0 },
	};

	if (argc != 2) {
		fputs("usage: costs KEY.pem, of RSA\n", stderr);
		return 2;
	}
	must(psa_crypto_init(), "library");
	measure_ecdsa();
	measure_rsa(argv[1]);
	for (size_t i = 0; i < sizeof(groups) / sizeof(groups[0]); i++) {
		measure(groups[i].share, share, &groups[i], 40);
		groups[i].key = new_share(&groups[i]);
		measure(groups[i].agree, agree, &groups[i], 40);
	}
	return 0;
}
