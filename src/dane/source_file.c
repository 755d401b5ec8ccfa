/* SPDX-License-Identifier: Apache-2.0 */
/* Sources of a file: see source.h. */
#include <string.h>

#include "dane/key.h"
#include "dane/request.h"
#include "dane/source_parts.h"

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
	case DP_BLOCK_PRIVATE_KEY:
	case DP_BLOCK_ENCRYPTED_KEY: return "private key";
	case DP_BLOCK_PUBLIC_KEY: return "public key";
	case DP_BLOCK_REQUEST: return "certificate request";
	case DP_BLOCK_CERTIFICATE: return "certificate";
	case DP_BLOCK_OTHER: break;
	}
	return "block";
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

		if (dp_source_same_octets(cert->spki, cert->spki_len, spki, spki_len))
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

		if (!dp_source_same_octets(cert->spki, cert->spki_len, spki, spki_len))
			continue;
		dp_source_add_cert(file->out, false, cert, file->arena);
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
				return dp_arena_printf(file->arena, "holds a %s%s that %s", kind,
					where(file, block), why);
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

		if (other->spki != NULL && !dp_source_same_cert(other, cert) &&
			dp_source_issued(cert, other))
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
			dp_source_add_cert(file->out, false, &chain->certs[i], file->arena);
	}
	for (size_t i = 0; i < chain->count && file->out->own_count == 0; i++) {
		if (chain->certs[i].spki != NULL && !is_above(file, &chain->certs[i]))
			dp_source_add_cert(file->out, false, &chain->certs[i], file->arena);
	}
	if (file->out->own_count == 0)
		dp_source_add_cert(file->out, false, &chain->certs[0], file->arena);
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
		if (dp_source_same_cert(list[i].cert, cert))
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
		dp_source_add_issuers(out, &file->chain, out->own[i].cert, file->arena);
	if (out->own_count == 1 && is_only_issuer(&out->own[0])) {
		struct dp_sources above = *out;

		out->issuers = NULL;
		out->issuer_count = 0;
		dp_source_add_cert(out, true, out->own[0].cert, file->arena);
		for (size_t i = 0; i < above.issuer_count; i++)
			dp_source_add_cert(out, true, above.issuers[i].cert, file->arena);
	}
	tell_left_out(file);
	if (file->chain.dropped > 0)
		dp_sources_note(out, file->arena, dp_source_too_many);
	return NULL;
}

/* What else stands in a request: its names, read as those of a certificate. */
static void request_names(
	struct dp_source *source, const struct dp_block *block, struct dp_arena *arena)
{
	struct dp_cert cert = { .der = NULL };
	struct dp_cert_der fields;
	const char *name;

	if (!dp_request_read(&fields, block->der, block->der_len))
		return;
	name = dp_dn_text(fields.subject.start, fields.subject.total, arena);
	if (name[0] != '\0')
		source->text = dp_arena_printf(arena, "%s, %s", name, source->text);
	dp_cert_extensions(&cert, &fields, arena);
	dp_source_read_names(source, &cert, arena);
}

static const char *from_key(
	struct dp_source *source, const struct dp_block *block, struct dp_arena *arena)
{
	struct dp_cert key = { .der = NULL };
	struct dp_key_info info;
	const char *why;

	*source = (struct dp_source){ .kind = block->kind };
	why = dp_key_spki(block, arena, &source->spki, &source->spki_len);
	if (why != NULL)
		return why;
	key.spki = source->spki;
	key.spki_len = source->spki_len;
	key.key_type = dp_key_read(key.spki, key.spki_len, &info) ? info.type : DP_KEY_UNKNOWN;
	source->text = dp_arena_printf(
		arena, "%s, %s", kind_text(block->kind), dp_cert_key_text(&key, arena));
	if (block->kind == DP_BLOCK_REQUEST)
		request_names(source, block, arena);
	return NULL;
}

/* Keys without a certificate: one source each key, whatever forms it is there in. */
static const char *keys_alone(struct file *file)
{
	struct dp_sources *out = file->out;
	struct dp_source source;

	for (size_t i = 0; i < file->bundle->count; i++) {
		const struct dp_block *block = &file->bundle->blocks[i];
		const char *why;
		bool known = false;

		if (block->kind == DP_BLOCK_OTHER)
			continue;
		why = from_key(&source, block, file->arena);
		if (why != NULL)
			return dp_arena_printf(file->arena, "holds a %s%s that %s",
				kind_text(block->kind), where(file, block), why);
		for (size_t j = 0; j < out->own_count; j++)
			known = known ||
				dp_source_same_octets(out->own[j].spki, out->own[j].spki_len,
					source.spki, source.spki_len);
		if (!known)
			dp_source_add(&out->own, &out->own_count, &source, out, file->arena);
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
