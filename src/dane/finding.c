/* SPDX-License-Identifier: Apache-2.0 */
#include "dane/finding.h"

#include <string.h>

#include "base/buf.h"
#include "dane/audience.h"

const struct dp_subject dp_subject_none = { -1, -1, -1, -1, -1 };

static const char *word(const char *name, size_t len, const struct dp_words *words)
{
	const struct {
		const char *name;
		const char *value;
	} table[] = {
		{ "host", words->host },
		{ "addr", words->addr },
		{ "record", words->record },
		{ "cert", words->cert },
		{ "detail", words->detail },
		{ "fix", words->fix },
	};

	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		if (strlen(table[i].name) == len && memcmp(table[i].name, name, len) == 0)
			return table[i].value != NULL ? table[i].value : "?";
	}
	return "?";
}

const char *dp_finding_expand(
	const char *template, const struct dp_words *words, struct dp_arena *arena)
{
	struct dp_buf out;

	dp_buf_init(&out, arena);
	while (*template != '\0') {
		const char *end = *template == '{' ? strchr(template, '}') : NULL;

		if (end == NULL) {
			dp_buf_char(&out, *template ++);
			continue;
		}
		dp_buf_text(&out, word(template + 1, (size_t)(end - template - 1), words));
		template = end + 1;
	}
	return out.data;
}

static const char *say(
	const struct dp_findings *list, const char *template, const struct dp_words *words)
{
	return dp_finding_expand(
		dp_audience_template(template, list->service, list->arena), words, list->arena);
}

static bool same(const struct dp_finding *a, const struct dp_finding *b)
{
	return a->code == b->code && a->subject.host == b->subject.host &&
		a->subject.addr == b->subject.addr && a->subject.record == b->subject.record &&
		strcmp(a->cause, b->cause) == 0;
}

/* Causes that speak of what a server did, said of a chain in a file. */
static const char *cause_of(enum dp_reason code, bool given)
{
	static const struct {
		enum dp_reason code;
		const char *cause;
	} table[] = {
		{ DP_REASON_TLSA_ANCHOR_NOT_SENT,
			"Record {record} pins {detail}, and that certificate is not in the chain, which "
			"holds {cert}." },
		{ DP_REASON_TLSA_ANCHOR_NOT_ISSUER,
			"Record {record} matches {cert}, which is in the chain, but that certificate did "
			"not issue the server's own ({detail})." },
		{ DP_REASON_TLSA_UNMATCHED,
			"Record {record} of {host} matches nothing in the chain: a key to come, or a "
			"stale record." },
		{ DP_REASON_CHAIN_DISORDERED,
			"The certificates of the chain stand in a wrong order ({detail})." },
	};

	for (size_t i = 0; given && i < sizeof(table) / sizeof(table[0]); i++) {
		if (table[i].code == code)
			return table[i].cause;
	}
	return dp_reason_row(code)->cause;
}

void dp_finding_add_as(struct dp_findings *list, enum dp_reason code, enum dp_severity severity,
	const struct dp_subject *subject, const char *label, const struct dp_words *words)
{
	const struct dp_reason_row *row = dp_reason_row(code);
	struct dp_finding finding = {
		.code = code,
		.severity = severity,
		.subject = *subject,
		.label = label,
		.rfc = dp_audience_rfc(row->rfc, list->service),
		.evidence = words->evidence != NULL ? words->evidence : "",
		.cause = say(list, cause_of(code, list->given), words),
		.consequence = say(list, row->consequence, words),
		.remedy = say(list, row->remedy, words),
	};

	for (size_t i = 0; i < list->count; i++) {
		if (same(&list->items[i], &finding))
			return;
	}
	if (list->count == DP_FINDINGS_MAX) {
		list->dropped++;
		return;
	}
	list->items =
		dp_arena_grow(list->arena, list->items, list->count, &list->cap, sizeof(finding));
	list->items[list->count++] = finding;
}

void dp_finding_add(struct dp_findings *list, enum dp_reason code, const struct dp_subject *subject,
	const char *label, const struct dp_words *words)
{
	dp_finding_add_as(list, code, dp_reason_row(code)->severity, subject, label, words);
}
