/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "bundle_files.h"
#include "dane/bundle.h"

static struct dp_arena *arena;

static int setup(void **state)
{
	(void)state;
	arena = dp_arena_open();
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	dp_arena_close(arena);
	return 0;
}

/* A copy of exactly that length, so that a read behind it is found. */
static const char *read_text(const char *text, size_t len, struct dp_bundle *bundle)
{
	return dp_bundle_read(dp_arena_copy(arena, text, len), len, arena, bundle);
}

static const char letters[] = "CKEPRO"; /* by enum dp_block_kind */

struct row {
	const char *text;
	const char *kinds; /* a letter for each block; small: it cannot be read */
	const char *wrong; /* part of what dp_bundle_wrong says; NULL: nothing */
};

#define CUT_BODY "MIIBszCCAVqgAwIBAgIUTEST\n"

static const struct row rows[] = {
	{ LEAF_PEM, "C", NULL },
	{ LEAF_PEM INT_PEM ROOT_PEM, "CCC", NULL },
	{ EC_KEY LEAF_PEM INT_PEM, "KCC", NULL },
	{ EC_OLD_KEY, "K", NULL },
	{ "-----BEGIN EC PARAMETERS-----\nBggqhkjOPQMBBw==\n-----END EC PARAMETERS-----\n" EC_OLD_KEY,
		"OK", NULL },
	{ RSA_KEY RSA_OLD_KEY RSA_PUBLIC RSA_OLD_PUBLIC, "KKPP", NULL },
	{ ENCRYPTED_KEY ENCRYPTED_OLD_KEY, "EE", NULL },
	{ EC_REQUEST, "R", NULL },
	{ TRUSTED_PEM, "C", NULL },
	{ "Bag Attributes\n    localKeyID: 01\nsubject=CN = x\n" LEAF_PEM
	  "Key Attributes: <No>\n" EC_KEY "trailing words",
		"CK", NULL },
	{ "\xef\xbb\xbf" LEAF_PEM, "C", NULL },
	/* what OpenSSL would not load either */
	{ "  " LEAF_PEM, "c", "is indented" },
	{ "\t" LEAF_PEM INT_PEM, "cC", "line 1 is indented" },
	{ INT_PEM "-----BEGIN CERTIFICATE-----\n" CUT_BODY, "Cc",
		"-----END CERTIFICATE----- is missing" },
	{ "-----BEGIN CERTIFICATE-----\n" CUT_BODY INT_PEM, "cC",
		"in line 1 that cannot be read: its line -----END CERTIFICATE----- is missing" },
	{ "\n\n-----BEGIN CERTIFICATE-----\n" CUT_BODY "-----END CERTIFICATE----------BEGIN "
	  "CERTIFICATE-----\n" CUT_BODY "-----END CERTIFICATE-----\n",
		"c", "line 5 holds an END and a BEGIN" },
	{ "-----BEGIN CERTIFICATE-----\n" CUT_BODY "-----END CERTIFICATE----\n", "c",
		"line 3 must end with five dashes" },
	{ "-----BEGIN CERTIFICATE-----\n" CUT_BODY "-----END PUBLIC KEY-----\n", "c",
		"line 3 ends another thing (\"PUBLIC KEY\")" },
	{ "-----BEGIN CERTIFICATE-----\\n" CUT_BODY "-----END CERTIFICATE-----\n", "c",
		"the base64 begin in the next line" },
	{ "-----BEGIN CERTIFICATE-----\nMIIB\n\x1b[31m\n-----END CERTIFICATE-----\n", "c",
		"line 3 is no base64" },
	{ "-----BEGIN CERTIFICATE-----\nMIIBs\n-----END CERTIFICATE-----\n", "c",
		"cut short or damaged" },
	{ "-----BEGIN CERTIFICATE-----\n-----END CERTIFICATE-----\n", "c", "nothing stands in it" },
	{ "-----BEGIN CERTIFICATE-----\nMAA=\n-----END CERTIFICATE-----\n", "c",
		"damaged, or something else" },
	{ "-----BEGIN CERTIFICATE-----\n"
	  "MCowBQYDK2VwAyEAGb9ECWmEzf6FQbrBZ9w7lshQhqowtrbLDFw4rXAxZuE=\n"
	  "-----END CERTIFICATE-----\n",
		"c", "it holds a public key" },
	{ "-----BEGIN PRIVATE KEY-----\n"
	  "MCowBQYDK2VwAyEAGb9ECWmEzf6FQbrBZ9w7lshQhqowtrbLDFw4rXAxZuE=\n"
	  "-----END PRIVATE KEY-----\n",
		"k", "it holds a public key" },
};

