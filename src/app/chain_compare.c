/* SPDX-License-Identifier: Apache-2.0 */
/* The chain against records: the judge of check, with the file in the place of a server. */
#include <string.h>

#include "app/chain.h"
#include "app/commands.h"
#include "app/live.h"
#include "app/sandbox.h"
#include "app/wait.h"
#include "dane/plan.h"
#include "dane/policy.h"
#include "net/resolver.h"
#include "port/port.h"
#include "report/brief.h"

#define STAND_IN "mail-server.invalid" /* a host whose name nobody told */

/* octets before the name in MX and SRV records */
#define MX_FIXED 2u
#define SRV_FIXED 6u

struct session {
	struct dp_chain_run *run;
	const struct dp_target *target;
	struct dp_live live;
	struct dp_wait_attempt *attempt;
	bool no_such_host; /* --host is none of the domain's mail hosts */
};

static bool joins(const struct dp_finding *finding)
{
	/* With records it is they who decide what is missing, and what a date or name is worth. */
	static const enum dp_reason left_out[] = { DP_REASON_CHAIN_INCOMPLETE,
		DP_REASON_CHAIN_WITHOUT_ROOT, DP_REASON_FILE_EXPIRED, DP_REASON_FILE_NOT_YET_VALID,
		DP_REASON_FILE_EXPIRES_SOON, DP_REASON_FILE_LEAF_UNNAMED,
		DP_REASON_FILE_HOST_MISMATCH, DP_REASON_FILE_NOT_VERIFIED };

	for (size_t i = 0; i < sizeof(left_out) / sizeof(left_out[0]); i++) {
		if (finding->code == left_out[i])
			return false;
	}
	return true;
}

/* What is wrong with the file itself, beside what the records say. It warns: no record is the
 * reason of it. */
static void join(const struct dp_findings *own, struct dp_verdict *verdict, struct dp_arena *arena)
{
	struct dp_finding *all =
		dp_arena_alloc(arena, (verdict->finding_count + own->count) * sizeof(*all));
	size_t count = verdict->finding_count;

	if (count > 0)
		memcpy(all, verdict->findings, count * sizeof(*all));
	for (size_t i = 0; i < own->count; i++) {
		if (!joins(&own->items[i]))
			continue;
		all[count] = own->items[i];
		all[count].subject.cert = -1;
		if (all[count].severity == DP_ERROR)
			all[count].severity = DP_WARNING;
		verdict->warned |= all[count].severity == DP_WARNING;
		count++;
	}
	verdict->findings = all;
	verdict->finding_count = count;
}

static void write_report(struct dp_chain_run *run, const struct dp_facts *facts,
	const struct dp_verdict *verdict, struct dp_buf *out)
{
	struct dp_report_options *how = &run->output.report;

	how->status = dp_verdict_exit(verdict, 0);
	how->exit_status = dp_output_exit(run->options, how->status);
	how->now_utc_s = run->inventory.now_utc_s;
	dp_buf_init(out, facts->arena);
	run->options->report->write(out, facts, verdict, how);
	if (run->written.path == NULL || strcmp(run->options->report->name, "text") != 0)
		return;
	dp_buf_char(out, '\n');
	dp_chain_written_text(out, &run->written);
}

static bool muted(const struct dp_chain_run *run)
{
	return run->options->quiet && run->options->output_path == NULL &&
		run->output.report.exit_status == 0;
}

/* --- records that were given --- */

static void name_host(const struct dp_chain_run *run, struct dp_target *target)
{
	const struct dp_cert *leaf = &run->chain.certs[0];
	const char *why;

	target->name = run->host;
	target->any_name = run->host.len == 0;
	for (size_t i = 0; i < leaf->name_count && target->name.len == 0; i++) {
		const char *text =
			dp_arena_text(run->options->arena, leaf->names[i].text, leaf->names[i].len);

		if (strlen(text) != leaf->names[i].len || strchr(text, '*') != NULL ||
			!dp_name_from_user(text, &target->name, &why))
			target->name.len = 0;
	}
	if (target->name.len == 0)
		(void)dp_name_parse(STAND_IN, &target->name);
}

