/* SPDX-License-Identifier: Apache-2.0 */
#include "report_samples.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "dane/finding.h"

#define ISRG_ROOT_X1 "0b9fa5a59eed715c26c1020c711b4f6ec42d58b0015e14337a39dad301c5afc3"
#define LEAF_KEY "4c1bfe3a86d7a5b9e02f3d6c5b4a39281706f5e4d3c2b1a09f8e7d6c5b4a3928"
#define R13_KEY "025490860b498ab73c6a12f27a49ad5fe230fafe3ac8f6112c9b7d0aad46941d"
#define RECORD_LINE "\n  _25._tcp.mx.example.org. IN TLSA 3 1 1 " LEAF_KEY

/* --- pieces --- */

static struct dp_name name_of(const char *text)
{
	struct dp_name name;

	assert_true(dp_name_parse(text, &name));
	return name;
}

static struct dp_lookup answer(const char *name, uint16_t type, enum dp_lookup_state state,
	enum dp_security security, size_t records)
{
	struct dp_lookup lookup = { .state = state,
		.name = name_of(name),
		.type = type,
		.security = security,
		.asked_ms = 2,
		.answered_ms = 9 };

	lookup.message.canonical = lookup.name;
	lookup.message.rr_count = records;
	return lookup;
}

static struct dp_lookup *kept(struct dp_facts *facts, struct dp_lookup lookup)
{
	return dp_arena_copy(facts->arena, &lookup, sizeof lookup);
}

static struct dp_host_facts *add_host(struct dp_facts *facts, struct dp_verdict *verdict,
	const char *name, enum dp_security security, enum dp_outcome outcome)
{
	struct dp_host_facts *host = &facts->hosts[facts->host_count];
	struct dp_host_verdict *host_verdict = &verdict->hosts[facts->host_count];

	host->name = name_of(name);
	host->preference = (uint16_t)(10 * ++facts->host_count);
	host->port = facts->target.port;
	host->a = answer(name, DP_TYPE_A, DP_LOOKUP_DATA, security, 1);
	host->aaaa = answer(name, DP_TYPE_AAAA, DP_LOOKUP_NODATA, security, 0);
	host_verdict->addrs =
		dp_arena_alloc(facts->arena, DP_ADDRS_MAX * sizeof *host_verdict->addrs);
	host_verdict->outcome = outcome;
	host_verdict->addresses_security = security;
	if (security == DP_SECURE) {
		host_verdict->base = host->name;
		assert_true(dp_name_tlsa_owner(&host->name, 25, &host_verdict->owner));
		host->tlsa[0] = (struct dp_lookup){ .state = DP_LOOKUP_DATA,
			.name = host_verdict->owner,
			.type = DP_TYPE_TLSA,
			.security = DP_SECURE,
			.asked_ms = 10,
			.answered_ms = 14 };
	}
	return host;
}

static struct dp_tlsa *add_record(
	struct dp_facts *facts, struct dp_host_verdict *host, const char *text, bool matched)
{
	struct dp_host_facts *host_facts = &facts->hosts[facts->host_count - 1];
	struct dp_tlsa *record;

	if (host->records == NULL) {
		host->records = dp_arena_alloc(facts->arena, 8 * sizeof *host->records);
		host->matched = dp_arena_alloc(facts->arena, 8 * sizeof *host->matched);
	}
	record = &host->records[host->record_count];
	assert_null(dp_tlsa_from_text(text, record, facts->arena));
	host->matched[host->record_count++] = matched;
	host_facts->tlsa[0].message.rr_count = host->record_count;
	return record;
}

static struct dp_addr_facts *add_addr(struct dp_facts *facts, struct dp_host_facts *host,
	struct dp_host_verdict *verdict, const char *ip, enum dp_outcome outcome)
{
	struct dp_addr_facts *addr = dp_facts_add_addr(host, facts->arena);

	assert_true(dp_ip_parse(ip, strlen(ip), &addr->ip));
	verdict->addrs[host->addr_count - 1].outcome = outcome;
	return addr;
}

static struct dp_probe *add_probe(struct dp_addr_facts *addr, struct dp_addr_verdict *verdict,
	enum dp_offer offer, enum dp_outcome outcome)
{
	struct dp_probe *probe = &addr->probes[addr->probe_count];

