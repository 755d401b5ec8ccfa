/* SPDX-License-Identifier: Apache-2.0 */
/* Signatures of certificates, checked by Mbed TLS. */
#include <string.h>

#include <mbedtls/md.h>
#include <mbedtls/pk.h>
#include <mbedtls/rsa.h>
#include <mbedtls/x509_crt.h>

#include "dane/cert_der.h"
#include "dane/digest.h"

/* Octets: an exponent as long as the modulus costs as much as a private operation. */
#define RSA_EXPONENT_MAX 9

enum scheme_kind { SCHEME_RSA, SCHEME_RSA_PSS, SCHEME_ECDSA };

struct scheme {
	const char *oid;
	size_t oid_len;
	enum scheme_kind kind;
	mbedtls_md_type_t md; /* NONE: from the parameters */
};

#define RSA_OID "\x2a\x86\x48\x86\xf7\x0d\x01\x01"
#define ECDSA_OID "\x2a\x86\x48\xce\x3d\x04"

/* RFC 5280 s4.1.1.2, RFC 4055, RFC 5758. MD5 and older are no evidence of anything: not in the
 * list. */
static const struct scheme schemes[] = {
	{ RSA_OID "\x0b", 9, SCHEME_RSA, MBEDTLS_MD_SHA256 },
	{ RSA_OID "\x0c", 9, SCHEME_RSA, MBEDTLS_MD_SHA384 },
	{ RSA_OID "\x0d", 9, SCHEME_RSA, MBEDTLS_MD_SHA512 },
	{ RSA_OID "\x0e", 9, SCHEME_RSA, MBEDTLS_MD_SHA224 },
	{ RSA_OID "\x05", 9, SCHEME_RSA, MBEDTLS_MD_SHA1 },
	{ "\x2b\x0e\x03\x02\x1d", 5, SCHEME_RSA, MBEDTLS_MD_SHA1 },
	{ RSA_OID "\x0a", 9, SCHEME_RSA_PSS, MBEDTLS_MD_NONE },
	{ ECDSA_OID "\x03\x02", 8, SCHEME_ECDSA, MBEDTLS_MD_SHA256 },
	{ ECDSA_OID "\x03\x03", 8, SCHEME_ECDSA, MBEDTLS_MD_SHA384 },
	{ ECDSA_OID "\x03\x04", 8, SCHEME_ECDSA, MBEDTLS_MD_SHA512 },
	{ ECDSA_OID "\x03\x01", 8, SCHEME_ECDSA, MBEDTLS_MD_SHA224 },
	{ ECDSA_OID "\x01", 7, SCHEME_ECDSA, MBEDTLS_MD_SHA1 },
};

static const struct {
	const char *oid;
	size_t len;
	const char *text;
} beyond[] = {
	{ "\x2b\x65\x70", 3, "Ed25519" },
	{ "\x2b\x65\x71", 3, "Ed448" },
	{ RSA_OID "\x04", 9, "RSA with MD5" },
	{ RSA_OID "\x02", 9, "RSA with MD2" },
	{ "\x2a\x86\x48\xce\x38\x04\x03", 7, "DSA with SHA-1" },
	{ "\x60\x86\x48\x01\x65\x03\x04\x03\x02", 9, "DSA with SHA-256" },
	{ "\x60\x86\x48\x01\x65\x03\x04\x03\x11", 9, "ML-DSA-44" },
	{ "\x60\x86\x48\x01\x65\x03\x04\x03\x12", 9, "ML-DSA-65" },
	{ "\x60\x86\x48\x01\x65\x03\x04\x03\x13", 9, "ML-DSA-87" },
};

/* What a signature asks for. */
struct wanted {
	const struct scheme *scheme;
	mbedtls_md_type_t md;
	mbedtls_pk_rsassa_pss_options pss;
};

