/* SPDX-License-Identifier: Apache-2.0 */
/* What the answers of the three questions say of a resolver (RFC 8027 s3.1). */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "net/fitness.h"

/* clang-format off */
#define GOOD { DP_LOOKUP_DATA, DP_SECURE, 0, NULL }
#define NO_TYPE { DP_LOOKUP_NODATA, DP_SECURE, 0, NULL }
#define NO_NAME { DP_LOOKUP_NXDOMAIN, DP_SECURE, 3, NULL }
#define SILENT { DP_LOOKUP_TIMEOUT, DP_SECURE, 0, NULL }
#define SERVFAIL { DP_LOOKUP_ERROR, DP_INDETERMINATE, 2, NULL }
/* clang-format on */

struct answer {
	enum dp_lookup_state state;
	enum dp_security security;
	uint8_t rcode;
	const char *why;
};

static const struct {
	struct answer keys, no_type, no_name;
	const char *fault; /* a part of it; NULL: fit */
	bool silent;
} cases[] = {
	{ GOOD, NO_TYPE, NO_NAME, NULL, false },
	{ SILENT, SILENT, SILENT, "no answer", true },
	{ SERVFAIL, NO_TYPE, NO_NAME, "SERVFAIL", false },
	{ { DP_LOOKUP_NODATA, DP_BOGUS, 0, "no signatures" }, NO_TYPE, NO_NAME,
		"without valid signatures", false },
	{ { DP_LOOKUP_DATA, DP_BOGUS, 0, "no signatures" }, NO_TYPE, NO_NAME,
		"without valid signatures", false },
	/* unsigned is not enough: the root is signed */
	{ { DP_LOOKUP_DATA, DP_INSECURE, 0, NULL }, NO_TYPE, NO_NAME, "without valid signatures",
		false },
	{ { DP_LOOKUP_ERROR, DP_BOGUS, 2, "signature expired" }, NO_TYPE, NO_NAME, "clock", false },
	{ { DP_LOOKUP_DATA, DP_BOGUS, 0, "signature before inception date" }, NO_TYPE, NO_NAME,
		"clock", false },
	/* denials: wrong, unproven, of the wrong kind */
	{ GOOD, SERVFAIL, NO_NAME, "a type that the root does not have", false },
	{ GOOD, { DP_LOOKUP_NODATA, DP_BOGUS, 0, NULL }, NO_NAME, "without proof", false },
	{ GOOD, { DP_LOOKUP_NODATA, DP_INSECURE, 0, NULL }, NO_NAME, "without proof", false },
	{ GOOD, { DP_LOOKUP_DATA, DP_SECURE, 0, NULL }, NO_NAME, "without proof", false },
	{ GOOD, NO_TYPE, SERVFAIL, "a name that does not exist", false },
	{ GOOD, NO_TYPE, { DP_LOOKUP_NODATA, DP_SECURE, 0, NULL }, "a name that does not exist",
		false },
	{ GOOD, NO_TYPE, { DP_LOOKUP_ERROR, DP_INDETERMINATE, 4, NULL }, "NOTIMP", false },
	{ GOOD, NO_TYPE, SILENT, "no answer about a name", true },
	{ GOOD, SILENT, NO_NAME, "no answer about a type", true },
};

static void fill(struct dp_lookup *lookup, const struct answer *answer)
{
	lookup->state = answer->state;
	lookup->security = answer->security;
	lookup->message.rcode = answer->rcode;
	lookup->why = answer->why;
}

static void test_faults(void **state)
{
	struct dp_arena *arena = dp_arena_open();

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct dp_fitness fitness = { .open = 0 };
		const char *fault;

		fill(&fitness.keys, &cases[i].keys);
		fill(&fitness.no_type, &cases[i].no_type);
		fill(&fitness.no_name, &cases[i].no_name);
		fault = dp_fitness_fault(&fitness, arena);
		if (cases[i].fault == NULL)
			assert_null(fault);
		else if (fault == NULL || strstr(fault, cases[i].fault) == NULL)
			fail_msg("case %zu: \"%s\" is not in \"%s\"", i, cases[i].fault,
				fault != NULL ? fault : "fit");
		assert_int_equal(dp_fitness_silent(&fitness), cases[i].silent);
	}
	dp_arena_close(arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_faults) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
