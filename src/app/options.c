/* SPDX-License-Identifier: Apache-2.0 */
#include "app/options.h"

#include <string.h>

#include "app/option_table.h"
#include "base/text.h"

#define ENV_PREFIX "DANEPROBE_OPT_"
#define NAME_MAX_BYTES 32 /* longest long name with its NUL */
#define SHOWN_MAX 80      /* bytes of a wrong value that are repeated */
#define NAMES_MAX 96
#define HELP_COLUMN 26
#define WIDTH 80

/* One option as typed, with the text that names it in a message. */
struct given {
	const struct dp_option *option;
	const char *source;
	const char *value;
};

struct parser {
	enum dp_option_scope command;
	struct dp_options *options;
	struct dp_arena *arena;
	struct given *given;
	size_t given_count, given_cap;
	size_t typed; /* of them from the command line; the rest from the environment */
	size_t target_cap;
	const char *error;
};

const char *dp_options_command(enum dp_option_scope command)
{
	switch (command) {
	case DP_OF_CHECK: return "check";
	case DP_OF_CHAIN: return "chain";
	case DP_OF_TLSA: return "tlsa";
	case DP_OF_PLAN: return "plan";
	case DP_OF_SERVE: return "serve";
	case DP_OF_SURVEY: return "survey";
	}
	return "";
}

static const struct dp_option *find_long(unsigned commands, const char *name, size_t len)
{
	for (size_t i = 0; i < dp_option_count; i++) {
		const char *known = dp_option_table[i].name;

		if ((dp_option_table[i].commands & commands) != 0 && strlen(known) == len &&
			memcmp(known, name, len) == 0)
			return &dp_option_table[i];
	}
	return NULL;
}

static const struct dp_option *find_letter(unsigned commands, char letter)
{
	for (size_t i = 0; i < dp_option_count; i++) {
		if ((dp_option_table[i].commands & commands) != 0 &&
			dp_option_table[i].letter == letter)
			return &dp_option_table[i];
	}
	return NULL;
}

static const char *shown(struct parser *parser, const char *text)
{
	return dp_text_escape_utf8(parser->arena, text, strlen(text), SHOWN_MAX);
}

static void give(struct parser *parser, const struct dp_option *option, const char *source,
	const char *value)
{
	parser->given = dp_arena_grow(parser->arena, parser->given, parser->given_count,
		&parser->given_cap, sizeof(*parser->given));
	parser->given[parser->given_count++] = (struct given){ option, source, value };
}

/* An option of another command? Says of which. */
static bool misplaced_option(struct parser *parser, const char *word)
{
	const struct dp_option *option = strncmp(word, "--", 2) == 0
		? find_long(DP_OF_ALL, word + 2, strlen(word + 2))
		: NULL;
	unsigned of = option != NULL ? option->commands : 0;

	if (of == 0)
		return false;
	parser->error =
		dp_arena_printf(parser->arena, "%s has no option %s; it is one of \"daneprobe %s\"",
			dp_options_command(parser->command), shown(parser, word),
			dp_options_command((enum dp_option_scope)(of & (~of + 1))));
	return true;
}

static void unknown_option(struct parser *parser, const char *arg, size_t name_len)
{
	const char *names[NAMES_MAX + 1] = { NULL };
	const char *word = dp_arena_text(parser->arena, arg, name_len);
	const char *nearest = NULL;
	size_t count = 0;

	if (misplaced_option(parser, word))
		return;
	for (size_t i = 0; i < dp_option_count && count < NAMES_MAX; i++) {
		if ((dp_option_table[i].commands & (unsigned)parser->command) != 0)
			names[count++] = dp_option_table[i].name;
	}
	if (strncmp(word, "--", 2) == 0)
		nearest = dp_text_nearest(word + 2, names);
	if (nearest != NULL)
		parser->error = dp_arena_printf(parser->arena,
			"there is no option %s; did you mean --%s?", shown(parser, word), nearest);
	else
		parser->error = dp_arena_printf(parser->arena,
			"there is no option %s; \"daneprobe help %s\" lists the options",
			shown(parser, word), dp_options_command(parser->command));
}

static void needs_value(struct parser *parser, const struct dp_option *option, const char *source)
{
	parser->error = dp_arena_printf(
		parser->arena, "%s needs a value; type %s %s", source, source, option->argument);
}

