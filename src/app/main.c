/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "app/commands.h"
#include "base/text.h"
#include "port/port.h"

#define SHOWN_MAX 80
#define COMMANDS_MAX 16

const struct dp_command dp_commands[] = {
	{ "check", "verify mail domains and servers, live", dp_cmd_check },
	{ "chain", "check a certificate chain file, compare it with records, complete it",
		dp_cmd_chain },
	{ "tlsa", "print the TLSA records of certificates, keys or servers", dp_cmd_tlsa },
	{ "plan", "is it safe to deploy this chain now, and if not, what to do when", dp_cmd_plan },
	{ "survey", "verify many mail domains and servers, one line of JSON each", dp_cmd_survey },
	{ "serve", "answer Prometheus over HTTP: one probe a scrape", dp_cmd_serve },
	{ "version", "print the versions of everything in this program", dp_cmd_version },
	{ "help", "print this, or all about a command", dp_cmd_help },
	{ NULL, NULL, NULL },
};

/* As other programs have it. */
static const char *plain_word(const char *word)
{
	if (strcmp(word, "--help") == 0 || strcmp(word, "-h") == 0)
		return "help";
	return strcmp(word, "--version") == 0 ? "version" : word;
}

static int unknown_command(const char *word)
{
	struct dp_arena *arena = dp_arena_open();
	const char *names[COMMANDS_MAX] = { NULL };
	const char *shown = dp_text_escape_utf8(arena, word, strlen(word), SHOWN_MAX);
	const char *nearest;
	int status;

	for (size_t i = 0; i < COMMANDS_MAX - 1 && dp_commands[i].name != NULL; i++)
		names[i] = dp_commands[i].name;
	nearest = dp_text_nearest(word, names);
	if (nearest != NULL)
		status = dp_complain("there is no command \"%s\"; did you mean \"daneprobe %s\"?",
			shown, nearest);
	else if (word[0] == '-')
		status = dp_complain(
			"options go behind the command; type \"daneprobe check %s ...\"", shown);
	else if (strchr(word, '.') != NULL)
		status = dp_complain(
			"\"%s\" is no command; type \"daneprobe check %s\"", shown, shown);
	else
		status = dp_complain(
			"there is no command \"%s\"; type \"daneprobe help\" for the list", shown);
	dp_arena_close(arena);
	return status;
}

int main(int argc, char **argv)
{
	dp_port_prepare();
	if (argc < 2)
		return dp_complain(
			"no command; type \"daneprobe check example.org\", or \"daneprobe help\"");
	const char *word = plain_word(argv[1]);

	for (const struct dp_command *command = dp_commands; command->name != NULL; command++) {
		if (strcmp(command->name, word) == 0)
			return command->run(argv + 2);
	}
	return unknown_command(argv[1]);
}
