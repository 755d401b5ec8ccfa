/* SPDX-License-Identifier: Apache-2.0 */
#include "app/sandbox.h"

#include "app/commands.h"
#include "net/resolv_conf.h"
#include "port/port.h"

#define PATHS_MAX 2

/* What is opened again for each attempt, and by libunbound when it is first asked. */
static size_t to_read(const struct dp_options *options, const char **paths)
{
	size_t count = 0;

	if (options->resolver_mode == DP_RESOLVER_AUTO ||
		options->resolver_mode == DP_RESOLVER_SYSTEM)
		paths[count++] = DP_RESOLV_CONF;
	if (options->root_hints_path != NULL)
		paths[count++] = options->root_hints_path;
	return count;
}

/* --complete writes before the sandbox is entered. */
static size_t to_write(const struct dp_options *options, const char **paths)
{
	size_t count = 0;

	if (options->output_path != NULL)
		paths[count++] = options->output_path;
	return count;
}

static void tell_missing(unsigned parts)
{
	const bool files = (parts & DP_SANDBOX_FILES) != 0;

	if (parts == DP_SANDBOX_ALL)
		return;
	if (parts == 0)
		dp_complain("note: no sandbox: this build (not musl) or this system has none");
	else if ((parts & DP_SANDBOX_CALLS) != 0)
		dp_complain(
			"note: sandbox without Landlock: this kernel does not have or allow it");
	else
		dp_complain(
			"note: sandbox without seccomp%s: this kernel does not have or allow it",
			files ? "" : " and Landlock");
}

void dp_sandbox_enter(const struct dp_options *options, enum dp_sandbox_use use)
{
	const char *read[PATHS_MAX], *write[PATHS_MAX];
	struct dp_sandbox want = {
		.network = use != DP_SANDBOX_OFFLINE,
		.listens = use == DP_SANDBOX_SERVE,
		.read = read,
		.write = write,
	};

	if (options->no_sandbox)
		return;
	if (want.network)
		want.read_count = to_read(options, read);
	want.write_count = to_write(options, write);
	unsigned parts = dp_port_sandbox(&want);

	if (options->verbose)
		tell_missing(parts);
}
