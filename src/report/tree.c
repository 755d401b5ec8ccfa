/* SPDX-License-Identifier: Apache-2.0 */
#include "report/tree.h"

#include <string.h>

#include "base/text.h"
#include "dane/known_ca.h"
#include "dane/nameservers.h"
#include "report/token.h"

static const char *shown(const struct dp_buf *out, const char *text)
{
	return dp_text_shown(out->arena, text);
}

static const char *name_text(struct dp_buf *out, const struct dp_name *name)
{
	char text[DP_NAME_TEXT_MAX];
	const char *name_shown = dp_name_text(name, text);

	return shown(out, dp_arena_text(out->arena, name_shown, strlen(name_shown)));
}

static bool has_text(const char *text)
{
	return text != NULL && text[0] != '\0';
}

static const char *plural(size_t count)
{
	return count == 1 ? "" : "s";
}

/* "  A of mx.example.org -> mail.example.net: secure, 2 records" */
static void write_lookup(struct dp_buf *out, const struct dp_lookup *lookup)
{
	const char *rcode;

	if (lookup == NULL || lookup->state == DP_LOOKUP_NOT_ASKED)
		return;
	rcode = dp_token_rcode(lookup, out->arena);
	dp_buf_printf(out, "  %s of %s", dp_type_text(lookup->type, out->arena),
		name_text(out, &lookup->name));
	for (size_t i = 1; i < lookup->message.alias_count; i++)
		dp_buf_printf(out, " -> %s", name_text(out, &lookup->message.aliases[i]));
	if (lookup->message.alias_count > 0)
		dp_buf_printf(out, " -> %s", name_text(out, &lookup->message.canonical));
	dp_buf_text(out, ":");
	if (dp_token_has_security(lookup))
		dp_buf_printf(out, " %s,", dp_token_security(lookup->security));
	if (lookup->state == DP_LOOKUP_DATA)
		dp_buf_printf(out, " %zu record%s", lookup->message.rr_count,
			plural(lookup->message.rr_count));
	else if (lookup->state == DP_LOOKUP_NODATA)
		dp_buf_text(out, " no such record");
	else if (rcode != NULL)
		dp_buf_printf(out, " %s", rcode);
	else
		dp_buf_printf(out, " %s", dp_token_lookup(lookup->state));
	if (lookup->state != DP_LOOKUP_PENDING)
		dp_buf_printf(out, " [%u to %u ms]", lookup->asked_ms, lookup->answered_ms);
	dp_buf_char(out, '\n');
	if (has_text(lookup->why))
		dp_buf_printf(out, "    %s\n", shown(out, lookup->why));
	if (has_text(lookup->fallback))
		dp_buf_printf(out, "    %s\n", shown(out, lookup->fallback));
}

/* Did any connection to the host show a chain? */
static bool compared(const struct dp_host_facts *host)
{
	for (size_t i = 0; i < host->addr_count; i++)
		for (size_t k = 0; k < host->addrs[i]->probe_count; k++)
			if (host->addrs[i]->probes[k].chain_seen)
				return true;
	return false;
}

static const char *record_state(
	const struct dp_host_facts *facts, const struct dp_host_verdict *host, size_t i)
{
	const struct dp_tlsa *record = &host->records[i];

	if (record->unusable != DP_REASON_NONE)
		return dp_reason_row(record->unusable)->code;
	if (record->duplicate)
		return "listed before";
	if (record->weaker)
		return "left out: a stronger digest is published";
	if (host->matched != NULL && host->matched[i])
		return "matches";
	return compared(facts) ? "no match" : "nothing to compare it with";
}

static void write_records(struct dp_buf *out, const struct dp_facts *facts,
	const struct dp_host_facts *of, const struct dp_host_verdict *host)
{
	if (host->owner.len > 0)
		dp_buf_printf(out, "  TLSA records at %s:\n", name_text(out, &host->owner));
	else if (host->record_count > 0)
		dp_buf_text(out, "  TLSA records given:\n");
	for (size_t i = 0; i < host->record_count; i++) {
		const struct dp_known_ca *ca =
			dp_known_ca_find_with(&facts->target.known, &host->records[i]);

		dp_buf_printf(out, "    %s: %s", dp_tlsa_text(&host->records[i], 0, out->arena),
			record_state(of, host, i));
		if (ca != NULL)
			dp_buf_printf(out, " (pins %s)", ca->subject_cn);
		dp_buf_char(out, '\n');
	}
	if (host->record_dropped > 0)
		dp_buf_printf(
			out, "    and %zu more that were not looked at\n", host->record_dropped);
}

