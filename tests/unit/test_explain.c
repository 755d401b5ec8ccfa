/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What an operator reads: the text report of each explanation, tests/golden/explain/NAME.txt.
 * UPDATE_GOLDEN=1 writes them anew; then read them as somebody who never read an RFC. The cases are
 * in explain_cases.inc.
 */
#include "world.c"

#include "dane/known_ca.h"
#include "report/report.h"

/* In the place of the table that the build makes: what time does not change, and R13 with the key
 * that it has in tests/cases/explain. */
const struct dp_known_ca dp_known_ca_table[] = {
	/* clang-format off */
	{ "ISRG Root X1", "ISRG Root X1", "RSA-4096", "2015-06-04", "2035-06-04", "",
		.spki_sha256 = { 0x0b, 0x9f, 0xa5, 0xa5, 0x9e, 0xed, 0x71, 0x5c, 0x26, 0xc1, 0x02, 0x0c, 0x71, 0x1b, 0x4f, 0x6e, 0xc4, 0x2d, 0x58, 0xb0, 0x01, 0x5e, 0x14, 0x33, 0x7a, 0x39, 0xda, 0xd3, 0x01, 0xc5, 0xaf, 0xc3 } },
	{ "R3", "ISRG Root X1", "RSA-2048", "2020-09-04", "2025-09-15", "",
		.spki_sha256 = { 0x8d, 0x02, 0x53, 0x6c, 0x88, 0x74, 0x82, 0xbc, 0x34, 0xff, 0x54, 0xe4, 0x1d, 0x2b, 0xa6, 0x59, 0xbf, 0x85, 0xb3, 0x41, 0xa0, 0xa2, 0x0a, 0xfa, 0xdb, 0x58, 0x13, 0xdc, 0xfb, 0xcf, 0x28, 0x6d } },
	{ "R12", "ISRG Root X1", "RSA-2048", "2024-03-13", "2027-03-12", "",
		.spki_sha256 = { 0x91, 0x9c, 0x0d, 0xf7, 0xa7, 0x87, 0xb5, 0x97, 0xed, 0x05, 0x6a, 0xce, 0x65, 0x4b, 0x1d, 0xe9, 0xc0, 0x38, 0x7a, 0xcf, 0x34, 0x9f, 0x73, 0x73, 0x4a, 0x4f, 0xd7, 0xb5, 0x8c, 0xf6, 0x12, 0xa4 } },
	{ "R13", "ISRG Root X1", "RSA-2048", "2024-03-13", "2027-03-12", "",
		.spki_sha256 = { 0xc3, 0xd8, 0xfc, 0xca, 0x08, 0x28, 0x4c, 0x3a, 0x1d, 0x0c, 0x9a, 0x94, 0x73, 0x86, 0xda, 0xa0, 0x63, 0x20, 0x3c, 0x3c, 0xfe, 0xf9, 0xed, 0xe5, 0x53, 0xfd, 0xd1, 0x1c, 0x17, 0x39, 0x06, 0x7c } },
	{ "R14", "ISRG Root X1", "RSA-2048", "2024-03-13", "2027-03-12", "",
		.spki_sha256 = { 0xf1, 0x64, 0x7a, 0x5e, 0xe3, 0xef, 0xac, 0x54, 0xc8, 0x92, 0xe9, 0x30, 0x58, 0x4f, 0xe4, 0x79, 0x79, 0xb7, 0xac, 0xd1, 0xc7, 0x6c, 0x12, 0x71, 0xbc, 0xa1, 0xc5, 0x07, 0x6d, 0x86, 0x98, 0x88 } },
	/* clang-format on */
};
const size_t dp_known_ca_count = sizeof dp_known_ca_table / sizeof dp_known_ca_table[0];

struct explain_case {
	struct world_case world; /* name: of the golden file */
	const char *now;         /* NULL: NOW */
	const char *resolver;    /* NULL: recursion from the root */
	bool all_nameservers;
};

#include "explain_cases.inc"

static void assert_golden(const char *name, const struct dp_buf *text)
{
	static char golden[65536];
	char path[200];
	size_t len = 0;
	bool update = getenv("UPDATE_GOLDEN") != NULL;

	snprintf(path, sizeof path, "tests/golden/explain/%s.txt", name);
	FILE *file = fopen(path, update ? "wb" : "rb");

	if (file == NULL)
		fail_msg("no %s; run from the root of the repository, or make it with "
			 "UPDATE_GOLDEN=1",
			path);
	if (update)
		assert_int_equal(fwrite(text->data, 1, text->len, file), text->len);
	else
		len = fread(golden, 1, sizeof golden, file);
	fclose(file);
	if (!update && (len != text->len || memcmp(golden, text->data, len) != 0))
		fail_msg("%s differs; it is now:\n%s", path, text->data);
}

static void explain(void **state)
{
	const struct explain_case *c = *state;
	const struct dp_report_options options = { .width = 80, .exit_status = 2 };
	struct dp_verdict *verdict;
	struct dp_facts *facts;
	struct dp_buf out;

	arena = dp_arena_open();
	now_utc_s = c->now != NULL ? dp_text_time_parse(c->now) : NOW;
	resolver = c->resolver != NULL ? c->resolver : "recursive";
	all_nameservers = c->all_nameservers;
	facts = run(&c->world);
	verdict = dp_policy_judge(facts, now_utc_s);
	if (verdict->outcome != c->world.outcome || !expected(c->world.codes, found, verdict)) {
		show(&c->world, verdict);
		fail();
	}
	for (size_t i = 0; i < verdict->finding_count; i++) /* "?" stands for a missing word */
		assert_null(strchr(verdict->findings[i].remedy, '?'));
	dp_buf_init(&out, arena);
	dp_report_find("text")->write(&out, facts, verdict, &options);
	assert_golden(c->world.name, &out);
	dp_arena_close(arena);
}

int main(void)
{
	static struct CMUnitTest tests[sizeof cases / sizeof cases[0]];

	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		tests[i].name = cases[i].world.name;
		tests[i].test_func = explain;
		tests[i].initial_state = (void *)&cases[i];
	}
	return cmocka_run_group_tests_name("explain", tests, NULL, NULL);
}
