/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Many checks on one loop, a few at a time; results come in the order of the targets. SIGINT and
 * SIGTERM wind everything up. While a check takes long, a terminal's stderr says what it waits for.
 */
#ifndef DP_APP_BATCH_H
#define DP_APP_BATCH_H

#include <stdbool.h>
#include <stddef.h>

#include "app/check.h"

struct dp_batch {
	struct event_base *base;
	struct dp_resolver *resolver;
	const struct dp_target *targets;
	size_t count;
	struct dp_check_settings settings;
	/* Called once a target, in order, from the loop; the facts are freed behind it. false: stop
	 * everything, nothing more is wanted. */
	bool (*report)(void *user, struct dp_facts *facts);
	void *user;
};

enum dp_batch_end { DP_BATCH_DONE, DP_BATCH_INTERRUPTED, DP_BATCH_REFUSED };

/* Run until every target was reported (also those a signal cut short), or report refused. */
enum dp_batch_end dp_batch_run(const struct dp_batch *batch);

#endif
