/* SPDX-License-Identifier: Apache-2.0 */
/* What to publish for a new chain: the same usages, selectors and matching types as before (RFC
 * 7671 s8.1), so that no sender loses the only kind of record that it can use. */
#include <string.h>

#include "base/text.h"
#include "dane/digest.h"
#include "dane/known_ca.h"
#include "dane/rollover_parts.h"

const char *dp_rollover_line(const struct dp_rollover_work *work, const struct dp_tlsa *record)
{
	char owner[DP_NAME_TEXT_MAX];
	const char *ttl = work->host->ttl_known
		? dp_arena_printf(work->arena, " %lu", (unsigned long)work->host->ttl_s)
		: "";

	return dp_arena_printf(work->arena, "%s.%s IN TLSA %s",
		dp_name_text(&work->host->owner, owner), ttl, dp_tlsa_text(record, 0, work->arena));
}

/* The lines of one address answer, at the name that the record will shadow. */
static size_t address_lines(const struct dp_rollover_work *work, const struct dp_lookup *lookup,
	const char **lines, size_t max)
{
	size_t count = 0, bytes = lookup->type == DP_TYPE_A ? 4 : 16;
	char name[DP_NAME_TEXT_MAX], text[DP_IP_TEXT_MAX];

	for (size_t i = 0; lookup->state == DP_LOOKUP_DATA && i < lookup->message.rr_count; i++) {
		const struct dp_rr *rr = &lookup->message.rrs[i];
		struct dp_ip ip = { .family = bytes == 4 ? 4 : 6 };

		if (rr->rdata_len != bytes || count == max)
			continue;
		memcpy(ip.bytes, rr->rdata, bytes);
		lines[count++] = dp_arena_printf(work->arena, "%s. %lu IN %s %s",
			dp_name_text(&lookup->message.canonical, name), (unsigned long)rr->ttl_s,
			bytes == 4 ? "A" : "AAAA", dp_ip_format(&ip, text));
	}
	return count;
}

size_t dp_rollover_addresses(const struct dp_rollover_work *work, const char **lines, size_t max)
{
	size_t count = address_lines(work, &work->facts->a, lines, max);

	return count + address_lines(work, &work->facts->aaaa, lines + count, max - count);
}

/* --- making records --- */

static void make(const struct dp_rollover_work *work, struct dp_tlsa *record,
	const struct dp_tlsa *like, const uint8_t *object, size_t len)
{
	uint8_t *digest = dp_arena_alloc(work->arena, DP_SHA512_BYTES);

	*record = (struct dp_tlsa){
		.usage = like->usage, .selector = like->selector, .matching = like->matching
	};
	record->data = like->matching == DP_FULL ? object : digest;
	record->data_len = len;
	if (like->matching == DP_SHA256) {
		dp_digest_sha256(object, len, digest);
		record->data_len = DP_SHA256_BYTES;
	} else if (like->matching == DP_SHA512) {
		dp_digest_sha512(object, len, digest);
		record->data_len = DP_SHA512_BYTES;
	}
}

static const struct dp_cert *pinned_in(const struct dp_chain *chain, const struct dp_tlsa *record)
{
	for (size_t i = 1; i < chain->count; i++) {
		const struct dp_cert *cert = &chain->certs[i];

		if (dp_tlsa_matches(record, cert->der, cert->der_len, cert->spki, cert->spki_len))
			return cert;
	}
	return NULL;
}

const struct dp_cert *dp_rollover_pinned(
	const struct dp_rollover_work *work, const struct dp_tlsa *record)
{
	const struct dp_cert *found = NULL;

	for (size_t a = 0; a < work->facts->addr_count && found == NULL; a++) {
		const struct dp_addr_facts *addr = work->facts->addrs[a];

		for (size_t p = 0; p < addr->probe_count && found == NULL; p++)
			found = pinned_in(&addr->probes[p].chain, record);
	}
	return found;
}

/* Does the record pin a root? Then so should the new one. */
static bool pins_root(const struct dp_rollover_work *work, const struct dp_tlsa *record)
{
	const struct dp_known_ca *ca = dp_known_ca_find(record, NULL);
	const struct dp_cert *pinned = dp_rollover_pinned(work, record);

	return (ca != NULL && strcmp(ca->subject_cn, ca->issuer_cn) == 0) ||
		(pinned != NULL && pinned->self_issued);
}

static const struct dp_cert *issuer_of(const struct dp_chain *chain, bool root)
{
	const struct dp_cert *leaf = &chain->certs[0], *issuer = NULL;

	for (size_t i = 1; i < chain->count; i++) {
		const struct dp_cert *cert = &chain->certs[i];

		if (cert->spki == NULL)
			continue;
		if (root && cert->self_issued)
			return cert;
		if (issuer == NULL && cert->subject_len == leaf->issuer_len && leaf->spki != NULL &&
			memcmp(cert->subject, leaf->issuer, leaf->issuer_len) == 0)
			issuer = cert;
	}
	return issuer;
}

