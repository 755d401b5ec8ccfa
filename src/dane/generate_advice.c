/* SPDX-License-Identifier: Apache-2.0 */
/* What of generated records will not last or not work everywhere: see generate.h. */
#include <string.h>

#include "base/text.h"
#include "dane/generate.h"
#include "dane/hostname.h"
#include "dane/known_ca.h"

#define SIBLINGS_SHOWN 12
#define LARGE_BYTES \
	512 /* of one record: with signatures and others of its set, too much for UDP \
	     */

struct advice {
	const struct dp_advice_input *input;
	struct dp_arena *arena;
	struct dp_sources *notes;
};

static void say(struct advice *advice, const char *text)
{
	dp_sources_note(advice->notes, advice->arena, text);
}

static const char *form_text(const struct dp_tlsa *tlsa, struct dp_arena *arena)
{
	return dp_arena_printf(arena, "%u %u %u", tlsa->usage, tlsa->selector, tlsa->matching);
}

/* Of any matching type. */
static const char *selector_text(const struct dp_tlsa *tlsa, struct dp_arena *arena)
{
	return dp_arena_printf(arena, "%u %u", tlsa->usage, tlsa->selector);
}

/* RFC 7672 s3.1.3: a mail server's certificate need not be of a public CA. */
static void on_usage(struct advice *advice, const struct dp_generated *record)
{
	if (record->tlsa.usage <= DP_PKIX_EE && advice->input->mail)
		say(advice,
			dp_arena_printf(advice->arena,
				"usage %u does not count on port 25 (RFC 7672 s3.1.3): senders "
				"treat the record as unusable; type --usage %d",
				record->tlsa.usage, record->tlsa.usage == DP_PKIX_EE ? 3 : 2));
}

static void on_selector(struct advice *advice, const struct dp_generated *record)
{
	const char *form = selector_text(&record->tlsa, advice->arena);

	if (record->tlsa.selector != DP_CERT)
		return;
	say(advice,
		record->issuer
			? dp_arena_printf(advice->arena,
				  "a record %s is over the whole certificate of the issuer: it no "
				  "longer matches when the issuer gets another certificate for the "
				  "same key; --selector 1 is over the key alone",
				  form)
			: dp_arena_printf(advice->arena,
				  "a record %s is over the whole certificate: it changes at every "
				  "renewal, even when the key stays; --selector 1 is over the key, "
				  "and stays as long as the key does",
				  form));
}

static void on_matching(
	struct advice *advice, const struct dp_generated *record, bool sha256_beside)
{
	if (record->tlsa.matching == DP_FULL && record->tlsa.data_len > LARGE_BYTES)
		say(advice,
			dp_arena_printf(advice->arena,
				"%s makes an answer of more than %zu octets, which does not fit "
				"into one UDP packet everywhere; --matching 1 has 32 octets",
				form_text(&record->tlsa, advice->arena), record->tlsa.data_len));
	if (record->tlsa.matching == DP_SHA512 && !sha256_beside)
		say(advice,
			dp_arena_printf(advice->arena,
				"not every sender can compare SHA-512 (RFC 6698 s6 demands only "
				"SHA-256): publish %u %u 1 as well, or instead",
				record->tlsa.usage, record->tlsa.selector));
}

/* --- issuers --- */

static bool is_over(const struct dp_known_ca *ca, int64_t now_utc_s)
{
	return now_utc_s != DP_TIME_NONE && dp_text_time_parse(ca->not_after) <= now_utc_s;
}

static bool is_root(const struct dp_known_ca *ca)
{
	return strcmp(ca->subject_cn, ca->issuer_cn) == 0;
}

/* Cross-signed: it issues no certificates of servers. */
static bool is_root_elsewhere(const struct dp_known_ca *ca)
{
	for (size_t i = 0; i < dp_known_ca_count; i++) {
		if (is_root(&dp_known_ca_table[i]) &&
			strcmp(dp_known_ca_table[i].subject_cn, ca->subject_cn) == 0)
			return true;
	}
	return false;
}

/* Others that the same CA may issue from at the next renewal, of the same kind of key: "E8, E9". */
static const char *siblings(struct advice *advice, const struct dp_known_ca *ca)
{
	struct dp_buf out;
	size_t count = 0;

	dp_buf_init(&out, advice->arena);
	for (size_t i = 0; i < dp_known_ca_count && count < SIBLINGS_SHOWN; i++) {
		const struct dp_known_ca *other = &dp_known_ca_table[i];

		if (strcmp(other->issuer_cn, ca->issuer_cn) != 0 || is_root_elsewhere(other) ||
			strcmp(other->subject_cn, ca->subject_cn) == 0 ||
			strcmp(other->key, ca->key) != 0 || other->note[0] != '\0' ||
			is_over(other, advice->input->now_utc_s))
			continue;
		dp_buf_printf(&out, "%s%s", count++ > 0 ? ", " : "", other->subject_cn);
	}
	return count > 0 ? out.data : NULL;
}

static void on_known_issuer(
	struct advice *advice, const struct dp_source *source, const struct dp_known_ca *ca)
{
	const char *others = is_root(ca) ? NULL : siblings(advice, ca);

