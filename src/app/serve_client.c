/* SPDX-License-Identifier: Apache-2.0 */
#include "app/serve_client.h"

#include <stdio.h>
#include <stdlib.h>

#include <event2/buffer.h>
#include <event2/bufferevent.h>
#include <event2/event.h>
#include <event2/http.h>
#include <event2/listener.h>

#include "port/port.h"

#define CLIENTS_MAX 64
#define INPUT_MAX (2 * DP_SERVE_HEAD_MAX) /* bytes that are read ahead of what evhttp has taken */
#define IDLE_LEAST_MS 1000                /* before it may be closed for others */
#define PAUSE_MS 200                      /* without room or descriptors: before accepting again */

void dp_serve_after_ms(struct event *event, int64_t ms)
{
	struct timeval time = { .tv_sec = ms / 1000, .tv_usec = ms % 1000 * 1000 };

	event_add(event, &time);
}

/* --- room --- */

/* Whom to close for others, or NULL. What connected just now may have sent its request already. */
static struct dp_serve_client *longest_idle(const struct dp_serve_http *http)
{
	int64_t before_ms = dp_port_monotonic_ms() - IDLE_LEAST_MS;
	struct dp_serve_client *found = NULL;

	for (struct dp_serve_client *one = http->clients; one != NULL; one = one->next) {
		if (one->state == DP_SERVE_IDLE && one->connection != NULL &&
			one->idle_since_ms <= before_ms &&
			(found == NULL || one->idle_since_ms <= found->idle_since_ms))
			found = one;
	}
	return found;
}

static bool has_room(const struct dp_serve_http *http)
{
	return http->counts->connections < CLIENTS_MAX || longest_idle(http) != NULL;
}

static void disable(struct evhttp_bound_socket *bound, void *user)
{
	(void)user;
	evconnlistener_disable(evhttp_bound_socket_get_listener(bound));
}

static void enable(struct evhttp_bound_socket *bound, void *user)
{
	(void)user;
	evconnlistener_enable(evhttp_bound_socket_get_listener(bound));
}

static void pause_accepting(struct dp_serve_http *http)
{
	evhttp_foreach_bound_socket(http->evhttp, disable, NULL);
	http->paused = true;
	dp_serve_after_ms(http->resume, PAUSE_MS);
}

void dp_serve_resume_accepting(evutil_socket_t fd, short what, void *user)
{
	struct dp_serve_http *http = user;

	(void)fd;
	(void)what;
	if (!http->paused || http->closing)
		return;
	if (!has_room(http)) {
		dp_serve_after_ms(http->resume, PAUSE_MS);
		return;
	}
	http->paused = false;
	evhttp_foreach_bound_socket(http->evhttp, enable, NULL);
}

static void accept_again(evutil_socket_t fd, short what, void *user)
{
	struct evhttp *evhttp = user;

	(void)fd;
	(void)what;
	evhttp_foreach_bound_socket(evhttp, enable, NULL);
}

/* No descriptors; the client stays at the door, so that the loop would come here at once again.
 * user is not our own: evhttp_bind_listener puts evhttp in its place. */
void dp_serve_cannot_accept(struct evconnlistener *listener, void *user)
{
	static const struct timeval pause = { 0, PAUSE_MS * 1000 };
	struct evhttp *evhttp = user;

	evhttp_foreach_bound_socket(evhttp, disable, NULL);
	if (event_base_once(evconnlistener_get_base(listener), -1, EV_TIMEOUT, accept_again, evhttp,
		    &pause) != 0)
		dp_arena_fail();
}

/* --- connections --- */

static void input_changed(
	struct evbuffer *input, const struct evbuffer_cb_info *change, void *user);

/* evhttp frees a connection, on its own or because it was told to. */
static void is_gone(struct evhttp_connection *connection, void *user)
{
	struct dp_serve_client *client = user;
	struct dp_serve_http *http = client->http;
	enum dp_serve_state state = client->state;

	(void)connection;
	*client->link = client->next;
	if (client->next != NULL)
		client->next->link = client->link;
	event_free(client->deadline);
	evbuffer_remove_cb(bufferevent_get_input(client->bytes), input_changed, client);
	http->counts->connections--;
	client->connection = NULL;
	if (state != DP_SERVE_ASKED || http->closing) /* else the handler has it still */
		free(client);
	dp_serve_resume_accepting(-1, 0, http);
	if (!http->closing && (state == DP_SERVE_ASKED || state == DP_SERVE_REPLYING))
		http->handler.ended(http->handler.user);
}

/* evhttp tells of a connection when there is a request on it. Before that, only its callbacks do:
 * it is their argument, or none when evhttp gave up at once. */
