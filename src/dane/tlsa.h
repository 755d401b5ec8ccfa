/* SPDX-License-Identifier: Apache-2.0 */
/*
 * TLSA records (RFC 6698 s2.1): cut from rdata or text, told usable or not (RFC 7672 s3.1, RFC 7671
 * s4), reduced by digest agility (RFC 7671 s9), printed. Matching itself: chain.h.
 */
#ifndef DP_DANE_TLSA_H
#define DP_DANE_TLSA_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/reason.h"

#define DP_TLSA_MAX 64 /* records of one RRset that are judged; more are reported */
#define DP_TLSA_DATA_MAX 16384

enum dp_usage { DP_PKIX_TA = 0, DP_PKIX_EE = 1, DP_DANE_TA = 2, DP_DANE_EE = 3 };
enum dp_selector { DP_CERT = 0, DP_SPKI = 1 };
enum dp_matching { DP_FULL = 0, DP_SHA256 = 1, DP_SHA512 = 2 };

struct dp_tlsa {
	uint8_t usage;
	uint8_t selector;
	uint8_t matching;
	const uint8_t *data; /* certificate association data, borrowed */
	size_t data_len;
	enum dp_reason unusable; /* DP_REASON_NONE = usable; else DP_REASON_TLSA_UNUSABLE_* */
	bool duplicate;          /* equal to an earlier record of the set: counts once */
	bool weaker;             /* usable, but digest agility leaves it out */
};

/* Cut rdata (3 octets and data). Returns false when it is shorter than 3 octets. Borrows rdata. */
bool dp_tlsa_from_rdata(const uint8_t *rdata, size_t len, struct dp_tlsa *record);

/* Parse "3 1 1 HEX" (hex in any case, blanks inside allowed; mnemonics of RFC 7218 allowed).
 * Returns NULL, or one sentence that says what is wrong and where. Data in the arena. */
const char *dp_tlsa_from_text(const char *text, struct dp_tlsa *record, struct dp_arena *arena);

/* Fill unusable, duplicate and weaker for a whole RRset. pkix: usages 0 and 1 are usable (RFC 7673
 * s4 with PKIX roots); false for SMTP (RFC 7672 s3.1.3). Full data must parse as a certificate or a
 * public key. */
void dp_tlsa_classify(struct dp_tlsa *records, size_t count, bool pkix);

/* Does the record take part in matching: usable, not a duplicate, not left out by agility? */
bool dp_tlsa_counts(const struct dp_tlsa *record);

/* Is it about the end entity's own certificate or key (usages 3 and 1), not about an issuer's? */
bool dp_tlsa_pins_leaf(const struct dp_tlsa *record);

/* "3 1 1 HEX", lower case; data longer than max_bytes (0 = no bound) is cut with "...". */
const char *dp_tlsa_text(const struct dp_tlsa *record, size_t max_bytes, struct dp_arena *arena);

/* Does the association data equal the given certificate or key under the record's selector and
 * matching type? cert and spki: DER. False for unknown parameters. */
bool dp_tlsa_matches(const struct dp_tlsa *record, const uint8_t *cert, size_t cert_len,
	const uint8_t *spki, size_t spki_len);

#endif
