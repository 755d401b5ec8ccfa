/* SPDX-License-Identifier: Apache-2.0 */
#include "dane/facts.h"

struct dp_addr_facts *dp_facts_add_addr(struct dp_host_facts *host, struct dp_arena *arena)
{
	struct dp_addr_facts *addr = dp_arena_alloc(arena, sizeof(*addr));

	host->addrs[host->addr_count++] = addr;
	return addr;
}

struct dp_facts *dp_facts_new(const struct dp_target *target, struct dp_arena *arena)
{
	struct dp_facts *facts = dp_arena_alloc(arena, sizeof(*facts));

	facts->arena = arena;
	facts->target = *target;
	facts->resolver_mode = "";
	facts->resolver_why = "";
	return facts;
}
