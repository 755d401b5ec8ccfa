/* SPDX-License-Identifier: Apache-2.0 */
/* Which way DNS questions go; the validation itself is validator.c's on every way. */
#include "net/resolver.h"

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "config/root_anchors.h"
#include "dane/rules.h"
#include "net/fitness.h"
#include "net/resolv_conf.h"
#include "net/validator.h"
#include "port/port.h"

#define RESOLV_CONF DP_RESOLV_CONF
#define RESOLV_CONF_MAX 65536
#define PROBE_MS 3000 /* patience for the configured resolver's first answers */
#define SLOW_MS 8000  /* the same, when nothing else answers either */
#define LEAST_MS 100

struct dp_resolver {
	struct dp_resolver_config config;
	struct dp_arena *arena;
	struct dp_validator *forward;   /* the given or configured servers; NULL: none */
	struct dp_validator *recursive; /* opened when first needed */
	bool fallback;                  /* AUTO: failed answers are asked again by recursion */
	bool probing; /* AUTO: the servers' first answers are under way; questions wait */
	struct dp_fitness fitness, slow, root; /* of forward, of forward again, of recursive */
	struct dp_question *questions;
	const char *mode, *why;
};

struct dp_question {
	struct dp_resolver *resolver;
	struct dp_question *next, **link;
	struct dp_lookup *lookup;
	struct dp_arena *arena;
	dp_resolver_answer answer;
	void *user;
	int64_t asked_ms, deadline_ms;
	struct dp_validator_question *inner; /* NULL while it waits for the probes */
	struct dp_lookup first;              /* what the forwarders answered, when asked again */
};

static const char *const builtin_anchors[] = { DP_ROOT_ANCHOR_2017, DP_ROOT_ANCHOR_2024 };

static struct dp_validator_config inner_config(
	const struct dp_resolver *resolver, size_t forward_count)
{
	const struct dp_resolver_config *config = &resolver->config;
	bool given = config->anchors != NULL;

	return (struct dp_validator_config){
		.base = config->base,
		.forwards = config->servers,
		.forward_count = forward_count,
		.anchors = given ? config->anchors : builtin_anchors,
		.anchor_count = given ? config->anchor_count
				      : sizeof(builtin_anchors) / sizeof(builtin_anchors[0]),
		.root_hints_path = config->root_hints_path,
		.clock_offset_s = config->clock_offset_s,
		.want_v4 = config->want_v4,
		.want_v6 = config->want_v6,
		.size = config->size,
	};
}

static struct dp_validator *open_validator(
	struct dp_resolver *resolver, size_t forward_count, const char **why)
{
	struct dp_validator_config inner = inner_config(resolver, forward_count);

	return dp_validator_open(&inner, why);
}

static void start(struct dp_question *question);

/* --- auto: do the configured servers pass DNSSEC on? --- */

static const char *of_servers(struct dp_resolver *resolver, const char *fault)
{
	return dp_arena_printf(resolver->arena, "the servers of " RESOLV_CONF ": %s", fault);
}

/* Questions that waited get back the time they lost. */
static void start_waiting(struct dp_resolver *resolver)
{
	int64_t now_ms = dp_port_monotonic_ms();
	struct dp_question *next;

	resolver->probing = false;
	for (struct dp_question *question = resolver->questions; question != NULL;
		question = next) {
		next = question->next;
		question->deadline_ms += now_ms - question->asked_ms;
		start(question);
	}
}

static void take_system(struct dp_resolver *resolver, const char *why)
{
	resolver->why = why;
	start_waiting(resolver);
}

static void take_recursion(struct dp_resolver *resolver)
{
	resolver->mode = "recursive";
	resolver->why = of_servers(resolver, dp_fitness_fault(&resolver->fitness, resolver->arena));
	dp_validator_close(resolver->forward);
	resolver->forward = NULL;
	resolver->fallback = false;
	start_waiting(resolver);
}

static void root_tested(void *user, struct dp_fitness *fitness)
{
	struct dp_resolver *resolver = user;
	bool fit = dp_fitness_fault(fitness, resolver->arena) == NULL;

	if (resolver->probing && (fit || resolver->slow.open == 0))
		take_recursion(resolver);
}

static void slow_tested(void *user, struct dp_fitness *fitness)
{
	struct dp_resolver *resolver = user;

	if (!resolver->probing)
		return;
	if (dp_fitness_fault(fitness, resolver->arena) == NULL) {
		/* Halving the time of each question for a way that is closed helps nobody. */
		resolver->fallback = resolver->root.open > 0;
		take_system(resolver,
			"the servers of " RESOLV_CONF
			" pass DNSSEC records on, though slowly; the DNS root does not answer");
	} else if (resolver->root.open == 0) {
		take_recursion(resolver);
	}
}

