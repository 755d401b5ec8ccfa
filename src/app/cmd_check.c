/* SPDX-License-Identifier: Apache-2.0 */
#include "app/commands.h"

#include <string.h>

#include "app/live.h"
#include "app/output.h"
#include "app/ports.h"
#include "app/sandbox.h"
#include "app/wait.h"
#include "dane/policy.h"
#include "report/brief.h"

struct session {
	const struct dp_options *options;
	const struct dp_target *targets;
	size_t target_count;
	struct dp_ports ports; /* --all-ports: of this attempt */
	struct dp_live live;
	struct dp_output output;
	struct dp_wait_attempt *attempt; /* with --wait: keeps what is printed; else NULL */
	void *whole;                     /* of a format that tells of all targets together */
	size_t done;                     /* targets of this attempt */
	size_t printed;
	bool passed_over; /* the last one printed */
	int status;       /* worst so far, nagios style */
};

/* What will not be read: cron mails whatever is printed. */
static bool muted(const struct session *session, int exit_status)
{
	return session->options->quiet && session->options->output_path == NULL && exit_status == 0;
}

static bool print(struct session *session, const struct dp_buf *text)
{
	if (session->attempt == NULL)
		return dp_output_add(&session->output, text->data, text->len);
	dp_buf_bytes(&session->attempt->report, text->data, text->len);
	return true;
}

static enum dp_wait_state wait_state(const struct dp_verdict *verdict, int status)
{
	if (status == DP_EXIT_OK || status == DP_EXIT_WARNED)
		return DP_WAIT_PASSED;
	switch (verdict->outcome) {
	case DP_NO_DANE:
	case DP_NO_MAIL: return DP_WAIT_ABSENT;
	case DP_VERIFIED:
	case DP_FAILED:
	case DP_UNAUTHENTICATED: return DP_WAIT_WRONG;
	case DP_UNDETERMINED:
	case DP_OUTCOMES: break;
	}
	return DP_WAIT_UNKNOWN;
}

static void tell_wait(struct session *session, const struct dp_facts *facts,
	const struct dp_verdict *verdict, int status)
{
	const char *why = dp_brief(facts, verdict, facts->arena);

	if (session->attempt == NULL || facts->interrupted)
		return;
	if (verdict->outcome != DP_UNDETERMINED)
		why = dp_arena_printf(
			facts->arena, "%s, %s", dp_outcome_word(verdict->outcome), why);
	dp_wait_tell(session->attempt, session->done, facts->target.text,
		wait_state(verdict, status), why);
}

/* Judge and print one target. */
static bool report(void *user, struct dp_facts *facts)
{
	struct session *session = user;
	const struct dp_options *options = session->options;
	struct dp_report_options *how = &session->output.report;
	const struct dp_verdict *verdict = dp_policy_judge(facts, session->live.now_utc_s);
	bool passed_over = dp_verdict_passed_over(facts, verdict);
	struct dp_buf out;

	if (options->all_ports)
		dp_ports_note(&session->ports, facts);
	if (dp_ports_silent(facts))
		return true;
	how->status = dp_verdict_exit(
		verdict, options->accepted | (passed_over ? 1u << (unsigned)verdict->outcome : 0));
	how->exit_status = dp_output_exit(options, how->status);
	how->now_utc_s = session->live.now_utc_s;
	session->status = dp_output_worst(session->status, how->status);
	tell_wait(session, facts, verdict, how->status);
	session->done++;
	if (session->whole != NULL) {
		options->report->add(session->whole, facts, verdict, how);
		return true;
	}
	if (muted(session, how->exit_status))
		return true;
	dp_buf_init(&out, facts->arena);
	/* Objects of JSON Lines need no space between, nor do lines of what is not there. */
	if (session->printed++ > 0 && strcmp(options->report->name, "text") == 0 &&
		!(passed_over && !verdict->warned && session->passed_over && !options->verbose))
		dp_buf_char(&out, '\n');
	session->passed_over = passed_over && !verdict->warned;
	options->report->write(&out, facts, verdict, how);
	return print(session, &out);
}

/* The ports of --all-ports that only the first step could tell of. */
static enum dp_batch_end check_rest(struct session *session)
{
	struct dp_target *rest;
	size_t count = dp_ports_rest(&session->ports, &rest);

	return count == 0 ? DP_BATCH_DONE
			  : dp_live_run(&session->live, rest, count, report, session);
}

/* All targets once. The arena outlives what is printed. */
static enum dp_batch_end check_all(struct session *session, struct dp_arena *arena)
{
	const struct dp_report *format = session->options->report;
	enum dp_batch_end end;
	struct dp_buf out;
	int status;

	session->done = session->printed = 0;
	session->status = DP_EXIT_OK;
	session->whole = format->open != NULL ? format->open(arena) : NULL;
	dp_ports_open(&session->ports, session->options, arena);
	dp_live_start(&session->live);
	end = dp_live_run(&session->live, session->targets, session->target_count, report, session);
	if (end == DP_BATCH_DONE && session->options->all_ports)
		end = check_rest(session);
	if (session->whole == NULL || end == DP_BATCH_REFUSED)
		return end;
	status = end == DP_BATCH_INTERRUPTED ? DP_EXIT_USAGE : session->status;
	if (muted(session, dp_output_exit(session->options, status)))
		return end;
	dp_buf_init(&out, arena);
	format->end(session->whole, &out, status);
	return print(session, &out) ? end : DP_BATCH_REFUSED;
}

static enum dp_batch_end attempt(void *user, struct dp_wait_attempt *attempt)
{
	struct session *session = user;
	enum dp_batch_end end;

	session->attempt = attempt;
	end = check_all(session, attempt->arena);
	/* Places for ports of hosts that are not there. */
	while (end == DP_BATCH_DONE &&
		session->done < dp_ports_most(session->options, session->target_count))
		dp_wait_tell(attempt, session->done++, "", DP_WAIT_PASSED, "");
	attempt->status = session->status;
	session->attempt = NULL;
	return end;
}

/* The report is that of the last attempt. */
static enum dp_batch_end wait_for(struct session *session)
{
	const struct dp_wait_plan plan = { &session->live,
		dp_ports_most(session->options, session->target_count), attempt, session };
	struct dp_wait_attempt last;
	enum dp_batch_end end = dp_wait_run(&plan, &last);

	session->status = last.status;
	if (end != DP_BATCH_REFUSED && !print(session, &last.report))
		end = DP_BATCH_REFUSED;
	dp_wait_close(&last);
	return end;
}

static int run(struct session *session)
{
	const struct dp_options *options = session->options;
	enum dp_batch_end end;

	dp_output_open(&session->output, options);
	end = options->wait_ms > 0 ? wait_for(session) : check_all(session, options->arena);
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
	wrong = dp_ports_targets(options, &targets, &session.target_count);
	if (wrong != NULL)
		return dp_complain("%s", wrong);
	session.targets = targets;
	dp_sandbox_enter(options, DP_SANDBOX_LIVE);
	status = dp_live_open(&session.live, options);
	if (status == DP_EXIT_OK)
		status = run(&session);
	dp_live_close(&session.live);
	return status;
}

int dp_cmd_check(char **args)
{
	return dp_command_run(DP_OF_CHECK, args, check);
}
