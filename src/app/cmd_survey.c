/* SPDX-License-Identifier: Apache-2.0 */
#include "app/commands.h"

#include <limits.h>
#include <string.h>

#include "app/live.h"
#include "app/output.h"
#include "app/sandbox.h"
#include "app/survey.h"
#include "port/port.h"

#define STDIN 0
#define STDOUT 1
#define READ_BYTES 65536
#define OWN_DESCRIPTORS 20u /* of a worker: streams, the loop and its like */
/* In all processes together: what bounds memory. A connection takes some 40 KiB. */
#define CONNECTIONS_MOST 512u
#define CACHE_KIB 12288u
#define CACHE_LEAST_KIB 1536u
#define UDP_MOST 256u
#define TCP_MOST 32u

struct survey {
	struct dp_options *options;
	struct dp_survey_resume resume;
	struct dp_survey_input input;
	int channels[DP_SURVEY_WORKERS_MAX];
	long children[DP_SURVEY_WORKERS_MAX];
	bool is_child;
};

static const char *why_unreadable(enum dp_status status)
{
	return status == DP_NOT_FOUND ? "there is no such file"
		: status == DP_DENIED ? "permission denied"
				      : "it is a folder, or cannot be read";
}

static int read_resume(struct survey *survey, const char *path)
{
	char *bytes = dp_arena_alloc(survey->options->arena, READ_BYTES);
	const char *shown = dp_output_shown(survey->options, path);
	enum dp_status status;
	size_t count;
	int fd = dp_port_open_input(path, &status);

	if (fd < 0)
		return dp_complain("--resume \"%s\" cannot be read: %s; type the path of what an "
				   "earlier run printed",
			shown, why_unreadable(status));
	while ((status = dp_port_stream_read(fd, bytes, READ_BYTES, &count)) == DP_OK)
		dp_survey_resume_read(&survey->resume, bytes, count);
	dp_port_close(fd);
	if (status != DP_CLOSED)
		return dp_complain("--resume \"%s\" cannot be read to its end", shown);
	if (survey->resume.count == 0 && survey->resume.whole_bytes > 0)
		dp_complain("warning: --resume \"%s\" holds no result of a survey", shown);
	/* What follows a torn line would be lost with it. */
	if (survey->resume.rest.len == 0)
		return DP_EXIT_OK;
	status = dp_port_cut(STDOUT, path, survey->resume.whole_bytes);
	if (status == DP_DENIED)
		return dp_complain(
			"the last line of \"%s\" is torn and cannot be cut off; write to "
			"another file",
			shown);
	if (status == DP_NOT_FOUND)
		dp_complain("warning: the last line of \"%s\" is torn; cut it off before other "
			    "results are put behind it",
			shown);
	return DP_EXIT_OK;
}

static int open_list(struct survey *survey)
{
	const struct dp_options *options = survey->options;
	const char *path = options->target_count > 0 ? options->targets[0] : "-";
	enum dp_status status = DP_OK;
	int fd = STDIN;

	if (strcmp(path, "-") != 0)
		fd = dp_port_open_input(path, &status);
	if (fd < 0)
		return dp_complain(
			"the list \"%s\" cannot be read: %s; type the path of a file with "
			"a target a line",
			dp_output_shown(options, path), why_unreadable(status));
	if (options->target_count == 0 && dp_port_is_terminal(STDIN))
		dp_complain("note: targets are read from this terminal, one a line, up to Ctrl-D");
	survey->input.fd = fd;
	survey->input.bytes = dp_port_file_bytes(fd);
	survey->input.fd_waits = dp_port_can_wait(fd);
	survey->input.out_waits = dp_port_can_wait(STDOUT);
	return DP_EXIT_OK;
}

static unsigned within(unsigned value, unsigned least, unsigned most)
{
	return value < least ? least : value > most ? most : value;
}

/* Half of the descriptors for questions, the others for connections: with few of them, both wait
 * for each other, and all takes longer. */
