/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "report_samples.c"

static struct dp_buf text_of(
	const struct sample *sample, struct dp_arena *arena, struct dp_report_options options)
{
	struct dp_verdict *verdict;
	struct dp_facts *facts = sample_open(sample, arena, &verdict);
	struct dp_buf out;

	dp_buf_init(&out, arena);
	options.exit_status = sample->exit_status;
	dp_report_find("text")->write(&out, facts, verdict, &options);
	return out;
}

static void samples_read_as_before(void **state)
{
	(void)state;
	for (size_t i = 0; i < sample_count; i++) {
		struct dp_arena *arena = dp_arena_open();
		struct dp_buf out = text_of(&samples[i], arena, (struct dp_report_options){ 0 });

		assert_golden(samples[i].name, ".txt", &out);
		out = text_of(&samples[i], arena, (struct dp_report_options){ .verbose = true });
		assert_golden(samples[i].name, "-v.txt", &out);
		dp_arena_close(arena);
	}
}

/* What grep, a monitoring page and a container's termination message (the last 2,048 bytes) build
 * on. */
static void line_one_begins_with_the_word(void **state)
{
	(void)state;
	for (size_t i = 0; i < sample_count; i++) {
		struct dp_arena *arena = dp_arena_open();
		struct dp_buf out = text_of(&samples[i], arena, (struct dp_report_options){ 0 });
		const char *word = dp_outcome_word(samples[i].outcome);

		assert_memory_equal(out.data, word, strlen(word));
		assert_int_equal(out.data[strlen(word)], ':');
		assert_true(strchr(out.data, '\n') - out.data <= 100);
		assert_int_equal(out.data[out.len - 1], '\n');
		if (strcmp(samples[i].name, "hostile") != 0)
			assert_true(out.len <= 2048);
		dp_arena_close(arena);
	}
}

/* A termination message keeps 4,096 octets of the end of a file, 2,048 of a log; a person reads
 * from the top. So a long report has the verdict and the first error at its top, and both again in
 * short at its end. */
static void long_reports_say_at_both_ends_what_matters(void **state)
{
	struct dp_arena *arena = dp_arena_open();
	const struct dp_report_options options = { 0 };
	struct dp_verdict *verdict;
	struct dp_facts *facts = sample_open(&samples[1], arena, &verdict);
	struct dp_finding error = verdict->findings[0];
	struct dp_buf out;
	const char *head, *tail;

	(void)state;
	assert_string_equal(samples[1].name, "seed");
	verdict->findings = dp_arena_alloc(arena, 41 * sizeof *verdict->findings);
	verdict->finding_count = 0;
	/* Warnings first; the one error comes last, and is of the last host. */
	for (int i = 0; i < 40; i++) {
		verdict->findings[verdict->finding_count] = error;
		verdict->findings[verdict->finding_count].severity = DP_WARNING;
		verdict->findings[verdict->finding_count++].label =
			dp_arena_printf(arena, "mx%d.example.org", i);
		verdict->findings[i].remedy = dp_arena_printf(arena, "Do this: %d.", i);
	}
	verdict->findings[verdict->finding_count++] = error;
	dp_buf_init(&out, arena);
	dp_report_text(&out, facts, verdict, &options);
	assert_true(out.len > 6 * 2048);
	head = dp_arena_text(arena, out.data, 2048);
	tail = out.data + out.len - 2048;
	assert_memory_equal(head, "failed: example.org - ", 22);
	assert_non_null(
		strstr(head, "\nerror: mx.example.org [192.0.2.1] (tlsa-anchor-not-sent)\n"));
	assert_non_null(strstr(head, "\n  Remedy: Either append the certificate of ISRG Root X1"));
	assert_non_null(strstr(tail,
		"\nfailed: example.org - mx.example.org [192.0.2.1]: pins a CA certificate that was "
		"not sent\n"));
	dp_arena_close(arena);
}

static void only_printable_characters_without_color(void **state)
{
	(void)state;
	for (size_t i = 0; i < sample_count; i++) {
		struct dp_arena *arena = dp_arena_open();
		struct dp_buf out =
			text_of(&samples[i], arena, (struct dp_report_options){ .verbose = true });

		assert_ptr_equal(dp_text_shown_lines(arena, out.data), out.data);
		assert_int_equal(strlen(out.data), out.len);
		dp_arena_close(arena);
	}
}

/* Without the colours the text is the same. */
static void color_adds_only_color(void **state)
{
	(void)state;
	for (size_t i = 0; i < sample_count; i++) {
		struct dp_arena *arena = dp_arena_open();
		struct dp_buf plain = text_of(&samples[i], arena, (struct dp_report_options){ 0 });
		struct dp_buf colored =
			text_of(&samples[i], arena, (struct dp_report_options){ .color = true });
		struct dp_buf stripped;

		dp_buf_init(&stripped, arena);
		for (const char *at = colored.data; *at != '\0'; at++) {
			if (*at == '\033')
				at += strcspn(at, "m");
			else
				dp_buf_char(&stripped, *at);
		}
		assert_true(colored.len > plain.len);
		assert_string_equal(stripped.data, plain.data);
		dp_arena_close(arena);
	}
}

/* Prose keeps to the width; a record to paste stays on its line at any width. */
static void wraps_prose_not_records(void **state)
{
	static const int widths[] = { 40, 60, 72, 80, 120, 1000 };

	(void)state;
	for (size_t i = 0; i < sizeof widths / sizeof widths[0]; i++) {
		struct dp_arena *arena = dp_arena_open();
		struct dp_buf out = text_of(
			&samples[1], arena, (struct dp_report_options){ .width = widths[i] });
		const char *line = strchr(out.data, '\n') + 1;

		assert_string_equal(samples[1].name, "seed");
		assert_non_null(strstr(
			out.data, "\n    _25._tcp.mx.example.org. IN TLSA 3 1 1 " LEAF_KEY "\n"));
		assert_non_null(strstr(out.data, "2 1 1 0b9fa5a59eed715c..."));
		for (; *line != '\0'; line += strcspn(line, "\n") + 1)
			if (line[0] == ' ' && line[2] != ' ')
				assert_true(strcspn(line, "\n") <= (size_t)widths[i]);
		dp_arena_close(arena);
	}
}

static void formats_are_found_by_name(void **state)
{
	(void)state;
	for (size_t i = 0; dp_report_names[i] != NULL; i++)
		assert_string_equal(dp_report_find(dp_report_names[i])->name, dp_report_names[i]);
	assert_null(dp_report_find("xml"));
	assert_null(dp_report_find(""));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(samples_read_as_before),
		cmocka_unit_test(line_one_begins_with_the_word),
		cmocka_unit_test(long_reports_say_at_both_ends_what_matters),
		cmocka_unit_test(only_printable_characters_without_color),
		cmocka_unit_test(color_adds_only_color),
		cmocka_unit_test(wraps_prose_not_records),
		cmocka_unit_test(formats_are_found_by_name),
	};

	return cmocka_run_group_tests_name("report_text", tests, NULL, NULL);
}
