/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Chain cases as data: every file of tests/cases/chain/ is one test. Lines:
 *
 *     # why                     the case in one sentence
 *     rfc RFC 5280 s6.1.3       what the expectation rests on
 *     now 2040-06-01T12:00:00Z
 *     names mx.example.org ...  reference identifiers
 *     roots 2                   usages 0 and 1 are usable, and the last two certificates are no
 * part of the chain, but roots that these usages may end at srv-id _imaps.a.example   a further
 * name, as SRV-ID (RFC 4985) record 2 1 1 HEX          a TLSA record ... expect good cert=2 ... ...
 * and what must come of it: skipped, none, off-path, broken or good; and of its dp_record_match:
 * reason= (code), cert=, culprit=, depth= verdict failed ... authenticated, failed or limited;
 * record=, path=, disorder=, checks= (at most)
 *     -----BEGIN CERTIFICATE    the chain as sent, PEM
 *
 * Written by tests/cases/gen.py; hand-written ones may stand beside.
 *
 * With files as arguments it is a judge without a network: what they expect is not looked at, and
 * one line comes out for each:
 *
 *     FILE WORD record=N state=STATE reason=CODE cert=N depth=N checks=N path=N,N...
 *
 * WORD is that of the verdict, or unusable when no record counts; depth is that of the deciding
 * record, -1 without a match.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <dirent.h>
#include <mbedtls/base64.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "dane/chain.h"

#define FOLDER "tests/cases/chain"
#define CASES_MAX 1000
#define LINE_MAX_BYTES 40000
#define RECORDS_MAX 32
#define CERTS_MAX 160
#define HOSTILE 100 /* certificates: what such a chain costs is printed */

static const char *const states[] = { "skipped", "none", "off-path", "broken", "good", NULL };

struct one {
	const char *folder, *file;
	struct dp_arena *arena;
	struct dp_tlsa records[RECORDS_MAX];
	const char *expect[RECORDS_MAX];
	size_t records_len, expect_len;
	const char *verdict;
	const char *names[DP_REFERENCES_MAX];
	size_t names_len;
	int64_t now;
	size_t roots;
	const char *srv_id;
	bool rfc;
	const uint8_t *ders[CERTS_MAX];
	size_t lens[CERTS_MAX], certs_len;
};

static void read_names(struct one *one, char *text)
{
	for (char *word = strtok(text, " "); word != NULL; word = strtok(NULL, " ")) {
		assert_true(one->names_len < DP_REFERENCES_MAX);
		one->names[one->names_len++] = dp_arena_text(one->arena, word, strlen(word));
	}
}

static void read_record(struct one *one, const char *text)
{
	struct dp_tlsa *record = &one->records[one->records_len++];
	unsigned use, selector, matching;
	int at = 0;

	assert_true(one->records_len <= RECORDS_MAX);
	memset(record, 0, sizeof *record);
	assert_int_equal(sscanf(text, "%u %u %u %n", &use, &selector, &matching, &at), 3);
	uint8_t *data = dp_arena_alloc(one->arena, strlen(text) / 2);
	ptrdiff_t len = dp_text_unhex(text + at, strlen(text + at), data, strlen(text) / 2);

	assert_true(len >= 0);
	record->usage = (uint8_t)use;
	record->selector = (uint8_t)selector;
	record->matching = (uint8_t)matching;
	record->data = data;
	record->data_len = (size_t)len;
}

static void end_certificate(struct one *one, const char *base64)
{
	size_t max = strlen(base64), len;
	uint8_t *der = dp_arena_alloc(one->arena, max);

	assert_true(one->certs_len < CERTS_MAX);
	assert_int_equal(
		mbedtls_base64_decode(der, max, &len, (const unsigned char *)base64, max), 0);
	one->ders[one->certs_len] = dp_arena_copy(one->arena, der, len);
	one->lens[one->certs_len++] = len;
}

static void read_line(struct one *one, char *line)
{
	char *rest = strchr(line, ' ');

	rest = rest == NULL ? line + strlen(line) : rest + 1;
	if (strncmp(line, "names ", 6) == 0)
		read_names(one, rest);
	else if (strncmp(line, "now ", 4) == 0)
		one->now = dp_text_time_parse(rest);
	else if (strncmp(line, "record ", 7) == 0)
		read_record(one, rest);
	else if (strncmp(line, "expect ", 7) == 0)
		one->expect[one->expect_len++] = dp_arena_text(one->arena, rest, strlen(rest));
	else if (strncmp(line, "verdict ", 8) == 0)
		one->verdict = dp_arena_text(one->arena, rest, strlen(rest));
	else if (strncmp(line, "roots ", 6) == 0)
		one->roots = (size_t)atoi(rest);
	else if (strncmp(line, "srv-id ", 7) == 0)
		one->srv_id = dp_arena_text(one->arena, rest, strlen(rest));
	else if (strncmp(line, "rfc RFC ", 8) == 0)
		one->rfc = true;
	else if (line[0] != '#' && line[0] != '\0')
		fail_msg("%s: what is \"%s\"?", one->file, line);
	assert_int_equal(one->records_len >= one->expect_len, 1);
}

