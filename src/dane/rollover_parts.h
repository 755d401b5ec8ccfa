/* SPDX-License-Identifier: Apache-2.0 */
/* The parts of the rollover plan, for rollover*.c only. */
#ifndef DP_DANE_ROLLOVER_PARTS_H
#define DP_DANE_ROLLOVER_PARTS_H

#include "dane/rollover.h"

/* What is worked out of one host before its steps are. */
struct dp_rollover_work {
	const struct dp_rollover_input *input;
	struct dp_rollover *plan;
	struct dp_arena *arena;
	size_t index;
	const struct dp_host_facts *facts;
	const struct dp_host_verdict *verdict;
	struct dp_rollover_host *host;
	int tlsa;             /* index of the TLSA answer that counts; -1 */
	bool verifies;        /* the published set vouches for the new chain */
	bool lasting;         /* whatever vouches for what is replaced vouches for the new one */
	bool any_seen;        /* some certificate was */
	bool any_old;         /* one that is to be replaced */
	bool any_new;         /* one that is the new one */
	bool old_verified;    /* what is to be replaced verifies today */
	const char **publish; /* records that must come first, as zone lines */
	size_t publish_count;
	bool no_issuer; /* the file lacks the issuer that the records would have to pin */
};

/* rollover_match.c */

/* For each record (classified; count of them): does it vouch for the chain, for senders with
 * or without SHA-512, with or without roots? chain NULL: for a certificate with that key, as far as
 * that alone tells. */
void dp_rollover_vouching(const struct dp_rollover_work *work, const struct dp_tlsa *records,
	size_t count, const struct dp_chain *chain, bool *good);
/* Would senders of all these kinds verify the new one against that set, or find nothing in it that
 * they can use? */
bool dp_rollover_verifies(
	const struct dp_rollover_work *work, const struct dp_tlsa *records, size_t count);

/* rollover_host.c: everything about one host but its steps. */
void dp_rollover_host(struct dp_rollover_work *work);
/* The largest Original TTL that a record set of the host has anywhere. */
void dp_rollover_note_ttl(struct dp_rollover_host *host, const struct dp_lookup *lookup);

/* rollover_servers.c: the set of every server: its TTL, and whether it vouches for the new one, or
 * refuses it (host->lagging). Returns whether one vouches. */
bool dp_rollover_servers(struct dp_rollover_work *work);

/* rollover_sight.c */

/* What was not seen of the host: unseen, type_unseen, forced. */
void dp_rollover_sight(struct dp_rollover_work *work);
/* Are there addresses where what is served is not known? */
bool dp_rollover_unseen(const struct dp_rollover_host *host);
/* Records that another host of the plan needs: elsewhere, and no longer old or idle. For all hosts,
 * once their states are known. */
void dp_rollover_share(struct dp_rollover *plan, size_t count);

/* rollover_records.c: zone lines that complete the record set for the new chain. */
void dp_rollover_publish(struct dp_rollover_work *work);
/* The line of a record at the host's owner, with its TTL if that is known. */
const char *dp_rollover_line(const struct dp_rollover_work *work, const struct dp_tlsa *record);
/* The certificate above the end entity that a record pins in a chain that is served, or NULL. */
const struct dp_cert *dp_rollover_pinned(
	const struct dp_rollover_work *work, const struct dp_tlsa *record);
/* A and AAAA lines of the host's own. Returns their number, DP_ADDRS_MAX * 2 at most. */
size_t dp_rollover_addresses(const struct dp_rollover_work *work, const char **lines, size_t max);

/* rollover_words.c: the target as a shell takes it, behind what else says which servers and records
 * are meant: "--port 465 example.org". */
const char *dp_rollover_target(const struct dp_rollover_input *input);
/* The sentences of all steps, and the one behind the verdict. */
void dp_rollover_words(const struct dp_rollover_input *input, struct dp_rollover *plan);
/* "2 hours", "90 minutes". In the arena. */
const char *dp_rollover_span(struct dp_arena *arena, int64_t seconds);

/* rollover_notes.c: warnings and remarks on a host. */
void dp_rollover_notes(struct dp_rollover_work *work);
/* Signatures that end soon: the wait may outlast them. Of the whole plan. */
void dp_rollover_signature_notes(const struct dp_rollover_input *input, struct dp_rollover *plan);
void dp_rollover_note(struct dp_rollover *plan, const struct dp_rollover_note *note);

#endif