/* One host with one address, where the chain stands for what it would send. */
static struct dp_facts *given_facts(const struct dp_chain_run *run)
{
	struct dp_target target = { .text = run->inventory.name,
		.protocol = "smtp",
		.port = run->port,
		.want_v4 = true,
		.want_v6 = true,
		.records = run->records,
		.record_count = run->record_count,
		.given = run->inventory.chain,
		.given_name = run->inventory.name,
		.next_hop = run->options->next_hop,
		.cert_warning_s = run->options->cert_warning_s,
		.rrsig_warning_s = run->options->rrsig_warning_s };
	struct dp_addr_facts *addr;
	struct dp_facts *facts;

	name_host(run, &target);
	facts = dp_facts_new(&target, run->options->arena);
	facts->resolver_mode = "none";
	facts->resolver_why = "the records were given";
	facts->hosts = dp_arena_alloc(run->options->arena, sizeof(*facts->hosts));
	facts->hosts[0].name = target.name;
	facts->hosts[0].port = run->port;
	addr = dp_facts_add_addr(&facts->hosts[0], run->options->arena);
	addr->port = run->port;
	dp_plan_given_probes(addr, run->inventory.chain,
		run->inventory.next != NULL ? run->inventory.next->chain : NULL);
	facts->host_count = 1;
	facts->hosts_known = true;
	facts->clock_utc_s = run->inventory.now_utc_s;
	return facts;
}

int dp_chain_compare(struct dp_chain_run *run)
{
	struct dp_facts *facts = given_facts(run);
	struct dp_verdict *verdict = dp_policy_judge(facts, run->inventory.now_utc_s);
	struct dp_buf out;

	join(&run->inventory.findings, verdict, facts->arena);
	write_report(run, facts, verdict, &out);
	if (!muted(run) && !dp_output_add(&run->output, out.data, out.len))
		return DP_EXIT_USAGE;
	if (dp_output_close(&run->output) != DP_EXIT_OK)
		return DP_EXIT_USAGE;
	return run->output.report.exit_status;
}

/* --- records in the DNS --- */

static enum dp_wait_state wait_state(const struct dp_verdict *verdict)
{
	switch (verdict->outcome) {
	case DP_VERIFIED: return DP_WAIT_PASSED;
	case DP_NO_DANE:
	case DP_NO_MAIL: return DP_WAIT_ABSENT;
	case DP_FAILED:
	case DP_UNAUTHENTICATED: return DP_WAIT_WRONG;
	case DP_UNDETERMINED:
	case DP_OUTCOMES: break;
	}
	return DP_WAIT_UNKNOWN;
}

/* --host names none of the MX hosts: wrong usage, and which ones there are. */
static bool lacks_host(const struct dp_chain_run *run, const struct dp_facts *facts)
{
	char host[DP_NAME_TEXT_MAX], name[DP_NAME_TEXT_MAX];
	size_t fixed = facts->target.is_service ? SRV_FIXED : MX_FIXED;
	struct dp_buf out;

	if (facts->target.only_host.len == 0 || facts->host_count > 0 || !facts->hosts_known ||
		facts->mx.state != DP_LOOKUP_DATA)
		return false;
	dp_buf_init(&out, facts->arena);
	for (size_t i = 0; i < facts->mx.message.rr_count; i++) {
		const struct dp_rr *rr = &facts->mx.message.rrs[i];
		struct dp_name host_name = { .len = (uint8_t)(rr->rdata_len - fixed) };

		if (rr->rdata_len <= fixed || rr->rdata_len - fixed > sizeof(host_name.wire))
			continue;
		memcpy(host_name.wire, rr->rdata + fixed, host_name.len);
		dp_buf_printf(
			&out, "%s%s", out.len > 0 ? ", " : "", dp_name_text(&host_name, name));
	}
	(void)dp_complain("--host \"%s\" is no %shost of %s; type one of: %s",
		dp_name_text(&facts->target.only_host, host),
		facts->target.is_service ? "" : "mail ",
		dp_output_shown(run->options, facts->target.text), out.data);
	return true;
}

/* The names of the hosts with that outcome; *one: the first of them. */
static const char *hosts_that(const struct dp_facts *facts, const struct dp_verdict *verdict,
	enum dp_outcome outcome, const char **one)
{
	char name[DP_NAME_TEXT_MAX];
	struct dp_buf out;

	*one = NULL;
	dp_buf_init(&out, facts->arena);
	for (size_t i = 0; i < facts->host_count; i++) {
		if (verdict->hosts[i].outcome != outcome)
			continue;
		dp_name_text(&facts->hosts[i].name, name);
		dp_buf_printf(&out, "%s%s", *one != NULL ? ", " : "", name);
		if (*one == NULL)
			*one = dp_arena_text(facts->arena, name, strlen(name));
	}
	return out.data;
}

