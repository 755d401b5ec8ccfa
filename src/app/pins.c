/* SPDX-License-Identifier: Apache-2.0 */
#include "app/pins.h"

#include "net/resolver.h"
#include "port/port.h"

static bool same_zone(const struct dp_name *a, const struct dp_name *b)
{
	return a == b || (a != NULL && b != NULL && dp_name_equal(a, b));
}

static struct dp_pin *find(struct dp_pins *pins, const struct dp_name *zone, const struct dp_ip *ip)
{
	for (size_t i = 0; i < DP_NS_AT_ONCE; i++) {
		struct dp_pin *pin = &pins->pins[i];

		if (pin->open > 0 && same_zone(pin->zone, zone) && dp_ip_equal(&pin->ip, ip))
			return pin;
	}
	return NULL;
}

static struct dp_pin *open_pin(
	struct dp_pins *pins, const struct dp_name *zone, const struct dp_ip *ip)
{
	for (size_t i = 0; i < DP_NS_AT_ONCE; i++) {
		struct dp_pin *pin = &pins->pins[i];

		if (pin->open > 0)
			continue;
		pin->validator = dp_resolver_pinned(pins->resolver, zone, ip);
		if (pin->validator == NULL)
			return NULL;
		pin->zone = zone;
		pin->ip = *ip;
		return pin;
	}
	return NULL;
}

struct dp_validator_question *dp_pins_ask(struct dp_pins *pins, const struct dp_name *zone,
	const struct dp_ip *ip, struct dp_lookup *lookup, int64_t timeout_ms,
	struct dp_arena *arena, dp_validator_answer answer, void *user, struct dp_pin **pin)
{
	*pin = find(pins, zone, ip);
	lookup->state = DP_LOOKUP_CANCELLED;
	if (*pin == NULL && zone != NULL && !dp_port_has_route(ip)) {
		lookup->why = ip->family == 4 ? "this machine has no IPv4 route to it"
					      : "this machine has no IPv6 route to it";
		return NULL;
	}
	if (*pin == NULL)
		*pin = open_pin(pins, zone, ip);
	if (*pin == NULL) {
		lookup->why = "the DNS library cannot ask it";
		return NULL;
	}
	(*pin)->open++;
	return dp_validator_ask((*pin)->validator, lookup, timeout_ms, arena, answer, user);
}

void dp_pins_done(struct dp_pin *pin)
{
	if (--pin->open > 0)
		return;
	dp_validator_close(pin->validator);
	*pin = (struct dp_pin){ 0 };
}
