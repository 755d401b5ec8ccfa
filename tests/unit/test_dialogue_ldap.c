/* SPDX-License-Identifier: Apache-2.0 */
/* LDAP: RFC 4511 s4.12, s4.14; BER by hand. */
#include "dialogue_script.c"

/* The request as ldapsearch of OpenLDAP sends it for -ZZ, and openssl s_client for -starttls ldap:
 * ExtendedRequest with the OID alone. */
#define REQUEST \
	"0\x1d\x02\x01\x01w\x18\x80\x16" \
	"1.3.6.1.4.1.1466.20037"
#define RESPONSE(result) "\x30\x0c\x02\x01\x01\x78\x07\x0a\x01" result "\x04\x00\x04\x00"

static const struct row rows[] = {
	{ "plain", { B(RESPONSE("\x00")) }, STOPS, REQUEST, GOES },
	/* RFC 4511 s5.1: only definite lengths, but of any size */
	{ "long lengths",
		{ B("\x30\x84\x00\x00\x00\x10\x02\x01\x01\x78\x84\x00\x00\x00\x07\x0a\x01\x00\x04\x00"
		    "\x04\x00") },
		STOPS, REQUEST, GOES },
	{ "with the OID",
		{ B("\x30\x24\x02\x01\x01\x78\x1f\x0a\x01\x00\x04\x00\x04\x00\x8a\x16"
		    "1.3.6.1.4.1.1466.20037") },
		STOPS, REQUEST, GOES },
	{ "protocolError", { B(RESPONSE("\x02")) }, STOPS, REQUEST,
		FAILS(STARTTLS_NOT_OFFERED, 0,
			"\"0\\x0c\\x02\\x01\\x01x\\x07\\x0a\\x01\\x02\\x04\\x00\\x04\\x00\""),
		DP_PHASE_STARTTLS },
	{ "unavailable", { B(RESPONSE("\x34")) }, STOPS, REQUEST,
		FAILS(STARTTLS_REFUSED, 0,
			"\"0\\x0c\\x02\\x01\\x01x\\x07\\x0a\\x014\\x04\\x00\\x04\\x00\""),
		DP_PHASE_STARTTLS },
	{ "another message", { B("\x30\x0c\x02\x01\x02\x78\x07\x0a\x01\x00\x04\x00\x04\x00") },
		STOPS, REQUEST,
		FAILS(STARTTLS_REFUSED, 0,
			"\"0\\x0c\\x02\\x01\\x02x\\x07\\x0a\\x01\\x00\\x04\\x00\\x04\\x00\""),
		DP_PHASE_STARTTLS },
	{ "another operation", { B("\x30\x0c\x02\x01\x01\x61\x07\x0a\x01\x00\x04\x00\x04\x00") },
		STOPS, REQUEST,
		FAILS(WRONG_PROTOCOL, 0,
			"it sent \"0\\x0c\\x02\\x01\\x01a\\x07\\x0a\\x01\\x00\\x04\\x00\\x04\\x00\" "
			"instead of the reply to StartTLS"),
		DP_PHASE_STARTTLS },
	{ "an indefinite length", { B("\x30\x80\x02\x01\x01") }, STOPS, REQUEST,
		FAILS(WRONG_PROTOCOL, 0, "it sent \"0\\x80\" instead of the reply to StartTLS"),
		DP_PHASE_STARTTLS },
	{ "a length of too many octets", { B("\x30\x85\x01\x00\x00\x00\x00") }, STOPS, REQUEST,
		FAILS(WRONG_PROTOCOL, 0, "it sent \"0\\x85\" instead of the reply to StartTLS"),
		DP_PHASE_STARTTLS },
	{ "lengths that contradict", { B("\x30\x07\x02\x01\x01\x78\x07\x0a\x01") }, STOPS, REQUEST,
		FAILS(WRONG_PROTOCOL, 0,
			"it sent \"0\\x07\\x02\\x01\\x01x\\x07\\x0a\\x01\" instead of the reply to "
			"StartTLS"),
		DP_PHASE_STARTTLS },
	{ "empty", { B("\x30\x00") }, STOPS, REQUEST,
		FAILS(WRONG_PROTOCOL, 0, "it sent \"0\\x00\" instead of the reply to StartTLS"),
		DP_PHASE_STARTTLS },
	{ "injection", { B(RESPONSE("\x00") "\x30") }, STOPS, REQUEST,
		FAILS(STARTTLS_INJECTION, 0, "\"0\""), DP_PHASE_TLS },
	{ "unasked", { B(""), B("") }, STOPS, REQUEST, .want = DP_DIALOGUE_READ,
		.phase = DP_PHASE_STARTTLS },
	{ "SMTP", { B("220 mx.example ESMTP\r\n") }, STOPS, REQUEST,
		FAILS(WRONG_PROTOCOL, 0, "it looks like SMTP (\"220 mx.example ESMTP\")"),
		DP_PHASE_STARTTLS },
	{ "TLS", { B("\x15\x03\x03\x00\x02\x02\x32") }, STOPS, REQUEST,
		FAILS(WRONG_PROTOCOL, 0, "it looks like TLS from the first byte (an alert)"),
		DP_PHASE_STARTTLS },
	{ "closed", { B("\x30\x0c\x02") }, CLOSED, REQUEST,
		FAILS(CONNECTION_LOST, 0, "in the middle of the reply to StartTLS"),
		DP_PHASE_STARTTLS },
	{ "closed at once", { B("") }, CLOSED, REQUEST, FAILS(CONNECTION_LOST, 0, "after StartTLS"),
		DP_PHASE_STARTTLS },
	{ "silence", { B("") }, TIMED_OUT, REQUEST,
		FAILS(REPLY_TIMEOUT, 0, "the reply to StartTLS"), DP_PHASE_STARTTLS },
};

static void conversations(void **state)
{
	(void)state;
	CHECK_ROWS("ldap", rows);
}

/* RFC 4511 s4.4.1: a notice of disconnection, before we have spoken; and a message that never ends.
 */
static void odd_times(void **state)
{
	static const char notice[] = "\x30\x0c\x02\x01\x00\x78\x07\x0a\x01\x34\x04\x00\x04\x00";
	struct run run;
	uint8_t byte = 0;
	(void)state;

	start(&run, "ldap");
	dp_dialogue_input(&run.dialogue, (const uint8_t *)notice, sizeof notice - 1);
	assert_int_equal(run.dialogue.want, DP_DIALOGUE_FAILED);
	assert_int_equal(run.dialogue.reason, DP_REASON_CONNECTION_LOST);
	dp_arena_close(run.arena);

	start(&run, "ldap");
	speak(&run);
	dp_dialogue_input(&run.dialogue, (const uint8_t *)"\x30\x84\x7f\xff\xff\xff", 6);
	for (int i = 0; i < DP_LINE_MAX - 6; i++)
		assert_int_equal(dp_dialogue_input(&run.dialogue, &byte, 1), DP_DIALOGUE_READ);
	assert_int_equal(dp_dialogue_input(&run.dialogue, &byte, 1), DP_DIALOGUE_FAILED);
	assert_int_equal(run.dialogue.reason, DP_REASON_REPLY_TOO_LONG);
	dp_arena_close(run.arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(conversations),
		cmocka_unit_test(odd_times),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
