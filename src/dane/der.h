/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A cursor over DER that cannot overrun: tag, length, value, one after the other, on top of the
 * library's reader of tags and lengths. Only definite lengths and tag numbers below 31.
 *
 * Not here: what the values mean (cert, constraints, signature). Everything borrows the input.
 */
#ifndef DP_DANE_DER_H
#define DP_DANE_DER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"

enum dp_der_tag {
	DP_DER_BOOLEAN = 0x01,
	DP_DER_INTEGER = 0x02,
	DP_DER_BIT_STRING = 0x03,
	DP_DER_OCTET_STRING = 0x04,
	DP_DER_OID = 0x06,
	DP_DER_UTF8 = 0x0c,
	DP_DER_PRINTABLE = 0x13,
	DP_DER_T61 = 0x14,
	DP_DER_IA5 = 0x16,
	DP_DER_UTC_TIME = 0x17,
	DP_DER_TIME = 0x18,
	DP_DER_UNIVERSAL = 0x1c,
	DP_DER_BMP = 0x1e,
	DP_DER_SEQUENCE = 0x30,
	DP_DER_SET = 0x31,
	DP_DER_CONTEXT = 0x80,
	DP_DER_CONSTRUCTED = 0x20
};

struct dp_der {
	const uint8_t *p, *end;
};

struct dp_der_item {
	const uint8_t *start; /* the header */
	size_t total;         /* header and value */
	const uint8_t *value;
	size_t len; /* of the value */
	uint8_t tag;
};

struct dp_der dp_der_open(const uint8_t *data, size_t len);

/* A cursor over the value of a constructed item. */
struct dp_der dp_der_inside(const struct dp_der_item *item);

/* Nothing left? */
bool dp_der_done(const struct dp_der *der);

/* Take the next item, whatever it is. False, and nothing taken, when there is none or it does not
 * fit; *item is then zeroed. */
bool dp_der_next(struct dp_der *der, struct dp_der_item *item);

/* Take the next item if its tag is tag; else false and nothing is taken. */
bool dp_der_take(struct dp_der *der, uint8_t tag, struct dp_der_item *item);

bool dp_der_equal(const struct dp_der_item *a, const struct dp_der_item *b);

/* Is item an OBJECT IDENTIFIER with these content octets? text: a literal, len without its NUL. */
bool dp_der_is_oid(const struct dp_der_item *item, const char *octets, size_t len);
#define DP_DER_IS_OID(item, octets) dp_der_is_oid((item), (octets), sizeof(octets) - 1)

/* Dotted decimal form of an OBJECT IDENTIFIER, cut at 20 arcs, in the arena; "?" if it is none. */
const char *dp_der_oid_text(const struct dp_der_item *item, struct dp_arena *arena);

/* UTCTime or GeneralizedTime as RFC 5280 s4.1.2.5 wants them (seconds, Z) in UTC seconds;
 * DP_TIME_NONE for anything else. */
int64_t dp_der_time(const struct dp_der_item *item);

/* The value of a BOOLEAN: 0 or 1; -1 if it is malformed. */
int dp_der_bool(const struct dp_der_item *item);

/* A non-negative INTEGER up to max; -1 if it is negative, larger or malformed. */
long dp_der_number(const struct dp_der_item *item, long max);

#endif
