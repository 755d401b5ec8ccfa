/* SPDX-License-Identifier: Apache-2.0 */
/* The sentences of the steps. They are said of all hosts of a group at once. */
#include <string.h>

#include "base/text.h"
#include "dane/rollover_parts.h"
#include "dane/inventory.h"

#define SMTP_PORT 25
#define MINUTE_S 60
#define HOUR_S 3600
#define DAY_S 86400

struct scope {
	const struct dp_rollover_input *input;
	const struct dp_rollover *plan;
	const struct dp_rollover_group *group;
	struct dp_arena *arena;
};

const char *dp_rollover_span(struct dp_arena *arena, int64_t seconds)
{
	static const struct {
		int64_t seconds;
		const char *one, *many;
	} units[] = { { DAY_S, "day", "days" }, { HOUR_S, "hour", "hours" },
		{ MINUTE_S, "minute", "minutes" }, { 1, "second", "seconds" } };
	size_t u = 0;

	/* The largest unit that leaves no rest, or of which there are many. */
	while (u < 3 && seconds % units[u].seconds != 0 && seconds < 10 * units[u].seconds)
		u++;
	while (u < 3 && seconds < units[u].seconds)
		u++;
	seconds = (seconds + units[u].seconds - 1) / units[u].seconds;
	return dp_arena_printf(
		arena, "%lld %s", (long long)seconds, seconds == 1 ? units[u].one : units[u].many);
}

static const char *time_text(struct dp_arena *arena, int64_t utc_s)
{
	char text[DP_TIME_TEXT_MAX];

	dp_text_time(utc_s, text);
	return dp_arena_text(arena, text, strlen(text));
}

/* "2 hours (2 x the TTL of 1 hour)" */
static const char *wait_text(const struct scope *scope)
{
	return dp_arena_printf(scope->arena, "%s (%d x the TTL of %s)",
		dp_rollover_span(scope->arena, scope->group->wait_s), DP_ROLLOVER_TTLS,
		dp_rollover_span(scope->arena, scope->group->wait_s / DP_ROLLOVER_TTLS));
}

const char *dp_rollover_target(const struct dp_rollover_input *input)
{
	const struct dp_target *target = &input->facts->target;
	struct dp_arena *arena = input->facts->arena;
	char name[DP_NAME_TEXT_MAX];
	struct dp_buf out;

	dp_buf_init(&out, arena);
	if (target->is_domain && !target->is_service && target->port != SMTP_PORT)
		dp_buf_printf(&out, "--port %u ", target->port);
	if (!target->is_domain && target->next_hop.len > 1)
		dp_buf_printf(&out, "--next-hop %s ", dp_name_text(&target->next_hop, name));
	if (target->service != NULL && target->pkix_roots_path != NULL)
		dp_buf_printf(&out, "--pkix-roots %s ",
			dp_inventory_shell_word(target->pkix_roots_path, arena));
	dp_buf_text(&out, dp_inventory_shell_word(target->text, arena));
	return out.data;
}

static const char *plan_command(const struct scope *scope, const char *since)
{
	return dp_arena_printf(scope->arena, "daneprobe plan%s --since %s --new %s %s",
		scope->plan->servers_asked ? " --all-nameservers" : "", since,
		dp_inventory_shell_word(scope->plan->next.name, scope->arena),
		dp_rollover_target(scope->input));
}

static const char *check_command(const struct scope *scope)
{
	const char *target = dp_rollover_target(scope->input);

	if (scope->group->state != DP_ROLLOVER_FIRST)
		return dp_arena_printf(scope->arena, "daneprobe check %s", target);
	return dp_arena_printf(
		scope->arena, "daneprobe check --tlsa '%s' %s", scope->plan->next_record, target);
}

