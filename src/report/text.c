/* SPDX-License-Identifier: Apache-2.0 */
/*
 * For a mail operator: the verdict on one line that begins with its word, then a block for each
 * finding that needs attention, worst first. Equal findings at several places are told once.
 */
#include "report/report.h"

#include <string.h>

#include "base/text.h"
#include "report/brief.h"
#include "report/prose.h"
#include "report/tree.h"

#define WIDTH_DEFAULT 80
#define WIDTH_MIN 40
/* Kubernetes keeps the end of a termination message (the last 4,096 octets of the file, 2,048 of a
 * log), so a longer report says at its end, too, what matters. */
#define TAIL_BYTES 2048

struct page {
	struct dp_buf *out;
	const struct dp_facts *facts;
	const struct dp_verdict *verdict;
	int width;
	bool color;
};

#define RED "\033[1;31m"
#define GREEN "\033[1;32m"
#define YELLOW "\033[1;33m"
#define BOLD "\033[1m"
#define PLAIN "\033[0m"

static void write_colored(const struct page *page, const char *color, const char *text)
{
	if (page->color)
		dp_buf_text(page->out, color);
	dp_buf_text(page->out, text);
	if (page->color)
		dp_buf_text(page->out, PLAIN);
}

static const char *outcome_color(enum dp_outcome outcome, bool warned)
{
	switch (outcome) {
	case DP_VERIFIED: return warned ? YELLOW : GREEN;
	case DP_FAILED:
	case DP_UNAUTHENTICATED: return RED;
	case DP_UNDETERMINED:
	case DP_NO_DANE: return YELLOW;
	case DP_NO_MAIL:
	case DP_OUTCOMES: break;
	}
	return BOLD;
}

static const char *severity_color(enum dp_severity severity)
{
	switch (severity) {
	case DP_ERROR: return RED;
	case DP_WARNING: return YELLOW;
	case DP_NOTE: break;
	}
	return BOLD;
}

static const char *shown(const struct page *page, const char *text)
{
	return dp_text_shown(page->out->arena, text);
}

static size_t hosts_with(const struct page *page, enum dp_outcome outcome)
{
	size_t count = 0;

	for (size_t i = 0; i < page->facts->host_count; i++)
		count += page->verdict->hosts[i].outcome == outcome;
	return count;
}

/* What the verdict means, of a server that clients use, not senders of mail. */
static const char *meaning_for_clients(const struct page *page)
{
	size_t good = hosts_with(page, DP_VERIFIED), all = page->facts->host_count;

	if (good > 0 && good < all &&
		(page->verdict->outcome == DP_VERIFIED || page->verdict->outcome == DP_FAILED))
		return dp_arena_printf(page->out->arena,
			"clients that validate DANE can use only %zu of its %zu servers", good,
			all);
	switch (page->verdict->outcome) {
	case DP_VERIFIED: return "clients that validate DANE connect to it";
	case DP_FAILED: return "clients that validate DANE refuse it";
	case DP_UNAUTHENTICATED:
		return "no record can be used: DANE does not authenticate the server";
	case DP_NO_DANE:
		return dp_verdict_passed_over(page->facts, page->verdict)
			? "no TLSA records for this port: nothing is checked"
			: "DANE does not protect it";
	case DP_NO_MAIL:
		if (page->facts->host_count > 0)
			return page->facts->target.is_service ? "no server of it has an address"
							      : "it has no address";
		return "the service is not offered";
	case DP_UNDETERMINED:
	case DP_OUTCOMES: break;
	}
	return "could not find out whether clients that validate DANE connect to it";
}

/* The same of a chain in a file. */
static const char *given_for_clients(const struct page *page, const char *with, const char *more)
{
	switch (page->verdict->outcome) {
	case DP_VERIFIED:
		return dp_arena_printf(page->out->arena,
			"clients that validate DANE would connect %s%s", with, more);
	case DP_FAILED:
		return dp_arena_printf(page->out->arena,
			"clients that validate DANE would refuse the server %s", with);
	case DP_UNAUTHENTICATED:
	case DP_NO_DANE:
	case DP_NO_MAIL: return meaning_for_clients(page);
	case DP_UNDETERMINED:
	case DP_OUTCOMES: break;
	}
	return dp_arena_printf(page->out->arena,
		"could not find out whether clients that validate DANE would connect %s", with);
}

