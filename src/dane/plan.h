/* SPDX-License-Identifier: Apache-2.0 */
/* The parts of the planner, for planner.c and plan_probes.c only. */
#ifndef DP_DANE_PLAN_H
#define DP_DANE_PLAN_H

#include "dane/policy.h"

struct dp_plan {
	struct dp_facts *facts;
	int64_t now_utc_s;
	struct dp_task *tasks;
	size_t count, max;
};

/* Ask name and type into lookup unless that was done. False: it was, or there is no room now. */
bool dp_plan_ask(struct dp_plan *plan, struct dp_lookup *lookup, const struct dp_name *name,
	uint16_t type, bool hint);

/* plan_mx.c: ask for the hosts of the target, and list them. */
void dp_plan_mx(struct dp_plan *plan);

/* The connections to the addresses of a host that can be started now. */
void dp_plan_probes(struct dp_plan *plan, struct dp_host_facts *host);

/* The given chain in the place of the host's addresses, once it is known that it has records. */
void dp_plan_given(struct dp_plan *plan, struct dp_host_facts *host);

/* Connections that would have been sent these chains; too: of another key, or NULL. */
void dp_plan_given_probes(
	struct dp_addr_facts *addr, const struct dp_chain *one, const struct dp_chain *too);

/* plan_hosts.c: have a host brought whose facts are shared; addresses of all hosts. */
void dp_plan_shared(struct dp_plan *plan, struct dp_host_facts *host);
size_t dp_plan_all_addrs(const struct dp_facts *facts);

/* plan_nameservers.c: --all-nameservers, once nothing else is left to do. */
void dp_plan_nameservers(struct dp_plan *plan);
bool dp_plan_nameservers_pending(const struct dp_facts *facts);

#endif
