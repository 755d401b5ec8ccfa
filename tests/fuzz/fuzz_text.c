/* SPDX-License-Identifier: Apache-2.0 */
/* Bytes from anywhere to what a report shows; texts to values and back. */
#include <stdlib.h>
#include <string.h>

#include "base/ip.h"
#include "base/text.h"
#include "report/prose.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void demand(bool holds)
{
	if (!holds)
		abort();
}

/* Whatever is escaped can be shown, and is not much longer than allowed. */
static void escapes(struct dp_arena *arena, const uint8_t *data, size_t size)
{
	size_t max = size > 0 ? data[0] : 0;
	const char *plain = dp_text_escape(arena, data, size, max);
	const char *utf8 = dp_text_escape_utf8(arena, data, size, max);

	demand(strlen(plain) <= 4 * max + 3);
	demand(strlen(utf8) <= 4 * max + 3);
	demand(dp_text_shown(arena, plain) == plain);
	demand(dp_text_shown(arena, utf8) == utf8);
	for (const char *at = plain; *at != '\0'; at++)
		demand(*at >= 0x20 && *at < 0x7f);
}

static void shows(struct dp_arena *arena, const char *text)
{
	const char *one = dp_text_shown(arena, text);
	const char *lines = dp_text_shown_lines(arena, text);

	demand(dp_text_shown(arena, one) == one && strchr(one, '\n') == NULL);
	demand(dp_text_shown_lines(arena, lines) == lines);
}

static size_t letters(const char *text)
{
	size_t count = 0;

	for (; *text != '\0'; text++)
		count += *text != ' ' && *text != '\n' && *text != '\t';
	return count;
}

/* Wrapping moves blanks and line feeds, and nothing else. */
static void wraps(struct dp_arena *arena, const char *text)
{
	struct dp_prose shape = { "", 3, 20 };
	struct dp_buf out;

	dp_buf_init(&out, arena);
	dp_prose_write(&out, text, &shape);
	demand(letters(out.data) == letters(text));
	demand(out.len == 0 || out.data[out.len - 1] == '\n');
}

static void converts(struct dp_arena *arena, const char *text, size_t len)
{
	static const char *const words[] = { "check", "chain", "--resolver", NULL };
	uint8_t *bytes = dp_arena_alloc(arena, len / 2 + 1);
	ptrdiff_t count = dp_text_unhex(text, len, bytes, len / 2);
	char time[DP_TIME_TEXT_MAX], address[DP_IP_TEXT_MAX];
	uint64_t number;
	int64_t utc_s = dp_text_time_parse(text);
	struct dp_ip ip, again;

	demand(count <= (ptrdiff_t)(len / 2));
	if (count >= 0)
		demand(strlen(dp_text_hex(arena, bytes, (size_t)count)) == 2 * (size_t)count);
	if (dp_text_number(text, 5, 1000, &number))
		demand(number >= 5 && number <= 1000);
	demand(dp_text_duration_ms(text) >= -1);
	(void)dp_text_nearest(text, words);
	if (utc_s != DP_TIME_NONE && utc_s >= dp_text_utc(0, 1, 1, 0, 0, 0) &&
		utc_s <= dp_text_utc(9999, 12, 31, 23, 59, 59))
		demand(dp_text_time_parse(dp_text_time(utc_s, time)) == utc_s);
	if (dp_ip_parse(text, len, &ip)) {
		dp_ip_format(&ip, address);
		demand(dp_ip_parse(address, strlen(address), &again) && dp_ip_equal(&ip, &again));
	}
}

/* Any number of seconds has a text that fits. */
static void writes_times(const uint8_t *data, size_t size)
{
	char time[DP_TIME_TEXT_MAX], date[DP_TIME_TEXT_MAX];
	int64_t utc_s = 0;

	if (size < sizeof utc_s)
		return;
	memcpy(&utc_s, data, sizeof utc_s);
	demand(strncmp(dp_text_time(utc_s, time), dp_text_date(utc_s, date), strlen(date)) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct dp_arena *arena = dp_arena_open();
	const char *text = dp_arena_text(arena, (const char *)data, size);

	escapes(arena, data, size);
	shows(arena, text);
	wraps(arena, text);
	converts(arena, text, strlen(text));
	writes_times(data, size);
	dp_arena_close(arena);
	return 0;
}
