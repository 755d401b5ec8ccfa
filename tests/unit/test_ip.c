/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/ip.h"

/* What is written, and its canonical form. */
static const struct {
	const char *text, *canonical;
} good[] = {
	/* RFC 4291 s2.2 */
	{ "ABCD:EF01:2345:6789:ABCD:EF01:2345:6789", "abcd:ef01:2345:6789:abcd:ef01:2345:6789" },
	{ "2001:DB8:0:0:8:800:200C:417A", "2001:db8::8:800:200c:417a" },
	{ "2001:DB8::8:800:200C:417A", "2001:db8::8:800:200c:417a" },
	{ "FF01:0:0:0:0:0:0:101", "ff01::101" },
	{ "FF01::101", "ff01::101" },
	{ "0:0:0:0:0:0:0:1", "::1" },
	{ "::1", "::1" },
	{ "0:0:0:0:0:0:0:0", "::" },
	{ "::", "::" },
	{ "0:0:0:0:0:0:13.1.68.3", "::d01:4403" },
	{ "::13.1.68.3", "::d01:4403" },
	{ "0:0:0:0:0:FFFF:129.144.52.38", "::ffff:129.144.52.38" },
	{ "::FFFF:129.144.52.38", "::ffff:129.144.52.38" },
	/* RFC 5952 s1 to s5 */
	{ "2001:db8:0:0:1:0:0:1", "2001:db8::1:0:0:1" },
	{ "2001:0db8:0:0:1:0:0:1", "2001:db8::1:0:0:1" },
	{ "2001:db8:0000:0:1::1", "2001:db8::1:0:0:1" },
	{ "2001:DB8:0:0:1::1", "2001:db8::1:0:0:1" },
	{ "2001:0db8::0001", "2001:db8::1" },
	{ "2001:db8:0:0:0:0:2:1", "2001:db8::2:1" },
	{ "2001:db8::1:1:1:1:1", "2001:db8:0:1:1:1:1:1" },
	{ "2001:db8:0:1:1:1:1:1", "2001:db8:0:1:1:1:1:1" },
	{ "2001:0:0:1:0:0:0:1", "2001:0:0:1::1" },
	{ "2001:db8:0:0:1:0:0:1", "2001:db8::1:0:0:1" },
	{ "2001:db8:aaaa:bbbb:cccc:dddd:eeee:AAAA", "2001:db8:aaaa:bbbb:cccc:dddd:eeee:aaaa" },
	{ "1:2:3:4:5:6:7::", "1:2:3:4:5:6:7:0" },
	{ "::2:3:4:5:6:7:8", "0:2:3:4:5:6:7:8" },
	{ "1:2:3:4:5:6:192.0.2.33", "1:2:3:4:5:6:c000:221" },
	{ "1::", "1::" },
	{ "192.0.2.1", "192.0.2.1" },
	{ "0.0.0.0", "0.0.0.0" },
	{ "255.255.255.255", "255.255.255.255" },
};

static const char *const bad[] = {
	"",
	" ",
	"1",
	"1.2.3",
	"1.2.3.4.",
	".1.2.3.4",
	"1.2.3.4.5",
	"1..2.3",
	"1.2.3.256",
	"1.2.3.1000",
	"01.2.3.4",
	"1.2.3.04",
	"1.2.3.-4",
	"1.2.3.4 ",
	"0x1.2.3.4",
	":",
	":::",
	"1:",
	":1",
	"1:2:3:4:5:6:7",
	"1:2:3:4:5:6:7:8:9",
	"1:2:3:4:5:6:7:8::",
	"::1:2:3:4:5:6:7:8",
	"1::2::3",
	"12345::",
	"g::",
	"::1.2.3",
	"::1.2.3.4:5",
	"1:2:3:4:5:6:7:1.2.3.4",
	"::01.2.3.4",
	"[::1]",
	"fe80::1%eth0",
	"::1/64",
	"1:2:3:4::5:6:7:8",
};

static void parses_and_formats(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof good / sizeof good[0]; i++) {
		char out[DP_IP_TEXT_MAX];
		struct dp_ip ip, again;

		if (!dp_ip_parse(good[i].text, strlen(good[i].text), &ip))
			fail_msg("not taken: %s", good[i].text);
		assert_int_equal(ip.family, strchr(good[i].text, ':') != NULL ? 6 : 4);
		assert_string_equal(dp_ip_format(&ip, out), good[i].canonical);
		assert_true(dp_ip_parse(out, strlen(out), &again));
		assert_true(dp_ip_equal(&ip, &again));
	}
}

static void refuses(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
		struct dp_ip ip = { 4, { 1, 2, 3, 4 } }, before = ip;

		if (dp_ip_parse(bad[i], strlen(bad[i]), &ip))
			fail_msg("taken: %s", bad[i]);
		assert_true(dp_ip_equal(&ip, &before));
	}
}

static void only_len_bytes_count(void **state)
{
	struct dp_ip ip;
	char out[DP_IP_TEXT_MAX];

	(void)state;
	assert_true(dp_ip_parse("192.0.2.123", 10, &ip));
	assert_string_equal(dp_ip_format(&ip, out), "192.0.2.12");
	assert_false(dp_ip_parse("192.0.2.1\0", 10, &ip));
	assert_true(dp_ip_parse("2001:db8::12", 11, &ip));
	assert_string_equal(dp_ip_format(&ip, out), "2001:db8::1");
}

static void the_longest_text_fits(void **state)
{
	struct dp_ip ip = { .family = 6 };
	char out[DP_IP_TEXT_MAX];

	(void)state;
	memset(ip.bytes, 0xff, sizeof ip.bytes);
	assert_int_equal(strlen(dp_ip_format(&ip, out)), 39);
	assert_true(dp_ip_parse("::ffff:255.255.255.255", 22, &ip));
	assert_string_equal(dp_ip_format(&ip, out), "::ffff:255.255.255.255");
}

static void equality_is_of_family_and_bytes(void **state)
{
	struct dp_ip v4, mapped;

	(void)state;
	assert_true(dp_ip_parse("192.0.2.1", 9, &v4));
	assert_true(dp_ip_parse("::ffff:192.0.2.1", 16, &mapped));
	assert_false(dp_ip_equal(&v4, &mapped));
	assert_true(dp_ip_equal(&v4, &v4));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(parses_and_formats),
		cmocka_unit_test(refuses),
		cmocka_unit_test(only_len_bytes_count),
		cmocka_unit_test(the_longest_text_fits),
		cmocka_unit_test(equality_is_of_family_and_bytes),
	};

	return cmocka_run_group_tests_name("ip", tests, NULL, NULL);
}
