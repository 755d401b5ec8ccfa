/* SPDX-License-Identifier: Apache-2.0 */
#include "report/json_parts.h"

#include "base/text.h"

cJSON *dp_json_made(cJSON *item)
{
	if (item == NULL)
		dp_arena_fail();
	return item;
}

/* text is one that may be shown. */
static void add(cJSON *object, const char *key, const char *text)
{
	if (text == NULL)
		dp_json_made(cJSON_AddNullToObject(object, key));
	else
		dp_json_made(cJSON_AddStringToObject(object, key, text));
}

void dp_json_text(struct dp_arena *arena, cJSON *object, const char *key, const char *text)
{
	add(object, key, text != NULL ? dp_text_shown(arena, text) : NULL);
}

void dp_json_lines(struct dp_arena *arena, cJSON *object, const char *key, const char *text)
{
	add(object, key, text != NULL ? dp_text_shown_lines(arena, text) : NULL);
}

void dp_json_time(cJSON *object, const char *key, int64_t utc_s)
{
	char text[DP_TIME_TEXT_MAX];

	add(object, key, utc_s != DP_TIME_NONE ? dp_text_time(utc_s, text) : NULL);
}

void dp_json_name(
	struct dp_arena *arena, cJSON *object, const char *key, const struct dp_name *name)
{
	char text[DP_NAME_TEXT_MAX];

	dp_json_text(arena, object, key, name->len > 0 ? dp_name_text(name, text) : NULL);
}

void dp_json_number(cJSON *object, const char *key, double number)
{
	dp_json_made(cJSON_AddNumberToObject(object, key, number));
}

void dp_json_number_if(cJSON *object, const char *key, bool known, double number)
{
	if (known)
		dp_json_number(object, key, number);
	else
		add(object, key, NULL);
}

void dp_json_bool(cJSON *object, const char *key, bool value)
{
	dp_json_made(cJSON_AddBoolToObject(object, key, value));
}

cJSON *dp_json_object(cJSON *object, const char *key)
{
	return dp_json_made(cJSON_AddObjectToObject(object, key));
}

cJSON *dp_json_array(cJSON *object, const char *key)
{
	return dp_json_made(cJSON_AddArrayToObject(object, key));
}

cJSON *dp_json_append(cJSON *array)
{
	cJSON *object = dp_json_made(cJSON_CreateObject());

	cJSON_AddItemToArray(array, object);
	return object;
}

void dp_json_append_text(struct dp_arena *arena, cJSON *array, const char *text)
{
	cJSON_AddItemToArray(array, dp_json_made(cJSON_CreateString(dp_text_shown(arena, text))));
}

void dp_json_print(struct dp_buf *out, cJSON *object)
{
	char *text = cJSON_PrintUnformatted(object);

	cJSON_Delete(object);
	if (text == NULL)
		dp_arena_fail();
	dp_buf_text(out, text);
	dp_buf_char(out, '\n');
	cJSON_free(text);
}
