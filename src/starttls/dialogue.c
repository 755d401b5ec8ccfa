/* SPDX-License-Identifier: Apache-2.0 */
#include "starttls/dialogue.h"

#include <string.h>

#include "base/text.h"
#include "starttls/protocol.h"

#define SHOWN_MAX 200    /* octets of one line shown as evidence or in the log */
#define LOG_MAX 16384    /* octets of the log */
#define EARLY_BYTES 2    /* of a line that may have no end: enough to know a TLS record by */
#define CODE_CLOSING 421 /* RFC 5321 s3.8, s4.2.3: may come at any time */

static const struct dp_protocol *const protocols[] = { &dp_protocol_smtp };

const struct dp_protocol *dp_protocol_find(const char *scheme)
{
	for (size_t i = 0; i < sizeof(protocols) / sizeof(protocols[0]); i++) {
		if (strcmp(protocols[i]->scheme, scheme) == 0)
			return protocols[i];
	}
	return NULL;
}

uint16_t dp_protocol_port(const struct dp_protocol *protocol)
{
	return protocol->port;
}

bool dp_protocol_port_known(uint16_t port)
{
	for (size_t i = 0; i < sizeof(protocols) / sizeof(protocols[0]); i++) {
		if (port != 0 && protocols[i]->port == port)
			return true;
	}
	return false;
}

const char *dp_protocol_farewell(const struct dp_protocol *protocol)
{
	return protocol->farewell;
}

static const struct dp_step *current(const struct dp_dialogue *dialogue)
{
	return &dialogue->protocol->steps[dialogue->step];
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
	dialogue->reply_code = code;
	dialogue->detail = detail;
	return dialogue->want;
}

/* Have the current step's command ready, or wait for the peer when it has none. */
static void begin_step(struct dp_dialogue *dialogue)
{
	dialogue->reply_lines = 0;
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
	dp_buf_text(&dialogue->out, step->send);
	if (step->send_hello)
		dp_buf_printf(&dialogue->out, " %s", dialogue->hello);
	dp_buf_text(&dialogue->out, "\r\n");
}

void dp_dialogue_start(struct dp_dialogue *dialogue, const struct dp_protocol *protocol,
	const char *hello, struct dp_arena *arena)
{
	memset(dialogue, 0, sizeof(*dialogue));
	dialogue->protocol = protocol;
	dialogue->arena = arena;
	dialogue->hello = hello;
	dp_buf_init(&dialogue->out, arena);
	dp_buf_init(&dialogue->log, arena);
	begin_step(dialogue);
}

/* The line is no reply at all. */
static void refuse_line(struct dp_dialogue *dialogue)
{
	const char *guess = dp_foreign_guess(dialogue->line, dialogue->line_len, true);
	const char *detail;

	if (guess != NULL)
		detail = dp_arena_printf(
			dialogue->arena, "%s (\"%s\")", guess, shown_line(dialogue));
	else
		detail = dp_arena_printf(dialogue->arena, "it sent \"%s\" instead of %s",
			shown_line(dialogue), current(dialogue)->awaited);
	fail(dialogue, DP_REASON_NOT_SMTP, 0, detail);
}

/* A line that nobody asked for: strict lock-step, except that a server may always say that it is
 * closing. */
static void refuse_unsolicited(struct dp_dialogue *dialogue)
{
	struct dp_reply_line reply;
	const char *line = shown_line(dialogue);

	if (!dialogue->protocol->read_line(dialogue->line, dialogue->line_len, &reply))
		refuse_line(dialogue);
	else if (reply.code == CODE_CLOSING)
		fail(dialogue, DP_REASON_CONNECTION_LOST, reply.code,
			dp_arena_printf(dialogue->arena, "with \"%s\"", line));
	else
		fail(dialogue, DP_REASON_NOT_SMTP, reply.code,
			dp_arena_printf(
				dialogue->arena, "it sent \"%s\" without being asked", line));
}

/* RFC 5321 s4.1.1.1: ehlo-keyword, then a blank or the end; case does not count. */
static bool holds_keyword(const struct dp_reply_line *reply, const char *keyword)
{
	size_t len = strlen(keyword);

	return reply->text_len >= len && dp_text_equal_nocase(reply->text, len, keyword, len) &&
		(reply->text_len == len || reply->text[len] == ' ');
}

static void end_reply(struct dp_dialogue *dialogue)
{
	const struct dp_step *step = current(dialogue);
	int code = dialogue->reply_code;
	const char *said = dp_arena_printf(dialogue->arena, "\"%s\"", dialogue->reply_text);

	if (code == step->accept && step->capability != NULL && !dialogue->offered) {
		fail(dialogue, step->missing, code, NULL);
	} else if (code == step->accept) {
		dialogue->step++;
		begin_step(dialogue);
	} else if (code >= 500) {
		fail(dialogue, step->rejected, code, said);
	} else if (code >= 400) {
		fail(dialogue, step->temporary, code, said);
	} else if (step->other != DP_REASON_NOT_SMTP) {
		fail(dialogue, step->other, code, said);
	} else {
		fail(dialogue, step->other, code,
			dp_arena_printf(
				dialogue->arena, "it answered %s with %s", step->name, said));
	}
}

