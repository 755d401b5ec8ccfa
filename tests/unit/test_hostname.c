/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "dane/hostname.h"

struct row {
	const char *presented;
	const char *reference;
	bool match;
};

static void names(void **state)
{
	static const struct row rows[] = {
		/* RFC 9525 s6.3: compared without regard to case, label by label */
		{ "mx.example.org", "mx.example.org", true },
		{ "MX.Example.ORG", "mx.example.org", true },
		{ "mx.example.org", "example.org", false },
		{ "example.org", "mx.example.org", false },
		{ "mx.example.or", "mx.example.org", false },
		{ "mx.example.organ", "mx.example.org", false },
		{ "xn--bcher-kva.example", "xn--bcher-kva.example", true },
		{ "localhost", "localhost", true },
		{ "", "mx.example.org", false },
		{ "mx.example.org", "", false },
		{ "", "", false },
		/* A dNSName has no final dot (RFC 5280 s4.2.1.6) */
		{ "mx.example.org.", "mx.example.org", false },
		/* Domains of the form ".example.org" are no identifiers here */
		{ ".example.org", "mx.example.org", false },
		{ ".example.org", ".example.org", false },
		{ "*.example.org", ".example.org", false },
	};
	(void)state;

	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
		assert_int_equal(dp_hostname_matches(rows[i].presented, strlen(rows[i].presented),
					 rows[i].reference),
			rows[i].match);
}

static void wildcards(void **state)
{
	static const struct row rows[] = {
		/* RFC 9525 s6.3: only as the complete left-most label, and for exactly one label */
		{ "*.example.org", "mx.example.org", true },
		{ "*.EXAMPLE.org", "mx.example.org", true },
		{ "*.example.org", "example.org", false },
		{ "*.example.org", "a.mx.example.org", false },
		{ "*.example.org", "mx.example.net", false },
		{ "*.example.org", "xn--bcher-kva.example.org", true },
		{ "m*.example.org", "mx.example.org", false },
		{ "*x.example.org", "mx.example.org", false },
		{ "m*x.example.org", "mx.example.org", false },
		{ "f*", "foo", false },
		{ "mx.*.org", "mx.example.org", false },
		{ "*.*.org", "mx.example.org", false },
		{ "**.example.org", "mx.example.org", false },
		{ "*", "localhost", false },
		{ "*", "mx.example.org", false },
		{ "*.", "mx.", false },
		{ "*..org", "mx.example.org", false },
		/* No RFC asks for two labels behind the wildcard. OpenSSL (so Postfix) and GnuTLS
		 * do: they refuse this. */
		{ "*.org", "example.org", true },
		{ "*.org", "mx.example.org", false },
	};
	(void)state;

	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		if (dp_hostname_matches(rows[i].presented, strlen(rows[i].presented),
			    rows[i].reference) != rows[i].match)
			fail_msg("%s %s", rows[i].presented, rows[i].reference);
	}
}

/* A NUL inside: the trick of "mx.example.org\0.attacker.example". */
static void nul_inside(void **state)
{
	(void)state;
	assert_false(dp_hostname_matches("mx.example.org\0.evil", 20, "mx.example.org"));
	assert_false(dp_hostname_matches("mx.example.org\0", 15, "mx.example.org"));
	assert_false(dp_hostname_matches("*.example.org\0", 14, "mx.example.org"));
	assert_false(dp_hostname_matches("\0", 1, "mx.example.org"));
	assert_true(dp_hostname_matches("mx.example.org\0", 14, "mx.example.org"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(names),
		cmocka_unit_test(wildcards),
		cmocka_unit_test(nul_inside),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
