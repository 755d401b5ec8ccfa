/* SPDX-License-Identifier: Apache-2.0 */
#include "dane/inventory.h"

#include <string.h>

#include "base/text.h"
#include "dane/digest.h"
#include "dane/inventory_keys.h"

#define DAY_S 86400
#define NAMES_SHOWN_MAX 5
#define NAME_SHOWN_MAX 80
/* What a shell takes without quotes. */
#define PLAIN_CHARS "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-/+,:@%"

const char *dp_inventory_word(enum dp_inventory_verdict verdict)
{
	switch (verdict) {
	case DP_INVENTORY_COMPLETE: return "complete";
	case DP_INVENTORY_INCOMPLETE: return "incomplete";
	case DP_INVENTORY_FAULTY: break;
	}
	return "faulty";
}

const struct dp_known_ca *dp_inventory_ca(const struct dp_cert *cert, bool *same_key)
{
	struct dp_tlsa record = { .usage = DP_DANE_TA,
		.selector = DP_CERT,
		.matching = DP_SHA256,
		.data = cert->cert_sha256,
		.data_len = sizeof(cert->cert_sha256) };
	const struct dp_known_ca *ca = dp_known_ca_find(&record, NULL);

	*same_key = false;
	if (ca != NULL || cert->spki == NULL)
		return ca;
	record.selector = DP_SPKI;
	record.data = cert->spki_sha256;
	*same_key = true;
	return dp_known_ca_find(&record, NULL);
}

void dp_inventory_record(const struct dp_cert *cert, unsigned usage, unsigned selector,
	unsigned matching, struct dp_tlsa *record, struct dp_arena *arena)
{
	const uint8_t *data = selector == DP_CERT ? cert->der : cert->spki;
	size_t len = selector == DP_CERT ? cert->der_len : cert->spki_len;
	uint8_t digest[DP_SHA512_BYTES];

	*record = (struct dp_tlsa){ .usage = (uint8_t)usage,
		.selector = (uint8_t)selector,
		.matching = (uint8_t)matching,
		.data = data,
		.data_len = len };
	if (matching == DP_FULL)
		return;
	if (matching == DP_SHA256)
		dp_digest_sha256(data, len, digest);
	else
		dp_digest_sha512(data, len, digest);
	record->data_len = matching == DP_SHA256 ? DP_SHA256_BYTES : DP_SHA512_BYTES;
	record->data = dp_arena_copy(arena, digest, record->data_len);
}

const char *dp_inventory_shell_word(const char *word, struct dp_arena *arena)
{
	struct dp_buf out;

	if (word[0] != '\0' && strspn(word, PLAIN_CHARS) == strlen(word))
		return word;
	dp_buf_init(&out, arena);
	dp_buf_char(&out, '\'');
	for (; *word != '\0'; word++) {
		if (*word == '\'')
			dp_buf_text(&out, "'\\'");
		dp_buf_char(&out, *word);
	}
	dp_buf_char(&out, '\'');
	return out.data;
}

const char *dp_inventory_command(const char *path, struct dp_arena *arena)
{
	const char *word = dp_inventory_shell_word(path, arena);

	/* A file that is called "-x" is no option. */
	return dp_arena_printf(arena, "daneprobe chain --complete %s %s%s", word,
		word[0] == '-' ? "-- " : "", word);
}

static const char *name_of(const struct dp_inventory *s, const struct dp_cert *cert)
{
	return cert->subject_text[0] != '\0'
		? dp_arena_printf(s->arena, "\"%s\"", cert->subject_text)
		: "the certificate without subject";
}

static const char *date(const struct dp_inventory *s, int64_t utc_s)
{
	char text[DP_TIME_TEXT_MAX];

	return dp_arena_printf(s->arena, "%s", dp_text_date(utc_s, text));
}

static void add(struct dp_inventory *s, enum dp_reason code, int position, struct dp_words *words)
{
	struct dp_subject subject = { -1, -1, -1, -1, -1 };
	const char *label = s->name;

	if (position >= 0)
		position += (int)s->offset;
	subject.cert = position;
	if (position >= 0)
		label = dp_arena_printf(s->arena, "%s, certificate %d", s->name, position);
	dp_finding_add(&s->findings, code, &subject, label, words);
}

/* --- keys --- */