/* Mail hosts may have certificates of their own: what one of them publishes says nothing about the
 * file of another. */
static void tell_hosts(
	const struct dp_chain_run *run, const struct dp_facts *facts, struct dp_verdict *verdict)
{
	struct dp_findings list = { .arena = facts->arena };
	struct dp_words words = { 0 };
	const char *good, *bad;

	words.host = hosts_that(facts, verdict, DP_VERIFIED, &good);
	words.detail = hosts_that(facts, verdict, DP_FAILED, &bad);
	if (good == NULL || bad == NULL)
		return;
	words.fix = dp_arena_printf(facts->arena,
		"Compare it with its own host alone:\n  daneprobe chain --live %s --host %s %s",
		dp_inventory_shell_word(facts->target.text, facts->arena), good,
		dp_inventory_shell_word(run->path, facts->arena));
	dp_finding_add(
		&list, DP_REASON_FILE_OF_ONE_HOST, &dp_subject_none, run->inventory.name, &words);
	join(&list, verdict, facts->arena);
}

static bool report(void *user, struct dp_facts *facts)
{
	struct session *session = user;
	struct dp_chain_run *run = session->run;
	struct dp_verdict *verdict;
	struct dp_buf out;

	if (lacks_host(run, facts)) {
		session->no_such_host = true;
		return false;
	}
	run->inventory.now_utc_s = session->live.now_utc_s;
	verdict = dp_policy_judge(facts, session->live.now_utc_s);
	join(&run->inventory.findings, verdict, facts->arena);
	tell_hosts(run, facts, verdict);
	write_report(run, facts, verdict, &out);
	session->attempt->status = run->output.report.status;
	if (!facts->interrupted)
		dp_wait_tell(session->attempt, 0, facts->target.text, wait_state(verdict),
			dp_arena_printf(facts->arena, "%s, %s", dp_outcome_word(verdict->outcome),
				dp_brief(facts, verdict, facts->arena)));
	if (!muted(run))
		dp_buf_bytes(&session->attempt->report, out.data, out.len);
	return true;
}

static enum dp_batch_end attempt(void *user, struct dp_wait_attempt *now)
{
	struct session *session = user;
	enum dp_batch_end end;

	session->attempt = now;
	end = dp_live_run(&session->live, session->target, 1, report, session);
	session->attempt = NULL;
	return end;
}

static int run_live(struct session *session)
{
	struct dp_chain_run *run = session->run;
	const struct dp_wait_plan plan = { &session->live, 1, attempt, session };
	struct dp_wait_attempt last;
	enum dp_batch_end end = dp_wait_run(&plan, &last);
	int status = dp_output_exit(run->options, last.status);

	if (end != DP_BATCH_REFUSED &&
		!dp_output_add(&run->output, last.report.data, last.report.len))
		end = DP_BATCH_REFUSED;
	dp_wait_close(&last);
	if (end != DP_BATCH_DONE || dp_output_close(&run->output) != DP_EXIT_OK)
		return DP_EXIT_USAGE;
	return status;
}

static const char *complete_target(const struct dp_chain_run *run, struct dp_target *target)
{
	const struct dp_name *host = &run->options->host;

	target->given = run->inventory.chain;
	target->given_too = run->inventory.next != NULL ? run->inventory.next->chain : NULL;
	target->given_name = run->inventory.name;
	if (host->len == 0)
		return NULL;
	if (target->is_domain)
		target->only_host = *host;
	else if (!dp_name_equal(host, &target->name))
		return "--live names one server and --host another one; leave --host out";
	return NULL;
}

int dp_chain_compare_live(struct dp_chain_run *run)
{
	const struct dp_options *options = run->options;
	char *texts[1] = { dp_arena_text(options->arena, options->live, strlen(options->live)) };
	struct session session = { .run = run };
	struct dp_target *target;
	const char *wrong = dp_live_targets(options, texts, 1, &target);
	int status;

	if (wrong == NULL)
		wrong = complete_target(run, target);
	if (wrong != NULL)
		return dp_complain("%s", wrong);
	session.target = target;
	dp_sandbox_enter(options, DP_SANDBOX_LIVE);
	status = dp_live_open(&session.live, options);
	if (status == DP_EXIT_OK)
		status = run_live(&session);
	dp_live_close(&session.live);
	return status;
}
