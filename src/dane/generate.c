/* SPDX-License-Identifier: Apache-2.0 */
#include "dane/generate.h"

#include <string.h>

#include "dane/digest.h"

#define RECORDS_MAX (DP_SOURCES_MAX * 2 * 8)

/* Values of one field that are wanted: the one that was asked for, the default, or a list. */
struct choice {
	uint8_t values[2];
	size_t count;
};

static struct choice choose(int asked, bool all, uint8_t first, uint8_t second)
{
	struct choice choice = { { first, second }, all ? 2 : 1 };

	if (asked >= 0) {
		choice.values[0] = (uint8_t)asked;
		choice.count = 1;
	}
	return choice;
}

/* The association data, RFC 6698 s2.1.4. */
static void fill(struct dp_tlsa *tlsa, const uint8_t *data, size_t len, struct dp_arena *arena)
{
	uint8_t *digest;

	tlsa->data = data;
	tlsa->data_len = len;
	if (tlsa->matching == DP_FULL)
		return;
	digest = dp_arena_alloc(arena, DP_SHA512_BYTES);
	tlsa->data = digest;
	if (tlsa->matching == DP_SHA256) {
		dp_digest_sha256(data, len, digest);
		tlsa->data_len = DP_SHA256_BYTES;
	} else {
		dp_digest_sha512(data, len, digest);
		tlsa->data_len = DP_SHA512_BYTES;
	}
}

static bool same_record(const struct dp_tlsa *a, const struct dp_tlsa *b)
{
	return a->usage == b->usage && a->selector == b->selector && a->matching == b->matching &&
		a->data_len == b->data_len && memcmp(a->data, b->data, a->data_len) == 0;
}

static void add(struct dp_generated_set *out, const struct dp_generated *record)
{
	for (size_t i = 0; i < out->count; i++) {
		if (same_record(&out->records[i].tlsa, &record->tlsa))
			return;
	}
	if (out->count < RECORDS_MAX)
		out->records[out->count++] = *record;
}

struct form {
	uint8_t usage;
	struct choice selectors, matchings;
};

/* All forms for one source; false: a certificate is wanted, and there is only a key. */
static bool add_forms(struct dp_generated_set *out, const struct dp_source *source, bool issuer,
	const struct form *form, struct dp_arena *arena)
{
	bool complete = true;

	for (size_t s = 0; s < form->selectors.count; s++) {
		for (size_t m = 0; m < form->matchings.count; m++) {
			struct dp_generated record = {
				.tlsa = { .usage = form->usage,
					.selector = form->selectors.values[s],
					.matching = form->matchings.values[m] },
				.source = source,
				.issuer = issuer,
			};
			bool key = record.tlsa.selector == DP_SPKI;

			if (!key && source->cert == NULL) {
				complete = false;
				continue;
			}
			fill(&record.tlsa, key ? source->spki : source->cert->der,
				key ? source->spki_len : source->cert->der_len, arena);
			add(out, &record);
		}
	}
	return complete;
}

static bool is_issuer_usage(uint8_t usage)
{
	return usage == DP_PKIX_TA || usage == DP_DANE_TA;
}

/* A public key alone may be anybody's. */
static bool may_be_issuer(const struct dp_source *source)
{
	return source->cert == NULL && source->kind == DP_BLOCK_PUBLIC_KEY;
}

/* A CA's certificate alone in its file is taken for either, too. */
static bool is_issuer(const struct dp_sources *sources, const struct dp_source *own)
{
	for (size_t i = 0; own->cert != NULL && i < sources->issuer_count; i++) {
		if (sources->issuers[i].cert == own->cert)
			return true;
	}
	return false;
}

static bool add_usage(const struct dp_sources *sources, const struct form *form, bool all,
	struct dp_arena *arena, struct dp_generated_set *out)
{
	bool issuer = is_issuer_usage(form->usage), complete = true;
	const struct dp_source *list = issuer ? sources->issuers : sources->own;
	size_t count = issuer ? sources->issuer_count : sources->own_count;

	for (size_t i = 0; i < count; i++) {
		if (issuer || !all || !is_issuer(sources, &list[i]))
			complete = add_forms(out, &list[i], issuer, form, arena) && complete;
	}
	for (size_t i = 0; issuer && !all && i < sources->own_count; i++) {
		if (may_be_issuer(&sources->own[i]))
			complete = add_forms(out, &sources->own[i], true, form, arena) && complete;
	}
	return complete;
}

static const char *nothing(const struct dp_sources *sources, bool issuer)
{
	if (!issuer || sources->own_count == 0)
		return "holds nothing to make such a record of";
	if (sources->own[0].cert == NULL)
		return "holds a key or request of the server itself, and records of usage 0 and 2 "
		       "are about an issuer; give its certificate, or type --usage 3";
	return "holds no certificate of an issuer, and records of usage 0 and 2 are about one (for "
	       "the server's own certificate they would never match); give the whole chain, as in "
	       "fullchain.pem, or the issuer's certificate, or type --usage 3";
}

const char *dp_generate(const struct dp_sources *sources, const struct dp_wanted *wanted,
	struct dp_arena *arena, struct dp_generated_set *out)
{
	struct choice usages = choose(wanted->usage, wanted->all, DP_DANE_EE, DP_DANE_TA);
	struct form form = {
		.selectors = choose(wanted->selector, wanted->all, DP_SPKI, DP_CERT),
		.matchings = choose(wanted->matching, wanted->all, DP_SHA256, DP_SHA512),
	};
	bool complete = true;

	out->records = dp_arena_alloc(arena, RECORDS_MAX * sizeof *out->records);
	out->count = 0;
	for (size_t i = 0; i < usages.count; i++) {
		form.usage = usages.values[i];
		complete = add_usage(sources, &form, usages.count > 1, arena, out) && complete;
	}
	if (!complete && (out->count == 0 || wanted->selector >= 0))
		return "holds a key without its certificate, which --selector 0 is about; give the "
		       "certificate, or type --selector 1";
	return out->count > 0 ? NULL : nothing(sources, is_issuer_usage(usages.values[0]));
}
