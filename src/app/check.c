/* SPDX-License-Identifier: Apache-2.0 */
#include "app/check.h"

#include <stdlib.h>
#include <string.h>

#include <event2/event.h>

#include "app/pins.h"
#include "app/survey_gate.h"
#include "app/survey_hosts.h"
#include "dane/policy.h"
#include "net/probe.h"
#include "net/resolver.h"
#include "port/port.h"

#define TASKS_AT_ONCE 16
/* libunbound repeats a question to silent servers for up to some ten seconds before it gives up. */
#define DNS_TIMEOUTS 2
#define HINT_MS 3000
/* A name server alone, with all keys from the root to its zone. */
#define NAMESERVER_MS 6000

struct task;

struct dp_check {
	struct event_base *base;
	struct dp_resolver *resolver;
	struct dp_pins pins;
	struct dp_check_settings settings;
	struct dp_facts *facts;
	struct dp_arena *arena;
	dp_check_done done;
	void *user;
	struct event *step; /* plan the next tasks, from the loop */
	struct event *deadline;
	struct task *tasks;   /* under way, doubly linked */
	struct share *shares; /* hosts that are there */
	int64_t started_ms;
	unsigned holds;  /* parts that wait for their turn: the deadline stands still */
	int64_t left_ms; /* to the deadline, while it does */
	bool finished;
};

struct task {
	struct dp_check *check;
	struct task *next, **link;
	struct dp_task what;
	struct dp_question *question;
	struct dp_validator_question *pinned;
	struct dp_pin *pin;
	struct dp_probe_run *run;
	struct dp_survey_turn *turn;
	struct dp_survey_share *share;
	bool waits; /* for its turn */
};

struct share {
	struct share *next;
	struct dp_survey_share *share;
};

static unsigned elapsed_ms(const struct dp_check *check)
{
	return (unsigned)(dp_port_monotonic_ms() - check->started_ms);
}

static void schedule(struct dp_check *check)
{
	static const struct timeval now = { 0, 0 };

	evtimer_add(check->step, &now);
}

static void set_deadline(struct dp_check *check, int64_t left_ms)
{
	struct timeval left;

	left_ms = left_ms < 0 ? 0 : left_ms;
	left = (struct timeval){ .tv_sec = left_ms / 1000, .tv_usec = left_ms % 1000 * 1000 };
	evtimer_add(check->deadline, &left);
}

/* Where the deadline is if nothing more has to wait. */
static int64_t deadline_now(const struct dp_check *check)
{
	return check->holds > 0 ? dp_port_monotonic_ms() + check->left_ms
				: check->settings.deadline_ms;
}

static void tell_hold(const struct dp_check *check, bool held)
{
	if (check->settings.on_hold != NULL)
		check->settings.on_hold(check->settings.on_hold_user, held);
}

void dp_check_hold(struct dp_check *check, bool held)
{
	if (check->finished)
		return;
	if (held && check->holds++ == 0) {
		check->left_ms = check->settings.deadline_ms - dp_port_monotonic_ms();
		evtimer_del(check->deadline);
		tell_hold(check, true);
	} else if (!held && --check->holds == 0) {
		check->settings.deadline_ms = dp_port_monotonic_ms() + check->left_ms;
		set_deadline(check, check->left_ms);
		tell_hold(check, false);
	}
}

/* The task waits for its turn, or no longer. */
static void set_waits(struct task *task, bool waits)
{
	if (task->waits == waits)
		return;
	task->waits = waits;
	dp_check_hold(task->check, waits);
}

static void unlink_task(struct task *task)
{
	dp_survey_gate_leave(task->turn);
	*task->link = task->next;
	if (task->next != NULL)
		task->next->link = task->link;
	free(task);
}

static void cancel_task(struct task *task)
{
	switch (task->what.kind) {
	case DP_TASK_LOOKUP: dp_resolver_cancel(task->question); break;
	case DP_TASK_NAMESERVER:
		dp_validator_cancel(task->pinned);
		task->what.lookup->state = DP_LOOKUP_CANCELLED;
		dp_pins_done(task->pin);
		break;
	case DP_TASK_PROBE:
		if (task->run != NULL)
			dp_probe_cancel(task->run);
		else
			task->what.probe->status = DP_CANCELLED;
		task->what.probe->pending = false;
		break;
	case DP_TASK_HOST:
		dp_survey_hosts_release(task->share);
		task->what.fill->awaited = false;
		break;
	}
}

