/* SPDX-License-Identifier: Apache-2.0 */
/* LMTP: RFC 2033 s4.1. */
#include "dialogue_script.c"

#define GREETED B("220 mx.example LMTP ready\r\n")
#define OFFERED B("250-mx.example\r\n250-8BITMIME\r\n250 STARTTLS\r\n")
#define LHLO "LHLO client.example\r\n"

static const struct row rows[] = {
	{ "plain", { GREETED, OFFERED, B("220 2.0.0 begin TLS\r\n") }, STOPS, LHLO "STARTTLS\r\n",
		GOES },
	{ "without STARTTLS", { GREETED, B("250-mx.example\r\n250 PIPELINING\r\n") }, STOPS, LHLO,
		FAILS(STARTTLS_NOT_OFFERED, 250, NULL), DP_PHASE_HELLO },
	{ "an SMTP server", { B("220 mx.example ESMTP\r\n"), B("502 5.5.2 no LHLO here\r\n") },
		STOPS, LHLO, FAILS(EHLO_REJECTED, 502, "\"502 5.5.2 no LHLO here\""),
		DP_PHASE_HELLO },
	{ "busy", { GREETED, B("451 later\r\n") }, STOPS, LHLO,
		FAILS(EHLO_TEMPORARY, 451, "\"451 later\""), DP_PHASE_HELLO },
	{ "refused", { GREETED, OFFERED, B("454 no TLS now\r\n") }, STOPS, LHLO "STARTTLS\r\n",
		FAILS(STARTTLS_REFUSED, 454, "\"454 no TLS now\""), DP_PHASE_STARTTLS },
	{ "injection", { GREETED, OFFERED, B("220 go\r\n250 x\r\n") }, STOPS, LHLO "STARTTLS\r\n",
		FAILS(STARTTLS_INJECTION, 0, "\"250 x\\x0d\\x0a\""), DP_PHASE_TLS },
	{ "garbage", { B("LMTP\r\n") }, STOPS, "",
		FAILS(NOT_SMTP, 0, "it sent \"LMTP\" instead of the greeting"), DP_PHASE_GREETING },
	{ "closed", { GREETED, B("") }, CLOSED, LHLO, FAILS(CONNECTION_LOST, 0, "after LHLO"),
		DP_PHASE_HELLO },
	{ "silence", { GREETED, B("") }, TIMED_OUT, LHLO,
		FAILS(REPLY_TIMEOUT, 0, "the reply to LHLO"), DP_PHASE_HELLO },
};

ROWS_OF("lmtp", rows)
