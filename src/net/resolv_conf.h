/* SPDX-License-Identifier: Apache-2.0 */
/* The name servers of a resolv.conf(5); nothing else in it matters here. Pure. */
#ifndef DP_NET_RESOLV_CONF_H
#define DP_NET_RESOLV_CONF_H

#include <stddef.h>

#include "net/resolver.h"

#define DP_RESOLV_CONF "/etc/resolv.conf"

/* Reads "nameserver ADDRESS" lines of text (len bytes), in order, at most max; those of
 * link-local addresses with their zones (fe80::1%eth0). Returns their number. */
size_t dp_resolv_conf_servers(
	const char *text, size_t len, struct dp_resolver_server *servers, size_t max);

#endif
