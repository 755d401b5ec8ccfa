/* SPDX-License-Identifier: Apache-2.0 */
/* POP3: RFC 1939 s3, RFC 2449 s5, RFC 2595 s4. */
#include "dialogue_script.c"

#define GREETED B("+OK ready <1@mx>\r\n")
#define OFFERED B("+OK\r\nTOP\r\nSTLS\r\nUIDL\r\n.\r\n")
#define ALL "CAPA\r\nSTLS\r\n"

static const struct row rows[] = {
	{ "plain", { GREETED, OFFERED, B("+OK begin TLS\r\n") }, STOPS, ALL, GOES },
	{ "bare words", { B("+OK\r\n"), B("+ok\r\nstls\r\n.\r\n"), B("+OK\r\n") }, STOPS, ALL,
		GOES },
	{ "not offered", { GREETED, B("+OK\r\nTOP\r\n.\r\n") }, STOPS, "CAPA\r\n",
		FAILS(STARTTLS_NOT_OFFERED, 0, NULL), DP_PHASE_HELLO },
	{ "an empty list", { GREETED, B("+OK STLS\r\n.\r\n") }, STOPS, "CAPA\r\n",
		FAILS(STARTTLS_NOT_OFFERED, 0, NULL), DP_PHASE_HELLO },
	{ "as a parameter", { GREETED, B("+OK\r\nSASL STLS\r\nSTLSX\r\n.\r\n") }, STOPS, "CAPA\r\n",
		FAILS(STARTTLS_NOT_OFFERED, 0, NULL), DP_PHASE_HELLO },
	{ "no CAPA", { GREETED, B("-ERR what\r\n") }, STOPS, "CAPA\r\n",
		FAILS(STARTTLS_NOT_OFFERED, 0, "\"-ERR what\""), DP_PHASE_HELLO },
	{ "refused", { GREETED, OFFERED, B("-ERR no certificate\r\n") }, STOPS, ALL,
		FAILS(STARTTLS_REFUSED, 0, "\"-ERR no certificate\""), DP_PHASE_STARTTLS },
	{ "busy", { B("-ERR [SYS/TEMP] later\r\n") }, STOPS, "",
		FAILS(GREETING_REFUSED, 0, "\"-ERR [SYS/TEMP] later\""), DP_PHASE_GREETING },
	{ "a longer word", { B("+OKAY\r\n") }, STOPS, "",
		FAILS(WRONG_PROTOCOL, 0, "it sent \"+OKAY\" instead of the greeting"),
		DP_PHASE_GREETING },
	{ "IMAP", { B("* OK hi\r\n") }, STOPS, "",
		FAILS(WRONG_PROTOCOL, 0, "it looks like IMAP (\"* OK hi\")"), DP_PHASE_GREETING },
	{ "a list in advance", { B("+OK hi\r\n+OK\r\nSTLS\r\n.\r\n") }, STOPS, "",
		FAILS(WRONG_PROTOCOL, 0, "it sent \"+OK\" without being asked"), DP_PHASE_HELLO },
	{ "injection", { GREETED, OFFERED, B("+OK\r\n+OK x\r\n") }, STOPS, ALL,
		FAILS(STARTTLS_INJECTION, 0, "\"+OK x\\x0d\\x0a\""), DP_PHASE_TLS },
	{ "closed in the list", { GREETED, B("+OK\r\nTOP\r\n") }, CLOSED, "CAPA\r\n",
		FAILS(CONNECTION_LOST, 0, "in the middle of the reply to CAPA"), DP_PHASE_HELLO },
	{ "silence", { GREETED, OFFERED, B("") }, TIMED_OUT, ALL,
		FAILS(REPLY_TIMEOUT, 0, "the reply to STLS"), DP_PHASE_STARTTLS },
};

ROWS_OF("pop3", rows)
