/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Who takes a target: shards of several machines, and the processes of one. Pure.
 */
#ifndef DP_APP_SURVEY_SHARD_H
#define DP_APP_SURVEY_SHARD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define DP_SURVEY_SHARDS_MAX 100000

/* FNV-1a, 64 bits. Of a domain: of its A-labels in lower case, without a final dot; the same on
 * every machine and in every version. */
uint64_t dp_survey_hash(const void *bytes, size_t len);

struct dp_survey_shard {
	unsigned index, count; /* count 0: no shards */
};

/* "0/4" ... "3/4". Returns false when it is none. */
bool dp_survey_shard_read(const char *text, struct dp_survey_shard *shard);

/* Does this shard take what has that hash? */
bool dp_survey_shard_has(const struct dp_survey_shard *shard, uint64_t hash);

/* Which of so many processes takes it; spread evenly within every shard. */
unsigned dp_survey_worker_of(uint64_t hash, unsigned workers);

#endif
