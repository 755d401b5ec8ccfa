/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/text.h"
#include "dane/tlsa.h"

/* A self-signed certificate (P-256, subject CN=a) and digests that `openssl` and `sha256sum` gave
 * for it. */
#define SPKI_HEX \
	"3059301306072a8648ce3d020106082a8648ce3d03010703420004046de6ecbfeabed25927ffd40b5ecd8c6388213cb4" \
	"046a3247b4dddc6fdf87cb686e070c21cb43bd1ad4decdecc519fcf36359e843f41da74dec3d4d01bfde19"
#define CERT_HEX \
	"308201143081bb021427194d5c570f9c0ac9bd67b634d111da7b0f2838300a06082a8648ce3d040302300c310a300806" \
	"035504030c01613020170d3236313132353033303835305a180f32313236313130313033303835305a300c310a300806" \
	"035504030c0161" SPKI_HEX \
	"300a06082a8648ce3d04030203480030450220432847aad0f01d378690013f6c6735f14eb8" \
	"39526be70e15cf3d55a8ed7466ac02210087f89dbb0b65656f94515c20e2e45124fb099513af4ca23230736c65a9113213"
#define CERT_SHA256 "7e3e5c8550c8f4c83596114725aa47b222822cb6bbbae3228dc5fdf28328300a"
#define SPKI_SHA256 "94188a12dee7f992f67ca53015361ae53f4a7eb688919df625be7f24d7a42075"
#define CERT_SHA512 \
	"a5a7b7e83a67350f3d290a4e43ad8cc778f9f772bd489aca41546267325c06fd" \
	"b69e0d03f735f906c864a845040e7fe670eaa87badec45597861d51965368045"
#define SPKI_SHA512 \
	"7fee1cf12f8579899194462e7e71d6da03b75f10db182e1dcdc594f81899d9a2" \
	"5a5fc2308def96effe56cbb10b1474715ea33648fb8b397e2c9dc467342c0ee0"
#define D32 "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff"
#define E32 "ff112233445566778899aabbccddeeff00112233445566778899aabbccddeeff"

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

/* RFC 6698 s2.1 */
static void from_rdata(void **state)
{
	static const uint8_t rdata[] = { 3, 1, 2, 0xab, 0xcd };
	struct dp_tlsa record;
	(void)state;

	assert_true(dp_tlsa_from_rdata(rdata, sizeof rdata, &record));
	assert_int_equal(record.usage, 3);
	assert_int_equal(record.selector, 1);
	assert_int_equal(record.matching, 2);
	assert_ptr_equal(record.data, rdata + 3);
	assert_int_equal(record.data_len, 2);
	assert_int_equal(record.unusable, DP_REASON_NONE);
	assert_true(dp_tlsa_from_rdata(rdata, 3, &record));
	assert_int_equal(record.data_len, 0);
	for (size_t len = 0; len < 3; len++)
		assert_false(dp_tlsa_from_rdata(rdata, len, &record));
}

static void from_text(void **state)
{
	static const struct {
		const char *text, *back;
	} rows[] = {
		{ "3 1 1 abcd", "3 1 1 abcd" },
		{ "3 1 1 ABcd", "3 1 1 abcd" },
		{ "  3\t1  1   ab cd\nef ",
			"3 1 1 abcdef" },              /* cases C085: blanks, tabs, line ends */
		{ "3 1 1 ( ab\n cd )", "3 1 1 abcd" }, /* RFC 1035 s5.1 */
		{ "255 255 255 00", "255 255 255 00" },
		{ "DANE-EE SPKI SHA2-256 ab", "3 1 1 ab" }, /* RFC 7218 s2 */
		{ "dane-ta cert sha2-512 ab", "2 0 2 ab" },
		{ "PKIX-TA SPKI Full ab", "0 1 0 ab" },
		{ "PKIX-EE PrivSel PrivMatch ab", "1 255 255 ab" },
		{ "PrivCert 1 1 ab", "255 1 1 ab" },
	};
	struct dp_tlsa record;
	(void)state;

	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		assert_null(dp_tlsa_from_text(rows[i].text, &record, arena));
		assert_string_equal(dp_tlsa_text(&record, 0, arena), rows[i].back);
	}
}

