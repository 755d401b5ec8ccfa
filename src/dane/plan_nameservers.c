/* SPDX-License-Identifier: Apache-2.0 */
/*
 * --all-nameservers, when everything else is done: the zones of the questions that were asked, the
 * names and addresses of their servers, and then the same questions to each of them.
 */
#include "dane/nameservers.h"

#include <string.h>

#include "dane/plan.h"
#include "dane/rules.h"

/* --- questions --- */

static void add_question(struct dp_nameservers *ns, const struct dp_name *name, uint16_t type,
	const struct dp_lookup *counted, bool tail)
{
	for (size_t i = 0; i < ns->question_count; i++) {
		if (ns->questions[i].type == type && dp_name_equal(&ns->questions[i].name, name))
			return;
	}
	if (ns->question_count == DP_NS_QUESTIONS_MAX) {
		ns->cut_short = true;
		return;
	}
	ns->questions[ns->question_count++] = (struct dp_ns_question){
		.name = *name, .type = type, .counted = counted, .tail = tail, .zone = -1
	};
}

/* The question, and where its aliases lead to: that may be another zone with other servers. */
static void repeat(struct dp_nameservers *ns, const struct dp_lookup *lookup)
{
	if (!dp_rule_final(lookup) || lookup->state == DP_LOOKUP_CANCELLED)
		return;
	add_question(ns, &lookup->name, lookup->type, lookup, false);
	if (lookup->message.alias_count > 0)
		add_question(ns, &lookup->message.canonical, lookup->type, lookup, true);
}

static void list_questions(struct dp_facts *facts)
{
	struct dp_nameservers *ns = facts->nameservers;

	repeat(ns, &facts->mx);
	for (size_t i = 0; i < facts->host_count; i++) {
		const struct dp_host_facts *host = &facts->hosts[i];

		for (size_t t = 0; t < 2; t++)
			repeat(ns, &host->tlsa[t]);
		repeat(ns, &host->a);
		repeat(ns, &host->aaaa);
	}
}

/* --- zones --- */

static void add_cut(struct dp_nameservers *ns, const struct dp_name *name)
{
	for (size_t i = 0; i < ns->cut_count; i++) {
		if (dp_name_equal(&ns->cuts[i].ns.name, name))
			return;
	}
	if (ns->cut_count == DP_NS_CUTS_MAX)
		ns->cut_short = true;
	else
		ns->cuts[ns->cut_count++].ns.name = *name;
}

/* Every ancestor may be the apex; a top-level domain only of its own name. */
static void list_cuts(struct dp_nameservers *ns)
{
	for (size_t i = 0; i < ns->question_count; i++) {
		const struct dp_name *name = &ns->questions[i].name;
		size_t labels = dp_name_labels(name);

		for (size_t up = 0; up < labels && (up == 0 || labels - up > 1); up++) {
			struct dp_name ancestor = dp_name_parent(name, up);

			add_cut(ns, &ancestor);
		}
	}
}

static bool apex(const struct dp_lookup *ns)
{
	return ns->state == DP_LOOKUP_DATA && ns->message.alias_count == 0;
}

/* The nearest apex at or above the name. */
static int zone_of(const struct dp_nameservers *ns, const struct dp_name *name)
{
	int zone = -1;

	for (size_t i = 0; i < ns->cut_count; i++) {
		const struct dp_lookup *cut = &ns->cuts[i].ns;

		if (apex(cut) && dp_name_below(name, &cut->name) &&
			(zone < 0 || cut->name.len > ns->cuts[zone].ns.name.len))
			zone = (int)i;
	}
	return zone;
}

static bool name_of(const struct dp_rr *rr, struct dp_name *name)
{
	if (rr->rdata_len == 0 || rr->rdata_len > sizeof(name->wire))
		return false;
	name->len = (uint8_t)rr->rdata_len;
	memcpy(name->wire, rr->rdata, name->len);
	return true;
}

static void add_host(struct dp_nameservers *ns, const struct dp_name *name)
{
	for (size_t i = 0; i < ns->host_count; i++) {
		if (dp_name_equal(&ns->hosts[i].name, name))
			return;
	}
	if (ns->host_count == DP_NS_HOSTS_MAX)
		ns->cut_short = true;
	else
		ns->hosts[ns->host_count++].name = *name;
}

