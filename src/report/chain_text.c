/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The verdict on one line that begins with its word, the certificates as a tree, then a block for
 * each thing that needs attention, in the manner of report/text.c.
 */
#include "report/chain.h"

#include <string.h>

#include "base/text.h"
#include "report/prose.h"

#define WIDTH_DEFAULT 80
#define WIDTH_MIN 40
#define DAY_S 86400
#define NAMES_SHOWN 8

#define RED "\033[1;31m"
#define GREEN "\033[1;32m"
#define YELLOW "\033[1;33m"
#define BOLD "\033[1m"
#define PLAIN "\033[0m"

struct page {
	struct dp_buf *out;
	const struct dp_inventory *inventory;
	bool color, verbose;
	int width;
};

static void write_colored(const struct page *page, const char *color, const char *text)
{
	dp_buf_printf(
		page->out, "%s%s%s", page->color ? color : "", text, page->color ? PLAIN : "");
}

static const char *shown(const struct page *page, const char *text)
{
	return dp_text_shown(page->out->arena, text);
}

static size_t counted(const struct page *page, enum dp_severity severity)
{
	size_t count = 0;

	for (size_t i = 0; i < page->inventory->findings.count; i++)
		count += page->inventory->findings.items[i].severity == severity;
	return count;
}

/* --- the verdict --- */

static const char *extent(const struct page *page, const struct dp_inventory *s)
{
	const char *issuer;

	if (s->end == NULL)
		return "no certificate that can be read";
	issuer = shown(page, s->end->issuer_text);
	switch (s->top) {
	case DP_TOP_ROOT:
		return dp_arena_printf(page->out->arena, "up to the root \"%s\", which is in it",
			shown(page, s->end->subject_text));
	case DP_TOP_HELD:
	case DP_TOP_NAMED:
		return dp_arena_printf(page->out->arena,
			"up to the root \"%s\", which is not in it, as is usual", issuer);
	case DP_TOP_INCOMPLETE:
	case DP_TOP_KNOWN:
	case DP_TOP_UNKNOWN: break;
	}
	return dp_arena_printf(page->out->arena, "the issuer of \"%s\", \"%s\", is %s",
		shown(page, s->end->subject_text), issuer,
		s->refuted                         ? "missing, and not the one known here"
			: s->top == DP_TOP_UNKNOWN ? "neither in it nor known here"
						   : "missing");
}

static void write_extent(const struct page *page, const struct dp_inventory *s)
{
	dp_buf_printf(page->out, "%zu certificate%s, %s%s", s->chain->count + s->chain->dropped,
		s->chain->count == 1 ? "" : "s", extent(page, s),
		s->order.misplaced >= 0 ? ", in a wrong order" : "");
}

static void write_verdict(const struct page *page)
{
	const struct dp_inventory *s = page->inventory;
	bool good = s->verdict == DP_INVENTORY_COMPLETE;
	bool warned = counted(page, DP_WARNING) > 0;

	write_colored(page, !good ? RED : warned ? YELLOW : GREEN, dp_inventory_word(s->verdict));
	dp_buf_printf(page->out, ": %s - %s", shown(page, s->name),
		s->next != NULL ? "two chains: " : "");
	write_extent(page, s);
	if (s->next != NULL) {
		dp_buf_text(page->out, "; and ");
		write_extent(page, s->next);
	}
	dp_buf_char(page->out, '\n');
}

/* --- the certificates --- */

static const char *left(const struct page *page, const struct dp_cert *cert)
{
	int64_t now = page->inventory->now_utc_s;
	long long days = (long long)((cert->not_after_utc_s - now) / DAY_S);

	if (cert->not_after_utc_s == DP_TIME_NONE)
		return "";
	if (now > cert->not_after_utc_s)
		return ", EXPIRED";
	if (cert->not_before_utc_s != DP_TIME_NONE && now < cert->not_before_utc_s)
		return ", NOT YET VALID";
	return dp_arena_printf(page->out->arena, ", %lld day%s left", days, days == 1 ? "" : "s");
}

static const char *kind(const struct page *page, const struct dp_cert *cert)
{
	if (!cert->is_ca)
		return "";
	if (cert->path_len >= 0)
		return dp_arena_printf(page->out->arena, "; CA, path length %d", cert->path_len);
	return "; CA";
}

