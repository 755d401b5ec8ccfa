/* SPDX-License-Identifier: Apache-2.0 */
/* What a running exporter counts about itself, and how it tells that at /metrics. Pure. */
#ifndef DP_APP_SERVE_COUNTS_H
#define DP_APP_SERVE_COUNTS_H

#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "dane/verdict.h"

#define DP_SERVE_STATUSES 600 /* above every status of HTTP */

struct dp_serve_counts {
	int64_t started_utc_s;
	const char *version;
	/* now */
	size_t connections, running, queued, cached;
	size_t cached_bytes;
	/* since the start */
	uint64_t accepted, dropped;          /* connections; those closed to make room for others */
	uint64_t replies[DP_SERVE_STATUSES]; /* by status */
	uint64_t probes[DP_OUTCOMES];        /* that ended, by outcome */
	uint64_t probe_ms;                   /* all of them together */
	uint64_t from_cache, shared;         /* requests that needed no probe of their own */
	uint64_t refused_queue, refused_target, refused_late;
	uint64_t resolvers; /* opened after the first */
};

/* Text format 0.0.4 of Prometheus. */
void dp_serve_counts_write(const struct dp_serve_counts *counts, struct dp_buf *out);

#endif
