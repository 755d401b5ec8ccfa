/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "app/wait.h"

/* The pause is the interval, but never goes past the end; what ends at the end or later was the
 * last attempt. */
static void pauses_end_with_the_time(void **state)
{
	static const struct {
		int64_t now_ms, end_ms;
		unsigned interval_ms;
		int64_t pause_ms;
	} cases[] = {
		{ 0, 1000, 300, 300 },
		{ 600, 1000, 300, 300 },
		{ 700, 1000, 300, 300 },
		{ 701, 1000, 300, 299 },
		{ 999, 1000, 300, 1 },
		{ 1000, 1000, 300, -1 },
		{ 1001, 1000, 300, -1 },
		{ 0, 0, 300, -1 }, /* without --wait: one attempt */
		{ 0, 100, 5000,
			100 }, /* an interval longer than the wait: a last attempt at its end */
		{ 5000000000, 5000000001, 1, 1 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
		assert_int_equal(
			dp_wait_pause_ms(cases[i].now_ms, cases[i].end_ms, cases[i].interval_ms),
			cases[i].pause_ms);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(pauses_end_with_the_time) };

	return cmocka_run_group_tests_name("wait", tests, NULL, NULL);
}
