/* SPDX-License-Identifier: Apache-2.0 */
/* tlsa --live: the records for what the servers of a target send now. */
#include <string.h>

#include "app/commands.h"
#include "app/live.h"
#include "app/sandbox.h"
#include "app/tlsa.h"
#include "dane/digest.h"
#include "dane/policy.h"
#include "dane/rules.h"

struct session {
	const struct dp_options *options;
	struct dp_live live;
	struct dp_output output;
	int status;
};

/* One host of the report that is being made. */
struct scene {
	struct session *session;
	struct dp_facts *facts;
	const struct dp_verdict *verdict;
	const struct dp_host_facts *host;
	int index;
	char name[DP_NAME_TEXT_MAX];
};

/* What the judge says about a host or address (-1: not about one), the worst first: findings about
 * records are not of interest, there are none yet. */
static const struct dp_finding *find_cause(const struct scene *scene, int addr)
{
	const struct dp_verdict *verdict = scene->verdict;
	const struct dp_finding *found = NULL;

	for (size_t i = 0; i < verdict->finding_count; i++) {
		const struct dp_finding *finding = &verdict->findings[i];

		if (finding->subject.host == scene->index && finding->subject.addr == addr &&
			finding->cause[0] != '\0' &&
			(found == NULL || finding->severity > found->severity))
			found = finding;
	}
	return found;
}

/* Why certificates could not be seen. */
static void complain_unseen(struct scene *scene, int addr)
{
	const struct dp_finding *finding = find_cause(scene, addr);

	scene->session->status = DP_EXIT_USAGE;
	if (finding != NULL)
		dp_complain("%s%s", finding->cause,
			addr >= 0 ? " Its certificates are missing from these records." : "");
	else
		dp_complain("%s: certificates could not be seen; type \"daneprobe check -v %s\" "
			    "for more",
			scene->name[0] != '\0' ? scene->name : "the domain",
			dp_output_shown(scene->session->options, scene->facts->target.text));
}

/* The last attempt with each offer counts: did all of them show a certificate, or that there is
 * none of that type? */
static bool seen_all(const struct dp_addr_facts *addr)
{
	bool good[DP_OFFER_ECDSA + 1] = { true, true, true };

	for (size_t i = 0; i < addr->probe_count; i++) {
		const struct dp_probe *probe = &addr->probes[i];

		if (!probe->without_sni)
			good[probe->offer] = probe->chain_seen || dp_rule_absent(probe);
	}
	return addr->probe_count > 0 && good[DP_OFFER_ALL] && good[DP_OFFER_RSA] &&
		good[DP_OFFER_ECDSA];
}

/* This machine has no way there: other addresses tell. */
static bool no_route(const struct dp_addr_facts *addr)
{
	return addr->probe_count > 0 && addr->probes[addr->probe_count - 1].status == DP_NO_ROUTE;
}

static void gather(struct scene *scene, struct dp_sources *sources)
{
	const struct dp_host_facts *host = scene->host;
	bool any = false;

	for (size_t i = 0; i < host->addr_count; i++)
		any = any || !no_route(host->addrs[i]);
	for (size_t i = 0; i < host->addr_count; i++) {
		const struct dp_addr_facts *addr = host->addrs[i];

		for (size_t j = 0; j < addr->probe_count; j++) {
			if (addr->probes[j].chain_seen && !addr->probes[j].without_sni)
				dp_sources_of_chain(
					&addr->probes[j].chain, scene->facts->arena, sources);
		}
		if (!seen_all(addr) && !(any && no_route(addr)))
			complain_unseen(scene, (int)i);
	}
	if (host->addr_count == 0)
		complain_unseen(scene, -1);
}

static void warn_insecure(const struct scene *scene)
{
	if (dp_rule_addresses(scene->host) == DP_ADDRESSES_INSECURE)
		dp_complain("warning: the addresses of %s are not signed with DNSSEC: senders "
			    "ignore its TLSA records until its zone is (RFC 7672 s2.2.2)",
			scene->name);
}