/* "--name", "--name=value", "--name value". Returns the number of arguments used. */
static size_t take_long(struct parser *parser, char **args)
{
	const char *name = args[0] + 2;
	size_t len = strcspn(name, "=");
	const struct dp_option *option = find_long((unsigned)parser->command, name, len);
	const char *source = dp_arena_text(parser->arena, args[0], len + 2);
	const char *value = name[len] == '=' ? name + len + 1 : NULL;

	if (option == NULL) {
		unknown_option(parser, args[0], len + 2);
		return 1;
	}
	if (option->kind == DP_OPTION_FLAG) {
		if (value != NULL)
			parser->error = dp_arena_printf(
				parser->arena, "%s takes no value; type %s alone", source, source);
		give(parser, option, source, "1");
		return 1;
	}
	if (value != NULL) {
		give(parser, option, source, value);
		return 1;
	}
	if (args[1] == NULL) {
		needs_value(parser, option, source);
		return 1;
	}
	give(parser, option, source, args[1]);
	return 2;
}

/* "-q", "-qv", "-t10", "-t 10". */
static size_t take_letters(struct parser *parser, char **args)
{
	for (const char *at = args[0] + 1; *at != '\0' && parser->error == NULL; at++) {
		const struct dp_option *option = find_letter((unsigned)parser->command, *at);
		const char *source = dp_arena_printf(parser->arena, "-%c", *at);

		if (option == NULL) {
			unknown_option(parser, args[0], strlen(args[0]));
			return 1;
		}
		if (option->kind == DP_OPTION_FLAG) {
			give(parser, option, source, "1");
			continue;
		}
		if (at[1] != '\0') {
			give(parser, option, source, at + 1);
			return 1;
		}
		if (args[1] == NULL) {
			needs_value(parser, option, source);
			return 1;
		}
		give(parser, option, source, args[1]);
		return 2;
	}
	return 1;
}

static void add_target(struct parser *parser, char *arg)
{
	struct dp_options *options = parser->options;

	options->targets = dp_arena_grow(parser->arena, options->targets, options->target_count,
		&parser->target_cap, sizeof(*options->targets));
	options->targets[options->target_count++] = arg;
}

static void read_args(struct parser *parser, char **args)
{
	bool only_targets = false;

	while (*args != NULL && parser->error == NULL) {
		if (only_targets || args[0][0] != '-' || args[0][1] == '\0')
			add_target(parser, *args++);
		else if (strcmp(args[0], "--") == 0)
			only_targets = (args++, true);
		else if (args[0][1] == '-')
			args += take_long(parser, args);
		else
			args += take_letters(parser, args);
	}
}

/* "DANEPROBE_OPT_KEY_TYPES" for "key-types". */
static const char *env_name(
	const struct dp_option *option, char out[sizeof(ENV_PREFIX) + NAME_MAX_BYTES])
{
	size_t len = sizeof(ENV_PREFIX) - 1;

	memcpy(out, ENV_PREFIX, len);
	for (const char *c = option->name;
		*c != '\0' && len < sizeof(ENV_PREFIX) + NAME_MAX_BYTES - 1; c++)
		out[len++] = *c == '-' ? '_' : (char)(*c >= 'a' && *c <= 'z' ? *c - 'a' + 'A' : *c);
	out[len] = '\0';
	return out;
}

static void give_from_env(struct parser *parser, const struct dp_option *option, const char *source,
	const char *value)
{
	if (option->kind == DP_OPTION_FLAG) {
		if (strcmp(value, "1") == 0)
			give(parser, option, source, value);
		else if (strcmp(value, "0") != 0)
			parser->error = dp_arena_printf(parser->arena,
				"%s is \"%s\"; set it to 0 or 1", source, shown(parser, value));
		return;
	}
	if (option->kind == DP_OPTION_VALUE) {
		give(parser, option, source, value);
		return;
	}
	while (*value != '\0') {
		size_t len = strcspn(value, ",");

		if (len > 0)
			give(parser, option, source, dp_arena_text(parser->arena, value, len));
		value += len + (value[len] == ',');
	}
}

/* Defaults for the options that are not on the command line. An empty value is none: that is how
 * container tools unset a variable. */
static void read_environment(struct parser *parser, char **environment)
{
	char name[sizeof(ENV_PREFIX) + NAME_MAX_BYTES];

	for (size_t i = 0; i < dp_option_count && parser->error == NULL; i++) {
		const struct dp_option *option = &dp_option_table[i];
		size_t len = strlen(env_name(option, name));
		bool on_line = (option->commands & (unsigned)parser->command) == 0;

		for (size_t g = 0; g < parser->typed; g++)
			on_line = on_line || parser->given[g].option == option;
		for (char **e = environment; *e != NULL && !on_line; e++) {
			if (strncmp(*e, name, len) != 0 || (*e)[len] != '=' ||
				(*e)[len + 1] == '\0')
				continue;
			give_from_env(parser, option, dp_arena_text(parser->arena, name, len),
				*e + len + 1);
			break;
		}
	}
}

