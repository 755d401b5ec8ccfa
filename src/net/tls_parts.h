/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Inside tls_session: the parts that its files share. Nobody else includes this.
 *
 * tls_session.c  lifetime, handshake, farewell
 * tls_offer.c    what the ClientHello offers
 * tls_library.c  starting Mbed TLS; two of its functions replaced at link time (--wrap)
 * tls_chain.c    the Certificate message as sent
 * tls_failure.c  why a handshake ended, in words
 */
#ifndef DP_NET_TLS_PARTS_H
#define DP_NET_TLS_PARTS_H

#define MBEDTLS_ALLOW_PRIVATE_ACCESS
#include <mbedtls/ssl.h>

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/status.h"
#include "dane/facts.h"
#include "net/tls_session.h"

#define DP_TLS_FIRST_MAX 64 /* first bytes from the peer that are kept as evidence */

struct dp_tls_session {
	mbedtls_ssl_context ssl;
	mbedtls_ssl_config conf;
	int fd;
	const char *sni; /* borrowed, NULL for none */
	enum dp_offer offer;
	bool at_once;
	bool done;                /* handshake complete */
	int error;                /* of the library, when it failed; else 0 */
	int failed_state;         /* of the handshake before the failing step */
	enum dp_status transport; /* what ended the transport, or DP_OK */
	uint8_t first[DP_TLS_FIRST_MAX];
	size_t first_len;
	uint8_t *message; /* body of the Certificate message, NULL: not seen */
	size_t message_len;
	bool message_is_13; /* in the form of TLS 1.3 */
	size_t farewell_sent;
	bool closed;       /* close_notify is on its way: once is enough (RFC 8446 s6.1) */
	size_t step_bytes; /* read since the loop last had its turn */
	size_t heard_out;  /* octets that came after the handshake */
};

/* Ready the library, once a process; later calls cost nothing. False: no entropy or memory. */
bool dp_tls_library_start(void);

/* Set suites and signature algorithms for session->offer. */
void dp_tls_offer(struct dp_tls_session *session);

/* After every step: keep the Certificate message if it lies in the library's buffer now. */
void dp_tls_chain_capture(struct dp_tls_session *session);

/* Open probe->chain from the kept message, if there is one. */
void dp_tls_chain_open(
	const struct dp_tls_session *session, struct dp_probe *probe, struct dp_arena *arena);

/* Is what came first a TLS record, as far as can be told? */
bool dp_tls_spoken(const struct dp_tls_session *session);

/* Set status, reason, detail and alert for a handshake that failed. The chain is open already. */
void dp_tls_failure(struct dp_tls_session *session, struct dp_probe *probe, struct dp_arena *arena);

#endif
