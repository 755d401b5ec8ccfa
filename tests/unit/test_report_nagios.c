/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "report_samples.c"

#define NRPE_MAX 4096 /* octets of a first line with its data that everybody passes on */

static void add_sample(void *page, struct dp_arena *arena, const struct sample *sample,
	const struct dp_report_options *given)
{
	struct dp_report_options options = *given;
	struct dp_verdict *verdict;
	struct dp_facts *facts = sample_open(sample, arena, &verdict);

	options.status = options.exit_status = sample->exit_status;
	options.now_utc_s = dp_text_utc(2026, 12, 1, 0, 0, 0);
	facts->clock_utc_s = options.now_utc_s;
	dp_report_find("nagios")->add(page, facts, verdict, &options);
}

static struct dp_buf nagios_of(const struct sample *sample, struct dp_arena *arena, bool verbose)
{
	const struct dp_report_options options = { .verbose = verbose };
	void *page = dp_report_find("nagios")->open(arena);
	struct dp_buf out;

	add_sample(page, arena, sample, &options);
	dp_buf_init(&out, arena);
	dp_report_find("nagios")->end(page, &out, sample->exit_status);
	return out;
}

static const struct sample *sample_named(const char *name)
{
	for (size_t i = 0; i < sample_count; i++)
		if (strcmp(samples[i].name, name) == 0)
			return &samples[i];
	fail_msg("no sample %s", name);
	return NULL;
}

static void samples_read_as_before(void **state)
{
	(void)state;
	for (size_t i = 0; i < sample_count; i++) {
		struct dp_arena *arena = dp_arena_open();
		struct dp_buf out = nagios_of(&samples[i], arena, false);

		assert_golden(samples[i].name, ".nagios", &out);
		dp_arena_close(arena);
	}
}

/* What a monitor reads: one word for the state, one "|", and it ends in a line feed. */
static void first_line_is_for_the_monitor(void **state)
{
	static const char *const words[] = { "OK", "WARNING", "CRITICAL", "UNKNOWN" };

	(void)state;
	for (size_t i = 0; i < sample_count; i++) {
		struct dp_arena *arena = dp_arena_open();
		struct dp_buf out = nagios_of(&samples[i], arena, false);
		const char *head =
			dp_arena_printf(arena, "DANE %s - ", words[samples[i].exit_status]);
		const char *bar = strchr(out.data, '|'), *end = strchr(out.data, '\n');

		assert_memory_equal(out.data, head, strlen(head));
		assert_non_null(bar);
		assert_true(bar < end);
		assert_true(end - out.data < NRPE_MAX);
		if (strcmp(samples[i].name, "hostile") != 0)
			assert_true(bar - out.data <= 120);
		assert_null(strchr(bar + 1, '|'));
		assert_int_equal(out.data[out.len - 1], '\n');
		assert_int_equal(strlen(out.data), out.len);
		assert_ptr_equal(dp_text_shown_lines(arena, out.data), out.data);
		dp_arena_close(arena);
	}
}

/* --- bytes that mean something to the monitor --- */

static const char *named(struct dp_arena *arena, const char *label, const char *cause)
{
	void *page = dp_report_find("nagios")->open(arena);
	struct dp_report_options options = { .status = 2, .exit_status = 2 };
	struct dp_verdict *verdict;
	struct dp_facts *facts = sample_open(sample_named("seed"), arena, &verdict);
	struct dp_buf out;

	verdict->findings[0].label = label;
	verdict->findings[0].cause = cause;
	dp_report_find("nagios")->add(page, facts, verdict, &options);
	dp_buf_init(&out, arena);
	dp_report_find("nagios")->end(page, &out, 2);
	return out.data;
}

static void bars_and_line_ends_are_escaped(void **state)
{
	struct dp_arena *arena = dp_arena_open();
	const char *text = named(arena, "a|b\nc\\d'e=f", "x|y");
	const char *bar = strchr(text, '|');

	(void)state;
	assert_non_null(strstr(text, "failed: a\\x7cb\\x0ac\\d'e=f: "));
	assert_non_null(strstr(text, "x\\x7cy"));
	assert_non_null(bar);
	assert_memory_equal(bar, "|time=", 6);
	assert_null(strchr(bar + 1, '|'));
	dp_arena_close(arena);
}

