/* SPDX-License-Identifier: Apache-2.0 */
#include "dane/cert_der.h"

#include <string.h>

#include "base/text.h"

/* TBSCertificate up to the key, RFC 5280 s4.1. */
static bool read_head(struct dp_cert_der *out, struct dp_der *tbs)
{
	struct dp_der inside;
	struct dp_der_item item, validity;

	out->version = 1;
	if (dp_der_take(tbs, DP_DER_CONTEXT | DP_DER_CONSTRUCTED | 0, &item)) {
		inside = dp_der_inside(&item);
		if (!dp_der_take(&inside, DP_DER_INTEGER, &item))
			return false;
		out->version =
			(int)dp_der_number(&item, 2) + 1; /* -1 becomes 0: no version we know */
	}
	if (!dp_der_take(tbs, DP_DER_INTEGER, &out->serial) ||
		!dp_der_take(tbs, DP_DER_SEQUENCE, &out->inner_algorithm) ||
		!dp_der_take(tbs, DP_DER_SEQUENCE, &out->issuer) ||
		!dp_der_take(tbs, DP_DER_SEQUENCE, &validity) ||
		!dp_der_take(tbs, DP_DER_SEQUENCE, &out->subject) ||
		!dp_der_take(tbs, DP_DER_SEQUENCE, &out->spki))
		return false;
	inside = dp_der_inside(&validity);
	if (dp_der_next(&inside, &out->not_before) && dp_der_next(&inside, &out->not_after) &&
		!dp_der_done(&inside))
		memset(&out->not_after, 0, sizeof out->not_after);
	return true;
}

/*
 * What may stand behind the key: issuerUniqueID [1], subjectUniqueID [2] (primitive: BIT STRING,
 * IMPLICIT), extensions [3]. Anything else, as the wrapper of extensions with a changed tag, is
 * broken: a library that takes [1] constructed for a unique ID would see a certificate without
 * constraints.
 */
static void read_tail(struct dp_cert_der *out, struct dp_der *tbs)
{
	struct dp_der inside;
	struct dp_der_item item;

	dp_der_take(tbs, DP_DER_CONTEXT | 1, &item);
	dp_der_take(tbs, DP_DER_CONTEXT | 2, &item);
	if (dp_der_take(tbs, DP_DER_CONTEXT | DP_DER_CONSTRUCTED | 3, &item)) {
		inside = dp_der_inside(&item);
		if (!dp_der_take(&inside, DP_DER_SEQUENCE, &out->extensions) ||
			!dp_der_done(&inside))
			out->broken = true;
	}
	if (!dp_der_done(tbs) || (out->extensions.start != NULL && out->version != 3))
		out->broken = true;
}

bool dp_cert_der_read(struct dp_cert_der *out, const uint8_t *der, size_t len)
{
	struct dp_der outer = dp_der_open(der, len), certificate, tbs;
	struct dp_der_item item;

	memset(out, 0, sizeof *out);
	if (!dp_der_take(&outer, DP_DER_SEQUENCE, &item))
		return false;
	out->trailing = (size_t)(outer.end - outer.p);
	certificate = dp_der_inside(&item);
	if (!dp_der_take(&certificate, DP_DER_SEQUENCE, &out->tbs))
		return false;
	tbs = dp_der_inside(&out->tbs);
	if (!read_head(out, &tbs))
		return false;
	read_tail(out, &tbs);
	if (!dp_der_take(&certificate, DP_DER_SEQUENCE, &out->algorithm) ||
		!dp_der_take(&certificate, DP_DER_BIT_STRING, &out->signature) ||
		!dp_der_done(&certificate))
		memset(&out->signature, 0, sizeof out->signature);
	return true;
}

bool dp_algorithm_read(const struct dp_der_item *algorithm, struct dp_der_item *oid,
	struct dp_der_item *parameters)
{
	struct dp_der inside = dp_der_inside(algorithm);

	memset(parameters, 0, sizeof *parameters);
	if (algorithm->tag != DP_DER_SEQUENCE || !dp_der_take(&inside, DP_DER_OID, oid))
		return false;
	if (!dp_der_done(&inside) && !dp_der_next(&inside, parameters))
		return false;
	return dp_der_done(&inside);
}

