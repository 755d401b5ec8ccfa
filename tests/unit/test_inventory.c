/* SPDX-License-Identifier: Apache-2.0 */
/* Files looked at by themselves: what the command line cannot show (tests/cli/test_chain.py has the
 * rest). */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "dane/roots.h"
#include "dane/inventory.h"

#define NOW 1795000000 /* 2026-11-18 */

static struct dp_arena *arena;
static struct dp_bundle bundle;
static struct dp_chain chain;
static struct dp_inventory inventory;
static struct dp_stock stock;

static int open_arena(void **state)
{
	(void)state;
	arena = dp_arena_open();
	memset(&stock, 0, sizeof stock);
	return 0;
}

static int close_arena(void **state)
{
	(void)state;
	dp_arena_close(arena);
	return 0;
}

static void look(const char *path)
{
	static char text[65536];
	FILE *file = fopen(path, "rb");
	size_t len, *blocks;

	if (file == NULL)
		fail_msg("no %s; run from the root of the repository", path);
	len = fread(text, 1, sizeof text, file);
	fclose(file);
	assert_null(dp_bundle_read(text, len, arena, &bundle));
	dp_bundle_chain(&bundle, &chain, &blocks, arena);
	inventory = (struct dp_inventory){ .arena = arena,
		.name = "file",
		.bundle = &bundle,
		.chain = &chain,
		.blocks = blocks,
		.stock = &stock,
		.now_utc_s = NOW,
		.cert_warning_s = -1 };
}

static bool found(enum dp_reason code)
{
	for (size_t i = 0; i < inventory.findings.count; i++) {
		if (inventory.findings.items[i].code == code)
			return true;
	}
	return false;
}

/* RFC 5280 s4.1: no certificate at all stands where one should. */
static void certificate_without_key(void **state)
{
	(void)state;
	look("tests/cases/explain/r13.case");
	dp_cert_open(&chain.certs[1], (const uint8_t *)"\x30\x00", 2, arena);
	dp_inventory_read(&inventory);
	assert_true(found(DP_REASON_FILE_CERTIFICATE_UNREADABLE));
	assert_int_equal(inventory.order.places[1], DP_PLACE_UNREADABLE);
	assert_int_not_equal(inventory.verdict, DP_INVENTORY_COMPLETE);
	dp_cert_open(&chain.certs[0], (const uint8_t *)"\x30\x00", 2, arena);
	dp_inventory_read(&inventory);
	assert_null(inventory.end);
	assert_int_not_equal(inventory.verdict, DP_INVENTORY_COMPLETE);
}

/* A root that has the name of a built-in one, and another key, is none: only signatures count. */
static void names_do_not_decide(void **state)
{
	(void)state;
	dp_stock_built_in(&stock, arena);
	assert_true(stock.count > 0); /* the build had ca-certificates */
	assert_string_equal(stock.certs[0].subject_text, "ISRG Root X1");
	look("tests/cases/explain/r13.case");
	assert_string_equal(chain.certs[1].issuer_text, "ISRG Root X1");
	dp_inventory_read(&inventory);
	assert_false(inventory.completion.complete);
	assert_int_equal(inventory.top, DP_TOP_UNKNOWN);
	assert_true(inventory.refuted);
	/* Without a root of that name at hand the name is all there is. */
	stock.count = 0;
	dp_inventory_read(&inventory);
	assert_int_equal(inventory.top, DP_TOP_NAMED);
}

/* The build took what config/known_cas.tsv knows. */
static void built_in_roots_are_the_known_ones(void **state)
{
	size_t seen = 0;

	(void)state;
	dp_stock_built_in(&stock, arena);
	for (size_t i = 0; i < stock.count; i++) {
		bool same_key;
		const struct dp_known_ca *ca = dp_inventory_ca(&stock.certs[i], &same_key);

		assert_non_null(ca);
		assert_false(same_key);
		assert_string_equal(ca->subject_cn, stock.certs[i].subject_text);
		assert_true(dp_root_built_in(ca->spki_sha256));
		seen++;
	}
	assert_int_equal(seen, 2);
	assert_false(dp_root_built_in((const uint8_t *)"01234567890123456789012345678901"));
}

static void shell_words(void **state)
{
	(void)state;
	assert_string_equal(dp_inventory_shell_word("a/b-c.pem", arena), "a/b-c.pem");
	assert_string_equal(dp_inventory_shell_word("", arena), "''");
	assert_string_equal(dp_inventory_shell_word("a b", arena), "'a b'");
	assert_string_equal(dp_inventory_shell_word("it's", arena), "'it'\\''s'");
	assert_string_equal(dp_inventory_shell_word("$(x)", arena), "'$(x)'");
	assert_string_equal(
		dp_inventory_command("-x", arena), "daneprobe chain --complete -x -- -x");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(certificate_without_key, open_arena, close_arena),
		cmocka_unit_test_setup_teardown(names_do_not_decide, open_arena, close_arena),
		cmocka_unit_test_setup_teardown(
			built_in_roots_are_the_known_ones, open_arena, close_arena),
		cmocka_unit_test_setup_teardown(shell_words, open_arena, close_arena),
	};

	return cmocka_run_group_tests_name("inventory", tests, NULL, NULL);
}
