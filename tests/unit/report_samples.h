/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Facts and verdicts made by hand, for the golden files of the reports: each is what a mail
 * operator could meet. Included by the tests of the formats together with report_samples.c.
 */
#ifndef DP_TESTS_REPORT_SAMPLES_H
#define DP_TESTS_REPORT_SAMPLES_H

#include <stddef.h>

#include "dane/facts.h"
#include "dane/verdict.h"
#include "report/report.h"

struct sample {
	const char *name; /* tests/golden/<name>.txt, .json; with -v <name>-v.txt, .json */
	enum dp_outcome outcome;
	int exit_status;
	void (*fill)(struct dp_facts *facts, struct dp_verdict *verdict);
};

extern const struct sample samples[];
extern const size_t sample_count;

/* The facts and the verdict of a sample, in arena. */
struct dp_facts *sample_open(
	const struct sample *sample, struct dp_arena *arena, struct dp_verdict **verdict);

/* Compare text with tests/golden/<name><suffix>; with UPDATE_GOLDEN set, write it there instead. */
void assert_golden(const char *name, const char *suffix, const struct dp_buf *text);

#endif
