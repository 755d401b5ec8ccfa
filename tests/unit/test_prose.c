/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "report/prose.h"

#define COUNT(rows) (sizeof(rows) / sizeof(rows)[0])

static const struct {
	const char *text, *first;
	int indent, width;
	const char *out;
} rows[] = {
	{ "", "  ", 2, 20, "" },
	{ "one", "", 0, 20, "one\n" },
	{ "one two", "", 0, 7, "one two\n" },
	{ "one two", "", 0, 6, "one\ntwo\n" },
	{ "one two", "  ", 2, 8, "  one\n  two\n" },
	{ "one two three", "  Remedy: ", 4, 17, "  Remedy: one two\n    three\n" },
	{ "  one   two  ", "", 0, 20, "one two\n" },
	{ "abcdefghijkl mn", "", 1, 5, "abcdefghijkl\n mn\n" },
	/* a character is one column */
	{ "\xc3\xa9\xc3\xa9\xc3\xa9 \xc3\xa9", "", 0, 5, "\xc3\xa9\xc3\xa9\xc3\xa9 \xc3\xa9\n" },
	/* a record and its dots stay together, however long */
	{ "is 3 1 1 0123456789abcdef... here", "", 0, 10, "is\n3 1 1 0123456789abcdef...\nhere\n" },
	{ "255 255 255 0123456789", "", 0, 9, "255 255 255 0123456789\n" },
	/* these are no records */
	{ "3 1 1 0123", "", 0, 5, "3 1 1\n0123\n" },
	{ "3 1 0123456789", "", 0, 5, "3 1\n0123456789\n" },
	{ "1000 1 1 0123456789", "", 0, 8, "1000 1 1\n0123456789\n" },
	/* a source stays together */
	{ "no. [RFC 7672 s2.2] so", "", 0, 8, "no.\n[RFC 7672 s2.2]\nso\n" },
	{ "no. [RFC 7672", "", 0, 4, "no.\n[RFC 7672\n" },
	/* lines that begin with a blank are only indented */
	{ "do:\n  cat root.pem  >>  chain.pem\nor else", "", 2, 9,
		"do:\n    cat root.pem  >>  chain.pem\n  or else\n" },
	{ "do:\n\tx  y", "", 0, 3, "do:\n\tx  y\n" },
	{ "one\n\n\ntwo\n", "", 1, 9, "one\n two\n" },
};

static void wraps(void **state)
{
	struct dp_arena *arena = dp_arena_open();

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct dp_prose shape = { rows[i].first, rows[i].indent, rows[i].width };
		struct dp_buf out;

		dp_buf_init(&out, arena);
		dp_prose_write(&out, rows[i].text, &shape);
		assert_string_equal(out.data, rows[i].out);
	}
	dp_arena_close(arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(wraps) };

	return cmocka_run_group_tests_name("prose", tests, NULL, NULL);
}
