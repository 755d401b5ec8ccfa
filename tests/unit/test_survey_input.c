/* SPDX-License-Identifier: Apache-2.0 */
/* What survey makes of its list and of an earlier output, whatever pieces they come in. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "app/survey.h"
#include "app/survey_lines.h"
#include "app/survey_queue.h"
#include "app/survey_resume.h"
#include "app/survey_shard.h"
#include "base/buf.h"

/* --- lines --- */

struct wanted {
	const char *text;  /* of the list */
	const char *found; /* "number:target|" for each */
};

static void put_target(struct dp_buf *out, const struct dp_survey_lines *lines, const char *text)
{
	dp_buf_printf(out, "%u:%s|", (unsigned)lines->number, text);
}

static const char *cut(const char *text, size_t len, size_t piece, struct dp_arena *arena)
{
	struct dp_survey_lines lines = { 0 };
	const char *target;
	struct dp_buf out;

	dp_buf_init(&out, arena);
	for (size_t at = 0; at < len; at += piece) {
		size_t end = at + piece < len ? at + piece : len;

		for (size_t i = at; i < end;) {
			i += dp_survey_lines_take(&lines, text + i, end - i, &target);
			if (target != NULL)
				put_target(&out, &lines, target);
			else
				assert_int_equal(i, end);
		}
	}
	target = dp_survey_lines_end(&lines);
	if (target != NULL)
		put_target(&out, &lines, target);
	assert_null(dp_survey_lines_end(&lines));
	return out.data;
}

static void lists(void **state)
{
	static const struct wanted cases[] = {
		{ "", "" },
		{ "\n\n\r\n \t\n", "" },
		{ "a", "1:a|" },
		{ "a\n", "1:a|" },
		{ "a\nb", "1:a|2:b|" },
		{ "a\r\n\r\nb\r\n", "1:a|3:b|" },
		{ "# x\na\n#\n", "2:a|" },
		{ "a # x\nb\t#x\nc#d\n", "1:a|2:b|3:c#d|" },
		{ "  a  \n", "1:a|" },
		{ "a b\n", "1:a b|" },
		{ "a\na\n", "1:a|2:a|" },
		{ "\xef\xbb\xbf"
		  "a\n\xef\xbb\xbf"
		  "b\n",
			"1:a|2:\xef\xbb\xbf"
			"b|" },
		{ "\xef\xbb\xbf# x\na\n", "2:a|" },
	};
	struct dp_arena *arena = dp_arena_open();

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		for (size_t piece = 1; piece < 8; piece++)
			assert_string_equal(cut(cases[i].text, strlen(cases[i].text), piece, arena),
				cases[i].found);
	}
	assert_string_equal(cut("a\0b\n", 4, 4, arena), "1:a\1b|");
	dp_arena_close(arena);
}

/* A line without end takes no more memory than a line does, and is cut. */
static void long_lines(void **state)
{
	struct dp_survey_lines lines = { 0 };
	char text[3 * DP_SURVEY_LINE_MAX];
	const char *target;

	(void)state;
	memset(text, 'x', sizeof text);
	for (int i = 0; i < 10; i++) {
		assert_int_equal(
			dp_survey_lines_take(&lines, text, sizeof text, &target), sizeof text);
		assert_null(target);
	}
	assert_int_equal(dp_survey_lines_take(&lines, "y\nz\n", 4, &target), 2);
	assert_int_equal(strlen(target), DP_SURVEY_LINE_MAX);
	assert_int_equal(lines.number, 1);
	assert_int_equal(dp_survey_lines_take(&lines, "z\n", 2, &target), 2);
	assert_string_equal(target, "z");
}

/* --- an earlier output --- */

static bool knows(const char *text, size_t piece, const char *target, int64_t *whole_bytes)
{
	struct dp_survey_resume resume = { 0 };
	size_t len = strlen(text);
	bool known;

	for (size_t at = 0; at < len; at += piece)
		dp_survey_resume_read(&resume, text + at, piece < len - at ? piece : len - at);
	known = dp_survey_resume_has(&resume, target);
	*whole_bytes = resume.whole_bytes;
	dp_survey_resume_close(&resume);
	return known;
}

