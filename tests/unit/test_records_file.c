/* SPDX-License-Identifier: Apache-2.0 */
/* Records out of files; what operators meet is in tests/cli/test_chain.py, here are the edges. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/buf.h"
#include "dane/records_file.h"

static struct dp_arena *arena;

static int open_arena(void **state)
{
	(void)state;
	arena = dp_arena_open();
	return 0;
}

static int close_arena(void **state)
{
	(void)state;
	dp_arena_close(arena);
	return 0;
}

/* text: the file; records: "OWNER U S M HEX" of each, owner "-" for none, without end if relative.
 * NULL: refused. */
static const struct file_case {
	const char *text, *records;
} files[] = {
	{ "3 1 1 ab", "- 3 1 1 ab\n" },
	{ "3 1 1 ab\n2 0 2 cd\n", "- 3 1 1 ab\n- 2 0 2 cd\n" },
	{ "\xef\xbb\xbf"
	  "a. TLSA 3 1 1 ab\n",
		"a. 3 1 1 ab\n" },
	{ "a. TLSA 3 1 1 ab\n TLSA 3 1 2 cd", "a. 3 1 1 ab\na. 3 1 2 cd\n" },
	{ " TLSA 3 1 1 ab", "- 3 1 1 ab\n" },
	{ "$ORIGIN b.\na TLSA 3 1 1 ab\n@ TLSA 3 1 1 cd\n", "a.b. 3 1 1 ab\nb. 3 1 1 cd\n" },
	{ "$ORIGIN b.\n$ORIGIN c\na TLSA 3 1 1 ab\n", "a.c.b. 3 1 1 ab\n" },
	{ "a TLSA 3 1 1 ab\n@ TLSA 3 1 1 cd\n", "a 3 1 1 ab\n@ 3 1 1 cd\n" },
	{ "a. IN 300 TLSA 3 1 1 ab\nb. 300 CLASS1 TLSA 3 1 1 cd\n", "a. 3 1 1 ab\nb. 3 1 1 cd\n" },
	{ "a. CH TXT x\nb. 1 A 192.0.2.1\nb. TLSA 3 1 1 cd\n", "b. 3 1 1 cd\n" },
	{ "a. TLSA (3 1 1(ab)\n)cd\n", "a. 3 1 1 abcd\n" },
	{ "a. TLSA ( ( 3 1 1 ) ab )\n", "a. 3 1 1 ab\n" },
	{ "a. TLSA 3 1 1 ab ; (\nb. TLSA 3 1 1 cd\n", "a. 3 1 1 ab\nb. 3 1 1 cd\n" },
	{ "a. TXT \"(\" ; \"\nb. TLSA 3 1 1 cd\n", "b. 3 1 1 cd\n" },
	{ "a. TXT \"x\\\"(\"\nb. TLSA 3 1 1 cd\n", "b. 3 1 1 cd\n" },
	{ "a. TXT \"not closed\nb. TLSA 3 1 1 cd\n", "b. 3 1 1 cd\n" },
	{ "mx 3600 IN A 192.0.2.1\n10 1 PTR x.\nb. TLSA 3 1 1 cd\n", "b. 3 1 1 cd\n" },
	{ "tlsa. TLSA 3 1 1 ab\nin. IN TLSA 3 1 1 cd\n", "tlsa. 3 1 1 ab\nin. 3 1 1 cd\n" },
	{ "a. TYPE52 \\# 4 030101ab\n", "a. 3 1 1 ab\n" },
	{ "a. TYPE53 \\# 4 030101ab\nb. TYPE52 3 1 1 cd\n", "b. 3 1 1 cd\n" },
	{ "\\065. TLSA 3 1 1 ab\n", "a. 3 1 1 ab\n" },
	{ "a\\", NULL },
	{ "\"", NULL },
	{ "a. TLSA", NULL },
	{ "a. TLSA 3 1 1", NULL },
	{ "a. TLSA 300 1 1 ab", NULL },
	{ "a..b TLSA 3 1 1 ab", NULL },
	{ "(", NULL },
	{ ")))\n3 1 1 ab", "- 3 1 1 ab\n" },
	{ "$ORIGIN ..\n", NULL },
	{ "hello world\n", NULL },
	{ "{\"a\": 1}\n", NULL },
};

static const char *told(const struct dp_records_file *file)
{
	struct dp_buf out;
	char name[DP_NAME_TEXT_MAX];

	dp_buf_init(&out, arena);
	for (size_t i = 0; i < file->count; i++) {
		const struct dp_file_record *record = &file->items[i];
		const char *owner = record->owner.len == 0 ? record->relative ? "@" : "-"
							   : dp_name_text(&record->owner, name);

		dp_buf_printf(&out, "%s%s %s\n", owner,
			record->owner.len > 0 && !record->relative ? "." : "",
			dp_tlsa_text(&record->tlsa, 0, arena));
	}
	return out.data;
}

static void reads(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof files / sizeof files[0]; i++) {
		struct dp_records_file file = { 0 };
		const char *wrong =
			dp_records_file_read(files[i].text, strlen(files[i].text), arena, &file);

		if ((wrong != NULL) != (files[i].records == NULL))
			fail_msg("%s: %s", files[i].text, wrong);
		if (files[i].records != NULL && strcmp(told(&file), files[i].records) != 0)
			fail_msg("%s: %s", files[i].text, told(&file));
	}
}

static void too_many_and_too_long(void **state)
{
	struct dp_records_file file = { 0 };
	struct dp_buf text;

	(void)state;
	dp_buf_init(&text, arena);
	for (int i = 0; i <= DP_RECORDS_FILE_MAX; i++)
		dp_buf_text(&text, "3 1 1 ab\n");
	assert_non_null(
		strstr(dp_records_file_read(text.data, text.len, arena, &file), "line 1025"));
	dp_buf_init(&text, arena);
	dp_buf_text(&text, "3 1 1");
	for (int i = 0; i < 9000; i++)
		dp_buf_text(&text, " ab");
	file = (struct dp_records_file){ 0 };
	assert_non_null(
		strstr(dp_records_file_read(text.data, text.len, arena, &file), "too long"));
}

/* RFC 6698 s3: port, transport, name. */
static void owners(void **state)
{
	static const struct {
		const char *owner, *host;
		uint16_t port; /* 0: has not that form */
	} cases[] = {
		{ "_25._tcp.mx.example.org.", "mx.example.org", 25 },
		{ "_65535._tcp.a.", "a", 65535 },
		{ "_65536._tcp.a.", "a", 0 },
		{ "_0._tcp.a.", "a", 0 },
		{ "_._tcp.a.", "a", 0 },
		{ "25._tcp.a.", NULL, 0 },
		{ "_25._tcp.", NULL, 25 },
		{ "_25._tcp._x.a.", NULL, 25 },
		{ ".", NULL, 0 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct dp_name owner, host, want;
		uint16_t port = 0;

		assert_true(dp_name_parse(cases[i].owner, &owner));
		assert_int_equal(dp_records_file_port(&owner, &port), cases[i].port != 0);
		assert_int_equal(port, cases[i].port);
		assert_int_equal(dp_records_file_host(&owner, &host), cases[i].host != NULL);
		if (cases[i].host != NULL) {
			assert_true(dp_name_parse(cases[i].host, &want));
			assert_true(dp_name_equal(&host, &want));
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(reads, open_arena, close_arena),
		cmocka_unit_test_setup_teardown(too_many_and_too_long, open_arena, close_arena),
		cmocka_unit_test_setup_teardown(owners, open_arena, close_arena),
	};

	return cmocka_run_group_tests_name("records_file", tests, NULL, NULL);
}
