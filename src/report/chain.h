/* SPDX-License-Identifier: Apache-2.0 */
/* A file of certificates, looked at by itself (dane/inventory.h), for people and for machines.
 * Pure.
 */
#ifndef DP_REPORT_CHAIN_H
#define DP_REPORT_CHAIN_H

#include <stdbool.h>

#include "base/buf.h"
#include "dane/inventory.h"
#include "report/report.h"

/* What --complete did, before the inventory that is reported: of the file as it is now. */
struct dp_written {
	const char *path;                              /* NULL: nothing was asked for */
	struct dp_completion what[DP_FILE_CHAINS_MAX]; /* of each chain in the file */
	bool moved_key[DP_FILE_CHAINS_MAX];
	size_t count;      /* of chains */
	bool changed;      /* the content differs from what was read */
	bool same_file;    /* OUT is the file itself */
	bool to_stdout;    /* OUT is standard output */
	unsigned narrowed; /* the mode that OUT had, which was more open; 0: it was kept */
};

/* "out.pem: appended "ISRG Root X1" (built in)..." and a line feed; nothing if nothing was asked.
 */
void dp_chain_written_text(struct dp_buf *out, const struct dp_written *written);

void dp_chain_text(struct dp_buf *out, const struct dp_inventory *inventory,
	const struct dp_written *written, const struct dp_report_options *options);

/* One object and a line feed; tests/schema/chain.schema.json. */
void dp_chain_json(struct dp_buf *out, const struct dp_inventory *inventory,
	const struct dp_written *written, const struct dp_report_options *options);

#endif
