/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/text.h"

#define COUNT(rows) (sizeof(rows) / sizeof(rows)[0])

static void escapes_all_but_printable_ascii(void **state)
{
	static const struct {
		const char *in;
		size_t len, max;
		const char *out;
	} rows[] = {
		{ "220 mx.example.org ESMTP", 24, 100, "220 mx.example.org ESMTP" },
		{ "", 0, 10, "" },
		{ "a\\b", 3, 10, "a\\x5cb" },
		{ "\033[2J\r\n\t\b", 8, 10, "\\x1b[2J\\x0d\\x0a\\x09\\x08" },
		{ "a\0b", 3, 10, "a\\x00b" },
		{ "\x7f\x80\xff", 3, 10, "\\x7f\\x80\\xff" },
		{ "\xc3\xa9", 2, 10, "\\xc3\\xa9" },
		{ "abcdef", 6, 6, "abcdef" },
		{ "abcdef", 6, 5, "abcde..." },
		{ "abcdef", 6, 0, "..." },
		{ "<&|\"'`$>", 8, 10, "<&|\"'`$>" },
	};
	struct dp_arena *arena = dp_arena_open();

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++)
		assert_string_equal(
			dp_text_escape(arena, rows[i].in, rows[i].len, rows[i].max), rows[i].out);
	assert_string_equal(dp_text_escape(arena, NULL, 0, 10), "");
	assert_string_equal(dp_text_escape_utf8(arena, NULL, 0, 10), "");
	dp_arena_close(arena);
}

/* RFC 3629 s4: the syntax of UTF-8; and characters that a person cannot see or that turn the line
 * round. */
static void keeps_printable_utf8(void **state)
{
	static const struct {
		const char *in;
		const char *out;
	} rows[] = {
		{ "R\xc3\xa9seau \xe2\x82\xac \xf0\x9f\x90\xa6",
			"R\xc3\xa9seau \xe2\x82\xac \xf0\x9f\x90\xa6" },
		{ "\xe6\x97\xa5\xe6\x9c\xac", "\xe6\x97\xa5\xe6\x9c\xac" },
		{ "a\\b\033c\x7f", "a\\x5cb\\x1bc\\x7f" },
		{ "\xc2\x9b", "\\xc2\\x9b" }, /* C1: CSI */
		{ "\xc2\x85", "\\xc2\\x85" }, /* C1: NEL */
		{ "\xc2\xad", "\\xc2\\xad" }, /* soft hyphen */
		{ "\xe2\x80\xae"
		  "gro",
			"\\xe2\\x80\\xaegro" },                 /* right-to-left override */
		{ "\xe2\x81\xa6", "\\xe2\\x81\\xa6" },          /* left-to-right isolate */
		{ "\xd8\x9c", "\\xd8\\x9c" },                   /* Arabic letter mark */
		{ "\xe2\x80\x8b", "\\xe2\\x80\\x8b" },          /* zero width space */
		{ "\xe2\x80\xa8", "\\xe2\\x80\\xa8" },          /* line separator */
		{ "\xef\xbb\xbf", "\\xef\\xbb\\xbf" },          /* byte order mark */
		{ "\xef\xb7\x90", "\\xef\\xb7\\x90" },          /* noncharacter U+FDD0 */
		{ "\xef\xbf\xbe", "\\xef\\xbf\\xbe" },          /* noncharacter U+FFFE */
		{ "\xf0\x9f\xbf\xbf", "\\xf0\\x9f\\xbf\\xbf" }, /* noncharacter U+1FFFF */
		{ "\xf3\xa0\x81\x81", "\\xf3\\xa0\\x81\\x81" }, /* tag letter */
		{ "\xee\x80\x80", "\\xee\\x80\\x80" },          /* private use */
		{ "\xc0\xaf", "\\xc0\\xaf" },                   /* overlong */
		{ "\xe0\x80\xaf", "\\xe0\\x80\\xaf" },
		{ "\xf0\x80\x80\xaf", "\\xf0\\x80\\x80\\xaf" },
		{ "\xed\xa0\x80", "\\xed\\xa0\\x80" },          /* surrogate */
		{ "\xf4\x90\x80\x80", "\\xf4\\x90\\x80\\x80" }, /* beyond U+10FFFF */
		{ "\xf5\x80\x80\x80", "\\xf5\\x80\\x80\\x80" },
		{ "\xe2\x82", "\\xe2\\x82" }, /* cut off */
		{ "\xe2\x82z", "\\xe2\\x82z" },
		{ "\x80\xbf", "\\x80\\xbf" }, /* continuation alone */
		{ "\xc3\xc3\xa9", "\\xc3\xc3\xa9" },
		{ "\xef\xbf\xbd", "\xef\xbf\xbd" }, /* U+FFFD may be seen */
	};
	struct dp_arena *arena = dp_arena_open();

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		assert_string_equal(dp_text_escape_utf8(arena, rows[i].in, strlen(rows[i].in), 100),
			rows[i].out);
		if (strchr(rows[i].in, '\\') == NULL)
			assert_string_equal(dp_text_shown(arena, rows[i].in), rows[i].out);
	}
	dp_arena_close(arena);
}

