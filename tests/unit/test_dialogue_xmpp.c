/* SPDX-License-Identifier: Apache-2.0 */
/* XMPP: RFC 6120 s4.2, s4.3, s4.7, s4.9, s5.4. */
#include "dialogue_script.c"

#define HEADER \
	"<?xml version='1.0'?><stream:stream xmlns='jabber:client' id='1' version='1.0' " \
	"xmlns:stream='http://etherx.jabber.org/streams'>"
#define TLS_NS "urn:ietf:params:xml:ns:xmpp-tls"
#define STARTTLS "<starttls xmlns='" TLS_NS "'><required/></starttls>"
#define FEATURES(inside) B(HEADER "<stream:features>" inside "</stream:features>")
#define OFFERED FEATURES(STARTTLS "<mechanisms xmlns='x'><mechanism>PLAIN</mechanism></mechanisms>")
#define OPEN \
	"<?xml version='1.0'?><stream:stream to='service.example' version='1.0' xml:lang='en' " \
	"xmlns='jabber:client' xmlns:stream='http://etherx.jabber.org/streams'>"
#define ALL OPEN "<starttls xmlns='" TLS_NS "'/>"
#define PROCEED B("<proceed xmlns='" TLS_NS "'/>")
#define NOT_OFFERED FAILS(STARTTLS_NOT_OFFERED, 0, NULL)

static const struct row rows[] = {
	{ "plain", { OFFERED, PROCEED }, STOPS, ALL, GOES },
	{ "other spellings",
		{ B(HEADER "\n <stream:features >\n<starttls  a='>' xmlns = \"" TLS_NS
			   "\" />\n</stream:features >\r\n"),
			B("\n<proceed\nxmlns=\"" TLS_NS "\"></proceed>") },
		STOPS, ALL, GOES },
	{ "header apart",
		{ B(HEADER), B("<stream:features>" STARTTLS "</stream:features>"), PROCEED }, STOPS,
		ALL, GOES },
	/* s5.4.1: an element of the features, of that namespace */
	{ "none", { FEATURES("<bind xmlns='x'/>") }, STOPS, OPEN, NOT_OFFERED, DP_PHASE_HELLO },
	{ "empty features", { B(HEADER "<stream:features/>") }, STOPS, OPEN, NOT_OFFERED,
		DP_PHASE_HELLO },
	{ "of another namespace", { FEATURES("<starttls xmlns='x'/>") }, STOPS, OPEN, NOT_OFFERED,
		DP_PHASE_HELLO },
	{ "namespace in another attribute",
		{ FEATURES("<starttls a=\"xmlns='" TLS_NS "'\" xmlns='x'/>") }, STOPS, OPEN,
		NOT_OFFERED, DP_PHASE_HELLO },
	{ "inside another element", { FEATURES("<x>" STARTTLS "</x>") }, STOPS, OPEN, NOT_OFFERED,
		DP_PHASE_HELLO },
	{ "as text", { FEATURES("<x>starttls</x>") }, STOPS, OPEN, NOT_OFFERED, DP_PHASE_HELLO },
	{ "a longer name", { FEATURES("<starttlsx xmlns='" TLS_NS "'/>") }, STOPS, OPEN,
		NOT_OFFERED, DP_PHASE_HELLO },
	/* s5.4.2.2 */
	{ "failure", { OFFERED, B("<failure xmlns='" TLS_NS "'/></stream:stream>") }, STOPS, ALL,
		FAILS(STARTTLS_REFUSED, 0, "\"<failure xmlns='" TLS_NS "'/>\""),
		DP_PHASE_STARTTLS },
	{ "proceed of another namespace", { OFFERED, B("<proceed xmlns='x'/>") }, STOPS, ALL,
		FAILS(WRONG_PROTOCOL, 0,
			"it sent \"<proceed xmlns='x'/>\" instead of the reply to starttls"),
		DP_PHASE_STARTTLS },
	/* s4.9 */
	{ "host-unknown",
		{ B(HEADER
			"<stream:error><host-unknown xmlns='y'/></stream:error></stream:stream>") },
		STOPS, OPEN,
		FAILS(GREETING_REFUSED, 0,
			"\"<stream:error> / <host-unknown xmlns='y'/> / </stream:error>\""),
		DP_PHASE_HELLO },
	{ "the stream ends", { B(HEADER "</stream:stream>") }, STOPS, OPEN,
		FAILS(CONNECTION_LOST, 0, "with \"</stream:stream>\""), DP_PHASE_HELLO },
	{ "it ends unasked",
		{ B(HEADER "<stream:features>" STARTTLS "</stream:features></stream:stream>") },
		STOPS, OPEN, FAILS(CONNECTION_LOST, 0, "with \"</stream:stream>\""),
		DP_PHASE_STARTTLS },
	{ "proceed in advance",
		{ B(HEADER "<stream:features>" STARTTLS "</stream:features><proceed xmlns='" TLS_NS
			   "'/>") },
		STOPS, OPEN,
		FAILS(WRONG_PROTOCOL, 0,
			"it sent \"<proceed xmlns='" TLS_NS "'/>\" without being asked"),
		DP_PHASE_STARTTLS },
	/* s5.3.3: no white space between the elements here, nor behind the last */
	{ "injection", { OFFERED, B("<proceed xmlns='" TLS_NS "'/><message/>") }, STOPS, ALL,
		FAILS(STARTTLS_INJECTION, 0, "\"<message/>\""), DP_PHASE_TLS },
	{ "white space behind", { OFFERED, B("<proceed xmlns='" TLS_NS "'/>\n") }, STOPS, ALL,
		FAILS(STARTTLS_INJECTION, 0, "\"\\x0a\""), DP_PHASE_TLS },
	{ "something else", { B(HEADER "<message/>") }, STOPS, OPEN,
		FAILS(WRONG_PROTOCOL, 0, "it sent \"<message/>\" instead of the stream features"),
		DP_PHASE_HELLO },
	{ "a web page", { B("<!DOCTYPE html><html>") }, STOPS, OPEN,
		FAILS(WRONG_PROTOCOL, 0, "it looks like a web page (\"<!DOCTYPE html>\")"),
		DP_PHASE_HELLO },
	{ "HTTP", { B("HTTP/1.1 400 Bad Request\r\n") }, STOPS, OPEN,
		FAILS(WRONG_PROTOCOL, 0, "it looks like HTTP (\"HTTP/1.1 400 Bad Request\")"),
		DP_PHASE_HELLO },
	{ "TLS", { B("\x15\x03\x01\x00\x02\x02\x32") }, STOPS, OPEN,
		FAILS(WRONG_PROTOCOL, 0, "it looks like TLS from the first byte (an alert)"),
		DP_PHASE_HELLO },
	{ "an empty tag", { B("<>") }, STOPS, OPEN,
		FAILS(WRONG_PROTOCOL, 0, "it sent \"<>\" instead of the stream features"),
		DP_PHASE_HELLO },
	{ "closed", { B(HEADER "<stream:features>") }, CLOSED, OPEN,
		FAILS(CONNECTION_LOST, 0, "in the middle of the stream features"), DP_PHASE_HELLO },
	{ "silence", { OFFERED, B("") }, TIMED_OUT, ALL,
		FAILS(REPLY_TIMEOUT, 0, "the reply to starttls"), DP_PHASE_STARTTLS },
};