static const struct curve {
	const char *oid;
	size_t len;
	const char *name;
	unsigned bits;
} curves[] = {
	{ "\x2a\x86\x48\xce\x3d\x03\x01\x07", 8, "P-256", 256 },
	{ "\x2b\x81\x04\x00\x22", 5, "P-384", 384 },
	{ "\x2b\x81\x04\x00\x23", 5, "P-521", 521 },
	{ "\x2b\x81\x04\x00\x21", 5, "P-224", 224 },
	{ "\x2a\x86\x48\xce\x3d\x03\x01\x01", 8, "P-192", 192 },
	{ "\x2b\x81\x04\x00\x0a", 5, "secp256k1", 256 },
	{ "\x2b\x24\x03\x03\x02\x08\x01\x01\x07", 9, "brainpoolP256r1", 256 },
	{ "\x2b\x24\x03\x03\x02\x08\x01\x01\x0b", 9, "brainpoolP384r1", 384 },
	{ "\x2b\x24\x03\x03\x02\x08\x01\x01\x0d", 9, "brainpoolP512r1", 512 },
};

static void read_curve(const struct dp_der_item *parameters, struct dp_key_info *info)
{
	for (size_t i = 0; i < sizeof curves / sizeof curves[0]; i++) {
		if (dp_der_is_oid(parameters, curves[i].oid, curves[i].len)) {
			info->curve = curves[i].name;
			info->bits = curves[i].bits;
		}
	}
}

/* RSAPublicKey, RFC 8017 sA.1.1: the bits of the modulus. */
static void read_rsa(const struct dp_der_item *key, struct dp_key_info *info)
{
	struct dp_der bits = dp_der_inside(key);
	struct dp_der_item item;
	const uint8_t *p;
	size_t len;

	bits.p += 1; /* unused bits; the caller saw that there is one octet */
	if (!dp_der_take(&bits, DP_DER_SEQUENCE, &item))
		return;
	bits = dp_der_inside(&item);
	if (!dp_der_take(&bits, DP_DER_INTEGER, &item))
		return;
	for (p = item.value, len = item.len; len > 0 && *p == 0; len--)
		p++;
	if (len == 0)
		return;
	info->bits = (unsigned)(len * 8);
	for (unsigned bit = 0x80; (*p & bit) == 0; bit >>= 1)
		info->bits--;
	if (dp_der_take(&bits, DP_DER_INTEGER, &item))
		info->exponent_len = item.len;
}

bool dp_key_read(const uint8_t *spki, size_t len, struct dp_key_info *info)
{
	struct dp_der der = dp_der_open(spki, len), inside;
	struct dp_der_item item, algorithm, key, oid, parameters;

	memset(info, 0, sizeof *info);
	if (!dp_der_take(&der, DP_DER_SEQUENCE, &item) || !dp_der_done(&der))
		return false;
	inside = dp_der_inside(&item);
	if (!dp_der_take(&inside, DP_DER_SEQUENCE, &algorithm) ||
		!dp_der_take(&inside, DP_DER_BIT_STRING, &key) || !dp_der_done(&inside) ||
		key.len == 0 || !dp_algorithm_read(&algorithm, &oid, &parameters))
		return false;
	if (DP_DER_IS_OID(&oid, "\x2a\x86\x48\x86\xf7\x0d\x01\x01\x01")) {
		info->type = DP_KEY_RSA;
		read_rsa(&key, info);
	} else if (DP_DER_IS_OID(&oid, "\x2a\x86\x48\x86\xf7\x0d\x01\x01\x0a")) {
		info->type = DP_KEY_RSA_PSS;
		read_rsa(&key, info);
	} else if (DP_DER_IS_OID(&oid, "\x2a\x86\x48\xce\x3d\x02\x01")) {
		info->type = DP_KEY_ECDSA;
		read_curve(&parameters, info);
	} else if (DP_DER_IS_OID(&oid, "\x2b\x65\x70")) {
		info->type = DP_KEY_ED25519;
		info->bits = 256;
	} else if (DP_DER_IS_OID(&oid, "\x2b\x65\x71")) {
		info->type = DP_KEY_ED448;
		info->bits = 456;
	}
	return true;
}
