/* SPDX-License-Identifier: Apache-2.0 */
/* Findings on DNSSEC itself: signatures that age, algorithms, and the place where security ends. */
#include <string.h>

#include "base/text.h"
#include "dane/judge.h"
#include "dane/rules.h"

#define DAY_S 86400
#define NSEC3_ITERATIONS_MAX 150u /* libunbound's limit; RFC 9276 s3.2 lets validators choose */

/* --- signatures --- */

static bool sha1(uint8_t algorithm)
{
	return algorithm == 5 || algorithm == 7;
}

/* A zone's signatures are made together: telling it once is enough. */
static bool told(const struct dp_judge *judge, enum dp_reason code, const char *label)
{
	for (size_t i = 0; i < judge->findings.count; i++) {
		if (judge->findings.items[i].code == code &&
			strcmp(judge->findings.items[i].label, label) == 0)
			return true;
	}
	return false;
}

/* The signature over the records that lasts longest decides when they become bogus. */
static const struct dp_rrsig *lasting(const struct dp_lookup *lookup, bool *only_sha1)
{
	const struct dp_rrsig *best = NULL;

	*only_sha1 = true;
	for (size_t i = 0; i < lookup->message.rrsig_count; i++) {
		const struct dp_rrsig *rrsig = &lookup->message.rrsigs[i];

		if (rrsig->covered != lookup->type)
			continue;
		*only_sha1 &= sha1(rrsig->algorithm);
		if (best == NULL || rrsig->expiration_utc_s > best->expiration_utc_s)
			best = rrsig;
	}
	return best;
}

const char *dp_judge_expired(struct dp_judge *judge, const struct dp_lookup *lookup)
{
	bool only_sha1;
	const struct dp_rrsig *rrsig = lasting(lookup, &only_sha1);
	char time[DP_TIME_TEXT_MAX];

	if (rrsig == NULL)
		return "";
	if (rrsig->expiration_utc_s < judge->facts->clock_utc_s)
		return dp_arena_printf(judge->arena, " (its signature ended on %s)",
			dp_text_time(rrsig->expiration_utc_s, time));
	if (rrsig->inception_utc_s > judge->facts->clock_utc_s)
		return dp_arena_printf(judge->arena, " (its signature begins on %s)",
			dp_text_time(rrsig->inception_utc_s, time));
	return "";
}

static bool ends_soon(const struct dp_judge *judge, const struct dp_rrsig *rrsig)
{
	int64_t eighth_s = (rrsig->expiration_utc_s - rrsig->inception_utc_s) / 8;
	int64_t warning_s = judge->facts->target.rrsig_warning_s;

	if (warning_s < 0)
		warning_s = eighth_s < 2 * DAY_S ? eighth_s : 2 * DAY_S;
	return rrsig->expiration_utc_s - judge->facts->clock_utc_s < warning_s;
}

void dp_judge_signatures(struct dp_judge *judge, const struct dp_lookup *lookup)
{
	bool only_sha1;
	const struct dp_rrsig *rrsig = lasting(lookup, &only_sha1);
	struct dp_words words = { 0 };

	if (!dp_rule_secure_data(lookup) || rrsig == NULL)
		return;
	words.host = dp_judge_name(judge, &rrsig->signer);
	if (only_sha1) {
		words.detail = dp_dnssec_algorithm_text(rrsig->algorithm, judge->arena);
		dp_finding_add(&judge->findings, DP_REASON_ALGORITHM_SHA1, &dp_subject_none,
			words.host, &words);
	}
	if (ends_soon(judge, rrsig) && !told(judge, DP_REASON_RRSIG_EXPIRES_SOON, words.host)) {
		char end[DP_TIME_TEXT_MAX];

		words.detail = dp_arena_printf(judge->arena, "the one over %s %s ends on %s",
			dp_judge_name(judge, &lookup->name),
			dp_type_text(lookup->type, judge->arena),
			dp_text_time(rrsig->expiration_utc_s, end));
		dp_finding_add(&judge->findings, DP_REASON_RRSIG_EXPIRES_SOON, &dp_subject_none,
			words.host, &words);
	}
}

/* --- where security ends --- */

static bool known_algorithm(uint8_t algorithm)
{
	return algorithm == 5 || algorithm == 7 || algorithm == 8 || algorithm == 10 ||
		algorithm == 13 || algorithm == 14 || algorithm == 15 || algorithm == 16;
}

static bool known_digest(uint8_t digest)
{
	return digest == 1 || digest == 2 || digest == 4;
}

/* Are all DS records beyond this validator (RFC 4035 s5.2)? Says which algorithms in *text. */
static bool ds_unsupported(struct dp_judge *judge, const struct dp_lookup *ds, const char **text)
{
	struct dp_buf buf;

	dp_buf_init(&buf, judge->arena);
	for (size_t i = 0; i < ds->message.rr_count; i++) {
		const struct dp_rr *rr = &ds->message.rrs[i];

		if (rr->rdata_len < 4)
			continue;
		if (known_algorithm(rr->rdata[2]) && known_digest(rr->rdata[3]))
			return false;
		dp_buf_printf(&buf, "%s%s with DS digest type %u", buf.len > 0 ? ", " : "",
			dp_dnssec_algorithm_text(rr->rdata[2], judge->arena),
			(unsigned)rr->rdata[3]);
	}
	*text = buf.data;
	return buf.len > 0;
}

