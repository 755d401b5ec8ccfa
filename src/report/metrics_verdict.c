/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a check tells, as metrics. The three probe_* names are those of blackbox_exporter, so that
 * its dashboards and alerts go on working.
 */
#include <string.h>

#include "base/text.h"
#include "report/brief.h"
#include "report/expiry.h"
#include "report/metrics.h"

#define LABELS_MAX 6 /* beside the target */

static const struct dp_metric probe_success = { "probe_success", "gauge",
	"Whether a sender that validates DANE would deliver (1), with or without warnings." };
static const struct dp_metric probe_duration = { "probe_duration_seconds", "gauge",
	"How long the check took." };
static const struct dp_metric probe_cert = { "probe_ssl_earliest_cert_expiry", "gauge",
	"Earliest end of validity among all certificates that were sent, as Unix time; DANE-EE "
	"records do not look at it." };
static const struct dp_metric verdict_set = { "dane_verdict", "gauge",
	"The verdict on the target: 1 for the one that holds." };
static const struct dp_metric status_metric = { "dane_exit_status", "gauge",
	"0 verified, 1 verified with warnings, 2 failed, unauthenticated, no-dane or no-mail, 3 "
	"undetermined." };
static const struct dp_metric last_check = { "dane_last_check_timestamp_seconds", "gauge",
	"When the check was made." };
static const struct dp_metric resolver_info = { "dane_resolver_info", "gauge",
	"How DNS questions were asked: recursive, system, or the address of a resolver." };
static const struct dp_metric findings_metric = { "dane_findings", "gauge",
	"Findings by code and severity; those without any are absent." };
static const struct dp_metric problems = { "dane_problems", "gauge",
	"Findings by severity, zero included." };
static const struct dp_metric hosts_metric = { "dane_hosts", "gauge", "Mail hosts of the target." };
static const struct dp_metric host_set = { "dane_host_verdict", "gauge",
	"The verdict on a mail host: 1 for the one that holds." };
static const struct dp_metric records_metric = { "dane_host_tlsa_records", "gauge",
	"TLSA records of a mail host." };
static const struct dp_metric usable_metric = { "dane_host_tlsa_records_usable", "gauge",
	"TLSA records of a mail host that senders can use." };
static const struct dp_metric matched_metric = { "dane_host_tlsa_records_matched", "gauge",
	"TLSA records of a mail host that authenticate at least one of its certificates." };
static const struct dp_metric addr_set = { "dane_address_verdict", "gauge",
	"The verdict on an address of a mail host: 1 for the one that holds." };
static const struct dp_metric cert_expiry = { "dane_certificate_expiry_timestamp_seconds", "gauge",
	"End of validity of the server certificate at an address, by key type." };
static const struct dp_metric path_expiry = { "dane_path_expiry_timestamp_seconds", "gauge",
	"Earliest end of validity on the path from the server certificate to a DANE-TA anchor: "
	"senders look at these dates." };
static const struct dp_metric rrsig_expiry = { "dane_rrsig_expiry_timestamp_seconds", "gauge",
	"When the last DNSSEC signature over these records ends." };

struct scope {
	struct dp_metrics *metrics;
	const char *target;
	const struct dp_facts *facts;
	const struct dp_verdict *verdict;
};

/* labels: NULL-terminated; the target before them. */
static void add(const struct scope *scope, const struct dp_metric *metric, double value,
	const char *const *labels)
{
	const char *all[2 * LABELS_MAX + 3] = { NULL };
	size_t count = 0;

	if (scope->target != NULL) {
		all[count++] = "target";
		all[count++] = scope->target;
	}
	for (size_t i = 0; i < 2 * (size_t)LABELS_MAX && labels != NULL && labels[i] != NULL; i++)
		all[count++] = labels[i];
	dp_metrics_add(scope->metrics, metric, value, all);
}

/* labels has room for two more before its NULL. */
static void add_set(const struct scope *scope, const struct dp_metric *metric,
	enum dp_outcome outcome, const char **labels)
{
	size_t count = 0;

	while (labels[count] != NULL)
		count++;
	labels[count] = "verdict";
	for (int i = 0; i < DP_OUTCOMES; i++) {
		labels[count + 1] = dp_outcome_word((enum dp_outcome)i);
		add(scope, metric, (enum dp_outcome)i == outcome, labels);
	}
	labels[count] = labels[count + 1] = NULL;
}

static void add_expiry(const struct scope *scope, const struct dp_metric *metric, int64_t utc_s,
	const char *const *labels)
{
	if (utc_s != DP_TIME_NONE)
		add(scope, metric, (double)utc_s, labels);
}

static const char *key_word(enum dp_key_type type)
{
	switch (type) {
	case DP_KEY_RSA: return "rsa";
	case DP_KEY_RSA_PSS: return "rsa-pss";
	case DP_KEY_ECDSA: return "ecdsa";
	case DP_KEY_ED25519: return "ed25519";
	case DP_KEY_ED448: return "ed448";
	case DP_KEY_UNKNOWN:
	case DP_KEY_TYPES: break;
	}
	return "unknown";
}

