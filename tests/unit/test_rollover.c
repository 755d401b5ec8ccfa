/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The plan of a rollover in the written world (world.c): what it says of each state, which steps
 * with which times, and the very lines to publish and remove. Cases: rollover_cases.inc.
 */
#include "world.c"

#include "dane/known_ca.h"
#include "dane/rollover.h"
#include "report/plan.h"

/* In the place of the table that the build makes; R13 has the key of tests/cases/explain. */
const struct dp_known_ca dp_known_ca_table[] = {
	/* clang-format off */
	{ "R13", "ISRG Root X1", "RSA-2048", "2024-03-13", "2027-03-12", "",
		.spki_sha256 = { 0xc3, 0xd8, 0xfc, 0xca, 0x08, 0x28, 0x4c, 0x3a, 0x1d, 0x0c, 0x9a, 0x94, 0x73, 0x86, 0xda, 0xa0, 0x63, 0x20, 0x3c, 0x3c, 0xfe, 0xf9, 0xed, 0xe5, 0x53, 0xfd, 0xd1, 0x1c, 0x17, 0x39, 0x06, 0x7c } },
	{ "R14", "ISRG Root X1", "RSA-2048", "2024-03-13", "2027-03-12", "",
		.spki_sha256 = { 0xf1, 0x64, 0x7a, 0x5e, 0xe3, 0xef, 0xac, 0x54, 0xc8, 0x92, 0xe9, 0x30, 0x58, 0x4f, 0xe4, 0x79, 0x79, 0xb7, 0xac, 0xd1, 0xc7, 0x6c, 0x12, 0x71, 0xbc, 0xa1, 0xc5, 0x07, 0x6d, 0x86, 0x98, 0x88 } },
	/* clang-format on */
};
const size_t dp_known_ca_count = sizeof dp_known_ca_table / sizeof dp_known_ca_table[0];

struct rollover_case {
	const char *name, *dns, *servers;
	const char *fresh; /* "@NAME": a chain of tests/cases; "key:@NAME": its first key alone */
	int since;         /* so many seconds ago; -1: not known */
	enum dp_rollover_outcome outcome;
	const char *states; /* "STATE/SCHEME" of each host */
	const char *steps;  /* "KIND=SECONDS" of each step; " | " between groups */
	const char *lines; /* "KIND U S M @NAME:N", a whole zone line behind the kind, one a line */
	const char *codes; /* of notes; "!code" must not be there */
	bool servers_too;  /* --all-nameservers */
	/* "any": --key-types any; "v4": -4; "imaps": of imaps://mx.example.org; "roots": the same
	 * with --pkix-roots, the root of @r13 */
	const char *how;
};

#include "rollover_cases.inc"

static struct dp_rollover_new read_new(const char *word, struct dp_chain *chain)
{
	bool key = strncmp(word, "key:", 4) == 0;

	read_chain(word + (key ? 5 : 1), chain);
	return (struct dp_rollover_new){ .name = "fullchain.pem",
		.chain = key ? NULL : chain,
		.spki = chain->certs[0].spki,
		.spki_len = chain->certs[0].spki_len };
}

/* What is asked with FILE fresh, nothing else being told. */
static struct dp_rollover_input input_of(
	const struct dp_facts *facts, const char *fresh, struct dp_chain *chain)
{
	return (struct dp_rollover_input){ .facts = facts,
		.verdict = dp_policy_judge(facts, NOW),
		.next = read_new(fresh, chain),
		.clock_utc_s = NOW,
		.now_utc_s = NOW,
		.since_utc_s = DP_TIME_NONE };
}

static bool is_how(const struct rollover_case *c, const char *word)
{
	return c->how != NULL && strcmp(c->how, word) == 0;
}

static bool is_imaps(const struct rollover_case *c)
{
	return is_how(c, "imaps") || is_how(c, "roots");
}

static struct dp_rollover *plan_of(const struct rollover_case *c, struct dp_facts **facts)
{
	const struct world_case world = { .target = is_imaps(c) ? "imaps:mx.example.org"
								: "example.org",
		.dns = c->dns,
		.servers = c->servers };
	struct dp_chain *chain = dp_arena_alloc(arena, sizeof *chain);
	struct dp_rollover_input input;