static void outputs(void **state)
{
	static const struct {
		const char *text, *target;
		bool known;
		int64_t whole_bytes;
	} cases[] = {
		{ "{\"index\":1,\"target\":\"a.example\",\"x\":1}\n", "a.example", true, 39 },
		{ "{\"index\":1,\"target\":\"a.example\",\"x\":1}\n", "a.exampl", false, 39 },
		{ "{\"index\":1,\"target\":\"a.example\",\"x\":1}", "a.example", false, 0 },
		{ "{\"target\":\"a\"}\n{\"target\":\"b\"}\n", "a", true, 30 },
		{ "{\"target\":\"a\"}\n{\"target\":\"b\"}\n", "b", true, 30 },
		{ "{\"target\":\"a\"}\r\n", "a", true, 16 },
		{ "{\"target\":\"a\"}\n{\"target\":\"b\"", "b", false, 15 },
		{ "{\"target\":\"a\n{\"target\":\"b\"}\n", "a", false, 28 },
		{ "{\"target\":\"a\n{\"target\":\"b\"}\n", "b", true, 28 },
		{ "{\"target\":\"x \\\"y\\\" \\\\ \\n \\u0041\"}\n", "x \"y\" \\ \n A", true, 34 },
		{ "{\"target\":\"\xc3\xbc.example\"}\n", "\xc3\xbc.example", true, 24 },
		{ "{\"target\":\"\\q\"}\n", "q", false, 16 },
		{ "{\"target\":\"\\u00\"}\n", "", false, 18 },
		{ "{\"target\":\"a}\n", "a}", false, 14 },
		/* a text of a report that looks like the key stands escaped there */
		{ "{\"x\":\"\\\"target\\\":\\\"b\\\"\",\"target\":\"a\"}\n", "b", false, 38 },
		{ "{\"x\":\"\\\"target\\\":\\\"b\\\"\",\"target\":\"a\"}\n", "a", true, 38 },
		{ "", "", false, 0 },
		{ "\n\n", "", false, 2 },
	};
	int64_t whole_bytes;

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		for (size_t piece = 1; piece < 50; piece += 7) {
			assert_int_equal(knows(cases[i].text, piece, cases[i].target, &whole_bytes),
				cases[i].known);
			assert_int_equal(whole_bytes, cases[i].whole_bytes);
		}
	}
}

static void many_outputs(void **state)
{
	struct dp_survey_resume resume = { 0 };
	struct dp_arena *arena = dp_arena_open();

	(void)state;
	for (int i = 0; i < 20000; i++) {
		const char *line = dp_arena_printf(arena, "{\"target\":\"d%d.example\"}\n", i);

		dp_survey_resume_read(&resume, line, strlen(line));
		dp_survey_resume_read(&resume, line, strlen(line));
	}
	assert_int_equal(resume.count, 20000);
	for (int i = 0; i < 40000; i++)
		assert_int_equal(
			dp_survey_resume_has(&resume, dp_arena_printf(arena, "d%d.example", i)),
			i < 20000);
	dp_survey_resume_close(&resume);
	dp_arena_close(arena);
}

/* --- parts --- */

/* The values that its authors give (Fowler, Noll, Vo: test vectors of FNV-1a, 64 bits). */
static void hashes(void **state)
{
	(void)state;
	assert_true(dp_survey_hash("", 0) == 0xcbf29ce484222325u);
	assert_true(dp_survey_hash("a", 1) == 0xaf63dc4c8601ec8cu);
	assert_true(dp_survey_hash("foobar", 6) == 0x85944171f73967e8u);
}