static void utf8_stays_and_broken_utf8_does_not(void **state)
{
	struct dp_arena *arena = dp_arena_open();

	(void)state;
	assert_non_null(strstr(named(arena,
				       "b\xc3\xbc"
				       "cher.example",
				       "x"),
		"failed: b\xc3\xbc"
		"cher.example: "));
	assert_non_null(strstr(named(arena,
				       "b\xfc"
				       "cher",
				       "x"),
		"failed: b\\xfccher: "));
	/* A right-to-left override turns the rest of a page around. */
	assert_non_null(strstr(named(arena,
				       "a\xe2\x80\xae"
				       "b",
				       "x"),
		"a\\xe2\\x80\\xaeb: "));
	dp_arena_close(arena);
}

static void long_names_are_cut_between_characters(void **state)
{
	struct dp_arena *arena = dp_arena_open();
	struct dp_buf label;
	const char *text;

	(void)state;
	for (int shift = 0; shift < 2; shift++) {
		dp_buf_init(&label, arena);
		dp_buf_text(&label, shift ? "x" : "");
		for (int i = 0; i < 300; i++)
			dp_buf_text(&label, "\xc3\xbc");
		text = named(arena, label.data, "x");
		assert_true(strcspn(text, "|") < 230);
		assert_memory_equal(strchr(text, '|') - 3, "...", 3);
		assert_ptr_equal(dp_text_shown_lines(arena, text), text);
	}
	dp_arena_close(arena);
}

/* --- performance data --- */

/* Value of a label on the first line, up to the next blank. */
static const char *datum(struct dp_arena *arena, const char *text, const char *label)
{
	const char *at = strstr(strchr(text, '|'), dp_arena_printf(arena, "%s=", label));

	if (at == NULL || at > strchr(text, '\n'))
		return NULL;
	at += strlen(label) + 1;
	return dp_arena_text(arena, at, strcspn(at, " \n"));
}

static const char *days_text(struct dp_arena *arena, int64_t cert_warning_s, bool anchored)
{
	void *page = dp_report_find("nagios")->open(arena);
	struct dp_report_options options = { .now_utc_s = dp_text_utc(2026, 12, 1, 0, 0, 0) };
	struct dp_verdict *verdict;
	struct dp_facts *facts = sample_open(sample_named("verified"), arena, &verdict);
	static int path[] = { 0, 1 };
	struct dp_rrsig *rrsig = dp_arena_alloc(arena, 2 * sizeof *rrsig);
	struct dp_buf out;

	if (anchored) {
		verdict->hosts[0].addrs[1].probes[0].match.path = path;
		verdict->hosts[0].addrs[1].probes[0].match.path_len = 2;
		/* Of the two on the path, this one ends first. */
		facts->hosts[0].addrs[1]->probes[0].chain.certs[1].not_after_utc_s =
			dp_text_utc(2026, 12, 11, 12, 0, 0);
	}
	facts->target.cert_warning_s = cert_warning_s;
	facts->target.rrsig_warning_s = -1;
	facts->clock_utc_s = options.now_utc_s;
	/* The one that lasts longest counts: 3.3 of 16 days. */
	for (int i = 0; i < 2; i++)
		rrsig[i] = (struct dp_rrsig){ .covered = DP_TYPE_MX,
			.inception_utc_s = dp_text_utc(2026, 11, 18, 6, 0, 0),
			.expiration_utc_s = dp_text_utc(2026, 12, i == 0 ? 2 : 4, 7, 12, 0) };
	facts->mx.message.rrsigs = rrsig;
	facts->mx.message.rrsig_count = 2;
	dp_report_find("nagios")->add(page, facts, verdict, &options);
	dp_buf_init(&out, arena);
	dp_report_find("nagios")->end(page, &out, 0);
	return out.data;
}

