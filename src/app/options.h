/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What was typed, as values: one table of options, each with the commands that take it, gives the
 * parser, the environment and the help texts. Files that options name are read here (trust anchors
 * and root hints), nothing else is done.
 *
 * Everything lives in the arena that was given.
 */
#ifndef DP_APP_OPTIONS_H
#define DP_APP_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "app/survey_gate.h"
#include "app/survey_shard.h"
#include "base/arena.h"
#include "base/buf.h"
#include "dane/complete.h"
#include "dane/facts.h"
#include "net/resolver.h"
#include "report/report.h"

enum dp_exit_style { DP_EXIT_NAGIOS, DP_EXIT_SIMPLE };

/* Commands that take options; a bit each. */
enum dp_option_scope {
	DP_OF_CHECK = 1u,
	DP_OF_CHAIN = 2u,
	DP_OF_TLSA = 4u,
	DP_OF_PLAN = 8u,
	DP_OF_SERVE = 32u,
	DP_OF_SURVEY = 64u
};

struct dp_survey_options {
	unsigned jobs, workers;         /* workers 0: by the processors */
	struct dp_survey_limits limits; /* connections 0: by the descriptors */
	unsigned rate;                  /* targets a second; 0: no limit */
	const char *resume_path;
	struct dp_survey_shard shard;
	struct dp_resolver_size dns; /* of each process; 0: the usual */
};

/* --allow-target: a name, or all names below it; and a port that is allowed with it, or 0. */
struct dp_serve_pattern {
	struct dp_name name;
	bool below;
	uint16_t port;
};

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
	struct dp_stock pkix_roots; /* --pkix-roots */
	const char *pkix_roots_path;
	const char **services; /* --service; each one known to dp_target_srv_scheme */
	size_t service_count;
	bool all_ports;
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
	unsigned wait_ms; /* --wait; 0: not given */
	unsigned interval_ms;
	/* files and records: chain, tlsa, plan */
	const char *live;        /* --live TARGET; NULL: not given */
	const char *new_path;    /* --new */
	int64_t since_utc_s;     /* --since; DP_TIME_NONE: not given */
	const char **tlsa_paths; /* --tlsa-file */
	size_t tlsa_path_count;
	const char *complete_path;     /* --complete */
	const char *root;              /* --root: name or SHA-256 of the key in hex, as typed */
	const char *roots_path;        /* --roots of chain */
	struct dp_known_cas known;     /* --roots of the others, read */
	struct dp_name host;           /* --host; len 0: not given */
	int usage, selector, matching; /* -1: not given */
	bool all_forms;                /* --all */
	struct dp_name owner;          /* --owner; len 0: not given */
	uint16_t *ports;               /* tlsa --port, each one */
	size_t port_count;
	int64_t ttl_s;      /* --ttl; -1: not given */
	const char *format; /* --format */
	/* serve */
	struct dp_resolver_server *listen; /* --listen; NULL: not given */
	size_t listen_count;
	struct dp_serve_pattern *allowed; /* --allow-target; NULL: every name */
	size_t allowed_count;
	unsigned max_probes, max_queue;
	unsigned min_interval_ms;
	bool ping;
	struct dp_survey_options survey;
	/* what is told */
	const struct dp_report *report;
	const char *output_path; /* NULL: standard output */
	enum dp_exit_style exit_style;
	unsigned accepted; /* bit (1 << outcome) */
	bool quiet, verbose;
	bool no_sandbox;
	const char **typed; /* long names of the options on the command line: dp_options_typed */
	size_t typed_count;
	/* the rest of the line: targets, or files */
	char **targets;
	size_t target_count;
};

/* Parse the args of one command (NULL-terminated, without program and command) and DANEPROBE_OPT_*
 * of environment (NULL-terminated NAME=VALUE; those of other commands are passed over); what stands
 * on the command line wins. Returns NULL and one line without a line end in *error, which says what
 * to type instead. */
struct dp_options *dp_options_parse(enum dp_option_scope command, char **args, char **environment,
	struct dp_arena *arena, const char **error);

/* Does the option, by its long name, stand on the command line? */
bool dp_options_typed(const struct dp_options *options, const char *name);

/* The options of a command as help text: one a line, with its default. */
void dp_options_help(struct dp_buf *out, enum dp_option_scope command);

/* "check", "chain". */
const char *dp_options_command(enum dp_option_scope command);

#endif
