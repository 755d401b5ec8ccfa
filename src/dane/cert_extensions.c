/* SPDX-License-Identifier: Apache-2.0 */
/* Extensions, RFC 5280 s4.2: our own bounded reading. Whatever cannot be read makes the set
 * broken. */
#include <limits.h>
#include <string.h>

#include "dane/cert_der.h"

/* RFC 5280 s4.2: Extension ::= SEQUENCE { extnID, critical DEFAULT FALSE, extnValue OCTET STRING
 * } */
static bool read_extension(
	struct dp_der *list, struct dp_der_item *oid, bool *critical, struct dp_der_item *value)
{
	struct dp_der inside;
	struct dp_der_item item;

	*critical = false;
	if (!dp_der_take(list, DP_DER_SEQUENCE, &item))
		return false;
	inside = dp_der_inside(&item);
	if (!dp_der_take(&inside, DP_DER_OID, oid))
		return false;
	if (dp_der_take(&inside, DP_DER_BOOLEAN, &item)) {
		if (dp_der_bool(&item) < 0)
			return false;
		*critical = dp_der_bool(&item) == 1;
	}
	return dp_der_take(&inside, DP_DER_OCTET_STRING, value) && dp_der_done(&inside);
}

/* RFC 5280 s4.2.1.9 */
static bool read_basic_constraints(struct dp_cert *cert, struct dp_der value)
{
	struct dp_der_item item;
	struct dp_der inside;
	long number;

	cert->has_basic_constraints = true;
	if (!dp_der_take(&value, DP_DER_SEQUENCE, &item) || !dp_der_done(&value))
		return false;
	inside = dp_der_inside(&item);
	if (dp_der_take(&inside, DP_DER_BOOLEAN, &item)) {
		if (dp_der_bool(&item) < 0)
			return false;
		cert->is_ca = dp_der_bool(&item) == 1;
	}
	if (dp_der_take(&inside, DP_DER_INTEGER, &item)) {
		number = dp_der_number(&item, INT_MAX);
		if (number < 0)
			return false;
		cert->path_len = (int)number;
	}
	return dp_der_done(&inside);
}

/* RFC 5280 s4.2.1.3 */
static bool read_key_usage(struct dp_cert *cert, struct dp_der value)
{
	struct dp_der_item item;

	cert->has_key_usage = true;
	if (!dp_der_take(&value, DP_DER_BIT_STRING, &item) || !dp_der_done(&value))
		return false;
	if (item.len == 0 || item.value[0] > 7)
		return false;
	cert->key_usage = item.len > 1 ? item.value[1] : 0;
	return true;
}

/* RFC 5280 s4.2.1.12: serverAuth, or anyExtendedKeyUsage which includes it */
static bool read_extended_key_usage(struct dp_cert *cert, struct dp_der value)
{
	struct dp_der_item item;
	struct dp_der inside;

	cert->has_eku = true;
	if (!dp_der_take(&value, DP_DER_SEQUENCE, &item) || !dp_der_done(&value) || item.len == 0)
		return false;
	inside = dp_der_inside(&item);
	while (!dp_der_done(&inside)) {
		if (!dp_der_take(&inside, DP_DER_OID, &item))
			return false;
		if (DP_DER_IS_OID(&item, "\x2b\x06\x01\x05\x05\x07\x03\x01") ||
			DP_DER_IS_OID(&item, "\x55\x1d\x25\x00"))
			cert->eku_server = true;
	}
	return true;
}

/* RFC 5280 s4.2.1.6: the dNSNames. Other forms of names are passed over, as long as they are cut
 * well. */
