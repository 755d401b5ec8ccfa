/* SPDX-License-Identifier: Apache-2.0 */
#include "dane/der.h"

#include <string.h>

#include <mbedtls/asn1.h>

#include "base/buf.h"
#include "base/text.h"

#define OID_ARCS_MAX 20

struct dp_der dp_der_open(const uint8_t *data, size_t len)
{
	struct dp_der der = { data, data == NULL ? NULL : data + len };

	return der;
}

struct dp_der dp_der_inside(const struct dp_der_item *item)
{
	return dp_der_open(item->value, item->len);
}

bool dp_der_done(const struct dp_der *der)
{
	return der->p == der->end;
}

bool dp_der_next(struct dp_der *der, struct dp_der_item *item)
{
	unsigned char *p = (unsigned char *)(uintptr_t)der->p; /* only read */
	size_t len;

	memset(item, 0, sizeof *item);
	if (dp_der_done(der) || (*p & 0x1f) == 0x1f)
		return false;
	if (mbedtls_asn1_get_tag(&p, der->end, &len, *p) != 0 || len > (size_t)(der->end - p))
		return false;
	item->start = der->p;
	item->tag = *der->p;
	item->value = p;
	item->len = len;
	item->total = (size_t)(p - der->p) + len;
	der->p += item->total;
	return true;
}

bool dp_der_take(struct dp_der *der, uint8_t tag, struct dp_der_item *item)
{
	if (dp_der_done(der) || *der->p != tag) {
		memset(item, 0, sizeof *item);
		return false;
	}
	return dp_der_next(der, item);
}

bool dp_der_equal(const struct dp_der_item *a, const struct dp_der_item *b)
{
	return a->start != NULL && b->start != NULL && a->total == b->total &&
		memcmp(a->start, b->start, a->total) == 0;
}

bool dp_der_is_oid(const struct dp_der_item *item, const char *octets, size_t len)
{
	return item->tag == DP_DER_OID && item->len == len && memcmp(item->value, octets, len) == 0;
}

const char *dp_der_oid_text(const struct dp_der_item *item, struct dp_arena *arena)
{
	struct dp_buf out;
	uint64_t arc = 0;
	int arcs = 0;

	if (item->tag != DP_DER_OID || item->len == 0)
		return "?";
	dp_buf_init(&out, arena);
	for (size_t i = 0; i < item->len; i++) {
		arc = arc << 7 | (item->value[i] & 0x7f);
		if (item->value[i] & 0x80)
			continue;
		if (arcs == 0) {
			unsigned first = arc < 80 ? (unsigned)(arc / 40) : 2;
			dp_buf_printf(&out, "%u", first);
			arc -= first * 40u;
		}
		dp_buf_printf(&out, ".%llu", (unsigned long long)arc);
		arc = 0;
		if (++arcs == OID_ARCS_MAX) {
			dp_buf_text(&out, "...");
			break;
		}
	}
	return out.len == 0 ? "?" : out.data;
}

static bool two_digits(const uint8_t *p, int *out)
{
	if (p[0] < '0' || p[0] > '9' || p[1] < '0' || p[1] > '9')
		return false;
	*out = (p[0] - '0') * 10 + (p[1] - '0');
	return true;
}

int64_t dp_der_time(const struct dp_der_item *item)
{
	const uint8_t *p = item->value;
	int century = 0, field[6]; /* year in century, month, day, hour, minute, second */
	size_t digits = 12;

	if (item->tag == DP_DER_TIME && item->len == 15) {
		if (!two_digits(p, &century))
			return DP_TIME_NONE;
		p += 2;
	} else if (item->tag != DP_DER_UTC_TIME || item->len != 13) {
		return DP_TIME_NONE;
	}
	if (p[digits] != 'Z')
		return DP_TIME_NONE;
	for (size_t i = 0; i < 6; i++) {
		if (!two_digits(p + 2 * i, &field[i]))
			return DP_TIME_NONE;
	}
	if (item->tag == DP_DER_UTC_TIME) /* RFC 5280 s4.1.2.5.1 */
		century = field[0] >= 50 ? 19 : 20;
	return dp_text_utc(
		century * 100 + field[0], field[1], field[2], field[3], field[4], field[5]);
}

int dp_der_bool(const struct dp_der_item *item)
{
	if (item->tag != DP_DER_BOOLEAN || item->len != 1)
		return -1;
	return item->value[0] != 0;
}

long dp_der_number(const struct dp_der_item *item, long max)
{
	long number = 0;

	if (item->tag != DP_DER_INTEGER || item->len == 0 || (item->value[0] & 0x80))
		return -1;
	for (size_t i = 0; i < item->len; i++) {
		if (number > (max >> 8))
			return -1;
		number = number << 8 | item->value[i];
	}
	return number > max ? -1 : number;
}
