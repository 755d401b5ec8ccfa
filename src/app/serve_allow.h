/* SPDX-License-Identifier: Apache-2.0 */
/* What an exporter may be asked to probe, so that it is no port scanner for others. Pure. */
#ifndef DP_APP_SERVE_ALLOW_H
#define DP_APP_SERVE_ALLOW_H

#include "app/options.h"
#include "dane/facts.h"

/* Read "example.org" (this name), "*.example.org" (every name below it), "*" (every name), each
 * with
 * ":PORT" behind, which allows a port besides those of the known protocols. Returns NULL, or what
 * is wrong with it: the end of a sentence. */
const char *dp_serve_pattern_read(
	const char *text, struct dp_arena *arena, struct dp_serve_pattern *pattern);

/* NULL, or one line that says why not. Without patterns every name is allowed. The port of a server
 * must be that of a known protocol, or be named by a pattern that fits; that of mail domains is the
 * operator's own choice (--port). SRV targets, whose DNS chooses the port, need a pattern. */
const char *dp_serve_refuses(const struct dp_options *options, const struct dp_target *target);

#endif
