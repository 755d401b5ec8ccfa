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

/* Records that are there, or were meant to be, and protect nothing. */
static bool published_in_vain(const struct dp_verdict *verdict)
{
	for (size_t i = 0; i < verdict->finding_count; i++) {
		enum dp_reason code = verdict->findings[i].code;

		if (code == DP_REASON_TLSA_INSECURE || code == DP_REASON_TLSA_ALIAS)
			return true;
	}
	return verdict->finding_dropped > 0;
}

bool dp_verdict_passed_over(const struct dp_facts *facts, const struct dp_verdict *verdict)
{
	const struct dp_target *target = &facts->target;

	if (!target->if_published || published_in_vain(verdict))
		return false;
	if (verdict->outcome == DP_NO_DANE)
		return !target->is_service || facts->mx.state != DP_LOOKUP_DATA;
	/* SRV records that name servers without an address are no "." */
	return verdict->outcome == DP_NO_MAIL && !(target->is_service && facts->host_count > 0);
}
