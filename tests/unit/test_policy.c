/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Planner and judge in a small written world: DNS answers and servers as lines of text, no network.
 * See world.c for the world and policy_cases.inc for the cases.
 */
#include "world.c"

static bool was_asked(const struct dp_verdict *verdict, const char *what)
{
	char key[160];

	(void)verdict;
	snprintf(key, sizeof(key), " %s ", what);
	return strstr(asked, key) != NULL;
}

static bool texts_complete(const struct dp_verdict *verdict)
{
	for (size_t i = 0; i < verdict->finding_count; i++) {
		const struct dp_finding *finding = &verdict->findings[i];

		if (strchr(finding->cause, '?') != NULL ||
			strchr(finding->consequence, '?') != NULL ||
			strchr(finding->remedy, '?') != NULL)
			return false;
	}
	return true;
}

static void check(const struct world_case *c)
{
	const struct dp_verdict *verdict;
	bool good;

	arena = dp_arena_open();
	verdict = dp_policy_judge(run(c), NOW);
	good = verdict->outcome == c->outcome && expected(c->codes, found, verdict) &&
		expected(c->asked, was_asked, verdict) && texts_complete(verdict);
	if (!good) {
		show(c, verdict);
		print_message("asked:%s\n", asked);
	}
	assert_true(good);
	dp_arena_close(arena);
}

#include "policy_cases.inc"

static void test_cases(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		check(&cases[i]);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_cases) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
