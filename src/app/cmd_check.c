/* SPDX-License-Identifier: Apache-2.0 */
#include "app/commands.h"

#include <string.h>

#include "app/live.h"
#include "app/output.h"
#include "app/sandbox.h"
#include "dane/policy.h"
#include "port/port.h"

struct session {
	const struct dp_options *options;
	struct dp_live live;
	struct dp_output output;
	size_t printed;
	int status; /* worst so far, nagios style */
};

/* Judge and print one target. */
static bool report(void *user, struct dp_facts *facts)
{
	struct session *session = user;
	const struct dp_options *options = session->options;
	const struct dp_verdict *verdict = dp_policy_judge(facts, session->live.now_utc_s);
	int status = dp_verdict_exit(verdict, options->accepted);
	struct dp_buf out;

	session->status = dp_output_worst(session->status, status);
	session->output.report.exit_status = dp_output_exit(options, status);
	if (options->quiet && options->output_path == NULL &&
		session->output.report.exit_status == 0)
		return true;
	dp_buf_init(&out, facts->arena);
	/* Objects of JSON Lines need no space between. */
	if (session->printed++ > 0 && strcmp(options->report->name, "text") == 0)
		dp_buf_char(&out, '\n');
	options->report->write(&out, facts, verdict, &session->output.report);
	return dp_output_add(&session->output, out.data, out.len);
}

static int run(struct session *session, const struct dp_target *targets)
{
	const struct dp_options *options = session->options;
	enum dp_batch_end end;

	dp_output_open(&session->output, options);
	end = dp_live_run(&session->live, targets, options->target_count, report, session);
	if (end == DP_BATCH_REFUSED || dp_output_close(&session->output) != DP_EXIT_OK ||
		end == DP_BATCH_INTERRUPTED)
		return DP_EXIT_USAGE;
	return dp_output_exit(options, session->status);
}

static int check(const struct dp_options *options)
{
	struct session session = { .options = options };
	struct dp_target *targets;
	const char *wrong;
	int status;

	if (options->target_count == 0)
		return dp_complain("no target; type a mail domain or server, as in \"daneprobe "
				   "check example.org\"");
	wrong = dp_live_targets(options, options->targets, options->target_count, &targets);
	if (wrong != NULL)
		return dp_complain("%s", wrong);
	dp_sandbox_enter(options, DP_SANDBOX_LIVE);
	status = dp_live_open(&session.live, options);
	if (status == DP_EXIT_OK)
		status = run(&session, targets);
	dp_live_close(&session.live);
	return status;
}

int dp_cmd_check(char **args)
{
	return dp_command_run(DP_OF_CHECK, args, check);
}
