/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The clear-text dialogue before TLS, without I/O: bytes in, bytes out, and an end that is either
 * "start TLS now" or a reason. A protocol is data: a table of steps; this engine counts lines and
 * enforces bounds. Strict lock-step: one command, one whole reply.
 *
 * Nothing learned here counts after TLS (RFC 3207 s4.2). Bytes that follow the go-ahead in clear
 * are a finding (DP_REASON_STARTTLS_INJECTION), never TLS input.
 *
 * Lifetime: a struct dp_dialogue is a value in the caller's memory; the arena is borrowed.
 */
#ifndef DP_STARTTLS_DIALOGUE_H
#define DP_STARTTLS_DIALOGUE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/reason.h"

#define DP_LINE_MAX \
	2048 /* octets of one reply line (RFC 5321 s4.5.3.1.5 says 512; servers exceed it) */
#define DP_REPLY_LINES_MAX 256 /* lines of one reply, and those that come unasked before it */

struct dp_protocol; /* opaque here; one constant per protocol, see smtp.c */
struct dp_service;

enum dp_dialogue_want {
	DP_DIALOGUE_READ,  /* needs bytes from the peer */
	DP_DIALOGUE_WRITE, /* has bytes for the peer: dp_dialogue_output */
	DP_DIALOGUE_TLS,   /* go-ahead received, nothing behind it: start TLS */
	DP_DIALOGUE_FAILED /* over: reason, code, detail */
};

/* Which deadline applies to what it waits for. */
enum dp_dialogue_phase { DP_PHASE_GREETING, DP_PHASE_HELLO, DP_PHASE_STARTTLS, DP_PHASE_TLS };

/* Names that commands hold; borrowed. */
struct dp_dialogue_names {
	const char *hello;  /* EHLO argument */
	const char *domain; /* the service asked for, XMPP's "to" */
};

struct dp_dialogue {
	const struct dp_protocol *protocol;
	struct dp_arena *arena;
	struct dp_dialogue_names names;
	size_t step; /* index of the current step */
	enum dp_dialogue_want want;
	enum dp_dialogue_phase phase;
	char line[DP_LINE_MAX]; /* the message being read: a line, a tag, a binary message */
	size_t line_len;
	size_t literal_left;  /* octets of a literal string that are still to come */
	bool unsolicited;     /* the line being read began while it was our turn to speak */
	unsigned reply_lines; /* lines of the reply being read */
	unsigned asides;      /* lines that came unasked, and counted for nothing */
	unsigned blanks;      /* octets of white space between messages */
	unsigned depth;       /* the protocol's own, within one reply */
	int first_code;       /* of the reply being read */
	int reply_code; /* FAILED: of the reply that decided, where the protocol has codes; or 0 */
	bool answered;  /* FAILED: by a reply, so the peer still listens */
	const char *reply_text; /* the first lines of the reply, escaped; NULL: none yet */
	bool offered;           /* the capability was seen in this reply */
	struct dp_buf out;      /* bytes to write */
	struct dp_buf log;      /* escaped "S: " / "C: " lines, for -v; bounded */
	enum dp_reason reason;  /* FAILED */
	const char *detail;     /* FAILED: evidence, escaped */
};

/* The protocols in their order: NULL behind the last. */
const struct dp_protocol *dp_protocol_at(size_t index);

/* Find by scheme name ("smtp"); NULL if there is none. */
const struct dp_protocol *dp_protocol_find(const char *scheme);

/* Its scheme, the port of the scheme (0: none, it must be given), what findings call it; whether
 * TLS begins with the first byte, and whether its greeting deserves more patience than a reply. */
const char *dp_protocol_scheme(const struct dp_protocol *protocol);
uint16_t dp_protocol_port(const struct dp_protocol *protocol);
const struct dp_service *dp_protocol_service(const struct dp_protocol *protocol);
bool dp_protocol_at_once(const struct dp_protocol *protocol);
bool dp_protocol_patient(const struct dp_protocol *protocol);

/* Is it the port of any scheme? */
bool dp_protocol_port_known(uint16_t port);

/* The scheme of this port where TLS begins with the first byte; NULL: none has it. */
const char *dp_protocol_at_once_at(uint16_t port);

/* Begin. names is copied. */
void dp_dialogue_start(struct dp_dialogue *dialogue, const struct dp_protocol *protocol,
	const struct dp_dialogue_names *names, struct dp_arena *arena);

/* Has the peer said nothing at all, though it should speak first? */
bool dp_dialogue_unheard(const struct dp_dialogue *dialogue);

/* It should have spoken first and speaks TLS instead: FAILED. */
enum dp_dialogue_want dp_dialogue_spoke_tls(struct dp_dialogue *dialogue);

/* What bytes look like that should be TLS and are not: "it looks like IMAP (\"...\")", or what it
 * sent, escaped; in the arena. */
const char *dp_dialogue_not_tls(const uint8_t *bytes, size_t len, struct dp_arena *arena);

/*
 * Feed len bytes from the peer; all are consumed. Returns what it wants now. How the bytes are cut
 * into calls changes nothing. Lines end with CRLF or LF (noted in the log). A line that begins
 * while it is our turn to speak is a finding: the peer speaks something else, or CONNECTION_LOST
 * when it says that it is closing (421, RFC 5321 s3.8); only IMAP's untagged ones are allowed.
 * Bytes that arrive in state TLS, behind the go-ahead, turn it into FAILED with STARTTLS_INJECTION;
 * where TLS begins with the first byte, with TLS_NOT_AT_ONCE.
 */
enum dp_dialogue_want dp_dialogue_input(
	struct dp_dialogue *dialogue, const uint8_t *bytes, size_t len);

/* The bytes to write (valid while want is WRITE), and: they are written. */
const struct dp_buf *dp_dialogue_output(const struct dp_dialogue *dialogue);
enum dp_dialogue_want dp_dialogue_written(struct dp_dialogue *dialogue);

/* The peer closed or reset, or time is up: turns into FAILED with the reason that fits the phase
 * (CONNECTION_LOST, REPLY_TIMEOUT, NOT_SMTP when what came looks like another protocol, ...).
 * After the go-ahead the transport belongs to TLS, not to this. */
enum dp_dialogue_want dp_dialogue_closed(struct dp_dialogue *dialogue);
enum dp_dialogue_want dp_dialogue_timed_out(struct dp_dialogue *dialogue);

/* What to send inside TLS to take leave ("QUIT\r\n"), NULL if nothing. */
const char *dp_protocol_farewell(const struct dp_protocol *protocol);

#endif
