/* SPDX-License-Identifier: Apache-2.0 */
#include "app/commands.h"

#include <string.h>

#include <event2/event.h>

#include "app/batch.h"
#include "app/options.h"
#include "app/target.h"
#include "base/text.h"
#include "dane/policy.h"
#include "net/resolver.h"
#include "port/port.h"

#define GREETING_LEAST_MS 60000u
#define STDOUT 1
#define SHOWN_MAX 200

/* Exit statuses of the nagios style. */
enum { PASS = 0, WARNED = 1, FAILED = 2, UNKNOWN = 3 };

struct session {
	const struct dp_options *options;
	struct dp_target *targets;
	int64_t now_utc_s; /* at which certificates are judged */
	struct dp_report_options report;
	struct dp_buf file; /* --output-file: all reports */
	size_t printed;
	int status; /* worst so far, nagios style */
};

/* 2 beats 3 beats 1 beats 0. */
static int worst(int a, int b)
{
	static const int rank[] = { [PASS] = 0, [WARNED] = 1, [UNKNOWN] = 2, [FAILED] = 3 };

	return rank[a] >= rank[b] ? a : b;
}

static int styled(int status, enum dp_exit_style style)
{
	static const int simple[] = { [PASS] = 0, [WARNED] = 0, [FAILED] = 1, [UNKNOWN] = 3 };

	return style == DP_EXIT_SIMPLE ? simple[status] : status;
}

static bool print(struct session *session, const struct dp_buf *out)
{
	const struct dp_options *options = session->options;

	/* Objects of JSON Lines need no space between. */
	bool apart = session->printed++ > 0 && strcmp(options->report->name, "text") == 0;

	if (options->output_path != NULL) {
		dp_buf_text(&session->file, apart ? "\n" : "");
		dp_buf_bytes(&session->file, out->data, out->len);
		return true;
	}
	return (!apart || dp_print("\n") == DP_EXIT_OK) && dp_print(out->data) == DP_EXIT_OK;
}

/* Judge and print one target. */
static bool report(void *user, struct dp_facts *facts)
{
	struct session *session = user;
	const struct dp_options *options = session->options;
	const struct dp_verdict *verdict = dp_policy_judge(facts, session->now_utc_s);
	int status = dp_verdict_exit(verdict, options->accepted);
	struct dp_buf out;

	session->status = worst(session->status, status);
	session->report.exit_status = styled(status, options->exit_style);
	if (options->quiet && options->output_path == NULL && session->report.exit_status == 0)
		return true;
	dp_buf_init(&out, facts->arena);
	options->report->write(&out, facts, verdict, &session->report);
	return print(session, &out);
}

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

	config->want_v4 = v4 || given || !v6;
	config->want_v6 = v6 || given || !v4;
}

static struct dp_resolver *open_resolver(
	const struct dp_options *options, struct event_base *base, const char **why)
{
	struct dp_resolver_config config = {
		.base = base,
		.mode = options->resolver_mode,
		.server_count = options->server_count,
		.anchors = options->anchors,
		.anchor_count = options->anchor_count,
		.root_hints_path = options->root_hints_path,
	};

	/* Only --clock: a difference between two readings of the clock would stop libunbound's. */
	if (options->clock_utc_s != DP_TIME_NONE)
		config.clock_offset_s = options->clock_utc_s - dp_port_utc_s();
	memcpy(config.servers, options->servers, sizeof(config.servers));
	choose_families(&config);
	return dp_resolver_open(&config, why, options->arena);
}

/* Options that contradict each other, or NULL. */
static const char *contradiction(const struct dp_options *options, bool server)
{
	for (size_t i = 0; i < options->connect_count; i++) {
		bool v4 = options->connect[i].family == 4;

		if (v4 && !options->want_v4)
			return "--connect names an IPv4 address, which -6 rules out; leave one out";
		if (!v4 && !options->want_v6)
			return "--connect names an IPv6 address, which -4 rules out; leave one out";
	}
	if (options->next_hop.len > 0 && !server)
		return "--next-hop is for servers; type the server as smtp://HOST, or leave "
		       "--next-hop out";
	return NULL;
}

static const char *read_targets(struct session *session)
{
	const struct dp_options *options = session->options;
	const char *wrong = NULL;
	bool server = false;

	if (options->target_count == 0)
		return "no target; type a mail domain or server, as in \"daneprobe check "
		       "example.org\"";
	session->targets =
		dp_arena_alloc(options->arena, options->target_count * sizeof(*session->targets));
	for (size_t i = 0; i < options->target_count && wrong == NULL; i++) {
		wrong = dp_target_parse(
			options->targets[i], options, options->arena, &session->targets[i]);
		server = server || !session->targets[i].is_domain;
	}
	return wrong != NULL ? wrong : contradiction(options, server);
}

