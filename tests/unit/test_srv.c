/* SPDX-License-Identifier: Apache-2.0 */
/* Services that SRV records locate (RFC 7673), and usages 0 and 1, in the small written world of
 * world.c; the cases stand in srv_cases.inc. */
#include "world.c"

#include "srv_cases.inc"

#define PKIX_NOW "2040-06-01T12:00:00Z" /* of tests/cases/chain */
#define ROOT_AT 2                       /* where pkix-usages.case has its root */

static bool was_asked(const struct dp_verdict *verdict, const char *what)
{
	char key[160];

	(void)verdict;
	snprintf(key, sizeof(key), " %s ", what);
	return strstr(asked, key) != NULL;
}

/* Said of a service, no sentence speaks of mail. */
static bool texts_fit(const struct world_case *c, const struct dp_verdict *verdict)
{
	static const char *const foreign[] = { "?", "mail", "sender", "Sender", "MX host", "SMTP" };

	for (size_t i = 0; i < verdict->finding_count; i++) {
		const struct dp_finding *finding = &verdict->findings[i];
		const char *text = dp_arena_printf(
			arena, "%s %s %s", finding->cause, finding->consequence, finding->remedy);

		for (size_t k = 0; k < sizeof(foreign) / sizeof(foreign[0]); k++) {
			if (strncmp(c->target, "smtp:", 5) == 0 || strstr(text, foreign[k]) == NULL)
				continue;
			print_message("\"%s\" in: %s\n", foreign[k], text);
			return false;
		}
	}
	return true;
}

static void check(const struct world_case *c)
{
	const struct dp_verdict *verdict = dp_policy_judge(run(c), now_utc_s);
	bool good = verdict->outcome == c->outcome && expected(c->codes, found, verdict) &&
		expected(c->asked, was_asked, verdict) && texts_fit(c, verdict);

	if (!good) {
		show(c, verdict);
		print_message("asked:%s\n", asked);
	}
	assert_true(good);
}

static void test_services(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		arena = dp_arena_open();
		check(&cases[i]);
		dp_arena_close(arena);
	}
}

static void test_roots(void **state)
{
	struct dp_chain all;

	(void)state;
	now_utc_s = dp_text_time_parse(PKIX_NOW);
	for (size_t i = 0; i < sizeof(rooted_cases) / sizeof(rooted_cases[0]); i++) {
		arena = dp_arena_open();
		read_chain("pkix-usages", &all);
		pkix_roots = (struct dp_chain){ .certs = &all.certs[ROOT_AT], .count = 1 };
		check(&rooted_cases[i]);
		pkix_roots.count = 0;
		pkix_roots.certs = NULL;
		dp_chain_close(&all);
		dp_arena_close(arena);
	}
	now_utc_s = NOW;
}

/* RFC 2782: the lowest priority first; of equal ones, those of more weight are chosen more often.
 */
static void test_order(void **state)
{
	static const struct world_case order = { .name = "order",
		.target = SERVICE,
		.dns = "_imaps._tcp.example.org SRV secure data 20 9 993 c.example.net\n"
		       "_imaps._tcp.example.org SRV secure data 10 1 993 b.example.net\n"
		       "_imaps._tcp.example.org SRV secure data 10 5 993 a.example.net\n"
		       "_imaps._tcp.example.org SRV secure data 10 5 993 a.example.net\n" };
	static const char *const names[] = { "a.example.net", "b.example.net", "c.example.net" };
	char text[DP_NAME_TEXT_MAX];

	(void)state;
	arena = dp_arena_open();
	const struct dp_facts *facts = run(&order);

	assert_int_equal(facts->host_count, 3);
	for (size_t i = 0; i < 3; i++)
		assert_string_equal(dp_name_text(&facts->hosts[i].name, text), names[i]);
	dp_arena_close(arena);
}

/* What is said of a finding. */
static const struct dp_finding *finding_of(
	const struct dp_verdict *verdict, enum dp_reason code, size_t nth)
{
	for (size_t i = 0; i < verdict->finding_count; i++) {
		if (verdict->findings[i].code == code && nth-- == 0)
			return &verdict->findings[i];
	}
	fail_msg("no such finding");
	return NULL;
}

/* The ports are those of the SRV records, not that of the service. */
static void test_ports(void **state)
{
	static const struct world_case silent = { .name = "silent",
		.target = SERVICE,
		.dns = TWO ADDR TLSA TLSA_B,
		.servers = "192.0.2.1 connect-timeout\n192.0.2.2 connect-timeout" };
	const struct dp_verdict *verdict;

	(void)state;
	arena = dp_arena_open();
	verdict = dp_policy_judge(run(&silent), now_utc_s);
	assert_non_null(strstr(finding_of(verdict, DP_REASON_PORT_FILTERED, 0)->cause,
		"on port 993 or 1993: outbound port 993 or 1993 seems"));
	assert_string_equal(finding_of(verdict, DP_REASON_CONNECT_TIMEOUT, 0)->label,
		"imap.example.net [192.0.2.1]");
	assert_string_equal(finding_of(verdict, DP_REASON_CONNECT_TIMEOUT, 1)->label,
		"b.example.net [192.0.2.2]:1993");
	dp_arena_close(arena);
}

