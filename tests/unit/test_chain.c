/* SPDX-License-Identifier: Apache-2.0 */
/* The edges of chain.h; what a chain with signatures must give stands in tests/cases
 * (test_cases.c). */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "dane/chain.h"
#include "dane/digest.h"
#include "der_writer.h"

#define CERTS_MAX (DP_CHAIN_MAX + 10)

static int setup(void **state)
{
	(void)state;
	der_arena = dp_arena_open();
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	dp_arena_close(der_arena);
	return 0;
}

static struct der certificate(const char *subject, const char *issuer)
{
	struct parts parts = usual_parts();

	parts.subject = name_of(subject);
	parts.issuer = name_of(issuer);
	return build(&parts);
}

static struct dp_chain open_chain(const struct der *certs, size_t count)
{
	static const uint8_t *ders[CERTS_MAX];
	static size_t lens[CERTS_MAX];
	struct dp_chain chain;

	assert_true(count <= CERTS_MAX);
	for (size_t i = 0; i < count; i++) {
		ders[i] = certs[i].data;
		lens[i] = certs[i].len;
	}
	dp_chain_open(&chain, ders, lens, count, der_arena);
	return chain;
}

/* RFC 8446 s4.4.2: each certificate should certify the one before it. */
static void disorder(void **state)
{
	/* each pair of letters: subject and issuer of a certificate; "--" is none at all */
	const struct {
		const char *chain;
		int expect;
	} table[] = {
		{ "", -1 }, { "ab", -1 }, { "aa", -1 }, { "--", -1 }, { "ab bc", -1 },
		{ "ab bc cc", -1 }, { "ab cc bc", 1 },       /* the issuer is there, but later */
		{ "ab bc dd cc", 2 }, { "ab bc cc dd", -1 }, /* extra behind a root */
		{ "ab bb cc bd", -1 }, { "ab dd", -1 },      /* nothing leads further: extra */
		{ "ab ab bb", 1 },                           /* the leaf twice */
		{ "ab bc dc", -1 },                          /* the root is not sent */
		{ "bc ab", -1 },                       /* seen from the first, the rest is extra */
		{ "ab -- bb", 1 }, { "ab ba ab", -1 }, /* a ring */
	};

	(void)state;
	for (size_t i = 0; i < sizeof table / sizeof table[0]; i++) {
		struct der certs[10];
		size_t count = 0;

		for (const char *p = table[i].chain; *p != '\0'; p += p[2] == ' ' ? 3 : 2) {
			char subject[2] = { p[0], '\0' }, issuer[2] = { p[1], '\0' };

			certs[count++] =
				p[0] == '-' ? RAW("\x30\x00") : certificate(subject, issuer);
		}
		struct dp_chain chain = open_chain(certs, count);

		if (dp_chain_disorder(&chain) != table[i].expect)
			fail_msg("\"%s\": %d", table[i].chain, dp_chain_disorder(&chain));
		dp_chain_close(&chain);
	}
	dp_chain_close(NULL);
}

static bool names_match(struct der san, const char *cn, const char *reference)
{
	struct parts parts = usual_parts();
	struct dp_cert cert;
	struct der der;

	parts.subject = name_of(cn);
	if (san.len > 0)
		parts.tail = tlv(0xa3, SEQ(extension(RAW("\x55\x1d\x11"), false, tlv(0x30, san))));
	der = build(&parts);
	dp_cert_open(&cert, der.data, der.len, der_arena);
	return dp_cert_named(&cert, &reference, 1, NULL);
}

/* RFC 7672 s3.2.3, RFC 9525 s6 */
static void references(void **state)
{
	struct der many = NONE;

	(void)state;
	assert_true(names_match(tlv(0x82, RAW("mx.example")), "x", "mx.example"));
	assert_true(names_match(tlv(0x82, RAW("*.example")), "x", "mx.example"));
	assert_false(names_match(tlv(0x82, RAW("mx.example\0")), "x", "mx.example"));
	assert_false(names_match(tlv(0x82, RAW("")), "mx.example", "mx.example"));
	assert_false(names_match(tlv(0x82, RAW("other.example")), "mx.example", "mx.example"));
	assert_true(names_match(NONE, "mx.example", "mx.example"));
	assert_true(names_match(tlv(0x81, RAW("a@b")), "mx.example", "mx.example"));
	for (int i = 0; i < DP_CERT_NAMES_MAX; i++)
		many = JOIN(many, tlv(0x82, RAW("x.example")));
	assert_false(
		names_match(JOIN(many, tlv(0x81, RAW("mx.example"))), "mx.example", "mx.example"));
	assert_true(names_match(JOIN(many, tlv(0x82, RAW("mx.example"))), "x", "mx.example"));
}

