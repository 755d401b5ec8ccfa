/* SPDX-License-Identifier: Apache-2.0 */
#include "app/commands.h"
#include "port/port.h"

int dp_command_run(
	enum dp_option_scope command, char **args, int (*run)(const struct dp_options *options))
{
	struct dp_arena *arena = dp_arena_open();
	const char *error;
	const struct dp_options *options =
		dp_options_parse(command, args, dp_port_environment(), arena, &error);
	int status;

	if (options == NULL)
		status = dp_complain("%s", error);
	else if (options->help)
		status = dp_help_print(dp_options_command(command));
	else
		status = run(options);
	dp_arena_close(arena);
	return status;
}
