/* SPDX-License-Identifier: Apache-2.0 */
/* What was seen, as an indented tree: the text report's -v. Pure. */
#ifndef DP_REPORT_TREE_H
#define DP_REPORT_TREE_H

#include "report/report.h"

void dp_tree_write(
	struct dp_buf *out, const struct dp_facts *facts, const struct dp_verdict *verdict);

#endif
