/* SPDX-License-Identifier: Apache-2.0 */
/* resolv.conf(5) as found on real machines; RFC 4007 s11 for zones of link-local addresses. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "net/resolv_conf.h"

#define MAX 4

static const struct {
	const char *text;
	const char *servers; /* as "ADDRESS[%ZONE] " each */
} cases[] = {
	{ "", "" },
	{ "\n\n", "" },
	{ "nameserver 192.0.2.1\n", "192.0.2.1 " },
	{ "nameserver 192.0.2.1", "192.0.2.1 " },
	{ "nameserver\t192.0.2.1\r\nnameserver   2001:db8::1 # why\n", "192.0.2.1 2001:db8::1 " },
	{ "# nameserver 192.0.2.1\n;nameserver 192.0.2.2\n nameserver 192.0.2.3\n", "" },
	{ "domain x\nsearch nameserver 192.0.2.1\noptions edns0 trust-ad\nnameserver 192.0.2.9\n",
		"192.0.2.9 " },
	{ "nameserver\nnameserver \nnameserver192.0.2.1\nnameservers 192.0.2.1\nNAMESERVER 192.0.2.1\n",
		"" },
	{ "nameserver dns.example\nnameserver 192.0.2.256\nnameserver 192.0.2.1:53\n", "" },
	/* RFC 4007 s11: a zone belongs to a link-local address, which is no address without it */
	{ "nameserver fe80::1%eth0\nnameserver febf::1%3\n", "fe80::1%eth0 febf::1%3 " },
	{ "nameserver fe80::1\nnameserver fe80::1%\nnameserver 2001:db8::1%eth0\n", "" },
	{ "nameserver 192.0.2.1%eth0\nnameserver %eth0\n", "" },
	{ "nameserver fe80::1%interface-123456\nnameserver fe80::2%interface-12345\n",
		"fe80::2%interface-12345 " },
	/* more than there is room for */
	{ "nameserver 192.0.2.1\nnameserver 192.0.2.2\nnameserver 192.0.2.3\nnameserver 192.0.2.4\n"
	  "nameserver 192.0.2.5\n",
		"192.0.2.1 192.0.2.2 192.0.2.3 192.0.2.4 " },
};

static void read_all(const char *text, char *out)
{
	struct dp_resolver_server servers[MAX + 1];
	size_t count = dp_resolv_conf_servers(text, strlen(text), servers, MAX);

	out[0] = '\0';
	assert_in_range(count, 0, MAX);
	for (size_t i = 0; i < count; i++) {
		char ip[DP_IP_TEXT_MAX];

		assert_int_equal(servers[i].port, 53);
		strcat(out, dp_ip_format(&servers[i].ip, ip));
		if (servers[i].zone[0] != '\0')
			strcat(strcat(out, "%"), servers[i].zone);
		strcat(out, " ");
	}
}

static void test_servers(void **state)
{
	char out[512];

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		read_all(cases[i].text, out);
		assert_string_equal(out, cases[i].servers);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_servers) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
