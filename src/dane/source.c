/* SPDX-License-Identifier: Apache-2.0 */
#include "dane/source.h"

#include <string.h>

#include "base/text.h"
#include "dane/cert_der.h"
#include "dane/key.h"

#define SHOWN_MAX 100

void dp_sources_note(struct dp_sources *sources, struct dp_arena *arena, const char *text)
{
	if (sources->notes == NULL)
		sources->notes = dp_arena_alloc(arena, DP_NOTES_MAX * sizeof *sources->notes);
	for (size_t i = 0; i < sources->note_count; i++) {
		if (strcmp(sources->notes[i], text) == 0)
			return;
	}
	if (sources->note_count < DP_NOTES_MAX)
		sources->notes[sources->note_count++] = text;
}

static bool same_octets(const uint8_t *a, size_t a_len, const uint8_t *b, size_t b_len)
{
	return a != NULL && b != NULL && a_len == b_len && memcmp(a, b, a_len) == 0;
}

static bool same_cert(const struct dp_cert *a, const struct dp_cert *b)
{
	return same_octets(a->der, a->der_len, b->der, b->der_len);
}

static bool same_name(const struct dp_cert *issuer, const struct dp_cert *cert)
{
	return dp_dn_equal(cert->issuer, cert->issuer_len, issuer->subject, issuer->subject_len);
}

/* A dNSName as the name of a host: no NUL inside, and letters, digits and hyphens. */
static bool host_name(const struct dp_cert_name *text, struct dp_arena *arena, struct dp_name *name)
{
	const char *copy = dp_arena_text(arena, text->text, text->len);

	return strlen(copy) == text->len && dp_name_parse(copy, name) && dp_name_is_hostname(name);
}

/* The names of a certificate or request that tell whose it is. */
static void read_names(struct dp_source *source, const struct dp_cert *cert, struct dp_arena *arena)
{
	struct dp_name name;

	for (size_t i = 0; i < cert->name_count; i++) {
		const struct dp_cert_name *text = &cert->names[i];

		if (text->len > 1 && text->text[0] == '*' && source->wildcard == NULL)
			source->wildcard =
				dp_text_escape_utf8(arena, text->text, text->len, SHOWN_MAX);
		if (!host_name(text, arena, &name))
			continue;
		if (source->host_names++ == 0)
			source->owner = name;
	}
}

static void from_cert(struct dp_source *source, const struct dp_cert *cert, struct dp_arena *arena)
{
	const char *name = cert->subject_text;

	*source = (struct dp_source){
		.cert = cert,
		.spki = cert->spki,
		.spki_len = cert->spki_len,
		.kind = DP_BLOCK_CERTIFICATE,
	};
	read_names(source, cert, arena);
	if (name[0] == '\0' && cert->name_count > 0)
		name = dp_text_escape_utf8(
			arena, cert->names[0].text, cert->names[0].len, SHOWN_MAX);
	source->text = dp_arena_printf(arena, "%s, %s", name[0] != '\0' ? name : "without a name",
		dp_cert_key_text(cert, arena));
}

static void add(struct dp_source **list, size_t *count, const struct dp_source *source,
	struct dp_sources *all, struct dp_arena *arena)
{
	if (*list == NULL)
		*list = dp_arena_alloc(arena, DP_SOURCES_MAX * sizeof **list);
	if (*count < DP_SOURCES_MAX)
		(*list)[(*count)++] = *source;
	else
		dp_sources_note(all, arena, "there are more certificates than are looked at");
}

static void add_cert(
	struct dp_sources *out, bool issuer, const struct dp_cert *cert, struct dp_arena *arena)
{
	struct dp_source **list = issuer ? &out->issuers : &out->own;
	size_t *count = issuer ? &out->issuer_count : &out->own_count;
	struct dp_source source;

	for (size_t i = 0; i < *count; i++) {
		if ((*list)[i].cert != NULL && same_cert((*list)[i].cert, cert))
			return;
	}
	from_cert(&source, cert, arena);
	add(list, count, &source, out, arena);
}

