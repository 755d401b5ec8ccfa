/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Small conversions between text and values. No locale, no libc time zone, no I/O.
 */
#ifndef DP_BASE_TEXT_H
#define DP_BASE_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/buf.h"

#define DP_TIME_TEXT_MAX 32    /* "2026-11-25T02:37:00Z" with its NUL, and years beyond 9999 */
#define DP_TIME_NONE INT64_MIN /* no such time known */

/* Hostile bytes to something a terminal, a log and a monitoring page can show: printable ASCII
 * stays, except backslash; everything else becomes \xNN. At most max input bytes are shown, then
 * "...". In: data may be NULL if len is 0. Returns a text in the arena. */
const char *dp_text_escape(struct dp_arena *arena, const void *data, size_t len, size_t max);

/* As above, but well-formed UTF-8 of printable characters (no C0, C1, bidi controls, invisible
 * or private ones, noncharacters) stays: for names of certificates. */
const char *dp_text_escape_utf8(struct dp_arena *arena, const void *data, size_t len, size_t max);

/* A text that is about to be shown: text itself when it is well-formed UTF-8 of printable
 * characters, backslash included, else a copy in which every other byte is \xNN. NULL gives "". The
 * last net before a report: peer bytes are escaped where they come in. */
const char *dp_text_shown(struct dp_arena *arena, const char *text);

/* The same for several lines: line feeds stay. */
const char *dp_text_shown_lines(struct dp_arena *arena, const char *text);

/* Lower-case hexadecimal in the arena. */
const char *dp_text_hex(struct dp_arena *arena, const uint8_t *data, size_t len);

/* Value of one hexadecimal digit, -1 if it is none. */
int dp_text_hex_digit(char c);

/* Parse an even number of hex digits, blanks allowed between bytes. Returns the number of bytes, or
 * -1 when it is not hex or more than max bytes. */
ptrdiff_t dp_text_unhex(const char *text, size_t len, uint8_t *out, size_t max);

/* Whole unsigned decimal number within [min, max]. Returns false otherwise; *out stays then. */
bool dp_text_number(const char *text, uint64_t min, uint64_t max, uint64_t *out);

/* "10", "10s", "5m", "2h", "1d", also with one decimal point ("0.5"); bare numbers are seconds.
 * Returns milliseconds, or -1. */
int64_t dp_text_duration_ms(const char *text);

/* UTC seconds since 1970 from civil date and time (any year 0..9999, leap second taken as 59).
 * Returns DP_TIME_NONE when a field is out of range. */
int64_t dp_text_utc(int year, int month, int day, int hour, int minute, int second);

/* RFC 3339 time, or a date alone (midnight UTC), to UTC seconds; DP_TIME_NONE if it is neither. */
int64_t dp_text_time_parse(const char *text);

/* RFC 3339 in UTC with seconds ("2026-11-25T02:37:00Z"). Returns out. */
const char *dp_text_time(int64_t utc_s, char out[DP_TIME_TEXT_MAX]);

/* The date alone. Returns out. */
const char *dp_text_date(int64_t utc_s, char out[DP_TIME_TEXT_MAX]);

/* The word of a NULL-terminated list that is nearest to word (edit distance at most 1 + length/3),
 * or NULL: for "did you mean". */
const char *dp_text_nearest(const char *word, const char *const *list);

/* ASCII lower case, without locale. */
char dp_text_lower(char c);
bool dp_text_equal_nocase(const char *a, size_t a_len, const char *b, size_t b_len);

#endif
