/* SPDX-License-Identifier: Apache-2.0 */
/* TLSA records as people write them (RFC 6698 s2.2), with the words of RFC 7218. */
#include <string.h>

#include "base/text.h"
#include "dane/tlsa.h"

struct word {
	const char *text;
	uint8_t value;
};

struct field {
	const char *name;
	const char *values; /* what to type, for a message */
	struct word words[5];
};

static const struct field fields[3] = {
	{ "usage", "3 (DANE-EE) or 2 (DANE-TA)",
		{ { "PKIX-TA", 0 }, { "PKIX-EE", 1 }, { "DANE-TA", 2 }, { "DANE-EE", 3 },
			{ "PrivCert", 255 } } },
	{ "selector", "1 (SPKI) or 0 (Cert)",
		{ { "Cert", 0 }, { "SPKI", 1 }, { "PrivSel", 255 } } },
	{ "matching type", "1 (SHA2-256), 2 (SHA2-512) or 0 (Full)",
		{ { "Full", 0 }, { "SHA2-256", 1 }, { "SHA2-512", 2 }, { "PrivMatch", 255 } } },
};

static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

static const char *skip_blanks(const char *at)
{
	while (is_blank(*at))
		at++;
	return at;
}

static bool read_value(const struct field *field, const char *token, size_t len, uint8_t *value)
{
	unsigned number = 0;

	for (size_t i = 0; i < sizeof field->words / sizeof field->words[0]; i++) {
		const char *word = field->words[i].text;

		if (word != NULL && dp_text_equal_nocase(word, strlen(word), token, len)) {
			*value = field->words[i].value;
			return true;
		}
	}
	if (len == 0 || len > 3)
		return false;
	for (size_t i = 0; i < len; i++) {
		if (token[i] < '0' || token[i] > '9')
			return false;
		number = number * 10 + (unsigned)(token[i] - '0');
	}
	*value = (uint8_t)number;
	return number <= 255;
}

static int hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c = dp_text_lower(c);
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* Hex digits, blanks and the parentheses of zone files between them. */
static const char *read_data(
	const char *text, const char *at, struct dp_tlsa *record, struct dp_arena *arena)
{
	uint8_t *data = dp_arena_alloc(arena, strlen(at) / 2 + 1);
	size_t digits = 0;

	for (; *at != '\0'; at++) {
		int digit = hex_digit(*at);

		if (is_blank(*at) || *at == '(' || *at == ')')
			continue;
		if (digit < 0)
			return dp_arena_printf(arena,
				"the data has \"%s\" at character %u, which is no hexadecimal "
				"digit",
				dp_text_escape(arena, at, 1, 1), (unsigned)(at - text) + 1);
		data[digits / 2] = (uint8_t)(data[digits / 2] << 4 | digit);
		digits++;
	}
	if (digits == 0)
		return "the data is missing: write hexadecimal digits behind the three numbers";
	if (digits % 2 != 0)
		return dp_arena_printf(arena,
			"the data has an odd number of hexadecimal digits (%u): "
			"a digit is missing or too many",
			(unsigned)digits);
	if (digits / 2 > DP_TLSA_DATA_MAX)
		return dp_arena_printf(
			arena, "the data is longer than %u octets", (unsigned)DP_TLSA_DATA_MAX);
	record->data = data;
	record->data_len = digits / 2;
	return NULL;
}

const char *dp_tlsa_from_text(const char *text, struct dp_tlsa *record, struct dp_arena *arena)
{
	struct dp_tlsa out = { 0 };
	uint8_t *const targets[3] = { &out.usage, &out.selector, &out.matching };
	const char *at = text;
	const char *wrong;

	for (size_t i = 0; i < 3; i++) {
		at = skip_blanks(at);
		size_t len = 0;

		while (at[len] != '\0' && !is_blank(at[len]))
			len++;
		if (len == 0)
			return dp_arena_printf(
				arena, "the %s is missing: write \"3 1 1 HEX\"", fields[i].name);
		if (!read_value(&fields[i], at, len, targets[i]))
			return dp_arena_printf(arena, "the %s is \"%s\": write %s", fields[i].name,
				dp_text_escape(arena, at, len, 40), fields[i].values);
		at += len;
	}
	wrong = read_data(text, at, &out, arena);
	if (wrong == NULL)
		*record = out;
	return wrong;
}
