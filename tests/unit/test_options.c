/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "app/options.h"
#include "app/target.h"
#include "base/text.h"

#define DS_2017 ". IN DS 20326 8 2 E06D44B80B8F1D39A95C0B0D7C65D08458E880409BBC683457104237C7F8EC8D"
#define HEX32 "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff"

static struct dp_arena *arena;
static const char *error;
static char *no_environment[] = { NULL };

static int setup(void **state)
{
	(void)state;
	arena = dp_arena_open();
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	dp_arena_close(arena);
	return 0;
}

/* Arguments up to NULL. */
static struct dp_options *parse_with(char **environment, const char *first, va_list more)
{
	char **args = dp_arena_alloc(arena, 32 * sizeof(*args));
	size_t count = 0;

	for (const char *arg = first; arg != NULL; arg = va_arg(more, const char *))
		args[count++] = dp_arena_text(arena, arg, strlen(arg));
	error = "unset";
	return dp_options_parse(DP_OF_CHECK, args, environment, arena, &error);
}

static struct dp_options *parse(const char *first, ...)
{
	va_list more;

	va_start(more, first);
	struct dp_options *options = parse_with(no_environment, first, more);
	va_end(more);
	return options;
}

static struct dp_options *good(const char *first, ...)
{
	va_list more;

	va_start(more, first);
	struct dp_options *options = parse_with(no_environment, first, more);
	va_end(more);
	if (options == NULL)
		fail_msg("%s", error);
	assert_null(error);
	return options;
}

static struct dp_options *with_env(char **environment, const char *first, ...)
{
	va_list more;

	va_start(more, first);
	struct dp_options *options = parse_with(environment, first, more);
	va_end(more);
	return options;
}

static void assert_name(const struct dp_name *name, const char *expected)
{
	char text[DP_NAME_TEXT_MAX];

	assert_string_equal(dp_name_text(name, text), expected);
}

static void defaults(void **state)
{
	struct dp_options *o = good(NULL);
	(void)state;

	assert_int_equal(o->target_count, 0);
	assert_true(o->want_v4 && o->want_v6);
	assert_int_equal(o->port, 25);
	assert_null(o->hello);
	assert_int_equal(o->next_hop.len, 0);
	assert_int_equal(o->key_types, DP_KEY_TYPES_AUTO);
	assert_int_equal(o->resolver_mode, DP_RESOLVER_AUTO);
	assert_null(o->anchors);
	assert_int_equal(o->timeout_ms, 10000);
	assert_int_equal(o->deadline_ms, 120000);
	assert_int_equal(o->cert_warning_s, -1);
	assert_int_equal(o->rrsig_warning_s, -1);
	assert_true(o->at_utc_s == DP_TIME_NONE && o->clock_utc_s == DP_TIME_NONE);
	assert_string_equal(o->report->name, "text");
	assert_int_equal(o->exit_style, DP_EXIT_NAGIOS);
	assert_false(o->quiet || o->verbose || o->help);
}

/* Every way to write an option, and the end of options. */
static void spellings(void **state)
{
	(void)state;
	assert_int_equal(good("--timeout=3", NULL)->timeout_ms, 3000);
	assert_int_equal(good("--timeout", "3", NULL)->timeout_ms, 3000);
	assert_int_equal(good("-t3", NULL)->timeout_ms, 3000);
	assert_int_equal(good("-t", "3", NULL)->timeout_ms, 3000);
	assert_int_equal(good("-t", "0.5", NULL)->timeout_ms, 500);
	assert_int_equal(
		good("-t", "1", "-t", "2", NULL)->timeout_ms, 2000); /* the last one counts */
	struct dp_options *o = good("-qvt3", "a.example", "-4", "b.example", NULL);

	assert_true(o->quiet && o->verbose && o->want_v4 && !o->want_v6);
	assert_int_equal(o->timeout_ms, 3000);
	assert_int_equal(o->target_count, 2);
	assert_string_equal(o->targets[1], "b.example");
	o = good("-q", "--", "-v", "--port", NULL);
	assert_false(o->verbose);
	assert_int_equal(o->target_count, 2);
	assert_string_equal(o->targets[0], "-v");
	o = good("-", NULL);
	assert_int_equal(o->target_count, 1);
	assert_true(good("-h", NULL)->help);
	assert_true(good("--help", NULL)->help);
}

