/* SPDX-License-Identifier: Apache-2.0 */
#include "app/target.h"

#include <string.h>

#include "base/text.h"
#include "starttls/dialogue.h"

#define SHOWN_MAX 80
#define DOMAIN_PROTOCOL "smtp"
#define SCHEME_END "://"

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
		return "has a user in it; type the server's name alone, as in "
		       "smtp://mx.example.org";
	if (strchr(rest, '/') != NULL)
		return "has a path; type the server's name alone, as in smtp://mx.example.org";
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
		return "names no server; type one, as in smtp://mx.example.org";
	return dp_name_from_user(host, &target->name, &why) ? NULL : why;
}

static void take_options(const struct dp_options *options, struct dp_target *target)
{
	target->next_hop = options->next_hop;
	target->want_v4 = options->want_v4;
	target->want_v6 = options->want_v6;
	target->key_types = options->key_types;
	target->records = options->records;
	target->record_count = options->record_count;
	target->connect = options->connect;
	target->connect_host = options->connect_host;
	target->connect_port = options->connect_port;
	target->connect_count = options->connect_count;
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
			"has a scheme that is not known here; type smtp://HOST for one server, or "
			"the mail domain alone");
	target->protocol = scheme;
	target->port = dp_protocol_port(protocol);
	wrong = read_server(scheme_end + strlen(SCHEME_END), arena, target);
	return wrong != NULL ? complain(arena, text, wrong) : NULL;
}
