/*
 * Memory for Mbed TLS (MBEDTLS_PLATFORM_CALLOC_MACRO of config/mbedtls_config.h). Its numbers are
 * blocks of a few dozen to a few hundred bytes that live for microseconds, some thousand of them a
 * signature; a block that is given back stays here for the next one of its size instead of going
 * through malloc, which with musl may mean through the kernel.
 *
 * Of each size at most KEPT_MAX blocks stay, half a megabyte in all. Not thread safe. With
 * AddressSanitizer, which wants to see every block, nothing stays.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "mbedtls/mbedtls_config.h"

#if defined(__has_feature)
#if __has_feature(address_sanitizer)
#define KEPT_MAX 0
#endif
#endif
#if defined(__SANITIZE_ADDRESS__)
#define KEPT_MAX 0
#endif
#if !defined(KEPT_MAX)
#define KEPT_MAX 64
#endif

enum {
	SMALLEST = 32, /* then 64, 128, ... 4096 */
	SIZES = 8,
	NOT_KEPT = SIZES, /* larger ones */
};

/* Before each block. What follows it is aligned like what malloc returns. */
union head {
	size_t size; /* index */
	union head *next;
	long double alignment;
};

static union head *kept[SIZES];
static size_t kept_count[SIZES];

static size_t index_of(size_t bytes)
{
	size_t index = 0;

	while (index < SIZES && bytes > (size_t)SMALLEST << index)
		index++;
	return index;
}

void *dp_mbedtls_calloc(size_t count, size_t bytes)
{
	union head *head;
	size_t size;

	if (bytes > 0 && count > (SIZE_MAX - sizeof(*head)) / bytes)
		return NULL;
	bytes *= count;
	size = index_of(bytes);
	if (size < SIZES && kept_count[size] > 0) {
		head = kept[size];
		kept[size] = head->next;
		kept_count[size]--;
	} else {
		size_t room = size < SIZES && KEPT_MAX > 0 ? (size_t)SMALLEST << size : bytes;

		head = malloc(sizeof(*head) + room);
		if (head == NULL)
			return NULL;
	}
	head->size = size;
	return memset(head + 1, 0, bytes);
}

void dp_mbedtls_free(void *block)
{
	union head *head;
	size_t size;

	if (block == NULL)
		return;
	head = (union head *)block - 1;
	size = head->size;
	if (size == NOT_KEPT || kept_count[size] >= KEPT_MAX) {
		free(head);
		return;
	}
	head->next = kept[size];
	kept[size] = head;
	kept_count[size]++;
}
