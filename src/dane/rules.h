/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The small questions of RFC 7672 that planner and judge share: what do the answers so far mean?
 * Pure functions over facts.
 */
#ifndef DP_DANE_RULES_H
#define DP_DANE_RULES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "dane/facts.h"
#include "dane/verdict.h"

/* An answer has come (or will not come): the state is final. NULL: not asked, so false. */
bool dp_rule_final(const struct dp_lookup *lookup);
/* It was asked and nothing that validates came back: error, timeout, bogus, indeterminate. */
bool dp_rule_lookup_failed(const struct dp_lookup *lookup);
/* Records, and they are secure. */
bool dp_rule_secure_data(const struct dp_lookup *lookup);
/* The validator says that a signature is out of its time. */
bool dp_rule_out_of_time(const struct dp_lookup *lookup);
/* The first of those answers whose sense is known beforehand that makes none (root, absent, tld of
 * the facts): failed lookups then say nothing about the peer. NULL: no such. */
const struct dp_lookup *dp_rule_environment(const struct dp_facts *facts);

/* RFC 7672 s2.2.2: what the address answers of a host say. */
enum dp_addresses {
	DP_ADDRESSES_WAIT,
	DP_ADDRESSES_FAILED,   /* no family has an answer that validates */
	DP_ADDRESSES_NONE,     /* the host has no address */
	DP_ADDRESSES_INSECURE, /* addresses, unprotected: no DANE (alias question still open: WAIT)
				*/
	DP_ADDRESSES_ALIAS, /* insecure addresses behind a secure alias: the original name counts */
	DP_ADDRESSES_SECURE /* one secure family is enough */
};
enum dp_addresses dp_rule_addresses(const struct dp_host_facts *host);

/* The address answer whose aliases give the expanded name: the first secure one; NULL if none. */
const struct dp_lookup *dp_rule_secure_addresses(const struct dp_host_facts *host);

/* RFC 7672 s2.2.3: which TLSA answer applies. */
enum dp_tlsa_choice {
	DP_TLSA_WAIT,
	DP_TLSA_FAILED,  /* a candidate's lookup failed: the host must not be used */
	DP_TLSA_NONE,    /* DANE does not apply to this host */
	DP_TLSA_RECORDS, /* of candidate *index, or the target's own (--tlsa) with *index -1 */
	DP_TLSA_NO_HOST  /* the question does not arise: no address, or address lookups failed */
};
enum dp_tlsa_choice dp_rule_tlsa(
	const struct dp_facts *facts, const struct dp_host_facts *host, int *index);

/* TLSA base domain and owner for that choice. */
void dp_rule_base(
	const struct dp_host_facts *host, int index, struct dp_name *base, struct dp_name *owner);

/* RFC 7672 s3.1.3: for SMTP between servers usages 0 and 1 do not count; for others they do, where
 * there are roots to end at (RFC 6698 s2.1.1; else TLSA_NEEDS_ROOTS). As dp_tlsa_classify. */
void dp_rule_classify(const struct dp_target *target, struct dp_tlsa *records, size_t count);

/* The records of that choice, classified (DP_TLSA_MAX at most). Memory from the arena. */
struct dp_tlsa *dp_rule_records(const struct dp_facts *facts, const struct dp_host_facts *host,
	int index, size_t *count, size_t *dropped);

/* RFC 7672 s3.2.2, RFC 7673 s4.1: reference identifiers, texts in the arena. Returns their number
 * (<= DP_REFERENCES_MAX). */
size_t dp_rule_references(const struct dp_facts *facts, const struct dp_name *base,
	const char *references[DP_REFERENCES_MAX]);

/* The same as SRV-ID (RFC 4985): "_imaps.example.org"; NULL where it does not count. */
const char *dp_rule_srv_id(const struct dp_facts *facts);

/* The name that a server with this TLSA base domain is told in SNI. */
const struct dp_name *dp_rule_sni(const struct dp_facts *facts, const struct dp_name *base);

/* A chain (at least one certificate) against records, by the names and roots that count here. */
void dp_rule_match(const struct dp_facts *facts, const struct dp_chain *chain,
	const struct dp_tlsa *records, size_t record_count, const struct dp_name *base,
	int64_t now_utc_s, struct dp_match *result);

/* The verdict on one connection. records NULL: nothing to match (no usable record: count 0). */
void dp_rule_probe(const struct dp_facts *facts, const struct dp_probe *probe,
	const struct dp_tlsa *records, size_t record_count, const struct dp_name *base,
	int64_t now_utc_s, struct dp_probe_verdict *verdict);

/* Did the peer tell us nothing about itself: not connected, or refused before SMTP began? */
bool dp_rule_unreachable(const struct dp_probe *probe);

/* Offered one key type alone, the server has no such certificate (alert 40 or 71, close, reset). */
bool dp_rule_absent(const struct dp_probe *probe);

/* A second attempt may tell more (at most one; not when this machine has no way there). */
bool dp_rule_retry(const struct dp_probe *probe, const struct dp_probe_verdict *verdict);

#endif
