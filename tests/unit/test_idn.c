/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <uchar.h>

#include <cmocka.h>

#include "dane/dnswire.h"
#include "dane/punycode.h"

/* RFC 3492 s7.1 (A) to (S), without its mixed-case annotation. */
static void punycode_vectors(void **state)
{
	static const struct {
		const char32_t *points;
		const char *encoded;
	} rows[] = {
		{ U"ليهمابتكلموشعربي؟", "egbpdaj6bu4bxfgehfvwxn" },
		{ U"他们为什么不说中文", "ihqwcrb4cv8a8dqg056pqjye" },
		{ U"他們爲什麽不說中文", "ihqwctvzc91f659drss3x8bo0yb" },
		{ U"Pročprostěnemluvíčesky", "Proprostnemluvesky-uyb24dma41a" },
		{ U"למההםפשוטלאמדבריםעברית", "4dbcagdahymbxekheh6e0a7fei0b" },
		{ U"यहलोगहिन्दीक्योंनहींबोलसकतेहैं", "i1baa7eci9glrd9b2ae1bj0hfcgg6iyaf8o0a1dig0cd" },
		{ U"なぜみんな日本語を話してくれないのか",
			"n8jok5ay5dzabd5bym9f0cm5685rrjetr6pdxa" },
		{ U"세계의모든사람들이한국어를이해한다면얼마나좋을까",
			"989aomsvi5e83db1d2a355cv1e0vak1dwrv93d5xbh15a0dt30a5jpsd879ccm6fea98c" },
		{ U"почемужеонинеговорятпорусски", "b1abfaaepdrnnbgefbadotcwatmq2g4l" },
		{ U"PorquénopuedensimplementehablarenEspañol",
			"PorqunopuedensimplementehablarenEspaol-fmd56a" },
		{ U"TạisaohọkhôngthểchỉnóitiếngViệt",
			"TisaohkhngthchnitingVit-kjcr8268qyxafd2f1b9g" },
		{ U"3年B組金八先生", "3B-ww4c5e180e575a65lsy2b" },
		{ U"安室奈美恵-with-SUPER-MONKEYS", "-with-SUPER-MONKEYS-pc58ag80a8qai00g7n9n" },
		{ U"Hello-Another-Way-それぞれの場所", "Hello-Another-Way--fc4qua05auwb3674vfr0b" },
		{ U"ひとつ屋根の下2", "2-u9tlzr9756bt3uc0v" },
		{ U"MajiでKoiする5秒前", "MajiKoi5-783gue6qz075azm5e" },
		{ U"パフィーdeルンバ", "de-jg4avhby1noc0d" },
		{ U"そのスピードで", "d9juau41awczczp" },
		{ U"-> $1.00 <-", "-> $1.00 <--" },
	};
	(void)state;

	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		uint32_t points[64];
		size_t count = 0;
		char out[128];

		for (; rows[i].points[count] != 0; count++)
			points[count] = rows[i].points[count];
		size_t len = dp_punycode_encode(points, count, out, sizeof out);

		assert_int_equal(len, strlen(rows[i].encoded));
		assert_memory_equal(out, rows[i].encoded, len);
		assert_int_equal(dp_punycode_encode(points, count, out, len - 1), 0);
	}
}

/* RFC 3492 s6.4: overflow must be noticed; what a label can hold does not come near it. */
static void punycode_bounds(void **state)
{
	uint32_t points[64];
	char out[1024];
	(void)state;

	for (size_t i = 0; i < 64; i++)
		points[i] = 0x10ffff;
	assert_true(dp_punycode_encode(points, 64, out, sizeof out) > 0);
	assert_int_equal(dp_punycode_encode(points, 64, out, 10), 0);
	points[0] = UINT32_MAX;
	assert_int_equal(dp_punycode_encode(points, 64, out, sizeof out), 0);
	assert_int_equal(dp_punycode_encode(points, 0, out, sizeof out), 0);
}

