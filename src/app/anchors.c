/* SPDX-License-Identifier: Apache-2.0 */
/*
 * --trust-anchor and --root-hints. The resolver library reads anchors only when the first question
 * is asked and says then that something is wrong, not what: so they are checked here, field by
 * field.
 */
#include <string.h>

#include "app/option_table.h"
#include "base/text.h"
#include "port/port.h"

#define ANCHOR_FILE_MAX 65536
#define HINTS_FILE_MAX 65536
#define TOKENS_MAX 64 /* of one record: base64 and hex may come in pieces */
#define DIGEST_MAX 64
#define SHOWN_MAX 60

#define DNSKEY_ZONE 0x0100u
#define DNSKEY_PROTOCOL 3

struct tokens {
	const char *at[TOKENS_MAX];
	size_t count;
};

static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n' || c == '(' || c == ')';
}

/* False: too many. line is not changed; the tokens are copies. */
static bool split(const char *line, size_t len, struct tokens *tokens, struct dp_arena *arena)
{
	size_t at = 0;

	tokens->count = 0;
	for (;;) {
		while (at < len && is_blank(line[at]))
			at++;
		size_t start = at;

		while (at < len && !is_blank(line[at]))
			at++;
		if (at == start)
			return true;
		if (tokens->count == TOKENS_MAX)
			return false;
		tokens->at[tokens->count++] = dp_arena_text(arena, line + start, at - start);
	}
}

static bool is_word(const char *token, const char *word)
{
	return dp_text_equal_nocase(token, strlen(token), word, strlen(word));
}

/* Index of the type word behind owner, TTL and class; 0 when it is not where it must be. */
static size_t find_type(const struct tokens *tokens)
{
	size_t i = 1;
	uint64_t ttl_s;

	while (i < tokens->count && i <= 2 &&
		(is_word(tokens->at[i], "IN") ||
			dp_text_number(tokens->at[i], 0, UINT32_MAX, &ttl_s)))
		i++;
	return i < tokens->count ? i : 0;
}

static const char *join(const struct tokens *tokens, size_t from, struct dp_arena *arena)
{
	struct dp_buf buf;

	dp_buf_init(&buf, arena);
	for (size_t i = from; i < tokens->count; i++)
		dp_buf_text(&buf, tokens->at[i]);
	return buf.data;
}

static bool read_numbers(const struct tokens *tokens, size_t from, uint64_t out[3])
{
	static const uint64_t most[3] = { UINT16_MAX, UINT8_MAX, UINT8_MAX };

	for (size_t i = 0; i < 3; i++) {
		if (from + i >= tokens->count ||
			!dp_text_number(tokens->at[from + i], 0, most[i], &out[i]))
			return false;
	}
	return true;
}

/* RFC 4034 s5.3; digest lengths of RFC 4034, 4509 and 6605. */
static bool is_ds(const struct tokens *tokens, size_t from, struct dp_arena *arena)
{
	static const ptrdiff_t lengths[] = { 0, 20, 32, 32, 48 };
	const char *hex = join(tokens, from + 3, arena);
	uint8_t digest[DIGEST_MAX];
	uint64_t numbers[3];
	ptrdiff_t len = dp_text_unhex(hex, strlen(hex), digest, sizeof(digest));

	return read_numbers(tokens, from, numbers) && numbers[2] >= 1 &&
		numbers[2] < sizeof(lengths) / sizeof(lengths[0]) && len == lengths[numbers[2]];
}

static bool is_base64(const char *text)
{
	static const char alphabet[] =
		"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
	size_t plain = strspn(text, alphabet);
	size_t padding = strspn(text + plain, "=");

	return plain > 0 && padding <= 2 && text[plain + padding] == '\0' &&
		(plain + padding) % 4 == 0;
}

/* RFC 4034 s2.2 */
static bool is_dnskey(const struct tokens *tokens, size_t from, struct dp_arena *arena)
{
	uint64_t numbers[3];

	return read_numbers(tokens, from, numbers) && (numbers[0] & DNSKEY_ZONE) != 0 &&
		numbers[1] == DNSKEY_PROTOCOL && is_base64(join(tokens, from + 3, arena));
}

enum anchor_line { ANCHOR, OTHER_RECORD, NO_RECORD };

/* One record in zone-file form, parentheses allowed; kept in plain form. */
static enum anchor_line take_record(struct dp_options *options, const char *line, size_t len)
{
	struct dp_arena *arena = options->arena;
	struct tokens tokens;
	struct dp_name owner;
	char owner_text[DP_NAME_TEXT_MAX];
	size_t type;
	const char *record;

	if (!split(line, len, &tokens, arena) || (type = find_type(&tokens)) == 0 ||
		!dp_name_parse(tokens.at[0], &owner))
		return NO_RECORD;
	bool ds = is_word(tokens.at[type], "DS");

