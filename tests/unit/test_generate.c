/* SPDX-License-Identifier: Apache-2.0 */
/* source and generate: whose records are made of a file, and what is said about them. Digests are
 * by openssl dgst (bundle_files.h). */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/text.h"
#include "bundle_files.h"
#include "dane/generate.h"

#define CERTS LEAF_PEM INT_PEM ROOT_PEM
#define NOW "2030-01-01"

static struct dp_arena *arena;

static int setup(void **state)
{
	(void)state;
	arena = dp_arena_open();
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	dp_arena_close(arena);
	return 0;
}

static const char *read_sources(const char *text, struct dp_sources *sources)
{
	struct dp_bundle bundle;

	assert_null(dp_bundle_read(text, strlen(text), arena, &bundle));
	return dp_sources_of_bundle(&bundle, arena, sources);
}

struct row {
	const char *text;
	int usage, selector, matching;
	bool all;
	const char *records[9]; /* in order; NULL ends */
	const char *wrong;      /* instead: part of the complaint */
};

#define ANY -1, -1, -1

static const struct row rows[] = {
	{ CERTS, ANY, false, { "3 1 1 " LEAF_KEY_256 }, NULL },
	/* order does not count: the key, or not being a CA, tells whose it is */
	{ ROOT_PEM INT_PEM LEAF_PEM, ANY, false, { "3 1 1 " LEAF_KEY_256 }, NULL },
	{ EC_KEY INT_PEM LEAF_PEM, ANY, false, { "3 1 1 " LEAF_KEY_256 }, NULL },
	{ RSA_KEY INT_PEM LEAF_PEM RSA_LEAF_PEM, ANY, false, { "3 1 1 " RSA_KEY_256 }, NULL },
	/* both key types of one server; the same twice */
	{ EC_KEY LEAF_PEM INT_PEM RSA_KEY RSA_LEAF_PEM INT_PEM, ANY, false,
		{ "3 1 1 " LEAF_KEY_256, "3 1 1 " RSA_KEY_256 }, NULL },
	{ LEAF_PEM LEAF_PEM INT_PEM INT_PEM, 2, -1, -1, false, { "2 1 1 " INT_KEY_256 }, NULL },
	{ LEAF_PEM, 3, 0, 1, false, { "3 0 1 " LEAF_CERT_256 }, NULL },
	{ LEAF_PEM, 1, 1, 2, false, { "1 1 2 " LEAF_KEY_512 }, NULL },
	{ LEAF_PEM, 3, 1, 0, false, { "3 1 0 " EC_SPKI }, NULL },
	/* issuers: nearest first, roots last; alone; never the server's own */
	{ ROOT_PEM LEAF_PEM INT_PEM, 2, -1, -1, false,
		{ "2 1 1 " INT_KEY_256, "2 1 1 " ROOT_KEY_256 }, NULL },
	{ INT_PEM ROOT_PEM, 0, -1, -1, false, { "0 1 1 " INT_KEY_256, "0 1 1 " ROOT_KEY_256 },
		NULL },
	{ ROOT_PEM, 2, -1, -1, false, { "2 1 1 " ROOT_KEY_256 }, NULL },
	{ LEAF_PEM ROOT_PEM, 2, -1, -1, false, { NULL }, "holds no certificate of an issuer" },
	{ LEAF_PEM, 2, -1, -1, false, { NULL }, "would never match" },
	/* keys alone */
	{ EC_KEY, ANY, false, { "3 1 1 " LEAF_KEY_256 }, NULL },
	{ EC_KEY EC_PUBLIC EC_REQUEST, ANY, true, { "3 1 1 " LEAF_KEY_256, "3 1 2 " LEAF_KEY_512 },
		NULL },
	{ EC_REQUEST, 3, 0, -1, false, { NULL }, "type --selector 1" },
	{ EC_KEY, 2, -1, -1, false, { NULL }, "of the server itself" },
	{ EC_PUBLIC, 2, -1, -1, false, { "2 1 1 " LEAF_KEY_256 }, NULL },
	/* all: as far as the other options leave it open */
	{ CERTS, 2, 1, -1, true, { "2 1 1 " INT_KEY_256, "2 1 2", "2 1 1 " ROOT_KEY_256, "2 1 2" },
		NULL },
	{ LEAF_PEM, ANY, true,
		{ "3 1 1 " LEAF_KEY_256, "3 1 2 " LEAF_KEY_512, "3 0 1 " LEAF_CERT_256, "3 0 2" },
		NULL },
	{ ROOT_PEM, -1, 1, -1, true, { "2 1 1 " ROOT_KEY_256, "2 1 2" }, NULL },
	{ LEAF_PEM INT_PEM, -1, -1, 1, true,
		{ "3 1 1 " LEAF_KEY_256, "3 0 1 " LEAF_CERT_256, "2 1 1 " INT_KEY_256, "2 0 1" },
		NULL },
};