static void tested(void *user, struct dp_fitness *fitness)
{
	struct dp_resolver *resolver = user;
	const char *why;

	if (dp_fitness_fault(fitness, resolver->arena) == NULL) {
		take_system(resolver, "the servers of " RESOLV_CONF " pass DNSSEC records on");
		return;
	}
	if (dp_fitness_silent(fitness))
		resolver->recursive = open_validator(resolver, 0, &why);
	if (resolver->recursive == NULL) {
		take_recursion(resolver);
		return;
	}
	/* Silence may be slowness, and the root may be out of reach: the first to answer serves. */
	dp_fitness_start(&resolver->root, resolver->recursive, PROBE_MS, resolver->arena,
		root_tested, resolver);
	dp_fitness_start(&resolver->slow, resolver->forward, SLOW_MS, resolver->arena, slow_tested,
		resolver);
}

/* --- opening --- */

static size_t system_servers(struct dp_resolver *resolver)
{
	struct dp_resolver_config *config = &resolver->config;
	char *text;
	size_t len;

	if (dp_port_read_file(RESOLV_CONF, RESOLV_CONF_MAX, resolver->arena, &text, &len) != DP_OK)
		return 0;
	config->server_count =
		dp_resolv_conf_servers(text, len, config->servers, DP_RESOLVER_SERVERS_MAX);
	return config->server_count;
}

static const char *servers_text(struct dp_resolver *resolver)
{
	struct dp_buf buf;

	dp_buf_init(&buf, resolver->arena);
	for (size_t i = 0; i < resolver->config.server_count; i++) {
		char ip[DP_IP_TEXT_MAX];

		dp_buf_printf(&buf, "%s%s@%u", i > 0 ? "," : "",
			dp_ip_format(&resolver->config.servers[i].ip, ip),
			(unsigned)resolver->config.servers[i].port);
	}
	return buf.data;
}

static bool open_recursive(struct dp_resolver *resolver, const char *reason, const char **why)
{
	resolver->mode = "recursive";
	resolver->why = reason;
	resolver->recursive = open_validator(resolver, 0, why);
	return resolver->recursive != NULL;
}

static bool open_forward(
	struct dp_resolver *resolver, const char *mode, const char *reason, const char **why)
{
	resolver->mode = mode;
	resolver->why = reason;
	resolver->forward = open_validator(resolver, resolver->config.server_count, why);
	return resolver->forward != NULL;
}

static bool open_auto(struct dp_resolver *resolver, const char **why)
{
	if (system_servers(resolver) == 0)
		return open_recursive(
			resolver, "there is no " RESOLV_CONF " with a name server", why);
	if (!open_forward(resolver, "system", "", why))
		return false;
	resolver->fallback = true;
	resolver->probing = true;
	dp_fitness_start(
		&resolver->fitness, resolver->forward, PROBE_MS, resolver->arena, tested, resolver);
	return true;
}

static bool open_mode(struct dp_resolver *resolver, const char **why)
{
	switch (resolver->config.mode) {
	case DP_RESOLVER_AUTO: return open_auto(resolver, why);
	case DP_RESOLVER_SYSTEM:
		if (system_servers(resolver) > 0)
			return open_forward(resolver, "system", "asked for", why);
		*why = RESOLV_CONF
			" names no server: use --resolver recursive, or --resolver ADDRESS";
		return false;
	case DP_RESOLVER_RECURSIVE: return open_recursive(resolver, "asked for", why);
	case DP_RESOLVER_SERVERS:
		return open_forward(resolver, servers_text(resolver), "asked for", why);
	}
	return false;
}

struct dp_resolver *dp_resolver_open(
	const struct dp_resolver_config *config, const char **why, struct dp_arena *arena)
{
	struct dp_resolver *resolver = dp_arena_alloc(arena, sizeof(*resolver));

	resolver->config = *config;
	resolver->arena = arena;
	if (!open_mode(resolver, why)) {
		dp_resolver_close(resolver);
		return NULL;
	}
	return resolver;
}

static void drop(struct dp_question *question)
{
	*question->link = question->next;
	if (question->next != NULL)
		question->next->link = question->link;
	dp_validator_cancel(question->inner);
	free(question);
}

void dp_resolver_close(struct dp_resolver *resolver)
{
	if (resolver == NULL)
		return;
	while (resolver->questions != NULL)
		drop(resolver->questions);
	dp_validator_close(resolver->forward);
	dp_validator_close(resolver->recursive);
	resolver->forward = NULL;
	resolver->recursive = NULL;
}

/* --- questions --- */

static void finish(struct dp_question *question)
{
	struct dp_lookup *lookup = question->lookup;
	dp_resolver_answer answer = question->answer;
	void *user = question->user;

	question->inner = NULL;
	drop(question);
	answer(user, lookup);
}

static bool is_negative(const struct dp_lookup *lookup)
{
	return lookup->state == DP_LOOKUP_NODATA || lookup->state == DP_LOOKUP_NXDOMAIN;
}