static void parts(void **state)
{
	static const struct {
		const char *text;
		bool good;
		unsigned index, count;
	} cases[] = {
		{ "0/1", true, 0, 1 },
		{ "3/4", true, 3, 4 },
		{ "99999/100000", true, 99999, 100000 },
		{ "4/4", false, 0, 0 },
		{ "0/100001", false, 0, 0 },
		{ "", false, 0, 0 },
		{ "/", false, 0, 0 },
		{ "1", false, 0, 0 },
		{ "1/", false, 0, 0 },
		{ "/2", false, 0, 0 },
		{ "-1/2", false, 0, 0 },
		{ " 1/2", false, 0, 0 },
		{ "1/2/3", false, 0, 0 },
		{ "000000000/2", false, 0, 0 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct dp_survey_shard shard = { 0 };

		assert_int_equal(dp_survey_shard_read(cases[i].text, &shard), cases[i].good);
		assert_int_equal(shard.index, cases[i].index);
		assert_int_equal(shard.count, cases[i].count);
	}
}

/* Every part has its share, and each process a share of every part. */
static void spread(void **state)
{
	unsigned counts[4][2] = { { 0 } };

	(void)state;
	for (int i = 0; i < 8000; i++) {
		char name[32];
		int len = snprintf(name, sizeof name, "d%d.example.org", i);
		uint64_t hash = dp_survey_hash(name, (size_t)len);
		unsigned found = 0;

		for (unsigned k = 0; k < 4; k++) {
			if (!dp_survey_shard_has(&(struct dp_survey_shard){ k, 4 }, hash))
				continue;
			found++;
			counts[k][dp_survey_worker_of(hash, 2)]++;
		}
		assert_int_equal(found, 1);
	}
	for (int k = 0; k < 4; k++) {
		assert_in_range(counts[k][0], 800, 1200);
		assert_in_range(counts[k][1], 800, 1200);
	}
}

/* --- bytes on their way --- */

static void queues(void **state)
{
	struct dp_survey_queue queue = { 0 };
	size_t added = 0, taken = 0;

	(void)state;
	assert_int_equal(dp_survey_queue_line(&queue), -1);
	for (int i = 0; i < 5000; i++) {
		char text[16];
		int len = snprintf(text, sizeof text, "%d\n", i);

		dp_survey_queue_add(&queue, text, (size_t)len);
		added++;
		while (i % 3 == 2 && taken < added) {
			ptrdiff_t line = dp_survey_queue_line(&queue);

			len = snprintf(text, sizeof text, "%zu", taken++);
			assert_int_equal(line, len);
			assert_memory_equal(dp_survey_queue_at(&queue), text, (size_t)len);
			dp_survey_queue_drop(&queue, (size_t)line + 1);
			if (taken % 7 == 0)
				break;
		}
	}
	dp_survey_queue_drop(&queue, queue.len);
	assert_int_equal(queue.len, 0);
	assert_in_range(queue.cap, 0, 65536);
	dp_survey_queue_close(&queue);
}

/* --- how far it is --- */

static void words(void **state)
{
	struct dp_survey_counts counts = { .done = 90, .malformed = 1, .started_ms = 1000 };
	struct dp_arena *arena = dp_arena_open();
	struct dp_buf out;

	(void)state;
	counts.outcomes[DP_VERIFIED] = 80;
	counts.outcomes[DP_UNDETERMINED] = 9;
	dp_buf_init(&out, arena);
	dp_survey_progress(&out, &counts, 21000, 0.25);
	assert_string_equal(out.data,
		"90 done, 4.5/s, 1m00s left: 80 verified, 9 undetermined, 1 not understood");
	dp_buf_init(&out, arena);
	dp_survey_progress(&out, &counts, 21000, -1);
	assert_string_equal(
		out.data, "90 done, 4.5/s: 80 verified, 9 undetermined, 1 not understood");
	counts.skipped = 7;
	counts.done = 9000;
	dp_buf_init(&out, arena);
	dp_survey_summary(&out, &counts, 21000);
	assert_string_equal(out.data,
		"9000 targets in 20s (450/s): 80 verified, 9 undetermined, 1 not understood; "
		"7 left out (--resume)");
	dp_buf_init(&out, arena);
	dp_survey_summary(&out, &(struct dp_survey_counts){ 0 }, 0);
	assert_string_equal(out.data, "0 targets in 0s (0.0/s)");
	dp_arena_close(arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(lists),
		cmocka_unit_test(long_lines),
		cmocka_unit_test(outputs),
		cmocka_unit_test(many_outputs),
		cmocka_unit_test(hashes),
		cmocka_unit_test(parts),
		cmocka_unit_test(spread),
		cmocka_unit_test(queues),
		cmocka_unit_test(words),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
