/* SPDX-License-Identifier: Apache-2.0 */
/* From the state of each host to steps, and hosts with the same steps together. */
#include "dane/rollover.h"

#include <string.h>

#include "base/text.h"
#include "dane/cert_der.h"
#include "dane/digest.h"
#include "dane/rollover_parts.h"
#include "dane/rules.h"

const char *dp_rollover_outcome_word(enum dp_rollover_outcome outcome)
{
	switch (outcome) {
	case DP_ROLLOVER_SAFE: return "safe";
	case DP_ROLLOVER_UNSAFE: return "not-safe";
	case DP_ROLLOVER_UNDETERMINED: break;
	}
	return "undetermined";
}

int dp_rollover_exit(const struct dp_rollover *plan)
{
	switch (plan->outcome) {
	case DP_ROLLOVER_SAFE: return 0;
	case DP_ROLLOVER_UNSAFE: return 2;
	case DP_ROLLOVER_UNDETERMINED: break;
	}
	return 3;
}

const char *dp_rollover_state_word(enum dp_rollover_state state)
{
	static const char *const words[DP_ROLLOVER_STATES] = { "unknown", "insecure", "first",
		"prepare", "lagging", "waiting", "unseen", "mend", "ready", "broken", "deployed" };

	return words[state];
}

const char *dp_rollover_scheme_word(enum dp_rollover_scheme scheme)
{
	static const char *const words[] = { "none", "key", "current+next", "key+issuer",
		"issuer" };

	return words[scheme];
}

const char *dp_rollover_step_word(enum dp_step_kind kind)
{
	static const char *const words[DP_STEP_KINDS] = { "addresses", "publish", "servers", "wait",
		"deploy", "check", "renew", "remove", "protected" };

	return words[kind];
}

/* --- steps of one host --- */

/* The steps of a state, in order; those without lines are left out where they need some. */
static const enum dp_step_kind orders[DP_ROLLOVER_STATES][DP_ROLLOVER_STEPS_MAX] = {
	/* DP_STEP_KINDS ends a row */
	[DP_ROLLOVER_UNKNOWN] = { DP_STEP_KINDS },
	[DP_ROLLOVER_INSECURE] = { DP_STEP_DEPLOY, DP_STEP_KINDS },
	[DP_ROLLOVER_FIRST] = { DP_STEP_DEPLOY, DP_STEP_CHECK, DP_STEP_ADDRESSES, DP_STEP_PUBLISH,
		DP_STEP_PROTECTED, DP_STEP_KINDS },
	[DP_ROLLOVER_PREPARE] = { DP_STEP_PUBLISH, DP_STEP_WAIT, DP_STEP_DEPLOY, DP_STEP_CHECK,
		DP_STEP_REMOVE, DP_STEP_KINDS },
	[DP_ROLLOVER_LAGGING] = { DP_STEP_SERVERS, DP_STEP_WAIT, DP_STEP_DEPLOY, DP_STEP_CHECK,
		DP_STEP_RENEW, DP_STEP_REMOVE, DP_STEP_KINDS },
	[DP_ROLLOVER_WAITING] = { DP_STEP_WAIT, DP_STEP_DEPLOY, DP_STEP_CHECK, DP_STEP_RENEW,
		DP_STEP_REMOVE, DP_STEP_KINDS },
	[DP_ROLLOVER_UNSEEN] = { DP_STEP_WAIT, DP_STEP_DEPLOY, DP_STEP_CHECK, DP_STEP_RENEW,
		DP_STEP_REMOVE, DP_STEP_KINDS },
	[DP_ROLLOVER_MEND] = { DP_STEP_DEPLOY, DP_STEP_CHECK, DP_STEP_RENEW, DP_STEP_REMOVE,
		DP_STEP_KINDS },
	[DP_ROLLOVER_READY] = { DP_STEP_DEPLOY, DP_STEP_CHECK, DP_STEP_RENEW, DP_STEP_REMOVE,
		DP_STEP_KINDS },
	[DP_ROLLOVER_BROKEN] = { DP_STEP_PUBLISH, DP_STEP_CHECK, DP_STEP_REMOVE, DP_STEP_KINDS },
	[DP_ROLLOVER_DEPLOYED] = { DP_STEP_RENEW, DP_STEP_REMOVE, DP_STEP_KINDS },
};

