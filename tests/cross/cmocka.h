/* SPDX-License-Identifier: Apache-2.0 */
/*
 * So much of cmocka's interface as the unit tests use, for machines for which Debian has no cmocka
 * here: tests/cross/run puts it in cmocka's place. A failed assertion ends its test by longjmp.
 */
#ifndef DP_CROSS_CMOCKA_H
#define DP_CROSS_CMOCKA_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

typedef int (*CMFixtureFunction)(void **state);

struct CMUnitTest {
	const char *name;
	void (*test_func)(void **state);
	CMFixtureFunction setup_func, teardown_func;
	void *initial_state;
};

#define cmocka_unit_test(f) \
	{ \
#f, f, NULL, NULL, NULL \
	}
#define cmocka_unit_test_setup_teardown(f, up, down) \
	{ \
#f, f, up, down, NULL \
	}
#define _cmocka_run_group_tests(name, tests, count, up, down) cross_run(tests, count, up, down)
#define cmocka_run_group_tests(tests, up, down) \
	cross_run(tests, sizeof(tests) / sizeof((tests)[0]), up, down)
#define cmocka_run_group_tests_name(name, tests, up, down) cmocka_run_group_tests(tests, up, down)

int cross_run(const struct CMUnitTest *tests, size_t count, CMFixtureFunction setup,
	CMFixtureFunction teardown);
_Noreturn void cross_fail(const char *file, int line, const char *format, ...)
	__attribute__((format(printf, 3, 4)));
_Noreturn void cross_skip(void);
void cross_integers(uintmax_t a, uintmax_t b, int equal, const char *file, int line);
void cross_strings(const char *a, const char *b, int equal, const char *file, int line);
void cross_memory(const void *a, const void *b, size_t len, int equal, const char *file, int line);

#define fail_msg(...) cross_fail(__FILE__, __LINE__, __VA_ARGS__)
#define fail() cross_fail(__FILE__, __LINE__, "failed")
#define skip() cross_skip()
#define test_malloc malloc
#define test_free free
#define print_message printf
#define assert_true(c) ((c) ? (void)0 : cross_fail(__FILE__, __LINE__, "not true: %s", #c))
#define assert_false(c) ((c) ? cross_fail(__FILE__, __LINE__, "not false: %s", #c) : (void)0)
#define assert_null(p) assert_true((p) == NULL)
#define assert_non_null(p) assert_true((p) != NULL)
#define assert_ptr_equal(a, b) assert_true((const void *)(a) == (const void *)(b))
#define assert_int_equal(a, b) cross_integers((uintmax_t)(a), (uintmax_t)(b), 1, __FILE__, __LINE__)
#define assert_int_not_equal(a, b) \
	cross_integers((uintmax_t)(a), (uintmax_t)(b), 0, __FILE__, __LINE__)
#define assert_in_range(v, least, most) \
	assert_true((uintmax_t)(v) >= (uintmax_t)(least) && (uintmax_t)(v) <= (uintmax_t)(most))
#define assert_string_equal(a, b) cross_strings(a, b, 1, __FILE__, __LINE__)
#define assert_string_not_equal(a, b) cross_strings(a, b, 0, __FILE__, __LINE__)
#define assert_memory_equal(a, b, len) cross_memory(a, b, len, 1, __FILE__, __LINE__)
#define assert_memory_not_equal(a, b, len) cross_memory(a, b, len, 0, __FILE__, __LINE__)

#endif
