/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Bytes on their way: appended behind, taken in front. Memory is given back when it is empty. No
 * more than what its user lets in.
 */
#ifndef DP_APP_SURVEY_QUEUE_H
#define DP_APP_SURVEY_QUEUE_H

#include <stddef.h>

struct dp_survey_queue { /* zeroed: empty */
	char *data;      /* the bytes begin at data + start */
	size_t start, len, cap;
};

void dp_survey_queue_add(struct dp_survey_queue *queue, const void *bytes, size_t len);
const char *dp_survey_queue_at(const struct dp_survey_queue *queue);
void dp_survey_queue_drop(struct dp_survey_queue *queue, size_t len);

/* Length of the first line without its line feed, or -1 when none is complete. */
ptrdiff_t dp_survey_queue_line(const struct dp_survey_queue *queue);

void dp_survey_queue_close(struct dp_survey_queue *queue);

#endif
