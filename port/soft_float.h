/* SPDX-License-Identifier: Apache-2.0 */
/*
 * IEEE 754 arithmetic in integers, for machines without a floating-point unit whose compiler brings
 * routines for machines with one (mips). Numbers are their bit patterns; rounding is to nearest,
 * ties to even; no exceptions. What soft_float_mips.c gives the compiler; pure, so that it can be
 * held against a machine that has such a unit.
 */
#ifndef DP_PORT_SOFT_FLOAT_H
#define DP_PORT_SOFT_FLOAT_H

#include <stdbool.h>
#include <stdint.h>

uint64_t dp_soft_add(uint64_t a, uint64_t b);
uint64_t dp_soft_multiply(uint64_t a, uint64_t b);
uint64_t dp_soft_divide(uint64_t a, uint64_t b);

/* -1, 0, 1; unordered when a number is none. */
int dp_soft_compare(uint64_t a, uint64_t b, int unordered);

/* Towards zero. Out of range: the nearest number that there is; not a number: 0. */
uint64_t dp_soft_to_unsigned(uint64_t a);
int64_t dp_soft_to_signed(uint64_t a);

uint64_t dp_soft_from_unsigned(uint64_t number);
uint64_t dp_soft_from_signed(int64_t number);

/* binary64 to binary32 and back. */
uint32_t dp_soft_narrow(uint64_t a);
uint64_t dp_soft_widen(uint32_t a);

#endif
