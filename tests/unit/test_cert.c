/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "base/text.h"
#include "dane/cert.h"
#include "dane/digest.h"
#include "der_writer.h"

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

static struct dp_cert open_der(struct der der)
{
	struct dp_cert cert;

	dp_cert_open(&cert, der.data, der.len, der_arena);
	return cert;
}

static struct dp_cert open_parts(const struct parts *parts)
{
	return open_der(build(parts));
}

/* RFC 5280 s4.1: version 3, with extensions in their wrapper */
static struct dp_cert open_extensions(struct der extensions)
{
	struct parts parts = usual_parts();

	parts.tail = tlv(0xa3, tlv(0x30, extensions));
	return open_parts(&parts);
}

/* RFC 5280 s4.1 */
static void fields(void **state)
{
	struct parts parts = usual_parts();
	struct dp_cert cert = open_parts(&parts);
	uint8_t digest[32];

	(void)state;
	assert_true(cert.parsed && cert.sound && cert.limit == NULL);
	assert_int_equal(cert.version, 3);
	assert_int_equal(cert.spki_len, P256_KEY.len);
	assert_memory_equal(cert.spki, P256_KEY.data, P256_KEY.len);
	dp_digest_sha256(cert.der, cert.der_len, digest);
	assert_memory_equal(digest, cert.cert_sha256, 32);
	dp_digest_sha256(P256_KEY.data, P256_KEY.len, digest);
	assert_memory_equal(digest, cert.spki_sha256, 32);
	assert_int_equal(cert.not_before_utc_s, 1735689600);
	assert_int_equal(cert.not_after_utc_s, 2524607999);
	assert_string_equal(cert.subject_text, "a");
	assert_string_equal(cert.issuer_text, "b");
	assert_int_equal(cert.common_name.len, 1);
	assert_false(cert.self_issued || cert.has_san || cert.is_ca || cert.has_key_usage ||
		cert.has_eku);
	assert_int_equal(cert.path_len, -1);
	assert_int_equal(cert.key_type, DP_KEY_ECDSA);
	assert_string_equal(dp_cert_key_text(&cert, der_arena), "ECDSA P-256");
	parts.issuer = name_of("a");
	assert_true(open_parts(&parts).self_issued);
	dp_cert_close(&cert);
	dp_cert_close(&cert);
	dp_cert_close(NULL);
}

/* Usage 3 needs the octets and the key only (RFC 7671 s5.1), whatever else is wrong. */
static void raw_first(void **state)
{
	const struct parts good = usual_parts();
	struct parts odd[8];
	struct der whole = build(&good);

	(void)state;
	for (size_t i = 0; i < 8; i++)
		odd[i] = good;
	odd[0].outer = NONE;
	odd[1].signature = NONE;
	odd[2].dates = SEQ(RAW("\x17\x00"));
	odd[3].subject = SEQ(RAW("\x31\x01\x00"));
	odd[4].tail = RAW("\xa3\x03\x30\x01\x00");
	odd[5].after = RAW("\x00");
	odd[6].version = RAW("\xa0\x03\x02\x01\x07");
	odd[7].key = SEQ(RAW("\x05\x00"));
	for (size_t i = 0; i < 8; i++) {
		struct dp_cert cert = open_parts(&odd[i]);

		assert_non_null(cert.spki);
		assert_memory_equal(cert.spki, odd[i].key.data, cert.spki_len);
		assert_false(cert.parsed);
		assert_non_null(cert.limit);
		assert_true(cert.sound == (i == 7)); /* of a key, only who needs it judges */
	}
	for (size_t len = 0; len < whole.len; len++) {
		struct dp_cert cert = open_der(raw(whole.data, len));

		assert_null(cert.spki);
		assert_false(cert.parsed || dp_cert_is_certificate(whole.data, len));
	}
	assert_string_equal(open_parts(&odd[5]).limit, "1 octets follow the certificate");
	assert_true(dp_cert_is_certificate(whole.data, whole.len));
	assert_true(dp_cert_is_public_key(P256_KEY.data, P256_KEY.len));
	assert_false(dp_cert_is_public_key(P256_KEY.data, P256_KEY.len - 1));
	assert_false(dp_cert_is_public_key(whole.data, whole.len));
	assert_false(dp_cert_is_certificate(P256_KEY.data, P256_KEY.len));
}

