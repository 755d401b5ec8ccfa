/* SPDX-License-Identifier: Apache-2.0 */
/* What else to know about a host's rollover. */
#include <string.h>

#include "base/text.h"
#include "dane/judge.h"
#include "dane/known_ca.h"
#include "dane/rollover_parts.h"
#include "dane/rules.h"
#include "dane/inventory.h"

#define MANY_RECORDS 12 /* see judge_records.c */
#define SHOWN_BYTES 8

static void warn(struct dp_rollover_work *work, const char *code, const char *rfc, const char *text)
{
	struct dp_rollover_note note = { code, true, (int)work->index, text, rfc };

	dp_rollover_note(work->plan, &note);
}

static void tell(struct dp_rollover_work *work, const char *code, const char *rfc, const char *text)
{
	struct dp_rollover_note note = { code, false, (int)work->index, text, rfc };

	dp_rollover_note(work->plan, &note);
}

static const char *short_text(struct dp_rollover_work *work, const struct dp_tlsa *record)
{
	return dp_tlsa_text(record, SHOWN_BYTES, work->arena);
}

/* --- records --- */

static void selector_notes(struct dp_rollover_work *work)
{
	for (size_t i = 0; i < work->host->record_count; i++) {
		const struct dp_rollover_record *record = &work->host->records[i];

		if (record->record->selector != DP_CERT || !dp_tlsa_pins_leaf(record->record) ||
			(!record->served && !record->fresh))
			continue;
		warn(work, "selector-cert", "RFC 7671 s5.1",
			dp_arena_printf(work->arena,
				"Record %s pins the certificate itself: each renewal makes it "
				"void, with the same key, too. A 3 1 1 record of the key stays "
				"as long as the key does.",
				short_text(work, record->record)));
		return;
	}
}

/* Everything that vouches for the new chain hangs on one of several intermediates. */
static void issuer_notes(struct dp_rollover_work *work)
{
	const struct dp_known_ca *pinned = NULL;
	const char *others;

	for (size_t i = 0; i < work->host->record_count; i++) {
		const struct dp_rollover_record *record = &work->host->records[i];

		if (!record->fresh)
			continue;
		if (dp_tlsa_pins_leaf(record->record))
			return;
		pinned = dp_known_ca_find(record->record, NULL);
		if (pinned == NULL)
			return;
	}
	if (pinned == NULL)
		return;
	others = dp_judge_unpinned_siblings(work->verdict->records, work->verdict->record_count,
		pinned, work->input->now_utc_s, work->arena);
	if (others[0] != '\0')
		warn(work, "issuer-rotates", "RFC 7671 s5.2",
			dp_arena_printf(work->arena,
				"The new certificate is vouched for by its issuer %s alone, and %s "
				"issues from %s, too, as it likes: the next renewal may come from "
				"one of these. Publish a 3 1 1 record of your own key, too, and "
				"keep that key.",
				pinned->subject_cn, pinned->issuer_cn, others));
}

static void idle_notes(struct dp_rollover_work *work)
{
	const struct dp_rollover_host *host = work->host;
	bool partly = host->forced || host->type_unseen || dp_rollover_unseen(host);
	bool done = host->state == DP_ROLLOVER_DEPLOYED || host->state == DP_ROLLOVER_BROKEN;

	if ((done && !partly) || !work->any_seen)
		return; /* among the steps, or not known */
	for (size_t i = 0; i < work->host->record_count; i++) {
		const struct dp_rollover_record *record = &work->host->records[i];

		if (record->idle)
			warn(work, "record-idle", "RFC 7671 s8.4",
				dp_arena_printf(work->arena,
					"Record %s stands for nothing that %s, nor for the new one. "
					"Remove it, unless it is of a key that you keep for later%s.",
					short_text(work, record->record),
					partly ? "was seen" : "is served",
					partly ? " or of what was not seen" : ""));
	}
}

static void count_notes(struct dp_rollover_work *work)
{
	size_t count = work->host->record_count + work->verdict->record_dropped;
	bool before = work->verifies && work->host->state != DP_ROLLOVER_FIRST;

	if (!before)
		count += work->publish_count;
	if (count > MANY_RECORDS)
		warn(work, "records-many", "",
			dp_arena_printf(work->arena,
				"It has %zu records %s: more than about %d were seen to be too "
				"many for one large sender. Remove what stands for nothing first.",
				count, before ? "now" : "then", MANY_RECORDS));
}

/* --- certificates --- */

