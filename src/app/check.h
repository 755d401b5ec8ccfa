/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The dumb loop: asks the planner what to do, has net/ do it, notes the results in the facts, until
 * nothing is left, the deadline passes or it is told to stop. No rule of DANE stands here.
 *
 * Lifetime: start any number on one loop; each calls done exactly once, from the loop, never from
 * inside dp_check_start; stop makes it wind up with what it has.
 */
#ifndef DP_APP_CHECK_H
#define DP_APP_CHECK_H

#include <stdint.h>

#include "base/arena.h"
#include "dane/facts.h"

struct event_base;
struct dp_resolver;
struct dp_check;
struct dp_survey_gate;
struct dp_survey_hosts;

struct dp_check_settings {
	const char *hello;    /* EHLO argument, or NULL: address literal of the local end */
	unsigned timeout_ms;  /* connect, one reply, TLS; also one DNS question for explanation */
	unsigned greeting_ms; /* SMTP greeting */
	int64_t deadline_ms;  /* absolute, monotonic: the whole check */
	int64_t now_utc_s;    /* time at which certificates are judged */
	int64_t clock_utc_s;  /* time at which signatures are judged */
	/* survey; else NULL. Connections take turns; targets with share_hosts have their hosts from
	 * there. */
	struct dp_survey_gate *gate;
	struct dp_survey_hosts *hosts;
	/* Told when this check begins and ends to wait for a turn; or NULL. */
	void (*on_hold)(void *user, bool held);
	void *on_hold_user;
};

typedef void (*dp_check_done)(void *user, struct dp_facts *facts);

struct dp_check *dp_check_start(struct event_base *base, struct dp_resolver *resolver,
	const struct dp_target *target, const struct dp_check_settings *settings,
	struct dp_arena *arena, dp_check_done done, void *user);

/* Wind up: pending things become CANCELLED, facts->interrupted is set, done follows from the loop.
 */
void dp_check_stop(struct dp_check *check);

/* held: something of it waits for its turn, so its deadline does not come nearer until that many
 * times not held. Nothing when it is finished. */
void dp_check_hold(struct dp_check *check, bool held);

/* Free after done, with what it shares. NULL allowed. */
void dp_check_free(struct dp_check *check);

/* What it is waiting for, in words, for a progress line: "TLSA of mx.example.org". In the arena. */
const char *dp_check_waiting(const struct dp_check *check, struct dp_arena *arena);

#endif
