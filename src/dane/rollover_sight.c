/* SPDX-License-Identifier: Apache-2.0 */
/* What was not seen of a host, and what other hosts need of the records that they share with it:
 * neither may be taken for what nobody needs any more. */
#include <string.h>

#include "dane/rollover_parts.h"
#include "dane/rules.h"

/* --- of one host --- */

static const char *family_unseen(
	const struct dp_lookup *lookup, bool wanted, const char *failed, const char *left_out)
{
	if (!dp_rule_final(lookup))
		return NULL;
	if (dp_rule_lookup_failed(lookup))
		return failed;
	return !wanted && lookup->state == DP_LOOKUP_DATA ? left_out : NULL;
}

/* Was one of the handshakes of an address answered, and another, for a key type, neither answered
 * nor refused for want of a certificate? */
static bool type_unseen(const struct dp_rollover_work *work, size_t index)
{
	const struct dp_addr_facts *addr = work->facts->addrs[index];
	bool seen = false, unseen = false;

	for (size_t p = 0; p < addr->probe_count; p++) {
		const struct dp_probe_verdict *verdict = &work->verdict->addrs[index].probes[p];

		if (addr->probes[p].without_sni || verdict->superseded)
			continue;
		seen |= addr->probes[p].chain_seen;
		unseen |= !addr->probes[p].chain_seen && !verdict->absent;
	}
	return seen && (unseen || work->input->facts->target.key_types == DP_KEY_TYPES_ANY);
}

void dp_rollover_sight(struct dp_rollover_work *work)
{
	const struct dp_target *target = &work->input->facts->target;
	const struct dp_host_facts *facts = work->facts;
	struct dp_rollover_host *host = work->host;

	for (size_t i = 0; i < facts->addr_count; i++) {
		host->forced |= facts->addrs[i]->forced;
		host->type_unseen |= type_unseen(work, i);
	}
	if (host->forced)
		return;
	if (facts->addr_dropped > 0)
		host->unseen = "It has more addresses than are looked at";
	if (host->unseen == NULL)
		host->unseen = family_unseen(&facts->a, target->want_v4,
			"Its IPv4 addresses could not be looked up",
			"Its IPv4 addresses were left out");
	if (host->unseen == NULL)
		host->unseen = family_unseen(&facts->aaaa, target->want_v6,
			"Its IPv6 addresses could not be looked up",
			"Its IPv6 addresses were left out");
}

bool dp_rollover_unseen(const struct dp_rollover_host *host)
{
	return host->unreached > 0 || host->unrouted > 0 || host->unseen != NULL;
}

/* --- among hosts --- */

static const struct dp_rollover_record *find(
	const struct dp_rollover_host *host, const struct dp_tlsa *record)
{
	for (size_t i = 0; i < host->record_count; i++) {
		const struct dp_tlsa *other = host->records[i].record;

		if (other->usage == record->usage && other->selector == record->selector &&
			other->matching == record->matching &&
			other->data_len == record->data_len &&
			memcmp(other->data, record->data, record->data_len) == 0)
			return &host->records[i];
	}
	return NULL;
}

/* Does the other host need the record still, when this one has done its steps? Those of hosts in
 * one state are done together. */
static bool needs(const struct dp_rollover_host *other, const struct dp_rollover_host *host,
	const struct dp_rollover_record *record)
{
	const struct dp_rollover_record *there = find(other, record->record);

	if (there == NULL)
		return false;
	if (dp_rollover_unseen(other) || other->type_unseen || (there->fresh && !record->fresh))
		return true;
	return there->served && !(there->old && other->state == host->state);
}

void dp_rollover_share(struct dp_rollover *plan, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		struct dp_rollover_host *host = &plan->hosts[i];

		for (size_t k = 0; k < count; k++) {
			const struct dp_rollover_host *other = &plan->hosts[k];

			if (k == i || host->owner.len == 0 ||
				!dp_name_equal(&host->owner, &other->owner))
				continue;
			for (size_t r = 0; r < host->record_count; r++) {
				struct dp_rollover_record *record = &host->records[r];

				if (!needs(other, host, record))
					continue;
				record->elsewhere = true;
				record->old = record->idle = false;
			}
		}
	}
}
