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
		return dp_judge_name(judge, &facts->target.name);
	name = dp_judge_name(judge, &facts->hosts[host].name);
	if (addr < 0)
		return name;
	address = &facts->hosts[host].addrs[addr];
	dp_ip_format(&address->ip, ip);
	if (address->port == facts->target.port)
		return dp_arena_printf(judge->arena, "%s [%s]", name, ip);
	return dp_arena_printf(judge->arena, "%s [%s]:%u", name, ip, (unsigned)address->port);
}