static void values(void **state)
{
	struct dp_options *o;
	(void)state;

	o = good("-6", "--port", "587", "--ehlo", "probe.example", "--next-hop", "Example.ORG",
		"--key-types", "both", "--deadline", "5m", "--cert-warning", "20",
		"--rrsig-warning", "0", "-o", "json", "--output-file", "/x", "--exit", "simple",
		NULL);
	assert_true(!o->want_v4 && o->want_v6);
	assert_int_equal(o->port, 587);
	assert_string_equal(o->hello, "probe.example");
	assert_name(&o->next_hop, "example.org");
	assert_int_equal(o->key_types, DP_KEY_TYPES_BOTH);
	assert_int_equal(o->deadline_ms, 300000);
	assert_int_equal(o->cert_warning_s, 20 * 86400);
	assert_int_equal(o->rrsig_warning_s, 0);
	assert_string_equal(o->report->name, "json");
	assert_string_equal(o->output_path, "/x");
	assert_int_equal(o->exit_style, DP_EXIT_SIMPLE);

	o = good("--at", "2026-11-25T02:37:00Z", "--clock", "1970-01-02", NULL);
	assert_true(o->at_utc_s == 1795574220);
	assert_true(o->clock_utc_s == 86400);

	o = good("--down", "mx1.example", "--down=MX2.example.", NULL);
	assert_int_equal(o->down_count, 2);
	assert_name(&o->down[1], "mx2.example");

	o = good("--tlsa", "3 1 1 " HEX32, "--tlsa", "2 0 1 " HEX32, NULL);
	assert_int_equal(o->record_count, 2);
	assert_int_equal(o->records[0].usage, 3);
	assert_int_equal(o->records[1].usage, 2);

	o = good("--accept", "no-dane,no-mail", "--accept", "unauthenticated", NULL);
	assert_int_equal(
		o->accepted, 1u << DP_NO_DANE | 1u << DP_NO_MAIL | 1u << DP_UNAUTHENTICATED);
}

static void connect_values(void **state)
{
	struct dp_options *o = good("--connect", "mx.example=192.0.2.1", "--connect",
		"mx.example=192.0.2.1:2525", "--connect", "b.example=2001:db8::1", "--connect",
		"b.example=[2001:db8::2]", "--connect", "b.example=[2001:db8::3]:26", NULL);
	static const char *const ips[] = { "192.0.2.1", "192.0.2.1", "2001:db8::1", "2001:db8::2",
		"2001:db8::3" };
	static const uint16_t ports[] = { 0, 2525, 0, 0, 26 };
	char text[DP_IP_TEXT_MAX];
	(void)state;

	assert_int_equal(o->connect_count, 5);
	for (size_t i = 0; i < 5; i++) {
		assert_string_equal(dp_ip_format(&o->connect[i], text), ips[i]);
		assert_int_equal(o->connect_port[i], ports[i]);
		assert_name(&o->connect_host[i], i < 2 ? "mx.example" : "b.example");
	}
}

static void resolver_values(void **state)
{
	struct dp_options *o;
	char text[DP_IP_TEXT_MAX];
	(void)state;

	assert_int_equal(good("-r", "recursive", NULL)->resolver_mode, DP_RESOLVER_RECURSIVE);
	assert_int_equal(good("-r", "system", NULL)->resolver_mode, DP_RESOLVER_SYSTEM);
	assert_int_equal(good("-rauto", NULL)->resolver_mode, DP_RESOLVER_AUTO);
	o = good("-r", "192.0.2.53", "-r", "2001:db8::53@5353", NULL);
	assert_int_equal(o->resolver_mode, DP_RESOLVER_SERVERS);
	assert_int_equal(o->server_count, 2);
	assert_int_equal(o->servers[0].port, 53);
	assert_int_equal(o->servers[1].port, 5353);
	assert_string_equal(dp_ip_format(&o->servers[1].ip, text), "2001:db8::53");
}

/* A file with content; its path in the arena. */
static const char *file_with(const char *content)
{
	char *path = dp_arena_printf(arena, "/tmp/test_options.XXXXXX");
	int fd = mkstemp(path);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, content, strlen(content)), strlen(content));
	close(fd);
	return path;
}