static void name_note(struct dp_rollover_work *work)
{
	const char *references[DP_REFERENCES_MAX];
	const struct dp_chain *chain = work->input->next.chain;
	size_t count;

	if (chain == NULL || work->verdict->base.len == 0)
		return;
	count = dp_rule_references(work->input->facts, &work->verdict->base, references);
	if (!dp_cert_named(&chain->certs[0], references, count, dp_rule_srv_id(work->input->facts)))
		warn(work, "name-missing", "RFC 7671 s5.1",
			"The new certificate does not name it. Records with usage 3 do not need "
			"that, others do. If the certificate is for another host, plan for that "
			"alone: smtp://HOST.");
}

static void expiry_note(struct dp_rollover_work *work)
{
	const struct dp_chain *chain = work->input->next.chain;
	int64_t now_utc_s = work->input->now_utc_s;
	int64_t wait_s = DP_ROLLOVER_TTLS * (int64_t)work->host->ttl_s;
	int64_t warning_s = work->input->facts->target.cert_warning_s; /* -1: not given */
	int64_t then_utc_s = now_utc_s + (warning_s > wait_s ? warning_s : wait_s);
	char date[DP_TIME_TEXT_MAX];

	for (size_t i = 0; chain != NULL && i < chain->count; i++) {
		const struct dp_cert *cert = &chain->certs[i];
		const char *which = i == 0
			? "The new certificate"
			: dp_arena_printf(work->arena, "The issuer's certificate \"%s\"",
				  cert->subject_text);

		if (cert->spki == NULL)
			continue;
		if (cert->not_after_utc_s != DP_TIME_NONE && cert->not_after_utc_s <= then_utc_s)
			warn(work, "expires", "RFC 7671 s5.1",
				dp_arena_printf(work->arena,
					"%s end%s on %s. Records with usage 3 do not need that it "
					"lasts, others do.",
					which, cert->not_after_utc_s <= now_utc_s ? "ed" : "s",
					dp_text_date(cert->not_after_utc_s, date)));
		if (cert->not_before_utc_s != DP_TIME_NONE && cert->not_before_utc_s > now_utc_s)
			warn(work, "not-yet-valid", "RFC 7671 s5.1",
				dp_arena_printf(work->arena,
					"%s is valid only from %s on. Records with usage 3 do not "
					"need that, others do: plan for then, with --at.",
					which, dp_text_time(cert->not_before_utc_s, date)));
	}
}

/* A record pins the CA's root, which the server sends now, and the new file is a stock one without
 * it: to complete the file is better than another record. */
static void anchor_note(struct dp_rollover_work *work)
{
	const struct dp_chain *chain = work->input->next.chain;

	for (size_t r = 0; chain != NULL && r < work->host->record_count; r++) {
		const struct dp_rollover_record *record = &work->host->records[r];
		const struct dp_cert *anchor = record->record->usage == DP_DANE_TA && record->served
			? dp_rollover_pinned(work, record->record)
			: NULL;
		const char *file = dp_inventory_shell_word(work->input->next.name, work->arena);
		bool below = false;

		for (size_t i = 0; anchor != NULL && !record->fresh && i < chain->count; i++)
			below |= chain->certs[i].spki != NULL &&
				chain->certs[i].issuer_len == anchor->subject_len &&
				memcmp(chain->certs[i].issuer, anchor->subject,
					anchor->subject_len) == 0;
		if (!below)
			continue;
		warn(work, "anchor-missing", "RFC 7671 s5.2.2",
			dp_arena_printf(work->arena,
				"Record %s pins \"%s\", which the server sends now and %s does not "
				"hold. Complete the file, then plan again; no new record may be "
				"needed:\n  daneprobe chain --complete %s --tlsa '%s' %s",
				short_text(work, record->record), anchor->subject_text,
				work->input->next.name, file,
				dp_tlsa_text(record->record, 0, work->arena), file));
	}
}

static void chain_notes(struct dp_rollover_work *work)
{
	const struct dp_rollover_host *host = work->host;

	if (host->same_key)
		tell(work, "same-key", "RFC 7671 s5.1",
			"The key stays: records of the key (selector 1) keep their value, those of "
			"the certificate (selector 0) change.");
	if (host->joins)
		tell(work, "joins", "",
			"No certificate of that key type was seen: it is taken to join what is "
			"there, whose records must stay.");
	if (work->no_issuer)
		warn(work, "issuer-missing", "RFC 7671 s5.2",
			"Its records pin an issuer, and the new file has no issuer's certificate "
			"in it: add the intermediates to the file.");
	if (work->input->next.chain == NULL &&
		(host->scheme == DP_SCHEME_ISSUER || host->scheme == DP_SCHEME_KEY_ISSUER))
		tell(work, "issuer-unknown", "",
			"Who will issue its certificate is not known yet, so records of issuers "
			"do not count here.");
	anchor_note(work);
	name_note(work);
	expiry_note(work);
}

