/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which targets an earlier output of survey holds: read as it comes, kept as hashes. Lines that are
 * torn or something else count for nothing. Pure.
 */
#ifndef DP_APP_SURVEY_RESUME_H
#define DP_APP_SURVEY_RESUME_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "app/survey_queue.h"

struct dp_survey_resume {            /* zeroed: nothing was read */
	struct dp_survey_queue rest; /* of a line that is not complete */
	uint64_t *hashes;            /* open addressing; 0: free */
	size_t count, cap;
	int64_t whole_bytes; /* up to and with the last line feed */
};

void dp_survey_resume_read(struct dp_survey_resume *resume, const char *bytes, size_t len);
bool dp_survey_resume_has(const struct dp_survey_resume *resume, const char *target);
void dp_survey_resume_close(struct dp_survey_resume *resume);

#endif
