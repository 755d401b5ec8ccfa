/* SPDX-License-Identifier: Apache-2.0 */
#include "app/serve_http.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <event2/buffer.h>
#include <event2/bufferevent.h>
#include <event2/event.h>
#include <event2/http.h>
#include <event2/listener.h>

#include "app/serve_client.h"
#include "port/port.h"

#define METHODS_ALL UINT16_MAX /* so that they are refused here, with Allow */
#define IDLE_MS 180000         /* scrapers come back on the same connection, once a minute or so */
#define REPLY_MS 30000         /* until the client has taken it */

static const char plain_type[] = "text/plain; charset=utf-8";

/* --- requests --- */

static struct dp_serve_client *client_of(
	const struct dp_serve_http *http, struct evhttp_connection *connection)
{
	struct dp_serve_client *client = http->clients;

	while (client->bytes != evhttp_connection_get_bufferevent(connection))
		client = client->next;
	return client;
}

static void refuse(struct dp_serve_client *client, enum dp_serve_status status, const char *why)
{
	client->close = true;
	dp_serve_reply_send(client,
		&(struct dp_serve_reply){
			.status = status, .body = why, .body_len = strlen(why), .age_s = -1 });
}

static void take_request(struct evhttp_request *from, void *user)
{
	struct dp_serve_http *http = user;
	struct dp_serve_client *client = client_of(http, evhttp_request_get_connection(from));
	struct dp_serve_request request;
	enum dp_serve_status status;
	const char *why;

	event_del(client->deadline);
	client->state = DP_SERVE_ASKED;
	client->request = from;
	status = dp_serve_request_read(from, &request, &why);
	if (client->nul) {
		status = DP_SERVE_BAD_REQUEST;
		why = "the request holds a NUL";
	} else if (client->lines > DP_SERVE_LINES_MAX) {
		status = DP_SERVE_LINES;
		why = "there are more than 1024 header lines";
	}
	client->lines = 0;
	client->head = request.head;
	client->close = request.close;
	if (status == DP_SERVE_OK)
		http->handler.request(http->handler.user, client, &request);
	else
		refuse(client, status, why);
}

/* --- replies --- */

static void reply_is_out(struct evhttp_request *request, void *user)
{
	struct dp_serve_client *client = user;
	bool more = evbuffer_get_length(bufferevent_get_input(client->bytes)) > 0;

	(void)request;
	client->state = more ? DP_SERVE_READING : DP_SERVE_IDLE;
	client->idle_since_ms = dp_port_monotonic_ms();
	dp_serve_after_ms(client->deadline, more ? DP_SERVE_REQUEST_MS : IDLE_MS);
	client->http->handler.ended(client->http->handler.user);
}

static void add_number(struct evkeyvalq *headers, const char *name, int64_t number)
{
	char text[24];

	(void)snprintf(text, sizeof(text), "%lld", (long long)number);
	evhttp_add_header(headers, name, text);
}

static void write_headers(
	const struct dp_serve_client *client, const struct dp_serve_reply *reply, size_t body_len)
{
	struct evkeyvalq *headers = evhttp_request_get_output_headers(client->request);
	struct evkeyvalq *asked = evhttp_request_get_input_headers(client->request);

	evhttp_add_header(headers, "Content-Type", reply->type == NULL ? plain_type : reply->type);
	/* With HEAD, too, where evhttp has no body to count. */
	add_number(headers, "Content-Length", (int64_t)body_len);
	evhttp_add_header(headers, "Cache-Control", "no-store");
	evhttp_add_header(headers, "X-Content-Type-Options", "nosniff");
	if (reply->status == DP_SERVE_METHOD)
		evhttp_add_header(headers, "Allow", "GET, HEAD");
	if (reply->status == DP_SERVE_UNAVAILABLE)
		evhttp_add_header(headers, "Retry-After", "1");
	if (reply->age_s >= 0)
		add_number(headers, "Age", reply->age_s);
	if (!client->close && !client->http->draining)
		return;
	evhttp_add_header(headers, "Connection", "close");
	/* What the client wanted counts no longer: evhttp would repeat its keep-alive. */
	while (evhttp_remove_header(asked, "Connection") == 0)
		continue;
}