static void cuts_between_characters(void **state)
{
	const char *text = "a\xc3\xa9\xe2\x82\xac";
	struct dp_arena *arena = dp_arena_open();

	(void)state;
	assert_string_equal(dp_text_escape_utf8(arena, text, 6, 6), text);
	assert_string_equal(dp_text_escape_utf8(arena, text, 6, 5), "a\xc3\xa9...");
	assert_string_equal(dp_text_escape_utf8(arena, text, 6, 3), "a\xc3\xa9...");
	assert_string_equal(dp_text_escape_utf8(arena, text, 6, 2), "a...");
	assert_string_equal(dp_text_escape_utf8(arena, text, 6, 0), "...");
	assert_string_equal(dp_text_escape_utf8(arena, text, 5, 100), "a\xc3\xa9\\xe2\\x82");
	dp_arena_close(arena);
}

static void shows_texts_as_they_are_or_escaped(void **state)
{
	const char *clean = "clean \\x1b, \xc3\xa9";
	struct dp_arena *arena = dp_arena_open();

	(void)state;
	assert_ptr_equal(dp_text_shown(arena, clean), clean);
	assert_string_equal(dp_text_shown(arena, "\\x1b \033 \xff"), "\\x1b \\x1b \\xff");
	assert_string_equal(dp_text_shown(arena, "one\n  two"), "one\\x0a  two");
	assert_string_equal(dp_text_shown_lines(arena, "one\n  two\r"), "one\n  two\\x0d");
	assert_string_equal(dp_text_shown(arena, NULL), "");
	assert_string_equal(dp_text_shown_lines(arena, NULL), "");
	dp_arena_close(arena);
}

static void reads_and_writes_hex(void **state)
{
	static const struct {
		const char *in;
		ptrdiff_t count;
		const char *hex;
	} rows[] = {
		{ "", 0, "" },
		{ "  ", 0, "" },
		{ "00", 1, "00" },
		{ "aBfF09", 3, "abff09" },
		{ " de ad\tbe\r\nef ", 4, "deadbeef" },
		{ "a", -1, NULL },
		{ "abc", -1, NULL },
		{ "a b", -1, NULL },
		{ "0x00", -1, NULL },
		{ "gg", -1, NULL },
		{ "ab-cd", -1, NULL },
		{ "0102030405", -1, NULL },
		{ "01020304", 4, "01020304" },
	};
	struct dp_arena *arena = dp_arena_open();
	uint8_t out[4];

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		assert_int_equal(dp_text_unhex(rows[i].in, strlen(rows[i].in), out, sizeof out),
			rows[i].count);
		if (rows[i].count >= 0)
			assert_string_equal(
				dp_text_hex(arena, out, (size_t)rows[i].count), rows[i].hex);
	}
	assert_int_equal(dp_text_unhex("ab\0cd", 5, out, sizeof out), -1);
	dp_arena_close(arena);
}

