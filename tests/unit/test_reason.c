/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <ctype.h>
#include <stdbool.h>
#include <string.h>

#include <cmocka.h>

#include "base/reason.h"

/* RFC 8460 s4.3.1 to s4.3.3: the result types. */
static const char *const result_types[] = {
	"starttls-not-supported",
	"certificate-host-mismatch",
	"certificate-expired",
	"certificate-not-trusted",
	"validation-failure",
	"tlsa-invalid",
	"dnssec-invalid",
	"dane-required",
	"sts-policy-fetch-error",
	"sts-policy-invalid",
	"sts-webpki-invalid",
};

static const char *const placeholders[] = { "{host}", "{addr}", "{record}", "{cert}", "{detail}",
	"{fix}" };

static bool known(const char *word, size_t len, const char *const *list, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (strlen(list[i]) == len && memcmp(list[i], word, len) == 0)
			return true;
	return false;
}

static void check_template(const char *code, const char *text)
{
	for (const char *at = text; *at != '\0'; at++) {
		const char *end;

		if ((unsigned char)*at < 0x20 || (unsigned char)*at > 0x7e)
			fail_msg("%s: only printable ASCII: %s", code, text);
		if (*at == '}')
			fail_msg("%s: stray brace: %s", code, text);
		if (*at != '{')
			continue;
		end = strchr(at, '}');
		if (end == NULL || !known(at, (size_t)(end - at) + 1, placeholders, 6))
			fail_msg("%s: unknown placeholder: %s", code, at);
		at = end;
	}
}

/* A sentence begins with a capital or a placeholder and ends with a stop, or with a placeholder
 * that does. */
static void check_sentence(const char *code, const char *text)
{
	size_t len = strlen(text);

	check_template(code, text);
	if (len == 0)
		return;
	if (!isupper((unsigned char)text[0]) && text[0] != '{')
		fail_msg("%s: begins in the middle: %s", code, text);
	if (text[len - 1] != '.' && text[len - 1] != '}' && text[len - 1] != ')')
		fail_msg("%s: does not end: %s", code, text);
	if (strstr(text, "  ") != NULL || strstr(text, " ,") != NULL)
		fail_msg("%s: blanks: %s", code, text);
}

static void every_row_is_complete(void **state)
{
	(void)state;
	for (int i = DP_REASON_NONE + 1; i < DP_REASON_COUNT; i++) {
		const struct dp_reason_row *row = dp_reason_row((enum dp_reason)i);

		assert_non_null(row->code);
		assert_true(strlen(row->code) > 2);
		assert_int_equal(strspn(row->code, "abcdefghijklmnopqrstuvwxyz0123456789-"),
			strlen(row->code));
		assert_true(isalpha((unsigned char)row->code[0]));
		assert_null(strstr(row->code, "--"));
		assert_int_not_equal(row->code[strlen(row->code) - 1], '-');
		if (row->result_type != NULL &&
			!known(row->result_type, strlen(row->result_type), result_types,
				sizeof result_types / sizeof result_types[0]))
			fail_msg("%s: not a result type of RFC 8460: %s", row->code,
				row->result_type);
		assert_in_range(row->severity, DP_NOTE, DP_ERROR);
		/* RFC 2782 has no numbers for its sections. */
		if (strncmp(row->rfc, "RFC ", 4) != 0 ||
			(strstr(row->rfc, " s") == NULL && strcmp(row->rfc, "RFC 2782") != 0))
			fail_msg("%s: not \"RFC n sN\": %s", row->code, row->rfc);
		assert_true(strlen(row->cause) > 0);
		check_sentence(row->code, row->cause);
		check_sentence(row->code, row->consequence);
		check_sentence(row->code, row->remedy);
		if (row->severity != DP_NOTE && row->remedy[0] == '\0')
			fail_msg("%s: an error or warning says what to do", row->code);
	}
}

static void codes_are_unique(void **state)
{
	(void)state;
	for (int i = 1; i < DP_REASON_COUNT; i++)
		for (int k = i + 1; k < DP_REASON_COUNT; k++)
			assert_string_not_equal(dp_reason_row((enum dp_reason)i)->code,
				dp_reason_row((enum dp_reason)k)->code);
}

static void none_is_empty(void **state)
{
	const struct dp_reason_row *row = dp_reason_row(DP_REASON_NONE);

	(void)state;
	assert_string_equal(row->code, "");
	assert_null(row->result_type);
	assert_string_equal(row->cause, "");
	assert_ptr_equal(dp_reason_row(DP_REASON_COUNT), row);
}

static void severities_have_words(void **state)
{
	(void)state;
	assert_string_equal(dp_severity_word(DP_NOTE), "note");
	assert_string_equal(dp_severity_word(DP_WARNING), "warning");
	assert_string_equal(dp_severity_word(DP_ERROR), "error");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_row_is_complete),
		cmocka_unit_test(codes_are_unique),
		cmocka_unit_test(none_is_empty),
		cmocka_unit_test(severities_have_words),
	};

	return cmocka_run_group_tests_name("reason", tests, NULL, NULL);
}
