/* SPDX-License-Identifier: Apache-2.0 */
/* Copying and filling by memory.h, held against loops over bytes: every length up to beyond the
 * largest case distinction, every alignment to 16, every way to overlap. ASan sees reads beyond. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "port/memory.h"

#if !defined(__x86_64__)
/* What is used in their place there. */
#define dp_memory_move memmove
#define dp_memory_fill memset
#endif

#define LEN_MAX 1100
#define ROOM (LEN_MAX + 64)

static unsigned char pattern(size_t i)
{
	return (unsigned char)(i * 167 + (i >> 8) * 31 + 1);
}

static void expect_pattern(const unsigned char *at, size_t first, size_t len)
{
	for (size_t i = 0; i < len; i++) {
		if (at[i] != pattern(first + i))
			fail_msg("byte %zu of %zu", i, len);
	}
}

/* Exactly as long as needed, so that one byte too many, read or written, is seen. */
static void test_copy(void **state)
{
	(void)state;
	for (size_t len = 0; len <= LEN_MAX; len++) {
		unsigned char *from = malloc(len + 1), *to = malloc(len + 1);

		for (size_t shift = 0; shift < 2; shift++) {
			for (size_t i = 0; i < len; i++)
				from[1 - shift + i] = pattern(i);
			to[len * shift] = 0xee;
			assert_ptr_equal(dp_memory_move(to + 1 - shift, from + 1 - shift, len),
				to + 1 - shift);
			expect_pattern(to + 1 - shift, 0, len);
			if (shift == 1)
				assert_int_equal(to[len], 0xee);
		}
		free(from);
		free(to);
	}
}

static void move_within(size_t len, size_t from, size_t to)
{
	unsigned char room[ROOM];

	for (size_t i = 0; i < ROOM; i++)
		room[i] = pattern(i);
	dp_memory_move(room + to, room + from, len);
	expect_pattern(room, 0, to);
	expect_pattern(room + to, from, len);
	expect_pattern(room + to + len, to + len, ROOM - to - len);
}

static void test_overlap(void **state)
{
	(void)state;
	for (size_t len = 0; len <= LEN_MAX; len += len < 80 ? 1 : 51) {
		for (size_t apart = 0; apart < 50; apart++) {
			move_within(len, 3, 3 + apart);
			move_within(len, 3 + apart, 3);
		}
	}
}

static void test_alignments(void **state)
{
	unsigned char from[ROOM], to[ROOM];

	(void)state;
	for (size_t i = 0; i < ROOM; i++)
		from[i] = pattern(i);
	for (size_t at = 0; at < 256; at++) {
		for (size_t len = 0; len < LEN_MAX; len += 37) {
			memset(to, 0x5a, sizeof(to));
			dp_memory_move(to + at / 16, from + at % 16, len);
			expect_pattern(to + at / 16, at % 16, len);
			assert_int_equal(to[at / 16 + len], 0x5a);
			if (at >= 16)
				assert_int_equal(to[at / 16 - 1], 0x5a);
		}
	}
}

static void test_fill(void **state)
{
	static const int values[] = { 0, 0x7f, 0xff, -1,
		0x1a5 }; /* as an unsigned char: C11 7.24.6.1 */

	(void)state;
	for (size_t v = 0; v < sizeof(values) / sizeof(values[0]); v++) {
		for (size_t len = 0; len <= LEN_MAX; len++) {
			unsigned char *room = malloc(len + 2);

			room[0] = room[len + 1] = 0x33;
			assert_ptr_equal(dp_memory_fill(room + 1, values[v], len), room + 1);
			for (size_t i = 1; i <= len; i++)
				assert_int_equal(room[i], (unsigned char)values[v]);
			assert_int_equal(room[0], 0x33);
			assert_int_equal(room[len + 1], 0x33);
			free(room);
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_copy),
		cmocka_unit_test(test_overlap),
		cmocka_unit_test(test_alignments),
		cmocka_unit_test(test_fill),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
