/* SPDX-License-Identifier: Apache-2.0 */
/*
 * --wait: attempts, each from an empty cache, until one passes or the time is over. Each change of
 * a target's state is one line on stderr with the time (none with --quiet).
 *
 * The pause counts from the end of an attempt to the start of the next. It never goes past the end
 * of the time: then the last attempt is made, so that what is told in the end is not older than the
 * end. An attempt under way is not cut: --deadline bounds it. SIGINT and SIGTERM end everything at
 * once. What an attempt would print is kept, and printed by the caller for the last one alone.
 */
#ifndef DP_APP_WAIT_H
#define DP_APP_WAIT_H

#include "app/live.h"
#include "base/buf.h"

/* Of one target. */
enum dp_wait_state {
	DP_WAIT_PASSED,
	DP_WAIT_ABSENT, /* nothing is published yet: no secure TLSA records, no such name */
	DP_WAIT_WRONG,  /* published, and it does not pass */
	DP_WAIT_UNKNOWN /* could not be found out */
};

struct dp_wait;

/* One attempt. */
struct dp_wait_attempt {
	struct dp_arena *arena; /* its own; dp_wait_close frees it */
	struct dp_buf report;   /* in it: to be printed if this attempt is the last */
	int status;             /* nagios style, the worst of the targets; begins as 0 */
	struct dp_wait *wait;
};

struct dp_wait_plan {
	struct dp_live *live; /* its options have wait_ms (0: one attempt), interval_ms, quiet */
	size_t targets;
	/* Make one attempt: dp_live_run, then dp_wait_tell of each target, fill report and status.
	 * Returns what dp_live_run did. */
	enum dp_batch_end (*attempt)(void *user, struct dp_wait_attempt *attempt);
	void *user;
};

/* What came of a target in this attempt; why: a few words, shown text. index: below targets. */
void dp_wait_tell(struct dp_wait_attempt *attempt, size_t index, const char *target,
	enum dp_wait_state state, const char *why);

/* Attempts until one passes (every target told, all DP_WAIT_PASSED) or the time is over. *last: the
 * attempt that counts; after a signal the last whole one, if there was any. Close it, whatever was
 * returned. The first attempt is made with the resolver that is open, the others after
 * dp_live_renew; DP_BATCH_REFUSED also when that failed, after its line on stderr. */
enum dp_batch_end dp_wait_run(const struct dp_wait_plan *plan, struct dp_wait_attempt *last);

void dp_wait_close(struct dp_wait_attempt *attempt);

/* How long to pause after an attempt that ended at now_ms without passing; -1: the time, which ends
 * at end_ms, is over. */
int64_t dp_wait_pause_ms(int64_t now_ms, int64_t end_ms, unsigned interval_ms);

#endif
