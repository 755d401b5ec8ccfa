/* SPDX-License-Identifier: Apache-2.0 */
#include "app/survey_resume.h"

#include <stdlib.h>
#include <string.h>

#include "app/survey_lines.h"
#include "app/survey_shard.h"
#include "base/arena.h"
#include "base/text.h"

#define KEY "\"target\":\""
#define START "{\"schema\":"
#define CAP_LEAST 1024u
#define TEXT_MAX (4 * DP_SURVEY_LINE_MAX) /* each byte shown as \xff */
#define LINE_MOST (64u * 1024 * 1024)     /* of a file that is something else */

static uint64_t hash_of(const char *text, size_t len)
{
	uint64_t hash = dp_survey_hash(text, len);

	return hash != 0 ? hash : 1;
}

/* The place of a hash, or the free one where it belongs. */
static size_t place(const struct dp_survey_resume *resume, uint64_t hash)
{
	size_t i = (size_t)(hash & (resume->cap - 1));

	while (resume->hashes[i] != 0 && resume->hashes[i] != hash)
		i = (i + 1) & (resume->cap - 1);
	return i;
}

static void grow(struct dp_survey_resume *resume)
{
	struct dp_survey_resume larger = *resume;

	larger.cap = resume->cap == 0 ? CAP_LEAST : resume->cap * 2;
	larger.hashes = calloc(larger.cap, sizeof(*larger.hashes));
	if (larger.hashes == NULL)
		dp_arena_fail();
	for (size_t i = 0; i < resume->cap; i++) {
		if (resume->hashes[i] != 0)
			larger.hashes[place(&larger, resume->hashes[i])] = resume->hashes[i];
	}
	free(resume->hashes);
	*resume = larger;
}

static void add(struct dp_survey_resume *resume, uint64_t hash)
{
	size_t at;

	if (resume->count >= resume->cap / 2)
		grow(resume);
	at = place(resume, hash);
	resume->count += resume->hashes[at] == 0;
	resume->hashes[at] = hash;
}

/* The four digits behind \u; -1: none, or not ASCII, which a target of ours is never written as. */
static int unicode(const char *digits, const char *end)
{
	int value = 0;

	for (int i = 0; i < 4; i++) {
		int digit = digits + i < end ? dp_text_hex_digit(digits[i]) : -1;

		if (digit < 0)
			return -1;
		value = value * 16 + digit;
	}
	return value < 128 ? value : -1;
}

/* One character of a JSON string (RFC 8259 s7) from *at; -1: the string is broken. */
static int character(const char **at, const char *end)
{
	static const char letters[] = "\"\\/bfnrt", values[] = "\"\\/\b\f\n\r\t";
	const char *found;
	int value;

	if (**at != '\\')
		return (unsigned char)*(*at)++;
	if (*at + 1 >= end)
		return -1;
	char letter = (*at)[1];

	*at += 2;
	if (letter == 'u') {
		value = unicode(*at, end);
		*at += value < 0 ? 0 : 4;
		return value;
	}
	found = letter != '\0' ? strchr(letters, letter) : NULL;
	return found != NULL ? (unsigned char)values[found - letters] : -1;
}

/* Does another result begin in the line, behind a torn one? No text can hold that unescaped. */
static bool glued(const char *line, const char *end)
{
	for (const char *at = line + 1; at + sizeof(START) <= end; at++) {
		if (memcmp(at, START, sizeof(START) - 1) == 0)
			return true;
	}
	return false;
}

/* A whole line of ours: an object, in which no text can hold the key unescaped. */
static void read_line(struct dp_survey_resume *resume, const char *line, size_t len)
{
	char text[TEXT_MAX];
	size_t used = 0;
	const char *end = line + len, *at = NULL;

	if (len > 0 && end[-1] == '\r')
		end--;
	if (end - line < 2 || line[0] != '{' || end[-1] != '}' || glued(line, end))
		return;
	for (const char *from = line; at == NULL && from + sizeof(KEY) <= end; from++) {
		if (memcmp(from, KEY, sizeof(KEY) - 1) == 0)
			at = from + sizeof(KEY) - 1;
	}
	while (at != NULL && at < end && *at != '"') {
		int c = character(&at, end);

		if (c < 0 || used == sizeof(text))
			return;
		text[used++] = (char)c;
	}
	if (at != NULL && at < end)
		add(resume, hash_of(text, used));
}

void dp_survey_resume_read(struct dp_survey_resume *resume, const char *bytes, size_t len)
{
	ptrdiff_t line;

	dp_survey_queue_add(&resume->rest, bytes, len);
	while ((line = dp_survey_queue_line(&resume->rest)) >= 0) {
		read_line(resume, dp_survey_queue_at(&resume->rest), (size_t)line);
		dp_survey_queue_drop(&resume->rest, (size_t)line + 1);
		resume->whole_bytes += line + 1;
	}
	if (resume->rest.len > LINE_MOST) {
		resume->whole_bytes += (int64_t)resume->rest.len;
		dp_survey_queue_close(&resume->rest);
	}
}

bool dp_survey_resume_has(const struct dp_survey_resume *resume, const char *target)
{
	uint64_t hash = hash_of(target, strlen(target));

	return resume->cap > 0 && resume->hashes[place(resume, hash)] == hash;
}

void dp_survey_resume_close(struct dp_survey_resume *resume)
{
	dp_survey_queue_close(&resume->rest);
	free(resume->hashes);
	*resume = (struct dp_survey_resume){ 0 };
}
