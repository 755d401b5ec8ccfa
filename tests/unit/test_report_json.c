/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "report_samples.c"

static struct dp_buf json_of(const struct sample *sample, struct dp_arena *arena, bool verbose)
{
	struct dp_report_options options = { .verbose = verbose,
		.exit_status = sample->exit_status };
	struct dp_verdict *verdict;
	struct dp_facts *facts = sample_open(sample, arena, &verdict);
	struct dp_buf out;

	dp_buf_init(&out, arena);
	dp_report_find("json")->write(&out, facts, verdict, &options);
	return out;
}

/* tests/schema/validate.py holds the golden files against the schema. */
static void samples_read_as_before(void **state)
{
	(void)state;
	for (size_t i = 0; i < sample_count; i++) {
		struct dp_arena *arena = dp_arena_open();
		struct dp_buf out = json_of(&samples[i], arena, false);

		assert_golden(samples[i].name, ".json", &out);
		out = json_of(&samples[i], arena, true);
		assert_golden(samples[i].name, "-v.json", &out);
		dp_arena_close(arena);
	}
}

static void is_one_line_of_valid_utf8(void **state)
{
	(void)state;
	for (size_t i = 0; i < sample_count; i++) {
		struct dp_arena *arena = dp_arena_open();
		struct dp_buf out = json_of(&samples[i], arena, true);

		assert_ptr_equal(strchr(out.data, '\n'), out.data + out.len - 1);
		assert_ptr_equal(dp_text_shown_lines(arena, out.data), out.data);
		dp_arena_close(arena);
	}
}

/* Several targets go into one buffer, a line each (JSON Lines). */
static void appends(void **state)
{
	struct dp_arena *arena = dp_arena_open();
	struct dp_buf once = json_of(&samples[0], arena, false), twice;
	struct dp_verdict *verdict;
	struct dp_facts *facts = sample_open(&samples[0], arena, &verdict);
	struct dp_report_options options = { .exit_status = samples[0].exit_status };

	(void)state;
	dp_buf_init(&twice, arena);
	dp_report_json(&twice, facts, verdict, &options);
	dp_report_json(&twice, facts, verdict, &options);
	assert_int_equal(twice.len, 2 * once.len);
	assert_memory_equal(twice.data, once.data, once.len);
	assert_memory_equal(twice.data + once.len, once.data, once.len);
	dp_arena_close(arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(samples_read_as_before),
		cmocka_unit_test(is_one_line_of_valid_utf8),
		cmocka_unit_test(appends),
	};

	return cmocka_run_group_tests_name("report_json", tests, NULL, NULL);
}
