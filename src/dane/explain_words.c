/* SPDX-License-Identifier: Apache-2.0 */
/* What the explanations are put together from: see explain.h. */
#include "base/text.h"
#include "dane/explain.h"

#define SHOWN_CERTS 6

static const char *cert_name(const struct dp_cert *cert)
{
	return cert->subject_text != NULL && cert->subject_text[0] != '\0'
		? cert->subject_text
		: "(no readable subject)";
}

/* "\"mx.example.org\" (ECDSA P-256, SHA-256 of the key 0a1b...)" */
const char *dp_why_leaf_text(struct dp_why *why)
{
	const struct dp_cert *leaf = why->leaf;

	if (leaf->spki == NULL)
		return dp_arena_printf(why->judge->arena, "\"%s\"", cert_name(leaf));
	return dp_arena_printf(why->judge->arena, "\"%s\" (%s, key SHA-256 %s...)", cert_name(leaf),
		dp_cert_key_text(leaf, why->judge->arena),
		dp_text_hex(why->judge->arena, leaf->spki_sha256, DP_WHY_SHOWN_BYTES));
}

/* What was sent, in order: "\"mx.example.org\" and \"R13\" (issued by \"ISRG Root X1\")". */
const char *dp_why_sent_text(struct dp_why *why)
{
	const struct dp_chain *chain = &why->probe->chain;
	struct dp_buf out;

	dp_buf_init(&out, why->judge->arena);
	for (size_t i = 0; i < chain->count && i < SHOWN_CERTS; i++) {
		bool last = i + 1 == chain->count || i + 1 == SHOWN_CERTS;

		if (i > 0)
			dp_buf_text(&out, last ? " and " : ", ");
		dp_buf_printf(&out, "\"%s\"", cert_name(&chain->certs[i]));
		if (last && !chain->certs[i].self_issued && chain->certs[i].issuer_text != NULL)
			dp_buf_printf(&out, " (issued by \"%s\")", chain->certs[i].issuer_text);
	}
	if (chain->count > SHOWN_CERTS)
		dp_buf_printf(&out, " and %zu more", chain->count - SHOWN_CERTS);
	return out.data;
}

const char *dp_why_cert_text(struct dp_why *why, const struct dp_cert *cert)
{
	return dp_arena_printf(why->judge->arena, "\"%s\"", cert_name(cert));
}

const char *dp_why_own(struct dp_why *why)
{
	const char *line = dp_judge_record_line(why->judge, why->subject.host, why->leaf);

	if (line[0] == '\0')
		return " 3 1 1 and the SHA-256 digest of that key.";
	return dp_arena_printf(why->judge->arena,
		"%s\nKeep that key when the certificate is renewed (certbot: --reuse-key).", line);
}

const char *dp_why_publish(struct dp_why *why)
{
	return dp_arena_printf(
		why->judge->arena, "Publish the record of the key in use:%s", dp_why_own(why));
}

const char *dp_why_changed(struct dp_why *why, unsigned usage, unsigned selector)
{
	const struct dp_tlsa *record = why->record;

	return dp_arena_printf(why->judge->arena, "\n  %s. IN TLSA %u %u %u %s",
		dp_judge_name(why->judge, &why->host->owner), usage, selector,
		(unsigned)record->matching,
		dp_text_hex(why->judge->arena, record->data, record->data_len));
}

void dp_why_add(struct dp_why *why, enum dp_reason code)
{
	if (why->words.fix == NULL)
		why->words.fix = dp_why_publish(why);
	dp_finding_add(&why->judge->findings, code, &why->subject, why->label, &why->words);
}
