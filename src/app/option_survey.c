/* SPDX-License-Identifier: Apache-2.0 */
/* Options of survey. */
#include <string.h>

#include "app/option_table.h"
#include "app/survey.h"
#include "base/text.h"
#include "port/port.h"

#define JOBS_MOST 10000
#define CONNECTIONS_MOST 1000
#define RATE_MOST 100000

static const char *read_count(const char *value, uint64_t most, const char *wrong, unsigned *out)
{
	uint64_t count;

	if (!dp_text_number(value, 1, most, &count))
		return wrong;
	*out = (unsigned)count;
	return NULL;
}

const char *dp_option_jobs(struct dp_options *options, const char *value)
{
	return read_count(value, JOBS_MOST, "is no number from 1 to 10000; type one, as in 100",
		&options->survey.jobs);
}

const char *dp_option_workers(struct dp_options *options, const char *value)
{
	return read_count(value, DP_SURVEY_WORKERS_MAX,
		"is no number from 1 to 16; type one, as in 2", &options->survey.workers);
}

const char *dp_option_per_host(struct dp_options *options, const char *value)
{
	return read_count(value, CONNECTIONS_MOST, "is no number from 1 to 1000; type one, as in 4",
		&options->survey.limits.per_host);
}

const char *dp_option_per_address(struct dp_options *options, const char *value)
{
	return read_count(value, CONNECTIONS_MOST, "is no number from 1 to 1000; type one, as in 2",
		&options->survey.limits.per_address);
}

const char *dp_option_rate(struct dp_options *options, const char *value)
{
	size_t len = strlen(value);
	size_t digits = len > 2 && strcmp(value + len - 2, "/s") == 0 ? len - 2 : len;

	return read_count(dp_arena_text(options->arena, value, digits), RATE_MOST,
		"is no number from 1 to 100000; type the targets a second, as in 20",
		&options->survey.rate);
}

const char *dp_option_resume(struct dp_options *options, const char *value)
{
	if (value[0] == '\0')
		return "names no file; type the path of what an earlier run printed";
	options->survey.resume_path = value;
	return NULL;
}

/* "auto/4": the number of a pod, which Kubernetes gives by itself. */
const char *dp_option_shard(struct dp_options *options, const char *value)
{
	const char *index = dp_port_env("JOB_COMPLETION_INDEX");

	if (strncmp(value, "auto/", 5) == 0) {
		if (index == NULL)
			return "needs JOB_COMPLETION_INDEX in the environment, which an Indexed Job of "
			       "Kubernetes sets; elsewhere type the part, as in 0/4";
		value = dp_arena_printf(options->arena, "%s/%s", index, value + 5);
		return dp_survey_shard_read(value, &options->survey.shard)
			? NULL
			: "and JOB_COMPLETION_INDEX make no part; let N be the Job's completions";
	}
	return dp_survey_shard_read(value, &options->survey.shard)
		? NULL
		: "is no part; type its number, from 0 on, and how many there are, as in 0/4 for "
		  "the first of four";
}