static void accepted(void **state)
{
	static const struct {
		const char *typed, *text;
	} rows[] = {
		{ "example.org", "example.org" },
		{ "example.org.", "example.org" },
		{ "EXAMPLE.Org", "example.org" },
		{ "_dmarc.example.org", "_dmarc.example.org" },
		{ "localhost", "localhost" },
		{ "1.2.3.example", "1.2.3.example" },
		{ "a--b.example", "a--b.example" },
		{ "xn--bcher-kva.example", "xn--bcher-kva.example" },
		{ "XN--BCHER-KVA.example", "xn--bcher-kva.example" },
		{ "xn--zz-not-checked.example", "xn--zz-not-checked.example" },
		{ "bücher.example", "xn--bcher-kva.example" },
		{ "Bücher.Example", "xn--bcher-kva.example" },
		{ "straße.example",
			"xn--strae-oqa.example" }, /* RFC 5892: PVALID, not mapped to ss */
		{ "βόλος.example", "xn--nxasmm1c.example" }, /* final sigma is PVALID */
		{ "例え.テスト", "xn--r8jz45g.xn--zckzah" },
		{ "пример.испытание", "xn--e1afmkfd.xn--80akhbyknj4f" },
		{ "उदाहरण.परीक्षा", "xn--p1b6ci4b4b3a.xn--11b5bs3a9aj6g" },
		{ "실례.테스트", "xn--9n2bp8q.xn--9t4b11yi5a" },
		{ "مثال.إختبار", "xn--mgbh0fb.xn--kgbechtv" },
		{ "דוגמה.example", "xn--6dbbec0c.example" },
		{ "ไทย.example", "xn--o3cw4h.example" },
	};
	struct dp_name name;
	const char *why;
	char text[DP_NAME_TEXT_MAX];
	(void)state;

	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		if (!dp_name_from_user(rows[i].typed, &name, &why))
			fail_msg("%s: %s", rows[i].typed, why);
		assert_null(why);
		assert_string_equal(dp_name_text(&name, text), rows[i].text);
	}
}

