/* SPDX-License-Identifier: Apache-2.0 */
#include "app/option_table.h"

#include <string.h>

#include "base/text.h"

#define TIMEOUT_LEAST_MS 100
#define TIMEOUT_MOST_MS (3600 * 1000)
#define DEADLINE_MOST_MS (24 * 3600 * 1000)
#define WAIT_MOST_MS (20ll * 24 * 3600 * 1000)
#define WARNING_MOST_DAYS 36500
#define DAY_S 86400
#define HELLO_MAX 255 /* RFC 5321 s4.5.3.1.2 */

/* Commands that judge what they find, and those of a group that come to an end by themselves. */
#define JUDGED (DP_OF_CHECK | DP_OF_CHAIN | DP_OF_PLAN | DP_OF_SERVE | DP_OF_SURVEY)
#define ENDING(group) ((group) & ~(unsigned)DP_OF_SERVE)

static const char *apply_ipv4(struct dp_options *options, const char *value)
{
	(void)value;
	options->want_v4 = true;
	options->want_v6 = false;
	return NULL;
}

static const char *apply_ipv6(struct dp_options *options, const char *value)
{
	(void)value;
	options->want_v4 = false;
	options->want_v6 = true;
	return NULL;
}

static const char *apply_port(struct dp_options *options, const char *value)
{
	uint64_t port;

	if (!dp_text_number(value, 1, UINT16_MAX, &port))
		return "is no port; type a number from 1 to 65535";
	options->port = (uint16_t)port;
	return NULL;
}

/* Anything that a server may be told; what it must not do is to add to the dialogue. */
static const char *apply_ehlo(struct dp_options *options, const char *value)
{
	size_t len = strlen(value);

	for (size_t i = 0; i < len; i++) {
		if (value[i] <= ' ' || value[i] > '~')
			return "cannot stand in EHLO; type a host name, or an address literal "
			       "such as [192.0.2.1]";
	}
	if (len == 0 || len > HELLO_MAX)
		return "cannot stand in EHLO; type a host name of at most 255 characters";
	options->hello = value;
	return NULL;
}

static const char *apply_next_hop(struct dp_options *options, const char *value)
{
	return dp_option_name(value, &options->next_hop);
}

static const char *apply_key_types(struct dp_options *options, const char *value)
{
	if (strcmp(value, "auto") == 0)
		options->key_types = DP_KEY_TYPES_AUTO;
	else if (strcmp(value, "any") == 0)
		options->key_types = DP_KEY_TYPES_ANY;
	else if (strcmp(value, "both") == 0)
		options->key_types = DP_KEY_TYPES_BOTH;
	else
		return "is no choice of key types; type auto, any or both";
	return NULL;
}

static bool read_time(const char *value, int64_t least_ms, int64_t most_ms, unsigned *out)
{
	int64_t ms = dp_text_duration_ms(value);

	if (ms < least_ms || ms > most_ms)
		return false;
	*out = (unsigned)ms;
	return true;
}

static const char *apply_timeout(struct dp_options *options, const char *value)
{
	return read_time(value, TIMEOUT_LEAST_MS, TIMEOUT_MOST_MS, &options->timeout_ms)
		? NULL
		: "is no time from 0.1 seconds to 1 hour; type seconds, as in 10 or 2.5";
}

static const char *apply_deadline(struct dp_options *options, const char *value)
{
	return read_time(value, TIMEOUT_LEAST_MS, DEADLINE_MOST_MS, &options->deadline_ms)
		? NULL
		: "is no time from 0.1 seconds to 1 day; type seconds, as in 120, or 5m";
}

static const char *apply_wait(struct dp_options *options, const char *value)
{
	return read_time(value, TIMEOUT_LEAST_MS, WAIT_MOST_MS, &options->wait_ms)
		? NULL
		: "is no time from 0.1 seconds to 20 days; type one, as in 90, 10m or 2h";
}

static const char *apply_interval(struct dp_options *options, const char *value)
{
	return read_time(value, TIMEOUT_LEAST_MS, DEADLINE_MOST_MS, &options->interval_ms)
		? NULL
		: "is no time from 0.1 seconds to 1 day; type one, as in 5 or 1m";
}

static bool read_days(const char *value, int64_t *out_s)
{
	uint64_t days;

	if (!dp_text_number(value, 0, WARNING_MOST_DAYS, &days))
		return false;
	*out_s = (int64_t)days * DAY_S;
	return true;
}

static const char *apply_cert_warning(struct dp_options *options, const char *value)
{
	return read_days(value, &options->cert_warning_s)
		? NULL
		: "is no number of days; type one, as in 14";
}