void dp_serve_meet_arrivals(evutil_socket_t fd, short what, void *user)
{
	struct dp_serve_http *http = user;
	struct dp_serve_client *next;

	(void)fd;
	(void)what;
	for (struct dp_serve_client *client = http->clients; client != NULL; client = next) {
		void *connection = client->connection;

		next = client->next;
		if (connection != NULL)
			continue;
		bufferevent_getcb(client->bytes, NULL, NULL, NULL, &connection);
		client->connection = connection;
		if (connection == NULL) {
			is_gone(NULL, client);
			continue;
		}
		evhttp_connection_set_closecb(connection, is_gone, client);
		if (client->state == DP_SERVE_REFUSED)
			evhttp_connection_free(connection);
	}
}

/* In the middle of a request evhttp takes no reply. */
static void say(struct dp_serve_client *client, enum dp_serve_status status, const char *phrase)
{
	char reply[128];
	int len = snprintf(reply, sizeof(reply),
		"HTTP/1.1 %d %s\r\nConnection: close\r\nContent-Length: 0\r\n\r\n", (int)status,
		phrase);
	size_t done;

	if (evbuffer_get_length(bufferevent_get_output(client->bytes)) > 0)
		return;
	client->http->counts->replies[status]++;
	(void)dp_port_write(bufferevent_getfd(client->bytes), reply, (size_t)len, &done);
}

static void time_is_up(evutil_socket_t fd, short what, void *user)
{
	struct dp_serve_client *client = user;

	(void)fd;
	(void)what;
	if (client->state == DP_SERVE_READING && client->lines > DP_SERVE_LINES_MAX)
		say(client, DP_SERVE_LINES, "Request Header Fields Too Large");
	else if (client->state == DP_SERVE_READING)
		say(client, DP_SERVE_SLOW, "Request Timeout");
	evhttp_connection_free(client->connection);
}

static size_t count_from(struct evbuffer *buffer, size_t start, char byte)
{
	struct evbuffer_ptr at;
	size_t count = 0;
	int moved = evbuffer_ptr_set(buffer, &at, start, EVBUFFER_PTR_SET);

	while (moved == 0 && (at = evbuffer_search(buffer, &byte, 1, &at)).pos >= 0) {
		count++;
		moved = evbuffer_ptr_set(buffer, &at, 1, EVBUFFER_PTR_ADD);
	}
	return count;
}

/* Bytes came in, or were taken by evhttp, which goes on behind a NUL as if the line ended there;
 * RFC 9110 s5.5 wants it refused. */
static void input_changed(struct evbuffer *input, const struct evbuffer_cb_info *change, void *user)
{
	struct dp_serve_client *client = user;

	if (change->n_added == 0)
		return;
	if (client->state == DP_SERVE_IDLE) {
		client->state = DP_SERVE_READING;
		dp_serve_after_ms(client->deadline, DP_SERVE_REQUEST_MS);
	}
	client->nul = client->nul || count_from(input, change->orig_size, '\0') > 0;
	client->lines += count_from(input, change->orig_size, '\n');
	if (client->lines > DP_SERVE_LINES_MAX)
		dp_serve_after_ms(client->deadline, 0);
}

static void add_client(struct dp_serve_http *http, struct bufferevent *bytes)
{
	struct dp_serve_client *client = calloc(1, sizeof(*client));

	if (client == NULL)
		dp_arena_fail();
	client->http = http;
	client->bytes = bytes;
	client->idle_since_ms = dp_port_monotonic_ms();
	client->state = http->counts->connections < CLIENTS_MAX ? DP_SERVE_IDLE : DP_SERVE_REFUSED;
	client->deadline = evtimer_new(http->base, time_is_up, client);
	if (client->deadline == NULL ||
		evbuffer_add_cb(bufferevent_get_input(bytes), input_changed, client) == NULL)
		dp_arena_fail();
	client->link = &http->clients;
	client->next = http->clients;
	if (client->next != NULL)
		client->next->link = &client->next;
	http->clients = client;
	http->counts->connections++;
	http->counts->accepted++;
	dp_serve_after_ms(client->deadline, DP_SERVE_REQUEST_MS);
}

/* evhttp has accepted a connection, and wants what it is read and written by. */
struct bufferevent *dp_serve_accepted(struct event_base *base, void *user)
{
	struct dp_serve_http *http = user;
	struct bufferevent *bytes = bufferevent_socket_new(base, -1, 0);
	struct dp_serve_client *idle;

	if (bytes == NULL)
		dp_arena_fail();
	bufferevent_setwatermark(bytes, EV_READ, 0, INPUT_MAX);
	if (http->counts->connections >= CLIENTS_MAX && (idle = longest_idle(http)) != NULL) {
		http->counts->dropped++;
		evhttp_connection_free(idle->connection);
	}
	add_client(http, bytes);
	if (!has_room(http))
		pause_accepting(http);
	/* Before all that may happen to it. */
	event_active(http->arrived, EV_TIMEOUT, 0);
	return bytes;
}
