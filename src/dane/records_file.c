/* SPDX-License-Identifier: Apache-2.0 */
#include "dane/records_file.h"

#include <string.h>

#include "base/buf.h"
#include "base/text.h"
#include "dane/records_words.h"

#define TOKENS_MAX 8192 /* of one record: 16384 octets in groups of four digits */
#define TOKEN_SHOWN_MAX 40
#define SIGNED_TOKENS 9 /* least of an RRSIG (RFC 4034 s3.2) */
#define SIGNED_TIME 14  /* digits of its times */

/* One record, over as many lines as its parentheses hold. */
struct entry {
	const char **tokens; /* TOKENS_MAX of them */
	size_t count;
	unsigned line;      /* where it begins, from 1 */
	bool indented;      /* begins with a blank: the owner before counts */
	bool unclosed;      /* a parenthesis is open at the end */
	bool too_long, nul; /* cannot be read */
};

struct reader {
	const char *at, *end;
	unsigned line;
	struct dp_arena *arena;
	struct dp_records_file *file;
	struct dp_name origin; /* len 0: none yet */
	struct dp_name owner;  /* of the record before; len 0: none */
	bool relative;
};

static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\f';
}

static bool ends_token(char c)
{
	return is_blank(c) || c == '\n' || c == ';' || c == '(' || c == ')' || c == '"';
}

static void skip_comment(struct reader *reader)
{
	while (reader->at < reader->end && *reader->at != '\n')
		reader->at++;
}

/* RFC 1035 s5.1: a quoted string may hold anything but its quote and the line's end. */
static const char *quoted_token(struct reader *reader)
{
	const char *start = ++reader->at;

	while (reader->at < reader->end && *reader->at != '"' && *reader->at != '\n')
		reader->at += *reader->at == '\\' && reader->end - reader->at > 1 ? 2 : 1;
	if (reader->at > reader->end)
		reader->at = reader->end;
	const char *token = dp_arena_text(reader->arena, start, (size_t)(reader->at - start));

	if (reader->at < reader->end && *reader->at == '"')
		reader->at++;
	return token;
}

static const char *plain_token(struct reader *reader)
{
	const char *start = reader->at;

	while (reader->at < reader->end && !ends_token(*reader->at)) {
		bool escape = *reader->at == '\\' && reader->end - reader->at > 1 &&
			reader->at[1] != '\n' && reader->at[1] != '\r';

		reader->at += escape ? 2 : 1;
	}
	return dp_arena_text(reader->arena, start, (size_t)(reader->at - start));
}

static void add_token(struct reader *reader, struct entry *entry)
{
	const char *start = reader->at;
	const char *token = *start == '"' ? quoted_token(reader) : plain_token(reader);

	entry->nul = entry->nul || memchr(start, '\0', (size_t)(reader->at - start)) != NULL;
	if (entry->count == TOKENS_MAX)
		entry->too_long = true;
	else
		entry->tokens[entry->count++] = token;
}

/* The next entry that is not empty. False: there is none. */
static bool next_entry(struct reader *reader, struct entry *entry)
{
	unsigned depth = 0;

	entry->count = 0;
	entry->indented = entry->unclosed = entry->too_long = entry->nul = false;
	entry->line = reader->line;
	if (reader->at < reader->end)
		entry->indented = is_blank(*reader->at);
	while (reader->at < reader->end) {
		char c = *reader->at;

		if (c == '\n') {
			reader->at++;
			reader->line++;
			if (depth > 0)
				continue;
			if (entry->count > 0)
				return true;
			entry->line = reader->line;
			entry->indented = reader->at < reader->end && is_blank(*reader->at);
		} else if (c == ';') {
			skip_comment(reader);
		} else if (is_blank(c) || c == '(' || c == ')') {
			depth += c == '(';
			depth -= c == ')' && depth > 0;
			reader->at++;
		} else {
			add_token(reader, entry);
		}
	}
	entry->unclosed = depth > 0;
	return entry->count > 0;
}

/* --- what a token is --- */

static bool is_word(const char *token, const char *word)
{
	return dp_text_equal_nocase(token, strlen(token), word, strlen(word));
}

