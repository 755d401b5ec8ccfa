/* SPDX-License-Identifier: Apache-2.0 */
#include "dane/chain.h"

#include <string.h>

#include "base/text.h"
#include "dane/cert_der.h"
#include "dane/der.h"
#include "dane/hostname.h"
#include "dane/path.h"

void dp_chain_open(struct dp_chain *chain, const uint8_t *const *ders, const size_t *lens,
	size_t count, struct dp_arena *arena)
{
	memset(chain, 0, sizeof *chain);
	chain->count = count < DP_CHAIN_MAX ? count : DP_CHAIN_MAX;
	chain->dropped = count - chain->count;
	chain->certs = dp_arena_alloc(arena, chain->count * sizeof *chain->certs);
	for (size_t i = 0; i < chain->count; i++)
		dp_cert_open(&chain->certs[i], ders[i], lens[i], arena);
}

void dp_chain_close(struct dp_chain *chain)
{
	if (chain == NULL)
		return;
	for (size_t i = 0; i < chain->count; i++)
		dp_cert_close(&chain->certs[i]);
	chain->count = 0;
}

static bool name_matches(const char *text, size_t len, const char *const *references, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		if (dp_hostname_matches(text, len, references[i]))
			return true;
	}
	return false;
}

static bool dns_name_matches(
	const struct dp_cert *cert, const char *const *references, size_t count)
{
	struct dp_der san = dp_der_open(cert->san, cert->san_len);
	struct dp_der_item item;

	for (size_t i = 0; i < cert->name_count; i++) {
		if (name_matches(cert->names[i].text, cert->names[i].len, references, count))
			return true;
	}
	while (cert->name_dropped > 0 && dp_der_next(&san, &item)) {
		if (item.tag == (DP_DER_CONTEXT | 2) &&
			name_matches((const char *)item.value, item.len, references, count))
			return true;
	}
	return false;
}

/* otherName: OID id-on-dnsSRV, [0] IA5String (RFC 4985 s2) */
static bool take_srv_id(const struct dp_der_item *name, struct dp_der_item *text)
{
	struct dp_der inside = dp_der_inside(name), value;
	struct dp_der_item type, wrapped;

	if (name->tag != (DP_DER_CONTEXT | DP_DER_CONSTRUCTED) ||
		!dp_der_take(&inside, DP_DER_OID, &type) ||
		!DP_DER_IS_OID(&type, "\x2b\x06\x01\x05\x05\x07\x08\x07") ||
		!dp_der_take(&inside, DP_DER_CONTEXT | DP_DER_CONSTRUCTED, &wrapped))
		return false;
	value = dp_der_inside(&wrapped);
	return dp_der_take(&value, DP_DER_IA5, text);
}

struct dp_cert_name dp_cert_srv_id(const struct dp_cert *cert)
{
	struct dp_der san = dp_der_open(cert->san, cert->san_len);
	struct dp_der_item name, text;

	while (dp_der_next(&san, &name)) {
		if (take_srv_id(&name, &text))
			return (struct dp_cert_name){ (const char *)text.value, text.len };
	}
	return (struct dp_cert_name){ NULL, 0 };
}

bool dp_cert_named(
	const struct dp_cert *cert, const char *const *references, size_t count, const char *srv_id)
{
	struct dp_der san = dp_der_open(cert->san, cert->san_len);
	struct dp_der_item name, text;
	bool has_srv_id = false;

	if (dns_name_matches(cert, references, count))
		return true;
	while (srv_id != NULL && dp_der_next(&san, &name)) {
		if (!take_srv_id(&name, &text))
			continue;
		has_srv_id = true;
		if (dp_text_equal_nocase(
			    (const char *)text.value, text.len, srv_id, strlen(srv_id)))
			return true;
	}
	/* RFC 7672 s3.2.3: the CN only when there is no dNSName at all; RFC 6125 s6.4.4: nor any
	 * other kind of name that is looked for */
	return cert->name_count == 0 && !has_srv_id &&
		name_matches(cert->common_name.text, cert->common_name.len, references, count);
}

bool dp_chain_leaf_named(const struct dp_chain *chain, const struct dp_match_input *input)
{
	return input->any_name ||
		dp_cert_named(
			&chain->certs[0], input->references, input->reference_count, input->srv_id);
}

/* The issuer of certs[i], by name, among the certificates behind it; 0 if it is not there. */
static size_t issuer_behind(const struct dp_chain *chain, size_t i)
{
	const struct dp_cert *cert = &chain->certs[i], *other;

	for (size_t j = i + 1; j < chain->count; j++) {
		other = &chain->certs[j];
		if (other->spki != NULL &&
			dp_dn_equal(
				cert->issuer, cert->issuer_len, other->subject, other->subject_len))
			return j;
	}
	return 0;
}

int dp_chain_disorder(const struct dp_chain *chain)
{
	for (size_t i = 0; i < chain->count; i++) {
		const struct dp_cert *cert = &chain->certs[i];

		if (cert->spki == NULL || cert->self_issued)
			return -1; /* the path ends here; what follows is extra */
		size_t j = issuer_behind(chain, i);
		if (j == 0)
			return -1;
		if (j != i + 1)
			return (int)(i + 1);
	}
	return -1;
}
