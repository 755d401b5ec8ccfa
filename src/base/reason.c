/* SPDX-License-Identifier: Apache-2.0 */
#include "base/reason.h"

#include <stddef.h>

static const struct dp_reason_row rows[DP_REASON_COUNT] = {
	[DP_REASON_NONE] = { "", NULL, DP_NOTE, "", "", "", "" },
#define DP_REASON(name, code, result, severity, rfc, cause, consequence, remedy) \
	[DP_REASON_##name] = { code, result, severity, rfc, cause, consequence, remedy },
#include "base/reason.def"
#undef DP_REASON
};

const struct dp_reason_row *dp_reason_row(enum dp_reason reason)
{
	return &rows[(unsigned)reason < DP_REASON_COUNT ? reason : DP_REASON_NONE];
}

const char *dp_severity_word(enum dp_severity severity)
{
	switch (severity) {
	case DP_NOTE: return "note";
	case DP_WARNING: return "warning";
	case DP_ERROR: return "error";
	}
	return "error";
}