#define BASIC RAW("\x55\x1d\x13")
#define USAGE RAW("\x55\x1d\x0f")
#define EXTENDED RAW("\x55\x1d\x25")
#define SAN RAW("\x55\x1d\x11")
#define CONSTRAINTS RAW("\x55\x1d\x1e")
#define POLICIES RAW("\x55\x1d\x20")
#define STRANGE RAW("\x2a\x03\x04")

/* RFC 5280 s4.2.1.9, s4.2.1.3, s4.2.1.12 */
static void extensions(void **state)
{
	struct dp_cert cert = open_extensions(JOIN(
		extension(BASIC, true, RAW("\x30\x06\x01\x01\xff\x02\x01\x03")),
		extension(USAGE, true, RAW("\x03\x02\x02\x84")),
		extension(EXTENDED, false, RAW("\x30\x0a\x06\x08\x2b\x06\x01\x05\x05\x07\x03\x01")),
		extension(CONSTRAINTS, true, RAW("\x30\x00")),
		extension(POLICIES, true, RAW("\x30\x00")),
		extension(STRANGE, false, RAW("\x05\x00"))));

	(void)state;
	assert_true(cert.sound && cert.has_basic_constraints && cert.is_ca);
	assert_int_equal(cert.path_len, 3);
	assert_true(cert.has_key_usage);
	assert_int_equal(cert.key_usage, DP_KU_DIGITAL_SIGNATURE | DP_KU_CERT_SIGN);
	assert_true(cert.has_eku && cert.eku_server && cert.has_name_constraints);
	assert_null(cert.critical_unknown);
	cert = open_extensions(JOIN(extension(BASIC, true, RAW("\x30\x00")),
		extension(
			EXTENDED, false, RAW("\x30\x0a\x06\x08\x2b\x06\x01\x05\x05\x07\x03\x02"))));
	assert_true(cert.sound && cert.has_basic_constraints && !cert.is_ca);
	assert_true(cert.has_eku && !cert.eku_server);
	cert = open_extensions(extension(EXTENDED, false, RAW("\x30\x06\x06\x04\x55\x1d\x25\x00")));
	assert_true(cert.eku_server);
	cert = open_extensions(extension(STRANGE, true, RAW("\x05\x00")));
	assert_true(cert.sound && cert.parsed); /* the callback accepted it */
	assert_string_equal(cert.critical_unknown, "1.2.3.4");
}

static void broken_extensions(void **state)
{
	const struct der ca = RAW("\x30\x03\x01\x01\xff"), good = extension(BASIC, true, ca);
	struct parts parts = usual_parts();
	const struct der bad[] = {
		JOIN(good, good), /* RFC 5280 s4.2: twice */
		extension(BASIC, true,
			RAW("\x30\x06\x01\x01\xff\x02\x01\xff")), /* a negative length */
		extension(BASIC, true, RAW("\x30\x03\x01\x01")),
		extension(BASIC, true, RAW("\x30\x03\x01\x01\xff\x00")),
		extension(USAGE, true, RAW("\x03\x01\x09")),
		extension(EXTENDED, false, RAW("\x30\x00")),
		extension(SAN, false,
			RAW("\x30\x03\x82\x05"
			    "a")),
		JOIN(good, RAW("\x30\x02\x05\x00")),
		JOIN(good, RAW("\x00")),
	};

	(void)state;
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
		assert_true(open_extensions(bad[i]).broken_extensions);
	assert_false(open_extensions(good).broken_extensions);
	/* a wrapper with another tag: the library takes [1] for a unique ID and sees no extension
	 */
	for (unsigned tag = 0xa0; tag < 0xa8; tag++) {
		parts.tail = tlv(tag, SEQ(good));
		assert_true(open_parts(&parts).broken_extensions == (tag != 0xa3));
		assert_true(open_parts(&parts).is_ca == (tag == 0xa3));
	}
	parts.tail = JOIN(RAW("\x81\x02\x00\x01\x82\x02\x00\x01"), tlv(0xa3, SEQ(good)));
	assert_false(open_parts(&parts).broken_extensions); /* unique IDs, RFC 5280 s4.1.2.8 */
	parts = usual_parts();
	parts.version = NONE;
	parts.tail = tlv(0xa3, SEQ(good));
	assert_true(open_parts(&parts).broken_extensions); /* RFC 5280 s4.1.2.9: version 3 only */
}

