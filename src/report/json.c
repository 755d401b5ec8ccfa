/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Schema 1, described for machines in tests/schema/check.schema.json. Every key stands in every
 * report, null where nothing is known, except those that only -v adds: "lookups" and "dialogue".
 */
#include "report/report.h"

#include <string.h>

#include "base/text.h"
#include "dane/known_ca.h"
#include "dane/nameservers.h"
#include "report/json_parts.h"
#include "report/token.h"

struct scope {
	struct dp_arena *arena;
	const struct dp_facts *facts;
	const struct dp_verdict *verdict;
	bool verbose;
};

static void add_hex(
	const struct scope *scope, cJSON *object, const char *key, const uint8_t *data, size_t len)
{
	dp_json_text(scope->arena, object, key,
		data != NULL ? dp_text_hex(scope->arena, data, len) : NULL);
}

static void fill_lookup(const struct scope *scope, cJSON *object, const struct dp_lookup *lookup)
{
	dp_json_text(scope->arena, object, "state", dp_token_lookup(lookup->state));
	dp_json_text(scope->arena, object, "security",
		dp_token_has_security(lookup) ? dp_token_security(lookup->security) : NULL);
	dp_json_text(scope->arena, object, "rcode", dp_token_rcode(lookup, scope->arena));
	dp_json_text(scope->arena, object, "why", lookup->why);
}

static void add_resolver(const struct scope *scope, cJSON *report)
{
	const struct dp_facts *facts = scope->facts;
	cJSON *resolver = dp_json_object(report, "resolver");

	dp_json_text(scope->arena, resolver, "mode", facts->resolver_mode);
	dp_json_text(scope->arena, resolver, "why", facts->resolver_why);
}

static void add_mx(const struct scope *scope, cJSON *report)
{
	const struct dp_lookup *lookup = &scope->facts->mx;
	bool asked = lookup->state != DP_LOOKUP_NOT_ASKED,
	     service = scope->facts->target.is_service;

	for (int srv = 0; srv < 2; srv++) {
		const char *key = srv == 1 ? "srv" : "mx";

		if (asked && service == (srv == 1))
			fill_lookup(scope, dp_json_object(report, key), lookup);
		else
			dp_json_made(cJSON_AddNullToObject(report, key));
	}
}

/* Why a record takes no part: the code of the finding, or which rule leaves it out. */
static const char *left_out(const struct dp_tlsa *record)
{
	if (record->unusable != DP_REASON_NONE)
		return dp_reason_row(record->unusable)->code;
	if (record->duplicate)
		return "duplicate";
	return record->weaker ? "weaker-digest" : NULL;
}

static void add_records(
	const struct scope *scope, cJSON *object, const struct dp_host_verdict *host)
{
	cJSON *array = dp_json_array(object, "tlsa");

	for (size_t i = 0; i < host->record_count; i++) {
		const struct dp_tlsa *record = &host->records[i];
		const struct dp_known_ca *ca =
			dp_known_ca_find_with(&scope->facts->target.known, record);
		cJSON *item = dp_json_append(array);

		dp_json_number(item, "usage", record->usage);
		dp_json_number(item, "selector", record->selector);
		dp_json_number(item, "matching", record->matching);
		dp_json_text(scope->arena, item, "data",
			dp_text_hex(scope->arena, record->data, record->data_len));
		dp_json_bool(item, "usable", record->unusable == DP_REASON_NONE);
		dp_json_text(scope->arena, item, "why", left_out(record));
		dp_json_bool(item, "matched", host->matched != NULL && host->matched[i]);
		dp_json_text(scope->arena, item, "pins", ca != NULL ? ca->subject_cn : NULL);
	}
}

static void add_names(const struct scope *scope, cJSON *object, const struct dp_cert *cert)
{
	cJSON *array = dp_json_array(object, "names");

	for (size_t i = 0; i < cert->name_count; i++) {
		const struct dp_cert_name *name = &cert->names[i];
		const char *text =
			dp_text_escape_utf8(scope->arena, name->text, name->len, name->len);

		cJSON_AddItemToArray(array, dp_json_made(cJSON_CreateString(text)));
	}
}

