/* SPDX-License-Identifier: Apache-2.0 */
#include "dane/encoding.h"

#include <mbedtls/base64.h>

#include "base/buf.h"
#include "dane/der.h"

#define PEM_COLUMNS 64

const char *dp_encoding_pem(
	const char *label, const uint8_t *der, size_t len, struct dp_arena *arena)
{
	size_t room = len / 3 * 4 + 8, done = 0;
	unsigned char *base64 = dp_arena_alloc(arena, room);
	struct dp_buf out;

	dp_buf_init(&out, arena);
	if (mbedtls_base64_encode(base64, room, &done, der, len) != 0)
		return "";
	dp_buf_printf(&out, "-----BEGIN %s-----\n", label);
	for (size_t at = 0; at < done; at += PEM_COLUMNS) {
		dp_buf_bytes(&out, base64 + at, done - at < PEM_COLUMNS ? done - at : PEM_COLUMNS);
		dp_buf_char(&out, '\n');
	}
	dp_buf_printf(&out, "-----END %s-----\n", label);
	return out.data;
}

const uint8_t *dp_encoding_bare_key(const uint8_t *spki, size_t spki_len, size_t *len)
{
	struct dp_der outer = dp_der_open(spki, spki_len), inner;
	struct dp_der_item item;

	if (!dp_der_take(&outer, DP_DER_SEQUENCE, &item))
		return NULL;
	inner = dp_der_inside(&item);
	if (!dp_der_take(&inner, DP_DER_SEQUENCE, &item) ||
		!dp_der_take(&inner, DP_DER_BIT_STRING, &item) || item.len < 2)
		return NULL;
	*len = item.len - 1; /* behind the count of unused bits */
	return item.value + 1;
}
