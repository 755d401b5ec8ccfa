/* SPDX-License-Identifier: Apache-2.0 */
/* TLS from the first byte, and the list of all protocols. */
#include "dialogue_script.c"

#include "base/service.h"

static const struct row rows[] = {
	{ "nothing to say", { B("") }, STOPS, "", GOES },
	{ "IMAP in the clear", { B("* OK hi\r\n* more\r\n") }, STOPS, "",
		FAILS(TLS_NOT_AT_ONCE, 0, "it looks like IMAP (\"* OK hi\")"), DP_PHASE_TLS },
};

/* A greeting in the clear is named whole. */
static void in_the_clear(void **state)
{
	(void)state;
	CHECK_ROWS("imaps", rows);
}

static void what_it_looks_like(void **state)
{
	static const struct {
		struct bytes bytes;
		const char *words;
	} table[] = {
		{ B("220 mx.example ESMTP Postfix\r\n"),
			"it looks like SMTP (\"220 mx.example ESMTP Postfix\")" },
		{ B("220 ftp ready\r\n"), "it looks like FTP (\"220 ftp ready\")" },
		{ B("220 lmtp LMTP\r\n"), "it looks like LMTP (\"220 lmtp LMTP\")" },
		{ B("220 hello\r\n"), "it looks like SMTP or FTP (\"220 hello\")" },
		{ B("+OK\r\n"), "it looks like POP3 (\"+OK\")" },
		{ B("200 news\r\n"), "it looks like NNTP (\"200 news\")" },
		{ B("HTTP/1.1 400 Bad Request\r\nServer: x\r\n"),
			"it looks like HTTP (\"HTTP/1.1 400 Bad Request\")" },
		{ B("\"IMPLEMENTATION\" \"x\"\r\n"),
			"it looks like ManageSieve (\"\"IMPLEMENTATION\" \"x\"\")" },
		{ B("<html>"), "it looks like a web page (\"<html>\")" },
		{ B("PROXY TCP4 a b\r\n"),
			"it looks like the PROXY protocol (\"PROXY TCP4 a b\")" },
		{ B("SSH-2.0-x\n"), "it looks like SSH (\"SSH-2.0-x\")" },
		{ B("\x1b[2J\r\n"), "it sent \"\\x1b[2J\"" },
	};
	struct dp_arena *arena = dp_arena_open();
	(void)state;

	for (size_t i = 0; i < sizeof table / sizeof table[0]; i++)
		assert_string_equal(dp_dialogue_not_tls((const uint8_t *)table[i].bytes.data,
					    table[i].bytes.len, arena),
			table[i].words);
	dp_arena_close(arena);
}

/* Ports from the IANA registry of service names. */
static void the_list(void **state)
{
	static const struct {
		const char *scheme;
		uint16_t port;
		bool at_once;
	} table[] = {
		{ "smtp", 25, false },
		{ "submission", 587, false },
		{ "lmtp", 24, false },
		{ "imap", 143, false },
		{ "pop3", 110, false },
		{ "sieve", 4190, false },
		{ "nntp", 119, false },
		{ "ftp", 21, false },
		{ "ldap", 389, false },
		{ "xmpp-client", 5222, false },
		{ "xmpp-server", 5269, false },
		{ "postgres", 5432, false },
		{ "submissions", 465, true },
		{ "imaps", 993, true },
		{ "pop3s", 995, true },
		{ "ldaps", 636, true },
		{ "https", 443, true },
		{ "tls", 0, true },
	};
	(void)state;

	for (size_t i = 0; i < sizeof table / sizeof table[0]; i++) {
		const struct dp_protocol *protocol = dp_protocol_find(table[i].scheme);

		assert_non_null(protocol);
		assert_string_equal(dp_protocol_scheme(protocol), table[i].scheme);
		assert_int_equal(dp_protocol_port(protocol), table[i].port);
		assert_int_equal(dp_protocol_at_once(protocol), table[i].at_once);
		assert_non_null(dp_protocol_service(protocol)->name);
	}
	assert_string_equal(dp_protocol_at_once_at(993), "imaps");
	assert_null(dp_protocol_at_once_at(143));
	assert_null(dp_protocol_at_once_at(0));
	for (size_t i = 0; dp_protocol_at(i) != NULL; i++)
		assert_ptr_equal(
			dp_protocol_find(dp_protocol_scheme(dp_protocol_at(i))), dp_protocol_at(i));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(in_the_clear),
		cmocka_unit_test(what_it_looks_like),
		cmocka_unit_test(the_list),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
