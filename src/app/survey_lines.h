/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A list of targets, cut into lines as its bytes come: one target a line; blank lines, comments
 * ("#" at the beginning or behind a blank), CR LF and a byte order mark are passed over. Pure.
 */
#ifndef DP_APP_SURVEY_LINES_H
#define DP_APP_SURVEY_LINES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define DP_SURVEY_LINE_MAX 1100 /* bytes of a line that are kept; no target is as long */

struct dp_survey_lines { /* zeroed: at the beginning */
	char line[DP_SURVEY_LINE_MAX + 1];
	size_t len;
	uint64_t number; /* of the line that was given last, from 1 */
	bool ended;      /* the last line was given, and not yet cleared */
};

/* Take bytes up to the end of the next target. Returns the number used. *target: its text, NUL
 * behind, odd bytes as they are, except NUL bytes (\1 in their place); valid until the next call;
 * NULL when none is complete yet: then all bytes were used. */
size_t dp_survey_lines_take(
	struct dp_survey_lines *lines, const char *bytes, size_t len, const char **target);

/* The end of the list: a last line without a line feed, or NULL. */
const char *dp_survey_lines_end(struct dp_survey_lines *lines);

#endif
