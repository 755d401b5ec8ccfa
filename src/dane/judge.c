/* SPDX-License-Identifier: Apache-2.0 */
/* Outcomes from connection to address to host to domain; the table of contents of the judge: see
 * policy.h. */
#include "dane/judge.h"

#include <string.h>

#include "base/text.h"
#include "dane/policy.h"
#include "dane/rules.h"

/* --- outcomes --- */

/* The first that occurs in worst decides; DP_OUTCOMES when none of them does. */
static enum dp_outcome worst_of(
	const bool seen[DP_OUTCOMES], const enum dp_outcome *worst, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		if (seen[worst[i]])
			return worst[i];
	}
	return DP_OUTCOMES;
}

/* A connection for the other key type that a busy server does not take counts like an unreachable
 * address: not beside one with a verdict. */
static bool counts_for_addr(const struct dp_probe *probe, const struct dp_probe_verdict *verdict)
{
	if (verdict->superseded || verdict->absent || probe->without_sni)
		return false;
	return verdict->outcome != DP_UNDETERMINED || !dp_rule_unreachable(probe);
}

/* Only an attempt that learned something takes the place of an earlier one: a refused, broken-off
 * or silent retry does not undo a failure, nor the answer that there is no such certificate one
 * that was seen. */
static bool counts_instead(const struct dp_probe *later, const struct dp_probe *earlier)
{
	if (later->offer != earlier->offer || later->without_sni || later->pending ||
		later->status == DP_CANCELLED || later->status == DP_NO_ROUTE ||
		dp_rule_unreachable(later))
		return false;
	return !earlier->chain_seen || !dp_rule_absent(later);
}

/* Does a later attempt of the same kind count instead? */
static bool superseded(
	const struct dp_addr_facts *addr, const struct dp_probe_verdict *verdicts, size_t index)
{
	bool failed = verdicts[index].outcome == DP_FAILED;

	for (size_t i = index + 1; i < addr->probe_count; i++) {
		if (counts_instead(&addr->probes[i], &addr->probes[index]) &&
			!(failed && verdicts[i].outcome == DP_UNDETERMINED && !verdicts[i].absent))
			return !addr->probes[index].without_sni;
	}
	return false;
}

/* The run ended before every connection to the address was made that should have been. */
static bool unfinished(const struct dp_facts *facts, const struct dp_addr_facts *addr)
{
	const struct dp_probe *last =
		addr->probe_count > 0 ? &addr->probes[addr->probe_count - 1] : NULL;

	if (!facts->expired && !facts->interrupted)
		return false;
	return last == NULL || last->status == DP_CANCELLED ||
		(!last->planned && addr->probe_count < DP_CONNECTIONS_MAX);
}

static void settle_addr(struct dp_judge *judge, const struct dp_host_verdict *host,
	const struct dp_addr_facts *addr, struct dp_addr_verdict *verdict)
{
	static const enum dp_outcome worst[] = { DP_FAILED, DP_UNAUTHENTICATED, DP_UNDETERMINED,
		DP_VERIFIED };
	bool seen[DP_OUTCOMES] = { false };

	verdict->skipped = addr->probe_count > 0;
	seen[DP_UNDETERMINED] = unfinished(judge->facts, addr);
	for (size_t i = 0; i < addr->probe_count; i++)
		dp_rule_probe(judge->facts, &addr->probes[i], host->records, host->record_count,
			&host->base, judge->now_utc_s, &verdict->probes[i]);
	for (size_t i = 0; i < addr->probe_count; i++) {
		const struct dp_probe *probe = &addr->probes[i];
		struct dp_probe_verdict *pv = &verdict->probes[i];

		pv->superseded = superseded(addr, verdict->probes, i);
		verdict->skipped &= probe->status == DP_NO_ROUTE;
		if (counts_for_addr(probe, pv))
			seen[pv->outcome] = true;
		for (size_t r = 0;
			!probe->without_sni && pv->match.records != NULL && r < host->record_count;
			r++)
			host->matched[r] |= pv->match.records[r].state == DP_MATCH_GOOD;
	}
	verdict->outcome = worst_of(seen, worst, sizeof(worst) / sizeof(worst[0]));
	if (verdict->outcome == DP_OUTCOMES)
		verdict->outcome = DP_UNDETERMINED;
}

static bool addr_unreachable(const struct dp_addr_facts *addr)
{
	for (size_t i = 0; i < addr->probe_count; i++) {
		if (!dp_rule_unreachable(&addr->probes[i]))
			return false;
	}
	return addr->probe_count > 0;
}

