/* SPDX-License-Identifier: Apache-2.0 */
#include "app/serve_http.h"

#include <stdlib.h>
#include <string.h>

#include <event2/event.h>

#include "base/buf.h"
#include "port/port.h"

#define CLIENTS_MAX 64
#define LISTENERS_MAX 80
#define ACCEPTS_AT_ONCE 16
#define REQUEST_MS 10000   /* from its first byte (the first one: from connecting) to its end */
#define IDLE_MS 180000     /* scrapers come back on the same connection, once a minute or so */
#define IDLE_LEAST_MS 1000 /* before it may be closed for others */
#define REPLY_MS 30000     /* until the client has taken it */
#define LINGER_MS 1000     /* for a client to read a refusal before its own bytes reset it */
#define PAUSE_MS 200       /* without room or descriptors: before accepting again */

enum state {
	READING,  /* a request */
	ASKED,    /* the handler has it */
	REPLYING, /* the reply goes out */
	LINGERING /* all is said; what still comes in is thrown away */
};

struct dp_serve_client {
	struct dp_serve_http *http;
	struct dp_serve_client *next, **link;
	int fd;
	enum state state;
	struct event *readable, *writable;
	struct event *deadline; /* of the state */
	int64_t idle_since_ms;  /* READING without a byte of a request */
	struct dp_arena *arena; /* of one request and its reply; NULL between them */
	struct dp_serve_request request;
	struct dp_buf out;
	size_t sent;
	char in[DP_SERVE_HEAD_MAX];
	size_t in_len;
};

struct dp_serve_http {
	struct event_base *base;
	struct dp_serve_handler handler;
	struct dp_serve_counts *counts;
	struct dp_serve_client *clients; /* doubly linked */
	struct event *listeners[LISTENERS_MAX];
	size_t listener_count;
	struct event *resume; /* accept again */
	bool paused, draining;
};

static void after_ms(struct event *event, int64_t ms)
{
	struct timeval time = { .tv_sec = ms / 1000, .tv_usec = ms % 1000 * 1000 };

	event_add(event, &time);
}

/* --- accepting --- */

static void pause_accepting(struct dp_serve_http *http)
{
	for (size_t i = 0; i < http->listener_count; i++)
		event_del(http->listeners[i]);
	http->paused = true;
}

static void resume_accepting(struct dp_serve_http *http)
{
	if (!http->paused || http->draining)
		return;
	for (size_t i = 0; i < http->listener_count; i++)
		event_add(http->listeners[i], NULL);
	http->paused = false;
}

static void resume_later(evutil_socket_t fd, short what, void *user)
{
	(void)fd;
	(void)what;
	resume_accepting(user);
}

static void drop_client(struct dp_serve_client *client)
{
	struct dp_serve_http *http = client->http;
	bool busy = client->state == REPLYING;

	*client->link = client->next;
	if (client->next != NULL)
		client->next->link = client->link;
	event_free(client->readable);
	event_free(client->writable);
	event_free(client->deadline);
	dp_port_close(client->fd);
	dp_arena_close(client->arena);
	free(client);
	http->counts->connections--;
	resume_accepting(http);
	if (busy)
		http->handler.ended(http->handler.user);
}

/* May it be closed for others? What connected just now may have sent its request already. */
static bool is_idle(const struct dp_serve_client *client, int64_t now_ms)
{
	if (client->state == LINGERING)
		return true;
	return client->state == READING && client->in_len == 0 &&
		now_ms - client->idle_since_ms >= IDLE_LEAST_MS;
}

/* Room for one more, if need be by closing the connection that is idle longest. */
static bool make_room(struct dp_serve_http *http)
{
	int64_t now_ms = dp_port_monotonic_ms();
	struct dp_serve_client *oldest = NULL;

	if (http->counts->connections < CLIENTS_MAX)
		return true;
	for (struct dp_serve_client *client = http->clients; client != NULL;
		client = client->next) {
		if (is_idle(client, now_ms) &&
			(oldest == NULL || client->idle_since_ms <= oldest->idle_since_ms))
			oldest = client;
	}
	if (oldest == NULL)
		return false;
	http->counts->dropped += oldest->state == READING;
	drop_client(oldest);
	return true;
}

static void take_input(evutil_socket_t fd, short what, void *user);
static void give_output(evutil_socket_t fd, short what, void *user);
static void time_is_up(evutil_socket_t fd, short what, void *user);

