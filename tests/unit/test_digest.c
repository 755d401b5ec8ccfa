/* SPDX-License-Identifier: Apache-2.0 */
/* FIPS 180-4, with the examples NIST publishes beside it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "base/text.h"
#include "dane/digest.h"

static const struct {
	const char *input, *sha256, *sha512;
} vectors[] = {
	{ "", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
		"cf83e1357eefb8bdf1542850d66d8007d620e4050b5715dc83f4a921d36ce9ce"
		"47d0d13c5d85f2b0ff8318d2877eec2f63b931bd47417a81a538327af927da3e" },
	{ "abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",
		"ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a"
		"2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f" },
};

static void digests(void **state)
{
	struct dp_arena *arena = dp_arena_open();
	uint8_t out[DP_SHA512_BYTES];

	(void)state;
	for (size_t i = 0; i < sizeof vectors / sizeof vectors[0]; i++) {
		const uint8_t *input = (const uint8_t *)vectors[i].input;

		dp_digest_sha256(input, strlen(vectors[i].input), out);
		assert_string_equal(dp_text_hex(arena, out, DP_SHA256_BYTES), vectors[i].sha256);
		dp_digest_sha512(input, strlen(vectors[i].input), out);
		assert_string_equal(dp_text_hex(arena, out, DP_SHA512_BYTES), vectors[i].sha512);
	}
	dp_digest_sha256(NULL, 0, out);
	assert_string_equal(dp_text_hex(arena, out, DP_SHA256_BYTES), vectors[0].sha256);
	dp_arena_close(arena);
}

int main(void)
{
	static const struct CMUnitTest tests[] = { cmocka_unit_test(digests) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
