/* SPDX-License-Identifier: Apache-2.0 */
/* The parts of the command chain, for cmd_chain.c and chain_*.c only. */
#ifndef DP_APP_CHAIN_H
#define DP_APP_CHAIN_H

#include "app/options.h"
#include "app/output.h"
#include "dane/inventory.h"
#include "report/chain.h"

struct dp_chain_run {
	const struct dp_options *options;
	const char *path;  /* as typed */
	const char *shown; /* for messages */
	struct dp_bundle bundle;
	struct dp_chain chain;
	size_t *blocks;
	struct dp_stock stock;
	struct dp_tlsa *records; /* --tlsa and --tlsa-file, classified; NULL: none given */
	size_t record_count;
	struct dp_name host; /* len 0: not known, so that names are not compared */
	uint16_t port;
	struct dp_inventory inventory;
	struct dp_written written;
	struct dp_output output;
};

/* chain_records.c: read --tlsa-file and choose what belongs to the server. Fills records, host,
 * port. Returns 0, or 3 after a line on stderr. */
int dp_chain_records(struct dp_chain_run *run);

/* chain_complete.c: --complete. On success the run goes on with the chain as it was written.
 * Returns 0, or the exit status after a line on stderr. */
int dp_chain_complete(struct dp_chain_run *run);

/* cmd_chain.c: cut run->bundle into certificates and look at them. Returns 0, or 3 after a line. */
int dp_chain_look(struct dp_chain_run *run);

/* chain_compare.c: the judge of check, over the chain in the place of a server. Both return the
 * exit status. */
int dp_chain_compare(struct dp_chain_run *run);      /* with the records that were given */
int dp_chain_compare_live(struct dp_chain_run *run); /* with those in the DNS: --live */

#endif
