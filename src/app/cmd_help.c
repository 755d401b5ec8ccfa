/* SPDX-License-Identifier: Apache-2.0 */
#include "app/commands.h"

#include <string.h>

#include "app/options.h"
#include "app/target.h"

static const char check_head[] =
	"usage: daneprobe check [OPTION]... TARGET...\n"
	"\n"
	"Would a sender that validates DANE deliver here, and if not, what must change?\n"
	"\n"
	"TARGET\n"
	"  example.org             a mail domain: its MX hosts, all addresses, port 25\n"
	"  smtp://mx.example.org   one server; smtp://HOST:PORT for another port than 25\n"
	"  imaps://mx.example.org  another service, by its scheme: the list is below\n"
	"  srv:_imaps._tcp.example.org\n"
	"                          a service, at the servers that its SRV records name\n"
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

static const char chain_head[] =
	"usage: daneprobe chain [OPTION]... FILE\n"
	"\n"
	"Is the certificate chain in FILE complete, and what records would it satisfy?\n"
	"With --tlsa, --tlsa-file or --live: would it match those? With --complete: add\n"
	"what is missing.\n"
	"\n"
	"OPTION (defaults in parentheses)\n";

static const char chain_tail[] =
	"\n"
	"FILE is PEM, in any order, with keys and text between, or DER; - is standard\n"
	"input. The order is found by signatures, not by names. Of two chains, each with\n"
	"its key (Postfix: smtpd_tls_chain_files), each is looked at, completed, and\n"
	"compared; both must match.\n"
	"\n"
	"TLSA files are zone files, or what dig, delv, kdig, drill, host or nslookup\n"
	"print; aliases and wildcards in them are followed. Of several names in these\n"
	"--host and --port choose; without --host there must be one name only. Without\n"
	"any name of the server, names are not compared.\n"
	"\n"
	"--complete writes OUT in one step and keeps its mode; links are followed. A\n"
	"private key in it is never readable to more users than FILE is. Nothing is\n"
	"written when an issuer is not known. It adds what the records pin, else the\n"
	"fewest certificates. OUT is - for standard output; the report goes to standard\n"
	"error then.\n"
	"\n"
	"Exit status\n"
	"  without records  0: all certificates are readable, in the order in which TLS\n"
	"                   sends them, in force, and complete: up to a root, or to a CA\n"
	"                   whose issuer is a known root; and a private key in FILE and\n"
	"                   --host fit. 2: something of that is not so\n"
	"  with records     as check: 0 verified; 1 verified, with warnings; 2 failed,\n"
	"                   unauthenticated, no-dane, no-mail; 3 undetermined\n"
	"  --complete       2: an issuer is not known; else as above, of OUT\n"
	"  always           3: wrong usage, a file that cannot be read or written\n"
	"  --exit simple    0 for 0 and 1, 1 for 2, 3 for 3\n"
	"\n"
	"Every option has a variable of its long name, DANEPROBE_OPT_TIMEOUT=5 for one.\n";

static const char tlsa_head[] =
	"usage: daneprobe tlsa [OPTION]... FILE\n"
	"       daneprobe tlsa [OPTION]... --live TARGET\n"
	"\n"
	"Prints the TLSA records of a certificate, key or request (CSR), or of a server.\n"
	"\n"
	"OPTION (defaults in parentheses)\n";

static const char tlsa_tail[] =
	"\n"
	"FILE is PEM, in any order, with keys and text between, or DER; - is standard\n"
	"input. Usages 3 and 1 are about the server's own certificate, and 2 and 0 about\n"
	"its issuers: one record for each of them in FILE, roots last. Any one that the\n"
	"server sends is enough. Private keys are read for their public part alone. With\n"
	"--live, the records are for the names and ports of the target.\n"
	"\n"
	"JSON is one object a record and line. What will not last, or is not understood\n"
	"everywhere, is told on standard error, and changes nothing.\n"
	"\n"
	"Every option has a variable of its long name, DANEPROBE_OPT_TTL=3600 for one.\n"
	"\n"
	"Exit status: 0, also with warnings; 3 when there is nothing to make records of,\n"
	"or (--live) not every certificate could be seen.\n";

static const char plan_head[] =
	"usage: daneprobe plan [OPTION]... --new FILE TARGET\n"
	"\n"
	"Is it safe to deploy the certificates in FILE now? If not, what to do when?\n"
	"\n"
	"OPTION (defaults in parentheses)\n";

static const char plan_tail[] =
	"\n"
	"Caches hold a record set for its TTL. Deploying is safe when what they may still\n"
	"hold vouches for the new certificate, too: because whatever vouches for what is\n"
	"served does (the same key, for one), or because its record is old enough at all\n"
	"name servers, twice the TTL (RFC 7671 s8.1), which --since says. A file with the\n"
	"certificate of one key type leaves the server's other certificate in place.\n"
	"\n"
	"Every option has a variable of its long name, DANEPROBE_OPT_TIMEOUT=5 for one.\n"
	"\n"
	"Exit status, with --exit simple in parentheses: 0 safe; 2 (1) not safe, the steps\n"
	"say what first and when; 3 could not be found out.\n";

