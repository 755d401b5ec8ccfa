/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "report_samples.c"
#include "report/brief.h"
#include "report/metrics.h"

static void add_sample(
	void *page, struct dp_arena *arena, const struct sample *sample, const char *target)
{
	struct dp_report_options options = { .status = sample->exit_status };
	struct dp_verdict *verdict;
	struct dp_facts *facts = sample_open(sample, arena, &verdict);

	facts->target.text = target;
	facts->clock_utc_s = dp_text_utc(2026, 12, 1, 0, 0, 0);
	dp_report_find("prometheus")->add(page, facts, verdict, &options);
}

static struct dp_buf end_of(void *page, struct dp_arena *arena)
{
	struct dp_buf out;

	dp_buf_init(&out, arena);
	dp_report_find("prometheus")->end(page, &out, 0);
	return out;
}

static void samples_read_as_before(void **state)
{
	(void)state;
	for (size_t i = 0; i < sample_count; i++) {
		struct dp_arena *arena = dp_arena_open();
		void *page = dp_report_find("prometheus")->open(arena);
		struct dp_buf out;

		add_sample(page, arena, &samples[i], "example.org");
		out = end_of(page, arena);
		assert_golden(samples[i].name, ".prom", &out);
		assert_int_equal(strlen(out.data), out.len);
		assert_ptr_equal(dp_text_shown_lines(arena, out.data), out.data);
		dp_arena_close(arena);
	}
}

static size_t times(const char *text, const char *part)
{
	size_t count = 0;

	for (const char *at = text; (at = strstr(at, part)) != NULL; at += strlen(part))
		count++;
	return count;
}

/* Each family once, whole, with HELP and TYPE: what the textfile collector demands. */
static void families_are_whole_over_all_targets(void **state)
{
	struct dp_arena *arena = dp_arena_open();
	void *page = dp_report_find("prometheus")->open(arena);
	struct dp_buf out;
	const char *name = "", *line;

	(void)state;
	for (size_t i = 0; i < sample_count; i++)
		add_sample(page, arena, &samples[i], samples[i].name);
	out = end_of(page, arena);
	for (line = out.data; *line != '\0'; line += strcspn(line, "\n") + 1) {
		if (strncmp(line, "# HELP ", 7) == 0) {
			name = dp_arena_text(arena, line + 7, strcspn(line + 7, " "));
			assert_int_equal(
				times(out.data, dp_arena_printf(arena, "# HELP %s ", name)), 1);
			assert_int_equal(
				times(out.data, dp_arena_printf(arena, "# TYPE %s gauge\n", name)),
				1);
		} else if (line[0] != '#') {
			assert_memory_equal(line, name, strlen(name));
			assert_int_equal(line[strlen(name)], '{');
			assert_memory_equal(line + strlen(name), "{target=\"", 9);
		}
	}
	assert_int_equal(times(out.data, "\nprobe_success{"), sample_count);
	assert_int_equal(times(out.data, "\ndane_verdict{target=\"seed\","), DP_OUTCOMES);
	assert_non_null(strstr(out.data, "\nprobe_success{target=\"verified\"} 1\n"));
	assert_non_null(strstr(out.data, "\nprobe_success{target=\"seed\"} 0\n"));
	dp_arena_close(arena);
}

/* Prometheus refuses a page with a series that is there twice. */
static void a_target_given_twice_is_there_once(void **state)
{
	struct dp_arena *arena = dp_arena_open();
	void *page = dp_report_find("prometheus")->open(arena);
	struct dp_buf out;

	(void)state;
	add_sample(page, arena, &samples[0], "example.org");
	add_sample(page, arena, &samples[1], "example.org");
	add_sample(page, arena, &samples[1], "example.or");
	out = end_of(page, arena);
	assert_int_equal(times(out.data, "probe_success{target=\"example.org\"}"), 1);
	assert_int_equal(times(out.data, "probe_success{target=\"example.or\"}"), 1);
	dp_arena_close(arena);
}

/* --- label values --- */

static const struct dp_metric some = { "some_metric", "gauge", "For this test." };

static const char *labelled(struct dp_arena *arena, const char *value)
{
	struct dp_metrics *metrics = dp_metrics_open(arena);
	const char *labels[] = { "name", value, NULL };
	struct dp_buf out;

	dp_metrics_add(metrics, &some, 1, labels);
	dp_buf_init(&out, arena);
	dp_metrics_write(metrics, &out);
	return strrchr(dp_arena_text(arena, out.data, out.len - 1), '\n') + 1;
}

static void label_values_are_escaped(void **state)
{
	static const struct {
		const char *value, *line;
	} cases[] = {
		{ "plain", "some_metric{name=\"plain\"} 1" },
		{ "", "some_metric{name=\"\"} 1" },
		{ "a\"b", "some_metric{name=\"a\\\"b\"} 1" },
		{ "a\\b", "some_metric{name=\"a\\\\b\"} 1" },
		{ "a\\", "some_metric{name=\"a\\\\\"} 1" },
		{ "a|b}", "some_metric{name=\"a|b}\"} 1" },
		{ "b\xc3\xbc"
		  "cher",
			"some_metric{name=\"b\xc3\xbc"
			"cher\"} 1" },
		/* A line end would begin a sample of the peer's choice. */
		{ "a\nb 1", "some_metric{name=\"a\\\\x0ab 1\"} 1" },
		{ "a\xff", "some_metric{name=\"a\\\\xff\"} 1" },
	};
	struct dp_arena *arena = dp_arena_open();

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
		assert_string_equal(labelled(arena, cases[i].value), cases[i].line);
	dp_arena_close(arena);
}