/* "3600", "1h30m". */
static bool is_ttl(const char *token)
{
	if (*token < '0' || *token > '9')
		return false;
	for (; *token != '\0'; token++) {
		char c = dp_text_lower(*token);

		if ((c < '0' || c > '9') && strchr("smhdw", c) == NULL)
			return false;
	}
	return true;
}

static bool is_class(const char *token)
{
	return is_word(token, "IN") || is_word(token, "CH") || is_word(token, "HS") ||
		(strlen(token) > 5 && dp_text_equal_nocase(token, 5, "CLASS", 5));
}

static bool is_tlsa(const char *token)
{
	return is_word(token, "TLSA") || is_word(token, "TYPE52");
}

/* A mnemonic of some type. */
static bool is_type(const char *token)
{
	size_t len = strlen(token);

	for (size_t i = 0; i < len; i++) {
		char c = dp_text_lower(token[i]);
		bool letter = c >= 'a' && c <= 'z';

		if (!letter && (i == 0 || ((c < '0' || c > '9') && c != '-')))
			return false;
	}
	return len > 0 && len <= 16;
}

/* --- records --- */

static const char *told(const struct reader *reader, const struct entry *entry, const char *what)
{
	return dp_arena_printf(reader->arena, "cannot be read: line %u %s", entry->line, what);
}

static const char *joined(const struct reader *reader, const struct entry *entry, size_t from)
{
	struct dp_buf out;

	dp_buf_init(&out, reader->arena);
	for (size_t i = from; i < entry->count; i++) {
		dp_buf_text(&out, entry->tokens[i]);
		dp_buf_char(&out, ' ');
	}
	return out.data;
}

/* RFC 3597 s5: "\# length hex". */
static const char *generic(
	struct reader *reader, const struct entry *entry, size_t from, struct dp_tlsa *record)
{
	const char *hex = joined(reader, entry, from + 2);
	size_t room = strlen(hex) / 2 + 1;
	uint8_t *rdata = dp_arena_alloc(reader->arena, room);
	ptrdiff_t got = dp_text_unhex(hex, strlen(hex), rdata, room);
	uint64_t len;

	if (entry->count < from + 2 ||
		!dp_text_number(entry->tokens[from + 1], 0, UINT16_MAX, &len))
		return "has no length behind \\#; type it as in \\# 35 030101 HEX";
	if (got < 0)
		return "has data behind \\# that is not hexadecimal; make the record anew";
	if ((uint64_t)got != len)
		return dp_arena_printf(reader->arena,
			"has %u octets of data, but says %u; make the record anew", (unsigned)got,
			(unsigned)len);
	if (got <= 3 || !dp_tlsa_from_rdata(rdata, (size_t)got, record))
		return "is too short for a TLSA record; make the record anew";
	return NULL;
}

static const char *add_record(struct reader *reader, const struct entry *entry, size_t from,
	const struct dp_name *owner, bool relative)
{
	struct dp_records_file *file = reader->file;
	struct dp_file_record record = { .relative = relative };
	const char *wrong;

	if (owner != NULL)
		record.owner = *owner;
	if (entry->too_long)
		return told(reader, entry, "is too long for a TLSA record");
	if (from < entry->count && strcmp(entry->tokens[from], "\\#") == 0) {
		wrong = generic(reader, entry, from, &record.tlsa);
	} else {
		wrong = dp_tlsa_from_text(joined(reader, entry, from), &record.tlsa, reader->arena);
		if (wrong != NULL)
			wrong = dp_arena_printf(reader->arena, "is no TLSA record: %s", wrong);
	}
	if (wrong != NULL)
		return told(reader, entry, wrong);
	if (file->count == DP_RECORDS_FILE_MAX)
		return told(reader, entry,
			"is one TLSA record too many; leave those of other "
			"servers out (at most 1024 are read)");
	file->items = dp_arena_grow(
		reader->arena, file->items, file->count, &file->cap, sizeof(*file->items));
	file->items[file->count++] = record;
	return NULL;
}

/* A name as it is written, with the origin behind it where it lacks its end. False: it is no name.
 */
