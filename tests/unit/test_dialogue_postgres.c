/* SPDX-License-Identifier: Apache-2.0 */
/* PostgreSQL: its manual, "SSL Session Encryption". */
#include "dialogue_script.c"

static const char request[8] = { 0, 0, 0, 8, 4, (char)0xd2, 0x16, 0x2f };

static const struct row rows[] = {
	{ "plain", { B("S") }, STOPS, NULL, GOES },
	{ "no TLS", { B("N") }, STOPS, NULL, FAILS(STARTTLS_NOT_OFFERED, 0, "\"N\""),
		DP_PHASE_STARTTLS },
	{ "an error", { B("E\x00\x00\x00\x0bSFATAL\x00") }, STOPS, NULL,
		FAILS(STARTTLS_REFUSED, 0, "\"E\\x00\\x00\\x00\\x0bSFATAL\\x00\""),
		DP_PHASE_STARTTLS },
	{ "an error of the old form", { B("Efork failed\n\x00") }, STOPS, NULL,
		FAILS(WRONG_PROTOCOL, 0,
			"it sent \"Efork failed\" instead of the reply to SSLRequest"),
		DP_PHASE_STARTTLS },
	{ "the same without a line end", { B("Eno more connections\x00") }, STOPS, NULL,
		FAILS(STARTTLS_REFUSED, 0, "\"Eno more connections\\x00\""), DP_PHASE_STARTTLS },
	/* CVE-2021-23214 and its like: what comes with the S is no part of TLS */
	{ "injection", { B("SE") }, STOPS, NULL, FAILS(STARTTLS_INJECTION, 0, "\"E\""),
		DP_PHASE_TLS },
	{ "IMAP", { B("* OK hi\r\n") }, STOPS, NULL,
		FAILS(WRONG_PROTOCOL, 0, "it looks like IMAP (\"* OK hi\")"), DP_PHASE_STARTTLS },
	{ "garbage", { B("x\n") }, STOPS, NULL,
		FAILS(WRONG_PROTOCOL, 0, "it sent \"x\" instead of the reply to SSLRequest"),
		DP_PHASE_STARTTLS },
	{ "closed", { B("") }, CLOSED, NULL, FAILS(CONNECTION_LOST, 0, "after SSLRequest"),
		DP_PHASE_STARTTLS },
	{ "closed in an error", { B("E\x00\x00") }, CLOSED, NULL,
		FAILS(CONNECTION_LOST, 0, "in the middle of the reply to SSLRequest"),
		DP_PHASE_STARTTLS },
	{ "silence", { B("") }, TIMED_OUT, NULL, FAILS(REPLY_TIMEOUT, 0, "the reply to SSLRequest"),
		DP_PHASE_STARTTLS },
};

static void conversations(void **state)
{
	(void)state;
	CHECK_ROWS("postgres", rows);
}

/* The request has zeros in it. */
static void what_is_said(void **state)
{
	struct run run;
	(void)state;

	start(&run, "postgres");
	assert_int_equal(run.dialogue.want, DP_DIALOGUE_WRITE);
	assert_int_equal(dp_dialogue_output(&run.dialogue)->len, sizeof request);
	assert_memory_equal(dp_dialogue_output(&run.dialogue)->data, request, sizeof request);
	dp_arena_close(run.arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(conversations),
		cmocka_unit_test(what_is_said),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
