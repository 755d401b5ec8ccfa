/* SPDX-License-Identifier: Apache-2.0 */
/*
 * For Nagios, Icinga and their kin: Monitoring Plugins Development Guidelines, sections 1 and 2.
 * One state, one first line and one set of performance data for the whole run; the reports of the
 * targets follow as long output. "|" starts performance data and a line feed ends the first line,
 * so neither comes through from a text. UTF-8 stays: the guidelines ask for no less, and names of
 * certificates are no use otherwise.
 */
#include <string.h>

#include "base/text.h"
#include "report/brief.h"
#include "report/expiry.h"
#include "report/report.h"

#define DAY_S 86400.0
#define TEXT_MAX 200   /* octets of text on the first line: NRPE and pagers cut it at about that */
#define FIRST_MAX 3000 /* octets of performance data there; more follows the long output */
#define WIDTH 80

enum { PASS, WARNED, FAILED, UNKNOWN, STATES };

struct line {
	int status;
	const char *text; /* "example.org failed: mx.example.org: ..." */
	const char *target;
};

struct datum {
	const char *target; /* stands in its label when there are several targets */
	const char *label;
	const char *value;
};

struct page {
	struct dp_arena *arena;
	struct line *lines;
	size_t count, cap;
	struct datum *data;
	size_t data_count, data_cap;
	struct dp_buf longer;
};

void *dp_report_nagios_open(struct dp_arena *arena)
{
	struct page *page = dp_arena_alloc(arena, sizeof(*page));

	page->arena = arena;
	dp_buf_init(&page->longer, arena);
	return page;
}

static void add_datum(struct page *page, const char *target, const char *label, const char *value)
{
	page->data = dp_arena_grow(
		page->arena, page->data, page->data_count, &page->data_cap, sizeof(*page->data));
	page->data[page->data_count++] = (struct datum){ target, label, value };
}

static double days(int64_t span_s)
{
	return (double)span_s / DAY_S;
}

/* What is left of a validity; with the warning that the verdict goes by, where it goes by one. */
static void add_days(struct page *page, const char *target, const char *label,
	const struct dp_expiry *expiry, int64_t now_utc_s)
{
	double left = ((double)expiry->end_utc_s - (double)now_utc_s) / DAY_S;

	if (expiry->end_utc_s == DP_TIME_NONE)
		return;
	if (expiry->warning_s > 0)
		add_datum(page, target, label,
			dp_arena_printf(
				page->arena, "%.1f;%.6g:;0:", left, days(expiry->warning_s)));
	else
		add_datum(page, target, label, dp_arena_printf(page->arena, "%.1f", left));
}

static void add_data(struct page *page, const char *target, const struct dp_facts *facts,
	const struct dp_verdict *verdict, const struct dp_report_options *options)
{
	struct dp_expiry cert = dp_expiry_earliest_path(facts, verdict);
	struct dp_expiry rrsig = dp_expiry_earliest_signature(facts);
	size_t good = dp_brief_hosts(facts, verdict, DP_VERIFIED);

	if (cert.end_utc_s == DP_TIME_NONE) {
		cert.end_utc_s = dp_expiry_earliest_sent(facts, verdict);
		cert.warning_s = 0;
	}
	add_datum(page, target, "time",
		dp_arena_printf(page->arena, "%.3fs;;;0", facts->duration_ms / 1000.0));
	add_datum(page, target, "hosts_verified",
		dp_arena_printf(page->arena, "%zu;;;0;%zu", good, facts->host_count));
	add_datum(page, target, "errors",
		dp_arena_printf(page->arena, "%zu;;;0", dp_brief_count(verdict, DP_ERROR)));
	add_datum(page, target, "warnings",
		dp_arena_printf(page->arena, "%zu;;;0", dp_brief_count(verdict, DP_WARNING)));
	add_days(page, target, "certificate_days", &cert, options->now_utc_s);
	add_days(page, target, "signature_days", &rrsig, facts->clock_utc_s);
}

/* Without what has a meaning to the monitor; well-formed UTF-8 of printable characters. */
static void write_text(struct dp_buf *out, const char *text)
{
	const char *shown = dp_text_shown_lines(out->arena, text);

	for (; *shown != '\0'; shown++) {
		if (*shown == '|')
			dp_buf_text(out, "\\x7c");
		else
			dp_buf_char(out, *shown);
	}
}

static void write_line(struct dp_buf *out, const char *text)
{
	write_text(out, dp_text_shown(out->arena, text));
}

/* Given twice: its labels would be there twice, too. */
static bool has_data(const struct page *page, const char *target)
{
	for (size_t i = 0; i < page->data_count; i++) {
		if (strcmp(page->data[i].target, target) == 0)
			return true;
	}
	return false;
}