static void write_known(const struct page *page, const struct dp_cert *cert)
{
	bool same_key;
	const struct dp_known_ca *ca = dp_inventory_ca(cert, &same_key);
	bool root = ca != NULL && strcmp(ca->subject_cn, ca->issuer_cn) == 0;

	if (ca == NULL)
		return;
	dp_buf_printf(
		page->out, "      known: %s%s", same_key ? "the key of " : "", ca->subject_cn);
	if (root)
		dp_buf_text(page->out,
			same_key ? ", in another certificate than the root's own"
				 : ", a public root");
	else
		dp_buf_printf(page->out, ", a CA below %s", ca->issuer_cn);
	dp_buf_printf(page->out, "%s%s\n", ca->note[0] != '\0' ? "; " : "", ca->note);
}

static void write_names(const struct page *page, const struct dp_cert *cert)
{
	size_t most = page->verbose ? cert->name_count : NAMES_SHOWN;

	if (cert->name_count == 0)
		return;
	dp_buf_text(page->out, "      for");
	for (size_t i = 0; i < cert->name_count && i < most; i++)
		dp_buf_printf(page->out, "%s %s", i > 0 ? "," : "",
			dp_text_escape_utf8(page->out->arena, cert->names[i].text,
				cert->names[i].len, cert->names[i].len));
	if (cert->name_count > most || cert->name_dropped > 0)
		dp_buf_printf(page->out, " and %zu more",
			cert->name_count + cert->name_dropped -
				(cert->name_count < most ? cert->name_count : most));
	dp_buf_char(page->out, '\n');
}

static void write_record(const struct page *page, const struct dp_cert *cert, unsigned usage,
	unsigned selector, unsigned matching)
{
	struct dp_tlsa record;

	dp_inventory_record(cert, usage, selector, matching, &record, page->out->arena);
	dp_buf_printf(page->out, "      %s\n", dp_tlsa_text(&record, 0, page->out->arena));
}

/* The records it would satisfy: the ones to publish, with -v all of them. */
static void write_records(const struct page *page, const struct dp_cert *cert, bool leaf)
{
	unsigned usage = leaf ? 3 : 2;

	if (!page->verbose) {
		write_record(page, cert, usage, 1, 1);
		if (!leaf)
			write_record(page, cert, usage, 0, 1);
		return;
	}
	for (unsigned selector = 2; selector-- > 0;) {
		write_record(page, cert, usage, selector, 1);
		write_record(page, cert, usage, selector, 2);
		write_record(page, cert, usage, selector, 0);
	}
}

static const char *place_words(const struct page *page, const struct dp_inventory *s, size_t i)
{
	const struct dp_order *order = &s->order;

	switch (order->places[i]) {
	case DP_PLACE_UNREADABLE: return ": cannot be read";
	case DP_PLACE_COPY:
		return dp_arena_printf(
			page->out->arena, ": the same as %zu", s->offset + order->copy_of[i]);
	case DP_PLACE_UNRELATED: return ": not on the way from the server's own to a root";
	case DP_PLACE_BESIDE: return ": another certificate of a CA on the way";
	case DP_PLACE_PATH: break;
	}
	return "";
}

static void write_cert(const struct page *page, const struct dp_inventory *s, size_t i)
{
	const struct dp_cert *cert = &s->chain->certs[i];
	enum dp_place place = s->order.places[i];
	bool leaf = i == s->order.leaf;
	char from[DP_TIME_TEXT_MAX], until[DP_TIME_TEXT_MAX];

	dp_buf_printf(page->out, "%3zu ", s->offset + i);
	write_colored(page, BOLD,
		cert->subject_text[0] != '\0' ? shown(page, cert->subject_text) : "(no subject)");
	dp_buf_printf(page->out, "%s\n", place_words(page, s, i));
	if (place == DP_PLACE_UNREADABLE || place == DP_PLACE_COPY)
		return;
	dp_buf_printf(page->out, "      %s; %s%s\n",
		cert->self_issued ? "self-signed"
				  : dp_arena_printf(page->out->arena, "issued by %s",
					    shown(page, cert->issuer_text)),
		dp_cert_key_text(cert, page->out->arena), kind(page, cert));
	if (cert->not_before_utc_s != DP_TIME_NONE && cert->not_after_utc_s != DP_TIME_NONE)
		dp_buf_printf(page->out, "      %s to %s%s\n",
			dp_text_date(cert->not_before_utc_s, from),
			dp_text_date(cert->not_after_utc_s, until), left(page, cert));
	write_known(page, cert);
	if (leaf)
		write_names(page, cert);
	if (place != DP_PLACE_UNRELATED)
		write_records(page, cert, leaf);
	if (cert->limit != NULL)
		dp_buf_printf(page->out, "      not read in full: %s\n", shown(page, cert->limit));
}

