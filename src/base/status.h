/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Failures of the world: what can go wrong between us and a peer without anybody having said
 * anything wrong. Findings about the peer are reason codes (base/reason.h); bugs and lack of
 * memory end the process. No errno leaves port/, no library error number leaves net/.
 */
#ifndef DP_BASE_STATUS_H
#define DP_BASE_STATUS_H

enum dp_status {
	DP_OK = 0,
	DP_AGAIN,       /* nothing now: wait for the descriptor */
	DP_TIMEOUT,     /* our own deadline passed */
	DP_REFUSED,     /* ECONNREFUSED */
	DP_RESET,       /* ECONNRESET, EPIPE: the peer tore the connection down */
	DP_CLOSED,      /* orderly end of stream */
	DP_UNREACHABLE, /* EHOSTUNREACH, ENETUNREACH from the path, EACCES by a local firewall */
	DP_NO_ROUTE,    /* this machine has no route for that address family */
	DP_NO_RESOURCE, /* descriptors, buffers, ports: this machine, not the peer */
	DP_CANCELLED,   /* we gave up: signal or end of the run */
	DP_INVALID,     /* input that is not what it should be (files, texts) */
	DP_NOT_FOUND,   /* no such file */
	DP_DENIED,      /* no permission */
	DP_TOO_LARGE    /* past a stated bound */
};

/* A few words for a person, as in "connection refused"; never NULL. */
const char *dp_status_text(enum dp_status status);

#endif