static void records_are_made(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		const struct row *row = &rows[i];
		const struct dp_wanted wanted = { row->usage, row->selector, row->matching,
			row->all };
		struct dp_sources sources;
		struct dp_generated_set set;
		const char *why;

		assert_null(read_sources(row->text, &sources));
		why = dp_generate(&sources, &wanted, arena, &set);
		if (row->wrong != NULL) {
			assert_non_null(why);
			if (strstr(why, row->wrong) == NULL)
				fail_msg("\"%s\" does not say \"%s\"", why, row->wrong);
			continue;
		}
		assert_null(why);
		for (size_t j = 0; j < set.count; j++) {
			const char *text = dp_tlsa_text(&set.records[j].tlsa, 0, arena);

			assert_non_null(row->records[j]);
			if (strncmp(text, row->records[j], strlen(row->records[j])) != 0)
				fail_msg("row %zu: %s instead of %s", i, text, row->records[j]);
		}
		assert_null(row->records[set.count]);
	}
}

/* What comes out matches what it was made of. */
static void records_match_their_chain(void **state)
{
	static const struct dp_wanted all = { ANY, true };
	struct dp_sources sources;
	struct dp_generated_set set;

	(void)state;
	assert_null(read_sources(CERTS, &sources));
	assert_null(dp_generate(&sources, &all, arena, &set));
	assert_int_equal(set.count, 12);
	for (size_t i = 0; i < set.count; i++) {
		const struct dp_cert *cert = set.records[i].source->cert;

		assert_true(dp_tlsa_matches(&set.records[i].tlsa, cert->der, cert->der_len,
			cert->spki, cert->spki_len));
	}
}

static void keys_must_fit(void **state)
{
	static const struct {
		const char *text, *wrong, *note;
	} files[] = {
		{ RSA_KEY LEAF_PEM, "private key (line 1) that belongs to none", NULL },
		{ LEAF_PEM EC_KEY RSA_KEY, "belongs to none of its certificates", NULL },
		{ ENCRYPTED_KEY, "holds a private key (line 1) that is encrypted", NULL },
		{ ENCRYPTED_KEY LEAF_PEM, NULL, "encrypted private key in the file is left out" },
		{ LEAF_PEM EC_PUBLIC EC_REQUEST, NULL, NULL },
		{ LEAF_PEM RSA_PUBLIC, NULL, "the public key (line " },
		{ LEAF_PEM ROOT_PEM, NULL, "\"Root\" (line " },
		{ LEAF_PEM INT_PEM ROOT_PEM, NULL, NULL },
	};

	(void)state;
	for (size_t i = 0; i < sizeof files / sizeof files[0]; i++) {
		struct dp_sources sources;
		const char *why = read_sources(files[i].text, &sources);

		assert_true((why == NULL) == (files[i].wrong == NULL));
		if (why != NULL && strstr(why, files[i].wrong) == NULL)
			fail_msg("\"%s\" does not say \"%s\"", why, files[i].wrong);
		if (why != NULL)
			continue;
		assert_int_equal(sources.note_count, files[i].note != NULL ? 1 : 0);
		if (files[i].note != NULL && strstr(sources.notes[0], files[i].note) == NULL)
			fail_msg("\"%s\" does not say \"%s\"", sources.notes[0], files[i].note);
	}
}