static const char survey_head[] =
	"usage: daneprobe survey [OPTION]... [FILE]\n"
	"\n"
	"Checks many mail domains and servers: targets as for \"daneprobe check\", one a\n"
	"line, from FILE or standard input; results as they come, one line of JSON each:\n"
	"that of \"check -o json\", with index, the number of the line.\n"
	"\n"
	"OPTION (defaults in parentheses)\n";

static const char survey_tail[] =
	"\n"
	"Blank lines, and what follows a # behind a blank or at the beginning, are passed\n"
	"over. A line that is no target is a result, too, with error. Mail hosts that\n"
	"several domains name are looked at once while remembered; checked says\n"
	"when. The limits on connections hold for all processes together, if they are as\n"
	"many.\n"
	"\n"
	"  daneprobe survey domains.txt > results.jsonl\n"
	"  daneprobe survey --resume results.jsonl domains.txt >> results.jsonl\n"
	"\n"
	"The second goes on where the first was stopped, and cuts off a last line that is\n"
	"torn. SIGINT and SIGTERM let what is under way end; a second one does not.\n"
	"Parts (--shard) go by the FNV-1a hash, 64 bits, of the domain in lower case, as\n"
	"A-labels, without a final dot, modulo N.\n"
	"\n"
	"Every option has a variable of its long name, DANEPROBE_OPT_JOBS=500 for one.\n"
	"\n"
	"Exit status: 0 all lines were done, whatever came out; 3 wrong usage, stopped by\n"
	"a signal, or standard output could not be written.\n";

static const char serve_head[] =
	"usage: daneprobe serve [OPTION]...\n"
	"       daneprobe serve --ping [--listen ADDR:PORT]\n"
	"\n"
	"Answers Prometheus over HTTP until SIGTERM, which lets probes under way end.\n"
	"\n"
	"  /probe?target=TARGET    probes a mail domain or server, as \"daneprobe check\"\n"
	"                          does; 200 with probe_success 0 or 1 whatever comes out\n"
	"  /metrics                of this process\n"
	"  /healthz                200, or 503 while it ends\n"
	"\n"
	"A probe ends half a second before the scraper's own timeout, which Prometheus\n"
	"sends along (10 seconds if it does not). Answers of the DNS are kept for a\n"
	"minute. Servers are probed on the ports of the known protocols only. Who can\n"
	"reach this port can have it probe: let --listen and --allow-target say who, and\n"
	"what; targets may resolve to private addresses, too.\n"
	"\n"
	"OPTION (defaults in parentheses)\n";

static const char serve_tail[] =
	"\n"
	"Every option has a variable of its long name, DANEPROBE_OPT_LISTEN for one.\n"
	"Sockets passed by systemd (LISTEN_FDS) take the place of the default --listen.\n"
	"\n"
	"Exit status: 0 after SIGTERM or SIGINT; 3 when it cannot begin, or after a second\n"
	"signal. --ping: 0 it is well, 1 it is not or does not answer.\n";

/* What stands before and behind the options of a command. */
struct help {
	const char *command;
	unsigned scope; /* 0: it has no options */
	const char *head, *tail;
};

static const struct help helps[] = {
	{ "check", DP_OF_CHECK, check_head, check_tail },
	{ "chain", DP_OF_CHAIN, chain_head, chain_tail },
	{ "tlsa", DP_OF_TLSA, tlsa_head, tlsa_tail },
	{ "plan", DP_OF_PLAN, plan_head, plan_tail },
	{ "survey", DP_OF_SURVEY, survey_head, survey_tail },
	{ "serve", DP_OF_SERVE, serve_head, serve_tail },
	{ "version", 0, version_text, "" },
	{ "help", 0, help_text, "" },
};

static void list_commands(struct dp_buf *out)
{
	dp_buf_text(out, "usage: daneprobe COMMAND [ARGUMENT]...\n\n");
	for (const struct dp_command *command = dp_commands; command->name != NULL; command++)
		dp_buf_printf(out, "  %-9s%s\n", command->name, command->help);
	dp_buf_text(out, "\n\"daneprobe help COMMAND\" tells more.\n");
}

static const struct help *find_help(const char *command)
{
	for (size_t i = 0; command != NULL && i < sizeof(helps) / sizeof(helps[0]); i++) {
		if (strcmp(command, helps[i].command) == 0)
			return &helps[i];
	}
	return NULL;
}

int dp_help_print(const char *command)
{
	struct dp_arena *arena = dp_arena_open();
	const struct help *help = find_help(command);
	struct dp_buf out;
	int status;

	dp_buf_init(&out, arena);
	if (help == NULL) {
		list_commands(&out);
	} else {
		dp_buf_text(&out, help->head);
		if (help->scope != 0)
			dp_options_help(&out, (enum dp_option_scope)help->scope);
		if (help->scope == DP_OF_CHECK)
			dp_target_help(&out);
		dp_buf_text(&out, help->tail);
	}
	status = dp_print(out.data);
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
