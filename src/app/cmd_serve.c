/* SPDX-License-Identifier: Apache-2.0 */
#include "app/commands.h"

#include <signal.h>
#include <string.h>

#include <event2/event.h>

#include "app/live.h"
#include "app/sandbox.h"
#include "app/serve_http.h"
#include "app/serve_ping.h"
#include "app/serve_pool.h"
#include "dp_versions.h"
#include "port/port.h"

#define SOCKETS_MAX 80     /* those of systemd (port.h: at most 64) and of --listen (16) */
#define PORT_DEFAULT 15252 /* TLSA is type 52, mail is port 25; Prometheus' own list is full */

static const char metrics_type[] = "text/plain; version=0.0.4; charset=utf-8";
static const struct dp_resolver_server at_default = { .ip = { 4, { 127, 0, 0, 1 } },
	.port = PORT_DEFAULT };

struct server {
	const struct dp_options *options;
	struct event_base *base;
	struct dp_serve_http *http;
	struct dp_serve_pool *pool;
	struct dp_serve_counts counts;
	struct event *sigint, *sigterm;
	int sockets[SOCKETS_MAX];
	size_t socket_count;
	bool draining, aborted;
};

/* --- requests --- */

static void say(struct dp_serve_client *client, enum dp_serve_status status, const char *line)
{
	dp_serve_reply_send(client,
		&(struct dp_serve_reply){
			.status = status, .body = line, .body_len = strlen(line), .age_s = -1 });
}

static void answer_probe(void *client, const struct dp_serve_result *result)
{
	dp_serve_reply_send(client,
		&(struct dp_serve_reply){ .status = result->status,
			.type = result->status == DP_SERVE_OK ? metrics_type : NULL,
			.body = result->body,
			.body_len = result->body_len,
			.age_s = result->age_s });
}

static void ask_probe(struct server *server, struct dp_serve_client *client,
	const struct dp_serve_request *request)
{
	struct dp_arena *arena = dp_arena_open();
	const char *why;
	const char *target = dp_serve_query_target(request->query, arena, &why);

	if (target == NULL)
		say(client, DP_SERVE_BAD_REQUEST, why);
	else if (server->draining)
		say(client, DP_SERVE_UNAVAILABLE, "no new probes: this exporter is ending");
	else
		dp_serve_pool_ask(server->pool, target,
			dp_serve_patience_ms(request->timeout_ms, server->options->deadline_ms),
			client);
	dp_arena_close(arena);
}

static void answer_metrics(struct server *server, struct dp_serve_client *client)
{
	struct dp_arena *arena = dp_arena_open();
	struct dp_buf out;

	dp_buf_init(&out, arena);
	dp_serve_counts_write(&server->counts, &out);
	dp_serve_reply_send(client,
		&(struct dp_serve_reply){ .status = DP_SERVE_OK,
			.type = metrics_type,
			.body = out.data,
			.body_len = out.len,
			.age_s = -1 });
	dp_arena_close(arena);
}

static void request(
	void *user, struct dp_serve_client *client, const struct dp_serve_request *request)
{
	struct server *server = user;

	if (strcmp(request->path, "/probe") == 0)
		ask_probe(server, client, request);
	else if (strcmp(request->path, "/metrics") == 0)
		answer_metrics(server, client);
	else if (strcmp(request->path, "/healthz") == 0)
		say(client, server->draining ? DP_SERVE_UNAVAILABLE : DP_SERVE_OK,
			server->draining ? "ending" : "ok");
	else if (strcmp(request->path, "/") == 0)
		say(client, DP_SERVE_OK,
			"daneprobe " DP_VERSION ": /probe?target=example.org, /metrics, /healthz");
	else
		say(client, DP_SERVE_NOT_FOUND,
			"there is nothing here; try /probe?target=example.org, /metrics or "
			"/healthz");
}

/* --- the end --- */

static void ended(void *user)
{
	struct server *server = user;

	if (server->draining && dp_serve_http_busy(server->http) == 0)
		event_base_loopbreak(server->base);
}

static void drain(evutil_socket_t fd, short what, void *user)
{
	struct server *server = user;

	(void)fd;
	(void)what;
	if (server->draining) {
		server->aborted = true;
		event_base_loopbreak(server->base);
		return;
	}
	server->draining = true;
	dp_serve_http_drain(server->http);
	ended(server);
}

/* --- the beginning --- */

static const char *listen_failure(enum dp_status status)
{
	if (status == DP_REFUSED)
		return "another program listens there; type another port";
	if (status == DP_NOT_FOUND)
		return "this machine has no such address; type one that it has";
	if (status == DP_DENIED)
		return "that is not permitted; type a port from 1024 on";
	if (status == DP_NO_ROUTE)
		return "this machine lacks that address family; type an address of the other one";
	return dp_status_text(status);
}

