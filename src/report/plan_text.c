/* SPDX-License-Identifier: Apache-2.0 */
#include "report/plan.h"

#include <string.h>

#include "base/text.h"
#include "report/prose.h"

#define WIDTH_DEFAULT 80
#define WIDTH_MIN 40
#define SHOWN_BYTES 8
#define MINUTE_S 60
#define HOUR_S 3600
#define DAY_S 86400

#define RED "\033[1;31m"
#define GREEN "\033[1;32m"
#define YELLOW "\033[1;33m"
#define BOLD "\033[1m"
#define PLAIN "\033[0m"

struct page {
	struct dp_buf *out;
	struct dp_arena *arena;
	const struct dp_facts *facts;
	const struct dp_rollover *plan;
	int width;
	size_t shown_bytes; /* of a record; 0: all */
	bool color;
};

static void write_colored(const struct page *page, const char *color, const char *text)
{
	dp_buf_printf(
		page->out, "%s%s%s", page->color ? color : "", text, page->color ? PLAIN : "");
}

static void write_prose(const struct page *page, const char *first, int indent, const char *text)
{
	struct dp_prose shape = { first, indent, page->width };

	dp_prose_write(page->out, dp_text_shown_lines(page->arena, text), &shape);
}

static const char *host_name(const struct page *page, size_t index)
{
	char name[DP_NAME_TEXT_MAX];

	return dp_arena_printf(
		page->arena, "%s", dp_name_text(&page->facts->hosts[index].name, name));
}

static void write_verdict(const struct page *page)
{
	static const char *const colors[] = { [DP_ROLLOVER_SAFE] = GREEN,
		[DP_ROLLOVER_UNSAFE] = RED,
		[DP_ROLLOVER_UNDETERMINED] = YELLOW };
	const struct dp_rollover *plan = page->plan;

	write_colored(page, colors[plan->outcome],
		plan->outcome == DP_ROLLOVER_UNSAFE ? "not safe"
						    : dp_rollover_outcome_word(plan->outcome));
	dp_buf_printf(page->out, ": %s - %s\n",
		dp_text_shown(page->arena, page->facts->target.text), plan->why);
	write_prose(page, "  New: ", 7,
		dp_arena_printf(page->arena, "%s, %s, %s", plan->next.name, plan->next_text,
			plan->next_record));
}

/* --- what a host has --- */

static const char *meaning(const struct dp_rollover_record *record)
{
	if (record->record->unusable != DP_REASON_NONE)
		return "unusable";
	if (record->next)
		return "next: vouches for the new one, for nothing that is served";
	if (record->fresh)
		return "vouches for what is served, and for the new one";
	if (record->served)
		return record->old ? "vouches for what is served and will be replaced"
				   : "vouches for what is served and stays";
	if (record->elsewhere)
		return "vouches for nothing here; another host needs it";
	return "vouches for nothing here";
}

/* "1 hour", "45 minutes": whole units only. */
static const char *span(const struct page *page, int64_t seconds)
{
	int64_t unit = seconds % DAY_S == 0 && seconds > 0 ? DAY_S
		: seconds % HOUR_S == 0 && seconds > 0     ? HOUR_S
		: seconds % MINUTE_S == 0 && seconds > 0   ? MINUTE_S
							   : 1;
	const char *name = unit == DAY_S ? "day"
		: unit == HOUR_S         ? "hour"
		: unit == MINUTE_S       ? "minute"
					 : "second";

	return dp_arena_printf(page->arena, "%lld %s%s", (long long)(seconds / unit), name,
		seconds == unit ? "" : "s");
}

static const char *scheme_text(enum dp_rollover_scheme scheme)
{
	switch (scheme) {
	case DP_SCHEME_NEXT: return ", current and next key";
	case DP_SCHEME_KEY_ISSUER: return ", own key and issuer";
	case DP_SCHEME_ISSUER: return ", issuer alone";
	case DP_SCHEME_NONE:
	case DP_SCHEME_KEY: break;
	}
	return "";
}

static void write_host(const struct page *page, size_t index)
{
	const struct dp_rollover_host *host = &page->plan->hosts[index];
	char owner[DP_NAME_TEXT_MAX];

	write_colored(page, BOLD, host_name(page, index));
	dp_buf_char(page->out, '\n');
	if (host->state == DP_ROLLOVER_UNKNOWN && host->unsure == NULL)
		write_prose(page, "  ", 2, "Its addresses or TLSA records could not be looked up.");
	else if (host->state == DP_ROLLOVER_INSECURE)
		write_prose(page, "  ", 2, "Not protected by DNSSEC, or without an address.");
	else if (host->record_count == 0)
		write_prose(page, "  ", 2, "No TLSA record yet; DNSSEC is there.");
	if (host->served[0] != '\0')
		write_prose(page, "  Served: ", 4, host->served);
	if (host->record_count == 0)
		return;
	write_prose(page, "  Records: ", 4,
		dp_arena_printf(page->arena, "%s (TTL %s%s)", dp_name_text(&host->owner, owner),
			span(page, host->ttl_s), scheme_text(host->scheme)));
	for (size_t i = 0; i < host->record_count; i++)
		write_prose(page, "    ", 6,
			dp_arena_printf(page->arena, "%s %s",
				dp_tlsa_text(
					host->records[i].record, page->shown_bytes, page->arena),
				meaning(&host->records[i])));
}

