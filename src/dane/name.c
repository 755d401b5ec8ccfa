/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "dane/dnswire.h"

#define LABEL_MAX 63

/* One octet of presentation form: plain, \X or \DDD. Advances *text; false when malformed. */
static bool unescape(const char **text, uint8_t *octet)
{
	const char *at = *text;

	if (*at != '\\') {
		*octet = (uint8_t)*at;
		*text = at + 1;
		return *octet > ' ' && *octet < 0x7f;
	}
	at++;
	if (*at >= '0' && *at <= '9') {
		unsigned value = 0;

		for (int i = 0; i < 3; i++, at++) {
			if (*at < '0' || *at > '9')
				return false;
			value = value * 10 + (unsigned)(*at - '0');
		}
		*octet = (uint8_t)value;
		*text = at;
		return value <= 255;
	}
	*octet = (uint8_t)*at;
	*text = at + 1;
	return *octet > ' ' && *octet < 0x7f;
}

/* Read one label and the dot behind it into out (length octet first). */
static bool parse_label(const char **text, struct dp_name *out)
{
	size_t start = out->len;
	size_t len = 0;

	while (**text != '\0' && **text != '.') {
		uint8_t octet = 0;

		if (!unescape(text, &octet) || len == LABEL_MAX ||
			start + 1 + len >= DP_NAME_MAX - 1)
			return false;
		out->wire[start + 1 + len++] = (uint8_t)dp_text_lower((char)octet);
	}
	if (len == 0)
		return false;
	out->wire[start] = (uint8_t)len;
	out->len = (uint8_t)(start + 1 + len);
	if (**text == '.')
		(*text)++;
	return true;
}

bool dp_name_parse(const char *text, struct dp_name *name)
{
	struct dp_name out = { 0 };

	if (strcmp(text, ".") != 0) {
		if (*text == '\0')
			return false;
		while (*text != '\0') {
			if (!parse_label(&text, &out))
				return false;
		}
	}
	out.wire[out.len++] = 0;
	*name = out;
	return true;
}

/* Octets that mean something to a zone file, a shell or a terminal are escaped. */
static bool is_plain(uint8_t octet)
{
	return octet > ' ' && octet < 0x7f && strchr(".\\\"();@$", octet) == NULL;
}

const char *dp_name_text(const struct dp_name *name, char out[DP_NAME_TEXT_MAX])
{
	size_t at = 0, used = 0;

	while (at < name->len && name->wire[at] != 0) {
		size_t end = at + 1 + name->wire[at];

		if (used > 0)
			out[used++] = '.';
		for (at++; at < end && at < name->len; at++) {
			if (is_plain(name->wire[at]))
				out[used++] = (char)name->wire[at];
			else
				used += (size_t)snprintf(out + used, DP_NAME_TEXT_MAX - used,
					"\\%03u", name->wire[at]);
		}
	}
	if (used == 0 && name->len == 1)
		out[used++] = '.';
	out[used] = '\0';
	return out;
}

bool dp_name_equal(const struct dp_name *a, const struct dp_name *b)
{
	return a->len == b->len && memcmp(a->wire, b->wire, a->len) == 0;
}

size_t dp_name_labels(const struct dp_name *name)
{
	size_t count = 0;

	for (size_t at = 0; at < name->len && name->wire[at] != 0; at += 1u + name->wire[at])
		count++;
	return count;
}

bool dp_name_below(const struct dp_name *name, const struct dp_name *parent)
{
	size_t labels = dp_name_labels(name);
	size_t above = dp_name_labels(parent);

	if (name->len == 0 || parent->len == 0 || labels < above)
		return false;
	struct dp_name tail = dp_name_parent(name, labels - above);

	return dp_name_equal(&tail, parent);
}

struct dp_name dp_name_parent(const struct dp_name *name, size_t count)
{
	struct dp_name out = { 0 };
	size_t at = 0;

	for (; count > 0 && at < name->len && name->wire[at] != 0; count--)
		at += 1u + name->wire[at];
	if (at < name->len) {
		out.len = (uint8_t)(name->len - at);
		memcpy(out.wire, name->wire + at, out.len);
	}
	return out;
}

bool dp_name_tlsa_owner(const struct dp_name *base, uint16_t port, struct dp_name *owner)
{
	char prefix[24];
	struct dp_name out;

	snprintf(prefix, sizeof prefix, "_%u._tcp", (unsigned)port);
	if (base->len == 0 || !dp_name_parse(prefix, &out))
		return false;
	size_t head = out.len - 1u; /* without the root */

	if (head + base->len > DP_NAME_MAX)
		return false;
	memcpy(out.wire + head, base->wire, base->len);
	out.len = (uint8_t)(head + base->len);
	*owner = out;
	return true;
}

static bool is_digit(uint8_t octet)
{
	return octet >= '0' && octet <= '9';
}

/* The LDH rule (RFC 3696 s2), with the underscore that hosts have in practice. */
static bool is_host_label(const uint8_t *label, size_t len)
{
	for (size_t i = 0; i < len; i++) {
		uint8_t c = label[i];

		if (!(c >= 'a' && c <= 'z') && !is_digit(c) && c != '-' && c != '_')
			return false;
	}
	return label[0] != '-' && label[len - 1] != '-';
}

bool dp_name_is_hostname(const struct dp_name *name)
{
	bool only_digits = true;

	if (name->len <= 1)
		return false;
	for (size_t at = 0; at < name->len && name->wire[at] != 0; at += 1u + name->wire[at]) {
		size_t len = name->wire[at];

		if (!is_host_label(name->wire + at + 1, len))
			return false;
		only_digits = true;
		for (size_t i = 0; i < len; i++)
			only_digits = only_digits && is_digit(name->wire[at + 1 + i]);
	}
	return !only_digits;
}
