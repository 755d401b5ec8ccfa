/* SPDX-License-Identifier: Apache-2.0 */
/*
 * FTP with AUTH TLS: RFC 959 s4.2 (replies), RFC 4217 s4. No FEAT first: it is optional, and a
 * server says with 5xx that it has no TLS.
 */
#include "starttls/protocol.h"

/* RFC 959 s4.2: "123-" begins a reply of several lines, "123 " ends it; between them anything. */
static bool read_line(
	struct dp_reading *reading, const char *line, size_t len, struct dp_reply_line *reply)
{
	bool coded = dp_read_code(line, len, '1', reply);

	if (reading->before == 0)
		return coded;
	if (!coded || !reply->last || reply->code != reading->code)
		*reply = (struct dp_reply_line){ 0 };
	return true;
}

static const struct dp_step steps[] = {
	{
		.phase = DP_PHASE_GREETING,
		.name = "the connection",
		.awaited = "the greeting",
		.lost = "before its greeting",
		.accept = 220,
		.temporary = DP_REASON_GREETING_REFUSED,
		.rejected = DP_REASON_GREETING_REFUSED,
		.other = DP_REASON_WRONG_PROTOCOL,
	},
	{
		.phase = DP_PHASE_STARTTLS,
		.send = "AUTH TLS",
		.name = "AUTH TLS",
		.accept = 234,
		.temporary = DP_REASON_STARTTLS_REFUSED, /* 431: the means are lacking now */
		.rejected = DP_REASON_STARTTLS_NOT_OFFERED,
		.other = DP_REASON_STARTTLS_REFUSED,
	},
};

const struct dp_protocol dp_protocol_ftp = {
	.scheme = "ftp",
	.port = 21,
	.farewell = "QUIT\r\n",
	.steps = steps,
	.step_count = sizeof(steps) / sizeof(steps[0]),
	.numeric = true,
	.misspoken = DP_REASON_WRONG_PROTOCOL,
	.read = read_line,
	.service = { .name = "FTP", .starttls = "AUTH TLS", .rfc = "RFC 4217 s4", .clients = true },
};
