/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Connections take turns: so many at a time to one host name, to one address, and in all. Names and
 * addresses are counted by a hash of theirs: two that fall together wait for each other, which is
 * no harm, and the memory is fixed.
 *
 * Lifetime: open, ask, leave each turn (before or after it has come), close.
 */
#ifndef DP_APP_SURVEY_GATE_H
#define DP_APP_SURVEY_GATE_H

#include "base/ip.h"
#include "dane/dnswire.h"

struct event_base;
struct dp_survey_gate;
struct dp_survey_turn;

struct dp_survey_limits {
	unsigned per_host, per_address, connections; /* each at least 1 */
};

struct dp_survey_gate *dp_survey_gate_open(
	struct event_base *base, const struct dp_survey_limits *limits);
void dp_survey_gate_close(struct dp_survey_gate *gate); /* NULL allowed; no turn may be left */

/* go is called once, from the loop, when it is this one's turn; first come, first served, but
 * nobody waits for an address that others wait for. Leave it in any case. */
struct dp_survey_turn *dp_survey_gate_ask(struct dp_survey_gate *gate, const struct dp_name *host,
	const struct dp_ip *ip, void (*go)(void *user), void *user);
void dp_survey_gate_leave(struct dp_survey_turn *turn); /* NULL allowed */

#endif
