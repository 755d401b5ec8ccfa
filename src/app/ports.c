/* SPDX-License-Identifier: Apache-2.0 */
#include "app/ports.h"

#include <string.h>

#include "app/live.h"
#include "app/output.h"
#include "app/target.h"
#include "starttls/dialogue.h"

/* What mail clients use beside port 25: RFC 8314 s3, RFC 5804. */
static const char *const services[] = { "submissions", "submission", "imaps", "pop3s", "sieve" };

#define SERVICES (sizeof(services) / sizeof(services[0]))
#define ANY_HOST "mx.example.org"

static const char *contradiction(const struct dp_options *options)
{
	const char *option = options->all_ports ? "--all-ports" : "--service";

	if (options->all_ports && options->service_count > 0)
		return "--all-ports and --service ask for different things; leave one out";
	if (options->record_count > 0)
		return dp_arena_printf(options->arena,
			"--tlsa is for the servers of one port; leave %s out", option);
	return NULL;
}

static char *srv_text(const struct dp_options *options, const char *service, const char *domain)
{
	const char *text = dp_arena_printf(options->arena, "srv:_%s._tcp.%s", service, domain);

	return dp_arena_text(options->arena, text, strlen(text));
}

/* Each domain with its services behind it, or these alone. */
static const char *expand(const struct dp_options *options, const struct dp_target *plain,
	char **texts, size_t *count)
{
	bool all = options->all_ports;

	*count = 0;
	for (size_t i = 0; i < options->target_count; i++) {
		char *text = options->targets[i];

		if (!plain[i].is_domain || plain[i].is_service)
			return dp_arena_printf(options->arena,
				"%s is for mail domains, and \"%s\" is none; type a domain, as in "
				"example.org",
				all ? "--all-ports" : "--service", dp_output_shown(options, text));
		if (all)
			texts[(*count)++] = text;
		for (size_t s = 0; s < (all ? SERVICES : options->service_count); s++)
			texts[(*count)++] =
				srv_text(options, all ? services[s] : options->services[s], text);
	}
	return NULL;
}

const char *dp_ports_targets(
	const struct dp_options *options, struct dp_target **targets, size_t *count)
{
	size_t most = options->target_count * (1 + SERVICES + options->service_count);
	char **texts = dp_arena_alloc(options->arena, most * sizeof(*texts));
	const char *wrong =
		dp_live_targets(options, options->targets, options->target_count, targets);

	*count = options->target_count;
	if (wrong != NULL || (!options->all_ports && options->service_count == 0))
		return wrong;
	wrong = contradiction(options);
	if (wrong == NULL)
		wrong = expand(options, *targets, texts, count);
	if (wrong == NULL)
		wrong = dp_live_targets(options, texts, *count, targets);
	for (size_t i = 0; wrong == NULL && i < *count; i++)
		(*targets)[i].if_published = options->all_ports && (*targets)[i].is_service;
	return wrong;
}

void dp_ports_open(struct dp_ports *ports, const struct dp_options *options, struct dp_arena *arena)
{
	*ports = (struct dp_ports){ .arena = arena, .options = options };
}

static bool is_listed(
	const struct dp_ports_host *list, size_t count, const struct dp_name *name, uint16_t port)
{
	for (size_t i = 0; i < count; i++) {
		if (list[i].port == port && dp_name_equal(&list[i].name, name))
			return true;
	}
	return false;
}

static void list(struct dp_ports *ports, struct dp_ports_host **hosts, size_t *count, size_t *cap,
	const struct dp_ports_host *host)
{
	if (is_listed(*hosts, *count, &host->name, host->port))
		return;
	*hosts = dp_arena_grow(ports->arena, *hosts, *count, cap, sizeof(**hosts));
	(*hosts)[(*count)++] = *host;
}

void dp_ports_note(struct dp_ports *ports, const struct dp_facts *facts)
{
	for (size_t i = 0; i < facts->host_count; i++) {
		struct dp_ports_host host = { facts->hosts[i].name, 0 };

		if (facts->target.is_service) {
			/* Insecure ones decide nothing, whatever their hosts do: those are looked
			 * at by their own names as well. */
			if (facts->mx.security != DP_SECURE)
				continue;
			host.port = facts->hosts[i].port;
			list(ports, &ports->named, &ports->named_count, &ports->named_cap, &host);
		} else if (facts->target.is_domain) {
			list(ports, &ports->hosts, &ports->host_count, &ports->host_cap, &host);
		}
	}
}

size_t dp_ports_rest(struct dp_ports *ports, struct dp_target **targets)
{
	size_t count = 0;
	char name[DP_NAME_TEXT_MAX];

	*targets =
		dp_arena_alloc(ports->arena, ports->host_count * SERVICES * sizeof(**targets) + 1);
	for (size_t i = 0; i < ports->host_count; i++) {
		const struct dp_name *host = &ports->hosts[i].name;

		for (size_t s = 0; s < SERVICES; s++) {
			uint16_t port = dp_protocol_port(dp_protocol_find(services[s]));
			struct dp_target *target = &(*targets)[count];

			if (is_listed(ports->named, ports->named_count, host, port))
				continue;
			/* An MX record may name what nobody may type. */
			if (dp_target_parse(
				    dp_arena_printf(ports->arena, "%s://" ANY_HOST, services[s]),
				    ports->options, ports->arena, target) != NULL)
				continue;
			target->name = *host;
			target->text = dp_arena_printf(
				ports->arena, "%s://%s", services[s], dp_name_text(host, name));
			target->if_published = true;
			count++;
		}
	}
	return count;
}

bool dp_ports_silent(const struct dp_facts *facts)
{
	return facts->target.if_published && facts->target.is_service &&
		(facts->mx.state == DP_LOOKUP_NODATA || facts->mx.state == DP_LOOKUP_NXDOMAIN) &&
		(facts->mx.security == DP_SECURE || facts->mx.security == DP_INSECURE);
}

size_t dp_ports_most(const struct dp_options *options, size_t count)
{
	return options->all_ports ? count + options->target_count * DP_HOSTS_MAX * SERVICES : count;
}
