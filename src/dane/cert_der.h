/* SPDX-License-Identifier: Apache-2.0 */
/*
 * For the certificate files only: a Certificate (RFC 5280 s4.1) cut into its fields, Names, and the
 * reading of extensions. Borrows the input throughout.
 */
#ifndef DP_DANE_CERT_DER_H
#define DP_DANE_CERT_DER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "dane/cert.h"
#include "dane/der.h"

#define DP_EXTENSIONS_MAX 64 /* extensions of one certificate; more count as broken */

struct dp_cert_der {
	int version; /* 1 to 3; 0: another */
	struct dp_der_item serial;
	struct dp_der_item tbs;             /* tbsCertificate: what is signed */
	struct dp_der_item inner_algorithm; /* tbsCertificate.signature */
	struct dp_der_item issuer, not_before, not_after, subject, spki;
	struct dp_der_item extensions; /* the SEQUENCE; start NULL if there are none */
	bool broken;                   /* something unexpected stands where extensions may */
	struct dp_der_item algorithm;  /* signatureAlgorithm; start NULL if unreadable */
	struct dp_der_item signature;  /* BIT STRING; start NULL if unreadable */
	size_t trailing;               /* octets behind the certificate */
};

/* Cut der. Returns false when no subjectPublicKeyInfo can be found; what stands behind it may be
 * missing even when true. */
bool dp_cert_der_read(struct dp_cert_der *out, const uint8_t *der, size_t len);

/* AlgorithmIdentifier: the OID and its parameters (start NULL if none). */
bool dp_algorithm_read(const struct dp_der_item *algorithm, struct dp_der_item *oid,
	struct dp_der_item *parameters);

/* SubjectPublicKeyInfo (DER with header): type, size and curve of the key. Returns false when it
 * is none. */
struct dp_key_info {
	enum dp_key_type type;
	unsigned bits;
	const char *curve;   /* ECDSA: "P-256"; NULL if unknown or explicit */
	size_t exponent_len; /* RSA: octets of the public exponent */
};
bool dp_key_read(const uint8_t *spki, size_t len, struct dp_key_info *info);

/* Fill the extension fields of cert. */
void dp_cert_extensions(
	struct dp_cert *cert, const struct dp_cert_der *fields, struct dp_arena *arena);

/* A Name for people, escaped: its last CN, else the whole "O=..., C=..."; "" when it is empty. */
const char *dp_dn_text(const uint8_t *name, size_t len, struct dp_arena *arena);

/* The last CN of a Name, UTF-8 where its type tells; len 0 if none. */
struct dp_cert_name dp_dn_common_name(const uint8_t *name, size_t len, struct dp_arena *arena);

/* Are two Names equal (RFC 5280 s7.1)? Octets first; then letter case and runs of spaces do not
 * count in PrintableString and UTF8String (ASCII letters only: no string preparation). */
bool dp_dn_equal(const uint8_t *a, size_t a_len, const uint8_t *b, size_t b_len);

/* Is base an initial sequence of the RDNs of name (directoryName subtree, RFC 5280 s4.2.1.10)? */
bool dp_dn_within(const uint8_t *name, size_t name_len, const uint8_t *base, size_t base_len);

/* The emailAddress attribute of a Name that stands at position index among them. False: no such
 * one. */
bool dp_dn_email(const uint8_t *name, size_t len, size_t index, struct dp_der_item *value);

/* Is it a Name, whole and well-formed? */
bool dp_dn_sound(const uint8_t *name, size_t len);

/* signature.c: can the library check a signature made with this AlgorithmIdentifier? NULL, or why
 * not, static or in the arena. */
const char *dp_signature_limit(const struct dp_der_item *algorithm, struct dp_arena *arena);

/* signature.c: dp_cert_signed_by for what is cut: tbs, both algorithms and the signature are used.
 * limit: static text, NULL when there is none. */
enum dp_signature dp_signature_check(
	const struct dp_cert_der *fields, const uint8_t *spki, size_t spki_len, const char **limit);

/* signature.c: does the library read the whole certificate? Returns 0 or its error number. */
int dp_cert_library_error(const uint8_t *der, size_t len);

#endif
