/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a protocol is to the dialogue engine: a table of steps and a reader of reply lines. One file
 * a protocol (smtp.c); to add one, write that file and put its table into the list in dialogue.c.
 */
#ifndef DP_STARTTLS_PROTOCOL_H
#define DP_STARTTLS_PROTOCOL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/reason.h"
#include "starttls/dialogue.h"

/* One command and its reply. The step after the last is TLS. */
struct dp_step {
	enum dp_dialogue_phase phase;
	const char *send;    /* command, NULL: the peer speaks first */
	bool send_hello;     /* append a blank and the EHLO argument to send */
	const char *name;    /* of the command in texts: "EHLO" */
	const char *awaited; /* "the greeting", "the reply to EHLO" */
	const char *lost;    /* "before its greeting": completes "the peer ended the connection" */
	int accept;          /* the one code that leads on */
	const char *capability;   /* keyword wanted in a reply line after the first, or NULL */
	enum dp_reason temporary; /* reason for a 4xx reply */
	enum dp_reason rejected;  /* reason for a 5xx reply */
	enum dp_reason other;     /* reason for any other code */
	enum dp_reason missing;   /* reason when the capability is not there */
};

/* One reply line, read. */
struct dp_reply_line {
	int code;         /* 200 to 599 */
	bool last;        /* of its reply */
	const char *text; /* behind code and separator, borrowed */
	size_t text_len;
};

struct dp_protocol {
	const char *scheme;
	uint16_t port;
	const char *farewell; /* with CRLF, or NULL */
	const struct dp_step *steps;
	size_t step_count;
	/* Read one line without its end. False: not a reply of this protocol. */
	bool (*read_line)(const char *line, size_t len, struct dp_reply_line *reply);
};

extern const struct dp_protocol dp_protocol_smtp;

/*
 * What bytes look like that are no reply: "it looks like IMAP", or NULL when nothing comes to mind.
 * whole: no more will come (end of line, end of stream); else only what is certain from the first
 * bytes. Static text.
 */
const char *dp_foreign_guess(const char *bytes, size_t len, bool whole);

#endif
