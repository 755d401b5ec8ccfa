/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What commands that ask the network share: the event loop, the resolver, the times and the
 * settings of a check, all by the options.
 *
 * Lifetime: open, run any number of times, renew between them for an empty cache, close (also after
 * a failed open).
 */
#ifndef DP_APP_LIVE_H
#define DP_APP_LIVE_H

#include "app/batch.h"
#include "app/options.h"

struct dp_live {
	const struct dp_options *options;
	struct event_base *base;
	struct dp_resolver *resolver;
	struct dp_arena *arena; /* as long as the resolver: a wait may renew it for days */
	int64_t now_utc_s;      /* --at: at which certificates are judged */
	int64_t clock_utc_s;    /* --clock: at which signatures are */
	int64_t deadline_ms;    /* set by dp_live_start; 0: each run has one of its own */
};

/* An event loop; free it with event_base_free. NULL: this machine lacks descriptors or memory. */
struct event_base *dp_live_base(void);

/* Returns 0, or the exit status after a line on stderr. */
int dp_live_open(struct dp_live *live, const struct dp_options *options);
void dp_live_close(struct dp_live *live);

/* Another resolver in its place, which has cached nothing, and the time anew. As open. */
int dp_live_renew(struct dp_live *live);

/* Read count targets. NULL, or one line that says what to type instead. */
const char *dp_live_targets(const struct dp_options *options, char *const *texts, size_t count,
	struct dp_target **targets);

/* The deadline counts from here, for all runs up to the next call. */
void dp_live_start(struct dp_live *live);

/* The settings of a check that begins now; their texts live as long as the resolver. */
struct dp_check_settings dp_live_settings(const struct dp_live *live);

/* Check the targets; report and user as in batch.h. The deadline counts from here,
 * or from dp_live_start. */
enum dp_batch_end dp_live_run(struct dp_live *live, const struct dp_target *targets, size_t count,
	bool (*report)(void *user, struct dp_facts *facts), void *user);

#endif
