/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The HTTP side of an exporter: libevent's evhttp, within bounds: so many connections (the one that
 * is idle longest makes room), bytes of a request, time for a request to arrive and a reply to be
 * taken. What is asked is not known here.
 *
 * Lifetime: open, take sockets, close (idempotent, NULL allowed; closes all connections).
 */
#ifndef DP_APP_SERVE_HTTP_H
#define DP_APP_SERVE_HTTP_H

#include "app/serve_counts.h"
#include "app/serve_request.h"

struct event_base;
struct dp_serve_http;
struct dp_serve_client; /* one request; valid until its reply */

struct dp_serve_reply {
	enum dp_serve_status status;
	const char *type; /* media type; NULL: plain text */
	const char *body; /* copied */
	size_t body_len;
	int64_t age_s; /* of a kept result; -1: none */
};

struct dp_serve_handler {
	/* Must lead to exactly one dp_serve_reply_send, at once or later, unless
	 * dp_serve_http_close comes first. The request is valid for the call. */
	void (*request)(
		void *user, struct dp_serve_client *client, const struct dp_serve_request *request);
	/* A reply is out, or its client is gone: time to look whether all is done. */
	void (*ended)(void *user);
	void *user;
};

struct dp_serve_http *dp_serve_http_open(struct event_base *base,
	const struct dp_serve_handler *handler, struct dp_serve_counts *counts);
void dp_serve_http_close(struct dp_serve_http *http);

/* Accept on that listening socket, non-blocking, which is closed with the rest. */
void dp_serve_http_take(struct dp_serve_http *http, int fd);

/* Accept no more, close the listening sockets and, with its next reply, each connection. */
void dp_serve_http_drain(struct dp_serve_http *http);

/* Requests that have no reply yet, or one that is not wholly sent. */
size_t dp_serve_http_busy(const struct dp_serve_http *http);

/* To a client that is gone: nothing happens. */
void dp_serve_reply_send(struct dp_serve_client *client, const struct dp_serve_reply *reply);

#endif
