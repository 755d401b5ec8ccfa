/* SPDX-License-Identifier: Apache-2.0 */
#include "app/commands.h"

#include <string.h>

#include "app/files.h"
#include "app/live.h"
#include "app/output.h"
#include "app/sandbox.h"
#include "base/text.h"
#include "dane/key.h"
#include "dane/policy.h"
#include "dane/rollover.h"
#include "report/plan.h"

struct session {
	const struct dp_options *options;
	struct dp_rollover_new next;
	struct dp_chain chain; /* next.chain, if there is one */
	struct dp_live live;
	struct dp_output output;
	int status; /* nagios style */
};

/* --- the file --- */

/* The key of a block. Returns 0, or 3 after a line on stderr. */
static int key_of(const struct session *session, const struct dp_block *block, const uint8_t **spki,
	size_t *len)
{
	const struct dp_options *options = session->options;
	const char *wrong = dp_key_spki(block, options->arena, spki, len);

	return wrong == NULL ? DP_EXIT_OK
			     : dp_complain("%s: the %s in line %u %s", session->next.name,
				       block->label, block->line, wrong);
}

/* Certificates in the file go before keys: a server's key stands beside them. */
static bool is_key(const struct dp_block *block)
{
	return block->kind != DP_BLOCK_CERTIFICATE && block->kind != DP_BLOCK_OTHER;
}

static int take_key(struct session *session, const struct dp_bundle *bundle)
{
	for (size_t i = 0; i < bundle->count; i++) {
		const uint8_t *spki;
		size_t len;

		if (!is_key(&bundle->blocks[i]))
			continue;
		if (key_of(session, &bundle->blocks[i], &spki, &len) != DP_EXIT_OK)
			return DP_EXIT_USAGE;
		if (session->next.spki_len == 0) {
			session->next.spki = dp_arena_copy(session->options->arena, spki, len);
			session->next.spki_len = len;
		} else if (session->next.spki_len != len ||
			memcmp(session->next.spki, spki, len) != 0) {
			return dp_complain(
				"%s holds several keys; give a file with one", session->next.name);
		}
	}
	return session->next.spki_len > 0
		? DP_EXIT_OK
		: dp_complain("%s holds no certificate, key or request (CSR); type the path of a "
			      "file that does",
			  session->next.name);
}

static bool only_cas(const struct dp_chain *chain)
{
	for (size_t i = 0; i < chain->count; i++) {
		if (!chain->certs[i].is_ca)
			return false;
	}
	return true;
}

/* What a server would not take, or what would not be planned right. */
static int check_chain(const struct session *session)
{
	const struct dp_chain *chain = &session->chain;
	const struct dp_cert *leaf = &chain->certs[0];
	const char *name = session->next.name;

	if (leaf->spki == NULL)
		return dp_complain("%s: its first certificate cannot be read; give the file that "
				   "the server is to use",
			name);
	/* As certbot's chain.pem. A server's own one that it signed itself may be a CA's, too. */
	if (leaf->is_ca && !leaf->self_issued && leaf->name_count == 0 && only_cas(chain))
		return dp_complain(
			"%s holds certificates of CAs alone (\"%s\"); give the file that "
			"begins with the server's own, as in fullchain.pem",
			name, leaf->subject_text);
	for (size_t i = 1; i < chain->count; i++) {
		const struct dp_cert *cert = &chain->certs[i];

		if (cert->is_ca || cert->name_count == 0 || cert->spki == NULL)
			continue;
		if (leaf->is_ca)
			return dp_complain("%s begins with the certificate of a CA (\"%s\"), and a "
					   "server sends it as it stands; put that of \"%s\" first",
				name, leaf->subject_text, cert->subject_text);
		if (cert->spki_len != leaf->spki_len ||
			memcmp(cert->spki, leaf->spki, leaf->spki_len) != 0)
			return dp_complain("%s holds the certificates of two servers, \"%s\" and "
					   "\"%s\" (%s and %s); plan for one after the other, a "
					   "file each",
				name, leaf->subject_text, cert->subject_text,
				dp_cert_key_text(leaf, session->options->arena),
				dp_cert_key_text(cert, session->options->arena));
	}
	return DP_EXIT_OK;
}

static int check_private_key(const struct session *session, const struct dp_bundle *bundle)
{
	bool any = false;

	for (size_t i = 0; i < bundle->count; i++) {
		const uint8_t *spki;
		size_t len;

		if (bundle->blocks[i].kind != DP_BLOCK_PRIVATE_KEY)
			continue;
		if (key_of(session, &bundle->blocks[i], &spki, &len) != DP_EXIT_OK)
			return DP_EXIT_USAGE;
		if (len == session->next.spki_len && memcmp(spki, session->next.spki, len) == 0)
			return DP_EXIT_OK;
		any = true;
	}
	return any ? dp_complain("%s: its private key does not belong to its first certificate, so "
				 "no server can use it; put the right key beside it",
			     session->next.name)
		   : DP_EXIT_OK;
}