/* Each is refused, and the sentence holds the words that tell what to type. */
static void refused(void **state)
{
	static const struct {
		const char *typed, *words;
	} rows[] = {
		{ "", "type a domain" }, { ".", "type a domain" }, { "..", "single dots" },
		{ "a..b", "single dots" }, { ".example.org", "single dots" },
		{ "example.org..", "single dots" },
		{ "user@example.org", "type only the domain behind the @" },
		{ "https://example.org/", "type the domain alone" },
		{ "example.org/path", "type the domain alone" },
		{ "example.org:25", "smtp://HOST:PORT" },
		{ "exa mple.org", "type the domain alone" }, { "192.0.2.1", "is an address" },
		{ "2001:db8::1", "is an address" }, { "[192.0.2.1]", "is an address" },
		{ "[IPv6:2001:db8::1]", "is an address" }, { "192.0.2.256", "digits only" },
		{ "example.1", "digits only" }, { "-a.example", "hyphen" },
		{ "a-.example", "hyphen" }, { "a.example-", "hyphen" },
		{ "*.example.org", "type letters" }, { "a\\046b.example", "type letters" },
		{ "a;b.example", "type letters" },
		{ "BÜCHER.example", "lower case" }, /* upper case is DISALLOWED */
		{ "bu\xcc\x88"
		  "cher.example",
			"A-label" }, /* u + U+0308: not NFC */
		{ "\xcc\x88"
		  "a.example",
			"A-label" }, /* begins with a combining mark, RFC 5891 s4.2.3.2 */
		{ "\xe0\xa4\xbf"
		  "a.example",
			"A-label" }, /* begins with a Devanagari vowel sign */
		{ "a\xe2\x80\x8d"
		  "b.example",
			"A-label" }, /* ZWJ: CONTEXTJ */
		{ "a\xc2\xb7"
		  "b.example",
			"A-label" }, /* middle dot: CONTEXTO */
		{ "a\xc2\xad"
		  "b.example",
			"A-label" }, /* soft hyphen */
		{ "a\xe2\x80\xae"
		  "b.example",
			"A-label" }, /* right-to-left override */
		{ "a\xc2\xa0"
		  "b.example",
			"A-label" }, /* no-break space */
		{ "a\xe3\x80\x82"
		  "b.example",
			"A-label" }, /* ideographic full stop is no dot in IDNA2008 */
		{ "\xef\xbc\xa1.example", "A-label" },     /* fullwidth A */
		{ "\xf0\x9f\x98\x80.example", "A-label" }, /* emoji are DISALLOWED */
		{ "\xe2\x93\x90.example", "A-label" },     /* circled letter */
		{ "\xcd\xb8.example", "A-label" },         /* U+0378 is unassigned */
		{ "b\xc3\xbc--x.example",
			"A-label" }, /* hyphens in places 3 and 4, RFC 5891 s4.2.3.1 */
		{ "\xd7\x90z.example", "A-label" }, /* Hebrew and Latin in one label, RFC 5893 s2 */
		{ "1\xd7\x90.example", "A-label" }, /* an RTL label begins with a letter */
		{ "\xe0\xb8\x81\xe0\xb9\x88\xe0\xb8\xb8.example",
			"A-label" }, /* Thai marks in the wrong order */
		{ "-\xc3\xbc.example", "hyphen" }, { "\xc3\xbc-.example", "hyphen" },
		{ "\xc3\xbc_.example", "A-label" }, { "\xff.example", "UTF-8" },
		{ "\xc3.example", "UTF-8" }, { "\xc0\xae.example", "UTF-8" }, /* overlong dot */
		{ "\xed\xa0\x80.example", "UTF-8" },                          /* surrogate */
		{ "\xf4\x90\x80\x80.example", "UTF-8" },                      /* past U+10FFFF */
	};
	struct dp_name name;
	(void)state;

	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		const char *why = NULL;

		if (dp_name_from_user(rows[i].typed, &name, &why))
			fail_msg("%s was accepted", rows[i].typed);
		if (strstr(why, rows[i].words) == NULL)
			fail_msg("%s: %s", rows[i].typed, why);
		assert_null(strchr(why, '\n'));
	}
}

/* RFC 1035 s2.3.4: labels 63 octets, names 255 octets on the wire (253 characters). */
static void lengths(void **state)
{
	struct dp_name name;
	const char *why;
	char text[400];
	(void)state;

	memset(text, 'a', sizeof text);
	memcpy(text + 63, ".org", 5);
	assert_true(dp_name_from_user(text, &name, &why));
	memset(text, 'a', sizeof text);
	memcpy(text + 64, ".org", 5);
	assert_false(dp_name_from_user(text, &name, &why));
	assert_non_null(strstr(why, "63"));

	memset(text, 'a', sizeof text);
	text[63] = text[127] = text[191] = '.';
	text[253] = '\0'; /* 63 + 63 + 63 + 61 and three dots */
	assert_true(dp_name_from_user(text, &name, &why));
	assert_int_equal(name.len, 255);
	text[253] = 'a';
	text[254] = '\0';
	assert_false(dp_name_from_user(text, &name, &why));
	assert_non_null(strstr(why, "253"));

	/* U+00FC 60 times: the A-label is what must fit. */
	text[0] = '\0';
	for (int i = 0; i < 62; i++)
		strcat(text, "\xc3\xbc");
	assert_false(dp_name_from_user(text, &name, &why));
	assert_non_null(strstr(why, "63"));
	for (int i = 0; i < 70; i++)
		strcat(text, "\xc3\xbc");
	assert_false(dp_name_from_user(text, &name, &why));
	assert_non_null(strstr(why, "63"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(punycode_vectors),
		cmocka_unit_test(punycode_bounds),
		cmocka_unit_test(accepted),
		cmocka_unit_test(refused),
		cmocka_unit_test(lengths),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
