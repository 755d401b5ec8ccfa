/* SPDX-License-Identifier: Apache-2.0 */
/*
 * IMAP with STARTTLS: RFC 9051 s6.1.1 (CAPABILITY), s6.2.1 (STARTTLS), s7.1 (status responses);
 * RFC 3501 has the same sections. What the greeting says of capabilities is not used: one question,
 * one answer.
 */
#include <string.h>

#include "base/text.h"
#include "starttls/protocol.h"

#define TAG "d1"
#define CODE_PREAUTH 300 /* RFC 9051 s7.1.4: logged in already, so STARTTLS is too late */

/* The rest of line behind word and a blank, or NULL. */
static const char *behind(const char *line, size_t len, const char *word)
{
	size_t word_len = strlen(word);

	if (!dp_read_word(line, len, word))
		return NULL;
	return line + (len > word_len ? word_len + 1 : len);
}

static bool holds_word(const char *text, const char *end, const char *word)
{
	size_t word_len = strlen(word);

	while (text < end) {
		const char *blank = memchr(text, ' ', (size_t)(end - text));
		const char *stop = blank != NULL ? blank : end;

		if (dp_text_equal_nocase(text, (size_t)(stop - text), word, word_len))
			return true;
		text = blank != NULL ? blank + 1 : end;
	}
	return false;
}

static bool read_greeting(const char *rest, size_t len, struct dp_reply_line *reply)
{
	reply->last = true;
	if (dp_read_word(rest, len, "OK"))
		reply->code = DP_CODE_OK;
	else if (dp_read_word(rest, len, "BYE"))
		reply->code = DP_CODE_LATER;
	else if (dp_read_word(rest, len, "PREAUTH"))
		reply->code = CODE_PREAUTH;
	return reply->code != 0;
}

/* RFC 9051 s7: untagged responses may come at any time. */
static bool read_untagged(
	const struct dp_step *step, const char *rest, size_t len, struct dp_reply_line *reply)
{
	const char *capabilities = behind(rest, len, "CAPABILITY");

	reply->aside = true;
	if (capabilities != NULL && step->capability != NULL)
		reply->offers = holds_word(capabilities, rest + len, step->capability);
	if (dp_read_word(rest, len, "BYE")) {
		reply->code = DP_CODE_LATER;
		reply->last = true;
		reply->closing = true;
		reply->aside = false;
	}
	return true;
}

static bool read_line(
	struct dp_reading *reading, const char *line, size_t len, struct dp_reply_line *reply)
{
	const char *rest = behind(line, len, "*");
	size_t rest_len;

	if (rest != NULL) {
		rest_len = (size_t)(line + len - rest);
		return reading->step->send == NULL
			? read_greeting(rest, rest_len, reply)
			: read_untagged(reading->step, rest, rest_len, reply);
	}
	rest = behind(line, len, TAG);
	if (rest == NULL || reading->step->send == NULL)
		return false;
	rest_len = (size_t)(line + len - rest);
	reply->last = true;
	if (dp_read_word(rest, rest_len, "OK"))
		reply->code = DP_CODE_OK;
	else if (dp_read_word(rest, rest_len, "NO") || dp_read_word(rest, rest_len, "BAD"))
		reply->code = DP_CODE_NO;
	return reply->code != 0;
}

static const struct dp_step steps[] = {
	{
		.phase = DP_PHASE_GREETING,
		.name = "the connection",
		.awaited = "the greeting",
		.lost = "before its greeting",
		.accept = DP_CODE_OK,
		.temporary = DP_REASON_GREETING_REFUSED,
		.rejected = DP_REASON_GREETING_REFUSED,
		.other = DP_REASON_STARTTLS_NOT_OFFERED, /* PREAUTH */
	},
	{
		.phase = DP_PHASE_HELLO,
		.send = TAG " CAPABILITY",
		.name = "CAPABILITY",
		.accept = DP_CODE_OK,
		.capability = "STARTTLS",
		.temporary = DP_REASON_CONNECTION_LOST, /* BYE */
		.rejected = DP_REASON_STARTTLS_NOT_OFFERED,
		.other = DP_REASON_WRONG_PROTOCOL,
		.missing = DP_REASON_STARTTLS_NOT_OFFERED,
	},
	{
		.phase = DP_PHASE_STARTTLS,
		.send = TAG " STARTTLS",
		.name = "STARTTLS",
		.accept = DP_CODE_OK,
		.temporary = DP_REASON_STARTTLS_REFUSED,
		.rejected = DP_REASON_STARTTLS_REFUSED,
		.other = DP_REASON_STARTTLS_REFUSED,
	},
};

const struct dp_protocol dp_protocol_imap = {
	.scheme = "imap",
	.port = 143,
	.farewell = "d2 LOGOUT\r\n",
	.steps = steps,
	.step_count = sizeof(steps) / sizeof(steps[0]),
	.misspoken = DP_REASON_WRONG_PROTOCOL,
	.read = read_line,
	.literal = dp_read_literal,
	.service = { .name = "IMAP", .rfc = "RFC 9051 s6.2.1", .clients = true },
};
