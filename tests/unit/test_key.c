/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/text.h"
#include "bundle_files.h"
#include "dane/key.h"

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

static struct dp_block block_of(const char *pem)
{
	struct dp_bundle bundle;

	assert_null(dp_bundle_read(pem, strlen(pem), arena, &bundle));
	assert_int_equal(bundle.count, 1);
	return bundle.blocks[0];
}

static void every_form_has_one_key(void **state)
{
	static const struct {
		const char *pem, *spki;
	} rows[] = {
		{ LEAF_PEM, EC_SPKI },
		{ TRUSTED_PEM, EC_SPKI },
		{ EC_KEY, EC_SPKI },
		{ EC_OLD_KEY, EC_SPKI },
		{ EC_HALF_KEY, EC_SPKI }, /* the point is computed */
		{ EC_PUBLIC, EC_SPKI },
		{ EC_REQUEST, EC_SPKI },
		{ RSA_LEAF_PEM, RSA_SPKI },
		{ RSA_KEY, RSA_SPKI },
		{ RSA_OLD_KEY, RSA_SPKI },
		{ RSA_PUBLIC, RSA_SPKI },
		{ RSA_OLD_PUBLIC, RSA_SPKI },
		{ PSS_KEY, PSS_SPKI },
		{ ED25519_KEY, ED25519_SPKI },
		{ ED25519_KEY_V2, ED25519_SPKI },
		{ ED448_KEY, ED448_SPKI },
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct dp_block block = block_of(rows[i].pem);
		const uint8_t *spki;
		size_t len;

		assert_null(dp_key_spki(&block, arena, &spki, &len));
		assert_string_equal(dp_text_hex(arena, spki, len), rows[i].spki);
	}
}

static void encrypted_keys_say_what_to_type(void **state)
{
	static const char *const keys[] = { ENCRYPTED_KEY, ENCRYPTED_OLD_KEY };

	(void)state;
	for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++) {
		struct dp_block block = block_of(keys[i]);
		const uint8_t *spki;
		size_t len;

		assert_string_equal(dp_key_spki(&block, arena, &spki, &len),
			"is encrypted; type \"openssl pkey -in FILE -pubout\" and give its output");
		assert_null(spki);
		assert_int_equal(len, 0);
	}
}

/* Cut anywhere: never an answer. */
static void damaged_keys_are_none(void **state)
{
	static const char *const keys[] = { EC_KEY, EC_OLD_KEY, RSA_KEY, RSA_OLD_KEY,
		RSA_OLD_PUBLIC, PSS_KEY, ED25519_KEY, ED448_KEY, EC_REQUEST, EC_PUBLIC };
	const uint8_t *spki;
	size_t len;

	(void)state;
	for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++) {
		struct dp_block whole = block_of(keys[i]), cut = whole;

		for (size_t n = 0; n < whole.der_len; n += 1 + n / 16) {
			cut.der = dp_arena_copy(arena, whole.der, n);
			cut.der_len = n;
			assert_non_null(dp_key_spki(&cut, arena, &spki, &len));
			assert_null(spki);
		}
	}
}

/* A request whose key was exchanged: its signature is by another. */
static void requests_must_sign_their_key(void **state)
{
	struct dp_block block = block_of(EC_REQUEST);
	uint8_t *der = dp_arena_copy(arena, block.der, block.der_len);
	const uint8_t *spki;
	size_t len;

	(void)state;
	assert_null(dp_key_spki(&block, arena, &spki, &len));
	der[spki - block.der + (ptrdiff_t)len - 1] ^= 1;
	block.der = der;
	assert_non_null(strstr(dp_key_spki(&block, arena, &spki, &len), "does not fit its key"));
	assert_null(spki);
}

static void other_blocks_have_no_key(void **state)
{
	static const char text[] = LEAF_PEM
		"-----BEGIN EC PARAMETERS-----\nBggqhkjOPQMBBw==\n-----END EC PARAMETERS-----\n";
	struct dp_bundle bundle;
	const uint8_t *spki;
	size_t len;

	(void)state;
	assert_null(dp_bundle_read(text, strlen(text), arena, &bundle));
	assert_string_equal(dp_key_spki(&bundle.blocks[1], arena, &spki, &len), "is no key");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(every_form_has_one_key, setup, teardown),
		cmocka_unit_test_setup_teardown(encrypted_keys_say_what_to_type, setup, teardown),
		cmocka_unit_test_setup_teardown(damaged_keys_are_none, setup, teardown),
		cmocka_unit_test_setup_teardown(requests_must_sign_their_key, setup, teardown),
		cmocka_unit_test_setup_teardown(other_blocks_have_no_key, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
