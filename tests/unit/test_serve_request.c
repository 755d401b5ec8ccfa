/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "app/serve_allow.h"
#include "app/serve_request.h"

static struct dp_arena *arena;
static const char *why;

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

/* Where a head ends, in whatever pieces it comes. */
static void test_end(void **state)
{
	static const struct {
		const char *bytes;
		size_t end; /* 0: not yet */
	} cases[] = {
		{ "", 0 },
		{ "\r\n", 0 },
		{ "GET / HTTP/1.1", 0 },
		{ "GET / HTTP/1.1\r\n", 0 },
		{ "GET / HTTP/1.1\r\n\r", 0 },
		{ "GET / HTTP/1.1\r\n\r\n", 18 },
		{ "GET / HTTP/1.1\n\n", 16 },
		{ "GET / HTTP/1.1\r\n\r\nGET", 18 },
		{ "\r\n\r\nGET / HTTP/1.1\r\nA: b\r\n\r\nmore\r\n\r\n", 28 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		assert_int_equal(
			dp_serve_request_end(cases[i].bytes, strlen(cases[i].bytes)), cases[i].end);
}

static void test_parse(void **state)
{
	static const struct {
		const char *head;
		enum dp_serve_status status;
		const char *path, *query;
		bool is_head, keep;
		int64_t timeout_ms;
	} cases[] = {
		{ "GET / HTTP/1.1\r\nHost: a\r\n\r\n", DP_SERVE_OK, "/", "", false, true, -1 },
		{ "HEAD /a?b=c?d HTTP/1.1\r\nhOST:\r\n\r\n", DP_SERVE_OK, "/a", "b=c?d", true, true,
			-1 },
		{ "GET / HTTP/1.0\r\n\r\n", DP_SERVE_OK, "/", "", false, false, -1 },
		{ "GET / HTTP/1.0\r\nConnection: Keep-Alive\r\n\r\n", DP_SERVE_OK, "/", "", false,
			true, -1 },
		{ "GET / HTTP/1.1\r\nHost: a\r\nConnection: TE ,\tClose\r\n\r\n", DP_SERVE_OK, "/",
			"", false, false, -1 },
		{ "GET / HTTP/1.1\r\nHost: a\r\nConnection: keep-alive\r\nConnection: close\r\n\r\n",
			DP_SERVE_OK, "/", "", false, false, -1 },
		{ "GET / HTTP/1.1\r\nHost: a\r\nX-Prometheus-Scrape-Timeout-Seconds: 2.5\r\n\r\n",
			DP_SERVE_OK, "/", "", false, true, 2500 },
		{ "GET / HTTP/1.1\r\nHost: a\r\nX-Prometheus-Scrape-Timeout-Seconds: 2m\r\n\r\n",
			DP_SERVE_BAD_REQUEST, NULL, NULL, false, false, 0 },
		{ "GET / HTTP/1.1\r\nHost: a\r\nX-Prometheus-Scrape-Timeout-Seconds: -1\r\n\r\n",
			DP_SERVE_BAD_REQUEST, NULL, NULL, false, false, 0 },
		{ "GET / HTTP/1.1\r\n\r\n", DP_SERVE_BAD_REQUEST, NULL, NULL, false, false, 0 },
		{ "GET / HTTP/1.Z\r\nHost: a\r\n\r\n", DP_SERVE_VERSION, NULL, NULL, false, false,
			0 },
		{ "GET /\r\nHost: a\r\n\r\n", DP_SERVE_BAD_REQUEST, NULL, NULL, false, false, 0 },
		{ "G\x01T / HTTP/1.1\r\nHost: a\r\n\r\n", DP_SERVE_BAD_REQUEST, NULL, NULL, false,
			false, 0 },
		{ "PATCH / HTTP/1.1\r\nHost: a\r\n\r\n", DP_SERVE_METHOD, NULL, NULL, false, false,
			0 },
		{ "GET / HTTP/1.1\r\nHost: a\r\n: b\r\n\r\n", DP_SERVE_BAD_REQUEST, NULL, NULL,
			false, false, 0 },
		{ "GET / HTTP/1.1\r\nHost: a\r\nb\r\n\r\n", DP_SERVE_BAD_REQUEST, NULL, NULL, false,
			false, 0 },
		{ "GET / HTTP/1.1\r\nHost: a\r\nContent-Length: 00\r\n\r\n", DP_SERVE_BODY, NULL,
			NULL, false, false, 0 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct dp_serve_request request;
		enum dp_serve_status status = dp_serve_request_parse(
			cases[i].head, strlen(cases[i].head), arena, &request, &why);

		if (status != cases[i].status)
			fail_msg(
				"%s: %d, not %d", cases[i].head, (int)status, (int)cases[i].status);
		if (status != DP_SERVE_OK) {
			assert_non_null(why);
			continue;
		}
		assert_string_equal(request.path, cases[i].path);
		assert_string_equal(request.query, cases[i].query);
		assert_int_equal(request.head, cases[i].is_head);
		assert_int_equal(request.keep, cases[i].keep);
		assert_int_equal(request.timeout_ms, cases[i].timeout_ms);
	}
}

static void test_target(void **state)
{
	static const struct {
		const char *query, *target; /* NULL: refused */
	} cases[] = {
		{ "target=example.org", "example.org" },
		{ "&target=example.org&", "example.org" },
		{ "target=smtp%3a%2F%2Fmx.example.org%3A25", "smtp://mx.example.org:25" },
		{ "target=a+b", "a b" },
		{ "target=a=b", "a=b" },
		{ "target=b%C3%BCcher.example",
			"b\xc3\xbc"
			"cher.example" },
		{ "", NULL },
		{ "target", NULL },
		{ "target=", NULL },
		{ "target=%", NULL },
		{ "target=%4", NULL },
		{ "target=%4g", NULL },
		{ "target=%00", NULL },
		{ "target=a&target=a", NULL },
		{ "Target=a", NULL },
		{ "target=a&debug=true", NULL },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const char *target = dp_serve_query_target(cases[i].query, arena, &why);

		if (cases[i].target == NULL) {
			if (target != NULL || why == NULL)
				fail_msg("%s is taken", cases[i].query);
		} else if (target == NULL) {
			fail_msg("%s: %s", cases[i].query, why);
		} else {
			assert_string_equal(target, cases[i].target);
		}
	}
}

/* Half a second is for the way back. */
static void test_patience(void **state)
{
	(void)state;
	assert_int_equal(dp_serve_patience_ms(-1, 120000), 9500);
	assert_int_equal(dp_serve_patience_ms(30000, 120000), 29500);
	assert_int_equal(dp_serve_patience_ms(30000, 5000), 5000);
	assert_int_equal(dp_serve_patience_ms(0, 120000), 100);
	assert_int_equal(dp_serve_patience_ms(INT64_MAX, INT64_MAX), 24 * 3600 * 1000 - 500);
}

/* RFC 9110 s5.6.7 has the first; the others by date(1). */
static void test_date(void **state)
{
	char date[DP_SERVE_DATE_MAX];

	(void)state;
	assert_string_equal(dp_serve_date(784111777, date), "Sun, 06 Nov 1994 08:49:37 GMT");
	assert_string_equal(dp_serve_date(0, date), "Thu, 01 Jan 1970 00:00:00 GMT");
	assert_string_equal(dp_serve_date(951782399, date), "Mon, 28 Feb 2000 23:59:59 GMT");
	assert_string_equal(dp_serve_date(1795634597, date), "Wed, 25 Nov 2026 19:23:17 GMT");
}

static bool lets_through(const char *pattern, const char *name, uint16_t port)
{
	struct dp_serve_pattern read;
	struct dp_options options = { .allowed = &read, .allowed_count = 1 };
	struct dp_target target = { .text = name, .port = port };

	if (dp_serve_pattern_read(pattern, arena, &read) != NULL)
		fail_msg("%s is refused", pattern);
	assert_true(dp_name_parse(name, &target.name));
	return dp_serve_refuses(&options, &target) == NULL;
}

static void test_allow(void **state)
{
	(void)state;
	assert_true(lets_through("example.org", "EXAMPLE.org", 25));
	assert_false(lets_through("example.org", "mx.example.org", 25));
	assert_true(lets_through("*.example.org", "mx.example.org", 25));
	assert_true(lets_through("*.example.org", "a.b.example.org", 25));
	assert_false(lets_through("*.example.org", "example.org", 25));
	assert_false(lets_through("*.example.org", "badexample.org", 25));
	assert_true(lets_through("*", "example.org", 25));
	assert_false(lets_through("*", "example.org", 22));
	assert_true(lets_through("*:22", "example.org", 22));
	assert_true(lets_through("*.example.org:2525", "mx.example.org", 2525));
	assert_true(lets_through("*.example.org:2525", "mx.example.org", 25));
	assert_false(lets_through("*.example.org:2525", "mx.example.net", 2525));
}

/* The owner of the name chooses the port: only names that were listed. */
static void test_srv(void **state)
{
	struct dp_serve_pattern pattern;
	struct dp_options options = { .allowed = NULL };
	struct dp_target target = { .text = "SRV:_imaps._tcp.example.org",
		.is_domain = true,
		.is_service = true,
		.port = 993 };

	(void)state;
	assert_true(dp_name_parse("example.org", &target.name));
	assert_true(dp_name_parse("_imaps._tcp.example.org", &target.srv));
	assert_non_null(dp_serve_refuses(&options, &target));
	assert_null(dp_serve_pattern_read("*.example.org", arena, &pattern));
	options.allowed = &pattern;
	options.allowed_count = 1;
	assert_null(dp_serve_refuses(&options, &target));
}

static void test_pattern_refused(void **state)
{
	static const char *const wrong[] = { "", "a.*.org", "**", "*.*.org", "*example.org", "*.",
		"example.org:", "example.org:0", "example.org:65536", "user@example.org",
		"smtp://example.org", "a b" };
	struct dp_serve_pattern pattern;

	(void)state;
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		if (dp_serve_pattern_read(wrong[i], arena, &pattern) == NULL)
			fail_msg("\"%s\" is taken", wrong[i]);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_end),
		cmocka_unit_test(test_parse),
		cmocka_unit_test(test_target),
		cmocka_unit_test(test_patience),
		cmocka_unit_test(test_allow),
		cmocka_unit_test(test_srv),
		cmocka_unit_test(test_pattern_refused),
		cmocka_unit_test(test_date),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