static void anchor_values(void **state)
{
	static const struct {
		const char *content;
		const char *records[3];
	} files[] = {
		{ DS_2017 "\n", { DS_2017 } },
		{ "; root\n\n.\t172800 IN\tDS 20326 8 2 E06D44B80B8F1D39A95C0B0D7C65D084"
		  " 58E880409BBC683457104237C7F8EC8D ; KSK-2017\n",
			{ DS_2017 } },
		{ "Example. DNSKEY 257 3 13 ( AAAA ; first\n BBBB )\nexample. 60 RRSIG DNSKEY 13 1 60 x\n"
		  "example. in ds 1 13 1 00112233445566778899AABBCCDDEEFF00112233",
			{ "example. IN DNSKEY 257 3 13 AAAABBBB",
				"example. IN DS 1 13 1 00112233445566778899AABBCCDDEEFF00112233" } },
	};
	struct dp_options *o =
		good("--trust-anchor", DS_2017, "--trust-anchor=. 60 IN DNSKEY 257 3 8 AAAA", NULL);
	(void)state;

	assert_int_equal(o->anchor_count, 2);
	assert_string_equal(o->anchors[0], DS_2017);
	assert_string_equal(o->anchors[1], ". IN DNSKEY 257 3 8 AAAA");
	for (size_t i = 0; i < sizeof files / sizeof files[0]; i++) {
		const char *path = file_with(files[i].content);

		o = good("--trust-anchor", path, NULL);
		unlink(path);
		for (size_t r = 0; files[i].records[r] != NULL; r++) {
			assert_true(r < o->anchor_count);
			assert_string_equal(o->anchors[r], files[i].records[r]);
			assert_true(files[i].records[r + 1] != NULL || o->anchor_count == r + 1);
		}
	}
}

static void bad_anchor_files(void **state)
{
	static const struct {
		const char *content, *words;
	} files[] = {
		{ "", "holds no DS or DNSKEY record" },
		{ "; only a comment", "holds no DS or DNSKEY record" },
		{ "example. RRSIG DNSKEY 13 1 60 x", "holds no DS or DNSKEY record" },
		{ ". IN DS 20326 8 2 E06D", "zone-file form" },
		{ ". IN DS 20326 8 9 E06D44B80B8F1D39A95C0B0D7C65D08458E880409BBC683457104237C7F8EC8D",
			"zone-file form" },
		{ ". IN DS 99999 8 2 E06D44B80B8F1D39A95C0B0D7C65D08458E880409BBC683457104237C7F8EC8D",
			"zone-file form" },
		{ ". IN DNSKEY 257 2 8 AAAA", "zone-file form" }, /* protocol is 3 */
		{ ". IN DNSKEY 0 3 8 AAAA", "zone-file form" },   /* no zone key */
		{ ". IN DNSKEY 257 3 8 AAA", "zone-file form" },
		{ ". IN DNSKEY 257 3 8 A*AA", "zone-file form" },
		{ ". IN DNSKEY 257 3 8 ( AAAA", "" },
		{ "-----BEGIN CERTIFICATE-----\nMIIB\n", "zone-file form" },
		{ "example. IN A 192.0.2.1\n", "zone-file form" },
		{ "\x01\x02\xff", "\\x01" },
	};
	(void)state;

	for (size_t i = 0; i < sizeof files / sizeof files[0]; i++) {
		const char *path = file_with(files[i].content);
		struct dp_options *o = parse("--trust-anchor", path, NULL);

		unlink(path);
		if (files[i].words[0] == '\0') {
			assert_non_null(o); /* a parenthesis that stays open harms nobody */
			continue;
		}
		assert_null(o);
		if (strstr(error, files[i].words) == NULL)
			fail_msg("%s: %s", files[i].content, error);
		assert_null(strchr(error, '\n'));
	}
}

