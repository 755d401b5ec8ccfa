/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Requests of HTTP/1.0 and 1.1 as far as an exporter needs them (RFC 9110, RFC 9112): a head
 * without a body, GET or HEAD. Pure; all that it returns is in the arena.
 *
 * Why not libevent's: it bounds neither the number of connections nor the time that a request may
 * take as a whole, and takes 65 KiB.
 */
#ifndef DP_APP_SERVE_REQUEST_H
#define DP_APP_SERVE_REQUEST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"

#define DP_SERVE_HEAD_MAX 8192      /* bytes of a request */
#define DP_SERVE_PATH_MAX 2048      /* bytes of its target, path and query */
#define DP_SERVE_PARAMETER_MAX 1024 /* bytes of the target of a probe, decoded */

#define DP_SERVE_DATE_MAX 64

enum dp_serve_status {
	DP_SERVE_OK = 200,
	DP_SERVE_BAD_REQUEST = 400,
	DP_SERVE_FORBIDDEN = 403,
	DP_SERVE_NOT_FOUND = 404,
	DP_SERVE_METHOD = 405,
	DP_SERVE_SLOW = 408,
	DP_SERVE_BODY = 413,
	DP_SERVE_PATH = 414,
	DP_SERVE_HEAD = 431,
	DP_SERVE_UNAVAILABLE = 503,
	DP_SERVE_VERSION = 505
};

struct dp_serve_request {
	bool head;          /* HEAD: the reply has no body */
	bool keep;          /* the connection may stay open */
	const char *path;   /* as sent, without the query: "/probe" */
	const char *query;  /* as sent, behind the "?"; "" */
	int64_t timeout_ms; /* X-Prometheus-Scrape-Timeout-Seconds; -1: not sent */
};

/* Length of the head in bytes, its empty line included; 0: it is not whole yet. Empty lines before
 * the request line are skipped by parse (RFC 9112 s2.2), and belong to the head here. */
size_t dp_serve_request_end(const char *bytes, size_t len);

/* Read a whole head. Returns DP_SERVE_OK, or the status to refuse it with and one line in *why. */
enum dp_serve_status dp_serve_request_parse(const char *head, size_t len, struct dp_arena *arena,
	struct dp_serve_request *request, const char **why);

/* The words of a status: "Bad Request". */
const char *dp_serve_status_text(enum dp_serve_status status);

/* A time as HTTP writes it (RFC 9110 s5.6.7): "Sun, 06 Nov 1994 08:49:37 GMT". Years 1970 to 9999.
 * Returns out. */
const char *dp_serve_date(int64_t utc_s, char out[DP_SERVE_DATE_MAX]);

/* The parameter "target" of a query, decoded. NULL with one line in *why when it is not there, is
 * there twice, is too long, holds a NUL, or when there is another parameter. */
const char *dp_serve_query_target(const char *query, struct dp_arena *arena, const char **why);

/* What a probe may take: the time that the scraper gives (10 s if it does not say), less half a
 * second for the way back, at least 100 ms and at most most_ms. */
int64_t dp_serve_patience_ms(int64_t timeout_ms, int64_t most_ms);

#endif
