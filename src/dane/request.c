/* SPDX-License-Identifier: Apache-2.0 */
#include "dane/request.h"

#include <string.h>

#define EXTENSION_REQUEST "\x2a\x86\x48\x86\xf7\x0d\x01\x09\x0e"

/* Attributes: each an OBJECT IDENTIFIER and a SET of values. */
static void read_attributes(struct dp_cert_der *fields, const struct dp_der_item *attributes)
{
	struct dp_der list = dp_der_inside(attributes), inside;
	struct dp_der_item attribute, oid, values;

	while (dp_der_take(&list, DP_DER_SEQUENCE, &attribute)) {
		inside = dp_der_inside(&attribute);
		if (!dp_der_take(&inside, DP_DER_OID, &oid) ||
			!DP_DER_IS_OID(&oid, EXTENSION_REQUEST) ||
			!dp_der_take(&inside, DP_DER_SET, &values))
			continue;
		inside = dp_der_inside(&values);
		dp_der_take(&inside, DP_DER_SEQUENCE, &fields->extensions);
	}
}

bool dp_request_read(struct dp_cert_der *fields, const uint8_t *der, size_t len)
{
	struct dp_der cursor = dp_der_open(der, len);
	struct dp_der_item item;

	memset(fields, 0, sizeof *fields);
	fields->version = 3; /* of a certificate with extensions */
	if (!dp_der_take(&cursor, DP_DER_SEQUENCE, &item))
		return false;
	cursor = dp_der_inside(&item);
	if (!dp_der_take(&cursor, DP_DER_SEQUENCE, &fields->tbs) ||
		!dp_der_take(&cursor, DP_DER_SEQUENCE, &fields->algorithm) ||
		!dp_der_take(&cursor, DP_DER_BIT_STRING, &fields->signature))
		return false;
	fields->inner_algorithm = fields->algorithm;
	cursor = dp_der_inside(&fields->tbs);
	if (!dp_der_take(&cursor, DP_DER_INTEGER, &item) ||
		!dp_der_take(&cursor, DP_DER_SEQUENCE, &fields->subject) ||
		!dp_der_take(&cursor, DP_DER_SEQUENCE, &fields->spki))
		return false;
	if (dp_der_take(&cursor, DP_DER_CONTEXT | DP_DER_CONSTRUCTED | 0, &item))
		read_attributes(fields, &item);
	return true;
}