/* Did issuer sign cert? What the library cannot check goes by the names. */
static bool signed_by(const struct dp_cert *cert, const struct dp_cert *issuer)
{
	enum dp_signature found;

	if (cert == issuer || issuer->spki == NULL || !same_name(issuer, cert))
		return false;
	found = dp_cert_signed_by(cert, issuer->spki, issuer->spki_len, NULL);
	return found == DP_SIGNATURE_GOOD || found == DP_SIGNATURE_UNSUPPORTED;
}

/* Positions of a chain, each at most once, with a bound on what signatures cost. */
struct walk {
	const struct dp_chain *chain;
	size_t found[DP_CHAIN_MAX];
	size_t count;
	unsigned checks;
};

static bool seen(const struct walk *walk, const struct dp_cert *cert)
{
	for (size_t i = 0; i < walk->count; i++) {
		if (same_cert(&walk->chain->certs[walk->found[i]], cert))
			return true;
	}
	return false;
}

static void step(struct walk *walk, const struct dp_cert *from)
{
	for (size_t i = 0; i < walk->chain->count && walk->checks < DP_CHAIN_CHECKS_MAX; i++) {
		const struct dp_cert *cert = &walk->chain->certs[i];

		if (cert->spki == NULL || same_cert(cert, from) || !same_name(cert, from) ||
			seen(walk, cert))
			continue;
		walk->checks++;
		if (signed_by(from, cert))
			walk->found[walk->count++] = i;
	}
}

/* Everything above leaf, one step after the other; self-signed ones last. */
static void add_issuers(struct dp_sources *out, const struct dp_chain *chain,
	const struct dp_cert *leaf, struct dp_arena *arena)
{
	struct walk walk = { .chain = chain };

	step(&walk, leaf);
	for (size_t i = 0; i < walk.count; i++)
		step(&walk, &chain->certs[walk.found[i]]);
	for (int self = 0; self < 2; self++) {
		for (size_t i = 0; i < walk.count; i++) {
			const struct dp_cert *cert = &chain->certs[walk.found[i]];

			if (cert->self_issued == (self == 1) && !same_cert(cert, leaf))
				add_cert(out, true, cert, arena);
		}
	}
}

void dp_sources_of_chain(
	const struct dp_chain *chain, struct dp_arena *arena, struct dp_sources *out)
{
	if (chain->count == 0 || chain->certs[0].spki == NULL)
		return;
	add_cert(out, false, &chain->certs[0], arena);
	add_issuers(out, chain, &chain->certs[0], arena);
}

/* --- files --- */

struct file {
	const struct dp_bundle *bundle;
	struct dp_chain chain;
	size_t *blocks;
	struct dp_arena *arena;
	struct dp_sources *out;
};

static const char *kind_text(enum dp_block_kind kind)
{
	switch (kind) {
	case DP_BLOCK_PRIVATE_KEY: return "private key";
	case DP_BLOCK_ENCRYPTED_KEY: return "encrypted private key";
	case DP_BLOCK_PUBLIC_KEY: return "public key";
	case DP_BLOCK_REQUEST: return "certificate request";
	case DP_BLOCK_CERTIFICATE: return "certificate";
	case DP_BLOCK_OTHER: break;
	}
	return "block";
}

static const char *an(enum dp_block_kind kind)
{
	return kind == DP_BLOCK_ENCRYPTED_KEY ? "n" : "";
}

static const char *where(const struct file *file, const struct dp_block *block)
{
	if (file->bundle->is_der)
		return "";
	return dp_arena_printf(file->arena, " (line %u)", block->line);
}

static bool fits_any(const struct file *file, const uint8_t *spki, size_t spki_len)
{
	for (size_t i = 0; i < file->chain.count; i++) {
		const struct dp_cert *cert = &file->chain.certs[i];

		if (same_octets(cert->spki, cert->spki_len, spki, spki_len))
			return true;
	}
	return false;
}

/* Certificates whose key that is become the server's own; false: there is none. */
static bool own_by_key(struct file *file, const uint8_t *spki, size_t spki_len)
{
	bool found = false;

	for (size_t i = 0; i < file->chain.count; i++) {
		const struct dp_cert *cert = &file->chain.certs[i];

		if (!same_octets(cert->spki, cert->spki_len, spki, spki_len))
			continue;
		add_cert(file->out, false, cert, file->arena);
		found = true;
	}
	return found;
}