static void reads_numbers(void **state)
{
	static const struct {
		const char *in;
		uint64_t min, max;
		int good;
		uint64_t value;
	} rows[] = {
		{ "25", 1, 65535, 1, 25 },
		{ "1", 1, 65535, 1, 1 },
		{ "65535", 1, 65535, 1, 65535 },
		{ "0", 1, 65535, 0, 0 },
		{ "65536", 1, 65535, 0, 0 },
		{ "0", 0, 0, 1, 0 },
		{ "18446744073709551615", 0, UINT64_MAX, 1, UINT64_MAX },
		{ "18446744073709551616", 0, UINT64_MAX, 0, 0 },
		{ "99999999999999999999", 0, UINT64_MAX, 0, 0 },
		{ "", 0, 9, 0, 0 },
		{ "-1", 0, 9, 0, 0 },
		{ "+1", 0, 9, 0, 0 },
		{ " 1", 0, 9, 0, 0 },
		{ "1 ", 0, 9, 0, 0 },
		{ "1a", 0, 9, 0, 0 },
		{ "0x1", 0, 9, 0, 0 },
		{ "1.0", 0, 9, 0, 0 },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		uint64_t value = 777;

		assert_int_equal(
			dp_text_number(rows[i].in, rows[i].min, rows[i].max, &value), rows[i].good);
		assert_int_equal(value, rows[i].good ? rows[i].value : 777);
	}
}

static void reads_durations(void **state)
{
	static const struct {
		const char *in;
		int64_t ms;
	} rows[] = {
		{ "10", 10000 },
		{ "10s", 10000 },
		{ "5m", 300000 },
		{ "2h", 7200000 },
		{ "1d", 86400000 },
		{ "0.5", 500 },
		{ "1.25s", 1250 },
		{ "0.5d", 43200000 },
		{ "0", 0 },
		{ "0.0004", 0 },
		{ "999999999d", INT64_C(86399999913600000) },
		{ "", -1 },
		{ "s", -1 },
		{ ".5", -1 },
		{ "5.", -1 },
		{ "1.5.5", -1 },
		{ "-1", -1 },
		{ "+1", -1 },
		{ "1 s", -1 },
		{ "1ms", -1 },
		{ "1w", -1 },
		{ "1S", -1 },
		{ "1e3", -1 },
		{ "9999999999", -1 },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++)
		if (dp_text_duration_ms(rows[i].in) != rows[i].ms)
			fail_msg(
				"%s: %lld", rows[i].in, (long long)dp_text_duration_ms(rows[i].in));
}

static void finds_the_nearest_word(void **state)
{
	static const char *const words[] = { "check", "chain", "tlsa", "plan", "survey", "serve",
		"version", "help", "--resolver", "--trust-anchor", NULL };
	static const struct {
		const char *in, *out;
	} rows[] = {
		{ "check", "check" },
		{ "chekc", "check" },
		{ "chek", "check" },
		{ "CHECK", "check" },
		{ "hlep", "help" },
		{ "tsla", "tlsa" },
		{ "servey", "survey" },
		{ "verison", "version" },
		{ "--reslover", "--resolver" },
		{ "--trustanchor", "--trust-anchor" },
		{ "xyzzy", NULL },
		{ "", NULL },
		{ "q", NULL },
		{ "--trust-anchor-and-much-more-that-is-longer-than-any-word-in-the-list-could-be",
			NULL },
	};
	static const char *const none[] = { NULL };

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		const char *found = dp_text_nearest(rows[i].in, words);

		if (rows[i].out == NULL)
			assert_null(found);
		else
			assert_string_equal(found != NULL ? found : "(none)", rows[i].out);
	}
	assert_null(dp_text_nearest("check", none));
}

static void compares_without_case(void **state)
{
	(void)state;
	assert_true(dp_text_equal_nocase("STARTTLS", 8, "starttls", 8));
	assert_false(dp_text_equal_nocase("STARTTLS", 8, "starttl", 7));
	assert_false(dp_text_equal_nocase("a\xc3", 2, "a\xe3", 2));
	assert_true(dp_text_equal_nocase("", 0, "", 0));
	assert_int_equal(dp_text_lower('I'), 'i');
	assert_int_equal(dp_text_lower('['), '[');
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(escapes_all_but_printable_ascii),
		cmocka_unit_test(keeps_printable_utf8),
		cmocka_unit_test(cuts_between_characters),
		cmocka_unit_test(shows_texts_as_they_are_or_escaped),
		cmocka_unit_test(reads_and_writes_hex),
		cmocka_unit_test(reads_numbers),
		cmocka_unit_test(reads_durations),
		cmocka_unit_test(finds_the_nearest_word),
		cmocka_unit_test(compares_without_case),
	};

	return cmocka_run_group_tests_name("text", tests, NULL, NULL);
}