	planning = true;
	pkix_roots = (struct dp_chain){ 0 };
	if (is_how(c, "roots")) {
		struct dp_chain *all = dp_arena_alloc(arena, sizeof *all);

		read_chain("r13-root", all);
		pkix_roots = (struct dp_chain){ .certs = &all->certs[all->count - 1], .count = 1 };
	}
	all_nameservers = c->servers_too;
	v4_only = is_how(c, "v4");
	key_types = is_how(c, "any") ? DP_KEY_TYPES_ANY : DP_KEY_TYPES_AUTO;
	*facts = run(&world);
	input = input_of(*facts, c->fresh, chain);
	input.since_utc_s = c->since < 0 ? DP_TIME_NONE : NOW - c->since;
	return dp_rollover_plan(&input);
}

static void same(const char *name, const char *what, const char *got, const char *want)
{
	if (strcmp(got, want) != 0)
		fail_msg("%s: %s is\n%s\nnot\n%s", name, what, got, want);
}

static const char *states_of(const struct dp_facts *facts, const struct dp_rollover *plan)
{
	struct dp_buf out;

	dp_buf_init(&out, arena);
	for (size_t i = 0; i < facts->host_count; i++)
		dp_buf_printf(&out, "%s%s/%s", i > 0 ? " " : "",
			dp_rollover_state_word(plan->hosts[i].state),
			dp_rollover_scheme_word(plan->hosts[i].scheme));
	return out.data;
}

static const char *steps_of(const struct dp_rollover *plan)
{
	struct dp_buf out;

	dp_buf_init(&out, arena);
	for (size_t g = 0; g < plan->group_count; g++) {
		if (g > 0)
			dp_buf_text(&out, " |");
		for (size_t i = 0; i < plan->groups[g].step_count; i++) {
			const struct dp_rollover_step *step = &plan->groups[g].steps[i];

			dp_buf_printf(&out, "%s%s=%lld", out.len > 0 ? " " : "",
				dp_rollover_step_word(step->kind),
				(long long)(step->earliest_utc_s - NOW));
			assert_true(step->what[0] != '\0');
		}
	}
	return out.data;
}

static const char *lines_of(const struct dp_rollover *plan)
{
	struct dp_buf out;

	dp_buf_init(&out, arena);
	for (size_t g = 0; g < plan->group_count; g++) {
		for (size_t i = 0; i < plan->groups[g].step_count; i++) {
			const struct dp_rollover_step *step = &plan->groups[g].steps[i];

			for (size_t k = 0; k < step->line_count; k++)
				dp_buf_printf(&out, "%s %s\n", dp_rollover_step_word(step->kind),
					step->lines[k]);
		}
	}
	return out.data;
}

/* "3 1 1 @NAME:0" in a line becomes the record, "KIND 3 1 1 ..." the line at mx.example.org. */
static const char *expanded(const struct rollover_case *c, const struct dp_rollover *plan)
{
	struct dp_buf out;

	dp_buf_init(&out, arena);
	for (const char *line = c->lines; *line != '\0'; line += strcspn(line, "\n") + 1) {
		char words[WORDS][128];
		size_t count = split(line, words), last = count - 1;
		uint8_t data[4096];
		size_t len;
		const char *ttl = plan->hosts[0].ttl_known
			? dp_arena_printf(arena, " %u", (unsigned)plan->hosts[0].ttl_s)
			: "";

		dp_buf_text(&out, words[0]);
		if (count == 5)
			dp_buf_printf(&out, " _%d._tcp.mx.example.org.%s IN TLSA",
				is_imaps(c) ? 993 : 25, ttl);
		for (size_t i = 1; i < last; i++)
			dp_buf_printf(&out, " %s", words[i]);
		if (words[last][0] == '@') {
			len = put_from_chain(words[last] + 1, (uint8_t)atoi(words[last - 2]),
				(uint8_t)atoi(words[last - 1]), data);
			dp_buf_printf(&out, " %s\n", dp_text_hex(arena, data, len));
		} else {
			dp_buf_printf(&out, " %s\n", words[last]);
		}
	}
	return out.data;
}

static const struct dp_rollover *looked_at;

static bool noted(const struct dp_verdict *verdict, const char *code)
{
	(void)verdict;
	for (size_t i = 0; i < looked_at->note_count; i++) {
		if (strcmp(looked_at->notes[i].code, code) == 0)
			return true;
	}
	return false;
}

static void check_codes(const struct rollover_case *c, const struct dp_rollover *plan)
{
	looked_at = plan;
	if (!expected(c->codes, noted, NULL))
		fail_msg("%s: its notes", c->name);
}