void dp_report_nagios_add(void *report, const struct dp_facts *facts,
	const struct dp_verdict *verdict, const struct dp_report_options *options)
{
	struct page *page = report;
	const struct dp_report_options plain = {
		.verbose = options->verbose, .exit_status = options->exit_status, .width = WIDTH
	};
	const char *target =
		dp_arena_text(page->arena, facts->target.text, strlen(facts->target.text));
	struct dp_buf text;

	page->lines = dp_arena_grow(
		page->arena, page->lines, page->count, &page->cap, sizeof(*page->lines));
	page->lines[page->count++] = (struct line){ options->status,
		dp_arena_printf(page->arena, "%s %s: %s", target, dp_outcome_word(verdict->outcome),
			dp_brief(facts, verdict, page->arena)),
		target };
	if (!has_data(page, target))
		add_data(page, target, facts, verdict, options);
	dp_buf_init(&text, page->arena);
	if (page->longer.len > 0)
		dp_buf_char(&text, '\n');
	dp_report_text(&text, facts, verdict, &plain);
	write_text(&page->longer, text.data);
}

/* --- the first line --- */

/* The first target whose status is that of the run: 2 before 3 before 1 before 0. */
static const struct line *decider(const struct page *page, int status)
{
	for (size_t i = 0; i < page->count; i++) {
		if (page->lines[i].status == status)
			return &page->lines[i];
	}
	return page->count > 0 ? &page->lines[0] : NULL;
}

static size_t targets_of(const struct page *page, int status)
{
	size_t count = 0;

	for (size_t i = 0; i < page->count; i++)
		count += page->lines[i].status == status;
	return count;
}

/* Not inside a character. */
static void cut(struct dp_buf *text, size_t max)
{
	if (text->len <= max)
		return;
	while (max > 0 && ((unsigned char)text->data[max] & 0xc0) == 0x80)
		max--;
	text->len = max;
	text->data[max] = '\0';
	dp_buf_text(text, "...");
}

static void write_first(struct dp_buf *out, const struct page *page, int status)
{
	static const char *const words[STATES] = {
		[PASS] = "OK", [WARNED] = "WARNING", [FAILED] = "CRITICAL", [UNKNOWN] = "UNKNOWN"
	};
	static const char *const what[STATES] = { [PASS] = "pass",
		[WARNED] = "with warnings",
		[FAILED] = "failing",
		[UNKNOWN] = "undetermined" };
	const struct line *line = decider(page, status);
	struct dp_buf text;

	dp_buf_init(&text, out->arena);
	if (page->count > 1)
		dp_buf_printf(&text, "%zu of %zu targets %s", targets_of(page, status), page->count,
			what[status]);
	if (page->count > 1 && status != PASS)
		dp_buf_text(&text, ": ");
	if (line == NULL)
		dp_buf_text(&text, "nothing was checked");
	else if (page->count == 1 || status != PASS)
		write_line(&text, line->text);
	cut(&text, TEXT_MAX);
	dp_buf_printf(out, "DANE %s - %s", words[status], text.data);
}

/* Guidelines, section 2.6: no "=" and no "'" in a label; quotes around blanks. */
static void write_label(struct dp_buf *out, const struct page *page, const struct datum *datum)
{
	if (page->count <= 1) {
		dp_buf_text(out, datum->label);
		return;
	}
	dp_buf_char(out, '\'');
	for (const char *c = dp_text_shown(out->arena, datum->target); *c != '\0'; c++)
		dp_buf_char(out, *c == '=' || *c == '\'' || *c == '|' ? '_' : *c);
	dp_buf_printf(out, " %s'", datum->label);
}

/* From the datum at first, as many as fit into max octets (0: all). Returns how many are behind
 * them. */
static size_t write_data(
	struct dp_buf *out, const struct page *page, size_t first, size_t max, char between)
{
	size_t start = out->len;

	for (size_t i = first; i < page->data_count; i++) {
		struct dp_buf one;

		dp_buf_init(&one, out->arena);
		dp_buf_char(&one, i == first ? '|' : between);
		write_label(&one, page, &page->data[i]);
		dp_buf_printf(&one, "=%s", page->data[i].value);
		if (max > 0 && out->len - start + one.len > max)
			return i;
		dp_buf_bytes(out, one.data, one.len);
	}
	return page->data_count;
}

void dp_report_nagios_end(void *report, struct dp_buf *out, int status)
{
	const struct page *page = report;
	size_t told;

	if (status < PASS || status > UNKNOWN)
		status = UNKNOWN;
	write_first(out, page, status);
	told = write_data(out, page, 0, FIRST_MAX, ' ');
	dp_buf_char(out, '\n');
	dp_buf_bytes(out, page->longer.data, page->longer.len);
	if (told == page->data_count)
		return;
	/* Performance data may go on behind the last line of the long output. */
	if (out->data[out->len - 1] == '\n')
		out->data[--out->len] = '\0';
	write_data(out, page, told, 0, '\n');
	dp_buf_char(out, '\n');
}