static void data_have_units_and_thresholds(void **state)
{
	struct dp_arena *arena = dp_arena_open();
	const char *text = days_text(arena, -1, true);

	(void)state;
	assert_string_equal(datum(arena, text, "time"), "0.075s;;;0");
	assert_string_equal(datum(arena, text, "hosts_verified"), "1;;;0;1");
	assert_string_equal(datum(arena, text, "errors"), "0;;;0");
	assert_string_equal(datum(arena, text, "certificate_days"), "10.5;14:;0:");
	assert_string_equal(datum(arena, text, "signature_days"), "3.3;2:;0:");
	text = days_text(arena, 30 * 86400, true);
	assert_string_equal(datum(arena, text, "certificate_days"), "10.5;30:;0:");
	/* With DANE-EE no date counts (RFC 7671 s5.1): told, without a threshold. */
	text = days_text(arena, -1, false);
	assert_string_equal(datum(arena, text, "certificate_days"), "30.0");
	dp_arena_close(arena);
}

/* --- several targets --- */

static const char *run_of(struct dp_arena *arena, const char *const *names, int status)
{
	const struct dp_report_options options = { 0 };
	void *page = dp_report_find("nagios")->open(arena);
	struct dp_buf out;

	for (; *names != NULL; names++)
		add_sample(page, arena, sample_named(*names), &options);
	dp_buf_init(&out, arena);
	dp_report_find("nagios")->end(page, &out, status);
	return out.data;
}

static void several_targets_have_one_first_line(void **state)
{
	static const char *const good[] = { "verified", "verified", NULL };
	static const char *const mixed[] = { "verified", "undetermined", "no-mail", "verified",
		NULL };
	struct dp_arena *arena = dp_arena_open();
	const char *text = run_of(arena, good, 0);

	(void)state;
	assert_memory_equal(text, "DANE OK - 2 of 2 targets pass|'example.org time'=", 49);
	text = run_of(arena, mixed, 2);
	assert_memory_equal(
		text, "DANE CRITICAL - 1 of 4 targets failing: example.org no-mail: ", 60);
	assert_non_null(strstr(text, "\nverified: example.org"));
	assert_non_null(strstr(text, "\nundetermined: example.org"));
	/* A signal ends it with 3, whatever was found until then. */
	assert_memory_equal(run_of(arena, mixed, 3), "DANE UNKNOWN - 1 of 4 targets undet", 35);
	dp_arena_close(arena);
}

/* Data that do not fit on the first line follow the long output, and none is lost. */
static void many_targets_keep_the_first_line_short(void **state)
{
	const struct dp_report_options options = { .status = 2, .exit_status = 2 };
	struct dp_arena *arena = dp_arena_open();
	void *page = dp_report_find("nagios")->open(arena);
	struct dp_verdict *verdict;
	struct dp_buf out;
	const char *text;
	size_t count = 0;

	(void)state;
	for (size_t i = 0; i < 200; i++) {
		struct dp_facts *facts = sample_open(sample_named("no-mail"), arena, &verdict);

		facts->target.text = dp_arena_printf(arena, "%zu.example.org", i);
		dp_report_find("nagios")->add(page, facts, verdict, &options);
	}
	dp_buf_init(&out, arena);
	dp_report_find("nagios")->end(page, &out, 2);
	text = out.data;
	assert_true(strcspn(text, "\n") < NRPE_MAX);
	for (const char *at = text; (at = strstr(at, " time'=")) != NULL; at++)
		count++;
	assert_int_equal(count, 200);
	/* One "|" on the first line, one behind the long output. */
	assert_non_null(strchr(strchr(text, '|') + 1, '|'));
	assert_null(strchr(strchr(strchr(text, '|') + 1, '|') + 1, '|'));
	dp_arena_close(arena);
}

static void nothing_checked_is_unknown(void **state)
{
	static const char *const none[] = { NULL };
	struct dp_arena *arena = dp_arena_open();

	(void)state;
	assert_string_equal(run_of(arena, none, 3), "DANE UNKNOWN - nothing was checked\n");
	dp_arena_close(arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(samples_read_as_before),
		cmocka_unit_test(first_line_is_for_the_monitor),
		cmocka_unit_test(bars_and_line_ends_are_escaped),
		cmocka_unit_test(utf8_stays_and_broken_utf8_does_not),
		cmocka_unit_test(long_names_are_cut_between_characters),
		cmocka_unit_test(data_have_units_and_thresholds),
		cmocka_unit_test(several_targets_have_one_first_line),
		cmocka_unit_test(many_targets_keep_the_first_line_short),
		cmocka_unit_test(nothing_checked_is_unknown),
	};

	return cmocka_run_group_tests_name("report_nagios", tests, NULL, NULL);
}
