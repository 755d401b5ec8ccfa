/* SPDX-License-Identifier: Apache-2.0 */
#include "app/serve_counts.h"

#include "report/metrics.h"

#define MS 1000.0

static const struct dp_metric build_info = { "daneprobe_build_info", "gauge",
	"The version of daneprobe; always 1." };
static const struct dp_metric start_time = { "daneprobe_start_time_seconds", "gauge",
	"When the exporter was started, in seconds since 1970." };
static const struct dp_metric connections = { "daneprobe_http_connections", "gauge",
	"HTTP connections that are open." };
static const struct dp_metric accepted = { "daneprobe_http_connections_total", "counter",
	"HTTP connections that were accepted." };
static const struct dp_metric dropped = { "daneprobe_http_connections_dropped_total", "counter",
	"Idle HTTP connections that were closed to make room for others." };
static const struct dp_metric replies = { "daneprobe_http_replies_total", "counter",
	"HTTP replies by status code, but for those to malformed requests." };
static const struct dp_metric running = { "daneprobe_probes_in_flight", "gauge",
	"Probes under way." };
static const struct dp_metric queued = { "daneprobe_probes_queued", "gauge",
	"Probes that wait for others to end." };
static const struct dp_metric probes = { "daneprobe_probes_total", "counter",
	"Probes that ended, by verdict." };
static const struct dp_metric probe_time = { "daneprobe_probe_seconds_total", "counter",
	"Time that the probes took, each from its begin to its end." };
static const struct dp_metric cached = { "daneprobe_results_cached", "gauge",
	"Results that are kept until their target may be probed again." };
static const struct dp_metric cached_bytes = { "daneprobe_results_cached_bytes", "gauge",
	"Bytes of these results." };
static const struct dp_metric saved = { "daneprobe_probes_saved_total", "counter",
	"Requests that were answered by a probe of another request: by a kept result (cached) or by "
	"one that was under way (shared)." };
static const struct dp_metric refused = { "daneprobe_probes_refused_total", "counter",
	"Requests for a probe that was not made: too many wait already (queue), no probe became free "
	"in time (late), the target is not allowed (target)." };
static const struct dp_metric resolvers = { "daneprobe_resolver_renewals_total", "counter",
	"Times that the resolver was opened anew, with an empty cache; the first is not counted." };

static void add(struct dp_metrics *metrics, const struct dp_metric *metric, double value)
{
	dp_metrics_add(metrics, metric, value, NULL);
}

static void add_one(struct dp_metrics *metrics, const struct dp_metric *metric, double value,
	const char *name, const char *label)
{
	const char *const labels[] = { name, label, NULL };

	dp_metrics_add(metrics, metric, value, labels);
}

static void add_replies(
	struct dp_metrics *metrics, const struct dp_serve_counts *counts, struct dp_arena *arena)
{
	for (int status = 0; status < DP_SERVE_STATUSES; status++) {
		if (counts->replies[status] > 0)
			add_one(metrics, &replies, (double)counts->replies[status], "code",
				dp_arena_printf(arena, "%d", status));
	}
}

void dp_serve_counts_write(const struct dp_serve_counts *counts, struct dp_buf *out)
{
	struct dp_metrics *metrics = dp_metrics_open(out->arena);

	add_one(metrics, &build_info, 1, "version", counts->version);
	add(metrics, &start_time, (double)counts->started_utc_s);
	add(metrics, &connections, (double)counts->connections);
	add(metrics, &accepted, (double)counts->accepted);
	add(metrics, &dropped, (double)counts->dropped);
	add_replies(metrics, counts, out->arena);
	add(metrics, &running, (double)counts->running);
	add(metrics, &queued, (double)counts->queued);
	for (int i = 0; i < DP_OUTCOMES; i++)
		add_one(metrics, &probes, (double)counts->probes[i], "verdict",
			dp_outcome_word((enum dp_outcome)i));
	add(metrics, &probe_time, (double)counts->probe_ms / MS);
	add(metrics, &cached, (double)counts->cached);
	add(metrics, &cached_bytes, (double)counts->cached_bytes);
	add_one(metrics, &saved, (double)counts->from_cache, "by", "cached");
	add_one(metrics, &saved, (double)counts->shared, "by", "shared");
	add_one(metrics, &refused, (double)counts->refused_queue, "why", "queue");
	add_one(metrics, &refused, (double)counts->refused_late, "why", "late");
	add_one(metrics, &refused, (double)counts->refused_target, "why", "target");
	add(metrics, &resolvers, (double)counts->resolvers);
	dp_metrics_write(metrics, out);
}
