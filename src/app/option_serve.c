/* SPDX-License-Identifier: Apache-2.0 */
/* Options of serve. */
#include <string.h>

#include "app/option_table.h"
#include "app/serve_allow.h"
#include "base/text.h"

#define LISTEN_MOST 16
#define PATTERNS_MOST 256
#define PROBES_MOST 64
#define QUEUE_MOST 10000
#define INTERVAL_MOST_MS (3600 * 1000)

/* "127.0.0.1:15252", "[::1]:15252" */
static bool read_listen(const char *value, struct dp_resolver_server *server)
{
	const char *colon = strrchr(value, ':');
	size_t len = colon != NULL ? (size_t)(colon - value) : 0;
	bool bracket = len >= 2 && value[0] == '[' && value[len - 1] == ']';
	uint64_t port;

	if (colon == NULL || !dp_text_number(colon + 1, 1, UINT16_MAX, &port))
		return false;
	server->port = (uint16_t)port;
	if (bracket)
		return dp_ip_parse(value + 1, len - 2, &server->ip) && server->ip.family == 6;
	return dp_ip_parse(value, len, &server->ip) && server->ip.family == 4;
}

const char *dp_option_listen(struct dp_options *options, const char *value)
{
	struct dp_resolver_server server;

	if (!read_listen(value, &server))
		return "is no address with a port; type one, as in 127.0.0.1:15252 or "
		       "[::1]:15252";
	if (options->listen_count == LISTEN_MOST)
		return "is one address too many; type at most 16";
	options->listen = dp_option_append(
		options->arena, options->listen, options->listen_count++, &server, sizeof(server));
	return NULL;
}

const char *dp_option_allow_target(struct dp_options *options, const char *value)
{
	struct dp_serve_pattern pattern;
	const char *why = dp_serve_pattern_read(value, options->arena, &pattern);

	if (why != NULL)
		return why;
	if (options->allowed_count == PATTERNS_MOST)
		return "is one pattern too many; type at most 256, with stars, as in "
		       "*.example.org";
	options->allowed = dp_option_append(options->arena, options->allowed,
		options->allowed_count++, &pattern, sizeof(pattern));
	return NULL;
}

const char *dp_option_max_probes(struct dp_options *options, const char *value)
{
	uint64_t count;

	if (!dp_text_number(value, 1, PROBES_MOST, &count))
		return "is no number from 1 to 64; type one, as in 8";
	options->max_probes = (unsigned)count;
	return NULL;
}

const char *dp_option_max_queue(struct dp_options *options, const char *value)
{
	uint64_t count;

	if (!dp_text_number(value, 0, QUEUE_MOST, &count))
		return "is no number from 0 to 10000; type one, as in 64";
	options->max_queue = (unsigned)count;
	return NULL;
}

const char *dp_option_min_interval(struct dp_options *options, const char *value)
{
	int64_t ms = dp_text_duration_ms(value);

	if (ms < 0 || ms > INTERVAL_MOST_MS)
		return "is no time up to 1 hour; type one, as in 10 or 1m";
	options->min_interval_ms = (unsigned)ms;
	return NULL;
}

const char *dp_option_ping(struct dp_options *options, const char *value)
{
	(void)value;
	options->ping = true;
	return NULL;
}
