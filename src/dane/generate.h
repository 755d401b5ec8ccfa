/* SPDX-License-Identifier: Apache-2.0 */
/*
 * TLSA records for sources (RFC 6698 s2.1), and what of them will not last or not work. The other
 * direction of chain.h: what comes out of here matches the chain it was made from.
 */
#ifndef DP_DANE_GENERATE_H
#define DP_DANE_GENERATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "dane/source.h"
#include "dane/tlsa.h"

struct dp_wanted {
	int usage, selector, matching; /* -1: 3, 1, 1; with all: every sensible one */
	bool all;
};

struct dp_generated {
	struct dp_tlsa tlsa;
	const struct dp_source *source;
	bool issuer; /* of sources.issuers */
};

struct dp_generated_set {
	struct dp_generated *records; /* each once */
	size_t count;
};

/* Usages 1 and 3 are of the server's own keys, 0 and 2 of its issuers (a record of usage 2 for the
 * own certificate would never match, RFC 7671 s5.2); a bare public key is taken for either. all:
 * usages 3 and 2, selectors 1 and 0, matching types 1 and 2, in that order, as far as wanted leaves
 * them open; usage 2 only where there are issuers, usage 3 not for CAs alone in their file,
 * selector 0 only where there is a certificate. Returns NULL with at least one record, or the end
 * of a sentence that begins with the file's name: "holds no certificate of an issuer; ...". */
const char *dp_generate(const struct dp_sources *sources, const struct dp_wanted *wanted,
	struct dp_arena *arena, struct dp_generated_set *out);

struct dp_advice_input {
	const struct dp_generated_set *set;
	const struct dp_name *owner; /* of the server: compared with the names in certificates */
	bool mail;                   /* some record is for port 25 (RFC 7672) */
	int64_t now_utc_s;           /* DP_TIME_NONE: dates are not looked at */
};

/* What ages badly or is not understood everywhere, a sentence each without a full stop, in notes.
 * None of it makes a record wrong. */
void dp_generate_advice(
	const struct dp_advice_input *input, struct dp_arena *arena, struct dp_sources *notes);

#endif
