/* SPDX-License-Identifier: Apache-2.0 */
/*
 * May a new certificate be deployed now, and if not, what must come first and how long must it be
 * waited (RFC 7671 s8)? A pure function over the facts and the verdict of a check.
 *
 * What a sender holds against a server may be older than what is published: a cache keeps a record
 * set for its Original TTL (RFC 4034 s3.1.4; the TTL of an answer may have run down). So a new
 * chain is safe when every record set that a cache can still hold vouches for it. That is known in
 * two ways only:
 *  - every record that vouches for the certificate now served vouches for the new one, too (a
 *    renewal with the same key, say): a set that let the old one pass lets the new one pass, as
 *    long as nothing that vouched for the old one was removed lately. A --since that is less than
 *    two TTLs ago says that something was changed lately: then this does not count;
 *  - the operator says since when the records stand on all name servers (--since), and that is two
 *    TTLs ago or more: RFC 7671 s8.1 wants "at least two TTLs".
 * The inception time of a signature proves nothing here: signers set it back, by an hour or to the
 * start of some week, so that a set published just now may seem to be days old.
 *
 * A cache that remembers that there is no record (RFC 2308 s5) is no danger: without TLSA a sender
 * delivers. It only delays when a first record protects everybody. Where no record counts nothing
 * can break, then, unless another name server has one that counts, or --since says that something
 * was changed within two TTLs (of a day, where there is no record to tell): undetermined.
 *
 * Outside SMTP both kinds of clients must be served: those with roots for usages 0 and 1, and those
 * that pass over such records. Without roots here the plan is undetermined.
 *
 * Not here: whether the server is well today (policy.h), texts on the page (report/plan.h).
 */
#ifndef DP_DANE_ROLLOVER_H
#define DP_DANE_ROLLOVER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "dane/chain.h"
#include "dane/facts.h"
#include "dane/verdict.h"

#define DP_ROLLOVER_TTLS 2        /* TTLs to wait, RFC 7671 s8.1 */
#define DP_ROLLOVER_STEPS_MAX 8   /* steps of one group */
#define DP_ROLLOVER_LINES_MAX 256 /* zone lines of one step; more are left out */
#define DP_ROLLOVER_NOTES_MAX 128

/* What is to be deployed. */
struct dp_rollover_new {
	const char *name;             /* of its file, for people */
	const struct dp_chain *chain; /* NULL: only a key, before there is a certificate */
	const uint8_t *spki;          /* its key, or that of the chain's first certificate */
	size_t spki_len;
};

struct dp_rollover_input {
	const struct dp_facts *facts; /* target.plan was set; all probes and lookups made */
	const struct dp_verdict *verdict;
	struct dp_rollover_new next;
	int64_t clock_utc_s; /* now: what steps count from */
	int64_t now_utc_s;   /* at which certificates are judged (--at) */
	int64_t since_utc_s; /* --since: the records stand on all name servers since then;
				DP_TIME_NONE: not known. Not later than clock_utc_s. */
};

enum dp_rollover_outcome {
	DP_ROLLOVER_SAFE,        /* deploying now breaks nothing */
	DP_ROLLOVER_UNSAFE,      /* not now: the steps say what first */
	DP_ROLLOVER_UNDETERMINED /* could not be found out */
};

/* Where a host stands. */
enum dp_rollover_state {
	DP_ROLLOVER_UNKNOWN,  /* the DNS failed, or unsure */
	DP_ROLLOVER_INSECURE, /* no DNSSEC: records count for nobody, nothing can break */
	DP_ROLLOVER_FIRST,    /* no record that counts yet: nothing can break */
	DP_ROLLOVER_PREPARE,  /* no record vouches for the new certificate */
	DP_ROLLOVER_LAGGING,  /* one does, but not at every name server */
	DP_ROLLOVER_WAITING,  /* one does, but a cache may still hold a set without it */
	DP_ROLLOVER_UNSEEN,   /* one does; what is replaced was not seen, so its age is not known */
	DP_ROLLOVER_MEND,     /* as WAITING, but what is served fails today: deploying mends it */
	DP_ROLLOVER_READY,    /* deploy */
	DP_ROLLOVER_BROKEN,   /* already served, and no record vouches for it */
	DP_ROLLOVER_DEPLOYED, /* already served, and vouched for */
	DP_ROLLOVER_STATES
};

/* How the records of a host are kept up. */
enum dp_rollover_scheme {
	DP_SCHEME_NONE,
	DP_SCHEME_KEY,        /* the server's own key or certificate */
	DP_SCHEME_NEXT,       /* that, and the next key */
	DP_SCHEME_KEY_ISSUER, /* own key and an issuer */
	DP_SCHEME_ISSUER
};

