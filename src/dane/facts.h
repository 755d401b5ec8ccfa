/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Everything a check has learned about one target, as plain data. Filled by app/check.c from
 * the effects in net/, or read from a case file in a test; judged by dane/policy.h. No behaviour
 * here.
 *
 * "Asked and got nothing" is a fact like any other: nothing is inferred from a field being empty.
 * All memory belongs to the arena of the check.
 */
#ifndef DP_DANE_FACTS_H
#define DP_DANE_FACTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/ip.h"
#include "base/reason.h"
#include "base/service.h"
#include "base/status.h"
#include "dane/chain.h"
#include "dane/dnswire.h"
#include "dane/known_ca.h"
#include "dane/tlsa.h"

#define DP_HOSTS_MAX 48      /* MX hosts of one domain that are checked */
#define DP_ADDRS_MAX 16      /* addresses of one host that are probed, both families together */
#define DP_ADDRS_ALL_MAX 192 /* addresses of all hosts of one domain that are probed */
#define DP_CONNECTIONS_MAX 4 /* connections made to one address */
#define DP_DS_MAX 12         /* ancestors asked to explain insecurity */

/* RFC 4033 s5. Separate from the rcode and from "no answer". */
enum dp_security { DP_INDETERMINATE, DP_INSECURE, DP_SECURE, DP_BOGUS };

enum dp_lookup_state {
	DP_LOOKUP_NOT_ASKED,
	DP_LOOKUP_PENDING,
	DP_LOOKUP_DATA,   /* NOERROR with records of the type asked */
	DP_LOOKUP_NODATA, /* NOERROR without */
	DP_LOOKUP_NXDOMAIN,
	DP_LOOKUP_ERROR,    /* another rcode (SERVFAIL, REFUSED, ...): message.rcode; or a malformed
			       answer */
	DP_LOOKUP_TIMEOUT,  /* no answer in time */
	DP_LOOKUP_CANCELLED /* the run ended first */
};

/* One question to the DNS and what came of it. */
struct dp_lookup {
	enum dp_lookup_state state;
	struct dp_name name;
	uint16_t type;
	enum dp_security security; /* of the whole answer, aliases included; meaningful for DATA,
				      NODATA, NXDOMAIN; BOGUS also with ERROR when the validator
				      refused the answer */
	const char *why;           /* the validator's or resolver's words, escaped; or NULL */
	const char *fallback;      /* why another way was taken than the configured one, or NULL */
	struct dp_message message;
	unsigned asked_ms, answered_ms; /* since the start of the check: for traces */
};

/* How a connection ended up; each is one attempt to one address. */
enum dp_stage {
	DP_STAGE_CONNECT,
	DP_STAGE_GREETING,
	DP_STAGE_HELLO,
	DP_STAGE_STARTTLS,
	DP_STAGE_HANDSHAKE,
	DP_STAGE_DONE
};

/* Which certificate the client made possible. */
enum dp_offer { DP_OFFER_ALL, DP_OFFER_RSA, DP_OFFER_ECDSA };

struct dp_probe {
	bool pending;
	bool planned; /* the planner has decided what follows it */
	enum dp_offer offer;
	bool without_sni; /* made to explain a mismatch: no server name, no part in the verdict */
	enum dp_stage stage;     /* the last stage that was entered; DONE: handshake complete */
	enum dp_status status;   /* DP_OK, or what the transport did (TIMEOUT, REFUSED, ...) */
	enum dp_reason reason;   /* NONE, or what the peer said or did wrong (DP_REASON_*) */
	int reply_code;          /* of the reply that decided, or 0 */
	const char *detail;      /* evidence for the finding, escaped; or NULL */
	const char *tls_version; /* "TLSv1.3", or NULL */
	const char *tls_suite;   /* IANA name, or NULL */
	int alert;               /* fatal alert received (RFC 8446 s6), -1 if none */
	bool chain_seen;         /* a Certificate message was read */
	struct dp_chain chain;   /* as sent */
	size_t chain_bytes;      /* length of the Certificate message body */
	const char *dialogue;    /* lines said and heard before TLS, escaped, for -v; or NULL */
	const char *sni;         /* name sent in SNI, or NULL */
	unsigned started_ms, ended_ms;
};

struct dp_addr_facts {
	struct dp_ip ip;
	uint16_t port; /* to connect to */
	bool forced;   /* given with --connect */
	struct dp_probe probes[DP_CONNECTIONS_MAX];
	size_t probe_count; /* in the order made */
};

struct dp_host_facts {
	struct dp_name name; /* as in the MX or SRV record, or target */
	uint16_t preference; /* of SRV: the priority */
	uint16_t port;       /* of the service there, and in the names of its TLSA records */
	struct dp_lookup a, aaaa;
	/* The lookups behind a pointer are made when asked; NULL: not asked. */
	struct dp_lookup *cname; /* asked when an address answer is insecure and has aliases */
	struct dp_lookup
		tlsa[2]; /* at the expanded name, at the original name; [1] unused without alias */
	/* --all-nameservers: A of _tcp.<base>, not validated: for those who ask step by step */
	struct dp_lookup *parent;
	struct dp_lookup *tlsa_https; /* without TLSA: at port 443, for explanation */
	struct dp_lookup
		*nsec3param; /* on an insecure host whose zone has a DS: NSEC3 iterations */
	/* plan: of the zone, when the host has no TLSA records: how long that is remembered */
	struct dp_lookup *soa;
	struct dp_lookup *tlsa_hint;     /* on an insecure host: asked last, for explanation only */
	struct dp_lookup *ds[DP_DS_MAX]; /* on an insecure host: DS of its ancestors, TLD first */
	size_t ds_count;
	struct dp_addr_facts
		*addrs[DP_ADDRS_MAX]; /* each stays where it is: connections write to it */
	size_t addr_count;
	size_t addr_dropped;
	bool a_taken, aaaa_taken; /* the addresses of that answer are in addrs */
	bool down;                /* named with --down */
	/* Of a target with share_hosts: asked for; not there yet. */
	bool requested, awaited;
	int64_t checked_utc_s; /* when it was looked at apart from the target; 0: with it */
};

