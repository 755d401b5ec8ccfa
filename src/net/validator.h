/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One libunbound context on our loop: a DNSSEC validator that either recurses from the root or asks
 * given servers. The only file that knows libunbound is validator.c. Which way to take: resolver.h.
 *
 * Lifetime: open, ask, cancel, close (idempotent, NULL allowed; open questions are dropped without
 * callbacks). Callbacks come from the loop, never from inside dp_validator_ask; until then the
 * lookup stays PENDING.
 */
#ifndef DP_NET_VALIDATOR_H
#define DP_NET_VALIDATOR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "dane/facts.h"
#include "net/resolver.h"

struct event_base;
struct dp_validator;
struct dp_validator_question;

struct dp_validator_config {
	struct event_base *base;
	const struct dp_resolver_server *forwards; /* none: recursion from the root */
	size_t forward_count;
	const char *const *anchors; /* zone-file text; none: all is INSECURE, unvalidated */
	size_t anchor_count;
	const char *root_hints_path; /* NULL: libunbound's own */
	int64_t clock_offset_s;
	bool want_v4, want_v6;
	struct dp_resolver_size size;
	const struct dp_name *pinned_zone; /* NULL: none; else all questions below it, except into
					      zones delegated from it, go to pinned_ip, port 53 */
	struct dp_ip pinned_ip;
};

/* NULL and one sentence in *why when libunbound refuses the configuration (a bad anchor, bad
 * hints). */
struct dp_validator *dp_validator_open(const struct dp_validator_config *config, const char **why);
void dp_validator_close(struct dp_validator *validator);

typedef void (*dp_validator_answer)(void *user, struct dp_lookup *lookup);

/* Ask lookup->name and type; as dp_resolver_ask. timeout_ms from now. */
struct dp_validator_question *dp_validator_ask(struct dp_validator *validator,
	struct dp_lookup *lookup, int64_t timeout_ms, struct dp_arena *arena,
	dp_validator_answer answer, void *user);
void dp_validator_cancel(struct dp_validator_question *question);

const char *dp_validator_version(void);

#endif
