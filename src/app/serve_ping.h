/* SPDX-License-Identifier: Apache-2.0 */
/* serve --ping: is an exporter well? For health checks in images that hold no other client. */
#ifndef DP_APP_SERVE_PING_H
#define DP_APP_SERVE_PING_H

#include "app/options.h"

/* Ask /healthz at each address, at most --timeout each; an exporter that listens on any address is
 * asked over loopback. Returns 0 when all answer 200, else 1 after a line on stderr. */
int dp_serve_ping(
	const struct dp_options *options, const struct dp_resolver_server *servers, size_t count);

#endif