static void write_names(struct dp_buf *out, const struct dp_cert *cert)
{
	if (cert->name_count == 0)
		return;
	dp_buf_text(out, "          for");
	for (size_t i = 0; i < cert->name_count; i++) {
		const struct dp_cert_name *name = &cert->names[i];

		dp_buf_printf(out, "%s %s", i > 0 ? "," : "",
			dp_text_escape_utf8(out->arena, name->text, name->len, name->len));
	}
	if (cert->name_dropped > 0)
		dp_buf_printf(out, " and %zu more", cert->name_dropped);
	dp_buf_char(out, '\n');
}

static void write_cert(struct dp_buf *out, const struct dp_cert *cert, size_t position)
{
	char from[DP_TIME_TEXT_MAX], until[DP_TIME_TEXT_MAX];

	dp_buf_printf(out, "        %zu %s\n", position,
		has_text(cert->subject_text) ? shown(out, cert->subject_text) : "(no subject)");
	if (cert->spki != NULL) {
		dp_buf_printf(out, "          issued by %s; %s; %s to %s\n",
			shown(out, cert->issuer_text), dp_cert_key_text(cert, out->arena),
			dp_text_date(cert->not_before_utc_s, from),
			dp_text_date(cert->not_after_utc_s, until));
		dp_buf_printf(out, "          key: %d 1 1 %s\n", position == 0 ? 3 : 2,
			dp_text_hex(out->arena, cert->spki_sha256, sizeof cert->spki_sha256));
	} else {
		dp_buf_printf(out, "          certificate: %d 0 1 %s\n", position == 0 ? 3 : 2,
			dp_text_hex(out->arena, cert->cert_sha256, sizeof cert->cert_sha256));
	}
	if (position == 0)
		write_names(out, cert);
	if (cert->limit != NULL)
		dp_buf_printf(out, "          not read in full: %s\n", shown(out, cert->limit));
}

static void write_chain(struct dp_buf *out, const struct dp_probe *probe, bool given)
{
	if (!probe->chain_seen)
		return;
	if (given)
		dp_buf_printf(out, "      %zu certificate%s:\n",
			probe->chain.count + probe->chain.dropped,
			plural(probe->chain.count + probe->chain.dropped));
	else
		dp_buf_printf(out, "      sent %zu certificate%s (%zu octets):\n",
			probe->chain.count + probe->chain.dropped,
			plural(probe->chain.count + probe->chain.dropped), probe->chain_bytes);
	for (size_t i = 0; i < probe->chain.count; i++)
		write_cert(out, &probe->chain.certs[i], i);
}

static void write_dialogue(struct dp_buf *out, const char *dialogue)
{
	const char *line = dp_text_shown_lines(out->arena, dialogue);

	if (*line != '\0')
		dp_buf_text(out, "      said before TLS:\n");
	while (*line != '\0') {
		size_t len = strcspn(line, "\n");

		dp_buf_text(out, "        ");
		dp_buf_bytes(out, line, len);
		dp_buf_char(out, '\n');
		line += len + (line[len] == '\n');
	}
}

static const char *probe_state(const struct dp_probe *probe, const struct dp_probe_verdict *verdict)
{
	if (probe->pending)
		return "not finished";
	if (verdict->absent)
		return "no certificate of this key type";
	return dp_outcome_word(verdict->outcome);
}

/* "ended at handshake (tls-lost): connection reset by the peer, alert 40" */
static void write_end(struct dp_buf *out, const struct dp_probe *probe)
{
	const char *mark = ": ";

	if (probe->stage == DP_STAGE_DONE || probe->pending)
		return;
	dp_buf_printf(out, "      ended at %s", dp_token_stage(probe->stage));
	if (probe->reason != DP_REASON_NONE)
		dp_buf_printf(out, " (%s)", dp_reason_row(probe->reason)->code);
	if (probe->status != DP_OK) {
		dp_buf_printf(out, "%s%s", mark, dp_status_text(probe->status));
		mark = ", ";
	}
	if (probe->alert >= 0)
		dp_buf_printf(out, "%salert %d", mark, probe->alert);
	dp_buf_char(out, '\n');
}

static void write_probe(struct dp_buf *out, const struct dp_probe *probe,
	const struct dp_probe_verdict *verdict, size_t number)
{
	static const char *const offers[] = { [DP_OFFER_ALL] = "any key type",
		[DP_OFFER_RSA] = "RSA only",
		[DP_OFFER_ECDSA] = "ECDSA only" };

	dp_buf_printf(out, "    connection %zu, %s: %s%s [%u to %u ms]\n", number,
		offers[probe->offer], probe_state(probe, verdict),
		verdict->superseded ? ", a later attempt counts instead" : "", probe->started_ms,
		probe->ended_ms);
	if (probe->tls_version != NULL || probe->tls_suite != NULL)
		dp_buf_printf(out, "      %s %s\n", shown(out, probe->tls_version),
			shown(out, probe->tls_suite));
	if (probe->sni != NULL)
		dp_buf_printf(out, "      server name sent (SNI): %s\n", shown(out, probe->sni));
	write_end(out, probe);
	if (has_text(probe->detail))
		dp_buf_printf(out, "      %s\n", shown(out, probe->detail));
	write_dialogue(out, probe->dialogue);
	write_chain(out, probe, false);
}