static void tell_keys(struct dp_inventory *s)
{
	const struct dp_cert *leaf = &s->chain->certs[s->order.leaf];
	struct dp_words words = { .cert = name_of(s, leaf) };

	for (size_t i = 0; i < s->bundle->count; i++) {
		const uint8_t *key;
		size_t len;

		if (!dp_inventory_private_key(s, i, &key, &len))
			continue;
		words.detail = dp_arena_printf(s->arena, "%u", s->bundle->blocks[i].line);
		if (dp_inventory_holder(s->whole, key, len) < 0 && s->offset == 0)
			add(s, DP_REASON_FILE_KEY_MISMATCH, -1, &words);
		else if ((int)i == s->key && i > s->blocks[s->order.leaf])
			add(s, DP_REASON_FILE_KEY_BEHIND, -1, &words);
	}
	if (s->third >= 0) {
		words.cert = name_of(s, &s->whole->certs[s->third]);
		add(s, DP_REASON_FILE_FURTHER_CHAIN, s->third, &words);
	}
}

/* --- the top of the path --- */

/* A row of that name, a root if there is one. Only names: what it is called, not what it is. */
static const struct dp_known_ca *named(const char *name)
{
	const struct dp_known_ca *found = NULL;

	for (size_t i = 0; i < dp_known_ca_count; i++) {
		const struct dp_known_ca *ca = &dp_known_ca_table[i];
		bool root = strcmp(ca->subject_cn, ca->issuer_cn) == 0;

		if (strcmp(ca->subject_cn, name) == 0 && (found == NULL || root))
			found = ca;
		if (found != NULL && root && found == ca)
			break;
	}
	return found;
}

/* A root of that name is at hand, and the completion did not lead to it: it signed nothing here,
 * and the name alone would be a false friend. */
static bool refuted(const struct dp_inventory *s)
{
	for (size_t i = 0; i < s->stock->count; i++) {
		const struct dp_cert *cert = &s->stock->certs[i];

		if (cert->self_issued && strcmp(cert->subject_text, s->end->issuer_text) == 0)
			return !s->completion.unverified && !s->completion.exhausted;
	}
	return false;
}

static void find_top(struct dp_inventory *s)
{
	const struct dp_completion *c = &s->completion;
	bool alone = s->order.path_len == 1;

	s->end = s->order.path_len > 0 ? &s->chain->certs[s->order.path[s->order.path_len - 1]]
				       : NULL;
	s->top = DP_TOP_UNKNOWN;
	if (s->end == NULL)
		return;
	s->known = named(s->end->issuer_text);
	if (s->order.at_root)
		s->top = DP_TOP_ROOT;
	else if (c->complete && c->added_count == 1 && c->added[0] == c->root)
		s->top = DP_TOP_HELD;
	else if (c->complete)
		s->top = DP_TOP_INCOMPLETE;
	else if (refuted(s))
		s->refuted = true;
	else if (s->known != NULL && strcmp(s->known->subject_cn, s->known->issuer_cn) == 0 &&
		!alone)
		s->top = DP_TOP_NAMED;
	else if (s->known != NULL)
		s->top = DP_TOP_KNOWN;
}

/* How to get what is missing. */
static const char *advice(struct dp_inventory *s)
{
	const char *issuer = s->end->issuer_text;
	const char *own = s->path != NULL ? dp_inventory_command(s->path, s->arena)
					  : "daneprobe chain --complete OUT FILE";
	const char *more = "";

	for (size_t i = 0; i < s->completion.added_count; i++) {
		if (strcmp(s->completion.sources[i], DP_STOCK_BUILT_IN) != 0)
			more = dp_arena_printf(s->arena, " --roots %s",
				dp_inventory_shell_word(s->completion.sources[i], s->arena));
	}
	switch (s->top) {
	case DP_TOP_HELD:
	case DP_TOP_INCOMPLETE: return dp_arena_printf(s->arena, "Append it:\n  %s%s", own, more);
	case DP_TOP_NAMED:
		return dp_arena_printf(s->arena,
			"If such a record is published, append the certificate of %s, from where the CA "
			"publishes it:\n  %s --roots root.pem",
			issuer, own);
	case DP_TOP_KNOWN:
		return dp_arena_printf(s->arena,
			"Use the file that holds the issuers, too (certbot: fullchain.pem, not cert.pem); or "
			"append the certificate of %s, from where the CA publishes it:\n  %s --roots %s.pem",
			issuer, own, "issuers");
	case DP_TOP_ROOT:
	case DP_TOP_UNKNOWN: break;
	}
	return dp_arena_printf(s->arena,
		"Say what it is, or append it, with the CA's certificates in a file:\n  %s --roots issuers.pem",
		own);
}

/* Where what is missing was found: "built in", "in roots.pem". */
static const char *at_hand(const struct dp_inventory *s)
{
	const char *source = s->completion.sources[0];

	return strcmp(source, DP_STOCK_BUILT_IN) == 0 ? source
						      : dp_arena_printf(s->arena, "in %s", source);
}