static mbedtls_md_type_t hash_of(const struct dp_der_item *algorithm)
{
	struct dp_der_item oid, parameters;

	if (!dp_algorithm_read(algorithm, &oid, &parameters))
		return MBEDTLS_MD_NONE;
	if (DP_DER_IS_OID(&oid, "\x60\x86\x48\x01\x65\x03\x04\x02\x01"))
		return MBEDTLS_MD_SHA256;
	if (DP_DER_IS_OID(&oid, "\x60\x86\x48\x01\x65\x03\x04\x02\x02"))
		return MBEDTLS_MD_SHA384;
	if (DP_DER_IS_OID(&oid, "\x60\x86\x48\x01\x65\x03\x04\x02\x03"))
		return MBEDTLS_MD_SHA512;
	if (DP_DER_IS_OID(&oid, "\x60\x86\x48\x01\x65\x03\x04\x02\x04"))
		return MBEDTLS_MD_SHA224;
	if (DP_DER_IS_OID(&oid, "\x2b\x0e\x03\x02\x1a"))
		return MBEDTLS_MD_SHA1;
	return MBEDTLS_MD_NONE;
}

/* RSASSA-PSS-params, RFC 4055 s3.1: all optional, each in its own [n] EXPLICIT. Mbed TLS knows one
 * hash for message and mask, though they may differ. */
static bool read_pss(const struct dp_der_item *parameters, struct wanted *wanted)
{
	struct dp_der list = dp_der_inside(parameters), inside;
	struct dp_der_item item, oid, mgf_hash;
	mbedtls_md_type_t mgf = MBEDTLS_MD_SHA1;
	long salt = 20;

	wanted->md = MBEDTLS_MD_SHA1;
	if (parameters->tag != DP_DER_SEQUENCE)
		return false;
	if (dp_der_take(&list, 0xa0, &item)) {
		inside = dp_der_inside(&item);
		if (!dp_der_take(&inside, DP_DER_SEQUENCE, &item) || !dp_der_done(&inside))
			return false;
		wanted->md = hash_of(&item);
	}
	if (dp_der_take(&list, 0xa1, &item)) {
		inside = dp_der_inside(&item);
		if (!dp_der_take(&inside, DP_DER_SEQUENCE, &item) || !dp_der_done(&inside) ||
			!dp_algorithm_read(&item, &oid, &mgf_hash) ||
			!DP_DER_IS_OID(&oid, RSA_OID "\x08"))
			return false;
		mgf = hash_of(&mgf_hash);
	}
	if (dp_der_take(&list, 0xa2, &item)) {
		inside = dp_der_inside(&item);
		if (!dp_der_take(&inside, DP_DER_INTEGER, &item) || !dp_der_done(&inside))
			return false;
		salt = dp_der_number(&item, 1024);
	}
	if (dp_der_take(&list, 0xa3, &item)) {
		inside = dp_der_inside(&item);
		if (!dp_der_take(&inside, DP_DER_INTEGER, &item) || dp_der_number(&item, 1) != 1)
			return false;
	}
	wanted->pss.mgf1_hash_id = mgf;
	wanted->pss.expected_salt_len = (int)salt;
	return dp_der_done(&list) && salt >= 0 && wanted->md != MBEDTLS_MD_NONE &&
		mgf == wanted->md;
}

/* False: beyond us. */
static bool read_scheme(const struct dp_der_item *algorithm, struct wanted *wanted)
{
	struct dp_der_item oid, parameters;

	memset(wanted, 0, sizeof *wanted);
	if (!dp_algorithm_read(algorithm, &oid, &parameters))
		return false;
	for (size_t i = 0; i < sizeof schemes / sizeof schemes[0]; i++) {
		if (!dp_der_is_oid(&oid, schemes[i].oid, schemes[i].oid_len))
			continue;
		wanted->scheme = &schemes[i];
		wanted->md = schemes[i].md;
		return schemes[i].kind != SCHEME_RSA_PSS || read_pss(&parameters, wanted);
	}
	return false;
}

const char *dp_signature_limit(const struct dp_der_item *algorithm, struct dp_arena *arena)
{
	struct dp_der_item oid, parameters;
	struct wanted wanted;

	if (read_scheme(algorithm, &wanted))
		return NULL;
	if (wanted.scheme != NULL)
		return "RSASSA-PSS parameters that are not supported";
	if (!dp_algorithm_read(algorithm, &oid, &parameters))
		return "its signature algorithm cannot be read";
	for (size_t i = 0; i < sizeof beyond / sizeof beyond[0]; i++) {
		if (dp_der_is_oid(&oid, beyond[i].oid, beyond[i].len))
			return dp_arena_printf(
				arena, "signature algorithm %s is not supported", beyond[i].text);
	}
	return dp_arena_printf(
		arena, "signature algorithm %s is not known", dp_der_oid_text(&oid, arena));
}