static void add_client(struct dp_serve_http *http, int fd)
{
	struct dp_serve_client *client = calloc(1, sizeof(*client));

	if (client == NULL)
		dp_arena_fail();
	client->http = http;
	client->fd = fd;
	client->idle_since_ms = dp_port_monotonic_ms();
	client->readable = event_new(http->base, fd, EV_READ, take_input, client);
	client->writable = event_new(http->base, fd, EV_WRITE, give_output, client);
	client->deadline = evtimer_new(http->base, time_is_up, client);
	if (client->readable == NULL || client->writable == NULL || client->deadline == NULL)
		dp_arena_fail();
	client->link = &http->clients;
	client->next = http->clients;
	if (client->next != NULL)
		client->next->link = &client->next;
	http->clients = client;
	http->counts->connections++;
	http->counts->accepted++;
	event_add(client->readable, NULL);
	after_ms(client->deadline, REQUEST_MS);
}

static void accept_clients(evutil_socket_t fd, short what, void *user)
{
	struct dp_serve_http *http = user;
	enum dp_status status = DP_OK;

	(void)what;
	for (int i = 0; i < ACCEPTS_AT_ONCE && status != DP_AGAIN; i++) {
		if (!make_room(http)) {
			pause_accepting(http);
			after_ms(http->resume, PAUSE_MS);
			return;
		}
		int client = dp_port_accept(fd, &status);

		if (client >= 0)
			add_client(http, client);
		if (status == DP_NO_RESOURCE) {
			pause_accepting(http);
			after_ms(http->resume, PAUSE_MS);
			return;
		}
	}
}

/* --- requests --- */

static void await_request(struct dp_serve_client *client)
{
	client->state = READING;
	client->idle_since_ms = dp_port_monotonic_ms();
	dp_arena_close(client->arena);
	client->arena = NULL;
	after_ms(client->deadline, client->in_len > 0 ? REQUEST_MS : IDLE_MS);
	/* From the loop, so that pipelined requests take turns with other clients. */
	event_active(client->readable, EV_READ, 0);
}

/* The request is bad, and where the next one begins is not known. */
static void refuse(struct dp_serve_client *client, enum dp_serve_status status, const char *why)
{
	client->request.keep = false;
	client->in_len = 0;
	dp_serve_reply_send(client,
		&(struct dp_serve_reply){
			.status = status, .body = why, .body_len = strlen(why), .age_s = -1 });
}

static void begin_request(struct dp_serve_client *client)
{
	client->state = ASKED;
	client->arena = dp_arena_open();
	client->request = (struct dp_serve_request){ .path = "", .query = "" };
	event_del(client->readable);
	event_del(client->deadline);
}

static void take_request(struct dp_serve_client *client, size_t len)
{
	struct dp_serve_http *http = client->http;
	enum dp_serve_status status;
	const char *why = NULL;

	begin_request(client);
	status = dp_serve_request_parse(client->in, len, client->arena, &client->request, &why);
	if (status != DP_SERVE_OK) {
		refuse(client, status, why);
		return;
	}
	client->in_len -= len;
	memmove(client->in, client->in + len, client->in_len);
	http->handler.request(http->handler.user, client, &client->request);
}

static void refuse_long(struct dp_serve_client *client)
{
	bool line = memchr(client->in, '\n', client->in_len) == NULL;

	begin_request(client);
	refuse(client, line ? DP_SERVE_PATH : DP_SERVE_HEAD,
		"the request is longer than 8192 bytes");
}

static void take_request_bytes(struct dp_serve_client *client)
{
	size_t done = 0, len = dp_serve_request_end(client->in, client->in_len);
	bool idle = client->in_len == 0;
	enum dp_status status;

	if (len == 0) {
		status = dp_port_read(client->fd, client->in + client->in_len,
			sizeof(client->in) - client->in_len, &done);
		if (status != DP_OK && status != DP_AGAIN) {
			drop_client(client);
			return;
		}
		client->in_len += done;
		len = dp_serve_request_end(client->in, client->in_len);
	}
	if (len > 0) {
		take_request(client, len);
	} else if (client->in_len == sizeof(client->in)) {
		refuse_long(client);
	} else {
		if (idle && client->in_len > 0)
			after_ms(client->deadline, REQUEST_MS);
		event_add(client->readable, NULL);
	}
}

static void throw_away(struct dp_serve_client *client)
{
	size_t done;
	enum dp_status status = dp_port_read(client->fd, client->in, sizeof(client->in), &done);

	if (status == DP_OK || status == DP_AGAIN)
		event_add(client->readable, NULL);
	else
		drop_client(client);
}

