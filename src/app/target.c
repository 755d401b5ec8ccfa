/* SPDX-License-Identifier: Apache-2.0 */
#include "app/target.h"

#include <string.h>

#include "base/buf.h"
#include "base/text.h"
#include "starttls/dialogue.h"

#define SHOWN_MAX 80
#define DOMAIN_PROTOCOL "smtp"
#define SCHEME_END "://"
#define HELP_INDENT 18 /* of a list in the help, and its width, and the longest word there */
#define HELP_WIDTH 79
#define HELP_WORD 18

static const char *complain(struct dp_arena *arena, const char *text, const char *wrong)
{
	return dp_arena_printf(arena, "\"%s\" %s",
		dp_text_escape_utf8(arena, text, strlen(text), SHOWN_MAX), wrong);
}

static const char *lowered(struct dp_arena *arena, const char *text, size_t len)
{
	char *out = dp_arena_text(arena, text, len);

	for (size_t i = 0; i < len; i++)
		out[i] = dp_text_lower(out[i]);
	return out;
}

/* What is wrong, and an example of this scheme. */
static const char *wrongly(struct dp_arena *arena, const struct dp_target *target, const char *what)
{
	return dp_arena_printf(arena, "%s, as in %s://mx.example.org%s", what, target->protocol,
		target->port == 0 ? ":443" : "");
}

/* "HOST", "HOST:PORT", each with one slash behind. Returns NULL or what is wrong. */
static const char *read_server(const char *rest, struct dp_arena *arena, struct dp_target *target)
{
	size_t len = strlen(rest);
	const char *why;
	uint64_t port;

	if (len > 0 && rest[len - 1] == '/')
		len--;
	rest = dp_arena_text(arena, rest, len);
	if (strchr(rest, '@') != NULL)
		return wrongly(arena, target, "has a user in it; type the server's name alone");
	if (strchr(rest, '/') != NULL)
		return wrongly(arena, target, "has a path; type the server's name alone");
	const char *colon = strchr(rest, ':');
	const char *host = rest;

	/* More than one colon or a bracket: an IPv6 address, which dp_name_from_user tells. */
	if (colon != NULL && rest[0] != '[' && strchr(colon + 1, ':') == NULL) {
		if (!dp_text_number(colon + 1, 1, UINT16_MAX, &port))
			return "has a wrong port; type a number from 1 to 65535 behind the colon";
		target->port = (uint16_t)port;
		host = dp_arena_text(arena, rest, (size_t)(colon - rest));
	}
	if (rest[0] == '[' && strchr(rest, ']') != NULL)
		host = dp_arena_text(arena, rest, (size_t)(strchr(rest, ']') - rest) + 1);
	if (host[0] == '\0')
		return wrongly(arena, target, "names no server; type one");
	if (target->port == 0)
		return wrongly(arena, target, "names no port; type one behind a colon");
	return dp_name_from_user(host, &target->name, &why) ? NULL : why;
}

const char *dp_target_schemes(struct dp_arena *arena)
{
	const struct dp_protocol *protocol;
	struct dp_buf out;

	dp_buf_init(&out, arena);
	for (size_t i = 0; (protocol = dp_protocol_at(i)) != NULL; i++)
		dp_buf_printf(&out, "%s%s", i > 0 ? ", " : "", dp_protocol_scheme(protocol));
	return out.data;
}

/* One line or more of "scheme port", with a title. */
static void list_schemes(struct dp_buf *out, const char *title, bool at_once)
{
	const struct dp_protocol *protocol;
	size_t begin = out->len;
	const char *comma = "";

	dp_buf_printf(out, "  %-*s", HELP_INDENT - 2, title);
	for (size_t i = 0; (protocol = dp_protocol_at(i)) != NULL; i++) {
		if (dp_protocol_at_once(protocol) != at_once)
			continue;
		dp_buf_text(out, comma);
		comma = ",";
		if (out->len - begin > HELP_WIDTH - HELP_WORD) {
			dp_buf_printf(out, "\n%*s", HELP_INDENT, "");
			begin = out->len - HELP_INDENT;
		}
		if (dp_protocol_port(protocol) != 0)
			dp_buf_printf(out, " %s %u", dp_protocol_scheme(protocol),
				(unsigned)dp_protocol_port(protocol));
		else
			dp_buf_printf(out, " %s (port needed)", dp_protocol_scheme(protocol));
	}
	dp_buf_text(out, "\n");
}

void dp_target_help(struct dp_buf *out)
{
	dp_buf_text(out, "\nSchemes of servers, and their ports\n");
	list_schemes(out, "TLS by a command", false);
	list_schemes(out, "TLS at once", true);
	dp_target_help_srv(out);
}

static void take_options(const struct dp_options *options, struct dp_target *target)
{
	target->next_hop = options->next_hop;
	target->want_v4 = options->want_v4;
	target->want_v6 = options->want_v6;
	target->key_types = options->key_types;
	target->records = options->records;
	target->record_count = options->record_count;
	target->pkix_roots = options->pkix_roots.certs;
	target->pkix_root_count = options->pkix_roots.count;
	target->pkix_roots_path = options->pkix_roots_path;
	target->connect = options->connect;
	target->connect_host = options->connect_host;
	target->connect_port = options->connect_port;
	target->connect_count = options->connect_count;
	target->known = options->known;
	target->down = options->down;
	target->down_count = options->down_count;
	target->all_nameservers = options->all_nameservers;
	target->cert_warning_s = options->cert_warning_s;
	target->rrsig_warning_s = options->rrsig_warning_s;
}

const char *dp_target_parse(const char *text, const struct dp_options *options,
	struct dp_arena *arena, struct dp_target *target)
{
	const char *scheme_end = strstr(text, SCHEME_END);
	const char *wrong = NULL;

	memset(target, 0, sizeof(*target));
	target->text = text;
	take_options(options, target);
	if (dp_target_is_srv(text)) {
		wrong = dp_target_read_srv(text, arena, target);
		return wrong != NULL ? complain(arena, text, wrong) : NULL;
	}
	if (scheme_end == NULL) {
		target->is_domain = true;
		target->protocol = DOMAIN_PROTOCOL;
		target->port = options->port;
		if (!dp_name_from_user(text, &target->name, &wrong))
			return complain(arena, text, wrong);
		return NULL;
	}
	const char *scheme = lowered(arena, text, (size_t)(scheme_end - text));
	const struct dp_protocol *protocol = dp_protocol_find(scheme);

	if (protocol == NULL)
		return complain(arena, text,
			dp_arena_printf(arena,
				"has a scheme that is not known here; type smtp://HOST for one "
				"server, or the mail domain alone; schemes are %s",
				dp_target_schemes(arena)));
	target->protocol = scheme;
	target->port = dp_protocol_port(protocol);
	if (strcmp(scheme, DOMAIN_PROTOCOL) != 0)
		target->service = dp_protocol_service(protocol);
	wrong = read_server(scheme_end + strlen(SCHEME_END), arena, target);
	return wrong != NULL ? complain(arena, text, wrong) : NULL;
}
