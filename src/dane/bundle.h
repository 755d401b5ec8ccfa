/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A file of certificates, keys and requests as certbot, acme.sh, cert-manager, Postfix, openssl and
 * Windows write them: PEM blocks (RFC 7468 and older forms) in any order with text around them, any
 * line ends, a trailing NUL, no final line end, a byte order mark; or one object in bare DER.
 * PKCS#12 and PKCS#7 are recognised and refused by name.
 *
 * Blocks that OpenSSL, and so most servers, would not load are wrong here as well: an indented
 * BEGIN line (pasted from YAML), an END and a BEGIN joined in one line, a BEGIN without END.
 *
 * Cut only; nothing is judged here. Private key octets are never copied into any text; see
 * dp_bundle_wipe.
 */
#ifndef DP_DANE_BUNDLE_H
#define DP_DANE_BUNDLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "dane/chain.h"

#define DP_BUNDLE_MAX_BYTES (4u << 20) /* of a file */
#define DP_BLOCKS_MAX 512              /* blocks that are kept; more are counted */

enum dp_block_kind {
	DP_BLOCK_CERTIFICATE,   /* also "TRUSTED CERTIFICATE", "X509 CERTIFICATE": der is the
				   certificate alone */
	DP_BLOCK_PRIVATE_KEY,   /* PKCS#8, PKCS#1, SEC1 */
	DP_BLOCK_ENCRYPTED_KEY, /* PKCS#8 encrypted, or Proc-Type: 4,ENCRYPTED */
	DP_BLOCK_PUBLIC_KEY,    /* SubjectPublicKeyInfo, or PKCS#1 "RSA PUBLIC KEY" */
	DP_BLOCK_REQUEST,       /* PKCS#10 */
	DP_BLOCK_OTHER          /* EC PARAMETERS, DH PARAMETERS, X509 CRL, ...: of no interest */
};

struct dp_block {
	enum dp_block_kind kind;
	const char *label;  /* between BEGIN and the dashes, escaped; "DER" for bare DER */
	size_t start, end;  /* offsets in the file: from the BEGIN line to behind the END line with
			       its line end; text between blocks belongs to none */
	unsigned line;      /* of the BEGIN line, from 1 */
	const uint8_t *der; /* of the kind that it is said to be (ciphertext, if encrypted); NULL
			       when it is not: wrong says why */
	size_t der_len;
	const char *wrong; /* "line 7 is no base64", or NULL */
};

struct dp_bundle {
	const char *data; /* as given, borrowed */
	size_t len;
	bool is_der; /* one bare object instead of PEM */
	struct dp_block *blocks;
	size_t count;
	size_t dropped;
};

/* Cut data (borrowed; must outlive the bundle). Returns NULL, or the end of a sentence that begins
 * with the file's name and says what to do: "is empty; ...", "is PKCS#12, which is not read here;
 * type \"openssl pkcs12 -in FILE -nodes\" ...", "holds no certificate or key". A block that cannot
 * be read is no failure of the whole: see wrong. */
const char *dp_bundle_read(
	const char *data, size_t len, struct dp_arena *arena, struct dp_bundle *bundle);

/* What is wrong with the first block of interest that is, as the end of a sentence that begins with
 * the file's name: "holds a CERTIFICATE in line 30 that cannot be read: line 41 is no base64"; or
 * that there are too many. NULL: all are good. */
const char *dp_bundle_wrong(const struct dp_bundle *bundle, struct dp_arena *arena);

/* Overwrite what was decoded of private keys, and data, the whole file (NULL: that is not the
 * caller's to change). Blocks of private keys are unreadable then, all blocks of bare DER. */
void dp_bundle_wipe(const struct dp_bundle *bundle, char *data);

/* The readable certificates in file order, as a chain (dp_chain_open); close it with
 * dp_chain_close. blocks: for each certificate of the chain the index of its block, in the arena.
 * Not sorted: certs[0] is simply the first one in the file. */
void dp_bundle_chain(const struct dp_bundle *bundle, struct dp_chain *chain, size_t **blocks,
	struct dp_arena *arena);

#endif
