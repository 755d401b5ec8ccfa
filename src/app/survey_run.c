/* SPDX-License-Identifier: Apache-2.0 */
/* The supervisor of a survey: bytes in, bytes out. */
#include <signal.h>
#include <string.h>

#include <event2/event.h>

#include "app/commands.h"
#include "app/live.h"
#include "app/survey.h"
#include "app/survey_lines.h"
#include "app/survey_queue.h"
#include "port/port.h"

#define STDOUT 1
#define STDERR 2
#define READ_BYTES 65536
#define WRITE_BYTES 4096       /* what a pipe takes without waiting (port.h) */
#define OUT_MOST (256u * 1024) /* results that wait to be read, before no more is begun */
#define PROGRESS_MS 500
#define TWICE_MS 1000 /* signals within it are one: timeout(1) signals us, and then our group */
#define LATE_MS 100   /* by that much the loop may be late, and --rate is still reached */
#define MS_US 1000
#define SECOND_US 1000000
#define ERASE_LINE "\r\033[K"

struct run;

struct worker {
	struct run *run;
	int channel;
	struct dp_survey_queue in, out;
	struct event *readable, *writable;
	uint64_t open; /* targets it has */
	bool gone;
};

struct run {
	const struct dp_options *options;
	const struct dp_survey_input *input;
	struct event_base *base;
	struct worker workers[DP_SURVEY_WORKERS_MAX];
	unsigned worker_count;
	/* the list */
	struct event *readable; /* NULL: it is never waited for */
	struct dp_survey_lines lines;
	char bytes[READ_BYTES];
	size_t used, len;
	int64_t read_bytes;
	bool ended;
	/* results */
	struct event *writable; /* NULL: never waited for */
	struct dp_survey_queue out;
	/* the run */
	struct event *pump, *later, *progress, *sigint, *sigterm;
	struct dp_survey_counts counts;
	uint64_t open;  /* targets without a result that workers have */
	int64_t due_us; /* --rate: when the next one may be begun */
	bool stopping, interrupted, unread, progress_shown; /* unread: the reader is gone */
	int64_t interrupted_ms;
	int status;
};

static void after_ms(struct event *event, int64_t ms)
{
	struct timeval time = { .tv_sec = ms / 1000, .tv_usec = ms % 1000 * 1000 };

	evtimer_add(event, &time);
}

/* Nothing more is begun. */
static void erase_progress(struct run *run)
{
	if (run->progress_shown)
		(void)dp_port_write_all(STDERR, ERASE_LINE, strlen(ERASE_LINE));
	run->progress_shown = false;
}

static void stop(struct run *run)
{
	run->stopping = true;
	if (run->readable != NULL)
		event_del(run->readable);
	after_ms(run->pump, 0);
}

/* --- results --- */

static void fail_output(struct run *run, enum dp_status status)
{
	run->status = DP_EXIT_USAGE;
	run->stopping = true;
	run->unread = status == DP_CLOSED;
	if (!run->unread)
		dp_complain(
			"standard output cannot be written%s; --resume goes on from what it holds",
			status == DP_NO_RESOURCE ? " (no space left)" : "");
	event_base_loopbreak(run->base);
}

/* One piece; false: no more can be written now. */
static bool write_piece(struct run *run)
{
	struct dp_survey_queue *out = &run->out;
	size_t len = run->writable != NULL && out->len > WRITE_BYTES ? WRITE_BYTES : out->len;
	size_t count = 0;
	enum dp_status status = dp_port_stream_write(STDOUT, dp_survey_queue_at(out), len, &count);

	if (status == DP_OK) {
		dp_survey_queue_drop(out, count);
		return true;
	}
	if (status != DP_AGAIN)
		fail_output(run, status);
	return false;
}

