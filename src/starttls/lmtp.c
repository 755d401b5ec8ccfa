/* SPDX-License-Identifier: Apache-2.0 */
/* LMTP with STARTTLS: SMTP with LHLO in the place of EHLO (RFC 2033 s4.1), RFC 3207 s4. */
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
		.send = "LHLO ",
		.insert = DP_INSERT_HELLO,
		.name = "LHLO",
		.accept = 250,
		.capability = "STARTTLS",
		.temporary = DP_REASON_EHLO_TEMPORARY,
		.rejected = DP_REASON_EHLO_REJECTED,
		.other = DP_REASON_NOT_SMTP,
		.missing = DP_REASON_STARTTLS_NOT_OFFERED,
	},
	{
		.phase = DP_PHASE_STARTTLS,
		.send = "STARTTLS",
		.name = "STARTTLS",
		.accept = 220,
		.temporary = DP_REASON_STARTTLS_REFUSED,
		.rejected = DP_REASON_STARTTLS_REFUSED,
		.other = DP_REASON_STARTTLS_REFUSED,
	},
};

const struct dp_protocol dp_protocol_lmtp = {
	.scheme = "lmtp",
	.port = 24,
	.farewell = "QUIT\r\n",
	.steps = steps,
	.step_count = sizeof(steps) / sizeof(steps[0]),
	.numeric = true,
	.patient = true,
	.misspoken = DP_REASON_NOT_SMTP,
	.read = dp_read_smtp,
	.service = { .name = "LMTP", .hello = "LHLO" },
};