/* RFC 5280 s4.2.1.6 */
static void names(void **state)
{
	struct dp_cert cert = open_extensions(extension(SAN, false,
		SEQ(tlv(0x82, RAW("mx.example.org")), tlv(0x87, RAW("12345")),
			tlv(0x82, RAW("a\0b")), tlv(0xa0, RAW("\x05\x00")))));
	struct der many = NONE;

	(void)state;
	assert_true(cert.has_san && cert.sound);
	assert_int_equal(cert.name_count, 2);
	assert_int_equal(cert.names[1].len, 3);
	assert_memory_equal(cert.names[1].text, "a\0b", 3);
	for (int i = 0; i < DP_CERT_NAMES_MAX + 3; i++)
		many = JOIN(many, tlv(0x82, RAW("x.example")));
	cert = open_extensions(extension(SAN, false, tlv(0x30, many)));
	assert_int_equal(cert.name_count, DP_CERT_NAMES_MAX);
	assert_int_equal(cert.name_dropped, 3);
	cert = open_extensions(extension(SAN, false, RAW("\x30\x00")));
	assert_true(cert.has_san && cert.name_count == 0);
}

static void attribute(struct parts *parts, unsigned tag, struct der value)
{
	parts->subject =
		SEQ(tlv(0x31, SEQ(RAW("\x06\x03\x55\x04\x0a"), tlv(0x13, RAW("Example, Inc.")))),
			tlv(0x31, SEQ(RAW("\x06\x03\x55\x04\x03"), tlv(tag, value))));
}

/* Names for people are escaped: they come from the peer. */
static void texts(void **state)
{
	struct parts parts = usual_parts();

	(void)state;
	attribute(&parts, 0x0c, RAW("m\xc3\xbcll\x1b[31m\xff"));
	assert_string_equal(open_parts(&parts).subject_text, "m\xc3\xbcll\\x1b[31m\\xff");
	attribute(&parts, 0x1e, RAW("\0m\0\xfc\x20\xac"));
	assert_string_equal(open_parts(&parts).subject_text, "m\xc3\xbc\xe2\x82\xac");
	attribute(&parts, 0x1e, RAW("\xd8\x00\x00\x0a"));
	assert_string_equal(open_parts(&parts).subject_text, "\\xed\\xa0\\x80\\x0a");
	parts.subject = SEQ(tlv(0x31, SEQ(RAW("\x06\x03\x55\x04\x06"), tlv(0x13, RAW("NL")))),
		tlv(0x31, SEQ(RAW("\x06\x03\x2a\x03\x04"), tlv(0x0c, RAW("x")))));
	assert_string_equal(open_parts(&parts).subject_text, "C=NL, 1.2.3.4=x");
	assert_int_equal(open_parts(&parts).common_name.len, 0);
	parts.subject = RAW("\x30\x00");
	assert_string_equal(open_parts(&parts).subject_text, "");
}

static struct der key_of(struct der algorithm, struct der bits)
{
	return SEQ(tlv(0x30, algorithm), tlv(3, JOIN(RAW("\0"), bits)));
}

