/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The rules: planner and judge, both pure functions over facts. Sources: RFC 7672 (SMTP), RFC 7671
 * (DANE operations), RFC 6698 (TLSA), RFC 5321 s5.1 and RFC 7505 (mail routing).
 *
 * The planner says what to look up or connect to next; a loop carries that out, notes the results
 * in the facts and asks again, until nothing is left. The judge then gives the verdict. Neither
 * does I/O, reads a clock or logs; the judge cannot fail and may be called on unfinished facts.
 */
#ifndef DP_DANE_POLICY_H
#define DP_DANE_POLICY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "dane/facts.h"
#include "dane/verdict.h"

enum dp_task_kind { DP_TASK_LOOKUP, DP_TASK_PROBE, DP_TASK_NAMESERVER, DP_TASK_HOST };

/* One thing to do. The slot is already marked pending in the facts. */
struct dp_task {
	enum dp_task_kind kind;
	struct dp_lookup *lookup; /* LOOKUP, NAMESERVER: name and type are set; fill in the answer
				   */
	bool hint;                /* LOOKUP: for explanation only: short patience */
	struct dp_probe *probe;   /* PROBE: offer is set; fill in the result, clear pending */
	struct dp_ip ip;          /* PROBE; NAMESERVER: the one server of zone that is asked */
	uint16_t port;
	const struct dp_name *zone; /* NAMESERVER: outlives the task; NULL: any server, and nothing
				       is validated: whom to ask later */
	const char *sni;            /* PROBE: TLSA base domain (RFC 7672 s8.1) */
	const struct dp_addr_facts *addr;
	const struct dp_host_facts *host;
	struct dp_host_facts *fill; /* HOST: give it to dp_policy_take_host with what was found */
};

/* Everything that can be started now and has not been: independent things come out together. Marks
 * them pending. Writes at most max tasks and returns their number; call again while it is max.
 * now_utc_s: as for the judge (decides whether a failed connection is worth a second attempt).
 * Order: lookups before connections. */
size_t dp_policy_next(struct dp_facts *facts, int64_t now_utc_s, struct dp_task *tasks, size_t max);

/* Is anything pending? The planner has nothing more to say when it returned 0 and nothing is. */
bool dp_policy_pending(const struct dp_facts *facts);

/* The facts of a check of that host alone, made at checked_utc_s, for a host of a DP_TASK_HOST.
 * They are borrowed: their arena must outlive facts. Preference and --down of host stay; addresses
 * past DP_ADDRS_ALL_MAX of the target are dropped. */
void dp_policy_take_host(struct dp_facts *facts, struct dp_host_facts *host,
	const struct dp_facts *found, int64_t checked_utc_s);

/* The verdict as of now_utc_s. Memory from the facts' arena. */
struct dp_verdict *dp_policy_judge(const struct dp_facts *facts, int64_t now_utc_s);

#endif
