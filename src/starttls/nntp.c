/* SPDX-License-Identifier: Apache-2.0 */
/*
 * NNTP with STARTTLS: RFC 3977 s3.2 (response codes), s5.1 (greeting), s5.2 (CAPABILITIES), RFC
 * 4642 s2.2. Servers older than CAPABILITIES have no STARTTLS either.
 */
#include "starttls/protocol.h"

/* One line, but for the list that follows a good answer to CAPABILITIES. */
static bool read_line(
	struct dp_reading *reading, const char *line, size_t len, struct dp_reply_line *reply)
{
	if (reading->before > 0) {
		reply->last = len == 1 && line[0] == '.';
		reply->text = line;
		reply->text_len = len;
		return true;
	}
	if (!dp_read_code(line, len, '1', reply) || (len > 3 && line[3] == '-'))
		return false;
	reply->last = !reading->step->block || reply->code != reading->step->accept;
	reply->closing = reply->code == 400; /* RFC 3977 s3.2.1: it closes the connection */
	return true;
}

static const struct dp_step steps[] = {
	{
		.phase = DP_PHASE_GREETING,
		.name = "the connection",
		.awaited = "the greeting",
		.lost = "before its greeting",
		.accept = 200,
		.accept_too = 201, /* no posting */
		.temporary = DP_REASON_GREETING_REFUSED,
		.rejected = DP_REASON_GREETING_REFUSED,
		.other = DP_REASON_WRONG_PROTOCOL,
	},
	{
		.phase = DP_PHASE_HELLO,
		.send = "CAPABILITIES",
		.block = true,
		.name = "CAPABILITIES",
		.accept = 101,
		.capability = "STARTTLS",
		.temporary = DP_REASON_CONNECTION_LOST, /* RFC 3977 s3.2.1: 400 closes it */
		.rejected = DP_REASON_STARTTLS_NOT_OFFERED,
		.other = DP_REASON_WRONG_PROTOCOL,
		.missing = DP_REASON_STARTTLS_NOT_OFFERED,
	},
	{
		.phase = DP_PHASE_STARTTLS,
		.send = "STARTTLS",
		.name = "STARTTLS",
		.accept = 382,
		.temporary = DP_REASON_STARTTLS_REFUSED,
		.rejected = DP_REASON_STARTTLS_REFUSED,
		.other = DP_REASON_STARTTLS_REFUSED,
	},
};

const struct dp_protocol dp_protocol_nntp = {
	.scheme = "nntp",
	.port = 119,
	.farewell = "QUIT\r\n",
	.steps = steps,
	.step_count = sizeof(steps) / sizeof(steps[0]),
	.numeric = true,
	.misspoken = DP_REASON_WRONG_PROTOCOL,
	.read = read_line,
	.service = { .name = "NNTP", .rfc = "RFC 4642 s2.2", .clients = true },
};