/* A chain from a file in the place of an address. */
static void write_given(struct dp_buf *out, const char *name, const struct dp_addr_facts *addr,
	enum dp_outcome outcome)
{
	dp_buf_printf(out, "  %s: %s\n", shown(out, name), dp_outcome_word(outcome));
	for (size_t i = 0; i < addr->probe_count; i++)
		write_chain(out, &addr->probes[i], true);
}

static void write_address(
	struct dp_buf *out, const struct dp_addr_facts *addr, const struct dp_addr_verdict *verdict)
{
	char text[DP_IP_TEXT_MAX];

	dp_buf_printf(out, "  %s: %s%s\n", dp_ip_format(&addr->ip, text),
		verdict->skipped ? "not probed" : dp_outcome_word(verdict->outcome),
		addr->forced ? " (given with --connect)" : "");
	for (size_t i = 0; i < addr->probe_count; i++)
		write_probe(out, &addr->probes[i], &verdict->probes[i], i + 1);
}

static void write_host(struct dp_buf *out, const struct dp_facts *facts,
	const struct dp_host_facts *host, const struct dp_host_verdict *verdict)
{
	dp_buf_printf(out, "\nHost %s", name_text(out, &host->name));
	if (facts->target.is_domain)
		dp_buf_printf(out,
			facts->target.is_service ? " (priority %u, port %u)" : " (preference %u)",
			(unsigned)host->preference, (unsigned)host->port);
	dp_buf_printf(out, ": %s\n", dp_outcome_word(verdict->outcome));
	write_lookup(out, &host->a);
	write_lookup(out, &host->aaaa);
	write_lookup(out, host->cname);
	write_lookup(out, &host->tlsa[0]);
	write_lookup(out, &host->tlsa[1]);
	write_lookup(out, host->parent);
	write_lookup(out, host->tlsa_https);
	write_lookup(out, host->nsec3param);
	write_lookup(out, host->tlsa_hint);
	for (size_t i = 0; i < host->ds_count; i++)
		write_lookup(out, host->ds[i]);
	if (verdict->base.len > 0)
		dp_buf_printf(out, "  TLSA base domain: %s\n", name_text(out, &verdict->base));
	write_records(out, facts, host, verdict);
	for (size_t i = 0; i < host->addr_count; i++) {
		if (facts->target.given != NULL)
			write_given(out, facts->target.given_name, host->addrs[i],
				verdict->addrs[i].outcome);
		else
			write_address(out, host->addrs[i], &verdict->addrs[i]);
	}
}

/* --all-nameservers: what each of them answered. */
static void write_nameservers(struct dp_buf *out, const struct dp_nameservers *ns)
{
	char ip[DP_IP_TEXT_MAX];

	for (size_t i = 0; ns != NULL && i < ns->answer_count; i++) {
		const struct dp_ns_server *server = &ns->servers[ns->answers[i].server];

		if (i == 0 || ns->answers[i].server != ns->answers[i - 1].server) {
			dp_buf_printf(out, "\nName server %s [%s]", name_text(out, &server->name),
				dp_ip_format(&server->ip, ip));
			dp_buf_printf(
				out, " of %s\n", name_text(out, &ns->cuts[server->zone].ns.name));
		}
		write_lookup(out, &ns->answers[i].lookup);
	}
}

void dp_tree_write(
	struct dp_buf *out, const struct dp_facts *facts, const struct dp_verdict *verdict)
{
	dp_buf_text(out, "\nDNS:");
	if (has_text(facts->resolver_mode))
		dp_buf_printf(out, " %s", shown(out, facts->resolver_mode));
	if (has_text(facts->resolver_why))
		dp_buf_printf(out, " (%s)", shown(out, facts->resolver_why));
	dp_buf_char(out, '\n');
	write_lookup(out, facts->root);
	write_lookup(out, facts->absent);
	write_lookup(out, facts->tld);
	write_lookup(out, &facts->mx);
	for (size_t i = 0; i < facts->ds_count; i++)
		write_lookup(out, facts->ds[i]);
	write_lookup(out, facts->tlsa_domain);
	for (size_t i = 0; i < facts->host_count; i++)
		write_host(out, facts, &facts->hosts[i], &verdict->hosts[i]);
	if (facts->host_dropped > 0)
		dp_buf_printf(out, "\n%zu more %s were not looked at.\n", facts->host_dropped,
			facts->target.is_service ? "servers" : "mail hosts");
	write_nameservers(out, facts->nameservers);
	dp_buf_printf(out, "\nTook %u ms.\n", facts->duration_ms);
}
