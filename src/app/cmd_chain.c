/* SPDX-License-Identifier: Apache-2.0 */
#include "app/commands.h"

static int chain(const struct dp_options *options)
{
	(void)options;
	return dp_complain("not there yet");
}

int dp_cmd_chain(char **args)
{
	return dp_command_run(DP_OF_CHAIN, args, chain);
}
