/* SPDX-License-Identifier: Apache-2.0 */
#include "dane/cert.h"

#include <string.h>

#include "base/text.h"
#include "dane/cert_der.h"
#include "dane/digest.h"
#include "dane/hostname.h"

/* Fields that need no more than the outer DER. */
static void read_outer(
	struct dp_cert *cert, const struct dp_cert_der *fields, struct dp_arena *arena)
{
	struct dp_key_info key;

	cert->spki = fields->spki.start;
	cert->spki_len = fields->spki.total;
	dp_digest_sha256(cert->spki, cert->spki_len, cert->spki_sha256);
	cert->subject = fields->subject.start;
	cert->subject_len = fields->subject.total;
	cert->issuer = fields->issuer.start;
	cert->issuer_len = fields->issuer.total;
	cert->self_issued =
		dp_dn_equal(cert->subject, cert->subject_len, cert->issuer, cert->issuer_len);
	cert->not_before_utc_s = dp_der_time(&fields->not_before);
	cert->not_after_utc_s = dp_der_time(&fields->not_after);
	cert->version = fields->version;
	if (dp_key_read(cert->spki, cert->spki_len, &key)) {
		cert->key_type = key.type;
		cert->key_bits = key.bits;
	}
	cert->subject_text = dp_dn_text(cert->subject, cert->subject_len, arena);
	cert->issuer_text = dp_dn_text(cert->issuer, cert->issuer_len, arena);
	cert->common_name = dp_dn_common_name(cert->subject, cert->subject_len, arena);
	cert->signature_limit = dp_signature_limit(&fields->algorithm, arena);
}

/* Did our own reading find everything in its place? The key counts apart: who needs it will see. */
static bool is_sound(const struct dp_cert *cert, const struct dp_cert_der *fields)
{
	return fields->trailing == 0 && fields->signature.start != NULL && fields->version > 0 &&
		fields->serial.len > 0 && !cert->broken_extensions &&
		cert->not_before_utc_s != DP_TIME_NONE && cert->not_after_utc_s != DP_TIME_NONE &&
		dp_dn_sound(cert->subject, cert->subject_len) &&
		dp_dn_sound(cert->issuer, cert->issuer_len);
}

/* Why the library does not read it: in our words if we know them. */
static const char *library_limit(
	const struct dp_cert *cert, const struct dp_cert_der *fields, struct dp_arena *arena)
{
	int error;

	if (fields->trailing > 0)
		return dp_arena_printf(
			arena, "%zu octets follow the certificate", fields->trailing);
	error = dp_cert_library_error(cert->der, cert->der_len);
	if (error == 0)
		return NULL;
	if (cert->signature_limit != NULL)
		return cert->signature_limit;
	if (cert->key_type != DP_KEY_RSA && cert->key_type != DP_KEY_ECDSA)
		return dp_arena_printf(arena, "a key of type %s is not supported",
			dp_key_type_text(cert->key_type));
	if (cert->broken_extensions)
		return "its extensions cannot be read";
	return dp_arena_printf(arena, "Mbed TLS cannot read it (error -0x%04x)", (unsigned)-error);
}

void dp_cert_open(struct dp_cert *cert, const uint8_t *der, size_t der_len, struct dp_arena *arena)
{
	struct dp_cert_der fields;

	memset(cert, 0, sizeof *cert);
	cert->der = der;
	cert->der_len = der_len;
	cert->path_len = -1;
	cert->not_before_utc_s = cert->not_after_utc_s = DP_TIME_NONE;
	cert->subject_text = cert->issuer_text = "";
	cert->checked = dp_arena_alloc(arena, sizeof(*cert->checked));
	dp_digest_sha256(der, der_len, cert->cert_sha256);
	if (!dp_cert_der_read(&fields, der, der_len)) {
		cert->limit = "it is not a certificate";
		return;
	}
	read_outer(cert, &fields, arena);
	dp_cert_extensions(cert, &fields, arena);
	cert->sound = is_sound(cert, &fields);
	cert->limit = library_limit(cert, &fields, arena);
	cert->parsed = cert->limit == NULL;
}

void dp_cert_close(struct dp_cert *cert)
{
	(void)cert; /* everything is borrowed or in the arena */
}

const char *dp_key_type_text(enum dp_key_type type)
{
	switch (type) {
	case DP_KEY_RSA: return "RSA";
	case DP_KEY_RSA_PSS: return "RSA-PSS";
	case DP_KEY_ECDSA: return "ECDSA";
	case DP_KEY_ED25519: return "Ed25519";
	case DP_KEY_ED448: return "Ed448";
	case DP_KEY_UNKNOWN:
	case DP_KEY_TYPES: break;
	}
	return "unknown key";
}

const char *dp_cert_key_text(const struct dp_cert *cert, struct dp_arena *arena)
{
	const char *type = dp_key_type_text(cert->key_type);
	struct dp_key_info key;

	if (cert->spki == NULL || !dp_key_read(cert->spki, cert->spki_len, &key))
		return "unknown key";
	if (key.type == DP_KEY_ECDSA)
		return dp_arena_printf(
			arena, "%s %s", type, key.curve == NULL ? "unknown curve" : key.curve);
	if ((key.type == DP_KEY_RSA || key.type == DP_KEY_RSA_PSS) && key.bits > 0)
		return dp_arena_printf(arena, "%s-%u", type, key.bits);
	return type;
}

bool dp_cert_is_certificate(const uint8_t *der, size_t len)
{
	struct dp_cert_der fields;

	return dp_cert_der_read(&fields, der, len) && fields.trailing == 0 &&
		fields.signature.start != NULL;
}

bool dp_cert_is_public_key(const uint8_t *der, size_t len)
{
	struct dp_key_info key;

	return dp_key_read(der, len, &key);
}
