/* SPDX-License-Identifier: Apache-2.0 */
#include "app/serve_pool.h"

#include <stdlib.h>
#include <string.h>

#include <event2/event.h>

#include "app/check.h"
#include "app/serve_allow.h"
#include "app/serve_source.h"
#include "app/target.h"
#include "dane/policy.h"
#include "net/resolver.h"
#include "port/port.h"
#include "report/metrics.h"

#define KEPT_MAX 256 /* results, and */
#define KEPT_BYTES_MAX (4u * 1024 * 1024)
/* The check's own end comes first, so that its result is told; this is for those who joined it
 * later, with less patience. */
#define GRACE_MS 200
#define LEAST_MS 100

enum job_state { QUEUED, RUNNING, ENDED, KEPT };

struct waiter {
	struct job *job;
	struct waiter *next;
	void *client;
	int64_t asked_ms, deadline_ms;
	struct event *deadline;
};

/* One target. */
struct job {
	struct dp_serve_pool *pool;
	struct job *next; /* in order of arrival */
	enum job_state state;
	struct dp_arena *arena; /* of the probe; then of the body alone */
	const char *key;
	struct dp_target target;
	int64_t deadline_ms;
	struct dp_serve_source *source;
	struct dp_check *check;
	struct dp_facts *facts; /* ENDED */
	int64_t now_utc_s;
	struct waiter *waiters;
	struct dp_buf body; /* KEPT */
	int64_t ended_ms;
};

struct dp_serve_pool {
	const struct dp_options *options;
	struct event_base *base;
	struct dp_serve_counts *counts;
	dp_serve_answer answer;
	struct dp_serve_source *source;
	struct job *jobs;
	struct event *advance;
};

/* --- answers --- */

static void advance_soon(struct dp_serve_pool *pool)
{
	static const struct timeval now = { 0, 0 };

	evtimer_add(pool->advance, &now);
}

static void tell(
	struct dp_serve_pool *pool, void *client, enum dp_serve_status status, const char *line)
{
	pool->answer(client,
		&(struct dp_serve_result){
			.status = status, .body = line, .body_len = strlen(line), .age_s = -1 });
}

static void tell_body(
	struct dp_serve_pool *pool, void *client, const struct dp_buf *body, int64_t age_s)
{
	pool->answer(client,
		&(struct dp_serve_result){ .status = DP_SERVE_OK,
			.body = body->data,
			.body_len = body->len,
			.age_s = age_s });
}

/* The metrics of facts, into body. */
static enum dp_outcome judge(const struct job *job, struct dp_facts *facts, struct dp_buf *body)
{
	const struct dp_verdict *verdict = dp_policy_judge(facts, job->now_utc_s);
	struct dp_metrics *metrics = dp_metrics_open(facts->arena);

	dp_metrics_verdict(metrics, NULL, facts, verdict,
		dp_verdict_exit(verdict, job->pool->options->accepted));
	dp_metrics_write(metrics, body);
	return verdict->outcome;
}

static void free_waiter(struct waiter *waiter)
{
	struct waiter **link = &waiter->job->waiters;

	while (*link != waiter)
		link = &(*link)->next;
	*link = waiter->next;
	event_free(waiter->deadline);
	free(waiter);
}

static void free_job(struct job *job)
{
	struct dp_serve_pool *pool = job->pool;
	struct job **link = &pool->jobs;

	while (*link != job)
		link = &(*link)->next;
	*link = job->next;
	switch (job->state) {
	case QUEUED: pool->counts->queued--; break;
	case RUNNING:
	case ENDED: pool->counts->running--; break;
	case KEPT:
		pool->counts->cached--;
		pool->counts->cached_bytes -= job->body.len;
		break;
	}
	while (job->waiters != NULL)
		free_waiter(job->waiters);
	dp_check_free(job->check);
	dp_serve_source_leave(job->source);
	dp_arena_close(job->arena);
	free(job);
}

/* It wanted to know sooner than the probe it joined will: as much as a probe of its own would have
 * found out by now is not known, so it is told what one without any answer tells. */
static void tell_expired(struct job *job, const struct waiter *waiter)
{
	struct dp_arena *arena = dp_arena_open();
	struct dp_facts *facts = dp_facts_new(&job->target, arena);
	struct dp_buf body;

	dp_buf_init(&body, arena);
	facts->expired = true;
	facts->duration_ms = (unsigned)(dp_port_monotonic_ms() - waiter->asked_ms);
	facts->clock_utc_s = job->now_utc_s;
	facts->resolver_mode = dp_resolver_mode_text(job->source->live.resolver);
	facts->resolver_why = dp_resolver_why(job->source->live.resolver);
	judge(job, facts, &body);
	tell_body(job->pool, waiter->client, &body, -1);
	dp_arena_close(arena);
}