static void set_sizes(struct dp_options *options)
{
	struct dp_survey_options *survey = &options->survey;
	unsigned ways = options->resolver_mode == DP_RESOLVER_AUTO ? 2 : 1;
	unsigned left = within(dp_port_descriptors(), OWN_DESCRIPTORS + 1, 65536) - OWN_DESCRIPTORS;
	unsigned dns = left / 2 / ways;

	survey->dns = (struct dp_resolver_size){ .tcp = within(dns / 8, 1, TCP_MOST),
		.cache_kib = within(CACHE_KIB / survey->workers, CACHE_LEAST_KIB, CACHE_KIB) };
	survey->dns.udp = within(dns - dns / 8, 2, UDP_MOST);
	dns = ways * (survey->dns.udp + survey->dns.tcp);
	survey->limits.connections =
		within(left > dns ? left - dns : 1, 1, CONNECTIONS_MOST / survey->workers);
}

/* What all processes have together, shared out. */
static void share_out(struct dp_options *options)
{
	struct dp_survey_options *survey = &options->survey;

	if (survey->workers == 0)
		survey->workers = within(dp_port_processors(), 1, DP_SURVEY_WORKERS_MAX);
	if (survey->workers > survey->jobs)
		survey->workers = survey->jobs;
	survey->limits.per_host = within(survey->limits.per_host / survey->workers, 1, UINT_MAX);
	survey->limits.per_address =
		within(survey->limits.per_address / survey->workers, 1, UINT_MAX);
	dp_port_more_descriptors();
	set_sizes(options);
}

/* The first worker finds out whether the options can be used at all; it says why not. */
static int start_workers(struct survey *survey)
{
	unsigned count = survey->options->survey.workers;

	for (unsigned i = 0; i < count; i++) {
		char letter;
		size_t done;

		if (dp_port_fork(&survey->channels[i], &survey->children[i]) != DP_OK)
			return dp_complain("this machine lacks processes or descriptors; type "
					   "--workers 1");
		survey->is_child = survey->children[i] == 0;
		if (survey->is_child) {
			/* Whose stream ends is to notice. */
			for (unsigned k = 0; k < i; k++)
				dp_port_close(survey->channels[k]);
			if (survey->input.fd != STDIN)
				dp_port_close(survey->input.fd);
			return dp_survey_work(survey->options, survey->channels[i]);
		}
		survey->input.worker_count = i + 1;
		dp_port_wait_readable(survey->channels[i]);
		if (dp_port_read(survey->channels[i], &letter, 1, &done) != DP_OK)
			return DP_EXIT_USAGE;
	}
	return DP_EXIT_OK;
}

static int run(struct survey *survey)
{
	int status = start_workers(survey);

	if (survey->is_child)
		return status;
	if (status == DP_EXIT_OK) {
		dp_sandbox_enter(survey->options, DP_SANDBOX_LIVE);
		status = dp_survey_supervise(survey->options, &survey->input);
	}
	for (unsigned i = 0; i < survey->input.worker_count; i++)
		dp_port_close(survey->channels[i]);
	for (unsigned i = 0; i < survey->input.worker_count; i++)
		dp_port_wait_child(survey->children[i]);
	return status;
}

static int survey(const struct dp_options *options)
{
	struct dp_options shared = *options;
	struct survey survey = { .options = &shared };
	struct dp_target *none;
	const char *wrong = dp_live_targets(options, NULL, 0, &none);
	int status = DP_EXIT_OK;

	survey.input.resume = &survey.resume;
	survey.input.workers = survey.channels;
	if (options->target_count > 1)
		return dp_complain("survey takes one list of targets; type \"daneprobe check\" for "
				   "targets, or cat the lists together");
	if (wrong != NULL)
		return dp_complain("%s", wrong);
	status = open_list(&survey);
	if (status == DP_EXIT_OK && options->survey.resume_path != NULL)
		status = read_resume(&survey, options->survey.resume_path);
	if (status == DP_EXIT_OK) {
		share_out(&shared);
		status = run(&survey);
	}
	dp_survey_resume_close(&survey.resume);
	return status;
}

int dp_cmd_survey(char **args)
{
	return dp_command_run(DP_OF_SURVEY, args, survey);
}