static void tell_top(struct dp_inventory *s)
{
	struct dp_words words = {
		.cert = name_of(s, s->end), .detail = "", .record = "Clients cannot"
	};

	words.host = s->end->issuer_text[0] != '\0'
		? dp_arena_printf(s->arena, "\"%s\"", s->end->issuer_text)
		: "which has no name";
	words.fix = advice(s);
	switch (s->top) {
	case DP_TOP_ROOT: return;
	case DP_TOP_HELD:
		words.detail = dp_arena_printf(s->arena,
			" (the signature was checked with the one that is %s)", at_hand(s));
		add(s, DP_REASON_CHAIN_WITHOUT_ROOT, -1, &words);
		return;
	case DP_TOP_NAMED:
		words.detail = " (by its name; its certificate is not at hand)";
		add(s, DP_REASON_CHAIN_WITHOUT_ROOT, -1, &words);
		return;
	case DP_TOP_INCOMPLETE:
		words.detail = dp_arena_printf(s->arena, ", but at hand (%s)", at_hand(s));
		break;
	case DP_TOP_KNOWN:
		words.detail = dp_arena_printf(
			s->arena, "; by its name it is a CA below %s", s->known->issuer_cn);
		if (strcmp(s->known->issuer_cn, s->known->subject_cn) == 0)
			words.detail = "; by its name it is a root";
		break;
	case DP_TOP_UNKNOWN: /* a private root that is not sent looks like a gap */
		words.detail = s->refuted
			? ": a root of that name is known here, and did not sign it"
			: ", and not known here";
		words.record =
			"If that is the root of a CA of your own, it need not be there. If not, "
			"clients cannot";
		break;
	}
	add(s, DP_REASON_CHAIN_INCOMPLETE, (int)(s->end - s->chain->certs), &words);
}

/* --- the certificates --- */

static void tell_order(struct dp_inventory *s)
{
	const struct dp_order *order = &s->order;
	struct dp_words words = { 0 };
	struct dp_buf wanted;

	if (order->misplaced < 0)
		return;
	dp_buf_init(&wanted, s->arena);
	for (size_t i = 0; i < order->path_len; i++)
		dp_buf_printf(&wanted, "%s%s", i > 0 ? ", " : "",
			name_of(s, &s->chain->certs[order->path[i]]));
	words.fix = wanted.data;
	words.detail = order->leaf != 0
		? dp_arena_printf(s->arena,
			  "the server's own, %s, is certificate %zu instead of %zu",
			  name_of(s, &s->chain->certs[order->leaf]), s->offset + order->leaf,
			  s->offset)
		: dp_arena_printf(s->arena, "certificate %d, %s, did not issue the one before it",
			  (int)s->offset + order->misplaced,
			  name_of(s, &s->chain->certs[order->misplaced]));
	add(s, DP_REASON_FILE_DISORDERED, order->misplaced, &words);
}

/* Only CAs: a bundle of roots, or the issuers alone. A server may make a CA certificate for itself,
 * though. */
static bool without_leaf(const struct dp_inventory *s)
{
	const struct dp_cert *leaf = &s->chain->certs[s->order.leaf];

	return leaf->is_ca && s->key < 0 && (!leaf->self_issued || s->chain->count > 1);
}

static void tell_places(struct dp_inventory *s)
{
	const struct dp_order *order = &s->order;
	struct dp_words words = { .host = name_of(s, &s->chain->certs[order->leaf]) };

	for (size_t i = 0; i < s->chain->count; i++) {
		if (without_leaf(s))
			break;
		words.cert = name_of(s, &s->chain->certs[i]);
		if (order->places[i] == DP_PLACE_COPY) {
			words.detail = dp_arena_printf(s->arena, "as certificates %zu and %zu",
				s->offset + order->copy_of[i], s->offset + i);
			add(s, DP_REASON_FILE_DUPLICATE, (int)i, &words);
		} else if (order->places[i] == DP_PLACE_UNRELATED) {
			add(s, DP_REASON_FILE_UNRELATED, (int)i, &words);
		} else if (order->places[i] == DP_PLACE_UNREADABLE) {
			words.detail = dp_arena_printf(
				s->arena, "%u", s->bundle->blocks[s->blocks[i]].line);
			add(s, DP_REASON_FILE_CERTIFICATE_UNREADABLE, (int)i, &words);
		}
	}
}

static int64_t warning_period_s(const struct dp_inventory *s, const struct dp_cert *cert)
{
	int64_t quarter = (cert->not_after_utc_s - cert->not_before_utc_s) / 4;

	if (s->cert_warning_s >= 0)
		return s->cert_warning_s;
	return quarter < (int64_t)14 * DAY_S ? quarter : (int64_t)14 * DAY_S;
}