static void read_case(struct one *one)
{
	static char line[LINE_MAX_BYTES], base64[LINE_MAX_BYTES];
	char path[300];
	bool inside = false;

	snprintf(path, sizeof path, "%s%s", one->folder, one->file);
	FILE *file = fopen(path, "r");

	if (file == NULL)
		fail_msg("%s cannot be read", path);
	one->now = DP_TIME_NONE;
	while (fgets(line, sizeof line, file) != NULL) {
		line[strcspn(line, "\n")] = '\0';
		if (strcmp(line, "-----BEGIN CERTIFICATE-----") == 0) {
			inside = true;
			base64[0] = '\0';
		} else if (strcmp(line, "-----END CERTIFICATE-----") == 0) {
			inside = false;
			end_certificate(one, base64);
		} else if (inside) {
			assert_true(strlen(base64) + strlen(line) < sizeof base64);
			strcat(base64, line);
		} else {
			read_line(one, line);
		}
	}
	fclose(file);
	assert_true(one->now != DP_TIME_NONE);
}

/* "key=" of a line of expectations: the number behind it. */
static bool number_of(const char *text, const char *key, int *out)
{
	char pattern[20];

	snprintf(pattern, sizeof pattern, " %s=", key);
	const char *at = strstr(text, pattern);

	if (at != NULL)
		*out = atoi(at + strlen(pattern));
	return at != NULL;
}

static void check_record(const struct one *one, size_t r, const struct dp_record_match *found)
{
	const char *expect = one->expect[r], *reason = strstr(expect, " reason=");
	const char *code = dp_reason_row(found->reason)->code;
	size_t word = strcspn(expect, " ");
	int number;

	if (strlen(states[found->state]) != word ||
		strncmp(states[found->state], expect, word) != 0)
		fail_msg("%s: record %zu is %s (%s: %s), not %s", one->file, r,
			states[found->state], code, found->detail != NULL ? found->detail : "-",
			expect);
	assert_int_equal(found->state == DP_MATCH_BROKEN, found->reason != DP_REASON_NONE);
	assert_int_equal(found->state == DP_MATCH_BROKEN, found->detail != NULL);
	if (reason != NULL &&
		(strncmp(reason + 8, code, strlen(code)) != 0 ||
			strchr(" ", reason[8 + strlen(code)]) == NULL))
		fail_msg("%s: record %zu has %s (%s), not %s", one->file, r, code, found->detail,
			expect);
	if (number_of(expect, "cert", &number) && number != found->cert)
		fail_msg("%s: record %zu has cert=%d, not %s", one->file, r, found->cert, expect);
	if (number_of(expect, "culprit", &number) && number != found->culprit)
		fail_msg("%s: record %zu has culprit=%d, not %s", one->file, r, found->culprit,
			expect);
	if (number_of(expect, "depth", &number) && number != found->depth)
		fail_msg("%s: record %zu has depth=%d, not %s", one->file, r, found->depth, expect);
}

static const char *path_text(const struct one *one, const struct dp_match *match)
{
	const char *text = "";

	for (size_t i = 0; i < match->path_len; i++)
		text = dp_arena_printf(
			one->arena, "%s%s%d", text, i == 0 ? "" : ",", match->path[i]);
	return text;
}

static const char *verdict_word(const struct dp_match *match)
{
	return match->authenticated ? "authenticated" : match->limited ? "limited" : "failed";
}

