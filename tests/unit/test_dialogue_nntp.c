/* SPDX-License-Identifier: Apache-2.0 */
/* NNTP: RFC 3977 s3.2, s5.1, s5.2; RFC 4642 s2.2. */
#include "dialogue_script.c"

#define GREETED B("200 news.example ready\r\n")
#define OFFERED B("101 list\r\nVERSION 2\r\nSTARTTLS\r\nREADER\r\n.\r\n")
#define ASKED "CAPABILITIES\r\n"
#define ALL ASKED "STARTTLS\r\n"

static const struct row rows[] = {
	{ "plain", { GREETED, OFFERED, B("382 begin TLS\r\n") }, STOPS, ALL, GOES },
	{ "no posting", { B("201\r\n"), B("101\r\nstarttls\r\n.\r\n"), B("382\r\n") }, STOPS, ALL,
		GOES },
	{ "not offered", { GREETED, B("101 list\r\nVERSION 2\r\nSTARTTLSX\r\n.\r\n") }, STOPS,
		ASKED, FAILS(STARTTLS_NOT_OFFERED, 101, NULL), DP_PHASE_HELLO },
	{ "an old server", { GREETED, B("500 what\r\n") }, STOPS, ASKED,
		FAILS(STARTTLS_NOT_OFFERED, 500, "\"500 what\""), DP_PHASE_HELLO },
	/* RFC 3977 s3.2.1: it goes away for a while, which says nothing of what it offers */
	{ "closing instead of the list", { GREETED, B("400 down\r\n") }, STOPS, ASKED,
		FAILS(CONNECTION_LOST, 400, "with \"400 down\""), DP_PHASE_HELLO },
	/* RFC 4642 s2.2.2 */
	{ "no TLS now", { GREETED, OFFERED, B("580 no certificate\r\n") }, STOPS, ALL,
		FAILS(STARTTLS_REFUSED, 580, "\"580 no certificate\""), DP_PHASE_STARTTLS },
	{ "not the go-ahead", { GREETED, OFFERED, B("281 in\r\n") }, STOPS, ALL,
		FAILS(STARTTLS_REFUSED, 281, "\"281 in\""), DP_PHASE_STARTTLS },
	{ "busy", { B("400 later\r\n") }, STOPS, "", FAILS(GREETING_REFUSED, 400, "\"400 later\""),
		DP_PHASE_GREETING },
	{ "not for us", { B("502 go away\r\n") }, STOPS, "",
		FAILS(GREETING_REFUSED, 502, "\"502 go away\""), DP_PHASE_GREETING },
	{ "closing unasked", { B("200 hi\r\n400 down\r\n") }, STOPS, "",
		FAILS(CONNECTION_LOST, 400, "with \"400 down\""), DP_PHASE_HELLO },
	{ "SMTP", { B("220 mx.example ESMTP\r\n") }, STOPS, "",
		FAILS(WRONG_PROTOCOL, 220,
			"it answered the connection with \"220 mx.example ESMTP\""),
		DP_PHASE_GREETING },
	{ "SMTP in lines", { B("220-mx.example ESMTP\r\n") }, STOPS, "",
		FAILS(WRONG_PROTOCOL, 0, "it looks like SMTP (\"220-mx.example ESMTP\")"),
		DP_PHASE_GREETING },
	{ "injection", { GREETED, OFFERED, B("382 go\r\n200 x\r\n") }, STOPS, ALL,
		FAILS(STARTTLS_INJECTION, 0, "\"200 x\\x0d\\x0a\""), DP_PHASE_TLS },
	{ "closed in the list", { GREETED, B("101 list\r\nREADER\r\n") }, CLOSED, ASKED,
		FAILS(CONNECTION_LOST, 0, "in the middle of the reply to CAPABILITIES"),
		DP_PHASE_HELLO },
	{ "silence", { B("") }, TIMED_OUT, "", FAILS(REPLY_TIMEOUT, 0, "the greeting"),
		DP_PHASE_GREETING },
};

ROWS_OF("nntp", rows)
