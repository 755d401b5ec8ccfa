/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include <event2/http.h>
#include <event2/http_struct.h>

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

/* A request as evhttp hands it over. */
static struct evhttp_request *made(
	enum evhttp_cmd_type method, const char *target, int minor, const char *const *headers)
{
	struct evhttp_request *request = evhttp_request_new(NULL, NULL);

	request->type = method;
	request->major = 1;
	request->minor = (char)minor;
	request->uri_elems = evhttp_uri_parse_with_flags(target, EVHTTP_URI_NONCONFORMANT);
	assert_non_null(request->uri_elems);
	for (; headers[0] != NULL; headers += 2)
		assert_int_equal(
			evhttp_add_header(request->input_headers, headers[0], headers[1]), 0);
	return request;
}

static void test_read(void **state)
{
	static const struct {
		const char *target;
		const char *headers[7];
		int minor;
		const char *path, *query;
		bool close;
		int64_t timeout_ms;
	} cases[] = {
		{ "/", { "Host", "a" }, 1, "/", "", false, -1 },
		{ "/a?b=c?d", { "hOST", "" }, 1, "/a", "b=c?d", false, -1 },
		{ "/a#b?c", { "Host", "a" }, 1, "/a", "", false, -1 },
		{ "http://a/b?c", { "Host", "a" }, 1, "/b", "c", false, -1 },
		{ "/", { NULL }, 0, "/", "", false, -1 },
		{ "/", { "Host", "a", "Content-Length", "0" }, 1, "/", "", false, -1 },
		{ "/", { "Host", "a", "Connection", "TE ,\tClose" }, 1, "/", "", true, -1 },
		{ "/", { "Host", "a", "Connection", "keep-alive", "Connection", "close" }, 1, "/",
			"", true, -1 },
		{ "/", { "Host", "a", "Connection", "closed, enclose,, x-close" }, 1, "/", "",
			false, -1 },
		{ "/", { "Host", "a", "X-Prometheus-Scrape-Timeout-Seconds", "2.5" }, 1, "/", "",
			false, 2500 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct evhttp_request *from =
			made(EVHTTP_REQ_GET, cases[i].target, cases[i].minor, cases[i].headers);
		struct dp_serve_request request;

		if (dp_serve_request_read(from, &request, &why) != DP_SERVE_OK)
			fail_msg("%zu, %s: %s", i, cases[i].target, why);
		assert_string_equal(request.path, cases[i].path);
		assert_string_equal(request.query, cases[i].query);
		assert_int_equal(request.close, cases[i].close);
		assert_int_equal(request.timeout_ms, cases[i].timeout_ms);
		evhttp_request_free(from);
	}
}

static void test_refused(void **state)
{
	static const struct {
		const char *target;
		const char *headers[7];
		int minor;
		enum dp_serve_status status;
	} cases[] = {
		{ "/", { NULL }, 1, DP_SERVE_BAD_REQUEST },
		{ "/", { "Host", "a", "Host", "a" }, 0, DP_SERVE_BAD_REQUEST },
		{ "*", { "Host", "a" }, 1, DP_SERVE_BAD_REQUEST },
		{ "", { "Host", "a" }, 1, DP_SERVE_BAD_REQUEST },
		{ "/", { "Host ", "a" }, 1, DP_SERVE_BAD_REQUEST },
		{ "/", { "Host", "a", "", "b" }, 1, DP_SERVE_BAD_REQUEST },
		{ "/", { "Host", "a", "B\x01", "b" }, 1, DP_SERVE_BAD_REQUEST },
		{ "/", { "Host", "a", "X-Prometheus-Scrape-Timeout-Seconds", "2m" }, 1,
			DP_SERVE_BAD_REQUEST },
		{ "/", { "Host", "a", "X-Prometheus-Scrape-Timeout-Seconds", "-1" }, 1,
			DP_SERVE_BAD_REQUEST },
		{ "/", { "Host", "a", "X-Prometheus-Scrape-Timeout-Seconds", "" }, 1,
			DP_SERVE_BAD_REQUEST },
		{ "/", { "Host", "a", "Content-Length", "00" }, 1, DP_SERVE_BODY },
		{ "/", { "Host", "a", "Content-Length", "0", "content-length", "5" }, 1,
			DP_SERVE_BODY },
		{ "/", { "Host", "a", "Transfer-Encoding", "chunked" }, 1, DP_SERVE_BODY },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct evhttp_request *from =
			made(EVHTTP_REQ_GET, cases[i].target, cases[i].minor, cases[i].headers);
		struct dp_serve_request request;
		enum dp_serve_status status = dp_serve_request_read(from, &request, &why);

		if (status != cases[i].status)
			fail_msg("%zu, %s: %d, not %d", i, cases[i].target, (int)status,
				(int)cases[i].status);
		assert_true(strlen(why) > 0);
		evhttp_request_free(from);
	}
}

static void test_method(void **state)
{
	static const struct {
		int method;
		enum dp_serve_status status;
	} cases[] = { { EVHTTP_REQ_GET, DP_SERVE_OK }, { EVHTTP_REQ_HEAD, DP_SERVE_OK },
		{ EVHTTP_REQ_POST, DP_SERVE_METHOD }, { EVHTTP_REQ_TRACE, DP_SERVE_METHOD },
		{ 1 << 15, DP_SERVE_METHOD } };
	static const char *const host[] = { "Host", "a", NULL };
	struct dp_serve_request request;

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct evhttp_request *from =
			made((enum evhttp_cmd_type)cases[i].method, "/", 1, host);

		assert_int_equal(dp_serve_request_read(from, &request, &why), cases[i].status);
		assert_int_equal(request.head, cases[i].method == EVHTTP_REQ_HEAD);
		evhttp_request_free(from);
	}
}