/* Failed > unauthenticated > undetermined > verified; an address that cannot be reached counts only
 * when none is verified: senders go on to the next one (RFC 5321 s5.1). */
static void settle_addrs(
	struct dp_judge *judge, const struct dp_host_facts *host, struct dp_host_verdict *verdict)
{
	static const enum dp_outcome worst[] = { DP_FAILED, DP_UNAUTHENTICATED, DP_UNDETERMINED,
		DP_VERIFIED };
	bool seen[DP_OUTCOMES] = { false };

	verdict->unreachable = true;
	for (size_t i = 0; i < host->addr_count; i++) {
		struct dp_addr_verdict *addr = &verdict->addrs[i];

		settle_addr(judge, verdict, host->addrs[i], addr);
		if (addr->skipped)
			continue;
		if (addr->outcome == DP_UNDETERMINED && addr_unreachable(host->addrs[i]))
			continue;
		verdict->unreachable = false;
		seen[addr->outcome] = true;
	}
	verdict->outcome = worst_of(seen, worst, sizeof(worst) / sizeof(worst[0]));
	if (verdict->outcome == DP_OUTCOMES)
		verdict->outcome = DP_UNDETERMINED;
}

static enum dp_security addresses_security(const struct dp_host_facts *host)
{
	if (dp_rule_secure_addresses(host) != NULL)
		return DP_SECURE;
	if (dp_rule_lookup_failed(&host->a) || dp_rule_lookup_failed(&host->aaaa)) {
		bool bogus = host->a.security == DP_BOGUS || host->aaaa.security == DP_BOGUS;

		if (host->a.state != DP_LOOKUP_DATA && host->aaaa.state != DP_LOOKUP_DATA)
			return bogus ? DP_BOGUS : DP_INDETERMINATE;
	}
	if (host->a.state == DP_LOOKUP_NOT_ASKED)
		return host->aaaa.security;
	return host->a.security;
}

static void settle_host(
	struct dp_judge *judge, const struct dp_host_facts *host, struct dp_host_verdict *verdict)
{
	enum dp_addresses addresses = dp_rule_addresses(host);
	int index;

	verdict->outcome = DP_UNDETERMINED;
	verdict->addrs = dp_arena_alloc(judge->arena, host->addr_count * sizeof(*verdict->addrs));
	verdict->addresses_security = addresses_security(host);
	switch (dp_rule_tlsa(judge->facts, host, &index)) {
	case DP_TLSA_WAIT: verdict->by_dns = true; return;
	case DP_TLSA_FAILED:
		verdict->by_dns = true;
		dp_rule_base(host, index, &verdict->base, &verdict->owner);
		return;
	case DP_TLSA_NO_HOST:
		verdict->by_dns = addresses == DP_ADDRESSES_FAILED;
		verdict->unreachable = !verdict->by_dns;
		return;
	case DP_TLSA_NONE:
		verdict->outcome = DP_NO_DANE;
		dp_rule_base(host, index, &verdict->base, &verdict->owner);
		return;
	case DP_TLSA_RECORDS:
		dp_rule_base(host, index, &verdict->base, &verdict->owner);
		verdict->records = dp_rule_records(judge->facts, host, index,
			&verdict->record_count, &verdict->record_dropped);
		verdict->matched =
			dp_arena_alloc(judge->arena, verdict->record_count * sizeof(bool));
		settle_addrs(judge, host, verdict);
		if (verdict->record_count + verdict->record_dropped > DP_TLSA_MAX)
			verdict->outcome = DP_UNDETERMINED; /* any of the others may decide */
		return;
	}
}

/* No host has an address that any sender could use. */
static bool nowhere_to_deliver(const struct dp_judge *judge)
{
	const struct dp_facts *facts = judge->facts;

	for (size_t i = 0; i < facts->host_count; i++) {
		if (dp_rule_addresses(&facts->hosts[i]) != DP_ADDRESSES_NONE ||
			facts->hosts[i].addr_count > 0)
			return false;
	}
	return facts->hosts_known;
}

/* Failed > undetermined by DNS > unauthenticated > no-dane > verified; hosts that are merely
 * unreachable count only when no host has a verdict. */
static enum dp_outcome roll_up(const struct dp_judge *judge)
{
	static const enum dp_outcome worst[] = { DP_UNDETERMINED, DP_UNAUTHENTICATED, DP_NO_DANE,
		DP_VERIFIED };
	bool seen[DP_OUTCOMES] = { false };
	bool by_dns = false;

