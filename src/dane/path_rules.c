/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a path must keep for usage 2: RFC 7671 s5.2 (PKIX validation with the record's anchor),
 * that is RFC 5280 s6.1, RFC 7672 s3.1.2 and s3.2. Every rule that is broken is counted; the
 * first is told.
 */
#include "base/buf.h"
#include "base/text.h"
#include "dane/path.h"

#define NAMES_SHOWN_MAX 5
#define NAME_SHOWN_MAX 80

static const struct row {
	enum dp_reason reason;
	bool limit;
} rows[] = {
	[DP_PATH_OK] = { DP_REASON_NONE, false },
	[DP_PATH_EXPIRED] = { DP_REASON_CERTIFICATE_EXPIRED, false },
	[DP_PATH_NOT_YET] = { DP_REASON_CERTIFICATE_NOT_YET_VALID, false },
	[DP_PATH_NAME] = { DP_REASON_CERTIFICATE_HOST_MISMATCH, false },
	[DP_PATH_LEAF_USAGE] = { DP_REASON_CERTIFICATE_KEY_USAGE, false },
	[DP_PATH_EKU] = { DP_REASON_CERTIFICATE_EKU, false },
	[DP_PATH_NOT_CA] = { DP_REASON_CERTIFICATE_NOT_CA, false },
	[DP_PATH_LENGTH] = { DP_REASON_CERTIFICATE_PATH_LENGTH, false },
	[DP_PATH_CERT_SIGN] = { DP_REASON_CERTIFICATE_KEY_USAGE, false },
	[DP_PATH_NAMES] = { DP_REASON_CERTIFICATE_NAME_CONSTRAINTS, false },
	[DP_PATH_NAMES_UNKNOWN] = { DP_REASON_CERTIFICATE_CRITICAL, true },
	[DP_PATH_CRITICAL] = { DP_REASON_CERTIFICATE_CRITICAL, true },
	[DP_PATH_UNREADABLE] = { DP_REASON_CERTIFICATE_SIGNATURE_LIMIT, true },
	[DP_PATH_SIGNATURE] = { DP_REASON_CERTIFICATE_SIGNATURE_LIMIT, true },
	[DP_PATH_BOUND] = { DP_REASON_CERTIFICATE_SIGNATURE_LIMIT, true },
};

enum dp_reason dp_path_reason(enum dp_path_rule rule)
{
	return rows[rule].reason;
}

static void note(struct dp_path_fault *fault, enum dp_path_rule rule, size_t at)
{
	bool first = rows[rule].limit ? fault->broken + fault->limits == 0 : fault->broken == 0;

	if (first) {
		fault->rule = rule;
		fault->at = at;
	}
	if (rows[rule].limit)
		fault->limits++;
	else
		fault->broken++;
}

static const struct dp_cert *cert_at(const struct dp_walk *walk, size_t at)
{
	return walk->nodes[walk->path[at]];
}

/* RFC 5280 s6.1.3 (a)(2). The anchor's own dates count too, though s6.1.1 (d) knows only its
 * name and key: libraries differ (OpenSSL looks at them in a self-issued anchor only, others in
 * every one), so nobody can rely on an anchor that has expired. */
static void judge_dates(const struct dp_walk *walk, size_t at, struct dp_path_fault *fault)
{
	const struct dp_cert *cert = cert_at(walk, at);
	int64_t now = walk->input->now_utc_s;

	if (cert->not_before_utc_s != DP_TIME_NONE && now < cert->not_before_utc_s)
		note(fault, DP_PATH_NOT_YET, at);
	if (cert->not_after_utc_s != DP_TIME_NONE && now > cert->not_after_utc_s)
		note(fault, DP_PATH_EXPIRED, at);
}

static void judge_leaf(const struct dp_walk *walk, struct dp_path_fault *fault)
{
	const struct dp_cert *leaf = cert_at(walk, 0);

	if (!walk->leaf_named) /* RFC 7672 s3.2.2 */
		note(fault, DP_PATH_NAME, 0);
	/* RFC 5280 s4.2.1.3: a TLS server signs, decrypts or agrees on keys */
	if (leaf->has_key_usage &&
		(leaf->key_usage &
			(DP_KU_DIGITAL_SIGNATURE | DP_KU_KEY_ENCIPHERMENT | DP_KU_KEY_AGREEMENT)) ==
			0)
		note(fault, DP_PATH_LEAF_USAGE, 0);
}

/* RFC 5280 s6.1.4 (k). A version 1 certificate can say nothing of the kind; its being a CA must be
 * known otherwise, as it is for a self-signed one that the record itself pins. */
static bool may_issue(const struct dp_cert *cert, bool is_anchor)
{
	if (cert->broken_extensions)
		return false;
	if (cert->version < 3)
		return is_anchor && cert->self_issued;
	return cert->has_basic_constraints && cert->is_ca;
}

/* CA certificates between the leaf and the one at; self-issued ones do not count (s6.1.4 (l)). */
static int issuers_below(const struct dp_walk *walk, size_t at)
{
	int count = 0;

	for (size_t i = 1; i < at; i++)
		count += !cert_at(walk, i)->self_issued;
	return count;
}

/* RFC 5280 s6.1.3 (b) and (c): all names below, but those of self-issued CA certificates. */
static void judge_names(struct dp_walk *walk, size_t at, struct dp_path_fault *fault)
{
	const struct dp_cert *issuer = cert_at(walk, at);

	if (!issuer->has_name_constraints)
		return;
	for (size_t i = 0; i < at; i++) {
		uint8_t *memo = &walk->names[walk->path[at] * walk->node_count + walk->path[i]];

		if (i > 0 && cert_at(walk, i)->self_issued)
			continue;
		if (*memo == 0)
			*memo = (uint8_t)(1 + dp_cert_names_allowed(issuer, cert_at(walk, i)));
		if (*memo == 1 + DP_NAMES_FORBIDDEN)
			note(fault, DP_PATH_NAMES, at);
		if (*memo == 1 + DP_NAMES_UNKNOWN)
			note(fault, DP_PATH_NAMES_UNKNOWN, at);
	}
}

static void judge_issuer(
	struct dp_walk *walk, size_t at, bool is_anchor, struct dp_path_fault *fault)
{
	const struct dp_cert *cert = cert_at(walk, at);

	if (!may_issue(cert, is_anchor))
		note(fault, DP_PATH_NOT_CA, at);
	/* RFC 5280 s4.2.1.9, s6.1.4 (m) */
	if (cert->is_ca && cert->path_len >= 0 && issuers_below(walk, at) > cert->path_len)
		note(fault, DP_PATH_LENGTH, at);
	/* RFC 5280 s6.1.4 (n) */
	if (cert->has_key_usage && (cert->key_usage & DP_KU_CERT_SIGN) == 0)
		note(fault, DP_PATH_CERT_SIGN, at);
	judge_names(walk, at, fault);
}

void dp_path_judge(
	struct dp_walk *walk, bool bare, enum dp_edge key_edge, struct dp_path_fault *fault)
{
	*fault = (struct dp_path_fault){ 0 };
	for (size_t at = 0; at < walk->depth; at++) {
		const struct dp_cert *cert = cert_at(walk, at);
		bool is_last = at + 1 == walk->depth, is_anchor = is_last && !bare;
		enum dp_edge edge = is_anchor ? DP_EDGE_SIGNED
			: is_last
			? key_edge
			: (enum dp_edge)walk
				  ->edges[walk->path[at] * walk->node_count + walk->path[at + 1]];

		judge_dates(walk, at, fault);
		if (at == 0)
			judge_leaf(walk, fault);
		else
			judge_issuer(walk, at, is_anchor, fault);
		/* RFC 5280 s4.2.1.12; in CA certificates too, as all the large libraries read it */
		if (cert->has_eku && !cert->eku_server)
			note(fault, DP_PATH_EKU, at);
		/* RFC 5280 s4.2: reject what is critical and not known; but others may know it */
		if (cert->critical_unknown != NULL)
			note(fault, DP_PATH_CRITICAL, at);
		if (edge != DP_EDGE_SIGNED)
			note(fault, DP_PATH_SIGNATURE, at);
		if (!cert->sound)
			note(fault, DP_PATH_UNREADABLE, at);
	}
}

static const char *names_text(const struct dp_walk *walk, const struct dp_cert *cert)
{
	struct dp_cert_name service = dp_cert_srv_id(cert);
	struct dp_buf out;

	dp_buf_init(&out, walk->arena);
	/* Beside it a CN does not count. */
	if (cert->name_count == 0 && service.len > 0 && walk->input->srv_id != NULL)
		return dp_arena_printf(walk->arena, "the service %s (SRV-ID)",
			dp_text_escape(walk->arena, service.text, service.len, NAME_SHOWN_MAX));
	if (cert->name_count == 0 && cert->common_name.len == 0)
		return "nothing";
	if (cert->name_count == 0)
		return dp_arena_printf(walk->arena, "CN=%s",
			dp_text_escape(walk->arena, cert->common_name.text, cert->common_name.len,
				NAME_SHOWN_MAX));
	for (size_t i = 0; i < cert->name_count && i < NAMES_SHOWN_MAX; i++)
		dp_buf_printf(&out, "%s%s", i == 0 ? "" : ", ",
			dp_text_escape(walk->arena, cert->names[i].text, cert->names[i].len,
				NAME_SHOWN_MAX));
	if (cert->name_count > NAMES_SHOWN_MAX)
		dp_buf_printf(&out, " and %zu more",
			cert->name_count + cert->name_dropped - NAMES_SHOWN_MAX);
	return out.data;
}

static const char *not_ca_text(const struct dp_cert *cert)
{
	if (cert->broken_extensions)
		return "its extensions cannot be read";
	if (cert->version < 3)
		return "it is of version 1 or 2, which cannot say so";
	return cert->has_basic_constraints ? "its basicConstraints say so"
					   : "it has no basicConstraints";
}

static const char *unreadable_text(const struct dp_cert *cert)
{
	if (cert->broken_extensions)
		return "its extensions cannot be read";
	if (cert->not_before_utc_s == DP_TIME_NONE || cert->not_after_utc_s == DP_TIME_NONE)
		return "its dates cannot be read";
	return cert->limit != NULL ? cert->limit : "it is not well-formed";
}

const char *dp_path_detail(const struct dp_walk *walk, const struct dp_path_fault *fault)
{
	const struct dp_cert *cert = cert_at(walk, fault->at);
	char date[DP_TIME_TEXT_MAX];
	const char *limit = walk->limits[walk->path[fault->at]];

	switch (fault->rule) {
	case DP_PATH_OK: return NULL;
	case DP_PATH_EXPIRED:
		return dp_arena_printf(
			walk->arena, "%s", dp_text_date(cert->not_after_utc_s, date));
	case DP_PATH_NOT_YET:
		return dp_arena_printf(
			walk->arena, "%s", dp_text_date(cert->not_before_utc_s, date));
	case DP_PATH_NAME: return names_text(walk, cert);
	case DP_PATH_LEAF_USAGE:
		return "neither digitalSignature nor keyEncipherment nor keyAgreement";
	case DP_PATH_EKU: return "serverAuth is not among them";
	case DP_PATH_NOT_CA: return not_ca_text(cert);
	case DP_PATH_LENGTH:
		return dp_arena_printf(walk->arena, "pathLenConstraint %d, %d below it",
			cert->path_len, issuers_below(walk, fault->at));
	case DP_PATH_CERT_SIGN: return "keyCertSign is missing";
	case DP_PATH_NAMES: return names_text(walk, cert_at(walk, 0));
	case DP_PATH_NAMES_UNKNOWN:
		return "nameConstraints for a kind of name that this tool does not compare";
	case DP_PATH_CRITICAL: return cert->critical_unknown;
	case DP_PATH_UNREADABLE: return unreadable_text(cert);
	case DP_PATH_SIGNATURE: return limit != NULL ? limit : "its signature could not be checked";
	case DP_PATH_BOUND: return "too many certificates that could be on a path";
	}
	return NULL;
}
