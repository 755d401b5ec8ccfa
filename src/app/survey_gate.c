/* SPDX-License-Identifier: Apache-2.0 */
#include "app/survey_gate.h"

#include <stdlib.h>

#include <event2/event.h>

#include "app/survey_shard.h"

#define PLACES 4096u

struct dp_survey_turn {
	struct dp_survey_gate *gate;
	struct dp_survey_turn *next, **link; /* while it waits */
	unsigned host, address;              /* places */
	bool holds;
	void (*go)(void *user);
	void *user;
};

struct dp_survey_gate {
	struct dp_survey_limits limits;
	struct event *admit;
	struct dp_survey_turn *first, **last; /* waiting */
	unsigned open;
	unsigned short hosts[PLACES], addresses[PLACES];
};

static bool has_room(const struct dp_survey_gate *gate, const struct dp_survey_turn *turn)
{
	return gate->open < gate->limits.connections &&
		gate->hosts[turn->host] < gate->limits.per_host &&
		gate->addresses[turn->address] < gate->limits.per_address;
}

static void unlink_turn(struct dp_survey_turn *turn)
{
	struct dp_survey_gate *gate = turn->gate;

	*turn->link = turn->next;
	if (turn->next != NULL)
		turn->next->link = turn->link;
	else
		gate->last = turn->link;
	turn->link = NULL;
}

/* Whoever goes may ask and leave meanwhile, so each round begins anew. */
static struct dp_survey_turn *next_turn(struct dp_survey_gate *gate)
{
	struct dp_survey_turn *turn = gate->first;

	if (gate->open >= gate->limits.connections)
		return NULL;
	while (turn != NULL && !has_room(gate, turn))
		turn = turn->next;
	return turn;
}

static void admit(evutil_socket_t fd, short what, void *user)
{
	struct dp_survey_gate *gate = user;
	struct dp_survey_turn *turn;

	(void)fd;
	(void)what;
	while ((turn = next_turn(gate)) != NULL) {
		unlink_turn(turn);
		turn->holds = true;
		gate->open++;
		gate->hosts[turn->host]++;
		gate->addresses[turn->address]++;
		turn->go(turn->user);
	}
}

static void admit_soon(struct dp_survey_gate *gate)
{
	static const struct timeval now = { 0, 0 };

	if (gate->first != NULL)
		evtimer_add(gate->admit, &now);
}

struct dp_survey_gate *dp_survey_gate_open(
	struct event_base *base, const struct dp_survey_limits *limits)
{
	struct dp_survey_gate *gate = calloc(1, sizeof(*gate));

	if (gate == NULL)
		dp_arena_fail();
	gate->limits = *limits;
	gate->last = &gate->first;
	gate->admit = evtimer_new(base, admit, gate);
	if (gate->admit == NULL)
		dp_arena_fail();
	return gate;
}

void dp_survey_gate_close(struct dp_survey_gate *gate)
{
	if (gate == NULL)
		return;
	event_free(gate->admit);
	free(gate);
}

struct dp_survey_turn *dp_survey_gate_ask(struct dp_survey_gate *gate, const struct dp_name *host,
	const struct dp_ip *ip, void (*go)(void *user), void *user)
{
	struct dp_survey_turn *turn = calloc(1, sizeof(*turn));

	if (turn == NULL)
		dp_arena_fail();
	*turn = (struct dp_survey_turn){ .gate = gate,
		.link = gate->last,
		.host = (unsigned)(dp_survey_hash(host->wire, host->len) % PLACES),
		.address = (unsigned)(dp_survey_hash(ip->bytes, ip->family == 4 ? 4 : 16) % PLACES),
		.go = go,
		.user = user };
	*gate->last = turn;
	gate->last = &turn->next;
	admit_soon(gate);
	return turn;
}

void dp_survey_gate_leave(struct dp_survey_turn *turn)
{
	struct dp_survey_gate *gate;

	if (turn == NULL)
		return;
	gate = turn->gate;
	if (turn->holds) {
		gate->open--;
		gate->hosts[turn->host]--;
		gate->addresses[turn->address]--;
	} else {
		unlink_turn(turn);
	}
	free(turn);
	admit_soon(gate);
}
