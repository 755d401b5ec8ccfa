/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Does a way to the DNS pass on what DNSSEC needs? Three questions to the root, whose answers are
 * known beforehand (RFC 8027 s3): its keys, a type that it does not have, a name that does not
 * exist. The last is a TLSA question, so that a way that knows only old types is found out, too.
 *
 * Lifetime: the struct and the arena outlive the questions; closing the validator ends them without
 * a callback.
 */
#ifndef DP_NET_FITNESS_H
#define DP_NET_FITNESS_H

#include "base/arena.h"
#include "dane/facts.h"

struct dp_validator;
struct dp_fitness;

#define DP_FITNESS_QUESTIONS 3

typedef void (*dp_fitness_done)(void *user, struct dp_fitness *fitness);

struct dp_fitness {
	struct dp_lookup keys, no_type, no_name;
	size_t open; /* questions without an answer yet */
	dp_fitness_done done;
	void *user;
};

/* Ask; done is called once from the loop, after patience_ms at the latest. */
void dp_fitness_start(struct dp_fitness *fitness, struct dp_validator *validator,
	int64_t patience_ms, struct dp_arena *arena, dp_fitness_done done, void *user);

/* What is wrong, for "...: %s" behind whom it is about; NULL: nothing. In the arena. */
const char *dp_fitness_fault(const struct dp_fitness *fitness, struct dp_arena *arena);

/* Nothing wrong was seen, but not every answer came. */
bool dp_fitness_silent(const struct dp_fitness *fitness);

#endif
