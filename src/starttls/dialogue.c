/* SPDX-License-Identifier: Apache-2.0 */
#include "starttls/dialogue.h"

#include <string.h>

#include "base/text.h"
#include "starttls/protocol.h"

#define SHOWN_MAX 200 /* octets of one line shown as evidence or in the log */
#define LOG_MAX 16384 /* octets of the log */
#define EARLY_BYTES 2 /* of a line that may have no end: enough to know a TLS record by */

static const struct dp_step *current(const struct dp_dialogue *dialogue)
{
	return &dialogue->protocol->steps[dialogue->step];
}

static const char *awaited(const struct dp_dialogue *dialogue)
{
	const struct dp_step *step = current(dialogue);

	return step->awaited != NULL
		? step->awaited
		: dp_arena_printf(dialogue->arena, "the reply to %s", step->name);
}

static const char *shown_line(const struct dp_dialogue *dialogue)
{
	return dp_text_escape(dialogue->arena, dialogue->line, dialogue->line_len, SHOWN_MAX);
}

static void note(
	struct dp_dialogue *dialogue, const char *who, const char *escaped, const char *remark)
{
	if (dialogue->log.len > LOG_MAX)
		return;
	dp_buf_printf(&dialogue->log, "%s: %s%s\n", who, escaped, remark);
	if (dialogue->log.len > LOG_MAX)
		dp_buf_text(&dialogue->log, "...\n");
}

static enum dp_dialogue_want fail(
	struct dp_dialogue *dialogue, enum dp_reason reason, int code, const char *detail)
{
	dialogue->want = DP_DIALOGUE_FAILED;
	dialogue->reason = reason;
	dialogue->answered = code != 0;
	dialogue->reply_code = dialogue->protocol->numeric ? code : 0;
	dialogue->detail = detail;
	return dialogue->want;
}

/* Have the current step's command ready, or wait for the peer when it has none. */
static void begin_step(struct dp_dialogue *dialogue)
{
	dialogue->reply_lines = 0;
	dialogue->first_code = 0;
	dialogue->depth = 0;
	dialogue->offered = false;
	dialogue->reply_text = NULL;
	dialogue->out.len = 0;
	if (dialogue->step == dialogue->protocol->step_count) {
		dialogue->phase = DP_PHASE_TLS;
		dialogue->want = DP_DIALOGUE_TLS;
		return;
	}
	const struct dp_step *step = current(dialogue);

	dialogue->phase = step->phase;
	dialogue->want = step->send == NULL ? DP_DIALOGUE_READ : DP_DIALOGUE_WRITE;
	if (step->send == NULL)
		return;
	dp_buf_bytes(&dialogue->out, step->send,
		step->send_len != 0 ? step->send_len : strlen(step->send));
	if (step->insert == DP_INSERT_HELLO)
		dp_buf_text(&dialogue->out, dialogue->names.hello);
	if (step->insert == DP_INSERT_DOMAIN)
		dp_buf_text(&dialogue->out, dialogue->names.domain);
	dp_buf_text(&dialogue->out, step->tail != NULL ? step->tail : "\r\n");
}

void dp_dialogue_start(struct dp_dialogue *dialogue, const struct dp_protocol *protocol,
	const struct dp_dialogue_names *names, struct dp_arena *arena)
{
	memset(dialogue, 0, sizeof(*dialogue));
	dialogue->protocol = protocol;
	dialogue->arena = arena;
	dialogue->names = *names;
	dp_buf_init(&dialogue->out, arena);
	dp_buf_init(&dialogue->log, arena);
	begin_step(dialogue);
}

static const char *guess(const struct dp_dialogue *dialogue, bool whole)
{
	return dp_foreign_guess(
		dialogue->protocol->service.name, dialogue->line, dialogue->line_len, whole);
}

static bool ends_line(char c)
{
	return c == '\r' || c == '\n';
}

/* What was read is no reply at all. */
static void refuse_line(struct dp_dialogue *dialogue)
{
	const char *what = guess(dialogue, true);
	const char *detail;

	/* Of a line where none was expected, the end is still there. */
	while (dialogue->line_len > 0 && ends_line(dialogue->line[dialogue->line_len - 1]))
		dialogue->line_len--;
	if (what != NULL)
		detail =
			dp_arena_printf(dialogue->arena, "%s (\"%s\")", what, shown_line(dialogue));
	else
		detail = dp_arena_printf(dialogue->arena, "it sent \"%s\" instead of %s",
			shown_line(dialogue), awaited(dialogue));
	fail(dialogue, dialogue->protocol->misspoken, 0, detail);
}

