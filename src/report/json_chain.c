/* SPDX-License-Identifier: Apache-2.0 */
/* Schema 1, described for machines in tests/schema/chain.schema.json. Every key stands in every
 * report, null where nothing is known. */
#include "report/chain.h"

#include <cjson/cJSON.h>

#include "base/text.h"

struct scope {
	struct dp_arena *arena;
	const struct dp_inventory *inventory;
	bool verbose;
};

static cJSON *made(cJSON *item)
{
	if (item == NULL)
		dp_arena_fail();
	return item;
}

/* NULL gives null. */
static void add_text(const struct scope *scope, cJSON *object, const char *key, const char *text)
{
	if (text == NULL)
		made(cJSON_AddNullToObject(object, key));
	else
		made(cJSON_AddStringToObject(object, key, dp_text_shown_lines(scope->arena, text)));
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

static void append_text(cJSON *array, const char *text)
{
	cJSON_AddItemToArray(array, made(cJSON_CreateString(text)));
}

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
	cJSON *array = made(cJSON_AddArrayToObject(object, "records"));
	unsigned most = scope->verbose ? 3 : 1;

	for (unsigned selector = 2; cert->spki != NULL && selector-- > 0;) {
		for (unsigned i = 0; i < most; i++) {
			struct dp_tlsa record;

			dp_inventory_record(cert, leaf ? DP_DANE_EE : DP_DANE_TA, selector,
				(i + 1) % 3, &record, scope->arena);
			append_text(array, dp_tlsa_text(&record, 0, scope->arena));
		}
	}
}

static void add_names(const struct scope *scope, cJSON *object, const struct dp_cert *cert)
{
	cJSON *array = made(cJSON_AddArrayToObject(object, "names"));

	for (size_t i = 0; i < cert->name_count; i++)
		append_text(array,
			dp_text_escape_utf8(scope->arena, cert->names[i].text, cert->names[i].len,
				cert->names[i].len));
}

static void fill_cert(const struct scope *scope, cJSON *item, const struct dp_cert *cert, bool leaf)
{
	bool same_key, read = cert->spki != NULL;
	const struct dp_known_ca *ca = dp_inventory_ca(cert, &same_key);

	add_text(scope, item, "subject", read ? cert->subject_text : NULL);
	add_text(scope, item, "issuer", read ? cert->issuer_text : NULL);
	add_text(scope, item, "key", read ? dp_cert_key_text(cert, scope->arena) : NULL);
	add_time(scope, item, "not_before", read ? cert->not_before_utc_s : DP_TIME_NONE);
	add_time(scope, item, "not_after", read ? cert->not_after_utc_s : DP_TIME_NONE);
	add_bool(item, "ca", cert->is_ca);
	add_number(item, "path_len", cert->path_len >= 0, cert->path_len);
	add_text(scope, item, "known_ca", ca != NULL ? ca->subject_cn : NULL);
	add_text(scope, item, "spki_sha256",
		read ? dp_text_hex(scope->arena, cert->spki_sha256, 32) : NULL);
	add_text(scope, item, "cert_sha256", dp_text_hex(scope->arena, cert->cert_sha256, 32));
	add_names(scope, item, cert);
	add_records(scope, item, cert, leaf);
	add_text(scope, item, "limit", cert->limit);
}

static void add_chain(const struct scope *scope, const struct dp_inventory *s, cJSON *report)
{
	cJSON *array = made(cJSON_AddArrayToObject(report, "chain"));

	for (size_t i = 0; i < s->chain->count; i++) {
		cJSON *item = append(array);

		add_number(item, "position", true, (double)(s->offset + i));
		add_number(item, "line", !s->bundle->is_der, s->bundle->blocks[s->blocks[i]].line);
		add_text(scope, item, "place",
			i == s->order.leaf && s->order.path_len > 0
				? "leaf"
				: place_word(s->order.places[i]));
		add_number(item, "copy_of", s->order.places[i] == DP_PLACE_COPY,
			(double)(s->offset + s->order.copy_of[i]));
		fill_cert(scope, item, &s->chain->certs[i], i == s->order.leaf);
	}
	add_number(report, "chain_dropped", true, (double)s->chain->dropped);
}