static void add_address(const struct scope *scope, const char *host,
	const struct dp_addr_facts *facts, const struct dp_addr_verdict *verdict)
{
	char ip[DP_IP_TEXT_MAX];
	const char *labels[7] = { "host", host, "address", dp_ip_format(&facts->ip, ip) };

	if (verdict->skipped)
		return;
	add_set(scope, &addr_set, verdict->outcome, labels);
	labels[4] = "key_type";
	/* The last connection for a certificate is the one that counts. */
	for (size_t i = facts->probe_count; i-- > 0;) {
		const struct dp_probe *probe = &facts->probes[i];

		if (!dp_expiry_counts(probe, &verdict->probes[i]) || probe->chain.count == 0)
			continue;
		labels[5] = key_word(probe->chain.certs[0].key_type);
		if (probe->chain.certs[0].spki != NULL)
			add_expiry(
				scope, &cert_expiry, probe->chain.certs[0].not_after_utc_s, labels);
		add_expiry(scope, &path_expiry,
			dp_expiry_path(&probe->chain, &verdict->probes[i].match).end_utc_s, labels);
	}
}

/* SRV records may name a host twice, with different ports: each is a series of its own. */
static const char *host_label(const struct scope *scope, const struct dp_host_facts *host)
{
	char name[DP_NAME_TEXT_MAX];

	dp_name_text(&host->name, name);
	if (scope->facts->target.is_service && host->port != scope->facts->target.port)
		return dp_arena_printf(scope->facts->arena, "%s:%u", name, (unsigned)host->port);
	return dp_arena_text(scope->facts->arena, name, strlen(name));
}

static void add_host(const struct scope *scope, size_t index)
{
	const struct dp_host_facts *facts = &scope->facts->hosts[index];
	const struct dp_host_verdict *verdict = &scope->verdict->hosts[index];
	const char *labels[5] = { "host", host_label(scope, facts) };
	size_t usable = 0, matched = 0;

	for (size_t i = 0; i < verdict->record_count; i++) {
		usable += verdict->records[i].unusable == DP_REASON_NONE;
		matched += verdict->matched != NULL && verdict->matched[i];
	}
	add_set(scope, &host_set, verdict->outcome, labels);
	add(scope, &records_metric, (double)(verdict->record_count + verdict->record_dropped),
		labels);
	add(scope, &usable_metric, (double)usable, labels);
	add(scope, &matched_metric, (double)matched, labels);
	for (size_t i = 0; i < facts->addr_count; i++)
		add_address(scope, labels[1], facts->addrs[i], &verdict->addrs[i]);
}

static void add_findings(const struct scope *scope)
{
	const struct dp_verdict *verdict = scope->verdict;

	for (int severity = DP_ERROR; severity >= DP_NOTE; severity--) {
		const char *labels[] = { "severity", dp_severity_word((enum dp_severity)severity),
			NULL };

		add(scope, &problems, (double)dp_brief_count(verdict, (enum dp_severity)severity),
			labels);
	}
	for (size_t i = 0; i < verdict->finding_count; i++) {
		const struct dp_finding *finding = &verdict->findings[i];
		const char *labels[] = { "code", dp_reason_row(finding->code)->code, "severity",
			dp_severity_word(finding->severity), NULL };
		size_t equal = 0;

		for (size_t k = 0; k < verdict->finding_count; k++)
			equal += verdict->findings[k].code == finding->code &&
				verdict->findings[k].severity == finding->severity;
		add(scope, &findings_metric, (double)equal, labels);
	}
}

static void add_signature(void *user, const struct dp_lookup *lookup, int64_t end_utc_s)
{
	const struct scope *scope = user;
	char name[DP_NAME_TEXT_MAX];
	const char *labels[] = { "name", dp_name_text(&lookup->name, name), "type",
		dp_type_text(lookup->type, scope->facts->arena), NULL };

	add(scope, &rrsig_expiry, (double)end_utc_s, labels);
}

void dp_metrics_verdict(struct dp_metrics *metrics, const char *target,
	const struct dp_facts *facts, const struct dp_verdict *verdict, int status)
{
	struct scope scope = { metrics, target, facts, verdict };
	const char *labels[3] = { NULL };

	dp_metrics_target(metrics);
	add(&scope, &probe_success, status == 0 || status == 1, NULL);
	add(&scope, &probe_duration, facts->duration_ms / 1000.0, NULL);
	add_expiry(&scope, &probe_cert, dp_expiry_earliest_sent(facts, verdict), NULL);
	add_set(&scope, &verdict_set, verdict->outcome, labels);
	add(&scope, &status_metric, status, NULL);
	add(&scope, &last_check, (double)facts->clock_utc_s, NULL);
	labels[0] = "mode";
	labels[1] = facts->resolver_mode != NULL ? facts->resolver_mode : "none";
	add(&scope, &resolver_info, 1, labels);
	add_findings(&scope);
	add(&scope, &hosts_metric, (double)(facts->host_count + facts->host_dropped), NULL);
	for (size_t i = 0; i < facts->host_count; i++)
		add_host(&scope, i);
	dp_expiry_signatures(facts, add_signature, &scope);
}