static void waited_long(evutil_socket_t fd, short what, void *user)
{
	struct waiter *waiter = user;
	struct job *job = waiter->job;
	void *client = waiter->client;

	(void)fd;
	(void)what;
	if (job->state == ENDED) /* its result comes in a moment */
		return;
	if (job->state == RUNNING)
		tell_expired(job, waiter);
	free_waiter(waiter);
	if (job->state == RUNNING)
		return;
	job->pool->counts->refused_late++;
	tell(job->pool, client, DP_SERVE_UNAVAILABLE,
		"no probe became free in time; ask later, or raise --max-probes");
	if (job->waiters == NULL)
		free_job(job);
}

static void add_waiter(struct job *job, int64_t patience_ms, void *client)
{
	struct waiter *waiter = calloc(1, sizeof(*waiter));
	int64_t ms = patience_ms + GRACE_MS;
	struct timeval time = { .tv_sec = ms / 1000, .tv_usec = ms % 1000 * 1000 };

	if (waiter == NULL)
		dp_arena_fail();
	waiter->job = job;
	waiter->client = client;
	waiter->asked_ms = dp_port_monotonic_ms();
	waiter->deadline_ms = waiter->asked_ms + patience_ms;
	waiter->deadline = evtimer_new(job->pool->base, waited_long, waiter);
	if (waiter->deadline == NULL || evtimer_add(waiter->deadline, &time) != 0)
		dp_arena_fail();
	waiter->next = job->waiters;
	job->waiters = waiter;
}

/* --- probes --- */

static void check_done(void *user, struct dp_facts *facts)
{
	struct job *job = user;

	job->facts = facts;
	job->state = ENDED;
	advance_soon(job->pool);
}

static void start(struct job *job)
{
	struct dp_serve_pool *pool = job->pool;
	struct dp_check_settings settings;
	int64_t least_ms = dp_port_monotonic_ms() + LEAST_MS;

	for (const struct waiter *waiter = job->waiters; waiter != NULL; waiter = waiter->next) {
		if (waiter->deadline_ms > job->deadline_ms)
			job->deadline_ms = waiter->deadline_ms;
	}
	pool->counts->resolvers += dp_serve_source_join(&pool->source);
	job->source = pool->source;
	settings = dp_live_settings(&job->source->live);
	settings.now_utc_s = settings.clock_utc_s = job->now_utc_s = dp_port_utc_s();
	settings.deadline_ms = job->deadline_ms > least_ms ? job->deadline_ms : least_ms;
	job->state = RUNNING;
	pool->counts->running++;
	job->check = dp_check_start(pool->base, job->source->live.resolver, &job->target, &settings,
		job->arena, check_done, job);
}

/* All who wait are told; the body stays for those who ask too soon. */
static void conclude(struct job *job)
{
	struct dp_serve_pool *pool = job->pool;
	struct dp_serve_counts *counts = pool->counts;
	struct dp_arena *probe = job->arena;
	struct dp_buf body;
	enum dp_outcome outcome;

	dp_buf_init(&body, probe);
	outcome = judge(job, job->facts, &body);
	counts->probes[outcome]++;
	counts->probe_ms += job->facts->duration_ms;
	while (job->waiters != NULL) {
		void *client = job->waiters->client;

		free_waiter(job->waiters);
		tell_body(pool, client, &body, -1);
	}
	dp_check_free(job->check);
	job->check = NULL;
	dp_serve_source_leave(job->source);
	job->source = NULL;
	job->arena = dp_arena_open();
	job->key = dp_arena_text(job->arena, job->key, strlen(job->key));
	job->body = (struct dp_buf){ .arena = job->arena,
		.data = dp_arena_text(job->arena, body.data, body.len),
		.len = body.len };
	job->facts = NULL;
	dp_arena_close(probe);
	job->ended_ms = dp_port_monotonic_ms();
	job->state = KEPT;
	counts->running--;
	counts->cached++;
	counts->cached_bytes += body.len;
}

/* Results that no longer count go, and the oldest of those that do when there are too many. */
static void forget(struct dp_serve_pool *pool)
{
	int64_t now_ms = dp_port_monotonic_ms();
	struct job *next;

	for (struct job *job = pool->jobs; job != NULL; job = next) {
		next = job->next;
		if (job->state == KEPT && now_ms - job->ended_ms >= pool->options->min_interval_ms)
			free_job(job);
	}
	while (pool->counts->cached > KEPT_MAX || pool->counts->cached_bytes > KEPT_BYTES_MAX) {
		struct job *oldest = NULL;

		for (struct job *job = pool->jobs; job != NULL; job = job->next) {
			if (job->state == KEPT &&
				(oldest == NULL || job->ended_ms < oldest->ended_ms))
				oldest = job;
		}
		if (oldest == NULL)
			return;
		free_job(oldest);
	}
}

