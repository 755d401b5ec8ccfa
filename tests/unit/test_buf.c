/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/buf.h"

static void every_way_of_adding(void **state)
{
	struct dp_arena *arena = dp_arena_open();
	struct dp_buf buf;

	(void)state;
	dp_buf_init(&buf, arena);
	assert_string_equal(buf.data, "");
	dp_buf_text(&buf, "ab");
	dp_buf_char(&buf, 'c');
	dp_buf_bytes(&buf, "d\0e", 3);
	dp_buf_printf(&buf, "%d%s", 12, "f");
	dp_buf_hex(&buf, (const uint8_t *)"\x00\xfa\x9b", 3);
	dp_buf_bytes(&buf, NULL, 0);
	dp_buf_text(&buf, "");
	assert_int_equal(buf.len, 15);
	assert_memory_equal(buf.data, "abcd\0e12f00fa9b", 16);
	dp_arena_close(arena);
}

/* Every length crosses every boundary of the growing buffer, and the NUL stays behind the end. */
static void grows_across_its_bounds(void **state)
{
	(void)state;
	for (size_t step = 1; step < 700; step += 13) {
		struct dp_arena *arena = dp_arena_open();
		char chunk[700];
		struct dp_buf buf;

		dp_buf_init(&buf, arena);
		for (size_t total = 0; total < 3000; total += step) {
			memset(chunk, 'a' + (int)(total % 26), step);
			if (total % 2 == 0)
				dp_buf_bytes(&buf, chunk, step);
			else
				dp_buf_printf(&buf, "%.*s", (int)step, chunk);
			assert_int_equal(buf.len, total + step);
			assert_true(buf.cap > buf.len);
			assert_int_equal(buf.data[buf.len], '\0');
		}
		for (size_t total = 0; total < 3000; total += step)
			for (size_t k = 0; k < step; k++)
				assert_int_equal(buf.data[total + k], 'a' + (int)(total % 26));
		dp_arena_close(arena);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_way_of_adding),
		cmocka_unit_test(grows_across_its_bounds),
	};

	return cmocka_run_group_tests_name("buf", tests, NULL, NULL);
}
