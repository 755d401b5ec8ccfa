/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Root certificates that are built in, so that a chain can be completed without further files:
 * appended, never trusted. The build takes them from Debian's ca-certificates
 * (config/gen_roots.sh); a machine without that package makes a program without them.
 */
#ifndef DP_DANE_ROOTS_H
#define DP_DANE_ROOTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct dp_root {
	const uint8_t *der; /* NULL ends the table */
	size_t len;
};

extern const struct dp_root dp_roots[];

/* Is the root with that SHA-256 of its SubjectPublicKeyInfo built in? */
bool dp_root_built_in(const uint8_t spki_sha256[32]);

#endif