/* Why the second answer counts. */
static const char *failure_word(const struct dp_lookup *first, const struct dp_lookup *second)
{
	if (!dp_rule_lookup_failed(first))
		return is_negative(second) ? NULL
					   : "the configured resolver still denied the record";
	if (first->state == DP_LOOKUP_TIMEOUT)
		return "the configured resolver did not answer";
	if (first->state == DP_LOOKUP_ERROR)
		return "the configured resolver answered with an error";
	return "the configured resolver's answer does not validate";
}

static void answered_again(void *user, struct dp_lookup *lookup)
{
	struct dp_question *question = user;
	const struct dp_lookup *first = &question->first;
	bool silent = lookup->state == DP_LOOKUP_TIMEOUT && first->state != DP_LOOKUP_TIMEOUT;

	/* No way out to the root tells less than what the configured resolver said. */
	if (silent || (dp_rule_lookup_failed(lookup) && !dp_rule_lookup_failed(first)))
		*lookup = *first;
	else
		lookup->fallback = failure_word(first, lookup);
	finish(question);
}

static int64_t remaining_ms(const struct dp_question *question)
{
	int64_t left = question->deadline_ms - dp_port_monotonic_ms();

	return left > LEAST_MS ? left : LEAST_MS;
}

static bool ask_again(struct dp_question *question)
{
	struct dp_resolver *resolver = question->resolver;
	struct dp_lookup *lookup = question->lookup;
	const char *why;

	if (resolver->recursive == NULL)
		resolver->recursive = open_validator(resolver, 0, &why);
	if (resolver->recursive == NULL)
		return false;
	question->first = *lookup;
	*lookup = (struct dp_lookup){ .name = question->first.name,
		.type = question->first.type,
		.asked_ms = question->first.asked_ms };
	question->inner = dp_validator_ask(resolver->recursive, lookup, remaining_ms(question),
		question->arena, answered_again, question);
	return true;
}

static bool wants_again(const struct dp_resolver *resolver, const struct dp_lookup *lookup)
{
	return resolver->fallback &&
		(dp_rule_lookup_failed(lookup) ||
			(resolver->config.negative_again && is_negative(lookup)));
}

static void answered(void *user, struct dp_lookup *lookup)
{
	struct dp_question *question = user;

	question->inner = NULL;
	if (wants_again(question->resolver, lookup) && ask_again(question))
		return;
	finish(question);
}

static void start(struct dp_question *question)
{
	struct dp_resolver *resolver = question->resolver;
	struct dp_validator *validator = resolver->forward;
	int64_t timeout_ms = remaining_ms(question);
	const char *why;

	if (validator == NULL) {
		if (resolver->recursive == NULL)
			resolver->recursive = open_validator(resolver, 0, &why);
		validator = resolver->recursive;
	} else if (resolver->fallback) {
		timeout_ms /= 2; /* leave time to ask again */
	}
	if (validator == NULL)
		dp_arena_fail(); /* the same configuration was accepted before: only memory can be
				    short */
	question->inner = dp_validator_ask(
		validator, question->lookup, timeout_ms, question->arena, answered, question);
}

struct dp_question *dp_resolver_ask(struct dp_resolver *resolver, struct dp_lookup *lookup,
	int64_t deadline_ms, struct dp_arena *arena, dp_resolver_answer answer, void *user)
{
	struct dp_question *question = calloc(1, sizeof(*question));

	if (question == NULL)
		dp_arena_fail();
	*question = (struct dp_question){ .resolver = resolver,
		.lookup = lookup,
		.arena = arena,
		.answer = answer,
		.user = user,
		.asked_ms = dp_port_monotonic_ms(),
		.deadline_ms = deadline_ms };
	question->link = &resolver->questions;
	question->next = resolver->questions;
	if (question->next != NULL)
		question->next->link = &question->next;
	resolver->questions = question;
	lookup->state = DP_LOOKUP_PENDING;
	if (!resolver->probing)
		start(question);
	return question;
}

void dp_resolver_cancel(struct dp_question *question)
{
	if (question == NULL)
		return;
	question->lookup->state = DP_LOOKUP_CANCELLED;
	drop(question);
}

struct dp_validator *dp_resolver_pinned(
	struct dp_resolver *resolver, const struct dp_name *zone, const struct dp_ip *ip)
{
	struct dp_validator_config inner = inner_config(
		resolver, resolver->forward != NULL ? resolver->config.server_count : 0);
	const char *why;

	inner.pinned_zone = zone;
	if (zone == NULL)
		inner.anchor_count = 0;
	inner.pinned_ip = *ip;
	inner.want_v4 |= ip->family == 4;
	inner.want_v6 |= ip->family == 6;
	return dp_validator_open(&inner, &why);
}

const char *dp_resolver_mode_text(const struct dp_resolver *resolver)
{
	return resolver->mode;
}

const char *dp_resolver_why(const struct dp_resolver *resolver)
{
	return resolver->why;
}

bool dp_resolver_offline(const struct dp_resolver *resolver)
{
	return resolver->config.offline;
}

const char *dp_resolver_version(void)
{
	return dp_validator_version();
}