static void refuse_length(struct dp_dialogue *dialogue)
{
	fail(dialogue, DP_REASON_REPLY_TOO_LONG, 0,
		dp_arena_printf(dialogue->arena, "a line of more than %d octets", DP_LINE_MAX));
}

static void refuse_count(struct dp_dialogue *dialogue)
{
	fail(dialogue, DP_REASON_REPLY_TOO_LONG, 0,
		dp_arena_printf(dialogue->arena, "more than %d lines", DP_REPLY_LINES_MAX));
}

/* A line that nobody asked for: strict lock-step, except that a server may always say that it is
 * closing, and an IMAP server what it likes. */
static void take_unsolicited(struct dp_dialogue *dialogue)
{
	struct dp_reading reading = { .step = current(dialogue) };
	struct dp_reply_line reply = { 0 };
	const char *line = shown_line(dialogue);

	if (!dialogue->protocol->read(&reading, dialogue->line, dialogue->line_len, &reply))
		refuse_line(dialogue);
	else if (reply.closing)
		fail(dialogue, DP_REASON_CONNECTION_LOST, reply.code,
			dp_arena_printf(dialogue->arena, "with \"%s\"", line));
	else if (!reply.aside)
		fail(dialogue, dialogue->protocol->misspoken, reply.code,
			dp_arena_printf(
				dialogue->arena, "it sent \"%s\" without being asked", line));
	else if (++dialogue->asides == DP_REPLY_LINES_MAX)
		refuse_count(dialogue);
}

/* RFC 5321 s4.1.1.1: ehlo-keyword, then a blank or the end; case does not count. So in RFC 2449 s5
 * and RFC 3977 s5.2. */
static bool holds_keyword(const struct dp_reply_line *reply, const char *keyword)
{
	return dp_read_word(reply->text, reply->text_len, keyword);
}

static bool accepts(const struct dp_step *step, int code)
{
	return code == step->accept || (code != 0 && code == step->accept_too);
}

static void end_reply(struct dp_dialogue *dialogue)
{
	const struct dp_step *step = current(dialogue);
	int code = dialogue->first_code;
	const char *said = dp_arena_printf(dialogue->arena, "\"%s\"",
		dialogue->reply_text != NULL ? dialogue->reply_text : "");

	if (accepts(step, code) && step->capability != NULL && !dialogue->offered) {
		fail(dialogue, step->missing, code, NULL);
	} else if (accepts(step, code)) {
		dialogue->step++;
		begin_step(dialogue);
	} else if (code >= 500) {
		fail(dialogue, step->rejected, code, said);
	} else if (code >= 400 && step->temporary == DP_REASON_CONNECTION_LOST) {
		fail(dialogue, step->temporary, code,
			dp_arena_printf(dialogue->arena, "with %s", said));
	} else if (code >= 400) {
		fail(dialogue, step->temporary, code, said);
	} else if (step->other != dialogue->protocol->misspoken) {
		fail(dialogue, step->other, code, said);
	} else {
		fail(dialogue, step->other, code,
			dp_arena_printf(
				dialogue->arena, "it answered %s with %s", step->name, said));
	}
}

/* The reason of a refusal often stands in a later line. */
static void quote(struct dp_dialogue *dialogue, const struct dp_reply_line *reply)
{
	if (reply->aside)
		return;
	if (dialogue->reply_text == NULL)
		dialogue->reply_text = shown_line(dialogue);
	else if (!accepts(current(dialogue), reply->code) &&
		strlen(dialogue->reply_text) < SHOWN_MAX)
		dialogue->reply_text = dp_arena_printf(
			dialogue->arena, "%s / %s", dialogue->reply_text, shown_line(dialogue));
}

static void take_reply_line(struct dp_dialogue *dialogue)
{
	const struct dp_step *step = current(dialogue);
	struct dp_reading reading = { step, dialogue->reply_lines, dialogue->first_code,
		dialogue->depth };
	struct dp_reply_line reply = { 0 };

	if (!dialogue->protocol->read(&reading, dialogue->line, dialogue->line_len, &reply)) {
		refuse_line(dialogue);
		return;
	}
	dialogue->depth = reading.depth;
	if (dialogue->first_code == 0) {
		dialogue->first_code = reply.code;
	} else if (reply.code != 0 && reply.code != dialogue->first_code) {
		fail(dialogue, dialogue->protocol->misspoken, 0,
			dp_arena_printf(dialogue->arena,
				"the code changes from %d to %d within one reply",
				dialogue->first_code, reply.code));
		return;
	}
	quote(dialogue, &reply);
	if (reply.offers ||
		(step->capability != NULL && dialogue->reply_lines > 0 &&
			holds_keyword(&reply, step->capability)))
		dialogue->offered = true;
	dialogue->reply_lines++;
	if (reply.last)
		end_reply(dialogue);
	else if (dialogue->reply_lines == DP_REPLY_LINES_MAX)
		refuse_count(dialogue);
}

