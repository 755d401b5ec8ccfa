/*
 * See dnskeys.h. Mbed TLS keeps the table of multiples of one point only, a group's generator. So
 * each ECDSA key has a group of its own, of the same curve, in which the key is the generator: sums
 * and products of points do not depend on which one that is.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "config.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <mbedtls/ecdsa.h>

#include "validator/dnskeys.h"

enum {
	WAYS = 4,
	SETS = DP_DNSKEYS_MAX / WAYS,
	COORDINATE_MAX = 48, /* P-384 */
};

/* In each set the one used last comes first. */
static struct dp_dnskey *keys[SETS][WAYS];

/* --- which are kept --- */

void dp_dnskey_free(struct dp_dnskey *key)
{
	if (key == NULL)
		return;
	mbedtls_ecp_group_free(&key->group); /* of a built-in curve: G is not its own */
	mbedtls_ecp_point_free(&key->point);
	mbedtls_rsa_free(&key->rsa);
	free(key->bytes);
	free(key);
}

struct dp_dnskey *dp_dnskey_new(mbedtls_ecp_group_id curve, const unsigned char *bytes, size_t len)
{
	struct dp_dnskey *key = calloc(1, sizeof(*key));

	if (key == NULL)
		return NULL;
	mbedtls_ecp_group_init(&key->group);
	mbedtls_ecp_point_init(&key->point);
	mbedtls_rsa_init(&key->rsa);
	key->curve = curve;
	key->len = len;
	key->bytes = malloc(len + 1);
	if (key->bytes == NULL) {
		dp_dnskey_free(key);
		return NULL;
	}
	memcpy(key->bytes, bytes, len);
	return key;
}

/* Who chooses keys so that they meet in one set loses nothing but the keeping of their own. */
static struct dp_dnskey **set_of(const unsigned char *bytes, size_t len)
{
	uint32_t sum = 2166136261; /* FNV-1a, over the end: an RSA key begins with the exponent */

	for (size_t i = len > 16 ? len - 16 : 0; i < len; i++)
		sum = (sum ^ bytes[i]) * 16777619;
	return keys[sum % SETS];
}

static void put_first(struct dp_dnskey **set, size_t way, struct dp_dnskey *key)
{
	memmove(set + 1, set, way * sizeof(set[0]));
	set[0] = key;
}

struct dp_dnskey *dp_dnskey_find(mbedtls_ecp_group_id curve, const unsigned char *bytes, size_t len)
{
	struct dp_dnskey **set = set_of(bytes, len);

	for (size_t way = 0; way < WAYS && set[way] != NULL; way++) {
		struct dp_dnskey *key = set[way];

		if (key->curve != curve || key->len != len || memcmp(key->bytes, bytes, len) != 0)
			continue;
		put_first(set, way, key);
		return key;
	}
	return NULL;
}

void dp_dnskey_keep(struct dp_dnskey *key)
{
	struct dp_dnskey **set = set_of(key->bytes, key->len);

	dp_dnskey_free(set[WAYS - 1]);
	put_first(set, WAYS - 1, key);
}

/* --- ECDSA --- */

int dp_dnskey_read_point(struct dp_dnskey *key)
{
	unsigned char octets[1 + 2 * COORDINATE_MAX];
	int ret = mbedtls_ecp_group_load(&key->group, key->curve);

	if (ret == 0 && key->len > sizeof(octets) - 1)
		ret = MBEDTLS_ERR_ECP_BAD_INPUT_DATA;
	if (ret != 0)
		return ret;
	octets[0] = 0x04; /* SEC 1 s2.3.3: uncompressed */
	memcpy(octets + 1, key->bytes, key->len);
	ret = mbedtls_ecp_point_read_binary(&key->group, &key->point, octets, 1 + key->len);
	if (ret == 0)
		ret = mbedtls_ecp_check_pubkey(&key->group, &key->point);
	if (ret != 0)
		return ret;
	key->group.G = key->point;
	key->group.MBEDTLS_PRIVATE(T) = NULL; /* that of the generator */
	key->group.MBEDTLS_PRIVATE(T_size) = 0;
	return 0;
}

/* The numbers of one verification. */
struct numbers {
	mbedtls_ecp_group group; /* with the generator */
	mbedtls_ecp_point left, sum;
	mbedtls_mpi e, r, s, u1, u2, zero, one;
};

static void open_numbers(struct numbers *n)
{
	mbedtls_ecp_group_init(&n->group);
	mbedtls_ecp_point_init(&n->left);
	mbedtls_ecp_point_init(&n->sum);
	mbedtls_mpi_init(&n->e);
	mbedtls_mpi_init(&n->r);
	mbedtls_mpi_init(&n->s);
	mbedtls_mpi_init(&n->u1);
	mbedtls_mpi_init(&n->u2);
	mbedtls_mpi_init(&n->zero);
	mbedtls_mpi_init(&n->one);
}

