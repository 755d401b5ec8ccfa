/* SPDX-License-Identifier: Apache-2.0 */
#include "app/survey_lines.h"

#include <string.h>

static const char mark[] = "\xef\xbb\xbf"; /* byte order mark, as UTF-8 */

static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\f' || c == '\v';
}

static void cut_comment(struct dp_survey_lines *lines)
{
	for (size_t i = 0; i < lines->len; i++) {
		if (lines->line[i] == '#' && (i == 0 || is_blank(lines->line[i - 1])))
			lines->len = i;
	}
}

/* The line is complete: its target, or NULL when it has none. */
static const char *finish(struct dp_survey_lines *lines)
{
	const char *text = lines->line;

	lines->number++;
	lines->ended = true;
	cut_comment(lines);
	while (lines->len > 0 && is_blank(lines->line[lines->len - 1]))
		lines->len--;
	lines->line[lines->len] = '\0';
	if (lines->number == 1 && strncmp(text, mark, sizeof(mark) - 1) == 0)
		text += sizeof(mark) - 1;
	while (is_blank(*text))
		text++;
	return *text != '\0' && *text != '#' ? text : NULL;
}

static void add(struct dp_survey_lines *lines, char c)
{
	if (lines->ended)
		lines->len = 0;
	lines->ended = false;
	if (lines->len < DP_SURVEY_LINE_MAX)
		lines->line[lines->len++] = c != '\0' ? c : '\1';
	else
		lines->line[lines->len - 1] = '\1'; /* what is cut off counts: no target has that */
}

size_t dp_survey_lines_take(
	struct dp_survey_lines *lines, const char *bytes, size_t len, const char **target)
{
	*target = NULL;
	for (size_t i = 0; i < len; i++) {
		if (bytes[i] != '\n') {
			add(lines, bytes[i]);
			continue;
		}
		if (lines->ended)
			lines->len = 0;
		*target = finish(lines);
		if (*target != NULL)
			return i + 1;
	}
	return len;
}

const char *dp_survey_lines_end(struct dp_survey_lines *lines)
{
	return lines->ended || lines->len == 0 ? NULL : finish(lines);
}
