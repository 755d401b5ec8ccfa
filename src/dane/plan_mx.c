/* SPDX-License-Identifier: Apache-2.0 */
/* The hosts of a target: of its MX records, of the SRV records of a service, or itself. */
#include <string.h>

#include "dane/plan.h"
#include "dane/rules.h"

/* octets before the name: RFC 1035 s3.3.9, RFC 2782 */
#define MX_FIXED 2u
#define SRV_FIXED 6u

static void room_for_hosts(struct dp_facts *facts, size_t count)
{
	size_t room = count < DP_HOSTS_MAX ? count : DP_HOSTS_MAX;

	facts->hosts = dp_arena_alloc(facts->arena, room * sizeof(*facts->hosts));
}

/* There is room for DP_HOSTS_MAX or for all that come. */
static void add_host(
	struct dp_facts *facts, const struct dp_name *name, uint16_t preference, uint16_t port)
{
	struct dp_host_facts *host;

	for (size_t i = 0; i < facts->host_count; i++) {
		if (dp_name_equal(&facts->hosts[i].name, name) && facts->hosts[i].port == port)
			return; /* the first has the lowest preference */
	}
	if (facts->target.only_host.len > 0 && !dp_name_equal(&facts->target.only_host, name))
		return;
	if (facts->host_count == DP_HOSTS_MAX) {
		facts->host_dropped++;
		return;
	}
	host = &facts->hosts[facts->host_count++];
	host->name = *name;
	host->preference = preference;
	host->port = port;
	for (size_t i = 0; i < facts->target.down_count; i++)
		host->down |= dp_name_equal(&facts->target.down[i], name);
}

static uint16_t number_at(const struct dp_rr *rr, size_t at)
{
	if (rr->rdata_len < at + 2)
		return 0;
	return (uint16_t)(rr->rdata[at] << 8 | rr->rdata[at + 1]);
}

/* Of MX the preference, of SRV the priority, and the larger weight first. */
static uint32_t rank_of(const struct dp_rr *rr)
{
	uint32_t rank = (uint32_t)number_at(rr, 0) << 16;

	return rr->type == DP_TYPE_SRV ? rank | (uint16_t)(UINT16_MAX - number_at(rr, 2)) : rank;
}

/* Stable order, before any is left out; those of equal rank stay in the order of the answer. */
static void sort(const struct dp_rr **order, size_t count)
{
	for (size_t i = 1; i < count; i++) {
		const struct dp_rr *rr = order[i];
		size_t j = i;

		for (; j > 0 && rank_of(order[j - 1]) > rank_of(rr); j--)
			order[j] = order[j - 1];
		order[j] = rr;
	}
}

static void hosts_from(struct dp_facts *facts)
{
	const struct dp_message *message = &facts->mx.message;
	const struct dp_rr *order[DP_RR_MAX];
	size_t count = message->rr_count < DP_RR_MAX ? message->rr_count : DP_RR_MAX;
	size_t fixed = facts->target.is_service ? SRV_FIXED : MX_FIXED;

	room_for_hosts(facts, count);
	facts->host_dropped = message->rr_dropped;
	for (size_t i = 0; i < count; i++)
		order[i] = &message->rrs[i];
	sort(order, count);
	for (size_t i = 0; i < count; i++) {
		const struct dp_rr *rr = order[i];
		struct dp_name name;

		if (rr->rdata_len < fixed + 1 || rr->rdata_len - fixed > sizeof(name.wire))
			continue;
		name.len = (uint8_t)(rr->rdata_len - fixed);
		memcpy(name.wire, rr->rdata + fixed, name.len);
		if (name.len > 1) /* "." is no host: RFC 7505 s3, RFC 2782 */
			add_host(facts, &name, number_at(rr, 0),
				facts->target.is_service ? number_at(rr, 4) : facts->target.port);
	}
}

/* RFC 5321 s5.1: no MX record (NODATA, not NXDOMAIN: the domain must exist) makes the domain its
 * own host. */
void dp_plan_mx(struct dp_plan *plan)
{
	struct dp_facts *facts = plan->facts;

	if (!facts->target.is_domain) {
		room_for_hosts(facts, 1);
		add_host(facts, &facts->target.name, 0, facts->target.port);
		facts->hosts_known = true;
		return;
	}
	if (facts->target.is_service)
		dp_plan_ask(plan, &facts->mx, &facts->target.srv, DP_TYPE_SRV, false);
	else
		dp_plan_ask(plan, &facts->mx, &facts->target.name, DP_TYPE_MX, false);
	if (!dp_rule_final(&facts->mx))
		return;
	facts->hosts_known = true;
	if (dp_rule_lookup_failed(&facts->mx))
		return;
	if (facts->mx.state == DP_LOOKUP_DATA) {
		hosts_from(facts);
	} else if (facts->mx.state == DP_LOOKUP_NODATA && !facts->target.is_service) {
		room_for_hosts(facts, 1);
		add_host(facts, &facts->mx.message.canonical, 0, facts->target.port);
	}
}
