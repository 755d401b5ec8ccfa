/* SPDX-License-Identifier: Apache-2.0 */
/* Services that SRV records locate (RFC 7673), and usages 0 and 1, in the small written world of
 * world.c; the cases stand in srv_cases.inc. */
#include "world.c"

#include "srv_cases.inc"

#define PKIX_NOW "2040-06-01T12:00:00Z" /* of tests/cases/chain */
#define ROOT_AT 2                       /* where pkix-usages.case has its root */

static bool was_asked(const struct dp_verdict *verdict, const char *what)
{
	char key[160];

	(void)verdict;
	snprintf(key, sizeof(key), " %s ", what);
	return strstr(asked, key) != NULL;
}

/* Said of a service, no sentence speaks of mail. */
static bool texts_fit(const struct world_case *c, const struct dp_verdict *verdict)
{
	static const char *const foreign[] = { "?", "mail", "sender", "Sender", "MX host", "SMTP" };

	for (size_t i = 0; i < verdict->finding_count; i++) {
		const struct dp_finding *finding = &verdict->findings[i];
		const char *text = dp_arena_printf(
			arena, "%s %s %s", finding->cause, finding->consequence, finding->remedy);

		for (size_t k = 0; k < sizeof(foreign) / sizeof(foreign[0]); k++) {
			if (strncmp(c->target, "smtp:", 5) == 0 || strstr(text, foreign[k]) == NULL)
				continue;
			print_message("\"%s\" in: %s\n", foreign[k], text);
			return false;
		}
	}
	return true;
}

static void check(const struct world_case *c)
{
	const struct dp_verdict *verdict = dp_policy_judge(run(c), now_utc_s);
	bool good = verdict->outcome == c->outcome && expected(c->codes, found, verdict) &&
		expected(c->asked, was_asked, verdict) && texts_fit(c, verdict);

	if (!good) {
		show(c, verdict);
		print_message("asked:%s\n", asked);
	}
	assert_true(good);
}

static void test_services(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		arena = dp_arena_open();
		check(&cases[i]);
		dp_arena_close(arena);
	}
}

static void test_roots(void **state)
{
	struct dp_chain all;

	(void)state;
	now_utc_s = dp_text_time_parse(PKIX_NOW);
	for (size_t i = 0; i < sizeof(rooted_cases) / sizeof(rooted_cases[0]); i++) {
		arena = dp_arena_open();
		read_chain("pkix-usages", &all);
		pkix_roots = (struct dp_chain){ .certs = &all.certs[ROOT_AT], .count = 1 };
		check(&rooted_cases[i]);
		pkix_roots.count = 0;
		pkix_roots.certs = NULL;
		dp_chain_close(&all);
		dp_arena_close(arena);
	}
	now_utc_s = NOW;
}

/* RFC 2782: the lowest priority first; of equal ones, those of more weight are chosen more often.
 */
static void test_order(void **state)
{
	static const struct world_case order = { .name = "order",
		.target = SERVICE,
		.dns = "_imaps._tcp.example.org SRV secure data 20 9 993 c.example.net\n"
		       "_imaps._tcp.example.org SRV secure data 10 1 993 b.example.net\n"
		       "_imaps._tcp.example.org SRV secure data 10 5 993 a.example.net\n"
		       "_imaps._tcp.example.org SRV secure data 10 5 993 a.example.net\n" };
	static const char *const names[] = { "a.example.net", "b.example.net", "c.example.net" };
	char text[DP_NAME_TEXT_MAX];

	(void)state;
	arena = dp_arena_open();
	const struct dp_facts *facts = run(&order);

	assert_int_equal(facts->host_count, 3);
	for (size_t i = 0; i < 3; i++)
		assert_string_equal(dp_name_text(&facts->hosts[i].name, text), names[i]);
	dp_arena_close(arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_services),
		cmocka_unit_test(test_roots),
		cmocka_unit_test(test_order),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