	if (!ds && !is_word(tokens.at[type], "DNSKEY"))
		return is_word(tokens.at[type], "RRSIG") ? OTHER_RECORD : NO_RECORD;
	if (!(ds ? is_ds : is_dnskey)(&tokens, type + 1, arena))
		return NO_RECORD;
	dp_name_text(&owner, owner_text);
	record = dp_arena_printf(arena, "%s%s IN %s %s %s %s %s", owner_text,
		owner.len > 1 ? "." : "", ds ? "DS" : "DNSKEY", tokens.at[type + 1],
		tokens.at[type + 2], tokens.at[type + 3], join(&tokens, type + 4, arena));
	options->anchors = dp_option_append(
		arena, options->anchors, options->anchor_count++, &record, sizeof(record));
	return ANCHOR;
}

/* End of the logical line at text: parentheses join lines (RFC 1035 s5.1). Comments become
 * blanks. */
static size_t line_end(char *text, size_t len)
{
	int open = 0;
	size_t at = 0;

	for (; at < len && (open > 0 || text[at] != '\n'); at++) {
		if (text[at] == ';') {
			while (at < len && text[at] != '\n')
				text[at++] = ' ';
			if (at == len || open == 0)
				break;
		}
		open += (text[at] == '(') - (text[at] == ')');
	}
	return at;
}

static const char *take_file(struct dp_options *options, char *text, size_t len)
{
	size_t before = options->anchor_count;

	for (size_t at = 0; at < len;) {
		size_t end = at + line_end(text + at, len - at);

		while (at < end && is_blank(text[at]))
			at++;
		if (at < end && take_record(options, text + at, end - at) == NO_RECORD)
			return dp_arena_printf(options->arena,
				"holds \"%s\", which is no DS or DNSKEY record in "
				"zone-file form; write each as in \". IN DS 20326 8 2 HEX\"",
				dp_text_escape(options->arena, text + at, end - at, SHOWN_MAX));
		at = end + 1;
	}
	return options->anchor_count > before
		? NULL
		: "holds no DS or DNSKEY record; type a file that does, or the record itself";
}

/* A value with a blank and a record type in it is meant as a record. */
static bool looks_like_record(const char *value)
{
	struct dp_arena *arena = dp_arena_open();
	struct tokens tokens;
	bool found = false;

	if (split(value, strlen(value), &tokens, arena) && tokens.count > 1) {
		for (size_t i = 0; i < tokens.count; i++)
			found = found || is_word(tokens.at[i], "DS") ||
				is_word(tokens.at[i], "DNSKEY");
	}
	dp_arena_close(arena);
	return found;
}

const char *dp_option_trust_anchor(struct dp_options *options, const char *value)
{
	enum dp_status status;
	char *text;
	size_t len;

	if (looks_like_record(value))
		return take_record(options, value, strlen(value)) == ANCHOR
			? NULL
			: "is no DS or DNSKEY record in zone-file form; type one, as in \". IN DS "
			  "20326 8 2 HEX\"";
	status = dp_port_read_file(value, ANCHOR_FILE_MAX, options->arena, &text, &len);
	if (status != DP_OK)
		return dp_arena_printf(options->arena,
			"cannot be read (%s); type a file with DS or DNSKEY records, or "
			"such a record itself",
			dp_status_text(status));
	return take_file(options, text, len);
}

/* The records that root hints are made of (RFC 8109 s1.1): is this one of them? */
static bool is_hint(const char *line, size_t len, bool *server, struct dp_arena *arena)
{
	struct tokens tokens;
	struct dp_name owner;
	struct dp_ip ip;
	size_t type;

	if (!split(line, len, &tokens, arena) || (type = find_type(&tokens)) == 0 ||
		type + 2 != tokens.count || !dp_name_parse(tokens.at[0], &owner))
		return false;
	const char *data = tokens.at[type + 1];

	*server = is_word(tokens.at[type], "NS");
	if (*server)
		return dp_name_parse(data, &owner);
	return dp_ip_parse(data, strlen(data), &ip) &&
		is_word(tokens.at[type], ip.family == 4 ? "A" : "AAAA");
}

static const char *check_hints(struct dp_arena *arena, char *text, size_t len)
{
	size_t servers = 0, addresses = 0;

	for (size_t at = 0; at < len;) {
		size_t end = at + line_end(text + at, len - at);
		bool server = false;

		while (at < end && is_blank(text[at]))
			at++;
		if (at < end && !is_hint(text + at, end - at, &server, arena))
			return dp_arena_printf(arena,
				"holds \"%s\", which is no NS, A or AAAA record; "
				"type the path of a root hints file",
				dp_text_escape(arena, text + at, end - at, SHOWN_MAX));
		servers += at < end && server;
		addresses += at < end && !server;
		at = end + 1;
	}
	if (servers > 0 && addresses > 0)
		return NULL;
	return "holds no name server with its address; type the path of a root hints file";
}

const char *dp_option_root_hints(struct dp_options *options, const char *value)
{
	enum dp_status status;
	char *text;
	size_t len;

	status = dp_port_read_file(value, HINTS_FILE_MAX, options->arena, &text, &len);
	if (status != DP_OK)
		return dp_arena_printf(options->arena,
			"cannot be read (%s); type the path of a root hints file",
			dp_status_text(status));
	options->root_hints_path = value;
	return check_hints(options->arena, text, len);
}