/* The same of a chain in a file, which nobody has sent yet. */
static const char *given_meaning(const struct page *page)
{
	const struct dp_target *target = &page->facts->target;
	const char *more = target->any_name ? " (its name was not checked: add --host NAME)" : "";
	const char *with = target->any_name || target->records != NULL
		? "with it"
		: dp_arena_printf(page->out->arena, "with %s", shown(page, target->given_name));

	if (target->service != NULL && target->service->clients)
		return given_for_clients(page, with, more);
	switch (page->verdict->outcome) {
	case DP_VERIFIED:
		return dp_arena_printf(page->out->arena,
			"senders that validate DANE would deliver %s%s", with, more);
	case DP_FAILED:
		return dp_arena_printf(
			page->out->arena, "senders that validate DANE would defer mail %s", with);
	case DP_UNAUTHENTICATED:
		return "senders must use TLS, but nothing would authenticate the server";
	case DP_NO_DANE: return "DANE does not protect its mail";
	case DP_NO_MAIL: return "it takes no mail";
	case DP_UNDETERMINED:
	case DP_OUTCOMES: break;
	}
	return dp_arena_printf(page->out->arena,
		"could not find out whether senders that validate DANE would deliver %s", with);
}

/* What the verdict means, said of the target. */
static const char *meaning(const struct page *page)
{
	const struct dp_service *service = page->facts->target.service;
	size_t good = hosts_with(page, DP_VERIFIED), all = page->facts->host_count;

	if (page->facts->target.given != NULL)
		return given_meaning(page);
	if (service != NULL && service->clients)
		return meaning_for_clients(page);
	switch (page->verdict->outcome) {
	case DP_VERIFIED:
		if (good < all)
			return dp_arena_printf(page->out->arena,
				"senders that validate DANE deliver by %zu of its %zu mail hosts",
				good, all);
		return "senders that validate DANE deliver to it";
	case DP_FAILED:
		if (good > 0)
			return dp_arena_printf(page->out->arena,
				"senders that validate DANE can use only %zu of its %zu mail hosts",
				good, all);
		return "senders that validate DANE defer its mail";
	case DP_UNAUTHENTICATED:
		return "senders must use TLS, but nothing authenticates the server";
	case DP_NO_DANE: return "DANE does not protect its mail";
	case DP_NO_MAIL: return "it takes no mail";
	case DP_UNDETERMINED:
	case DP_OUTCOMES: break;
	}
	return "could not find out whether senders that validate DANE deliver to it";
}

static size_t findings_of(const struct page *page, enum dp_severity severity)
{
	size_t count = 0;

	for (size_t i = 0; i < page->verdict->finding_count; i++)
		count += page->verdict->findings[i].severity == severity;
	return count;
}

static void write_verdict(const struct page *page)
{
	enum dp_outcome outcome = page->verdict->outcome;

	write_colored(
		page, outcome_color(outcome, page->verdict->warned), dp_outcome_word(outcome));
	dp_buf_printf(
		page->out, ": %s - %s\n", shown(page, page->facts->target.text), meaning(page));
}

/* What may differ between two findings that are told together: the address, and the host's name
 * where the remedy does not depend on it. */
struct place {
	char addr[DP_IP_TEXT_MAX];
	char host[DP_NAME_TEXT_MAX];
};

static void place_of(const struct page *page, const struct dp_finding *finding, struct place *place)
{
	const struct dp_subject *subject = &finding->subject;
	const struct dp_host_facts *host;

	place->addr[0] = place->host[0] = '\0';
	if (subject->host < 0 || (size_t)subject->host >= page->facts->host_count)
		return;
	host = &page->facts->hosts[subject->host];
	dp_name_text(&host->name, place->host);
	if (subject->addr >= 0 && (size_t)subject->addr < host->addr_count)
		dp_ip_format(&host->addrs[subject->addr]->ip, place->addr);
}

/* Do both texts go on with their own variant? Then skip it in both. */
static bool skip(const char **a, const char *a_part, const char **b, const char *b_part)
{
	size_t a_len = strlen(a_part), b_len = strlen(b_part);

	if (a_len == 0 || b_len == 0 || strncmp(*a, a_part, a_len) != 0 ||
		strncmp(*b, b_part, b_len) != 0)
		return false;
	*a += a_len;
	*b += b_len;
	return true;
}

static bool same_text(
	const char *a, const struct place *at, const char *b, const struct place *bt, bool any_host)
{
	while (*a != '\0' && *b != '\0') {
		if (skip(&a, at->addr, &b, bt->addr) ||
			(any_host && skip(&a, at->host, &b, bt->host)))
			continue;
		if (*a++ != *b++)
			return false;
	}
	return *a == *b;
}

static bool same_finding(
	const struct page *page, const struct dp_finding *a, const struct dp_finding *b)
{
	struct place at, bt;

	if (a->code != b->code || a->severity != b->severity)
		return false;
	place_of(page, a, &at);
	place_of(page, b, &bt);
	return same_text(a->cause, &at, b->cause, &bt, true) &&
		same_text(a->consequence, &at, b->consequence, &bt, true) &&
		same_text(a->evidence, &at, b->evidence, &bt, true) &&
		same_text(a->remedy, &at, b->remedy, &bt, false);
}