/* What the chain would end at, for those whose records pin it. */
static void write_root(const struct page *page, const struct dp_inventory *s)
{
	if (s->top != DP_TOP_HELD)
		return;
	dp_buf_text(page->out, "  - ");
	write_colored(page, BOLD, shown(page, s->completion.root->subject_text));
	dp_buf_printf(page->out,
		": not in the file (%s)\n      matches only once it is appended:\n",
		shown(page, s->completion.sources[0]));
	write_records(page, s->completion.root, false);
}

static void write_tree(const struct page *page)
{
	for (const struct dp_inventory *s = page->inventory; s != NULL; s = s->next) {
		dp_buf_char(page->out, '\n');
		for (size_t i = 0; i < s->chain->count; i++)
			write_cert(page, s, i);
		if (s->chain->dropped > 0)
			dp_buf_printf(page->out, "and %zu more that were not looked at\n",
				s->chain->dropped);
		write_root(page, s);
	}
}

/* --- the findings --- */

static const char *severity_color(enum dp_severity severity)
{
	return severity == DP_ERROR ? RED : severity == DP_WARNING ? YELLOW : BOLD;
}

static void write_finding(const struct page *page, const struct dp_finding *finding)
{
	struct dp_prose shape = { "  ", 2, page->width };

	dp_buf_char(page->out, '\n');
	write_colored(page, severity_color(finding->severity), dp_severity_word(finding->severity));
	dp_buf_printf(page->out, ": %s (%s)\n", shown(page, finding->label),
		dp_reason_row(finding->code)->code);
	dp_prose_write(page->out,
		dp_arena_printf(page->out->arena, "%s%s%s [%s]", shown(page, finding->cause),
			finding->consequence[0] != '\0' ? " " : "",
			shown(page, finding->consequence), finding->rfc),
		&shape);
	shape.first = "  Remedy: ";
	dp_prose_write(page->out, dp_text_shown_lines(page->out->arena, finding->remedy), &shape);
}

static void write_findings(const struct page *page)
{
	for (int severity = DP_ERROR; severity >= DP_NOTE; severity--) {
		for (size_t i = 0; i < page->inventory->findings.count; i++) {
			const struct dp_finding *finding = &page->inventory->findings.items[i];

			if ((int)finding->severity == severity &&
				(severity != DP_NOTE || page->verbose))
				write_finding(page, finding);
		}
	}
}

static void write_completion(
	struct dp_buf *out, const char *path, const struct dp_completion *what, bool moved_key)
{
	dp_buf_printf(out, "%s: appended ", path);
	for (size_t i = 0; i < what->added_count; i++)
		dp_buf_printf(out, "%s\"%s\" (%s)",
			i == 0                               ? ""
				: i + 1 == what->added_count ? " and "
							     : ", ",
			dp_text_shown(out->arena, what->added[i]->subject_text),
			dp_text_shown(out->arena, what->sources[i]));
	dp_buf_printf(out, "%s\n",
		moved_key ? "; the private key now stands before its certificate" : "");
	dp_buf_printf(out, "  root: \"%s\", %s",
		dp_text_shown(out->arena, what->root->subject_text), what->because);
	if (what->others[0] != '\0')
		dp_buf_printf(out, " (others: %s)", dp_text_shown(out->arena, what->others));
	dp_buf_char(out, '\n');
}

void dp_chain_written_text(struct dp_buf *out, const struct dp_written *written)
{
	const char *path;
	bool whole = true;

	if (written->path == NULL)
		return;
	path = written->to_stdout ? "standard output" : dp_text_shown(out->arena, written->path);
	if (written->narrowed != 0)
		dp_buf_printf(out,
			"%s: its mode was %04o and is narrower now: there is a private key in it, "
			"which must not be open to more users than where it came from\n",
			path, written->narrowed);
	for (size_t i = 0; i < written->count; i++) {
		whole = whole && written->what[i].added_count == 0;
		if (written->what[i].added_count > 0)
			write_completion(out, path, &written->what[i], written->moved_key[i]);
	}
	if (whole)
		dp_buf_printf(out, "%s: nothing is missing%s\n", path,
			written->same_file ? "; the file is as it was"
					   : "; written as it was read");
}

void dp_chain_text(struct dp_buf *out, const struct dp_inventory *inventory,
	const struct dp_written *written, const struct dp_report_options *options)
{
	struct page page = { .out = out,
		.inventory = inventory,
		.color = options->color,
		.verbose = options->verbose,
		.width = options->width > 0 ? options->width : WIDTH_DEFAULT };

	if (page.width < WIDTH_MIN)
		page.width = WIDTH_MIN;
	write_verdict(&page);
	dp_chain_written_text(out, written);
	if (written->path == NULL || page.verbose)
		write_tree(&page);
	write_findings(&page);
}
