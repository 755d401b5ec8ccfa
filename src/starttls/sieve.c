/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ManageSieve with STARTTLS: RFC 5804 s1.7 (the greeting lists the capabilities), s1.2 and s4
 * (responses), s2.2 (STARTTLS).
 */
#include <string.h>

#include "base/text.h"
#include "starttls/protocol.h"

static bool read_line(
	struct dp_reading *reading, const char *line, size_t len, struct dp_reply_line *reply)
{
	const char *wanted = reading->step->capability;

	if (len > 0 && line[0] == '"') {
		/* "NAME" or "NAME" "value" */
		const char *end = memchr(line + 1, '"', len - 1);

		reply->aside = wanted != NULL;
		reply->offers = wanted != NULL && end != NULL &&
			dp_text_equal_nocase(
				line + 1, (size_t)(end - line - 1), wanted, strlen(wanted));
		return end != NULL && wanted != NULL;
	}
	reply->last = true;
	if (dp_read_word(line, len, "OK"))
		reply->code = DP_CODE_OK;
	else if (dp_read_word(line, len, "NO"))
		reply->code = DP_CODE_NO;
	else if (dp_read_word(line, len, "BYE"))
		reply->code = DP_CODE_LATER;
	reply->closing = reply->code == DP_CODE_LATER;
	return reply->code != 0;
}

static const struct dp_step steps[] = {
	{
		.phase = DP_PHASE_GREETING,
		.name = "the connection",
		.awaited = "the greeting",
		.lost = "before its greeting",
		.accept = DP_CODE_OK,
		.capability = "STARTTLS",
		.temporary = DP_REASON_GREETING_REFUSED,
		.rejected = DP_REASON_GREETING_REFUSED,
		.other = DP_REASON_WRONG_PROTOCOL,
		.missing = DP_REASON_STARTTLS_NOT_OFFERED,
	},
	{
		.phase = DP_PHASE_STARTTLS,
		.send = "STARTTLS",
		.name = "STARTTLS",
		.accept = DP_CODE_OK,
		.temporary = DP_REASON_STARTTLS_REFUSED,
		.rejected = DP_REASON_STARTTLS_REFUSED,
		.other = DP_REASON_STARTTLS_REFUSED,
	},
};

const struct dp_protocol dp_protocol_sieve = {
	.scheme = "sieve",
	.port = 4190,
	.farewell = "LOGOUT\r\n",
	.steps = steps,
	.step_count = sizeof(steps) / sizeof(steps[0]),
	.misspoken = DP_REASON_WRONG_PROTOCOL,
	.read = read_line,
	.literal = dp_read_literal,
	.service = { .name = "ManageSieve", .rfc = "RFC 5804 s2.2", .clients = true },
};
