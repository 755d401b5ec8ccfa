/* SPDX-License-Identifier: Apache-2.0 */
/* For the tlsa command: records of one server for all ports, printed with what is to be said about
 * them. */
#ifndef DP_APP_TLSA_H
#define DP_APP_TLSA_H

#include "app/options.h"
#include "app/output.h"
#include "dane/generate.h"
#include "report/records.h"

/* Of one server. */
struct dp_tlsa_job {
	const struct dp_options *options;
	struct dp_arena *arena;
	struct dp_sources *sources; /* notes are added */
	const char *shown;          /* what they come from, as complaints begin: "chain.pem" */
	struct dp_name server;      /* len 0: the first name of each source */
	const uint16_t *ports;
	size_t port_count;
	int64_t now_utc_s;
	bool comments;
};

/* Make the records, print them and the warnings. Returns 0, or 3 after a line on stderr. */
int dp_tlsa_print(const struct dp_tlsa_job *job, struct dp_output *output);

/* --live (app/tlsa_live.c). Returns the exit status. */
int dp_tlsa_live(const struct dp_options *options);

#endif
