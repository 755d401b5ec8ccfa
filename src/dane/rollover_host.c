/* SPDX-License-Identifier: Apache-2.0 */
/* One host: what it serves, what its records are for, and where in a rollover it stands by that. */
#include <string.h>

#include "base/text.h"
#include "dane/cert_der.h"
#include "dane/rollover_parts.h"
#include "dane/rules.h"

#define SOA_MINIMUM_BYTES 4
#define USUAL_TTL_S 86400 /* of records that are gone: few have more */

/* --- times --- */

static uint32_t original_ttl(const struct dp_message *message, uint16_t type)
{
	uint32_t ttl_s = 0;
	bool found = false;

	for (size_t i = 0; i < message->rrsig_count; i++) {
		const struct dp_rrsig *rrsig = &message->rrsigs[i];

		if (rrsig->covered != type || !dp_name_equal(&rrsig->owner, &message->canonical))
			continue;
		if (!found || rrsig->original_ttl_s > ttl_s)
			ttl_s = rrsig->original_ttl_s;
		found = true;
	}
	return found || message->rr_count == 0 ? ttl_s : message->rrs[0].ttl_s;
}

void dp_rollover_note_ttl(struct dp_rollover_host *host, const struct dp_lookup *lookup)
{
	uint32_t ttl_s = original_ttl(&lookup->message, DP_TYPE_TLSA);

	if (!host->ttl_known || ttl_s > host->ttl_s)
		host->ttl_s = ttl_s;
	host->ttl_known = true;
}

/* RFC 2308 s5: the smaller of the SOA's own TTL and its MINIMUM. */
static int64_t negative_ttl(const struct dp_lookup *soa)
{
	const struct dp_rr *rr;
	uint32_t minimum_s, ttl_s;

	if (soa == NULL || !dp_rule_secure_data(soa) || soa->message.rr_count == 0)
		return -1;
	rr = soa->message.rrs;
	if (rr->rdata_len < SOA_MINIMUM_BYTES)
		return -1;
	const uint8_t *at = rr->rdata + rr->rdata_len - SOA_MINIMUM_BYTES;

	minimum_s = (uint32_t)at[0] << 24 | (uint32_t)at[1] << 16 | (uint32_t)at[2] << 8 | at[3];
	ttl_s = original_ttl(&soa->message, DP_TYPE_SOA);
	return ttl_s < minimum_s ? ttl_s : minimum_s;
}

/* RFC 4034 s3.1.3: a signature with fewer labels than the owner is of a wildcard. Labels of the
 * wildcard's parent, or -1. */
static int wildcard_labels(const struct dp_lookup *lookup)
{
	const struct dp_message *message = &lookup->message;

	for (size_t i = 0; i < message->rrsig_count; i++) {
		const struct dp_rrsig *rrsig = &message->rrsigs[i];

		if (rrsig->covered == lookup->type &&
			dp_name_equal(&rrsig->owner, &message->canonical) &&
			rrsig->labels < dp_name_labels(&message->canonical))
			return rrsig->labels;
	}
	return -1;
}

/* --- where records are published --- */

static void set_owner(struct dp_rollover_work *work)
{
	const struct dp_lookup *lookup = &work->facts->tlsa[work->tlsa > 0 ? work->tlsa : 0];
	struct dp_rollover_host *host = work->host;
	struct dp_name base;
	int labels;

	dp_rule_base(work->facts, 0, &base, &host->owner);
	if (dp_rule_final(lookup) && !dp_rule_lookup_failed(lookup) &&
		lookup->message.canonical.len > 0)
		host->owner = lookup->message.canonical;
	host->alias_records = lookup->state == DP_LOOKUP_DATA && lookup->message.alias_count > 0;
	labels = lookup->state == DP_LOOKUP_DATA ? wildcard_labels(lookup) : -1;
	if (labels >= 0) {
		struct dp_name parent =
			dp_name_parent(&host->owner, dp_name_labels(&host->owner) - (size_t)labels);

		host->wildcard_records = true;
		host->owner.wire[0] = 1;
		host->owner.wire[1] = '*';
		memcpy(host->owner.wire + 2, parent.wire, parent.len);
		host->owner.len = (uint8_t)(parent.len + 2);
	}
	host->wildcard_addresses =
		(dp_rule_secure_data(&work->facts->a) && wildcard_labels(&work->facts->a) >= 0) ||
		(dp_rule_secure_data(&work->facts->aaaa) &&
			wildcard_labels(&work->facts->aaaa) >= 0);
}

