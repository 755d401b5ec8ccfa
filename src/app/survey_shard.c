/* SPDX-License-Identifier: Apache-2.0 */
#include "app/survey_shard.h"

#include <string.h>

#include "base/text.h"

#define DIGITS_MAX 8

uint64_t dp_survey_hash(const void *bytes, size_t len)
{
	const uint8_t *at = bytes;
	uint64_t hash = 0xcbf29ce484222325u;

	for (size_t i = 0; i < len; i++)
		hash = (hash ^ at[i]) * 0x100000001b3u;
	return hash;
}

bool dp_survey_shard_read(const char *text, struct dp_survey_shard *shard)
{
	const char *slash = strchr(text, '/');
	char first[DIGITS_MAX + 1] = "";
	uint64_t index, count;

	if (slash == NULL || slash - text > DIGITS_MAX)
		return false;
	memcpy(first, text, (size_t)(slash - text));
	if (!dp_text_number(slash + 1, 1, DP_SURVEY_SHARDS_MAX, &count) ||
		!dp_text_number(first, 0, count - 1, &index))
		return false;
	*shard = (struct dp_survey_shard){ (unsigned)index, (unsigned)count };
	return true;
}

bool dp_survey_shard_has(const struct dp_survey_shard *shard, uint64_t hash)
{
	return shard->count == 0 || hash % shard->count == shard->index;
}

/* Of the upper half: the lower one has chosen the shard. */
unsigned dp_survey_worker_of(uint64_t hash, unsigned workers)
{
	return (unsigned)((hash >> 32) % workers);
}
