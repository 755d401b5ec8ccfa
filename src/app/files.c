/* SPDX-License-Identifier: Apache-2.0 */
#include "app/files.h"

#include <string.h>

#include "app/commands.h"
#include "app/output.h"
#include "port/port.h"

const char *dp_file_shown(const struct dp_options *options, const char *path)
{
	if (path[0] == '\0')
		return "\"\"";
	return strcmp(path, "-") == 0 ? "standard input" : dp_output_shown(options, path);
}

/* What to do about a file that cannot be read. */
static const char *advice(enum dp_status status)
{
	switch (status) {
	case DP_NOT_FOUND: return "does not exist; type the path of a certificate or key file";
	case DP_DENIED:
		return "may not be read by this user; run daneprobe as one who may, or give a copy";
	case DP_TOO_LARGE:
		return "is larger than 4 MiB; give the file of one server's certificates";
	case DP_INVALID:
		return "is a folder or no ordinary file; type the path of the file in it, as in "
		       "fullchain.pem";
	case DP_OK:
	case DP_AGAIN:
	case DP_TIMEOUT:
	case DP_REFUSED:
	case DP_RESET:
	case DP_CLOSED:
	case DP_UNREACHABLE:
	case DP_NO_ROUTE:
	case DP_NO_RESOURCE:
	case DP_CANCELLED: break;
	}
	return "cannot be read; give a copy of it";
}

int dp_file_spared(const struct dp_options *options, const char *path)
{
	if (options->output_path == NULL || strcmp(path, "-") == 0 ||
		!dp_port_same_file(options->output_path, path))
		return DP_EXIT_OK;
	return dp_complain(
		"--output-file would overwrite %s, which is read; type another path for the "
		"report",
		dp_file_shown(options, path));
}

int dp_file_read(const struct dp_options *options, const char *path, struct dp_bundle *bundle)
{
	const char *shown = dp_file_shown(options, path), *why;
	enum dp_status status;
	char *data;
	size_t len;

	memset(bundle, 0, sizeof(*bundle));
	if (dp_file_spared(options, path) != DP_EXIT_OK)
		return DP_EXIT_USAGE;
	status = dp_port_read_file(path, DP_BUNDLE_MAX_BYTES, options->arena, &data, &len);
	if (status != DP_OK)
		return dp_complain("%s %s", shown, advice(status));
	why = dp_bundle_read(data, len, options->arena, bundle);
	if (why == NULL)
		why = dp_bundle_wrong(bundle, options->arena);
	return why == NULL ? DP_EXIT_OK : dp_complain("%s %s", shown, why);
}

void dp_file_wipe(struct dp_bundle *bundle)
{
	/* what dp_file_read took from the arena is ours to change */
	dp_bundle_wipe(bundle, (char *)(uintptr_t)bundle->data);
}