/* --- what is served --- */

/* The kind of key that a handshake chooses among certificates by. */
static enum dp_key_type slot_of(const struct dp_rollover_work *work, const struct dp_chain *chain)
{
	struct dp_key_info info = { .type = DP_KEY_UNKNOWN };

	if (chain != NULL)
		info.type = chain->certs[0].key_type;
	else
		dp_key_read(work->input->next.spki, work->input->next.spki_len, &info);
	return info.type == DP_KEY_RSA_PSS ? DP_KEY_RSA : info.type;
}

static bool same_chain(const struct dp_chain *a, const struct dp_chain *b)
{
	if (a->count != b->count)
		return false;
	for (size_t i = 0; i < a->count; i++) {
		if (memcmp(a->certs[i].cert_sha256, b->certs[i].cert_sha256,
			    sizeof a->certs[i].cert_sha256) != 0)
			return false;
	}
	return true;
}

/* With the same end entity, but other issuers behind it, it is to be replaced all the same. */
static bool is_new(const struct dp_rollover_work *work, const struct dp_chain *chain)
{
	const struct dp_rollover_new *next = &work->input->next;
	const struct dp_cert *leaf = &chain->certs[0];

	if (next->chain == NULL)
		return leaf->spki_len == next->spki_len && leaf->spki != NULL &&
			memcmp(leaf->spki, next->spki, next->spki_len) == 0;
	return same_chain(next->chain, chain);
}

struct seen {
	const struct dp_chain *chain;
	bool fresh, old;
	bool *good;
};

/* Every chain that counts, once. */
static size_t list_seen(struct dp_rollover_work *work, struct seen *seen, size_t max)
{
	size_t count = 0;

	for (size_t a = 0; a < work->facts->addr_count; a++) {
		const struct dp_addr_facts *addr = work->facts->addrs[a];
		bool any = false;

		for (size_t p = 0; p < addr->probe_count; p++) {
			const struct dp_probe *probe = &addr->probes[p];
			const struct dp_chain *chain = &probe->chain;
			bool known = false;

			if (probe->without_sni || !probe->chain_seen || chain->count == 0 ||
				work->verdict->addrs[a].probes[p].superseded)
				continue;
			any = true;
			for (size_t i = 0; i < count; i++)
				known |= same_chain(seen[i].chain, chain);
			if (!known && count < max)
				seen[count++].chain = chain;
		}
		if (!any && work->verdict->addrs[a].skipped)
			work->host->unrouted++;
		else if (!any)
			work->host->unreached++;
	}
	return count;
}

static void describe(struct dp_rollover_work *work, const struct seen *seen, size_t count)
{
	struct dp_buf out;

	dp_buf_init(&out, work->arena);
	for (size_t i = 0; i < count; i++) {
		const struct dp_cert *leaf = &seen[i].chain->certs[0];

		if (leaf->spki == NULL)
			continue;
		dp_buf_printf(&out, "%s\"%s\" (%s, issued by \"%s\")", out.len > 0 ? ", " : "",
			leaf->subject_text, dp_cert_key_text(leaf, work->arena), leaf->issuer_text);
	}
	work->host->served = out.data;
}

/* Which of them are replaced: those of the new one's key type; when there are none, senders that
 * now use the others may take the new one. */
static void sort_seen(struct dp_rollover_work *work, struct seen *seen, size_t count)
{
	enum dp_key_type slot = slot_of(work, work->input->next.chain);
	const struct dp_rollover_new *next = &work->input->next;
	bool typed = false;

	for (size_t i = 0; i < count; i++) {
		seen[i].fresh = is_new(work, seen[i].chain);
		/* A certificate to come for the key that is in use replaces what has it now. */
		seen[i].old = (!seen[i].fresh || next->chain == NULL) &&
			slot_of(work, seen[i].chain) == slot;
		work->any_new |= seen[i].fresh;
		work->any_old |= seen[i].old && !seen[i].fresh;
		typed |= seen[i].fresh || seen[i].old;
		work->host->same_key |= seen[i].old && next->spki_len > 0 &&
			seen[i].chain->certs[0].spki_len == next->spki_len &&
			memcmp(seen[i].chain->certs[0].spki, next->spki, next->spki_len) == 0;
	}
	work->any_seen = count > 0;
	work->host->joins = count > 0 && !typed;
}

