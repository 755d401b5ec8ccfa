/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Names as people type them. An internationalised label is taken only if it is certainly valid by
 * IDNA2008 (RFC 5891 s5.4) without the big tables: every character is one of the ranges below. They
 * hold code points that are PVALID (RFC 5892), have NFC_Quick_Check=Yes and need no context; so a
 * label made of them is in NFC when its marks are in canonical order. Everything else: the user has
 * the A-label.
 */
#include <string.h>

#include "base/ip.h"
#include "base/text.h"
#include "dane/dnswire.h"
#include "dane/punycode.h"

#define LABEL_MAX 63
#define PREFIX "xn--"
#define PREFIX_LEN 4

enum direction { LTR, RTL, MARK };

struct range {
	uint32_t first, last;
	uint8_t step; /* 2: every other one, where upper and lower case alternate */
	uint8_t direction;
	uint8_t combining; /* canonical combining class */
};

static const struct range ranges[] = {
	/* Latin, with the letters of living European, African and Vietnamese spellings and
	 * Pinyin */
	{ 0x00df, 0x00f6, 1, LTR, 0 },
	{ 0x00f8, 0x00ff, 1, LTR, 0 },
	{ 0x0101, 0x0131, 2, LTR, 0 },
	{ 0x0135, 0x0137, 2, LTR, 0 },
	{ 0x0138, 0x013e, 2, LTR, 0 },
	{ 0x0142, 0x0148, 2, LTR, 0 },
	{ 0x014b, 0x0177, 2, LTR, 0 },
	{ 0x017a, 0x017e, 2, LTR, 0 },
	{ 0x0192, 0x0192, 1, LTR, 0 },
	{ 0x0199, 0x0199, 1, LTR, 0 },
	{ 0x01a1, 0x01a1, 1, LTR, 0 },
	{ 0x01b0, 0x01b0, 1, LTR, 0 },
	{ 0x01b4, 0x01b4, 1, LTR, 0 },
	{ 0x01ce, 0x01dc, 2, LTR, 0 },
	{ 0x01dd, 0x01ef, 2, LTR, 0 },
	{ 0x01f5, 0x01f5, 1, LTR, 0 },
	{ 0x01f9, 0x0233, 2, LTR, 0 },
	{ 0x1e01, 0x1e95, 2, LTR, 0 },
	{ 0x1ea1, 0x1eff, 2, LTR, 0 },
	/* Greek (monotonic), Cyrillic, Armenian, Georgian */
	{ 0x0390, 0x0390, 1, LTR, 0 },
	{ 0x03ac, 0x03ce, 1, LTR, 0 },
	{ 0x0430, 0x045f, 1, LTR, 0 },
	{ 0x0461, 0x0481, 2, LTR, 0 },
	{ 0x048b, 0x04bf, 2, LTR, 0 },
	{ 0x04c2, 0x04ce, 2, LTR, 0 },
	{ 0x04cf, 0x052f, 2, LTR, 0 },
	{ 0x0561, 0x0586, 1, LTR, 0 },
	{ 0x10d0, 0x10fa, 1, LTR, 0 },
	/* Hebrew, Arabic; their digits have rules of context (RFC 5892 A.8, A.9) and stay out */
	{ 0x05d0, 0x05ea, 1, RTL, 0 },
	{ 0x0620, 0x063f, 1, RTL, 0 },
	{ 0x0641, 0x064a, 1, RTL, 0 },
	{ 0x066e, 0x066f, 1, RTL, 0 },
	{ 0x0671, 0x0674, 1, RTL, 0 },
	{ 0x0679, 0x06d3, 1, RTL, 0 },
	{ 0x06d5, 0x06d5, 1, RTL, 0 },
	{ 0x06ee, 0x06ef, 1, RTL, 0 },
	{ 0x06fa, 0x06fc, 1, RTL, 0 },
	{ 0x06ff, 0x06ff, 1, RTL, 0 },
	/* Devanagari, Thai */
	{ 0x0900, 0x0903, 1, MARK, 0 },
	{ 0x0904, 0x0939, 1, LTR, 0 },
	{ 0x093d, 0x093d, 1, LTR, 0 },
	{ 0x093e, 0x094c, 1, MARK, 0 },
	{ 0x094d, 0x094d, 1, MARK, 9 },
	{ 0x0960, 0x0961, 1, LTR, 0 },
	{ 0x0966, 0x096f, 1, LTR, 0 },
	{ 0x0e01, 0x0e30, 1, LTR, 0 },
	{ 0x0e31, 0x0e31, 1, MARK, 0 },
	{ 0x0e32, 0x0e32, 1, LTR, 0 },
	{ 0x0e34, 0x0e37, 1, MARK, 0 },
	{ 0x0e38, 0x0e39, 1, MARK, 103 },
	{ 0x0e40, 0x0e46, 1, LTR, 0 },
	{ 0x0e47, 0x0e47, 1, MARK, 0 },
	{ 0x0e48, 0x0e4b, 1, MARK, 107 },
	{ 0x0e4c, 0x0e4e, 1, MARK, 0 },
	{ 0x0e50, 0x0e59, 1, LTR, 0 },
	/* Kana (without the middle dot, RFC 5892 A.7), Hangul syllables, Han */
	{ 0x3005, 0x3007, 1, LTR, 0 },
	{ 0x3041, 0x3096, 1, LTR, 0 },
	{ 0x309d, 0x309e, 1, LTR, 0 },
	{ 0x30a1, 0x30fa, 1, LTR, 0 },
	{ 0x30fc, 0x30fe, 1, LTR, 0 },
	{ 0x3400, 0x4dbf, 1, LTR, 0 },
	{ 0x4e00, 0x9fff, 1, LTR, 0 },
	{ 0xac00, 0xd7a3, 1, LTR, 0 },
	{ 0x20000, 0x2a6df, 1, LTR, 0 },
	{ 0x2a700, 0x2b738, 1, LTR, 0 },
	{ 0x2b740, 0x2b81d, 1, LTR, 0 },
	{ 0x2b820, 0x2cea1, 1, LTR, 0 },
	{ 0x2ceb0, 0x2ebe0, 1, LTR, 0 },
};

