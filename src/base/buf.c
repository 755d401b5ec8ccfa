/* SPDX-License-Identifier: Apache-2.0 */
#include "base/buf.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#define BUF_START 256u

void dp_buf_init(struct dp_buf *buf, struct dp_arena *arena)
{
	buf->arena = arena;
	buf->data = dp_arena_alloc(arena, BUF_START);
	buf->len = 0;
	buf->cap = BUF_START;
}

/* Room for more bytes and a NUL behind them. */
static void reserve(struct dp_buf *buf, size_t more)
{
	size_t cap = buf->cap;
	char *data;

	if (more > SIZE_MAX / 4 || buf->len > SIZE_MAX / 4)
		dp_arena_fail();
	if (buf->len + more < cap)
		return;
	while (cap <= buf->len + more)
		cap *= 2;
	data = dp_arena_alloc(buf->arena, cap);
	memcpy(data, buf->data, buf->len);
	buf->data = data;
	buf->cap = cap;
}

void dp_buf_bytes(struct dp_buf *buf, const void *data, size_t len)
{
	reserve(buf, len);
	if (len > 0)
		memcpy(buf->data + buf->len, data, len);
	buf->len += len;
	buf->data[buf->len] = '\0';
}

void dp_buf_text(struct dp_buf *buf, const char *text)
{
	dp_buf_bytes(buf, text, strlen(text));
}

void dp_buf_char(struct dp_buf *buf, char c)
{
	dp_buf_bytes(buf, &c, 1);
}

void dp_buf_printf(struct dp_buf *buf, const char *format, ...)
{
	va_list args;
	int len;

	va_start(args, format);
	len = vsnprintf(NULL, 0, format, args);
	va_end(args);
	if (len < 0)
		dp_arena_fail();
	reserve(buf, (size_t)len);
	va_start(args, format);
	(void)vsnprintf(buf->data + buf->len, (size_t)len + 1, format, args);
	va_end(args);
	buf->len += (size_t)len;
}

void dp_buf_hex(struct dp_buf *buf, const uint8_t *data, size_t len)
{
	static const char digits[] = "0123456789abcdef";

	for (size_t i = 0; i < len; i++) {
		dp_buf_char(buf, digits[data[i] >> 4]);
		dp_buf_char(buf, digits[data[i] & 15]);
	}
}
