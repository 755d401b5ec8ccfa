/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Domain names and DNS answers as values: names in wire form, lower case; an answer message cut
 * into records. Pure: the bytes come from the resolver, hostile in content, and go through a cursor
 * that cannot overrun.
 *
 * Not here: validation (libunbound's), what an answer means (policy).
 */
#ifndef DP_DANE_DNSWIRE_H
#define DP_DANE_DNSWIRE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"

#define DP_NAME_MAX 255       /* octets on the wire, RFC 1035 s3.1 */
#define DP_NAME_TEXT_MAX 1024 /* escaped presentation form with its NUL (\DDD for odd octets) */
#define DP_RR_MAX 256         /* records kept of one answer; more are counted, not kept */
#define DP_CNAME_MAX 16       /* links of an alias chain that are followed */

enum dp_type {
	DP_TYPE_A = 1,
	DP_TYPE_NS = 2,
	DP_TYPE_CNAME = 5,
	DP_TYPE_SOA = 6,
	DP_TYPE_MX = 15,
	DP_TYPE_AAAA = 28,
	DP_TYPE_SRV = 33,
	DP_TYPE_DNAME = 39,
	DP_TYPE_DS = 43,
	DP_TYPE_RRSIG = 46,
	DP_TYPE_DNSKEY = 48,
	DP_TYPE_NSEC3PARAM = 51,
	DP_TYPE_TLSA = 52
};

/* A domain name: uncompressed wire form in lower case. len 0 = none; the root has len 1. */
struct dp_name {
	uint8_t len;
	uint8_t wire[DP_NAME_MAX];
};

struct dp_rr {
	struct dp_name owner;
	uint16_t type;
	uint32_t ttl_s;
	/* In the arena; names inside MX, CNAME, NS, SRV, SOA, DNAME uncompressed, in lower case. */
	const uint8_t *rdata;
	uint16_t rdata_len;
};

/* An RRSIG, cut (RFC 4034 s3.1). */
struct dp_rrsig {
	struct dp_name owner;
	struct dp_name signer;
	uint16_t covered;
	uint8_t algorithm;
	uint8_t labels; /* fewer than the owner has: expanded from a wildcard (s3.1.3) */
	uint32_t original_ttl_s;
	int64_t inception_utc_s;
	int64_t expiration_utc_s;
};

/* The answer section of a message. */
struct dp_message {
	uint8_t rcode;
	struct dp_name canonical; /* qname after every CNAME of the answer; = qname without */
	struct dp_name *aliases;  /* the names left behind, in order: qname first; NULL if none */
	size_t alias_count;
	struct dp_rr *rrs; /* the records of qtype at canonical, answer order */
	size_t rr_count;
	size_t rr_dropped;       /* records past DP_RR_MAX */
	struct dp_rrsig *rrsigs; /* of the answer section, of any covered type */
	size_t rrsig_count;
	uint32_t ttl_s; /* smallest TTL of the answer; 0 if it is empty */
};

/* Parse text (ASCII, '.'-separated, optional final dot, \DDD and \X escapes) into a name. Labels of
 * 1 to 63 octets, at most 255 in all. Returns false when it is not one. "." is the root. */
bool dp_name_parse(const char *text, struct dp_name *name);

/* Presentation form without the final dot (the root is "."), odd octets as \DDD. Returns out. */
const char *dp_name_text(const struct dp_name *name, char out[DP_NAME_TEXT_MAX]);

bool dp_name_equal(const struct dp_name *a, const struct dp_name *b);

/* Labels without the root. */
size_t dp_name_labels(const struct dp_name *name);

/* Is name equal to or below parent? */
bool dp_name_below(const struct dp_name *name, const struct dp_name *parent);

/* Drop the first count labels; the root stays the root. */
struct dp_name dp_name_parent(const struct dp_name *name, size_t count);

/* "_<port>._tcp." in front of base (RFC 6698 s3). Returns false when it gets too long. */
bool dp_name_tlsa_owner(const struct dp_name *base, uint16_t port, struct dp_name *owner);

/* A name that a mail host or domain can have: letters, digits, hyphens, underscores; no empty
 * label; not only digits in its last label (RFC 1123 s2.1, RFC 3696 s2). */
bool dp_name_is_hostname(const struct dp_name *name);

/* U-labels (UTF-8, lower case, NFC assumed for what we accept) to A-labels by RFC 3492; ASCII
 * labels are lowered and pass. text: what the user typed. On failure returns false and *why
 * (static) ends the sentence that text begins: "is an email address; type only the domain behind
 * the @". */
bool dp_name_from_user(const char *text, struct dp_name *name, const char **why);

/* Cut a message. packet: as received (header, question, sections). qname/qtype: what was asked.
 * Returns false when the message is malformed; *message is then zeroed. Memory from arena. Follows
 * at most DP_CNAME_MAX aliases, and any order of records. */
bool dp_message_parse(const uint8_t *packet, size_t len, const struct dp_name *qname,
	uint16_t qtype, struct dp_message *message, struct dp_arena *arena);

/* The mnemonic of a type or rcode, "TYPE123" / "RCODE23" for others. Static or in the arena. */
const char *dp_type_text(uint16_t type, struct dp_arena *arena);
const char *dp_rcode_text(uint8_t rcode, struct dp_arena *arena);

/* Name and number of a DNSSEC algorithm, as in "RSASHA1 (5)". */
const char *dp_dnssec_algorithm_text(uint8_t algorithm, struct dp_arena *arena);

#endif