static const char why_empty[] = "is empty; type a domain such as example.org";
static const char why_root[] = "is the DNS root; type a domain such as example.org";
static const char why_blank[] = "has a blank in it; type the domain alone";
static const char why_email[] = "is an email address; type only the domain behind the @";
static const char why_url[] = "has a scheme or path; type the domain alone, as in example.org";
static const char why_port[] =
	"has a colon in it; type the domain alone, or smtp://HOST:PORT for one server";
static const char why_address[] =
	"is an address; type a name, as in example.org, or"
	" smtp://HOST --connect HOST=ADDRESS to reach one server at that address";
static const char why_label_empty[] = "has two dots in a row or begins with a dot; type single dots"
				      " between its parts";
static const char why_label_long[] = "has a part longer than 63 characters; type a name whose parts"
				     " have 63 at most";
static const char why_long[] = "is longer than 253 characters; type a shorter name";
static const char why_character[] =
	"has a character that no domain has; type letters, digits, hyphens"
	" and dots only";
static const char why_hyphen[] = "has a part that begins or ends with a hyphen; type it without";
static const char why_digits[] = "ends in a part of digits only, which no domain does; type a name,"
				 " as in example.org";
static const char why_utf8[] = "is not UTF-8 text; type its A-label (xn--...)";
static const char why_idn[] =
	"has characters that need a check against the IDNA tables; type it in lower case,"
	" or its A-label (xn--...)";

static const struct range *find_range(uint32_t point)
{
	for (size_t i = 0; i < sizeof ranges / sizeof ranges[0]; i++) {
		const struct range *r = &ranges[i];

		if (point >= r->first && point <= r->last)
			return (point - r->first) % r->step == 0 ? r : NULL;
	}
	return NULL;
}

/* One code point of strict UTF-8 (RFC 3629 s4). Returns its length, 0 when malformed. */
static size_t decode(const char *text, size_t len, uint32_t *point)
{
	const uint8_t *s = (const uint8_t *)text;
	size_t more = s[0] < 0x80 ? 0 : s[0] < 0xe0 ? 1 : s[0] < 0xf0 ? 2 : 3;
	static const uint32_t least[4] = { 0, 0x80, 0x800, 0x10000 };
	uint32_t value = more == 0 ? s[0] : s[0] & (0x3fu >> more);

	if ((s[0] >= 0x80 && s[0] < 0xc2) || s[0] > 0xf4 || more >= len)
		return 0;
	for (size_t i = 1; i <= more; i++) {
		if ((s[i] & 0xc0) != 0x80)
			return 0;
		value = value << 6 | (s[i] & 0x3f);
	}
	if (value < least[more] || value > 0x10ffff || (value >= 0xd800 && value <= 0xdfff))
		return 0;
	*point = value;
	return more + 1;
}

static bool is_ldh(uint32_t c)
{
	return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-';
}

