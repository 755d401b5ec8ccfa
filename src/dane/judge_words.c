/* SPDX-License-Identifier: Apache-2.0 */
/* Names, dates and places as the findings say them. */
#include <string.h>

#include "base/text.h"
#include "dane/judge.h"

const char *dp_judge_name(struct dp_judge *judge, const struct dp_name *name)
{
	char text[DP_NAME_TEXT_MAX];

	if (name->len == 0)
		return "";
	dp_name_text(name, text);
	return dp_arena_text(judge->arena, text, strlen(text));
}

const char *dp_judge_date(struct dp_judge *judge, int64_t utc_s)
{
	char text[DP_TIME_TEXT_MAX];

	if (utc_s == DP_TIME_NONE)
		return "an unreadable date";
	dp_text_date(utc_s, text);
	return dp_arena_text(judge->arena, text, strlen(text));
}

const char *dp_judge_label(struct dp_judge *judge, int host, int addr)
{
	const struct dp_facts *facts = judge->facts;
	const struct dp_addr_facts *address;
	const char *name;
	char ip[DP_IP_TEXT_MAX];

	if (host < 0)
		return dp_judge_name(
			judge, facts->target.is_service ? &facts->target.srv : &facts->target.name);
	name = dp_judge_name(judge, &facts->hosts[host].name);
	if (addr < 0 && facts->target.is_service && facts->hosts[host].port != facts->target.port)
		return dp_arena_printf(
			judge->arena, "%s:%u", name, (unsigned)facts->hosts[host].port);
	if (addr < 0)
		return name;
	address = facts->hosts[host].addrs[addr];
	if (facts->target.given != NULL && facts->target.any_name)
		return facts->target.given_name;
	if (facts->target.given != NULL)
		return dp_arena_printf(judge->arena, "%s (%s)", name, facts->target.given_name);
	dp_ip_format(&address->ip, ip);
	if (address->port == facts->target.port)
		return dp_arena_printf(judge->arena, "%s [%s]", name, ip);
	return dp_arena_printf(judge->arena, "%s [%s]:%u", name, ip, (unsigned)address->port);
}

/* What a failed lookup did, in words. */
const char *dp_judge_failure(struct dp_judge *judge, const struct dp_lookup *lookup)
{
	const char *why = lookup->why != NULL ? lookup->why : "";
	const char *sep = why[0] != '\0' ? ": " : "";

	if (lookup->state == DP_LOOKUP_TIMEOUT)
		return dp_arena_printf(judge->arena, "no answer in time%s%s", sep, why);
	if (lookup->state == DP_LOOKUP_CANCELLED)
		return "the run ended first";
	if (lookup->security == DP_BOGUS)
		return dp_arena_printf(judge->arena, "%s%s",
			why[0] != '\0' ? why : "the validator gives no reason",
			dp_judge_expired(judge, lookup));
	if (lookup->state == DP_LOOKUP_ERROR)
		return dp_arena_printf(judge->arena, "%s%s%s",
			dp_rcode_text(lookup->message.rcode, judge->arena), sep, why);
	return "its DNSSEC status cannot be determined";
}

bool dp_judge_bogus(const struct dp_lookup *lookup)
{
	return lookup->security == DP_BOGUS && lookup->state != DP_LOOKUP_TIMEOUT &&
		lookup->state != DP_LOOKUP_CANCELLED;
}

/* "secure", "insecure": how far a denial is proven. */
const char *dp_judge_denial(struct dp_judge *judge, const struct dp_lookup *lookup)
{
	const char *kind =
		lookup->state == DP_LOOKUP_NXDOMAIN ? "the name does not exist" : "no such record";

	return dp_arena_printf(judge->arena, "%s, %s", kind,
		lookup->security == DP_SECURE ? "proven by DNSSEC" : "not protected by DNSSEC");
}

/* What mends a bogus answer. */
const char *dp_judge_bogus_fix(struct dp_judge *judge, const struct dp_lookup *lookup)
{
	if (dp_judge_expired(judge, lookup)[0] != '\0')
		return "Sign the zone again, and see why that did not happen in time: look at the schedule "
		       "and the clock of the signer.";
	if (lookup->type == DP_TYPE_TLSA)
		return "Sign the zone again; see that its denial of existence (NSEC, NSEC3) is complete.";
	return "Sign the zone again, or correct the DS record at its parent.";
}
