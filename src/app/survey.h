/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Many targets, by several processes. One supervises: it reads the list, hands each target to the
 * worker that its domain belongs to (survey_shard.h), and writes the results as they come; it asks
 * nobody. The workers check; what is known about a host is shared within each (survey_hosts.h).
 *
 * Between them: "INDEX TARGET\n" one way; the other way a letter, then a line of JSON, for each:
 * DP_SURVEY_LETTER and the outcome, or DP_SURVEY_MALFORMED; and DP_SURVEY_READY alone, once, when
 * the worker can begin. A worker ends when the stream does.
 */
#ifndef DP_APP_SURVEY_H
#define DP_APP_SURVEY_H

#include "app/options.h"
#include "app/survey_resume.h"
#include "dane/verdict.h"

#define DP_SURVEY_LETTER 'a'
#define DP_SURVEY_MALFORMED 'x'
#define DP_SURVEY_READY '+'
#define DP_SURVEY_WORKERS_MAX 16

/* Work until the stream ends. Returns the exit status. */
int dp_survey_work(const struct dp_options *options, int channel);

/* The hash of a line's domain (survey_shard.h); of the line itself when it is no target. */
uint64_t dp_survey_target_hash(const struct dp_options *options, const char *text);
/* Does an earlier output hold the target? */
bool dp_survey_is_known(const struct dp_survey_resume *resume, const char *text);

struct dp_survey_counts {
	uint64_t done, malformed, skipped;
	uint64_t outcomes[DP_OUTCOMES];
	int64_t started_ms;
};

/* "1234 done, 45/s, 2m left: 1200 verified, 34 failed". part: of the whole that is done, from 0 to
 * 1; below 0: not known. */
void dp_survey_progress(
	struct dp_buf *out, const struct dp_survey_counts *counts, int64_t now_ms, double part);
/* The same at the end. */
void dp_survey_summary(struct dp_buf *out, const struct dp_survey_counts *counts, int64_t now_ms);

struct dp_survey_input {
	int fd;                   /* of the list */
	int64_t bytes;            /* of it, or -1 */
	bool fd_waits, out_waits; /* it and standard output: the loop can wait for them */
	const int *workers;       /* channels */
	unsigned worker_count;
	const struct dp_survey_resume *resume;
};

/* Supervise until all is done. Returns the exit status. */
int dp_survey_supervise(const struct dp_options *options, const struct dp_survey_input *input);

#endif
