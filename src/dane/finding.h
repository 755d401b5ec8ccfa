/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Making findings: the row of reason.def with its placeholders filled in. Used by the judge only.
 */
#ifndef DP_DANE_FINDING_H
#define DP_DANE_FINDING_H

#include "dane/facts.h"
#include "dane/verdict.h"

/* What the placeholders of a row stand for; NULL where the row has no such placeholder. */
struct dp_words {
	const char *host;
	const char *addr;
	const char *record;
	const char *cert;
	const char *detail;
	const char *fix;
	const char *evidence; /* no placeholder: facts in short, as they were seen; NULL if none */
};

/* A list of findings under way. */
struct dp_findings {
	struct dp_arena *arena;
	const struct dp_service *service; /* what is spoken of; NULL: SMTP */
	struct dp_finding *items;
	size_t count, cap, dropped;
	bool given; /* of a chain in a file: nothing was sent by a server */
};

/* No subject narrower than the target. */
extern const struct dp_subject dp_subject_none;

/* Add a finding with the row's severity. words and label are borrowed from the arena.
 * An equal finding (same code, subject and cause) is not added twice. */
void dp_finding_add(struct dp_findings *list, enum dp_reason code, const struct dp_subject *subject,
	const char *label, const struct dp_words *words);

/* The same with another severity than the row's. */
void dp_finding_add_as(struct dp_findings *list, enum dp_reason code, enum dp_severity severity,
	const struct dp_subject *subject, const char *label, const struct dp_words *words);

/* Fill a template. Missing values become "?". Text in the arena. */
const char *dp_finding_expand(
	const char *template, const struct dp_words *words, struct dp_arena *arena);

#endif
