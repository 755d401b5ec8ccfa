/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The answer section is read again for every link of an alias chain instead of being kept: the
 * number of passes is bounded by DP_CNAME_MAX, the work of one by the packet, and memory stays
 * small.
 */
#include <string.h>

#include "base/text.h"
#include "dane/dnswire.h"

#define HEADER_BYTES 12
#define CLASS_IN 1
#define RRSIG_FIXED_BYTES 18
#define SRV_FIXED_BYTES 6
#define SOA_FIXED_BYTES 20
#define POINTERS_MAX 127 /* as many as a name can have labels */

/* Nothing reads the packet but through this. */
struct cursor {
	const uint8_t *packet;
	size_t at;
	size_t end;
};

struct record {
	struct dp_name owner;
	uint16_t type;
	uint16_t class;
	uint32_t ttl_s;
	struct cursor rdata;
};

struct answer {
	struct cursor start; /* first record of the answer section */
	uint16_t count;
};

static bool take(struct cursor *c, size_t bytes, const uint8_t **data)
{
	if (bytes > c->end - c->at)
		return false;
	*data = c->packet + c->at;
	c->at += bytes;
	return true;
}

static bool take_u16(struct cursor *c, uint16_t *value)
{
	const uint8_t *data;

	if (!take(c, 2, &data))
		return false;
	*value = (uint16_t)(data[0] << 8 | data[1]);
	return true;
}

static uint32_t get_u32(const uint8_t *data)
{
	return (uint32_t)data[0] << 24 | (uint32_t)data[1] << 16 | (uint32_t)data[2] << 8 | data[3];
}

/* Append one label of len octets, in lower case. */
static bool add_label(struct dp_name *name, size_t len, struct cursor *c)
{
	const uint8_t *data;

	if (!take(c, len, &data) || name->len + 1 + len > DP_NAME_MAX - 1)
		return false;
	name->wire[name->len++] = (uint8_t)len;
	for (size_t i = 0; i < len; i++)
		name->wire[name->len++] = (uint8_t)dp_text_lower((char)data[i]);
	return true;
}

/* A name, perhaps compressed (RFC 1035 s4.1.4). A pointer must lead before the place where the
 * piece that holds it began, so the walk ends. */
static bool take_name(struct cursor *c, struct dp_name *name)
{
	struct cursor walk = *c;
	size_t piece = c->at;
	unsigned jumps = 0;
	const uint8_t *octet;

	name->len = 0;
	for (;;) {
		if (!take(&walk, 1, &octet))
			return false;
		if ((*octet & 0xc0) == 0xc0) {
			size_t high = *octet & 0x3fu;

			if (!take(&walk, 1, &octet))
				return false;
			if (jumps == 0)
				c->at = walk.at;
			size_t target = high << 8 | *octet;

			if (target >= piece || ++jumps > POINTERS_MAX)
				return false;
			piece = walk.at = target;
		} else if (*octet > 63) {
			return false;
		} else if (*octet == 0) {
			break;
		} else if (!add_label(name, *octet, &walk)) {
			return false;
		}
	}
	name->wire[name->len++] = 0;
	if (jumps == 0)
		c->at = walk.at;
	return true;
}

static bool next_record(struct cursor *c, struct record *record)
{
	const uint8_t *data;
	uint16_t rdata_len;

	if (!take_name(c, &record->owner) || !take_u16(c, &record->type) ||
		!take_u16(c, &record->class) || !take(c, 4, &data) || !take_u16(c, &rdata_len))
		return false;
	record->ttl_s = get_u32(data);
	if (record->ttl_s > INT32_MAX)
		record->ttl_s = 0; /* RFC 2181 s8 */
	record->rdata = *c;
	if (!take(c, rdata_len, &data))
		return false;
	/* A name inside may point back before the rdata, but not run past its end. */
	record->rdata.end = c->at;
	return true;
}