static void root_hints(void **state)
{
	static const struct {
		const char *content, *words;
	} files[] = {
		{ "; hints\n. 3600000 NS A.ROOT-SERVERS.NET.\n"
		  "A.ROOT-SERVERS.NET.\t3600000\tA\t198.41.0.4\n"
		  "a.root-servers.net. 3600000 IN AAAA 2001:503:ba3e::2:30 ; v6",
			NULL },
		{ ". NS a.\n", "holds no name server with its address" },
		{ "a. A 192.0.2.1\n", "holds no name server with its address" },
		{ ". NS a.\na. A 192.0.2\n", "holds \"a. A 192.0.2\", which is no NS, A or AAAA" },
		{ ". NS a.\na. AAAA 192.0.2.1\n", "which is no NS, A or AAAA record" },
		{ ". NS a.\nroot:x:0:0\n", "which is no NS, A or AAAA record" },
		{ ". NS\n", "which is no NS, A or AAAA record" },
		{ "\x7f"
		  "ELF",
			"which is no NS, A or AAAA record" },
	};
	(void)state;

	for (size_t i = 0; i < sizeof files / sizeof files[0]; i++) {
		const char *path = file_with(files[i].content);
		struct dp_options *o = parse("--root-hints", path, NULL);

		unlink(path);
		if (files[i].words == NULL) {
			if (o == NULL)
				fail_msg("%s", error);
			assert_string_equal(o->root_hints_path, path);
			continue;
		}
		assert_null(o);
		if (strstr(error, files[i].words) == NULL)
			fail_msg("%s: %s", files[i].content, error);
		assert_null(strchr(error, '\n'));
	}
}