void dp_serve_reply_send(struct dp_serve_client *client, const struct dp_serve_reply *reply)
{
	struct evhttp_request *request = client->request;
	struct evbuffer *out;
	/* A line of ours to people ends with a line feed; what goes to machines has its own. */
	bool line = reply->type == NULL;

	if (client->connection == NULL) {
		free(client);
		return;
	}
	client->http->counts->replies[reply->status]++;
	write_headers(client, reply, reply->body_len + line);
	out = evhttp_request_get_output_buffer(request);
	if (!client->head &&
		(evbuffer_add(out, reply->body, reply->body_len) != 0 ||
			(line && evbuffer_add(out, "\n", 1) != 0)))
		dp_arena_fail();
	client->state = DP_SERVE_REPLYING;
	client->request = NULL;
	dp_serve_after_ms(client->deadline, REPLY_MS);
	evhttp_request_set_on_complete_cb(request, reply_is_out, client);
	evhttp_send_reply(request, (int)reply->status, NULL, NULL);
	/* evhttp reads on, and would take a client that has no more to ask for one that left. */
	bufferevent_disable(client->bytes, EV_READ);
}

/* --- opening and closing --- */

struct dp_serve_http *dp_serve_http_open(struct event_base *base,
	const struct dp_serve_handler *handler, struct dp_serve_counts *counts)
{
	struct dp_serve_http *http = calloc(1, sizeof(*http));

	if (http == NULL)
		dp_arena_fail();
	http->base = base;
	http->handler = *handler;
	http->counts = counts;
	http->evhttp = evhttp_new(base);
	http->arrived = event_new(base, -1, 0, dp_serve_meet_arrivals, http);
	http->resume = evtimer_new(base, dp_serve_resume_accepting, http);
	if (http->evhttp == NULL || http->arrived == NULL || http->resume == NULL)
		dp_arena_fail();
	evhttp_set_max_headers_size(http->evhttp, DP_SERVE_HEAD_MAX);
	evhttp_set_max_body_size(http->evhttp, DP_SERVE_HEAD_MAX);
	evhttp_set_allowed_methods(http->evhttp, METHODS_ALL);
	evhttp_set_bevcb(http->evhttp, dp_serve_accepted, http);
	evhttp_set_gencb(http->evhttp, take_request, http);
	return http;
}

void dp_serve_http_take(struct dp_serve_http *http, int fd)
{
	struct evconnlistener *listener = http->listener_count < DP_SERVE_LISTENERS_MAX
		? evconnlistener_new(http->base, NULL, http,
			  LEV_OPT_CLOSE_ON_FREE | LEV_OPT_CLOSE_ON_EXEC, 0, fd)
		: NULL;
	struct evhttp_bound_socket *bound =
		listener != NULL ? evhttp_bind_listener(http->evhttp, listener) : NULL;

	if (bound == NULL)
		dp_arena_fail();
	http->listeners[http->listener_count++] = bound;
	evconnlistener_set_error_cb(listener, dp_serve_cannot_accept);
}

static void close_listeners(struct dp_serve_http *http)
{
	for (size_t i = 0; i < http->listener_count; i++)
		evhttp_del_accept_socket(http->evhttp, http->listeners[i]);
	http->listener_count = 0;
}

void dp_serve_http_drain(struct dp_serve_http *http)
{
	http->draining = true;
	close_listeners(http);
}

size_t dp_serve_http_busy(const struct dp_serve_http *http)
{
	size_t busy = 0;

	for (const struct dp_serve_client *client = http->clients; client != NULL;
		client = client->next)
		busy += client->state == DP_SERVE_ASKED || client->state == DP_SERVE_REPLYING;
	return busy;
}

void dp_serve_http_close(struct dp_serve_http *http)
{
	if (http == NULL)
		return;
	http->closing = true;
	close_listeners(http);
	dp_serve_meet_arrivals(-1, 0, http);
	evhttp_free(http->evhttp);
	event_free(http->arrived);
	event_free(http->resume);
	free(http);
}
