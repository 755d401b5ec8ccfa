/* SPDX-License-Identifier: Apache-2.0 */
/* --tlsa and --tlsa-file of the command chain. */
#include <string.h>

#include "app/chain.h"
#include "app/commands.h"
#include "app/files.h"
#include "dane/records_file.h"
#include "port/port.h"

static int read_file(
	const struct dp_options *options, const char *path, struct dp_records_file *file)
{
	const char *shown = dp_file_shown(options, path), *wrong;
	enum dp_status status;
	char *data;
	size_t len;

	if (dp_file_spared(options, path) != DP_EXIT_OK)
		return DP_EXIT_USAGE;
	status = dp_port_read_file(path, DP_RECORDS_FILE_MAX_BYTES, options->arena, &data, &len);
	if (status == DP_NOT_FOUND)
		return dp_complain(
			"--tlsa-file \"%s\" does not exist; type the path of a zone file, or of what "
			"dig printed",
			shown);
	if (status != DP_OK)
		return dp_complain(
			"--tlsa-file \"%s\" cannot be read (%s); type the path of a file "
			"that can, of at most 8 MiB",
			shown, dp_status_text(status));
	wrong = dp_records_file_read(data, len, options->arena, file);
	return wrong == NULL ? DP_EXIT_OK : dp_complain("--tlsa-file \"%s\" %s", shown, wrong);
}

static int take_files(struct dp_chain_run *run)
{
	const struct dp_options *options = run->options;
	struct dp_records_file file = { 0 };
	struct dp_tlsa *chosen;
	struct dp_name owner, host;
	const char *wrong;
	size_t count;

	for (size_t i = 0; i < options->tlsa_path_count; i++) {
		if (read_file(options, options->tlsa_paths[i], &file) != DP_EXIT_OK)
			return DP_EXIT_USAGE;
	}
	wrong = dp_records_file_choose(
		&file, &run->host, run->port, options->arena, &chosen, &count, &owner);
	if (wrong != NULL)
		return dp_complain("the TLSA records %s", wrong);
	if (count + run->record_count > DP_TLSA_MAX)
		return dp_complain(
			"--tlsa and --tlsa-file give more than %d records; leave some out",
			DP_TLSA_MAX);
	memcpy(run->records + run->record_count, chosen, count * sizeof(*chosen));
	run->record_count += count;
	if (run->host.len == 0 && dp_records_file_host(&owner, &host))
		run->host = host;
	if (owner.len > 0 && !dp_records_file_port(&owner, &run->port))
		return dp_complain("the TLSA records are not those of a port; type --host NAME of "
				   "the server");
	return DP_EXIT_OK;
}

int dp_chain_records(struct dp_chain_run *run)
{
	const struct dp_options *options = run->options;
	int status = DP_EXIT_OK;

	run->host = options->host;
	run->port = options->port;
	if (options->record_count == 0 && options->tlsa_path_count == 0)
		return DP_EXIT_OK;
	run->records = dp_arena_alloc(options->arena, DP_TLSA_MAX * sizeof(*run->records));
	if (options->record_count > 0)
		memcpy(run->records, options->records,
			options->record_count * sizeof(*run->records));
	run->record_count = options->record_count;
	if (options->tlsa_path_count > 0)
		status = take_files(run);
	dp_tlsa_classify(run->records, run->record_count, false);
	return status;
}
