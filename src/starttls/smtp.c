/* SPDX-License-Identifier: Apache-2.0 */
/* SMTP with STARTTLS as a table: RFC 5321 s4.2 (replies), s4.1.1.1 (EHLO), RFC 3207 s4. */
#include "starttls/protocol.h"

/* RFC 5321 s4.2: three digits, then a blank or a hyphen and any text; the bare code is accepted
 * too (s4.2: clients SHOULD treat it so). Only the code counts, never the text. */
static bool read_line(const char *line, size_t len, struct dp_reply_line *reply)
{
	if (len < 3 || line[0] < '2' || line[0] > '5')
		return false;
	for (size_t i = 1; i < 3; i++) {
		if (line[i] < '0' || line[i] > '9')
			return false;
	}
	if (len > 3 && line[3] != ' ' && line[3] != '-')
		return false;
	reply->code = (line[0] - '0') * 100 + (line[1] - '0') * 10 + (line[2] - '0');
	reply->last = len == 3 || line[3] == ' ';
	reply->text = len > 4 ? line + 4 : "";
	reply->text_len = len > 4 ? len - 4 : 0;
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
		.other = DP_REASON_NOT_SMTP,
	},
	{
		.phase = DP_PHASE_HELLO,
		.send = "EHLO",
		.send_hello = true,
		.name = "EHLO",
		.awaited = "the reply to EHLO",
		.lost = "after EHLO",
		.accept = 250,
		.capability = "STARTTLS",
		.temporary = DP_REASON_EHLO_TEMPORARY,
		.rejected = DP_REASON_EHLO_REJECTED,
		.other = DP_REASON_NOT_SMTP,
		.missing = DP_REASON_STARTTLS_NOT_OFFERED,
	},
	{
		/* RFC 3207 s4: no parameters; some servers refuse even a trailing blank. */
		.phase = DP_PHASE_STARTTLS,
		.send = "STARTTLS",
		.name = "STARTTLS",
		.awaited = "the reply to STARTTLS",
		.lost = "after STARTTLS",
		.accept = 220,
		.temporary = DP_REASON_STARTTLS_REFUSED,
		.rejected = DP_REASON_STARTTLS_REFUSED,
		.other = DP_REASON_STARTTLS_REFUSED, /* the only go-ahead is 220 */
	},
};

const struct dp_protocol dp_protocol_smtp = {
	.scheme = "smtp",
	.port = 25,
	.farewell = "QUIT\r\n",
	.steps = steps,
	.step_count = sizeof(steps) / sizeof(steps[0]),
	.read_line = read_line,
};