static void take_input(evutil_socket_t fd, short what, void *user)
{
	struct dp_serve_client *client = user;

	(void)fd;
	(void)what;
	switch (client->state) {
	case READING: take_request_bytes(client); break;
	case LINGERING: throw_away(client); break;
	case ASKED:
	case REPLYING: break;
	}
}

static void time_is_up(evutil_socket_t fd, short what, void *user)
{
	struct dp_serve_client *client = user;

	(void)fd;
	(void)what;
	if (client->state == READING && client->in_len > 0) {
		begin_request(client);
		refuse(client, DP_SERVE_SLOW, "the request did not arrive within 10 seconds");
		return;
	}
	drop_client(client);
}

/* --- replies --- */

static void reply_is_out(struct dp_serve_client *client)
{
	struct dp_serve_http *http = client->http;

	if (client->request.keep) {
		await_request(client);
	} else {
		dp_port_end_writing(client->fd);
		client->state = LINGERING;
		event_add(client->readable, NULL);
		after_ms(client->deadline, LINGER_MS);
	}
	http->handler.ended(http->handler.user);
}

static void give_output(evutil_socket_t fd, short what, void *user)
{
	struct dp_serve_client *client = user;
	enum dp_status status = DP_OK;
	size_t done;

	(void)fd;
	(void)what;
	while (client->sent < client->out.len && status == DP_OK) {
		status = dp_port_write(client->fd, client->out.data + client->sent,
			client->out.len - client->sent, &done);
		client->sent += done;
	}
	if (client->sent == client->out.len)
		reply_is_out(client);
	else if (status == DP_AGAIN)
		event_add(client->writable, NULL);
	else
		drop_client(client);
}

void dp_serve_reply_send(struct dp_serve_client *client, const struct dp_serve_reply *reply)
{
	static const char plain[] = "text/plain; charset=utf-8";
	struct dp_buf *out = &client->out;
	char date[DP_SERVE_DATE_MAX];
	/* A line of ours to people ends with a line feed; what goes to machines has its own. */
	bool line = reply->type == NULL;

	client->request.keep = client->request.keep && !client->http->draining;
	client->http->counts->replies[reply->status]++;
	dp_buf_init(out, client->arena);
	dp_buf_printf(out,
		"HTTP/1.1 %d %s\r\nDate: %s\r\nContent-Type: %s\r\nContent-Length: %zu\r\n"
		"Cache-Control: no-store\r\nX-Content-Type-Options: nosniff\r\n",
		(int)reply->status, dp_serve_status_text(reply->status),
		dp_serve_date(dp_port_utc_s(), date), line ? plain : reply->type,
		reply->body_len + line);
	if (reply->status == DP_SERVE_METHOD)
		dp_buf_text(out, "Allow: GET, HEAD\r\n");
	if (reply->status == DP_SERVE_UNAVAILABLE)
		dp_buf_text(out, "Retry-After: 1\r\n");
	if (reply->age_s >= 0)
		dp_buf_printf(out, "Age: %lld\r\n", (long long)reply->age_s);
	dp_buf_printf(out, "Connection: %s\r\n\r\n", client->request.keep ? "keep-alive" : "close");
	if (!client->request.head) {
		dp_buf_bytes(out, reply->body, reply->body_len);
		if (line)
			dp_buf_char(out, '\n');
	}
	client->state = REPLYING;
	client->sent = 0;
	after_ms(client->deadline, REPLY_MS);
	event_active(client->writable, EV_WRITE, 0);
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
	http->resume = evtimer_new(base, resume_later, http);
	if (http->resume == NULL)
		dp_arena_fail();
	return http;
}

void dp_serve_http_take(struct dp_serve_http *http, int fd)
{
	struct event *event = http->listener_count < LISTENERS_MAX
		? event_new(http->base, fd, EV_READ | EV_PERSIST, accept_clients, http)
		: NULL;

	if (event == NULL || event_add(event, NULL) != 0)
		dp_arena_fail();
	http->listeners[http->listener_count++] = event;
}

static void close_listeners(struct dp_serve_http *http)
{
	for (size_t i = 0; i < http->listener_count; i++) {
		int fd = event_get_fd(http->listeners[i]);

		event_free(http->listeners[i]);
		dp_port_close(fd);
	}
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
		busy += client->state == ASKED || client->state == REPLYING;
	return busy;
}

void dp_serve_http_close(struct dp_serve_http *http)
{
	if (http == NULL)
		return;
	http->draining = true;
	while (http->clients != NULL) {
		http->clients->state = READING; /* nobody is told */
		drop_client(http->clients);
	}
	close_listeners(http);
	event_free(http->resume);
	free(http);
}