/* Of all hosts of the group, each once. */
static const char *lagging(const struct scope *scope)
{
	struct dp_buf out;

	dp_buf_init(&out, scope->arena);
	for (size_t i = 0; i < scope->group->host_count; i++) {
		const char *names = scope->plan->hosts[scope->group->hosts[i]].lagging;

		if (names != NULL && strstr(out.data, names) == NULL)
			dp_buf_printf(&out, "%s%s", out.len > 0 ? "; " : "", names);
	}
	return out.len > 0 ? out.data : "not all have it";
}

static void publish_words(const struct scope *scope, struct dp_rollover_step *step)
{
	step->rfc = "RFC 7671 s8.1";
	if (scope->group->state == DP_ROLLOVER_BROKEN) {
		step->what = "Publish at once:";
		step->why = dp_arena_printf(scope->arena,
			"The new certificate is in use, and no record vouches for it: senders that "
			"validate DANE defer its mail. The step that was skipped: publish first, "
			"wait, then deploy. A cache may hold the set without this record for %s "
			"more; where that is too long, put the old certificate back meanwhile.",
			dp_rollover_span(scope->arena, scope->group->wait_s / DP_ROLLOVER_TTLS));
	} else if (scope->group->state == DP_ROLLOVER_FIRST) {
		step->what = "Publish the record, once the check above passes:";
		step->why = "A record that does not match what is served is worse than none: "
			    "senders then defer.";
		step->rfc = "RFC 7672 s2.2";
	} else {
		step->what = "Publish, beside the records that are there, with the same TTL:";
		step->why = "No published record vouches for the new one yet. The records that are "
			    "there stay until the end.";
	}
}

static void wait_words(const struct scope *scope, struct dp_rollover_step *step)
{
	int64_t wait_s = scope->group->wait_s, now_utc_s = scope->plan->clock_utc_s;

	step->rfc = "RFC 7671 s8.1";
	step->why = "Until then a cache may hold a record set without it, and a sender that uses "
		    "that would defer.";
	if (scope->plan->since_utc_s != DP_TIME_NONE &&
		scope->group->state == DP_ROLLOVER_WAITING) {
		step->what = dp_arena_printf(scope->arena,
			"Wait: the record stands since %s, which must be %s ago.",
			time_text(scope->arena, scope->plan->since_utc_s), wait_text(scope));
		step->command =
			plan_command(scope, time_text(scope->arena, scope->plan->since_utc_s));
	} else if (scope->group->state == DP_ROLLOVER_WAITING ||
		scope->group->state == DP_ROLLOVER_UNSEEN) {
		step->what = dp_arena_printf(scope->arena,
			"Wait until the record has been at every name server for %s. It is "
			"published now, at %s; since when cannot be seen. If it has been since %s "
			"or longer (and the TTL was not lowered in that time), you may go on now: "
			"say so with the command here. If not, ask again when the time is over, "
			"with --since %s.",
			wait_text(scope), time_text(scope->arena, now_utc_s),
			time_text(scope->arena, now_utc_s - wait_s),
			time_text(scope->arena, now_utc_s));
		step->command = plan_command(scope, time_text(scope->arena, now_utc_s - wait_s));
	} else {
		step->what = dp_arena_printf(scope->arena,
			"Wait %s, counted from TIME, the moment when the last name server has it. "
			"Then ask again; the answer must be \"safe\":",
			wait_text(scope));
		step->command = plan_command(scope, "TIME");
	}
}

static const char *ready_why(const struct scope *scope)
{
	for (size_t i = 0; i < scope->group->host_count; i++) {
		if (!scope->plan->hosts[scope->group->hosts[i]].lasting)
			return dp_arena_printf(scope->arena,
				"The records stand since %s, which is longer than any cache keeps "
				"an older set.",
				time_text(scope->arena, scope->plan->since_utc_s));
	}
	if (scope->group->wait_s == 0)
		return "Every record that vouches for what is served now vouches for the new one, "
		       "too.";
	return dp_arena_printf(scope->arena,
		"Every record that vouches for what is served now vouches for the new one, too: "
		"whatever a cache holds, it lets both pass. If others were removed less than %s "
		"ago, it may still hold those alone: then say so with --since.",
		dp_rollover_span(scope->arena, scope->group->wait_s));
}

