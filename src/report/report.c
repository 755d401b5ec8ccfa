/* SPDX-License-Identifier: Apache-2.0 */
#include "report/report.h"

#include <string.h>

static const struct dp_report reports[] = {
	{ .name = "text", .write = dp_report_text },
	{ .name = "json", .write = dp_report_json },
	{ .name = "nagios",
		.open = dp_report_nagios_open,
		.add = dp_report_nagios_add,
		.end = dp_report_nagios_end },
	{ .name = "prometheus",
		.open = dp_report_prometheus_open,
		.add = dp_report_prometheus_add,
		.end = dp_report_prometheus_end },
};

const char *const dp_report_names[] = { "text", "json", "nagios", "prometheus", NULL };

const struct dp_report *dp_report_find(const char *name)
{
	for (size_t i = 0; i < sizeof reports / sizeof reports[0]; i++)
		if (strcmp(reports[i].name, name) == 0)
			return &reports[i];
	return NULL;
}