/* RFC 5891 s5.4 and RFC 5893 s2 for one label of code points, ASCII ones lowered before. */
static bool is_valid_label(const uint32_t *points, size_t count)
{
	bool rtl = false, ltr = false;
	uint8_t combining = 0;

	if (count > 3 && points[2] == '-' && points[3] == '-')
		return false;
	for (size_t i = 0; i < count; i++) {
		const struct range *r = find_range(points[i]);
		uint8_t now = r != NULL ? r->combining : 0;

		if (points[i] < 0x80 ? !is_ldh(points[i]) : r == NULL)
			return false;
		if (r != NULL && r->direction == MARK && i == 0)
			return false;
		if (now != 0 && combining > now)
			return false;
		combining = now;
		rtl = rtl || (r != NULL && r->direction == RTL);
		ltr = ltr || (r != NULL && r->direction != RTL) ||
			(points[i] >= 'a' && points[i] <= 'z');
	}
	/* Bidi rule, conditions 1 to 4: begins with a letter of its direction, mixes with none of
	 * the other. */
	return !rtl || (!ltr && points[0] >= 0x80);
}

/* A label with at least one octet above ASCII: "xn--" and Punycode. */
static const char *encode_label(const char *text, size_t len, char out[LABEL_MAX], size_t *out_len)
{
	uint32_t points[LABEL_MAX];
	size_t count = 0;

	for (size_t at = 0; at < len;) {
		uint32_t point;
		size_t used = decode(text + at, len - at, &point);

		if (used == 0)
			return why_utf8;
		if (count == LABEL_MAX)
			return why_label_long;
		points[count++] = point < 0x80 ? (uint32_t)dp_text_lower((char)point) : point;
		at += used;
	}
	if (points[0] == '-' || points[count - 1] == '-')
		return why_hyphen;
	if (!is_valid_label(points, count))
		return why_idn;
	memcpy(out, PREFIX, PREFIX_LEN);
	*out_len = dp_punycode_encode(points, count, out + PREFIX_LEN, LABEL_MAX - PREFIX_LEN);
	if (*out_len == 0)
		return why_label_long;
	*out_len += PREFIX_LEN;
	return NULL;
}

static const char *plain_label(const char *text, size_t len, char out[LABEL_MAX], size_t *out_len)
{
	if (len > LABEL_MAX)
		return why_label_long;
	for (size_t i = 0; i < len; i++) {
		out[i] = dp_text_lower(text[i]);
		if (!is_ldh((uint32_t)out[i]) && out[i] != '_')
			return why_character;
	}
	if (out[0] == '-' || out[len - 1] == '-')
		return why_hyphen;
	*out_len = len;
	return NULL;
}

static const char *add_label(struct dp_name *name, const char *text, size_t len)
{
	char label[LABEL_MAX];
	size_t label_len = 0;
	bool ascii = true;
	const char *why;

	if (len == 0)
		return why_label_empty;
	for (size_t i = 0; i < len; i++)
		ascii = ascii && (uint8_t)text[i] < 0x80;
	why = ascii ? plain_label(text, len, label, &label_len)
		    : encode_label(text, len, label, &label_len);
	if (why != NULL)
		return why;
	if (name->len + 1 + label_len > DP_NAME_MAX - 1)
		return why_long;
	name->wire[name->len++] = (uint8_t)label_len;
	memcpy(name->wire + name->len, label, label_len);
	name->len = (uint8_t)(name->len + label_len);
	return NULL;
}

/* Things that are no domain but are pasted in its place. */
static const char *other_thing(const char *text, size_t len)
{
	struct dp_ip ip;

	if (len == 0)
		return why_empty;
	if (strcmp(text, ".") == 0)
		return why_root;
	if (dp_ip_parse(text, len, &ip))
		return why_address;
	if (text[0] == '[' && text[len - 1] == ']')
		return why_address;
	if (strstr(text, "://") != NULL || strchr(text, '/') != NULL)
		return why_url;
	if (strchr(text, '@') != NULL)
		return why_email;
	if (strpbrk(text, " \t\r\n") != NULL)
		return why_blank;
	return strchr(text, ':') != NULL ? why_port : NULL;
}

bool dp_name_from_user(const char *text, struct dp_name *name, const char **why)
{
	struct dp_name out = { 0 };
	size_t len = strlen(text);

	*why = other_thing(text, len);
	if (*why == NULL && text[len - 1] == '.')
		len--;
	for (size_t at = 0; *why == NULL && at <= len;) {
		const char *dot = memchr(text + at, '.', len - at);
		size_t label_len = dot != NULL ? (size_t)(dot - text) - at : len - at;

		*why = add_label(&out, text + at, label_len);
		at += label_len + 1;
	}
	if (*why != NULL)
		return false;
	out.wire[out.len++] = 0;
	if (!dp_name_is_hostname(&out)) {
		*why = why_digits;
		return false;
	}
	*name = out;
	return true;
}