static bool read_san(struct dp_cert *cert, struct dp_der value, struct dp_arena *arena)
{
	struct dp_cert_name *names = NULL;
	struct dp_der_item item;
	struct dp_der inside;
	size_t cap = 0;

	cert->has_san = true;
	if (!dp_der_take(&value, DP_DER_SEQUENCE, &item) || !dp_der_done(&value))
		return false;
	inside = dp_der_inside(&item);
	cert->san = item.value;
	cert->san_len = item.len;
	while (!dp_der_done(&inside)) {
		if (!dp_der_next(&inside, &item))
			return false;
		if (item.tag != (DP_DER_CONTEXT | 2))
			continue;
		if (cert->name_count == DP_CERT_NAMES_MAX) {
			cert->name_dropped++;
			continue;
		}
		names = dp_arena_grow(arena, names, cert->name_count, &cap, sizeof *names);
		names[cert->name_count].text = (const char *)item.value;
		names[cert->name_count++].len = item.len;
		cert->names = names;
	}
	return true;
}

/*
 * Critical extensions that need no evaluation here. Without an initial explicit policy, policies
 * change nothing unless policyConstraints ask for one (RFC 5280 s6.1.1 (c), s6.1.4 (i)), so
 * certificatePolicies, policyMappings and inhibitAnyPolicy pass and policyConstraints do not. CRL
 * distribution points: no revocation is checked. Key identifiers never decide.
 */
static bool needs_nothing(const struct dp_der_item *oid)
{
	return DP_DER_IS_OID(oid, "\x55\x1d\x20") || DP_DER_IS_OID(oid, "\x55\x1d\x21") ||
		DP_DER_IS_OID(oid, "\x55\x1d\x36") || DP_DER_IS_OID(oid, "\x55\x1d\x1f") ||
		DP_DER_IS_OID(oid, "\x55\x1d\x0e") || DP_DER_IS_OID(oid, "\x55\x1d\x23");
}

static bool read_value(struct dp_cert *cert, const struct dp_der_item *oid, bool critical,
	const struct dp_der_item *item, struct dp_arena *arena)
{
	struct dp_der value = dp_der_inside(item);

	if (DP_DER_IS_OID(oid, "\x55\x1d\x13"))
		return read_basic_constraints(cert, value);
	if (DP_DER_IS_OID(oid, "\x55\x1d\x0f"))
		return read_key_usage(cert, value);
	if (DP_DER_IS_OID(oid, "\x55\x1d\x25"))
		return read_extended_key_usage(cert, value);
	if (DP_DER_IS_OID(oid, "\x55\x1d\x11"))
		return read_san(cert, value, arena);
	if (DP_DER_IS_OID(oid, "\x55\x1d\x1e")) {
		cert->has_name_constraints = true;
		cert->name_constraints = item->value;
		cert->name_constraints_len = item->len;
		return true;
	}
	if (critical && cert->critical_unknown == NULL && !needs_nothing(oid))
		cert->critical_unknown = dp_der_oid_text(oid, arena);
	return true;
}

/* RFC 5280 s4.2: no extension twice. */
static bool seen_before(const struct dp_der_item *oids, size_t count, const struct dp_der_item *oid)
{
	for (size_t i = 0; i < count; i++) {
		if (dp_der_equal(&oids[i], oid))
			return true;
	}
	return false;
}

void dp_cert_extensions(
	struct dp_cert *cert, const struct dp_cert_der *fields, struct dp_arena *arena)
{
	struct dp_der_item oids[DP_EXTENSIONS_MAX], value;
	struct dp_der list = dp_der_inside(&fields->extensions);
	bool critical;
	size_t count = 0;

	cert->broken_extensions = fields->broken;
	cert->path_len = -1;
	if (fields->extensions.start == NULL)
		return;
	while (!dp_der_done(&list)) {
		if (count == DP_EXTENSIONS_MAX ||
			!read_extension(&list, &oids[count], &critical, &value)) {
			cert->broken_extensions = true;
			break;
		}
		if (seen_before(oids, count, &oids[count]) ||
			!read_value(cert, &oids[count], critical, &value, arena))
			cert->broken_extensions = true;
		count++;
	}
}