static const char *apply_rrsig_warning(struct dp_options *options, const char *value)
{
	return read_days(value, &options->rrsig_warning_s)
		? NULL
		: "is no number of days; type one, as in 2";
}

static const char *apply_down(struct dp_options *options, const char *value)
{
	struct dp_name name;
	const char *why = dp_option_name(value, &name);

	if (why != NULL)
		return why;
	options->down = dp_option_append(
		options->arena, options->down, options->down_count++, &name, sizeof(name));
	return NULL;
}

static const char *apply_all_nameservers(struct dp_options *options, const char *value)
{
	(void)value;
	options->all_nameservers = true;
	return NULL;
}

static const char why_time[] = "is no time; type it as 2026-11-25T02:37:00Z, or the date alone";

static const char *apply_at(struct dp_options *options, const char *value)
{
	options->at_utc_s = dp_text_time_parse(value);
	return options->at_utc_s != DP_TIME_NONE ? NULL : why_time;
}

static const char *apply_clock(struct dp_options *options, const char *value)
{
	options->clock_utc_s = dp_text_time_parse(value);
	return options->clock_utc_s != DP_TIME_NONE ? NULL : why_time;
}

/* The first formats of dp_report_names, up to count of them. */
static const char *take_format(struct dp_options *options, const char *value, size_t count)
{
	struct dp_buf buf;

	for (size_t i = 0; i < count && dp_report_names[i] != NULL; i++) {
		if (strcmp(dp_report_names[i], value) == 0) {
			options->report = dp_report_find(value);
			return NULL;
		}
	}
	dp_buf_init(&buf, options->arena);
	dp_buf_text(&buf, "is no output format");
	if (dp_report_find(value) != NULL)
		dp_buf_text(&buf, " of this command");
	for (size_t i = 0; i < count && dp_report_names[i] != NULL; i++)
		dp_buf_printf(&buf, "%s%s",
			i == 0                                                    ? "; type "
				: i + 1 < count && dp_report_names[i + 1] != NULL ? ", "
										  : " or ",
			dp_report_names[i]);
	return buf.data;
}

static const char *apply_output(struct dp_options *options, const char *value)
{
	return take_format(options, value, SIZE_MAX);
}

/* Of the commands whose reports are no verdicts on targets. */
static const char *apply_output_plain(struct dp_options *options, const char *value)
{
	return take_format(options, value, 2);
}

/* As monitoring plugins name what they check. */
static const char *apply_hostname(struct dp_options *options, const char *value)
{
	const char *copy = dp_arena_text(options->arena, value, strlen(value));

	options->targets = dp_option_append(
		options->arena, options->targets, options->target_count++, &copy, sizeof(copy));
	return NULL;
}

static const char *apply_output_file(struct dp_options *options, const char *value)
{
	if (value[0] == '\0')
		return "names no file; type the path of the file to write";
	options->output_path = value;
	return NULL;
}

static const char *apply_exit(struct dp_options *options, const char *value)
{
	if (strcmp(value, "nagios") == 0)
		options->exit_style = DP_EXIT_NAGIOS;
	else if (strcmp(value, "simple") == 0)
		options->exit_style = DP_EXIT_SIMPLE;
	else
		return "is no choice of exit statuses; type nagios or simple";
	return NULL;
}

static const char *apply_quiet(struct dp_options *options, const char *value)
{
	(void)value;
	options->quiet = true;
	return NULL;
}

static const char *apply_verbose(struct dp_options *options, const char *value)
{
	(void)value;
	options->verbose = true;
	return NULL;
}

static const char *apply_no_sandbox(struct dp_options *options, const char *value)
{
	(void)value;
	options->no_sandbox = true;
	return NULL;
}

static const char *apply_help(struct dp_options *options, const char *value)
{
	(void)value;
	options->help = true;
	return NULL;
}