/* After the deployment these stand for nothing. What stands for nothing today may be a key kept
 * for later: it is left until the new certificate is in use. */
static void remove_lines(const struct dp_rollover_work *work, struct dp_rollover_step *step)
{
	const struct dp_rollover_host *host = work->host;
	bool done = (host->state == DP_ROLLOVER_DEPLOYED || host->state == DP_ROLLOVER_BROKEN) &&
		!host->forced && !dp_rollover_unseen(host);

	if (host->type_unseen)
		return;

	for (size_t i = 0; i < host->record_count; i++) {
		const struct dp_rollover_record *record = &host->records[i];

		if (record->old || (done && record->idle))
			step->lines[step->line_count++] = dp_rollover_line(work, record->record);
	}
}

static bool fill_lines(const struct dp_rollover_work *work, struct dp_rollover_step *step)
{
	switch (step->kind) {
	case DP_STEP_ADDRESSES:
		if (!work->host->wildcard_addresses || work->host->wildcard_records ||
			work->tlsa >= 0)
			return false;
		step->line_count = dp_rollover_addresses(work, step->lines, DP_ROLLOVER_LINES_MAX);
		break;
	case DP_STEP_PUBLISH:
	case DP_STEP_RENEW:
		if (step->kind == DP_STEP_RENEW && !work->verifies)
			return false; /* others have those lines already */
		step->line_count = work->publish_count;
		memcpy(step->lines, work->publish, work->publish_count * sizeof *step->lines);
		break;
	case DP_STEP_REMOVE: remove_lines(work, step); break;
	case DP_STEP_PROTECTED: /* when, is not known */
		return work->host->ttl_known || work->host->negative_ttl_s >= 0;
	case DP_STEP_SERVERS:
	case DP_STEP_WAIT:
	case DP_STEP_DEPLOY:
	case DP_STEP_CHECK:
	case DP_STEP_KINDS: return true;
	}
	return step->line_count > 0;
}

/* How long until no cache holds an older set, from the last change on. */
static int64_t wait_of(const struct dp_rollover_work *work)
{
	const struct dp_rollover_host *host = work->host;
	int64_t ttl_s = host->ttl_s;

	if (host->state == DP_ROLLOVER_FIRST && host->negative_ttl_s > ttl_s)
		ttl_s = host->negative_ttl_s;
	return DP_ROLLOVER_TTLS * ttl_s;
}

static void fill_steps(struct dp_rollover_work *work, struct dp_rollover_group *group)
{
	const struct dp_rollover_input *input = work->input;
	const enum dp_step_kind *order = orders[work->host->state];
	int64_t start_utc_s = input->clock_utc_s, at_utc_s = input->clock_utc_s;

	group->wait_s = wait_of(work);
	if (work->host->state == DP_ROLLOVER_WAITING && input->since_utc_s != DP_TIME_NONE)
		start_utc_s = input->since_utc_s;
	for (size_t i = 0; order[i] != DP_STEP_KINDS; i++) {
		struct dp_rollover_step *step = &group->steps[group->step_count];

		*step = (struct dp_rollover_step){ .kind = order[i] };
		step->lines =
			dp_arena_alloc(work->arena, DP_ROLLOVER_LINES_MAX * sizeof *step->lines);
		if (!fill_lines(work, step))
			continue;
		/* BROKEN: the old certificate may be put back meanwhile. */
		if (step->kind == DP_STEP_WAIT || step->kind == DP_STEP_PROTECTED ||
			(step->kind == DP_STEP_REMOVE && group->state == DP_ROLLOVER_BROKEN))
			at_utc_s = start_utc_s + group->wait_s;
		step->earliest_utc_s = at_utc_s;
		group->step_count++;
	}
}

