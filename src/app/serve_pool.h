/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The probes of an exporter: so many at once, so many waiting, one at a time for each target, whose
 * result is kept until it may be probed again. Every minute a new resolver, so that no answer is
 * older than that; probes under way keep theirs.
 *
 * Lifetime: open, ask, close when idle.
 */
#ifndef DP_APP_SERVE_POOL_H
#define DP_APP_SERVE_POOL_H

#include "app/options.h"
#include "app/serve_counts.h"
#include "app/serve_request.h"

struct event_base;
struct dp_serve_pool;

struct dp_serve_result {
	enum dp_serve_status status;
	const char *body; /* metrics when status is OK, else one line; borrowed for the call */
	size_t body_len;
	int64_t age_s;
};

/* Called once for each dp_serve_pool_ask, perhaps before that returns. */
typedef void (*dp_serve_answer)(void *client, const struct dp_serve_result *result);

/* Returns NULL after a line on stderr. */
struct dp_serve_pool *dp_serve_pool_open(const struct dp_options *options, struct event_base *base,
	struct dp_serve_counts *counts, dp_serve_answer answer);
/* NULL allowed. What is under way ends without answers. */
void dp_serve_pool_close(struct dp_serve_pool *pool);

/* text: the target as asked for, copied. patience_ms: from now, for the whole answer. */
void dp_serve_pool_ask(
	struct dp_serve_pool *pool, const char *text, int64_t patience_ms, void *client);

#endif
