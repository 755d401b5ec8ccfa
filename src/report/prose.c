/* SPDX-License-Identifier: Apache-2.0 */
#include "report/prose.h"

#include <stdbool.h>
#include <string.h>

#include "base/text.h"

#define RECORD_HEX_MIN 8

/* Length of a number of one to three digits with a blank behind, 0 if there is none. */
static size_t number_length(const char *text)
{
	size_t len = strspn(text, "0123456789");

	return len >= 1 && len <= 3 && text[len] == ' ' ? len + 1 : 0;
}

/* Length of "3 1 1 ab12..." at the start of text, 0 if there is none. */
static size_t record_length(const char *text)
{
	size_t at = 0, hex;

	for (int i = 0; i < 3; i++) {
		size_t step = number_length(text + at);

		if (step == 0)
			return 0;
		at += step;
	}
	hex = strspn(text + at, "0123456789abcdefABCDEF");
	return hex >= RECORD_HEX_MIN ? at + hex : 0;
}

/* Length of "[RFC 7672 s2.2]" at the start of text, 0 if there is none. */
static size_t source_length(const char *text)
{
	return strncmp(text, "[RFC ", 5) == 0 ? strcspn(text, "]\n") : 0;
}

static size_t word_length(const char *text)
{
	size_t at = record_length(text) + source_length(text);

	return at + strcspn(text + at, " \n");
}

/* Columns, taking one for a character. */
static int columns(const char *text, size_t len)
{
	int count = 0;

	for (size_t i = 0; i < len; i++)
		count += ((unsigned char)text[i] & 0xc0) != 0x80;
	return count;
}

static void blanks(struct dp_buf *out, int count)
{
	while (count-- > 0)
		dp_buf_char(out, ' ');
}

/* The words up to the end of the line, from column on. */
static void wrap_line(
	struct dp_buf *out, const char *line, const struct dp_prose *shape, int column)
{
	bool first = true;

	for (;;) {
		size_t len;
		int wide;

		line += strspn(line, " ");
		len = word_length(line);
		if (len == 0)
			break;
		wide = columns(line, len);
		if (!first && column + 1 + wide > shape->width) {
			dp_buf_char(out, '\n');
			blanks(out, shape->indent);
			column = shape->indent;
		} else if (!first) {
			dp_buf_char(out, ' ');
			column++;
		}
		dp_buf_bytes(out, line, len);
		column += wide;
		line += len;
		first = false;
	}
	dp_buf_char(out, '\n');
}

void dp_prose_write(struct dp_buf *out, const char *text, const struct dp_prose *shape)
{
	const char *line = text;
	bool first = true;

	while (*line != '\0') {
		size_t len = strcspn(line, "\n");

		if (first) {
			dp_buf_text(out, shape->first);
			wrap_line(out, line, shape, columns(shape->first, strlen(shape->first)));
		} else if (*line == ' ' || *line == '\t') {
			blanks(out, shape->indent);
			dp_buf_bytes(out, line, len);
			dp_buf_char(out, '\n');
		} else if (len > 0) {
			blanks(out, shape->indent);
			wrap_line(out, line, shape, shape->indent);
		}
		first = false;
		line += len + (line[len] == '\n');
	}
}