static bool open_answer(const uint8_t *packet, size_t len, struct answer *answer, uint8_t *rcode)
{
	struct cursor c = { packet, 0, len };
	const uint8_t *header;
	struct dp_name name;

	if (!take(&c, HEADER_BYTES, &header))
		return false;
	*rcode = header[3] & 0x0f;
	for (unsigned questions = (unsigned)(header[4] << 8 | header[5]); questions > 0;
		questions--) {
		const uint8_t *data;

		if (!take_name(&c, &name) || !take(&c, 4, &data))
			return false;
	}
	answer->count = (uint16_t)(header[6] << 8 | header[7]);
	answer->start = c;
	return true;
}

/* Is the whole section readable? Also the smallest TTL. */
static bool check_answer(const struct answer *answer, uint32_t *ttl_s)
{
	struct cursor c = answer->start;
	struct record record;
	bool first = true;

	*ttl_s = 0;
	for (unsigned i = 0; i < answer->count; i++) {
		if (!next_record(&c, &record))
			return false;
		if (record.class == CLASS_IN && (first || record.ttl_s < *ttl_s)) {
			*ttl_s = record.ttl_s;
			first = false;
		}
	}
	return true;
}

/* The target of the CNAME at owner. Returns 1 found, 0 there is none, -1 malformed. */
static int find_cname(
	const struct answer *answer, const struct dp_name *owner, struct dp_name *target)
{
	struct cursor c = answer->start;
	struct record record;

	for (unsigned i = 0; i < answer->count; i++) {
		if (!next_record(&c, &record))
			return -1;
		if (record.type != DP_TYPE_CNAME || record.class != CLASS_IN ||
			!dp_name_equal(&record.owner, owner))
			continue;
		if (!take_name(&record.rdata, target) || record.rdata.at != record.rdata.end)
			return -1;
		return 1;
	}
	return 0;
}

/* False on a loop or more than DP_CNAME_MAX links: no end can be told from such an answer. */
static bool follow_aliases(
	const struct answer *answer, struct dp_message *message, struct dp_arena *arena)
{
	struct dp_name target;
	size_t cap = 0;
	int found;

	while ((found = find_cname(answer, &message->canonical, &target)) > 0) {
		if (message->alias_count == DP_CNAME_MAX)
			return false;
		message->aliases = dp_arena_grow(arena, message->aliases, message->alias_count,
			&cap, sizeof *message->aliases);
		message->aliases[message->alias_count++] = message->canonical;
		message->canonical = target;
	}
	return found == 0;
}

/* Layout of the types whose rdata holds names: octets before, names, octets behind. */
struct layout {
	uint16_t type;
	uint8_t before, names, behind;
};

static const struct layout layouts[] = {
	{ DP_TYPE_NS, 0, 1, 0 },
	{ DP_TYPE_CNAME, 0, 1, 0 },
	{ DP_TYPE_DNAME, 0, 1, 0 },
	{ DP_TYPE_MX, 2, 1, 0 },
	{ DP_TYPE_SRV, SRV_FIXED_BYTES, 1, 0 },
	{ DP_TYPE_SOA, 0, 2, SOA_FIXED_BYTES },
	{ DP_TYPE_A, 4, 0, 0 },
	{ DP_TYPE_AAAA, 16, 0, 0 },
};

static bool copy_octets(struct cursor *c, size_t bytes, uint8_t *out, size_t *used)
{
	const uint8_t *data;

	if (!take(c, bytes, &data))
		return false;
	memcpy(out + *used, data, bytes);
	*used += bytes;
	return true;
}

