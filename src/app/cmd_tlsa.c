/* SPDX-License-Identifier: Apache-2.0 */
#include "app/commands.h"

#include <string.h>

#include "app/files.h"
#include "app/sandbox.h"
#include "app/tlsa.h"
#include "base/text.h"
#include "port/port.h"

#define SMTP_PORT 25

static const uint16_t smtp_port = SMTP_PORT;

static bool has_smtp(const struct dp_tlsa_job *job)
{
	for (size_t i = 0; i < job->port_count; i++) {
		if (job->ports[i] == SMTP_PORT)
			return true;
	}
	return false;
}

/* Whose the records are: the server that was named, else the first name of the certificate, or, for
 * an issuer, of the server's certificate beside it. */
static const struct dp_name *server_of(
	const struct dp_tlsa_job *job, const struct dp_generated *record)
{
	if (job->server.len > 0)
		return &job->server;
	if (!record->issuer && record->source->owner.len > 0)
		return &record->source->owner;
	return job->sources->own_count > 0 ? &job->sources->own[0].owner : &job->server;
}

/* The name of a server that a wildcard suggests. */
static const char *suggestion(const struct dp_tlsa_job *job, const char *wildcard)
{
	struct dp_name name;

	if (wildcard == NULL || wildcard[1] != '.' || !dp_name_parse(wildcard + 2, &name) ||
		!dp_name_is_hostname(&name))
		return "mx.example.org";
	return dp_arena_printf(job->arena, "mx.%s", wildcard + 2);
}

static int complain_nameless(const struct dp_tlsa_job *job)
{
	const struct dp_source *own = &job->sources->own[0];

	if (own->wildcard != NULL)
		return dp_complain("%s names its hosts by a wildcard alone (%s), and records are "
				   "for one server; type its name, as in --owner %s",
			job->shown, own->wildcard, suggestion(job, own->wildcard));
	return dp_complain("%s names no host%s; type the name of the server in its MX record, as "
			   "in --owner mx.example.org",
		job->shown,
		own->cert == NULL && own->kind != DP_BLOCK_REQUEST ? ", since it holds only a key"
								   : "");
}

/* One row for each record and port. */
static int make_rows(const struct dp_tlsa_job *job, const struct dp_generated_set *set,
	struct dp_record_row *rows)
{
	size_t count = 0;

	for (size_t port = 0; port < job->port_count; port++) {
		for (size_t i = 0; i < set->count; i++) {
			const struct dp_generated *record = &set->records[i];
			const struct dp_name *server = server_of(job, record);
			struct dp_record_row *row = &rows[count++];

			if (server->len == 0)
				return complain_nameless(job);
			if (!dp_name_tlsa_owner(server, job->ports[port], &row->owner))
				return dp_complain("the name of the server is so long that no "
						   "record can stand below it; type a shorter "
						   "one");
			row->tlsa = record->tlsa;
			row->about = record->source->text;
			row->not_after_utc_s = record->source->cert != NULL
				? record->source->cert->not_after_utc_s
				: DP_TIME_NONE;
		}
	}
	return DP_EXIT_OK;
}

/* A choice that was made for the user. */
static void note_owner(const struct dp_tlsa_job *job)
{
	const struct dp_source *own = &job->sources->own[0];
	char text[DP_NAME_TEXT_MAX];

	if (job->server.len == 0 && own->host_names > 1)
		dp_complain(
			"note: the records are for %s, the first of %zu host names in %s; --owner "
			"NAME makes them for another",
			dp_name_text(&own->owner, text), own->host_names, job->shown);
}

static void tell_notes(const struct dp_tlsa_job *job, const struct dp_generated_set *set,
	const struct dp_record_row *rows)
{
	const struct dp_name server = dp_name_parent(&rows[0].owner, 2); /* _25._tcp */
	const struct dp_advice_input input = {
		.set = set,
		.owner = &server,
		.mail = has_smtp(job),
		.now_utc_s = job->now_utc_s,
	};

	dp_generate_advice(&input, job->arena, job->sources);
	for (size_t i = 0; i < job->sources->note_count; i++)
		dp_complain("warning: %s", job->sources->notes[i]);
	note_owner(job);
}