static void list_hosts(struct dp_nameservers *ns)
{
	size_t asked = ns->question_count;

	for (size_t i = 0; i < asked; i++) {
		struct dp_ns_question *question = &ns->questions[i];
		const struct dp_lookup *cut;

		question->zone = zone_of(ns, &question->name);
		if (question->zone < 0)
			continue;
		cut = &ns->cuts[question->zone].ns;
		add_question(ns, &cut->name, DP_TYPE_SOA, NULL, false);
		for (size_t r = 0; r < cut->message.rr_count; r++) {
			struct dp_name name;

			if (r == DP_NS_PER_ZONE_MAX)
				ns->cut_short = true;
			else if (r < DP_NS_PER_ZONE_MAX && name_of(&cut->message.rrs[r], &name))
				add_host(ns, &name);
		}
	}
	for (size_t i = asked; i < ns->question_count; i++)
		ns->questions[i].zone = zone_of(ns, &ns->questions[i].name);
}

/* --- servers --- */

static bool before(const struct dp_ns_server *a, const struct dp_ns_server *b)
{
	size_t len = a->name.len < b->name.len ? a->name.len : b->name.len;
	int order = memcmp(a->name.wire, b->name.wire, len);

	if (order == 0 && a->name.len != b->name.len)
		return a->name.len < b->name.len;
	if (order == 0 && a->ip.family != b->ip.family)
		return a->ip.family < b->ip.family;
	return (order == 0 ? memcmp(a->ip.bytes, b->ip.bytes, sizeof(a->ip.bytes)) : order) < 0;
}

/* Behind first, in order: the order of answers changes from one run to the next. */
static void insert(struct dp_nameservers *ns, size_t first, const struct dp_ns_server *server)
{
	size_t at = ns->server_count;

	for (size_t i = first; i < ns->server_count; i++) {
		if (dp_ip_equal(&ns->servers[i].ip, &server->ip))
			return;
	}
	if (ns->server_count == DP_NS_SERVERS_MAX || ns->server_count - first == DP_NS_ADDRS_MAX) {
		ns->cut_short = true;
		return;
	}
	for (; at > first && before(server, &ns->servers[at - 1]); at--)
		ns->servers[at] = ns->servers[at - 1];
	ns->servers[at] = *server;
	ns->server_count++;
}

static void insert_all(struct dp_nameservers *ns, size_t first, int zone,
	const struct dp_name *name, const struct dp_lookup *lookup)
{
	size_t bytes = lookup->type == DP_TYPE_A ? 4 : 16;

	if (lookup->state != DP_LOOKUP_DATA)
		return;
	for (size_t i = 0; i < lookup->message.rr_count; i++) {
		const struct dp_rr *rr = &lookup->message.rrs[i];
		struct dp_ns_server server = { .zone = zone, .name = *name };

		if (rr->rdata_len != bytes)
			continue;
		server.ip.family = bytes == 4 ? 4 : 6;
		memcpy(server.ip.bytes, rr->rdata, bytes);
		insert(ns, first, &server);
	}
}

static void list_servers_of(struct dp_nameservers *ns, int zone)
{
	const struct dp_message *message = &ns->cuts[zone].ns.message;
	size_t first = ns->server_count;

	for (size_t r = 0; r < message->rr_count && r < DP_NS_PER_ZONE_MAX; r++) {
		struct dp_name name;

		if (!name_of(&message->rrs[r], &name))
			continue;
		for (size_t h = 0; h < ns->host_count; h++) {
			if (!dp_name_equal(&ns->hosts[h].name, &name))
				continue;
			insert_all(ns, first, zone, &name, &ns->hosts[h].a);
			insert_all(ns, first, zone, &name, &ns->hosts[h].aaaa);
		}
	}
}

static void list_answers(struct dp_facts *facts)
{
	struct dp_nameservers *ns = facts->nameservers;

	ns->answers = dp_arena_alloc(facts->arena, DP_NS_ANSWERS_MAX * sizeof(*ns->answers));
	for (size_t s = 0; s < ns->server_count; s++) {
		for (size_t q = 0; q < ns->question_count; q++) {
			if (ns->questions[q].zone != ns->servers[s].zone)
				continue;
			if (ns->answer_count == DP_NS_ANSWERS_MAX) {
				ns->cut_short = true;
				return;
			}
			ns->answers[ns->answer_count++] =
				(struct dp_ns_answer){ .server = s, .question = q };
		}
	}
}

static void list_servers(struct dp_facts *facts)
{
	struct dp_nameservers *ns = facts->nameservers;

	for (size_t zone = 0; zone < ns->cut_count; zone++) {
		bool wanted = false;

		for (size_t q = 0; q < ns->question_count; q++)
			wanted |= ns->questions[q].zone == (int)zone;
		if (wanted)
			list_servers_of(ns, (int)zone);
	}
	list_answers(facts);
}