static void add_chain(const struct scope *scope, cJSON *object, const struct dp_chain *chain)
{
	cJSON *array = dp_json_array(object, "chain");

	for (size_t i = 0; i < chain->count; i++) {
		const struct dp_cert *cert = &chain->certs[i];
		cJSON *item = dp_json_append(array);

		dp_json_text(scope->arena, item, "subject", cert->subject_text);
		dp_json_text(scope->arena, item, "issuer", cert->issuer_text);
		dp_json_time(item, "not_before",
			cert->spki != NULL ? cert->not_before_utc_s : DP_TIME_NONE);
		dp_json_time(item, "not_after",
			cert->spki != NULL ? cert->not_after_utc_s : DP_TIME_NONE);
		dp_json_text(scope->arena, item, "key",
			cert->spki != NULL ? dp_cert_key_text(cert, scope->arena) : NULL);
		add_hex(scope, item, "spki_sha256", cert->spki != NULL ? cert->spki_sha256 : NULL,
			32);
		add_hex(scope, item, "cert_sha256", cert->cert_sha256, 32);
		add_names(scope, item, cert);
		dp_json_bool(item, "parsed", cert->parsed);
		dp_json_text(scope->arena, item, "limit", cert->limit);
	}
	dp_json_number(object, "chain_dropped", (double)chain->dropped);
}

static void add_tls(const struct scope *scope, cJSON *object, const struct dp_probe *probe)
{
	cJSON *tls;

	if (probe->tls_version == NULL && probe->tls_suite == NULL) {
		dp_json_made(cJSON_AddNullToObject(object, "tls"));
		return;
	}
	tls = dp_json_object(object, "tls");
	dp_json_text(scope->arena, tls, "version", probe->tls_version);
	dp_json_text(scope->arena, tls, "suite", probe->tls_suite);
}

static void add_probe(const struct scope *scope, cJSON *array, const struct dp_probe *probe,
	const struct dp_probe_verdict *verdict)
{
	cJSON *item = dp_json_append(array);
	const struct dp_match *match = &verdict->match;

	dp_json_text(scope->arena, item, "key_type", dp_token_offer(probe->offer));
	dp_json_text(scope->arena, item, "verdict", dp_outcome_word(verdict->outcome));
	dp_json_bool(item, "absent", verdict->absent);
	dp_json_bool(item, "superseded", verdict->superseded);
	dp_json_text(scope->arena, item, "stage", dp_token_stage(probe->stage));
	dp_json_text(scope->arena, item, "status",
		probe->pending ? "pending" : dp_token_status(probe->status));
	dp_json_text(scope->arena, item, "reason",
		probe->reason != DP_REASON_NONE ? dp_reason_row(probe->reason)->code : NULL);
	dp_json_text(scope->arena, item, "detail", probe->detail);
	dp_json_number_if(item, "reply_code", probe->reply_code > 0, probe->reply_code);
	dp_json_number_if(item, "alert", probe->alert >= 0, probe->alert);
	dp_json_text(scope->arena, item, "sni", probe->sni);
	add_tls(scope, item, probe);
	add_chain(scope, item, &probe->chain);
	dp_json_number_if(item, "chain_bytes", probe->chain_seen, (double)probe->chain_bytes);
	dp_json_number_if(
		item, "matched_record", match->authenticated && match->record >= 0, match->record);
	dp_json_number(item, "started_ms", probe->started_ms);
	dp_json_number_if(item, "ended_ms", !probe->pending, probe->ended_ms);
	if (scope->verbose)
		dp_json_lines(scope->arena, item, "dialogue",
			probe->dialogue != NULL ? probe->dialogue : "");
}

static void add_address(const struct scope *scope, cJSON *array, const struct dp_addr_facts *facts,
	const struct dp_addr_verdict *verdict)
{
	char text[DP_IP_TEXT_MAX];
	cJSON *item = dp_json_append(array), *probes;

	dp_json_text(scope->arena, item, "addr",
		facts->ip.family != 0 ? dp_ip_format(&facts->ip, text) : NULL);
	dp_json_text(scope->arena, item, "verdict",
		verdict->skipped ? NULL : dp_outcome_word(verdict->outcome));
	dp_json_bool(item, "skipped", verdict->skipped);
	dp_json_bool(item, "forced", facts->forced);
	dp_json_number(item, "attempts", (double)facts->probe_count);
	probes = dp_json_array(item, "probes");
	for (size_t i = 0; i < facts->probe_count; i++)
		add_probe(scope, probes, &facts->probes[i], &verdict->probes[i]);
}

