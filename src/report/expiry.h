/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What ends when, for reports with numbers: certificates and DNSSEC signatures. Pure; judges
 * nothing.
 */
#ifndef DP_REPORT_EXPIRY_H
#define DP_REPORT_EXPIRY_H

#include "dane/facts.h"
#include "dane/verdict.h"

/* An end of validity, and how long before it a warning is due. */
struct dp_expiry {
	int64_t end_utc_s; /* DP_TIME_NONE: there is none */
	int64_t warning_s;
};

/* Did this connection take part in the verdict, with a chain? */
bool dp_expiry_counts(const struct dp_probe *probe, const struct dp_probe_verdict *verdict);

/* The earliest end on the path to a DANE-TA anchor, whose dates count (RFC 7671 s5.2); none for
 * DANE-EE, whose dates do not (RFC 7671 s5.1). warning_s is 0. */
struct dp_expiry dp_expiry_path(const struct dp_chain *chain, const struct dp_match *match);

/* The earliest of all paths, with its warning period (--cert-warning, or its default). */
struct dp_expiry dp_expiry_earliest_path(
	const struct dp_facts *facts, const struct dp_verdict *verdict);

/* The earliest end among all certificates that were sent. DP_TIME_NONE: none was. */
int64_t dp_expiry_earliest_sent(const struct dp_facts *facts, const struct dp_verdict *verdict);

/* Each secure answer with the end of the signature over it that lasts longest. */
void dp_expiry_signatures(const struct dp_facts *facts,
	void (*each)(void *user, const struct dp_lookup *lookup, int64_t end_utc_s), void *user);

/* The earliest of these, with its warning period (--rrsig-warning, or its default). */
struct dp_expiry dp_expiry_earliest_signature(const struct dp_facts *facts);

#endif