/* tests/golden/plan; UPDATE_GOLDEN=1 writes them anew: then read them as an operator would. */
static void assert_golden(const char *name, const struct dp_buf *text)
{
	static char golden[65536];
	bool update = getenv("UPDATE_GOLDEN") != NULL;
	char path[200];
	size_t len = 0;

	snprintf(path, sizeof path, "tests/golden/plan/%s", name);
	FILE *file = fopen(path, update ? "wb" : "rb");

	if (file == NULL)
		fail_msg("no %s; run from the root of the repository, or make it with "
			 "UPDATE_GOLDEN=1",
			path);
	if (update)
		assert_int_equal(fwrite(text->data, 1, text->len, file), text->len);
	else
		len = fread(golden, 1, sizeof golden, file);
	fclose(file);
	if (!update && (len != text->len || memcmp(golden, text->data, len) != 0))
		fail_msg("%s differs; it is now:\n%s", path, text->data);
}

static bool is_golden(const char *name)
{
	static const char *const names[] = { "prepare", "waiting", "since-enough", "broken",
		"root-missing", "both-change", "pair", "secondary", "first", "wildcard",
		"two-equal", "two-differ", "unseen", "mx-timeout" };

	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
		if (strcmp(names[i], name) == 0)
			return true;
	}
	return false;
}

/* Both reports take every plan: nothing is missing in a sentence. */
static void check_reports(
	const struct rollover_case *c, const struct dp_facts *facts, const struct dp_rollover *plan)
{
	const struct dp_report_options options = { .exit_status = dp_rollover_exit(plan) };
	struct dp_buf text, json;

	dp_buf_init(&text, arena);
	dp_buf_init(&json, arena);
	dp_plan_text(&text, facts, plan, &options);
	dp_plan_json(&json, facts, plan, &options);
	assert_true(json.len > 0 && json.data[json.len - 1] == '\n');
	if (strstr(text.data, "(null)") != NULL || strstr(text.data, "?") != NULL)
		fail_msg("%s: %s", c->name, text.data);
	/* The commands that are to be typed judge as this one does. */
	if (is_how(c, "roots") &&
		strstr(text.data, "check --pkix-roots roots.pem 'imaps:mx.example.org'") == NULL &&
		strstr(text.data, "check --pkix-roots roots.pem imaps:mx.example.org") == NULL)
		fail_msg("%s: %s", c->name, text.data);
	if (!is_golden(c->name))
		return;
	assert_golden(dp_arena_printf(arena, "%s.txt", c->name), &text);
	assert_golden(dp_arena_printf(arena, "%s.json", c->name), &json);
}

static void test_cases(void **state)
{
	const struct rollover_case *c = *state;
	struct dp_facts *facts;
	struct dp_rollover *plan;

	arena = dp_arena_open();
	plan = plan_of(c, &facts);
	same(c->name, "the states", states_of(facts, plan), c->states);
	same(c->name, "the verdict", dp_rollover_outcome_word(plan->outcome),
		dp_rollover_outcome_word(c->outcome));
	same(c->name, "the steps", steps_of(plan), c->steps);
	same(c->name, "the lines", lines_of(plan), expanded(c, plan));
	check_codes(c, plan);
	check_reports(c, facts, plan);
	dp_arena_close(arena);
}

/* The run ended early: what is not known is not safe. */
static void test_expired(void **state)
{
	struct rollover_case c = cases[0];
	struct dp_facts *facts;
	struct dp_rollover *plan;
	struct dp_rollover_input input;
	struct dp_chain chain;

	(void)state;
	arena = dp_arena_open();
	c.fresh = "@r13-reissued";
	plan = plan_of(&c, &facts);
	assert_int_equal(plan->outcome, DP_ROLLOVER_SAFE);
	facts->host_dropped = 1; /* of more hosts than are looked at */
	input = input_of(facts, c.fresh, &chain);
	plan = dp_rollover_plan(&input);
	assert_int_equal(plan->outcome, DP_ROLLOVER_UNDETERMINED);
	facts->host_dropped = 0;
	facts->expired = true;
	plan = dp_rollover_plan(&input);
	assert_int_equal(plan->outcome, DP_ROLLOVER_UNDETERMINED);
	assert_int_equal(dp_rollover_exit(plan), 3);
	dp_arena_close(arena);
}