	*probe = (struct dp_probe){ .offer = offer,
		.stage = DP_STAGE_DONE,
		.alert = -1,
		.sni = "mx.example.org",
		.tls_version = "TLSv1.3",
		.tls_suite = "TLS_AES_256_GCM_SHA384",
		.started_ms = 20,
		.ended_ms = 61,
		.dialogue =
			"S: 220 mx.example.org ESMTP\nC: EHLO client.example.net\nS: 250-mx.example.org\n"
			"S: 250 STARTTLS\nC: STARTTLS\nS: 220 2.0.0 Ready to start TLS\n" };
	verdict->probes[addr->probe_count].outcome = outcome;
	verdict->probes[addr->probe_count++].match.record = -1;
	return probe;
}

static void obstruct(
	struct dp_probe *probe, enum dp_stage stage, enum dp_status status, enum dp_reason reason)
{
	probe->stage = stage;
	probe->status = status;
	probe->reason = reason;
	probe->tls_version = probe->tls_suite = NULL;
	if (stage == DP_STAGE_CONNECT)
		probe->dialogue = probe->sni = NULL;
}

/* A SubjectPublicKeyInfo with the outside of a real one (RFC 5480 s2, RFC 3279 s2.3.1): enough for
 * its name. */
static void set_key(struct dp_facts *facts, struct dp_cert *cert, enum dp_key_type type)
{
	static const uint8_t p256[27] = { 0x30, 0x59, 0x30, 0x13, 0x06, 0x07, 0x2a, 0x86, 0x48,
		0xce, 0x3d, 0x02, 0x01, 0x06, 0x08, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x03, 0x01, 0x07,
		0x03, 0x42, 0x00, 0x04 };
	static const uint8_t rsa_2048[33] = { 0x30, 0x82, 0x01, 0x22, 0x30, 0x0d, 0x06, 0x09, 0x2a,
		0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x01, 0x05, 0x00, 0x03, 0x82, 0x01, 0x0f,
		0x00, 0x30, 0x82, 0x01, 0x0a, 0x02, 0x82, 0x01, 0x01, 0x00 };
	static const uint8_t exponent[5] = { 0x02, 0x03, 0x01, 0x00, 0x01 };
	size_t head_len = type == DP_KEY_RSA ? sizeof rsa_2048 : sizeof p256;
	uint8_t *spki;

	cert->key_type = type;
	cert->spki_len =
		type == DP_KEY_RSA ? sizeof rsa_2048 + 256 + sizeof exponent : sizeof p256 + 64;
	spki = dp_arena_alloc(facts->arena, cert->spki_len);
	memset(spki, 0xa5, cert->spki_len);
	memcpy(spki, type == DP_KEY_RSA ? rsa_2048 : p256, head_len);
	if (type == DP_KEY_RSA)
		memcpy(spki + cert->spki_len - sizeof exponent, exponent, sizeof exponent);
	cert->spki = spki;
}

static struct dp_cert *add_cert(struct dp_facts *facts, struct dp_probe *probe, const char *subject,
	const char *issuer, const char *spki_sha256)
{
	struct dp_cert *cert;

	if (probe->chain.certs == NULL)
		probe->chain.certs = dp_arena_alloc(facts->arena, 8 * sizeof *probe->chain.certs);
	cert = &probe->chain.certs[probe->chain.count++];
	cert->subject_text = subject;
	cert->issuer_text = issuer;
	cert->parsed = true;
	set_key(facts, cert, probe->chain.count == 1 ? DP_KEY_ECDSA : DP_KEY_RSA);
	cert->not_before_utc_s = dp_text_utc(2026, 10, 1, 0, 0, 0);
	cert->not_after_utc_s = dp_text_utc(2026, 12, 30, 23, 59, 59);
	assert_int_equal(
		dp_text_unhex(spki_sha256, strlen(spki_sha256), cert->spki_sha256, 32), 32);
	memset(cert->cert_sha256, 0xc0 + (int)probe->chain.count, 32);
	probe->chain_seen = true;
	probe->chain_bytes += 1200;
	return cert;
}

