/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

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

/* The first row with that digest, a root before others: a cross-signed CA has the key of its
 * root. */
static const struct dp_known_ca *find(
	const uint8_t *digest, size_t len, uint8_t selector, uint8_t matching)
{
	const struct dp_known_ca *found = NULL;

	for (size_t i = 0; i < dp_known_ca_count; i++) {
		const struct dp_known_ca *row = &dp_known_ca_table[i];

		if (memcmp(row_digest(row, selector, matching), digest, len) != 0)
			continue;
		if (is_root(row))
			return row;
		if (found == NULL)
			found = row;
	}
	return found;
}

const struct dp_known_ca *dp_known_ca_find(const struct dp_tlsa *record, bool *swapped)
{
	uint8_t hashed[DP_SHA256_BYTES];
	const uint8_t *digest = record->data;
	size_t len = record->data_len;
	uint8_t matching = record->matching;
	const struct dp_known_ca *row;

	if (swapped != NULL)
		*swapped = false;
	if (record->selector > DP_SPKI)
		return NULL;
	if (matching == DP_FULL) {
		dp_digest_sha256(record->data, record->data_len, hashed);
		digest = hashed;
		len = sizeof hashed;
		matching = DP_SHA256;
	}
	if (!(matching == DP_SHA256 && len == DP_SHA256_BYTES) &&
		!(matching == DP_SHA512 && len == DP_SHA512_BYTES))
		return NULL;
	row = find(digest, len, record->selector, matching);
	if (row == NULL) {
		row = find(digest, len, record->selector == DP_SPKI ? DP_CERT : DP_SPKI, matching);
		if (row != NULL && swapped != NULL)
			*swapped = true;
	}
	return row;
}
