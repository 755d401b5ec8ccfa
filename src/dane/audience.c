/* SPDX-License-Identifier: Apache-2.0 */
#include "dane/audience.h"

#include <stddef.h>
#include <string.h>

#include "base/buf.h"

struct change {
	const char *from, *to;
};

/* For clients: the first that fits at a place is taken, so longer ones stand first. */
static const struct change client_words[] = {
	{ "Senders try the next address or host, or again later.", "Clients cannot connect." },
	{ "Senders wait longer (up to 5 minutes), then try again later.",
		"Clients wait for some time, then give up." },
	{ "Senders cannot deliver there.", "Clients cannot use it." },
	{ "Senders try again later.", "Clients cannot use it now." },
	{ "Senders skip it.", "Clients cannot connect." },
	{ "; outbound port 25 may also be filtered where this tool runs", "" },
	{ "Run the tool from a network that may send mail.",
		"Run the tool from a network that may connect to it." },
	{ "Current senders refuse them and must not fall back to clear text: they defer the mail.",
		"Current clients refuse them and must not fall back to clear text: they do not "
		"connect." },
	{ "so they all meet this alert and defer the mail", "so they all meet this alert" },
	{ "so every DANE-validating sender defers the mail, while all others deliver",
		"so every DANE-validating client refuses the server, while all others use it" },
	{ "must not use this host until the lookup works: mail is deferred",
		"must not use this host until the lookup works" },
	{ "must not use this host: mail is deferred", "must not use this host" },
	{ "and then mail is deferred", "and then clients refuse it" },
	{ "senders behind them find no record, or a bogus answer, and defer the mail",
		"clients behind them find no record, or a bogus answer" },
	{ "senders deliver with opportunistic TLS", "clients connect as if there were no DANE" },
	/* RFC 6698 s4.1: without a usable record a client goes on as without any; RFC 7672 s2.2
	 * asks more of SMTP. */
	{ "Senders must use TLS but cannot authenticate the server: an active attacker can read the "
	  "mail.",
		"Clients go on as if there were no records: DANE authenticates nothing." },
	{ "some deliver, some defer", "some connect, some refuse" },
	{ "Some deliveries work and some are deferred.", "Some connections work and some fail." },
	{ "Whether mail is delivered", "Whether clients connect" },
	{ "may deliver", "may connect" },
	{ "some may deliver and some defer", "some may connect and some refuse" },
	{ "All others deliver", "All others connect" },
	{ "defer the mail", "refuse the server" },
	{ "defers the mail", "refuses the server" },
	{ "defer all mail", "refuse it" },
	{ "mail is deferred", "they refuse it" },
	{ "Some MX hosts of", "Some servers of" },
	{ "steers mail to those", "steers clients to those" },
	{ "every MX host", "every server" },
	{ "Mail for {host} is delivered only through {detail}.",
		"Clients of {host} can use only {detail}." },
	{ "when the last good one is away, mail waits",
		"when the last good one is away, they have none" },
	{ "fewer MX hosts", "fewer servers" },
	{ "where no sender looks: mail for this domain goes to {host}",
		"where no client looks: the service is at {host}" },
	{ "With usage 2 ", "With usages other than 3 " },
	{ "on the path to the pinned anchor of {record}", "on the path that {record} needs" },
	{ "The path to the anchor of {record} does not hold",
		"The path that {record} needs does not hold" },
	{ "mail host", "host" },
	{ ", or remove it from the MX records", "" },
	{ "mail server", "server" },
	{ "mail client", "client" },
	{ "DANE does not apply to mail", "DANE does not apply" },
	{ "which are for the web server of that name, not for mail",
		"which are for the web server of that name" },
	{ "Senders", "Clients" },
	{ "senders", "clients" },
	{ "A sender", "A client" },
	{ "a sender", "a client" },
	{ "sender", "client" },
};

/* RFC 6698 s4.1: what a client does with secure, bogus and missing TLSA answers; s3: their names.
 */
static const struct change client_rfcs[] = {
	{ "RFC 7672 s2.2.", "RFC 6698 s3" },
	{ "RFC 7672 s2.", "RFC 6698 s4.1" },
	{ "RFC 7672 s3.1", "RFC 6698 s4.1" },
	{ "RFC 7672 s3.2", "RFC 7671 s5.2" },
	{ "RFC 7672 s8.1", "RFC 6066 s3" },
	{ "RFC 5321 ", NULL },
	{ "RFC 3207 ", NULL },
};

static size_t change_here(
	const char *at, const struct change *changes, size_t count, struct dp_buf *out)
{
	for (size_t i = 0; i < count; i++) {
		size_t len = strlen(changes[i].from);

		if (changes[i].to == NULL || strncmp(at, changes[i].from, len) != 0)
			continue;
		dp_buf_text(out, changes[i].to);
		return len;
	}
	return 0;
}

const char *dp_audience_template(
	const char *template, const struct dp_service *service, struct dp_arena *arena)
{
	struct dp_buf out;

	if (service == NULL)
		return template;
	/* Not every protocol offers before it is asked. */
	const char *answered = dp_arena_printf(arena, "answered %s with",
		service->starttls != NULL ? service->starttls : "STARTTLS");
	const struct change names[] = {
		{ "offers STARTTLS but answered the command with",
			service->clients ? answered : NULL },
		{ "ESMTP and STARTTLS", service->starttls },
		{ "STARTTLS", service->starttls },
		{ "EHLO", service->hello },
		{ "ESMTP", service->name },
		{ "SMTP", service->name },
	};

	dp_buf_init(&out, arena);
	while (*template != '\0') {
		size_t len = change_here(template, names, sizeof(names) / sizeof(names[0]), &out);

		if (len == 0 && service->clients)
			len = change_here(template, client_words,
				sizeof(client_words) / sizeof(client_words[0]), &out);
		if (len == 0) {
			dp_buf_char(&out, *template);
			len = 1;
		}
		template += len;
	}
	return out.data != NULL ? out.data : "";
}

const char *dp_audience_rfc(const char *rfc, const struct dp_service *service)
{
	if (service == NULL || !service->clients)
		return rfc;
	for (size_t i = 0; i < sizeof(client_rfcs) / sizeof(client_rfcs[0]); i++) {
		const char *to = client_rfcs[i].to != NULL ? client_rfcs[i].to : service->rfc;

		if (strncmp(rfc, client_rfcs[i].from, strlen(client_rfcs[i].from)) == 0)
			return to != NULL ? to : rfc;
	}
	return rfc;
}
