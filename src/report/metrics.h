/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Prometheus' text format 0.0.4: samples in any order, written out as families (HELP, TYPE and all
 * samples of a name in one piece, without timestamps, as the node exporter's textfile collector
 * demands). Which metrics a check has: dp_metrics_verdict. Pure.
 */
#ifndef DP_REPORT_METRICS_H
#define DP_REPORT_METRICS_H

#include "base/buf.h"
#include "dane/facts.h"
#include "dane/verdict.h"

/* A family. Static: families are told apart by address. */
struct dp_metric {
	const char *name; /* [a-z_][a-z0-9_]* */
	const char *type; /* "gauge", "counter" */
	const char *help; /* one line */
};

struct dp_metrics; /* opaque, in the arena */

struct dp_metrics *dp_metrics_open(struct dp_arena *arena);

/* Add a sample. labels: names and values in turn, NULL behind; NULL: none. Names are fixed words;
 * values may be any bytes: they are shown (dp_text_shown) and escaped here. A series that is there
 * already since dp_metrics_target is not added again. */
void dp_metrics_add(struct dp_metrics *metrics, const struct dp_metric *metric, double value,
	const char *const *labels);

/* What follows has other series than what came before (another target). dp_metrics_verdict calls
 * it. */
void dp_metrics_target(struct dp_metrics *metrics);

/* Everything that a check of one target tells. target: the value of a first label `target`, or NULL
 * for none (a scraper adds its own). status: nagios style, by --accept. */
void dp_metrics_verdict(struct dp_metrics *metrics, const char *target,
	const struct dp_facts *facts, const struct dp_verdict *verdict, int status);

/* All families, in the order of their first samples. */
void dp_metrics_write(const struct dp_metrics *metrics, struct dp_buf *out);

#endif
