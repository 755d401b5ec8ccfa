/* SPDX-License-Identifier: Apache-2.0 */
/* On the built table: config/known_cas.tsv. The digests below are those that Let's Encrypt's users
 * publish. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/text.h"
#include "dane/known_ca.h"

#define X1_KEY "0b9fa5a59eed715c26c1020c711b4f6ec42d58b0015e14337a39dad301c5afc3"
#define X1_CERT "96bcec06264976f37460779acf28c5a7cfe8a3c0aae11a8ffcee05c0bddf08c6"
#define X2_KEY "762195c225586ee6c0237456e2107dc54f1efc21f61a792ebd515913cce68332"
#define X2_CROSS_CERT "8b05b68cc659e5ed0fcb38f2c942fbfd200e6f2ff9f85d63c6994ef5e0b02701"
#define R3_KEY "8d02536c887482bc34ff54e41d2ba659bf85b341a0a20afadb5813dcfbcf286d"

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

static void find(void **state)
{
	static const struct {
		const char *record, *subject, *issuer;
		bool swapped;
	} rows[] = {
		{ "2 1 1 " X1_KEY, "ISRG Root X1", "ISRG Root X1", false },
		{ "3 1 1 " X1_KEY, "ISRG Root X1", "ISRG Root X1", false },
		{ "2 0 1 " X1_CERT, "ISRG Root X1", "ISRG Root X1", false },
		{ "2 0 1 " X1_KEY, "ISRG Root X1", "ISRG Root X1", true },
		{ "2 1 1 " X1_CERT, "ISRG Root X1", "ISRG Root X1", true },
		/* One key, two certificates: the root comes first, though the cross-signed row
		 * stands before it */
		{ "2 1 1 " X2_KEY, "ISRG Root X2", "ISRG Root X2", false },
		{ "2 0 1 " X2_CROSS_CERT, "ISRG Root X2", "ISRG Root X1", false },
		{ "2 1 1 " R3_KEY, "R3", "ISRG Root X1", false },
		{ "2 1 1 00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff", NULL,
			NULL, false },
		{ "2 1 1 0b9fa5a5", NULL, NULL, false },
		{ "2 1 2 " X1_KEY, NULL, NULL, false },
		{ "2 2 1 " X1_KEY, NULL, NULL, false },
		{ "2 1 3 " X1_KEY, NULL, NULL, false },
		{ "2 1 0 00", NULL, NULL, false },
	};
	(void)state;

	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct dp_tlsa record;
		bool swapped = true;

		assert_null(dp_tlsa_from_text(rows[i].record, &record, arena));
		const struct dp_known_ca *ca = dp_known_ca_find(&record, &swapped);

		assert_ptr_equal(ca, dp_known_ca_find(&record, NULL));
		assert_int_equal(swapped, rows[i].swapped);
		if (rows[i].subject == NULL) {
			assert_null(ca);
			continue;
		}
		assert_non_null(ca);
		assert_string_equal(ca->subject_cn, rows[i].subject);
		assert_string_equal(ca->issuer_cn, rows[i].issuer);
	}
}

/* Every row finds itself by each of its digests (or a root with the same key), and has a life. */
static void table(void **state)
{
	(void)state;
	assert_true(dp_known_ca_count > 20);
	for (size_t i = 0; i < dp_known_ca_count; i++) {
		const struct dp_known_ca *row = &dp_known_ca_table[i];
		struct dp_tlsa record = { .usage = DP_DANE_TA,
			.selector = DP_CERT,
			.matching = DP_SHA512,
			.data = row->cert_sha512,
			.data_len = sizeof row->cert_sha512 };

		assert_ptr_equal(dp_known_ca_find(&record, NULL), row);
		record.selector = DP_SPKI;
		record.data = row->spki_sha512;
		const struct dp_known_ca *found = dp_known_ca_find(&record, NULL);

		assert_non_null(found);
		assert_memory_equal(found->spki_sha256, row->spki_sha256, sizeof row->spki_sha256);
		assert_true(dp_text_time_parse(row->not_before) != DP_TIME_NONE);
		assert_true(
			dp_text_time_parse(row->not_after) > dp_text_time_parse(row->not_before));
		assert_true(row->subject_cn[0] != '\0' && row->issuer_cn[0] != '\0' &&
			row->key[0] != '\0');
		assert_non_null(row->note);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(find), cmocka_unit_test(table) };

	return cmocka_run_group_tests(tests, setup, teardown);
}