static void check_row(const struct row *row, const char *text, size_t len)
{
	struct dp_bundle bundle;
	const char *wrong;

	assert_null(read_text(text, len, &bundle));
	assert_int_equal(bundle.count, strlen(row->kinds));
	for (size_t i = 0; i < bundle.count; i++) {
		const struct dp_block *block = &bundle.blocks[i];
		char letter = letters[block->kind];

		assert_int_equal(block->der == NULL ? letter + 32 : letter, row->kinds[i]);
		assert_true((block->der == NULL) == (block->wrong != NULL));
		assert_true(block->start < block->end && block->end <= len);
		assert_true(i == 0 || bundle.blocks[i - 1].end <= block->start);
	}
	wrong = dp_bundle_wrong(&bundle, arena);
	if (row->wrong == NULL) {
		assert_null(wrong);
	} else {
		assert_non_null(wrong);
		if (strstr(wrong, row->wrong) == NULL)
			fail_msg("\"%s\" does not say \"%s\"", wrong, row->wrong);
	}
}

static void blocks_are_cut(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
		check_row(&rows[i], rows[i].text, strlen(rows[i].text));
}

/* The same with the line ends of other systems, a final NUL, and without the final line end. */
static void line_ends_do_not_count(void **state)
{
	char text[16384];

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		const char *original = rows[i].text;
		size_t len = 0;

		assert_true(strlen(original) * 2 < sizeof text);
		for (size_t at = 0; original[at] != '\0'; at++) {
			if (original[at] == '\n')
				text[len++] = '\r';
			text[len++] = original[at];
		}
		check_row(&rows[i], text, len);
		text[len] = '\0';
		check_row(&rows[i], text, len + 1);
		check_row(&rows[i], original, strlen(original) - 1);
		strcpy(text, original);
		for (char *c = text; *c != '\0'; c++)
			*c = *c == '\n' ? '\r' : *c;
		check_row(&rows[i], text, strlen(text));
	}
}

static void places_are_exact(void **state)
{
	static const char before[] = "text\n", between[] = "\nmore\n";
	struct dp_bundle bundle;

	(void)state;
	assert_null(read_text("text\n" LEAF_PEM "\nmore\n" INT_PEM,
		strlen("text\n" LEAF_PEM "\nmore\n" INT_PEM), &bundle));
	assert_int_equal(bundle.blocks[0].start, strlen(before));
	assert_int_equal(bundle.blocks[0].line, 2);
	assert_int_equal(bundle.blocks[0].end, strlen(before) + strlen(LEAF_PEM));
	assert_int_equal(
		bundle.blocks[1].start, strlen(before) + strlen(LEAF_PEM) + strlen(between));
	assert_int_equal(bundle.blocks[1].end, bundle.len);
	assert_string_equal(bundle.blocks[1].label, "CERTIFICATE");
}

