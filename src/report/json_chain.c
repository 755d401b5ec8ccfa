/* SPDX-License-Identifier: Apache-2.0 */
/* Schema 1, described for machines in tests/schema/chain.schema.json. Every key stands in every
 * report, null where nothing is known. */
#include "report/chain.h"

#include "base/text.h"
#include "report/json_parts.h"

struct scope {
	struct dp_arena *arena;
	const struct dp_inventory *inventory;
	bool verbose;
};

static const char *place_word(enum dp_place place)
{
	switch (place) {
	case DP_PLACE_PATH: return "path";
	case DP_PLACE_BESIDE: return "beside";
	case DP_PLACE_COPY: return "copy";
	case DP_PLACE_UNRELATED: return "unrelated";
	case DP_PLACE_UNREADABLE: break;
	}
	return "unreadable";
}

static const char *top_word(enum dp_top top)
{
	switch (top) {
	case DP_TOP_ROOT: return "root";
	case DP_TOP_HELD: return "without-root";
	case DP_TOP_NAMED: return "without-root-by-name";
	case DP_TOP_INCOMPLETE: return "missing-at-hand";
	case DP_TOP_KNOWN: return "missing-known";
	case DP_TOP_UNKNOWN: break;
	}
	return "missing-unknown";
}

/* "3 1 1 HEX" and the like: what it would satisfy; -v: every form of it. */
static void add_records(
	const struct scope *scope, cJSON *object, const struct dp_cert *cert, bool leaf)
{
	cJSON *array = dp_json_array(object, "records");
	unsigned most = scope->verbose ? 3 : 1;

	for (unsigned selector = 2; cert->spki != NULL && selector-- > 0;) {
		for (unsigned i = 0; i < most; i++) {
			struct dp_tlsa record;

			dp_inventory_record(cert, leaf ? DP_DANE_EE : DP_DANE_TA, selector,
				(i + 1) % 3, &record, scope->arena);
			dp_json_append_text(
				scope->arena, array, dp_tlsa_text(&record, 0, scope->arena));
		}
	}
}

static void add_names(const struct scope *scope, cJSON *object, const struct dp_cert *cert)
{
	cJSON *array = dp_json_array(object, "names");

	for (size_t i = 0; i < cert->name_count; i++)
		dp_json_append_text(scope->arena, array,
			dp_text_escape_utf8(scope->arena, cert->names[i].text, cert->names[i].len,
				cert->names[i].len));
}

static void fill_cert(const struct scope *scope, cJSON *item, const struct dp_cert *cert, bool leaf)
{
	bool same_key, read = cert->spki != NULL;
	const struct dp_known_ca *ca = dp_inventory_ca(cert, &same_key);

	dp_json_lines(scope->arena, item, "subject", read ? cert->subject_text : NULL);
	dp_json_lines(scope->arena, item, "issuer", read ? cert->issuer_text : NULL);
	dp_json_lines(
		scope->arena, item, "key", read ? dp_cert_key_text(cert, scope->arena) : NULL);
	dp_json_time(item, "not_before", read ? cert->not_before_utc_s : DP_TIME_NONE);
	dp_json_time(item, "not_after", read ? cert->not_after_utc_s : DP_TIME_NONE);
	dp_json_bool(item, "ca", cert->is_ca);
	dp_json_number_if(item, "path_len", cert->path_len >= 0, cert->path_len);
	dp_json_lines(scope->arena, item, "known_ca", ca != NULL ? ca->subject_cn : NULL);
	dp_json_lines(scope->arena, item, "spki_sha256",
		read ? dp_text_hex(scope->arena, cert->spki_sha256, 32) : NULL);
	dp_json_lines(scope->arena, item, "cert_sha256",
		dp_text_hex(scope->arena, cert->cert_sha256, 32));
	add_names(scope, item, cert);
	add_records(scope, item, cert, leaf);
	dp_json_lines(scope->arena, item, "limit", cert->limit);
}

static void add_chain(const struct scope *scope, const struct dp_inventory *s, cJSON *report)
{
	cJSON *array = dp_json_array(report, "chain");

	for (size_t i = 0; i < s->chain->count; i++) {
		cJSON *item = dp_json_append(array);

		dp_json_number_if(item, "position", true, (double)(s->offset + i));
		dp_json_number_if(
			item, "line", !s->bundle->is_der, s->bundle->blocks[s->blocks[i]].line);
		dp_json_lines(scope->arena, item, "place",
			i == s->order.leaf && s->order.path_len > 0
				? "leaf"
				: place_word(s->order.places[i]));
		dp_json_number_if(item, "copy_of", s->order.places[i] == DP_PLACE_COPY,
			(double)(s->offset + s->order.copy_of[i]));
		fill_cert(scope, item, &s->chain->certs[i], i == s->order.leaf);
	}
	dp_json_number_if(report, "chain_dropped", true, (double)s->chain->dropped);
}