/* RFC 5155 s4.2: hash, flags, iterations, salt. 0 when there is no such record. */
static unsigned nsec3_iterations(const struct dp_lookup *nsec3param)
{
	unsigned most = 0;

	if (nsec3param == NULL || nsec3param->state != DP_LOOKUP_DATA)
		return 0;
	for (size_t i = 0; i < nsec3param->message.rr_count; i++) {
		const struct dp_rr *rr = &nsec3param->message.rrs[i];
		unsigned iterations =
			rr->rdata_len < 5 ? 0 : (unsigned)(rr->rdata[2] << 8 | rr->rdata[3]);

		most = iterations > most ? iterations : most;
	}
	return most;
}

static struct dp_insecure no_chain(const char *why)
{
	return (struct dp_insecure){ why,
		"Sign the zone and have its DS record published at its parent; every zone above it must "
		"be signed, too." };
}

static struct dp_insecure no_ds(
	struct dp_judge *judge, const struct dp_name *name, const char *span)
{
	const char *text = dp_judge_name(judge, name);

	return (struct dp_insecure){ dp_arena_printf(judge->arena,
					     "%s has no DS record at its parent%s", text, span),
		dp_arena_printf(judge->arena,
			"Have the DS record of %s published at its parent (the registrar does that); sign the "
			"zone first, if it is not signed.",
			text) };
}

static struct dp_insecure bad_algorithm(
	struct dp_judge *judge, const char *name, const char *algorithms)
{
	struct dp_words words = { .host = name, .detail = algorithms };

	dp_finding_add(
		&judge->findings, DP_REASON_ALGORITHM_UNSUPPORTED, &dp_subject_none, name, &words);
	return (struct dp_insecure){
		dp_arena_printf(judge->arena,
			"%s is signed with algorithms that are not supported (%s)", name,
			algorithms),
		"Sign the zone with another algorithm, as the warning about it says."
	};
}

/* DS records that count, but answers that are not proven all the same. */
static struct dp_insecure not_proven(
	struct dp_judge *judge, const char *name, const struct dp_lookup *nsec3param)
{
	unsigned iterations = nsec3_iterations(nsec3param);

	if (iterations > NSEC3_ITERATIONS_MAX)
		return (struct dp_insecure){
			dp_arena_printf(judge->arena,
				"the zone %s is signed with %u NSEC3 iterations, more than the %u that "
				"validators accept (RFC 9276)",
				name, iterations, NSEC3_ITERATIONS_MAX),
			dp_arena_printf(judge->arena,
				"Sign the zone %s again, with 0 NSEC3 iterations and no salt.",
				name)
		};
	return (struct dp_insecure){
		dp_arena_printf(judge->arena,
			"%s has a DS record, but its answers are not provable (an unsigned "
			"part of the zone, or NSEC3 opt-out)",
			name),
		dp_arena_printf(judge->arena,
			"Sign all of the zone %s, without NSEC3 opt-out, and have the DS records of zones "
			"below it published in it.",
			name)
	};
}

/* DS answers from the TLD down: the last secure one stands at the last signed parent, so security
 * ends at its name (no DS, or none that can be used) or at the next name below (opt-out). */
struct dp_insecure dp_judge_insecure_because(struct dp_judge *judge, struct dp_lookup *const *ds,
	size_t count, const struct dp_lookup *nsec3param)
{
	const struct dp_lookup *last = NULL, *next = NULL;
	const char *algorithms;

	for (size_t i = 0; i < count; i++) {
		if (!dp_rule_final(ds[i]) || dp_rule_lookup_failed(ds[i]) ||
			ds[i]->security != DP_SECURE)
			continue;
		last = ds[i];
		next = i + 1 < count ? ds[i + 1] : NULL;
	}
	if (count == 0 || !dp_rule_final(ds[0]) || dp_rule_lookup_failed(ds[0]))
		return no_chain("no chain of DNSSEC signatures leads to it from the root");
	if (last == NULL)
		return no_chain("no chain of DNSSEC signatures leads to its top-level domain");
	if (last->state != DP_LOOKUP_DATA)
		return no_ds(judge, &last->name, "");
	if (ds_unsupported(judge, last, &algorithms))
		return bad_algorithm(judge, dp_judge_name(judge, &last->name), algorithms);
	if (nsec3_iterations(nsec3param) <= NSEC3_ITERATIONS_MAX && dp_rule_final(next) &&
		next->state == DP_LOOKUP_NODATA)
		return no_ds(judge, &next->name, " (in an NSEC3 opt-out span)");
	return not_proven(judge, dp_judge_name(judge, &last->name), nsec3param);
}

struct dp_insecure dp_judge_insecure_way(struct dp_judge *judge)
{
	const struct dp_facts *facts = judge->facts;
	const struct dp_message *message = &facts->mx.message;
	struct dp_insecure insecure =
		dp_judge_insecure_because(judge, facts->ds, facts->ds_count, facts->nsec3param);

	if (message->alias_count == 0)
		return insecure;
	/* The domain's own zone may be signed: what is asked about it does not tell. */
	return (struct dp_insecure){
		dp_arena_printf(judge->arena,
			"the name is an alias (CNAME) of %s, and not every zone on the way there has DNSSEC",
			dp_judge_name(judge, &message->canonical)),
		"Sign every zone that the alias leads through and have its DS record published at its "
		"parent; or publish the records without an alias."
	};
}