static void on_writable(evutil_socket_t fd, short what, void *user)
{
	struct run *run = user;

	(void)fd;
	(void)what;
	if (run->out.len > 0)
		(void)write_piece(run);
	if (run->out.len > 0)
		event_add(run->writable, NULL);
	else
		after_ms(run->pump, 0);
}

static void write_out(struct run *run)
{
	if (run->writable != NULL) {
		event_add(run->writable, NULL);
		return;
	}
	while (run->out.len > 0 && write_piece(run))
		;
}

static void count_result(struct run *run, struct worker *worker, char letter)
{
	unsigned outcome = (unsigned)(letter - DP_SURVEY_LETTER);

	worker->open--;
	run->open--;
	run->counts.done++;
	if (letter == DP_SURVEY_MALFORMED)
		run->counts.malformed++;
	else if (outcome < DP_OUTCOMES)
		run->counts.outcomes[outcome]++;
}

static void take_results(struct run *run, struct worker *worker)
{
	ptrdiff_t len;

	while ((len = dp_survey_queue_line(&worker->in)) >= 0) {
		const char *line = dp_survey_queue_at(&worker->in);

		if (len > 0 && line[0] != DP_SURVEY_READY && worker->open > 0) {
			count_result(run, worker, line[0]);
			dp_survey_queue_add(&run->out, line + 1, (size_t)len);
		}
		dp_survey_queue_drop(&worker->in, (size_t)len + 1);
	}
	write_out(run);
}

/* --- workers --- */

static void lose(struct run *run, struct worker *worker)
{
	erase_progress(run);
	dp_complain("a process of this survey ended too soon (no memory, or killed): %llu targets "
		    "of it and the rest of the list have no result; --resume goes on",
		(unsigned long long)worker->open);
	worker->gone = true;
	event_del(worker->readable);
	event_del(worker->writable);
	run->open -= worker->open;
	worker->open = 0;
	run->status = DP_EXIT_USAGE;
	stop(run);
}

static void on_result(evutil_socket_t fd, short what, void *user)
{
	struct worker *worker = user;
	struct run *run = worker->run;
	char bytes[READ_BYTES / 4];
	enum dp_status status;
	size_t count;

	(void)what;
	status = dp_port_read((int)fd, bytes, sizeof(bytes), &count);
	if (status == DP_AGAIN)
		return;
	if (status != DP_OK) {
		lose(run, worker);
		return;
	}
	dp_survey_queue_add(&worker->in, bytes, count);
	take_results(run, worker);
	after_ms(run->pump, 0);
}

static void send_targets(struct worker *worker)
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
	/* Any other failure shows when it is read from. */
}

static void on_room(evutil_socket_t fd, short what, void *user)
{
	(void)fd;
	(void)what;
	send_targets(user);
}

/* --- the list --- */

/* --rate: is it too early for the next one? */
static bool too_early(struct run *run)
{
	int64_t early_us = run->due_us - dp_port_monotonic_ms() * MS_US;

	if (run->options->survey.rate == 0 || early_us <= 0)
		return false;
	after_ms(run->later, (early_us + MS_US - 1) / MS_US);
	return true;
}

/* What was not begun in time, because the list or its results were waited for, is not caught up
 * with: no more come at once than in LATE_MS. */
static void pace(struct run *run)
{
	unsigned rate = run->options->survey.rate;
	int64_t least_us = (dp_port_monotonic_ms() - LATE_MS) * MS_US;

	if (rate == 0)
		return;
	run->due_us = (run->due_us < least_us ? least_us : run->due_us) + SECOND_US / rate;
}

static void give(struct run *run, const char *text)
{
	uint64_t hash = dp_survey_target_hash(run->options, text);
	struct worker *worker = &run->workers[dp_survey_worker_of(hash, run->worker_count)];
	struct dp_arena *arena;
	const char *line;

	if (!dp_survey_shard_has(&run->options->survey.shard, hash))
		return;
	if (dp_survey_is_known(run->input->resume, text)) {
		run->counts.skipped++;
		return;
	}
	arena = dp_arena_open();
	line = dp_arena_printf(arena, "%llu %s\n", (unsigned long long)run->lines.number, text);
	dp_survey_queue_add(&worker->out, line, strlen(line));
	dp_arena_close(arena);
	worker->open++;
	run->open++;
	pace(run);
	send_targets(worker);
}

