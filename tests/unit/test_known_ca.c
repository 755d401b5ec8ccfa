/* SPDX-License-Identifier: Apache-2.0 */
/* On the built table: config/known_cas.tsv and the roots of ca-certificates. The digests below are
 * those that Let's Encrypt's users publish, and those of the roots as their CAs publish them. */
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
#define X1_KEY_512 \
	"86db73fc5893c3ea76db8e7d72dc8fb568d71ca8d7cbf75ac0660221ff39f8eb" \
	"f7f8de906a45be19e9b743f24eda845dc3bdf36d095c237400caea9ec0a2f5dd"
#define R46_KEY "ae7f962cb9e6a7dbf7b833fb18fa9b71a89175df949c232b6a9ef7cb3df2bbfc"
#define R46_KEY_512 \
	"b9619f1231a24f5f3abf4b997e55ab1fa7df307fff3ae6b5aeb4fc99390fcfd8" \
	"c6acef0a1a2532934206ec76a270df474690f76ede8b80cc96eed3aec908eda9"
#define R46_CERT_512 \
	"9d3fb25cb4a40eb8294203eb0a5ad51d7790c755fc0dd7f5667ef5e8e44c5ba7" \
	"ba8ae997b46585d128baa17243c06587c205f89b937c000932168f57b1961b5c"
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
		{ "2 1 2 " X1_KEY_512, "ISRG Root X1", "ISRG Root X1", false },
		/* Of Debian's ca-certificates */
		{ "2 1 1 " R46_KEY, "GlobalSign Root R46", "GlobalSign Root R46", false },
		{ "2 1 2 " R46_KEY_512, "GlobalSign Root R46", "GlobalSign Root R46", false },
		{ "2 0 2 " R46_CERT_512, "GlobalSign Root R46", "GlobalSign Root R46", false },
		{ "2 1 2 " R46_CERT_512, "GlobalSign Root R46", "GlobalSign Root R46", true },
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

/* Without duplicates: no two rows are the same certificate. */
static void rows_differ(void **state)
{
	(void)state;
	for (size_t i = 0; i < dp_known_ca_count; i++) {
		for (size_t j = i + 1; j < dp_known_ca_count; j++)
			assert_memory_not_equal(dp_known_ca_table[i].cert_sha256,
				dp_known_ca_table[j].cert_sha256,
				sizeof dp_known_ca_table[i].cert_sha256);
	}
}

/* Every row finds itself by each of its digests (or a root with the same key), and has a life. */
static void table(void **state)
{
	(void)state;
	assert_true(dp_known_ca_count > 100);
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
	const struct CMUnitTest tests[] = { cmocka_unit_test(find), cmocka_unit_test(table),
		cmocka_unit_test(rows_differ) };

	return cmocka_run_group_tests(tests, setup, teardown);
}