const struct dp_option dp_option_table[] = {
	/* files and records */
	{ DP_OF_PLAN, 0, "new", DP_OPTION_VALUE, "FILE", dp_option_new,
		"the certificate chain that is to be deployed; or a key or a request (CSR), before "
		"there is a certificate" },
	{ DP_OF_PLAN, 0, "since", DP_OPTION_VALUE, "TIME", dp_option_since,
		"the TLSA records are as they are since then, at every name server (not known)" },
	{ DP_OF_CHAIN, 0, "tlsa", DP_OPTION_LIST, "'U S M HEX'", dp_option_tlsa,
		"compare with this record (repeatable)" },
	{ DP_OF_CHAIN, 0, "tlsa-file", DP_OPTION_LIST, "FILE", dp_option_tlsa_file,
		"compare with the TLSA records in FILE: zone file lines, or what dig prints "
		"(repeatable)" },
	{ DP_OF_CHAIN, 0, "live", DP_OPTION_VALUE, "TARGET", dp_option_live,
		"compare with the records that are published for that mail domain or server, by "
		"DNS alone" },
	{ DP_OF_TLSA, 0, "live", DP_OPTION_VALUE, "TARGET", dp_option_live,
		"take the certificates from that mail domain or server instead of a file" },
	{ DP_OF_CHAIN, 0, "host", DP_OPTION_VALUE, "NAME", dp_option_host,
		"name of the mail server: must stand in the certificate where names count; with "
		"--live, only this MX host" },
	{ DP_OF_CHAIN, 0, "complete", DP_OPTION_VALUE, "OUT", dp_option_complete,
		"write the chain with the missing issuers, up to the root, to OUT; it may be the "
		"file itself, or - for standard output" },
	{ DP_OF_CHAIN, 0, "root", DP_OPTION_VALUE, "NAME|SHA256", dp_option_root,
		"which root --complete ends at, by its name or the SHA-256 of its key or of itself (the one "
		"that the records pin, else the nearest)" },
	{ DP_OF_CHECK | DP_OF_PLAN, 0, "roots", DP_OPTION_VALUE, "FILE", dp_option_known,
		"CA certificates that explanations name; never trusted" },
	{ DP_OF_CHAIN, 0, "roots", DP_OPTION_VALUE, "FILE", dp_option_roots,
		"further CA certificates for --complete and explanations; never trusted" },
	{ DP_OF_TLSA, 0, "usage", DP_OPTION_VALUE, "0-3", dp_option_usage,
		"certificate usage, also as PKIX-TA, PKIX-EE, DANE-TA or DANE-EE (3)" },
	{ DP_OF_TLSA, 0, "selector", DP_OPTION_VALUE, "0-1", dp_option_selector,
		"0 (Cert): the certificate; 1 (SPKI): its key (1)" },
	{ DP_OF_TLSA, 0, "matching", DP_OPTION_VALUE, "0-2", dp_option_matching,
		"0 (Full): whole; 1: SHA-256; 2: SHA-512 (1)" },
	{ DP_OF_TLSA, 0, "all", DP_OPTION_FLAG, NULL, dp_option_all,
		"every sensible record of every certificate, not only one of the server's own" },
	{ DP_OF_TLSA, 0, "owner", DP_OPTION_VALUE, "NAME", dp_option_owner,
		"name of the server, which the records are for (the first name in the "
		"certificate)" },
	{ DP_OF_TLSA, 0, "port", DP_OPTION_LIST, "N", dp_option_ports,
		"port of the owner names (25; repeatable)" },
	{ DP_OF_TLSA, 0, "ttl", DP_OPTION_VALUE, "SECS", dp_option_ttl,
		"TTL written into the records (none)" },
	{ DP_OF_TLSA, 0, "format", DP_OPTION_VALUE, "bind|generic|tinydns|json", dp_option_format,
		"form of the records; generic is that of RFC 3597 (bind)" },
	/* the exporter */
	{ DP_OF_SERVE, 0, "listen", DP_OPTION_LIST, "ADDR:PORT", dp_option_listen,
		"answer HTTP there (127.0.0.1:15252; repeatable)" },
	{ DP_OF_SERVE, 0, "allow-target", DP_OPTION_LIST, "NAME[:PORT]", dp_option_allow_target,
		"only targets of that name, or, as *.example.org, below it; with PORT, also on a "
		"port that is of no known protocol (every name; repeatable)" },
	{ DP_OF_SERVE, 0, "max-probes", DP_OPTION_VALUE, "N", dp_option_max_probes,
		"probes at a time (8)" },
	{ DP_OF_SERVE, 0, "max-queue", DP_OPTION_VALUE, "N", dp_option_max_queue,
		"probes that may wait for others to end; more are refused with 503 (64)" },
	{ DP_OF_SERVE, 0, "min-interval", DP_OPTION_VALUE, "DUR", dp_option_min_interval,
		"a target that was probed less than that ago is answered with the last result "
		"(10)" },
	{ DP_OF_SERVE, 0, "ping", DP_OPTION_FLAG, NULL, dp_option_ping,
		"serve nothing: ask one that runs at --listen whether it is well, for health "
		"checks" },
	/* many targets */
	{ DP_OF_SURVEY, 'j', "jobs", DP_OPTION_VALUE, "N", dp_option_jobs,
		"targets under way at a time (100)" },
	{ DP_OF_SURVEY, 0, "per-host", DP_OPTION_VALUE, "N", dp_option_per_host,
		"connections at a time to one host (4)" },
	{ DP_OF_SURVEY, 0, "per-address", DP_OPTION_VALUE, "N", dp_option_per_address,
		"connections at a time to one address, whatever hosts have it (2)" },
	{ DP_OF_SURVEY, 0, "rate", DP_OPTION_VALUE, "N", dp_option_rate,
		"targets begun a second at most (no limit)" },
	{ DP_OF_SURVEY, 0, "resume", DP_OPTION_VALUE, "FILE", dp_option_resume,
		"leave out the targets whose results FILE holds: what an earlier run printed" },
	{ DP_OF_SURVEY, 0, "shard", DP_OPTION_VALUE, "I/N", dp_option_shard,
		"take only part I, from 0 on, of N; auto/N: I is in JOB_COMPLETION_INDEX, as in an "
		"Indexed Job of Kubernetes (all)" },
	{ DP_OF_SURVEY, 0, "workers", DP_OPTION_VALUE, "N", dp_option_workers,
		"processes that share the work (one a processor, at most 16)" },
	/* targets and servers */
	{ DP_OF_CHECK, 'H', "hostname", DP_OPTION_LIST, "TARGET", apply_hostname,
		"a target, in the manner of monitoring plugins (repeatable)" },
	{ DP_OF_DNS, '4', "ipv4", DP_OPTION_FLAG, NULL, apply_ipv4, "connect over IPv4 only" },
	{ DP_OF_DNS, '6', "ipv6", DP_OPTION_FLAG, NULL, apply_ipv6, "connect over IPv6 only" },
	{ JUDGED, 0, "port", DP_OPTION_VALUE, "N", apply_port,
		"port of the servers of a mail domain, also in the names of their TLSA records "
		"(25)" },
	{ DP_OF_LIVE, 0, "ehlo", DP_OPTION_VALUE, "NAME", apply_ehlo,
		"name said in EHLO (this host's name if it has a dot, else its address)" },
	{ DP_OF_CHECK | DP_OF_CHAIN | DP_OF_PLAN, 0, "next-hop", DP_OPTION_VALUE, "DOMAIN",
		apply_next_hop,
		"with smtp://: the mail domain whose server this is; its name counts in "
		"certificates, too" },
	{ DP_OF_LIVE, 0, "connect", DP_OPTION_LIST, "HOST=ADDR[:PORT]", dp_option_connect,
		"reach HOST at that address; its name and its TLSA records stay (repeatable)" },
	{ DP_OF_LIVE, 0, "key-types", DP_OPTION_VALUE, "auto|any|both", apply_key_types,
		"auto: a handshake with everything on offer, then one for the other key type; "
		"any: one handshake; both: one each for RSA and ECDSA" },
	{ DP_OF_CHECK, 0, "tlsa", DP_OPTION_LIST, "'U S M HEX'", dp_option_tlsa,
		"judge the servers by this record instead of those in the DNS (repeatable)" },
	{ DP_OF_CHECK, 0, "service", DP_OPTION_LIST, "NAMES", dp_option_service,
		"instead of a domain's mail, services by its SRV records: submissions,imaps "
		"(repeatable)" },
	{ DP_OF_CHECK, 0, "all-ports", DP_OPTION_FLAG, NULL, dp_option_all_ports,
		"also ports 465, 587, 993, 995 and 4190 of a domain's MX hosts, and its SRV "
		"records for them; nothing published is no failure" },
	{ JUDGED, 0, "pkix-roots", DP_OPTION_VALUE, "FILE", dp_option_pkix_roots,
		"root CAs for TLSA usages 0 and 1, which SMTP has not (those are unusable)" },
	{ DP_OF_DNS, 'r', "resolver", DP_OPTION_LIST, "WAY", dp_option_resolver,
		"where DNS questions go; validation is always done here. auto: the servers of "
		"/etc/resolv.conf if they are fit for DNSSEC, else recursive; system; "
		"recursive: from the root; or ADDR[@PORT] (repeatable)" },
	{ DP_OF_DNS, 0, "trust-anchor", DP_OPTION_LIST, "FILE|RECORD", dp_option_trust_anchor,
		"DS or DNSKEY records to trust instead of the built-in root keys (repeatable)" },
	{ DP_OF_DNS, 0, "root-hints", DP_OPTION_VALUE, "FILE", dp_option_root_hints,
		"name servers of the root instead of the built-in ones" },
	{ DP_OF_DNS, 't', "timeout", DP_OPTION_VALUE, "SECS", apply_timeout,
		"patience for a connection, a reply and TLS (10); the greeting gets 60 at least" },
	{ DP_OF_SURVEY, 0, "deadline", DP_OPTION_VALUE, "SECS", apply_deadline,
		"most that one target may take, but for waiting for its turn (120)" },
	{ ENDING(DP_OF_DNS) & ~(unsigned)DP_OF_SURVEY, 0, "deadline", DP_OPTION_VALUE, "SECS",
		apply_deadline,
		"end of the whole run (120); with --wait, of one "
		"attempt" },
	{ DP_OF_SERVE, 0, "deadline", DP_OPTION_VALUE, "SECS", apply_deadline,
		"most that one probe may take, however much time the scraper gives (120)" },
	{ DP_OF_CHECK | DP_OF_CHAIN, 0, "wait", DP_OPTION_VALUE, "DUR", apply_wait,
		"try again, each time from an empty cache, until it passes or that time is over, "
		"as in 10m (once)" },
	{ DP_OF_CHECK | DP_OF_CHAIN, 0, "interval", DP_OPTION_VALUE, "DUR", apply_interval,
		"pause from the end of an attempt to the next (5)" },
	{ JUDGED, 0, "cert-warning", DP_OPTION_VALUE, "DAYS", apply_cert_warning,
		"warn when a certificate whose dates count ends sooner (14, or a quarter of its "
		"lifetime)" },
	{ JUDGED, 0, "rrsig-warning", DP_OPTION_VALUE, "DAYS", apply_rrsig_warning,
		"warn when a DNSSEC signature ends sooner (2, or an eighth of its lifetime)" },
	{ DP_OF_CHECK | DP_OF_PLAN | DP_OF_SERVE, 0, "all-nameservers", DP_OPTION_FLAG, NULL,
		apply_all_nameservers,
		"also ask every authoritative name server and tell which one answers otherwise" },
	{ DP_OF_CHECK | DP_OF_PLAN | DP_OF_SERVE | DP_OF_SURVEY, 0, "down", DP_OPTION_LIST, "HOST",
		apply_down,
		"HOST is down on purpose: no warning when it does not answer (repeatable)" },
	{ DP_OF_CHECK | DP_OF_SERVE | DP_OF_SURVEY, 0, "accept", DP_OPTION_LIST, "VERDICT",
		dp_option_accept,
		"count as a pass: no-dane, no-mail, unauthenticated (split at commas)" },
	{ DP_OF_CHECK | DP_OF_CHAIN | DP_OF_PLAN | DP_OF_SURVEY, 0, "at", DP_OPTION_VALUE, "TIME",
		apply_at, "judge certificates as of that time (now)" },
	{ ENDING(DP_OF_DNS), 0, "clock", DP_OPTION_VALUE, "TIME", apply_clock,
		"take that for the time, for DNSSEC signatures too (the system's clock)" },
	{ DP_OF_CHECK, 'o', "output", DP_OPTION_VALUE, "text|json|nagios|prometheus", apply_output,
		"format of the report (text)" },
	{ DP_OF_CHAIN | DP_OF_PLAN, 'o', "output", DP_OPTION_VALUE, "text|json", apply_output_plain,
		"format of the report (text)" },
	{ ENDING(DP_OF_ALL) & ~(unsigned)DP_OF_SURVEY, 0, "output-file", DP_OPTION_VALUE, "FILE",
		apply_output_file,
		"write the report to FILE, at once and whole (standard output)" },
	{ DP_OF_CHECK | DP_OF_CHAIN | DP_OF_PLAN, 0, "exit", DP_OPTION_VALUE, "nagios|simple",
		apply_exit, "exit statuses, see below (nagios)" },
	{ DP_OF_SURVEY, 'q', "quiet", DP_OPTION_FLAG, NULL, apply_quiet,
		"no progress and no summary" },
	{ DP_OF_CHECK | DP_OF_CHAIN | DP_OF_PLAN, 'q', "quiet", DP_OPTION_FLAG, NULL, apply_quiet,
		"print nothing when the exit status is 0" },
	{ ENDING(DP_OF_ALL), 'v', "verbose", DP_OPTION_FLAG, NULL, apply_verbose,
		"print every record, certificate and line of the dialogue" },
	{ DP_OF_ALL, 0, "no-sandbox", DP_OPTION_FLAG, NULL, apply_no_sandbox,
		"do without the sandbox: system calls and files that are not needed stay allowed" },
	{ DP_OF_ALL, 'h', "help", DP_OPTION_FLAG, NULL, apply_help, "print this" },
};

const size_t dp_option_count = sizeof(dp_option_table) / sizeof(dp_option_table[0]);
