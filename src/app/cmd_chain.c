/* SPDX-License-Identifier: Apache-2.0 */
#include "app/commands.h"

#include <string.h>

#include "app/chain.h"
#include "app/files.h"
#include "app/sandbox.h"
#include "base/text.h"
#include "port/port.h"

#define FAULTY 2 /* nagios style */

static bool is_one_file(const char *a, const char *b)
{
	return b != NULL && (strcmp(a, b) == 0 || dp_port_same_file(a, b));
}

/* OUT would take the place of something else that was named. */
static const char *overwritten(const struct dp_options *options)
{
	const char *out = options->complete_path;

	if (strcmp(out, "-") == 0)
		return NULL;
	if (is_one_file(out, options->output_path))
		return "--complete and --output-file name one file; type another one for the report";
	if (is_one_file(out, options->roots_path))
		return "--complete would overwrite the file of --roots; type another path";
	for (size_t i = 0; i < options->tlsa_path_count; i++) {
		if (is_one_file(out, options->tlsa_paths[i]))
			return "--complete would overwrite a file of --tlsa-file; type another path";
	}
	return NULL;
}

/* An option that would change nothing hides a mistake. */
static const char *without_effect(const struct dp_options *options, bool given)
{
	static const char *const dns[] = { "ipv4", "ipv6", "resolver", "trust-anchor", "root-hints",
		"timeout", "deadline", "interval", "rrsig-warning" };

	for (size_t i = 0; options->live == NULL && i < sizeof(dns) / sizeof(dns[0]); i++) {
		if (dp_options_typed(options, dns[i]))
			return dp_arena_printf(options->arena,
				"--%s is for DNS questions; type --live TARGET, too, or leave it out",
				dns[i]);
	}
	if (options->live == NULL && dp_options_typed(options, "pkix-roots"))
		return "--pkix-roots is for the records of a server that is none of SMTP; type --live "
		       "TARGET, too, as in imaps://mx.example.org, or leave it out";
	if (options->wait_ms == 0 && dp_options_typed(options, "interval"))
		return "--interval is for --wait; type --wait DUR, too, or leave it out";
	if (options->live == NULL && !given &&
		(dp_options_typed(options, "port") || dp_options_typed(options, "next-hop")))
		return "--port and --next-hop say whose records count; type --tlsa, --tlsa-file or "
		       "--live, too, or leave them out";
	return NULL;
}

/* What was typed that does not go together, or NULL. */
static const char *contradiction(const struct dp_options *options)
{
	bool given = options->record_count > 0 || options->tlsa_path_count > 0;

	if (options->target_count == 0)
		return "no file; type the path of a certificate chain, as in \"daneprobe chain "
		       "fullchain.pem\"";
	if (options->target_count > 1)
		return "chain takes one file; type \"daneprobe chain FILE\" for each";
	if (strcmp(options->report->name, "text") != 0 &&
		strcmp(options->report->name, "json") != 0)
		return "chain reports as text or json only; type --output text, or leave it out";
	if (options->live != NULL && given)
		return "--live takes the records from the DNS; leave --tlsa and --tlsa-file out, or "
		       "--live";
	if (options->wait_ms > 0 && options->live == NULL)
		return "--wait is for records that are to be published; type --live TARGET, too";
	if (options->root != NULL && options->complete_path == NULL)
		return "--root chooses what --complete appends; type --complete OUT, too";
	if (options->complete_path != NULL && overwritten(options) != NULL)
		return overwritten(options);
	return without_effect(options, given);
}

static int read_roots(struct dp_chain_run *run)
{
	const struct dp_options *options = run->options;
	struct dp_bundle bundle;
	const char *shown;

	dp_stock_built_in(&run->stock, options->arena);
	if (options->roots_path == NULL)
		return DP_EXIT_OK;
	shown = dp_file_shown(options, options->roots_path);
	if (dp_file_read(options, options->roots_path, &bundle) != DP_EXIT_OK)
		return DP_EXIT_USAGE;
	if (dp_stock_add(&run->stock, &bundle, shown, options->arena) == 0)
		return dp_complain(
			"--roots \"%s\" holds no certificate; type the path of a file with "
			"the CA's certificates",
			shown);
	return DP_EXIT_OK;
}

