/* SPDX-License-Identifier: Apache-2.0 */
/* The list of a survey and its earlier output: whatever the bytes, and whatever pieces they come
 * in, the same is found. The first byte is the length of the pieces. */
#include <stdlib.h>
#include <string.h>

#include "app/survey_lines.h"
#include "app/survey_resume.h"
#include "base/buf.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void demand(bool holds)
{
	if (!holds)
		abort();
}

static void put(struct dp_buf *out, const struct dp_survey_lines *lines, const char *target)
{
	size_t len = strlen(target);

	demand(len > 0 && len <= DP_SURVEY_LINE_MAX && strchr(target, '\n') == NULL);
	dp_buf_printf(out, "%u:%s\n", (unsigned)lines->number, target);
}

static const char *cut(struct dp_arena *arena, const char *text, size_t len, size_t piece)
{
	struct dp_survey_lines lines = { 0 };
	const char *target;
	struct dp_buf out;

	dp_buf_init(&out, arena);
	for (size_t at = 0; at < len; at += piece) {
		size_t end = len - at < piece ? len : at + piece;

		for (size_t i = at; i < end;) {
			i += dp_survey_lines_take(&lines, text + i, end - i, &target);
			if (target != NULL)
				put(&out, &lines, target);
		}
	}
	target = dp_survey_lines_end(&lines);
	if (target != NULL)
		put(&out, &lines, target);
	return out.data;
}

static void read_output(struct dp_survey_resume *resume, const char *text, size_t len, size_t piece)
{
	for (size_t at = 0; at < len; at += piece)
		dp_survey_resume_read(resume, text + at, len - at < piece ? len - at : piece);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct dp_arena *arena = dp_arena_open();
	struct dp_survey_resume whole = { 0 }, pieces = { 0 };
	const char *text = (const char *)data + 1;

	if (size > 1) {
		size_t piece = (size_t)data[0] + 1;

		demand(strcmp(cut(arena, text, size - 1, size),
			       cut(arena, text, size - 1, piece)) == 0);
		read_output(&whole, text, size - 1, size);
		read_output(&pieces, text, size - 1, piece);
		demand(whole.count == pieces.count && whole.whole_bytes == pieces.whole_bytes);
		demand(whole.whole_bytes <= (int64_t)size);
		demand(whole.cap == pieces.cap &&
			(whole.cap == 0 ||
				memcmp(whole.hashes, pieces.hashes,
					whole.cap * sizeof(*whole.hashes)) == 0));
		dp_survey_resume_close(&whole);
		dp_survey_resume_close(&pieces);
	}
	dp_arena_close(arena);
	return 0;
}
