/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One certificate: what stands in it, as far as it can be read. The raw octets come first: digests
 * over the certificate and its SubjectPublicKeyInfo need only the outer DER, so that usage 3 works
 * on what no library parses. Signature checks: Mbed TLS. Nothing is judged here.
 */
#ifndef DP_DANE_CERT_H
#define DP_DANE_CERT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"

#define DP_CERT_NAMES_MAX 128 /* dNSNames kept of one certificate */

enum dp_key_type {
	DP_KEY_UNKNOWN,
	DP_KEY_RSA,
	DP_KEY_RSA_PSS,
	DP_KEY_ECDSA,
	DP_KEY_ED25519,
	DP_KEY_ED448,
	DP_KEY_TYPES
};

/* keyUsage bits, RFC 5280 s4.2.1.3 */
#define DP_KU_DIGITAL_SIGNATURE 0x80u
#define DP_KU_KEY_ENCIPHERMENT 0x20u
#define DP_KU_KEY_AGREEMENT 0x08u
#define DP_KU_CERT_SIGN 0x04u

struct dp_cert_name {
	const char *text;
	size_t len;
}; /* any octets */

enum dp_signature {
	DP_SIGNATURE_GOOD,
	DP_SIGNATURE_BAD,
	DP_SIGNATURE_UNSUPPORTED,   /* algorithm or key is beyond the library; it was not asked */
	DP_SIGNATURE_UNREADABLE_KEY /* the library was asked, and does not take the key */
};

/* What dp_cert_signed_by said last of a certificate, and of which key. */
struct dp_cert_checked {
	bool known;
	uint8_t spki_sha256[32];
	enum dp_signature result;
	const char *limit;
};

struct dp_cert {
	const uint8_t *der; /* borrowed, as sent */
	size_t der_len;
	const uint8_t *spki; /* inside der; NULL when even the outer DER cannot be read */
	size_t spki_len;
	bool parsed; /* Mbed TLS reads it, and nothing stands behind it */
	/* Our own reading found all of it well-formed: good for a path, parsed or not (the library
	 * refuses some alternative names, among others). */
	bool sound;
	const char *limit;       /* why not parsed, or NULL: "unknown signature algorithm 1.2.3" */
	uint8_t cert_sha256[32]; /* always set */
	uint8_t spki_sha256[32]; /* set when spki is */
	/* From the outer DER, set whenever spki is set: */
	const uint8_t *subject, *issuer; /* Name, DER with header */
	size_t subject_len, issuer_len;
	int64_t not_before_utc_s, not_after_utc_s; /* DP_TIME_NONE when unreadable */
	int version;                               /* 1 to 3 */
	enum dp_key_type key_type;
	unsigned key_bits;        /* 0 when unknown */
	const char *subject_text; /* escaped, for people: CN if there is one, else the whole name */
	const char *issuer_text;
	const struct dp_cert_name *names; /* dNSNames of subjectAltName */
	size_t name_count;
	size_t name_dropped;
	bool has_san;                    /* any subjectAltName extension */
	struct dp_cert_name common_name; /* the last CN of the subject; len 0 if none */
	bool has_basic_constraints, is_ca;
	int path_len; /* -1 = none */
	bool has_key_usage;
	uint32_t key_usage;       /* first octet of the bit string */
	bool has_eku, eku_server; /* serverAuth or anyExtendedKeyUsage */
	bool has_name_constraints;
	/* Extensions unreadable, twice the same, or where version and tags forbid them (a library
	 * that drops them sees none): never a CA then. */
	bool broken_extensions;
	const char *critical_unknown; /* OID of a critical extension we do not evaluate, or NULL */
	bool self_issued;             /* subject equals issuer */
	/* For dp_cert_signed_by and dp_cert_names_allowed: */
	const char *signature_limit;     /* why its signature is beyond the library, or NULL */
	struct dp_cert_checked *checked; /* NULL: nothing is kept */
	const uint8_t *san;              /* value of subjectAltName, inside der; NULL if none */
	size_t san_len;
	const uint8_t *name_constraints; /* value of nameConstraints, inside der; NULL if none */
	size_t name_constraints_len;
};

/* Read der (borrowed, must outlive *cert). Never fails: what cannot be read stays unset.
 * Everything but parsed and limit comes from our own bounded reading, so it is set wherever spki
 * is, parsed or not. Close is idempotent and takes NULL. */
void dp_cert_open(struct dp_cert *cert, const uint8_t *der, size_t der_len, struct dp_arena *arena);
void dp_cert_close(struct dp_cert *cert);

/* Did the key in issuer_spki sign cert? Costs one public-key operation, UNREADABLE_KEY about as
 * much, UNSUPPORTED nothing; these two say why in *limit (static or arena text; may be NULL). Asked
 * again of the same key, as the judge does after the planner, it costs nothing. */
enum dp_signature dp_cert_signed_by(const struct dp_cert *cert, const uint8_t *issuer_spki,
	size_t issuer_spki_len, const char **limit);

/* Does name constraint checking of issuer allow the names of leaf (RFC 5280 s4.2.1.10): its
 * dNSNames (its CN where there is none), iPAddresses and subject? Returns DP_NAMES_UNKNOWN when
 * the constraints hold forms we do not evaluate for names present, or are malformed. leaf may be
 * any certificate below. */
enum dp_names { DP_NAMES_ALLOWED, DP_NAMES_FORBIDDEN, DP_NAMES_UNKNOWN };
enum dp_names dp_cert_names_allowed(const struct dp_cert *issuer, const struct dp_cert *leaf);

/* "RSA-2048", "ECDSA P-256", "Ed25519", "unknown key". In the arena. */
const char *dp_cert_key_text(const struct dp_cert *cert, struct dp_arena *arena);
const char *dp_key_type_text(enum dp_key_type type);

/* Would a public key / certificate of full association data (matching type 0) be readable? */
bool dp_cert_is_certificate(const uint8_t *der, size_t len);
bool dp_cert_is_public_key(const uint8_t *der, size_t len);

#endif