/* --- steps --- */

/* "now", "in 90 minutes": how far off, in the unit that suits it. */
static const char *away(const struct page *page, int64_t seconds)
{
	int64_t unit = seconds >= 3 * DAY_S ? DAY_S
		: seconds >= 2 * HOUR_S     ? HOUR_S
		: seconds >= 2 * MINUTE_S   ? MINUTE_S
					    : 1;

	if (seconds <= 0)
		return "now";
	return dp_arena_printf(
		page->arena, "in %s", span(page, (seconds + unit - 1) / unit * unit));
}

/* "now", "from 2026-11-25T21:28:43Z (in 2 hours)" */
static const char *when(const struct page *page, const struct dp_rollover_step *step)
{
	int64_t off_s = step->earliest_utc_s - page->plan->clock_utc_s;
	char text[DP_TIME_TEXT_MAX];

	if (off_s <= 0)
		return "now";
	return dp_arena_printf(page->arena, "%s %s (%s)",
		step->kind == DP_STEP_WAIT ? "until" : "from",
		dp_text_time(step->earliest_utc_s, text), away(page, off_s));
}

static void write_step(const struct page *page, const struct dp_rollover_step *step, size_t number)
{
	dp_buf_printf(page->out, "  %zu. ", number);
	write_colored(page, BOLD, when(page, step));
	dp_buf_char(page->out, '\n');
	write_prose(page, "     ", 5, step->what);
	for (size_t i = 0; i < step->line_count; i++)
		dp_buf_printf(page->out, "       %s\n", dp_text_shown(page->arena, step->lines[i]));
	if (step->command != NULL)
		dp_buf_printf(page->out, "       %s\n", dp_text_shown(page->arena, step->command));
	if (step->why[0] != '\0')
		write_prose(page, "     ", 5,
			dp_arena_printf(page->arena, "%s%s%s%s", step->why,
				step->rfc[0] != '\0' ? " [" : "", step->rfc,
				step->rfc[0] != '\0' ? "]" : ""));
}

static void write_group(const struct page *page, const struct dp_rollover_group *group)
{
	for (size_t i = 0; i < group->host_count; i++) {
		dp_buf_char(page->out, '\n');
		write_host(page, group->hosts[i]);
	}
	if (group->step_count > 0)
		dp_buf_text(page->out, group->host_count > 1 ? "\n  Steps for these:\n" : "\n");
	for (size_t i = 0; i < group->step_count; i++)
		write_step(page, &group->steps[i], i + 1);
}

/* The same of several hosts is told once. */
static void write_note(const struct page *page, size_t index, bool *told)
{
	const struct dp_rollover_note *note = &page->plan->notes[index];
	struct dp_buf hosts;
	int len;

	dp_buf_init(&hosts, page->arena);
	for (size_t i = index; i < page->plan->note_count; i++) {
		const struct dp_rollover_note *other = &page->plan->notes[i];

		if (other->code != note->code || strcmp(other->text, note->text) != 0)
			continue;
		told[i] = true;
		if (other->host >= 0)
			dp_buf_printf(&hosts, "%s%s", hosts.len > 0 ? ", " : "",
				host_name(page, (size_t)other->host));
	}
	dp_buf_char(page->out, '\n');
	write_colored(page, note->warning ? YELLOW : BOLD, note->warning ? "warning" : "note");
	dp_buf_printf(page->out, ": %s (%s)\n",
		hosts.len > 0 ? hosts.data : dp_text_shown(page->arena, page->facts->target.text),
		note->code);
	len = (int)strcspn(note->text, "\n"); /* a command may follow */
	write_prose(page, "  ", 2,
		dp_arena_printf(page->arena, "%.*s%s%s%s%s", len, note->text,
			note->rfc[0] != '\0' ? " [" : "", note->rfc,
			note->rfc[0] != '\0' ? "]" : "", note->text + len));
}

void dp_plan_text(struct dp_buf *out, const struct dp_facts *facts, const struct dp_rollover *plan,
	const struct dp_report_options *options)
{
	struct page page = { out, out->arena, facts, plan,
		options->width > 0 ? options->width : WIDTH_DEFAULT,
		options->verbose ? 0 : SHOWN_BYTES, options->color };
	bool *told = dp_arena_alloc(out->arena, plan->note_count + 1);

	if (page.width < WIDTH_MIN)
		page.width = WIDTH_MIN;
	write_verdict(&page);
	for (size_t i = 0; i < plan->group_count; i++)
		write_group(&page, &plan->groups[i]);
	for (int warning = 1; warning >= 0; warning--) {
		for (size_t i = 0; i < plan->note_count; i++) {
			if (!told[i] && plan->notes[i].warning == (warning == 1))
				write_note(&page, i, told);
		}
	}
}
