/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Well-known CA keys and certificates, as facts for explanation only: nothing here is ever trusted.
 * The table is generated from config/known_cas.tsv by the build.
 */
#ifndef DP_DANE_KNOWN_CA_H
#define DP_DANE_KNOWN_CA_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "dane/tlsa.h"

struct dp_known_ca {
	const char *subject_cn;
	const char *issuer_cn;  /* = subject_cn for a root */
	const char *key;        /* "RSA-2048", "EC-secp384r1" */
	const char *not_before; /* "2020-09-04" */
	const char *not_after;
	const char *note; /* "", "revoked", "retired" */
	uint8_t spki_sha256[32];
	uint8_t spki_sha512[64];
	uint8_t cert_sha256[32];
	uint8_t cert_sha512[64];
};

extern const struct dp_known_ca dp_known_ca_table[];
extern const size_t dp_known_ca_count;

/* What a record pins: the first row whose digest (of the record's selector and matching type) it
 * holds, a self-signed row before others; full data is hashed first. *swapped (may be NULL) is set
 * when the match is with the other selector's digest. NULL when it is none of them. */
const struct dp_known_ca *dp_known_ca_find(const struct dp_tlsa *record, bool *swapped);

#endif
