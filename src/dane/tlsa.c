/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "base/text.h"
#include "dane/cert.h"
#include "dane/digest.h"
#include "dane/tlsa.h"

bool dp_tlsa_from_rdata(const uint8_t *rdata, size_t len, struct dp_tlsa *record)
{
	if (len < 3)
		return false;
	memset(record, 0, sizeof *record);
	record->usage = rdata[0];
	record->selector = rdata[1];
	record->matching = rdata[2];
	record->data = rdata + 3;
	record->data_len = len - 3;
	return true;
}

/* RFC 7672 s2.2, s3.1.3: is this record one that an SMTP client can use? */
static enum dp_reason judge_usable(const struct dp_tlsa *record, bool pkix)
{
	if (record->usage > DP_DANE_EE || record->selector > DP_SPKI ||
		record->matching > DP_SHA512)
		return DP_REASON_TLSA_UNUSABLE_PARAMETER;
	if (record->usage <= DP_PKIX_EE && !pkix)
		return DP_REASON_TLSA_UNUSABLE_USAGE;
	if (record->matching == DP_SHA256 && record->data_len != DP_SHA256_BYTES)
		return DP_REASON_TLSA_UNUSABLE_LENGTH;
	if (record->matching == DP_SHA512 && record->data_len != DP_SHA512_BYTES)
		return DP_REASON_TLSA_UNUSABLE_LENGTH;
	if (record->matching != DP_FULL)
		return DP_REASON_NONE;
	if (record->selector == DP_CERT && !dp_cert_is_certificate(record->data, record->data_len))
		return DP_REASON_TLSA_UNUSABLE_DATA;
	if (record->selector == DP_SPKI && !dp_cert_is_public_key(record->data, record->data_len))
		return DP_REASON_TLSA_UNUSABLE_DATA;
	return DP_REASON_NONE;
}

static bool is_equal(const struct dp_tlsa *a, const struct dp_tlsa *b)
{
	return a->usage == b->usage && a->selector == b->selector && a->matching == b->matching &&
		a->data_len == b->data_len &&
		(a->data_len == 0 || memcmp(a->data, b->data, a->data_len) == 0);
}

/* RFC 7671 s9: of the usable digests with one usage and selector only the strongest count. Full(0)
 * is no digest: it neither hides others nor is hidden. */
static bool hides(const struct dp_tlsa *strong, const struct dp_tlsa *weak)
{
	return strong->unusable == DP_REASON_NONE && weak->unusable == DP_REASON_NONE &&
		strong->usage == weak->usage && strong->selector == weak->selector &&
		weak->matching != DP_FULL && strong->matching > weak->matching;
}

void dp_tlsa_classify(struct dp_tlsa *records, size_t count, bool pkix)
{
	for (size_t i = 0; i < count; i++) {
		records[i].unusable = judge_usable(&records[i], pkix);
		records[i].duplicate = false;
		records[i].weaker = false;
	}
	for (size_t i = 0; i < count; i++) {
		for (size_t j = 0; j < count; j++) {
			if (j < i && is_equal(&records[j], &records[i]))
				records[i].duplicate = true;
			if (hides(&records[j], &records[i]))
				records[i].weaker = true;
		}
	}
}

bool dp_tlsa_counts(const struct dp_tlsa *record)
{
	return record->unusable == DP_REASON_NONE && !record->duplicate && !record->weaker;
}

bool dp_tlsa_pins_leaf(const struct dp_tlsa *record)
{
	return record->usage == DP_DANE_EE || record->usage == DP_PKIX_EE;
}

const char *dp_tlsa_text(const struct dp_tlsa *record, size_t max_bytes, struct dp_arena *arena)
{
	bool cut = max_bytes > 0 && record->data_len > max_bytes;
	size_t len = cut ? max_bytes : record->data_len;

	return dp_arena_printf(arena, "%u %u %u %s%s", record->usage, record->selector,
		record->matching, dp_text_hex(arena, record->data, len), cut ? "..." : "");
}

bool dp_tlsa_matches(const struct dp_tlsa *record, const uint8_t *cert, size_t cert_len,
	const uint8_t *spki, size_t spki_len)
{
	const uint8_t *object = record->selector == DP_CERT ? cert : spki;
	size_t object_len = record->selector == DP_CERT ? cert_len : spki_len;
	uint8_t digest[DP_SHA512_BYTES];
	size_t digest_len = 0;

	if (record->selector > DP_SPKI || object == NULL || object_len == 0)
		return false;
	if (record->matching == DP_FULL)
		return record->data_len == object_len &&
			memcmp(record->data, object, object_len) == 0;
	if (record->matching == DP_SHA256) {
		dp_digest_sha256(object, object_len, digest);
		digest_len = DP_SHA256_BYTES;
	} else if (record->matching == DP_SHA512) {
		dp_digest_sha512(object, object_len, digest);
		digest_len = DP_SHA512_BYTES;
	}
	return digest_len > 0 && record->data_len == digest_len &&
		memcmp(record->data, digest, digest_len) == 0;
}