static void apply_given(struct parser *parser, size_t from, size_t to)
{
	for (size_t i = from; i < to && parser->error == NULL; i++) {
		const struct given *given = &parser->given[i];
		const char *wrong = given->option->apply(parser->options, given->value);

		if (wrong != NULL)
			parser->error = dp_arena_printf(parser->arena, "%s \"%s\" %s",
				given->source, shown(parser, given->value), wrong);
	}
}

static struct dp_options *defaults(struct dp_arena *arena)
{
	struct dp_options *options = dp_arena_alloc(arena, sizeof(*options));

	options->arena = arena;
	options->want_v4 = options->want_v6 = true;
	options->port = 25;
	options->cert_warning_s = options->rrsig_warning_s = -1;
	options->at_utc_s = options->clock_utc_s = options->since_utc_s = DP_TIME_NONE;
	options->timeout_ms = 10 * 1000;
	options->deadline_ms = 120 * 1000;
	options->interval_ms = 5 * 1000;
	options->usage = options->selector = options->matching = -1;
	options->ttl_s = -1;
	options->max_probes = 8;
	options->max_queue = 64;
	options->min_interval_ms = 10 * 1000;
	options->survey = (struct dp_survey_options){ .jobs = 100,
		.limits = { .per_host = 4, .per_address = 2 } };
	options->report = dp_report_find("text");
	return options;
}

bool dp_options_typed(const struct dp_options *options, const char *name)
{
	for (size_t i = 0; i < options->typed_count; i++) {
		if (strcmp(options->typed[i], name) == 0)
			return true;
	}
	return false;
}

/* What stands on the command line, for commands where it may be out of place; a variable is for
 * many runs. */
static void note_typed(struct parser *parser)
{
	struct dp_options *options = parser->options;

	parser->typed = parser->given_count;
	options->typed =
		dp_arena_alloc(parser->arena, (parser->typed + 1) * sizeof(*options->typed));
	for (size_t i = 0; i < parser->typed; i++)
		options->typed[options->typed_count++] = parser->given[i].option->name;
}

struct dp_options *dp_options_parse(enum dp_option_scope command, char **args, char **environment,
	struct dp_arena *arena, const char **error)
{
	struct parser parser = { .command = command, .options = defaults(arena), .arena = arena };

	read_args(&parser, args);
	note_typed(&parser);
	if (parser.error == NULL)
		read_environment(&parser, environment);
	/* The command line last, so that its -6 wins over a -4 of the environment. */
	apply_given(&parser, parser.typed, parser.given_count);
	apply_given(&parser, 0, parser.typed);
	*error = parser.error;
	return parser.error == NULL ? parser.options : NULL;
}

/* Text wrapped at WIDTH, every line but the first indented to column. */
static void wrapped(struct dp_buf *out, const char *text, size_t at, size_t column)
{
	while (*text != '\0') {
		size_t len = strcspn(text, " ");

		if (at > column && at + 1 + len > WIDTH) {
			dp_buf_printf(out, "\n%*s", (int)column, "");
			at = column;
		} else if (at > column) {
			dp_buf_char(out, ' ');
			at++;
		}
		dp_buf_bytes(out, text, len);
		at += len;
		text += len + (text[len] == ' ');
	}
	dp_buf_char(out, '\n');
}

void dp_options_help(struct dp_buf *out, enum dp_option_scope command)
{
	for (size_t i = 0; i < dp_option_count; i++) {
		const struct dp_option *option = &dp_option_table[i];
		size_t start = out->len;

		if ((option->commands & (unsigned)command) == 0)
			continue;
		if (option->letter != 0)
			dp_buf_printf(out, "  -%c, --%s", option->letter, option->name);
		else
			dp_buf_printf(out, "      --%s", option->name);
		if (option->argument != NULL)
			dp_buf_printf(out, " %s", option->argument);
		size_t used = out->len - start;

		if (used + 2 > HELP_COLUMN)
			dp_buf_printf(out, "\n%*s", HELP_COLUMN, "");
		else
			dp_buf_printf(out, "%*s", (int)(HELP_COLUMN - used), "");
		wrapped(out, option->help, HELP_COLUMN, HELP_COLUMN);
	}
}