/* A key that can certainly not make such a signature. */
static bool is_other_kind(enum dp_key_type key, enum scheme_kind kind)
{
	switch (key) {
	case DP_KEY_RSA:
	case DP_KEY_RSA_PSS: return kind == SCHEME_ECDSA;
	case DP_KEY_ECDSA: return kind != SCHEME_ECDSA;
	case DP_KEY_ED25519:
	case DP_KEY_ED448: return true;
	case DP_KEY_UNKNOWN:
	case DP_KEY_TYPES: break;
	}
	return false;
}

/* Why a key cannot be used for anything, or NULL. */
static const char *key_limit(const struct dp_key_info *key)
{
	switch (key->type) {
	case DP_KEY_RSA:
		if (key->bits > MBEDTLS_MPI_MAX_SIZE * 8)
			return "the issuer's RSA key is too large";
		return key->exponent_len > RSA_EXPONENT_MAX
			? "the issuer's RSA exponent is too large"
			: NULL;
	case DP_KEY_ECDSA:
		return key->curve == NULL ? "the issuer's key is on an unknown curve" : NULL;
	case DP_KEY_RSA_PSS: return "the issuer's key is an RSASSA-PSS key, which is not supported";
	case DP_KEY_ED25519: return "the issuer's key is an Ed25519 key, which is not supported";
	case DP_KEY_ED448: return "the issuer's key is an Ed448 key, which is not supported";
	case DP_KEY_UNKNOWN:
	case DP_KEY_TYPES: break;
	}
	return "the issuer's key is of an unknown type";
}

/* DER: no more octets of length than needed (and fewer than 65536 in all). */
static bool is_minimal(const struct dp_der_item *item)
{
	size_t head = item->len < 0x80 ? 2 : item->len < 0x100 ? 3 : 4;

	return item->total - item->len == head;
}

/* A positive INTEGER in DER. */
static bool take_positive(struct dp_der *der)
{
	struct dp_der_item number;

	return dp_der_take(der, DP_DER_INTEGER, &number) && is_minimal(&number) && number.len > 0 &&
		number.value[0] < 0x80 &&
		(number.len == 1 || number.value[0] != 0 || number.value[1] >= 0x80);
}

/* Ecdsa-Sig-Value, RFC 3279 s2.2.3. Mbed TLS takes BER, too, and a negative number for a positive
 * one; OpenSSL and others refuse such a signature, so it is none. */
static bool is_ecdsa_value(const uint8_t *value, size_t len)
{
	struct dp_der outer = dp_der_open(value, len), inside;
	struct dp_der_item list;

	if (!dp_der_take(&outer, DP_DER_SEQUENCE, &list) || !is_minimal(&list) ||
		!dp_der_done(&outer))
		return false;
	inside = dp_der_inside(&list);
	return take_positive(&inside) && take_positive(&inside) && dp_der_done(&inside);
}