/* Cases C086; each sentence names the place. */
static void from_bad_text(void **state)
{
	static const struct {
		const char *text, *words;
	} rows[] = {
		{ "", "usage is missing" },
		{ "3", "selector is missing" },
		{ "3 1", "matching type is missing" },
		{ "3 1 1", "data is missing" },
		{ "3 1 1 ()", "data is missing" },
		{ "256 1 1 ab", "usage is \"256\"" },
		{ "-3 1 1 ab", "usage is \"-3\"" },
		{ "3 SHA2-256 1 ab", "selector is \"SHA2-256\"" },
		{ "3 1 0001 ab", "matching type is \"0001\"" },
		{ "_25._tcp.mx.example. IN TLSA 3 1 1 ab", "usage is \"_25._tcp.mx.example.\"" },
		{ "3 1 1 abc", "odd number of hexadecimal digits (3)" },
		{ "3 1 1 abcg", "\"g\" at character 10" },
		{ "3 1 1 ab\x01", "\\x01" },
		{ "3 1 1 ab-", "\"-\" at character 9" },
	};
	struct dp_tlsa record;
	(void)state;

	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		const char *wrong = dp_tlsa_from_text(rows[i].text, &record, arena);

		assert_non_null(wrong);
		if (strstr(wrong, rows[i].words) == NULL)
			fail_msg("%s: %s", rows[i].text, wrong);
		assert_null(strchr(wrong, '\n'));
	}
	char *big = test_malloc(2 * DP_TLSA_DATA_MAX + 9);

	strcpy(big, "3 1 1 ");
	memset(big + 6, 'a', 2 * DP_TLSA_DATA_MAX + 2);
	big[2 * DP_TLSA_DATA_MAX + 8] = '\0';
	assert_non_null(strstr(dp_tlsa_from_text(big, &record, arena), "longer than"));
	big[2 * DP_TLSA_DATA_MAX + 6] = '\0';
	assert_null(dp_tlsa_from_text(big, &record, arena));
	test_free(big);
}

static void text_is_cut(void **state)
{
	struct dp_tlsa record;
	(void)state;

	assert_null(dp_tlsa_from_text("3 1 1 0123456789", &record, arena));
	assert_string_equal(dp_tlsa_text(&record, 4, arena), "3 1 1 01234567...");
	assert_string_equal(dp_tlsa_text(&record, 5, arena), "3 1 1 0123456789");
}

/* ---- classification of sets: one text for each record, one letter for what becomes of it ---- */

struct set {
	bool pkix;
	const char *records[6];
	const char *expected;
};

/* . counts, w weaker, d duplicate, u usage, p parameter, l length, f full data unreadable */
static char letter(const struct dp_tlsa *record)
{
	switch (record->unusable) {
	case DP_REASON_TLSA_UNUSABLE_USAGE: return 'u';
	case DP_REASON_TLSA_UNUSABLE_PARAMETER: return 'p';
	case DP_REASON_TLSA_UNUSABLE_LENGTH: return 'l';
	case DP_REASON_TLSA_UNUSABLE_DATA: return 'f';
	case DP_REASON_NONE: break;
	default: return '?';
	}
	assert_int_equal(dp_tlsa_counts(record), !record->duplicate && !record->weaker);
	return record->duplicate ? 'd' : record->weaker ? 'w' : '.';
}