/* --- what the records are for --- */

static bool subset(const bool *a, const bool *b, size_t count)
{
	bool any = false;

	for (size_t i = 0; i < count; i++) {
		any |= a[i];
		if (a[i] && !b[i])
			return false;
	}
	return any;
}

/* Before there is a certificate: of other records it is not known whether it will have a use for
 * them. */
static bool known_for_key(const struct dp_rollover_work *work, const struct dp_tlsa *record)
{
	return work->input->next.chain != NULL ||
		(record->usage == DP_DANE_EE && record->selector == DP_SPKI);
}

static void judge_records(struct dp_rollover_work *work, const struct seen *seen, size_t seen_count)
{
	struct dp_rollover_host *host = work->host;
	size_t count = work->verdict->record_count;
	const struct dp_tlsa *records = work->verdict->records;
	bool *fresh = dp_arena_alloc(work->arena, count + 1);
	bool all_last = work->verdict->record_dropped == 0, any_replaced = false;

	dp_rollover_vouching(work, records, count, work->input->next.chain, fresh);
	work->verifies = dp_rollover_verifies(work, records, count);
	host->records = dp_arena_alloc(work->arena, (count + 1) * sizeof *host->records);
	host->record_count = count;
	for (size_t s = 0; s < seen_count; s++) {
		bool replaced = seen[s].old || host->joins;

		dp_rollover_vouching(work, records, count, seen[s].chain, seen[s].good);
		all_last &= !replaced || subset(seen[s].good, fresh, count);
		any_replaced |= replaced;
		for (size_t i = 0; i < count; i++) {
			host->records[i].served |= seen[s].good[i];
			host->records[i].old |= seen[s].old && seen[s].good[i];
		}
		work->old_verified |= replaced && subset(seen[s].good, seen[s].good, count);
	}
	host->lasting = any_replaced && all_last;
	for (size_t i = 0; i < count; i++) {
		struct dp_rollover_record *record = &host->records[i];
		bool kept = fresh[i] || !known_for_key(work, &records[i]);

		for (size_t s = 0; s < seen_count; s++)
			kept |= !seen[s].old && seen[s].good[i];
		record->record = &records[i];
		record->fresh = fresh[i];
		record->next = fresh[i] && !record->served;
		record->old &= !kept;
		record->idle = !fresh[i] && !record->served &&
			records[i].unusable == DP_REASON_NONE && known_for_key(work, &records[i]);
	}
}

static enum dp_rollover_scheme scheme_of(const struct dp_rollover_host *host)
{
	bool ee = false, ta = false, own = false, next = false;

	for (size_t i = 0; i < host->record_count; i++) {
		const struct dp_rollover_record *record = &host->records[i];

		if (record->record->unusable != DP_REASON_NONE)
			continue;
		ta |= !dp_tlsa_pins_leaf(record->record);
		if (!dp_tlsa_pins_leaf(record->record))
			continue;
		ee = true;
		own |= record->served;
		next |= !record->served;
	}
	if (ee && ta)
		return DP_SCHEME_KEY_ISSUER;
	if (ta)
		return DP_SCHEME_ISSUER;
	return !ee ? DP_SCHEME_NONE : own && next ? DP_SCHEME_NEXT : DP_SCHEME_KEY;
}

/* --- where it stands --- */

static bool old_enough(const struct dp_rollover_work *work)
{
	int64_t since_utc_s = work->input->since_utc_s;

	return since_utc_s != DP_TIME_NONE &&
		since_utc_s + DP_ROLLOVER_TTLS * (int64_t)work->host->ttl_s <=
		work->input->clock_utc_s;
}

/* No record counts, as far as was seen. What was removed lately may be in caches still, for a TTL
 * that nobody tells any more. */
static void judge_first(struct dp_rollover_work *work)
{
	const struct dp_rollover_input *input = work->input;
	int64_t ttl_s = work->host->ttl_known ? work->host->ttl_s : USUAL_TTL_S;

	work->host->state = DP_ROLLOVER_FIRST;
	if (work->host->lagging != NULL) {
		work->host->state = DP_ROLLOVER_UNKNOWN;
		work->host->unsure = dp_arena_printf(work->arena,
			"no record counts where we asked, but by what %s has the new one would "
			"be refused: bring the name servers in line first",
			work->host->lagging);
	} else if (input->since_utc_s != DP_TIME_NONE &&
		input->since_utc_s + DP_ROLLOVER_TTLS * ttl_s > input->clock_utc_s) {
		work->host->state = DP_ROLLOVER_UNKNOWN;
		work->host->unsure = "no record counts, but those that were there before --since "
				     "may still be in caches";
	}
}

