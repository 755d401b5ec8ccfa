/* SPDX-License-Identifier: Apache-2.0 */
/* The options themselves, for options.c: names, arguments, help, and what each value means. */
#ifndef DP_APP_OPTION_TABLE_H
#define DP_APP_OPTION_TABLE_H

#include "app/options.h"

enum dp_option_kind {
	DP_OPTION_FLAG,  /* no value; 0 or 1 in the environment */
	DP_OPTION_VALUE, /* one value */
	DP_OPTION_LIST   /* may be repeated; split at commas in the environment */
};

struct dp_option {
	unsigned commands; /* enum dp_option_scope, or-ed; a name may have a row for each of several
			      groups */
	char letter;       /* 0: none */
	const char *name;  /* without the dashes */
	enum dp_option_kind kind;
	const char *argument; /* placeholder in the help; NULL for flags */
	/* Note the value ("1" for flags). Returns NULL, or what is wrong with it and what to type:
	 * the end of a sentence that begins with option and value, "is no time; type ...". */
	const char *(*apply)(struct dp_options *options, const char *value);
	const char *help;
};

extern const struct dp_option dp_option_table[];
extern const size_t dp_option_count;

/* Commands that resolve and connect, and those that resolve at least. */
#define DP_OF_LIVE (DP_OF_CHECK | DP_OF_TLSA | DP_OF_PLAN | DP_OF_SERVE | DP_OF_SURVEY)
#define DP_OF_DNS (DP_OF_LIVE | DP_OF_CHAIN)
#define DP_OF_ALL (DP_OF_DNS)

/* items (count of them, each of size bytes; NULL, or what this returned for one less) with item
 * behind. What items was is not to be used again. */
void *dp_option_append(
	struct dp_arena *arena, const void *items, size_t count, const void *item, size_t size);

/* Values that need more than a line; option_values.c. */
const char *dp_option_connect(struct dp_options *options, const char *value);
const char *dp_option_resolver(struct dp_options *options, const char *value);
const char *dp_option_tlsa(struct dp_options *options, const char *value);
const char *dp_option_accept(struct dp_options *options, const char *value);
/* A name from the user into *name, or why not. */
const char *dp_option_name(const char *value, struct dp_name *name);
/* option_files.c: of the commands on files and records */
const char *dp_option_live(struct dp_options *options, const char *value);
const char *dp_option_new(struct dp_options *options, const char *value);
const char *dp_option_since(struct dp_options *options, const char *value);
const char *dp_option_tlsa_file(struct dp_options *options, const char *value);
const char *dp_option_complete(struct dp_options *options, const char *value);
const char *dp_option_root(struct dp_options *options, const char *value);
const char *dp_option_known(struct dp_options *options, const char *value);
const char *dp_option_roots(struct dp_options *options, const char *value);
const char *dp_option_host(struct dp_options *options, const char *value);
const char *dp_option_usage(struct dp_options *options, const char *value);
const char *dp_option_selector(struct dp_options *options, const char *value);
const char *dp_option_matching(struct dp_options *options, const char *value);
const char *dp_option_all(struct dp_options *options, const char *value);
const char *dp_option_owner(struct dp_options *options, const char *value);
const char *dp_option_ports(struct dp_options *options, const char *value);
const char *dp_option_ttl(struct dp_options *options, const char *value);
const char *dp_option_format(struct dp_options *options, const char *value);
/* option_ports.c */
const char *dp_option_service(struct dp_options *options, const char *value);
const char *dp_option_all_ports(struct dp_options *options, const char *value);
const char *dp_option_pkix_roots(struct dp_options *options, const char *value);
/* option_serve.c */
const char *dp_option_listen(struct dp_options *options, const char *value);
const char *dp_option_allow_target(struct dp_options *options, const char *value);
const char *dp_option_max_probes(struct dp_options *options, const char *value);
const char *dp_option_max_queue(struct dp_options *options, const char *value);
const char *dp_option_min_interval(struct dp_options *options, const char *value);
const char *dp_option_ping(struct dp_options *options, const char *value);
/* option_survey.c */
const char *dp_option_jobs(struct dp_options *options, const char *value);
const char *dp_option_workers(struct dp_options *options, const char *value);
const char *dp_option_per_host(struct dp_options *options, const char *value);
const char *dp_option_per_address(struct dp_options *options, const char *value);
const char *dp_option_rate(struct dp_options *options, const char *value);
const char *dp_option_resume(struct dp_options *options, const char *value);
const char *dp_option_shard(struct dp_options *options, const char *value);
/* anchors.c */
const char *dp_option_trust_anchor(struct dp_options *options, const char *value);
const char *dp_option_root_hints(struct dp_options *options, const char *value);

#endif
