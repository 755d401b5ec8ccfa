/* SPDX-License-Identifier: Apache-2.0 */
/* The anchor that a record of usage 2 pins was not sent: see explain.h. */
#include <string.h>

#include "base/text.h"
#include "dane/explain.h"
#include "dane/known_ca.h"
#include "dane/roots.h"
#include "dane/inventory.h"

/* What a shell takes as a file name without quotes. */
#define FILE_NAME_CHARS "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-"

static const char *digest_kind(const struct dp_tlsa *record)
{
	return record->selector == DP_SPKI ? "the key of" : "the certificate of";
}

/* "ISRG Root X1" as a file would be called: "ISRG_Root_X1". */
static const char *file_name(struct dp_why *why, const char *name)
{
	char *file = dp_arena_text(why->judge->arena, name, strlen(name));

	for (char *c = file; *c != '\0'; c++) {
		if (*c > 0 && strchr(FILE_NAME_CHARS, *c) == NULL)
			*c = '_';
	}
	return file;
}

/* Is that the CA's name? In the table, what tells CAs of one name apart may follow in
 * parentheses. */
static bool is_name_of(const char *name, const char *known)
{
	size_t len = name != NULL ? strlen(name) : 0;

	return len > 0 && strncmp(name, known, len) == 0 &&
		(known[len] == '\0' || strncmp(known + len, " (", 2) == 0);
}

/* Did that CA, by name, issue one of the certificates that were sent? */
static bool leads_to(const struct dp_chain *chain, const char *known)
{
	for (size_t i = 0; i < chain->count; i++) {
		if (is_name_of(chain->certs[i].issuer_text, known))
			return true;
	}
	return false;
}

/* "the key of R3 (a CA below ISRG Root X1), which expired on 2025-09-15" */
static const char *known_text(struct dp_why *why, const struct dp_known_ca *ca, bool over)
{
	struct dp_arena *arena = why->judge->arena;
	bool root = strcmp(ca->subject_cn, ca->issuer_cn) == 0;
	const char *below = root ? "" : dp_arena_printf(arena, " (a CA below %s)", ca->issuer_cn);

	return dp_arena_printf(arena, "%s %s%s%s%s", digest_kind(why->record), ca->subject_cn,
		below, over ? ", whose certificate expired on " : "", over ? ca->not_after : "");
}

/* A known CA between the last certificate that was sent and that root. */
static const struct dp_known_ca *missing_link(
	const struct dp_why *why, const struct dp_known_ca *root)
{
	const struct dp_chain *chain = &why->probe->chain;

	for (size_t i = 0; i < dp_known_ca_count; i++) {
		const struct dp_known_ca *ca = &dp_known_ca_table[i];

		if (strcmp(ca->issuer_cn, root->subject_cn) == 0 &&
			strcmp(ca->subject_cn, root->subject_cn) != 0 &&
			dp_text_time_parse(ca->not_after) > why->judge->now_utc_s &&
			is_name_of(chain->certs[chain->count - 1].issuer_text, ca->subject_cn))
			return ca;
	}
	return NULL;
}

/* The chain file, as a word of a shell command. */
static const char *chain_file(struct dp_why *why)
{
	const struct dp_target *target = &why->judge->facts->target;

	if (target->given == NULL || target->given_name[0] == '-' ||
		strchr(target->given_name, '\\') != NULL)
		return "fullchain.pem";
	return dp_inventory_shell_word(target->given_name, why->judge->arena);
}

/* " --root 'ISRG Root X1'" where the chain may lead to another root that is built in, too. */
static const char *root_choice(struct dp_why *why, const struct dp_known_ca *root)
{
	for (size_t i = 0; i < dp_known_ca_count; i++) {
		const struct dp_known_ca *ca = &dp_known_ca_table[i];

		if (strcmp(ca->subject_cn, ca->issuer_cn) == 0 &&
			strcmp(ca->subject_cn, root->subject_cn) != 0 &&
			dp_root_built_in(ca->spki_sha256) &&
			leads_to(&why->probe->chain, ca->subject_cn))
			return dp_arena_printf(why->judge->arena, " --root %s",
				dp_inventory_shell_word(root->subject_cn, why->judge->arena));
	}
	return "";
}