static bool complete_name(
	const struct reader *reader, const char *token, struct dp_name *name, bool *relative)
{
	size_t len = strlen(token);

	if (strcmp(token, "@") == 0) {
		*name = reader->origin;
		*relative = reader->origin.len == 0;
		return true;
	}
	if (!dp_name_parse(token, name))
		return false;
	*relative = token[len - 1] != '.' && reader->origin.len == 0;
	if (token[len - 1] != '.' && reader->origin.len > 0) {
		if ((size_t)name->len - 1 + reader->origin.len > DP_NAME_MAX)
			return false;
		memcpy(name->wire + name->len - 1, reader->origin.wire, reader->origin.len);
		name->len = (uint8_t)(name->len - 1 + reader->origin.len);
	}
	return true;
}

/* Note the owner of an entry. False: it is no name. */
static bool take_owner(struct reader *reader, const char *token)
{
	struct dp_name name;
	bool relative;

	if (!complete_name(reader, token, &name, &relative))
		return false;
	reader->owner = name;
	reader->relative = relative;
	return true;
}

/* An alias of what is no record of a server is of no interest, nor one that is no name. */
static void add_alias(struct reader *reader, const char *target)
{
	struct dp_records_file *file = reader->file;
	struct dp_file_alias alias = { .owner = reader->owner, .relative = reader->relative };

	if (file->alias_count == DP_RECORDS_ALIASES_MAX ||
		!complete_name(reader, target, &alias.target, &alias.target_relative))
		return;
	file->aliases = dp_arena_grow(reader->arena, file->aliases, file->alias_count,
		&file->alias_cap, sizeof(*file->aliases));
	file->aliases[file->alias_count++] = alias;
}

static const char *directive(struct reader *reader, const struct entry *entry)
{
	const char *word = entry->tokens[0];

	if (is_word(word, "$ORIGIN")) {
		struct dp_name before = reader->owner;
		bool relative = reader->relative;

		if (entry->count < 2 || !take_owner(reader, entry->tokens[1]))
			return told(reader, entry,
				"has no name behind $ORIGIN; type one, as in "
				"$ORIGIN example.org.");
		reader->origin = reader->owner;
		reader->owner = before;
		reader->relative = relative;
	} else if (!is_word(word, "$TTL")) {
		reader->file->includes = true;
	}
	return NULL;
}

/* One of the three numbers of a record, or its word (RFC 7218). */
static bool is_parameter(const char *token)
{
	static const char *const words[] = { "PKIX-TA", "PKIX-EE", "DANE-TA", "DANE-EE", "Cert",
		"SPKI", "Full", "SHA2-256", "SHA2-512" };
	uint64_t number;

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		if (is_word(token, words[i]))
			return true;
	}
	return dp_text_number(token, 0, UINT8_MAX, &number);
}

/* "3 1 1 HEX" with nothing before it, or "TLSA 3 1 1 HEX", or "IN TLSA ...", where an owner should
 * stand. Returns where the data begins, or SIZE_MAX. */
static size_t bare_data(const struct entry *entry, size_t type)
{
	size_t at = is_word(entry->tokens[0], "IN") ? 1 : 0;

	if (type < entry->count && is_tlsa(entry->tokens[type]) && (entry->indented || at == 0))
		return SIZE_MAX;
	if (at < entry->count && is_tlsa(entry->tokens[at]))
		return at + 1;
	if (at > 0 || entry->count < 4)
		return SIZE_MAX;
	return is_parameter(entry->tokens[0]) && is_parameter(entry->tokens[1]) &&
			is_parameter(entry->tokens[2])
		? 0
		: SIZE_MAX;
}

/* An RRSIG as dig +short prints it: only its data, which begins with the type. */
static bool is_bare_signature(const struct entry *entry)
{
	return entry->count >= SIGNED_TOKENS && strlen(entry->tokens[4]) == SIGNED_TIME &&
		strlen(entry->tokens[5]) == SIGNED_TIME && is_ttl(entry->tokens[4]) &&
		is_ttl(entry->tokens[5]);
}