static void take_reply_line(struct dp_dialogue *dialogue)
{
	const struct dp_step *step = current(dialogue);
	struct dp_reply_line reply;

	if (!dialogue->protocol->read_line(dialogue->line, dialogue->line_len, &reply)) {
		refuse_line(dialogue);
		return;
	}
	if (dialogue->reply_lines == 0) {
		dialogue->reply_code = reply.code;
		dialogue->reply_text = shown_line(dialogue);
		dialogue->offered = false;
	} else if (reply.code != dialogue->reply_code) {
		fail(dialogue, DP_REASON_NOT_SMTP, 0,
			dp_arena_printf(dialogue->arena,
				"the code changes from %d to %d within one reply",
				dialogue->reply_code, reply.code));
		return;
	} else if (reply.code != step->accept && strlen(dialogue->reply_text) < SHOWN_MAX) {
		/* The reason of a refusal often stands in a later line. */
		dialogue->reply_text = dp_arena_printf(
			dialogue->arena, "%s / %s", dialogue->reply_text, shown_line(dialogue));
	} else if (step->capability != NULL && holds_keyword(&reply, step->capability)) {
		dialogue->offered = true;
	}
	dialogue->reply_lines++;
	if (reply.last)
		end_reply(dialogue);
	else if (dialogue->reply_lines == DP_REPLY_LINES_MAX)
		fail(dialogue, DP_REASON_REPLY_TOO_LONG, 0,
			dp_arena_printf(dialogue->arena, "more than %d lines", DP_REPLY_LINES_MAX));
}

static void end_line(struct dp_dialogue *dialogue)
{
	bool bare = dialogue->line_len == 0 || dialogue->line[dialogue->line_len - 1] != '\r';

	if (!bare)
		dialogue->line_len--;
	note(dialogue, "S", shown_line(dialogue), bare ? " (ends with LF alone)" : "");
	if (dialogue->unsolicited)
		refuse_unsolicited(dialogue);
	else
		take_reply_line(dialogue);
	dialogue->line_len = 0;
}

static void take_byte(struct dp_dialogue *dialogue, char byte)
{
	if (dialogue->line_len == 0)
		dialogue->unsolicited = dialogue->want == DP_DIALOGUE_WRITE;
	if (byte == '\n') {
		end_line(dialogue);
		return;
	}
	if (dialogue->line_len == DP_LINE_MAX) {
		fail(dialogue, DP_REASON_REPLY_TOO_LONG, 0,
			dp_arena_printf(
				dialogue->arena, "a line of more than %d octets", DP_LINE_MAX));
		return;
	}
	dialogue->line[dialogue->line_len++] = byte;
	if (dialogue->line_len != EARLY_BYTES)
		return;
	const char *guess = dp_foreign_guess(dialogue->line, dialogue->line_len, false);

	if (guess == NULL)
		return;
	note(dialogue, "S", shown_line(dialogue), "");
	fail(dialogue, DP_REASON_NOT_SMTP, 0, guess);
}

/* RFC 3207 s4.2, CVE-2011-0411 turned round: whoever put these bytes there wants them to be read
 * as if they had come through TLS. */
static void refuse_injection(struct dp_dialogue *dialogue, const uint8_t *bytes, size_t len)
{
	const char *shown = dp_text_escape(dialogue->arena, bytes, len, SHOWN_MAX);

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
		size_t len = dialogue->out.len - 2;

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

/* A last line without an end may still tell what the peer is. */
static bool refuse_remainder(struct dp_dialogue *dialogue)
{
	if (dp_foreign_guess(dialogue->line, dialogue->line_len, true) == NULL)
		return false;
	note(dialogue, "S", shown_line(dialogue), " (no line end)");
	refuse_line(dialogue);
	return true;
}

enum dp_dialogue_want dp_dialogue_closed(struct dp_dialogue *dialogue)
{
	if (over(dialogue) || refuse_remainder(dialogue))
		return dialogue->want;
	const struct dp_step *step = current(dialogue);
	bool partly = dialogue->line_len > 0 || dialogue->reply_lines > 0;

	return fail(dialogue, DP_REASON_CONNECTION_LOST, 0,
		partly ? dp_arena_printf(dialogue->arena, "in the middle of %s", step->awaited)
		       : step->lost);
}

enum dp_dialogue_want dp_dialogue_timed_out(struct dp_dialogue *dialogue)
{
	if (over(dialogue) || refuse_remainder(dialogue))
		return dialogue->want;
	const struct dp_step *step = current(dialogue);
	bool partly = dialogue->line_len > 0 || dialogue->reply_lines > 0;

	return fail(dialogue, DP_REASON_REPLY_TIMEOUT, 0,
		partly ? dp_arena_printf(dialogue->arena, "the rest of %s", step->awaited)
		       : step->awaited);
}