static bool is_loopback(const struct dp_ip *ip)
{
	static const struct dp_ip one = { 6, { [15] = 1 } };

	return ip->family == 4 ? ip->bytes[0] == 127 : dp_ip_equal(ip, &one);
}

static int listen_at(struct server *server, const struct dp_resolver_server *at)
{
	enum dp_status status;
	char ip[DP_IP_TEXT_MAX];
	bool v6 = at->ip.family == 6;
	int fd = dp_port_listen(&at->ip, at->port, &status);

	dp_ip_format(&at->ip, ip);
	if (fd < 0)
		return dp_complain("--listen %s%s%s:%u cannot be served: %s", v6 ? "[" : "", ip,
			v6 ? "]" : "", (unsigned)at->port, listen_failure(status));
	server->sockets[server->socket_count++] = fd;
	dp_complain("answers at http://%s%s%s:%u/", v6 ? "[" : "", ip, v6 ? "]" : "",
		(unsigned)at->port);
	if (!is_loopback(&at->ip) && server->options->allowed_count == 0)
		dp_complain("note: whoever reaches this address can have any mail domain probed; "
			    "--allow-target limits that");
	return DP_EXIT_OK;
}

static int take_handed(struct server *server)
{
	size_t count;
	int first;

	if (dp_port_handed_sockets(&first, &count) != DP_OK)
		return dp_complain("the sockets in LISTEN_FDS are no listening TCP sockets; "
				   "let a socket unit have ListenStream= and Accept=no");
	for (size_t i = 0; i < count && server->socket_count < SOCKETS_MAX; i++)
		server->sockets[server->socket_count++] = first + (int)i;
	if (count > 0)
		dp_complain("answers at %zu sockets of systemd", count);
	return DP_EXIT_OK;
}

static int open_sockets(struct server *server)
{
	const struct dp_options *options = server->options;
	int status = take_handed(server);

	for (size_t i = 0; i < options->listen_count && status == DP_EXIT_OK; i++)
		status = listen_at(server, &options->listen[i]);
	if (status == DP_EXIT_OK && server->socket_count == 0)
		status = listen_at(server, &at_default);
	return status;
}

static void open_signals(struct server *server)
{
	server->sigint = evsignal_new(server->base, SIGINT, drain, server);
	server->sigterm = evsignal_new(server->base, SIGTERM, drain, server);
	if (server->sigint == NULL || server->sigterm == NULL ||
		evsignal_add(server->sigint, NULL) != 0 || evsignal_add(server->sigterm, NULL) != 0)
		dp_arena_fail();
}

static int open_server(struct server *server)
{
	struct dp_serve_handler handler = { request, ended, server };

	server->base = dp_live_base();
	if (server->base == NULL)
		return dp_complain("the event loop cannot be opened: this machine lacks "
				   "descriptors or memory");
	open_signals(server);
	server->pool =
		dp_serve_pool_open(server->options, server->base, &server->counts, answer_probe);
	if (server->pool == NULL)
		return DP_EXIT_USAGE;
	server->http = dp_serve_http_open(server->base, &handler, &server->counts);
	for (size_t i = 0; i < server->socket_count; i++)
		dp_serve_http_take(server->http, server->sockets[i]);
	return DP_EXIT_OK;
}

static void close_server(struct server *server)
{
	dp_serve_pool_close(server->pool);
	dp_serve_http_close(server->http);
	if (server->sigint != NULL)
		event_free(server->sigint);
	if (server->sigterm != NULL)
		event_free(server->sigterm);
	if (server->base != NULL)
		event_base_free(server->base);
}

static int run(struct server *server)
{
	int status = open_sockets(server);

	if (status == DP_EXIT_OK)
		status = open_server(server);
	if (status == DP_EXIT_OK) {
		dp_sandbox_enter(server->options, DP_SANDBOX_SERVE);
		event_base_dispatch(server->base);
		status = server->aborted ? DP_EXIT_USAGE : DP_EXIT_OK;
	}
	close_server(server);
	return status;
}

static int serve(const struct dp_options *options)
{
	struct server server = { .options = options,
		.counts = { .started_utc_s = dp_port_utc_s(), .version = DP_VERSION } };
	struct dp_target *none;
	const char *wrong = dp_live_targets(options, NULL, 0, &none);

	if (options->target_count > 0)
		return dp_complain("serve takes no target; scrapers name it, as in "
				   "/probe?target=example.org; --allow-target limits them");
	if (wrong != NULL)
		return dp_complain("%s", wrong);
	if (options->ping)
		return options->listen_count > 0
			? dp_serve_ping(options, options->listen, options->listen_count)
			: dp_serve_ping(options, &at_default, 1);
	dp_port_more_descriptors();
	return run(&server);
}

int dp_cmd_serve(char **args)
{
	return dp_command_run(DP_OF_SERVE, args, serve);
}
