/* SPDX-License-Identifier: Apache-2.0 */
/*
 * TLSA records against a chain as sent: which record matches what, and, for usage 2, whether a path
 * of good signatures and rules leads from the end entity to the anchor (RFC 7671 s5, RFC 7672 s3);
 * for usages 0 and 1, whether one leads to a root that is given (RFC 6698 s2.1.1).
 *
 * The path walk is ours (the library's verdict does not fit DANE-TA): anchored at any matching
 * certificate on a signature-verified path from the leaf; order as sent does not matter; several
 * candidate issuers with one subject are all tried; AKID/SKID never decide. No recursion, at most
 * DP_CHAIN_CHECKS_MAX signature checks a chain, and as many for usages 0 and 1.
 */
#ifndef DP_DANE_CHAIN_H
#define DP_DANE_CHAIN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/reason.h"
#include "dane/cert.h"
#include "dane/tlsa.h"

#define DP_CHAIN_MAX 128       /* certificates of a chain that are looked at */
#define DP_CHAIN_DEPTH_MAX 16  /* certificates on one path */
#define DP_CHAIN_CHECKS_MAX 64 /* signature checks a chain */
#define DP_REFERENCES_MAX 24   /* reference identifiers: domain, its aliases, host, base */

/* The chain as sent; certs[0] is the end entity. */
struct dp_chain {
	struct dp_cert *certs;
	size_t count;
	size_t dropped; /* certificates past DP_CHAIN_MAX */
};

/* What to judge a chain against. */
struct dp_match_input {
	const struct dp_tlsa *records; /* classified (dp_tlsa_classify) */
	size_t record_count;
	const char *const
		*references; /* reference identifiers, lower-case text without final dot */
	size_t reference_count;
	bool any_name;      /* names do not count */
	const char *srv_id; /* a further one, as SRV-ID (RFC 4985): "_imaps.example.org"; or NULL */
	/* What usages 0 and 1 end at (RFC 6698 s2.1.1); they match nothing without. */
	const struct dp_cert *pkix_roots;
	size_t pkix_root_count;
	int64_t now_utc_s;
};

/* The nearest thing to a match that one record reached. */
enum dp_match_state {
	DP_MATCH_SKIPPED,  /* unusable, duplicate or left out by agility */
	DP_MATCH_NONE,     /* equals no certificate it may be compared with */
	DP_MATCH_OFF_PATH, /* usages 2 and 0: equals a certificate that did not issue the leaf */
	/* usages 2, 1, 0: on the path, but a rule fails, or there is none to a root: reason and
	 * culprit say which */
	DP_MATCH_BROKEN,
	DP_MATCH_GOOD /* authenticates */
};

struct dp_record_match {
	enum dp_match_state state;
	enum dp_reason reason; /* BROKEN: DP_REASON_CERTIFICATE_*, PKIX_UNTRUSTED; else NONE */
	/* Position in the chain of the matched certificate; -1: it was not sent, or there is none.
	 * Of a bare key (2 1 0): a certificate that holds the key; nothing else in it counts. */
	int cert;
	int culprit;        /* BROKEN: position of what breaks the rule; -1: it was not sent */
	int depth;          /* GOOD, BROKEN: steps from leaf to anchor (0 = usage 3) */
	const char *detail; /* BROKEN: evidence for the finding, or NULL */
};

struct dp_match {
	bool authenticated; /* some record is GOOD */
	/* Not authenticated, but for one record no rule is broken, only a limit of this tool stands
	 * in the way: undetermined rather than failed. CERTIFICATE_SIGNATURE_LIMIT, and
	 * CERTIFICATE_CRITICAL, since a sender's library may know the extension. */
	bool limited;
	/* The deciding record: the first GOOD one, or the nearest failure (least wrong), which may
	 * be a record that matches nothing; -1 if no record counts. */
	int record;
	struct dp_record_match *records; /* record_count of them */
	/* Positions from leaf to anchor of the deciding record; -1: the anchor was not sent (it
	 * is from DNS, a whole certificate or a bare key, or a root that is given). NULL for usage
	 * 3, and without a path. */
	int *path;
	size_t path_len;
	unsigned checks; /* signature checks made */
};

/* Read a chain: list of DER certificates as sent (borrowed). Close frees the library's parts. */
void dp_chain_open(struct dp_chain *chain, const uint8_t *const *ders, const size_t *lens,
	size_t count, struct dp_arena *arena);
void dp_chain_close(struct dp_chain *chain);

/* Match every record. Pure; memory from the arena; cost bounded by DP_CHAIN_CHECKS_MAX. */
void dp_chain_match(const struct dp_chain *chain, const struct dp_match_input *input,
	struct dp_match *match, struct dp_arena *arena);

/* Is each certificate followed by its issuer (by name)? Returns the position of the first that
 * is out of place, or -1. Extra certificates behind a path that is complete, or goes no further,
 * are not disorder. */
int dp_chain_disorder(const struct dp_chain *chain);

/* The first SRV-ID of a certificate (RFC 4985 s2), borrowed; text NULL if it has none. */
struct dp_cert_name dp_cert_srv_id(const struct dp_cert *cert);

/* Does a name of the certificate match a reference identifier (dNSName), or a SRV-ID equal srv_id
 * ("_imaps.example.org"; RFC 4985 s2; NULL: none is looked for)? The CN counts only when there is
 * no dNSName at all (RFC 7672 s3.2.3), and no SRV-ID where one is looked for (RFC 6125 s6.4.4). */
bool dp_cert_named(const struct dp_cert *cert, const char *const *references, size_t count,
	const char *srv_id);

#endif
