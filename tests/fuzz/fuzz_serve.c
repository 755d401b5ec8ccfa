/* SPDX-License-Identifier: Apache-2.0 */
/* Bytes from a client of the exporter: requests one behind the other, and the target in each. */
#include <stdlib.h>
#include <string.h>

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
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct dp_arena *arena = dp_arena_open();
	const char *at = dp_arena_copy(arena, data, size);
	struct dp_serve_request request;
	size_t len;

	while (size <= 4 * DP_SERVE_HEAD_MAX && (len = dp_serve_request_end(at, size)) > 0) {
		const char *why = NULL;

		demand(len <= size);
		/* What is whole stays so, however much comes behind, and is not whole before. */
		demand(dp_serve_request_end(at, len) == len);
		demand(dp_serve_request_end(at, len - 1) == 0);
		if (dp_serve_request_parse(at, len, arena, &request, &why) == DP_SERVE_OK) {
			demand(request.path[0] == '/' && strchr(request.path, '?') == NULL);
			demand(request.timeout_ms >= -1);
			demand(dp_serve_patience_ms(request.timeout_ms, 120000) <= 120000);
			read_target(request.query, arena);
		} else {
			demand(is_line(why));
		}
		at += len;
		size -= len;
	}
	dp_arena_close(arena);
	return 0;
}
