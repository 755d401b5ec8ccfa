/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What gcc calls for floating-point arithmetic with -msoft-float. Debian's libgcc for mips has
 * these names, too, but made of floating-point instructions, which most routers cannot execute.
 * Empty elsewhere.
 */
#include "port/soft_float.h"

#if defined(__mips_soft_float)

#include <string.h>

#define SIGN (UINT64_C(1) << 63)

double __adddf3(double a, double b);
double __subdf3(double a, double b);
double __muldf3(double a, double b);
double __divdf3(double a, double b);
float __mulsf3(float a, float b);
int __eqdf2(double a, double b);
int __nedf2(double a, double b);
int __ltdf2(double a, double b);
int __ledf2(double a, double b);
int __gtdf2(double a, double b);
int __gedf2(double a, double b);
int __unorddf2(double a, double b);
double __extendsfdf2(float a);
float __truncdfsf2(double a);
int32_t __fixdfsi(double a);
int64_t __fixdfdi(double a);
uint32_t __fixunsdfsi(double a);
uint64_t __fixunsdfdi(double a);
double __floatsidf(int32_t a);
double __floatunsidf(uint32_t a);
double __floatdidf(int64_t a);
double __floatundidf(uint64_t a);
float __floatsisf(int32_t a);

static uint64_t bits(double value)
{
	uint64_t out;

	memcpy(&out, &value, sizeof(out));
	return out;
}

static double value(uint64_t from)
{
	double out;

	memcpy(&out, &from, sizeof(out));
	return out;
}

double __adddf3(double a, double b)
{
	return value(dp_soft_add(bits(a), bits(b)));
}

double __subdf3(double a, double b)
{
	return value(dp_soft_add(bits(a), bits(b) ^ SIGN));
}

double __muldf3(double a, double b)
{
	return value(dp_soft_multiply(bits(a), bits(b)));
}

double __divdf3(double a, double b)
{
	return value(dp_soft_divide(bits(a), bits(b)));
}

int __eqdf2(double a, double b)
{
	return dp_soft_compare(bits(a), bits(b), 1);
}

int __nedf2(double a, double b)
{
	return dp_soft_compare(bits(a), bits(b), 1);
}

int __ltdf2(double a, double b)
{
	return dp_soft_compare(bits(a), bits(b), 1);
}

int __ledf2(double a, double b)
{
	return dp_soft_compare(bits(a), bits(b), 1);
}

int __gtdf2(double a, double b)
{
	return dp_soft_compare(bits(a), bits(b), -1);
}

int __gedf2(double a, double b)
{
	return dp_soft_compare(bits(a), bits(b), -1);
}

int __unorddf2(double a, double b)
{
	return dp_soft_compare(bits(a), bits(b), 2) == 2;
}

double __extendsfdf2(float a)
{
	uint32_t narrow;

	memcpy(&narrow, &a, sizeof(narrow));
	return value(dp_soft_widen(narrow));
}

float __truncdfsf2(double a)
{
	uint32_t narrow = dp_soft_narrow(bits(a));
	float out;

	memcpy(&out, &narrow, sizeof(out));
	return out;
}

/* The product of two numbers of 24 bits is exact in 53, so it is rounded once. */
float __mulsf3(float a, float b)
{
	return __truncdfsf2(__muldf3(__extendsfdf2(a), __extendsfdf2(b)));
}

int32_t __fixdfsi(double a)
{
	return (int32_t)dp_soft_to_signed(bits(a));
}

int64_t __fixdfdi(double a)
{
	return dp_soft_to_signed(bits(a));
}

uint32_t __fixunsdfsi(double a)
{
	return (uint32_t)dp_soft_to_unsigned(bits(a));
}

uint64_t __fixunsdfdi(double a)
{
	return dp_soft_to_unsigned(bits(a));
}

double __floatsidf(int32_t a)
{
	return value(dp_soft_from_signed(a));
}

double __floatunsidf(uint32_t a)
{
	return value(dp_soft_from_unsigned(a));
}

double __floatdidf(int64_t a)
{
	return value(dp_soft_from_signed(a));
}

double __floatundidf(uint64_t a)
{
	return value(dp_soft_from_unsigned(a));
}

float __floatsisf(int32_t a)
{
	return __truncdfsf2(__floatsidf(a));
}

#endif