/* What was still under way keeps what it has, marked as cancelled. */
static void cancel_all(struct dp_check *check)
{
	while (check->tasks != NULL) {
		struct task *task = check->tasks;

		cancel_task(task);
		unlink_task(task);
	}
}

static void finish(struct dp_check *check)
{
	if (check->finished)
		return;
	check->finished = true;
	if (check->holds > 0)
		tell_hold(check, false);
	cancel_all(check);
	evtimer_del(check->step);
	evtimer_del(check->deadline);
	check->facts->duration_ms = elapsed_ms(check);
	check->facts->resolver_mode = dp_resolver_mode_text(check->resolver);
	check->facts->resolver_why = dp_resolver_why(check->resolver);
	check->facts->offline = dp_resolver_offline(check->resolver);
	check->done(check->user, check->facts);
}

static void lookup_done(void *user, struct dp_lookup *lookup)
{
	struct task *task = user;
	struct dp_check *check = task->check;

	lookup->answered_ms = elapsed_ms(check);
	if (task->pin != NULL)
		dp_pins_done(task->pin);
	unlink_task(task);
	schedule(check);
}

static void probe_done(void *user, struct dp_probe *probe)
{
	struct task *task = user;
	struct dp_check *check = task->check;

	probe->ended_ms = elapsed_ms(check);
	unlink_task(task);
	schedule(check);
}

static void start_lookup(struct dp_check *check, struct task *task)
{
	int64_t patience_ms =
		task->what.hint ? HINT_MS : (int64_t)check->settings.timeout_ms * DNS_TIMEOUTS;
	int64_t deadline_ms = dp_port_monotonic_ms() + patience_ms;

	if (deadline_ms > deadline_now(check))
		deadline_ms = deadline_now(check);
	task->question = dp_resolver_ask(
		check->resolver, task->what.lookup, deadline_ms, check->arena, lookup_done, task);
}

/* The check's own deadline cancels what takes longer. */
static void start_nameserver(struct dp_check *check, struct task *task)
{
	task->pinned = dp_pins_ask(&check->pins, task->what.zone, &task->what.ip, task->what.lookup,
		NAMESERVER_MS, check->arena, lookup_done, task, &task->pin);
	if (task->pinned != NULL)
		return;
	unlink_task(task);
	schedule(check);
}

/* It is this connection's turn. */
static void connect_now(void *user)
{
	struct task *task = user;
	struct dp_check *check = task->check;
	char name[DP_NAME_TEXT_MAX];

	set_waits(task, false);

	dp_name_text(&check->facts->target.name, name);
	struct dp_probe_request request = {
		.ip = task->what.ip,
		.port = task->what.port,
		.protocol = check->facts->target.protocol,
		.sni = task->what.sni,
		.domain = dp_arena_text(check->arena, name, strlen(name)),
		.hello = check->settings.hello,
		.offer = task->what.probe->offer,
		.timeout_ms = check->settings.timeout_ms,
		.greeting_ms = check->settings.greeting_ms,
		.deadline_ms = deadline_now(check),
	};

	task->what.probe->started_ms = elapsed_ms(check);
	task->run = dp_probe_start(
		check->base, &request, task->what.probe, check->arena, probe_done, task);
}

static void start_probe(struct dp_check *check, struct task *task)
{
	if (check->settings.gate == NULL) {
		connect_now(task);
		return;
	}
	set_waits(task, true);
	task->turn = dp_survey_gate_ask(
		check->settings.gate, &task->what.host->name, &task->what.ip, connect_now, task);
}

static void host_ready(void *user, const struct dp_facts *found, int64_t checked_utc_s)
{
	struct task *task = user;
	struct dp_check *check = task->check;
	struct share *kept = dp_arena_alloc(check->arena, sizeof(*kept));

	*kept = (struct share){ check->shares, task->share };
	check->shares = kept;
	dp_policy_take_host(check->facts, task->what.fill, found, checked_utc_s);
	unlink_task(task);
	schedule(check);
}