/* What a file is that has nothing of use in it, and what to type. */
static void others_are_named(void **state)
{
	static const struct {
		const char *text;
		size_t len;
		const char *says;
	} others[] = {
		{ "", 0, "is empty" },
		{ " \r\n\t\n", 5, "is empty" },
		{ "\0\0\0", 3, "is empty" },
		{ "\xef\xbb\xbf\n", 4, "is empty" },
		{ "hello\n", 6, "holds no certificate or key" },
		{ "0123456789", 10, "holds no certificate or key" },
		{ "# -----BEGIN CERTIFICATE-----\n", 30, "holds no certificate or key" },
		{ "\x30\x82\x09\x95\x02\x01\x03\x30\x82\x09\x5b\x06", 12,
			"openssl pkcs12 -in FILE" },
		{ "\x30\x80\x02\x01\x03\x30\x80\x06\x09", 9, "is PKCS#12" },
		{ "\x30\x82\x01\x00\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x07\x02", 15,
			"openssl pkcs7 -inform DER" },
		{ "-----BEGIN PKCS7-----\nMAA=\n-----END PKCS7-----\n", 47,
			"openssl pkcs7 -in FILE -print_certs" },
		{ "-----BEGIN OPENSSH PRIVATE KEY-----\nMAA=\n"
		  "-----END OPENSSH PRIVATE KEY-----\n",
			75, "is a key of OpenSSH" },
		{ "-----BEGIN X509 CRL-----\nMAA=\n-----END X509 CRL-----\n", 53,
			"list of revoked certificates" },
		{ "-----BEGIN PGP MESSAGE-----\nMAA=\n-----END PGP MESSAGE-----\n", 59,
			"only \"PGP MESSAGE\"" },
		{ "\xff\xfe-\0-\0", 6, "is UTF-16" },
		{ "\xfe\xed\xfe\xed\0\0\0\2", 8, "keytool" },
		{ "LS0tLS1CRUdJTiBDRVJUSUZJQ0FURS0tLS0t", 36, "type \"base64 -d FILE\"" },
		{ "MIIBszCCAVqgAwIBAgIUTEST\n", 25, "without its -----BEGIN" },
		{ "\x30\x82\x01\x00\x30\x82", 6, "cut short or damaged" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof others / sizeof others[0]; i++) {
		struct dp_bundle bundle;
		const char *why = read_text(others[i].text, others[i].len, &bundle);

		assert_non_null(why);
		if (strstr(why, others[i].says) == NULL)
			fail_msg("\"%s\" does not say \"%s\"", why, others[i].says);
	}
}

static void der_is_one_object(void **state)
{
	static const char *const files[] = { LEAF_PEM, EC_KEY, EC_OLD_KEY, RSA_OLD_KEY, RSA_KEY,
		ED25519_KEY, EC_PUBLIC, RSA_OLD_PUBLIC, EC_REQUEST, ENCRYPTED_KEY };

	(void)state;
	for (size_t i = 0; i < sizeof files / sizeof files[0]; i++) {
		struct dp_bundle pem, der;
		char two[8192];

		assert_null(read_text(files[i], strlen(files[i]), &pem));
		const struct dp_block *block = &pem.blocks[0];

		assert_null(read_text((const char *)block->der, block->der_len, &der));
		assert_true(der.is_der);
		assert_int_equal(der.count, 1);
		assert_int_equal(der.blocks[0].kind, block->kind);
		assert_int_equal(der.blocks[0].der_len, block->der_len);
		assert_string_equal(der.blocks[0].label, "DER");
		/* with a line end behind it; with another one behind it */
		memcpy(two, block->der, block->der_len);
		two[block->der_len] = '\n';
		assert_null(read_text(two, block->der_len + 1, &der));
		assert_int_equal(der.blocks[0].der_len, block->der_len);
		memcpy(two + block->der_len, block->der, block->der_len);
		assert_non_null(
			strstr(read_text(two, 2 * block->der_len, &der), "octets behind it"));
		assert_non_null(read_text(two, block->der_len - 1, &der));
	}
}

static void a_chain_comes_out(void **state)
{
	static const char text[] = EC_KEY INT_PEM LEAF_PEM;
	struct dp_bundle bundle;
	struct dp_chain chain;
	size_t *blocks;

	(void)state;
	assert_null(read_text(text, strlen(text), &bundle));
	dp_bundle_chain(&bundle, &chain, &blocks, arena);
	assert_int_equal(chain.count, 2);
	assert_string_equal(chain.certs[0].subject_text, "Int");
	assert_string_equal(chain.certs[1].subject_text, "mx.example.org");
	assert_int_equal(blocks[0], 1);
	assert_int_equal(blocks[1], 2);
	dp_chain_close(&chain);
}

static void keys_are_wiped(void **state)
{
	static const char text[] = EC_KEY LEAF_PEM;
	char *data = dp_arena_text(arena, text, strlen(text));
	struct dp_bundle bundle;
	size_t left = 0;

	(void)state;
	assert_null(dp_bundle_read(data, strlen(text), arena, &bundle));
	assert_int_equal(bundle.blocks[0].der[0], 0x30);
	dp_bundle_wipe(&bundle, data);
	for (size_t i = 0; i < bundle.blocks[0].der_len; i++)
		left += bundle.blocks[0].der[i] != 0;
	for (size_t i = 0; i < bundle.len; i++)
		left += data[i] != 0;
	assert_int_equal(left, 0);
	assert_int_equal(bundle.blocks[1].der[0], 0x30); /* a certificate is no secret */
}

static void too_many_are_counted(void **state)
{
	static const char one[] = "-----BEGIN X-----\nMAA=\n-----END X-----\n";
	size_t len = strlen(one);
	char *text = dp_arena_alloc(arena, (DP_BLOCKS_MAX + 3) * len + strlen(LEAF_PEM) + 1);
	struct dp_bundle bundle;

	(void)state;
	strcpy(text, LEAF_PEM);
	for (size_t i = 0; i < DP_BLOCKS_MAX + 2; i++)
		strcat(text + i * len, one);
	assert_null(dp_bundle_read(text, strlen(text), arena, &bundle));
	assert_int_equal(bundle.count, DP_BLOCKS_MAX);
	assert_int_equal(bundle.dropped, 3);
	assert_non_null(strstr(dp_bundle_wrong(&bundle, arena), "more than 512"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(blocks_are_cut, setup, teardown),
		cmocka_unit_test_setup_teardown(line_ends_do_not_count, setup, teardown),
		cmocka_unit_test_setup_teardown(places_are_exact, setup, teardown),
		cmocka_unit_test_setup_teardown(others_are_named, setup, teardown),
		cmocka_unit_test_setup_teardown(der_is_one_object, setup, teardown),
		cmocka_unit_test_setup_teardown(a_chain_comes_out, setup, teardown),
		cmocka_unit_test_setup_teardown(keys_are_wiped, setup, teardown),
		cmocka_unit_test_setup_teardown(too_many_are_counted, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
