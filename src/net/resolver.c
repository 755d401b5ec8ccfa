/* SPDX-License-Identifier: Apache-2.0 */
/* Which way DNS questions go; the validation itself is validator.c's on every way. */
#include "net/resolver.h"

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "config/root_anchors.h"
#include "dane/rules.h"
#include "net/resolv_conf.h"
#include "net/validator.h"
#include "port/port.h"

#define RESOLV_CONF "/etc/resolv.conf"
#define RESOLV_CONF_MAX 65536
#define PROBE_MS 3000 /* patience for the configured resolver's first answers */
#define LEAST_MS 100

struct dp_resolver {
	struct dp_resolver_config config;
	struct dp_arena *arena;
	struct dp_validator *forward;   /* the given or configured servers; NULL: none */
	struct dp_validator *recursive; /* opened when first needed */
	bool fallback;                  /* AUTO: failed answers are asked again by recursion */
	bool probing; /* AUTO: the servers' first answers are under way; questions wait */
	struct dp_lookup probes[2];
	size_t probes_open;
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
	int64_t deadline_ms;
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

static void probes_done(struct dp_resolver *resolver)
{
	struct dp_question *next;

	resolver->probing = false;
	if (dp_rule_secure_data(&resolver->probes[0]) &&
		resolver->probes[1].state == DP_LOOKUP_NODATA &&
		resolver->probes[1].security == DP_SECURE) {
		resolver->mode = "system";
		resolver->why = "the servers of " RESOLV_CONF " pass DNSSEC records on";
	} else {
		resolver->mode = "recursive";
		resolver->why = resolver->probes[0].state == DP_LOOKUP_TIMEOUT
			? "the servers of " RESOLV_CONF " do not answer"
			: "the servers of " RESOLV_CONF
			  " do not pass all DNSSEC records on (RFC 8027)";
		dp_validator_close(resolver->forward);
		resolver->forward = NULL;
		resolver->fallback = false;
	}
	for (struct dp_question *question = resolver->questions; question != NULL;
		question = next) {
		next = question->next;
		start(question);
	}
}

static void probe_answered(void *user, struct dp_lookup *lookup)
{
	struct dp_resolver *resolver = user;

	(void)lookup;
	if (--resolver->probes_open == 0)
		probes_done(resolver);
}

/* RFC 8027 s3.1: signed keys, and a signed denial (the root has no TXT records). */
static void probe_servers(struct dp_resolver *resolver)
{
	static const uint16_t types[] = { DP_TYPE_DNSKEY, 16 };

	resolver->probing = true;
	resolver->probes_open = 2;
	for (size_t i = 0; i < 2; i++) {
		resolver->probes[i].name.len = 1;
		resolver->probes[i].type = types[i];
		dp_validator_ask(resolver->forward, &resolver->probes[i], PROBE_MS, resolver->arena,
			probe_answered, resolver);
	}
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
	probe_servers(resolver);
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

static const char *failure_word(const struct dp_lookup *lookup)
{
	if (lookup->state == DP_LOOKUP_TIMEOUT)
		return "the configured resolver did not answer";
	if (lookup->state == DP_LOOKUP_ERROR)
		return "the configured resolver answered with an error";
	return "the configured resolver's answer does not validate";
}

static void answered_again(void *user, struct dp_lookup *lookup)
{
	struct dp_question *question = user;
	const char *fallback = failure_word(&question->first);

	/* No way out to the root tells less than what the configured resolver said. */
	if (lookup->state == DP_LOOKUP_TIMEOUT && question->first.state != DP_LOOKUP_TIMEOUT)
		*lookup = question->first;
	else
		lookup->fallback = fallback;
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

static void answered(void *user, struct dp_lookup *lookup)
{
	struct dp_question *question = user;

	question->inner = NULL;
	if (question->resolver->fallback && dp_rule_lookup_failed(lookup) && ask_again(question))
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

const char *dp_resolver_version(void)
{
	return dp_validator_version();
}
