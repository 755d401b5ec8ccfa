/* SPDX-License-Identifier: Apache-2.0 */
/* Values with a grammar of their own. */
#include <string.h>

#include "app/option_table.h"
#include "base/text.h"

#define DNS_PORT 53

void *dp_option_append(
	struct dp_arena *arena, const void *items, size_t count, const void *item, size_t size)
{
	char *all = (char *)(uintptr_t)items;

	/* A copy at every power of two: so many as there are bits in a number. */
	if ((count & (count - 1)) == 0) {
		all = dp_arena_alloc(arena, (count > 0 ? 2 * count : 1) * size);
		if (count > 0)
			memcpy(all, items, count * size);
	}
	memcpy(all + count * size, item, size);
	return all;
}

const char *dp_option_name(const char *value, struct dp_name *name)
{
	const char *why;

	return dp_name_from_user(value, name, &why) ? NULL : why;
}

static bool read_port(const char *text, uint16_t *port)
{
	uint64_t number;

	if (!dp_text_number(text, 1, UINT16_MAX, &number))
		return false;
	*port = (uint16_t)number;
	return true;
}

/* "192.0.2.1", "192.0.2.1:25", "2001:db8::1", "[2001:db8::1]", "[2001:db8::1]:25". *port stays
 * without one. */
static bool read_endpoint(const char *text, struct dp_ip *ip, uint16_t *port)
{
	const char *end;

	if (dp_ip_parse(text, strlen(text), ip))
		return true;
	if (text[0] == '[') {
		end = strchr(text, ']');
		if (end == NULL || !dp_ip_parse(text + 1, (size_t)(end - text) - 1, ip) ||
			ip->family != 6)
			return false;
		end++;
	} else {
		end = strchr(text, ':');
		if (end == NULL || !dp_ip_parse(text, (size_t)(end - text), ip))
			return false;
	}
	return *end == '\0' || (*end == ':' && read_port(end + 1, port));
}

const char *dp_option_connect(struct dp_options *options, const char *value)
{
	const char *equals = strchr(value, '=');
	struct dp_name host;
	struct dp_ip ip;
	uint16_t port = 0;
	const char *why;
	size_t count = options->connect_count;

	if (equals == NULL)
		return "names no address; type HOST=ADDRESS, as in mx.example.org=192.0.2.1 or "
		       "mx.example.org=[2001:db8::1]:25";
	if (!dp_name_from_user(
		    dp_arena_text(options->arena, value, (size_t)(equals - value)), &host, &why))
		return dp_arena_printf(options->arena, "has a host that %s", why);
	if (!read_endpoint(equals + 1, &ip, &port))
		return "has no address behind the \"=\"; type HOST=ADDRESS, as in "
		       "mx.example.org=192.0.2.1 or "
		       "mx.example.org=[2001:db8::1]:25";
	options->connect =
		dp_option_append(options->arena, options->connect, count, &ip, sizeof(ip));
	options->connect_host =
		dp_option_append(options->arena, options->connect_host, count, &host, sizeof(host));
	options->connect_port =
		dp_option_append(options->arena, options->connect_port, count, &port, sizeof(port));
	options->connect_count++;
	return NULL;
}

static bool resolver_word(const char *value, enum dp_resolver_mode *mode)
{
	if (strcmp(value, "auto") == 0)
		*mode = DP_RESOLVER_AUTO;
	else if (strcmp(value, "system") == 0)
		*mode = DP_RESOLVER_SYSTEM;
	else if (strcmp(value, "recursive") == 0)
		*mode = DP_RESOLVER_RECURSIVE;
	else
		return false;
	return true;
}

/* "192.0.2.1" or "192.0.2.1@5353". */
static bool read_server(const char *value, struct dp_resolver_server *server)
{
	size_t len = strcspn(value, "@");

	server->port = DNS_PORT;
	if (!dp_ip_parse(value, len, &server->ip))
		return false;
	return value[len] == '\0' || read_port(value + len + 1, &server->port);
}

const char *dp_option_resolver(struct dp_options *options, const char *value)
{
	enum dp_resolver_mode mode;
	struct dp_resolver_server server = { 0 };
	bool word = resolver_word(value, &mode);

	if (!word && !read_server(value, &server))
		return "is no way to resolve; type auto, system, recursive, or an address such as "
		       "192.0.2.53 or "
		       "192.0.2.53@5353";
	if (word ? options->server_count > 0
		 : options->resolver_given && options->server_count == 0)
		return "does not go together with the resolver before it; type one of auto, "
		       "system, recursive, or "
		       "addresses only";
	if (!word && options->server_count == DP_RESOLVER_SERVERS_MAX)
		return "is one resolver too many; type at most 8 addresses";
	options->resolver_given = true;
	options->resolver_mode = word ? mode : DP_RESOLVER_SERVERS;
	if (!word)
		options->servers[options->server_count++] = server;
	return NULL;
}

const char *dp_option_tlsa(struct dp_options *options, const char *value)
{
	struct dp_tlsa record;
	const char *wrong = dp_tlsa_from_text(value, &record, options->arena);

	if (wrong != NULL)
		return dp_arena_printf(options->arena, "is no TLSA record: %s", wrong);
	if (options->record_count == DP_TLSA_MAX)
		return "is one record too many; type at most 64";
	options->records = dp_option_append(
		options->arena, options->records, options->record_count++, &record, sizeof(record));
	return NULL;
}

static bool accept_word(const char *word, size_t len, unsigned *accepted)
{
	static const enum dp_outcome outcomes[] = { DP_NO_DANE, DP_NO_MAIL, DP_UNAUTHENTICATED };

	for (size_t i = 0; i < sizeof(outcomes) / sizeof(outcomes[0]); i++) {
		const char *known = dp_outcome_word(outcomes[i]);

		if (strlen(known) == len && memcmp(known, word, len) == 0) {
			*accepted |= 1u << outcomes[i];
			return true;
		}
	}
	return false;
}

const char *dp_option_accept(struct dp_options *options, const char *value)
{
	const char *at = value;

	for (;;) {
		size_t len = strcspn(at, ",");

		if (!accept_word(at, len, &options->accepted))
			return "is no verdict that can be accepted; type no-dane, no-mail, "
			       "unauthenticated, or several "
			       "of them with commas between";
		if (at[len] == '\0')
			return NULL;
		at += len + 1;
	}
}
