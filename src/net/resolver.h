/* SPDX-License-Identifier: Apache-2.0 */
/*
 * DNS questions with DNSSEC validation of our own, by libunbound's event API on our loop: no
 * threads, no fork, no file. AD bits of others are never believed.
 *
 * Lifetime: open, ask any number of times, cancel, close (idempotent, NULL allowed; drops open
 * questions without callbacks). Callbacks come from the loop, never from inside dp_resolver_ask.
 */
#ifndef DP_NET_RESOLVER_H
#define DP_NET_RESOLVER_H

#include <stdint.h>

#include "base/arena.h"
#include "base/ip.h"
#include "dane/facts.h"

struct event_base;
struct dp_resolver;
struct dp_question;
struct dp_validator;

#define DP_RESOLVER_SERVERS_MAX 8

enum dp_resolver_mode {
	DP_RESOLVER_AUTO,      /* servers of /etc/resolv.conf if fit (fitness.h), else recursion */
	DP_RESOLVER_SYSTEM,    /* servers of /etc/resolv.conf, no fallback */
	DP_RESOLVER_RECURSIVE, /* from the root */
	DP_RESOLVER_SERVERS    /* the given servers */
};

#define DP_ZONE_MAX 16 /* an interface's name with its NUL */

struct dp_resolver_server {
	struct dp_ip ip;
	char zone[DP_ZONE_MAX]; /* RFC 4007 s11: of a link-local address, an interface; else "" */
	uint16_t port;
};

/* For many checks at a time; each 0: the usual, which is made for one. */
struct dp_resolver_size {
	unsigned udp, tcp;  /* sockets open at a time, of each way (AUTO may have two) */
	unsigned cache_kib; /* memory for answers, in all; keys and others have as much again */
};

struct dp_resolver_config {
	struct event_base *base;
	enum dp_resolver_mode mode;
	struct dp_resolver_server servers[DP_RESOLVER_SERVERS_MAX]; /* SERVERS */
	size_t server_count;
	const char *const *anchors; /* trust anchors, zone-file text (DS or DNSKEY), one a string;
				       NULL: built in */
	size_t anchor_count;
	const char *root_hints_path; /* NULL: built in */
	int64_t clock_offset_s;      /* --clock: added to the system's clock for signatures */
	bool want_v4, want_v6;       /* families this machine has */
	bool offline;                /* it has a route to the root's servers by neither */
	struct dp_resolver_size size;
	bool negative_again; /* AUTO: a denial through a configured server, which may remember an
				old one, is asked again by recursion, too (--wait) */
};

/* Returns NULL and one sentence in *why (static or arena) when the configuration cannot be used. */
struct dp_resolver *dp_resolver_open(
	const struct dp_resolver_config *config, const char **why, struct dp_arena *arena);
void dp_resolver_close(struct dp_resolver *resolver);

/* Called once with the lookup filled in: state, security, why, message, fallback. */
typedef void (*dp_resolver_answer)(void *user, struct dp_lookup *lookup);

/* Ask lookup->name, lookup->type (state is PENDING); results go into *lookup, memory from arena.
 * Both must outlive the question. deadline_ms: absolute, of the monotonic clock in port.h; then
 * TIMEOUT. The time in which AUTO finds its way does not count. */
struct dp_question *dp_resolver_ask(struct dp_resolver *resolver, struct dp_lookup *lookup,
	int64_t deadline_ms, struct dp_arena *arena, dp_resolver_answer answer, void *user);
void dp_resolver_cancel(struct dp_question *question);

/* A validator of its own that takes the same way, but asks one server alone about zone; without
 * zone, one that validates nothing: it learns whom to ask. NULL when the library refuses. Ask and
 * close by validator.h; close it before the resolver. */
struct dp_validator *dp_resolver_pinned(
	struct dp_resolver *resolver, const struct dp_name *zone, const struct dp_ip *ip);

/* Which way is used and why, once the first answer is there: texts for the report; never NULL. */
const char *dp_resolver_mode_text(const struct dp_resolver *resolver);
const char *dp_resolver_why(const struct dp_resolver *resolver);
bool dp_resolver_offline(const struct dp_resolver *resolver);

/* libunbound's version. */
const char *dp_resolver_version(void);

#endif