/* Each: one line that names the option as it was typed, and the words that tell what to type. */
static void wrong_values(void **state)
{
	static const struct {
		const char *args[5];
		const char *words;
	} rows[] = {
		{ { "--timeot", "3" }, "there is no option --timeot; did you mean --timeout?" },
		{ { "--timeot=3" }, "there is no option --timeot; did you mean --timeout?" },
		{ { "--xyzzy-plugh" },
			"there is no option --xyzzy-plugh; \"daneprobe help check\" lists" },
		{ { "-x" }, "there is no option -x;" },
		{ { "-qx" }, "there is no option -qx;" },
		{ { "--complete", "x" },
			"check has no option --complete; it is one of \"daneprobe chain\"" },
		{ { "--ttl", "5" }, "check has no option --ttl; it is one of \"daneprobe tlsa\"" },
		{ { "--wait", "soon" }, "is no time from 0.1 seconds to 20 days" },
		{ { "--interval", "0" }, "is no time from 0.1 seconds to 1 day" },
		{ { "--pkix-roots", "/nowhere/x" }, "cannot be read (not found); type the path" },
		{ { "--pkix-roots", "tests/unit/run" }, "holds no certificate" },
		{ { "--service", "imaps,gopher" }, "names a service that is not known here" },
		{ { "--service", "" }, "names no service; type one or more" },
		{ { "--service", "," }, "names no service; type one or more" },
		{ { "--count=3" }, "there is no option --count" },
		{ { "--timeout" }, "--timeout needs a value; type --timeout SECS" },
		{ { "-t" }, "-t needs a value; type -t SECS" },
		{ { "--quiet=1" }, "--quiet takes no value; type --quiet alone" },
		{ { "-t", "abc" },
			"-t \"abc\" is no time from 0.1 seconds to 1 hour; type seconds" },
		{ { "--timeout=" }, "--timeout \"\" is no time" },
		{ { "-t0" }, "is no time" },
		{ { "-t", "-5" }, "is no time" },
		{ { "-t", "2h" }, "is no time" },
		{ { "--deadline", "2d" }, "is no time from 0.1 seconds to 1 day" },
		{ { "--port", "0" }, "--port \"0\" is no port; type a number from 1 to 65535" },
		{ { "--port", "65536" }, "is no port" },
		{ { "--port", "smtp" }, "is no port" },
		{ { "--port", "25x" }, "is no port" },
		{ { "--ehlo", "a b" }, "cannot stand in EHLO; type a host name" },
		{ { "--ehlo", "a\r\nMAIL" }, "\\x0d\\x0a" },
		{ { "--ehlo", "" }, "cannot stand in EHLO; type a host name" },
		{ { "--next-hop", "192.0.2.1" }, "is an address; type a name" },
		{ { "--next-hop", "user@example.org" }, "type only the domain behind the @" },
		{ { "--connect", "mx.example" }, "type HOST=ADDRESS" },
		{ { "--connect", "=192.0.2.1" }, "has a host that is empty" },
		{ { "--connect", "mx.example=" }, "type HOST=ADDRESS" },
		{ { "--connect", "mx.example=other.example" }, "type HOST=ADDRESS" },
		{ { "--connect", "mx.example=192.0.2.1:0" }, "type HOST=ADDRESS" },
		{ { "--connect", "mx.example=[192.0.2.1]" }, "type HOST=ADDRESS" },
		{ { "--connect", "mx.example=[2001:db8::1" }, "type HOST=ADDRESS" },
		{ { "--connect", "mx.example=[2001:db8::1]25" }, "type HOST=ADDRESS" },
		{ { "--key-types", "rsa" }, "type auto, any or both" },
		{ { "--tlsa", "3 1 1" }, "is no TLSA record: the data is missing" },
		{ { "--tlsa", "9999 1 1 ab" }, "is no TLSA record: the usage is \"9999\"" },
		{ { "-r", "example.org" }, "type auto, system, recursive, or an address" },
		{ { "-r", "192.0.2.1@0" }, "type auto, system, recursive, or an address" },
		{ { "-r", "192.0.2.1:53" }, "type auto, system, recursive, or an address" },
		{ { "-r", "auto", "-r", "192.0.2.1" },
			"type one of auto, system, recursive, or addresses only" },
		{ { "-r", "192.0.2.1", "-r", "system" },
			"type one of auto, system, recursive, or addresses only" },
		{ { "--trust-anchor", "/nonexistent" }, "cannot be read (not found); type a file" },
		{ { "--trust-anchor", "/" }, "cannot be read" },
		{ { "--trust-anchor", ". IN DS 1 2" }, "is no DS or DNSKEY record" },
		{ { "--trust-anchor", "" }, "cannot be read" },
		{ { "--root-hints", "/nonexistent" }, "cannot be read (not found); type the path" },
		{ { "--root-hints", "/dev/null" },
			"holds no name server with its address; type the path" },
		{ { "--cert-warning", "-1" }, "is no number of days" },
		{ { "--rrsig-warning", "2d" }, "is no number of days" },
		{ { "--down", "a..b" }, "type single dots" },
		{ { "--accept", "failed" }, "type no-dane, no-mail, unauthenticated" },
		{ { "--accept", "no-dane," }, "type no-dane, no-mail, unauthenticated" },
		{ { "--accept", "" }, "type no-dane, no-mail, unauthenticated" },
		{ { "--at", "yesterday" }, "type it as 2026-11-25T02:37:00Z" },
		{ { "--clock", "2026-13-01" }, "type it as 2026-11-25T02:37:00Z" },
		{ { "-o", "xml" },
			"-o \"xml\" is no output format; type text, json, nagios or prometheus" },
		{ { "--output-file", "" }, "names no file" },
		{ { "--exit", "zero" }, "type nagios or simple" },
	};
	(void)state;

	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		const char *const *a = rows[i].args;

		if (parse(a[0], a[1], a[2], a[3], a[4], NULL) != NULL)
			fail_msg("%s %s was accepted", a[0], a[1] != NULL ? a[1] : "");
		if (strstr(error, rows[i].words) == NULL)
			fail_msg("%s", error);
		assert_null(strchr(error, '\n'));
	}
}

static void too_many(void **state)
{
	char *args[2 * DP_TLSA_MAX + 3] = { NULL };
	(void)state;

	for (size_t i = 0; i < DP_RESOLVER_SERVERS_MAX; i++) {
		args[2 * i] = "-r";
		args[2 * i + 1] = "192.0.2.1";
	}
	assert_non_null(dp_options_parse(DP_OF_CHECK, args, no_environment, arena, &error));
	args[2 * DP_RESOLVER_SERVERS_MAX] = "-r";
	args[2 * DP_RESOLVER_SERVERS_MAX + 1] = "192.0.2.9";
	assert_null(dp_options_parse(DP_OF_CHECK, args, no_environment, arena, &error));
	assert_non_null(strstr(error, "type at most 8 addresses"));
	for (size_t i = 0; i <= DP_TLSA_MAX; i++) {
		args[2 * i] = "--tlsa";
		args[2 * i + 1] = "3 1 1 " HEX32;
	}
	assert_null(dp_options_parse(DP_OF_CHECK, args, no_environment, arena, &error));
	assert_non_null(strstr(error, "type at most 64"));
	args[2 * DP_TLSA_MAX] = NULL;
	assert_non_null(dp_options_parse(DP_OF_CHECK, args, no_environment, arena, &error));
}

