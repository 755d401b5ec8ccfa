/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The findings a check can make, one row each in reason.def: the enum, the stable code, the result
 * type of RFC 8460 s4.3, the default severity, the RFC section, and the sentences for a person.
 *
 * The sentences are templates: {host} {addr} {record} {cert} {detail} {fix} are replaced from the
 * finding (dane/verdict.h); a placeholder whose value is missing becomes "?" and fails a test.
 */
#ifndef DP_BASE_REASON_H
#define DP_BASE_REASON_H

enum dp_severity {
	DP_NOTE,    /* worth telling with -v; changes nothing */
	DP_WARNING, /* delivered today; exit status 1 */
	DP_ERROR    /* the reason of a verdict that is not a pass */
};

enum dp_reason {
	DP_REASON_NONE = 0,
#define DP_REASON(name, code, result, severity, rfc, cause, consequence, remedy) DP_REASON_##name,
#include "base/reason.def"
#undef DP_REASON
	DP_REASON_COUNT
};

struct dp_reason_row {
	const char *code;        /* stable, lower case with dashes */
	const char *result_type; /* RFC 8460 s4.3 result type, or NULL */
	enum dp_severity severity;
	const char *rfc; /* "RFC 7672 s2.2.2" */
	const char *cause;
	const char *consequence; /* for senders that validate DANE; "" where there is none */
	const char *remedy;      /* "" where there is none */
};

/* The row of a reason; DP_REASON_NONE gives a row with empty texts. */
const struct dp_reason_row *dp_reason_row(enum dp_reason reason);

/* "note", "warning", "error". */
const char *dp_severity_word(enum dp_severity severity);

#endif
