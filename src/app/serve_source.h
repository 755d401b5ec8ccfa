/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Resolvers of an exporter: a new one every minute, so that no answer is older; probes under way
 * keep theirs, and the last of them closes it. libunbound's cache-max-ttl would not do: a key that
 * was validated by an answer as old as it may be lives on as long again.
 */
#ifndef DP_APP_SERVE_SOURCE_H
#define DP_APP_SERVE_SOURCE_H

#include "app/live.h"

struct dp_serve_source {
	struct dp_live live;
	int64_t opened_ms;
	size_t users;
};

/* With one user, the caller. NULL after a line on stderr. */
struct dp_serve_source *dp_serve_source_open(
	const struct dp_options *options, struct event_base *base);

/* One user less; NULL allowed. Not from within an answer of this resolver. */
void dp_serve_source_leave(struct dp_serve_source *source);

/* The one to use now, with one user more: *source, or, when that is a minute old, a new one, put in
 * its place; when none can be opened, the old one. True: it is new. */
bool dp_serve_source_join(struct dp_serve_source **source);

#endif
