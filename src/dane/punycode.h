/* SPDX-License-Identifier: Apache-2.0 */
/* Punycode, the encoding of RFC 3492 s6.3, for one label. Which characters a label may have:
 * idn.c. */
#ifndef DP_DANE_PUNYCODE_H
#define DP_DANE_PUNYCODE_H

#include <stddef.h>
#include <stdint.h>

/* Encode count code points (at most 0x10FFFF each; ASCII ones stay as they are) into out, without
 * the prefix "xn--" and without a NUL. Returns the number of characters, or 0 when they do not fit
 * into max or the arithmetic would overflow. Cost: quadratic in count. */
size_t dp_punycode_encode(const uint32_t *points, size_t count, char *out, size_t max);

#endif
