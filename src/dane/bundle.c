/* SPDX-License-Identifier: Apache-2.0 */
#include "dane/bundle.h"

#include <string.h>

#include <mbedtls/base64.h>
#include <mbedtls/platform_util.h>

#include "base/text.h"
#include "dane/der.h"
#include "dane/object.h"

#define LABEL_SHOWN_MAX 60
#define TEXT(literal) literal, sizeof(literal) - 1

/* A line of the file: its text without line end and trailing blanks. */
struct line {
	const char *text;
	size_t len;
	size_t start, next; /* offsets in the file */
};

struct reader {
	const char *data;
	size_t len;
	size_t at;       /* the next line */
	unsigned number; /* of the line that was read last, from 1 */
	char *base64;    /* of the block that is read; room for the whole file */
	struct dp_arena *arena;
};

static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\0' || c == '\f' || c == '\v';
}

/* Lines end with LF, CR LF or CR. A NUL is a blank: some tools count the end of a C string in. */
static bool next_line(struct reader *reader, struct line *line)
{
	size_t end = reader->at;

	if (reader->at >= reader->len)
		return false;
	while (end < reader->len && reader->data[end] != '\n' && reader->data[end] != '\r')
		end++;
	line->start = reader->at;
	line->text = reader->data + reader->at;
	line->len = end - reader->at;
	line->next = end;
	if (line->next < reader->len)
		line->next += reader->data[end] == '\r' && end + 1 < reader->len &&
				reader->data[end + 1] == '\n'
			? 2
			: 1;
	while (line->len > 0 && is_blank(line->text[line->len - 1]))
		line->len--;
	reader->at = line->next;
	reader->number++;
	return true;
}

static bool starts(const char *text, size_t len, const char *with, size_t with_len)
{
	return len >= with_len && memcmp(text, with, with_len) == 0;
}

static const char *find(const char *text, size_t len, const char *what, size_t what_len)
{
	for (size_t i = 0; i + what_len <= len; i++) {
		if (memcmp(text + i, what, what_len) == 0)
			return text + i;
	}
	return NULL;
}

/* Blanks before the text of a line that is a BEGIN line but for them. */
static size_t indentation(const struct line *line)
{
	size_t blanks = 0;

	while (blanks < line->len && is_blank(line->text[blanks]))
		blanks++;
	return blanks;
}

static bool is_begin(const struct line *line)
{
	size_t blanks = indentation(line);

	return starts(line->text + blanks, line->len - blanks, TEXT("-----BEGIN "));
}

static bool is_end(const struct line *line)
{
	size_t blanks = indentation(line);

	return starts(line->text + blanks, line->len - blanks, TEXT("-----END "));
}

/* The label of a BEGIN or END line: what stands between its first word and the next dashes. False:
 * nothing but dashes must stand behind, and something does, or the dashes are missing. */
static bool read_label(const struct line *line, size_t head, const char **label, size_t *len)
{
	const char *text = line->text + indentation(line) + head;
	size_t left = (size_t)(line->text + line->len - text);
	const char *dashes = find(text, left, TEXT("-----"));

	*label = text;
	*len = dashes != NULL ? (size_t)(dashes - text) : left;
	return dashes != NULL && (size_t)(line->text + line->len - dashes) == 5;
}

static bool is_base64(char c)
{
	return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') ||
		c == '+' || c == '/' || c == '=';
}

/* Headers of RFC 1421 end with an empty line. */
struct body {
	bool in_headers, encrypted;
	size_t base64_len;
};

/* Gather the base64 of a line. False: something else stands in it. */
static bool gather(const struct line *line, char *base64, size_t *len)
{
	for (size_t i = 0; i < line->len; i++) {
		if (is_blank(line->text[i]))
			continue;
		if (!is_base64(line->text[i]))
			return false;
		base64[(*len)++] = line->text[i];
	}
	return true;
}

static void wrong(struct dp_block *block, struct dp_arena *arena, unsigned line, const char *what)
{
	if (block->wrong == NULL)
		block->wrong = dp_arena_printf(arena, "line %u %s", line, what);
}

/* The BEGIN line itself. */
static void check_begin(
	struct dp_block *block, const struct line *line, bool closed, const struct reader *reader)
{
	if (indentation(line) > 0)
		wrong(block, reader->arena, block->line,
			"is indented, which servers do not read; remove the blanks at the start of "
			"its lines, as \"sed 's/^[ \\t]*//' FILE\" does");
	else if (!closed)
		wrong(block, reader->arena, block->line,
			"must end with five dashes, and the base64 begin in the next line");
}