	for (size_t i = 0; i < judge->facts->host_count; i++) {
		const struct dp_host_verdict *host = &judge->verdict->hosts[i];

		by_dns |= host->outcome == DP_UNDETERMINED && host->by_dns;
		if (host->outcome != DP_UNDETERMINED || !host->unreachable)
			seen[host->outcome] = true;
	}
	if (seen[DP_FAILED])
		return DP_FAILED;
	if (by_dns)
		return DP_UNDETERMINED;
	for (size_t i = 0; i < sizeof(worst) / sizeof(worst[0]); i++) {
		if (seen[worst[i]])
			return worst[i];
	}
	return DP_UNDETERMINED;
}

static bool all_null_mx(const struct dp_lookup *mx)
{
	return mx->state == DP_LOOKUP_DATA && mx->message.rr_count == 1 &&
		mx->message.rrs[0].rdata_len == 3 && mx->message.rrs[0].rdata[0] == 0 &&
		mx->message.rrs[0].rdata[1] == 0;
}

static enum dp_outcome settle_domain(const struct dp_judge *judge)
{
	const struct dp_facts *facts = judge->facts;
	const struct dp_lookup *mx = &facts->mx;

	if (facts->target.is_domain) {
		if (!dp_rule_final(mx) || dp_rule_lookup_failed(mx))
			return DP_UNDETERMINED;
		/* RFC 7673 s3.1: without SRV records it does not apply */
		if (facts->target.is_service && mx->state != DP_LOOKUP_DATA)
			return DP_NO_DANE;
		if (mx->state == DP_LOOKUP_NXDOMAIN || all_null_mx(mx))
			return DP_NO_MAIL;
		if (facts->host_count == 0)
			return DP_NO_MAIL;
	}
	if (nowhere_to_deliver(judge))
		return DP_NO_MAIL;
	/* RFC 7672 s2.2.1, RFC 7673 s3.1: without a secure MX or SRV answer DANE does not protect
	 * the domain, whatever its hosts do. */
	if (facts->target.is_domain && mx->security == DP_INSECURE && facts->target.records == NULL)
		return DP_NO_DANE;
	return roll_up(judge);
}

/* --- the whole --- */

static void finish(struct dp_judge *judge)
{
	struct dp_verdict *verdict = judge->verdict;
	const struct dp_facts *facts = judge->facts;
	enum dp_severity severity = verdict->outcome == DP_UNDETERMINED ? DP_ERROR : DP_WARNING;
	struct dp_words words = { .detail = "every lookup and connection" };

	if (facts->interrupted)
		dp_finding_add_as(&judge->findings, DP_REASON_INTERRUPTED, severity,
			&dp_subject_none, dp_judge_label(judge, -1, -1), &words);
	else if (facts->expired)
		dp_finding_add_as(&judge->findings, DP_REASON_DEADLINE, severity, &dp_subject_none,
			dp_judge_label(judge, -1, -1), &words);
	verdict->findings = judge->findings.items;
	verdict->finding_count = judge->findings.count;
	verdict->finding_dropped = judge->findings.dropped;
	for (size_t i = 0; i < verdict->finding_count; i++)
		verdict->warned |= verdict->findings[i].severity >= DP_WARNING;
}

struct dp_verdict *dp_policy_judge(const struct dp_facts *facts, int64_t now_utc_s)
{
	struct dp_verdict *verdict = dp_arena_alloc(facts->arena, sizeof(*verdict));
	struct dp_judge judge = {
		.facts = facts, .arena = facts->arena, .now_utc_s = now_utc_s, .verdict = verdict
	};

	judge.findings.arena = facts->arena;
	judge.findings.given = facts->target.given != NULL;
	judge.findings.service = facts->target.service;
	verdict->hosts = dp_arena_alloc(facts->arena, facts->host_count * sizeof(*verdict->hosts));
	for (size_t i = 0; i < facts->host_count; i++)
		settle_host(&judge, &facts->hosts[i], &verdict->hosts[i]);
	verdict->outcome = settle_domain(&judge);

	dp_judge_root(&judge);
	for (size_t i = 0; i < facts->host_count; i++) {
		dp_judge_host_dns(&judge, (int)i);
		dp_judge_records(&judge, (int)i);
		for (size_t j = 0; j < facts->hosts[i].addr_count; j++)
			dp_judge_addr(&judge, (int)i, (int)j);
	}
	dp_judge_mx(&judge);
	dp_judge_nameservers(&judge);
	finish(&judge);
	return verdict;
}
