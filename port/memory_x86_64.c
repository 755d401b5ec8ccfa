/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Copying and filling of memory, see memory.h. What costs most with numbers of 32 bytes is the
 * start of a copy: musl's `rep movsq` takes longer to begin than 16 bytes at a time take in all.
 * Empty elsewhere.
 */
#include "port/memory.h"

#if defined(__x86_64__)

#include <emmintrin.h>
#include <stdint.h>

/* The loops below are not to become calls of what they implement. */
#if defined(__GNUC__) && !defined(__clang__)
#pragma GCC optimize("O2", "no-tree-loop-distribute-patterns")
#endif

/* From here on the processor's own instruction for a block is faster. */
#define BLOCK_MIN 1024

typedef uint64_t __attribute__((may_alias, aligned(1))) eight;
typedef uint32_t __attribute__((may_alias, aligned(1))) four;
typedef uint16_t __attribute__((may_alias, aligned(1))) two;

void *__wrap_memcpy(void *to, const void *from, size_t len);
void *__wrap_memmove(void *to, const void *from, size_t len);
void *__wrap_memset(void *to, int value, size_t len);

static __m128i load(const unsigned char *from)
{
	return _mm_loadu_si128((const __m128i *)(const void *)from);
}

static void store(unsigned char *to, __m128i value)
{
	_mm_storeu_si128((__m128i *)(void *)to, value);
}

/* Fewer than 16: the first and the last bytes, which may be the same ones, before any is written.
 */
static void move_few(unsigned char *to, const unsigned char *from, size_t len)
{
	if (len >= 8) {
		eight first = *(const eight *)from, last = *(const eight *)(from + len - 8);

		*(eight *)to = first;
		*(eight *)(to + len - 8) = last;
	} else if (len >= 4) {
		four first = *(const four *)from, last = *(const four *)(from + len - 4);

		*(four *)to = first;
		*(four *)(to + len - 4) = last;
	} else if (len >= 2) {
		two first = *(const two *)from, last = *(const two *)(from + len - 2);

		*(two *)to = first;
		*(two *)(to + len - 2) = last;
	} else if (len == 1) {
		*to = *from;
	}
}

/* to is not inside from: front to back. The last 16 are read before they may be written over. */
static void move_up(unsigned char *to, const unsigned char *from, size_t len)
{
	__m128i last = load(from + len - 16);

	for (size_t i = 0; i + 16 <= len; i += 16)
		store(to + i, load(from + i));
	store(to + len - 16, last);
}

/* to is inside from: back to front. */
static void move_down(unsigned char *to, const unsigned char *from, size_t len)
{
	__m128i first = load(from);

	for (size_t i = len; i >= 16; i -= 16)
		store(to + i - 16, load(from + i - 16));
	store(to, first);
}

void *dp_memory_move(void *to, const void *from, size_t len)
{
	uintptr_t ahead = (uintptr_t)to - (uintptr_t)from;

	if (len < 16) {
		move_few(to, from, len);
	} else if (ahead < len) {
		move_down(to, from, len);
	} else if (len < BLOCK_MIN || 0 - ahead < len) {
		move_up(to, from, len);
	} else {
		void *at = to;

		__asm__ volatile("rep movsb" : "+D"(at), "+S"(from), "+c"(len) : : "memory");
	}
	return to;
}

void *dp_memory_fill(void *to, int value, size_t len)
{
	unsigned char *at = to;
	uint64_t all = (unsigned char)value * UINT64_C(0x0101010101010101);

	if (len >= BLOCK_MIN) {
		__asm__ volatile("rep stosb" : "+D"(at), "+c"(len) : "a"(value) : "memory");
	} else if (len >= 16) {
		__m128i many = _mm_set1_epi8((char)value);

		for (size_t i = 0; i + 16 <= len; i += 16)
			store(at + i, many);
		store(at + len - 16, many);
	} else if (len >= 8) {
		*(eight *)at = *(eight *)(at + len - 8) = all;
	} else if (len >= 4) {
		*(four *)at = *(four *)(at + len - 4) = (uint32_t)all;
	} else {
		for (size_t i = 0; i < len; i++)
			at[i] = (unsigned char)value;
	}
	return to;
}

void *__wrap_memcpy(void *to, const void *from, size_t len)
	__attribute__((alias("dp_memory_move")));
void *__wrap_memmove(void *to, const void *from, size_t len)
	__attribute__((alias("dp_memory_move")));
void *__wrap_memset(void *to, int value, size_t len) __attribute__((alias("dp_memory_fill")));

#endif
