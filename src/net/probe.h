/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One connection: connect, clear-text dialogue, TLS handshake, farewell; the result is a fact. An
 * effect on the loop: deadlines are absolute, the callback comes from the loop, never from inside
 * dp_probe_start.
 */
#ifndef DP_NET_PROBE_H
#define DP_NET_PROBE_H

#include <stdint.h>

#include "base/arena.h"
#include "base/ip.h"
#include "dane/facts.h"

struct event_base;
struct dp_probe_run;

struct dp_probe_request {
	struct dp_ip ip;
	uint16_t port;
	const char *protocol; /* scheme: "smtp" */
	const char *sni;      /* NULL for none */
	const char *hello;    /* EHLO argument; NULL: the address literal of the local end */
	const char *domain;   /* the service asked for, where the protocol names it (XMPP) */
	enum dp_offer offer;
	unsigned timeout_ms;  /* connect, each reply, TLS */
	unsigned greeting_ms; /* the greeting of a mail server; others get timeout_ms */
	int64_t deadline_ms;  /* absolute: everything */
};

typedef void (*dp_probe_done)(void *user, struct dp_probe *probe);

/* Start. probe (offer set, pending true) and arena outlive the run; *request is copied, its
 * texts are borrowed. The callback comes exactly once unless cancelled; probe->pending is false
 * then. */
struct dp_probe_run *dp_probe_start(struct event_base *base, const struct dp_probe_request *request,
	struct dp_probe *probe, struct dp_arena *arena, dp_probe_done done, void *user);

/* Stop without callback; the probe keeps what was learned, with status DP_CANCELLED. NULL
 * allowed. */
void dp_probe_cancel(struct dp_probe_run *run);

#endif