int dp_chain_look(struct dp_chain_run *run)
{
	const struct dp_options *options = run->options;
	struct dp_inventory *inventory = &run->inventory;
	char name[DP_NAME_TEXT_MAX];

	dp_bundle_chain(&run->bundle, &run->chain, &run->blocks, options->arena);
	if (run->chain.count == 0)
		return dp_complain(
			"%s holds no certificate; type the path of the certificate chain, "
			"as in fullchain.pem",
			run->shown);
	*inventory = (struct dp_inventory){
		.arena = options->arena,
		.name = run->written.to_stdout      ? "standard output"
			: run->written.path != NULL ? dp_output_shown(options, run->written.path)
						    : run->shown,
		.path = strcmp(run->path, "-") != 0 ? run->path : NULL,
		.bundle = &run->bundle,
		.chain = &run->chain,
		.blocks = run->blocks,
		.stock = &run->stock,
		.wish = { options->root, run->records, run->record_count, 0 },
		.cert_warning_s = options->cert_warning_s,
	};
	if (options->host.len > 0)
		inventory->host =
			dp_arena_printf(options->arena, "%s", dp_name_text(&options->host, name));
	inventory->now_utc_s = options->at_utc_s != DP_TIME_NONE ? options->at_utc_s
		: options->clock_utc_s != DP_TIME_NONE           ? options->clock_utc_s
								 : dp_port_utc_s();
	inventory->wish.now_utc_s = inventory->now_utc_s;
	dp_inventory_read(inventory);
	return DP_EXIT_OK;
}

/* The file by itself. */
static int report(struct dp_chain_run *run)
{
	const struct dp_options *options = run->options;
	struct dp_report_options *how = &run->output.report;
	bool good = run->inventory.verdict == DP_INVENTORY_COMPLETE;
	struct dp_buf out;

	how->status = good ? DP_EXIT_OK : FAULTY;
	how->exit_status = dp_output_exit(options, how->status);
	if (options->quiet && options->output_path == NULL && how->exit_status == 0)
		return DP_EXIT_OK;
	dp_buf_init(&out, options->arena);
	if (strcmp(options->report->name, "json") == 0)
		dp_chain_json(&out, &run->inventory, &run->written, how);
	else
		dp_chain_text(&out, &run->inventory, &run->written, how);
	if (!dp_output_add(&run->output, out.data, out.len) ||
		dp_output_close(&run->output) != DP_EXIT_OK)
		return DP_EXIT_USAGE;
	return how->exit_status;
}

static int go(struct dp_chain_run *run)
{
	const struct dp_options *options = run->options;
	int status = dp_file_read(options, run->path, &run->bundle);

	if (status == DP_EXIT_OK)
		status = read_roots(run);
	if (status == DP_EXIT_OK)
		status = dp_chain_records(run);
	if (status == DP_EXIT_OK)
		status = dp_chain_look(run);
	if (status == DP_EXIT_OK && options->complete_path != NULL)
		status = dp_chain_complete(run);
	if (status != DP_EXIT_OK)
		return status;
	dp_output_open(&run->output, options);
	if (run->written.to_stdout)
		dp_output_to_stderr(&run->output);
	if (options->live != NULL)
		return dp_chain_compare_live(run);
	dp_sandbox_enter(options, DP_SANDBOX_OFFLINE);
	return run->record_count > 0 ? dp_chain_compare(run) : report(run);
}

static int chain(const struct dp_options *options)
{
	struct dp_chain_run *run = dp_arena_alloc(options->arena, sizeof(*run));
	const char *wrong = contradiction(options);
	int status;

	if (wrong != NULL)
		return dp_complain("%s", wrong);
	run->options = options;
	run->path = options->targets[0];
	run->shown = dp_file_shown(options, run->path);
	status = go(run);
	dp_chain_close(&run->chain);
	dp_file_wipe(&run->bundle);
	return status;
}

int dp_cmd_chain(char **args)
{
	return dp_command_run(DP_OF_CHAIN, args, chain);
}
