/* SPDX-License-Identifier: Apache-2.0 */
#include "dane/rules.h"

#include <string.h>

bool dp_rule_final(const struct dp_lookup *lookup)
{
	return lookup != NULL && lookup->state != DP_LOOKUP_NOT_ASKED &&
		lookup->state != DP_LOOKUP_PENDING;
}

/* RFC 7672 s2.1.1: bogus and indeterminate are errors, like SERVFAIL and no answer at all. */
bool dp_rule_lookup_failed(const struct dp_lookup *lookup)
{
	switch (lookup->state) {
	case DP_LOOKUP_NOT_ASKED:
	case DP_LOOKUP_PENDING: return false;
	case DP_LOOKUP_DATA:
	case DP_LOOKUP_NODATA:
	case DP_LOOKUP_NXDOMAIN:
		return lookup->security == DP_BOGUS || lookup->security == DP_INDETERMINATE;
	case DP_LOOKUP_ERROR:
	case DP_LOOKUP_TIMEOUT:
	case DP_LOOKUP_CANCELLED: return true;
	}
	return true;
}

bool dp_rule_secure_data(const struct dp_lookup *lookup)
{
	return lookup->state == DP_LOOKUP_DATA && lookup->security == DP_SECURE;
}

bool dp_rule_out_of_time(const struct dp_lookup *lookup)
{
	return lookup->why != NULL &&
		(strstr(lookup->why, "signature expired") != NULL ||
			strstr(lookup->why, "before inception") != NULL);
}

static bool answered(const struct dp_lookup *lookup)
{
	return dp_rule_final(lookup) && lookup->state != DP_LOOKUP_CANCELLED;
}

const struct dp_lookup *dp_rule_environment(const struct dp_facts *facts)
{
	if (answered(facts->root) && !dp_rule_secure_data(facts->root))
		return facts->root;
	if (answered(facts->absent) && dp_rule_lookup_failed(facts->absent))
		return facts->absent;
	if (answered(facts->tld) && dp_rule_lookup_failed(facts->tld))
		return facts->tld;
	return NULL;
}

static bool insecure_data(const struct dp_lookup *lookup)
{
	return lookup->state == DP_LOOKUP_DATA && lookup->security == DP_INSECURE;
}

const struct dp_lookup *dp_rule_secure_addresses(const struct dp_host_facts *host)
{
	if (dp_rule_secure_data(&host->a))
		return &host->a;
	return dp_rule_secure_data(&host->aaaa) ? &host->aaaa : NULL;
}

enum dp_addresses dp_rule_addresses(const struct dp_host_facts *host)
{
	bool aliased;

	if (dp_rule_secure_addresses(host) != NULL)
		return DP_ADDRESSES_SECURE;
	if (!dp_rule_final(&host->a) || !dp_rule_final(&host->aaaa))
		return DP_ADDRESSES_WAIT;
	if (!insecure_data(&host->a) && !insecure_data(&host->aaaa)) {
		bool failed = dp_rule_lookup_failed(&host->a) || dp_rule_lookup_failed(&host->aaaa);

		if (failed || host->addr_count == 0)
			return failed ? DP_ADDRESSES_FAILED : DP_ADDRESSES_NONE;
		/* Given with --connect for a name that has none yet: the proof of that is what is
		 * secure. */
		return host->a.security == DP_SECURE || host->aaaa.security == DP_SECURE
			? DP_ADDRESSES_ALIAS
			: DP_ADDRESSES_INSECURE;
	}
	/* RFC 7672 s2.2.2: behind an alias, a secure CNAME keeps the original name as TLSA base. */
	aliased = (insecure_data(&host->a) && host->a.message.alias_count > 0) ||
		(insecure_data(&host->aaaa) && host->aaaa.message.alias_count > 0);
	if (!aliased)
		return DP_ADDRESSES_INSECURE;
	if (!dp_rule_final(host->cname))
		return DP_ADDRESSES_WAIT;
	if (dp_rule_lookup_failed(host->cname))
		return DP_ADDRESSES_FAILED;
	return dp_rule_secure_data(host->cname) ? DP_ADDRESSES_ALIAS : DP_ADDRESSES_INSECURE;
}

static enum dp_tlsa_choice choose(const struct dp_host_facts *host, int *index)
{
	for (int i = 0; i < 2; i++) {
		const struct dp_lookup *tlsa = &host->tlsa[i];

		if (tlsa->state == DP_LOOKUP_NOT_ASKED)
			return i == 0 ? DP_TLSA_WAIT : DP_TLSA_NONE;
		*index = i;
		if (tlsa->state == DP_LOOKUP_PENDING)
			return DP_TLSA_WAIT;
		if (dp_rule_lookup_failed(tlsa))
			return DP_TLSA_FAILED;
		if (dp_rule_secure_data(tlsa))
			return DP_TLSA_RECORDS;
	}
	return DP_TLSA_NONE;
}