/* --- groups --- */

static bool same_steps(const struct dp_rollover_group *a, const struct dp_rollover_group *b)
{
	if (a->state != b->state || a->step_count != b->step_count)
		return false;
	for (size_t i = 0; i < a->step_count; i++) {
		if (a->steps[i].kind != b->steps[i].kind)
			return false;
	}
	return true;
}

/* The lines of both; the later time. The same owner (an alias) is told once. */
static void merge(struct dp_rollover_group *into, const struct dp_rollover_group *from)
{
	into->hosts[into->host_count++] = from->hosts[0];
	if (from->wait_s > into->wait_s)
		into->wait_s = from->wait_s;
	for (size_t i = 0; i < into->step_count; i++) {
		struct dp_rollover_step *step = &into->steps[i];
		const struct dp_rollover_step *other = &from->steps[i];

		if (other->earliest_utc_s > step->earliest_utc_s)
			step->earliest_utc_s = other->earliest_utc_s;
		for (size_t k = 0; k < other->line_count; k++) {
			bool known = false;

			for (size_t l = 0; l < step->line_count; l++)
				known |= strcmp(step->lines[l], other->lines[k]) == 0;
			if (!known && step->line_count < DP_ROLLOVER_LINES_MAX)
				step->lines[step->line_count++] = other->lines[k];
		}
	}
}

static void add_group(struct dp_rollover *plan, const struct dp_rollover_group *group, size_t all,
	size_t index, struct dp_arena *arena)
{
	struct dp_rollover_group *made;

	for (size_t i = 0; i < plan->group_count; i++) {
		if (same_steps(&plan->groups[i], group)) {
			merge(&plan->groups[i], group);
			return;
		}
	}
	made = &plan->groups[plan->group_count++];
	*made = *group;
	made->hosts = dp_arena_alloc(arena, all * sizeof *made->hosts);
	made->hosts[made->host_count++] = index;
}

/* --- the whole --- */

static enum dp_rollover_outcome outcome_of(enum dp_rollover_state state)
{
	switch (state) {
	case DP_ROLLOVER_INSECURE:
	case DP_ROLLOVER_FIRST:
	case DP_ROLLOVER_READY:
	case DP_ROLLOVER_DEPLOYED: return DP_ROLLOVER_SAFE;
	case DP_ROLLOVER_PREPARE:
	case DP_ROLLOVER_LAGGING:
	case DP_ROLLOVER_WAITING:
	case DP_ROLLOVER_MEND:
	case DP_ROLLOVER_BROKEN: return DP_ROLLOVER_UNSAFE;
	case DP_ROLLOVER_UNKNOWN:
	case DP_ROLLOVER_UNSEEN:
	case DP_ROLLOVER_STATES: break;
	}
	return DP_ROLLOVER_UNDETERMINED;
}

/* Not safe beats undetermined: what is known to break stays so whatever else is found out. */
static void settle(struct dp_rollover *plan, const struct dp_facts *facts)
{
	size_t host_count = facts->host_count;

	plan->outcome = host_count > 0 ? DP_ROLLOVER_SAFE : DP_ROLLOVER_UNDETERMINED;
	for (size_t i = 0; i < host_count; i++) {
		enum dp_rollover_outcome outcome = outcome_of(plan->hosts[i].state);

		if (plan->outcome == DP_ROLLOVER_SAFE || outcome == DP_ROLLOVER_UNSAFE)
			plan->outcome = outcome;
	}
	if (plan->outcome == DP_ROLLOVER_SAFE &&
		(facts->expired || facts->interrupted || facts->host_dropped > 0))
		plan->outcome = DP_ROLLOVER_UNDETERMINED;
}