static void add_usual_chain(struct dp_facts *facts, struct dp_probe *probe)
{
	static const struct dp_cert_name names[] = { { "mx.example.org", 14 },
		{ "mail.example.org", 16 } };
	struct dp_cert *leaf = add_cert(facts, probe, "mx.example.org", "R13", LEAF_KEY);

	leaf->names = names;
	leaf->name_count = 2;
	leaf->has_san = true;
	add_cert(facts, probe, "R13", "ISRG Root X1", R13_KEY);
}

static void find(struct dp_facts *facts, struct dp_verdict *verdict, enum dp_reason code,
	struct dp_subject subject, const char *label, struct dp_words words)
{
	const struct dp_reason_row *row = dp_reason_row(code);
	struct dp_finding *finding;

	if (verdict->findings == NULL)
		verdict->findings = dp_arena_alloc(facts->arena, 16 * sizeof *verdict->findings);
	finding = &verdict->findings[verdict->finding_count++];
	*finding = (struct dp_finding){ .code = code,
		.severity = row->severity,
		.subject = subject,
		.label = label,
		.rfc = row->rfc,
		.evidence = "",
		.cause = dp_finding_expand(row->cause, &words, facts->arena),
		.consequence = dp_finding_expand(row->consequence, &words, facts->arena),
		.remedy = dp_finding_expand(row->remedy, &words, facts->arena) };
	verdict->warned = verdict->warned || row->severity != DP_NOTE;
}

#define DOMAIN ((struct dp_subject){ -1, -1, -1, -1, -1 })
#define HOST(host) ((struct dp_subject){ host, -1, -1, -1, -1 })
#define ADDR(host, addr) ((struct dp_subject){ host, addr, -1, -1, -1 })
#define RECORD(host, addr, probe, record) ((struct dp_subject){ host, addr, probe, record, -1 })
#define WORDS(...) ((struct dp_words){ __VA_ARGS__ })

/* --- the samples --- */

/* One host, two addresses, one key type; the second record is the next key. */
static void fill_verified(struct dp_facts *facts, struct dp_verdict *verdict)
{
	struct dp_host_facts *host =
		add_host(facts, verdict, "mx.example.org", DP_SECURE, DP_VERIFIED);
	struct dp_host_verdict *judged = &verdict->hosts[0];
	static const char *const ips[] = { "192.0.2.1", "2001:db8::1" };

	host->aaaa = answer("mx.example.org", DP_TYPE_AAAA, DP_LOOKUP_DATA, DP_SECURE, 1);
	add_record(facts, judged, "3 1 1 " LEAF_KEY, true);
	add_record(facts, judged,
		"3 1 1 5dd3b8c1f2a4968775e6d5c4b3a2918070f1e2d3c4b5a6978897a6b5c4d3e2f1", false);
	for (int i = 0; i < 2; i++) {
		struct dp_addr_facts *addr = add_addr(facts, host, judged, ips[i], DP_VERIFIED);
		struct dp_probe *probe =
			add_probe(addr, &judged->addrs[i], DP_OFFER_ALL, DP_VERIFIED);

		add_usual_chain(facts, probe);
		judged->addrs[i].probes[0].match.record = 0;
		judged->addrs[i].probes[0].match.authenticated = true;
		probe = add_probe(addr, &judged->addrs[i], DP_OFFER_RSA, DP_VERIFIED);
		obstruct(probe, DP_STAGE_HANDSHAKE, DP_OK, DP_REASON_TLS_ALERT);
		probe->alert = 40;
		judged->addrs[i].probes[1].absent = true;
	}
	find(facts, verdict, DP_REASON_TLSA_UNMATCHED, RECORD(0, -1, -1, 1), "mx.example.org",
		WORDS(.host = "mx.example.org", .record = "3 1 1 5dd3b8c1f2a49687..."));
}