static void add_path(const struct scope *scope, const struct dp_inventory *s, cJSON *report)
{
	cJSON *path = dp_json_array(report, "path"), *item;

	for (size_t i = 0; i < s->order.path_len; i++)
		cJSON_AddItemToArray(path,
			dp_json_made(cJSON_CreateNumber((double)(s->offset + s->order.path[i]))));
	dp_json_bool(report, "ordered", s->order.misplaced < 0);
	dp_json_lines(scope->arena, report, "top", s->end != NULL ? top_word(s->top) : NULL);
	if (s->end == NULL || s->top == DP_TOP_ROOT) {
		dp_json_made(cJSON_AddNullToObject(report, "missing"));
		return;
	}
	item = dp_json_object(report, "missing");
	dp_json_lines(scope->arena, item, "issuer", s->end->issuer_text);
	dp_json_lines(scope->arena, item, "of", s->end->subject_text);
	dp_json_lines(
		scope->arena, item, "known_ca", s->known != NULL ? s->known->subject_cn : NULL);
	dp_json_lines(scope->arena, item, "at_hand",
		s->completion.added_count > 0 ? s->completion.sources[0] : NULL);
	dp_json_lines(scope->arena, item, "root",
		s->completion.root != NULL ? s->completion.root->subject_text : NULL);
}

/* One chain of the file. */
static void add_one(const struct scope *scope, const struct dp_inventory *s, cJSON *object)
{
	add_chain(scope, s, object);
	add_path(scope, s, object);
	dp_json_number_if(object, "private_key_line", s->key >= 0,
		s->key >= 0 ? s->bundle->blocks[s->key].line : 0);
}

static void add_written(const struct scope *scope, cJSON *report, const struct dp_written *written)
{
	cJSON *item, *added;

	if (written->path == NULL) {
		dp_json_made(cJSON_AddNullToObject(report, "written"));
		return;
	}
	item = dp_json_object(report, "written");
	dp_json_lines(scope->arena, item, "file", written->path);
	dp_json_bool(item, "changed", written->changed);
	dp_json_bool(item, "moved_key", written->moved_key[0] || written->moved_key[1]);
	dp_json_lines(scope->arena, item, "root", written->what[0].root->subject_text);
	dp_json_lines(scope->arena, item, "because", written->what[0].because);
	added = dp_json_array(item, "added");
	for (size_t n = 0; n < written->count; n++) {
		const struct dp_completion *what = &written->what[n];

		for (size_t i = 0; i < what->added_count; i++) {
			cJSON *cert = dp_json_append(added);

			dp_json_lines(scope->arena, cert, "source", what->sources[i]);
			fill_cert(scope, cert, what->added[i], false);
		}
	}
}

static void add_findings(const struct scope *scope, cJSON *report)
{
	const struct dp_findings *list = &scope->inventory->findings;
	cJSON *array = dp_json_array(report, "findings");

	for (size_t i = 0; i < list->count; i++) {
		const struct dp_finding *finding = &list->items[i];
		cJSON *item = dp_json_append(array);

		dp_json_lines(scope->arena, item, "code", dp_reason_row(finding->code)->code);
		dp_json_lines(scope->arena, item, "severity", dp_severity_word(finding->severity));
		dp_json_lines(scope->arena, item, "label", finding->label);
		dp_json_number_if(item, "cert", finding->subject.cert >= 0, finding->subject.cert);
		dp_json_lines(scope->arena, item, "rfc", finding->rfc);
		dp_json_lines(scope->arena, item, "cause", finding->cause);
		dp_json_lines(scope->arena, item, "consequence", finding->consequence);
		dp_json_lines(scope->arena, item, "remedy", finding->remedy);
	}
}

void dp_chain_json(struct dp_buf *out, const struct dp_inventory *inventory,
	const struct dp_written *written, const struct dp_report_options *options)
{
	const struct scope scope = { out->arena, inventory, options->verbose };
	cJSON *report = dp_json_made(cJSON_CreateObject());

	dp_json_made(cJSON_AddNumberToObject(report, "schema", 1));
	dp_json_lines(scope.arena, report, "file", inventory->name);
	dp_json_lines(scope.arena, report, "verdict", dp_inventory_word(inventory->verdict));
	dp_json_number_if(report, "exit", true, options->exit_status);
	add_one(&scope, inventory, report);
	if (inventory->next != NULL)
		add_one(&scope, inventory->next, dp_json_object(report, "second"));
	else
		dp_json_made(cJSON_AddNullToObject(report, "second"));
	add_written(&scope, report, written);
	add_findings(&scope, report);
	dp_json_print(out, report);
}
