/* SPDX-License-Identifier: Apache-2.0 */
#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include <event2/event.h>

#include "app/commands.h"
#include "app/live.h"
#include "app/output.h"
#include "app/sandbox.h"
#include "app/survey.h"
#include "app/survey_gate.h"
#include "app/survey_hosts.h"
#include "app/survey_queue.h"
#include "app/target.h"
#include "dane/policy.h"
#include "port/port.h"

#define READ_BYTES 16384
#define OUT_MOST (128u * 1024) /* results that wait to be taken, before no more is begun */
#define TICK_MS 50
#define LATE_MS 100 /* the loop is late by that: what is under way comes first */
#define AT_A_TIME 16

struct worker;

struct job {
	struct worker *worker;
	struct job *next, **link;
	struct dp_arena *arena;
	struct dp_target target;
	struct dp_check *check;
	struct dp_facts *facts; /* set when it is done */
	uint64_t index;
	int64_t now_utc_s;
};

struct worker {
	const struct dp_options *options;
	struct dp_live live;
	struct dp_survey_gate *gate;
	struct dp_survey_hosts *hosts;
	struct dp_check_settings settings;
	int channel;
	struct dp_survey_queue in, out;
	struct event *readable, *writable, *advance, *tick;
	struct job *jobs, *done;
	int64_t tick_due_ms;
	bool late;
};

static void advance_soon(struct worker *worker)
{
	static const struct timeval now = { 0, 0 };

	evtimer_add(worker->advance, &now);
}

/* --- results --- */

static void send_out(struct worker *worker)
{
	struct dp_survey_queue *out = &worker->out;
	enum dp_status status = DP_OK;
	size_t count;

	while (out->len > 0 && status == DP_OK) {
		status = dp_port_write(worker->channel, dp_survey_queue_at(out), out->len, &count);
		if (status == DP_OK)
			dp_survey_queue_drop(out, count);
	}
	if (status == DP_AGAIN)
		event_add(worker->writable, NULL);
	else if (status != DP_OK)
		event_base_loopbreak(worker->live.base); /* nobody is there any more */
}

static void put(struct worker *worker, char letter, const struct dp_buf *line)
{
	dp_survey_queue_add(&worker->out, &letter, 1);
	dp_survey_queue_add(&worker->out, line->data, line->len);
	send_out(worker);
}

static void put_error(struct worker *worker, struct job *job, const char *text, const char *wrong)
{
	struct dp_target target = {
		.text = text, .protocol = "smtp", .port = worker->options->port
	};
	struct dp_verdict verdict = { .outcome = DP_UNDETERMINED };
	struct dp_report_options how = {
		.index = job->index, .error = wrong, .exit_status = DP_EXIT_USAGE
	};
	struct dp_buf line;

	dp_buf_init(&line, job->arena);
	dp_report_json(&line, dp_facts_new(&target, job->arena), &verdict, &how);
	put(worker, DP_SURVEY_MALFORMED, &line);
}

static void free_job(struct job *job)
{
	*job->link = job->next;
	if (job->next != NULL)
		job->next->link = job->link;
	dp_check_free(job->check);
	dp_arena_close(job->arena);
	free(job);
}

static void put_result(struct job *job)
{
	struct worker *worker = job->worker;
	const struct dp_options *options = worker->options;
	const struct dp_verdict *verdict = dp_policy_judge(job->facts, job->now_utc_s);
	struct dp_report_options how = { .verbose = options->verbose,
		.index = job->index,
		.exit_status = dp_verdict_exit(verdict, options->accepted) };
	struct dp_buf line;

	dp_buf_init(&line, job->arena);
	dp_report_json(&line, job->facts, verdict, &how);
	put(worker, (char)(DP_SURVEY_LETTER + (int)verdict->outcome), &line);
}

/* --- checks --- */

static void link_job(struct job **list, struct job *job)
{
	job->link = list;
	job->next = *list;
	if (job->next != NULL)
		job->next->link = &job->next;
	*list = job;
}

static void check_done(void *user, struct dp_facts *facts)
{
	struct job *job = user;

	job->facts = facts;
	*job->link = job->next;
	if (job->next != NULL)
		job->next->link = job->link;
	link_job(&job->worker->done, job);
	advance_soon(job->worker);
}

/* "INDEX TARGET" */
static void start_job(struct worker *worker, const char *line, size_t len)
{
	struct job *job = calloc(1, sizeof(*job));
	struct dp_check_settings settings = worker->settings;
	const char *wrong;
	char *text;

	if (job == NULL)
		dp_arena_fail();
	job->worker = worker;
	job->arena = dp_arena_open();
	job->index = strtoull(dp_arena_text(job->arena, line, len), &text, 10);
	text += *text == ' ';
	link_job(&worker->jobs, job);
	wrong = dp_target_parse(text, worker->options, job->arena, &job->target);
	if (wrong != NULL) {
		put_error(worker, job, text, wrong);
		free_job(job);
		return;
	}
	/* the port of a service is that of its SRV record */
	job->target.share_hosts = !job->target.is_service;
	dp_survey_times(worker->options, &settings);
	job->now_utc_s = settings.now_utc_s;
	job->check = dp_check_start(worker->live.base, worker->live.resolver, &job->target,
		&settings, job->arena, check_done, job);
}