/* The story that started it: 2 1 1 of ISRG Root X1, and a stock fullchain.pem. */
static void fill_seed(struct dp_facts *facts, struct dp_verdict *verdict)
{
	struct dp_host_facts *host =
		add_host(facts, verdict, "mx.example.org", DP_SECURE, DP_FAILED);
	struct dp_host_verdict *judged = &verdict->hosts[0];
	static const char *const ips[] = { "192.0.2.1", "2001:db8::1" };

	add_record(facts, judged, "2 1 1 " ISRG_ROOT_X1, false);
	for (int i = 0; i < 2; i++) {
		struct dp_addr_facts *addr = add_addr(facts, host, judged, ips[i], DP_FAILED);

		add_usual_chain(facts, add_probe(addr, &judged->addrs[i], DP_OFFER_ALL, DP_FAILED));
		find(facts, verdict, DP_REASON_TLSA_ANCHOR_NOT_SENT, RECORD(0, i, 0, 0),
			i == 0 ? "mx.example.org [192.0.2.1]" : "mx.example.org [2001:db8::1]",
			WORDS(.record = "2 1 1 0b9fa5a59eed715c...",
				.detail = "the key of ISRG Root X1",
				.cert = "\"mx.example.org\" and \"R13\" (issued by \"ISRG Root X1\")",
				.fix = "Either append the certificate of ISRG Root X1 to the end of the chain file that the "
				       "server sends, or publish the record of the server's own key instead:" RECORD_LINE));
	}
}

/* Nobody answers at all. */
static void fill_undetermined(struct dp_facts *facts, struct dp_verdict *verdict)
{
	struct dp_host_facts *host =
		add_host(facts, verdict, "mx.example.org", DP_SECURE, DP_UNDETERMINED);
	struct dp_host_verdict *judged = &verdict->hosts[0];
	static const char *const ips[] = { "192.0.2.1", "192.0.2.11" };
	static const char *const labels[] = { "mx.example.org [192.0.2.1]",
		"mx.example.org [192.0.2.11]" };

	judged->unreachable = true;
	add_record(facts, judged, "3 1 1 " LEAF_KEY, false);
	for (int i = 0; i < 2; i++) {
		struct dp_addr_facts *addr = add_addr(facts, host, judged, ips[i], DP_UNDETERMINED);

		for (int k = 0; k < 2; k++) {
			obstruct(add_probe(addr, &judged->addrs[i], DP_OFFER_ALL, DP_UNDETERMINED),
				DP_STAGE_CONNECT, DP_TIMEOUT, DP_REASON_CONNECT_TIMEOUT);
			judged->addrs[i].probes[k].superseded = k == 0;
		}
		find(facts, verdict, DP_REASON_CONNECT_TIMEOUT, ADDR(0, i), labels[i],
			WORDS(.addr = labels[i]));
	}
	find(facts, verdict, DP_REASON_PORT_FILTERED, DOMAIN, "example.org",
		WORDS(.detail = "25",
			.fix = "\n  daneprobe chain --live example.org fullchain.pem"));
}

/* No DNSSEC at the domain: the commonest answer of all. */
static void fill_no_dane(struct dp_facts *facts, struct dp_verdict *verdict)
{
	facts->mx.security = DP_INSECURE;
	facts->ds[0] = kept(facts, answer("org", DP_TYPE_DS, DP_LOOKUP_DATA, DP_SECURE, 1));
	facts->ds[1] =
		kept(facts, answer("example.org", DP_TYPE_DS, DP_LOOKUP_NODATA, DP_SECURE, 0));
	facts->ds_count = 2;
	add_host(facts, verdict, "mx.example.org", DP_INSECURE, DP_NO_DANE);
	find(facts, verdict, DP_REASON_MX_INSECURE, DOMAIN, "example.org",
		WORDS(.host = "example.org", .detail = "example.org has no DS record at its parent",
			.fix = "Have the DS record of example.org published at its parent (the "
			       "registrar does that); sign the zone first, if it is not signed."));
	find(facts, verdict, DP_REASON_ADDRESS_INSECURE, HOST(0), "mx.example.org",
		WORDS(.host = "mx.example.org", .detail = "for the same reason as the domain",
			.fix = "The same as for the domain."));
}

static void fill_no_mail(struct dp_facts *facts, struct dp_verdict *verdict)
{
	find(facts, verdict, DP_REASON_NULL_MX, DOMAIN, "example.org",
		WORDS(.host = "example.org"));
}

