/* SPDX-License-Identifier: Apache-2.0 */
#include "base/ip.h"

#include <stdio.h>
#include <string.h>

#include "base/text.h"

#define GROUPS 8

static bool parse_v4(const char *text, size_t len, uint8_t out[4])
{
	size_t at = 0;

	for (int part = 0; part < 4; part++) {
		unsigned value = 0;
		size_t start = at;

		while (at < len && text[at] >= '0' && text[at] <= '9' && at - start < 3)
			value = value * 10 + (unsigned)(text[at++] - '0');
		if (at == start || value > 255 || (at - start > 1 && text[start] == '0'))
			return false;
		out[part] = (uint8_t)value;
		if (part < 3 && (at == len || text[at++] != '.'))
			return false;
	}
	return at == len;
}

/* One group of one to four hex digits from *at; false if there is none. */
static bool parse_group(const char *text, size_t len, size_t *at, unsigned *value)
{
	size_t start = *at;

	*value = 0;
	while (*at < len && dp_text_hex_digit(text[*at]) >= 0) {
		if (*at - start == 4)
			return false;
		*value = *value * 16 + (unsigned)dp_text_hex_digit(text[(*at)++]);
	}
	return *at > start;
}

/* Move the groups behind "::" to the end. */
static bool spread(uint8_t out[16], size_t count, size_t gap)
{
	size_t tail = (count - gap) * 2;

	if (count >= GROUPS)
		return false; /* "::" stands for at least one group */
	memmove(out + 16 - tail, out + gap * 2, tail);
	memset(out + gap * 2, 0, (GROUPS - count) * 2);
	return true;
}

static bool parse_v6(const char *text, size_t len, uint8_t out[16])
{
	size_t at = 0, count = 0, gap = SIZE_MAX;

	memset(out, 0, 16);
	if (len >= 2 && text[0] == ':' && text[1] == ':') {
		gap = 0;
		at = 2;
	}
	while (at < len) {
		size_t start = at;
		unsigned value;

		if (count == GROUPS || !parse_group(text, len, &at, &value))
			return false;
		if (at < len && text[at] == '.') {
			if (count > GROUPS - 2 ||
				!parse_v4(text + start, len - start, out + count * 2))
				return false;
			count += 2;
			break;
		}
		out[count * 2] = (uint8_t)(value >> 8);
		out[count * 2 + 1] = (uint8_t)(value & 255);
		count++;
		if (at == len)
			break;
		if (text[at++] != ':' || at == len)
			return false;
		if (text[at] == ':') {
			if (gap != SIZE_MAX)
				return false;
			gap = count;
			at++;
		}
	}
	return gap == SIZE_MAX ? count == GROUPS : spread(out, count, gap);
}

bool dp_ip_parse(const char *text, size_t len, struct dp_ip *ip)
{
	struct dp_ip found = { 0 };

	if (parse_v4(text, len, found.bytes)) {
		found.family = 4;
	} else {
		if (!parse_v6(text, len, found.bytes))
			return false;
		found.family = 6;
	}
	*ip = found;
	return true;
}

static unsigned group_of(const struct dp_ip *ip, int i)
{
	return (unsigned)ip->bytes[2 * i] << 8 | ip->bytes[2 * i + 1];
}

/* The first longest run of two or more zero groups (RFC 5952 s4.2): its start and length, or 0. */
static int longest_zeros(const struct dp_ip *ip, int *start)
{
	int best = 0, run = 0;

	*start = 0;
	for (int i = 0; i < GROUPS; i++) {
		run = group_of(ip, i) == 0 ? run + 1 : 0;
		if (run > best) {
			best = run;
			*start = i - run + 1;
		}
	}
	return best >= 2 ? best : 0;
}

static void format_v6(const struct dp_ip *ip, char out[DP_IP_TEXT_MAX])
{
	static const uint8_t mapped[12] = { [10] = 255, [11] = 255 };
	int start, run;
	size_t at = 0;

	if (memcmp(ip->bytes, mapped, sizeof mapped) == 0) { /* RFC 5952 s5 */
		snprintf(out, DP_IP_TEXT_MAX, "::ffff:%u.%u.%u.%u", ip->bytes[12], ip->bytes[13],
			ip->bytes[14], ip->bytes[15]);
		return;
	}
	run = longest_zeros(ip, &start);
	for (int i = 0; i < GROUPS; i++) {
		if (run > 0 && i == start) {
			out[at++] = ':';
			out[at++] = ':';
			i += run - 1;
			continue;
		}
		if (at > 0 && out[at - 1] != ':')
			out[at++] = ':';
		at += (size_t)snprintf(out + at, DP_IP_TEXT_MAX - at, "%x", group_of(ip, i));
	}
	out[at] = '\0';
}

const char *dp_ip_format(const struct dp_ip *ip, char out[DP_IP_TEXT_MAX])
{
	if (ip->family == 6)
		format_v6(ip, out);
	else if (ip->family == 4)
		snprintf(out, DP_IP_TEXT_MAX, "%u.%u.%u.%u", ip->bytes[0], ip->bytes[1],
			ip->bytes[2], ip->bytes[3]);
	else
		snprintf(out, DP_IP_TEXT_MAX, "none");
	return out;
}

bool dp_ip_equal(const struct dp_ip *a, const struct dp_ip *b)
{
	return a->family == b->family && memcmp(a->bytes, b->bytes, sizeof a->bytes) == 0;
}
