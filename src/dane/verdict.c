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

bool dp_verdict_passed_over(const struct dp_facts *facts, const struct dp_verdict *verdict)
{
	const struct dp_target *target = &facts->target;

	if (!target->if_published || verdict->warned)
		return false;
	if (verdict->outcome == DP_NO_DANE)
		return !target->is_service || facts->mx.state != DP_LOOKUP_DATA;
	return verdict->outcome == DP_NO_MAIL;
}
