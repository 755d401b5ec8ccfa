/* SPDX-License-Identifier: Apache-2.0 */
#include "report/expiry.h"

#include "base/text.h"

#define DAY_S ((int64_t)24 * 60 * 60)
#define CERT_WARNING_S (14 * DAY_S)
#define RRSIG_WARNING_S (2 * DAY_S)

static const struct dp_expiry none = { .end_utc_s = DP_TIME_NONE };

static bool sooner(int64_t end_utc_s, int64_t than_utc_s)
{
	return end_utc_s != DP_TIME_NONE && (than_utc_s == DP_TIME_NONE || end_utc_s < than_utc_s);
}

bool dp_expiry_counts(const struct dp_probe *probe, const struct dp_probe_verdict *verdict)
{
	return probe->chain_seen && !verdict->superseded && !verdict->absent && !probe->without_sni;
}

/* The certificate of the path that ends first, or NULL. */
static const struct dp_cert *first_to_end(
	const struct dp_chain *chain, const struct dp_match *match)
{
	const struct dp_cert *first = NULL;

	for (size_t i = 0; match->path != NULL && i < match->path_len; i++) {
		const struct dp_cert *cert;

		if (match->path[i] < 0 || (size_t)match->path[i] >= chain->count)
			continue;
		cert = &chain->certs[match->path[i]];
		if (sooner(cert->not_after_utc_s,
			    first != NULL ? first->not_after_utc_s : DP_TIME_NONE))
			first = cert;
	}
	return first;
}

struct dp_expiry dp_expiry_path(const struct dp_chain *chain, const struct dp_match *match)
{
	const struct dp_cert *cert = first_to_end(chain, match);

	return cert == NULL ? none : (struct dp_expiry){ .end_utc_s = cert->not_after_utc_s };
}

/* --- over all connections that count --- */

struct seen {
	const struct dp_facts *facts;
	struct dp_expiry path;
	int64_t sent_utc_s;
};

static void look_at(
	struct seen *seen, const struct dp_probe *probe, const struct dp_probe_verdict *verdict)
{
	const struct dp_cert *cert = first_to_end(&probe->chain, &verdict->match);

	for (size_t i = 0; i < probe->chain.count; i++) {
		const struct dp_cert *sent = &probe->chain.certs[i];

		if (sent->spki != NULL && sooner(sent->not_after_utc_s, seen->sent_utc_s))
			seen->sent_utc_s = sent->not_after_utc_s;
	}
	if (cert != NULL && sooner(cert->not_after_utc_s, seen->path.end_utc_s)) {
		int64_t quarter_s = (cert->not_after_utc_s - cert->not_before_utc_s) / 4;

		seen->path.end_utc_s = cert->not_after_utc_s;
		seen->path.warning_s = seen->facts->target.cert_warning_s;
		if (seen->path.warning_s < 0)
			seen->path.warning_s =
				quarter_s < CERT_WARNING_S ? quarter_s : CERT_WARNING_S;
	}
}

static struct seen look(const struct dp_facts *facts, const struct dp_verdict *verdict)
{
	struct seen seen = { facts, none, DP_TIME_NONE };

	for (size_t i = 0; i < facts->host_count; i++) {
		const struct dp_host_facts *host = &facts->hosts[i];

		for (size_t k = 0; k < host->addr_count; k++) {
			const struct dp_addr_facts *addr = host->addrs[k];
			const struct dp_addr_verdict *judged = &verdict->hosts[i].addrs[k];

			for (size_t p = 0; p < addr->probe_count; p++)
				if (dp_expiry_counts(&addr->probes[p], &judged->probes[p]))
					look_at(&seen, &addr->probes[p], &judged->probes[p]);
		}
	}
	return seen;
}

struct dp_expiry dp_expiry_earliest_path(
	const struct dp_facts *facts, const struct dp_verdict *verdict)
{
	return look(facts, verdict).path;
}

int64_t dp_expiry_earliest_sent(const struct dp_facts *facts, const struct dp_verdict *verdict)
{
	return look(facts, verdict).sent_utc_s;
}

/* --- signatures --- */

/* The signature over the records that lasts longest decides when they become bogus. */
static const struct dp_rrsig *lasting(const struct dp_lookup *lookup)
{
	const struct dp_rrsig *best = NULL;

	if (lookup->state != DP_LOOKUP_DATA || lookup->security != DP_SECURE)
		return NULL;
	for (size_t i = 0; i < lookup->message.rrsig_count; i++) {
		const struct dp_rrsig *rrsig = &lookup->message.rrsigs[i];

		if (rrsig->covered == lookup->type &&
			(best == NULL || rrsig->expiration_utc_s > best->expiration_utc_s))
			best = rrsig;
	}
	return best;
}

/* The answers that the verdict rests on. */
static void each_lookup(const struct dp_facts *facts,
	void (*each)(void *user, const struct dp_lookup *lookup), void *user)
{
	each(user, &facts->mx);
	for (size_t i = 0; i < facts->host_count; i++) {
		const struct dp_host_facts *host = &facts->hosts[i];

		each(user, &host->a);
		each(user, &host->aaaa);
		if (host->cname != NULL)
			each(user, host->cname);
		each(user, &host->tlsa[0]);
		each(user, &host->tlsa[1]);
	}
}

struct visit {
	void (*each)(void *user, const struct dp_lookup *lookup, int64_t end_utc_s);
	void *user;
};

static void visit(void *user, const struct dp_lookup *lookup)
{
	const struct visit *to = user;
	const struct dp_rrsig *rrsig = lasting(lookup);

	if (rrsig != NULL)
		to->each(to->user, lookup, rrsig->expiration_utc_s);
}

void dp_expiry_signatures(const struct dp_facts *facts,
	void (*each)(void *user, const struct dp_lookup *lookup, int64_t end_utc_s), void *user)
{
	struct visit to = { each, user };

	each_lookup(facts, visit, &to);
}

struct earliest {
	const struct dp_facts *facts;
	struct dp_expiry expiry;
};

static void look_at_signature(void *user, const struct dp_lookup *lookup)
{
	struct earliest *earliest = user;
	const struct dp_rrsig *rrsig = lasting(lookup);
	int64_t eighth_s;

	if (rrsig == NULL || !sooner(rrsig->expiration_utc_s, earliest->expiry.end_utc_s))
		return;
	eighth_s = (rrsig->expiration_utc_s - rrsig->inception_utc_s) / 8;
	earliest->expiry.end_utc_s = rrsig->expiration_utc_s;
	earliest->expiry.warning_s = earliest->facts->target.rrsig_warning_s;
	if (earliest->expiry.warning_s < 0)
		earliest->expiry.warning_s =
			eighth_s < RRSIG_WARNING_S ? eighth_s : RRSIG_WARNING_S;
}

struct dp_expiry dp_expiry_earliest_signature(const struct dp_facts *facts)
{
	struct earliest earliest = { facts, none };

	each_lookup(facts, look_at_signature, &earliest);
	return earliest.expiry;
}
