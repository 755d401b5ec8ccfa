/* SPDX-License-Identifier: Apache-2.0 */
#include "app/serve_request.h"

#include <stdio.h>
#include <string.h>

#include "base/text.h"

#define HEADERS_MAX 64
#define SHOWN_MAX 80
#define TIMEOUT_DEFAULT_MS 10000
#define TIMEOUT_MOST_MS (24 * 3600 * 1000)
#define WAY_BACK_MS 500 /* as blackbox_exporter's --timeout-offset */
#define LEAST_MS 100
#define DAY_S 86400

struct span {
	const char *at;
	size_t len;
};

/* What the header lines say, as far as it matters. */
struct fields {
	size_t hosts;
	bool close, keep_alive;
	bool body;
	int64_t timeout_ms;
};

const char *dp_serve_status_text(enum dp_serve_status status)
{
	switch (status) {
	case DP_SERVE_OK: return "OK";
	case DP_SERVE_BAD_REQUEST: return "Bad Request";
	case DP_SERVE_FORBIDDEN: return "Forbidden";
	case DP_SERVE_NOT_FOUND: return "Not Found";
	case DP_SERVE_METHOD: return "Method Not Allowed";
	case DP_SERVE_SLOW: return "Request Timeout";
	case DP_SERVE_BODY: return "Content Too Large";
	case DP_SERVE_PATH: return "URI Too Long";
	case DP_SERVE_HEAD: return "Request Header Fields Too Large";
	case DP_SERVE_UNAVAILABLE: return "Service Unavailable";
	case DP_SERVE_VERSION: return "HTTP Version Not Supported";
	}
	return "";
}

const char *dp_serve_date(int64_t utc_s, char out[DP_SERVE_DATE_MAX])
{
	static const char days[] = "ThuFriSatSunMonTueWed"; /* 1970 began on a Thursday */
	static const char months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
	char iso[DP_TIME_TEXT_MAX]; /* 1994-11-06T08:49:37Z */
	int month;

	dp_text_time(utc_s, iso);
	month = (iso[5] - '0') * 10 + iso[6] - '0';
	(void)snprintf(out, DP_SERVE_DATE_MAX, "%.3s, %.2s %.3s %.4s %.8s GMT",
		days + utc_s / DAY_S % 7 * 3, iso + 8, months + (month - 1) % 12 * 3, iso,
		iso + 11);
	return out;
}

/* Cut a line off *rest, without its end. */
static struct span take_line(struct span *rest)
{
	const char *feed = memchr(rest->at, '\n', rest->len);
	struct span line = { rest->at, feed != NULL ? (size_t)(feed - rest->at) : rest->len };
	size_t used = feed != NULL ? line.len + 1 : line.len;

	rest->at += used;
	rest->len -= used;
	if (line.len > 0 && line.at[line.len - 1] == '\r')
		line.len--;
	return line;
}

size_t dp_serve_request_end(const char *bytes, size_t len)
{
	struct span rest = { bytes, len };
	bool begun = false;

	while (rest.len > 0 && memchr(rest.at, '\n', rest.len) != NULL) {
		struct span line = take_line(&rest);

		if (line.len == 0 && begun)
			return len - rest.len;
		begun = begun || line.len > 0;
	}
	return 0;
}

static bool is_word(struct span span, const char *word)
{
	return dp_text_equal_nocase(span.at, span.len, word, strlen(word));
}

/* RFC 9110 s5.6.2 */
static bool is_token(struct span span)
{
	static const char marks[] = "!#$%&'*+-.^_`|~";

	for (size_t i = 0; i < span.len; i++) {
		char c = span.at[i];
		bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');

		if (!letter && !(c >= '0' && c <= '9') && (c == '\0' || strchr(marks, c) == NULL))
			return false;
	}
	return span.len > 0;
}

/* RFC 9110 s5.5: visible, blank, tab, and what is above ASCII; a bare CR or NUL is neither. */
static bool is_field_text(struct span span)
{
	for (size_t i = 0; i < span.len; i++) {
		unsigned char c = (unsigned char)span.at[i];

		if ((c < ' ' && c != '\t') || c == 0x7f)
			return false;
	}
	return true;
}