static void describe_next(struct dp_rollover *plan, struct dp_arena *arena)
{
	const struct dp_rollover_new *next = &plan->next;
	struct dp_key_info info = { .type = DP_KEY_UNKNOWN };
	uint8_t digest[DP_SHA256_BYTES];

	dp_key_read(next->spki, next->spki_len, &info);
	dp_digest_sha256(next->spki, next->spki_len, digest);
	plan->next_record =
		dp_arena_printf(arena, "3 1 1 %s", dp_text_hex(arena, digest, DP_SHA256_BYTES));
	if (next->chain == NULL)
		plan->next_text = dp_arena_printf(
			arena, "%s key, no certificate yet", dp_key_type_text(info.type));
	else
		plan->next_text = dp_arena_printf(arena, "\"%s\" (%s, issued by \"%s\")",
			next->chain->certs[0].subject_text,
			dp_cert_key_text(&next->chain->certs[0], arena),
			next->chain->certs[0].issuer_text);
}

static void look_at_host(struct dp_rollover_work *work, const struct dp_rollover_input *input,
	struct dp_rollover *plan, size_t index)
{
	*work = (struct dp_rollover_work){ .input = input,
		.plan = plan,
		.arena = input->facts->arena,
		.index = index,
		.facts = &input->facts->hosts[index],
		.verdict = &input->verdict->hosts[index],
		.host = &plan->hosts[index],
		.tlsa = -1 };
	dp_rollover_host(work);
}

static void plan_host(struct dp_rollover_work *work)
{
	struct dp_rollover_group group = { .host_count = 0 };

	if (work->host->state != DP_ROLLOVER_UNKNOWN && work->host->state != DP_ROLLOVER_INSECURE)
		dp_rollover_publish(work);
	group.state = work->host->state;
	group.hosts = &work->index;
	fill_steps(work, &group);
	dp_rollover_notes(work);
	add_group(work->plan, &group, work->input->facts->host_count, work->index, work->arena);
}

void dp_rollover_note(struct dp_rollover *plan, const struct dp_rollover_note *note)
{
	if (plan->note_count < DP_ROLLOVER_NOTES_MAX)
		plan->notes[plan->note_count++] = *note;
}

struct dp_rollover *dp_rollover_plan(const struct dp_rollover_input *input)
{
	struct dp_arena *arena = input->facts->arena;
	struct dp_rollover *plan = dp_arena_alloc(arena, sizeof *plan);
	size_t count = input->facts->host_count;
	struct dp_rollover_work *works;

	plan->next = input->next;
	plan->clock_utc_s = input->clock_utc_s;
	plan->since_utc_s = input->since_utc_s;
	plan->servers_asked = input->facts->target.all_nameservers;
	plan->hosts = dp_arena_alloc(arena, (count + 1) * sizeof *plan->hosts);
	plan->groups = dp_arena_alloc(arena, (count + 1) * sizeof *plan->groups);
	plan->notes = dp_arena_alloc(arena, DP_ROLLOVER_NOTES_MAX * sizeof *plan->notes);
	describe_next(plan, arena);
	works = dp_arena_alloc(arena, (count + 1) * sizeof *works);
	for (size_t i = 0; i < count; i++)
		look_at_host(&works[i], input, plan, i);
	dp_rollover_share(plan, count);
	for (size_t i = 0; i < count; i++)
		plan_host(&works[i]);
	dp_rollover_signature_notes(input, plan);
	settle(plan, input->facts);
	dp_rollover_words(input, plan);
	if (plan->outcome == DP_ROLLOVER_UNDETERMINED)
		dp_rollover_note(plan,
			&(struct dp_rollover_note){ "undetermined", true, -1,
				dp_arena_printf(arena, "To see why: daneprobe check %s",
					dp_rollover_target(input)),
				"" });
	return plan;
}
