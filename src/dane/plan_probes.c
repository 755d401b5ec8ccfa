/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Connections of one address, one at a time: everything on offer, once more when that failed,
 * without a server name when the certificate was a wrong one (to explain it, no more), and for the
 * other key type.
 */
#include <string.h>

#include "dane/plan.h"
#include "dane/rules.h"

static size_t attempts(const struct dp_addr_facts *addr, enum dp_offer offer)
{
	size_t count = 0;

	for (size_t i = 0; i < addr->probe_count; i++)
		count += addr->probes[i].offer == offer && !addr->probes[i].without_sni ? 1 : 0;
	return count;
}

static bool tried_without_sni(const struct dp_addr_facts *addr)
{
	for (size_t i = 0; i < addr->probe_count; i++) {
		if (addr->probes[i].without_sni)
			return true;
	}
	return false;
}

/* The last connection that counts. */
static const struct dp_probe *last_counting(const struct dp_addr_facts *addr)
{
	size_t i = addr->probe_count - 1;

	while (i > 0 && addr->probes[i].without_sni)
		i--;
	return &addr->probes[i];
}

/* Neither key type alone was answered: everything at once tells whether that is all there is to
 * say. */
static bool all_absent(const struct dp_addr_facts *addr)
{
	for (size_t i = 0; i < addr->probe_count; i++) {
		if (!dp_rule_absent(&addr->probes[i]))
			return false;
	}
	return true;
}

/* What else is to be offered: the key type that the connections so far have not shown. */
static bool other_offer(
	const struct dp_facts *facts, const struct dp_addr_facts *addr, enum dp_offer *offer)
{
	const struct dp_probe *last = last_counting(addr);
	enum dp_key_type shown = last->stage == DP_STAGE_DONE && last->chain.count > 0
		? last->chain.certs[0].key_type
		: DP_KEY_UNKNOWN;

	switch (facts->target.key_types) {
	case DP_KEY_TYPES_ANY: return false;
	case DP_KEY_TYPES_BOTH:
		if (last->offer == DP_OFFER_ALL ||
			(last->offer == DP_OFFER_ECDSA && !all_absent(addr)))
			return false;
		*offer = last->offer == DP_OFFER_RSA ? DP_OFFER_ECDSA : DP_OFFER_ALL;
		break;
	case DP_KEY_TYPES_AUTO:
		if (last->offer != DP_OFFER_ALL || (shown != DP_KEY_RSA && shown != DP_KEY_ECDSA))
			return false;
		*offer = shown == DP_KEY_RSA ? DP_OFFER_ECDSA : DP_OFFER_RSA;
		break;
	}
	return attempts(addr, *offer) == 0;
}

/* Is there something to decide: no connection yet, or one that ended and was not looked at? */
static bool undecided(const struct dp_addr_facts *addr)
{
	const struct dp_probe *last;

	if (addr->probe_count == 0)
		return true;
	last = &addr->probes[addr->probe_count - 1];
	return !last->pending && !last->planned && addr->probe_count < DP_CONNECTIONS_MAX;
}

/* A wrong certificate, or none for that name: what is sent to those who give no name? */
static bool wants_no_sni(const struct dp_probe *last, const struct dp_probe_verdict *verdict)
{
	return verdict->outcome == DP_FAILED &&
		(last->stage == DP_STAGE_DONE || last->reason == DP_REASON_TLS_NAME_REFUSED);
}

struct next {
	enum dp_offer offer;
	bool without_sni;
};

static bool wants_probe(struct dp_plan *plan, struct dp_addr_facts *addr,
	const struct dp_tlsa *records, size_t record_count, const struct dp_name *base,
	struct next *next)
{
	const struct dp_facts *facts = plan->facts;
	struct dp_probe_verdict verdict;
	struct dp_probe *last;

