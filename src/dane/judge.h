/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The parts of the judge, for judge*.c and explain.c only. First the outcomes are settled for all
 * hosts, then the findings are written: a finding's severity depends on what became of the rest.
 */
#ifndef DP_DANE_JUDGE_H
#define DP_DANE_JUDGE_H

#include "dane/facts.h"
#include "dane/finding.h"
#include "dane/verdict.h"

struct dp_judge {
	const struct dp_facts *facts;
	struct dp_arena *arena;
	int64_t now_utc_s;
	struct dp_verdict *verdict;
	struct dp_findings findings;
	bool rootless; /* the root does not validate: failed lookups say nothing about the peer */
};

/* Presentation form in the arena, without final dot. */
const char *dp_judge_name(struct dp_judge *judge, const struct dp_name *name);
/* Date in the arena. */
const char *dp_judge_date(struct dp_judge *judge, int64_t utc_s);
/* "example.org", "mx.example.org", "mx.example.org [192.0.2.1]", with ":port" where it is not the
 * target's. */
const char *dp_judge_label(struct dp_judge *judge, int host, int addr);

/* judge_dnssec.c: a secure answer whose signatures end soon or use SHA-1. */
void dp_judge_signatures(struct dp_judge *judge, const struct dp_lookup *lookup);
/* " (its signature ended on ...)" when all signatures over the records of a bogus answer are out of
 * their time; else "". */
const char *dp_judge_expired(struct dp_judge *judge, const struct dp_lookup *lookup);
/* Where security ends and what mends it, in words, from the DS answers of a name's ancestors (TLD
 * first); adds a finding when it ends at an algorithm that is not supported (RFC 4035 s5.2). */
struct dp_insecure {
	const char *why, *fix;
};
struct dp_insecure dp_judge_insecure_because(struct dp_judge *judge, struct dp_lookup *const *ds,
	size_t count, const struct dp_lookup *nsec3param);
/* The same of the MX or SRV answer, which aliases may have led to. */
struct dp_insecure dp_judge_insecure_way(struct dp_judge *judge);

/* What a failed lookup did, and what mends a bogus one, in words. */
const char *dp_judge_failure(struct dp_judge *judge, const struct dp_lookup *lookup);
bool dp_judge_bogus(const struct dp_lookup *lookup);
const char *dp_judge_bogus_fix(struct dp_judge *judge, const struct dp_lookup *lookup);
/* How far a denial is proven, in words. */
const char *dp_judge_denial(struct dp_judge *judge, const struct dp_lookup *lookup);

/* judge_mx.c: findings on the root (which must come first), and on the MX answer and the domain. */
void dp_judge_root(struct dp_judge *judge);
void dp_judge_mx(struct dp_judge *judge);
/* What the hosts come to together; records at the name of the domain in the place of its hosts'. */
void dp_judge_hosts_together(struct dp_judge *judge, const char *domain);
void dp_judge_wrong_owner(struct dp_judge *judge, const char *domain);

/* judge_srv.c: the same of a service that SRV records locate; its answer is final. */
void dp_judge_srv(struct dp_judge *judge, const char *service);

/* judge_dns.c: findings on the address and TLSA answers of a host. */
void dp_judge_host_dns(struct dp_judge *judge, int host);

/* judge_nameservers.c: servers of a zone that answer otherwise than the rest, or not at all. */
void dp_judge_nameservers(struct dp_judge *judge);

/* judge_records.c: findings on the records of a host. */
void dp_judge_records(struct dp_judge *judge, int host);
/* "\n  _25._tcp.mx.example.org. IN TLSA 3 1 1 HEX" for the key of cert; "" when it has none. */
const char *dp_judge_record_line(struct dp_judge *judge, int host, const struct dp_cert *cert);
/* The end entity of the first connection of the host that showed one, or NULL. */
const struct dp_cert *dp_judge_leaf(struct dp_judge *judge, int host);

/* judge_probe.c: findings on the connections of an address. */
void dp_judge_addr(struct dp_judge *judge, int host, int addr);
/* Every address timed out: it is the network here, it seems. */
void dp_judge_filter(struct dp_judge *judge);

/* judge_siblings.c: a match that hangs on one of several intermediates of a known CA. */
void dp_judge_siblings(
	struct dp_judge *judge, const struct dp_subject *subject, const struct dp_match *match);

/* Other intermediates that the issuer of pinned uses now, and that no record pins: "R12, R14"; ""
 * if there are none. */
struct dp_known_ca;
const char *dp_judge_unpinned_siblings(const struct dp_tlsa *records, size_t count,
	const struct dp_known_ca *pinned, int64_t now_utc_s, struct dp_arena *arena);

/* explain.c: why no record matched on this connection: one finding a record, the nearest true
 * statement. */
void dp_explain_mismatch(struct dp_judge *judge, const struct dp_subject *subject);

#endif
