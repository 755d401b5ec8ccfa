/*
 * Random numbers for libunbound: query ids, source ports, hash seeds, 0x20 bits.
 *
 * It takes the place of libunbound's util/random.c; the contract is util/random.h. The bytes come
 * from getentropy() alone, a buffer at a time, and each byte is given out once and wiped: there is
 * no generator whose state could be guessed or leak, and no file to open, so it works in an empty
 * chroot. A lookup needs a few dozen bytes; 256 for one system call keeps the price out of sight.
 *
 * When getentropy() fails there is nothing safe to go on with: at the start that fails the context,
 * later it ends the program, for a predictable query id would be an attacker's way in.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "config.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "util/log.h"
#include "util/random.h"

enum { POOL_WORDS = 64 }; /* 256 bytes: the most that getentropy() gives at once */

struct ub_randstate {
	uint32_t pool[POOL_WORDS];
	size_t left; /* unused words, at the start of the pool */
};

static bool refill(struct ub_randstate *state)
{
	if (getentropy(state->pool, sizeof(state->pool)) != 0)
		return false;
	state->left = POOL_WORDS;
	return true;
}

static uint32_t next_word(struct ub_randstate *state)
{
	uint32_t word;

	if (state->left == 0 && !refill(state))
		fatal_exit("no random numbers: getentropy failed");
	word = state->pool[--state->left];
	state->pool[state->left] = 0;
	return word;
}

struct ub_randstate *ub_initstate(struct ub_randstate *from)
{
	struct ub_randstate *state = calloc(1, sizeof(*state));

	(void)from; /* every state has the kernel's entropy; a parent has nothing to add */
	if (state == NULL)
		return NULL;
	if (!refill(state)) {
		log_err("no random numbers: getentropy failed");
		free(state);
		return NULL;
	}
	return state;
}

long int ub_random(struct ub_randstate *state)
{
	return (long)(next_word(state) & 0x7fffffffU);
}

long int ub_random_max(struct ub_randstate *state, long int x)
{
	const uint32_t range = 0x80000000U;
	uint32_t bound = (uint32_t)x;
	uint32_t limit, value;

	if (x <= 1)
		return 0;
	/* Draws from the incomplete last block would favour small numbers: draw again. */
	limit = range - range % bound;
	do {
		value = next_word(state) & 0x7fffffffU;
	} while (value >= limit);
	return (long)(value % bound);
}

void ub_randfree(struct ub_randstate *state)
{
	if (state != NULL)
		explicit_bzero(state, sizeof(*state));
	free(state);
}