	if (!undecided(addr))
		return false;
	*next = (struct next){
		.offer = facts->target.key_types == DP_KEY_TYPES_BOTH ? DP_OFFER_RSA : DP_OFFER_ALL
	};
	if (addr->probe_count == 0)
		return true;
	last = &addr->probes[addr->probe_count - 1];
	last->planned = true;
	if (!last->without_sni) {
		dp_rule_probe(facts, last, records, record_count, base, plan->now_utc_s, &verdict);
		next->offer = last->offer;
		if (attempts(addr, last->offer) < 2 && dp_rule_retry(last, &verdict))
			return true;
		next->without_sni = true;
		if (wants_no_sni(last, &verdict) && !tried_without_sni(addr))
			return true;
	}
	next->without_sni = false;
	return other_offer(facts, addr, &next->offer);
}

void dp_plan_probes(struct dp_plan *plan, struct dp_host_facts *host)
{
	struct dp_name base, owner;
	struct dp_tlsa *records;
	size_t record_count, dropped, open = 0;
	const char *sni;
	char text[DP_NAME_TEXT_MAX];
	int index;

	for (size_t i = 0; i < host->addr_count; i++)
		open += undecided(host->addrs[i]) ? 1 : 0;
	if (open == 0 || dp_rule_tlsa(plan->facts, host, &index) != DP_TLSA_RECORDS)
		return;
	dp_rule_base(host, index, &base, &owner);
	records = dp_rule_records(plan->facts, host, index, &record_count, &dropped);
	dp_name_text(dp_rule_sni(plan->facts, &base), text);
	sni = dp_arena_text(plan->facts->arena, text, strlen(text));
	for (size_t i = 0; i < host->addr_count && plan->count < plan->max; i++) {
		struct dp_addr_facts *addr = host->addrs[i];
		struct next next;
		struct dp_probe *probe;

		if (!wants_probe(plan, addr, records, record_count, &base, &next))
			continue;
		probe = &addr->probes[addr->probe_count++];
		*probe = (struct dp_probe){ .pending = true,
			.offer = next.offer,
			.without_sni = next.without_sni,
			.alert = -1 };
		plan->tasks[plan->count++] = (struct dp_task){ .kind = DP_TASK_PROBE,
			.probe = probe,
			.ip = addr->ip,
			.port = addr->port,
			.sni = next.without_sni ? NULL : sni,
			.addr = addr,
			.host = host };
	}
}

static enum dp_offer offer_of(const struct dp_chain *chain)
{
	return chain->count > 0 && chain->certs[0].key_type == DP_KEY_RSA ? DP_OFFER_RSA
									  : DP_OFFER_ECDSA;
}

static void add_given(struct dp_addr_facts *addr, const struct dp_chain *chain, enum dp_offer offer)
{
	addr->probes[addr->probe_count++] = (struct dp_probe){ .planned = true,
		.offer = offer,
		.stage = DP_STAGE_DONE,
		.alert = -1,
		.chain_seen = true,
		.chain = *chain };
}

void dp_plan_given_probes(
	struct dp_addr_facts *addr, const struct dp_chain *one, const struct dp_chain *too)
{
	bool two_types = too != NULL && offer_of(one) != offer_of(too);

	/* What differs in the offer stands by itself: no attempt makes up for the other. */
	add_given(addr, one, two_types ? offer_of(one) : DP_OFFER_ALL);
	if (too != NULL)
		add_given(addr, too, offer_of(too));
}

void dp_plan_given(struct dp_plan *plan, struct dp_host_facts *host)
{
	const struct dp_facts *facts = plan->facts;
	struct dp_addr_facts *addr;
	int index;

	if (host->addr_count > 0 || dp_rule_tlsa(facts, host, &index) != DP_TLSA_RECORDS)
		return;
	addr = dp_facts_add_addr(host, facts->arena);
	addr->port = host->port;
	dp_plan_given_probes(addr, facts->target.given, facts->target.given_too);
}
