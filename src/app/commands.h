/* SPDX-License-Identifier: Apache-2.0 */
/* The subcommands: a row each in main.c, a file each in cmd_*.c. */
#ifndef DP_APP_COMMANDS_H
#define DP_APP_COMMANDS_H

#include <stddef.h>

#include "app/options.h"

/* Exit statuses with a name, nagios style. */
#define DP_EXIT_OK 0
#define DP_EXIT_WARNED 1
#define DP_EXIT_USAGE 3

struct dp_command {
	const char *name;
	const char *help; /* one line */
	/* args: behind the command, NULL-terminated. Returns the exit status. */
	int (*run)(char **args);
};

/* Ends with a row without a name; in main.c. */
extern const struct dp_command dp_commands[];

int dp_cmd_check(char **args);
int dp_cmd_chain(char **args);
int dp_cmd_tlsa(char **args);
int dp_cmd_plan(char **args);
int dp_cmd_survey(char **args);
int dp_cmd_serve(char **args);
int dp_cmd_version(char **args);
int dp_cmd_help(char **args);

/* What most commands do with args: read the options, tell what is wrong with them or print the
 * help, else run. Returns the exit status. */
int dp_command_run(
	enum dp_option_scope command, char **args, int (*run)(const struct dp_options *options));

/* The help of a command; NULL or an unknown name: the list of commands. Returns the exit status. */
int dp_help_print(const char *command);

/* Write text to standard output. Returns 0, or 3 after a line on stderr when it cannot be
 * written. */
int dp_print(const char *text);

int dp_print_bytes(const char *data, size_t len);

/* One line on stderr, "daneprobe: " before it. Returns DP_EXIT_USAGE. */
int dp_complain(const char *format, ...) __attribute__((format(printf, 1, 2)));

#endif
