/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/text.h"

#define COUNT(rows) (sizeof(rows) / sizeof(rows)[0])

/* Written there and back; the seconds are those of date(1). */
static void known_times(void **state)
{
	static const struct {
		const char *text;
		int64_t utc_s;
	} rows[] = {
		{ "1970-01-01T00:00:00Z", 0 },
		{ "1969-12-31T23:59:59Z", -1 },
		{ "2000-02-29T12:00:00Z", 951825600 },
		{ "2000-03-01T00:00:00Z", 951868800 },
		{ "2001-09-09T01:46:40Z", 1000000000 },
		{ "2026-11-25T02:37:00Z", 1795574220 },
		{ "2038-01-19T03:14:08Z", INT64_C(2147483648) },
		{ "2100-02-28T23:59:59Z", INT64_C(4107542399) },
		{ "2100-03-01T00:00:00Z", INT64_C(4107542400) },
		{ "9999-12-31T23:59:59Z", INT64_C(253402300799) },
		{ "1900-03-01T00:00:00Z", -INT64_C(2203891200) },
		{ "0001-01-01T00:00:00Z", -INT64_C(62135596800) },
		{ "0000-01-01T00:00:00Z", -INT64_C(62167219200) },
		{ "0000-02-29T00:00:00Z", -INT64_C(62162121600) },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		char out[DP_TIME_TEXT_MAX], date[11];

		assert_int_equal(dp_text_time_parse(rows[i].text), rows[i].utc_s);
		assert_string_equal(dp_text_time(rows[i].utc_s, out), rows[i].text);
		memcpy(date, rows[i].text, 10);
		date[10] = '\0';
		assert_string_equal(dp_text_date(rows[i].utc_s, out), date);
	}
}

/* Every day from year 0 to 9999, counted one by one. */
static void every_day(void **state)
{
	static const int lengths[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };
	int64_t utc_s = -INT64_C(62167219200);

	(void)state;
	for (int year = 0; year <= 9999; year++) {
		bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;

		for (int month = 1; month <= 12; month++) {
			int days = lengths[month - 1] + (month == 2 && leap);

			for (int day = 1; day <= days; day++, utc_s += 86400) {
				char out[DP_TIME_TEXT_MAX], expected[DP_TIME_TEXT_MAX];

				if (dp_text_utc(year, month, day, 0, 0, 0) != utc_s)
					fail_msg("%d-%d-%d", year, month, day);
				if (day != 1 && day != days)
					continue;
				snprintf(expected, sizeof expected, "%04d-%02d-%02d", year, month,
					day);
				assert_string_equal(dp_text_date(utc_s, out), expected);
			}
			assert_int_equal(dp_text_utc(year, month, days + 1, 0, 0, 0), DP_TIME_NONE);
		}
	}
}

static void fields_out_of_range(void **state)
{
	static const int rows[][6] = {
		{ -1, 1, 1, 0, 0, 0 },
		{ 10000, 1, 1, 0, 0, 0 },
		{ 2026, 0, 1, 0, 0, 0 },
		{ 2026, 13, 1, 0, 0, 0 },
		{ 2026, 1, 0, 0, 0, 0 },
		{ 2026, 1, 32, 0, 0, 0 },
		{ 2026, 2, 29, 0, 0, 0 },
		{ 1900, 2, 29, 0, 0, 0 },
		{ 2026, 1, 1, 24, 0, 0 },
		{ 2026, 1, 1, -1, 0, 0 },
		{ 2026, 1, 1, 0, 60, 0 },
		{ 2026, 1, 1, 0, -1, 0 },
		{ 2026, 1, 1, 0, 0, 61 },
		{ 2026, 1, 1, 0, 0, -1 },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++)
		assert_int_equal(dp_text_utc(rows[i][0], rows[i][1], rows[i][2], rows[i][3],
					 rows[i][4], rows[i][5]),
			DP_TIME_NONE);
	assert_int_equal(
		dp_text_utc(2016, 12, 31, 23, 59, 60), dp_text_utc(2016, 12, 31, 23, 59, 59));
}

/* RFC 3339 s5.6 and s5.8. */
static void rfc_3339(void **state)
{
	static const struct {
		const char *text;
		int64_t utc_s;
	} rows[] = {
		{ "1985-04-12T23:20:50.52Z", 482196050 },
		{ "1996-12-19T16:39:57-08:00", 851042397 },
		{ "1990-12-31T23:59:60Z", 662687999 },
		{ "1990-12-31T15:59:60-08:00", 662687999 },
		{ "1937-01-01T12:00:27.87+00:20", -1041337173 },
		{ "2026-11-25t02:37:00z", 1795574220 },
		{ "2026-11-25 02:37:00Z", 1795574220 },
		{ "2026-11-25", 1795564800 },
		{ "2024-02-29", 1709164800 },
	};
	static const char *const bad[] = {
		"",
		"now",
		"2026",
		"2026-11",
		"2026-11-",
		"2026-1-25",
		"26-11-25",
		"2026-11-25T",
		"2026-11-25T02:37Z",
		"2026-11-25T02:37:00",
		"2026-11-25T02:37:00.Z",
		"2026-11-25T02:37:00Zx",
		"2026-11-25T02:37:00+01",
		"2026-11-25T02:37:00+0100",
		"2026-11-25T02:37:00+24:00",
		"2026-11-25T02:37:00+01:60",
		"2026-02-29",
		"2026-13-01",
		"2026-11-25T24:00:00Z",
		"2026-11-25x",
		" 2026-11-25",
		"12026-11-25",
		"-026-11-25",
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++)
		assert_int_equal(dp_text_time_parse(rows[i].text), rows[i].utc_s);
	for (size_t i = 0; i < COUNT(bad); i++)
		if (dp_text_time_parse(bad[i]) != DP_TIME_NONE)
			fail_msg("taken: %s", bad[i]);
}

static void any_number_can_be_written(void **state)
{
	char out[DP_TIME_TEXT_MAX];

	(void)state;
	assert_string_equal(dp_text_time(DP_TIME_NONE, out), "unknown");
	assert_string_equal(dp_text_date(DP_TIME_NONE, out), "unknown");
	assert_string_equal(dp_text_time(INT64_C(253402300800), out), "10000-01-01T00:00:00Z");
	assert_string_equal(dp_text_time(INT64_MAX, out), "292277026596-12-04T15:30:07Z");
	assert_string_equal(dp_text_date(INT64_MIN + 1, out), "-292277022657-01-27");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(known_times),
		cmocka_unit_test(every_day),
		cmocka_unit_test(fields_out_of_range),
		cmocka_unit_test(rfc_3339),
		cmocka_unit_test(any_number_can_be_written),
	};

	return cmocka_run_group_tests_name("text_time", tests, NULL, NULL);
}