static struct span trimmed(struct span span)
{
	while (span.len > 0 && (span.at[0] == ' ' || span.at[0] == '\t')) {
		span.at++;
		span.len--;
	}
	while (span.len > 0 && (span.at[span.len - 1] == ' ' || span.at[span.len - 1] == '\t'))
		span.len--;
	return span;
}

/* Does a list of words with commas between hold word (RFC 9110 s5.6.1)? */
static bool list_holds(struct span list, const char *word)
{
	while (list.len > 0) {
		const char *comma = memchr(list.at, ',', list.len);
		size_t len = comma != NULL ? (size_t)(comma - list.at) : list.len;
		struct span one = trimmed((struct span){ list.at, len });

		if (is_word(one, word))
			return true;
		len += comma != NULL;
		list.at += len;
		list.len -= len;
	}
	return false;
}

static bool read_timeout(struct span value, struct dp_arena *arena, int64_t *ms)
{
	const char *text = dp_arena_text(arena, value.at, value.len);

	for (const char *c = text; *c != '\0'; c++) {
		if ((*c < '0' || *c > '9') && *c != '.')
			return false;
	}
	*ms = dp_text_duration_ms(text);
	return *ms >= 0;
}

/* Returns NULL, or why the header line makes the request a bad one. */
static const char *read_field(struct span line, struct dp_arena *arena, struct fields *fields)
{
	const char *colon = memchr(line.at, ':', line.len);
	struct span name = { line.at, colon != NULL ? (size_t)(colon - line.at) : 0 };
	struct span value;

	/* A blank before the colon, and lines folded by a blank, are refused (RFC 9112 s5.1, s5.2).
	 */
	if (!is_token(name))
		return "a header line is malformed";
	value = trimmed((struct span){ colon + 1, line.len - name.len - 1 });
	if (!is_field_text(value))
		return "a header line holds a control character";
	if (is_word(name, "Host"))
		fields->hosts++;
	if (is_word(name, "Transfer-Encoding"))
		fields->body = true;
	if (is_word(name, "Content-Length"))
		fields->body = fields->body || !is_word(value, "0");
	if (is_word(name, "Connection")) {
		fields->close = fields->close || list_holds(value, "close");
		fields->keep_alive = fields->keep_alive || list_holds(value, "keep-alive");
	}
	if (is_word(name, "X-Prometheus-Scrape-Timeout-Seconds") &&
		!read_timeout(value, arena, &fields->timeout_ms))
		return "X-Prometheus-Scrape-Timeout-Seconds is no number of seconds";
	return NULL;
}

/* "GET /probe?target=example.org HTTP/1.1" */
static enum dp_serve_status read_first(struct span line, struct dp_arena *arena,
	struct dp_serve_request *request, bool *one_one, const char **why)
{
	const char *blank = memchr(line.at, ' ', line.len);
	struct span method = { line.at, blank != NULL ? (size_t)(blank - line.at) : 0 };
	struct span rest = { line.at + method.len, line.len - method.len };
	struct span target, version = { rest.at, 0 };

	*why = "the request line is malformed";
	if (!is_token(method))
		return DP_SERVE_BAD_REQUEST;
	rest.at++;
	rest.len--;
	blank = memchr(rest.at, ' ', rest.len);
	target = (struct span){ rest.at, blank != NULL ? (size_t)(blank - rest.at) : 0 };
	if (blank != NULL)
		version = (struct span){ blank + 1, rest.len - target.len - 1 };
	if (version.len != 8 || memcmp(version.at, "HTTP/", 5) != 0 || target.len == 0 ||
		!is_field_text(target))
		return DP_SERVE_BAD_REQUEST;
	if (memcmp(version.at, "HTTP/1.", 7) != 0 || version.at[7] < '0' || version.at[7] > '9') {
		*why = "only HTTP/1.1 and HTTP/1.0 are spoken here";
		return DP_SERVE_VERSION;
	}
	*one_one = version.at[7] != '0';
	request->head = method.len == 4 && memcmp(method.at, "HEAD", 4) == 0;
	if (!request->head && (method.len != 3 || memcmp(method.at, "GET", 3) != 0)) {
		*why = "only GET and HEAD are answered here";
		return DP_SERVE_METHOD;
	}
	if (target.len > DP_SERVE_PATH_MAX) {
		*why = "path and query are longer than 2048 bytes";
		return DP_SERVE_PATH;
	}
	if (target.at[0] != '/')
		return DP_SERVE_BAD_REQUEST;
	const char *text = dp_arena_text(arena, target.at, target.len);
	const char *mark = strchr(text, '?');

