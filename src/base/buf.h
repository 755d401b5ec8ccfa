/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A growing run of bytes in an arena: reports, commands, keys. Always NUL-terminated behind len.
 */
#ifndef DP_BASE_BUF_H
#define DP_BASE_BUF_H

#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"

struct dp_buf {
	struct dp_arena *arena;
	char *data; /* never NULL after dp_buf_init */
	size_t len; /* bytes in use, without the NUL */
	size_t cap;
};

void dp_buf_init(struct dp_buf *buf, struct dp_arena *arena);
void dp_buf_bytes(struct dp_buf *buf, const void *data, size_t len);
void dp_buf_text(struct dp_buf *buf, const char *text);
void dp_buf_char(struct dp_buf *buf, char c);
void dp_buf_printf(struct dp_buf *buf, const char *format, ...)
	__attribute__((format(printf, 2, 3), nonnull(2)));
/* Lower-case hexadecimal of data. */
void dp_buf_hex(struct dp_buf *buf, const uint8_t *data, size_t len);

#endif
