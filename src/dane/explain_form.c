/* SPDX-License-Identifier: Apache-2.0 */
/* The record was made from another form of the right thing, or from nothing: see explain.h. */
#include <string.h>

#include "dane/digest.h"
#include "dane/encoding.h"
#include "dane/explain.h"

static bool is_digest_of(const struct dp_tlsa *record, const void *data, size_t len)
{
	uint8_t digest[DP_SHA512_BYTES];

	if (record->matching == DP_SHA256)
		dp_digest_sha256(data, len, digest);
	else if (record->matching == DP_SHA512)
		dp_digest_sha512(data, len, digest);
	else
		return false;
	return memcmp(record->data, digest, record->data_len) == 0; /* usable: 32 or 64 octets */
}

static bool explain_empty(struct dp_why *why)
{
	if (!is_digest_of(why->record, "", 0))
		return false;
	why->words.detail = why->record->matching == DP_SHA256 ? "SHA-256" : "SHA-512";
	dp_why_add(why, DP_REASON_TLSA_DIGEST_OF_NOTHING);
	return true;
}

/* PEM text of the object, with its final newline or without it. */
static bool is_pem_digest(
	const struct dp_why *why, const char *label, const uint8_t *der, size_t len)
{
	struct dp_arena *scratch =
		dp_arena_open(); /* once a record and certificate: not to be kept */
	const char *pem = dp_encoding_pem(label, der, len, scratch);
	size_t pem_len = strlen(pem);
	bool is = pem_len > 0 &&
		(is_digest_of(why->record, pem, pem_len) ||
			is_digest_of(why->record, pem, pem_len - 1));

	dp_arena_close(scratch);
	return is;
}

/* Which form of that certificate has the record's digest? NULL if none. */
static const char *form_of(const struct dp_why *why, const struct dp_cert *cert)
{
	const uint8_t *key;
	size_t len;

	if (is_pem_digest(why, "CERTIFICATE", cert->der, cert->der_len))
		return "the PEM text";
	if (cert->spki == NULL)
		return NULL;
	if (is_pem_digest(why, "PUBLIC KEY", cert->spki, cert->spki_len))
		return "the PEM text of the key";
	key = dp_encoding_bare_key(cert->spki, cert->spki_len, &len);
	if (key != NULL && is_digest_of(why->record, key, len))
		return "the bare key (without its algorithm)";
	return NULL;
}

bool dp_explain_form(struct dp_why *why)
{
	const struct dp_chain *chain = &why->probe->chain;

	if (explain_empty(why))
		return true;
	for (size_t i = 0; i < chain->count && why->record->matching != DP_FULL; i++) {
		const char *form = form_of(why, &chain->certs[i]);

		if (form == NULL)
			continue;
		why->words.detail = dp_arena_printf(why->judge->arena, "%s of %s", form,
			dp_why_cert_text(why, &chain->certs[i]));
		dp_why_add(why, DP_REASON_TLSA_DIGEST_OF_TEXT);
		return true;
	}
	return false;
}
