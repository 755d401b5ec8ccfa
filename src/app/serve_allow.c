/* SPDX-License-Identifier: Apache-2.0 */
#include "app/serve_allow.h"

#include <string.h>

#include "base/text.h"
#include "starttls/dialogue.h"

static const char every[] = "*";
static const char below[] = "*.";

const char *dp_serve_pattern_read(
	const char *text, struct dp_arena *arena, struct dp_serve_pattern *pattern)
{
	const char *colon = strrchr(text, ':');
	const char *name = text;
	const char *why;
	uint64_t port;

	*pattern = (struct dp_serve_pattern){ .port = 0 };
	if (colon != NULL) {
		if (!dp_text_number(colon + 1, 1, UINT16_MAX, &port))
			return "has no port behind the colon; type a number from 1 to 65535";
		pattern->port = (uint16_t)port;
		name = dp_arena_text(arena, text, (size_t)(colon - text));
	}
	pattern->below = strcmp(name, every) == 0 || strncmp(name, below, strlen(below)) == 0;
	if (strcmp(name, every) == 0) {
		pattern->name.len = 1; /* the root */
		return NULL;
	}
	if (strchr(pattern->below ? name + strlen(below) : name, '*') != NULL)
		return "has a star that is not its first label; type a name, or *.NAME for all "
		       "names below it";
	return dp_name_from_user(pattern->below ? name + strlen(below) : name, &pattern->name, &why)
		? NULL
		: why;
}

static bool fits(const struct dp_serve_pattern *pattern, const struct dp_name *name)
{
	if (pattern->below)
		return dp_name_below(name, &pattern->name) && !dp_name_equal(name, &pattern->name);
	return dp_name_equal(name, &pattern->name);
}

const char *dp_serve_refuses(const struct dp_options *options, const struct dp_target *target)
{
	const struct dp_name *owner = target->is_service ? &target->srv : &target->name;
	bool name = options->allowed_count == 0;
	/* Their ports stand in the DNS, where whoever owns the name chooses them (RFC 2782). */
	bool srv = target->is_service;
	bool port = !srv && (target->is_domain || dp_protocol_port_known(target->port));

	for (size_t i = 0; i < options->allowed_count; i++) {
		const struct dp_serve_pattern *pattern = &options->allowed[i];

		if (!fits(pattern, owner))
			continue;
		name = true;
		port = port || srv || pattern->port == target->port;
	}
	if (!name)
		return "this target is not among those that --allow-target lets through here";
	if (srv && !port)
		return "SRV records name any port, so their owner must be let through by "
		       "--allow-target here";
	if (!port)
		return "this port is of none of the protocols that are known here; --allow-target "
		       "NAME:PORT lets it through";
	return NULL;
}