static void add_hosts(const struct scope *scope, cJSON *report)
{
	const struct dp_facts *facts = scope->facts;
	cJSON *array = dp_json_array(report, "hosts");

	for (size_t i = 0; i < facts->host_count; i++) {
		const struct dp_host_facts *host = &facts->hosts[i];
		const struct dp_host_verdict *verdict = &scope->verdict->hosts[i];
		bool answered =
			dp_token_has_security(&host->a) || dp_token_has_security(&host->aaaa);
		cJSON *item = dp_json_append(array), *addresses;
		char checked[DP_TIME_TEXT_MAX];

		dp_json_name(scope->arena, item, "name", &host->name);
		dp_json_number_if(item, "preference", facts->target.is_domain, host->preference);
		dp_json_number(item, "port", host->port);
		dp_json_text(scope->arena, item, "verdict", dp_outcome_word(verdict->outcome));
		dp_json_name(scope->arena, item, "base", &verdict->base);
		dp_json_name(scope->arena, item, "owner", &verdict->owner);
		dp_json_text(scope->arena, item, "addresses_security",
			answered ? dp_token_security(verdict->addresses_security) : NULL);
		add_records(scope, item, verdict);
		dp_json_number(item, "tlsa_dropped", (double)verdict->record_dropped);
		addresses = dp_json_array(item, "addresses");
		for (size_t k = 0; k < host->addr_count; k++)
			add_address(scope, addresses, host->addrs[k], &verdict->addrs[k]);
		dp_json_number(item, "addresses_dropped", (double)host->addr_dropped);
		if (host->checked_utc_s != 0)
			dp_json_text(scope->arena, item, "checked",
				dp_text_time(host->checked_utc_s, checked));
	}
	dp_json_number(report, "hosts_dropped", (double)facts->host_dropped);
}

static bool within(int index, size_t count)
{
	return index >= 0 && (size_t)index < count;
}

/* The subject in names instead of indices. */
static void add_subject(const struct scope *scope, cJSON *object, const struct dp_finding *finding)
{
	const struct dp_subject *subject = &finding->subject;
	const struct dp_host_facts *host = NULL;
	const struct dp_addr_facts *addr = NULL;
	const char *record = NULL, *key_type = NULL;
	cJSON *item = dp_json_object(object, "subject");
	char ip[DP_IP_TEXT_MAX];

	if (within(subject->host, scope->facts->host_count)) {
		const struct dp_host_verdict *verdict = &scope->verdict->hosts[subject->host];

		host = &scope->facts->hosts[subject->host];
		if (within(subject->addr, host->addr_count))
			addr = host->addrs[subject->addr];
		if (addr != NULL && within(subject->probe, addr->probe_count))
			key_type = dp_token_offer(addr->probes[subject->probe].offer);
		if (within(subject->record, verdict->record_count))
			record = dp_tlsa_text(&verdict->records[subject->record], 0, scope->arena);
	}
	dp_json_text(scope->arena, item, "label", finding->label);
	dp_json_name(
		scope->arena, item, "host", host != NULL ? &host->name : &(struct dp_name){ 0 });
	dp_json_text(scope->arena, item, "addr",
		addr != NULL && addr->ip.family != 0 ? dp_ip_format(&addr->ip, ip) : NULL);
	dp_json_text(scope->arena, item, "key_type", key_type);
	dp_json_text(scope->arena, item, "record", record);
	dp_json_number_if(item, "cert", subject->cert >= 0, subject->cert);
}

static void add_findings(const struct scope *scope, cJSON *report)
{
	cJSON *array = dp_json_array(report, "findings");

	for (size_t i = 0; i < scope->verdict->finding_count; i++) {
		const struct dp_finding *finding = &scope->verdict->findings[i];
		const struct dp_reason_row *row = dp_reason_row(finding->code);
		cJSON *item = dp_json_append(array);

		dp_json_text(scope->arena, item, "code", row->code);
		dp_json_text(scope->arena, item, "result_type", row->result_type);
		dp_json_text(scope->arena, item, "severity", dp_severity_word(finding->severity));
		add_subject(scope, item, finding);
		dp_json_text(scope->arena, item, "rfc", finding->rfc);
		dp_json_lines(scope->arena, item, "evidence", finding->evidence);
		dp_json_lines(scope->arena, item, "cause", finding->cause);
		dp_json_lines(scope->arena, item, "consequence", finding->consequence);
		dp_json_lines(scope->arena, item, "remedy", finding->remedy);
	}
	dp_json_number(report, "findings_dropped", (double)scope->verdict->finding_dropped);
}