/* Behind the owner: TTL and class in either order, each at most once. */
static size_t type_place(const struct entry *entry, size_t at)
{
	bool ttl = false, class = false;

	while (at < entry->count) {
		if (!ttl && is_ttl(entry->tokens[at]))
			ttl = true;
		else if (!class && is_class(entry->tokens[at]))
			class = true;
		else
			break;
		at++;
	}
	return at;
}

/* Is it a word that a type may be, with data behind? */
static bool is_record(const struct entry *entry, size_t type)
{
	return type + 1 < entry->count && is_type(entry->tokens[type]);
}

static const char *no_record(const struct reader *reader, const struct entry *entry)
{
	return told(reader, entry,
		dp_arena_printf(reader->arena,
			"begins with \"%s\", which is no DNS record; type records as in "
			"\"_25._tcp.mx.example.org. IN TLSA 3 1 1 HEX\", or just \"3 1 1 HEX\"",
			dp_text_escape(reader->arena, entry->tokens[0], strlen(entry->tokens[0]),
				TOKEN_SHOWN_MAX)));
}

static const char *read_words(
	struct reader *reader, const struct entry *entry, size_t data, bool alias)
{
	size_t len = strlen(entry->tokens[0]);
	bool dotted = len > 0 && entry->tokens[0][len - 1] == '.';

	if (!take_owner(reader,
		    dp_arena_printf(reader->arena, "%s%s", entry->tokens[0], dotted ? "" : ".")))
		return no_record(reader, entry);
	if (!alias)
		return add_record(reader, entry, data, &reader->owner, false);
	add_alias(reader, entry->tokens[data]);
	return NULL;
}

static const char *read_entry(struct reader *reader, const struct entry *entry)
{
	size_t first = entry->indented ? 0 : 1;
	size_t type = type_place(entry, first);
	size_t bare = bare_data(entry, type), words;
	bool alias;

	if (entry->nul)
		return told(reader, entry, "holds a NUL; give a text file");
	if (entry->tokens[0][0] == '$')
		return directive(reader, entry);
	if (is_bare_signature(entry) || dp_records_chatter(entry->tokens, entry->count))
		return NULL;
	words = dp_records_words(entry->tokens, entry->count, &alias);
	if (words > 0)
		return read_words(reader, entry, words, alias);
	if (strcmp(entry->tokens[0], "\\#") == 0) /* dig +short +unknownformat */
		return add_record(reader, entry, 0, NULL, false);
	if (bare != SIZE_MAX)
		return add_record(reader, entry, bare, NULL, false);
	if (entry->count == 1 && !entry->indented)
		return NULL; /* the target of an alias, as dig +short prints it */
	if (!is_record(entry, type))
		return no_record(reader, entry);
	if (!entry->indented && !take_owner(reader, entry->tokens[0]))
		return no_record(reader, entry);
	if (is_word(entry->tokens[type], "CNAME"))
		add_alias(reader, entry->tokens[type + 1]);
	if (!is_tlsa(entry->tokens[type]))
		return NULL;
	return add_record(reader, entry, type + 1, &reader->owner, reader->relative);
}

const char *dp_records_file_read(
	const char *data, size_t len, struct dp_arena *arena, struct dp_records_file *file)
{
	static const char mark[] = "\xef\xbb\xbf";
	struct reader reader = {
		.at = data, .end = data + len, .line = 1, .arena = arena, .file = file
	};
	struct entry entry = { .tokens =
				       dp_arena_alloc(arena, TOKENS_MAX * sizeof(*entry.tokens)) };
	size_t before = file->count;

	if (len >= 3 && memcmp(data, mark, 3) == 0)
		reader.at += 3;
	while (next_entry(&reader, &entry)) {
		const char *wrong = entry.unclosed
			? told(&reader, &entry, "opens a parenthesis that is not closed")
			: read_entry(&reader, &entry);

		if (wrong != NULL)
			return wrong;
	}
	if (file->count > before)
		return NULL;
	return file->includes ? "holds no TLSA record ($INCLUDE and $GENERATE are not followed); "
				"give the file that holds them"
			      : "holds no TLSA record; give zone file lines, or what \"dig TLSA\" "
				"prints";
}
