/* SPDX-License-Identifier: Apache-2.0 */
/* ManageSieve: RFC 5804 s1.7, s2.2, s4. */
#include "dialogue_script.c"

#define CAPABILITIES "\"IMPLEMENTATION\" \"x\"\r\n\"SIEVE\" \"fileinto\"\r\n"
#define OFFERED B(CAPABILITIES "\"STARTTLS\"\r\n\"VERSION\" \"1.0\"\r\nOK \"ready\"\r\n")

static const struct row rows[] = {
	{ "plain", { OFFERED, B("OK \"begin TLS\"\r\n") }, STOPS, "STARTTLS\r\n", GOES },
	{ "bare words", { B("\"starttls\"\r\nOK\r\n"), B("ok\r\n") }, STOPS, "STARTTLS\r\n", GOES },
	{ "a literal",
		{ B("\"IMPLEMENTATION\" {6}\r\nNO\r\nOK\r\n\"STARTTLS\"\r\nOK (X) {3+}\r\nfoo\r\n"),
			B("OK\r\n") },
		STOPS, "STARTTLS\r\n", GOES },
	{ "not offered", { B(CAPABILITIES "OK\r\n") }, STOPS, "",
		FAILS(STARTTLS_NOT_OFFERED, 0, NULL), DP_PHASE_GREETING },
	{ "as a value", { B("\"SIEVE\" \"STARTTLS\"\r\n\"STARTTLSX\"\r\nOK\r\n") }, STOPS, "",
		FAILS(STARTTLS_NOT_OFFERED, 0, NULL), DP_PHASE_GREETING },
	{ "refused", { OFFERED, B("NO \"no certificate\"\r\n") }, STOPS, "STARTTLS\r\n",
		FAILS(STARTTLS_REFUSED, 0, "\"NO \"no certificate\"\""), DP_PHASE_STARTTLS },
	{ "BYE", { B("BYE (REFERRAL) \"elsewhere\"\r\n") }, STOPS, "",
		FAILS(GREETING_REFUSED, 0, "\"BYE (REFERRAL) \"elsewhere\"\""), DP_PHASE_GREETING },
	{ "BYE unasked", { B("\"STARTTLS\"\r\nOK\r\nBYE\r\n") }, STOPS, "",
		FAILS(CONNECTION_LOST, 0, "with \"BYE\""), DP_PHASE_STARTTLS },
	{ "capabilities again", { OFFERED, B(CAPABILITIES "OK\r\n") }, STOPS, "STARTTLS\r\n",
		FAILS(WRONG_PROTOCOL, 0,
			"it sent \"\"IMPLEMENTATION\" \"x\"\" instead of the reply to STARTTLS"),
		DP_PHASE_STARTTLS },
	{ "injection", { OFFERED, B("OK\r\n\"SASL\" \"PLAIN\"\r\n") }, STOPS, "STARTTLS\r\n",
		FAILS(STARTTLS_INJECTION, 0, "\"\"SASL\" \"PLAIN\"\\x0d\\x0a\""), DP_PHASE_TLS },
	{ "an open quote", { B("\"STARTTLS\r\n") }, STOPS, "",
		FAILS(WRONG_PROTOCOL, 0, "it sent \"\"STARTTLS\" instead of the greeting"),
		DP_PHASE_GREETING },
	{ "POP3", { B("+OK hi\r\n") }, STOPS, "",
		FAILS(WRONG_PROTOCOL, 0, "it looks like POP3 (\"+OK hi\")"), DP_PHASE_GREETING },
	{ "closed", { B(CAPABILITIES) }, CLOSED, "",
		FAILS(CONNECTION_LOST, 0, "in the middle of the greeting"), DP_PHASE_GREETING },
	{ "silence", { OFFERED, B("") }, TIMED_OUT, "STARTTLS\r\n",
		FAILS(REPLY_TIMEOUT, 0, "the reply to STARTTLS"), DP_PHASE_STARTTLS },
};

ROWS_OF("sieve", rows)
