/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Verdict to bytes: one file and one row a format. Pure: no terminal, no file, no clock.
 */
#ifndef DP_REPORT_REPORT_H
#define DP_REPORT_REPORT_H

#include <stdbool.h>

#include "base/buf.h"
#include "dane/facts.h"
#include "dane/verdict.h"

struct dp_report_options {
	bool verbose;    /* every record, certificate and dialogue line */
	bool color;      /* ANSI colours (text only) */
	int exit_status; /* of this target, as the command decided it */
	int width;       /* columns to wrap prose at; 0 = 80 (text only) */
};

struct dp_report {
	const char *name; /* "text", "json" */
	void (*write)(struct dp_buf *out, const struct dp_facts *facts,
		const struct dp_verdict *verdict, const struct dp_report_options *options);
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

#endif
