/* SPDX-License-Identifier: Apache-2.0 */
/* Scripted peers for the dialogue engine: included by test_dialogue*.c. A row is a conversation. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "starttls/dialogue.h"

#define TURNS_MAX 5

enum ending { STOPS, CLOSED, TIMED_OUT }; /* what follows the last bytes */

struct bytes {
	const char *data;
	size_t len;
};

#define B(text) \
	{ \
		text, sizeof(text) - 1 \
	}
struct row {
	const char *name;
	struct bytes
		turns[TURNS_MAX]; /* what the peer says, one turn each; what we say comes between */
	enum ending ending;
	const char *said;           /* all that we said; NULL: not compared */
	enum dp_dialogue_want want; /* at the end */
	enum dp_reason reason;
	int code;
	const char *detail; /* NULL: none */
	enum dp_dialogue_phase phase;
};

#define GOES .want = DP_DIALOGUE_TLS, .phase = DP_PHASE_TLS
#define FAILS(why, what, evidence) \
	.want = DP_DIALOGUE_FAILED, .reason = DP_REASON_##why, .code = what, .detail = evidence

struct run {
	struct dp_arena *arena;
	struct dp_dialogue dialogue;
	struct dp_buf said;
};

static void start(struct run *run, const char *scheme)
{
	const struct dp_dialogue_names names = { "client.example", "service.example" };
	const struct dp_protocol *protocol = dp_protocol_find(scheme);

	assert_non_null(protocol);
	run->arena = dp_arena_open();
	dp_buf_init(&run->said, run->arena);
	dp_dialogue_start(&run->dialogue, protocol, &names, run->arena);
}

static void speak(struct run *run)
{
	if (run->dialogue.want != DP_DIALOGUE_WRITE)
		return;
	dp_buf_bytes(&run->said, dp_dialogue_output(&run->dialogue)->data,
		dp_dialogue_output(&run->dialogue)->len);
	dp_dialogue_written(&run->dialogue);
}

/* Play a row with the peer's turns cut into pieces of at most piece bytes. */
static void play(struct run *run, const char *scheme, const struct row *row, size_t piece)
{
	start(run, scheme);
	for (size_t turn = 0; turn < TURNS_MAX && row->turns[turn].data != NULL; turn++) {
		const struct bytes *bytes = &row->turns[turn];

		speak(run);
		for (size_t at = 0; at < bytes->len; at += piece) {
			size_t len = bytes->len - at < piece ? bytes->len - at : piece;

			dp_dialogue_input(&run->dialogue, (const uint8_t *)bytes->data + at, len);
		}
	}
	if (row->ending == CLOSED)
		dp_dialogue_closed(&run->dialogue);
	if (row->ending == TIMED_OUT)
		dp_dialogue_timed_out(&run->dialogue);
}

static void check(const struct run *run, const struct row *row)
{
	const struct dp_dialogue *dialogue = &run->dialogue;

	if ((row->said != NULL && strcmp(run->said.data, row->said) != 0) ||
		dialogue->want != row->want || dialogue->reason != row->reason)
		print_error("row \"%s\": %s\n", row->name,
			dialogue->detail == NULL ? "(no detail)" : dialogue->detail);
	if (row->said != NULL)
		assert_string_equal(run->said.data, row->said);
	assert_int_equal(dialogue->want, row->want);
	assert_int_equal(dialogue->phase, row->phase);
	assert_int_equal(dialogue->reason, row->reason);
	if (row->want != DP_DIALOGUE_FAILED)
		return;
	assert_int_equal(dialogue->reply_code, row->code);
	if (row->detail == NULL)
		assert_null(dialogue->detail);
	else
		assert_string_equal(dialogue->detail, row->detail);
}

/* Each row, whole; and cut into pieces, which changes nothing but where an injection is cut. */
static void check_rows(const char *scheme, const struct row *rows, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		struct run whole;

		play(&whole, scheme, &rows[i], SIZE_MAX / 2);
		check(&whole, &rows[i]);
		for (size_t piece = 1; piece <= 7; piece++) {
			struct run cut;

			play(&cut, scheme, &rows[i], piece);
			assert_int_equal(cut.dialogue.want, whole.dialogue.want);
			assert_int_equal(cut.dialogue.reason, whole.dialogue.reason);
			assert_int_equal(cut.dialogue.reply_code, whole.dialogue.reply_code);
			assert_int_equal(cut.dialogue.phase, whole.dialogue.phase);
			assert_int_equal(cut.said.len, whole.said.len);
			assert_memory_equal(cut.said.data, whole.said.data, cut.said.len);
			if (whole.dialogue.reason != DP_REASON_STARTTLS_INJECTION &&
				whole.dialogue.reason != DP_REASON_TLS_NOT_AT_ONCE)
				assert_string_equal(cut.dialogue.log.data, whole.dialogue.log.data);
			dp_arena_close(cut.arena);
		}
		dp_arena_close(whole.arena);
	}
}

#define CHECK_ROWS(scheme, rows) check_rows(scheme, rows, sizeof(rows) / sizeof((rows)[0]))

/* A program of one table. */
#define ROWS_OF(scheme, rows) \
	static void conversations(void **state) \
	{ \
		(void)state; \
		CHECK_ROWS(scheme, rows); \
	} \
\
	int main(void) \
	{ \
		const struct CMUnitTest tests[] = { cmocka_unit_test(conversations) }; \
\
		return cmocka_run_group_tests(tests, NULL, NULL); \
	}