	say(advice,
		dp_arena_printf(advice->arena,
			"%s is a public CA: every certificate that it issues for the name of the "
			"server will pass, whoever has got it; a record of usage 3 admits only "
			"the server's own key",
			ca->subject_cn));
	if (is_root(ca) && source->cert != NULL && source->cert->self_issued)
		say(advice,
			dp_arena_printf(advice->arena,
				"the server must send the root %s with its chain, which most do "
				"not (RFC 7671 s5.2.2); \"daneprobe chain --complete OUT FILE\" "
				"writes a chain with it",
				ca->subject_cn));
	if (others != NULL)
		say(advice,
			dp_arena_printf(advice->arena,
				"%s is one of several, and the next certificate may come from "
				"another (%s): publish records for all of them, or use usage 3",
				ca->subject_cn, others));
}

static void on_unknown_root(struct advice *advice, const struct dp_source *source)
{
	if (source->cert != NULL && source->cert->self_issued)
		say(advice,
			dp_arena_printf(advice->arena,
				"the server must send \"%s\" with its chain (RFC 7671 s5.2.2): "
				"senders do not have it",
				source->cert->subject_text));
	if (source->cert == NULL)
		say(advice,
			"the server must send the certificate that holds this key with its chain "
			"(RFC 7671 s5.2.2)");
}

static void on_issuer(struct advice *advice, const struct dp_generated *record)
{
	const struct dp_known_ca *ca = dp_known_ca_find(&record->tlsa, NULL);

	if (record->tlsa.usage != DP_DANE_TA)
		return;
	if (ca != NULL)
		on_known_issuer(advice, record->source, ca);
	else
		on_unknown_root(advice, record->source);
}

/* --- certificates --- */

static bool names_owner(struct advice *advice, const struct dp_cert *cert)
{
	char text[DP_NAME_TEXT_MAX];
	const char *reference = dp_name_text(advice->input->owner, text);

	return dp_cert_named(cert, &reference, 1, NULL);
}

static void on_dates(struct advice *advice, const struct dp_generated *record)
{
	const struct dp_cert *cert = record->source->cert;
	int64_t now = advice->input->now_utc_s;
	const char *counts = record->tlsa.usage == DP_DANE_EE
		? "senders do not look at that with usage 3 (RFC 7671 s5.1), but is it the one in "
		  "use?"
		: "it will not pass";
	char date[DP_TIME_TEXT_MAX];

	if (cert == NULL || now == DP_TIME_NONE)
		return;
	if (cert->not_after_utc_s != DP_TIME_NONE && cert->not_after_utc_s < now)
		say(advice,
			dp_arena_printf(advice->arena, "the certificate \"%s\" expired on %s; %s",
				cert->subject_text, dp_text_date(cert->not_after_utc_s, date),
				counts));
	else if (cert->not_before_utc_s != DP_TIME_NONE && cert->not_before_utc_s > now)
		say(advice,
			dp_arena_printf(advice->arena,
				"the certificate \"%s\" is valid only from %s on; %s",
				cert->subject_text, dp_text_date(cert->not_before_utc_s, date),
				counts));
}

static void on_own(struct advice *advice, const struct dp_generated *record)
{
	const struct dp_cert *cert = record->source->cert;

	if (!record->issuer && cert != NULL && cert->is_ca && record->source->host_names == 0)
		say(advice,
			dp_arena_printf(advice->arena,
				"the certificate \"%s\" is one of a CA, and names no host: is it the "
				"server's own? For an issuer type --usage 2",
				cert->subject_text));
}

/* Names count wherever an issuer is trusted (RFC 7672 s3.2.2). */
static void on_names(struct advice *advice, const struct dp_sources *sources, bool usage_ta)
{
	char text[DP_NAME_TEXT_MAX];

	if (advice->input->owner == NULL || advice->input->owner->len == 0 || !usage_ta)
		return;
	for (size_t i = 0; i < sources->own_count; i++) {
		const struct dp_source *own = &sources->own[i];

		if (own->cert == NULL || (sources->issuer_count > 0 && own->cert->is_ca) ||
			names_owner(advice, own->cert))
			continue;
		say(advice,
			dp_arena_printf(advice->arena,
				"%s is not a name in the server's certificate, and with usage 0 "
				"to 2 senders compare names (RFC 7672 s3.2.2)",
				dp_name_text(advice->input->owner, text)));
	}
}

static bool has_sha256(const struct dp_generated_set *set, const struct dp_generated *record)
{
	for (size_t i = 0; i < set->count; i++) {
		const struct dp_generated *other = &set->records[i];

		if (other->tlsa.matching == DP_SHA256 && other->source == record->source &&
			other->tlsa.usage == record->tlsa.usage &&
			other->tlsa.selector == record->tlsa.selector)
			return true;
	}
	return false;
}

void dp_generate_advice(
	const struct dp_advice_input *input, struct dp_arena *arena, struct dp_sources *notes)
{
	struct advice advice = { input, arena, notes };
	bool usage_ta = false;

	for (size_t i = 0; i < input->set->count; i++) {
		const struct dp_generated *record = &input->set->records[i];

		on_usage(&advice, record);
		on_selector(&advice, record);
		on_matching(&advice, record, has_sha256(input->set, record));
		if (record->issuer)
			on_issuer(&advice, record);
		on_own(&advice, record);
		on_dates(&advice, record);
		usage_ta = usage_ta || record->tlsa.usage != DP_DANE_EE;
	}
	on_names(&advice, notes, usage_ta);
}
