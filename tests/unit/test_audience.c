/* SPDX-License-Identifier: Apache-2.0 */
/* What findings say of services that are not SMTP. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/reason.h"
#include "dane/audience.h"

static const struct dp_service imap = { .name = "IMAP", .rfc = "RFC 9051 s6.2.1", .clients = true };
static const struct dp_service pop3 = {
	.name = "POP3", .starttls = "STLS", .rfc = "RFC 2595 s4", .clients = true
};
static const struct dp_service lmtp = { .name = "LMTP", .hello = "LHLO" };

/* Reasons that only a mail domain can have, or only what speaks EHLO. */
static bool of_mail_alone(enum dp_reason reason)
{
	static const enum dp_reason list[] = { DP_REASON_DOMAIN_NOT_FOUND, DP_REASON_NULL_MX,
		DP_REASON_MX_NULL_MIXED, DP_REASON_MX_LOOKUP_FAILED, DP_REASON_MX_BOGUS,
		DP_REASON_MX_INSECURE, DP_REASON_MX_IMPLICIT, DP_REASON_MX_ALIAS,
		DP_REASON_MX_LOOKS_LIKE_ADDRESS, DP_REASON_INSECURE_MX_HOST_FAILS,
		DP_REASON_NOT_SMTP, DP_REASON_EHLO_TEMPORARY, DP_REASON_EHLO_REJECTED };

	for (size_t i = 0; i < sizeof list / sizeof list[0]; i++) {
		if (list[i] == reason)
			return true;
	}
	return false;
}

/* No sentence about an IMAP server may speak of mail, senders or SMTP. */
static void nothing_of_mail_is_left(void **state)
{
	static const char *const words[] = { "mail", "ender", "SMTP", "EHLO", "deliver", "MX",
		"defer" };
	struct dp_arena *arena = dp_arena_open();
	int left = 0;
	(void)state;

	for (int i = DP_REASON_NONE + 1; i < DP_REASON_COUNT; i++) {
		const struct dp_reason_row *row = dp_reason_row((enum dp_reason)i);
		const char *texts[] = { row->cause, row->consequence, row->remedy };

		if (of_mail_alone((enum dp_reason)i))
			continue;
		for (size_t j = 0; j < 3; j++) {
			const char *text = dp_audience_template(texts[j], &imap, arena);

			for (size_t k = 0; k < sizeof words / sizeof words[0]; k++) {
				if (strstr(text, words[k]) == NULL)
					continue;
				print_error("%s: \"%s\" is left: %s\n", row->code, words[k], text);
				left++;
			}
		}
	}
	dp_arena_close(arena);
	assert_int_equal(left, 0);
}

/* Commands, names and RFCs of the protocol's own. */
static void own_words(void **state)
{
	struct dp_arena *arena = dp_arena_open();
	const char *offered = dp_reason_row(DP_REASON_STARTTLS_NOT_OFFERED)->cause;
	const char *wrong = dp_reason_row(DP_REASON_WRONG_PROTOCOL)->cause;
	(void)state;

	assert_ptr_equal(dp_audience_template(offered, NULL, arena), offered);
	assert_string_equal(
		dp_audience_template(offered, &imap, arena), "{addr} does not offer STARTTLS.");
	assert_string_equal(
		dp_audience_template(offered, &pop3, arena), "{addr} does not offer STLS.");
	assert_string_equal(dp_audience_template(wrong, &imap, arena),
		"What answers at {addr} does not speak IMAP: {detail}.");
	assert_string_equal(dp_audience_template(
				    dp_reason_row(DP_REASON_STARTTLS_REFUSED)->cause, &pop3, arena),
		"{addr} answered STLS with {detail}.");
	/* LMTP clients queue mail */
	assert_string_equal(
		dp_audience_template("Senders defer the mail after EHLO by SMTP.", &lmtp, arena),
		"Senders defer the mail after LHLO by LMTP.");
	assert_string_equal(dp_audience_rfc("RFC 7672 s2.2", NULL), "RFC 7672 s2.2");
	assert_string_equal(dp_audience_rfc("RFC 7672 s2.2", &lmtp), "RFC 7672 s2.2");
	assert_string_equal(dp_audience_rfc("RFC 7672 s2.2", &imap), "RFC 6698 s4.1");
	assert_string_equal(dp_audience_rfc("RFC 7672 s2.2.3", &imap), "RFC 6698 s3");
	assert_string_equal(dp_audience_rfc("RFC 3207 s4", &pop3), "RFC 2595 s4");
	assert_string_equal(dp_audience_rfc("RFC 7671 s5.1", &imap), "RFC 7671 s5.1");
	dp_arena_close(arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(nothing_of_mail_is_left),
		cmocka_unit_test(own_words),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
