/* SPDX-License-Identifier: Apache-2.0 */
/* Schema 1, described for machines in tests/schema/plan.schema.json. Every key stands in every
 * report, null where nothing is known. */
#include "report/plan.h"

#include <cjson/cJSON.h>

#include "base/text.h"

struct scope {
	struct dp_arena *arena;
	const struct dp_facts *facts;
	const struct dp_rollover *plan;
};

static cJSON *made(cJSON *item)
{
	if (item == NULL)
		dp_arena_fail();
	return item;
}

/* NULL and "" give null. */
static void add_text(const struct scope *scope, cJSON *object, const char *key, const char *text)
{
	if (text == NULL || text[0] == '\0')
		made(cJSON_AddNullToObject(object, key));
	else
		made(cJSON_AddStringToObject(object, key, dp_text_shown(scope->arena, text)));
}

static void add_time(const struct scope *scope, cJSON *object, const char *key, int64_t utc_s)
{
	char text[DP_TIME_TEXT_MAX];

	add_text(scope, object, key, utc_s != DP_TIME_NONE ? dp_text_time(utc_s, text) : NULL);
}

static void add_number(cJSON *object, const char *key, bool known, double number)
{
	if (known)
		made(cJSON_AddNumberToObject(object, key, number));
	else
		made(cJSON_AddNullToObject(object, key));
}

static void add_bool(cJSON *object, const char *key, bool value)
{
	made(cJSON_AddBoolToObject(object, key, value));
}

static cJSON *append(cJSON *array)
{
	cJSON *object = made(cJSON_CreateObject());

	cJSON_AddItemToArray(array, object);
	return object;
}

static void append_text(const struct scope *scope, cJSON *array, const char *text)
{
	cJSON_AddItemToArray(array, made(cJSON_CreateString(dp_text_shown(scope->arena, text))));
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
	cJSON *item = made(cJSON_AddObjectToObject(report, "new"));

	add_text(scope, item, "file", plan->next.name);
	add_text(scope, item, "kind", plan->next.chain != NULL ? "chain" : "key");
	add_text(scope, item, "text", plan->next_text);
	add_text(scope, item, "record", plan->next_record);
	add_time(scope, item, "not_after",
		plan->next.chain != NULL && plan->next.chain->certs[0].spki != NULL
			? plan->next.chain->certs[0].not_after_utc_s
			: DP_TIME_NONE);
}

static void add_record(
	const struct scope *scope, cJSON *array, const struct dp_rollover_record *record)
{
	cJSON *item = append(array);

	add_text(scope, item, "record", dp_tlsa_text(record->record, 0, scope->arena));
	add_bool(item, "usable", record->record->unusable == DP_REASON_NONE);
	add_bool(item, "served", record->served);
	add_bool(item, "new", record->fresh);
	add_bool(item, "next", record->next);
}

static void add_hosts(const struct scope *scope, cJSON *report)
{
	cJSON *array = made(cJSON_AddArrayToObject(report, "hosts"));

	for (size_t i = 0; i < scope->facts->host_count; i++) {
		const struct dp_rollover_host *host = &scope->plan->hosts[i];
		cJSON *item = append(array), *records;

		add_text(scope, item, "name", host_name(scope, i));
		add_text(scope, item, "state", dp_rollover_state_word(host->state));
		add_text(scope, item, "scheme", dp_rollover_scheme_word(host->scheme));
		add_text(scope, item, "owner", name_of(scope, &host->owner));
		add_text(scope, item, "served", host->served);
		add_number(item, "ttl_s", host->ttl_known, host->ttl_s);
		add_number(item, "negative_ttl_s", host->negative_ttl_s >= 0,
			(double)host->negative_ttl_s);
		add_text(scope, item, "lagging", host->lagging);
		add_number(item, "unreached", true, (double)host->unreached);
		records = made(cJSON_AddArrayToObject(item, "tlsa"));
		for (size_t k = 0; k < host->record_count; k++)
			add_record(scope, records, &host->records[k]);
	}
}

static void add_step(const struct scope *scope, cJSON *array, const struct dp_rollover_step *step)
{
	cJSON *item = append(array), *lines;

	add_text(scope, item, "step", dp_rollover_step_word(step->kind));
	add_time(scope, item, "earliest", step->earliest_utc_s);
	add_number(item, "in_s", true, (double)(step->earliest_utc_s - scope->plan->clock_utc_s));
	add_text(scope, item, "what", step->what);
	lines = made(cJSON_AddArrayToObject(item, "lines"));
	for (size_t i = 0; i < step->line_count; i++)
		append_text(scope, lines, step->lines[i]);
	add_text(scope, item, "command", step->command);
	add_text(scope, item, "why", step->why);
	add_text(scope, item, "rfc", step->rfc);
}

static void add_groups(const struct scope *scope, cJSON *report)
{
	cJSON *array = made(cJSON_AddArrayToObject(report, "groups"));

	for (size_t i = 0; i < scope->plan->group_count; i++) {
		const struct dp_rollover_group *group = &scope->plan->groups[i];
		cJSON *item = append(array), *list = made(cJSON_AddArrayToObject(item, "hosts"));

		for (size_t k = 0; k < group->host_count; k++)
			append_text(scope, list, host_name(scope, group->hosts[k]));
		add_text(scope, item, "state", dp_rollover_state_word(group->state));
		add_number(item, "wait_s", true, (double)group->wait_s);
		list = made(cJSON_AddArrayToObject(item, "steps"));
		for (size_t k = 0; k < group->step_count; k++)
			add_step(scope, list, &group->steps[k]);
	}
}

static void add_notes(const struct scope *scope, cJSON *report)
{
	cJSON *array = made(cJSON_AddArrayToObject(report, "notes"));

	for (size_t i = 0; i < scope->plan->note_count; i++) {
		const struct dp_rollover_note *note = &scope->plan->notes[i];
		cJSON *item = append(array);

		add_text(scope, item, "code", note->code);
		add_text(scope, item, "severity", note->warning ? "warning" : "note");
		add_text(scope, item, "host",
			note->host >= 0 ? host_name(scope, (size_t)note->host) : NULL);
		made(cJSON_AddStringToObject(
			item, "text", dp_text_shown_lines(scope->arena, note->text)));
		add_text(scope, item, "rfc", note->rfc);
	}
}

void dp_plan_json(struct dp_buf *out, const struct dp_facts *facts, const struct dp_rollover *plan,
	const struct dp_report_options *options)
{
	const struct scope scope = { out->arena, facts, plan };
	cJSON *report = made(cJSON_CreateObject());
	char *text;

	add_number(report, "schema", true, 1);
	add_text(&scope, report, "target", facts->target.text);
	add_text(&scope, report, "verdict", dp_rollover_outcome_word(plan->outcome));
	add_number(report, "exit", true, options->exit_status);
	add_text(&scope, report, "why", plan->why);
	add_time(&scope, report, "now", plan->clock_utc_s);
	add_time(&scope, report, "since", plan->since_utc_s);
	add_bool(report, "all_nameservers", plan->servers_asked);
	add_new(&scope, report);
	add_hosts(&scope, report);
	add_groups(&scope, report);
	add_notes(&scope, report);
	text = cJSON_PrintUnformatted(report);
	if (text == NULL)
		dp_arena_fail();
	dp_buf_text(out, text);
	dp_buf_char(out, '\n');
	cJSON_free(text);
	cJSON_Delete(report);
}