/* --- asking --- */

/* Of one server, or (NULL) who they are: that must be learned of a zone that does not validate,
 * too.
 */
static void ask(struct dp_plan *plan, struct dp_lookup *lookup, const struct dp_name *name,
	uint16_t type, const struct dp_ns_server *server)
{
	struct dp_task *task;

	if (!dp_plan_ask(plan, lookup, name, type, true))
		return;
	task = &plan->tasks[plan->count - 1];
	task->kind = DP_TASK_NAMESERVER;
	if (server == NULL)
		return;
	task->ip = server->ip;
	task->zone = &plan->facts->nameservers->cuts[server->zone].ns.name;
}

static void ask_cuts(struct dp_plan *plan, struct dp_nameservers *ns)
{
	for (size_t i = 0; i < ns->cut_count; i++) {
		const struct dp_name name = ns->cuts[i].ns.name;

		ask(plan, &ns->cuts[i].ns, &name, DP_TYPE_NS, NULL);
	}
}

static void ask_hosts(struct dp_plan *plan, struct dp_nameservers *ns)
{
	for (size_t i = 0; i < ns->host_count; i++) {
		struct dp_ns_host *host = &ns->hosts[i];

		ask(plan, &host->a, &host->name, DP_TYPE_A, NULL);
		ask(plan, &host->aaaa, &host->name, DP_TYPE_AAAA, NULL);
	}
}

/* All questions to a server at once, to a few servers at a time. */
static void ask_servers(struct dp_plan *plan, struct dp_nameservers *ns)
{
	size_t busy = 0, last = ns->server_count;

	for (size_t i = 0; i < ns->answer_count; i++) {
		const struct dp_ns_answer *answer = &ns->answers[i];

		if (answer->lookup.state == DP_LOOKUP_PENDING && answer->server != last) {
			last = answer->server;
			busy++;
		}
	}
	for (size_t i = 0; i < ns->answer_count; i++) {
		struct dp_ns_answer *answer = &ns->answers[i];
		const struct dp_ns_question *question;

		if (answer->lookup.state != DP_LOOKUP_NOT_ASKED)
			continue;
		if (answer->server != last) {
			if (busy == DP_NS_AT_ONCE)
				return;
			last = answer->server;
			busy++;
		}
		question = &ns->questions[answer->question];
		ask(plan, &answer->lookup, &question->name, question->type,
			&ns->servers[answer->server]);
	}
}

static bool open_lookups(const struct dp_nameservers *ns)
{
	for (size_t i = 0; i < ns->cut_count; i++) {
		if (!dp_rule_final(&ns->cuts[i].ns))
			return true;
	}
	for (size_t i = 0; i < ns->host_count; i++) {
		if (!dp_rule_final(&ns->hosts[i].a) || !dp_rule_final(&ns->hosts[i].aaaa))
			return true;
	}
	return false;
}

void dp_plan_nameservers(struct dp_plan *plan)
{
	struct dp_facts *facts = plan->facts;
	struct dp_nameservers *ns = facts->nameservers;

	if (ns == NULL) {
		ns = dp_arena_alloc(facts->arena, sizeof(*ns));
		facts->nameservers = ns;
		list_questions(facts);
		list_cuts(ns);
	}
	if (ns->stage == DP_NS_CUTS) {
		ask_cuts(plan, ns);
		if (open_lookups(ns))
			return;
		list_hosts(ns);
		ns->stage = DP_NS_HOSTS;
	}
	if (ns->stage == DP_NS_HOSTS) {
		ask_hosts(plan, ns);
		if (open_lookups(ns))
			return;
		list_servers(facts);
		ns->stage = DP_NS_SERVERS;
	}
	ask_servers(plan, ns);
}

bool dp_plan_nameservers_pending(const struct dp_facts *facts)
{
	const struct dp_nameservers *ns = facts->nameservers;

	if (ns == NULL)
		return false;
	for (size_t i = 0; i < ns->cut_count; i++) {
		if (ns->cuts[i].ns.state == DP_LOOKUP_PENDING)
			return true;
	}
	for (size_t i = 0; i < ns->host_count; i++) {
		if (ns->hosts[i].a.state == DP_LOOKUP_PENDING ||
			ns->hosts[i].aaaa.state == DP_LOOKUP_PENDING)
			return true;
	}
	for (size_t i = 0; i < ns->answer_count; i++) {
		if (ns->answers[i].lookup.state == DP_LOOKUP_PENDING)
			return true;
	}
	return false;
}