/* The END line: its label, and that nothing follows. */
static void check_end(struct dp_block *block, const struct line *line, const char *label,
	size_t label_len, const struct reader *reader)
{
	const char *end;
	size_t end_len;
	bool closed = read_label(line, strlen("-----END "), &end, &end_len);

	if (find(line->text, line->len, TEXT("-----BEGIN ")) != NULL)
		wrong(block, reader->arena, reader->number,
			"holds an END and a BEGIN; type a line end between them");
	else if (!closed)
		wrong(block, reader->arena, reader->number, "must end with five dashes");
	else if (end_len != label_len || memcmp(end, label, label_len) != 0)
		wrong(block, reader->arena, reader->number,
			dp_arena_printf(reader->arena, "ends another thing (\"%s\")",
				dp_text_escape(reader->arena, end, end_len, LABEL_SHOWN_MAX)));
}

static void read_body_line(struct dp_block *block, const struct line *line, struct body *body,
	const struct reader *reader)
{
	bool header = memchr(line->text, ':', line->len) != NULL;

	if (header && (body->in_headers || body->base64_len == 0)) {
		body->in_headers = true;
		body->encrypted = body->encrypted ||
			(starts(line->text, line->len, TEXT("Proc-Type:")) &&
				find(line->text, line->len, TEXT("ENCRYPTED")) != NULL);
		return;
	}
	if (line->len == 0)
		body->in_headers = false;
	if (!body->in_headers && !gather(line, reader->base64, &body->base64_len))
		wrong(block, reader->arena, reader->number, "is no base64");
}

static void decode(struct dp_block *block, const struct body *body, const struct reader *reader)
{
	size_t done = 0;
	uint8_t *der;

	if (block->wrong == NULL && body->base64_len == 0)
		block->wrong = "nothing stands in it";
	if (block->wrong != NULL)
		return;
	der = dp_arena_alloc(reader->arena, body->base64_len / 4 * 3 + 3);
	if (mbedtls_base64_decode(der, body->base64_len / 4 * 3 + 3, &done,
		    (const unsigned char *)reader->base64, body->base64_len) != 0) {
		block->wrong = "its base64 is cut short or damaged";
		return;
	}
	block->der = der;
	block->der_len = done;
}

/* Lines up to the END line, or to the next BEGIN. */
static void read_body(struct dp_block *block, const char *label, size_t label_len,
	struct reader *reader, struct body *body)
{
	struct line line;
	struct reader before = *reader;

	while (next_line(reader, &line)) {
		if (is_begin(&line)) {
			*reader = before;
			break;
		}
		if (is_end(&line)) {
			check_end(block, &line, label, label_len, reader);
			return;
		}
		read_body_line(block, &line, body, reader);
		before = *reader;
	}
	/* whatever else is wrong with it comes from that */
	block->wrong = dp_arena_printf(reader->arena,
		"its line -----END %s----- is missing; the file is cut short or damaged",
		block->label);
}

/* A block from its BEGIN line, which was just read. */
static void read_block(struct dp_block *block, const struct line *begin, struct reader *reader)
{
	const char *label;
	size_t label_len;
	bool closed = read_label(begin, strlen("-----BEGIN "), &label, &label_len);
	struct body body = { false, false, 0 };

	memset(block, 0, sizeof *block);
	block->start = begin->start;
	block->line = reader->number;
	block->label = dp_text_escape(reader->arena, label, label_len, LABEL_SHOWN_MAX);
	check_begin(block, begin, closed, reader);
	read_body(block, label, label_len, reader, &body);
	block->end = reader->at;
	decode(block, &body, reader);
	mbedtls_platform_zeroize(reader->base64, body.base64_len);
	block->kind =
		body.encrypted ? DP_BLOCK_ENCRYPTED_KEY : dp_object_of_label(label, label_len);
	dp_object_check(block);
}

static void add_block(
	struct dp_bundle *bundle, const struct dp_block *block, size_t *cap, struct dp_arena *arena)
{
	if (bundle->count == DP_BLOCKS_MAX) {
		bundle->dropped++;
		return;
	}
	bundle->blocks = dp_arena_grow(arena, bundle->blocks, bundle->count, cap, sizeof *block);
	bundle->blocks[bundle->count++] = *block;
}

static void read_pem(struct dp_bundle *bundle, size_t from, struct dp_arena *arena)
{
	struct reader reader = { bundle->data, bundle->len, from, 0, NULL, arena };
	struct line line;
	struct dp_block block;
	size_t cap = 0;

	reader.base64 = dp_arena_alloc(arena, bundle->len);
	while (next_line(&reader, &line)) {
		if (!is_begin(&line))
			continue;
		read_block(&block, &line, &reader);
		add_block(bundle, &block, &cap, arena);
	}
}