static void environment(void **state)
{
	char *lists[] = { "DANEPROBE_OPT_DOWN=a.example,b.example",
		"DANEPROBE_OPT_RESOLVER=192.0.2.1,192.0.2.2@54", "DANEPROBE_OPT_KEY_TYPES=any",
		"DANEPROBE_OPT_QUIET=1", "DANEPROBE_OPT_VERBOSE=0",
		"DANEPROBE_OPT_TIMEOUT=", "DANEPROBE_OPT_TLSA=3 1 1 " HEX32 ",2 1 1 " HEX32,
		"DANEPROBE_OPT_IPV4=1", "DANEPROBE_OPT_ACCEPT=no-dane,no-mail", NULL };
	/* As Kubernetes injects them for a service of the name, and others that are not ours */
	char *foreign[] = { "DANEPROBE_PORT=tcp://10.0.0.1:80", "DANEPROBE_SERVICE_HOST=10.0.0.1",
		"DANEPROBE_OPT_PORTS=9", "XDANEPROBE_OPT_PORT=9", "DANEPROBE_OPT_PORT", NULL };
	char *bad_flag[] = { "DANEPROBE_OPT_QUIET=yes", NULL };
	char *bad_value[] = { "DANEPROBE_OPT_PORT=x", NULL };
	char *bad_list[] = { "DANEPROBE_OPT_DOWN=a.example,a..b", NULL };
	struct dp_options *o = with_env(lists, "x.example", NULL);
	(void)state;

	assert_non_null(o);
	assert_int_equal(o->down_count, 2);
	assert_name(&o->down[1], "b.example");
	assert_int_equal(o->server_count, 2);
	assert_int_equal(o->servers[1].port, 54);
	assert_int_equal(o->key_types, DP_KEY_TYPES_ANY);
	assert_true(o->quiet && !o->verbose && !o->want_v6);
	assert_int_equal(o->timeout_ms, 10000);
	assert_int_equal(o->record_count, 2);
	assert_int_equal(o->accepted, 1u << DP_NO_DANE | 1u << DP_NO_MAIL);

	/* The command line replaces, also lists and modes */
	o = with_env(lists, "--down", "c.example", "-r", "recursive", "--key-types=auto", NULL);
	assert_non_null(o);
	assert_int_equal(o->down_count, 1);
	assert_name(&o->down[0], "c.example");
	assert_int_equal(o->resolver_mode, DP_RESOLVER_RECURSIVE);
	assert_int_equal(o->server_count, 0);
	assert_int_equal(o->key_types, DP_KEY_TYPES_AUTO);

	o = with_env(foreign, "x.example", NULL);
	assert_non_null(o);
	assert_int_equal(o->port, 25);
	assert_null(with_env(bad_flag, NULL));
	assert_string_equal(error, "DANEPROBE_OPT_QUIET is \"yes\"; set it to 0 or 1");
	assert_null(with_env(bad_value, NULL));
	assert_non_null(strstr(error, "DANEPROBE_OPT_PORT \"x\" is no port; type a number"));
	assert_non_null(with_env(bad_value, "--port=26", NULL)); /* not looked at */
	assert_null(with_env(bad_list, NULL));
	assert_non_null(strstr(error, "DANEPROBE_OPT_DOWN \"a..b\" has two dots"));
}

/* A name in the environment for -4 must not survive -6 on the line. */
static void families(void **state)
{
	char *v4[] = { "DANEPROBE_OPT_IPV4=1", NULL };
	struct dp_options *o = with_env(v4, "-6", NULL);
	(void)state;

	assert_true(o->want_v6 && !o->want_v4);
	o = good("-4", "-6", NULL);
	assert_true(o->want_v6 && !o->want_v4);
}

