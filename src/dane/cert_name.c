/* SPDX-License-Identifier: Apache-2.0 */
/* Names, RFC 5280 s4.1.2.4: for people, and compared. */
#include <string.h>

#include "base/buf.h"
#include "base/text.h"
#include "dane/cert_der.h"

#define NAME_SHOWN_MAX 200 /* bytes of one value that are shown */
#define NAME_ATTRIBUTES_MAX 64

/* A walk over the attributes of a Name; several in one RDN come one after the other. */
struct walk {
	struct dp_der rdns, attributes;
	bool broken;
	bool first; /* the attribute just taken begins an RDN */
	struct dp_der_item type, value;
};

static bool walk_open(struct walk *walk, const uint8_t *name, size_t len)
{
	struct dp_der der = dp_der_open(name, len);
	struct dp_der_item item;

	memset(walk, 0, sizeof *walk);
	if (!dp_der_take(&der, DP_DER_SEQUENCE, &item) || !dp_der_done(&der))
		return false;
	walk->rdns = dp_der_inside(&item);
	return true;
}

static bool walk_next(struct walk *walk)
{
	struct dp_der_item item;
	struct dp_der pair;

	walk->first = false;
	if (dp_der_done(&walk->attributes)) {
		if (dp_der_done(&walk->rdns))
			return false;
		walk->first = true;
		if (!dp_der_take(&walk->rdns, DP_DER_SET, &item)) {
			walk->broken = true;
			return false;
		}
		walk->attributes = dp_der_inside(&item);
	}
	if (dp_der_take(&walk->attributes, DP_DER_SEQUENCE, &item)) {
		pair = dp_der_inside(&item);
		if (dp_der_take(&pair, DP_DER_OID, &walk->type) &&
			dp_der_next(&pair, &walk->value) && dp_der_done(&pair))
			return true;
	}
	walk->broken = true;
	return false;
}

static void put_utf8(struct dp_buf *out, unsigned code)
{
	if (code < 0x80) {
		dp_buf_char(out, (char)code);
		return;
	}
	if (code >= 0x800) {
		dp_buf_char(out, (char)(0xe0 | code >> 12));
		dp_buf_char(out, (char)(0x80 | (code >> 6 & 0x3f)));
	} else {
		dp_buf_char(out, (char)(0xc0 | code >> 6));
	}
	dp_buf_char(out, (char)(0x80 | (code & 0x3f)));
}

/* A value as octets: BMPString becomes UTF-8, everything else stays as it is. */
static struct dp_cert_name value_octets(const struct dp_der_item *value, struct dp_arena *arena)
{
	struct dp_cert_name name = { (const char *)value->value, value->len };
	struct dp_buf out;

	if (value->tag != DP_DER_BMP || value->len % 2 != 0)
		return name;
	dp_buf_init(&out, arena);
	for (size_t i = 0; i < value->len; i += 2)
		put_utf8(&out, (unsigned)value->value[i] << 8 | value->value[i + 1]);
	name.text = out.data;
	name.len = out.len;
	return name;
}

struct dp_cert_name dp_dn_common_name(const uint8_t *name, size_t len, struct dp_arena *arena)
{
	struct dp_cert_name found = { NULL, 0 };
	struct dp_der_item last;
	struct walk walk;

	memset(&last, 0, sizeof last);
	if (walk_open(&walk, name, len)) {
		while (walk_next(&walk)) {
			if (DP_DER_IS_OID(&walk.type, "\x55\x04\x03"))
				last = walk.value;
		}
	}
	return last.start == NULL ? found : value_octets(&last, arena);
}

bool dp_dn_email(const uint8_t *name, size_t len, size_t index, struct dp_der_item *value)
{
	struct walk walk;

	if (!walk_open(&walk, name, len))
		return false;
	while (walk_next(&walk)) {
		if (!DP_DER_IS_OID(&walk.type, "\x2a\x86\x48\x86\xf7\x0d\x01\x09\x01"))
			continue;
		if (index-- == 0) {
			*value = walk.value;
			return true;
		}
	}
	return false;
}

bool dp_dn_sound(const uint8_t *name, size_t len)
{
	struct walk walk;

	if (!walk_open(&walk, name, len))
		return false;
	while (walk_next(&walk))
		;
	return !walk.broken;
}