static void add_path(const struct scope *scope, const struct dp_inventory *s, cJSON *report)
{
	cJSON *path = made(cJSON_AddArrayToObject(report, "path")), *item;

	for (size_t i = 0; i < s->order.path_len; i++)
		cJSON_AddItemToArray(
			path, made(cJSON_CreateNumber((double)(s->offset + s->order.path[i]))));
	add_bool(report, "ordered", s->order.misplaced < 0);
	add_text(scope, report, "top", s->end != NULL ? top_word(s->top) : NULL);
	if (s->end == NULL || s->top == DP_TOP_ROOT) {
		made(cJSON_AddNullToObject(report, "missing"));
		return;
	}
	item = made(cJSON_AddObjectToObject(report, "missing"));
	add_text(scope, item, "issuer", s->end->issuer_text);
	add_text(scope, item, "of", s->end->subject_text);
	add_text(scope, item, "known_ca", s->known != NULL ? s->known->subject_cn : NULL);
	add_text(scope, item, "at_hand",
		s->completion.added_count > 0 ? s->completion.sources[0] : NULL);
	add_text(scope, item, "root",
		s->completion.root != NULL ? s->completion.root->subject_text : NULL);
}

/* One chain of the file. */
static void add_one(const struct scope *scope, const struct dp_inventory *s, cJSON *object)
{
	add_chain(scope, s, object);
	add_path(scope, s, object);
	add_number(object, "private_key_line", s->key >= 0,
		s->key >= 0 ? s->bundle->blocks[s->key].line : 0);
}

static void add_written(const struct scope *scope, cJSON *report, const struct dp_written *written)
{
	cJSON *item, *added;

	if (written->path == NULL) {
		made(cJSON_AddNullToObject(report, "written"));
		return;
	}
	item = made(cJSON_AddObjectToObject(report, "written"));
	add_text(scope, item, "file", written->path);
	add_bool(item, "changed", written->changed);
	add_bool(item, "moved_key", written->moved_key[0] || written->moved_key[1]);
	add_text(scope, item, "root", written->what[0].root->subject_text);
	add_text(scope, item, "because", written->what[0].because);
	added = made(cJSON_AddArrayToObject(item, "added"));
	for (size_t n = 0; n < written->count; n++) {
		const struct dp_completion *what = &written->what[n];

		for (size_t i = 0; i < what->added_count; i++) {
			cJSON *cert = append(added);

			add_text(scope, cert, "source", what->sources[i]);
			fill_cert(scope, cert, what->added[i], false);
		}
	}
}

static void add_findings(const struct scope *scope, cJSON *report)
{
	const struct dp_findings *list = &scope->inventory->findings;
	cJSON *array = made(cJSON_AddArrayToObject(report, "findings"));

	for (size_t i = 0; i < list->count; i++) {
		const struct dp_finding *finding = &list->items[i];
		cJSON *item = append(array);

		add_text(scope, item, "code", dp_reason_row(finding->code)->code);
		add_text(scope, item, "severity", dp_severity_word(finding->severity));
		add_text(scope, item, "label", finding->label);
		add_number(item, "cert", finding->subject.cert >= 0, finding->subject.cert);
		add_text(scope, item, "rfc", finding->rfc);
		add_text(scope, item, "cause", finding->cause);
		add_text(scope, item, "consequence", finding->consequence);
		add_text(scope, item, "remedy", finding->remedy);
	}
}

void dp_chain_json(struct dp_buf *out, const struct dp_inventory *inventory,
	const struct dp_written *written, const struct dp_report_options *options)
{
	const struct scope scope = { out->arena, inventory, options->verbose };
	cJSON *report = made(cJSON_CreateObject());
	char *text;

	made(cJSON_AddNumberToObject(report, "schema", 1));
	add_text(&scope, report, "file", inventory->name);
	add_text(&scope, report, "verdict", dp_inventory_word(inventory->verdict));
	add_number(report, "exit", true, options->exit_status);
	add_one(&scope, inventory, report);
	if (inventory->next != NULL)
		add_one(&scope, inventory->next, made(cJSON_AddObjectToObject(report, "second")));
	else
		made(cJSON_AddNullToObject(report, "second"));
	add_written(&scope, report, written);
	add_findings(&scope, report);
	text = cJSON_PrintUnformatted(report);
	if (text == NULL)
		dp_arena_fail();
	dp_buf_text(out, text);
	dp_buf_char(out, '\n');
	cJSON_free(text);
	cJSON_Delete(report);
}
