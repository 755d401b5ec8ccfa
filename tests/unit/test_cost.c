/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a hostile peer can make a chain cost: a twin stands in the place of signature.c, counts how
 * often it is asked, and says what the attacker wants. The same with real signatures, smaller:
 * tests/cases, decoys-*.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "dane/cert_der.h"
#include "dane/chain.h"
#include "dane/digest.h"
#include "der_writer.h"

#define HOSTILE 100 /* certificates with one subject, the leaf among them */
#define BARE_KEYS 60

/* The twin. */

static struct {
	const char *reference; /* what the leaf is called by */
	enum dp_signature answer;
	unsigned asked; /* public-key operations, or attempts at one */
	unsigned free;  /* answers without the library */
} twin;

const char *dp_signature_limit(const struct dp_der_item *algorithm, struct dp_arena *arena)
{
	(void)algorithm, (void)arena;
	return NULL;
}

int dp_cert_library_error(const uint8_t *der, size_t len)
{
	(void)der, (void)len;
	return 0;
}

enum dp_signature dp_cert_signed_by(const struct dp_cert *cert, const uint8_t *issuer_spki,
	size_t issuer_spki_len, const char **limit)
{
	(void)cert, (void)issuer_spki, (void)issuer_spki_len;
	*limit = "the twin's";
	if (twin.answer == DP_SIGNATURE_UNSUPPORTED)
		twin.free++;
	else
		twin.asked++;
	return twin.answer;
}

/* What is sent. */

/* A P-256 key of its own for every number (nobody looks whether it is a point). */
static struct der key_of(unsigned number)
{
	uint8_t *key = dp_arena_copy(der_arena, P256_KEY.data, P256_KEY.len);

	key[P256_KEY.len - 1] = (uint8_t)number;
	key[P256_KEY.len - 2] = (uint8_t)(number >> 8);
	return raw(key, P256_KEY.len);
}

/* HOSTILE certificates of and by "a", number i with key i, or all with one. */
static struct dp_chain hostile(bool one_key)
{
	static const uint8_t *ders[HOSTILE];
	static size_t lens[HOSTILE];
	static const uint8_t ca[] =
		"\xa3\x13\x30\x11\x30\x0f\x06\x03\x55\x1d\x13\x01\x01\xff\x04\x05"
		"\x30\x03\x01\x01\xff";
	struct dp_chain chain;

	for (unsigned i = 0; i < HOSTILE; i++) {
		struct parts parts = usual_parts();
		struct der cert;

		parts.issuer = parts.subject;
		parts.serial = tlv(2, raw(&(const uint8_t[]){ (uint8_t)(i + 1) }, 1));
		parts.key = key_of(one_key ? 0 : i);
		parts.tail = i == 0 ? NONE : raw(ca, sizeof ca - 1);
		cert = build(&parts);
		ders[i] = cert.data;
		lens[i] = cert.len;
	}
	dp_chain_open(&chain, ders, lens, HOSTILE, der_arena);
	return chain;
}

static struct dp_tlsa pin(const struct dp_cert *cert)
{
	return (struct dp_tlsa){ .usage = DP_DANE_TA,
		.matching = DP_SHA256,
		.data = cert->cert_sha256,
		.data_len = DP_SHA256_BYTES };
}

static struct dp_tlsa bare_key(unsigned number)
{
	struct der key = key_of(number);

	return (struct dp_tlsa){ .usage = DP_DANE_TA,
		.selector = DP_SPKI,
		.matching = DP_FULL,
		.data = key.data,
		.data_len = key.len };
}

static struct dp_match measure(const char *what, bool one_key, enum dp_signature answer,
	const struct dp_tlsa *records, size_t count)
{
	struct dp_chain chain = hostile(one_key);
	struct dp_match_input input = { records, count, &twin.reference, 1,
		.now_utc_s = 2000000000 };
	struct dp_match match;

	twin.asked = twin.free = 0;
	twin.answer = answer;
	dp_chain_match(&chain, &input, &match, der_arena);
	dp_chain_close(&chain);
	print_message("measured: %d certificates of one subject, %s: %u signature checks "
		      "(at most %d)\n",
		HOSTILE, what, twin.asked, DP_CHAIN_CHECKS_MAX);
	assert_int_equal(twin.asked, match.checks);
	assert_true(twin.asked <= DP_CHAIN_CHECKS_MAX);
	return match;
}

static struct dp_tlsa elsewhere(void)
{
	static const uint8_t digest[DP_SHA256_BYTES] = { 1 };

	return (struct dp_tlsa){ .usage = DP_DANE_TA,
		.matching = DP_SHA256,
		.data = digest,
		.data_len = sizeof digest };
}

/* Tests. */

/* No record matches anything sent: no path can help, so none is looked for. */
static void no_match(void **state)
{
	struct dp_tlsa record = elsewhere();
	struct dp_match match;

	(void)state;
	match = measure(
		"no key signed the leaf, no record matches", false, DP_SIGNATURE_BAD, &record, 1);
	assert_int_equal(match.checks, 0);
	assert_false(match.authenticated || match.limited);
	match = measure(
		"all signed by all, no record matches", false, DP_SIGNATURE_GOOD, &record, 1);
	assert_int_equal(match.checks, 0);
	assert_false(match.authenticated || match.limited);
}