static void read_der(struct dp_bundle *bundle, struct dp_arena *arena)
{
	struct dp_der der = dp_der_open((const uint8_t *)bundle->data, bundle->len);
	struct dp_der_item item;
	struct dp_block block = {
		.label = "DER",
		.end = bundle->len,
		.line = 1,
		.der = (const uint8_t *)bundle->data,
	};
	size_t cap = 0;

	if (dp_der_next(&der, &item))
		block.der_len = item.total;
	block.kind = dp_object_of_der(block.der, block.der_len);
	dp_object_check(&block);
	bundle->is_der = true;
	add_block(bundle, &block, &cap, arena);
}

static bool is_useful(enum dp_block_kind kind)
{
	return kind != DP_BLOCK_OTHER;
}

/* Nothing of use in the blocks: what there is instead. */
static const char *useless(const struct dp_bundle *bundle, struct dp_arena *arena)
{
	for (size_t i = 0; i < bundle->count; i++) {
		if (is_useful(bundle->blocks[i].kind))
			return NULL;
	}
	for (size_t i = 0; i < bundle->count; i++) {
		const char *why = dp_object_refused(bundle->blocks[i].label);

		if (why != NULL)
			return why;
	}
	return dp_arena_printf(arena,
		"holds no certificate or key, only \"%s\"; give a file with "
		"lines such as -----BEGIN CERTIFICATE-----",
		bundle->blocks[0].label);
}

const char *dp_bundle_read(
	const char *data, size_t len, struct dp_arena *arena, struct dp_bundle *bundle)
{
	size_t from = starts(data, len, TEXT("\xef\xbb\xbf")) ? 3 : 0, used = len;
	const char *why;

	memset(bundle, 0, sizeof *bundle);
	bundle->data = data;
	bundle->len = len;
	while (used > from &&
		(is_blank(data[used - 1]) || data[used - 1] == '\n' || data[used - 1] == '\r'))
		used--;
	if (used == from)
		return "is empty; give a file with a certificate or key";
	read_pem(bundle, from, arena);
	if (bundle->count > 0)
		return useless(bundle, arena);
	why = dp_object_foreign((const uint8_t *)data, len, used, arena);
	if (why == NULL)
		read_der(bundle, arena);
	return why;
}

const char *dp_bundle_wrong(const struct dp_bundle *bundle, struct dp_arena *arena)
{
	for (size_t i = 0; i < bundle->count; i++) {
		const struct dp_block *block = &bundle->blocks[i];

		if (block->wrong != NULL && is_useful(block->kind))
			return bundle->is_der
				? dp_arena_printf(arena, "cannot be read: %s", block->wrong)
				: dp_arena_printf(arena,
					  "holds a %s in line %u that cannot be read: %s",
					  block->label, block->line, block->wrong);
	}
	return bundle->dropped > 0
		? dp_arena_printf(arena,
			  "holds more than %d certificates and keys; give only those "
			  "of one server",
			  DP_BLOCKS_MAX)
		: NULL;
}

void dp_bundle_chain(const struct dp_bundle *bundle, struct dp_chain *chain, size_t **blocks,
	struct dp_arena *arena)
{
	const uint8_t **ders = dp_arena_alloc(arena, (bundle->count + 1) * sizeof *ders);
	size_t *lens = dp_arena_alloc(arena, (bundle->count + 1) * sizeof *lens);
	size_t count = 0;

	*blocks = dp_arena_alloc(arena, (bundle->count + 1) * sizeof **blocks);
	for (size_t i = 0; i < bundle->count; i++) {
		const struct dp_block *block = &bundle->blocks[i];

		if (block->kind != DP_BLOCK_CERTIFICATE || block->der == NULL)
			continue;
		ders[count] = block->der;
		lens[count] = block->der_len;
		(*blocks)[count++] = i;
	}
	dp_chain_open(chain, ders, lens, count, arena);
}

void dp_bundle_wipe(const struct dp_bundle *bundle, char *data)
{
	for (size_t i = 0; i < bundle->count; i++) {
		const struct dp_block *block = &bundle->blocks[i];

		if (block->kind == DP_BLOCK_PRIVATE_KEY && block->der != NULL && !bundle->is_der)
			mbedtls_platform_zeroize((void *)(uintptr_t)block->der, block->der_len);
	}
	if (data != NULL)
		mbedtls_platform_zeroize(data, bundle->len);
}
