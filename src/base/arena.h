/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Memory that lives as long as one check: facts, DER, findings and reports are taken from an arena
 * and freed together. Not here: growing arrays (see dp_arena_grow), sharing between checks.
 *
 * Out of memory ends the process through dp_arena_fail (one line on stderr, exit status 3): nothing
 * useful can be said about a peer then, and no caller has to test for NULL.
 */
#ifndef DP_BASE_ARENA_H
#define DP_BASE_ARENA_H

#include <stddef.h>
#include <stdint.h>

struct dp_arena; /* opaque */

/* Make an empty arena. Never NULL. Close with dp_arena_close. */
struct dp_arena *dp_arena_open(void);

/* Free everything taken from it. NULL is allowed. */
void dp_arena_close(struct dp_arena *arena);

/* bytes zeroed bytes, aligned for any type; bytes may be 0. Never NULL; lives until close. */
void *dp_arena_alloc(struct dp_arena *arena, size_t bytes);

/* Copy of len bytes. Never NULL. */
void *dp_arena_copy(struct dp_arena *arena, const void *data, size_t len);

/* Copy of len bytes of text with a NUL behind. Never NULL. */
char *dp_arena_text(struct dp_arena *arena, const char *text, size_t len);

/* printf into the arena (musl and glibc formats). Never NULL. */
char *dp_arena_printf(struct dp_arena *arena, const char *format, ...)
	__attribute__((format(printf, 2, 3), nonnull(2)));

/* Room for one more element in an array of *cap elements of size bytes that holds count: returns
 * items, or a larger copy (doubling, from 4), and updates *cap. The old array stays until close. */
void *dp_arena_grow(struct dp_arena *arena, void *items, size_t count, size_t *cap, size_t size);

/* Bytes handed out so far: for tests and the memory report. */
size_t dp_arena_used(const struct dp_arena *arena);

/* Say "out of memory" and exit with status 3. */
_Noreturn void dp_arena_fail(void);

#endif
