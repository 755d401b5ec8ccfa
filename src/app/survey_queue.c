/* SPDX-License-Identifier: Apache-2.0 */
#include "app/survey_queue.h"

#include <stdlib.h>
#include <string.h>

#include "base/arena.h"

#define CAP_LEAST 4096u
#define CAP_KEPT 65536u

static void make_room(struct dp_survey_queue *queue, size_t len)
{
	size_t cap = queue->cap < CAP_LEAST ? CAP_LEAST : queue->cap;

	if (queue->start > 0) {
		memmove(queue->data, queue->data + queue->start, queue->len);
		queue->start = 0;
	}
	while (cap - queue->len < len) {
		if (cap > (size_t)PTRDIFF_MAX / 2)
			dp_arena_fail();
		cap *= 2;
	}
	if (cap == queue->cap)
		return;
	queue->data = realloc(queue->data, cap);
	if (queue->data == NULL)
		dp_arena_fail();
	queue->cap = cap;
}

void dp_survey_queue_add(struct dp_survey_queue *queue, const void *bytes, size_t len)
{
	if (len == 0)
		return;
	if (queue->cap - queue->start - queue->len < len)
		make_room(queue, len);
	memcpy(queue->data + queue->start + queue->len, bytes, len);
	queue->len += len;
}

const char *dp_survey_queue_at(const struct dp_survey_queue *queue)
{
	return queue->data + queue->start;
}

void dp_survey_queue_drop(struct dp_survey_queue *queue, size_t len)
{
	queue->start += len;
	queue->len -= len;
	if (queue->len > 0)
		return;
	queue->start = 0;
	if (queue->cap > CAP_KEPT)
		dp_survey_queue_close(queue);
}

ptrdiff_t dp_survey_queue_line(const struct dp_survey_queue *queue)
{
	const char *end =
		queue->len > 0 ? memchr(queue->data + queue->start, '\n', queue->len) : NULL;

	return end != NULL ? end - (queue->data + queue->start) : -1;
}

void dp_survey_queue_close(struct dp_survey_queue *queue)
{
	free(queue->data);
	*queue = (struct dp_survey_queue){ 0 };
}
