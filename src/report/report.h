/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Verdict to bytes: one file and one row a format. Pure: no terminal, no file, no clock.
 */
#ifndef DP_REPORT_REPORT_H
#define DP_REPORT_REPORT_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "dane/facts.h"
#include "dane/verdict.h"

struct dp_report_options {
	bool verbose;    /* every record, certificate and dialogue line */
	bool color;      /* ANSI colours (text only) */
	int exit_status; /* of this target, as the command decided it */
	int width;       /* columns to wrap prose at; 0 = 80 (text only) */
	int status; /* of this target, nagios style, whatever --exit says (nagios, prometheus) */
	int64_t now_utc_s; /* time at which certificates were judged (nagios) */
	uint64_t index;    /* survey: line of the target in its list, from 1; 0: none (json) */
	const char *error; /* survey: why the line is no target; or NULL (json) */
};

/* A format tells of each target by itself (write), or of all together (open, add, end), since its
 * first line or its order needs them all; the other members are NULL. */
struct dp_report {
	const char *name; /* "text", "json" */
	void (*write)(struct dp_buf *out, const struct dp_facts *facts,
		const struct dp_verdict *verdict, const struct dp_report_options *options);
	void *(*open)(struct dp_arena *arena); /* what add keeps, in arena */
	/* Facts and verdict may go afterwards. */
	void (*add)(void *report, const struct dp_facts *facts, const struct dp_verdict *verdict,
		const struct dp_report_options *options);
	/* status: of the run, nagios style; 3 when a signal ended it. */
	void (*end)(void *report, struct dp_buf *out, int status);
};

/* The format of that name, or NULL. */
const struct dp_report *dp_report_find(const char *name);

/* NULL-terminated list of names, for messages. */
extern const char *const dp_report_names[];

void dp_report_text(struct dp_buf *out, const struct dp_facts *facts,
	const struct dp_verdict *verdict, const struct dp_report_options *options);
/* One object and a newline; schema 1, see tests/schema/check.schema.json. Keys in a fixed order. */
void dp_report_json(struct dp_buf *out, const struct dp_facts *facts,
	const struct dp_verdict *verdict, const struct dp_report_options *options);

/* Monitoring Plugins guidelines: "DANE OK - text|performance data", then long output. */
void *dp_report_nagios_open(struct dp_arena *arena);
void dp_report_nagios_add(void *report, const struct dp_facts *facts,
	const struct dp_verdict *verdict, const struct dp_report_options *options);
void dp_report_nagios_end(void *report, struct dp_buf *out, int status);
/* Text format 0.0.4, families over all targets (see metrics.h), each sample with its target. */
void *dp_report_prometheus_open(struct dp_arena *arena);
void dp_report_prometheus_add(void *report, const struct dp_facts *facts,
	const struct dp_verdict *verdict, const struct dp_report_options *options);
void dp_report_prometheus_end(void *report, struct dp_buf *out, int status);

#endif