/* A validator that refuses the MX answer. */
static void fill_bogus(struct dp_facts *facts, struct dp_verdict *verdict)
{
	facts->mx = answer("example.org", DP_TYPE_MX, DP_LOOKUP_ERROR, DP_BOGUS, 0);
	facts->mx.message.rcode = 2;
	facts->mx.why =
		"validation failure <example.org. MX IN>: signature expired from 192.0.2.53";
	find(facts, verdict, DP_REASON_MX_BOGUS, DOMAIN, "example.org",
		WORDS(.host = "example.org", .detail = facts->mx.why,
			.fix = "Sign the zone again, or correct the DS record at its parent."));
}

/* Records that SMTP cannot use. */
static void fill_unauthenticated(struct dp_facts *facts, struct dp_verdict *verdict)
{
	struct dp_host_facts *host =
		add_host(facts, verdict, "mx.example.org", DP_SECURE, DP_UNAUTHENTICATED);
	struct dp_host_verdict *judged = &verdict->hosts[0];
	struct dp_tlsa *record = add_record(facts, judged, "1 1 1 " LEAF_KEY, false);

	record->unusable = DP_REASON_TLSA_UNUSABLE_USAGE;
	record = add_record(facts, judged, "3 1 7 " LEAF_KEY, false);
	record->unusable = DP_REASON_TLSA_UNUSABLE_PARAMETER;
	add_usual_chain(facts,
		add_probe(add_addr(facts, host, judged, "192.0.2.1", DP_UNAUTHENTICATED),
			&judged->addrs[0], DP_OFFER_ALL, DP_UNAUTHENTICATED));
	find(facts, verdict, DP_REASON_TLSA_UNUSABLE_USAGE, RECORD(0, -1, -1, 0), "mx.example.org",
		WORDS(.record = "1 1 1 4c1bfe3a86d7a5b9...", .detail = "1 (PKIX-EE)"));
	find(facts, verdict, DP_REASON_TLSA_UNUSABLE_PARAMETER, RECORD(0, -1, -1, 1),
		"mx.example.org",
		WORDS(.record = "3 1 7 4c1bfe3a86d7a5b9...", .detail = "matching type, 7"));
	find(facts, verdict, DP_REASON_TLSA_ALL_UNUSABLE, HOST(0), "mx.example.org",
		WORDS(.host = "mx.example.org", .fix = RECORD_LINE));
}

/* One good host, one without STARTTLS at three addresses, one without a route to it. */
static void fill_mixed(struct dp_facts *facts, struct dp_verdict *verdict)
{
	static const char *const ips[] = { "192.0.2.21", "192.0.2.22", "2001:db8::22" };
	struct dp_host_facts *host =
		add_host(facts, verdict, "mx1.example.org", DP_SECURE, DP_VERIFIED);

	add_record(facts, &verdict->hosts[0], "3 1 1 " LEAF_KEY, true);
	add_usual_chain(facts,
		add_probe(add_addr(facts, host, &verdict->hosts[0], "192.0.2.1", DP_VERIFIED),
			&verdict->hosts[0].addrs[0], DP_OFFER_ALL, DP_VERIFIED));
	verdict->hosts[0].addrs[0].probes[0].match = (struct dp_match){ .authenticated = true };
	host = add_host(facts, verdict, "mx2.example.org", DP_SECURE, DP_FAILED);
	add_record(facts, &verdict->hosts[1], "3 1 1 " LEAF_KEY, false);
	for (int i = 0; i < 3; i++) {
		const char *label = dp_arena_printf(facts->arena, "mx2.example.org [%s]", ips[i]);

		obstruct(add_probe(add_addr(facts, host, &verdict->hosts[1], ips[i], DP_FAILED),
				 &verdict->hosts[1].addrs[i], DP_OFFER_ALL, DP_FAILED),
			DP_STAGE_HELLO, DP_OK, DP_REASON_STARTTLS_NOT_OFFERED);
		find(facts, verdict, DP_REASON_STARTTLS_NOT_OFFERED, ADDR(1, i), label,
			WORDS(.addr = label));
	}
	host = add_host(facts, verdict, "mx3.example.net", DP_INSECURE, DP_NO_DANE);
	add_addr(facts, host, &verdict->hosts[2], "2001:db8:3::1", DP_UNDETERMINED);
	verdict->hosts[2].addrs[0].skipped = true;
	find(facts, verdict, DP_REASON_NO_LOCAL_ROUTE, ADDR(2, 0),
		"mx3.example.net [2001:db8:3::1]",
		WORDS(.addr = "mx3.example.net [2001:db8:3::1]",
			.detail = "this machine has no route for IPv6"));
	find(facts, verdict, DP_REASON_DOMAIN_PARTLY_PROTECTED, DOMAIN, "example.org",
		WORDS(.host = "example.org", .detail = "none at mx3.example.net"));
	find(facts, verdict, DP_REASON_DOMAIN_DELIVERS_THROUGH, DOMAIN, "example.org",
		WORDS(.host = "example.org", .detail = "mx1.example.org"));
}

