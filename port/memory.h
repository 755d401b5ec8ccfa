/* SPDX-License-Identifier: Apache-2.0 */
/*
 * memcpy, memmove and memset of the target x86_64, put in their place at link time (--wrap in the
 * Makefile): a sixth of an ECDSA verification goes into musl's. Pure. Only there: the C libraries
 * of other targets are faster, or copy by generic C anyway.
 */
#ifndef DP_PORT_MEMORY_H
#define DP_PORT_MEMORY_H

#include <stddef.h>

#if defined(__x86_64__)

/* As memmove, which is also as memcpy: the two may overlap. Returns to. */
void *dp_memory_move(void *to, const void *from, size_t len);

/* As memset. Returns to. */
void *dp_memory_fill(void *to, int value, size_t len);

#endif

#endif
