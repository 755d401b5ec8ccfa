/* SPDX-License-Identifier: Apache-2.0 */
#include "base/text.h"

#include <string.h>

#define NEAREST_MAX 63

static bool printable_ascii(uint8_t c)
{
	return c >= 0x20 && c < 0x7f && c != '\\';
}

static void escape_byte(struct dp_buf *buf, uint8_t c)
{
	dp_buf_text(buf, "\\x");
	dp_buf_hex(buf, &c, 1);
}

const char *dp_text_escape(struct dp_arena *arena, const void *data, size_t len, size_t max)
{
	const uint8_t *bytes = data;
	struct dp_buf buf;

	dp_buf_init(&buf, arena);
	for (size_t i = 0; i < len && i < max; i++) {
		if (printable_ascii(bytes[i]))
			dp_buf_char(&buf, (char)bytes[i]);
		else
			escape_byte(&buf, bytes[i]);
	}
	if (len > max)
		dp_buf_text(&buf, "...");
	return buf.data;
}

/* Octets of the UTF-8 sequence that begins with this one (RFC 3629 s4), 0 if none does. */
static size_t utf8_need(uint8_t lead)
{
	if (lead < 0x80)
		return 1;
	if (lead < 0xc2)
		return 0;
	if (lead < 0xe0)
		return 2;
	if (lead < 0xf0)
		return 3;
	return lead < 0xf5 ? 4 : 0;
}

/* Length of the well-formed UTF-8 sequence at bytes, 0 if there is none. */
static size_t utf8_length(const uint8_t *bytes, size_t len, uint32_t *point)
{
	static const uint32_t least[5] = { 0, 0, 0x80, 0x800, 0x10000 };
	size_t need = utf8_need(bytes[0]);

	if (need == 0 || need > len)
		return 0;
	*point = need == 1 ? bytes[0] : bytes[0] & (0x7fu >> need);
	for (size_t i = 1; i < need; i++) {
		if ((bytes[i] & 0xc0) != 0x80)
			return 0;
		*point = *point << 6 | (bytes[i] & 0x3fu);
	}
	if (*point < least[need] || *point > 0x10ffff || (*point >= 0xd800 && *point <= 0xdfff))
		return 0;
	return need;
}

/* Characters beyond ASCII that a person does not see, or that change how the rest is shown. */
static bool invisible(uint32_t point)
{
	static const struct {
		uint32_t first, last;
	} ranges[] = {
		{ 0x80, 0x9f },
		{ 0xad, 0xad },
		{ 0x34f, 0x34f },
		{ 0x61c, 0x61c },
		{ 0x115f, 0x1160 },
		{ 0x17b4, 0x17b5 },
		{ 0x180b, 0x180f },
		{ 0x200b, 0x200f },
		{ 0x2028, 0x202e },
		{ 0x2060, 0x206f },
		{ 0x3164, 0x3164 },
		{ 0xe000, 0xf8ff },
		{ 0xfdd0, 0xfdef },
		{ 0xfe00, 0xfe0f },
		{ 0xfeff, 0xfeff },
		{ 0xffa0, 0xffa0 },
		{ 0xfff0, 0xfffb },
		{ 0xe0000, 0xe0fff },
		{ 0xf0000, 0x10ffff },
	};

	if ((point & 0xfffe) == 0xfffe)
		return true;
	for (size_t i = 0; i < sizeof ranges / sizeof ranges[0]; i++)
		if (point >= ranges[i].first && point <= ranges[i].last)
			return true;
	return false;
}

/* Bytes from at on that can be shown as they are; 0 if the first cannot. */
static size_t shown_length(const uint8_t *bytes, size_t len)
{
	uint32_t point;
	size_t step = utf8_length(bytes, len, &point);

	if (step == 1)
		return printable_ascii(bytes[0]) ? 1 : 0;
	return step > 1 && !invisible(point) ? step : 0;
}

const char *dp_text_escape_utf8(struct dp_arena *arena, const void *data, size_t len, size_t max)
{
	const uint8_t *bytes = data;
	size_t end = len < max ? len : max, at = 0;
	struct dp_buf buf;

	dp_buf_init(&buf, arena);
	while (at < end) {
		size_t step = shown_length(bytes + at, len - at);

		if (step > end - at)
			break; /* a character is shown whole or not at all */
		if (step > 0)
			dp_buf_bytes(&buf, bytes + at, step);
		else
			escape_byte(&buf, bytes[at]);
		at += step > 0 ? step : 1;
	}
	if (at < len)
		dp_buf_text(&buf, "...");
	return buf.data;
}

/* Bytes at the start of text that stay as they are; 0 at a byte that is escaped, and at the end. */
static size_t kept_length(const char *text, size_t len, bool lines)
{
	size_t at = 0, step;

	do {
		step = len == at ? 0 : shown_length((const uint8_t *)text + at, len - at);
		if (step == 0 && len > at && (text[at] == '\\' || (lines && text[at] == '\n')))
			step = 1;
		at += step;
	} while (step > 0);
	return at;
}

