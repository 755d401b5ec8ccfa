/* SPDX-License-Identifier: Apache-2.0 */
#include "app/serve_request.h"

#include <string.h>

#include <event2/http.h>
#include <event2/http_struct.h>
#include <event2/keyvalq_struct.h>

#include "base/text.h"

#define SHOWN_MAX 80
#define TIMEOUT_DEFAULT_MS 10000
#define TIMEOUT_MOST_MS (24 * 3600 * 1000)
#define WAY_BACK_MS 500 /* as blackbox_exporter's --timeout-offset */
#define LEAST_MS 100

/* RFC 9110 s5.6.2 */
static bool is_token(const char *text)
{
	static const char characters[] = "!#$%&'*+-.^_`|~0123456789"
					 "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
	size_t len = strlen(text);

	return len > 0 && strspn(text, characters) == len;
}

static bool is_word(const char *text, const char *word)
{
	return dp_text_equal_nocase(text, strlen(text), word, strlen(word));
}

/* Does a list of words with commas between hold word (RFC 9110 s5.6.1)? evhttp knows it alone. */
static bool list_holds(const char *list, const char *word)
{
	static const char between[] = ", \t";

	while (*(list += strspn(list, between)) != '\0') {
		size_t len = strcspn(list, between);

		if (dp_text_equal_nocase(list, len, word, strlen(word)))
			return true;
		list += len;
	}
	return false;
}

/* Returns false when the header is there and is no number of seconds. */
static bool read_timeout(const struct evkeyvalq *headers, int64_t *ms)
{
	const char *text = evhttp_find_header(headers, "X-Prometheus-Scrape-Timeout-Seconds");

	*ms = -1;
	if (text == NULL)
		return true;
	if (text[strspn(text, "0123456789.")] == '\0')
		*ms = dp_text_duration_ms(text);
	return *ms >= 0;
}

static enum dp_serve_status read_headers(const struct evkeyvalq *headers, bool one_one,
	struct dp_serve_request *request, const char **why)
{
	size_t hosts = 0;
	bool body = false;

	for (const struct evkeyval *one = headers->tqh_first; one != NULL;
		one = one->next.tqe_next) {
		/* A blank before the colon, among others (RFC 9112 s5.1). */
		*why = "a header line is malformed";
		if (!is_token(one->key))
			return DP_SERVE_BAD_REQUEST;
		hosts += is_word(one->key, "Host");
		body = body || is_word(one->key, "Transfer-Encoding") ||
			(is_word(one->key, "Content-Length") && !is_word(one->value, "0"));
		request->close = request->close ||
			(is_word(one->key, "Connection") && list_holds(one->value, "close"));
	}
	*why = "a request of HTTP/1.1 has one Host line"; /* RFC 9112 s3.2 */
	if (hosts > 1 || (one_one && hosts == 0))
		return DP_SERVE_BAD_REQUEST;
	*why = "a request has no body here";
	if (body)
		return DP_SERVE_BODY;
	*why = "X-Prometheus-Scrape-Timeout-Seconds is no number of seconds";
	return read_timeout(headers, &request->timeout_ms) ? DP_SERVE_OK : DP_SERVE_BAD_REQUEST;
}

/* evhttp answers in whatever version it was asked in: 0.9 and 1.7, too. */
static bool take_version(struct evhttp_request *from)
{
	bool known = from->major == 1 && (unsigned char)from->minor <= 9;

	from->minor = known && from->minor == 0 ? 0 : 1;
	from->major = 1;
	return known;
}

enum dp_serve_status dp_serve_request_read(
	struct evhttp_request *from, struct dp_serve_request *request, const char **why)
{
	const struct evhttp_uri *uri = evhttp_request_get_evhttp_uri(from);
	enum evhttp_cmd_type method = evhttp_request_get_command(from);
	const char *query = evhttp_uri_get_query(uri);

	*request = (struct dp_serve_request){ .head = method == EVHTTP_REQ_HEAD,
		.path = evhttp_uri_get_path(uri),
		.query = query != NULL ? query : "",
		.timeout_ms = -1 };
	*why = "only HTTP/1.1 and HTTP/1.0 are spoken here";
	if (!take_version(from))
		return DP_SERVE_VERSION;
	*why = "only GET and HEAD are answered here";
	if (method != EVHTTP_REQ_GET && method != EVHTTP_REQ_HEAD)
		return DP_SERVE_METHOD;
	/* What begins with two slashes, or is http://..., has a host, and perhaps no path. */
	*why = "the request line is malformed";
	if (request->path == NULL || (request->path[0] != '/' && evhttp_uri_get_host(uri) == NULL))
		return DP_SERVE_BAD_REQUEST;
	return read_headers(evhttp_request_get_input_headers(from), from->minor > 0, request, why);
}

/* Returns why the query is wrong, or NULL. */
static const char *take_parameter(
	const struct evkeyval *parameter, struct dp_arena *arena, const char **target)
{
	if (strcmp(parameter->key, "target") != 0)
		return dp_arena_printf(arena,
			"there is no parameter \"%s\"; only target, as in "
			"/probe?target=example.org",
			dp_text_escape(arena, parameter->key, strlen(parameter->key), SHOWN_MAX));
	if (*target != NULL)
		return "there is more than one target; ask for each alone";
	if (strlen(parameter->value) > DP_SERVE_PARAMETER_MAX)
		return "the target is too long; type a mail domain or server, as in "
		       "/probe?target=example.org";
	*target = dp_arena_text(arena, parameter->value, strlen(parameter->value));
	return NULL;
}

const char *dp_serve_query_target(const char *query, struct dp_arena *arena, const char **why)
{
	struct evkeyvalq parameters;
	const char *target = NULL;

	*why = "the query is malformed; type it as in /probe?target=example.org";
	/* evhttp takes a NUL for the end of the value: another target than the one that was sent.
	 */
	if (strstr(query, "%00") != NULL || evhttp_parse_query_str(query, &parameters) != 0)
		return NULL;
	*why = NULL;
	for (const struct evkeyval *one = parameters.tqh_first; one != NULL && *why == NULL;
		one = one->next.tqe_next)
		*why = take_parameter(one, arena, &target);
	evhttp_clear_headers(&parameters);
	if (*why == NULL && (target == NULL || target[0] == '\0'))
		*why = "there is no target; type a mail domain or server, as in "
		       "/probe?target=example.org";
	return *why == NULL ? target : NULL;
}

int64_t dp_serve_patience_ms(int64_t timeout_ms, int64_t most_ms)
{
	int64_t ms = timeout_ms < 0 ? TIMEOUT_DEFAULT_MS : timeout_ms;

	if (ms > TIMEOUT_MOST_MS)
		ms = TIMEOUT_MOST_MS;
	ms -= WAY_BACK_MS;
	if (ms > most_ms)
		ms = most_ms;
	return ms < LEAST_MS ? LEAST_MS : ms;
}
