/* SPDX-License-Identifier: Apache-2.0 */
/*
 * SMTP with STARTTLS as a table: RFC 5321 s4.2 (replies), s4.1.1.1 (EHLO), RFC 3207 s4. Submission
 * (RFC 6409) is the same on another port, for mail clients.
 */
#include "starttls/protocol.h"

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
		.send = "EHLO ",
		.insert = DP_INSERT_HELLO,
		.name = "EHLO",
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
	.numeric = true,
	.patient = true,
	.misspoken = DP_REASON_NOT_SMTP,
	.read = dp_read_smtp,
	.service = { .name = "SMTP" },
};

const struct dp_protocol dp_protocol_submission = {
	.scheme = "submission",
	.port = 587,
	.farewell = "QUIT\r\n",
	.steps = steps,
	.step_count = sizeof(steps) / sizeof(steps[0]),
	.numeric = true,
	.patient = true,
	.misspoken = DP_REASON_NOT_SMTP,
	.read = dp_read_smtp,
	.service = { .name = "SMTP", .rfc = "RFC 3207 s4", .clients = true },
};
