/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The fixed words that reports use for enumerated facts: stable, lower case, dashes, never NULL.
 * Verdict words: dp_outcome_word. Sentences for people: base/reason.h.
 */
#ifndef DP_REPORT_TOKEN_H
#define DP_REPORT_TOKEN_H

#include "base/status.h"
#include "dane/facts.h"

/* "secure", "insecure", "bogus", "indeterminate". */
const char *dp_token_security(enum dp_security security);

/* "not-asked", "pending", "data", "nodata", "nxdomain", "error", "timeout", "cancelled". */
const char *dp_token_lookup(enum dp_lookup_state state);

/* Has a lookup a security status: was there an answer, or one that the validator refused? */
bool dp_token_has_security(const struct dp_lookup *lookup);

/* Mnemonic of the rcode of an answer; NULL when none came. */
const char *dp_token_rcode(const struct dp_lookup *lookup, struct dp_arena *arena);

/* "any", "rsa", "ecdsa": the key types a connection offered. */
const char *dp_token_offer(enum dp_offer offer);

/* "connect", "greeting", "hello", "starttls", "handshake", "done". */
const char *dp_token_stage(enum dp_stage stage);

/* "ok", "timeout", "refused", "reset", "closed", "unreachable", "no-route", "cancelled", ... */
const char *dp_token_status(enum dp_status status);

#endif
