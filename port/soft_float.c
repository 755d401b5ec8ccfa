/* SPDX-License-Identifier: Apache-2.0 */
#include "port/soft_float.h"

#define SIGN (UINT64_C(1) << 63)
#define FRACTION_BITS 52
#define FRACTION ((UINT64_C(1) << FRACTION_BITS) - 1)
#define INFINITE (UINT64_C(0x7ff) << FRACTION_BITS)
#define NOT_A_NUMBER (INFINITE | UINT64_C(1) << (FRACTION_BITS - 1))
#define BIAS 1023
/* Between steps the leading bit stands here: one place for a carry above, ten to round below. */
#define LEAD 62
#define EXTRA (LEAD - FRACTION_BITS)

/* A finite number: significand with its leading bit at LEAD (0: zero), exponent with BIAS. */
struct parts {
	uint64_t sign, significand;
	int exponent;
};

static bool is_nan(uint64_t a)
{
	return (a & ~SIGN) > INFINITE;
}

static bool is_infinite(uint64_t a)
{
	return (a & ~SIGN) == INFINITE;
}

/* Right, with what falls out kept as a last bit that is not zero. */
static uint64_t shift_right(uint64_t value, int count)
{
	if (count >= 64)
		return value != 0 ? 1 : 0;
	return count > 0 ? value >> count | ((value << (64 - count)) != 0 ? 1 : 0) : value;
}

static void normalise(struct parts *parts)
{
	int up;

	if (parts->significand == 0)
		return;
	up = __builtin_clzll(parts->significand) - (63 - LEAD);
	parts->significand =
		up >= 0 ? parts->significand << up : shift_right(parts->significand, -up);
	parts->exponent -= up;
}

static struct parts unpack(uint64_t a)
{
	struct parts parts = { .sign = a & SIGN,
		.significand = (a & FRACTION) << EXTRA,
		.exponent = (int)(a >> FRACTION_BITS & 0x7ff) };

	if (parts.exponent > 0)
		parts.significand |= UINT64_C(1) << LEAD;
	else
		parts.exponent = 1;
	normalise(&parts);
	return parts;
}

/* The significand without its last bits, rounded. */
static uint64_t rounded(uint64_t significand, int bits)
{
	uint64_t half = UINT64_C(1) << (bits - 1), rest = significand & (2 * half - 1);
	uint64_t kept = significand >> bits;

	return kept + (rest > half || (rest == half && (kept & 1) != 0) ? 1 : 0);
}

/* The leading bit is added to the exponent, which therefore is one less; a carry from rounding does
 * the right thing. */
static uint64_t pack(struct parts parts)
{
	normalise(&parts);
	if (parts.significand == 0)
		return parts.sign;
	if (parts.exponent >= 0x7ff)
		return parts.sign | INFINITE;
	if (parts.exponent < 1) {
		parts.significand = shift_right(parts.significand, 1 - parts.exponent);
		parts.exponent = 1;
	}
	return parts.sign |
		(((uint64_t)(parts.exponent - 1) << FRACTION_BITS) +
			rounded(parts.significand, EXTRA));
}

static uint64_t add_finite(struct parts a, struct parts b)
{
	struct parts swap = a;

	if (a.significand == 0 || (b.significand != 0 && b.exponent > a.exponent)) {
		a = b;
		b = swap;
	}
	b.significand = shift_right(b.significand, a.exponent - b.exponent);
	if (a.sign == b.sign) {
		a.significand += b.significand;
	} else if (a.significand >= b.significand) {
		a.significand -= b.significand;
	} else {
		a.significand = b.significand - a.significand;
		a.sign = b.sign;
	}
	return pack(a);
}

uint64_t dp_soft_add(uint64_t a, uint64_t b)
{
	if (is_nan(a) || is_nan(b) || (is_infinite(a) && is_infinite(b) && a != b))
		return NOT_A_NUMBER;
	if (is_infinite(a))
		return a;
	if (is_infinite(b))
		return b;
	if (((a | b) & ~SIGN) == 0)
		return a & b;
	if (a == (b ^ SIGN))
		return 0; /* IEEE 754 s6.3: x - x is +0 */
	return add_finite(unpack(a), unpack(b));
}

/* The upper half of the product; its last bit tells of the lower half, too. */
static uint64_t upper_product(uint64_t a, uint64_t b)
{
	uint64_t a_low = (uint32_t)a, a_high = a >> 32, b_low = (uint32_t)b, b_high = b >> 32;
	uint64_t low = a_low * b_low, one = a_high * b_low, two = a_low * b_high;
	uint64_t middle = (low >> 32) + (uint32_t)one + (uint32_t)two;
	bool rest = (uint32_t)low != 0 || (uint32_t)middle != 0;

	return (a_high * b_high + (one >> 32) + (two >> 32) + (middle >> 32)) | (rest ? 1 : 0);
}

uint64_t dp_soft_multiply(uint64_t a, uint64_t b)
{
	uint64_t sign = (a ^ b) & SIGN;
	bool zero = (a & ~SIGN) == 0 || (b & ~SIGN) == 0;
	struct parts x, y;

	if (is_nan(a) || is_nan(b))
		return NOT_A_NUMBER;
	if (is_infinite(a) || is_infinite(b))
		return zero ? NOT_A_NUMBER : sign | INFINITE;
	x = unpack(a);
	y = unpack(b);
	x.sign = sign;
	/* 2^LEAD is one, so the product of two such stands at 2 LEAD, which is LEAD - 2 here. */
	x.exponent += y.exponent - BIAS + 2;
	x.significand = upper_product(x.significand, y.significand);
	return pack(x);
}

