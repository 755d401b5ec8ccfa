/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One TLS client handshake over a descriptor that somebody else opened and watches; Mbed TLS
 * inside. No verdict on the chain: every certificate is accepted and handed out raw, as sent, even
 * where the library skips or refuses it.
 *
 * Lifetime: open, step until it does not want more, close (idempotent, NULL allowed). Never closes
 * the descriptor. No callbacks.
 */
#ifndef DP_NET_TLS_SESSION_H
#define DP_NET_TLS_SESSION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "dane/facts.h"

struct dp_tls_session;

enum dp_tls_want { DP_TLS_READ, DP_TLS_WRITE, DP_TLS_DONE, DP_TLS_FAILED };

struct dp_tls_config {
	int fd;              /* connected, non-blocking */
	const char *sni;     /* host name for SNI, or NULL for none */
	enum dp_offer offer; /* which certificates the client makes possible */
	bool at_once;        /* nothing was said before: TLS from the first byte */
};

/* Returns NULL only when this machine has no resources (no entropy). Memory: library heap. */
struct dp_tls_session *dp_tls_open(const struct dp_tls_config *config);

/* Go as far as possible without blocking. */
enum dp_tls_want dp_tls_step(struct dp_tls_session *session);

/* Has the peer answered with TLS, whatever came of it? */
bool dp_tls_heard(const struct dp_tls_session *session);

/* After DONE: best effort to send text inside TLS and close_notify; WRITE/READ to be called
 * again, else DONE. Changes no result. */
enum dp_tls_want dp_tls_farewell(struct dp_tls_session *session, const char *text);

/* After the farewell: read what still comes, to no effect but one. In TLS 1.3 the client is done
 * before the server has seen its last flight, so a server that rejects it (no client certificate,
 * RFC 8446 s4.4.2.4) says so only now: FAILED, and dp_tls_result gives the failure. READ to be
 * called again, DONE when it is over. */
enum dp_tls_want dp_tls_hear_out(struct dp_tls_session *session);

/* Write what is known into probe (any time; also after FAILED or when the caller gave up):
 * status, reason, detail, alert, tls_version, tls_suite, chain_seen, chain (opened, records
 * copied into arena), chain_bytes, sni, stage (DONE if complete, else HANDSHAKE). gave_up:
 * DP_OK, or DP_TIMEOUT or DP_CANCELLED when the caller's time is up. */
void dp_tls_result(struct dp_tls_session *session, enum dp_status gave_up, struct dp_probe *probe,
	struct dp_arena *arena);

void dp_tls_close(struct dp_tls_session *session);

#endif
