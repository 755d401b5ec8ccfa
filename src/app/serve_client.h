/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Connections to an exporter, as far as evhttp leaves them to its user: how many there are, and how
 * long each may take. Between serve_http.c, which has the requests on them, and serve_client.c; for
 * nobody else.
 *
 * A connection is known here from when evhttp accepts it until evhttp frees it. With a request that
 * the handler still has, struct dp_serve_client stays until that is answered.
 */
#ifndef DP_APP_SERVE_CLIENT_H
#define DP_APP_SERVE_CLIENT_H

#include <event2/util.h>

#include "app/serve_http.h"

#define DP_SERVE_HEAD_MAX 8192    /* bytes of a request's head, and as many of its body */
#define DP_SERVE_LINES_MAX 1024   /* of a head; evhttp makes a hundred bytes of each, if empty */
#define DP_SERVE_REQUEST_MS 10000 /* from its first byte, at first from connecting, to its end */
#define DP_SERVE_LISTENERS_MAX 80

struct bufferevent;
struct event;
struct evconnlistener;
struct evhttp;
struct evhttp_connection;
struct evhttp_request;

enum dp_serve_state {
	DP_SERVE_REFUSED,  /* no room; closed in a moment */
	DP_SERVE_IDLE,     /* no byte of a request yet */
	DP_SERVE_READING,  /* one; also while evhttp itself answers that it is malformed */
	DP_SERVE_ASKED,    /* the handler has it */
	DP_SERVE_REPLYING, /* the reply goes out */
};

struct dp_serve_client {
	struct dp_serve_http *http;
	struct dp_serve_client *next, **link;
	struct bufferevent *bytes;
	struct evhttp_connection *connection; /* NULL: not known yet, or gone */
	struct evhttp_request *request;       /* ASKED */
	enum dp_serve_state state;
	size_t lines; /* that came in since the last request was taken */
	bool head, close, nul;
	struct event *deadline; /* of the state */
	int64_t idle_since_ms;
};

struct dp_serve_http {
	struct event_base *base;
	struct evhttp *evhttp;
	struct dp_serve_handler handler;
	struct dp_serve_counts *counts;
	struct dp_serve_client *clients; /* doubly linked */
	struct evhttp_bound_socket *listeners[DP_SERVE_LISTENERS_MAX];
	size_t listener_count;
	struct event *arrived; /* evhttp has connections that are not known by name yet */
	struct event *resume;  /* accept again */
	bool paused, draining, closing;
};

/* Let a timer go off so much later, in place of what it was set to. */
void dp_serve_after_ms(struct event *event, int64_t ms);

/* Callbacks; user is a struct dp_serve_http but in the last, where it is its evhttp. */

/* Of evhttp, for each connection that it accepts. */
struct bufferevent *dp_serve_accepted(struct event_base *base, void *user);
/* Of http->arrived. */
void dp_serve_meet_arrivals(evutil_socket_t fd, short what, void *user);
/* Of http->resume. */
void dp_serve_resume_accepting(evutil_socket_t fd, short what, void *user);
/* Of a listener that cannot accept. */
void dp_serve_cannot_accept(struct evconnlistener *listener, void *user);

#endif