static void end_message(struct dp_dialogue *dialogue, const char *remark)
{
	note(dialogue, "S", shown_line(dialogue), remark);
	if (dialogue->unsolicited)
		take_unsolicited(dialogue);
	else
		take_reply_line(dialogue);
	dialogue->line_len = 0;
}

/* Does the line go on behind a literal string? */
static bool begins_literal(struct dp_dialogue *dialogue)
{
	size_t mark = 0, octets = 0;

	if (dialogue->protocol->literal != NULL)
		octets = dialogue->protocol->literal(dialogue->line, dialogue->line_len, &mark);
	if (octets == 0)
		return false;
	if (octets > DP_LINE_MAX - mark) {
		refuse_length(dialogue);
		return true;
	}
	dialogue->line_len = mark;
	dialogue->literal_left = octets;
	return true;
}

static void end_line(struct dp_dialogue *dialogue)
{
	bool bare = dialogue->line_len == 0 || dialogue->line[dialogue->line_len - 1] != '\r';

	if (!bare)
		dialogue->line_len--;
	if (!begins_literal(dialogue))
		end_message(dialogue, bare ? " (ends with LF alone)" : "");
}

/* What is certain from the first bytes of a line that may have no end. */
static void look_early(struct dp_dialogue *dialogue)
{
	const char *what = dialogue->line_len == EARLY_BYTES ? guess(dialogue, false) : NULL;

	if (what == NULL)
		return;
	note(dialogue, "S", shown_line(dialogue), "");
	fail(dialogue, dialogue->protocol->misspoken, 0, what);
}

/* White space between messages costs nothing to send, and is no message whose number is bounded. */
static void skip_blank(struct dp_dialogue *dialogue)
{
	if (++dialogue->blanks > DP_LINE_MAX)
		fail(dialogue, DP_REASON_REPLY_TOO_LONG, 0,
			dp_arena_printf(dialogue->arena, "more than %d octets of white space",
				DP_LINE_MAX));
}

static void take_byte(struct dp_dialogue *dialogue, char byte)
{
	const struct dp_protocol *protocol = dialogue->protocol;
	bool literal = dialogue->literal_left > 0;

	if (dialogue->line_len == 0 && !literal) {
		if (protocol->blanks && (byte == ' ' || byte == '\t' || ends_line(byte))) {
			skip_blank(dialogue);
			return;
		}
		dialogue->unsolicited = dialogue->want == DP_DIALOGUE_WRITE;
	}
	if (byte == '\n' && protocol->whole == NULL && !literal) {
		end_line(dialogue);
		return;
	}
	if (dialogue->line_len == DP_LINE_MAX) {
		refuse_length(dialogue);
		return;
	}
	dialogue->line[dialogue->line_len++] = byte;
	if (literal)
		dialogue->literal_left--;
	else if (protocol->whole != NULL && protocol->whole(dialogue->line, dialogue->line_len))
		end_message(dialogue, "");
	else
		look_early(dialogue);
}

/* Where TLS begins with the first byte, and the peer spoke first. */
static void refuse_clear(struct dp_dialogue *dialogue, const uint8_t *bytes, size_t len)
{
	note(dialogue, "S", dp_text_escape(dialogue->arena, bytes, len, SHOWN_MAX),
		" (instead of TLS)");
	fail(dialogue, DP_REASON_TLS_NOT_AT_ONCE, 0,
		dp_dialogue_not_tls(bytes, len, dialogue->arena));
}

/* RFC 3207 s4.2, CVE-2011-0411 turned round: whoever put these bytes there wants them to be read
 * as if they had come through TLS. */
static void refuse_injection(struct dp_dialogue *dialogue, const uint8_t *bytes, size_t len)
{
	const char *shown = dp_text_escape(dialogue->arena, bytes, len, SHOWN_MAX);

	if (dialogue->protocol->step_count == 0) {
		refuse_clear(dialogue, bytes, len);
		return;
	}
	note(dialogue, "S", shown, " (behind the go-ahead)");
	fail(dialogue, DP_REASON_STARTTLS_INJECTION, 0,
		dp_arena_printf(dialogue->arena, "\"%s\"", shown));
}

