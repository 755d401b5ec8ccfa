/* SPDX-License-Identifier: Apache-2.0 */
#include "dane/verdict.h"

static const char *const words[DP_OUTCOMES] = {
	[DP_UNDETERMINED] = "undetermined",
	[DP_VERIFIED] = "verified",
	[DP_FAILED] = "failed",
	[DP_UNAUTHENTICATED] = "unauthenticated",
	[DP_NO_DANE] = "no-dane",
	[DP_NO_MAIL] = "no-mail",
};

const char *dp_outcome_word(enum dp_outcome outcome)
{
	return outcome < DP_OUTCOMES ? words[outcome] : "undetermined";
}

int dp_verdict_exit(const struct dp_verdict *verdict, unsigned accepted)
{
	if (verdict->outcome == DP_UNDETERMINED)
		return 3;
	if (verdict->outcome == DP_VERIFIED || (accepted & (1u << verdict->outcome)) != 0)
		return verdict->warned ? 1 : 0;
	return 2;
}