static void deploy_words(const struct scope *scope, struct dp_rollover_step *step)
{
	step->what = scope->plan->next.chain != NULL
		? dp_arena_printf(
			  scope->arena, "Deploy %s at every address.", scope->plan->next.name)
		: dp_arena_printf(scope->arena,
			  "Get a certificate for the key in %s, and deploy it at every address.",
			  scope->plan->next.name);
	if (scope->group->state == DP_ROLLOVER_MEND)
		step->why = "No record vouches for what is served today, so mail is deferred now; "
			    "the new certificate matches. Senders whose caches hold an older "
			    "record set may defer until that has run out.";
	else if (scope->group->state == DP_ROLLOVER_READY)
		step->why = ready_why(scope);
	else if (scope->group->state == DP_ROLLOVER_INSECURE)
		step->why = "No TLSA record counts for it, so nothing can break.";
	else if (scope->group->state == DP_ROLLOVER_FIRST)
		step->why = "No TLSA record counts for it yet, so nothing can break.";
}

static void remove_words(const struct scope *scope, struct dp_rollover_step *step)
{
	bool done = scope->group->state == DP_ROLLOVER_DEPLOYED ||
		scope->group->state == DP_ROLLOVER_BROKEN;

	step->rfc = "RFC 7671 s8.1";
	step->what = done ? "Remove, unless one is of a key that you keep for later:"
			  : "Remove, once the check passes:";
	step->why = done ? "Nothing that is served matches it."
			 : "It stands for nothing any more, and no cache needs it: what one may "
			   "still hold has a record for the new one, too. Leave it for as long as "
			   "you may want to go back to the old certificate.";
}

static void fill(const struct scope *scope, struct dp_rollover_step *step)
{
	step->what = step->why = step->rfc = "";
	switch (step->kind) {
	case DP_STEP_ADDRESSES:
		step->what = "Give it addresses of its own, in the same change at the latest:";
		step->why = "Its addresses come from a wildcard. A record below its name makes the "
			    "name exist, and then the wildcard no longer stands in for it: the "
			    "host would be gone.";
		step->rfc = "RFC 4592 s2.2.2";
		break;
	case DP_STEP_PUBLISH: publish_words(scope, step); break;
	case DP_STEP_SERVERS:
		step->what = dp_arena_printf(scope->arena,
			"Bring every name server up to date. Without the new record: %s.",
			lagging(scope));
		step->why = "As long as one hands out the old set, a cache may take it from there "
			    "and keep it for its whole TTL: the wait begins with the last.";
		break;
	case DP_STEP_WAIT: wait_words(scope, step); break;
	case DP_STEP_DEPLOY: deploy_words(scope, step); break;
	case DP_STEP_CHECK:
		step->what = scope->group->state == DP_ROLLOVER_FIRST
			? "Check what is served against the record that will be published:"
			: scope->group->state == DP_ROLLOVER_BROKEN
			? "Check that it is there:"
			: "Check at once; if it fails, put the old certificate back:";
		step->command = check_command(scope);
		break;
	case DP_STEP_RENEW:
		step->what = "Publish:";
		step->why = "So that each kind of record stands for what is served.";
		step->rfc = "RFC 7671 s8.4";
		break;
	case DP_STEP_REMOVE: remove_words(scope, step); break;
	case DP_STEP_PROTECTED:
		step->what = "From then on every sender that validates DANE is protected.";
		step->why = scope->group->wait_s > 0
			? dp_arena_printf(scope->arena,
				  "Until then a cache may remember that there was no record: %s.",
				  wait_text(scope))
			: "Caches may remember for a while that there was no record.";
		step->rfc = "RFC 2308 s5";
		break;
	case DP_STEP_KINDS: break;
	}
}