int dp_tlsa_print(const struct dp_tlsa_job *job, struct dp_output *output)
{
	const struct dp_options *options = job->options;
	const struct dp_wanted wanted = { .usage = options->usage,
		.selector = options->selector,
		.matching = options->matching,
		.all = options->all_forms };
	struct dp_records_options how = { .ttl_s = options->ttl_s };
	struct dp_generated_set set;
	struct dp_record_row *rows;
	const char *why = dp_generate(job->sources, &wanted, job->arena, &set);
	struct dp_buf out;

	if (why != NULL)
		return dp_complain("%s %s", job->shown, why);
	rows = dp_arena_alloc(job->arena, set.count * job->port_count * sizeof(*rows));
	if (make_rows(job, &set, rows) != DP_EXIT_OK)
		return DP_EXIT_USAGE;
	how.comments = job->comments || set.count > 1;
	dp_buf_init(&out, job->arena);
	dp_records_write(&out, options->format != NULL ? options->format : "bind", rows,
		set.count * job->port_count, &how);
	tell_notes(job, &set, rows);
	return dp_output_add(output, out.data, out.len) ? DP_EXIT_OK : DP_EXIT_USAGE;
}

static int print_bundle(
	const struct dp_options *options, const char *path, const struct dp_bundle *bundle)
{
	struct dp_sources sources;
	struct dp_tlsa_job job = {
		.options = options,
		.arena = options->arena,
		.sources = &sources,
		.shown = dp_file_shown(options, path),
		.server = options->owner,
		.ports = options->port_count > 0 ? options->ports : &smtp_port,
		.port_count = options->port_count > 0 ? options->port_count : 1,
		.now_utc_s = options->clock_utc_s != DP_TIME_NONE ? options->clock_utc_s
								  : dp_port_utc_s(),
		.comments = options->verbose,
	};
	const char *why = dp_sources_of_bundle(bundle, options->arena, &sources);
	struct dp_output output;
	int status;

	if (why != NULL)
		return dp_complain("%s %s", job.shown, why);
	dp_output_open(&output, options);
	status = dp_tlsa_print(&job, &output);
	return status != DP_EXIT_OK ? status : dp_output_close(&output);
}

static int tlsa_of_file(const struct dp_options *options, const char *path)
{
	struct dp_bundle bundle;
	int status = dp_file_read(options, path, &bundle);

	if (status == DP_EXIT_OK) {
		dp_sandbox_enter(options, DP_SANDBOX_OFFLINE);
		status = print_bundle(options, path, &bundle);
	}
	dp_file_wipe(&bundle);
	return status;
}

/* An option that would change nothing hides a mistake. */
static const char *without_effect(const struct dp_options *options)
{
	static const char *const live[] = { "ipv4", "ipv6", "ehlo", "connect", "key-types",
		"resolver", "trust-anchor", "root-hints", "timeout", "deadline" };

	for (size_t i = 0; options->live == NULL && i < sizeof(live) / sizeof(live[0]); i++) {
		if (dp_options_typed(options, live[i]))
			return dp_arena_printf(options->arena,
				"--%s is for servers; type --live TARGET instead of a file, or "
				"leave it out",
				live[i]);
	}
	return NULL;
}

static int tlsa(const struct dp_options *options)
{
	const char *wrong = without_effect(options);

	if (wrong != NULL)
		return dp_complain("%s", wrong);
	if (options->live != NULL && options->target_count > 0)
		return dp_complain("--live takes the certificates from the server, not from "
				   "\"%s\"; leave out the one or the other",
			dp_output_shown(options, options->targets[0]));
	if (options->live != NULL)
		return dp_tlsa_live(options);
	if (options->target_count == 0)
		return dp_complain("no file; type the path of a certificate or key, as in "
				   "\"daneprobe tlsa fullchain.pem\", or --live and a mail domain");
	if (options->target_count > 1)
		return dp_complain("tlsa takes one file; type \"daneprobe tlsa %s\", then the next",
			dp_output_shown(options, options->targets[0]));
	return tlsa_of_file(options, options->targets[0]);
}

int dp_cmd_tlsa(char **args)
{
	return dp_command_run(DP_OF_TLSA, args, tlsa);
}
