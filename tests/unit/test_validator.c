/* SPDX-License-Identifier: Apache-2.0 */
/* The validator's contract that no network is needed for: libunbound answers some names itself, at
 * once, inside the call. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <event2/event.h>

#include "net/validator.h"

struct seen {
	int calls;
	enum dp_lookup_state state;
};

static void note_answer(void *user, struct dp_lookup *lookup)
{
	struct seen *seen = user;

	seen->calls++;
	seen->state = lookup->state;
}

/* Whoever plans by the lookup's state must not see an answer before its question is closed: it
 * would count a server as free that is not. */
static void test_no_answer_before_the_callback(void **state)
{
	struct event_base *base = event_base_new();
	struct dp_arena *arena = dp_arena_open();
	struct dp_validator_config config = { .base = base, .want_v4 = true };
	const char *why = NULL;
	struct dp_validator *validator = dp_validator_open(&config, &why);
	struct dp_lookup lookup = { .type = 12 };
	struct seen seen = { 0 };

	(void)state;
	assert_non_null(validator);
	/* RFC 6303 s4.2: reverse names of private addresses, answered locally. */
	assert_true(dp_name_parse("1.0.0.10.in-addr.arpa", &lookup.name));
	dp_validator_ask(validator, &lookup, 60000, arena, note_answer, &seen);
	assert_int_equal(seen.calls, 0);
	assert_int_equal(lookup.state, DP_LOOKUP_PENDING);
	event_base_loop(base, EVLOOP_ONCE);
	assert_int_equal(seen.calls, 1);
	assert_int_equal(seen.state, DP_LOOKUP_NXDOMAIN);
	assert_int_equal(lookup.state, DP_LOOKUP_NXDOMAIN);
	dp_validator_close(validator);
	dp_arena_close(arena);
	event_base_free(base);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_no_answer_before_the_callback) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
