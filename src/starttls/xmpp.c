/* SPDX-License-Identifier: Apache-2.0 */
/*
 * XMPP with STARTTLS: RFC 6120 s4.2, s4.3 (stream, features), s4.9 (errors), s5.4 (STARTTLS). The
 * client speaks first and names the domain it looks for in "to" (s4.7.2).
 *
 * No XML parser: each message is one tag, read for its name and its default namespace; text between
 * tags is skipped with the tag behind it. Depth is counted, so that an element of the same name
 * inside another one does not count. The bounds are those of the engine.
 */
#include <string.h>

#include "starttls/protocol.h"

#define TLS_NAMESPACE "urn:ietf:params:xml:ns:xmpp-tls"
#define DEPTH_MAX 64

struct tag {
	const char *name;
	size_t name_len;
	const char *rest; /* attributes, up to the end */
	size_t rest_len;
	bool closes, empty;
};

static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

/* A tag ends with the first > that is not inside quotes; what is no tag at all, with its line. */
static bool whole(const char *bytes, size_t len)
{
	char last = bytes[len - 1], quote = '\0';

	if (bytes[0] != '<' && last == '\n' && memchr(bytes, '<', len) == NULL)
		return true;
	if (last != '>')
		return false;
	const char *at = memchr(bytes, '<', len);

	for (; at != NULL && at < bytes + len - 1; at++) {
		if (quote != '\0')
			quote = *at == quote ? '\0' : quote;
		else if (*at == '"' || *at == '\'')
			quote = *at;
	}
	return at == NULL || quote == '\0';
}

static bool read_tag(const char *bytes, size_t len, struct tag *tag)
{
	const char *at = memchr(bytes, '<', len), *end = bytes + len - 1;

	if (at == NULL || len < 3 || *end != '>' || end - at < 2)
		return false;
	*tag = (struct tag){ .closes = at[1] == '/', .empty = end[-1] == '/' || end[-1] == '?' };
	tag->name = at + (tag->closes ? 2 : 1);
	for (at = tag->name; at < end && !is_blank(*at) && *at != '/'; at++)
		;
	tag->name_len = (size_t)(at - tag->name);
	tag->rest = at;
	tag->rest_len = (size_t)(end - at);
	return true;
}

static bool is_named(const struct tag *tag, const char *name)
{
	return tag->name_len == strlen(name) && memcmp(tag->name, name, tag->name_len) == 0;
}

/* Does it declare this default namespace? Values are scanned as such, so a text inside another
 * attribute is not one. */
static bool has_namespace(const struct tag *tag, const char *uri)
{
	const char *at = tag->rest, *end = tag->rest + tag->rest_len;

	while (at < end) {
		while (at < end && is_blank(*at))
			at++;
		const char *name = at;

		while (at < end && *at != '=' && !is_blank(*at))
			at++;
		size_t name_len = (size_t)(at - name);

		while (at < end && *at != '"' && *at != '\'')
			at++;
		const char *value = at + 1;
		const char *close = at < end ? memchr(value, *at, (size_t)(end - value)) : NULL;

		if (close == NULL)
			return false;
		if (name_len == 5 && memcmp(name, "xmlns", 5) == 0)
			return (size_t)(close - value) == strlen(uri) &&
				memcmp(value, uri, strlen(uri)) == 0;
		at = close + 1;
	}
	return false;
}

/* The element that a reply consists of: its code, at its end. */
static int code_of(const struct dp_step *step, const struct tag *tag)
{
	if (step->capability != NULL && is_named(tag, "stream:features"))
		return DP_CODE_OK;
	if (step->capability == NULL && is_named(tag, "proceed") &&
		(tag->closes || has_namespace(tag, TLS_NAMESPACE)))
		return DP_CODE_OK;
	if (is_named(tag, "failure") || is_named(tag, "stream:error"))
		return DP_CODE_NO;
	return 0;
}

/* The header of the stream, and what stands around it. */
static bool read_frame(const struct tag *tag, struct dp_reply_line *reply)
{
	if (is_named(tag, "stream:stream") && tag->closes) {
		reply->closing = true;
		reply->last = true;
		reply->code = DP_CODE_LATER;
		return true;
	}
	reply->aside = is_named(tag, "?xml") || is_named(tag, "stream:stream");
	return reply->aside;
}

static bool read_message(
	struct dp_reading *reading, const char *bytes, size_t len, struct dp_reply_line *reply)
{
	struct tag tag;

	if (!read_tag(bytes, len, &tag))
		return false;
	if (reading->depth == 0 && read_frame(&tag, reply))
		return true;
	/* RFC 6120 s5.4.1: an element of the features, whatever is inside it. */
	if (reading->depth == 1 && reading->step->capability != NULL && !tag.closes)
		reply->offers = is_named(&tag, "starttls") && has_namespace(&tag, TLS_NAMESPACE);
	if (reading->depth == 0 && (tag.closes || code_of(reading->step, &tag) == 0))
		return false;
	if (tag.closes)
		reading->depth--;
	else if (!tag.empty && ++reading->depth > DEPTH_MAX)
		return false;
	reply->last = reading->depth == 0;
	if (reply->last)
		reply->code = code_of(reading->step, &tag);
	return !reply->last || reply->code != 0;
}

/* RFC 6120 s4.7.1: no "from", as long as the connection is not protected. */
#define STREAM_BEGIN "<?xml version='1.0'?><stream:stream to='"
#define STREAM_END(content) \
	"' version='1.0' xml:lang='en' xmlns='" content "' " \
	"xmlns:stream='http://etherx.jabber.org/streams'>"
#define STEPS(content) \
	{ \
		{ \
			.phase = DP_PHASE_HELLO, \
			.send = STREAM_BEGIN, \
			.insert = DP_INSERT_DOMAIN, \
			.tail = STREAM_END(content), \
			.name = "the stream header", \
			.awaited = "the stream features", \
			.lost = "before its stream features", \
			.accept = DP_CODE_OK, \
			.capability = "starttls", \
			.temporary = DP_REASON_CONNECTION_LOST, \
			.rejected = DP_REASON_GREETING_REFUSED, \
			.other = DP_REASON_WRONG_PROTOCOL, \
			.missing = DP_REASON_STARTTLS_NOT_OFFERED, \
		}, \
			{ \
				.phase = DP_PHASE_STARTTLS, \
				.send = "<starttls xmlns='" TLS_NAMESPACE "'/>", \
				.tail = "", \
				.name = "starttls", \
				.accept = DP_CODE_OK, \
				.temporary = DP_REASON_STARTTLS_REFUSED, \
				.rejected = DP_REASON_STARTTLS_REFUSED, /* s5.4.2.2 */ \
				.other = DP_REASON_STARTTLS_REFUSED, \
			}, \
	}

static const struct dp_step client_steps[] = STEPS("jabber:client");
static const struct dp_step server_steps[] = STEPS("jabber:server");

#define XMPP(the_scheme, the_port, the_steps) \
	{ \
		.scheme = the_scheme, .port = the_port, .steps = the_steps, \
		.step_count = sizeof(the_steps) / sizeof((the_steps)[0]), \
		.misspoken = DP_REASON_WRONG_PROTOCOL, .blanks = true, .whole = whole, \
		.read = read_message, \
		.service = { .name = "XMPP", .rfc = "RFC 6120 s5.4", .clients = true }, \
	}

const struct dp_protocol dp_protocol_xmpp_client = XMPP("xmpp-client", 5222, client_steps);
const struct dp_protocol dp_protocol_xmpp_server = XMPP("xmpp-server", 5269, server_steps);
