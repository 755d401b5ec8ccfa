/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a request to an exporter asks for. evhttp has parsed it; here is judged what it leaves to
 * its user (RFC 9110, RFC 9112): GET or HEAD, without a body, and the target of a probe. No I/O.
 */
#ifndef DP_APP_SERVE_REQUEST_H
#define DP_APP_SERVE_REQUEST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"

#define DP_SERVE_PARAMETER_MAX 1024 /* bytes of the target of a probe, decoded */

struct evhttp_request;

enum dp_serve_status {
	DP_SERVE_OK = 200,
	DP_SERVE_BAD_REQUEST = 400,
	DP_SERVE_FORBIDDEN = 403,
	DP_SERVE_NOT_FOUND = 404,
	DP_SERVE_METHOD = 405,
	DP_SERVE_SLOW = 408,
	DP_SERVE_BODY = 413,
	DP_SERVE_LINES = 431,
	DP_SERVE_UNAVAILABLE = 503,
	DP_SERVE_VERSION = 505
};

struct dp_serve_request {
	bool head;          /* HEAD: the reply has no body */
	bool close;         /* the client asks to close the connection behind the reply */
	const char *path;   /* as sent, without the query: "/probe"; of the evhttp request */
	const char *query;  /* as sent, behind the "?"; ""; of the evhttp request */
	int64_t timeout_ms; /* X-Prometheus-Scrape-Timeout-Seconds; -1: not sent */
};

/* Returns DP_SERVE_OK, or the status to refuse it with and one line in *why. */
enum dp_serve_status dp_serve_request_read(
	struct evhttp_request *from, struct dp_serve_request *request, const char **why);

/* The parameter "target" of a query, decoded, in the arena. NULL with one line in *why when it is
 * not there, is there twice, is too long, holds a NUL, or when there is another parameter. */
const char *dp_serve_query_target(const char *query, struct dp_arena *arena, const char **why);

/* What a probe may take: the time that the scraper gives (10 s if it does not say), less half a
 * second for the way back, at least 100 ms and at most most_ms. */
int64_t dp_serve_patience_ms(int64_t timeout_ms, int64_t most_ms);

#endif