static void check_verdict(
	const struct one *one, const struct dp_chain *chain, const struct dp_match *match)
{
	const char *word = verdict_word(match);
	const char *path = strstr(one->verdict, " path="), *found = path_text(one, match);
	size_t len = strcspn(one->verdict, " ");
	int number;

	if (strlen(word) != len || strncmp(word, one->verdict, len) != 0)
		fail_msg("%s: verdict is %s, not %s", one->file, word, one->verdict);
	assert_false(match->authenticated && match->limited);
	if (path != NULL &&
		(strncmp(path + 6, found, strlen(found)) != 0 ||
			strchr(" ", path[6 + strlen(found)]) == NULL))
		fail_msg("%s: path is %s, not %s", one->file, found, one->verdict);
	if (number_of(one->verdict, "record", &number) && number != match->record)
		fail_msg("%s: the record is %d, not %s", one->file, match->record, one->verdict);
	if (number_of(one->verdict, "disorder", &number))
		assert_int_equal(dp_chain_disorder(chain), number);
	assert_true(match->checks <= DP_CHAIN_CHECKS_MAX);
	if (number_of(one->verdict, "checks", &number))
		assert_true((int)match->checks <= number);
	if (one->certs_len >= HOSTILE)
		print_message("measured: %s, %zu certificates: %u signature checks (at most %d)\n",
			one->file, one->certs_len, match->checks, DP_CHAIN_CHECKS_MAX);
}

/* The judgement of one file, from reading it to closing the chain. */
static void judge(struct one *one,
	void (*done)(
		const struct one *one, const struct dp_chain *chain, const struct dp_match *match))
{
	struct dp_chain chain, roots;
	struct dp_match match;

	one->arena = dp_arena_open();
	read_case(one);
	assert_true(one->roots <= one->certs_len);
	one->certs_len -= one->roots;
	dp_tlsa_classify(one->records, one->records_len, one->roots > 0);
	dp_chain_open(&chain, one->ders, one->lens, one->certs_len, one->arena);
	dp_chain_open(&roots, one->ders + one->certs_len, one->lens + one->certs_len, one->roots,
		one->arena);
	struct dp_match_input input = { one->records, one->records_len, one->names, one->names_len,
		.now_utc_s = one->now, .srv_id = one->srv_id, .pkix_roots = roots.certs,
		.pkix_root_count = roots.count };

	dp_chain_match(&chain, &input, &match, one->arena);
	done(one, &chain, &match);
	dp_chain_close(&roots);
	dp_chain_close(&chain);
	dp_arena_close(one->arena);
}

static void check(const struct one *one, const struct dp_chain *chain, const struct dp_match *match)
{
	assert_true(one->rfc && one->verdict != NULL);
	assert_int_equal(one->records_len, one->expect_len);
	for (size_t r = 0; r < one->records_len; r++)
		check_record(one, r, &match->records[r]);
	check_verdict(one, chain, match);
}

static void run_case(void **state)
{
	struct one one = { .folder = FOLDER "/", .file = *state };

	judge(&one, check);
}

static void print(const struct one *one, const struct dp_chain *chain, const struct dp_match *match)
{
	static const struct dp_record_match nothing = { .cert = -1, .depth = -1 };
	const struct dp_record_match *found =
		match->record < 0 ? &nothing : &match->records[match->record];
	bool matches = found->state == DP_MATCH_GOOD || found->state == DP_MATCH_BROKEN;

	(void)chain;
	printf("%s %s record=%d state=%s reason=%s cert=%d depth=%d checks=%u path=%s\n", one->file,
		match->record < 0 ? "unusable" : verdict_word(match), match->record,
		states[found->state], dp_reason_row(found->reason)->code, found->cert,
		matches ? found->depth : -1, match->checks, path_text(one, match));
}

static int by_name(const struct dirent **a, const struct dirent **b)
{
	return strcmp((*a)->d_name, (*b)->d_name);
}

static int is_case(const struct dirent *entry)
{
	size_t len = strlen(entry->d_name);

	return len > 5 && strcmp(entry->d_name + len - 5, ".case") == 0;
}

int main(int argc, char **argv)
{
	static struct CMUnitTest tests[CASES_MAX];
	struct dirent **entries;

	for (int i = 1; i < argc; i++) {
		struct one one = { .folder = "", .file = argv[i] };

		judge(&one, print);
	}
	if (argc > 1)
		return 0;
	int count = scandir(FOLDER, &entries, is_case, by_name);

	if (count <= 0 || count > CASES_MAX) {
		fprintf(stderr, "test_cases: no cases in " FOLDER "\n");
		return 1;
	}
	for (int i = 0; i < count; i++) {
		tests[i].name = entries[i]->d_name;
		tests[i].test_func = run_case;
		tests[i].initial_state = entries[i]->d_name;
	}
	int failed = _cmocka_run_group_tests("chain cases", tests, (size_t)count, NULL, NULL);

	for (int i = 0; i < count; i++)
		free(entries[i]);
	free(entries);
	return failed;
}
