/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/arena.h"

static void pieces_are_zeroed_aligned_and_apart(void **state)
{
	static const size_t sizes[] = { 0, 1, 2, 15, 16, 17, 100, 4095, 4096, 4097, 70000 };
	struct dp_arena *arena = dp_arena_open();
	unsigned char *pieces[500];
	size_t lens[500];

	(void)state;
	for (size_t i = 0; i < 500; i++) {
		lens[i] = sizes[i % 11];
		pieces[i] = dp_arena_alloc(arena, lens[i]);
		assert_non_null(pieces[i]);
		assert_int_equal((uintptr_t)pieces[i] % _Alignof(max_align_t), 0);
		for (size_t k = 0; k < lens[i]; k++)
			assert_int_equal(pieces[i][k], 0);
		if (lens[i] > 0)
			memset(pieces[i], (int)(i % 251) + 1, lens[i]);
	}
	for (size_t i = 0; i < 500; i++)
		for (size_t k = 0; k < lens[i]; k++)
			assert_int_equal(pieces[i][k], i % 251 + 1);
	dp_arena_close(arena);
	dp_arena_close(NULL);
}

static void used_counts_what_was_asked_for(void **state)
{
	struct dp_arena *arena = dp_arena_open();

	(void)state;
	assert_int_equal(dp_arena_used(arena), 0);
	dp_arena_alloc(arena, 1);
	dp_arena_alloc(arena, 100000);
	dp_arena_text(arena, "abc", 3);
	assert_int_equal(dp_arena_used(arena), 100005);
	dp_arena_close(arena);
}

static void copies(void **state)
{
	struct dp_arena *arena = dp_arena_open();
	char source[] = "ab\0cd";
	char *copy = dp_arena_copy(arena, source, 5);
	char *text = dp_arena_text(arena, "hello", 2);
	char *printed = dp_arena_printf(arena, "%s-%05d-%zu", "x", -42, (size_t)7);

	(void)state;
	source[0] = 'z';
	assert_memory_equal(copy, "ab\0cd", 5);
	assert_string_equal(text, "he");
	assert_string_equal(printed, "x--0042-7");
	assert_string_equal(dp_arena_text(arena, NULL, 0), "");
	assert_non_null(dp_arena_copy(arena, NULL, 0));
	assert_int_equal(strlen(dp_arena_printf(arena, "%9000d", 1)), 9000);
	dp_arena_close(arena);
}

static void arrays_grow_and_keep_their_elements(void **state)
{
	struct dp_arena *arena = dp_arena_open();
	uint32_t *items = NULL;
	size_t cap = 0;

	(void)state;
	for (uint32_t i = 0; i < 5000; i++) {
		uint32_t *before = items;
		size_t cap_before = cap;

		items = dp_arena_grow(arena, items, i, &cap, sizeof *items);
		assert_true(cap > i);
		if (i < cap_before)
			assert_ptr_equal(items, before);
		else
			assert_int_equal(cap, i < 4 ? 4 : 2 * i);
		items[i] = i * 3;
	}
	for (uint32_t i = 0; i < 5000; i++)
		assert_int_equal(items[i], i * 3);
	dp_arena_close(arena);
}

/* The exit status of a child that asks for the impossible. */
static int status_of(void (*ask)(struct dp_arena *arena))
{
	pid_t child = fork();
	int status = 0;

	assert_true(child >= 0);
	if (child == 0) {
		struct dp_arena *arena = dp_arena_open();

		close(2);
		ask(arena);
		_exit(0);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static void ask_all(struct dp_arena *arena)
{
	dp_arena_alloc(arena, SIZE_MAX);
}

static void ask_nearly_all(struct dp_arena *arena)
{
	dp_arena_alloc(arena, SIZE_MAX - 64);
}

static void grow_past_the_end(struct dp_arena *arena)
{
	size_t cap = 8;
	static uint64_t items[8];

	dp_arena_grow(arena, items, 8, &cap, SIZE_MAX / 8);
}

static void out_of_memory_ends_with_status_3(void **state)
{
	(void)state;
	assert_int_equal(status_of(ask_all), 3);
	assert_int_equal(status_of(ask_nearly_all), 3);
	assert_int_equal(status_of(grow_past_the_end), 3);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(pieces_are_zeroed_aligned_and_apart),
		cmocka_unit_test(used_counts_what_was_asked_for),
		cmocka_unit_test(copies),
		cmocka_unit_test(arrays_grow_and_keep_their_elements),
		cmocka_unit_test(out_of_memory_ends_with_status_3),
	};

	return cmocka_run_group_tests_name("arena", tests, NULL, NULL);
}