static void keys(void **state)
{
	static const uint8_t modulus[129] = { 0, 0x80 };
	struct der rsa = SEQ(tlv(2, raw(modulus, 129)), RAW("\x02\x03\x01\x00\x01"));
	const struct {
		struct der key;
		enum dp_key_type type;
		unsigned bits;
		const char *text;
	} table[] = {
		{ key_of(RAW("\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x01\x01\x05\x00"), rsa),
			DP_KEY_RSA, 1024, "RSA-1024" },
		{ key_of(RAW("\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x01\x0a"), rsa), DP_KEY_RSA_PSS,
			1024, "RSA-PSS-1024" },
		{ key_of(RAW("\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x01\x01\x05\x00"), RAW("x")),
			DP_KEY_RSA, 0, "RSA" },
		{ key_of(RAW("\x06\x03\x2b\x65\x70"), RAW("x")), DP_KEY_ED25519, 256, "Ed25519" },
		{ key_of(RAW("\x06\x03\x2b\x65\x71"), RAW("x")), DP_KEY_ED448, 456, "Ed448" },
		{ key_of(RAW("\x06\x03\x2a\x03\x04"), RAW("x")), DP_KEY_UNKNOWN, 0, "unknown key" },
		{ key_of(RAW("\x06\x07\x2a\x86\x48\xce\x3d\x02\x01\x06\x05\x2b\x81\x04\x00\x22"),
			  RAW("x")),
			DP_KEY_ECDSA, 384, "ECDSA P-384" },
		{ key_of(RAW("\x06\x07\x2a\x86\x48\xce\x3d\x02\x01\x06\x03\x2a\x03\x04"), RAW("x")),
			DP_KEY_ECDSA, 0, "ECDSA unknown curve" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof table / sizeof table[0]; i++) {
		struct parts parts = usual_parts();
		struct dp_cert cert;

		parts.key = table[i].key;
		cert = open_parts(&parts);
		assert_int_equal(cert.key_type, table[i].type);
		assert_int_equal(cert.key_bits, table[i].bits);
		assert_string_equal(dp_cert_key_text(&cert, der_arena), table[i].text);
		assert_true(dp_cert_is_public_key(cert.spki, cert.spki_len));
	}
}

/* RFC 5280 s4.1.2.5 */
static void dates(void **state)
{
	const struct {
		struct der dates;
		int64_t not_after;
	} table[] = {
		{ SEQ(tlv(0x17, RAW("700101000000Z")), tlv(0x17, RAW("491231235959Z"))),
			2524607999 },
		{ SEQ(tlv(0x17, RAW("700101000000Z")), tlv(0x17, RAW("500101000000Z"))),
			-631152000 },
		{ SEQ(tlv(0x17, RAW("700101000000Z")), tlv(0x18, RAW("99991231235959Z"))),
			253402300799 },
		{ SEQ(tlv(0x17, RAW("700101000000Z")), tlv(0x17, RAW("4912312359Z"))),
			DP_TIME_NONE },
		{ SEQ(tlv(0x17, RAW("700101000000Z")), tlv(0x17, RAW("491231235959+0000"))),
			DP_TIME_NONE },
		{ SEQ(tlv(0x17, RAW("700101000000Z")), tlv(0x17, RAW("491331235959Z"))),
			DP_TIME_NONE },
		{ SEQ(tlv(0x17, RAW("700101000000Z")), tlv(0x17, RAW("4912312x5959Z"))),
			DP_TIME_NONE },
		{ SEQ(tlv(0x17, RAW("700101000000Z")), tlv(0x18, RAW("20491231235959.5Z"))),
			DP_TIME_NONE },
		{ SEQ(tlv(0x17, RAW("700101000000Z"))), DP_TIME_NONE },
		{ SEQ(tlv(0x17, RAW("700101000000Z")), tlv(0x17, RAW("491231235959Z")),
			  RAW("\x05\x00")),
			DP_TIME_NONE },
	};

	(void)state;
	for (size_t i = 0; i < sizeof table / sizeof table[0]; i++) {
		struct parts parts = usual_parts();
		struct dp_cert cert;

		parts.dates = table[i].dates;
		cert = open_parts(&parts);
		assert_int_equal(cert.not_before_utc_s, 0);
		assert_int_equal(cert.not_after_utc_s, table[i].not_after);
		assert_true(cert.sound == (table[i].not_after != DP_TIME_NONE));
	}
}

/* Limits are named; what cannot be a signature is bad. Good signatures: tests/cases. */
static void signatures(void **state)
{
	const struct {
		struct der algorithm;
		const char *limit;
	} table[] = {
		{ RAW("\x30\x05\x06\x03\x2b\x65\x70"),
			"signature algorithm Ed25519 is not supported" },
		{ RAW("\x30\x05\x06\x03\x2a\x03\x04"), "signature algorithm 1.2.3.4 is not known" },
		{ RAW("\x30\x0d\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x01\x04\x05\x00"),
			"signature algorithm RSA with MD5 is not supported" },
		{ RAW("\x30\x0d\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x01\x0a\x05\x00"),
			"RSASSA-PSS parameters that are not supported" },
	};
	struct parts parts = usual_parts();
	const char *limit;
	struct dp_cert cert = open_parts(&parts);

	(void)state;
	assert_int_equal(
		dp_cert_signed_by(&cert, P256_KEY.data, P256_KEY.len, &limit), DP_SIGNATURE_BAD);
	assert_int_equal(
		dp_cert_signed_by(&cert, P256_KEY.data, P256_KEY.len, NULL), DP_SIGNATURE_BAD);
	assert_int_equal(dp_cert_signed_by(&cert, P256_KEY.data, 5, &limit), DP_SIGNATURE_BAD);
	for (size_t i = 0; i < sizeof table / sizeof table[0]; i++) {
		parts.inner = parts.outer = table[i].algorithm;
		cert = open_parts(&parts);
		assert_int_equal(dp_cert_signed_by(&cert, P256_KEY.data, P256_KEY.len, &limit),
			DP_SIGNATURE_UNSUPPORTED);
		assert_string_equal(limit, table[i].limit);
		parts.inner = ECDSA_SHA256; /* RFC 5280 s4.1.1.2: they must agree */
		cert = open_parts(&parts);
		assert_int_equal(dp_cert_signed_by(&cert, P256_KEY.data, P256_KEY.len, &limit),
			DP_SIGNATURE_BAD);
	}
	parts = usual_parts();
	parts.signature = RAW("\x03\x01\x00");
	cert = open_parts(&parts);
	assert_int_equal(
		dp_cert_signed_by(&cert, P256_KEY.data, P256_KEY.len, &limit), DP_SIGNATURE_BAD);
	parts.signature = RAW("\x03\x00");
	cert = open_parts(&parts);
	assert_int_equal(
		dp_cert_signed_by(&cert, P256_KEY.data, P256_KEY.len, &limit), DP_SIGNATURE_BAD);
}

/* An RSA exponent as long as the modulus would cost seconds: a limit. */
static void key_limits(void **state)
{
	static const uint8_t number[129] = { 0, 0xff };
	struct der rsa = SEQ(tlv(2, raw(number, 129)), tlv(2, raw(number, 129)));
	struct der key = key_of(RAW("\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x01\x01\x05\x00"), rsa);
	struct der curve =
		key_of(RAW("\x06\x07\x2a\x86\x48\xce\x3d\x02\x01\x06\x03\x2a\x03\x04"), RAW("x"));
	struct parts parts = usual_parts();
	struct dp_cert cert = open_parts(&parts);
	const char *limit;

	(void)state;
	assert_int_equal(dp_cert_signed_by(&cert, key.data, key.len, &limit),
		DP_SIGNATURE_BAD); /* other kind */
	assert_int_equal(
		dp_cert_signed_by(&cert, curve.data, curve.len, &limit), DP_SIGNATURE_UNSUPPORTED);
	assert_string_equal(limit, "the issuer's key is on an unknown curve");
	parts.inner = parts.outer =
		RAW("\x30\x0d\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x01\x0b\x05\x00");
	cert = open_parts(&parts);
	assert_int_equal(
		dp_cert_signed_by(&cert, key.data, key.len, &limit), DP_SIGNATURE_UNSUPPORTED);
	assert_string_equal(limit, "the issuer's RSA exponent is too large");
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(fields, setup, teardown),
		cmocka_unit_test_setup_teardown(raw_first, setup, teardown),
		cmocka_unit_test_setup_teardown(extensions, setup, teardown),
		cmocka_unit_test_setup_teardown(broken_extensions, setup, teardown),
		cmocka_unit_test_setup_teardown(names, setup, teardown),
		cmocka_unit_test_setup_teardown(texts, setup, teardown),
		cmocka_unit_test_setup_teardown(keys, setup, teardown),
		cmocka_unit_test_setup_teardown(dates, setup, teardown),
		cmocka_unit_test_setup_teardown(signatures, setup, teardown),
		cmocka_unit_test_setup_teardown(key_limits, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