static void conversations(void **state)
{
	(void)state;
	CHECK_ROWS("xmpp-client", rows);
}

static void feed(struct run *run, const char *text)
{
	dp_dialogue_input(&run->dialogue, (const uint8_t *)text, strlen(text));
}

/* Features without end, depth without end, a tag without end, white space without end. */
static void floods(void **state)
{
	static const char *const more[] = { "<x/>", "<x>", "x", "'", " \n" };
	(void)state;

	for (size_t i = 0; i < sizeof more / sizeof more[0]; i++) {
		struct run run;
		int count = 0;

		start(&run, "xmpp-client");
		speak(&run);
		feed(&run, i == 4 ? HEADER : HEADER "<stream:features>");
		if (i == 3)
			feed(&run, "<x a='");
		while (run.dialogue.want == DP_DIALOGUE_READ && count++ < 10000)
			feed(&run, more[i]);
		assert_int_equal(run.dialogue.want, DP_DIALOGUE_FAILED);
		if (i != 1)
			assert_int_equal(run.dialogue.reason, DP_REASON_REPLY_TOO_LONG);
		dp_arena_close(run.arena);
	}
}

/* Between servers only the content namespace is another (RFC 6120 s4.8.2). No "from" is said. */
static void servers(void **state)
{
	struct run run;
	(void)state;

	start(&run, "xmpp-server");
	assert_non_null(strstr(dp_dialogue_output(&run.dialogue)->data, "xmlns='jabber:server'"));
	assert_null(strstr(dp_dialogue_output(&run.dialogue)->data, "from="));
	dp_arena_close(run.arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(conversations),
		cmocka_unit_test(floods),
		cmocka_unit_test(servers),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