/* Rdata into the arena; names uncompressed and in lower case, fixed sizes checked. */
static bool copy_rdata(const struct record *record, struct dp_rr *rr, struct dp_arena *arena)
{
	struct cursor c = record->rdata;
	uint8_t out[2 * DP_NAME_MAX + SOA_FIXED_BYTES];
	struct dp_name name;
	size_t used = 0;

	for (size_t i = 0; i < sizeof layouts / sizeof layouts[0]; i++) {
		const struct layout *l = &layouts[i];

		if (l->type != record->type)
			continue;
		if (!copy_octets(&c, l->before, out, &used))
			return false;
		for (unsigned n = 0; n < l->names; n++) {
			if (!take_name(&c, &name))
				return false;
			memcpy(out + used, name.wire, name.len);
			used += name.len;
		}
		if (!copy_octets(&c, l->behind, out, &used) || c.at != c.end)
			return false;
		rr->rdata = dp_arena_copy(arena, out, used);
		rr->rdata_len = (uint16_t)used;
		return true;
	}
	rr->rdata_len = (uint16_t)(c.end - c.at);
	rr->rdata = dp_arena_copy(arena, c.packet + c.at, rr->rdata_len);
	return true;
}

static bool cut_rrsig(const struct record *record, struct dp_rrsig *rrsig)
{
	struct cursor c = record->rdata;
	const uint8_t *data;

	rrsig->owner = record->owner;
	if (!take(&c, RRSIG_FIXED_BYTES, &data) || !take_name(&c, &rrsig->signer))
		return false;
	rrsig->covered = (uint16_t)(data[0] << 8 | data[1]);
	rrsig->algorithm = data[2];
	rrsig->labels = data[3];
	rrsig->original_ttl_s = get_u32(data + 4);
	/* RFC 4034 s3.1.5 counts modulo 2^32; taken as it stands that is unambiguous until 2106. */
	rrsig->expiration_utc_s = get_u32(data + 8);
	rrsig->inception_utc_s = get_u32(data + 12);
	return true;
}

static bool keep_record(const struct record *record, uint16_t qtype, struct dp_message *message,
	struct dp_arena *arena)
{
	if (record->type == DP_TYPE_RRSIG && message->rrsig_count < DP_RR_MAX)
		return cut_rrsig(record, &message->rrsigs[message->rrsig_count++]);
	if (record->type != qtype || !dp_name_equal(&record->owner, &message->canonical))
		return true;
	if (message->rr_count == DP_RR_MAX) {
		message->rr_dropped++;
		return true;
	}
	struct dp_rr *rr = &message->rrs[message->rr_count++];

	rr->owner = record->owner;
	rr->type = record->type;
	rr->ttl_s = record->ttl_s;
	return copy_rdata(record, rr, arena);
}

/* Two passes, so that the arrays have the size they need. */
static bool keep_records(const struct answer *answer, uint16_t qtype, struct dp_message *message,
	struct dp_arena *arena)
{
	struct cursor c = answer->start;
	struct record record;
	size_t rrs = 0, rrsigs = 0;

	for (unsigned i = 0; i < answer->count && next_record(&c, &record); i++) {
		rrsigs += record.type == DP_TYPE_RRSIG;
		rrs += record.type == qtype;
	}
	message->rrs =
		dp_arena_alloc(arena, (rrs < DP_RR_MAX ? rrs : DP_RR_MAX) * sizeof *message->rrs);
	message->rrsigs = dp_arena_alloc(
		arena, (rrsigs < DP_RR_MAX ? rrsigs : DP_RR_MAX) * sizeof *message->rrsigs);
	c = answer->start;
	for (unsigned i = 0; i < answer->count; i++) {
		if (!next_record(&c, &record))
			return false;
		if (record.class == CLASS_IN && !keep_record(&record, qtype, message, arena))
			return false;
	}
	return true;
}

bool dp_message_parse(const uint8_t *packet, size_t len, const struct dp_name *qname,
	uint16_t qtype, struct dp_message *message, struct dp_arena *arena)
{
	struct answer answer;

	memset(message, 0, sizeof *message);
	message->canonical = *qname;
	if (open_answer(packet, len, &answer, &message->rcode) &&
		check_answer(&answer, &message->ttl_s) &&
		(qtype == DP_TYPE_CNAME || follow_aliases(&answer, message, arena)) &&
		keep_records(&answer, qtype, message, arena))
		return true;
	memset(message, 0, sizeof *message);
	return false;
}