/* Keys beside certificates: a private key must fit one of them, others are told of. */
static const char *keys_beside(struct file *file)
{
	const uint8_t *spki;
	size_t spki_len;

	for (size_t i = 0; i < file->bundle->count; i++) {
		const struct dp_block *block = &file->bundle->blocks[i];
		const char *kind = kind_text(block->kind), *why;

		if (block->kind == DP_BLOCK_CERTIFICATE || block->kind == DP_BLOCK_OTHER)
			continue;
		why = dp_key_spki(block, file->arena, &spki, &spki_len);
		if (block->kind == DP_BLOCK_PRIVATE_KEY) {
			if (why != NULL)
				return dp_arena_printf(file->arena, "holds a%s %s%s that %s",
					an(block->kind), kind, where(file, block), why);
			if (!own_by_key(file, spki, spki_len))
				return dp_arena_printf(file->arena,
					"holds a private key%s that belongs to none of its "
					"certificates; a server would not start with both: put the "
					"two together that belong together",
					where(file, block));
		} else if (block->kind == DP_BLOCK_ENCRYPTED_KEY) {
			dp_sources_note(file->out, file->arena,
				"the encrypted private key in the file is left out: whether it "
				"fits the certificate was not seen");
		} else if (why != NULL || !fits_any(file, spki, spki_len)) {
			dp_sources_note(file->out, file->arena,
				dp_arena_printf(file->arena,
					"the %s%s beside the certificates is left out; give it in "
					"a file of its own",
					kind, where(file, block)));
		}
	}
	return NULL;
}

/* Has it signed another one in the file? */
static bool is_above(const struct file *file, const struct dp_cert *cert)
{
	for (size_t i = 0; i < file->chain.count; i++) {
		const struct dp_cert *other = &file->chain.certs[i];

		if (other->spki != NULL && !same_cert(other, cert) && same_name(cert, other))
			return true;
	}
	return false;
}

static void own_without_key(struct file *file)
{
	const struct dp_chain *chain = &file->chain;

	for (size_t i = 0; i < chain->count; i++) {
		if (chain->certs[i].spki != NULL && !chain->certs[i].is_ca &&
			!is_above(file, &chain->certs[i]))
			add_cert(file->out, false, &chain->certs[i], file->arena);
	}
	for (size_t i = 0; i < chain->count && file->out->own_count == 0; i++) {
		if (chain->certs[i].spki != NULL && !is_above(file, &chain->certs[i]))
			add_cert(file->out, false, &chain->certs[i], file->arena);
	}
	if (file->out->own_count == 0)
		add_cert(file->out, false, &chain->certs[0], file->arena);
}

/* A certificate of a CA that names no host: given as what is to be trusted, not as a server's. */
static bool is_only_issuer(const struct dp_source *source)
{
	return source->cert != NULL && source->cert->is_ca && source->host_names == 0 &&
		source->wildcard == NULL && !source->cert->eku_server;
}

static bool is_among(const struct dp_source *list, size_t count, const struct dp_cert *cert)
{
	for (size_t i = 0; i < count; i++) {
		if (same_cert(list[i].cert, cert))
			return true;
	}
	return false;
}

static void tell_left_out(struct file *file)
{
	struct dp_sources *out = file->out;

	for (size_t i = 0; i < file->chain.count; i++) {
		const struct dp_cert *cert = &file->chain.certs[i];

		if (is_among(out->own, out->own_count, cert) ||
			is_among(out->issuers, out->issuer_count, cert))
			continue;
		dp_sources_note(out, file->arena,
			dp_arena_printf(file->arena,
				"the certificate \"%s\"%s has not issued the server's, and is left "
				"out",
				cert->subject_text,
				where(file, &file->bundle->blocks[file->blocks[i]])));
	}
}

static const char *certificates(struct file *file)
{
	struct dp_sources *out = file->out;
	const char *why = keys_beside(file);

	if (why != NULL)
		return why;
	if (out->own_count == 0)
		own_without_key(file);
	for (size_t i = 0; i < out->own_count; i++)
		add_issuers(out, &file->chain, out->own[i].cert, file->arena);
	if (out->own_count == 1 && is_only_issuer(&out->own[0])) {
		struct dp_sources above = *out;

		out->issuers = NULL;
		out->issuer_count = 0;
		add_cert(out, true, out->own[0].cert, file->arena);
		for (size_t i = 0; i < above.issuer_count; i++)
			add_cert(out, true, above.issuers[i].cert, file->arena);
	}
	tell_left_out(file);
	return NULL;
}

