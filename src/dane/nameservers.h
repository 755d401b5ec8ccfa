/* SPDX-License-Identifier: Apache-2.0 */
/*
 * --all-nameservers: what each authoritative server of the zones that matter answers to the
 * questions that were asked anyway. Facts only; planned by plan_nameservers.c, judged by
 * judge_nameservers.c. Nothing here changes a verdict.
 *
 * The servers are those of the zone's own NS records; what only its parent names is not asked.
 */
#ifndef DP_DANE_NAMESERVERS_H
#define DP_DANE_NAMESERVERS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "dane/facts.h"

#define DP_NS_QUESTIONS_MAX 40 /* questions that are repeated to the servers */
#define DP_NS_CUTS_MAX 64      /* names that are asked for NS records, to find the zones */
#define DP_NS_HOSTS_MAX 24     /* names of servers whose addresses are looked up */
#define DP_NS_PER_ZONE_MAX 8   /* names of servers of one zone that are asked */
#define DP_NS_ADDRS_MAX 16     /* addresses of the servers of one zone that are asked */
#define DP_NS_SERVERS_MAX 48   /* zone and address pairs in all */
#define DP_NS_ANSWERS_MAX 384  /* questions to such pairs in all */
#define DP_NS_AT_ONCE 4        /* servers that are asked at the same time */

struct dp_ns_question {
	struct dp_name name;
	uint16_t type;
	const struct dp_lookup *counted; /* the answer that the verdict rests on, borrowed from the
					    facts; NULL: the zone's SOA, for its serial only */
	bool tail;                       /* name is where the aliases of counted lead to */
	int zone;                        /* index in cuts, -1 while or as it is not known */
};

/* A name that may be the apex of a zone: it is when it has NS records. */
struct dp_ns_cut {
	struct dp_lookup ns;
};

struct dp_ns_host {
	struct dp_name name;
	struct dp_lookup a, aaaa;
};

struct dp_ns_server {
	int zone; /* index in cuts */
	struct dp_name name;
	struct dp_ip ip;
};

struct dp_ns_answer {
	size_t server, question;
	struct dp_lookup lookup; /* of a validator that asks this server alone about the zone */
};

enum dp_ns_stage { DP_NS_CUTS, DP_NS_HOSTS, DP_NS_SERVERS };

struct dp_nameservers {
	enum dp_ns_stage stage;
	struct dp_ns_question questions[DP_NS_QUESTIONS_MAX];
	size_t question_count;
	struct dp_ns_cut cuts[DP_NS_CUTS_MAX];
	size_t cut_count;
	struct dp_ns_host hosts[DP_NS_HOSTS_MAX];
	size_t host_count;
	struct dp_ns_server servers[DP_NS_SERVERS_MAX]; /* ordered by name within a zone */
	size_t server_count;
	struct dp_ns_answer *answers; /* those of one server stand together */
	size_t answer_count;
	bool cut_short; /* one of the bounds was met */
};

#endif