static void tell_dates(struct dp_inventory *s, size_t position)
{
	const struct dp_cert *cert = &s->chain->certs[position];
	struct dp_words words = { .cert = name_of(s, cert) };

	if (cert->not_before_utc_s == DP_TIME_NONE || cert->not_after_utc_s == DP_TIME_NONE)
		return;
	words.detail = date(s, cert->not_after_utc_s);
	if (s->now_utc_s > cert->not_after_utc_s) {
		add(s, DP_REASON_FILE_EXPIRED, (int)position, &words);
	} else if (s->now_utc_s < cert->not_before_utc_s) {
		words.detail = date(s, cert->not_before_utc_s);
		add(s, DP_REASON_FILE_NOT_YET_VALID, (int)position, &words);
	} else if (cert->not_after_utc_s - s->now_utc_s < warning_period_s(s, cert)) {
		add(s, DP_REASON_FILE_EXPIRES_SOON, (int)position, &words);
	}
}

static const char *names_text(const struct dp_inventory *s, const struct dp_cert *cert)
{
	struct dp_buf out;

	dp_buf_init(&out, s->arena);
	for (size_t i = 0; i < cert->name_count && i < NAMES_SHOWN_MAX; i++)
		dp_buf_printf(&out, "%s%s", i > 0 ? ", " : "",
			dp_text_escape(
				s->arena, cert->names[i].text, cert->names[i].len, NAME_SHOWN_MAX));
	if (cert->name_count > NAMES_SHOWN_MAX)
		dp_buf_printf(&out, " and %zu more", cert->name_count - NAMES_SHOWN_MAX);
	if (cert->name_count == 0)
		dp_buf_text(&out, "no server");
	return out.data;
}

static void tell_leaf(struct dp_inventory *s)
{
	const struct dp_cert *leaf = &s->chain->certs[s->order.leaf];
	struct dp_words words = { .cert = name_of(s, leaf), .host = s->host };

	if (without_leaf(s)) {
		add(s, DP_REASON_FILE_WITHOUT_LEAF, (int)s->order.leaf, &words);
		return;
	}
	words.detail = leaf->common_name.len > 0 ? ", only a CN in its subject" : "";
	if (leaf->name_count == 0)
		add(s, DP_REASON_FILE_LEAF_UNNAMED, (int)s->order.leaf, &words);
	words.detail = names_text(s, leaf);
	if (s->host != NULL && !dp_cert_named(leaf, &s->host, 1, NULL))
		add(s, DP_REASON_FILE_HOST_MISMATCH, (int)s->order.leaf, &words);
}

static void decide(struct dp_inventory *s)
{
	s->verdict = DP_INVENTORY_COMPLETE;
	for (size_t i = 0; i < s->findings.count; i++) {
		const struct dp_finding *finding = &s->findings.items[i];

		if (finding->code == DP_REASON_CHAIN_INCOMPLETE)
			s->verdict = DP_INVENTORY_INCOMPLETE;
		else if (finding->severity == DP_ERROR && s->verdict == DP_INVENTORY_COMPLETE)
			s->verdict = DP_INVENTORY_FAULTY;
	}
}

static void read_chain(struct dp_inventory *inventory)
{
	struct dp_words words = { 0 };
	const uint8_t *key;
	size_t key_len;

	dp_inventory_find_key(inventory, &key, &key_len);
	dp_order_read(inventory->chain, key, key_len, inventory->arena, &inventory->order);
	dp_complete(inventory->chain, &inventory->order, inventory->stock, &inventory->wish,
		inventory->arena, &inventory->completion);
	find_top(inventory);
	if (inventory->end != NULL)
		tell_leaf(inventory);
	tell_order(inventory);
	if (inventory->end != NULL)
		tell_top(inventory);
	tell_places(inventory);
	for (size_t i = 0; i < inventory->order.path_len; i++)
		tell_dates(inventory, inventory->order.path[i]);
	tell_keys(inventory);
	words.detail = inventory->order.exhausted ? "too many certificates could be its issuers"
						  : inventory->order.limit;
	if (words.detail != NULL)
		add(inventory, DP_REASON_FILE_NOT_VERIFIED, -1, &words);
	decide(inventory);
}

void dp_inventory_read(struct dp_inventory *inventory)
{
	inventory->findings = (struct dp_findings){ .arena = inventory->arena };
	dp_inventory_split(inventory);
	read_chain(inventory);
	if (inventory->next == NULL)
		return;
	inventory->next->findings = inventory->findings;
	read_chain(inventory->next);
	inventory->findings = inventory->next->findings;
	decide(inventory);
}
