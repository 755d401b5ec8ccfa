/* SPDX-License-Identifier: Apache-2.0 */
/*
 * --all-nameservers in the written world (world.c): who is asked what, and what is said of it.
 * Lines that begin with "@ADDRESS" are what that server alone answers; "*" is any name or type,
 * "unrouted" a server that this machine cannot reach. Where a server has no line, it answers as all
 * do.
 */
#include "world.c"

#include "dane/nameservers.h"

struct ns_case {
	struct world_case world;
	const char *said[4]; /* passages of the findings' causes, "!" if absent */
	bool off;            /* the option is not given */
};

/* --- what one server answers --- */

static void add_soa(struct dp_lookup *lookup, const char *serial)
{
	uint8_t rdata[22] = { 0 };

	rdata[5] = (uint8_t)atoi(serial);
	add_rr(lookup, rdata, sizeof(rdata));
}

/* The types that the world does not know otherwise. */
static void answer_zone(const char *dns, struct dp_lookup *lookup)
{
	char key[DP_NAME_TEXT_MAX], words[WORDS][128];
	const char *type = dp_type_text(lookup->type, arena);

	dp_name_text(&lookup->name, key);
	lookup->message.rr_count = 0;
	for (const char *line = dns; line != NULL; line = strchr(line, '\n')) {
		size_t count;

		line += *line == '\n' ? 1 : 0;
		count = split(line, words);
		if (count < 5 || strcmp(words[0], key) != 0 || strcmp(words[1], type) != 0)
			continue;
		if (lookup->type == DP_TYPE_NS)
			add_ns(lookup, words[4]);
		else
			add_soa(lookup, words[4]);
	}
}

/* The lines of that server for this question, without its address. */
static const char *own_lines(const char *dns, const char *at, const struct dp_lookup *lookup)
{
	char key[DP_NAME_TEXT_MAX], words[WORDS][128];
	const char *type = dp_type_text(lookup->type, arena);
	struct dp_buf out;

	dp_buf_init(&out, arena);
	dp_name_text(&lookup->name, key);
	for (const char *line = dns; line != NULL; line = strchr(line, '\n')) {
		size_t count;

		line += *line == '\n' ? 1 : 0;
		count = split(line, words);
		if (count < 5 || strcmp(words[0], at) != 0 ||
			(strcmp(words[1], "*") != 0 && strcmp(words[1], key) != 0) ||
			(strcmp(words[2], "*") != 0 && strcmp(words[2], type) != 0))
			continue;
		dp_buf_printf(&out, "%s %s", key, type);
		for (size_t i = 3; i < count; i++)
			dp_buf_printf(&out, " %s", words[i]);
		dp_buf_char(&out, '\n');
	}
	return out.len > 0 ? out.data : dns;
}

static void ask_nameserver(const struct world_case *c, const struct dp_task *task)
{
	struct dp_lookup *lookup = task->lookup;
	struct world_case own = *c;
	char ip[DP_IP_TEXT_MAX], key[DP_NAME_TEXT_MAX];
	const char *at = "";

	if (task->zone != NULL) {
		at = dp_arena_printf(arena, "@%s", dp_ip_format(&task->ip, ip));
		own.dns = own_lines(c->dns, at, lookup);
		assert_true(dp_name_below(&lookup->name, task->zone));
	}
	ask(&own, &(struct dp_task){ .lookup = lookup });
	if (lookup->type == DP_TYPE_NS || lookup->type == DP_TYPE_SOA)
		answer_zone(own.dns, lookup);
	dp_name_text(&lookup->name, key);
	snprintf(asked + strlen(asked), sizeof(asked) - strlen(asked), " %s%s/%s ", key, at,
		dp_type_text(lookup->type, arena));
	if (own.dns != c->dns && strstr(own.dns, " unrouted") != NULL) {
		lookup->state = DP_LOOKUP_CANCELLED;
		lookup->why = "this machine has no IPv6 route to it";
	}
}

/* --- one case --- */

static struct dp_facts *run_all(const struct ns_case *c)
{
	struct dp_target target = { .text = c->world.target,
		.protocol = "smtp",
		.port = 25,
		.want_v4 = true,
		.want_v6 = true,
		.cert_warning_s = -1,
		.rrsig_warning_s = -1,
		.all_nameservers = !c->off };
	struct dp_task tasks[3];
	struct dp_facts *facts;
	size_t count, rounds = 0;