static void names_are_those_of_hosts(void **state)
{
	char text[DP_NAME_TEXT_MAX];
	struct dp_sources sources;

	(void)state;
	assert_null(read_sources(LEAF_PEM, &sources));
	assert_string_equal(dp_name_text(&sources.own[0].owner, text), "mx.example.org");
	assert_int_equal(sources.own[0].host_names, 2);
	assert_string_equal(sources.own[0].wildcard, "*.example.org");
	assert_string_equal(sources.own[0].text, "mx.example.org, ECDSA P-256");
	assert_null(read_sources(EC_REQUEST, &sources));
	assert_string_equal(dp_name_text(&sources.own[0].owner, text), "mx.example.org");
	assert_null(read_sources(EC_KEY, &sources));
	assert_int_equal(sources.own[0].owner.len, 0);
}

/* The same from a server, where the first is its own whatever it is; each once. */
static void chains_are_added_up(void **state)
{
	static const char text[] = LEAF_PEM INT_PEM, other[] = RSA_LEAF_PEM INT_PEM ROOT_PEM;
	struct dp_sources sources = { .own = NULL };
	struct dp_bundle bundle;
	struct dp_chain chain[2];
	size_t *blocks;

	(void)state;
	assert_null(dp_bundle_read(text, strlen(text), arena, &bundle));
	dp_bundle_chain(&bundle, &chain[0], &blocks, arena);
	assert_null(dp_bundle_read(other, strlen(other), arena, &bundle));
	dp_bundle_chain(&bundle, &chain[1], &blocks, arena);
	for (int round = 0; round < 2; round++) {
		dp_sources_of_chain(&chain[0], arena, &sources);
		dp_sources_of_chain(&chain[1], arena, &sources);
	}
	assert_int_equal(sources.own_count, 2);
	assert_int_equal(sources.issuer_count, 2);
	assert_string_equal(sources.issuers[1].cert->subject_text, "Root");
}

