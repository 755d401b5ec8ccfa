/* SPDX-License-Identifier: Apache-2.0 */
/* Records as JSON Lines: described for machines in tests/schema/records.schema.json. */
#include "base/text.h"
#include "report/json_parts.h"
#include "report/records.h"

#define SCHEMA 1

void dp_records_json(struct dp_buf *out, const struct dp_record_row *row, int64_t ttl_s)
{
	const struct dp_tlsa *tlsa = &row->tlsa;
	cJSON *object = dp_json_made(cJSON_CreateObject());
	char name[DP_NAME_TEXT_MAX];

	dp_json_number(object, "schema", SCHEMA);
	dp_json_text(out->arena, object, "owner", dp_name_text(&row->owner, name));
	dp_json_number_if(object, "ttl", ttl_s >= 0, (double)ttl_s);
	dp_json_text(out->arena, object, "type", "TLSA");
	dp_json_number(object, "usage", tlsa->usage);
	dp_json_number(object, "selector", tlsa->selector);
	dp_json_number(object, "matching", tlsa->matching);
	dp_json_text(
		out->arena, object, "data", dp_text_hex(out->arena, tlsa->data, tlsa->data_len));
	dp_json_text(out->arena, object, "about", row->about);
	dp_json_time(object, "not_after", row->not_after_utc_s);
	dp_json_print(out, object);
}