/* Copies: the bundle is wiped before anybody is connected to. */
static int take_chain(struct session *session, const struct dp_chain *read)
{
	struct dp_arena *arena = session->options->arena;
	const uint8_t **ders = dp_arena_alloc(arena, read->count * sizeof *ders);
	size_t *lens = dp_arena_alloc(arena, read->count * sizeof *lens);

	for (size_t i = 0; i < read->count; i++) {
		ders[i] = dp_arena_copy(arena, read->certs[i].der, read->certs[i].der_len);
		lens[i] = read->certs[i].der_len;
	}
	dp_chain_open(&session->chain, ders, lens, read->count, arena);
	session->next.chain = &session->chain;
	session->next.spki = session->chain.certs[0].spki;
	session->next.spki_len = session->chain.certs[0].spki_len;
	return check_chain(session);
}

static int read_new(struct session *session)
{
	const struct dp_options *options = session->options;
	struct dp_bundle bundle;
	struct dp_chain read = { 0 };
	size_t *blocks;
	int status = dp_file_read(options, options->new_path, &bundle);

	session->next.name = dp_file_shown(options, options->new_path);
	if (status == DP_EXIT_OK) {
		dp_bundle_chain(&bundle, &read, &blocks, options->arena);
		if (read.count == 0)
			status = take_key(session, &bundle);
		else
			status = take_chain(session, &read);
		if (status == DP_EXIT_OK && read.count > 0)
			status = check_private_key(session, &bundle);
	}
	dp_chain_close(&read);
	dp_file_wipe(&bundle);
	if (strcmp(options->new_path, "-") == 0)
		session->next.name = "FILE"; /* for commands that are to be typed */
	return status;
}

/* --- the run --- */

static bool report(void *user, struct dp_facts *facts)
{
	struct session *session = user;
	const struct dp_options *options = session->options;
	const struct dp_rollover_input input = {
		.facts = facts,
		.verdict = dp_policy_judge(facts, session->live.now_utc_s),
		.next = session->next,
		.clock_utc_s = session->live.clock_utc_s,
		.now_utc_s = session->live.now_utc_s,
		.since_utc_s = options->since_utc_s,
	};
	const struct dp_rollover *plan = dp_rollover_plan(&input);
	struct dp_buf out;

	session->status = dp_rollover_exit(plan);
	session->output.report.exit_status = dp_output_exit(options, session->status);
	if (options->quiet && options->output_path == NULL &&
		session->output.report.exit_status == DP_EXIT_OK)
		return true;
	dp_buf_init(&out, facts->arena);
	if (strcmp(options->report->name, "json") == 0)
		dp_plan_json(&out, facts, plan, &session->output.report);
	else
		dp_plan_text(&out, facts, plan, &session->output.report);
	return dp_output_add(&session->output, out.data, out.len);
}

static int run(struct session *session, const struct dp_target *target)
{
	const struct dp_options *options = session->options;
	enum dp_batch_end end;

	if (options->since_utc_s != DP_TIME_NONE &&
		options->since_utc_s > session->live.clock_utc_s)
		return dp_complain("--since lies in the future; type when the records were last "
				   "changed");
	dp_output_open(&session->output, options);
	end = dp_live_run(&session->live, target, 1, report, session);
	if (end == DP_BATCH_REFUSED || dp_output_close(&session->output) != DP_EXIT_OK ||
		end == DP_BATCH_INTERRUPTED)
		return DP_EXIT_USAGE;
	return dp_output_exit(options, session->status);
}

static int run_live(struct session *session, const struct dp_target *target)
{
	int status;

	dp_sandbox_enter(session->options, DP_SANDBOX_LIVE);
	status = dp_live_open(&session->live, session->options);
	if (status == DP_EXIT_OK)
		status = run(session, target);
	dp_live_close(&session->live);
	return status;
}

static int plan(const struct dp_options *options)
{
	struct session session = { .options = options };
	struct dp_target *targets;
	const char *wrong;
	int status;

	if (options->new_path == NULL)
		return dp_complain("no new certificate; type --new with its file, as in "
				   "\"daneprobe plan --new fullchain.pem example.org\"");
	if (options->target_count != 1)
		return dp_complain("plan takes one target; type a mail domain or server, as in "
				   "\"daneprobe plan --new fullchain.pem example.org\"");
	wrong = dp_live_targets(options, options->targets, 1, &targets);
	if (wrong != NULL)
		return dp_complain("%s", wrong);
	targets[0].plan = true;
	status = read_new(&session);
	if (status == DP_EXIT_OK)
		status = run_live(&session, &targets[0]);
	dp_chain_close(&session.chain);
	return status;
}

int dp_cmd_plan(char **args)
{
	return dp_command_run(DP_OF_PLAN, args, plan);
}