static const struct {
	const char *oid;
	size_t len;
	const char *label;
} labels[] = {
	{ "\x55\x04\x03", 3, "CN" },
	{ "\x55\x04\x05", 3, "serialNumber" },
	{ "\x55\x04\x06", 3, "C" },
	{ "\x55\x04\x07", 3, "L" },
	{ "\x55\x04\x08", 3, "ST" },
	{ "\x55\x04\x0a", 3, "O" },
	{ "\x55\x04\x0b", 3, "OU" },
	{ "\x2a\x86\x48\x86\xf7\x0d\x01\x09\x01", 9, "emailAddress" },
	{ "\x09\x92\x26\x89\x93\xf2\x2c\x64\x01\x19", 10, "DC" },
};

static const char *label_of(const struct dp_der_item *oid, struct dp_arena *arena)
{
	for (size_t i = 0; i < sizeof labels / sizeof labels[0]; i++) {
		if (dp_der_is_oid(oid, labels[i].oid, labels[i].len))
			return labels[i].label;
	}
	return dp_der_oid_text(oid, arena);
}

const char *dp_dn_text(const uint8_t *name, size_t len, struct dp_arena *arena)
{
	struct dp_cert_name value = dp_dn_common_name(name, len, arena);
	struct dp_buf out;
	struct walk walk;

	if (value.len > 0)
		return dp_text_escape_utf8(arena, value.text, value.len, NAME_SHOWN_MAX);
	dp_buf_init(&out, arena);
	if (!walk_open(&walk, name, len))
		return "";
	for (int i = 0; walk_next(&walk); i++) {
		if (i == NAME_ATTRIBUTES_MAX) {
			dp_buf_text(&out, ", ...");
			break;
		}
		value = value_octets(&walk.value, arena);
		dp_buf_printf(&out, "%s%s=%s", i == 0 ? "" : ", ", label_of(&walk.type, arena),
			dp_text_escape_utf8(arena, value.text, value.len, NAME_SHOWN_MAX));
	}
	return out.data;
}

/* The next character with case folded and runs of spaces made one; none at either end. -1 at the
 * end. */
static int folded(const struct dp_der_item *value, size_t *at)
{
	size_t i = *at;
	bool space = false;

	while (i < value->len && value->value[i] == ' ') {
		space = true;
		i++;
	}
	if (i == value->len) {
		*at = i;
		return -1;
	}
	if (space && *at > 0) {
		*at = i;
		return ' ';
	}
	*at = i + 1;
	return (unsigned char)dp_text_lower((char)value->value[i]);
}

static bool folds(const struct dp_der_item *value)
{
	return value->tag == DP_DER_PRINTABLE || value->tag == DP_DER_UTF8;
}

static bool values_equal(const struct dp_der_item *a, const struct dp_der_item *b)
{
	size_t i = 0, j = 0;
	int c;

	if (!folds(a) || !folds(b))
		return dp_der_equal(a, b);
	do {
		c = folded(a, &i);
		if (c != folded(b, &j))
			return false;
	} while (c != -1);
	return true;
}

/* Does name begin with the RDNs of base; and, if whole, end with them? */
static bool begins_with(
	const uint8_t *name, size_t name_len, const uint8_t *base, size_t base_len, bool whole)
{
	struct walk a, b;

	if (!walk_open(&a, name, name_len) || !walk_open(&b, base, base_len))
		return false;
	while (walk_next(&b)) {
		if (!walk_next(&a) || a.first != b.first || !dp_der_equal(&a.type, &b.type) ||
			!values_equal(&a.value, &b.value))
			return false;
	}
	if (b.broken)
		return false;
	/* an RDN of base must not be a part of an RDN of name */
	return walk_next(&a) ? a.first && !whole : !a.broken;
}

bool dp_dn_equal(const uint8_t *a, size_t a_len, const uint8_t *b, size_t b_len)
{
	if (a_len == b_len && a_len > 0 && memcmp(a, b, a_len) == 0)
		return true;
	return begins_with(a, a_len, b, b_len, true);
}

bool dp_dn_within(const uint8_t *name, size_t name_len, const uint8_t *base, size_t base_len)
{
	return begins_with(name, name_len, base, base_len, false);
}
