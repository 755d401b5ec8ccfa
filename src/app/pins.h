/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Validators that ask one name server alone about a zone, for --all-nameservers: opened with the
 * first question to a server, closed when its last one is answered, so that only a few are open at
 * a time. When to ask whom is the planner's.
 *
 * Lifetime: zeroed by its owner, who sets resolver; every ask is followed by its answer or by a
 * cancel.
 */
#ifndef DP_APP_PINS_H
#define DP_APP_PINS_H

#include <stdint.h>

#include "base/arena.h"
#include "dane/nameservers.h"
#include "net/validator.h"

struct dp_pin {
	const struct dp_name *zone; /* borrowed; NULL: any server, see dp_resolver_pinned */
	struct dp_ip ip;
	struct dp_validator *validator;
	unsigned open; /* questions under way; 0: the pin is free */
};

struct dp_pins {
	struct dp_resolver *resolver;
	struct dp_pin pins[DP_NS_AT_ONCE];
};

/* Ask lookup of the server ip about zone (or of whom it may concern: zone NULL, ip none), as
 * dp_validator_ask. The pin that is used goes to *pin,
 * for dp_pins_done. NULL when it cannot be asked (this machine has no route there): the lookup is
 * then CANCELLED with its reason in why, and answer is not called. */
struct dp_validator_question *dp_pins_ask(struct dp_pins *pins, const struct dp_name *zone,
	const struct dp_ip *ip, struct dp_lookup *lookup, int64_t timeout_ms,
	struct dp_arena *arena, dp_validator_answer answer, void *user, struct dp_pin **pin);

/* A question of this pin was answered or cancelled; behind the last one the pin is free again. */
void dp_pins_done(struct dp_pin *pin);

#endif
