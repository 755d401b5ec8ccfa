/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A peer that says anything, in any protocol: the second byte chooses it. The first byte cuts the
 * stream into pieces; cut differently, it must come to the same end. Between pieces we speak as
 * soon as it is our turn only when nothing of the turn is left: turns end with the byte 0xff.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "starttls/dialogue.h"

#define TURN_END 0xff

static void require(int holds)
{
	if (!holds)
		abort();
}

static const struct dp_protocol *chosen(uint8_t number)
{
	size_t count = 0;

	while (dp_protocol_at(count) != NULL)
		count++;
	return dp_protocol_at(number % count);
}

/* data begins with the byte that chooses the protocol. */
static void play(struct dp_dialogue *dialogue, struct dp_arena *arena, const uint8_t *data,
	size_t len, size_t piece)
{
	const struct dp_dialogue_names names = { "client.example", "service.example" };

	dp_dialogue_start(dialogue, chosen(*data++), &names, arena);
	len--;
	while (len > 0) {
		const uint8_t *end = memchr(data, TURN_END, len);
		size_t turn = end == NULL ? len : (size_t)(end - data);

		if (dialogue->want == DP_DIALOGUE_WRITE) {
			require(dp_dialogue_output(dialogue)->len > 2);
			dp_dialogue_written(dialogue);
		}
		for (size_t at = 0; at < turn; at += piece)
			dp_dialogue_input(
				dialogue, data + at, turn - at < piece ? turn - at : piece);
		data += turn + (end != NULL);
		len -= turn + (end != NULL);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (size < 3)
		return 0;
	struct dp_arena *arena = dp_arena_open();
	struct dp_dialogue *whole = dp_arena_alloc(arena, sizeof(*whole));
	struct dp_dialogue *cut = dp_arena_alloc(arena, sizeof(*cut));

	play(whole, arena, data + 1, size - 1, SIZE_MAX / 2);
	play(cut, arena, data + 1, size - 1, data[0] % 16 + 1u);
	require(whole->want == cut->want && whole->reason == cut->reason &&
		whole->phase == cut->phase);
	require((whole->want == DP_DIALOGUE_FAILED) == (whole->reason != DP_REASON_NONE));
	require(whole->log.len < 20000);
	if (data[0] & 0x80)
		dp_dialogue_closed(whole);
	else
		dp_dialogue_timed_out(whole);
	require(whole->want == DP_DIALOGUE_FAILED || whole->want == DP_DIALOGUE_TLS);
	dp_arena_close(arena);
	return 0;
}
