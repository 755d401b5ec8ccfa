/* SPDX-License-Identifier: Apache-2.0 */
/* Schema 1, described for machines in tests/schema/plan.schema.json. Every key stands in every
 * report, null where nothing is known. */
#include "report/plan.h"

#include "base/text.h"
#include "report/json_parts.h"

struct scope {
	struct dp_arena *arena;
	const struct dp_facts *facts;
	const struct dp_rollover *plan;
};

/* "" gives null, too. */
static void add_text(struct dp_arena *arena, cJSON *object, const char *key, const char *text)
{
	dp_json_text(arena, object, key, text != NULL && text[0] != '\0' ? text : NULL);
}

static const char *name_of(const struct scope *scope, const struct dp_name *name)
{
	char text[DP_NAME_TEXT_MAX];

	return name->len > 0 ? dp_arena_printf(scope->arena, "%s", dp_name_text(name, text)) : NULL;
}

static const char *host_name(const struct scope *scope, size_t index)
{
	return name_of(scope, &scope->facts->hosts[index].name);
}

static void add_new(const struct scope *scope, cJSON *report)
{
	const struct dp_rollover *plan = scope->plan;
	cJSON *item = dp_json_object(report, "new");

	add_text(scope->arena, item, "file", plan->next.name);
	add_text(scope->arena, item, "kind", plan->next.chain != NULL ? "chain" : "key");
	add_text(scope->arena, item, "text", plan->next_text);
	add_text(scope->arena, item, "record", plan->next_record);
	dp_json_time(item, "not_after",
		plan->next.chain != NULL && plan->next.chain->certs[0].spki != NULL
			? plan->next.chain->certs[0].not_after_utc_s
			: DP_TIME_NONE);
}

static void add_record(
	const struct scope *scope, cJSON *array, const struct dp_rollover_record *record)
{
	cJSON *item = dp_json_append(array);

	add_text(scope->arena, item, "record", dp_tlsa_text(record->record, 0, scope->arena));
	dp_json_bool(item, "usable", record->record->unusable == DP_REASON_NONE);
	dp_json_bool(item, "served", record->served);
	dp_json_bool(item, "new", record->fresh);
	dp_json_bool(item, "next", record->next);
}

static void add_hosts(const struct scope *scope, cJSON *report)
{
	cJSON *array = dp_json_array(report, "hosts");

	for (size_t i = 0; i < scope->facts->host_count; i++) {
		const struct dp_rollover_host *host = &scope->plan->hosts[i];
		cJSON *item = dp_json_append(array), *records;

		add_text(scope->arena, item, "name", host_name(scope, i));
		add_text(scope->arena, item, "state", dp_rollover_state_word(host->state));
		add_text(scope->arena, item, "scheme", dp_rollover_scheme_word(host->scheme));
		add_text(scope->arena, item, "owner", name_of(scope, &host->owner));
		add_text(scope->arena, item, "served", host->served);
		dp_json_number_if(item, "ttl_s", host->ttl_known, host->ttl_s);
		dp_json_number_if(item, "negative_ttl_s", host->negative_ttl_s >= 0,
			(double)host->negative_ttl_s);
		add_text(scope->arena, item, "lagging", host->lagging);
		dp_json_number_if(item, "unreached", true, (double)host->unreached);
		records = dp_json_array(item, "tlsa");
		for (size_t k = 0; k < host->record_count; k++)
			add_record(scope, records, &host->records[k]);
	}
}

static void add_step(const struct scope *scope, cJSON *array, const struct dp_rollover_step *step)
{
	cJSON *item = dp_json_append(array), *lines;

	add_text(scope->arena, item, "step", dp_rollover_step_word(step->kind));
	dp_json_time(item, "earliest", step->earliest_utc_s);
	dp_json_number_if(
		item, "in_s", true, (double)(step->earliest_utc_s - scope->plan->clock_utc_s));
	add_text(scope->arena, item, "what", step->what);
	lines = dp_json_array(item, "lines");
	for (size_t i = 0; i < step->line_count; i++)
		dp_json_append_text(scope->arena, lines, step->lines[i]);
	add_text(scope->arena, item, "command", step->command);
	add_text(scope->arena, item, "why", step->why);
	add_text(scope->arena, item, "rfc", step->rfc);
}

static void add_groups(const struct scope *scope, cJSON *report)
{
	cJSON *array = dp_json_array(report, "groups");

	for (size_t i = 0; i < scope->plan->group_count; i++) {
		const struct dp_rollover_group *group = &scope->plan->groups[i];
		cJSON *item = dp_json_append(array), *list = dp_json_array(item, "hosts");

		for (size_t k = 0; k < group->host_count; k++)
			dp_json_append_text(scope->arena, list, host_name(scope, group->hosts[k]));
		add_text(scope->arena, item, "state", dp_rollover_state_word(group->state));
		dp_json_number_if(item, "wait_s", true, (double)group->wait_s);
		list = dp_json_array(item, "steps");
		for (size_t k = 0; k < group->step_count; k++)
			add_step(scope, list, &group->steps[k]);
	}
}

static void add_notes(const struct scope *scope, cJSON *report)
{
	cJSON *array = dp_json_array(report, "notes");

	for (size_t i = 0; i < scope->plan->note_count; i++) {
		const struct dp_rollover_note *note = &scope->plan->notes[i];
		cJSON *item = dp_json_append(array);

		add_text(scope->arena, item, "code", note->code);
		add_text(scope->arena, item, "severity", note->warning ? "warning" : "note");
		add_text(scope->arena, item, "host",
			note->host >= 0 ? host_name(scope, (size_t)note->host) : NULL);
		dp_json_made(cJSON_AddStringToObject(
			item, "text", dp_text_shown_lines(scope->arena, note->text)));
		add_text(scope->arena, item, "rfc", note->rfc);
	}
}

void dp_plan_json(struct dp_buf *out, const struct dp_facts *facts, const struct dp_rollover *plan,
	const struct dp_report_options *options)
{
	const struct scope scope = { out->arena, facts, plan };
	cJSON *report = dp_json_made(cJSON_CreateObject());

	dp_json_number_if(report, "schema", true, 1);
	add_text(scope.arena, report, "target", facts->target.text);
	add_text(scope.arena, report, "verdict", dp_rollover_outcome_word(plan->outcome));
	dp_json_number_if(report, "exit", true, options->exit_status);
	add_text(scope.arena, report, "why", plan->why);
	dp_json_time(report, "now", plan->clock_utc_s);
	dp_json_time(report, "since", plan->since_utc_s);
	dp_json_bool(report, "all_nameservers", plan->servers_asked);
	add_new(&scope, report);
	add_hosts(&scope, report);
	add_groups(&scope, report);
	add_notes(&scope, report);
	dp_json_print(out, report);
}
