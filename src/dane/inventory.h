/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A file of certificates looked at by itself, without records: is it readable, complete and
 * ordered, and what else should its owner know? Pure; the file was cut by bundle.h.
 *
 * Complete: the server's own certificate and every issuer up to a self-signed root, or up to a CA
 * whose issuer is a root that is known here (the root itself need not be sent).
 */
#ifndef DP_DANE_INVENTORY_H
#define DP_DANE_INVENTORY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "dane/bundle.h"
#include "dane/complete.h"
#include "dane/finding.h"
#include "dane/known_ca.h"
#include "dane/order.h"

enum dp_inventory_verdict {
	DP_INVENTORY_COMPLETE,
	DP_INVENTORY_INCOMPLETE, /* an issuer is missing */
	DP_INVENTORY_FAULTY      /* another error */
};

/* What stands above the path in the file. */
enum dp_top {
	DP_TOP_ROOT,       /* nothing: its end is self-signed */
	DP_TOP_HELD,       /* a root at hand, which signed its end */
	DP_TOP_NAMED,      /* a well-known root, by its name alone */
	DP_TOP_INCOMPLETE, /* issuers at hand, one of which is no root; or of a leaf that is alone
			    */
	DP_TOP_KNOWN,      /* a well-known CA that is no root, by its name alone */
	DP_TOP_UNKNOWN     /* a name that is not known here */
};

#define DP_FILE_CHAINS_MAX 2 /* chains of a file that are looked at */

struct dp_inventory {
	/* given */
	struct dp_arena *arena;
	const char *name;               /* of the file, as it may be shown */
	const char *path;               /* for commands; NULL: it has none (standard input) */
	const struct dp_bundle *bundle; /* borrowed */
	const struct dp_chain *chain;   /* of the whole file */
	const size_t *blocks;           /* of dp_bundle_chain */
	const struct dp_stock *stock;
	struct dp_wish wish;
	const char *host; /* --host; NULL: no name to check */
	int64_t now_utc_s;
	int64_t cert_warning_s; /* as in dp_target */
	/* found */
	struct dp_order order;
	struct dp_completion completion;
	int key; /* block of the private key of the leaf; -1: none in the file */
	/* A file may hold two chains, each with its key (Postfix, smtpd_tls_chain_files: RSA and
	 * ECDSA). Then chain and blocks are those of the first one alone, and next is the inventory
	 * of the second; its findings stand in the first one's list, too, and count in its verdict.
	 */
	struct dp_inventory *next;
	size_t offset; /* position in the file of the chain's first certificate */
	const struct dp_chain *whole;
	int third; /* position where a third chain begins, which is not looked at; -1: none */
	enum dp_top top;
	bool refuted;                    /* UNKNOWN, though a root of that name is at hand */
	const struct dp_cert *end;       /* the end of the path; NULL: no certificate can be read */
	const struct dp_known_ca *known; /* NAMED, KNOWN */
	struct dp_findings findings;
	enum dp_inventory_verdict verdict;
};

/* Look at it; the chain has one certificate at least. Fills the rest, in the arena. */
void dp_inventory_read(struct dp_inventory *inventory);

/* "complete", "incomplete", "faulty". */
const char *dp_inventory_word(enum dp_inventory_verdict verdict);

/* The known CA that this certificate is, or whose key it has (*same_key), or NULL. */
const struct dp_known_ca *dp_inventory_ca(const struct dp_cert *cert, bool *same_key);

/* The record that pins a readable certificate in one way. Its data is in the arena, or the
 * certificate's own. */
void dp_inventory_record(const struct dp_cert *cert, unsigned usage, unsigned selector,
	unsigned matching, struct dp_tlsa *record, struct dp_arena *arena);

/* "daneprobe chain --complete fullchain.pem fullchain.pem", quoted for a shell where needed. */
const char *dp_inventory_command(const char *path, struct dp_arena *arena);

/* A word as a shell takes it: itself, or in single quotes. */
const char *dp_inventory_shell_word(const char *word, struct dp_arena *arena);

#endif
