/* SPDX-License-Identifier: Apache-2.0 */
#include "dane/object.h"

#include <string.h>

#include "dane/cert_der.h"
#include "dane/der.h"

static const struct {
	const char *label;
	enum dp_block_kind kind;
} labels[] = {
	{ "CERTIFICATE", DP_BLOCK_CERTIFICATE },
	{ "X509 CERTIFICATE", DP_BLOCK_CERTIFICATE },
	{ "TRUSTED CERTIFICATE", DP_BLOCK_CERTIFICATE },
	{ "PRIVATE KEY", DP_BLOCK_PRIVATE_KEY },
	{ "RSA PRIVATE KEY", DP_BLOCK_PRIVATE_KEY },
	{ "EC PRIVATE KEY", DP_BLOCK_PRIVATE_KEY },
	{ "DSA PRIVATE KEY", DP_BLOCK_PRIVATE_KEY },
	{ "ENCRYPTED PRIVATE KEY", DP_BLOCK_ENCRYPTED_KEY },
	{ "PUBLIC KEY", DP_BLOCK_PUBLIC_KEY },
	{ "RSA PUBLIC KEY", DP_BLOCK_PUBLIC_KEY },
	{ "CERTIFICATE REQUEST", DP_BLOCK_REQUEST },
	{ "NEW CERTIFICATE REQUEST", DP_BLOCK_REQUEST },
};

enum dp_block_kind dp_object_of_label(const char *label, size_t len)
{
	for (size_t i = 0; i < sizeof labels / sizeof labels[0]; i++) {
		if (strlen(labels[i].label) == len && memcmp(labels[i].label, label, len) == 0)
			return labels[i].kind;
	}
	return DP_BLOCK_OTHER;
}

/* The tags of the first items of a SEQUENCE, of which there may be more. */
struct shape {
	struct dp_der_item items[4]; /* tag 0: not there */
	size_t count;                /* of all */
};

static bool read_shape(const uint8_t *der, size_t len, struct shape *shape)
{
	struct dp_der outer = dp_der_open(der, len), inside;
	struct dp_der_item item;

	memset(shape, 0, sizeof *shape);
	if (!dp_der_take(&outer, DP_DER_SEQUENCE, &item))
		return false;
	inside = dp_der_inside(&item);
	while (dp_der_next(&inside, &item)) {
		if (shape->count < 4)
			shape->items[shape->count] = item;
		shape->count++;
	}
	return dp_der_done(&inside);
}

static bool has_tags(const struct shape *shape, const uint8_t *tags, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		if (shape->items[i].tag != tags[i])
			return false;
	}
	return shape->count >= count;
}

#define HAS_TAGS(shape, ...) \
	has_tags((shape), (const uint8_t[]){ __VA_ARGS__ }, \
		sizeof((const uint8_t[]){ __VA_ARGS__ }))

static bool is_private_key(const struct shape *shape)
{
	/* PKCS#8 (RFC 5958 s2), SEC1 (RFC 5915 s3), PKCS#1 (RFC 8017 sA.1.2) */
	return HAS_TAGS(shape, DP_DER_INTEGER, DP_DER_SEQUENCE, DP_DER_OCTET_STRING) ||
		HAS_TAGS(shape, DP_DER_INTEGER, DP_DER_OCTET_STRING) ||
		(HAS_TAGS(shape, DP_DER_INTEGER, DP_DER_INTEGER, DP_DER_INTEGER, DP_DER_INTEGER) &&
			shape->count >= 6);
}

/* CertificationRequest (RFC 2986 s4): its first item begins with a version, a Name, a key. */
static bool is_request(const struct shape *shape)
{
	struct shape info;

	return shape->count == 3 &&
		HAS_TAGS(shape, DP_DER_SEQUENCE, DP_DER_SEQUENCE, DP_DER_BIT_STRING) &&
		read_shape(shape->items[0].start, shape->items[0].total, &info) &&
		HAS_TAGS(&info, DP_DER_INTEGER, DP_DER_SEQUENCE, DP_DER_SEQUENCE) &&
		dp_cert_is_public_key(info.items[2].start, info.items[2].total);
}

enum dp_block_kind dp_object_of_der(const uint8_t *der, size_t len)
{
	struct dp_cert_der fields;
	struct shape shape;

	if (dp_cert_der_read(&fields, der, len))
		return DP_BLOCK_CERTIFICATE;
	if (!read_shape(der, len, &shape))
		return DP_BLOCK_OTHER;
	if (is_request(&shape))
		return DP_BLOCK_REQUEST;
	if (is_private_key(&shape))
		return DP_BLOCK_PRIVATE_KEY;
	if (dp_cert_is_public_key(der, len) ||
		(shape.count == 2 && HAS_TAGS(&shape, DP_DER_INTEGER, DP_DER_INTEGER)))
		return DP_BLOCK_PUBLIC_KEY;
	/* EncryptedPrivateKeyInfo, RFC 5958 s3 */
	if (shape.count == 2 && HAS_TAGS(&shape, DP_DER_SEQUENCE, DP_DER_OCTET_STRING))
		return DP_BLOCK_ENCRYPTED_KEY;
	return DP_BLOCK_OTHER;
}

static const char *kind_text(enum dp_block_kind kind)
{
	switch (kind) {
	case DP_BLOCK_CERTIFICATE: return "it holds a certificate";
	case DP_BLOCK_PRIVATE_KEY: return "it holds a private key";
	case DP_BLOCK_ENCRYPTED_KEY: return "it holds an encrypted private key";
	case DP_BLOCK_PUBLIC_KEY: return "it holds a public key";
	case DP_BLOCK_REQUEST: return "it holds a certificate request";
	case DP_BLOCK_OTHER: break;
	}
	return "its content is damaged, or something else";
}

