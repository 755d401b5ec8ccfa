/* SPDX-License-Identifier: Apache-2.0 */
/* A TARGET of the command line, with the options that shape it, as the question of a check. */
#ifndef DP_APP_TARGET_H
#define DP_APP_TARGET_H

#include "app/options.h"
#include "dane/facts.h"

/* Fill *target from text ("example.org", "smtp://mx.example.org:25") and options, both borrowed.
 * Returns NULL, or one line without a line end that says what to type instead; in the arena. */
const char *dp_target_parse(const char *text, const struct dp_options *options,
	struct dp_arena *arena, struct dp_target *target);

#endif
