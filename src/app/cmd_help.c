/* SPDX-License-Identifier: Apache-2.0 */
#include "app/commands.h"

#include <string.h>

#include "app/options.h"

static const char check_head[] =
	"usage: daneprobe check [OPTION]... TARGET...\n"
	"\n"
	"Would a sender that validates DANE deliver here, and if not, what must change?\n"
	"\n"
	"TARGET\n"
	"  example.org             a mail domain: its MX hosts, all addresses, port 25\n"
	"  smtp://mx.example.org   one server; smtp://HOST:PORT for another port than 25\n"
	"  bücher.example          in lower case, or as A-label: xn--bcher-kva.example\n"
	"\n"
	"OPTION (defaults in parentheses)\n";

static const char check_tail[] =
	"\n"
	"Every option has a variable of its long name, DANEPROBE_OPT_KEY_TYPES=any for\n"
	"one: flags are 0 or 1, repeatable ones have commas between. The command line\n"
	"wins. NO_COLOR turns colours off.\n"
	"\n"
	"Exit status, the worst of all targets (2 before 3 before 1 before 0)\n"
	"  nagios  0 verified; 1 verified, with warnings; 2 failed, unauthenticated,\n"
	"          no-dane, no-mail; 3 undetermined, interrupted, wrong usage\n"
	"  simple  0 verified, with or without warnings; 1 the 2 of nagios; 3 the same\n";

static const char version_text[] =
	"usage: daneprobe version\n"
	"\n"
	"Prints the version of daneprobe and of every library in it, and the built-in\n"
	"trust anchors.\n";

static const char help_text[] = "usage: daneprobe help [COMMAND]\n"
				"\n"
				"Lists the commands, or tells all about one.\n";

static void list_commands(struct dp_buf *out)
{
	dp_buf_text(out, "usage: daneprobe COMMAND [ARGUMENT]...\n\n");
	for (const struct dp_command *command = dp_commands; command->name != NULL; command++)
		dp_buf_printf(out, "  %-9s%s\n", command->name, command->help);
	dp_buf_text(out, "\n\"daneprobe help COMMAND\" tells more.\n");
}

int dp_help_print(const char *command)
{
	struct dp_arena *arena = dp_arena_open();
	struct dp_buf out;

	dp_buf_init(&out, arena);
	if (command != NULL && strcmp(command, "check") == 0) {
		dp_buf_text(&out, check_head);
		dp_options_help(&out);
		dp_buf_text(&out, check_tail);
	} else if (command != NULL && strcmp(command, "version") == 0) {
		dp_buf_text(&out, version_text);
	} else if (command != NULL && strcmp(command, "help") == 0) {
		dp_buf_text(&out, help_text);
	} else {
		list_commands(&out);
	}
	int status = dp_print(out.data);

	dp_arena_close(arena);
	return status;
}

int dp_cmd_help(char **args)
{
	if (args[0] != NULL && args[1] != NULL)
		return dp_complain("help takes one command; type \"daneprobe help %s\"", "check");
	for (const struct dp_command *command = dp_commands;
		args[0] != NULL && command->name != NULL; command++) {
		if (strcmp(command->name, args[0]) == 0)
			return dp_help_print(args[0]);
	}
	if (args[0] == NULL)
		return dp_help_print(NULL);
	return dp_complain(
		"there is no command of that name to help with; type \"daneprobe help\" for the "
		"list");
}
