/* SPDX-License-Identifier: Apache-2.0 */
#include "app/live.h"

#include <stdlib.h>
#include <string.h>

#include <event2/event.h>

#include "app/commands.h"
#include "app/target.h"
#include "base/text.h"
#include "net/resolver.h"
#include "port/port.h"

#define GREETING_LEAST_MS 60000u

/* This host's name if it is one that others may know, else NULL: the address literal. */
static const char *own_name(struct dp_arena *arena)
{
	const char *name = dp_port_hostname(arena);
	struct dp_name parsed;
	const char *why;

	return strchr(name, '.') != NULL && dp_name_from_user(name, &parsed, &why) ? name : NULL;
}

static bool has_route(const char *address)
{
	struct dp_ip ip;

	return dp_ip_parse(address, strlen(address), &ip) && dp_port_has_route(&ip);
}

/* Families for questions: those with a route to a root server. Given servers are asked whatever the
 * routes; with no route at all, trying shows best what is wrong. */
static void choose_families(struct dp_resolver_config *config)
{
	bool given = config->mode != DP_RESOLVER_RECURSIVE || config->root_hints_path != NULL;
	bool v4 = has_route("198.41.0.4"), v6 = has_route("2001:503:ba3e::2:30");

	config->offline = !v4 && !v6 && config->root_hints_path == NULL;
	config->want_v4 = v4 || given || !v6;
	config->want_v6 = v6 || given || !v4;
}

static struct dp_resolver *open_resolver(const struct dp_options *options, struct event_base *base,
	const char **why, struct dp_arena *arena)
{
	struct dp_resolver_config config = {
		.base = base,
		.mode = options->resolver_mode,
		.server_count = options->server_count,
		.anchors = options->anchors,
		.anchor_count = options->anchor_count,
		.root_hints_path = options->root_hints_path,
		.size = options->survey.dns,
		.negative_again = options->wait_ms > 0,
	};

	/* Only --clock: a difference between two readings of the clock would stop libunbound's. */
	if (options->clock_utc_s != DP_TIME_NONE)
		config.clock_offset_s = options->clock_utc_s - dp_port_utc_s();
	memcpy(config.servers, options->servers, sizeof(config.servers));
	choose_families(&config);
	return dp_resolver_open(&config, why, arena);
}

/* Options that contradict each other, or NULL. */
static const char *contradiction(const struct dp_options *options, bool server, bool domain)
{
	for (size_t i = 0; i < options->connect_count; i++) {
		bool v4 = options->connect[i].family == 4;

		if (v4 && !options->want_v4)
			return "--connect names an IPv4 address, which -6 rules out; leave one out";
		if (!v4 && !options->want_v6)
			return "--connect names an IPv6 address, which -4 rules out; leave one out";
	}
	if (dp_options_typed(options, "port") && options->port_count == 0 && !domain)
		return "--port is for mail domains; SRV records name their ports, and that of a "
		       "server stands behind it, as in smtp://HOST:PORT; leave --port out";
	if (options->next_hop.len > 0 && !server)
		return "--next-hop is for servers; type the server as smtp://HOST, or leave "
		       "--next-hop out";
	return NULL;
}

const char *dp_live_targets(const struct dp_options *options, char *const *texts, size_t count,
	struct dp_target **targets)
{
	const char *wrong = NULL;
	bool server = false, domain = false;

	*targets = dp_arena_alloc(options->arena, count * sizeof(**targets));
	for (size_t i = 0; i < count && wrong == NULL; i++) {
		wrong = dp_target_parse(texts[i], options, options->arena, &(*targets)[i]);
		server = server || !(*targets)[i].is_domain;
		domain = domain || ((*targets)[i].is_domain && !(*targets)[i].is_service);
	}
	if (wrong == NULL)
		wrong = contradiction(options, server, domain || count == 0);
	return wrong;
}

/* libevent would end the program with status 1: "verified, with warnings". */
static void give_up(int error)
{
	(void)error;
	exit(dp_complain("the event loop cannot go on: this machine lacks descriptors or memory"));
}

/* What it has to say comes with an error that is told of, or with give_up. */
static void say_nothing(int severity, const char *text)
{
	(void)severity;
	(void)text;
}

/* Without a look at the environment: EVENT_* is not ours. */
struct event_base *dp_live_base(void)
{
	event_set_fatal_callback(give_up);
	event_set_log_callback(say_nothing);

	struct event_config *config = event_config_new();
	struct event_base *base = NULL;

	if (config != NULL) {
		event_config_set_flag(config, EVENT_BASE_FLAG_NOLOCK | EVENT_BASE_FLAG_IGNORE_ENV);
		base = event_base_new_with_config(config);
		event_config_free(config);
	}
	return base;
}

int dp_live_renew(struct dp_live *live)
{
	const struct dp_options *options = live->options;
	const char *why = NULL;

	dp_resolver_close(live->resolver);
	dp_arena_close(live->arena);
	live->arena = dp_arena_open();
	live->resolver = open_resolver(options, live->base, &why, live->arena);
	if (live->resolver == NULL)
		return dp_complain(
			"the DNS cannot be asked: %s", why != NULL ? why : "reason unknown");
	live->clock_utc_s =
		options->clock_utc_s != DP_TIME_NONE ? options->clock_utc_s : dp_port_utc_s();
	live->now_utc_s = options->at_utc_s != DP_TIME_NONE ? options->at_utc_s : live->clock_utc_s;
	return DP_EXIT_OK;
}

int dp_live_open(struct dp_live *live, const struct dp_options *options)
{
	*live = (struct dp_live){ .options = options, .base = dp_live_base() };
	if (live->base == NULL)
		return dp_complain(
			"the event loop cannot be opened: this machine lacks descriptors or "
			"memory");
	return dp_live_renew(live);
}

void dp_live_close(struct dp_live *live)
{
	dp_resolver_close(live->resolver);
	dp_arena_close(live->arena);
	if (live->base != NULL)
		event_base_free(live->base);
	live->resolver = NULL;
	live->arena = NULL;
	live->base = NULL;
}

static unsigned larger(unsigned a, unsigned b)
{
	return a > b ? a : b;
}

void dp_live_start(struct dp_live *live)
{
	live->deadline_ms = dp_port_monotonic_ms() + live->options->deadline_ms;
}

struct dp_check_settings dp_live_settings(const struct dp_live *live)
{
	const struct dp_options *options = live->options;

	return (struct dp_check_settings){
		.hello = options->hello != NULL ? options->hello : own_name(live->arena),
		.timeout_ms = options->timeout_ms,
		.greeting_ms = larger(options->timeout_ms, GREETING_LEAST_MS),
		.deadline_ms = live->deadline_ms != 0
			? live->deadline_ms
			: dp_port_monotonic_ms() + options->deadline_ms,
		.now_utc_s = live->now_utc_s,
		.clock_utc_s = live->clock_utc_s,
	};
}

enum dp_batch_end dp_live_run(struct dp_live *live, const struct dp_target *targets, size_t count,
	bool (*report)(void *user, struct dp_facts *facts), void *user)
{
	struct dp_batch batch = {
		.base = live->base,
		.resolver = live->resolver,
		.targets = targets,
		.count = count,
		.settings = dp_live_settings(live),
		.report = report,
		.user = user,
	};

	return dp_batch_run(&batch);
}