static enum dp_signature verify(const struct wanted *wanted, const struct dp_cert_der *fields,
	const uint8_t *spki, size_t spki_len)
{
	unsigned char *p = (unsigned char *)(uintptr_t)spki; /* only read */
	const uint8_t *signature = fields->signature.value + 1;
	size_t signature_len = fields->signature.len - 1;
	const mbedtls_md_info_t *md = mbedtls_md_info_from_type(wanted->md);
	unsigned char hash[MBEDTLS_MD_MAX_SIZE];
	enum dp_signature result = DP_SIGNATURE_UNREADABLE_KEY;
	mbedtls_pk_context pk;
	int rc;

	if (wanted->scheme->kind == SCHEME_ECDSA && !is_ecdsa_value(signature, signature_len))
		return DP_SIGNATURE_BAD;
	if (md == NULL || mbedtls_md(md, fields->tbs.start, fields->tbs.total, hash) != 0)
		return DP_SIGNATURE_UNSUPPORTED;
	mbedtls_pk_init(&pk);
	if (mbedtls_pk_parse_subpubkey(&p, spki + spki_len, &pk) == 0) {
		if (wanted->scheme->kind == SCHEME_RSA_PSS)
			rc = mbedtls_pk_verify_ext(MBEDTLS_PK_RSASSA_PSS, &wanted->pss, &pk,
				wanted->md, hash, mbedtls_md_get_size(md), signature,
				signature_len);
		else
			rc = mbedtls_pk_verify(&pk, wanted->md, hash, mbedtls_md_get_size(md),
				signature, signature_len);
		result = rc == 0 ? DP_SIGNATURE_GOOD : DP_SIGNATURE_BAD;
	}
	mbedtls_pk_free(&pk);
	return result;
}

enum dp_signature dp_signature_check(
	const struct dp_cert_der *fields, const uint8_t *spki, size_t spki_len, const char **limit)
{
	struct dp_key_info key;
	struct wanted wanted;
	enum dp_signature result;

	*limit = NULL;
	if (fields->signature.len < 1 || fields->signature.value[0] != 0 ||
		!dp_key_read(spki, spki_len, &key))
		return DP_SIGNATURE_BAD;
	/* RFC 5280 s4.1.1.2: both name the same algorithm; else an attacker chooses */
	if (!dp_der_equal(&fields->inner_algorithm, &fields->algorithm))
		return DP_SIGNATURE_BAD;
	if (!read_scheme(&fields->algorithm, &wanted))
		*limit = "its signature algorithm is not supported";
	else if (is_other_kind(key.type, wanted.scheme->kind))
		return DP_SIGNATURE_BAD;
	else
		*limit = key_limit(&key);
	if (*limit != NULL)
		return DP_SIGNATURE_UNSUPPORTED;
	result = verify(&wanted, fields, spki, spki_len);
	if (result == DP_SIGNATURE_UNREADABLE_KEY)
		*limit = "the issuer's key cannot be read";
	return result;
}

static void check(const struct dp_cert *cert, const uint8_t *spki, size_t spki_len,
	struct dp_cert_checked *said)
{
	struct dp_cert_der fields;

	said->limit = NULL;
	said->result = DP_SIGNATURE_BAD;
	if (dp_cert_der_read(&fields, cert->der, cert->der_len))
		said->result = dp_signature_check(&fields, spki, spki_len, &said->limit);
	if (said->limit != NULL && cert->signature_limit != NULL)
		said->limit = cert->signature_limit;
}

enum dp_signature dp_cert_signed_by(const struct dp_cert *cert, const uint8_t *issuer_spki,
	size_t issuer_spki_len, const char **limit)
{
	struct dp_cert_checked unkept = { 0 };
	struct dp_cert_checked *said = cert->checked != NULL ? cert->checked : &unkept;
	uint8_t sha256[32];

	dp_digest_sha256(issuer_spki, issuer_spki_len, sha256);
	if (!said->known || memcmp(said->spki_sha256, sha256, sizeof(sha256)) != 0) {
		check(cert, issuer_spki, issuer_spki_len, said);
		memcpy(said->spki_sha256, sha256, sizeof(sha256));
		said->known = true;
	}
	if (limit != NULL)
		*limit = said->limit;
	return said->result;
}

static int accept_extension(void *context, const mbedtls_x509_crt *crt, const mbedtls_x509_buf *oid,
	int critical, const unsigned char *p, const unsigned char *end)
{
	(void)context, (void)crt, (void)oid, (void)critical, (void)p, (void)end;
	return 0; /* noted by our own reading of the extensions */
}

int dp_cert_library_error(const uint8_t *der, size_t len)
{
	mbedtls_x509_crt crt;
	int rc;

	mbedtls_x509_crt_init(&crt);
	rc = mbedtls_x509_crt_parse_der_with_ext_cb(&crt, der, len, 0, accept_extension, NULL);
	mbedtls_x509_crt_free(&crt);
	return rc;
}