	target.is_domain = strncmp(c->world.target, "smtp:", 5) != 0;
	assert_true(dp_name_parse(c->world.target + (target.is_domain ? 0 : 5), &target.name));
	facts = dp_facts_new(&target, arena);
	facts->resolver_mode = "recursive";
	asked[0] = '\0';
	while ((count = dp_policy_next(facts, NOW, tasks, 3)) > 0) {
		for (size_t i = 0; i < count; i++) {
			if (tasks[i].kind == DP_TASK_LOOKUP)
				ask(&c->world, &(struct dp_task){ .lookup = tasks[i].lookup });
			else if (tasks[i].kind == DP_TASK_NAMESERVER)
				ask_nameserver(&c->world, &tasks[i]);
			else
				probe(&c->world, &tasks[i]);
		}
		assert_true(++rounds < 1000);
	}
	assert_false(dp_policy_pending(facts));
	return facts;
}

static bool was_asked(const struct dp_verdict *verdict, const char *what)
{
	(void)verdict;
	return strstr(asked, dp_arena_printf(arena, " %s ", what)) != NULL;
}

static bool says(const struct dp_verdict *verdict, const char *passage)
{
	bool absent = passage[0] == '!';

	for (size_t i = 0; i < verdict->finding_count; i++) {
		assert_null(strchr(verdict->findings[i].cause, '?'));
		if (strstr(verdict->findings[i].cause, passage + (absent ? 1 : 0)) != NULL)
			return !absent;
	}
	return absent;
}

static void check(const struct ns_case *c)
{
	const struct dp_verdict *verdict;
	bool good;

	arena = dp_arena_open();
	verdict = dp_policy_judge(run_all(c), NOW);
	good = verdict->outcome == c->world.outcome && expected(c->world.codes, found, verdict) &&
		expected(c->world.asked, was_asked, verdict);
	for (size_t i = 0; i < 4 && c->said[i] != NULL; i++) {
		if (says(verdict, c->said[i]))
			continue;
		print_message("not said: %s\n", c->said[i]);
		good = false;
	}
	if (!good) {
		show(&c->world, verdict);
		print_message("asked:%s\n", asked);
	}
	assert_true(good);
	dp_arena_close(arena);
}

#include "nameserver_cases.inc"

static void test_cases(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		check(&cases[i]);
}

/* Only a few servers at once, all questions to one together; the next when one is done. */
static void test_few_at_once(void **state)
{
	struct dp_task tasks[64];
	struct dp_target target = {
		.protocol = "smtp", .port = 25, .want_v4 = true, .all_nameservers = true
	};
	struct world_case c = { .dns = NULL };
	struct dp_buf dns;
	struct dp_facts *facts;
	struct dp_lookup *last = NULL;
	size_t count;

	(void)state;
	(void)run;
	arena = dp_arena_open();
	dp_buf_init(&dns, arena);
	dp_buf_printf(&dns, "%s", "mx.example.org A secure data 192.0.2.1\n");
	for (int i = 1; i <= 8; i++)
		dp_buf_printf(&dns,
			"example.org NS secure data ns%d.example.org\n"
			"ns%d.example.org A secure data 192.0.2.%d\n",
			i, i, 50 + i);
	c.dns = dns.data;
	assert_true(dp_name_parse("mx.example.org", &target.name));
	facts = dp_facts_new(&target, arena);
	facts->resolver_mode = "recursive";
	while ((count = dp_policy_next(facts, NOW, tasks, 64)) > 0) {
		if (tasks[0].kind == DP_TASK_NAMESERVER && tasks[0].zone != NULL)
			break;
		for (size_t i = 0; i < count; i++)
			(tasks[i].kind == DP_TASK_LOOKUP)
				? ask(&c, &(struct dp_task){ .lookup = tasks[i].lookup })
				: ask_nameserver(&c, &tasks[i]);
	}
	/* A, AAAA and TLSA of the host, SOA of the zone: to DP_NS_AT_ONCE of the eight servers */
	assert_int_equal(count, 4 * DP_NS_AT_ONCE);
	assert_int_equal(dp_policy_next(facts, NOW, tasks + count, 64 - count), 0);
	assert_true(dp_policy_pending(facts));
	for (size_t i = 0; i < count; i++) {
		if (tasks[i].ip.bytes[3] == 52)
			ask_nameserver(&c, &tasks[i]);
		else if (tasks[i].ip.bytes[3] == 53)
			last = tasks[i].lookup;
	}
	assert_int_equal(dp_policy_next(facts, NOW, tasks, 64), 4);
	assert_int_equal(tasks[0].ip.bytes[3], 55);
	assert_non_null(last);
	dp_arena_close(arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_cases),
		cmocka_unit_test(test_few_at_once),
	};

	return cmocka_run_group_tests_name("nameservers", tests, NULL, NULL);
}
