/* SPDX-License-Identifier: Apache-2.0 */
#include <stdbool.h>

#include "dane/punycode.h"

/* Parameters of RFC 3492 s5. */
#define BASE 36u
#define TMIN 1u
#define TMAX 26u
#define SKEW 38u
#define DAMP 700u
#define INITIAL_BIAS 72u
#define INITIAL_N 0x80u

struct output {
	char *text;
	size_t len, max;
};

static bool put(struct output *out, char c)
{
	if (out->len == out->max)
		return false;
	out->text[out->len++] = c;
	return true;
}

static char digit(uint32_t value)
{
	return (char)(value < 26 ? 'a' + value : '0' + (value - 26));
}

/* s6.1 */
static uint32_t adapt(uint32_t delta, uint32_t points, bool first)
{
	uint32_t k = 0;

	delta = first ? delta / DAMP : delta / 2;
	delta += delta / points;
	for (; delta > (BASE - TMIN) * TMAX / 2; k += BASE)
		delta /= BASE - TMIN;
	return k + (BASE - TMIN + 1) * delta / (delta + SKEW);
}

/* delta as a variable-length integer (s3.3) */
static bool put_integer(struct output *out, uint32_t delta, uint32_t bias)
{
	uint32_t q = delta;

	for (uint32_t k = BASE;; k += BASE) {
		uint32_t t = k <= bias ? TMIN : k >= bias + TMAX ? TMAX : k - bias;

		if (q < t)
			return put(out, digit(q));
		if (!put(out, digit(t + (q - t) % (BASE - t))))
			return false;
		q = (q - t) / (BASE - t);
	}
}

static uint32_t smallest_from(const uint32_t *points, size_t count, uint32_t n)
{
	uint32_t least = UINT32_MAX;

	for (size_t i = 0; i < count; i++) {
		if (points[i] >= n && points[i] < least)
			least = points[i];
	}
	return least;
}

size_t dp_punycode_encode(const uint32_t *points, size_t count, char *out_text, size_t max)
{
	struct output out = { out_text, 0, max };
	uint32_t n = INITIAL_N, delta = 0, bias = INITIAL_BIAS;
	uint32_t done, basic = 0;

	for (size_t i = 0; i < count; i++) {
		if (points[i] < INITIAL_N && (basic++, !put(&out, (char)points[i])))
			return 0;
	}
	done = basic;
	if (basic > 0 && !put(&out, '-'))
		return 0;
	while (done < count) {
		uint32_t m = smallest_from(points, count, n);

		if (m - n > (UINT32_MAX - delta) / (done + 1))
			return 0;
		delta += (m - n) * (done + 1);
		n = m;
		for (size_t i = 0; i < count; i++) {
			if (points[i] < n && ++delta == 0)
				return 0;
			if (points[i] != n)
				continue;
			if (!put_integer(&out, delta, bias))
				return 0;
			bias = adapt(delta, done + 1, done == basic);
			delta = 0;
			done++;
		}
		delta++;
		n++;
	}
	return out.len;
}