static void read_list(struct run *run)
{
	enum dp_status status =
		dp_port_stream_read(run->input->fd, run->bytes, sizeof(run->bytes), &run->len);

	run->used = 0;
	run->read_bytes += (int64_t)run->len;
	if (status == DP_OK || status == DP_AGAIN)
		return;
	run->ended = true;
	if (status != DP_CLOSED) {
		dp_complain("the list of targets cannot be read to its end");
		run->status = DP_EXIT_USAGE;
	}
}

/* The next target, or NULL: none is there now (or none any more: ended). */
static const char *next_target(struct run *run)
{
	const char *text = NULL;

	while (text == NULL && !run->ended) {
		if (run->used == run->len) {
			if (run->readable != NULL) {
				event_add(run->readable, NULL);
				return NULL;
			}
			read_list(run);
		}
		if (run->ended)
			return dp_survey_lines_end(&run->lines);
		run->used += dp_survey_lines_take(
			&run->lines, run->bytes + run->used, run->len - run->used, &text);
	}
	return text;
}

static void on_list(evutil_socket_t fd, short what, void *user)
{
	struct run *run = user;
	const char *last;

	(void)fd;
	(void)what;
	read_list(run);
	last = run->ended ? dp_survey_lines_end(&run->lines) : NULL;
	if (last != NULL)
		give(run, last);
	after_ms(run->pump, 0);
}

/* --- the whole --- */

/* A reader that is slow slows down everything behind it. */
static void throttle(struct run *run)
{
	bool full = run->out.len >= OUT_MOST;

	for (unsigned i = 0; i < run->worker_count; i++) {
		if (run->workers[i].gone)
			continue;
		if (full)
			event_del(run->workers[i].readable);
		else
			event_add(run->workers[i].readable, NULL);
	}
}

static void pump(evutil_socket_t fd, short what, void *user)
{
	struct run *run = user;
	const char *text;

	(void)fd;
	(void)what;
	throttle(run);
	while (!run->stopping && run->open < run->options->survey.jobs && run->out.len < OUT_MOST &&
		!too_early(run)) {
		text = next_target(run);
		if (text == NULL)
			break;
		give(run, text);
	}
	if ((run->ended || run->stopping) && run->open == 0 && run->out.len == 0)
		event_base_loopbreak(run->base);
}

static void on_signal(evutil_socket_t fd, short what, void *user)
{
	struct run *run = user;

	(void)fd;
	(void)what;
	if (run->interrupted) {
		if (dp_port_monotonic_ms() - run->interrupted_ms >= TWICE_MS)
			event_base_loopbreak(run->base);
		return;
	}
	run->interrupted = true;
	run->interrupted_ms = dp_port_monotonic_ms();
	run->status = DP_EXIT_USAGE;
	erase_progress(run);
	if (!run->options->quiet)
		dp_complain("what is under way is being finished, --resume goes on with the rest; "
			    "once more to end at once");
	stop(run);
}

/* How much of the list was read, less what is under way. */
static double part_done(const struct run *run)
{
	uint64_t seen = run->counts.done + run->open;

	if (run->input->bytes <= 0 || seen == 0)
		return -1;
	return (double)(run->read_bytes - (int64_t)(run->len - run->used)) /
		(double)run->input->bytes * (double)run->counts.done / (double)seen;
}

