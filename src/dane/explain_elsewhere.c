/* SPDX-License-Identifier: Apache-2.0 */
/* The record is good, but for another certificate: see explain.h. */
#include <string.h>

#include "dane/explain.h"

static bool good_at(const struct dp_why *why, size_t addr, size_t probe)
{
	const struct dp_probe_verdict *verdict = &why->host->addrs[addr].probes[probe];

	return !verdict->superseded && verdict->match.records != NULL &&
		verdict->match.records[why->subject.record].state == DP_MATCH_GOOD;
}

static void other_key_type(struct dp_why *why, const struct dp_probe *probe)
{
	why->words.detail = dp_key_type_text(probe->chain.certs[0].key_type);
	why->words.fix = dp_arena_printf(why->judge->arena,
		"Publish a record for this key, too:%s\nor remove the second certificate from the server.",
		dp_judge_record_line(why->judge, why->subject.host, why->leaf));
	dp_why_add(why, DP_REASON_TLSA_OTHER_KEY_TYPE);
}

static void other_address(struct dp_why *why, const struct dp_addr_facts *addr)
{
	char ip[DP_IP_TEXT_MAX];

	why->words.host = dp_judge_label(why->judge, why->subject.host, -1);
	why->words.detail = dp_ip_format(&addr->ip, ip);
	why->words.fix = dp_arena_printf(why->judge->arena,
		"Deploy the same certificate on every address of the host, or publish the record of this one, "
		"too:%s",
		dp_judge_record_line(why->judge, why->subject.host, why->leaf));
	dp_why_add(why, DP_REASON_TLSA_OTHER_ADDRESS);
}

static void without_sni(struct dp_why *why)
{
	why->words.host = dp_judge_name(why->judge, &why->host->base);
	why->words.fix =
		dp_arena_printf(why->judge->arena, "Or publish the record of what it sends now:%s",
			dp_judge_record_line(why->judge, why->subject.host, why->leaf));
	dp_why_add(why, DP_REASON_TLSA_WITHOUT_SNI);
}

/* Another connection to the same host: one that counts first, the one without a server name last.
 */
static bool same_host(struct dp_why *why)
{
	const struct dp_host_facts *host = &why->judge->facts->hosts[why->subject.host];
	bool nameless = false;

	for (size_t i = 0; i < host->addr_count; i++) {
		for (size_t j = 0; j < host->addrs[i]->probe_count; j++) {
			if (!good_at(why, i, j))
				continue;
			if (host->addrs[i]->probes[j].without_sni) {
				nameless |= (int)i == why->subject.addr;
				continue;
			}
			if ((int)i == why->subject.addr)
				other_key_type(why, &host->addrs[i]->probes[j]);
			else
				other_address(why, host->addrs[i]);
			return true;
		}
	}
	if (nameless)
		without_sni(why);
	return nameless;
}

/* Usage 3 only: another host's end entity. */
static bool other_host(struct dp_why *why)
{
	const struct dp_facts *facts = why->judge->facts;

	if (why->record->usage != DP_DANE_EE)
		return false;
	for (size_t i = 0; i < facts->host_count; i++) {
		const struct dp_cert *leaf = dp_judge_leaf(why->judge, (int)i);

		if ((int)i == why->subject.host || leaf == NULL ||
			!dp_tlsa_matches(
				why->record, leaf->der, leaf->der_len, leaf->spki, leaf->spki_len))
			continue;
		why->words.host = dp_judge_label(why->judge, why->subject.host, -1);
		why->words.detail = dp_judge_label(why->judge, (int)i, -1);
		dp_why_add(why, DP_REASON_TLSA_OTHER_HOST);
		return true;
	}
	return false;
}

bool dp_explain_elsewhere(struct dp_why *why)
{
	why->words.cert = dp_why_leaf_text(why);
	return same_host(why) || other_host(why);
}
