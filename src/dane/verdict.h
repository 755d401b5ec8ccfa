/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A verdict is a value: words for the target, its hosts, addresses and connections, and a bounded
 * list of findings. "Undetermined" is a verdict, not an error. Made by dane/policy.h, read by
 * report/.
 */
#ifndef DP_DANE_VERDICT_H
#define DP_DANE_VERDICT_H

#include <stdbool.h>
#include <stddef.h>

#include "base/reason.h"
#include "dane/chain.h"
#include "dane/facts.h"

#define DP_FINDINGS_MAX 512 /* later ones are counted, not kept */

enum dp_outcome {
	DP_UNDETERMINED, /* a check that could not run */
	DP_VERIFIED,
	DP_FAILED,
	DP_UNAUTHENTICATED, /* RFC 7672 s2.2: TLS mandatory, no usable record */
	DP_NO_DANE,
	DP_NO_MAIL,
	DP_OUTCOMES
};

/* "verified", "failed", "unauthenticated", "no-dane", "no-mail", "undetermined". */
const char *dp_outcome_word(enum dp_outcome outcome);

/* What a finding is about: the narrowest thing known. -1 = not narrowed to one. */
struct dp_subject {
	int host;   /* index in facts->hosts */
	int addr;   /* index in its addrs */
	int probe;  /* index in its probes */
	int record; /* index in the host verdict's records */
	int cert;   /* position in the chain of that probe */
};

struct dp_finding {
	enum dp_reason code;
	enum dp_severity severity; /* may differ from the row's */
	struct dp_subject subject;
	const char *label; /* the subject for people: "mx.example.org [192.0.2.1]" */
	const char *rfc;
	const char *evidence; /* facts in short, may be "" */
	const char *cause;    /* one sentence each; "" where there is none */
	const char *consequence;
	const char *remedy;
};

struct dp_probe_verdict {
	enum dp_outcome outcome;
	struct dp_match match; /* records NULL when there was nothing to match */
	bool absent;     /* offered one key type only, and the server has no such certificate */
	bool superseded; /* a later attempt with the same offer counts instead */
};

struct dp_addr_verdict {
	enum dp_outcome outcome;
	bool skipped; /* no local route: takes no part */
	struct dp_probe_verdict probes[DP_CONNECTIONS_MAX];
};

struct dp_host_verdict {
	enum dp_outcome outcome;
	bool by_dns;      /* outcome UNDETERMINED because of the DNS */
	bool unreachable; /* outcome UNDETERMINED because no address answered */
	enum dp_security addresses_security;
	struct dp_name base;     /* TLSA base domain that applies; len 0 if none */
	struct dp_name owner;    /* owner name of the TLSA records */
	struct dp_tlsa *records; /* classified; of the base that applies (or --tlsa) */
	size_t record_count;
	size_t record_dropped;
	bool *matched;                 /* per record: authenticates on at least one connection */
	struct dp_addr_verdict *addrs; /* the addr_count of the host facts; NULL if none */
};

struct dp_verdict {
	enum dp_outcome outcome;
	bool warned; /* at least one finding of severity warning (or worse beside a pass) */
	struct dp_host_verdict *hosts; /* facts->host_count */
	struct dp_finding *findings;
	size_t finding_count;
	size_t finding_dropped;
};

/* --all-ports: nothing is published for this port or service, or that it is not offered: told, not
 * failed. Its outcome is then accepted; warnings about something else (signatures that end soon,
 * say) still count. */
bool dp_verdict_passed_over(const struct dp_facts *facts, const struct dp_verdict *verdict);

/* Exit status by --exit nagios: 0 verified, 1 verified with warnings, 2 failed, unauthenticated,
 * no-dane, no-mail, 3 undetermined. accepted: bit (1 << outcome) set by --accept makes that outcome
 * 0 or 1. */
int dp_verdict_exit(const struct dp_verdict *verdict, unsigned accepted);

#endif