/* Hosts that decide the outcome, of how many. */
static const char *unsafe_why(struct dp_arena *arena, const struct dp_rollover_input *input,
	const struct dp_rollover *plan)
{
	static const struct {
		enum dp_rollover_state state;
		const char *why;
	} whys[] = {
		{ DP_ROLLOVER_BROKEN,
			"the new certificate is served already, and no record vouches "
			"for it: mail is deferred" },
		{ DP_ROLLOVER_MEND,
			"no record vouches for what is served today: mail is deferred, "
			"and deploying mends it" },
		{ DP_ROLLOVER_PREPARE, "no record vouches for it: mail would be deferred" },
		{ DP_ROLLOVER_LAGGING, "not every name server has its record" },
		{ DP_ROLLOVER_WAITING, "caches may still hold records without it" },
	};
	size_t count = 0, all = input->facts->host_count;

	for (size_t w = 0; w < sizeof whys / sizeof whys[0]; w++) {
		for (size_t i = 0; i < all; i++)
			count += plan->hosts[i].state == whys[w].state;
		if (count > 0 && all > 1)
			return dp_arena_printf(
				arena, "%s (%zu of %zu mail hosts)", whys[w].why, count, all);
		if (count > 0)
			return whys[w].why;
	}
	return "";
}

static bool all_in(const struct dp_rollover_input *input, const struct dp_rollover *plan,
	enum dp_rollover_state a, enum dp_rollover_state b)
{
	for (size_t i = 0; i < input->facts->host_count; i++) {
		if (plan->hosts[i].state != a && plan->hosts[i].state != b)
			return false;
	}
	return true;
}

static const char *why_of(struct dp_arena *arena, const struct dp_rollover_input *input,
	const struct dp_rollover *plan)
{
	bool partly = false;

	if (plan->outcome == DP_ROLLOVER_UNSAFE)
		return unsafe_why(arena, input, plan);
	if (plan->outcome == DP_ROLLOVER_UNDETERMINED) {
		if (input->facts->expired || input->facts->interrupted)
			return "the run ended before everything was looked at";
		if (input->verdict->outcome == DP_NO_MAIL)
			return "it takes no mail, so there is no server to plan for";
		if (input->facts->host_dropped > 0)
			return "it has more mail hosts than are looked at";
		if (input->facts->host_count == 0)
			return "its mail hosts could not be looked up";
		for (size_t i = 0; i < input->facts->host_count; i++) {
			if (plan->hosts[i].unsure != NULL)
				return plan->hosts[i].unsure;
			if (plan->hosts[i].state == DP_ROLLOVER_UNKNOWN)
				return "the DNS of a mail host could not be looked up";
			partly |= plan->hosts[i].state == DP_ROLLOVER_UNSEEN &&
				plan->hosts[i].served[0] != '\0';
		}
		if (partly)
			return "a record vouches for it, but what is served was not seen at every "
			       "address, and it is not known since when the record is there";
		return "a record vouches for it, but no server was reached, and it is not known "
		       "since when the record is there";
	}
	if (all_in(input, plan, DP_ROLLOVER_INSECURE, DP_ROLLOVER_FIRST))
		return "no TLSA record counts, so nothing can break";
	if (all_in(input, plan, DP_ROLLOVER_DEPLOYED, DP_ROLLOVER_DEPLOYED))
		return "it is served already, and a record vouches for it";
	return plan->next.chain != NULL ? "it can be deployed now"
					: "a certificate for this key can be deployed";
}

void dp_rollover_words(const struct dp_rollover_input *input, struct dp_rollover *plan)
{
	struct scope scope = { input, plan, NULL, input->facts->arena };

	plan->why = why_of(scope.arena, input, plan);
	for (size_t g = 0; g < plan->group_count; g++) {
		scope.group = &plan->groups[g];
		for (size_t i = 0; i < plan->groups[g].step_count; i++)
			fill(&scope, &plan->groups[g].steps[i]);
	}
}
