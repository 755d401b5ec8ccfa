/* SPDX-License-Identifier: Apache-2.0 */
/* FTP: RFC 959 s4.2, RFC 4217 s4. */
#include "dialogue_script.c"

#define GREETED B("220 (vsFTPd 3.0.3)\r\n")
#define AUTH "AUTH TLS\r\n"

static const struct row rows[] = {
	{ "plain", { GREETED, B("234 proceed\r\n") }, STOPS, AUTH, GOES },
	{ "several lines",
		{ B("220-Welcome\r\n 220 no end\r\n530 neither\r\n220-nor this\r\n\r\n220 now\r\n"),
			B("234-a\r\nb\r\n234 go\r\n") },
		STOPS, AUTH, GOES },
	/* RFC 4217 s4: 502, 504, 534; 431 */
	{ "unknown", { GREETED, B("502 what\r\n") }, STOPS, AUTH,
		FAILS(STARTTLS_NOT_OFFERED, 502, "\"502 what\""), DP_PHASE_STARTTLS },
	{ "log in first", { GREETED, B("530 Please login with USER and PASS.\r\n") }, STOPS, AUTH,
		FAILS(STARTTLS_NOT_OFFERED, 530, "\"530 Please login with USER and PASS.\""),
		DP_PHASE_STARTTLS },
	{ "not now", { GREETED, B("431 later\r\n") }, STOPS, AUTH,
		FAILS(STARTTLS_REFUSED, 431, "\"431 later\""), DP_PHASE_STARTTLS },
	{ "not the go-ahead", { GREETED, B("334 more\r\n") }, STOPS, AUTH,
		FAILS(STARTTLS_REFUSED, 334, "\"334 more\""), DP_PHASE_STARTTLS },
	{ "busy", { B("421 too many\r\n") }, STOPS, "",
		FAILS(GREETING_REFUSED, 421, "\"421 too many\""), DP_PHASE_GREETING },
	{ "closing unasked", { B("220 hi\r\n421 idle\r\n") }, STOPS, "",
		FAILS(CONNECTION_LOST, 421, "with \"421 idle\""), DP_PHASE_STARTTLS },
	{ "injection", { GREETED, B("234 go\r\n230 in\r\n") }, STOPS, AUTH,
		FAILS(STARTTLS_INJECTION, 0, "\"230 in\\x0d\\x0a\""), DP_PHASE_TLS },
	{ "SSH", { B("SSH-2.0-x\r\n") }, STOPS, "",
		FAILS(WRONG_PROTOCOL, 0, "it looks like SSH (\"SSH-2.0-x\")"), DP_PHASE_GREETING },
	{ "closed", { B("220-hi\r\n") }, CLOSED, "",
		FAILS(CONNECTION_LOST, 0, "in the middle of the greeting"), DP_PHASE_GREETING },
	{ "silence", { GREETED, B("") }, TIMED_OUT, AUTH,
		FAILS(REPLY_TIMEOUT, 0, "the reply to AUTH TLS"), DP_PHASE_STARTTLS },
};

ROWS_OF("ftp", rows)