static void show_progress(evutil_socket_t fd, short what, void *user)
{
	struct run *run = user;
	struct dp_arena *arena = dp_arena_open();
	int columns = dp_port_columns(STDERR);
	struct dp_buf line;

	(void)fd;
	(void)what;
	dp_buf_init(&line, arena);
	dp_survey_progress(&line, &run->counts, dp_port_monotonic_ms(), part_done(run));
	if (columns > 1 && line.len > (size_t)columns - 1)
		line.len = (size_t)columns - 1;
	(void)dp_port_write_all(STDERR, ERASE_LINE, strlen(ERASE_LINE));
	(void)dp_port_write_all(STDERR, line.data, line.len);
	run->progress_shown = true;
	dp_arena_close(arena);
	after_ms(run->progress, PROGRESS_MS);
}

static void summarize(struct run *run)
{
	struct dp_buf line;

	erase_progress(run);
	if (run->options->quiet || run->unread)
		return;
	dp_buf_init(&line, run->options->arena);
	dp_survey_summary(&line, &run->counts, dp_port_monotonic_ms());
	dp_complain("%s", line.data);
}

static void open_worker(struct run *run, struct worker *worker, int channel)
{
	worker->run = run;
	worker->channel = channel;
	worker->readable = event_new(run->base, channel, EV_READ | EV_PERSIST, on_result, worker);
	worker->writable = event_new(run->base, channel, EV_WRITE, on_room, worker);
	if (worker->readable == NULL || worker->writable == NULL)
		dp_arena_fail();
}

static void open_run(struct run *run)
{
	const struct dp_survey_input *input = run->input;

	for (unsigned i = 0; i < input->worker_count; i++)
		open_worker(run, &run->workers[i], input->workers[i]);
	run->worker_count = input->worker_count;
	if (input->fd_waits)
		run->readable = event_new(run->base, input->fd, EV_READ, on_list, run);
	if (input->out_waits)
		run->writable = event_new(run->base, STDOUT, EV_WRITE, on_writable, run);
	run->pump = evtimer_new(run->base, pump, run);
	run->later = evtimer_new(run->base, pump, run);
	run->progress = evtimer_new(run->base, show_progress, run);
	run->sigint = evsignal_new(run->base, SIGINT, on_signal, run);
	run->sigterm = evsignal_new(run->base, SIGTERM, on_signal, run);
	if (run->pump == NULL || run->later == NULL || run->progress == NULL ||
		run->sigint == NULL || run->sigterm == NULL ||
		evsignal_add(run->sigint, NULL) != 0 || evsignal_add(run->sigterm, NULL) != 0)
		dp_arena_fail();
	run->counts.started_ms = dp_port_monotonic_ms();
	run->due_us = run->counts.started_ms * MS_US;
	after_ms(run->pump, 0);
	if (!run->options->quiet && dp_port_is_terminal(STDERR))
		after_ms(run->progress, PROGRESS_MS);
}

static void close_run(struct run *run)
{
	struct event *const events[] = { run->readable, run->writable, run->pump, run->later,
		run->progress, run->sigint, run->sigterm };

	for (unsigned i = 0; i < run->worker_count; i++) {
		event_free(run->workers[i].readable);
		event_free(run->workers[i].writable);
		dp_survey_queue_close(&run->workers[i].in);
		dp_survey_queue_close(&run->workers[i].out);
	}
	for (size_t i = 0; i < sizeof(events) / sizeof(events[0]); i++) {
		if (events[i] != NULL)
			event_free(events[i]);
	}
	dp_survey_queue_close(&run->out);
	event_base_free(run->base);
}

int dp_survey_supervise(const struct dp_options *options, const struct dp_survey_input *input)
{
	struct run *run = dp_arena_alloc(options->arena, sizeof(*run));

	*run = (struct run){ .options = options, .input = input, .base = dp_live_base() };
	if (run->base == NULL)
		return dp_complain("the event loop cannot be opened: this machine lacks "
				   "descriptors or memory");
	open_run(run);
	event_base_dispatch(run->base);
	summarize(run);
	close_run(run);
	return run->status;
}