	request->path = mark != NULL ? dp_arena_text(arena, text, (size_t)(mark - text)) : text;
	request->query = mark != NULL ? mark + 1 : "";
	return DP_SERVE_OK;
}

enum dp_serve_status dp_serve_request_parse(const char *head, size_t len, struct dp_arena *arena,
	struct dp_serve_request *request, const char **why)
{
	struct span rest = { head, len }, line = { head, 0 };
	struct fields fields = { .timeout_ms = -1 };
	enum dp_serve_status status;
	bool one_one = false;
	size_t count = 0;

	*request = (struct dp_serve_request){ .path = "", .query = "", .timeout_ms = -1 };
	while (rest.len > 0 && line.len == 0)
		line = take_line(&rest);
	status = read_first(line, arena, request, &one_one, why);
	if (status != DP_SERVE_OK)
		return status;
	while (rest.len > 0 && (line = take_line(&rest)).len > 0) {
		if (count++ == HEADERS_MAX) {
			*why = "there are more than 64 header lines";
			return DP_SERVE_HEAD;
		}
		*why = read_field(line, arena, &fields);
		if (*why != NULL)
			return DP_SERVE_BAD_REQUEST;
	}
	/* RFC 9112 s3.2 */
	if (fields.hosts > 1 || (one_one && fields.hosts == 0)) {
		*why = "a request of HTTP/1.1 has one Host line";
		return DP_SERVE_BAD_REQUEST;
	}
	if (fields.body) {
		*why = "a request has no body here";
		return DP_SERVE_BODY;
	}
	/* RFC 9112 s9.3 */
	request->keep = !fields.close && (one_one || fields.keep_alive);
	request->timeout_ms = fields.timeout_ms;
	return DP_SERVE_OK;
}

/* Percent signs and plus signs (the query of a form) undone. NULL: malformed, or a NUL. */
static const char *decoded(struct span value, struct dp_arena *arena)
{
	char *out = dp_arena_alloc(arena, value.len + 1);
	size_t used = 0;

	for (size_t i = 0; i < value.len; i++) {
		char c = value.at[i] == '+' ? ' ' : value.at[i];

		if (c == '%') {
			int high = i + 2 < value.len ? dp_text_hex_digit(value.at[i + 1]) : -1;
			int low = i + 2 < value.len ? dp_text_hex_digit(value.at[i + 2]) : -1;

			if (high < 0 || low < 0)
				return NULL;
			c = (char)(high * 16 + low);
			i += 2;
		}
		if (c == '\0')
			return NULL;
		out[used++] = c;
	}
	return out;
}

/* One parameter, "name=value". Returns why the query is wrong, or NULL. */
static const char *read_parameter(
	struct span parameter, struct dp_arena *arena, const char **target)
{
	const char *equals = memchr(parameter.at, '=', parameter.len);
	struct span name = { parameter.at,
		equals != NULL ? (size_t)(equals - parameter.at) : parameter.len };
	struct span value = { name.at + name.len, 0 };

	if (equals != NULL)
		value = (struct span){ equals + 1, parameter.len - name.len - 1 };
	if (name.len != 6 || memcmp(name.at, "target", 6) != 0)
		return dp_arena_printf(arena,
			"there is no parameter \"%s\"; only target, as in "
			"/probe?target=example.org",
			dp_text_escape(arena, name.at, name.len, SHOWN_MAX));
	if (*target != NULL)
		return "there is more than one target; ask for each alone";
	if (value.len > DP_SERVE_PARAMETER_MAX)
		return "the target is too long; type a mail domain or server, as in "
		       "/probe?target=example.org";
	*target = decoded(value, arena);
	return *target != NULL
		? NULL
		: "the target is not encoded well: a percent sign has two hex digits behind it";
}

const char *dp_serve_query_target(const char *query, struct dp_arena *arena, const char **why)
{
	const char *target = NULL;

	*why = NULL;
	while (*query != '\0' && *why == NULL) {
		size_t len = strcspn(query, "&");

		if (len > 0)
			*why = read_parameter((struct span){ query, len }, arena, &target);
		query += len + (query[len] == '&');
	}
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
