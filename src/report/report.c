/* SPDX-License-Identifier: Apache-2.0 */
#include "report/report.h"

#include <string.h>

static const struct dp_report reports[] = {
	{ "text", dp_report_text },
	{ "json", dp_report_json },
};

const char *const dp_report_names[] = { "text", "json", NULL };

const struct dp_report *dp_report_find(const char *name)
{
	for (size_t i = 0; i < sizeof reports / sizeof reports[0]; i++)
		if (strcmp(reports[i].name, name) == 0)
			return &reports[i];
	return NULL;
}