/* What is not spoken is answered in 1.1; what came after 1.1, too (RFC 9110 s2.5). */
static void test_version(void **state)
{
	static const struct {
		int major, minor;
		enum dp_serve_status status;
		int answer;
	} cases[] = { { 1, 0, DP_SERVE_OK, 0 }, { 1, 1, DP_SERVE_OK, 1 }, { 1, 9, DP_SERVE_OK, 1 },
		{ 1, 10, DP_SERVE_VERSION, 1 }, { 0, 9, DP_SERVE_VERSION, 1 },
		{ 1, -1, DP_SERVE_VERSION, 1 }, { -1, 1, DP_SERVE_VERSION, 1 } };
	static const char *const host[] = { "Host", "a", NULL };
	struct dp_serve_request request;

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct evhttp_request *from = made(EVHTTP_REQ_GET, "/", cases[i].minor, host);

		from->major = (char)cases[i].major;
		assert_int_equal(dp_serve_request_read(from, &request, &why), cases[i].status);
		assert_int_equal(from->major, 1);
		assert_int_equal(from->minor, cases[i].answer);
		evhttp_request_free(from);
	}
}

static void test_target(void **state)
{
	static const struct {
		const char *query, *target; /* NULL: refused */
	} cases[] = {
		{ "target=example.org", "example.org" },
		{ "target=example.org&", "example.org" },
		{ "target=smtp%3a%2F%2Fmx.example.org%3A25", "smtp://mx.example.org:25" },
		{ "target=a+b", "a b" },
		{ "target=a=b", "a=b" },
		{ "target=b%C3%BCcher.example",
			"b\xc3\xbc"
			"cher.example" },
		{ "", NULL },
		{ "target", NULL },
		{ "target=", NULL },
		{ "&target=a", NULL },
		{ "target=%4g%", "%4g%" }, /* evhttp leaves it; it is no name */
		{ "target=%00", NULL },
		{ "target=a%00b", NULL },
		{ "target=%%00", NULL },
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
		cmocka_unit_test(test_read),
		cmocka_unit_test(test_refused),
		cmocka_unit_test(test_method),
		cmocka_unit_test(test_version),
		cmocka_unit_test(test_target),
		cmocka_unit_test(test_patience),
		cmocka_unit_test(test_allow),
		cmocka_unit_test(test_srv),
		cmocka_unit_test(test_pattern_refused),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