/* What else stands in a request: its names (extensionRequest, RFC 2985 s5.4.2), read as those of a
 * certificate. */
static void request_names(
	struct dp_source *source, const struct dp_block *block, struct dp_arena *arena)
{
	struct dp_der der = dp_der_open(block->der, block->der_len), list, values;
	struct dp_cert_der fields = { .version = 3 };
	struct dp_cert cert = { .subject_text = "" };
	struct dp_der_item item, attribute, oid;

	if (!dp_der_take(&der, DP_DER_SEQUENCE, &item))
		return;
	der = dp_der_inside(&item);
	if (!dp_der_take(&der, DP_DER_SEQUENCE, &item))
		return;
	der = dp_der_inside(&item);
	if (!dp_der_take(&der, DP_DER_INTEGER, &item) ||
		!dp_der_take(&der, DP_DER_SEQUENCE, &fields.subject) ||
		!dp_der_take(&der, DP_DER_SEQUENCE, &item))
		return;
	cert.subject_text = dp_dn_text(fields.subject.start, fields.subject.total, arena);
	source->text = dp_arena_printf(arena, "%s, %s", cert.subject_text, source->text);
	if (!dp_der_take(&der, DP_DER_CONTEXT | DP_DER_CONSTRUCTED | 0, &item))
		return;
	list = dp_der_inside(&item);
	while (dp_der_take(&list, DP_DER_SEQUENCE, &attribute)) {
		values = dp_der_inside(&attribute);
		if (!dp_der_take(&values, DP_DER_OID, &oid) ||
			!DP_DER_IS_OID(&oid, "\x2a\x86\x48\x86\xf7\x0d\x01\x09\x0e") ||
			!dp_der_take(&values, DP_DER_SET, &item))
			continue;
		values = dp_der_inside(&item);
		if (dp_der_take(&values, DP_DER_SEQUENCE, &fields.extensions))
			dp_cert_extensions(&cert, &fields, arena);
	}
	read_names(source, &cert, arena);
}

/* Keys without a certificate: one source each key, whatever forms it is there in. */
static const char *keys_alone(struct file *file)
{
	struct dp_sources *out = file->out;

	for (size_t i = 0; i < file->bundle->count; i++) {
		const struct dp_block *block = &file->bundle->blocks[i];
		struct dp_source source = { .kind = block->kind };
		struct dp_cert key = { .der = NULL };
		struct dp_key_info info;
		const char *why;
		bool known = false;

		if (block->kind == DP_BLOCK_OTHER)
			continue;
		why = dp_key_spki(block, file->arena, &source.spki, &source.spki_len);
		if (why != NULL)
			return dp_arena_printf(file->arena, "holds a%s %s%s that %s",
				an(block->kind), kind_text(block->kind), where(file, block), why);
		key.spki = source.spki;
		key.spki_len = source.spki_len;
		key.key_type =
			dp_key_read(key.spki, key.spki_len, &info) ? info.type : DP_KEY_UNKNOWN;
		source.text = dp_arena_printf(file->arena, "%s, %s", kind_text(block->kind),
			dp_cert_key_text(&key, file->arena));
		if (block->kind == DP_BLOCK_REQUEST)
			request_names(&source, block, file->arena);
		for (size_t j = 0; j < out->own_count; j++)
			known = known ||
				same_octets(out->own[j].spki, out->own[j].spki_len, source.spki,
					source.spki_len);
		if (!known)
			add(&out->own, &out->own_count, &source, out, file->arena);
	}
	return NULL;
}

const char *dp_sources_of_bundle(
	const struct dp_bundle *bundle, struct dp_arena *arena, struct dp_sources *out)
{
	struct file file = { .bundle = bundle, .arena = arena, .out = out };

	memset(out, 0, sizeof *out);
	dp_bundle_chain(bundle, &file.chain, &file.blocks, arena);
	return file.chain.count > 0 ? certificates(&file) : keys_alone(&file);
}