enum dp_key_types { DP_KEY_TYPES_AUTO, DP_KEY_TYPES_ANY, DP_KEY_TYPES_BOTH };

/* The question, set before the first lookup. */
struct dp_target {
	const char *text;    /* as the user wrote it */
	struct dp_name name; /* mail domain, or host */
	bool is_domain;      /* MX lookup first; of a service: SRV lookup */
	/* A service that SRV records locate (RFC 2782); name is its domain. */
	bool is_service;
	struct dp_name srv;   /* "_imaps._tcp.example.org" */
	const char *srv_id;   /* "_imaps.example.org", as certificates name it (RFC 4985) */
	bool sni_is_domain;   /* the server is told the domain, not its own name */
	bool if_published;    /* --all-ports: no more than told when there are no records */
	const char *protocol; /* "smtp" */
	const struct dp_service *service; /* what findings call it; NULL: SMTP */
	uint16_t port;
	struct dp_name next_hop; /* --next-hop; len 0 if none */
	bool want_v4, want_v6;
	enum dp_key_types key_types;
	const struct dp_tlsa *records; /* --tlsa: instead of DNS; NULL if none */
	size_t record_count;
	const struct dp_cert *pkix_roots; /* --pkix-roots; NULL: usages 0 and 1 are unusable */
	const char *pkix_roots_path;
	size_t pkix_root_count;
	const struct dp_ip *connect;        /* --connect: addresses instead of those of DNS */
	const struct dp_name *connect_host; /* for which host; parallel to connect */
	const uint16_t *connect_port;       /* 0 = port; parallel */
	size_t connect_count;
	/* A chain to judge in the place of connections (chain --live, plan), and what to call it
	 * ("fullchain.pem"); NULL: connect. Each host then has one address of family 0, with a
	 * probe for each chain, which has sent it. */
	const struct dp_chain *given;
	const struct dp_chain *given_too; /* a second one, of another key; NULL: none */
	const char *given_name;
	bool any_name; /* the name of the server is not known: none is compared with the chain's */
	struct dp_name only_host;   /* of a domain's MX hosts only this one; len 0: all */
	struct dp_known_cas known;  /* --roots: for explanation alone */
	const struct dp_name *down; /* --down */
	size_t down_count;
	bool all_nameservers;
	/* What is found out about a host comes from elsewhere (DP_TASK_HOST), for all targets that
	 * name it. */
	bool share_hosts;
	bool plan;               /* a rollover is to be planned (dane/rollover.h) */
	int64_t cert_warning_s;  /* -1 = default: 14 days or a quarter of the lifetime, whichever is
				    less */
	int64_t rrsig_warning_s; /* -1 = default: 2 days or an eighth, whichever is less */
};

struct dp_nameservers;

struct dp_facts {
	struct dp_arena *arena;
	struct dp_target target;
	struct dp_lookup mx;             /* of a service: SRV */
	struct dp_lookup *ds[DP_DS_MAX]; /* of the domain, when its MX answer is insecure */
	size_t ds_count;
	struct dp_lookup *nsec3param;
	struct dp_lookup *tlsa_domain; /* _port._tcp.<domain>: asked for explanation when MX hosts
					 have no TLSA */
	struct dp_host_facts *hosts;   /* NULL until they are known */
	size_t host_count;
	size_t host_dropped;
	bool hosts_known;          /* host list is final */
	bool expired;              /* the deadline ended the run */
	bool interrupted;          /* a signal ended the run */
	const char *resolver_mode; /* "recursive", "system", "192.0.2.1" */
	const char *resolver_why;
	bool offline;           /* no route to the servers of the root, by neither family */
	struct dp_lookup *root; /* ". DNSKEY": asked when a lookup failed or was bogus, to tell the
				  peer's faults from those of our own environment */
	struct dp_lookup *absent;           /* with root: TLSA of a name that does not exist */
	struct dp_lookup *tld;              /* with root: DS of the target's top-level domain */
	struct dp_nameservers *nameservers; /* dane/nameservers.h; NULL: not begun */
	int64_t clock_utc_s; /* time of the check, for signatures (certificates: what the judge is
				given) */
	unsigned duration_ms;
};

/* A further address of the host, which must have room for it. In the arena; never NULL. */
struct dp_addr_facts *dp_facts_add_addr(struct dp_host_facts *host, struct dp_arena *arena);

/* Zeroed facts for a target, in arena; the target is copied (its pointers stay borrowed). */
struct dp_facts *dp_facts_new(const struct dp_target *target, struct dp_arena *arena);

#endif
