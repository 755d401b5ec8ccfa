/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reference identifiers against presented identifiers: RFC 7672 s3.2.3, RFC 9525 s6 (DNS-ID only,
 * wildcard only as the whole left-most label and for exactly one label).
 */
#ifndef DP_DANE_HOSTNAME_H
#define DP_DANE_HOSTNAME_H

#include <stdbool.h>
#include <stddef.h>

/* presented: a dNSName as it stands in the certificate, any octets (a NUL inside never matches).
 * reference: lower-case ASCII text without final dot. */
bool dp_hostname_matches(const char *presented, size_t presented_len, const char *reference);

#endif