static void start_host(struct dp_check *check, struct task *task)
{
	task->share = dp_survey_hosts_ask(check->settings.hosts, &check->facts->target,
		&task->what.host->name, check, host_ready, task);
}

static void start_task(struct dp_check *check, const struct dp_task *what)
{
	struct task *task = calloc(1, sizeof(*task));

	if (task == NULL)
		dp_arena_fail();
	task->check = check;
	task->what = *what;
	task->link = &check->tasks;
	task->next = check->tasks;
	if (task->next != NULL)
		task->next->link = &task->next;
	check->tasks = task;
	if (what->lookup != NULL)
		what->lookup->asked_ms = elapsed_ms(check);
	switch (what->kind) {
	case DP_TASK_LOOKUP: start_lookup(check, task); break;
	case DP_TASK_NAMESERVER: start_nameserver(check, task); break;
	case DP_TASK_PROBE: start_probe(check, task); break;
	case DP_TASK_HOST: start_host(check, task); break;
	}
}

static void step(evutil_socket_t fd, short what, void *user)
{
	struct dp_check *check = user;
	struct dp_task tasks[TASKS_AT_ONCE];
	size_t count;

	(void)fd;
	(void)what;
	do {
		count = dp_policy_next(
			check->facts, check->settings.now_utc_s, tasks, TASKS_AT_ONCE);
		for (size_t i = 0; i < count; i++)
			start_task(check, &tasks[i]);
	} while (count == TASKS_AT_ONCE);
	if (check->tasks == NULL)
		finish(check);
}

static void deadline(evutil_socket_t fd, short what, void *user)
{
	struct dp_check *check = user;

	(void)fd;
	(void)what;
	check->facts->expired = !check->facts->interrupted;
	finish(check);
}

struct dp_check *dp_check_start(struct event_base *base, struct dp_resolver *resolver,
	const struct dp_target *target, const struct dp_check_settings *settings,
	struct dp_arena *arena, dp_check_done done, void *user)
{
	struct dp_check *check = calloc(1, sizeof(*check));

	if (check == NULL)
		dp_arena_fail();
	check->base = base;
	check->resolver = resolver;
	check->pins.resolver = resolver;
	check->settings = *settings;
	check->arena = arena;
	check->done = done;
	check->user = user;
	check->started_ms = dp_port_monotonic_ms();
	check->facts = dp_facts_new(target, arena);
	check->facts->clock_utc_s = settings->clock_utc_s;
	check->step = evtimer_new(base, step, check);
	check->deadline = evtimer_new(base, deadline, check);
	if (check->step == NULL || check->deadline == NULL)
		dp_arena_fail();
	set_deadline(check, settings->deadline_ms - check->started_ms);
	schedule(check);
	return check;
}

void dp_check_stop(struct dp_check *check)
{
	static const struct timeval now = { 0, 0 };

	if (check->finished)
		return;
	check->facts->interrupted = true;
	evtimer_add(check->deadline, &now);
}

void dp_check_free(struct dp_check *check)
{
	if (check == NULL)
		return;
	cancel_all(check);
	for (struct share *kept = check->shares; kept != NULL; kept = kept->next)
		dp_survey_hosts_release(kept->share);
	event_free(check->step);
	event_free(check->deadline);
	free(check);
}

const char *dp_check_waiting(const struct dp_check *check, struct dp_arena *arena)
{
	const struct task *task = check->tasks;
	char name[DP_NAME_TEXT_MAX], ip[DP_IP_TEXT_MAX];
	const char *of;

	if (task == NULL)
		return "nothing";
	if (task->what.lookup != NULL) {
		of = dp_arena_printf(arena, "%s of %s",
			dp_type_text(task->what.lookup->type, arena),
			dp_name_text(&task->what.lookup->name, name));
		if (task->what.kind == DP_TASK_LOOKUP)
			return of;
		return dp_arena_printf(arena, "%s at [%s]", of, dp_ip_format(&task->what.ip, ip));
	}
	return dp_arena_printf(arena, "%s [%s]", dp_name_text(&task->what.host->name, name),
		dp_ip_format(&task->what.ip, ip));
}