/* "The same at mx2.example.org [192.0.2.2], ...": marks the findings that it tells. */
static void write_others(const struct page *page, size_t first, bool *told)
{
	const struct dp_verdict *verdict = page->verdict;
	const char *last = shown(page, verdict->findings[first].label);
	struct dp_prose shape = { "  ", 2, page->width };
	struct dp_buf list;

	dp_buf_init(&list, page->out->arena);
	for (size_t i = first + 1; i < verdict->finding_count; i++) {
		const char *label = shown(page, verdict->findings[i].label);

		if (told[i] ||
			!same_finding(page, &verdict->findings[first], &verdict->findings[i]))
			continue;
		told[i] = true;
		if (strcmp(label, last) == 0)
			continue;
		dp_buf_printf(&list, "%s %s", list.len > 0 ? "," : "The same at", label);
		last = label;
	}
	if (list.len == 0)
		return;
	dp_buf_char(&list, '.');
	dp_prose_write(page->out, list.data, &shape);
}

static void write_finding(const struct page *page, size_t index, bool *told)
{
	const struct dp_finding *finding = &page->verdict->findings[index];
	struct dp_prose shape = { "  ", 2, page->width };
	const char *rfc = shown(page, finding->rfc);

	dp_buf_char(page->out, '\n');
	write_colored(page, severity_color(finding->severity), dp_severity_word(finding->severity));
	dp_buf_printf(page->out, ": %s (%s)\n", shown(page, finding->label),
		dp_reason_row(finding->code)->code);
	dp_prose_write(page->out,
		dp_arena_printf(page->out->arena, "%s %s%s%s%s", shown(page, finding->cause),
			shown(page, finding->consequence), rfc[0] != '\0' ? " [" : "", rfc,
			rfc[0] != '\0' ? "]" : ""),
		&shape);
	write_others(page, index, told);
	shape.first = "  Seen: ";
	dp_prose_write(page->out, shown(page, finding->evidence), &shape);
	shape.first = "  Remedy: ";
	dp_prose_write(page->out, dp_text_shown_lines(page->out->arena, finding->remedy), &shape);
}

/* Notes are told with -v, and where nothing worse explains a verdict that is not a pass. */
static bool wanted(const struct page *page, const struct dp_finding *finding, bool verbose)
{
	if (finding->severity != DP_NOTE || verbose)
		return true;
	if (dp_verdict_passed_over(page->facts, page->verdict))
		return false;
	return page->verdict->outcome != DP_VERIFIED && findings_of(page, DP_ERROR) == 0 &&
		(finding->consequence[0] != '\0' || finding->remedy[0] != '\0');
}

/* Worst first; what is true of the whole domain before what is true of a host. */
static int rank_of(enum dp_severity severity, bool whole)
{
	return 2 * (int)severity + whole;
}

static void write_findings(const struct page *page, bool verbose)
{
	const struct dp_verdict *verdict = page->verdict;
	bool *told = dp_arena_alloc(page->out->arena, verdict->finding_count * sizeof *told);

	for (int rank = rank_of(DP_ERROR, true); rank >= rank_of(DP_NOTE, false); rank--) {
		for (size_t i = 0; i < verdict->finding_count; i++) {
			const struct dp_finding *finding = &verdict->findings[i];

			if (told[i] || !wanted(page, finding, verbose) ||
				rank_of(finding->severity, finding->subject.host < 0) != rank)
				continue;
			told[i] = true;
			write_finding(page, i, told);
		}
	}
	if (verdict->finding_dropped > 0)
		dp_buf_printf(page->out, "\n%zu more findings are not listed.\n",
			verdict->finding_dropped);
}

void dp_report_text(struct dp_buf *out, const struct dp_facts *facts,
	const struct dp_verdict *verdict, const struct dp_report_options *options)
{
	struct page page = { out, facts, verdict,
		options->width > 0 ? options->width : WIDTH_DEFAULT, options->color };
	size_t start = out->len;

	if (page.width < WIDTH_MIN)
		page.width = WIDTH_MIN;
	write_verdict(&page);
	write_findings(&page, options->verbose);
	if (options->verbose)
		dp_tree_write(out, facts, verdict);
	else if (out->len - start > TAIL_BYTES)
		dp_buf_printf(out, "\n%s: %s - %s\n", dp_outcome_word(verdict->outcome),
			shown(&page, facts->target.text), dp_brief(facts, verdict, out->arena));
}
