/* SPDX-License-Identifier: Apache-2.0 */
/*
 * IP addresses as values. No names, no sockets, no scopes other than none.
 */
#ifndef DP_BASE_IP_H
#define DP_BASE_IP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define DP_IP_TEXT_MAX 46 /* longest text with its NUL */

struct dp_ip {
	uint8_t family;    /* 4 or 6; 0 = none */
	uint8_t bytes[16]; /* network order; the first 4 for IPv4, the rest 0 */
};

/* Parse dotted quad (four decimal parts, no leading zeros) or RFC 4291 s2.2 text, no brackets, no
 * zone. text: len bytes. Returns false and leaves *ip alone when it is not an address. */
bool dp_ip_parse(const char *text, size_t len, struct dp_ip *ip);

/* Write the canonical text (RFC 5952) and a NUL into out. Returns out. */
const char *dp_ip_format(const struct dp_ip *ip, char out[DP_IP_TEXT_MAX]);

bool dp_ip_equal(const struct dp_ip *a, const struct dp_ip *b);

#endif