static const char *write_failure(enum dp_status status)
{
	switch (status) {
	case DP_NOT_FOUND: return "its folder does not exist";
	case DP_DENIED: return "permission denied";
	case DP_NO_RESOURCE: return "no space left";
	case DP_TOO_LARGE: return "the path is too long";
	case DP_INVALID: return "it is a folder, or cannot be written";
	case DP_OK:
	case DP_AGAIN:
	case DP_TIMEOUT:
	case DP_REFUSED:
	case DP_RESET:
	case DP_CLOSED:
	case DP_UNREACHABLE:
	case DP_NO_ROUTE:
	case DP_CANCELLED: break;
	}
	return dp_status_text(status);
}

static int write_file(const struct session *session)
{
	const char *path = session->options->output_path;
	enum dp_status status = dp_port_write_file(path, session->file.data, session->file.len);

	if (status == DP_OK)
		return DP_EXIT_OK;
	return dp_complain(
		"--output-file \"%s\" cannot be written (%s); type the path of a file that can",
		dp_text_escape_utf8(session->options->arena, path, strlen(path), SHOWN_MAX),
		write_failure(status));
}

static void prepare_report(struct session *session)
{
	const char *no_color = dp_port_env("NO_COLOR");
	bool to_terminal = session->options->output_path == NULL && dp_port_is_terminal(STDOUT);

	session->report.verbose = session->options->verbose;
	session->report.color = to_terminal && (no_color == NULL || no_color[0] == '\0');
	session->report.width = to_terminal ? dp_port_columns(STDOUT) : 0;
	dp_buf_init(&session->file, session->options->arena);
}

static unsigned larger(unsigned a, unsigned b)
{
	return a > b ? a : b;
}

static enum dp_batch_end run_batch(struct session *session, struct event_base *base,
	struct dp_resolver *resolver, int64_t clock_utc_s)
{
	const struct dp_options *options = session->options;
	struct dp_batch batch = {
		.base = base,
		.resolver = resolver,
		.targets = session->targets,
		.count = options->target_count,
		.settings = {
			.hello = options->hello != NULL ? options->hello : own_name(options->arena),
			.timeout_ms = options->timeout_ms,
			.greeting_ms = larger(options->timeout_ms, GREETING_LEAST_MS),
			.deadline_ms = dp_port_monotonic_ms() + options->deadline_ms,
			.now_utc_s = session->now_utc_s,
			.clock_utc_s = clock_utc_s,
		},
		.report = report,
		.user = session,
	};

	return dp_batch_run(&batch);
}

static int run(struct session *session, struct event_base *base)
{
	const struct dp_options *options = session->options;
	int64_t clock_utc_s =
		options->clock_utc_s != DP_TIME_NONE ? options->clock_utc_s : dp_port_utc_s();
	const char *why = NULL;
	struct dp_resolver *resolver = open_resolver(options, base, &why);
	enum dp_batch_end end;
	int written;

	if (resolver == NULL)
		return dp_complain(
			"the DNS cannot be asked: %s", why != NULL ? why : "reason unknown");
	session->now_utc_s = options->at_utc_s != DP_TIME_NONE ? options->at_utc_s : clock_utc_s;
	prepare_report(session);
	end = run_batch(session, base, resolver, clock_utc_s);
	dp_resolver_close(resolver);
	if (end == DP_BATCH_REFUSED)
		return DP_EXIT_USAGE;
	written = options->output_path != NULL ? write_file(session) : DP_EXIT_OK;
	if (written != DP_EXIT_OK || end == DP_BATCH_INTERRUPTED)
		return DP_EXIT_USAGE;
	return styled(session->status, options->exit_style);
}

/* Without a look at the environment: EVENT_* is not ours. */
static struct event_base *open_base(void)
{
	struct event_config *config = event_config_new();
	struct event_base *base = NULL;

	if (config != NULL) {
		event_config_set_flag(config, EVENT_BASE_FLAG_NOLOCK | EVENT_BASE_FLAG_IGNORE_ENV);
		base = event_base_new_with_config(config);
		event_config_free(config);
	}
	return base;
}

static int check(const struct dp_options *options)
{
	struct session session = { .options = options };
	const char *wrong = read_targets(&session);
	struct event_base *base;
	int status;

	if (wrong != NULL)
		return dp_complain("%s", wrong);
	base = open_base();
	if (base == NULL)
		return dp_complain(
			"the event loop cannot be opened: this machine lacks descriptors or "
			"memory");
	status = run(&session, base);
	event_base_free(base);
	return status;
}

int dp_cmd_check(char **args)
{
	struct dp_arena *arena = dp_arena_open();
	const char *error;
	const struct dp_options *options =
		dp_options_parse(args, dp_port_environment(), arena, &error);
	int status;

	if (options == NULL)
		status = dp_complain("%s", error);
	else if (options->help)
		status = dp_help_print("check");
	else
		status = check(options);
	dp_arena_close(arena);
	return status;
}