static void classify(void **state)
{
	static const struct set sets[] = {
		/* RFC 7672 s3.1: usages 3 and 2; s3.1.3: 0 and 1 are unusable for SMTP; RFC 7673 s4
		 * elsewhere */
		{ false, { "3 1 1 " D32, "2 1 1 " D32, "1 1 1 " D32, "0 1 1 " D32, "4 1 1 " D32 },
			"..uup" },
		{ true, { "3 1 1 " D32, "2 1 1 " D32, "1 1 1 " D32, "0 1 1 " D32, "255 1 1 " D32 },
			"....p" },
		{ false, { "3 2 1 " D32, "3 1 3 " D32, "3 255 1 " D32, "3 1 255 " D32, "1 1 9 00" },
			"ppppp" },
		/* RFC 6698 s2.1.3, case C077 */
		{ false,
			{ "3 1 1 00112233", "3 1 1 " D32 "00", "3 1 2 " D32, "3 1 2 " D32 E32,
				"3 1 1 " D32 },
			"lll.w" },
		{ false,
			{ "3 1 0 " SPKI_HEX, "3 0 0 " CERT_HEX, "3 1 0 " CERT_HEX,
				"3 0 0 " SPKI_HEX, "2 0 0 00" },
			"..fff" },
		{ false, { "3 1 1 " D32, "3 1 1 " D32, "3 1 1 " E32, "3 0 1 " D32, "3 1 1 " D32 },
			".d..d" },
		{ false, { "9 1 1 " D32, "9 1 1 " D32 }, "pp" },
		/* RFC 7671 s9: strongest digest of each usage and selector */
		{ false, { "3 1 1 " D32, "3 1 2 " D32 E32 }, "w." },
		{ false, { "3 1 2 " D32 E32, "3 1 1 " D32, "3 1 1 " E32 }, ".ww" },
		{ false, { "3 0 2 " D32 E32, "3 1 1 " D32 }, ".." }, /* another selector */
		{ false, { "2 1 2 " D32 E32, "3 1 1 " D32 }, ".." }, /* another usage */
		{ false, { "3 1 1 " D32, "3 1 2 " D32 E32, "3 1 2 " D32 D32, "2 1 1 " D32 },
			"w..." },
		/* Full(0) is no digest */
		{ false, { "3 1 0 " SPKI_HEX, "3 1 1 " D32 }, ".." },
		{ false, { "3 1 0 " SPKI_HEX, "3 1 2 " D32 E32, "3 1 1 " D32 }, "..w" },
		/* what is unusable hides nothing */
		{ false, { "3 1 2 0011", "3 1 1 " D32 }, "l." },
		{ false, { "1 1 2 " D32 E32, "1 1 1 " D32, "3 1 1 " D32 }, "uu." },
		{ true, { "1 1 2 " D32 E32, "1 1 1 " D32, "3 1 1 " D32 }, ".w." },
	};
	(void)state;

	for (size_t i = 0; i < sizeof sets / sizeof sets[0]; i++) {
		struct dp_tlsa records[6];
		char got[8] = "";
		size_t count = strlen(sets[i].expected);

		for (size_t r = 0; r < count; r++)
			assert_null(dp_tlsa_from_text(sets[i].records[r], &records[r], arena));
		/* Marks of an earlier call do not stay. */
		records[0].duplicate = records[0].weaker = true;
		dp_tlsa_classify(records, count, sets[i].pkix);
		for (size_t r = 0; r < count; r++)
			got[r] = letter(&records[r]);
		if (strcmp(got, sets[i].expected) != 0)
			fail_msg("set %zu: %s, not %s", i, got, sets[i].expected);
	}
	dp_tlsa_classify(NULL, 0, false);
}

/* RFC 6698 s2.1.4 */
static void matches(void **state)
{
	static const struct {
		const char *text;
		bool match;
	} rows[] = {
		{ "3 0 0 " CERT_HEX, true },
		{ "3 1 0 " SPKI_HEX, true },
		{ "3 0 1 " CERT_SHA256, true },
		{ "3 1 1 " SPKI_SHA256, true },
		{ "2 0 2 " CERT_SHA512, true },
		{ "2 1 2 " SPKI_SHA512, true },
		{ "3 1 1 " CERT_SHA256, false },
		{ "3 0 1 " SPKI_SHA256, false },
		{ "3 0 0 " SPKI_HEX, false },
		{ "3 1 1 " D32, false },
		{ "3 1 1 94188a12", false },
		{ "3 1 1 " SPKI_SHA256 "00", false },
		{ "3 1 2 " SPKI_SHA256, false },
		{ "3 1 3 " SPKI_SHA256, false },
		{ "3 2 1 " SPKI_SHA256, false },
	};
	uint8_t cert[400], spki[200];
	ptrdiff_t cert_len = dp_text_unhex(CERT_HEX, strlen(CERT_HEX), cert, sizeof cert);
	ptrdiff_t spki_len = dp_text_unhex(SPKI_HEX, strlen(SPKI_HEX), spki, sizeof spki);
	struct dp_tlsa record;
	(void)state;

	assert_int_equal(cert_len, 280);
	assert_int_equal(spki_len, 91);
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		assert_null(dp_tlsa_from_text(rows[i].text, &record, arena));
		assert_int_equal(
			dp_tlsa_matches(&record, cert, (size_t)cert_len, spki, (size_t)spki_len),
			rows[i].match);
	}
	/* A certificate whose key cannot be found: selector 1 matches nothing, not even nothing. */
	assert_null(dp_tlsa_from_text("3 1 1 " SPKI_SHA256, &record, arena));
	assert_false(dp_tlsa_matches(&record, cert, (size_t)cert_len, NULL, 0));
	assert_null(dp_tlsa_from_text(
		"3 1 1 e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855", &record,
		arena));
	assert_false(dp_tlsa_matches(&record, cert, (size_t)cert_len, spki, 0));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(from_rdata),
		cmocka_unit_test(from_text),
		cmocka_unit_test(from_bad_text),
		cmocka_unit_test(text_is_cut),
		cmocka_unit_test(classify),
		cmocka_unit_test(matches),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
