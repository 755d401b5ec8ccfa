/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A verdict in one short line, for pagers and logs: what is wrong, and where. Pure.
 */
#ifndef DP_REPORT_BRIEF_H
#define DP_REPORT_BRIEF_H

#include "dane/facts.h"
#include "dane/verdict.h"

/* "mx.example.org [192.0.2.1]: pins a CA certificate that was not sent (and 2 more)", or "2 of 2
 * mail hosts" when nothing is wrong. Shown text on one line; in the arena. */
const char *dp_brief(
	const struct dp_facts *facts, const struct dp_verdict *verdict, struct dp_arena *arena);

/* A finding in a few words, without its place: a row of the table in brief.c, else its code. */
const char *dp_brief_reason(enum dp_reason reason, struct dp_arena *arena);

/* The finding that a reader should see first: worst first, then what is true of the whole domain,
 * then by order. Notes only where nothing worse explains a verdict that is not a pass. NULL: none.
 */
const struct dp_finding *dp_brief_first(const struct dp_verdict *verdict);

/* Findings of that severity. */
size_t dp_brief_count(const struct dp_verdict *verdict, enum dp_severity severity);

/* Hosts of that outcome. */
size_t dp_brief_hosts(
	const struct dp_facts *facts, const struct dp_verdict *verdict, enum dp_outcome outcome);

#endif