static void start_jobs(struct worker *worker)
{
	for (int i = 0; i < AT_A_TIME && worker->out.len < OUT_MOST; i++) {
		/* however late it always is, as where others have the CPU: one at a time */
		if (worker->late && worker->jobs != NULL)
			return;

		ptrdiff_t len = dp_survey_queue_line(&worker->in);

		if (len < 0)
			return;
		start_job(worker, dp_survey_queue_at(&worker->in), (size_t)len);
		dp_survey_queue_drop(&worker->in, (size_t)len + 1);
	}
}

/* The only place that starts and ends. */
static void advance(evutil_socket_t fd, short what, void *user)
{
	struct worker *worker = user;

	(void)fd;
	(void)what;
	while (worker->done != NULL) {
		put_result(worker->done);
		free_job(worker->done);
	}
	start_jobs(worker);
}

/* When the CPU is the bottleneck, the loop comes late to what has happened. Beginning more would
 * have peers wait for us until they, or our own patience, run out of time. */
static void tick(evutil_socket_t fd, short what, void *user)
{
	static const struct timeval next = { 0, TICK_MS * 1000 };
	struct worker *worker = user;
	int64_t now_ms = dp_port_monotonic_ms();

	(void)fd;
	(void)what;
	worker->late = now_ms - worker->tick_due_ms > LATE_MS;
	worker->tick_due_ms = now_ms + TICK_MS;
	evtimer_add(worker->tick, &next);
	start_jobs(worker);
}

/* --- the stream --- */

static void on_readable(evutil_socket_t fd, short what, void *user)
{
	struct worker *worker = user;
	char bytes[READ_BYTES];
	enum dp_status status;
	size_t count;

	(void)what;
	status = dp_port_read((int)fd, bytes, sizeof(bytes), &count);
	if (status == DP_AGAIN)
		return;
	if (status != DP_OK) {
		event_base_loopbreak(worker->live.base);
		return;
	}
	dp_survey_queue_add(&worker->in, bytes, count);
	advance_soon(worker);
}

static void on_writable(evutil_socket_t fd, short what, void *user)
{
	struct worker *worker = user;

	(void)fd;
	(void)what;
	send_out(worker);
	start_jobs(worker);
}

static void open_worker(struct worker *worker)
{
	struct event_base *base = worker->live.base;

	worker->readable =
		event_new(base, worker->channel, EV_READ | EV_PERSIST, on_readable, worker);
	worker->writable = event_new(base, worker->channel, EV_WRITE, on_writable, worker);
	worker->advance = evtimer_new(base, advance, worker);
	worker->tick = evtimer_new(base, tick, worker);
	if (worker->readable == NULL || worker->writable == NULL || worker->advance == NULL ||
		worker->tick == NULL || event_add(worker->readable, NULL) != 0)
		dp_arena_fail();
	worker->settings = dp_live_settings(&worker->live);
	worker->gate = dp_survey_gate_open(base, &worker->options->survey.limits);
	worker->settings.gate = worker->gate;
	worker->hosts = dp_survey_hosts_open(&(struct dp_survey_hosts_config){ .base = base,
		.resolver = worker->live.resolver,
		.settings = worker->settings,
		.options = worker->options });
	worker->settings.hosts = worker->hosts;
	worker->tick_due_ms = dp_port_monotonic_ms();
	event_active(worker->tick, EV_TIMEOUT, 0);
}

static void close_worker(struct worker *worker)
{
	struct event *const events[] = { worker->readable, worker->writable, worker->advance,
		worker->tick };

	while (worker->jobs != NULL)
		free_job(worker->jobs);
	while (worker->done != NULL)
		free_job(worker->done);
	dp_survey_hosts_close(worker->hosts);
	dp_survey_gate_close(worker->gate);
	for (size_t i = 0; i < sizeof(events) / sizeof(events[0]); i++)
		event_free(events[i]);
	dp_survey_queue_close(&worker->in);
	dp_survey_queue_close(&worker->out);
}

int dp_survey_work(const struct dp_options *options, int channel)
{
	static const char ready[] = { DP_SURVEY_READY, '\n' };
	struct worker worker = { .options = options, .channel = channel };
	int status;

	/* A signal from the terminal is for the supervisor: what is under way is to be finished. */
	(void)signal(SIGINT, SIG_IGN);
	(void)signal(SIGTERM, SIG_IGN);
	dp_sandbox_enter(options, DP_SANDBOX_LIVE);
	status = dp_live_open(&worker.live, options);
	if (status == DP_EXIT_OK) {
		open_worker(&worker);
		dp_survey_queue_add(&worker.out, ready, sizeof(ready));
		send_out(&worker);
		event_base_dispatch(worker.live.base);
		close_worker(&worker);
	}
	dp_live_close(&worker.live);
	return status;
}
