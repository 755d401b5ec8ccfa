/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "dane/digest.h"
#include "dane/known_ca.h"

static const uint8_t *row_digest(const struct dp_known_ca *row, uint8_t selector, uint8_t matching)
{
	if (selector == DP_SPKI)
		return matching == DP_SHA512 ? row->spki_sha512 : row->spki_sha256;
	return matching == DP_SHA512 ? row->cert_sha512 : row->cert_sha256;
}

static bool is_root(const struct dp_known_ca *row)
{
	return strcmp(row->subject_cn, row->issuer_cn) == 0;
}

struct digest {
	const uint8_t *octets;
	size_t len;
	uint8_t matching;
};

/* The first row with that digest, a root before others: a cross-signed CA has the key of its
 * root. */
static const struct dp_known_ca *find(
	const struct dp_known_ca *rows, size_t count, const struct digest *digest, uint8_t selector)
{
	const struct dp_known_ca *found = NULL;

	for (size_t i = 0; i < count; i++) {
		const struct dp_known_ca *row = &rows[i];

		if (memcmp(row_digest(row, selector, digest->matching), digest->octets,
			    digest->len) != 0)
			continue;
		if (is_root(row))
			return row;
		if (found == NULL)
			found = row;
	}
	return found;
}

static const struct dp_known_ca *find_record(
	const struct dp_known_ca *rows, size_t count, const struct dp_tlsa *record, bool *swapped)
{
	uint8_t hashed[DP_SHA256_BYTES];
	struct digest digest = { record->data, record->data_len, record->matching };
	const struct dp_known_ca *row;

	*swapped = false;
	if (record->selector > DP_SPKI)
		return NULL;
	if (record->matching == DP_FULL) {
		dp_digest_sha256(record->data, record->data_len, hashed);
		digest = (struct digest){ hashed, sizeof(hashed), DP_SHA256 };
	}
	if (!(digest.matching == DP_SHA256 && digest.len == DP_SHA256_BYTES) &&
		!(digest.matching == DP_SHA512 && digest.len == DP_SHA512_BYTES))
		return NULL;
	row = find(rows, count, &digest, record->selector);
	if (row != NULL)
		return row;
	row = find(rows, count, &digest, record->selector == DP_SPKI ? DP_CERT : DP_SPKI);
	*swapped = row != NULL;
	return row;
}

const struct dp_known_ca *dp_known_ca_find(const struct dp_tlsa *record, bool *swapped)
{
	bool other;

	return find_record(
		dp_known_ca_table, dp_known_ca_count, record, swapped != NULL ? swapped : &other);
}

const struct dp_known_ca *dp_known_ca_find_with(
	const struct dp_known_cas *cas, const struct dp_tlsa *record)
{
	const struct dp_known_ca *built_in = dp_known_ca_find(record, NULL);
	bool swapped;

	return built_in != NULL ? built_in : find_record(cas->rows, cas->count, record, &swapped);
}

static void fill_row(const struct dp_cert *cert, struct dp_arena *arena, struct dp_known_ca *row)
{
	char date[DP_TIME_TEXT_MAX];

	row->subject_cn = cert->subject_text;
	row->issuer_cn = cert->issuer_text;
	snprintf(row->key, sizeof(row->key), "%s", dp_cert_key_text(cert, arena));
	snprintf(row->not_before, sizeof(row->not_before), "%.10s",
		dp_text_date(cert->not_before_utc_s, date));
	snprintf(row->not_after, sizeof(row->not_after), "%.10s",
		dp_text_date(cert->not_after_utc_s, date));
	memcpy(row->spki_sha256, cert->spki_sha256, DP_SHA256_BYTES);
	memcpy(row->cert_sha256, cert->cert_sha256, DP_SHA256_BYTES);
	dp_digest_sha512(cert->spki, cert->spki_len, row->spki_sha512);
	dp_digest_sha512(cert->der, cert->der_len, row->cert_sha512);
}

void dp_known_cas_of(const struct dp_chain *chain, struct dp_arena *arena, struct dp_known_cas *cas)
{
	struct dp_known_ca *rows = dp_arena_alloc(arena, chain->count * sizeof(*rows));

	cas->rows = rows;
	cas->count = 0;
	for (size_t i = 0; i < chain->count; i++) {
		const struct dp_cert *cert = &chain->certs[i];

		if (cert->spki != NULL && cert->subject_text != NULL && cert->issuer_text != NULL)
			fill_row(cert, arena, &rows[cas->count++]);
	}
}
