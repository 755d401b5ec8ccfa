/* SPDX-License-Identifier: Apache-2.0 */
/* Where reports go: standard output at once, or all together into --output-file. */
#ifndef DP_APP_OUTPUT_H
#define DP_APP_OUTPUT_H

#include <stdbool.h>

#include "app/options.h"
#include "base/buf.h"

struct dp_output {
	const struct dp_options *options;
	struct dp_buf file;
	struct dp_report_options report; /* verbose, color and width are set */
	bool to_stderr;
};

void dp_output_open(struct dp_output *output, const struct dp_options *options);

/* What is printed goes to standard error: standard output is taken. */
void dp_output_to_stderr(struct dp_output *output);

/* Print, or keep for the file. False after a line on stderr when it cannot be printed. */
bool dp_output_add(struct dp_output *output, const char *data, size_t len);

/* Write the file, if there is one. Returns 0, or 3 after a line on stderr. */
int dp_output_close(struct dp_output *output);

/* Why a file cannot be written, in words. */
const char *dp_output_failure(enum dp_status status);

/* A text of the user's for a message: escaped and cut. */
const char *dp_output_shown(const struct dp_options *options, const char *text);

/* --exit: the status of the nagios style (0 to 3) as the user wants it. */
int dp_output_exit(const struct dp_options *options, int status);

/* The worse of two statuses of the nagios style: 2 beats 3 beats 1 beats 0. */
int dp_output_worst(int a, int b);

#endif
