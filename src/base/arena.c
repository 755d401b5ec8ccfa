/* SPDX-License-Identifier: Apache-2.0 */
#include "base/arena.h"

#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#ifdef __has_feature
#define ARENA_HAS_FEATURE(x) __has_feature(x)
#else
#define ARENA_HAS_FEATURE(x) 0
#endif

/* Under AddressSanitizer each allocation is a block of its own size, so that an overrun inside the
 * arena is found like any other. */
#if defined(__SANITIZE_ADDRESS__) || ARENA_HAS_FEATURE(address_sanitizer)
#define ARENA_EXACT true
#else
#define ARENA_EXACT false
#endif

#define ARENA_BLOCK_MIN 4096u
#define ARENA_BLOCK_MAX 65536u

struct block {
	struct block *next;
	size_t used;
	size_t cap;
	_Alignas(max_align_t) unsigned char data[];
};

struct dp_arena {
	struct block *blocks; /* the first is the one being filled */
	size_t next_bytes;    /* capacity of the next shared block */
	size_t handed_out;
};

_Noreturn void dp_arena_fail(void)
{
	fputs("daneprobe: out of memory\n", stderr);
	exit(3);
}

struct dp_arena *dp_arena_open(void)
{
	struct dp_arena *arena = calloc(1, sizeof *arena);

	if (arena == NULL)
		dp_arena_fail();
	arena->next_bytes = ARENA_BLOCK_MIN;
	return arena;
}

void dp_arena_close(struct dp_arena *arena)
{
	struct block *block, *next;

	if (arena == NULL)
		return;
	for (block = arena->blocks; block != NULL; block = next) {
		next = block->next;
		free(block);
	}
	free(arena);
}

static struct block *new_block(size_t cap)
{
	struct block *block;

	if (cap > PTRDIFF_MAX - sizeof *block)
		dp_arena_fail();
	block = calloc(1, sizeof *block + cap);
	if (block == NULL)
		dp_arena_fail();
	block->cap = cap;
	return block;
}

/* A block for one large piece goes behind the one being filled, so that its rest stays in use. */
static void *alloc_alone(struct dp_arena *arena, size_t bytes)
{
	struct block *block = new_block(bytes);

	block->used = bytes;
	if (arena->blocks == NULL) {
		arena->blocks = block;
	} else {
		block->next = arena->blocks->next;
		arena->blocks->next = block;
	}
	return block->data;
}

void *dp_arena_alloc(struct dp_arena *arena, size_t bytes)
{
	const size_t align = _Alignof(max_align_t);
	struct block *block = arena->blocks;
	size_t rounded;
	void *piece;

	if (bytes > SIZE_MAX - align || arena->handed_out > SIZE_MAX - bytes)
		dp_arena_fail();
	arena->handed_out += bytes;
	rounded = (bytes + align - 1) / align * align;
	if (ARENA_EXACT || rounded > ARENA_BLOCK_MIN)
		return alloc_alone(arena, bytes);
	if (block == NULL || rounded > block->cap - block->used) {
		block = new_block(arena->next_bytes);
		block->next = arena->blocks;
		arena->blocks = block;
		if (arena->next_bytes < ARENA_BLOCK_MAX)
			arena->next_bytes *= 2;
	}
	piece = block->data + block->used;
	block->used += rounded;
	return piece;
}

void *dp_arena_copy(struct dp_arena *arena, const void *data, size_t len)
{
	void *copy = dp_arena_alloc(arena, len);

	if (len > 0)
		memcpy(copy, data, len);
	return copy;
}

char *dp_arena_text(struct dp_arena *arena, const char *text, size_t len)
{
	char *copy;

	if (len == SIZE_MAX)
		dp_arena_fail();
	copy = dp_arena_alloc(arena, len + 1);
	if (len > 0)
		memcpy(copy, text, len);
	return copy;
}

char *dp_arena_printf(struct dp_arena *arena, const char *format, ...)
{
	va_list args;
	char *text;
	int len;

	va_start(args, format);
	len = vsnprintf(NULL, 0, format, args);
	va_end(args);
	if (len < 0)
		dp_arena_fail();
	text = dp_arena_alloc(arena, (size_t)len + 1);
	va_start(args, format);
	(void)vsnprintf(text, (size_t)len + 1, format, args);
	va_end(args);
	return text;
}

void *dp_arena_grow(struct dp_arena *arena, void *items, size_t count, size_t *cap, size_t size)
{
	size_t wanted;
	void *larger;

	if (count < *cap)
		return items;
	if (count > SIZE_MAX / 2)
		dp_arena_fail();
	wanted = count < 4 ? 4 : count * 2;
	if (size > 0 && wanted > SIZE_MAX / size)
		dp_arena_fail();
	larger = dp_arena_alloc(arena, wanted * size);
	if (count > 0)
		memcpy(larger, items, count * size);
	*cap = wanted;
	return larger;
}

size_t dp_arena_used(const struct dp_arena *arena)
{
	return arena->handed_out;
}
