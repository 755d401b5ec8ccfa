/* SPDX-License-Identifier: Apache-2.0 */
#include "net/fitness.h"

#include <string.h>

#include "base/text.h"
#include "dane/dnswire.h"
#include "dane/rules.h"
#include "net/validator.h"

#define TYPE_TXT 16

static const struct dp_name root = { .len = 1 };
/* No top-level domain begins with an underscore. */
static const struct dp_name absent = { .len = 10, .wire = "\3_25\4_tcp" };

static void answered(void *user, struct dp_lookup *lookup)
{
	struct dp_fitness *fitness = user;

	(void)lookup;
	if (--fitness->open == 0)
		fitness->done(fitness->user, fitness);
}

void dp_fitness_start(struct dp_fitness *fitness, struct dp_validator *validator,
	int64_t patience_ms, struct dp_arena *arena, dp_fitness_done done, void *user)
{
	struct dp_lookup *const lookups[DP_FITNESS_QUESTIONS] = { &fitness->keys, &fitness->no_type,
		&fitness->no_name };

	*fitness = (struct dp_fitness){
		.keys = { .name = root, .type = DP_TYPE_DNSKEY },
		.no_type = { .name = root, .type = TYPE_TXT },
		.no_name = { .name = absent, .type = DP_TYPE_TLSA },
		.open = DP_FITNESS_QUESTIONS,
		.done = done,
		.user = user,
	};
	for (size_t i = 0; i < DP_FITNESS_QUESTIONS; i++)
		dp_validator_ask(validator, lookups[i], patience_ms, arena, answered, fitness);
}

static bool is_denial(const struct dp_lookup *lookup, enum dp_lookup_state state)
{
	return lookup->state == state && lookup->security == DP_SECURE;
}

/* A denial that is not one, in words. */
static const char *denial_fault(
	const struct dp_lookup *lookup, const char *of, struct dp_arena *arena)
{
	if (lookup->state == DP_LOOKUP_TIMEOUT)
		return dp_arena_printf(arena, "no answer about %s", of);
	if (lookup->state == DP_LOOKUP_ERROR && lookup->security != DP_BOGUS)
		return dp_arena_printf(arena, "an error (%s) in the place of the answer about %s",
			dp_rcode_text(lookup->message.rcode, arena), of);
	return dp_arena_printf(arena, "an answer without proof about %s (RFC 8027 s3.1)", of);
}

const char *dp_fitness_fault(const struct dp_fitness *fitness, struct dp_arena *arena)
{
	const struct dp_lookup *keys = &fitness->keys;

	if (dp_rule_secure_data(keys)) {
		if (!is_denial(&fitness->no_type, DP_LOOKUP_NODATA))
			return denial_fault(
				&fitness->no_type, "a type that the root does not have", arena);
		if (!is_denial(&fitness->no_name, DP_LOOKUP_NXDOMAIN))
			return denial_fault(&fitness->no_name, "a name that does not exist", arena);
		return NULL;
	}
	if (keys->state == DP_LOOKUP_TIMEOUT)
		return "no answer";
	if (dp_rule_out_of_time(keys))
		return "by this machine's clock, the DNS root's signatures are not valid";
	if (keys->state == DP_LOOKUP_ERROR && keys->security != DP_BOGUS)
		return dp_arena_printf(arena, "an error (%s) in the place of the DNS root's keys",
			dp_rcode_text(keys->message.rcode, arena));
	return "the DNS root's keys come without valid signatures (RFC 8027 s3.1)";
}

bool dp_fitness_silent(const struct dp_fitness *fitness)
{
	return fitness->keys.state == DP_LOOKUP_TIMEOUT ||
		fitness->no_type.state == DP_LOOKUP_TIMEOUT ||
		fitness->no_name.state == DP_LOOKUP_TIMEOUT;
}