/* The command that appends the root; roots: a file with what is not built in, or NULL. */
static const char *complete_line(
	struct dp_why *why, const struct dp_known_ca *root, const char *roots)
{
	const char *file = chain_file(why);

	return dp_arena_printf(why->judge->arena, "\n  daneprobe chain --complete %s%s%s%s %s\n",
		file, root != NULL ? root_choice(why, root) : "", roots != NULL ? " --roots " : "",
		roots != NULL ? roots : "", file);
}

/* What is not built in: by hand, or checked and once only. */
static const char *append_lines(struct dp_why *why, const char *link, const char *root)
{
	struct dp_arena *arena = why->judge->arena;
	const char *both = link != NULL ? dp_arena_printf(arena, "%s %s", link, root) : root;

	return dp_arena_printf(arena, "\n  cat %s >> %s\nor, each step checked:%s", both,
		chain_file(why), complete_line(why, NULL, link != NULL ? "issuers.pem" : root));
}

/* Is it one of the CAs that the user has named? */
static bool is_named(const struct dp_why *why, const struct dp_known_ca *ca)
{
	const struct dp_known_cas *named = &why->judge->facts->target.known;

	return named->count > 0 && ca >= named->rows && ca < named->rows + named->count;
}

/* Two ways: send the anchor (with the issuer below it, if that is missing, too), or pin what is
 * sent. */
static const char *append_or_pin(
	struct dp_why *why, const struct dp_known_ca *ca, const struct dp_known_ca *link)
{
	struct dp_arena *arena = why->judge->arena;
	const char *also = "", *roots = NULL, *how;

	if (link != NULL) {
		also = dp_arena_printf(arena, "%s and of ", link->subject_cn);
		roots = dp_arena_printf(arena, "%s.pem", file_name(why, link->subject_cn));
	}
	if (dp_root_built_in(ca->spki_sha256))
		how = complete_line(why, ca, roots);
	else if (is_named(why, ca))
		how = complete_line(why, NULL,
			dp_inventory_shell_word(why->judge->facts->target.known.file, arena));
	else
		how = append_lines(why, roots,
			dp_arena_printf(arena, "%s.pem", file_name(why, ca->subject_cn)));
	return dp_arena_printf(arena,
		"Either append the certificate%s of %s%s to the chain file that the server sends, after each "
		"renewal, too:%s"
		"or publish the record of the server's own key instead:%s",
		link != NULL ? "s" : "", also, ca->subject_cn, how, dp_why_own(why));
}

/* A CA that could be sent: two ways. One that could not (it is over, or the certificate has another
 * issuer by now): one. */
static void explain_known(struct dp_why *why, const struct dp_known_ca *ca)
{
	bool over = dp_text_time_parse(ca->not_after) < why->judge->now_utc_s;
	bool there = leads_to(&why->probe->chain, ca->subject_cn);
	const struct dp_known_ca *link = there ? NULL : missing_link(why, ca);

	why->words.detail = known_text(why, ca, over);
	if (!over && (there || link != NULL))
		why->words.fix = append_or_pin(why, ca, link);
	else
		why->words.fix = dp_arena_printf(why->judge->arena,
			"Sending that certificate alone would not help: %s. "
			"Publish the record of the server's own key instead:%s",
			over ? "it has expired"
			     : "it did not issue any certificate that the server sends",
			dp_why_own(why));
}

/* RFC 7671 s5.2.2: the anchor must be in the chain. Two ways: send it, or pin what is sent. */
void dp_explain_not_sent(struct dp_why *why)
{
	const struct dp_known_cas *named = &why->judge->facts->target.known;
	const struct dp_known_ca *ca = dp_known_ca_find_with(named, why->record);

	why->words.cert = dp_why_sent_text(why);
	if (ca != NULL) {
		explain_known(why, ca);
	} else {
		why->words.detail = dp_arena_printf(why->judge->arena,
			"%s a trust anchor that this tool does not know by name",
			digest_kind(why->record));
		why->words.fix = dp_arena_printf(why->judge->arena,
			"Either append the certificate that the record was made from to the chain file that the "
			"server sends, if it is an issuer of that chain:%s"
			"or publish the record of the server's own key instead:%s",
			append_lines(why, NULL, "anchor.pem"), dp_why_own(why));
	}
	dp_why_add(why, DP_REASON_TLSA_ANCHOR_NOT_SENT);
}