static void add_lookup(const struct scope *scope, cJSON *array, const struct dp_lookup *lookup)
{
	cJSON *item;

	if (lookup == NULL || lookup->state == DP_LOOKUP_NOT_ASKED)
		return;
	item = dp_json_append(array);
	dp_json_name(scope->arena, item, "name", &lookup->name);
	dp_json_text(scope->arena, item, "type", dp_type_text(lookup->type, scope->arena));
	fill_lookup(scope, item, lookup);
	dp_json_text(scope->arena, item, "fallback", lookup->fallback);
	dp_json_number(item, "records", (double)lookup->message.rr_count);
	dp_json_number(item, "asked_ms", lookup->asked_ms);
	dp_json_number_if(
		item, "answered_ms", lookup->state != DP_LOOKUP_PENDING, lookup->answered_ms);
}

/* --all-nameservers: each with the server that was asked, or without: who they are. */
static void add_nameservers(const struct scope *scope, cJSON *array)
{
	const struct dp_nameservers *ns = scope->facts->nameservers;

	for (size_t i = 0; ns != NULL && i < ns->cut_count; i++)
		add_lookup(scope, array, &ns->cuts[i].ns);
	for (size_t i = 0; ns != NULL && i < ns->host_count; i++) {
		add_lookup(scope, array, &ns->hosts[i].a);
		add_lookup(scope, array, &ns->hosts[i].aaaa);
	}
	for (size_t i = 0; ns != NULL && i < ns->answer_count; i++) {
		const struct dp_ns_server *server = &ns->servers[ns->answers[i].server];
		int before = cJSON_GetArraySize(array);
		char ip[DP_IP_TEXT_MAX];

		add_lookup(scope, array, &ns->answers[i].lookup);
		if (cJSON_GetArraySize(array) > before)
			dp_json_text(scope->arena, cJSON_GetArrayItem(array, before), "server",
				dp_ip_format(&server->ip, ip));
	}
}

static void add_lookups(const struct scope *scope, cJSON *report)
{
	const struct dp_facts *facts = scope->facts;
	cJSON *array = dp_json_array(report, "lookups");

	add_lookup(scope, array, facts->root);
	add_lookup(scope, array, facts->absent);
	add_lookup(scope, array, facts->tld);
	add_lookup(scope, array, &facts->mx);
	for (size_t i = 0; i < facts->ds_count; i++)
		add_lookup(scope, array, facts->ds[i]);
	add_lookup(scope, array, facts->tlsa_domain);
	for (size_t i = 0; i < facts->host_count; i++) {
		const struct dp_host_facts *host = &facts->hosts[i];

		add_lookup(scope, array, &host->a);
		add_lookup(scope, array, &host->aaaa);
		add_lookup(scope, array, host->cname);
		add_lookup(scope, array, &host->tlsa[0]);
		add_lookup(scope, array, &host->tlsa[1]);
		add_lookup(scope, array, host->tlsa_hint);
		add_lookup(scope, array, host->parent);
		add_lookup(scope, array, host->tlsa_https);
		add_lookup(scope, array, host->nsec3param);
		for (size_t k = 0; k < host->ds_count; k++)
			add_lookup(scope, array, host->ds[k]);
	}
	add_nameservers(scope, array);
}

void dp_report_json(struct dp_buf *out, const struct dp_facts *facts,
	const struct dp_verdict *verdict, const struct dp_report_options *options)
{
	const struct scope scope = { out->arena, facts, verdict, options->verbose };
	cJSON *report = dp_json_made(cJSON_CreateObject());

	dp_json_number(report, "schema", 1);
	if (options->index > 0)
		dp_json_number(report, "index", (double)options->index);
	dp_json_lines(scope.arena, report, "target", facts->target.text);
	if (options->error != NULL)
		dp_json_text(scope.arena, report, "error", options->error);
	dp_json_text(scope.arena, report, "protocol", facts->target.protocol);
	dp_json_number_if(report, "port", facts->target.port != 0, facts->target.port);
	dp_json_text(scope.arena, report, "verdict", dp_outcome_word(verdict->outcome));
	dp_json_bool(report, "warned", verdict->warned);
	dp_json_number(report, "exit", options->exit_status);
	add_resolver(&scope, report);
	add_mx(&scope, report);
	add_hosts(&scope, report);
	add_findings(&scope, report);
	dp_json_number(report, "duration_ms", facts->duration_ms);
	if (options->verbose)
		add_lookups(&scope, report);
	dp_json_print(out, report);
}