/* What one record of a host is for. */
struct dp_rollover_record {
	const struct dp_tlsa *record;
	bool served;    /* vouches for something that is served */
	bool fresh;     /* vouches for what is to be deployed */
	bool next;      /* fresh, and vouches for nothing that is served, of any key type */
	bool old;       /* vouches for what is replaced alone: to be removed in the end */
	bool idle;      /* vouches for nothing */
	bool elsewhere; /* another host, with its records at the same name, needs it */
};

struct dp_rollover_host {
	enum dp_rollover_state state;
	enum dp_rollover_scheme scheme;
	struct dp_name owner; /* where records are published: behind an alias of the owner, at a
				 wildcard; len 0 if unknown */
	struct dp_rollover_record *records;
	size_t record_count;
	uint32_t ttl_s;         /* largest Original TTL of its record set at any server */
	bool ttl_known;         /* false: there are no records */
	int64_t negative_ttl_s; /* RFC 2308 s5; -1: not known */
	const char *lagging;    /* name servers that lack the new record, for people; or NULL */
	const char *served;     /* what is served now, for people; "" if nothing was seen */
	bool lasting;       /* every record that vouches for what is replaced vouches for the new
			       one: no wait, whatever caches hold */
	const char *unsure; /* UNKNOWN: why, if not the DNS; else NULL */
	bool same_key;      /* the key of what is replaced stays */
	bool joins;         /* nothing of its key type is served now */
	bool wildcard_addresses; /* its addresses come from a wildcard */
	bool wildcard_records;   /* its records do: that is where they are published */
	bool alias_records;      /* they stand where an alias of their name leads */
	size_t unreached;        /* addresses whose certificate was not seen */
	size_t unrouted;         /* and those that this machine has no way to */
	const char *unseen;      /* why others were not looked at, or NULL: "Its IPv6 addresses were
				    left out" */
	bool type_unseen;        /* whether it has a certificate of another key type is not known */
	bool forced;             /* seen at addresses that were given with --connect */
};

enum dp_step_kind {
	DP_STEP_ADDRESSES, /* give the host addresses of its own, before a wildcard is shadowed */
	DP_STEP_PUBLISH,
	DP_STEP_SERVERS, /* wait for name servers */
	DP_STEP_WAIT,    /* wait for caches */
	DP_STEP_DEPLOY,
	DP_STEP_CHECK,
	DP_STEP_RENEW, /* publish what keeps the scheme whole, once it is deployed */
	DP_STEP_REMOVE,
	DP_STEP_PROTECTED, /* from then on every sender that validates is protected */
	DP_STEP_KINDS
};

struct dp_rollover_step {
	enum dp_step_kind kind;
	int64_t earliest_utc_s;
	const char **lines; /* zone lines to add or remove */
	size_t line_count;
	const char *what, *why, *rfc; /* sentences; why and rfc may be "" */
	const char *command;          /* to type, or NULL */
};

/* Hosts that have the same steps before them. */
struct dp_rollover_group {
	size_t *hosts; /* indices in facts->hosts */
	size_t host_count;
	enum dp_rollover_state state;
	int64_t wait_s; /* longest of theirs */
	struct dp_rollover_step steps[DP_ROLLOVER_STEPS_MAX];
	size_t step_count;
};

/* Something to know beside the steps. */
struct dp_rollover_note {
	const char *code; /* stable: "issuer-rotates" */
	bool warning;     /* else just told */
	int host;         /* -1: the whole plan */
	const char *text;
	const char *rfc; /* or "" */
};

struct dp_rollover {
	enum dp_rollover_outcome outcome;
	const char *why; /* one sentence behind the verdict */
	struct dp_rollover_new next;
	const char *next_text;   /* "mx.example.org (ECDSA P-256, by R13)" */
	const char *next_record; /* "3 1 1 HEX" */
	int64_t clock_utc_s, since_utc_s;
	bool servers_asked;             /* --all-nameservers */
	struct dp_rollover_host *hosts; /* facts->host_count */
	struct dp_rollover_group *groups;
	size_t group_count;
	struct dp_rollover_note *notes;
	size_t note_count;
};

/* "safe", "not-safe", "undetermined". */
const char *dp_rollover_outcome_word(enum dp_rollover_outcome outcome);
/* "ready", "waiting", ... */
const char *dp_rollover_state_word(enum dp_rollover_state state);
/* "none", "key", "current+next", "key+issuer", "issuer". */
const char *dp_rollover_scheme_word(enum dp_rollover_scheme scheme);
/* "publish", "wait", ... */
const char *dp_rollover_step_word(enum dp_step_kind kind);

/* 0 safe, 2 not, 3 undetermined. */
int dp_rollover_exit(const struct dp_rollover *plan);

/* The plan; memory from the facts' arena. Never fails. Cost: two path walks (chain.h; four with
 * roots) for every chain that was seen and every name server's record set. */
struct dp_rollover *dp_rollover_plan(const struct dp_rollover_input *input);

#endif
