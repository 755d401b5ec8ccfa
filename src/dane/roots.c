/* SPDX-License-Identifier: Apache-2.0 */
#include "dane/roots.h"

#include <string.h>

#include "dane/cert_der.h"
#include "dane/digest.h"

bool dp_root_built_in(const uint8_t spki_sha256[32])
{
	for (const struct dp_root *root = dp_roots; root->der != NULL; root++) {
		uint8_t digest[DP_SHA256_BYTES];
		struct dp_cert_der fields;

		if (!dp_cert_der_read(&fields, root->der, root->len))
			continue;
		dp_digest_sha256(fields.spki.start, fields.spki.total, digest);
		if (memcmp(digest, spki_sha256, sizeof(digest)) == 0)
			return true;
	}
	return false;
}
