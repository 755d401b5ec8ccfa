/* SPDX-License-Identifier: Apache-2.0 */
/* What evhttp hands over of a request to the exporter: its first line's target, header lines,
 * query. */
#include <stdlib.h>
#include <string.h>

#include <event2/http.h>
#include <event2/http_struct.h>

#include "app/serve_allow.h"
#include "app/serve_request.h"
#include "app/target.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void demand(bool holds)
{
	if (!holds)
		abort();
}

static bool is_line(const char *text)
{
	return text != NULL && text[0] != '\0' && strpbrk(text, "\r\n") == NULL;
}

static void read_target(const char *query, struct dp_arena *arena)
{
	struct dp_options options = { .arena = arena, .port = 25 };
	struct dp_target target;
	const char *why = NULL;
	const char *text = dp_serve_query_target(query, arena, &why);

	if (text == NULL) {
		demand(is_line(why));
		return;
	}
	demand(text[0] != '\0' && strlen(text) <= DP_SERVE_PARAMETER_MAX);
	why = dp_target_parse(text, &options, arena, &target);
	demand(why == NULL || is_line(why));
	if (why == NULL) {
		why = dp_serve_refuses(&options, &target);
		demand(why == NULL || is_line(why));
	}
}

static void read_pattern(const char *text, struct dp_arena *arena)
{
	struct dp_serve_pattern pattern;
	const char *why = dp_serve_pattern_read(text, arena, &pattern);

	demand(why == NULL || is_line(why));
}

/* "VERSION TARGET\nNAME:VALUE\n..."; VERSION: a byte for each half; false: evhttp would refuse it.
 */
static bool fill(struct evhttp_request *request, char *text)
{
	char *line = strsep(&text, "\n");

	if (strlen(line) < 3)
		return false;
	request->type = EVHTTP_REQ_GET;
	request->major = (char)(line[0] - '0');
	request->minor = (char)(line[1] - '0');
	request->uri_elems = evhttp_uri_parse_with_flags(line + 2, EVHTTP_URI_NONCONFORMANT);
	while (request->uri_elems != NULL && (line = strsep(&text, "\n")) != NULL) {
		char *name = strsep(&line, ":");

		if (line == NULL || evhttp_add_header(request->input_headers, name, line) != 0)
			return false;
	}
	return request->uri_elems != NULL;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct dp_arena *arena = dp_arena_open();
	char *text = dp_arena_alloc(arena, size + 1);
	struct evhttp_request *from = evhttp_request_new(NULL, NULL);
	struct dp_serve_request request;
	const char *why = NULL;

	memcpy(text, data, size);
	read_pattern(text, arena);
	if (fill(from, text)) {
		if (dp_serve_request_read(from, &request, &why) == DP_SERVE_OK) {
			demand(request.path != NULL && request.timeout_ms >= -1);
			demand(dp_serve_patience_ms(request.timeout_ms, 120000) <= 120000);
			read_target(request.query, arena);
		} else {
			demand(is_line(why));
		}
		demand(from->major == 1 && (from->minor == 0 || from->minor == 1));
	}
	evhttp_request_free(from);
	dp_arena_close(arena);
	return 0;
}