/* A record matches, but nothing comes of it: the search ends at the bound. */
static void no_path(void **state)
{
	struct dp_chain chain = hostile(false), same = hostile(true);
	struct dp_tlsa key = bare_key(1000), record = pin(&chain.certs[HOSTILE - 1]);
	struct dp_match match;

	(void)state;
	match = measure(
		"the last one is pinned, but signed nothing", false, DP_SIGNATURE_BAD, &record, 1);
	assert_int_equal(match.checks, DP_CHAIN_CHECKS_MAX);
	assert_true(match.limited && !match.authenticated);
	match = measure("a bare key that signed nothing", false, DP_SIGNATURE_BAD, &key, 1);
	assert_int_equal(match.checks, DP_CHAIN_CHECKS_MAX);
	assert_true(match.limited && !match.authenticated);
	twin.reference = "b";
	record = pin(&same.certs[HOSTILE - 1]);
	match = measure("all with one key, the last one is pinned, the leaf has another name", true,
		DP_SIGNATURE_GOOD, &record, 1);
	assert_int_equal(match.checks, DP_CHAIN_CHECKS_MAX);
	assert_false(match.authenticated || match.limited);
}

/* The pinned certificate is tried first, wherever it stands (RFC 7671 s5.2). */
static void match(void **state)
{
	struct dp_chain chain = hostile(false), same = hostile(true);
	struct dp_tlsa record = pin(&chain.certs[HOSTILE - 1]);
	struct dp_match match =
		measure("the last one is pinned", false, DP_SIGNATURE_GOOD, &record, 1);

	(void)state;
	assert_int_equal(match.checks, 1);
	assert_true(match.authenticated);
	record = pin(&same.certs[HOSTILE - 1]);
	match = measure(
		"all with one key, the last one is pinned", true, DP_SIGNATURE_GOOD, &record, 1);
	assert_int_equal(match.checks, 1);
	assert_true(match.authenticated);
}

/* A bare key in a record is tried on every certificate that is reached (RFC 7671 s5.2.3). */
static void bare_keys(void **state)
{
	struct dp_tlsa records[BARE_KEYS];
	struct dp_match match;

	(void)state;
	for (unsigned i = 0; i < BARE_KEYS; i++)
		records[i] = bare_key(1000 + i);
	match = measure(
		"60 bare keys that signed nothing", false, DP_SIGNATURE_BAD, records, BARE_KEYS);
	assert_int_equal(match.checks, DP_CHAIN_CHECKS_MAX);
	assert_true(match.limited && !match.authenticated);
}

/* A key that the library cannot read is work, too. */
static void unreadable_keys(void **state)
{
	struct dp_tlsa records[BARE_KEYS];
	struct dp_match match;

	(void)state;
	for (unsigned i = 0; i < BARE_KEYS; i++)
		records[i] = bare_key(1000 + i);
	match = measure("no key can be read, 60 bare keys neither", false,
		DP_SIGNATURE_UNREADABLE_KEY, records, BARE_KEYS);
	assert_true(match.limited && !match.authenticated);
	records[0] = elsewhere();
	match = measure("no key can be read, no record matches", false, DP_SIGNATURE_UNREADABLE_KEY,
		records, 1);
	assert_false(match.limited || match.authenticated);
}

/* What is known to be beyond the library is no check, and is not asked again on every path. */
static void unsupported(void **state)
{
	struct dp_tlsa records[BARE_KEYS];
	struct dp_match match;

	(void)state;
	for (unsigned i = 0; i < BARE_KEYS; i++)
		records[i] = bare_key(1000 + i);
	match = measure("algorithms beyond the library", false, DP_SIGNATURE_UNSUPPORTED, records,
		BARE_KEYS);
	assert_int_equal(match.checks, 0);
	assert_true(match.limited && !match.authenticated);
	print_message("measured: %u answers without a check\n", twin.free);
	assert_true(twin.free <= HOSTILE * (HOSTILE + BARE_KEYS));
}

/* Usages 0 and 1: a path to a root that was found and is bad does not say that there is no good
 * one, when not all were looked at. */
static void roots(void **state)
{
	struct dp_chain chain = hostile(false);
	struct dp_cert root = chain.certs[1];
	struct dp_tlsa record = pin(&chain.certs[0]);
	struct dp_match_input input = { &record, 1, &twin.reference, 1, .pkix_roots = &root,
		.pkix_root_count = 1, .now_utc_s = 2000000000 };
	struct dp_match match;

	(void)state;
	root.cert_sha256[0] ^= 1; /* was not sent, and has expired */
	root.not_after_utc_s = 1;
	record.usage = DP_PKIX_EE;
	twin.answer = DP_SIGNATURE_GOOD;
	dp_chain_match(&chain, &input, &match, der_arena);
	assert_int_equal(match.checks, DP_CHAIN_CHECKS_MAX);
	assert_true(match.limited && !match.authenticated);
	assert_int_equal(match.records[0].reason, DP_REASON_CERTIFICATE_SIGNATURE_LIMIT);
	chain.count = 1;
	dp_chain_match(&chain, &input, &match, der_arena);
	assert_false(match.limited || match.authenticated);
	assert_int_equal(match.records[0].reason, DP_REASON_CERTIFICATE_EXPIRED);
	twin.reference = "b"; /* what no path mends */
	chain.count = HOSTILE;
	dp_chain_match(&chain, &input, &match, der_arena);
	assert_false(match.limited || match.authenticated);
	dp_chain_close(&chain);
}

static int setup(void **state)
{
	(void)state;
	der_arena = dp_arena_open();
	twin.reference = "a";
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	dp_arena_close(der_arena);
	return 0;
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(no_match, setup, teardown),
		cmocka_unit_test_setup_teardown(no_path, setup, teardown),
		cmocka_unit_test_setup_teardown(match, setup, teardown),
		cmocka_unit_test_setup_teardown(bare_keys, setup, teardown),
		cmocka_unit_test_setup_teardown(unreadable_keys, setup, teardown),
		cmocka_unit_test_setup_teardown(unsupported, setup, teardown),
		cmocka_unit_test_setup_teardown(roots, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