/* The only place where probes end and queued ones begin. */
static void advance(evutil_socket_t fd, short what, void *user)
{
	struct dp_serve_pool *pool = user;

	(void)fd;
	(void)what;
	for (struct job *job = pool->jobs; job != NULL; job = job->next) {
		if (job->state == ENDED)
			conclude(job);
	}
	forget(pool);
	for (struct job *job = pool->jobs; job != NULL; job = job->next) {
		if (job->state != QUEUED || pool->counts->running >= pool->options->max_probes)
			continue;
		pool->counts->queued--;
		start(job);
	}
}

/* --- requests --- */

static const char *key_of(const struct dp_target *target, struct dp_arena *arena)
{
	char name[DP_NAME_TEXT_MAX];

	if (target->is_service)
		return dp_arena_printf(arena, "service %s", dp_name_text(&target->srv, name));
	return dp_arena_printf(arena, "%s %s %u %s", target->is_domain ? "domain" : "server",
		target->protocol, (unsigned)target->port, dp_name_text(&target->name, name));
}

static struct job *find(const struct dp_serve_pool *pool, const char *key)
{
	struct job *job = pool->jobs;

	while (job != NULL && strcmp(job->key, key) != 0)
		job = job->next;
	return job;
}

static void add_job(struct dp_serve_pool *pool, const struct job *model)
{
	struct job *job = calloc(1, sizeof(*job));
	struct job **link = &pool->jobs;

	if (job == NULL)
		dp_arena_fail();
	*job = *model;
	while (*link != NULL)
		link = &(*link)->next;
	*link = job;
}

/* A job for a target that has none, or NULL when too many wait already. */
static struct job *new_job(struct dp_serve_pool *pool, const struct job *model)
{
	if (pool->counts->running + pool->counts->queued >=
		(size_t)pool->options->max_probes + pool->options->max_queue)
		return NULL;
	add_job(pool, model);
	pool->counts->queued++;
	advance_soon(pool);
	return find(pool, model->key);
}

/* A target that was read and is allowed. Does it keep model's arena? */
static bool ask(
	struct dp_serve_pool *pool, const struct job *model, int64_t patience_ms, void *client)
{
	struct job *job;
	bool known;

	forget(pool);
	job = find(pool, model->key);
	known = job != NULL;
	if (known && job->state == KEPT) {
		pool->counts->from_cache++;
		tell_body(
			pool, client, &job->body, (dp_port_monotonic_ms() - job->ended_ms) / 1000);
		return false;
	}
	if (!known)
		job = new_job(pool, model);
	if (job == NULL) {
		pool->counts->refused_queue++;
		tell(pool, client, DP_SERVE_UNAVAILABLE,
			"too many probes wait already; ask later, or raise --max-queue");
		return false;
	}
	pool->counts->shared += known;
	add_waiter(job, patience_ms, client);
	return !known;
}

void dp_serve_pool_ask(
	struct dp_serve_pool *pool, const char *text, int64_t patience_ms, void *client)
{
	struct job model = { .pool = pool, .state = QUEUED, .arena = dp_arena_open() };
	const char *copy = dp_arena_text(model.arena, text, strlen(text));
	const char *wrong = dp_target_parse(copy, pool->options, model.arena, &model.target);
	bool taken = false;

	if (wrong != NULL) {
		tell(pool, client, DP_SERVE_BAD_REQUEST, wrong);
	} else if ((wrong = dp_serve_refuses(pool->options, &model.target)) != NULL) {
		pool->counts->refused_target++;
		tell(pool, client, DP_SERVE_FORBIDDEN, wrong);
	} else {
		model.key = key_of(&model.target, model.arena);
		taken = ask(pool, &model, patience_ms, client);
	}
	if (!taken)
		dp_arena_close(model.arena);
}

/* --- opening and closing --- */

struct dp_serve_pool *dp_serve_pool_open(const struct dp_options *options, struct event_base *base,
	struct dp_serve_counts *counts, dp_serve_answer answer)
{
	struct dp_serve_pool *pool = calloc(1, sizeof(*pool));

	if (pool == NULL)
		dp_arena_fail();
	pool->options = options;
	pool->base = base;
	pool->counts = counts;
	pool->answer = answer;
	pool->advance = evtimer_new(base, advance, pool);
	if (pool->advance == NULL)
		dp_arena_fail();
	pool->source = dp_serve_source_open(options, base);
	if (pool->source != NULL)
		return pool;
	dp_serve_pool_close(pool);
	return NULL;
}

void dp_serve_pool_close(struct dp_serve_pool *pool)
{
	if (pool == NULL)
		return;
	while (pool->jobs != NULL)
		free_job(pool->jobs);
	dp_serve_source_leave(pool->source);
	event_free(pool->advance);
	free(pool);
}