static void what_ages_badly_is_told(void **state)
{
	static const struct {
		const char *text;
		struct dp_wanted wanted;
		const char *owner, *now;
		const char *says; /* NULL: nothing at all */
	} cases[] = {
		{ LEAF_PEM, { ANY, false }, "mx.example.org", NOW, NULL },
		{ LEAF_PEM, { ANY, false }, "elsewhere.example", NOW,
			NULL }, /* 3: names do not count */
		{ LEAF_PEM, { 3, 0, 1, false }, "mx.example.org", NOW, "changes at every renewal" },
		{ LEAF_PEM, { 3, 1, 2, false }, "mx.example.org", NOW, "publish 3 1 1 as well" },
		{ LEAF_PEM, { 3, 1, -1, true }, "mx.example.org", NOW, NULL }, /* both are there */
		{ LEAF_PEM, { 1, -1, -1, false }, "mx.example.org", NOW, "RFC 7672 s3.1.3" },
		{ LEAF_PEM, { ANY, false }, "mx.example.org", "2190-01-01", "expired on" },
		{ LEAF_PEM, { ANY, false }, "mx.example.org", "2020-01-01", "valid only from" },
		{ RSA_LEAF_PEM, { 3, 1, 0, false }, "mx.example.org", NOW, NULL },
		{ LEAF_PEM INT_PEM, { 2, -1, -1, false }, "mx.example.org", NOW, NULL },
		{ LEAF_PEM INT_PEM, { 2, -1, -1, false }, "mx.elsewhere.example", NOW,
			"is not a name in the server's certificate" },
		{ LEAF_PEM INT_PEM, { 2, 0, -1, false }, "mx.example.org", NOW,
			"another certificate for the same key" },
		{ LEAF_PEM INT_PEM ROOT_PEM, { 2, -1, -1, false }, "mx.example.org", NOW,
			"the server must send \"Root\"" },
		{ ROOT_PEM, { 3, -1, -1, false }, "mx.example.org", NOW,
			"is it the server's own?" },
		{ EC_PUBLIC, { 2, -1, -1, false }, "mx.example.org", NOW,
			"must send the certificate that holds this key" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct dp_sources sources;
		struct dp_generated_set set;
		struct dp_name owner;

		assert_null(read_sources(cases[i].text, &sources));
		assert_null(dp_generate(&sources, &cases[i].wanted, arena, &set));
		assert_true(dp_name_parse(cases[i].owner, &owner));
		const struct dp_advice_input input = { &set, &owner, true,
			dp_text_time_parse(cases[i].now) };

		dp_generate_advice(&input, arena, &sources);
		if (sources.note_count != (cases[i].says != NULL ? 1 : 0))
			fail_msg("case %zu: %zu notes: %s", i, sources.note_count,
				sources.note_count > 0 ? sources.notes[0] : "");
		if (cases[i].says != NULL && strstr(sources.notes[0], cases[i].says) == NULL)
			fail_msg("\"%s\" does not say \"%s\"", sources.notes[0], cases[i].says);
	}
}

/* Of public CAs there is only what the table knows: digests that the CA publishes. */
static void public_issuers_are_known(void **state)
{
	static const struct {
		const char *record, *now, *says, *not ;
	} issuers[] = {
		{ "2 1 1 cbbc559b44d524d6a132bdac672744da3407f12aae5d5f722c5f6c7913871c75", NOW,
			"E7 is a public CA", "must send" },
		/* its siblings are those that are valid, of the same root and kind of key */
		{ "2 1 1 cbbc559b44d524d6a132bdac672744da3407f12aae5d5f722c5f6c7913871c75",
			"2026-11-25", "(E5, E6, E8, E9)", "E1" },
		{ "2 1 1 0b9fa5a59eed715c26c1020c711b4f6ec42d58b0015e14337a39dad301c5afc3",
			"2026-11-25", "ISRG Root X1 is a public CA", "one of several" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof issuers / sizeof issuers[0]; i++) {
		struct dp_sources notes = { .own = NULL };
		const struct dp_source source = { .kind = DP_BLOCK_PUBLIC_KEY, .text = "" };
		struct dp_generated record = { .source = &source, .issuer = true };
		struct dp_generated_set set = { &record, 1 };
		const struct dp_advice_input input = { &set, NULL, true,
			dp_text_time_parse(issuers[i].now) };
		const char *all = "";

		assert_null(dp_tlsa_from_text(issuers[i].record, &record.tlsa, arena));
		dp_generate_advice(&input, arena, &notes);
		for (size_t j = 0; j < notes.note_count; j++)
			all = dp_arena_printf(arena, "%s\n%s", all, notes.notes[j]);
		if (strstr(all, issuers[i].says) == NULL || strstr(all, issuers[i].not ) != NULL)
			fail_msg("issuer %zu: %s", i, all);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(records_are_made, setup, teardown),
		cmocka_unit_test_setup_teardown(records_match_their_chain, setup, teardown),
		cmocka_unit_test_setup_teardown(keys_must_fit, setup, teardown),
		cmocka_unit_test_setup_teardown(names_are_those_of_hosts, setup, teardown),
		cmocka_unit_test_setup_teardown(chains_are_added_up, setup, teardown),
		cmocka_unit_test_setup_teardown(what_ages_badly_is_told, setup, teardown),
		cmocka_unit_test_setup_teardown(public_issuers_are_known, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
