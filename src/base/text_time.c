/* SPDX-License-Identifier: Apache-2.0 */
/* The times of text.h: the proleptic Gregorian calendar, counted in days from 1 March of a year, so
 * that a leap day comes last. */
#include <stdio.h>

#include "base/text.h"

#define DAY_S 86400
#define DAYS_400Y 146097    /* days of 400 years */
#define DAYS_TO_1970 719468 /* from 0000-03-01 to 1970-01-01 */

static bool leap(int year)
{
	return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
}

static int month_days(int year, int month)
{
	static const int days[13] = { 0, 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };

	return month == 2 && leap(year) ? 29 : days[month];
}

int64_t dp_text_utc(int year, int month, int day, int hour, int minute, int second)
{
	int64_t y, era, year_of_era, day_of_year, days;

	if (year < 0 || year > 9999 || month < 1 || month > 12 || day < 1 ||
		day > month_days(year, month) || hour < 0 || hour > 23 || minute < 0 ||
		minute > 59 || second < 0 || second > 60)
		return DP_TIME_NONE;
	if (second == 60)
		second = 59;
	y = month <= 2 ? year - 1 : year;
	era = (y >= 0 ? y : y - 399) / 400;
	year_of_era = y - era * 400;
	day_of_year = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1;
	days = era * DAYS_400Y + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 +
		day_of_year - DAYS_TO_1970;
	return days * DAY_S + hour * 3600 + minute * 60 + second;
}

/* Exactly count digits at *text. */
static bool take(const char **text, int count, int *value)
{
	*value = 0;
	for (int i = 0; i < count; i++, (*text)++) {
		if (**text < '0' || **text > '9')
			return false;
		*value = *value * 10 + (**text - '0');
	}
	return true;
}

static bool take_char(const char **text, char c)
{
	if (dp_text_lower(**text) != c)
		return false;
	(*text)++;
	return true;
}

/* "Z" or "+hh:mm" up to the end of the text. */
static bool take_zone(const char **text, int *offset_s)
{
	int sign, hour, minute;

	*offset_s = 0;
	if (take_char(text, 'z'))
		return **text == '\0';
	sign = **text == '-' ? -1 : 1;
	if (**text != '-' && **text != '+')
		return false;
	(*text)++;
	if (!take(text, 2, &hour) || !take_char(text, ':') || !take(text, 2, &minute) ||
		**text != '\0' || hour > 23 || minute > 59)
		return false;
	*offset_s = sign * (hour * 3600 + minute * 60);
	return true;
}

int64_t dp_text_time_parse(const char *text)
{
	int year, month, day, hour, minute, second, offset_s;
	int64_t utc_s;

	if (!take(&text, 4, &year) || !take_char(&text, '-') || !take(&text, 2, &month) ||
		!take_char(&text, '-') || !take(&text, 2, &day))
		return DP_TIME_NONE;
	if (*text == '\0')
		return dp_text_utc(year, month, day, 0, 0, 0);
	if (!take_char(&text, 't') && !take_char(&text, ' '))
		return DP_TIME_NONE;
	if (!take(&text, 2, &hour) || !take_char(&text, ':') || !take(&text, 2, &minute) ||
		!take_char(&text, ':') || !take(&text, 2, &second))
		return DP_TIME_NONE;
	if (take_char(&text, '.')) {
		if (*text < '0' || *text > '9')
			return DP_TIME_NONE;
		while (*text >= '0' && *text <= '9')
			text++;
	}
	if (!take_zone(&text, &offset_s))
		return DP_TIME_NONE;
	utc_s = dp_text_utc(year, month, day, hour, minute, second);
	return utc_s == DP_TIME_NONE ? utc_s : utc_s - offset_s;
}

struct civil {
	int64_t year;
	int month, day, second_of_day;
};

static struct civil civil_of(int64_t utc_s)
{
	int64_t days = utc_s / DAY_S, rest = utc_s % DAY_S, era, day, year, month;
	struct civil civil;

	if (rest < 0) {
		rest += DAY_S;
		days--;
	}
	days += DAYS_TO_1970;
	era = (days >= 0 ? days : days - (DAYS_400Y - 1)) / DAYS_400Y;
	day = days - era * DAYS_400Y;
	year = (day - day / 1460 + day / 36524 - day / 146096) / 365;
	day -= 365 * year + year / 4 - year / 100;
	month = (5 * day + 2) / 153;
	civil.day = (int)(day - (153 * month + 2) / 5 + 1);
	civil.month = (int)(month < 10 ? month + 3 : month - 9);
	civil.year = year + era * 400 + (civil.month <= 2);
	civil.second_of_day = (int)rest;
	return civil;
}

const char *dp_text_date(int64_t utc_s, char out[DP_TIME_TEXT_MAX])
{
	struct civil civil = civil_of(utc_s);

	if (utc_s == DP_TIME_NONE)
		snprintf(out, DP_TIME_TEXT_MAX, "unknown");
	else
		snprintf(out, DP_TIME_TEXT_MAX, "%04lld-%02d-%02d", (long long)civil.year,
			civil.month, civil.day);
	return out;
}

const char *dp_text_time(int64_t utc_s, char out[DP_TIME_TEXT_MAX])
{
	struct civil civil = civil_of(utc_s);
	int s = civil.second_of_day;

	if (utc_s == DP_TIME_NONE)
		snprintf(out, DP_TIME_TEXT_MAX, "unknown");
	else
		snprintf(out, DP_TIME_TEXT_MAX, "%04lld-%02d-%02dT%02d:%02d:%02dZ",
			(long long)civil.year, civil.month, civil.day, s / 3600, s / 60 % 60,
			s % 60);
	return out;
}
