/* SPDX-License-Identifier: Apache-2.0 */
/* Which of a file's records are those of one server: see records_file.h. */
#include <string.h>

#include "base/buf.h"
#include "base/text.h"
#include "dane/records_file.h"

#define OWNERS_SHOWN 6
#define PROTOCOL_LABELS 2 /* _25._tcp */
#define ALIASES_FOLLOWED 8

/* Are the labels of short, which lacks its end, the first ones of whole? */
static bool begins_with(const struct dp_name *whole, const struct dp_name *part)
{
	return part->len == 0 ||
		(part->len <= whole->len && memcmp(part->wire, whole->wire, part->len - 1u) == 0);
}

/* A name in the file or of the server. */
struct place {
	struct dp_name name;
	bool relative;
};

/* Is that where an owner stands? A whole name is met by a relative one that it begins with. */
static bool is_at(const struct dp_name *owner, bool relative, const struct place *place)
{
	if (place->relative || !relative)
		return place->relative == relative && dp_name_equal(&place->name, owner);
	return begins_with(&place->name, owner);
}

static bool is_bare(const struct dp_file_record *record)
{
	return record->owner.len == 0 && !record->relative;
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
static bool of_port(const struct dp_name *owner, uint16_t port)
{
	const struct dp_name root = { .len = 1 };
	struct dp_name prefix;

	return dp_name_tlsa_owner(&root, port, &prefix) && owner->len >= prefix.len &&
		memcmp(owner->wire, prefix.wire, prefix.len - 1u) == 0;
}

struct only {
	struct place place;
	bool found, several;
};

static void note_owner(struct only *only, const struct dp_name *owner, bool relative)
{
	const struct only before = *only;

	only->place = (struct place){ *owner, relative };
	only->found = true;
	only->several |= before.found &&
		(before.place.relative != relative || !dp_name_equal(&before.place.name, owner));
}

/* The one owner that the file is about: of that port, else the only one. */
static void find_only(const struct dp_records_file *file, uint16_t port, struct only *only)
{
	memset(only, 0, sizeof(*only));
	for (size_t i = 0; i < file->count; i++) {
		if (of_port(&file->items[i].owner, port))
			note_owner(only, &file->items[i].owner, file->items[i].relative);
	}
	for (size_t i = 0; i < file->alias_count; i++) {
		if (of_port(&file->aliases[i].owner, port))
			note_owner(only, &file->aliases[i].owner, file->aliases[i].relative);
	}
	if (only->found)
		return;
	for (size_t i = 0; i < file->count; i++) {
		if (!is_bare(&file->items[i]))
			note_owner(only, &file->items[i].owner, file->items[i].relative);
	}
}

/* Records stand at the place, or an alias, which is followed. False: neither. */
static bool look(const struct dp_records_file *file, struct place *place, bool *alias)
{
	*alias = false;
	for (size_t i = 0; i < file->count; i++) {
		if (!is_bare(&file->items[i]) &&
			is_at(&file->items[i].owner, file->items[i].relative, place))
			return true;
	}
	for (size_t i = 0; i < file->alias_count; i++) {
		const struct dp_file_alias *item = &file->aliases[i];

		if (!is_at(&item->owner, item->relative, place))
			continue;
		*place = (struct place){ item->target, item->target_relative };
		*alias = true;
		return true;
	}
	return false;
}

/* The wildcard nearest above the place (RFC 4592 s2.2). What else exists in the zone, and would
 * hide it, the file may not tell. */
static bool look_wide(const struct dp_records_file *file, struct place *place, bool *alias)
{
	for (size_t n = 1; !place->relative && n < dp_name_labels(&place->name); n++) {
		struct dp_name above = dp_name_parent(&place->name, n);
		struct place wide = { .name = { .wire = { 1, '*' } } };

		memcpy(wide.name.wire + 2, above.wire, above.len);
		wide.name.len = (uint8_t)(above.len + 2);
		if (look(file, &wide, alias)) {
			*place = wide;
			return true;
		}
	}
	return false;
}

/* Where the records of that place are in the end. */
static struct place follow(const struct dp_records_file *file, struct place place)
{
	bool alias = true;

	for (int i = 0; i < ALIASES_FOLLOWED && alias; i++) {
		if (!look(file, &place, &alias) && !look_wide(file, &place, &alias))
			break;
	}
	return place;
}

const char *dp_records_file_choose(const struct dp_records_file *file, const struct dp_name *host,
	uint16_t port, struct dp_arena *arena, struct dp_tlsa **records, size_t *count,
	struct dp_name *owner)
{
	char text[DP_NAME_TEXT_MAX];
	struct only only = { .found = true };
	struct place end;

	*records = dp_arena_alloc(arena, (file->count + 1) * sizeof(**records));
	*count = 0;
	owner->len = 0;
	if (host->len == 0)
		find_only(file, port, &only);
	else if (!dp_name_tlsa_owner(host, port, &only.place.name))
		return "cannot be found: the name of the host is too long";
	if (only.several)
		return dp_arena_printf(arena,
			"are of several names (%s); type --host NAME of the server, and "
			"--port if it is not 25",
			inventory(file, arena));
	if (only.found && !only.place.relative)
		*owner = only.place.name;
	end = only.found ? follow(file, only.place) : only.place;
	for (size_t i = 0; i < file->count; i++) {
		const struct dp_file_record *record = &file->items[i];

		if (is_bare(record) ||
			(only.found && is_at(&record->owner, record->relative, &end)))
			(*records)[(*count)++] = record->tlsa;
	}
	if (*count == 0)
		return dp_arena_printf(arena, "lack those of %s; the files hold %s",
			dp_name_text(&end.name, text), inventory(file, arena));
	if (*count > DP_TLSA_MAX)
		return dp_arena_printf(arena,
			"are too many: %zu, of which at most %d can be judged", *count,
			DP_TLSA_MAX);
	return NULL;
}

/* "*._tcp.HOST" */
static bool is_wide(const struct dp_name *owner)
{
	return owner->len > 4 && owner->wire[0] == 1 && owner->wire[1] == '*' &&
		owner->wire[2] > 1 && owner->wire[3] == '_';
}

bool dp_records_file_port(const struct dp_name *owner, uint16_t *port)
{
	char digits[8] = "";
	uint64_t number;
	size_t len = owner->len > 1 ? owner->wire[0] : 0;

	if (is_wide(owner))
		return true;
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

	if (labels <= PROTOCOL_LABELS || (owner->wire[1] != '_' && !is_wide(owner)))
		return false;
	*host = dp_name_parent(owner, PROTOCOL_LABELS);
	return host->wire[1] != '_' && dp_name_is_hostname(host);
}
