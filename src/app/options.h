/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What was typed, as values: one table of options gives the parser, the environment and the help
 * text. Files that options name are read here (trust anchors), nothing else is done.
 *
 * Everything lives in the arena that was given.
 */
#ifndef DP_APP_OPTIONS_H
#define DP_APP_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/buf.h"
#include "dane/facts.h"
#include "net/resolver.h"
#include "report/report.h"

enum dp_exit_style { DP_EXIT_NAGIOS, DP_EXIT_SIMPLE };

struct dp_options {
	struct dp_arena *arena;
	bool help; /* --help: print the help of the command, do nothing else */
	/* what is checked */
	bool want_v4, want_v6;
	uint16_t port;
	const char *hello;       /* NULL: not given */
	struct dp_name next_hop; /* len 0: not given */
	struct dp_ip *connect;   /* --connect; the three are parallel */
	struct dp_name *connect_host;
	uint16_t *connect_port; /* 0: that of the target */
	size_t connect_count;
	enum dp_key_types key_types;
	struct dp_tlsa *records; /* --tlsa */
	size_t record_count;
	struct dp_name *down;
	size_t down_count;
	bool all_nameservers;
	int64_t cert_warning_s; /* -1: default */
	int64_t rrsig_warning_s;
	int64_t at_utc_s;    /* DP_TIME_NONE: not given */
	int64_t clock_utc_s; /* DP_TIME_NONE: not given */
	/* how */
	enum dp_resolver_mode resolver_mode;
	bool resolver_given;
	struct dp_resolver_server servers[DP_RESOLVER_SERVERS_MAX];
	size_t server_count;
	const char **anchors; /* one DS or DNSKEY a string; NULL: built in */
	size_t anchor_count;
	const char *root_hints_path;
	unsigned timeout_ms;
	unsigned deadline_ms;
	/* what is told */
	const struct dp_report *report;
	const char *output_path; /* NULL: standard output */
	enum dp_exit_style exit_style;
	unsigned accepted; /* bit (1 << outcome) */
	bool quiet, verbose;
	/* the rest of the line */
	char **targets;
	size_t target_count;
};

/* Parse args (NULL-terminated, without program and command) and DANEPROBE_OPT_* of environment
 * (NULL-terminated NAME=VALUE); what stands on the command line wins. Returns NULL and one line
 * without a line end in *error, which says what to type instead. */
struct dp_options *dp_options_parse(
	char **args, char **environment, struct dp_arena *arena, const char **error);

/* The table as help text: one option a line, with its default and environment name. */
void dp_options_help(struct dp_buf *out);

#endif
