/* SPDX-License-Identifier: Apache-2.0 */
/* Which of a file's records are those of one server: see records_file.h. */
#include <string.h>

#include "base/buf.h"
#include "base/text.h"
#include "dane/records_file.h"

#define OWNERS_SHOWN 6
#define PROTOCOL_LABELS 2 /* _25._tcp */

/* Are the labels of short, which lacks its end, the first ones of whole? */
static bool begins_with(const struct dp_name *whole, const struct dp_name *part)
{
	return part->len == 0 ||
		(part->len <= whole->len && memcmp(part->wire, whole->wire, part->len - 1u) == 0);
}

static bool fits(const struct dp_file_record *record, const struct dp_name *owner)
{
	if (record->owner.len == 0 && !record->relative)
		return true;
	return record->relative ? begins_with(owner, &record->owner)
				: dp_name_equal(owner, &record->owner);
}

static bool same_owner(const struct dp_file_record *a, const struct dp_file_record *b)
{
	return a->relative == b->relative && dp_name_equal(&a->owner, &b->owner);
}

static const char *owner_text(const struct dp_file_record *record, struct dp_arena *arena)
{
	char text[DP_NAME_TEXT_MAX];

	if (record->owner.len == 0)
		return record->relative ? "@" : "(no name)";
	dp_name_text(&record->owner, text);
	return dp_arena_text(arena, text, strlen(text));
}

/* "3 1 1 at _25._tcp.a.example, 2 1 1 at ...": what there is. */
static const char *inventory(const struct dp_records_file *file, struct dp_arena *arena)
{
	struct dp_buf out;
	size_t shown = 0;

	dp_buf_init(&out, arena);
	for (size_t i = 0; i < file->count && shown < OWNERS_SHOWN; i++, shown++) {
		const struct dp_file_record *record = &file->items[i];

		dp_buf_printf(&out, "%s%u %u %u at %s", shown > 0 ? ", " : "",
			(unsigned)record->tlsa.usage, (unsigned)record->tlsa.selector,
			(unsigned)record->tlsa.matching, owner_text(record, arena));
	}
	if (file->count > shown)
		dp_buf_printf(&out, " and %zu more", file->count - shown);
	return out.data;
}

/* Does the owner begin with "_port._tcp"? */
static bool of_port(const struct dp_file_record *record, uint16_t port)
{
	const struct dp_name root = { .len = 1 };
	struct dp_name prefix;

	return dp_name_tlsa_owner(&root, port, &prefix) && record->owner.len >= prefix.len &&
		memcmp(record->owner.wire, prefix.wire, prefix.len - 1u) == 0;
}

/* The one owner that the file is about: of that port, else the only one. */
static const char *only_owner(const struct dp_records_file *file, uint16_t port,
	struct dp_arena *arena, const struct dp_file_record **only)
{
	bool any_of_port = false;

	*only = NULL;
	for (size_t i = 0; i < file->count; i++)
		any_of_port |= of_port(&file->items[i], port);
	for (size_t i = 0; i < file->count; i++) {
		const struct dp_file_record *record = &file->items[i];

		if ((record->owner.len == 0 && !record->relative) ||
			(any_of_port && !of_port(record, port)))
			continue;
		if (*only != NULL && !same_owner(*only, record))
			return dp_arena_printf(arena,
				"are of several names (%s); type --host NAME of the server, and "
				"--port if it is not 25",
				inventory(file, arena));
		*only = record;
	}
	return NULL;
}

const char *dp_records_file_choose(const struct dp_records_file *file, const struct dp_name *host,
	uint16_t port, struct dp_arena *arena, struct dp_tlsa **records, size_t *count,
	struct dp_name *owner)
{
	const struct dp_file_record *only = NULL;
	const char *wrong;

	*records = dp_arena_alloc(arena, (file->count + 1) * sizeof(**records));
	*count = 0;
	owner->len = 0;
	if (host->len > 0 && !dp_name_tlsa_owner(host, port, owner))
		return "cannot be found: the name of the host is too long";
	wrong = host->len > 0 ? NULL : only_owner(file, port, arena, &only);
	if (wrong != NULL)
		return wrong;
	if (only != NULL && !only->relative)
		*owner = only->owner;
	for (size_t i = 0; i < file->count; i++) {
		const struct dp_file_record *record = &file->items[i];
		bool bare = record->owner.len == 0 && !record->relative;
		bool wanted = host->len > 0 ? fits(record, owner)
					    : bare || (only != NULL && same_owner(only, record));

		if (wanted)
			(*records)[(*count)++] = record->tlsa;
	}
	if (*count == 0) {
		char text[DP_NAME_TEXT_MAX];

		return dp_arena_printf(arena, "lack those of %s; the files hold %s",
			dp_name_text(owner, text), inventory(file, arena));
	}
	if (*count > DP_TLSA_MAX)
		return dp_arena_printf(arena,
			"are too many: %zu, of which at most %d can be judged", *count,
			DP_TLSA_MAX);
	return NULL;
}

bool dp_records_file_port(const struct dp_name *owner, uint16_t *port)
{
	char digits[8] = "";
	uint64_t number;
	size_t len = owner->len > 1 ? owner->wire[0] : 0;

	if (len < 2 || len > sizeof(digits) - 1 || owner->wire[1] != '_')
		return false;
	memcpy(digits, owner->wire + 2, len - 1);
	if (!dp_text_number(digits, 1, UINT16_MAX, &number))
		return false;
	*port = (uint16_t)number;
	return true;
}

bool dp_records_file_host(const struct dp_name *owner, struct dp_name *host)
{
	size_t labels = dp_name_labels(owner);

	if (labels <= PROTOCOL_LABELS || owner->wire[1] != '_')
		return false;
	*host = dp_name_parent(owner, PROTOCOL_LABELS);
	return host->wire[1] != '_' && dp_name_is_hostname(host);
}