static enum dp_rollover_state state_of(const struct dp_rollover_work *work, bool elsewhere)
{
	bool done = work->any_new && !work->any_old;

	/* Of a key alone a record of its issuer may vouch, for the certificate that is there. */
	if (!work->verifies && !elsewhere)
		return done && (work->input->next.chain != NULL || !work->old_verified)
			? DP_ROLLOVER_BROKEN
			: DP_ROLLOVER_PREPARE;
	if (!work->verifies || work->host->lagging != NULL)
		return DP_ROLLOVER_LAGGING;
	if (done && work->input->next.chain != NULL && !dp_rollover_unseen(work->host))
		return DP_ROLLOVER_DEPLOYED;
	/* Changed lately: what was removed then may have let the old one pass. */
	if (work->input->since_utc_s == DP_TIME_NONE ? work->host->lasting : old_enough(work))
		return DP_ROLLOVER_READY;
	if (!work->any_seen || (done && dp_rollover_unseen(work->host)))
		return DP_ROLLOVER_UNSEEN;
	return work->old_verified ? DP_ROLLOVER_WAITING : DP_ROLLOVER_MEND;
}

static void judge_published(struct dp_rollover_work *work)
{
	struct seen *seen =
		dp_arena_alloc(work->arena, DP_ADDRS_MAX * DP_CONNECTIONS_MAX * sizeof *seen);
	size_t count = list_seen(work, seen, DP_ADDRS_MAX * DP_CONNECTIONS_MAX);
	bool counts = false, needs_roots = false, elsewhere;

	for (size_t i = 0; i < count; i++)
		seen[i].good = dp_arena_alloc(work->arena, work->verdict->record_count + 1);
	dp_rollover_sight(work);
	describe(work, seen, count);
	sort_seen(work, seen, count);
	if (work->tlsa >= 0)
		dp_rollover_note_ttl(work->host, &work->facts->tlsa[work->tlsa]);
	judge_records(work, seen, count);
	for (size_t i = 0; i < work->verdict->record_count; i++) {
		const struct dp_tlsa *record = &work->verdict->records[i];

		counts |= dp_tlsa_counts(record);
		needs_roots |= record->unusable == DP_REASON_TLSA_NEEDS_ROOTS;
	}
	elsewhere = work->tlsa >= 0 && dp_rollover_servers(work);
	if (needs_roots) {
		/* Clients that have roots go by these records, too. */
		work->host->state = DP_ROLLOVER_UNKNOWN;
		work->host->unsure = "records have usages 0 and 1, for clients with roots of their "
				     "own: type --pkix-roots FILE";
	} else if (counts) {
		work->host->state = state_of(work, elsewhere);
	} else {
		judge_first(work);
	}
	work->host->scheme = scheme_of(work->host);
}

void dp_rollover_host(struct dp_rollover_work *work)
{
	struct dp_rollover_host *host = work->host;
	enum dp_tlsa_choice choice = dp_rule_tlsa(work->input->facts, work->facts, &work->tlsa);

	host->negative_ttl_s = negative_ttl(work->facts->soa);
	host->served = "";
	if (choice == DP_TLSA_RECORDS) {
		set_owner(work);
		judge_published(work);
		return;
	}
	work->tlsa = -1;
	host->state = DP_ROLLOVER_UNKNOWN;
	if (choice == DP_TLSA_NONE) {
		bool secure = dp_rule_secure_addresses(work->facts) != NULL ||
			dp_rule_addresses(work->facts) == DP_ADDRESSES_ALIAS;

		set_owner(work);
		host->state = DP_ROLLOVER_INSECURE;
		if (secure && work->facts->tlsa[0].security == DP_SECURE) {
			dp_rollover_servers(work);
			judge_first(work);
		}
	} else if (choice == DP_TLSA_NO_HOST &&
		dp_rule_addresses(work->facts) == DP_ADDRESSES_NONE) {
		host->state = DP_ROLLOVER_INSECURE;
	}
}