/* More records than are kept of an answer: one of them may name another server. */
static void test_dropped(void **state)
{
	static char dns[(DP_RR_MAX + 2) * 80];
	static const struct world_case many = {
		.name = "many", .target = SERVICE, .dns = dns, .servers = "192.0.2.1 leaf"
	};
	size_t len = (size_t)snprintf(dns, sizeof dns, ADDR TLSA);
	const struct dp_facts *facts;

	(void)state;
	for (unsigned i = 0; i <= DP_RR_MAX; i++)
		len += (size_t)snprintf(dns + len, sizeof dns - len,
			"_imaps._tcp.example.org SRV secure data 0 %u 993 imap.example.net\n", i);
	arena = dp_arena_open();
	facts = run(&many);
	assert_int_equal(facts->host_count, 1);
	assert_int_equal(facts->host_dropped, 1);
	finding_of(dp_policy_judge(facts, now_utc_s), DP_REASON_MX_TOO_MANY, 0);
	dp_arena_close(arena);
}

/* --all-ports: what is told, and what fails. */
static void test_passed_over(void **state)
{
	static const struct passed_case {
		const char *target, *dns;
		bool over, warned;
	} passed[] = {
		{ SERVICE, "", true, false },
		{ SERVICE, "_imaps._tcp.example.org SRV secure data 0 0 0 .\n", true, false },
		{ SERVICE, "_imaps._tcp.example.org SRV insecure nxdomain\n", true, false },
		{ SERVICE, "_imaps._tcp.example.org SRV bogus nxdomain\n", false, true },
		{ SERVICE, "_imaps._tcp.example.org SRV insecure timeout\n", false, true },
		{ SERVICE, SRV, false, true },
		{ SERVICE, SRV ADDR, false, false },
		{ SERVICE, SRV "imap.example.net A insecure data 192.0.2.1\n", false, false },
		{ "imaps:imap.example.net", ADDR, true, false },
		{ "imaps:imap.example.net", "", true, true },
		{ "imaps:imap.example.net", "imap.example.net A insecure data 192.0.2.1\n", true,
			false },
		/* of port 443 nothing follows for this one */
		{ "imaps:imap.example.net",
			ADDR "_443._tcp.imap.example.net TLSA secure data 3 0 1 =leaf\n", true,
			false },
		/* what is wrong beside it is a warning all the same */
		{ "imaps:imap.example.net", ADDR "imap.example.net AAAA insecure servfail\n", true,
			true },
		{ "imaps:imap.example.net",
			"imap.example.net A insecure data 192.0.2.1\n"
			"_993._tcp.imap.example.net TLSA insecure data 3 0 1 =leaf\n",
			false, true },
		{ "imaps:imap.example.net",
			ADDR "_993._tcp.imap.example.net TLSA secure nodata alias a.example.net\n",
			false, true },
		{ "imaps:imap.example.net", ADDR "_993._tcp.imap.example.net TLSA bogus nodata\n",
			false, true },
		{ "imaps:imap.example.net",
			ADDR "_993._tcp.imap.example.net TLSA insecure timeout\n", false, true },
		{ "imaps:imap.example.net", ADDR TLSA, false, true },
		{ "imaps:imap.example.net", "imap.example.net A bogus data 192.0.2.1\n", false,
			true },
	};

	(void)state;
	if_published = true;
	for (size_t i = 0; i < sizeof(passed) / sizeof(passed[0]); i++) {
		const struct world_case c = { .name = passed[i].dns,
			.target = passed[i].target,
			.dns = passed[i].dns,
			.servers = "192.0.2.1 connect-timeout" };
		arena = dp_arena_open();
		const struct dp_facts *facts = run(&c);
		const struct dp_verdict *verdict = dp_policy_judge(facts, now_utc_s);

		if (dp_verdict_passed_over(facts, verdict) != passed[i].over ||
			verdict->warned != passed[i].warned) {
			show(&c, verdict);
			fail();
		}
		dp_arena_close(arena);
	}
	if_published = false;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_services),
		cmocka_unit_test(test_roots),
		cmocka_unit_test(test_order),
		cmocka_unit_test(test_ports),
		cmocka_unit_test(test_dropped),
		cmocka_unit_test(test_passed_over),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
