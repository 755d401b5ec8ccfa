/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a protocol is to the dialogue engine: a table of steps, and a reader of what the peer says.
 * One file a protocol (smtp.c); to add one, write that file and put its row into protocols.def.
 *
 * The engine gathers a message (a line, an XML tag, a binary message), has the protocol read it,
 * and goes by the code it gives, in the classes of RFC 5321 s4.2.1: 2xx and 3xx yes, 4xx not now,
 * 5xx no. Protocols without such codes choose them to fit.
 */
#ifndef DP_STARTTLS_PROTOCOL_H
#define DP_STARTTLS_PROTOCOL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/reason.h"
#include "base/service.h"
#include "starttls/dialogue.h"

/* Codes for protocols that have none. */
enum { DP_CODE_OK = 200, DP_CODE_LATER = 400, DP_CODE_NO = 500 };

enum dp_insert { DP_INSERT_NONE, DP_INSERT_HELLO, DP_INSERT_DOMAIN };

/* One command and its reply. The step after the last is TLS. */
struct dp_step {
	enum dp_dialogue_phase phase;
	const char *send;      /* command, NULL: the peer speaks first */
	size_t send_len;       /* of a command with NUL in it; 0: up to its end */
	enum dp_insert insert; /* behind send: a name */
	const char *tail;      /* behind that; NULL: CRLF */
	const char *name;      /* of the command in texts: "EHLO" */
	const char *awaited;   /* "the greeting"; NULL: "the reply to" name */
	const char *lost; /* "before its greeting": completes "the peer ended the connection"; NULL:
			     "after" name */
	int accept;       /* the one code that leads on */
	int accept_too;   /* or this one; 0: none */
	bool block;       /* a good reply is followed by lines up to one of a dot alone */
	const char *capability;   /* keyword wanted in the reply, or NULL */
	enum dp_reason temporary; /* reason for a 4xx reply */
	enum dp_reason rejected;  /* reason for a 5xx reply */
	enum dp_reason other;     /* reason for any other code */
	enum dp_reason missing;   /* reason when the capability is not there */
};

/* What a message is read by. */
struct dp_reading {
	const struct dp_step *step;
	unsigned before; /* messages of the same reply before it */
	int code;        /* of the first of them */
	unsigned depth;  /* the reader's own: 0 at the begin of each reply */
};

/* One message, read. All false and 0 beforehand. */
struct dp_reply_line {
	int code;         /* 100 to 599; 0: this message says nothing of the outcome */
	bool last;        /* of its reply */
	bool closing;     /* the peer says that it ends the connection: may come unasked */
	bool aside;       /* may come unasked, and is not quoted */
	bool offers;      /* the step's capability stands in it */
	const char *text; /* behind code and separator, borrowed: for keywords at its begin */
	size_t text_len;
};

struct dp_protocol {
	const char *scheme;
	uint16_t port;        /* 0: none, it must be given */
	const char *farewell; /* with CRLF, or NULL */
	const struct dp_step *steps;
	size_t step_count;        /* 0: TLS from the first byte */
	bool numeric;             /* its codes are its own, and worth reporting */
	bool patient;             /* its greeting may take as long as RFC 5321 s4.5.3.2.1 allows */
	enum dp_reason misspoken; /* reason when the peer speaks something else */
	bool blanks;              /* white space between messages counts for nothing */
	/* Is what was gathered a whole message? Asked after each byte. NULL: lines. */
	bool (*whole)(const char *bytes, size_t len);
	/* Read one message, a line without its end. False: not one of this protocol. */
	bool (*read)(struct dp_reading *reading, const char *bytes, size_t len,
		struct dp_reply_line *reply);
	/* Octets of a literal string that this line ends with ("{12}"): they follow the line end,
	 * and the line goes on behind them. NULL: the protocol has none. */
	size_t (*literal)(const char *line, size_t len, size_t *mark);
	struct dp_service service;
};

#define DP_PROTOCOL(name) extern const struct dp_protocol dp_protocol_##name;
#include "starttls/protocols.def"
#undef DP_PROTOCOL

/* RFC 5321 s4.2: three digits from lowest to 5, then a blank or a hyphen and any text; the bare
 * code is accepted too (s4.2: clients SHOULD treat it so). */
bool dp_read_code(const char *line, size_t len, char lowest, struct dp_reply_line *reply);

/* The reply line of SMTP and LMTP. */
bool dp_read_smtp(
	struct dp_reading *reading, const char *line, size_t len, struct dp_reply_line *reply);

/* Does the line begin with this word, whatever its case? A blank or the end is behind it. */
bool dp_read_word(const char *line, size_t len, const char *word);

/* "{12}" or "{12+}" at the end of a line: RFC 9051 s4.3, RFC 5804 s4. mark: where it begins. */
size_t dp_read_literal(const char *line, size_t len, size_t *mark);

/*
 * What bytes look like that are no reply: "it looks like IMAP", or NULL when nothing comes to mind.
 * own: name of the protocol that was expected, which they cannot look like. whole: no more will
 * come (end of line, end of stream); else only what is certain from the first bytes. Static text.
 */
const char *dp_foreign_guess(const char *own, const char *bytes, size_t len, bool whole);

#endif