/* The record of the new chain that is like another. False: it cannot be made. */
static bool make_like(
	struct dp_rollover_work *work, const struct dp_tlsa *like, struct dp_tlsa *record)
{
	const struct dp_rollover_new *next = &work->input->next;
	const struct dp_cert *cert;

	if (like->usage == DP_DANE_EE && like->selector == DP_SPKI) {
		make(work, record, like, next->spki, next->spki_len);
		return next->spki_len > 0;
	}
	if (next->chain == NULL)
		return false;
	cert = dp_tlsa_pins_leaf(like) ? &next->chain->certs[0]
				       : issuer_of(next->chain, pins_root(work, like));
	if (cert == NULL) {
		work->no_issuer = true;
		return false;
	}
	if (like->selector == DP_CERT)
		make(work, record, like, cert->der, cert->der_len);
	else
		make(work, record, like, cert->spki, cert->spki_len);
	return true;
}

/* --- which --- */

static bool same_form(const struct dp_tlsa *a, const struct dp_tlsa *b)
{
	return a->usage == b->usage && a->selector == b->selector && a->matching == b->matching;
}

/* Has a form been dealt with: by an earlier record, or by one that vouches for the new chain? */
static bool form_done(const struct dp_rollover_host *host, size_t index, bool served)
{
	for (size_t i = 0; i < host->record_count; i++) {
		const struct dp_rollover_record *other = &host->records[i];

		if (same_form(other->record, host->records[index].record) &&
			(other->fresh || (i < index && !(served && other->idle))))
			return true;
	}
	return false;
}

struct set {
	struct dp_tlsa *records; /* those published, then those to be added */
	size_t published, count;
};

static void add(struct dp_rollover_work *work, struct set *set, const struct dp_tlsa *record)
{
	for (size_t i = 0; i < set->count; i++) {
		if (same_form(&set->records[i], record) &&
			set->records[i].data_len == record->data_len &&
			memcmp(set->records[i].data, record->data, record->data_len) == 0)
			return;
	}
	if (work->publish_count == DP_TLSA_MAX)
		return;
	set->records[set->count++] = *record;
	work->publish[work->publish_count++] = dp_rollover_line(work, record);
}

static const struct dp_tlsa own_key = {
	.usage = DP_DANE_EE, .selector = DP_SPKI, .matching = DP_SHA256
};

/* A new form of record must at once stand for what is served, too (RFC 7671 s8.4). */
static void add_own_keys(struct dp_rollover_work *work, struct set *set)
{
	struct dp_tlsa record;

	for (size_t a = 0; a < work->facts->addr_count; a++) {
		const struct dp_addr_facts *addr = work->facts->addrs[a];

		for (size_t p = 0; p < addr->probe_count; p++) {
			const struct dp_chain *chain = &addr->probes[p].chain;

			if (addr->probes[p].without_sni || chain->count == 0 ||
				chain->certs[0].spki == NULL)
				continue;
			make(work, &record, &own_key, chain->certs[0].spki,
				chain->certs[0].spki_len);
			add(work, set, &record);
		}
	}
	if (make_like(work, &own_key, &record))
		add(work, set, &record);
}

void dp_rollover_publish(struct dp_rollover_work *work)
{
	struct dp_rollover_host *host = work->host;
	size_t count = host->record_count;
	struct set set = { .published = count, .count = count };
	struct dp_tlsa record;
	bool served = false;

	set.records = dp_arena_alloc(work->arena, (count + DP_TLSA_MAX + 1) * sizeof *set.records);
	work->publish = dp_arena_alloc(work->arena, DP_TLSA_MAX * sizeof *work->publish);
	for (size_t i = 0; i < count; i++)
		set.records[i] = *host->records[i].record;
	for (size_t i = 0; i < count; i++)
		served |= host->records[i].served;
	for (size_t i = 0; i < count; i++) {
		const struct dp_tlsa *like = host->records[i].record;

		/* Forms of records that stand for nothing are not kept up, unless all are such. */
		if (like->unusable != DP_REASON_NONE || (served && host->records[i].idle) ||
			form_done(host, i, served))
			continue;
		if (make_like(work, like, &record))
			add(work, &set, &record);
	}
	if (work->verifies && host->state != DP_ROLLOVER_FIRST)
		return;
	if (host->state == DP_ROLLOVER_FIRST || !dp_rollover_verifies(work, set.records, set.count))
		add_own_keys(work, &set);
}
