/* SPDX-License-Identifier: Apache-2.0 */
#include "app/serve_source.h"

#include <stdlib.h>

#include "app/commands.h"
#include "net/resolver.h"
#include "port/port.h"

#define LIFE_MS 60000

void dp_serve_source_leave(struct dp_serve_source *source)
{
	if (source == NULL || --source->users > 0)
		return;
	dp_resolver_close(source->live.resolver);
	dp_arena_close(source->live.arena);
	free(source);
}

struct dp_serve_source *dp_serve_source_open(
	const struct dp_options *options, struct event_base *base)
{
	struct dp_serve_source *source = calloc(1, sizeof(*source));

	if (source == NULL)
		dp_arena_fail();
	source->live.options = options;
	source->live.base = base;
	source->opened_ms = dp_port_monotonic_ms();
	source->users = 1;
	if (dp_live_renew(&source->live) == DP_EXIT_OK)
		return source;
	dp_serve_source_leave(source);
	return NULL;
}

bool dp_serve_source_join(struct dp_serve_source **source)
{
	struct dp_serve_source *old = *source, *fresh = NULL;

	if (dp_port_monotonic_ms() - old->opened_ms >= LIFE_MS)
		fresh = dp_serve_source_open(old->live.options, old->live.base);
	if (fresh != NULL) {
		*source = fresh;
		dp_serve_source_leave(old);
	}
	(*source)->users++;
	return fresh != NULL;
}