/* Signatures of the records that end before the plan does: HOUR's, in 38 days. */
static void test_signature_ends(void **state)
{
	struct rollover_case c = cases[0];
	struct dp_facts *facts;
	struct dp_rollover_input input;
	struct dp_chain chain;

	(void)state;
	arena = dp_arena_open();
	looked_at = plan_of(&c, &facts);
	assert_false(noted(NULL, "rrsig-expires-soon"));
	facts->target.rrsig_warning_s = 40 * 86400;
	input = input_of(facts, c.fresh, &chain);
	looked_at = dp_rollover_plan(&input);
	assert_true(noted(NULL, "rrsig-expires-soon"));
	dp_arena_close(arena);
}

/* A file whose name a shell would split is quoted in what is to be typed. */
static void test_quoted(void **state)
{
	struct rollover_case c = cases[1];
	struct dp_facts *facts;
	struct dp_rollover_input input;
	struct dp_chain chain;

	(void)state;
	arena = dp_arena_open();
	plan_of(&c, &facts);
	input = input_of(facts, c.fresh, &chain);
	input.next.name = "my chain.pem";
	assert_non_null(strstr(dp_rollover_plan(&input)->groups[0].steps[0].command,
		"--new 'my chain.pem' example.org"));
	facts->target.port = 465;
	assert_non_null(strstr(dp_rollover_plan(&input)->groups[0].steps[0].command,
		"--new 'my chain.pem' --port 465 example.org"));
	assert_string_equal(dp_rollover_plan(&input)->groups[0].steps[2].command,
		"daneprobe check --port 465 example.org");
	facts->target.is_domain = false;
	facts->target.next_hop = facts->target.name;
	assert_string_equal(dp_rollover_plan(&input)->groups[0].steps[2].command,
		"daneprobe check --next-hop example.org example.org");
	dp_arena_close(arena);
}

/* RFC 7671 s5.1 lets usage 3 pass it by, not so the CA's next renewal. */
static void test_ends_soon(void **state)
{
	struct rollover_case c = cases[0];
	struct dp_facts *facts;
	struct dp_rollover_input input;
	struct dp_chain chain;

	(void)state;
	arena = dp_arena_open();
	plan_of(&c, &facts);
	input = input_of(facts, "@r13-reissued", &chain);
	input.now_utc_s = dp_text_time_parse("2058-12-31T22:00:00Z"); /* it ends on 2059-01-01 */
	looked_at = dp_rollover_plan(&input);
	assert_true(noted(NULL, "expires"));
	input.now_utc_s--;
	looked_at = dp_rollover_plan(&input);
	assert_false(noted(NULL, "expires"));
	facts->target.cert_warning_s = 40 * 86400;
	input.now_utc_s -= 39 * 86400;
	looked_at = dp_rollover_plan(&input);
	assert_true(noted(NULL, "expires"));
	input.now_utc_s -= 2 * 86400;
	looked_at = dp_rollover_plan(&input);
	assert_false(noted(NULL, "expires"));
	assert_false(noted(NULL, "not-yet-valid"));
	input.now_utc_s = dp_text_time_parse("2000-01-01");
	looked_at = dp_rollover_plan(&input);
	assert_true(noted(NULL, "not-yet-valid"));
	dp_arena_close(arena);
}

static void test_exit(void **state)
{
	(void)state;
	(void)show; /* of world.c, for tests of the judge */
	(void)found;
	assert_int_equal(dp_rollover_exit(&(struct dp_rollover){ .outcome = DP_ROLLOVER_SAFE }), 0);
	assert_int_equal(
		dp_rollover_exit(&(struct dp_rollover){ .outcome = DP_ROLLOVER_UNSAFE }), 2);
}

int main(void)
{
	enum { COUNT = sizeof cases / sizeof cases[0] };
	struct CMUnitTest tests[COUNT + 5];

	for (size_t i = 0; i < COUNT; i++)
		tests[i] = (struct CMUnitTest){ cases[i].name, test_cases, NULL, NULL,
			(void *)(uintptr_t)&cases[i] };
	tests[COUNT] = (struct CMUnitTest)cmocka_unit_test(test_expired);
	tests[COUNT + 3] = (struct CMUnitTest)cmocka_unit_test(test_signature_ends);
	tests[COUNT + 4] = (struct CMUnitTest)cmocka_unit_test(test_quoted);
	tests[COUNT + 2] = (struct CMUnitTest)cmocka_unit_test(test_ends_soon);
	tests[COUNT + 1] = (struct CMUnitTest)cmocka_unit_test(test_exit);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