static void numbers_are_exact(void **state)
{
	static const struct dp_metric metric = { "m", "gauge", "h" };
	static const double values[] = { 0, 1, 1798675199, 0.075, -3, 1e18, 0.5 };
	struct dp_arena *arena = dp_arena_open();
	struct dp_metrics *metrics = dp_metrics_open(arena);
	struct dp_buf out;

	(void)state;
	for (size_t i = 0; i < sizeof values / sizeof values[0]; i++) {
		const char *labels[] = { "i", dp_arena_printf(arena, "%zu", i), NULL };

		dp_metrics_add(metrics, &metric, values[i], labels);
		dp_metrics_add(metrics, &metric, 7, labels); /* the first one stays */
	}
	dp_buf_init(&out, arena);
	dp_metrics_write(metrics, &out);
	assert_string_equal(out.data,
		"# HELP m h\n# TYPE m gauge\nm{i=\"0\"} 0\nm{i=\"1\"} 1\nm{i=\"2\"} 1798675199\n"
		"m{i=\"3\"} 0.075\nm{i=\"4\"} -3\nm{i=\"5\"} 1000000000000000000.000\nm{i=\"6\"} 0.500\n");
	dp_arena_close(arena);
}

/* A scraper adds its own target: /probe has none. */
static void without_a_target_there_is_no_such_label(void **state)
{
	struct dp_arena *arena = dp_arena_open();
	struct dp_metrics *metrics = dp_metrics_open(arena);
	struct dp_verdict *verdict;
	struct dp_facts *facts = sample_open(&samples[0], arena, &verdict);
	struct dp_buf out;

	(void)state;
	dp_metrics_verdict(metrics, NULL, facts, verdict, 0);
	dp_buf_init(&out, arena);
	dp_metrics_write(metrics, &out);
	assert_null(strstr(out.data, "target=\""));
	assert_non_null(strstr(out.data, "\nprobe_success 1\n"));
	assert_non_null(strstr(out.data, "\ndane_verdict{verdict=\"verified\"} 1\n"));
	dp_arena_close(arena);
}

/* --- what counts --- */

static void certificates_and_signatures_by_their_place(void **state)
{
	struct dp_arena *arena = dp_arena_open();
	struct dp_metrics *metrics = dp_metrics_open(arena);
	struct dp_verdict *verdict;
	struct dp_facts *facts = sample_open(&samples[0], arena, &verdict);
	struct dp_rrsig rrsigs[2] = {
		{ .covered = DP_TYPE_MX, .expiration_utc_s = 1800000000 },
		{ .covered = DP_TYPE_A, .expiration_utc_s = 1900000000 },
	};
	static int path[] = { 0, 1, -1 };
	struct dp_buf out;

	(void)state;
	facts->mx.message.rrsigs = rrsigs;
	facts->mx.message.rrsig_count = 2;
	verdict->hosts[0].addrs[0].probes[0].match.path = path;
	verdict->hosts[0].addrs[0].probes[0].match.path_len = 3;
	facts->hosts[0].addrs[0]->probes[0].chain.certs[1].not_after_utc_s = 1790000000;
	dp_metrics_verdict(metrics, NULL, facts, verdict, 0);
	dp_buf_init(&out, arena);
	dp_metrics_write(metrics, &out);
	assert_non_null(strstr(out.data, "\nprobe_ssl_earliest_cert_expiry 1790000000\n"));
	assert_non_null(strstr(out.data,
		"\ndane_path_expiry_timestamp_seconds{host=\"mx.example.org\",address=\"192.0.2.1\","
		"key_type=\"ecdsa\"} 1790000000\n"));
	assert_int_equal(times(out.data, "\ndane_path_expiry_timestamp_seconds{"), 1);
	assert_non_null(strstr(out.data,
		"\ndane_certificate_expiry_timestamp_seconds{host=\"mx.example.org\","
		"address=\"2001:db8::1\",key_type=\"ecdsa\"} 1798675199\n"));
	assert_non_null(strstr(out.data,
		"\ndane_rrsig_expiry_timestamp_seconds{name=\"example.org\",type=\"MX\"} "
		"1800000000\n"));
	assert_int_equal(times(out.data, "\ndane_rrsig_expiry_timestamp_seconds{"), 1);
	dp_arena_close(arena);
}

/* A name in few words for each code: what fits on a pager. */
static void reasons_are_brief(void **state)
{
	struct dp_arena *arena = dp_arena_open();

	(void)state;
	for (int i = DP_REASON_NONE + 1; i < DP_REASON_COUNT; i++) {
		const char *text = dp_brief_reason((enum dp_reason)i, arena);

		assert_true(strlen(text) > 0 && strlen(text) <= 56);
		assert_null(strpbrk(text, "|\n\"{}"));
	}
	dp_arena_close(arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(samples_read_as_before),
		cmocka_unit_test(families_are_whole_over_all_targets),
		cmocka_unit_test(a_target_given_twice_is_there_once),
		cmocka_unit_test(label_values_are_escaped),
		cmocka_unit_test(numbers_are_exact),
		cmocka_unit_test(without_a_target_there_is_no_such_label),
		cmocka_unit_test(certificates_and_signatures_by_their_place),
		cmocka_unit_test(reasons_are_brief),
	};

	return cmocka_run_group_tests_name("report_prometheus", tests, NULL, NULL);
}
