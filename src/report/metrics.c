/* SPDX-License-Identifier: Apache-2.0 */
#include "report/metrics.h"

#include <string.h>

#include "base/text.h"

#define WHOLE_MAX 1e15 /* whole numbers below it are printed as such */

struct family {
	const struct dp_metric *metric;
	struct dp_buf lines; /* begins with a line feed, so that each line has one before it */
	size_t since;        /* where the current target's lines begin, at a line feed */
};

struct dp_metrics {
	struct dp_arena *arena;
	struct family *families;
	size_t count, cap;
};

struct dp_metrics *dp_metrics_open(struct dp_arena *arena)
{
	struct dp_metrics *metrics = dp_arena_alloc(arena, sizeof(*metrics));

	metrics->arena = arena;
	return metrics;
}

static struct family *family_of(struct dp_metrics *metrics, const struct dp_metric *metric)
{
	struct family *family;

	for (size_t i = 0; i < metrics->count; i++) {
		if (metrics->families[i].metric == metric)
			return &metrics->families[i];
	}
	metrics->families = dp_arena_grow(metrics->arena, metrics->families, metrics->count,
		&metrics->cap, sizeof(*metrics->families));
	family = &metrics->families[metrics->count++];
	*family = (struct family){ .metric = metric };
	dp_buf_init(&family->lines, metrics->arena);
	dp_buf_char(&family->lines, '\n');
	return family;
}

static void write_value(struct dp_buf *out, const char *text)
{
	for (const char *c = text; *c != '\0'; c++) {
		if (*c == '\\' || *c == '"')
			dp_buf_char(out, '\\');
		dp_buf_char(out, *c);
	}
}

/* A line feed is no printable character, so \n is not needed: it has become \x0a, with the
 * backslash doubled. */
static void write_series(
	struct dp_buf *out, const struct dp_metric *metric, const char *const *labels)
{
	const char *mark = "{";

	dp_buf_text(out, metric->name);
	for (; labels != NULL && labels[0] != NULL; labels += 2) {
		dp_buf_printf(out, "%s%s=\"", mark, labels[0]);
		write_value(out, dp_text_shown(out->arena, labels[1]));
		dp_buf_char(out, '"');
		mark = ",";
	}
	dp_buf_text(out, mark[0] == ',' ? "} " : " ");
}

static void write_number(struct dp_buf *out, double value)
{
	bool small = value > -WHOLE_MAX && value < WHOLE_MAX;

	if (small && (double)(int64_t)value == value)
		dp_buf_printf(out, "%lld\n", (long long)value);
	else
		dp_buf_printf(out, "%.3f\n", value);
}

void dp_metrics_target(struct dp_metrics *metrics)
{
	for (size_t i = 0; i < metrics->count; i++)
		metrics->families[i].since = metrics->families[i].lines.len - 1;
}

void dp_metrics_add(struct dp_metrics *metrics, const struct dp_metric *metric, double value,
	const char *const *labels)
{
	struct family *family = family_of(metrics, metric);
	struct dp_buf series;

	dp_buf_init(&series, metrics->arena);
	dp_buf_char(&series, '\n');
	write_series(&series, metric, labels);
	/* Prometheus refuses a page that has a series twice. */
	if (strstr(family->lines.data + family->since, series.data) != NULL)
		return;
	dp_buf_bytes(&family->lines, series.data + 1, series.len - 1);
	write_number(&family->lines, value);
}

void dp_metrics_write(const struct dp_metrics *metrics, struct dp_buf *out)
{
	for (size_t i = 0; i < metrics->count; i++) {
		const struct family *family = &metrics->families[i];

		dp_buf_printf(out, "# HELP %s %s\n# TYPE %s %s\n", family->metric->name,
			family->metric->help, family->metric->name, family->metric->type);
		dp_buf_bytes(out, family->lines.data + 1, family->lines.len - 1);
	}
}
