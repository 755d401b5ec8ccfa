/* SPDX-License-Identifier: Apache-2.0 */
#include "dane/source.h"

#include <string.h>

#include "base/text.h"
#include "dane/cert_der.h"
#include "dane/source_parts.h"

#define SHOWN_MAX 100

const char dp_source_too_many[] = "there are more certificates than are looked at";

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

bool dp_source_same_octets(const uint8_t *a, size_t a_len, const uint8_t *b, size_t b_len)
{
	return a != NULL && b != NULL && a_len == b_len && memcmp(a, b, a_len) == 0;
}

bool dp_source_same_cert(const struct dp_cert *a, const struct dp_cert *b)
{
	return dp_source_same_octets(a->der, a->der_len, b->der, b->der_len);
}

bool dp_source_issued(const struct dp_cert *issuer, const struct dp_cert *cert)
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
void dp_source_read_names(
	struct dp_source *source, const struct dp_cert *cert, struct dp_arena *arena)
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
	dp_source_read_names(source, cert, arena);
	if (name[0] == '\0' && cert->name_count > 0)
		name = dp_text_escape_utf8(
			arena, cert->names[0].text, cert->names[0].len, SHOWN_MAX);
	source->text = dp_arena_printf(arena, "%s, %s", name[0] != '\0' ? name : "without a name",
		dp_cert_key_text(cert, arena));
}

void dp_source_add(struct dp_source **list, size_t *count, const struct dp_source *source,
	struct dp_sources *all, struct dp_arena *arena)
{
	if (*list == NULL)
		*list = dp_arena_alloc(arena, DP_SOURCES_MAX * sizeof **list);
	if (*count < DP_SOURCES_MAX)
		(*list)[(*count)++] = *source;
	else
		dp_sources_note(all, arena, dp_source_too_many);
}

void dp_source_add_cert(
	struct dp_sources *out, bool issuer, const struct dp_cert *cert, struct dp_arena *arena)
{
	struct dp_source **list = issuer ? &out->issuers : &out->own;
	size_t *count = issuer ? &out->issuer_count : &out->own_count;
	struct dp_source source;

	for (size_t i = 0; i < *count; i++) {
		if ((*list)[i].cert != NULL && dp_source_same_cert((*list)[i].cert, cert))
			return;
	}
	from_cert(&source, cert, arena);
	dp_source_add(list, count, &source, out, arena);
}

/* Did issuer sign cert? What the library cannot check goes by the names. */
static bool signed_by(const struct dp_cert *cert, const struct dp_cert *issuer)
{
	enum dp_signature found;

	if (cert == issuer || issuer->spki == NULL || !dp_source_issued(issuer, cert))
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
		if (dp_source_same_cert(&walk->chain->certs[walk->found[i]], cert))
			return true;
	}
	return false;
}

static void step(struct walk *walk, const struct dp_cert *from)
{
	for (size_t i = 0; i < walk->chain->count && walk->checks < DP_CHAIN_CHECKS_MAX; i++) {
		const struct dp_cert *cert = &walk->chain->certs[i];

		if (cert->spki == NULL || dp_source_same_cert(cert, from) ||
			!dp_source_issued(cert, from) || seen(walk, cert))
			continue;
		walk->checks++;
		if (signed_by(from, cert))
			walk->found[walk->count++] = i;
	}
}

/* Everything above leaf, one step after the other; self-signed ones last. */
void dp_source_add_issuers(struct dp_sources *out, const struct dp_chain *chain,
	const struct dp_cert *leaf, struct dp_arena *arena)
{
	struct walk walk = { .chain = chain };

	step(&walk, leaf);
	for (size_t i = 0; i < walk.count; i++)
		step(&walk, &chain->certs[walk.found[i]]);
	for (int self = 0; self < 2; self++) {
		for (size_t i = 0; i < walk.count; i++) {
			const struct dp_cert *cert = &chain->certs[walk.found[i]];

			if (cert->self_issued == (self == 1) && !dp_source_same_cert(cert, leaf))
				dp_source_add_cert(out, true, cert, arena);
		}
	}
}

void dp_sources_of_chain(
	const struct dp_chain *chain, struct dp_arena *arena, struct dp_sources *out)
{
	if (chain->count == 0 || chain->certs[0].spki == NULL)
		return;
	dp_source_add_cert(out, false, &chain->certs[0], arena);
	dp_source_add_issuers(out, chain, &chain->certs[0], arena);
}