static struct dp_tlsa pin(unsigned usage, struct der cert)
{
	uint8_t *digest = dp_arena_alloc(der_arena, DP_SHA256_BYTES);

	dp_digest_sha256(cert.data, cert.len, digest);
	return (struct dp_tlsa){ .usage = (uint8_t)usage,
		.selector = DP_CERT,
		.matching = DP_SHA256,
		.data = digest,
		.data_len = DP_SHA256_BYTES };
}

static struct dp_match match_of(
	const struct dp_chain *chain, const struct dp_tlsa *records, size_t count)
{
	static const char *const names[] = { "a" };
	struct dp_match_input input = { records, count, names, 1, .now_utc_s = 2000000000 };
	struct dp_match match;

	dp_chain_match(chain, &input, &match, der_arena);
	return match;
}

/* More certificates than are looked at: what matches none of the first may match a later one. */
static void past_the_bound(void **state)
{
	struct der certs[CERTS_MAX];
	struct dp_tlsa records[3];
	struct dp_chain chain;
	struct dp_match match;

	(void)state;
	for (size_t i = 0; i < CERTS_MAX; i++) {
		char issuer[3] = { 'b', (char)('0' + i % 10), '\0' };

		certs[i] = certificate("a", issuer);
	}
	chain = open_chain(certs, CERTS_MAX);
	assert_int_equal(chain.count, DP_CHAIN_MAX);
	assert_int_equal(chain.dropped, CERTS_MAX - DP_CHAIN_MAX);
	records[0] = pin(2, RAW("nothing"));
	records[1] = pin(3, RAW("nothing"));
	match = match_of(&chain, records, 2);
	assert_true(match.limited && !match.authenticated);
	assert_int_equal(match.record, 0);
	assert_int_equal(match.records[0].state, DP_MATCH_BROKEN);
	assert_int_equal(match.records[0].reason, DP_REASON_CERTIFICATE_SIGNATURE_LIMIT);
	assert_int_equal(match.records[1].state, DP_MATCH_NONE); /* the leaf is the first */
	records[2] = pin(3, certs[0]);
	match = match_of(&chain, records, 3);
	assert_true(match.authenticated && !match.limited);
	assert_int_equal(match.record, 2);
}

static void nothing_to_match(void **state)
{
	struct der leaf = certificate("a", "b");
	struct dp_chain chain = open_chain(&leaf, 1), empty = open_chain(NULL, 0);
	struct dp_tlsa records[2] = { pin(2, leaf), pin(3, leaf) };
	struct dp_match match = match_of(&chain, NULL, 0);

	(void)state;
	assert_false(match.authenticated || match.limited);
	assert_int_equal(match.record, -1);
	assert_int_equal(match.checks, 0);
	match = match_of(&empty, records, 2);
	assert_false(match.authenticated || match.limited);
	assert_int_equal(match.records[0].state, DP_MATCH_NONE);
	assert_int_equal(match.records[1].state, DP_MATCH_NONE);
	match = match_of(&chain, records, 1);
	assert_int_equal(match.records[0].state, DP_MATCH_NONE); /* RFC 7671 s5.2: not the leaf */
	records[1].unusable = DP_REASON_TLSA_UNUSABLE_DATA;
	match = match_of(&chain, &records[1], 1);
	assert_int_equal(match.records[0].state, DP_MATCH_SKIPPED);
	assert_int_equal(match.record, -1);
}

/* Usage 3 costs no signature check; names that do not chain neither. */
static void costs(void **state)
{
	struct der certs[] = { certificate("a", "b"), certificate("c", "d"),
		certificate("b", "e") };
	struct dp_chain chain = open_chain(certs, 3);
	struct dp_tlsa records[] = { pin(3, certs[0]), pin(2, certs[1]), pin(2, certs[2]) };
	struct dp_match match = match_of(&chain, records, 1);

	(void)state;
	assert_true(match.authenticated && match.path == NULL);
	assert_int_equal(match.checks, 0);
	match = match_of(&chain, &records[1], 1);
	assert_int_equal(match.records[0].state, DP_MATCH_OFF_PATH);
	assert_int_equal(match.records[0].cert, 1);
	assert_int_equal(match.checks, 1); /* of the one with the issuer's name */
	match = match_of(&chain, &records[2], 1);
	assert_int_equal(match.records[0].state, DP_MATCH_OFF_PATH); /* the signature is none */
	assert_int_equal(match.records[0].cert, 2);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(disorder, setup, teardown),
		cmocka_unit_test_setup_teardown(references, setup, teardown),
		cmocka_unit_test_setup_teardown(past_the_bound, setup, teardown),
		cmocka_unit_test_setup_teardown(nothing_to_match, setup, teardown),
		cmocka_unit_test_setup_teardown(costs, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
