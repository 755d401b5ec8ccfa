/* SPDX-License-Identifier: Apache-2.0 */
/* Records as JSON Lines: described for machines in tests/schema/records.schema.json. */
#include <cjson/cJSON.h>

#include "base/text.h"
#include "report/records.h"

#define SCHEMA 1

static cJSON *made(cJSON *item)
{
	if (item == NULL)
		dp_arena_fail();
	return item;
}

static void add_text(cJSON *object, const char *key, const char *text)
{
	if (text == NULL)
		made(cJSON_AddNullToObject(object, key));
	else
		made(cJSON_AddStringToObject(object, key, text));
}

void dp_records_json(struct dp_buf *out, const struct dp_record_row *row, int64_t ttl_s)
{
	const struct dp_tlsa *tlsa = &row->tlsa;
	cJSON *object = made(cJSON_CreateObject());
	char name[DP_NAME_TEXT_MAX], time[DP_TIME_TEXT_MAX];
	char *text;

	made(cJSON_AddNumberToObject(object, "schema", SCHEMA));
	add_text(object, "owner", dp_name_text(&row->owner, name));
	if (ttl_s >= 0)
		made(cJSON_AddNumberToObject(object, "ttl", (double)ttl_s));
	else
		add_text(object, "ttl", NULL);
	add_text(object, "type", "TLSA");
	made(cJSON_AddNumberToObject(object, "usage", tlsa->usage));
	made(cJSON_AddNumberToObject(object, "selector", tlsa->selector));
	made(cJSON_AddNumberToObject(object, "matching", tlsa->matching));
	add_text(object, "data", dp_text_hex(out->arena, tlsa->data, tlsa->data_len));
	add_text(object, "about", dp_text_shown(out->arena, row->about));
	add_text(object, "not_after",
		row->not_after_utc_s != DP_TIME_NONE ? dp_text_time(row->not_after_utc_s, time)
						     : NULL);
	text = cJSON_PrintUnformatted(object);
	cJSON_Delete(object);
	if (text == NULL)
		dp_arena_fail();
	dp_buf_text(out, text);
	dp_buf_char(out, '\n');
	cJSON_free(text);
}
