/* SPDX-License-Identifier: Apache-2.0 */
#include "cmocka.h"

#include <stdlib.h>
#include <string.h>

enum outcome { PASSED, FAILED, SKIPPED };

static jmp_buf end_of_test;

_Noreturn void cross_fail(const char *file, int line, const char *format, ...)
{
	va_list arguments;

	printf("%s:%d: ", file, line);
	va_start(arguments, format);
	vprintf(format, arguments);
	va_end(arguments);
	putchar('\n');
	longjmp(end_of_test, FAILED);
}

_Noreturn void cross_skip(void)
{
	longjmp(end_of_test, SKIPPED);
}

void cross_integers(uintmax_t a, uintmax_t b, int equal, const char *file, int line)
{
	if ((a == b) != equal)
		cross_fail(file, line, "%#jx %s %#jx", a, equal ? "is not" : "is", b);
}

void cross_strings(const char *a, const char *b, int equal, const char *file, int line)
{
	if ((strcmp(a, b) == 0) != equal)
		cross_fail(file, line, "\"%s\" %s \"%s\"", a, equal ? "is not" : "is", b);
}

void cross_memory(const void *a, const void *b, size_t len, int equal, const char *file, int line)
{
	if ((memcmp(a, b, len) == 0) != equal)
		cross_fail(file, line, "%zu bytes %s", len, equal ? "differ" : "are equal");
}

static enum outcome run(const struct CMUnitTest *test)
{
	void *state = test->initial_state;
	int how = setjmp(end_of_test);

	if (how != 0)
		return (enum outcome)how;
	if (test->setup_func != NULL && test->setup_func(&state) != 0)
		return FAILED;
	test->test_func(&state);
	return test->teardown_func != NULL && test->teardown_func(&state) != 0 ? FAILED : PASSED;
}

/* The closing lines are those of cmocka, as far as tests/unit/run reads them. */
int cross_run(const struct CMUnitTest *tests, size_t count, CMFixtureFunction setup,
	CMFixtureFunction teardown)
{
	size_t counts[3] = { 0 };
	void *state = NULL;

	setvbuf(stdout, NULL, _IOLBF, BUFSIZ);
	if (setup != NULL && setup(&state) != 0)
		return 1;
	for (size_t i = 0; i < count; i++) {
		enum outcome outcome = run(&tests[i]);

		if (outcome == FAILED)
			printf("failed: %s\n", tests[i].name);
		counts[outcome]++;
	}
	if (teardown != NULL && teardown(&state) != 0)
		counts[FAILED]++;
	printf("[  PASSED  ] %zu test(s).\n", counts[PASSED] + counts[SKIPPED]);
	if (counts[FAILED] > 0)
		printf("[  FAILED  ] %zu test(s), listed above\n", counts[FAILED]);
	return (int)counts[FAILED];
}
