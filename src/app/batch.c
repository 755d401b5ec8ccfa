/* SPDX-License-Identifier: Apache-2.0 */
#include "app/batch.h"

#include <signal.h>
#include <string.h>

#include <event2/event.h>

#include "base/buf.h"
#include "port/port.h"

#define AT_ONCE 4 /* checks under way */
#define PROGRESS_FIRST_MS 1000
#define PROGRESS_NEXT_MS 500
#define ERASE_LINE "\r\033[K"
#define STDERR 2

struct run;

struct job {
	struct run *run;
	struct dp_arena *arena;
	struct dp_check *check;
	struct dp_facts *facts; /* set when it is done */
};

struct run {
	const struct dp_batch *batch;
	struct job *jobs;
	size_t started, reported;
	size_t running;
	bool interrupted, refused;
	bool progress_shown;
	struct event *advance, *progress, *sigint, *sigterm;
};

static void after_ms(struct event *event, long ms)
{
	struct timeval time = { .tv_sec = ms / 1000, .tv_usec = ms % 1000 * 1000 };

	evtimer_add(event, &time);
}

static void erase_progress(struct run *run)
{
	if (run->progress_shown)
		(void)dp_port_write_all(STDERR, ERASE_LINE, strlen(ERASE_LINE));
	run->progress_shown = false;
}

/* One line, cut to the terminal: what the oldest check under way waits for. */
static void show_progress(evutil_socket_t fd, short what, void *user)
{
	struct run *run = user;
	struct dp_arena *arena = dp_arena_open();
	struct dp_buf line;
	int columns = dp_port_columns(STDERR);

	(void)fd;
	(void)what;
	for (size_t i = run->reported; i < run->started; i++) {
		const struct job *job = &run->jobs[i];

		if (job->check == NULL || job->facts != NULL)
			continue;
		dp_buf_init(&line, arena);
		dp_buf_printf(&line, "%s: waiting for %s", run->batch->targets[i].text,
			dp_check_waiting(job->check, arena));
		if (columns > 1 && line.len > (size_t)columns - 1)
			line.len = (size_t)columns - 1;
		(void)dp_port_write_all(STDERR, ERASE_LINE, strlen(ERASE_LINE));
		(void)dp_port_write_all(STDERR, line.data, line.len);
		run->progress_shown = true;
		break;
	}
	dp_arena_close(arena);
	after_ms(run->progress, PROGRESS_NEXT_MS);
}

static void check_done(void *user, struct dp_facts *facts)
{
	struct job *job = user;

	job->facts = facts;
	job->run->running--;
	after_ms(job->run->advance, 0);
}

static void start_job(struct run *run, struct job *job)
{
	const struct dp_batch *batch = run->batch;

	job->run = run;
	job->arena = dp_arena_open();
	run->running++;
	job->check = dp_check_start(batch->base, batch->resolver, &batch->targets[run->started],
		&batch->settings, job->arena, check_done, job);
	run->started++;
	if (run->interrupted)
		dp_check_stop(job->check);
}

static void close_job(struct job *job)
{
	dp_check_free(job->check);
	dp_arena_close(job->arena);
	*job = (struct job){ 0 };
}

static void report_next(struct run *run)
{
	const struct dp_batch *batch = run->batch;

	while (run->reported < run->started && run->jobs[run->reported].facts != NULL) {
		struct job *job = &run->jobs[run->reported];

		erase_progress(run);
		if (!run->refused && !batch->report(batch->user, job->facts))
			run->refused = true;
		close_job(job);
		run->reported++;
	}
}

/* The only place that starts, reports and ends. */
static void advance(evutil_socket_t fd, short what, void *user)
{
	struct run *run = user;

	(void)fd;
	(void)what;
	report_next(run);
	if (run->refused || run->reported == run->batch->count) {
		event_base_loopbreak(run->batch->base);
		return;
	}
	while (run->started < run->batch->count && run->running < AT_ONCE)
		start_job(run, &run->jobs[run->started]);
}

/* Also for those that have not begun: each target gets its report. */
static void interrupt(evutil_socket_t fd, short what, void *user)
{
	struct run *run = user;

	(void)fd;
	(void)what;
	run->interrupted = true;
	for (size_t i = run->reported; i < run->started; i++) {
		if (run->jobs[i].check != NULL && run->jobs[i].facts == NULL)
			dp_check_stop(run->jobs[i].check);
	}
	after_ms(run->advance, 0);
}

static bool open_events(struct run *run)
{
	struct event_base *base = run->batch->base;

	run->advance = evtimer_new(base, advance, run);
	run->progress = evtimer_new(base, show_progress, run);
	run->sigint = evsignal_new(base, SIGINT, interrupt, run);
	run->sigterm = evsignal_new(base, SIGTERM, interrupt, run);
	return run->advance != NULL && run->progress != NULL && run->sigint != NULL &&
		run->sigterm != NULL && evsignal_add(run->sigint, NULL) == 0 &&
		evsignal_add(run->sigterm, NULL) == 0;
}

static void close_events(struct run *run)
{
	struct event *const events[] = { run->advance, run->progress, run->sigint, run->sigterm };

	for (size_t i = 0; i < sizeof(events) / sizeof(events[0]); i++) {
		if (events[i] != NULL)
			event_free(events[i]);
	}
}

enum dp_batch_end dp_batch_run(const struct dp_batch *batch)
{
	struct dp_arena *arena = dp_arena_open();
	struct run run = { .batch = batch };

	run.jobs = dp_arena_alloc(arena, batch->count * sizeof(*run.jobs));
	if (!open_events(&run))
		dp_arena_fail();
	after_ms(run.advance, 0);
	if (dp_port_is_terminal(STDERR))
		after_ms(run.progress, PROGRESS_FIRST_MS);
	event_base_dispatch(batch->base);
	erase_progress(&run);
	for (size_t i = run.reported; i < run.started; i++)
		close_job(&run.jobs[i]);
	close_events(&run);
	dp_arena_close(arena);
	return run.refused        ? DP_BATCH_REFUSED
		: run.interrupted ? DP_BATCH_INTERRUPTED
				  : DP_BATCH_DONE;
}
