/* SPDX-License-Identifier: Apache-2.0 */
#include "dialogue_script.c"

#define GREETED B("220 mx.example ESMTP\r\n")
#define OFFERED B("250-mx.example\r\n250-SIZE 1000\r\n250-STARTTLS\r\n250 8BITMIME\r\n")

#define EHLO "EHLO client.example\r\n"
#define ALL EHLO "STARTTLS\r\n"
static const struct row rows[] = {
	/* RFC 5321 s4.2, RFC 3207 s4: the way it should go */
	{ "plain", { GREETED, OFFERED, B("220 ready\r\n") }, STOPS, ALL, GOES },
	{ "bare codes", { B("220\r\n"), B("250-\r\n250 STARTTLS\r\n"), B("220\r\n") }, STOPS, ALL,
		GOES },
	{ "odd texts",
		{ B("220 554 5.7.1 no\r\n"), B("250-x\r\n250 STARTTLS\r\n"), B("220 250 454\r\n") },
		STOPS, ALL, GOES },
	{ "teaser greeting", { B("220-wait\r\n220-still\r\n220 mx\r\n"), OFFERED, B("220 go\r\n") },
		STOPS, ALL, GOES },
	{ "multi-line go-ahead", { GREETED, OFFERED, B("220-one\r\n220 two\r\n") }, STOPS, ALL,
		GOES },
	{ "line feeds alone", { B("220 mx\n"), B("250-x\n250 STARTTLS\n"), B("220 go\n") }, STOPS,
		ALL, GOES },
	{ "no line to speak of",
		{ B("220 mx\r\n"), B("250-x\r\n250 STARTTLS\r\n"), B("220 \0\x1b[2J\r\n") }, STOPS,
		ALL, GOES },
	/* RFC 5321 s4.1.1.1: keywords are compared without regard to case, as words, in the
	 * lines after the first */
	{ "lower case", { GREETED, B("250-x\r\n250 starttls\r\n"), B("220 go\r\n") }, STOPS, ALL,
		GOES },
	{ "with parameters",
		{ GREETED, B("250-x\r\n250-StartTLS now\r\n250 X\r\n"), B("220 go\r\n") }, STOPS,
		ALL, GOES },
	{ "only in the first line", { GREETED, B("250 STARTTLS\r\n") }, STOPS, EHLO,
		FAILS(STARTTLS_NOT_OFFERED, 250, NULL), DP_PHASE_HELLO },
	{ "a longer word", { GREETED, B("250-x\r\n250 STARTTLSX\r\n") }, STOPS, EHLO,
		FAILS(STARTTLS_NOT_OFFERED, 250, NULL), DP_PHASE_HELLO },
	{ "a shorter word", { GREETED, B("250-x\r\n250 STARTTL\r\n") }, STOPS, EHLO,
		FAILS(STARTTLS_NOT_OFFERED, 250, NULL), DP_PHASE_HELLO },
	{ "as a parameter", { GREETED, B("250-x\r\n250 AUTH STARTTLS\r\n") }, STOPS, EHLO,
		FAILS(STARTTLS_NOT_OFFERED, 250, NULL), DP_PHASE_HELLO },
	{ "masked by a firewall", { GREETED, B("250-x\r\n250 XXXXXXXA\r\n") }, STOPS, EHLO,
		FAILS(STARTTLS_NOT_OFFERED, 250, NULL), DP_PHASE_HELLO },
	/* Refusals, RFC 5321 s3.1, s4.2.1; RFC 3207 s4 */
	{ "busy", { B("421 4.7.0 too many\r\n") }, STOPS, "",
		FAILS(GREETING_REFUSED, 421, "\"421 4.7.0 too many\""), DP_PHASE_GREETING },
	{ "blocked", { B("554-no\r\n554 listed\r\n") }, STOPS, "",
		FAILS(GREETING_REFUSED, 554, "\"554-no / 554 listed\""), DP_PHASE_GREETING },
	{ "EHLO 450", { GREETED, B("450 later\r\n") }, STOPS, EHLO,
		FAILS(EHLO_TEMPORARY, 450, "\"450 later\""), DP_PHASE_HELLO },
	{ "EHLO 421", { GREETED, B("421 bye\r\n") }, STOPS, EHLO,
		FAILS(EHLO_TEMPORARY, 421, "\"421 bye\""), DP_PHASE_HELLO },
	{ "EHLO 502", { GREETED, B("502 what\r\n") }, STOPS, EHLO,
		FAILS(EHLO_REJECTED, 502, "\"502 what\""), DP_PHASE_HELLO },
	{ "EHLO 501 with STARTTLS", { GREETED, B("501-a\r\n501 STARTTLS\r\n") }, STOPS, EHLO,
		FAILS(EHLO_REJECTED, 501, "\"501-a / 501 STARTTLS\""), DP_PHASE_HELLO },
	{ "STARTTLS 454", { GREETED, OFFERED, B("454 4.7.0 TLS not available\r\n") }, STOPS, ALL,
		FAILS(STARTTLS_REFUSED, 454, "\"454 4.7.0 TLS not available\""),
		DP_PHASE_STARTTLS },
	{ "STARTTLS 501", { GREETED, OFFERED, B("501 no\r\n") }, STOPS, ALL,
		FAILS(STARTTLS_REFUSED, 501, "\"501 no\""), DP_PHASE_STARTTLS },
	/* Codes that are none of these */
	{ "greeting 250", { B("250 ok\r\n") }, STOPS, "",
		FAILS(NOT_SMTP, 250, "it answered the connection with \"250 ok\""),
		DP_PHASE_GREETING },
	{ "EHLO 220", { GREETED, B("220 again\r\n") }, STOPS, EHLO,
		FAILS(NOT_SMTP, 220, "it answered EHLO with \"220 again\""), DP_PHASE_HELLO },
	{ "STARTTLS 250", { GREETED, OFFERED, B("250 ok\r\n") }, STOPS, ALL,
		FAILS(STARTTLS_REFUSED, 250, "\"250 ok\""), DP_PHASE_STARTTLS },
	{ "code changes", { GREETED, B("250-x\r\n550 STARTTLS\r\n") }, STOPS, EHLO,
		FAILS(NOT_SMTP, 0, "the code changes from 250 to 550 within one reply"),
		DP_PHASE_HELLO },
	/* Other protocols */
	{ "IMAP", { B("* OK [CAPABILITY IMAP4rev1] ready\r\n") }, STOPS, "",
		FAILS(NOT_SMTP, 0, "it looks like IMAP (\"* OK [CAPABILITY IMAP4rev1] ready\")"),
		DP_PHASE_GREETING },
	{ "POP3", { B("+OK ready\r\n") }, STOPS, "",
		FAILS(NOT_SMTP, 0, "it looks like POP3 (\"+OK ready\")"), DP_PHASE_GREETING },
	{ "SSH", { B("SSH-2.0-x\n") }, STOPS, "",
		FAILS(NOT_SMTP, 0, "it looks like SSH (\"SSH-2.0-x\")"), DP_PHASE_GREETING },
	{ "HTTP after EHLO", { GREETED, B("HTTP/1.1 400 Bad Request\r\n") }, STOPS, EHLO,
		FAILS(NOT_SMTP, 0, "it looks like HTTP (\"HTTP/1.1 400 Bad Request\")"),
		DP_PHASE_HELLO },
	{ "TLS alert", { B("\x15\x03\x01\x02\x02\x0a") }, STOPS, "",
		FAILS(NOT_SMTP, 0, "it looks like TLS from the first byte (an alert)"),
		DP_PHASE_GREETING },
	{ "TLS handshake", { B("\x16\x03\x03\x10\x10") }, STOPS, "",
		FAILS(NOT_SMTP, 0, "it looks like TLS from the first byte"), DP_PHASE_GREETING },
	{ "proxy header", { B("PROXY TCP4 192.0.2.1\r\n") }, STOPS, "",
		FAILS(NOT_SMTP, 0, "it looks like the PROXY protocol (\"PROXY TCP4 192.0.2.1\")"),
		DP_PHASE_GREETING },
	{ "prose", { B("Hello there\x07\r\n") }, STOPS, "",
		FAILS(NOT_SMTP, 0, "it sent \"Hello there\\x07\" instead of the greeting"),
		DP_PHASE_GREETING },
	{ "an empty line", { B("\r\n") }, STOPS, "",
		FAILS(NOT_SMTP, 0, "it sent \"\" instead of the greeting"), DP_PHASE_GREETING },
	{ "code 199", { B("199 x\r\n") }, STOPS, "",
		FAILS(NOT_SMTP, 0, "it sent \"199 x\" instead of the greeting"),
		DP_PHASE_GREETING },
	{ "code and rubbish", { B("220x\r\n") }, STOPS, "",
		FAILS(NOT_SMTP, 0, "it sent \"220x\" instead of the greeting"), DP_PHASE_GREETING },
	/* Lock-step */
	{ "a second greeting", { B("220 a\r\n220 b\r\n") }, STOPS, "",
		FAILS(NOT_SMTP, 220, "it sent \"220 b\" without being asked"), DP_PHASE_HELLO },
	{ "replies in advance", { B("220 a\r\n250-x\r\n250 STARTTLS\r\n220 go\r\n") }, STOPS, "",
		FAILS(NOT_SMTP, 250, "it sent \"250-x\" without being asked"), DP_PHASE_HELLO },
	{ "a go-ahead in advance", { GREETED, B("250-x\r\n250 STARTTLS\r\n220 go\r\n") }, STOPS,
		EHLO, FAILS(NOT_SMTP, 220, "it sent \"220 go\" without being asked"),
		DP_PHASE_STARTTLS },
	{ "closing on its own", { B("220 a\r\n421 going down\r\n") }, STOPS, "",
		FAILS(CONNECTION_LOST, 421, "with \"421 going down\""), DP_PHASE_HELLO },
	{ "half a line in advance", { B("220 a\r\n2"), B("50-x\r\n250 STARTTLS\r\n") }, STOPS, EHLO,
		FAILS(NOT_SMTP, 250, "it sent \"250-x\" without being asked"), DP_PHASE_HELLO },
	/* RFC 3207 s4.2 */
	{ "injection", { GREETED, OFFERED, B("220 go\r\n250 x\r\n") }, STOPS, ALL,
		FAILS(STARTTLS_INJECTION, 0, "\"250 x\\x0d\\x0a\""), DP_PHASE_TLS },
	{ "one byte injected", { GREETED, OFFERED, B("220 go\r\n\n") }, STOPS, ALL,
		FAILS(STARTTLS_INJECTION, 0, "\"\\x0a\""), DP_PHASE_TLS },
	{ "injection later", { GREETED, OFFERED, B("220 go\r\n"), B("x") }, STOPS, ALL,
		FAILS(STARTTLS_INJECTION, 0, "\"x\""), DP_PHASE_TLS },
	/* The end of the connection */
	{ "closed at once", { B("") }, CLOSED, "", FAILS(CONNECTION_LOST, 0, "before its greeting"),
		DP_PHASE_GREETING },
	{ "closed within the greeting", { B("220-a\r\n") }, CLOSED, "",
		FAILS(CONNECTION_LOST, 0, "in the middle of the greeting"), DP_PHASE_GREETING },
	{ "closed after EHLO", { GREETED, B("") }, CLOSED, EHLO,
		FAILS(CONNECTION_LOST, 0, "after EHLO"), DP_PHASE_HELLO },
	{ "closed within a line", { GREETED, B("25") }, CLOSED, EHLO,
		FAILS(CONNECTION_LOST, 0, "in the middle of the reply to EHLO"), DP_PHASE_HELLO },
	{ "closed after STARTTLS", { GREETED, OFFERED, B("") }, CLOSED, ALL,
		FAILS(CONNECTION_LOST, 0, "after STARTTLS"), DP_PHASE_STARTTLS },
	{ "closed after the go-ahead", { GREETED, OFFERED, B("220 go\r\n") }, CLOSED, ALL, GOES },
	{ "closed after a refusal", { B("554 no\r\n") }, CLOSED, "",
		FAILS(GREETING_REFUSED, 554, "\"554 no\""), DP_PHASE_GREETING },
	{ "IMAP without an end of line", { B("* OK hi") }, CLOSED, "",
		FAILS(NOT_SMTP, 0, "it looks like IMAP (\"* OK hi\")"), DP_PHASE_GREETING },
	/* Time */
	{ "silence", { B("") }, TIMED_OUT, "", FAILS(REPLY_TIMEOUT, 0, "the greeting"),
		DP_PHASE_GREETING },
	{ "endless teaser", { B("220-wait\r\n220-wa") }, TIMED_OUT, "",
		FAILS(REPLY_TIMEOUT, 0, "the rest of the greeting"), DP_PHASE_GREETING },
	{ "silence after EHLO", { GREETED, B("") }, TIMED_OUT, EHLO,
		FAILS(REPLY_TIMEOUT, 0, "the reply to EHLO"), DP_PHASE_HELLO },
	{ "silence after STARTTLS", { GREETED, OFFERED, B("") }, TIMED_OUT, ALL,
		FAILS(REPLY_TIMEOUT, 0, "the reply to STARTTLS"), DP_PHASE_STARTTLS },
	{ "silence after the go-ahead", { GREETED, OFFERED, B("220 go\r\n") }, TIMED_OUT, ALL,
		GOES },
};

