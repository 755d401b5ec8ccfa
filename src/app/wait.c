/* SPDX-License-Identifier: Apache-2.0 */
#include "app/wait.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>

#include <event2/event.h>

#include "app/commands.h"
#include "base/text.h"
#include "port/port.h"

#define WORDS_MAX 400 /* bytes of a line that tells of a state */

struct told {
	bool told; /* in this attempt */
	bool passed;
	char words[WORDS_MAX]; /* the last line about it, without time and target; "": none */
};

struct dp_wait {
	const struct dp_options *options;
	struct event_base *base;
	struct told *told;
	size_t targets;
	struct dp_arena *arena;
	int64_t started_ms, end_ms;
	unsigned attempts;
	bool pausing, interrupted;
	struct event *timer, *sigint, *sigterm;
};

int64_t dp_wait_pause_ms(int64_t now_ms, int64_t end_ms, unsigned interval_ms)
{
	if (now_ms >= end_ms)
		return -1;
	return end_ms - now_ms < interval_ms ? end_ms - now_ms : interval_ms;
}

static bool silent(const struct dp_wait *wait)
{
	return wait->options->wait_ms == 0 || wait->options->quiet;
}

static void say(const struct dp_wait *wait, const char *text)
{
	char time[DP_TIME_TEXT_MAX];

	if (!silent(wait))
		(void)dp_complain("%s %s", dp_text_time(dp_port_utc_s(), time), text);
}

/* "90 s", "12 min", "3 h": whole units, rounded down. */
static const char *span(struct dp_arena *arena, int64_t ms)
{
	int64_t s = ms / 1000;

	if (ms < 10 * 1000 && ms % 1000 != 0)
		return dp_arena_printf(
			arena, "%lld.%lld s", (long long)s, (long long)(ms % 1000 / 100));
	if (s < 180)
		return dp_arena_printf(arena, "%lld s", (long long)s);
	if (s < 180 * 60)
		return dp_arena_printf(arena, "%lld min", (long long)(s / 60));
	return dp_arena_printf(arena, "%lld h", (long long)(s / 3600));
}

static const char *const phrases[] = {
	[DP_WAIT_PASSED] = "passes",
	[DP_WAIT_ABSENT] = "not published yet",
	[DP_WAIT_WRONG] = "published, and wrong",
	[DP_WAIT_UNKNOWN] = "undetermined",
};

void dp_wait_tell(struct dp_wait_attempt *attempt, size_t index, const char *target,
	enum dp_wait_state state, const char *why)
{
	struct dp_wait *wait = attempt->wait;
	struct told *told = &wait->told[index];
	bool news = told->words[0] == '\0';
	char words[WORDS_MAX];

	(void)snprintf(
		words, sizeof(words), "%s%s%s", phrases[state], why[0] != '\0' ? ": " : "", why);
	told->told = true;
	told->passed = state == DP_WAIT_PASSED;
	/* What passes at once is told by the report alone. */
	if (strcmp(told->words, words) == 0 || (news && told->passed))
		return;
	memcpy(told->words, words, sizeof(words));
	say(wait,
		dp_arena_printf(attempt->arena, "%s: %s%s", dp_text_shown(attempt->arena, target),
			words,
			news && wait->attempts == 1
				? dp_arena_printf(attempt->arena,
					  " (trying again every %s, for %s)",
					  span(attempt->arena, wait->options->interval_ms),
					  span(attempt->arena, wait->options->wait_ms))
				: ""));
}

static bool all_passed(const struct dp_wait *wait)
{
	for (size_t i = 0; i < wait->targets; i++) {
		if (!wait->told[i].told || !wait->told[i].passed)
			return false;
	}
	return true;
}

static void wake(evutil_socket_t fd, short what, void *user)
{
	struct dp_wait *wait = user;

	(void)fd;
	(void)what;
	event_base_loopbreak(wait->base);
}

/* An attempt under way has signal events of its own. */
static void interrupt(evutil_socket_t fd, short what, void *user)
{
	struct dp_wait *wait = user;

	(void)fd;
	(void)what;
	wait->interrupted = true;
	if (wait->pausing)
		event_base_loopbreak(wait->base);
}

