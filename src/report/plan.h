/* SPDX-License-Identifier: Apache-2.0 */
/* A rollover plan to bytes. Pure: no terminal, no file, no clock. */
#ifndef DP_REPORT_PLAN_H
#define DP_REPORT_PLAN_H

#include "base/buf.h"
#include "dane/facts.h"
#include "dane/rollover.h"
#include "report/report.h"

/* The verdict on line 1, then for hosts with the same steps what they have, and the steps with the
 * earliest time of each. */
void dp_plan_text(struct dp_buf *out, const struct dp_facts *facts, const struct dp_rollover *plan,
	const struct dp_report_options *options);

/* One object and a newline; schema 1, see tests/schema/plan.schema.json. Keys in a fixed order. */
void dp_plan_json(struct dp_buf *out, const struct dp_facts *facts, const struct dp_rollover *plan,
	const struct dp_report_options *options);

#endif