static void targets(void **state)
{
	static const struct {
		const char *text, *name;
		bool is_domain;
		uint16_t port;
	} rows[] = {
		{ "example.org", "example.org", true, 587 },
		{ "Example.ORG.", "example.org", true, 587 },
		{ "b\xc3\xbc"
		  "cher.example",
			"xn--bcher-kva.example", true, 587 },
		{ "smtp://mx.example.org", "mx.example.org", false, 25 },
		{ "SMTP://MX.example.org/", "mx.example.org", false, 25 },
		{ "smtp://mx.example.org:2525", "mx.example.org", false, 2525 },
		{ "smtp://mx.example.org.:2525", "mx.example.org", false, 2525 },
		{ "smtp://localhost", "localhost", false, 25 },
	};
	struct dp_options *o =
		good("--port", "587", "--down", "a.example", "--next-hop", "b.example", NULL);
	struct dp_target target;
	(void)state;

	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		const char *wrong = dp_target_parse(rows[i].text, o, arena, &target);

		if (wrong != NULL)
			fail_msg("%s", wrong);
		assert_name(&target.name, rows[i].name);
		assert_int_equal(target.is_domain, rows[i].is_domain);
		assert_int_equal(target.port, rows[i].port);
		assert_string_equal(target.protocol, "smtp");
		assert_string_equal(target.text, rows[i].text);
		assert_int_equal(target.down_count, 1);
		assert_name(&target.next_hop, "b.example");
		assert_true(target.want_v4 && target.want_v6);
	}
}

static void wrong_targets(void **state)
{
	static const struct {
		const char *text, *words;
	} rows[] = {
		{ "", "type a domain" },
		{ "192.0.2.1", "is an address; type a name" },
		{ "user@example.org", "type only the domain behind the @" },
		{ "example.org:25", "smtp://HOST:PORT" },
		{ "gopher://example.org", "type smtp://HOST for one server" },
		{ "http://example.org/", "type smtp://HOST for one server" },
		{ "://example.org", "type smtp://HOST for one server" },
		{ "smtp://", "names no server; type one" },
		{ "smtp:///", "names no server; type one" },
		{ "smtp://:25", "names no server; type one" },
		{ "smtp://mx.example:0", "type a number from 1 to 65535" },
		{ "smtp://mx.example:65536", "type a number from 1 to 65535" },
		{ "smtp://mx.example:", "type a number from 1 to 65535" },
		{ "smtp://mx.example:25x", "type a number from 1 to 65535" },
		{ "smtp://user@mx.example", "has a user" },
		{ "smtp://mx.example/path", "has a path" },
		{ "smtp://192.0.2.1:25", "is an address; type a name" },
		{ "smtp://[2001:db8::1]:25", "is an address; type a name" },
		{ "smtp://2001:db8::1", "is an address; type a name" },
		{ "smtp://a..b", "single dots" },
		{ "-v", "hyphen" },
	};
	struct dp_target target;
	struct dp_options *o = good(NULL);
	(void)state;

	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		const char *wrong = dp_target_parse(rows[i].text, o, arena, &target);

		if (wrong == NULL)
			fail_msg("%s was accepted", rows[i].text);
		if (strstr(wrong, rows[i].words) == NULL)
			fail_msg("%s", wrong);
		assert_null(strchr(wrong, '\n'));
	}
}

static void help(void **state)
{
	struct dp_buf out;
	(void)state;

	dp_buf_init(&out, arena);
	dp_options_help(&out, DP_OF_CHECK);
	assert_non_null(strstr(out.data, "-t, --timeout SECS"));
	assert_non_null(strstr(out.data, "--key-types auto|any|both"));
	for (const char *line = out.data; *line != '\0'; line = strchr(line, '\n') + 1)
		assert_true(strcspn(line, "\n") <= 80);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(defaults),
		cmocka_unit_test(spellings),
		cmocka_unit_test(values),
		cmocka_unit_test(connect_values),
		cmocka_unit_test(resolver_values),
		cmocka_unit_test(anchor_values),
		cmocka_unit_test(bad_anchor_files),
		cmocka_unit_test(root_hints),
		cmocka_unit_test(wrong_values),
		cmocka_unit_test(too_many),
		cmocka_unit_test(environment),
		cmocka_unit_test(families),
		cmocka_unit_test(targets),
		cmocka_unit_test(wrong_targets),
		cmocka_unit_test(help),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
