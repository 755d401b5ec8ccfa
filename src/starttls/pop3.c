/* SPDX-License-Identifier: Apache-2.0 */
/*
 * POP3 with STLS: RFC 1939 s3 (replies), RFC 2449 s5 (CAPA), RFC 2595 s4 (STLS; its availability is
 * told by CAPA, so a server without CAPA has none to offer).
 */
#include "starttls/protocol.h"

/* RFC 3206 s4: the fault lies with the server, and may pass. */
#define LATER "-ERR [SYS/TEMP]"

static bool read_line(
	struct dp_reading *reading, const char *line, size_t len, struct dp_reply_line *reply)
{
	if (reading->before > 0) {
		reply->last = len == 1 && line[0] == '.';
		reply->text = line;
		reply->text_len = len;
		return true;
	}
	if (dp_read_word(line, len, "+OK"))
		reply->code = DP_CODE_OK;
	else if (dp_read_word(line, len, LATER))
		reply->code = DP_CODE_LATER;
	else if (dp_read_word(line, len, "-ERR"))
		reply->code = DP_CODE_NO;
	reply->last = !reading->step->block || reply->code != DP_CODE_OK;
	return reply->code != 0;
}

static const struct dp_step steps[] = {
	{
		.phase = DP_PHASE_GREETING,
		.name = "the connection",
		.awaited = "the greeting",
		.lost = "before its greeting",
		.accept = DP_CODE_OK,
		.temporary = DP_REASON_GREETING_REFUSED,
		.rejected = DP_REASON_GREETING_REFUSED,
		.other = DP_REASON_WRONG_PROTOCOL,
	},
	{
		.phase = DP_PHASE_HELLO,
		.send = "CAPA",
		.block = true,
		.name = "CAPA",
		.accept = DP_CODE_OK,
		.capability = "STLS",
		.temporary = DP_REASON_STARTTLS_NOT_OFFERED,
		.rejected = DP_REASON_STARTTLS_NOT_OFFERED,
		.other = DP_REASON_WRONG_PROTOCOL,
		.missing = DP_REASON_STARTTLS_NOT_OFFERED,
	},
	{
		.phase = DP_PHASE_STARTTLS,
		.send = "STLS",
		.name = "STLS",
		.accept = DP_CODE_OK,
		.temporary = DP_REASON_STARTTLS_REFUSED,
		.rejected = DP_REASON_STARTTLS_REFUSED,
		.other = DP_REASON_STARTTLS_REFUSED,
	},
};

const struct dp_protocol dp_protocol_pop3 = {
	.scheme = "pop3",
	.port = 110,
	.farewell = "QUIT\r\n",
	.steps = steps,
	.step_count = sizeof(steps) / sizeof(steps[0]),
	.misspoken = DP_REASON_WRONG_PROTOCOL,
	.read = read_line,
	.service = { .name = "POP3", .starttls = "STLS", .rfc = "RFC 2595 s4", .clients = true },
};
