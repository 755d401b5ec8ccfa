/* SPDX-License-Identifier: Apache-2.0 */
/* Hosts whose facts are shared: many domains have the mail servers of one provider, and what those
 * are like does not hang on who asks. What they mean for a domain does (its names are reference
 * identifiers, RFC 7672 s3.2.2): the facts are shared, each target is judged by itself. */
#include "dane/plan.h"

size_t dp_plan_all_addrs(const struct dp_facts *facts)
{
	size_t count = 0;

	for (size_t i = 0; i < facts->host_count; i++)
		count += facts->hosts[i].addr_count;
	return count;
}

void dp_plan_shared(struct dp_plan *plan, struct dp_host_facts *host)
{
	if (host->requested || plan->count == plan->max)
		return;
	host->requested = host->awaited = true;
	plan->tasks[plan->count++] =
		(struct dp_task){ .kind = DP_TASK_HOST, .host = host, .fill = host };
}

void dp_policy_take_host(struct dp_facts *facts, struct dp_host_facts *host,
	const struct dp_facts *found, int64_t checked_utc_s)
{
	const struct dp_host_facts own = *host;
	size_t others = dp_plan_all_addrs(facts);
	size_t room = others < DP_ADDRS_ALL_MAX ? DP_ADDRS_ALL_MAX - others : 0;

	if (found->host_count > 0)
		*host = found->hosts[0];
	host->preference = own.preference;
	host->down = own.down;
	host->requested = true;
	host->awaited = false;
	host->checked_utc_s = checked_utc_s;
	if (host->addr_count > room) {
		host->addr_dropped += host->addr_count - room;
		host->addr_count = room;
	}
	facts->expired |= found->expired;
}
