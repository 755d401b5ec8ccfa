/* SPDX-License-Identifier: Apache-2.0 */
/*
 * PostgreSQL: its manual, chapter Frontend/Backend Protocol, "SSL Session Encryption": SSLRequest
 * is answered by the one byte S or N, or by an ErrorResponse of a server that does not know it.
 */
#include "starttls/protocol.h"

#define ERROR_HEAD 5 /* of an ErrorResponse: its letter, and a length that counts itself */
#define ERROR_LENGTH_MAX 1024

static size_t error_length(const char *bytes)
{
	const uint8_t *at = (const uint8_t *)bytes + 1;

	return (size_t)at[0] << 24 | (size_t)at[1] << 16 | (size_t)at[2] << 8 | at[3];
}

/* Servers that are out of processes send an error of the old form: a text up to a zero. */
static bool whole(const char *bytes, size_t len)
{
	if (bytes[0] == 'S' || bytes[0] == 'N')
		return true;
	if (bytes[0] != 'E')
		return bytes[len - 1] == '\n';
	if (len < ERROR_HEAD)
		return false;
	size_t length = error_length(bytes);

	return length <= ERROR_LENGTH_MAX ? len >= 1 + length
					  : bytes[len - 1] == '\0' || bytes[len - 1] == '\n';
}

static bool read_message(
	struct dp_reading *reading, const char *bytes, size_t len, struct dp_reply_line *reply)
{
	(void)reading;
	reply->last = true;
	if (len == 1 && bytes[0] == 'S')
		reply->code = DP_CODE_OK;
	else if (len == 1 && bytes[0] == 'N')
		reply->code = DP_CODE_NO;
	else if (bytes[0] == 'E' && (bytes[len - 1] == '\0' || bytes[1] == '\0'))
		reply->code = DP_CODE_LATER;
	return reply->code != 0;
}

static const struct dp_step steps[] = {
	{
		/* length 8, code 80877103 */
		.phase = DP_PHASE_STARTTLS,
		.send = "\x00\x00\x00\x08\x04\xd2\x16\x2f",
		.send_len = 8,
		.tail = "",
		.name = "SSLRequest",
		.accept = DP_CODE_OK,
		.temporary = DP_REASON_STARTTLS_REFUSED,
		.rejected = DP_REASON_STARTTLS_NOT_OFFERED,
		.other = DP_REASON_STARTTLS_REFUSED,
	},
};

const struct dp_protocol dp_protocol_postgres = {
	.scheme = "postgres",
	.port = 5432,
	.steps = steps,
	.step_count = sizeof(steps) / sizeof(steps[0]),
	.misspoken = DP_REASON_WRONG_PROTOCOL,
	.whole = whole,
	.read = read_message,
	.service = { .name = "PostgreSQL",
		.starttls = "SSL",
		.rfc = "RFC 6698 s4.1",
		.clients = true },
};