enum dp_tlsa_choice dp_rule_tlsa(
	const struct dp_facts *facts, const struct dp_host_facts *host, int *index)
{
	enum dp_addresses addresses = dp_rule_addresses(host);

	*index = -1;
	if (facts->target.records != NULL && host->addr_count > 0)
		return DP_TLSA_RECORDS;
	switch (addresses) {
	case DP_ADDRESSES_WAIT: return DP_TLSA_WAIT;
	case DP_ADDRESSES_FAILED:
	case DP_ADDRESSES_NONE: return DP_TLSA_NO_HOST;
	case DP_ADDRESSES_INSECURE:
		return facts->target.records != NULL ? DP_TLSA_RECORDS : DP_TLSA_NONE;
	case DP_ADDRESSES_ALIAS:
	case DP_ADDRESSES_SECURE:
		return facts->target.records != NULL ? DP_TLSA_RECORDS : choose(host, index);
	}
	return DP_TLSA_WAIT;
}

void dp_rule_base(
	const struct dp_host_facts *host, int index, struct dp_name *base, struct dp_name *owner)
{
	const struct dp_lookup *addresses = dp_rule_secure_addresses(host);

	*base = host->name;
	if (addresses != NULL && index <= 0)
		*base = addresses->message.canonical;
	if (!dp_name_tlsa_owner(base, host->port, owner))
		owner->len = 0;
}

void dp_rule_classify(const struct dp_target *target, struct dp_tlsa *records, size_t count)
{
	bool pkix = target->service != NULL;

	dp_tlsa_classify(records, count, pkix && target->pkix_roots != NULL);
	for (size_t i = 0; i < count && pkix; i++) {
		if (records[i].unusable == DP_REASON_TLSA_UNUSABLE_USAGE)
			records[i].unusable = DP_REASON_TLSA_NEEDS_ROOTS;
	}
}

struct dp_tlsa *dp_rule_records(const struct dp_facts *facts, const struct dp_host_facts *host,
	int index, size_t *count, size_t *dropped)
{
	const struct dp_message *message = index >= 0 ? &host->tlsa[index].message : NULL;
	size_t given = message != NULL ? message->rr_count : facts->target.record_count;
	struct dp_tlsa *records = dp_arena_alloc(facts->arena, (given + 1) * sizeof(*records));

	*count = 0;
	*dropped = message != NULL ? message->rr_dropped : 0;
	for (size_t i = 0; i < given; i++) {
		if (*count == DP_TLSA_MAX) {
			(*dropped)++;
			continue;
		}
		if (message == NULL)
			records[(*count)++] = facts->target.records[i];
		else if (dp_tlsa_from_rdata(message->rrs[i].rdata, message->rrs[i].rdata_len,
				 &records[*count]))
			(*count)++;
		else
			(*dropped)++;
	}
	dp_rule_classify(&facts->target, records, *count);
	return records;
}

static void add_reference(const struct dp_facts *facts, const struct dp_name *name,
	const char *references[DP_REFERENCES_MAX], size_t *count)
{
	char text[DP_NAME_TEXT_MAX];

	if (name->len <= 1 || *count == DP_REFERENCES_MAX)
		return;
	dp_name_text(name, text);
	for (size_t i = 0; i < *count; i++) {
		if (strcmp(references[i], text) == 0)
			return;
	}
	references[(*count)++] = dp_arena_text(facts->arena, text, strlen(text));
}

/* Only a secure MX or SRV lookup (or a secure denial, where host and domain are one) lends its
 * names. */
static bool secure_way(const struct dp_facts *facts)
{
	return facts->target.is_domain && facts->mx.security == DP_SECURE &&
		!dp_rule_lookup_failed(&facts->mx);
}

size_t dp_rule_references(const struct dp_facts *facts, const struct dp_name *base,
	const char *references[DP_REFERENCES_MAX])
{
	size_t count = 0;

	add_reference(facts, base, references, &count);
	if (!facts->target.is_domain && facts->target.next_hop.len > 0)
		add_reference(facts, &facts->target.next_hop, references, &count);
	if (!secure_way(facts))
		return count;
	add_reference(facts, &facts->target.name, references, &count);
	/* RFC 7673 s4.1: of a service its domain, whatever its SRV records are an alias of */
	if (!facts->target.is_service)
		add_reference(facts, &facts->mx.message.canonical, references, &count);
	return count;
}

const char *dp_rule_srv_id(const struct dp_facts *facts)
{
	return facts->target.is_service && secure_way(facts) ? facts->target.srv_id : NULL;
}

/* RFC 7673 s4.1: where the protocol has something like SNI (XMPP: "to"), both are the domain of
 * the service. Elsewhere the server is asked for the certificate that its own TLSA records are
 * about, as in RFC 7672 s8.1. */
const struct dp_name *dp_rule_sni(const struct dp_facts *facts, const struct dp_name *base)
{
	return facts->target.sni_is_domain ? &facts->target.name : base;
}