/* Two hosts with one fault each kind: what is said of the one holds for the other only where the
 * remedy does not name the host. */
static void fill_two_hosts(struct dp_facts *facts, struct dp_verdict *verdict)
{
	static const char *const names[] = { "mx1.example.org", "mx2.example.org" };
	static const char *const ips[][2] = { { "192.0.2.1", "192.0.2.11" },
		{ "192.0.2.2", "192.0.2.22" } };

	for (int i = 0; i < 2; i++) {
		struct dp_host_facts *host =
			add_host(facts, verdict, names[i], DP_SECURE, DP_FAILED);
		struct dp_host_verdict *judged = &verdict->hosts[i];
		const char *label[2];

		add_record(facts, judged, "3 1 1 " R13_KEY, false);
		for (int k = 0; k < 2; k++)
			label[k] = dp_arena_printf(facts->arena, "%s [%s]", names[i], ips[i][k]);
		add_usual_chain(facts,
			add_probe(add_addr(facts, host, judged, ips[i][0], DP_FAILED),
				&judged->addrs[0], DP_OFFER_ALL, DP_FAILED));
		find(facts, verdict, DP_REASON_TLSA_EE_MISMATCH, RECORD(i, 0, 0, 0), label[0],
			WORDS(.record = "3 1 1 025490860b498ab7...",
				.cert = "\"mx.example.org\" (ECDSA P-256, key SHA-256 4c1bfe3a86d7a5b9...)",
				.detail = "; it pins a known CA, R13",
				.fix = dp_arena_printf(facts->arena,
					"Publish the record of the key in use:\n  _25._tcp.%s. IN TLSA 3 1 1 %s",
					names[i], LEAF_KEY)));
		obstruct(add_probe(add_addr(facts, host, judged, ips[i][1], DP_UNDETERMINED),
				 &judged->addrs[1], DP_OFFER_ALL, DP_UNDETERMINED),
			DP_STAGE_CONNECT, DP_REFUSED, DP_REASON_CONNECT_REFUSED);
		find(facts, verdict, DP_REASON_CONNECT_REFUSED, ADDR(i, 1), label[1],
			WORDS(.addr = label[1]));
	}
}

/* Peer bytes that nobody has escaped on the way: none may come through. */
static void fill_hostile(struct dp_facts *facts, struct dp_verdict *verdict)
{
	static const char evil[] =
		"\033[2J\033]0;owned\a\r\nverified: example.org - all is well\n<script>\xe2\x80\xae|\xff\x9b";
	static const struct dp_cert_name names[] = { { "a\0b\033\n", 5 },
		{ "\xc3\xa9\xe2\x80\xae", 5 } };
	struct dp_host_facts *host =
		add_host(facts, verdict, "m\\027x.example.org", DP_SECURE, DP_FAILED);
	struct dp_host_verdict *judged = &verdict->hosts[0];
	struct dp_probe *probe;
	struct dp_cert *cert;

	facts->target.text = "exa\033mple.org\n";
	facts->resolver_why = facts->mx.why = host->a.why = host->a.fallback = evil;
	add_record(facts, judged, "3 1 1 " LEAF_KEY, false);
	probe = add_probe(add_addr(facts, host, judged, "192.0.2.1", DP_FAILED), &judged->addrs[0],
		DP_OFFER_ALL, DP_FAILED);
	probe->detail = probe->dialogue = probe->sni = probe->tls_suite = probe->tls_version = evil;
	cert = add_cert(facts, probe, evil, evil, LEAF_KEY);
	cert->names = names;
	cert->name_count = 2;
	cert->limit = evil;
	cert->not_after_utc_s = INT64_MAX;
	cert->not_before_utc_s = DP_TIME_NONE;
	cert = add_cert(facts, probe, NULL, NULL, R13_KEY);
	cert->spki = NULL;
	cert->parsed = false;
	cert->limit = "not a certificate";
	find(facts, verdict, DP_REASON_TLSA_EE_MISMATCH, RECORD(0, 0, 0, 0), evil,
		WORDS(.record = evil, .cert = evil, .detail = evil, .fix = evil));
	verdict->findings[0].evidence = evil;
	verdict->finding_dropped = 3;
}

