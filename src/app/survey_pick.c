/* SPDX-License-Identifier: Apache-2.0 */
/* Which lines of the list are taken, and by whom. */
#include <string.h>

#include "app/survey.h"
#include "app/target.h"
#include "base/text.h"

uint64_t dp_survey_target_hash(const struct dp_options *options, const char *text)
{
	struct dp_arena *arena = dp_arena_open();
	struct dp_target target;
	char name[DP_NAME_TEXT_MAX];
	uint64_t hash;

	if (dp_target_parse(text, options, arena, &target) == NULL)
		text = dp_name_text(&target.name, name);
	hash = dp_survey_hash(text, strlen(text));
	dp_arena_close(arena);
	return hash;
}

/* The results hold it as it is shown. */
bool dp_survey_is_known(const struct dp_survey_resume *resume, const char *text)
{
	struct dp_arena *arena;
	bool known;

	if (resume->count == 0)
		return false;
	arena = dp_arena_open();
	known = dp_survey_resume_has(resume, dp_text_shown_lines(arena, text));
	dp_arena_close(arena);
	return known;
}
