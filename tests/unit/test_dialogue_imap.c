/* SPDX-License-Identifier: Apache-2.0 */
/* IMAP: RFC 9051 s6.1.1, s6.2.1, s7. */
#include "dialogue_script.c"

#define GREETED B("* OK [CAPABILITY IMAP4rev1 STARTTLS LOGINDISABLED] ready\r\n")
#define OFFERED B("* CAPABILITY IMAP4rev1 STARTTLS LOGINDISABLED\r\nd1 OK done\r\n")
#define ASKED "d1 CAPABILITY\r\n"
#define ALL ASKED "d1 STARTTLS\r\n"

static const struct row rows[] = {
	{ "plain", { GREETED, OFFERED, B("d1 OK begin TLS\r\n") }, STOPS, ALL, GOES },
	{ "case does not count",
		{ B("* ok hi\r\n"), B("* capability imap4rev1 startTLS\r\nD1 ok\r\n"),
			B("d1 Ok\r\n") },
		STOPS, ALL, GOES },
	{ "untagged lines anywhere",
		{ B("* OK hi\r\n* OK still here\r\n"),
			B("* 2 EXISTS\r\n* CAPABILITY STARTTLS\r\n* OK x\r\nd1 OK\r\n"),
			B("* NO slow today\r\nd1 OK go\r\n") },
		STOPS, ALL, GOES },
	{ "a literal in an untagged line",
		{ B("* OK hi\r\n"),
			B("* X {9}\r\nd1 NO a\r\n tail\r\n* CAPABILITY STARTTLS\r\nd1 OK\r\n"),
			B("d1 OK\r\n") },
		STOPS, ALL, GOES },
	/* Only an untagged CAPABILITY after our question counts */
	{ "in the greeting alone", { GREETED, B("* CAPABILITY IMAP4rev1\r\nd1 OK\r\n") }, STOPS,
		ASKED, FAILS(STARTTLS_NOT_OFFERED, 0, NULL), DP_PHASE_HELLO },
	{ "told unasked",
		{ B("* OK hi\r\n* CAPABILITY STARTTLS\r\n"), B("* CAPABILITY X\r\nd1 OK\r\n") },
		STOPS, ASKED, FAILS(STARTTLS_NOT_OFFERED, 0, NULL), DP_PHASE_HELLO },
	{ "a longer word", { GREETED, B("* CAPABILITY STARTTLSX XSTARTTLS\r\nd1 OK\r\n") }, STOPS,
		ASKED, FAILS(STARTTLS_NOT_OFFERED, 0, NULL), DP_PHASE_HELLO },
	{ "CAPABILITY refused", { GREETED, B("d1 BAD what\r\n") }, STOPS, ASKED,
		FAILS(STARTTLS_NOT_OFFERED, 0, "\"d1 BAD what\""), DP_PHASE_HELLO },
	/* RFC 9051 s7.1.4: logged in already */
	{ "PREAUTH", { B("* PREAUTH welcome\r\n") }, STOPS, "",
		FAILS(STARTTLS_NOT_OFFERED, 0, "\"* PREAUTH welcome\""), DP_PHASE_GREETING },
	{ "BYE", { B("* BYE too many\r\n") }, STOPS, "",
		FAILS(GREETING_REFUSED, 0, "\"* BYE too many\""), DP_PHASE_GREETING },
	{ "BYE unasked", { B("* OK hi\r\n* BYE down\r\n") }, STOPS, "",
		FAILS(CONNECTION_LOST, 0, "with \"* BYE down\""), DP_PHASE_HELLO },
	{ "BYE in the place of an answer", { GREETED, B("* BYE down\r\n") }, STOPS, ASKED,
		FAILS(CONNECTION_LOST, 0, "with \"* BYE down\""), DP_PHASE_HELLO },
	{ "NO", { GREETED, OFFERED, B("d1 NO no certificate\r\n") }, STOPS, ALL,
		FAILS(STARTTLS_REFUSED, 0, "\"d1 NO no certificate\""), DP_PHASE_STARTTLS },
	{ "BAD", { GREETED, OFFERED, B("d1 BAD what\r\n") }, STOPS, ALL,
		FAILS(STARTTLS_REFUSED, 0, "\"d1 BAD what\""), DP_PHASE_STARTTLS },
	{ "another tag", { GREETED, B("a1 OK done\r\n") }, STOPS, ASKED,
		FAILS(WRONG_PROTOCOL, 0,
			"it sent \"a1 OK done\" instead of the reply to CAPABILITY"),
		DP_PHASE_HELLO },
	{ "a reply in advance", { B("* OK hi\r\nd1 OK\r\n") }, STOPS, "",
		FAILS(WRONG_PROTOCOL, 0, "it sent \"d1 OK\" without being asked"), DP_PHASE_HELLO },
	{ "injection", { GREETED, OFFERED, B("d1 OK\r\n* CAPABILITY X\r\n") }, STOPS, ALL,
		FAILS(STARTTLS_INJECTION, 0, "\"* CAPABILITY X\\x0d\\x0a\""), DP_PHASE_TLS },
	{ "SMTP", { B("220 mx.example ESMTP\r\n") }, STOPS, "",
		FAILS(WRONG_PROTOCOL, 0, "it looks like SMTP (\"220 mx.example ESMTP\")"),
		DP_PHASE_GREETING },
	{ "FTP", { B("220 (vsFTPd 3.0.3)\r\n") }, STOPS, "",
		FAILS(WRONG_PROTOCOL, 0, "it looks like FTP (\"220 (vsFTPd 3.0.3)\")"),
		DP_PHASE_GREETING },
	{ "a captive page", { B("HTTP/1.0 302 Moved\r\n") }, STOPS, "",
		FAILS(WRONG_PROTOCOL, 0, "it looks like HTTP (\"HTTP/1.0 302 Moved\")"),
		DP_PHASE_GREETING },
	{ "TLS", { B("\x15\x03\x01\x00\x02\x02\x0a") }, STOPS, "",
		FAILS(WRONG_PROTOCOL, 0, "it looks like TLS from the first byte (an alert)"),
		DP_PHASE_GREETING },
	{ "a huge literal", { B("* OK hi\r\n"), B("* X {99999999999999999999}\r\n") }, STOPS, ASKED,
		FAILS(REPLY_TOO_LONG, 0, "a line of more than 2048 octets"), DP_PHASE_HELLO },
	{ "closed in a literal", { B("* OK hi\r\n"), B("* X {5}\r\nab") }, CLOSED, ASKED,
		FAILS(CONNECTION_LOST, 0, "in the middle of the reply to CAPABILITY"),
		DP_PHASE_HELLO },
	{ "silence", { B("") }, TIMED_OUT, "", FAILS(REPLY_TIMEOUT, 0, "the greeting"),
		DP_PHASE_GREETING },
};

static void conversations(void **state)
{
	(void)state;
	CHECK_ROWS("imap", rows);
}

/* Untagged lines without end, asked for and not. */
static void floods(void **state)
{
	static const char line[] = "* OK and on\r\n";
	(void)state;

	for (int asked = 0; asked < 2; asked++) {
		struct run run;

		start(&run, "imap");
		dp_dialogue_input(&run.dialogue, (const uint8_t *)"* OK hi\r\n", 9);
		if (asked)
			speak(&run);
		for (int i = 0; i < DP_REPLY_LINES_MAX - 1; i++)
			dp_dialogue_input(&run.dialogue, (const uint8_t *)line, sizeof line - 1);
		assert_int_equal(run.dialogue.want, asked ? DP_DIALOGUE_READ : DP_DIALOGUE_WRITE);
		dp_dialogue_input(&run.dialogue, (const uint8_t *)line, sizeof line - 1);
		assert_int_equal(run.dialogue.want, DP_DIALOGUE_FAILED);
		assert_int_equal(run.dialogue.reason, DP_REASON_REPLY_TOO_LONG);
		assert_true(run.dialogue.log.len < 20000);
		dp_arena_close(run.arena);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(conversations),
		cmocka_unit_test(floods),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
