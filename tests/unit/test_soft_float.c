/* SPDX-License-Identifier: Apache-2.0 */
/* Arithmetic in integers against that of this machine's compiler and floating-point unit (IEEE
 * 754). */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "port/soft_float.h"

#define ROUNDS 200000

/* Zero, the smallest, subnormal and normal bounds, one, its neighbours, ties, the largest,
 * infinite, not a number; each with both signs. */
static const uint64_t specials[] = { 0, 1, 2, 0x000fffffffffffff, 0x0010000000000000,
	0x0010000000000001, 0x3fe0000000000000, 0x3ff0000000000000, 0x3ff0000000000001,
	0x3fefffffffffffff, 0x4000000000000000, 0x4008000000000000, 0x3ca0000000000000,
	0x3cb0000000000000, 0x41dfffffffc00000, 0x41e0000000000000, 0x41efffffffe00000,
	0x43dfffffffffffff, 0x43e0000000000000, 0x43efffffffffffff, 0x43f0000000000000,
	0x47efffffe0000000, 0x47efffffefffffff, 0x47effffff0000000, 0x36a0000000000000,
	0x3690000000000000, 0x3690000000000001, 0x380fffffffffffff, 0x7fefffffffffffff,
	0x7ff0000000000000, 0x7ff8000000000000 };
#define SPECIALS (2 * sizeof(specials) / sizeof(specials[0]))

static uint64_t seed;

static uint64_t number(void)
{
	seed ^= seed << 13;
	seed ^= seed >> 7;
	seed ^= seed << 17;
	return seed;
}

/* Exponents close to each other now and then, and few bits: what is hard to round. */
static uint64_t pattern(uint64_t near)
{
	uint64_t bits = number();

	if (bits % 3 == 0)
		return bits;
	if (bits % 3 == 1)
		return (bits & 0x800fffffffffffff) |
			((near & 0x7ff0000000000000) + ((bits >> 20 & 0x3f) << 52));
	return (bits & 0x87ff0000ffffffff & (number() | 0xfff0000000000000)) | 0x3000000000000000;
}

static double from(uint64_t bits)
{
	double value;

	memcpy(&value, &bits, sizeof(value));
	return value;
}

static uint64_t to(double value)
{
	uint64_t bits;

	memcpy(&bits, &value, sizeof(bits));
	return bits;
}

static void same(const char *what, uint64_t a, uint64_t b, uint64_t got, double want)
{
	if (want != want ? from(got) != from(got) : got == to(want))
		return;
	fail_msg("%s %016llx %016llx: %016llx, not %016llx", what, (unsigned long long)a,
		(unsigned long long)b, (unsigned long long)got, (unsigned long long)to(want));
}

static void try_two(uint64_t a, uint64_t b)
{
	double x = from(a), y = from(b);
	volatile double sum = x + y, product = x * y, quotient = x / y;

	same("add", a, b, dp_soft_add(a, b), sum);
	same("multiply", a, b, dp_soft_multiply(a, b), product);
	same("divide", a, b, dp_soft_divide(a, b), quotient);
	if (x != x || y != y)
		assert_int_equal(dp_soft_compare(a, b, 7), 7);
	else
		assert_int_equal(dp_soft_compare(a, b, 7), (x > y) - (x < y));
}

static void try_one(uint64_t a)
{
	double x = from(a);
	float narrow = (float)x;
	uint32_t bits;

	memcpy(&bits, &narrow, sizeof(bits));
	if (x == x) {
		assert_int_equal(dp_soft_narrow(a), bits);
		same("widen", a, 0, dp_soft_widen(bits), narrow);
	}
	if (x > -9223372036854775808.0 && x < 9223372036854775808.0)
		assert_true(dp_soft_to_signed(a) == (int64_t)x);
	if (x >= 0 && x < 18446744073709551616.0)
		assert_true(dp_soft_to_unsigned(a) == (uint64_t)x);
	same("from unsigned", a, 0, dp_soft_from_unsigned(a), (double)a);
	same("from signed", a, 0, dp_soft_from_signed((int64_t)a), (double)(int64_t)a);
}

static uint64_t special(size_t i)
{
	return specials[i / 2] | (uint64_t)(i % 2) << 63;
}

static void test_specials(void **state)
{
	(void)state;
	for (size_t i = 0; i < SPECIALS; i++) {
		try_one(special(i));
		for (size_t k = 0; k < SPECIALS; k++)
			try_two(special(i), special(k));
	}
}

static void test_many(void **state)
{
	(void)state;
	seed = 0x9e3779b97f4a7c15;
	for (int i = 0; i < ROUNDS; i++) {
		uint64_t a = pattern(0x3ff0000000000000), b = pattern(a);

		try_two(a, b);
		try_one(a);
		try_one(a >> (b & 63));
	}
}

/* What C leaves open is bounded here. */
static void test_out_of_range(void **state)
{
	(void)state;
	assert_true(dp_soft_to_signed(to(1e30)) == INT64_MAX);
	assert_true(dp_soft_to_signed(to(-1e30)) == INT64_MIN);
	assert_true(dp_soft_to_signed(to(-9223372036854775808.0)) == INT64_MIN);
	assert_true(dp_soft_to_unsigned(to(1e30)) == UINT64_MAX);
	assert_true(dp_soft_to_unsigned(to(-1.0)) == 0);
	assert_true(dp_soft_to_signed(UINT64_C(0x7ff8000000000000)) == 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_specials),
		cmocka_unit_test(test_many), cmocka_unit_test(test_out_of_range) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