static void conversations(void **state)
{
	(void)state;
	CHECK_ROWS("smtp", rows);
	/* Submission speaks the same. */
	CHECK_ROWS("submission", rows);
}

static void feed(struct run *run, const char *text)
{
	dp_dialogue_input(&run->dialogue, (const uint8_t *)text, strlen(text));
}

static void limits(void **state)
{
	struct run run;
	char line[DP_LINE_MAX + 2];
	(void)state;

	/* A line of exactly the most, and one octet more */
	for (int excess = 0; excess < 2; excess++) {
		start(&run, "smtp");
		memset(line, 'x', sizeof line);
		memcpy(line, "220 ", 4);
		line[DP_LINE_MAX - 1 + excess] = '\r';
		dp_dialogue_input(
			&run.dialogue, (const uint8_t *)line, DP_LINE_MAX + (size_t)excess);
		feed(&run, "\n");
		assert_int_equal(
			run.dialogue.want, excess ? DP_DIALOGUE_FAILED : DP_DIALOGUE_WRITE);
		if (excess)
			assert_int_equal(run.dialogue.reason, DP_REASON_REPLY_TOO_LONG);
		dp_arena_close(run.arena);
	}
	/* A reply of exactly the most lines, and an endless one */
	for (int excess = 0; excess < 2; excess++) {
		start(&run, "smtp");
		for (int i = 1; i < DP_REPLY_LINES_MAX + excess; i++)
			feed(&run, "220-x\r\n");
		feed(&run, "220 x\r\n");
		assert_int_equal(
			run.dialogue.want, excess ? DP_DIALOGUE_FAILED : DP_DIALOGUE_WRITE);
		if (excess)
			assert_int_equal(run.dialogue.reason, DP_REASON_REPLY_TOO_LONG);
		dp_arena_close(run.arena);
	}
}

static void the_log(void **state)
{
	struct run run;
	(void)state;

	start(&run, "smtp");
	feed(&run, "220 a\x1b[2J\\\n");
	speak(&run);
	assert_string_equal(run.dialogue.log.data,
		"S: 220 a\\x1b[2J\\x5c (ends with LF alone)\nC: EHLO client.example\n");
	/* Bounded, whatever the peer says */
	for (int i = 0; i < DP_REPLY_LINES_MAX - 1; i++)
		feed(&run,
			"250-\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01\r\n");
	assert_int_equal(run.dialogue.want, DP_DIALOGUE_READ);
	assert_true(run.dialogue.log.len < 20000);
	dp_arena_close(run.arena);
}

static void protocols(void **state)
{
	const struct dp_protocol *smtp = dp_protocol_find("smtp");
	(void)state;

	assert_non_null(smtp);
	assert_null(dp_protocol_find("gopher"));
	assert_null(dp_protocol_find(""));
	assert_int_equal(dp_protocol_port(smtp), 25);
	assert_string_equal(dp_protocol_farewell(smtp), "QUIT\r\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(conversations),
		cmocka_unit_test(limits),
		cmocka_unit_test(the_log),
		cmocka_unit_test(protocols),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