static const char *show(struct dp_arena *arena, const char *text, bool lines)
{
	size_t len = text != NULL ? strlen(text) : 0, at;
	struct dp_buf buf;

	if (text == NULL)
		return "";
	at = kept_length(text, len, lines);
	if (at == len)
		return text; /* nearly always: nothing is copied */
	dp_buf_init(&buf, arena);
	dp_buf_bytes(&buf, text, at);
	while (at < len) {
		size_t kept;

		escape_byte(&buf, (uint8_t)text[at++]);
		kept = kept_length(text + at, len - at, lines);
		dp_buf_bytes(&buf, text + at, kept);
		at += kept;
	}
	return buf.data;
}

const char *dp_text_shown(struct dp_arena *arena, const char *text)
{
	return show(arena, text, false);
}

const char *dp_text_shown_lines(struct dp_arena *arena, const char *text)
{
	return show(arena, text, true);
}

const char *dp_text_hex(struct dp_arena *arena, const uint8_t *data, size_t len)
{
	struct dp_buf buf = { .arena = arena, .cap = 2 * len + 1 };

	buf.data = dp_arena_alloc(arena, buf.cap);
	dp_buf_hex(&buf, data, len);
	return buf.data;
}

int dp_text_hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c = dp_text_lower(c);
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

ptrdiff_t dp_text_unhex(const char *text, size_t len, uint8_t *out, size_t max)
{
	size_t count = 0, at = 0;

	while (at < len) {
		int high, low;

		if (text[at] == ' ' || text[at] == '\t' || text[at] == '\r' || text[at] == '\n') {
			at++;
			continue;
		}
		high = dp_text_hex_digit(text[at]);
		low = at + 1 < len ? dp_text_hex_digit(text[at + 1]) : -1;
		if (high < 0 || low < 0 || count == max || count == PTRDIFF_MAX)
			return -1;
		out[count++] = (uint8_t)(high << 4 | low);
		at += 2;
	}
	return (ptrdiff_t)count;
}

bool dp_text_number(const char *text, uint64_t min, uint64_t max, uint64_t *out)
{
	uint64_t value = 0;

	if (*text == '\0')
		return false;
	for (; *text != '\0'; text++) {
		unsigned digit;

		if (*text < '0' || *text > '9')
			return false;
		digit = (unsigned)(*text - '0');
		if (value > (UINT64_MAX - digit) / 10)
			return false;
		value = value * 10 + digit;
	}
	if (value < min || value > max)
		return false;
	*out = value;
	return true;
}

/* Milliseconds of the unit that ends a duration, 0 if it is none. */
static int64_t unit_ms(const char *unit)
{
	if (*unit == '\0')
		return 1000;
	if (unit[1] != '\0')
		return 0;
	switch (*unit) {
	case 's': return 1000;
	case 'm': return 60 * 1000;
	case 'h': return 60 * 60 * 1000;
	case 'd': return 24 * 60 * 60 * 1000;
	default: return 0;
	}
}

static bool digits(const char **text, int64_t *value, int max_digits, int64_t *scale)
{
	int count = 0;

	for (*value = 0, *scale = 1; **text >= '0' && **text <= '9'; (*text)++) {
		if (++count > max_digits)
			return false;
		*value = *value * 10 + (**text - '0');
		*scale *= 10;
	}
	return count > 0;
}

int64_t dp_text_duration_ms(const char *text)
{
	int64_t whole, part = 0, scale = 1, unit;

	if (!digits(&text, &whole, 9, &scale))
		return -1;
	scale = 1;
	if (*text == '.') {
		text++;
		if (!digits(&text, &part, 9, &scale))
			return -1;
	}
	unit = unit_ms(text);
	if (unit == 0)
		return -1;
	return whole * unit + part * unit / scale; /* below 2^63: 9 digits of days, and of a part */
}

char dp_text_lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

bool dp_text_equal_nocase(const char *a, size_t a_len, const char *b, size_t b_len)
{
	if (a_len != b_len)
		return false;
	for (size_t i = 0; i < a_len; i++)
		if (dp_text_lower(a[i]) != dp_text_lower(b[i]))
			return false;
	return true;
}

/* Edit distance, a swap of neighbours counting as one; both at most NEAREST_MAX long. */
static size_t distance(const char *a, size_t a_len, const char *b, size_t b_len)
{
	size_t rows[3][NEAREST_MAX + 1];
	size_t *before = rows[0], *last = rows[1], *now = rows[2];

	for (size_t j = 0; j <= b_len; j++)
		last[j] = before[j] = j;
	for (size_t i = 1; i <= a_len; i++) {
		size_t *spare = before;

		now[0] = i;
		for (size_t j = 1; j <= b_len; j++) {
			size_t best =
				last[j - 1] + (dp_text_lower(a[i - 1]) != dp_text_lower(b[j - 1]));

			if (last[j] + 1 < best)
				best = last[j] + 1;
			if (now[j - 1] + 1 < best)
				best = now[j - 1] + 1;
			if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] &&
				before[j - 2] + 1 < best)
				best = before[j - 2] + 1;
			now[j] = best;
		}
		before = last;
		last = now;
		now = spare;
	}
	return last[b_len];
}

const char *dp_text_nearest(const char *word, const char *const *list)
{
	size_t len = strlen(word);
	size_t best = 2 + len / 3;
	const char *nearest = NULL;

	if (len > NEAREST_MAX)
		return NULL;
	for (; *list != NULL; list++) {
		size_t other = strlen(*list), far;

		if (other > NEAREST_MAX)
			continue;
		far = distance(word, len, *list, other);
		if (far < best) {
			best = far;
			nearest = *list;
		}
	}
	return nearest;
}