static uint64_t divide_finite(struct parts a, struct parts b)
{
	uint64_t quotient = 0;

	if (a.significand == 0)
		return a.sign;
	a.exponent += BIAS - b.exponent;
	for (int i = 0; i <= LEAD; i++) {
		bool fits = a.significand >= b.significand;

		quotient = quotient << 1 | (fits ? 1 : 0);
		a.significand = (a.significand - (fits ? b.significand : 0)) << 1;
	}
	a.significand = quotient | (a.significand != 0 ? 1 : 0);
	return pack(a);
}

uint64_t dp_soft_divide(uint64_t a, uint64_t b)
{
	uint64_t sign = (a ^ b) & SIGN;
	bool zero = (a & ~SIGN) == 0;
	struct parts x;

	if (is_nan(a) || is_nan(b) || (is_infinite(a) && is_infinite(b)))
		return NOT_A_NUMBER;
	if (is_infinite(a))
		return sign | INFINITE;
	if (is_infinite(b))
		return sign;
	if ((b & ~SIGN) == 0)
		return zero ? NOT_A_NUMBER : sign | INFINITE;
	x = unpack(a);
	x.sign = sign;
	return divide_finite(x, unpack(b));
}

int dp_soft_compare(uint64_t a, uint64_t b, int unordered)
{
	int sign = (a & SIGN) != 0 ? -1 : 1;

	if (is_nan(a) || is_nan(b))
		return unordered;
	if (a == b || ((a | b) & ~SIGN) == 0)
		return 0;
	if (((a ^ b) & SIGN) != 0)
		return sign;
	return (a & ~SIGN) > (b & ~SIGN) ? sign : -sign;
}

/* Without its sign. */
static uint64_t magnitude(uint64_t a, uint64_t most)
{
	struct parts parts = unpack(a);
	int down = BIAS + LEAD - parts.exponent;
	uint64_t value;

	if (is_nan(a) || (parts.significand == 0 && !is_infinite(a)) || down > LEAD)
		return 0;
	if (is_infinite(a) || down < -1)
		return most;
	value = down >= 0 ? parts.significand >> down : parts.significand << 1;
	return value < most ? value : most;
}

uint64_t dp_soft_to_unsigned(uint64_t a)
{
	return (a & SIGN) != 0 ? 0 : magnitude(a, UINT64_MAX);
}

int64_t dp_soft_to_signed(uint64_t a)
{
	uint64_t negative = magnitude(a, SIGN);

	if ((a & SIGN) == 0)
		return (int64_t)magnitude(a, SIGN - 1);
	return negative == SIGN ? INT64_MIN : -(int64_t)negative;
}

uint64_t dp_soft_from_unsigned(uint64_t number)
{
	return pack((struct parts){ .significand = number, .exponent = BIAS + LEAD });
}

uint64_t dp_soft_from_signed(int64_t number)
{
	uint64_t bits = (uint64_t)number;

	return number < 0 ? SIGN | dp_soft_from_unsigned(0 - bits) : dp_soft_from_unsigned(bits);
}

/* --- binary32 --- */

#define NARROW_FRACTION_BITS 23
#define NARROW_BIAS 127
#define NARROW_INFINITE UINT32_C(0x7f800000)

uint32_t dp_soft_narrow(uint64_t a)
{
	struct parts parts = unpack(a);
	uint32_t sign = (uint32_t)(a >> 32) & UINT32_C(0x80000000);
	int exponent = parts.exponent - BIAS + NARROW_BIAS;

	if (is_nan(a))
		return NARROW_INFINITE | UINT32_C(1) << (NARROW_FRACTION_BITS - 1);
	if (parts.significand == 0)
		return sign;
	if (is_infinite(a) || exponent >= 0xff)
		return sign | NARROW_INFINITE;
	if (exponent < 1) {
		parts.significand = shift_right(parts.significand, 1 - exponent);
		exponent = 1;
	}
	return sign |
		(((uint32_t)(exponent - 1) << NARROW_FRACTION_BITS) +
			(uint32_t)rounded(parts.significand, LEAD - NARROW_FRACTION_BITS));
}

uint64_t dp_soft_widen(uint32_t a)
{
	uint64_t sign = (uint64_t)(a & UINT32_C(0x80000000)) << 32;
	uint32_t fraction = a & ((UINT32_C(1) << NARROW_FRACTION_BITS) - 1);
	int exponent = (int)(a >> NARROW_FRACTION_BITS & 0xff);
	uint64_t lead = exponent > 0 ? UINT64_C(1) << LEAD : 0;

	if (exponent == 0xff)
		return fraction != 0 ? NOT_A_NUMBER : sign | INFINITE;
	return pack((struct parts){ .sign = sign,
		.significand = (uint64_t)fraction << (LEAD - NARROW_FRACTION_BITS) | lead,
		.exponent = (exponent > 0 ? exponent : 1) - NARROW_BIAS + BIAS });
}