static void close_numbers(struct numbers *n)
{
	mbedtls_ecp_group_free(&n->group);
	mbedtls_ecp_point_free(&n->left);
	mbedtls_ecp_point_free(&n->sum);
	mbedtls_mpi_free(&n->e);
	mbedtls_mpi_free(&n->r);
	mbedtls_mpi_free(&n->s);
	mbedtls_mpi_free(&n->u1);
	mbedtls_mpi_free(&n->u2);
	mbedtls_mpi_free(&n->zero);
	mbedtls_mpi_free(&n->one);
}

static bool in_range(const mbedtls_mpi *number, const mbedtls_mpi *order)
{
	return mbedtls_mpi_cmp_int(number, 1) >= 0 && mbedtls_mpi_cmp_mpi(number, order) < 0;
}

static int read_numbers(struct numbers *n, const struct dp_dnskey *key, const unsigned char *hash,
	const unsigned char *sig)
{
	size_t len = key->len / 2;
	int ret = mbedtls_ecp_group_load(&n->group, key->curve);

	if (ret == 0)
		ret = mbedtls_mpi_read_binary(&n->r, sig, len);
	if (ret == 0)
		ret = mbedtls_mpi_read_binary(&n->s, sig + len, len);
	if (ret == 0)
		ret = mbedtls_mpi_read_binary(&n->e, hash, len);
	if (ret == 0)
		ret = mbedtls_mpi_lset(&n->zero, 0);
	if (ret == 0)
		ret = mbedtls_mpi_lset(&n->one, 1);
	if (ret == 0 && !(in_range(&n->r, &n->group.N) && in_range(&n->s, &n->group.N)))
		ret = MBEDTLS_ERR_ECP_VERIFY_FAILED;
	return ret;
}

/* u1 = e / s, u2 = r / s modulo the order of the curve. */
static int divide(struct numbers *n)
{
	const mbedtls_mpi *order = &n->group.N;
	int ret = mbedtls_mpi_inv_mod(&n->s, &n->s, order);

	if (ret == 0)
		ret = mbedtls_mpi_mul_mpi(&n->u1, &n->e, &n->s);
	if (ret == 0)
		ret = mbedtls_mpi_mod_mpi(&n->u1, &n->u1, order);
	if (ret == 0)
		ret = mbedtls_mpi_mul_mpi(&n->u2, &n->r, &n->s);
	if (ret == 0)
		ret = mbedtls_mpi_mod_mpi(&n->u2, &n->u2, order);
	return ret;
}

/* u1 G + u2 Q, each in the group that has its table. */
static int add(struct numbers *n, struct dp_dnskey *key)
{
	const mbedtls_ecp_point *g = &n->group.G, *q = &key->group.G;
	int ret;

	/* A hash of zero: the generator has no part in it. */
	if (mbedtls_mpi_cmp_int(&n->u1, 0) == 0)
		return mbedtls_ecp_muladd(&key->group, &n->sum, &n->zero, q, &n->u2, q);
	ret = mbedtls_ecp_muladd(&n->group, &n->left, &n->zero, g, &n->u1, g);
	if (ret == 0)
		ret = mbedtls_ecp_muladd(&key->group, &n->sum, &n->one, &n->left, &n->u2, q);
	return ret;
}

/* The first coordinate of the sum, modulo the order, is r. */
static int compare(struct numbers *n)
{
	mbedtls_mpi *x = &n->sum.MBEDTLS_PRIVATE(X);
	int ret;

	if (mbedtls_ecp_is_zero(&n->sum))
		return MBEDTLS_ERR_ECP_VERIFY_FAILED;
	ret = mbedtls_mpi_mod_mpi(x, x, &n->group.N);
	if (ret == 0 && mbedtls_mpi_cmp_mpi(x, &n->r) != 0)
		ret = MBEDTLS_ERR_ECP_VERIFY_FAILED;
	return ret;
}

int dp_dnskey_verify_ecdsa(
	struct dp_dnskey *key, const unsigned char *hash, const unsigned char *sig)
{
	struct numbers n;
	int ret;

	open_numbers(&n);
	ret = read_numbers(&n, key, hash, sig);
	if (ret == 0)
		ret = divide(&n);
	if (ret == 0)
		ret = add(&n, key);
	if (ret == 0)
		ret = compare(&n);
	close_numbers(&n);
	return ret;
}