/* --- the rest --- */

/* What was not seen. */
static void sight_notes(struct dp_rollover_work *work)
{
	const struct dp_rollover_host *host = work->host;

	if (host->unrouted > 0)
		tell(work, "unrouted", "",
			dp_arena_printf(work->arena,
				"This machine has no way to %zu of its %zu addresses (IPv6, it may "
				"be): what is served there is not known.",
				host->unrouted, work->facts->addr_count));
	if (host->unreached > 0 && !work->facts->down)
		warn(work, "unreached", "",
			dp_arena_printf(work->arena,
				"%zu of its %zu addresses could not be reached: what is served "
				"there is not known. Remove no record before that is.",
				host->unreached, work->facts->addr_count));
	if (host->unseen != NULL)
		warn(work, "unseen", "",
			dp_arena_printf(work->arena,
				"%s: what is served there is not known. Remove no record before "
				"that is.",
				host->unseen));
	if (host->type_unseen)
		warn(work, "key-type-unseen", "",
			"Whether it has a certificate of another key type, too (RSA or ECDSA), was "
			"not seen, so no record is named for removal here.");
	if (host->forced)
		tell(work, "connect", "",
			"Seen at the addresses that --connect gives alone: what is served there is "
			"taken for what senders get.");
}

static void state_notes(struct dp_rollover_work *work)
{
	const struct dp_rollover_host *host = work->host;
	bool waits = host->state == DP_ROLLOVER_PREPARE || host->state == DP_ROLLOVER_WAITING ||
		(host->state == DP_ROLLOVER_READY && !work->host->lasting);

	sight_notes(work);
	if (host->state == DP_ROLLOVER_PREPARE && work->any_new)
		warn(work, "early", "RFC 7671 s8.1",
			"Some addresses serve the new certificate already, which no record vouches "
			"for: senders that meet these defer. Put the old certificate back there "
			"until its time has come.");
	else if (work->verdict->outcome == DP_FAILED && host->state != DP_ROLLOVER_BROKEN &&
		host->state != DP_ROLLOVER_MEND)
		warn(work, "failing", "",
			dp_arena_printf(work->arena,
				"It fails today, as it is; to see why: daneprobe check %s",
				dp_rollover_target(work->input)));
	if (host->wildcard_records)
		warn(work, "wildcard-records", "",
			"Its records come from a wildcard, so they are every other name's below "
			"it, too. The lines here are the wildcard's.");
	if (host->alias_records)
		tell(work, "records-shared", "",
			"The name of its records is an alias, and the lines here are for where "
			"that leads. Other names may lead there, too: remove a record only when it "
			"stands for nothing at any of them.");
	if (waits && !work->plan->servers_asked)
		tell(work, "one-nameserver", "",
			"Only one name server was asked; --all-nameservers asks each, since one "
			"that is behind hands out the old records.");
	if (host->state == DP_ROLLOVER_PREPARE && work->input->next.chain != NULL &&
		host->scheme == DP_SCHEME_KEY && !host->same_key)
		tell(work, "next-key", "RFC 7671 s8.1",
			"To renew without a wait next time, also where the CA wants a new key "
			"each time: make the next key now, and publish its record beside these: "
			"daneprobe plan --new NEXT.key");
}

void dp_rollover_signature_notes(const struct dp_rollover_input *input, struct dp_rollover *plan)
{
	const struct dp_verdict *verdict = input->verdict;

	for (size_t i = 0; i < verdict->finding_count; i++) {
		const struct dp_finding *finding = &verdict->findings[i];

		if (finding->code == DP_REASON_RRSIG_EXPIRES_SOON)
			dp_rollover_note(plan,
				&(struct dp_rollover_note){ "rrsig-expires-soon", true, -1,
					finding->cause, "RFC 4035 s5.3.1" });
	}
}

void dp_rollover_notes(struct dp_rollover_work *work)
{
	enum dp_rollover_state state = work->host->state;

	if (state == DP_ROLLOVER_UNKNOWN || state == DP_ROLLOVER_INSECURE)
		return;
	selector_notes(work);
	issuer_notes(work);
	idle_notes(work);
	count_notes(work);
	chain_notes(work);
	state_notes(work);
}