static void warn_alias(const struct scene *scene, const struct dp_name *base)
{
	char text[DP_NAME_TEXT_MAX];

	if (!dp_name_equal(base, &scene->host->name))
		dp_complain("note: %s is an alias of %s: the records belong there (RFC 7671 s7)",
			scene->name, dp_name_text(base, text));
}

static void print_host(struct scene *scene)
{
	const struct dp_options *options = scene->session->options;
	struct dp_sources sources = { .own = NULL };
	struct dp_name base, owner;
	struct dp_tlsa_job job = {
		.options = options,
		.arena = scene->facts->arena,
		.sources = &sources,
		.shown = scene->name,
		.ports = options->port_count > 0 ? options->ports : &scene->host->port,
		.port_count = options->port_count > 0 ? options->port_count : 1,
		.now_utc_s = scene->session->live.now_utc_s,
		.comments = true,
	};
	bool issuers = options->usage == DP_PKIX_TA || options->usage == DP_DANE_TA;

	gather(scene, &sources);
	if (sources.own_count == 0)
		return;
	dp_rule_base(scene->host, -1, &base, &owner);
	job.server = base;
	warn_insecure(scene);
	warn_alias(scene, &base);
	if (!dp_name_is_hostname(&base) || (issuers && sources.issuer_count == 0)) {
		scene->session->status = dp_complain(issuers && sources.issuer_count == 0
				? "%s sends no certificate of an issuer: records of usage 0 and 2 "
				  "would match nothing there; type --usage 3"
				: "%s is no name that a mail server can have; give it one of "
				  "letters, digits and hyphens",
			scene->name);
		return;
	}
	if (dp_tlsa_print(&job, &scene->session->output) != DP_EXIT_OK)
		scene->session->status = DP_EXIT_USAGE;
}

static bool report(void *user, struct dp_facts *facts)
{
	struct session *session = user;
	struct scene scene = {
		.session = session,
		.facts = facts,
		.verdict = dp_policy_judge(facts, session->live.now_utc_s),
		.index = -1,
	};

	if (facts->host_count == 0)
		complain_unseen(&scene, -1);
	for (size_t i = 0; i < facts->host_count; i++) {
		scene.host = &facts->hosts[i];
		scene.index = (int)i;
		dp_name_text(&scene.host->name, scene.name);
		print_host(&scene);
	}
	if (facts->host_dropped > 0)
		session->status =
			dp_complain("%zu more hosts were not looked at; type each as %s://HOST",
				facts->host_dropped, facts->target.protocol);
	return true;
}

/* A record that nothing matches: the planner connects only where there is something to compare
 * with. */
static void ask_for_connections(struct dp_target *target, struct dp_arena *arena)
{
	struct dp_tlsa *none = dp_arena_alloc(arena, sizeof(*none));

	*none = (struct dp_tlsa){ .usage = DP_DANE_EE,
		.selector = DP_SPKI,
		.matching = DP_SHA256,
		.data = dp_arena_alloc(arena, DP_SHA256_BYTES),
		.data_len = DP_SHA256_BYTES };
	target->records = none;
	target->record_count = 1;
}

static int run(struct session *session, const struct dp_target *target)
{
	enum dp_batch_end end;

	dp_output_open(&session->output, session->options);
	end = dp_live_run(&session->live, target, 1, report, session);
	if (end != DP_BATCH_DONE || dp_output_close(&session->output) != DP_EXIT_OK)
		return DP_EXIT_USAGE;
	return session->status;
}

int dp_tlsa_live(const struct dp_options *options)
{
	struct session session = { .options = options };
	char *text = dp_arena_text(options->arena, options->live, strlen(options->live));
	struct dp_target *target;
	const char *wrong;
	int status;

	if (options->owner.len > 0)
		return dp_complain("--owner does not go with --live, which takes the names of the "
				   "servers from the DNS; leave it out");
	wrong = dp_live_targets(options, &text, 1, &target);
	if (wrong != NULL)
		return dp_complain("--live %s", wrong);
	ask_for_connections(target, options->arena);
	dp_sandbox_enter(options, DP_SANDBOX_LIVE);
	status = dp_live_open(&session.live, options);
	if (status == DP_EXIT_OK)
		status = run(&session, target);
	dp_live_close(&session.live);
	return status;
}
