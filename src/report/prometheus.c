/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "report/metrics.h"
#include "report/report.h"

struct page {
	struct dp_arena *arena;
	struct dp_metrics *metrics;
	const char **targets; /* that are there already: a series must not come twice */
	size_t count, cap;
};

void *dp_report_prometheus_open(struct dp_arena *arena)
{
	struct page *page = dp_arena_alloc(arena, sizeof(*page));

	page->arena = arena;
	page->metrics = dp_metrics_open(arena);
	return page;
}

void dp_report_prometheus_add(void *report, const struct dp_facts *facts,
	const struct dp_verdict *verdict, const struct dp_report_options *options)
{
	struct page *page = report;
	const char *target = facts->target.text;

	for (size_t i = 0; i < page->count; i++) {
		if (strcmp(page->targets[i], target) == 0)
			return;
	}
	page->targets = dp_arena_grow(
		page->arena, page->targets, page->count, &page->cap, sizeof(*page->targets));
	page->targets[page->count++] = dp_arena_text(page->arena, target, strlen(target));
	dp_metrics_verdict(page->metrics, target, facts, verdict, options->status);
}

void dp_report_prometheus_end(void *report, struct dp_buf *out, int status)
{
	const struct page *page = report;

	(void)status;
	dp_metrics_write(page->metrics, out);
}
