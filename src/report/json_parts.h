/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the JSON reports are put together from, on top of the library: no memory ends the process,
 * NULL and what is unknown become null, and every text is one that may be shown.
 */
#ifndef DP_REPORT_JSON_PARTS_H
#define DP_REPORT_JSON_PARTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <cjson/cJSON.h>

#include "base/buf.h"
#include "dane/dnswire.h"

/* item itself; NULL, which means no memory, does not return. */
cJSON *dp_json_made(cJSON *item);

/* A text of one line, or of several. */
void dp_json_text(struct dp_arena *arena, cJSON *object, const char *key, const char *text);
void dp_json_lines(struct dp_arena *arena, cJSON *object, const char *key, const char *text);
/* DP_TIME_NONE gives null. */
void dp_json_time(cJSON *object, const char *key, int64_t utc_s);
/* len 0 gives null. */
void dp_json_name(
	struct dp_arena *arena, cJSON *object, const char *key, const struct dp_name *name);
void dp_json_number(cJSON *object, const char *key, double number);
void dp_json_number_if(cJSON *object, const char *key, bool known, double number);
void dp_json_bool(cJSON *object, const char *key, bool value);

/* A new object or array below key; a new object or text at the end of an array. */
cJSON *dp_json_object(cJSON *object, const char *key);
cJSON *dp_json_array(cJSON *object, const char *key);
cJSON *dp_json_append(cJSON *array);
void dp_json_append_text(struct dp_arena *arena, cJSON *array, const char *text);

/* The object as one line with its line end; it is freed. */
void dp_json_print(struct dp_buf *out, cJSON *object);

#endif