/* Signals are taken over for the whole time, so that none falls between an attempt and a pause. */
static void open_events(struct dp_wait *wait)
{
	wait->timer = evtimer_new(wait->base, wake, wait);
	wait->sigint = evsignal_new(wait->base, SIGINT, interrupt, wait);
	wait->sigterm = evsignal_new(wait->base, SIGTERM, interrupt, wait);
	if (wait->timer == NULL || wait->sigint == NULL || wait->sigterm == NULL ||
		evsignal_add(wait->sigint, NULL) != 0 || evsignal_add(wait->sigterm, NULL) != 0)
		dp_arena_fail();
}

static void close_events(struct dp_wait *wait)
{
	event_free(wait->timer);
	event_free(wait->sigint);
	event_free(wait->sigterm);
}

static void pause_for(struct dp_wait *wait, int64_t ms)
{
	struct timeval time = { .tv_sec = ms / 1000, .tv_usec = ms % 1000 * 1000 };

	wait->pausing = true;
	evtimer_add(wait->timer, &time);
	event_base_dispatch(wait->base);
	evtimer_del(wait->timer);
	wait->pausing = false;
}

static enum dp_batch_end attempt_once(
	const struct dp_wait_plan *plan, struct dp_wait *wait, struct dp_wait_attempt *attempt)
{
	*attempt = (struct dp_wait_attempt){ .arena = dp_arena_open(), .wait = wait };
	dp_buf_init(&attempt->report, attempt->arena);
	for (size_t i = 0; i < wait->targets; i++)
		wait->told[i].told = false;
	wait->attempts++;
	return plan->attempt(plan->user, attempt);
}

static void say_end(const struct dp_wait *wait, const struct dp_wait_attempt *last, bool passed)
{
	int64_t took_ms = dp_port_monotonic_ms() - wait->started_ms;

	if (passed && wait->attempts == 1)
		return;
	say(wait,
		dp_arena_printf(last->arena, "%s after %s, %u attempt%s",
			wait->interrupted ? "stopped by a signal"
				: passed  ? "done"
					  : "given up",
			span(last->arena, took_ms), wait->attempts,
			wait->attempts == 1 ? "" : "s"));
}

/* Attempt after attempt; *last is whole at each start. */
static enum dp_batch_end repeat(
	const struct dp_wait_plan *plan, struct dp_wait *wait, struct dp_wait_attempt *last)
{
	enum dp_batch_end end = attempt_once(plan, wait, last);

	while (end == DP_BATCH_DONE && !all_passed(wait)) {
		int64_t pause_ms = dp_wait_pause_ms(
			dp_port_monotonic_ms(), wait->end_ms, wait->options->interval_ms);
		struct dp_wait_attempt next;

		if (pause_ms < 0)
			break;
		pause_for(wait, pause_ms);
		if (wait->interrupted)
			return DP_BATCH_INTERRUPTED;
		if (dp_live_renew(plan->live) != DP_EXIT_OK)
			return DP_BATCH_REFUSED;
		end = attempt_once(plan, wait, &next);
		if (end == DP_BATCH_INTERRUPTED) {
			dp_wait_close(&next);
			break;
		}
		dp_wait_close(last);
		*last = next;
	}
	return end;
}

enum dp_batch_end dp_wait_run(const struct dp_wait_plan *plan, struct dp_wait_attempt *last)
{
	struct dp_wait wait = {
		.options = plan->live->options,
		.base = plan->live->base,
		.targets = plan->targets,
		.arena = dp_arena_open(),
		.started_ms = dp_port_monotonic_ms(),
	};
	enum dp_batch_end end;

	wait.end_ms = wait.started_ms + wait.options->wait_ms;
	wait.told = dp_arena_alloc(wait.arena, wait.targets * sizeof(*wait.told));
	open_events(&wait);
	end = repeat(plan, &wait, last);
	wait.interrupted = end == DP_BATCH_INTERRUPTED;
	close_events(&wait);
	if (end != DP_BATCH_REFUSED)
		say_end(&wait, last, all_passed(&wait));
	last->wait = NULL;
	dp_arena_close(wait.arena);
	return end;
}

void dp_wait_close(struct dp_wait_attempt *attempt)
{
	dp_arena_close(attempt->arena);
	attempt->arena = NULL;
}