/* Of the old kind of encryption nothing can be seen. */
static bool is_opaque(const struct dp_block *block)
{
	return block->kind == DP_BLOCK_OTHER ||
		(block->kind == DP_BLOCK_ENCRYPTED_KEY &&
			strcmp(block->label, "ENCRYPTED PRIVATE KEY") != 0);
}

void dp_object_check(struct dp_block *block)
{
	enum dp_block_kind found;

	if (block->der == NULL || is_opaque(block))
		return;
	if (strcmp(block->label, "TRUSTED CERTIFICATE") == 0) {
		struct dp_der der = dp_der_open(block->der, block->der_len);
		struct dp_der_item item;

		if (dp_der_next(&der, &item))
			block->der_len = item.total;
	}
	found = dp_object_of_der(block->der, block->der_len);
	if (found == block->kind)
		return;
	block->wrong = kind_text(found);
	block->der = NULL;
	block->der_len = 0;
}

#define PKCS7 \
	"is PKCS#7, which is not read here; type \"openssl pkcs7 -in FILE -print_certs -out " \
	"chain.pem\" and give chain.pem"
#define PKCS7_DER \
	"is PKCS#7, which is not read here; type \"openssl pkcs7 -inform DER -in FILE " \
	"-print_certs -out chain.pem\" and give chain.pem"
#define NOTHING \
	"holds no certificate or key; give a file with lines such as -----BEGIN CERTIFICATE-----"

const char *dp_object_refused(const char *label)
{
	static const struct {
		const char *label, *why;
	} refused[] = {
		{ "PKCS7", PKCS7 },
		{ "PKCS #7 SIGNED DATA", PKCS7 },
		{ "CMS", PKCS7 },
		{ "OPENSSH PRIVATE KEY",
			"is a key of OpenSSH, not of a TLS server; give the key or certificate "
			"that the mail server uses" },
		{ "EC PARAMETERS",
			"names a curve, and holds no key; give the file that the key is in" },
		{ "DH PARAMETERS",
			"holds parameters of Diffie-Hellman, and no key; give the file that the "
			"certificate or key is in" },
		{ "X509 CRL",
			"is a list of revoked certificates; give the certificate of the server" },
	};

	for (size_t i = 0; i < sizeof refused / sizeof refused[0]; i++) {
		if (strcmp(label, refused[i].label) == 0)
			return refused[i].why;
	}
	return NULL;
}

static bool begins(const uint8_t *data, size_t len, const char *with, size_t with_len)
{
	return len >= with_len && memcmp(data, with, with_len) == 0;
}
#define BEGINS(data, len, literal) begins((data), (len), (literal), sizeof(literal) - 1)

/* By their first octets; some are BER of indefinite length, so their shape cannot be read. */
static const char *known_file(const uint8_t *data, size_t len)
{
	const uint8_t *inside = data;
	size_t left = len;

	if (BEGINS(data, len, "\xff\xfe") || BEGINS(data, len, "\xfe\xff"))
		return "is UTF-16, as some editors of Windows write; save it as plain text "
		       "(ASCII or UTF-8)";
	if (BEGINS(data, len, "\xfe\xed\xfe\xed") || BEGINS(data, len, "\xce\xce\xce\xce"))
		return "is a key store of Java; type \"keytool -exportcert -rfc -keystore FILE\" "
		       "and give its output";
	if (BEGINS(data, len, "LS0tLS1CRUdJT"))
		return "is base64 of a PEM file, as Kubernetes keeps secrets; type \"base64 -d "
		       "FILE\" and give its output";
	if (BEGINS(data, len, "MII"))
		return "is base64 without its -----BEGIN and -----END lines; type \"base64 -d "
		       "FILE\" and give its output";
	if (len < 2 || data[0] != DP_DER_SEQUENCE)
		return NULL;
	left = data[1] > 0x80 ? 2u + (data[1] & 0x7fu) : 2u;
	if (left >= len)
		return NULL;
	inside += left;
	left = len - left;
	if (BEGINS(inside, left, "\x02\x01\x03\x30")) /* PFX, RFC 7292 s4 */
		return "is PKCS#12, which is not read here; type \"openssl pkcs12 -in FILE -nodes "
		       "-out chain.pem\" and give chain.pem";
	if (BEGINS(inside, left, "\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x07"))
		return PKCS7_DER;
	return NULL;
}

const char *dp_object_foreign(const uint8_t *data, size_t len, size_t used, struct dp_arena *arena)
{
	const char *why = known_file(data, len);
	struct dp_der der = dp_der_open(data, len);
	struct dp_der_item item;

	if (why != NULL)
		return why;
	if (len < 2 || data[0] != DP_DER_SEQUENCE || data[1] < 0x20)
		return NOTHING;
	if (!dp_der_next(&der, &item))
		return data[1] >= 0x81 && data[1] <= 0x83
			? "is DER that is cut short or damaged; copy it again"
			: NOTHING;
	if (used > item.total)
		return dp_arena_printf(arena,
			"is DER with %zu octets behind it; give one certificate or key in a file, "
			"or PEM",
			used - item.total);
	return dp_object_of_der(data, item.total) != DP_BLOCK_OTHER ? NULL : NOTHING;
}