const struct sample samples[] = {
	{ "verified", DP_VERIFIED, 0, fill_verified },
	{ "seed", DP_FAILED, 2, fill_seed },
	{ "undetermined", DP_UNDETERMINED, 3, fill_undetermined },
	{ "no-dane", DP_NO_DANE, 2, fill_no_dane },
	{ "no-mail", DP_NO_MAIL, 2, fill_no_mail },
	{ "bogus", DP_UNDETERMINED, 3, fill_bogus },
	{ "unauthenticated", DP_UNAUTHENTICATED, 2, fill_unauthenticated },
	{ "mixed", DP_FAILED, 2, fill_mixed },
	{ "two-hosts", DP_FAILED, 2, fill_two_hosts },
	{ "hostile", DP_FAILED, 2, fill_hostile },
};
const size_t sample_count = sizeof samples / sizeof samples[0];

struct dp_facts *sample_open(
	const struct sample *sample, struct dp_arena *arena, struct dp_verdict **verdict)
{
	struct dp_target target = { .text = "example.org",
		.name = name_of("example.org"),
		.is_domain = true,
		.protocol = "smtp",
		.port = 25,
		.want_v4 = true,
		.want_v6 = true };
	struct dp_facts *facts = dp_facts_new(&target, arena);

	facts->resolver_mode = "recursive";
	facts->resolver_why = "there is no /etc/resolv.conf";
	facts->duration_ms = 75;
	facts->hosts_known = true;
	facts->hosts = dp_arena_alloc(arena, DP_HOSTS_MAX * sizeof *facts->hosts);
	facts->mx = answer("example.org", DP_TYPE_MX, DP_LOOKUP_DATA, DP_SECURE, 1);
	*verdict = dp_arena_alloc(arena, sizeof **verdict);
	(*verdict)->outcome = sample->outcome;
	(*verdict)->hosts = dp_arena_alloc(arena, DP_HOSTS_MAX * sizeof *(*verdict)->hosts);
	sample->fill(facts, *verdict);
	return facts;
}

/* --- golden files --- */

static void read_golden(const char *path, struct dp_buf *out)
{
	FILE *file = fopen(path, "rb");
	char bytes[4096];
	size_t len;

	if (file == NULL)
		fail_msg(
			"no %s; run from the root of the repository, or make it with UPDATE_GOLDEN=1",
			path);
	while ((len = fread(bytes, 1, sizeof bytes, file)) > 0)
		dp_buf_bytes(out, bytes, len);
	fclose(file);
}

void assert_golden(const char *name, const char *suffix, const struct dp_buf *text)
{
	const char *path = dp_arena_printf(text->arena, "tests/golden/%s%s", name, suffix);
	struct dp_buf golden;

	if (getenv("UPDATE_GOLDEN") != NULL) {
		FILE *file = fopen(path, "wb");

		assert_non_null(file);
		assert_int_equal(fwrite(text->data, 1, text->len, file), text->len);
		assert_int_equal(fclose(file), 0);
		return;
	}
	dp_buf_init(&golden, text->arena);
	read_golden(path, &golden);
	if (golden.len != text->len || memcmp(golden.data, text->data, text->len) != 0)
		fail_msg("%s differs; it is now:\n%s", path, text->data);
}