enum dp_dialogue_want dp_dialogue_input(
	struct dp_dialogue *dialogue, const uint8_t *bytes, size_t len)
{
	for (size_t i = 0; i < len && dialogue->want != DP_DIALOGUE_FAILED; i++) {
		if (dialogue->want == DP_DIALOGUE_TLS)
			refuse_injection(dialogue, bytes + i, len - i);
		else
			take_byte(dialogue, (char)bytes[i]);
	}
	return dialogue->want;
}

const struct dp_buf *dp_dialogue_output(const struct dp_dialogue *dialogue)
{
	return &dialogue->out;
}

enum dp_dialogue_want dp_dialogue_written(struct dp_dialogue *dialogue)
{
	if (dialogue->want == DP_DIALOGUE_WRITE) {
		size_t len = dialogue->out.len;

		if (len > 2 && memcmp(dialogue->out.data + len - 2, "\r\n", 2) == 0)
			len -= 2;
		note(dialogue, "C",
			dp_text_escape(dialogue->arena, dialogue->out.data, len, SHOWN_MAX), "");
		dialogue->want = DP_DIALOGUE_READ;
	}
	return dialogue->want;
}

static bool over(const struct dp_dialogue *dialogue)
{
	return dialogue->want == DP_DIALOGUE_FAILED || dialogue->want == DP_DIALOGUE_TLS;
}

/* Is what there is of the line the begin of a reply? */
static bool reads_on(const struct dp_dialogue *dialogue)
{
	struct dp_reading reading = { current(dialogue), dialogue->reply_lines,
		dialogue->first_code, dialogue->depth };
	struct dp_reply_line reply = { 0 };

	return dialogue->protocol->whole == NULL &&
		dialogue->protocol->read(&reading, dialogue->line, dialogue->line_len, &reply);
}

/* A last line without an end may still tell what the peer is. */
static bool refuse_remainder(struct dp_dialogue *dialogue)
{
	if (guess(dialogue, true) == NULL || reads_on(dialogue))
		return false;
	note(dialogue, "S", shown_line(dialogue), " (no line end)");
	refuse_line(dialogue);
	return true;
}

static bool is_partly_heard(const struct dp_dialogue *dialogue)
{
	return dialogue->line_len > 0 || dialogue->reply_lines > 0;
}

enum dp_dialogue_want dp_dialogue_closed(struct dp_dialogue *dialogue)
{
	if (over(dialogue) || refuse_remainder(dialogue))
		return dialogue->want;
	const struct dp_step *step = current(dialogue);
	const char *detail = step->lost;

	if (is_partly_heard(dialogue))
		detail = dp_arena_printf(dialogue->arena, "in the middle of %s", awaited(dialogue));
	else if (detail == NULL)
		detail = dp_arena_printf(dialogue->arena, "after %s", step->name);
	return fail(dialogue, DP_REASON_CONNECTION_LOST, 0, detail);
}

enum dp_dialogue_want dp_dialogue_timed_out(struct dp_dialogue *dialogue)
{
	if (over(dialogue) || refuse_remainder(dialogue))
		return dialogue->want;
	const char *detail = awaited(dialogue);

	if (is_partly_heard(dialogue))
		detail = dp_arena_printf(dialogue->arena, "the rest of %s", detail);
	return fail(dialogue, DP_REASON_REPLY_TIMEOUT, 0, detail);
}

bool dp_dialogue_unheard(const struct dp_dialogue *dialogue)
{
	return dialogue->want == DP_DIALOGUE_READ && dialogue->step == 0 &&
		dialogue->reply_lines == 0 && dialogue->line_len == 0;
}

enum dp_dialogue_want dp_dialogue_spoke_tls(struct dp_dialogue *dialogue)
{
	return fail(
		dialogue, dialogue->protocol->misspoken, 0, "it speaks TLS from the first byte");
}

const char *dp_dialogue_not_tls(const uint8_t *bytes, size_t len, struct dp_arena *arena)
{
	const char *what = dp_foreign_guess("TLS", (const char *)bytes, len, true);
	size_t shown = 0;

	while (shown < len && !ends_line((char)bytes[shown]))
		shown++;
	if (shown == 0)
		shown = len;
	return dp_arena_printf(arena, what != NULL ? "%s (\"%s\")" : "%sit sent \"%s\"",
		what != NULL ? what : "", dp_text_escape(arena, bytes, shown, SHOWN_MAX));
}
