/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A small written world for planner and judge: DNS answers and servers as lines of text, no
 * network. The loop in run() is what app/check.c does, without time. Included by the tests that
 * play in it.
 *
 * A "certificate" is any word: usage 3 compares octets only (RFC 7671 s5.1), so "3 0 1 =word" is
 * the record of the server that sends that word; "rsa-..." has an RSA key, "absent" refuses the
 * other key type.
 *
 * "@NAME" is the chain of tests/cases/explain/NAME.case, or of that file in tests/cases/chain; and
 * as data of a TLSA record "@NAME:2" what its selector and matching type make of the third
 * certificate there, "@NAME:0:FORM" what a mistake makes of the first: "pem", "key-pem",
 * "bare-key", "swapped".
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <mbedtls/base64.h>

#include "base/text.h"
#include "dane/digest.h"
#include "dane/encoding.h"
#include "dane/policy.h"

#define NOW 1764000000
#define WORDS 16
#define CERTS_MAX 100

struct world_case {
	const char *name;
	const char *target;  /* "example.org", "smtp:host", "imaps:host", "srv:_imaps._tcp.name" */
	const char *dns;     /* lines "NAME TYPE SECURITY STATE RDATA": see answer() */
	const char *servers; /* lines "ADDRESS WORD...": one word a connection, the last repeats */
	enum dp_outcome outcome;
	const char *codes; /* codes that must be found; "!code" must not */
	const char *asked; /* "NAME/TYPE" words that must have been asked; "!..." must not */
};

static struct dp_arena *arena;
static char asked[65536];
static int64_t now_utc_s = NOW;
static const char *resolver = "recursive";
static bool all_nameservers;
static bool planning;
static bool v4_only;
static bool if_published;           /* --all-ports */
static enum dp_key_types key_types; /* auto */
static struct dp_chain pkix_roots;  /* of services other than SMTP */

/* --- the world --- */

static size_t split(const char *line, char words[WORDS][128])
{
	size_t count = 0;

	while (count < WORDS) {
		size_t len;

		line += strspn(line, " \t");
		len = strcspn(line, " \t\n");
		if (len == 0)
			break;
		snprintf(words[count++], 128, "%.*s", (int)len, line);
		line += len;
	}
	return count;
}

static void add_rr(struct dp_lookup *lookup, const uint8_t *rdata, size_t len)
{
	struct dp_message *message = &lookup->message;
	size_t cap = message->rr_count;

	if (message->rr_count == DP_RR_MAX) { /* as dp_message_read does */
		message->rr_dropped++;
		return;
	}
	message->rrs =
		dp_arena_grow(arena, message->rrs, message->rr_count, &cap, sizeof(*message->rrs));
	message->rrs[message->rr_count++] = (struct dp_rr){ .owner = message->canonical,
		.type = lookup->type,
		.ttl_s = 3600,
		.rdata = dp_arena_copy(arena, rdata, len),
		.rdata_len = (uint16_t)len };
}

static void add_mx(struct dp_lookup *lookup, const char *preference, const char *host)
{
	struct dp_name name;
	uint8_t rdata[2 + DP_NAME_MAX];
	unsigned value = (unsigned)atoi(preference);

	assert_true(dp_name_parse(host, &name));
	rdata[0] = (uint8_t)(value >> 8);
	rdata[1] = (uint8_t)value;
	memcpy(rdata + 2, name.wire, name.len);
	add_rr(lookup, rdata, 2u + name.len);
}

/* priority, weight, port, target */
static void add_srv(struct dp_lookup *lookup, char words[WORDS][128])
{
	struct dp_name name;
	uint8_t rdata[6 + DP_NAME_MAX];

	for (size_t i = 0; i < 3; i++) {
		unsigned value = (unsigned)atoi(words[i]);

		rdata[2 * i] = (uint8_t)(value >> 8);
		rdata[2 * i + 1] = (uint8_t)value;
	}
	assert_true(dp_name_parse(words[3], &name));
	memcpy(rdata + 6, name.wire, name.len);
	add_rr(lookup, rdata, 6u + name.len);
}

static void add_ns(struct dp_lookup *lookup, const char *host)
{
	struct dp_name name;

	assert_true(dp_name_parse(host, &name));
	add_rr(lookup, name.wire, name.len);
}

static void add_ip(struct dp_lookup *lookup, const char *text)
{
	struct dp_ip ip;

	assert_true(dp_ip_parse(text, strlen(text), &ip));
	add_rr(lookup, ip.bytes, ip.family == 4 ? 4 : 16);
}

/* The certificates of NAME, which may end at a colon. */
static void read_chain(const char *name, struct dp_chain *chain)
{
	static char text[65536];
	char path[300];
	const uint8_t *ders[CERTS_MAX];
	size_t lens[CERTS_MAX], count = 0;
	char *at = text;

	snprintf(path, sizeof path, "tests/cases/explain/%.*s.case", (int)strcspn(name, ":"), name);
	FILE *file = fopen(path, "r");

	if (file == NULL) {
		snprintf(path, sizeof path, "tests/cases/chain/%.*s.case", (int)strcspn(name, ":"),
			name);
		file = fopen(path, "r");
	}
	if (file == NULL)
		fail_msg("%s cannot be read", path);
	text[fread(text, 1, sizeof text - 1, file)] = '\0';
	fclose(file);
	while ((at = strstr(at, "-----BEGIN CERTIFICATE-----\n")) != NULL && count < CERTS_MAX) {
		char *end = strstr(at += 28, "-----END");
		char *base64 = dp_arena_text(arena, at, (size_t)(end - at));
		uint8_t *der = dp_arena_alloc(arena, strlen(base64));
		size_t len = 0;

		assert_int_equal(mbedtls_base64_decode(der, strlen(base64), &len,
					 (const unsigned char *)base64, strlen(base64)),
			0);
		ders[count] = der;
		lens[count++] = len;
	}
	assert_true(count > 0);
	dp_chain_open(chain, ders, lens, count, arena);
}

/* Matching type 0, 1, 2 of some octets. */
static size_t put_matched(uint8_t matching, const void *octets, size_t len, uint8_t *out)
{
	if (matching == DP_SHA512)
		dp_digest_sha512(octets, len, out);
	else if (matching == DP_SHA256)
		dp_digest_sha256(octets, len, out);
	else
		memcpy(out, octets, len);
	return matching == DP_SHA512    ? DP_SHA512_BYTES
		: matching == DP_SHA256 ? DP_SHA256_BYTES
					: len;
}

/* "NAME:2", "NAME:0:FORM" */
static size_t put_from_chain(const char *name, uint8_t selector, uint8_t matching, uint8_t *out)
{
	const char *index = strchr(name, ':') + 1, *form = strchr(index, ':');
	struct dp_chain chain;
	const struct dp_cert *cert;
	const void *octets;
	size_t len;

	form = form != NULL ? form + 1 : "";
	read_chain(name, &chain);
	cert = &chain.certs[atoi(index)];
	if (strcmp(form, "swapped") == 0)
		selector = selector == DP_CERT ? DP_SPKI : DP_CERT;
	octets = selector == DP_CERT ? cert->der : cert->spki;
	len = selector == DP_CERT ? cert->der_len : cert->spki_len;
	if (strcmp(form, "pem") == 0)
		octets = dp_encoding_pem("CERTIFICATE", cert->der, cert->der_len, arena);
	if (strcmp(form, "key-pem") == 0)
		octets = dp_encoding_pem("PUBLIC KEY", cert->spki, cert->spki_len, arena);
	if (strstr(form, "pem") != NULL)
		len = strlen(octets);
	if (strcmp(form, "bare-key") == 0)
		octets = dp_encoding_bare_key(cert->spki, cert->spki_len, &len);
	return put_matched(matching, octets, len, out);
}

/* "3 0 1 =word": the digest of the word; "@NAME:0"; else hex. */
static void add_tlsa(struct dp_lookup *lookup, char words[WORDS][128])
{
	uint8_t rdata[3 + 2048];
	ptrdiff_t len;

	for (size_t i = 0; i < 3; i++)
		rdata[i] = (uint8_t)atoi(words[i]);
	if (words[3][0] == '=') {
		len = (ptrdiff_t)put_matched(
			rdata[2], words[3] + 1, strlen(words[3] + 1), rdata + 3);
	} else if (words[3][0] == '@') {
		len = (ptrdiff_t)put_from_chain(words[3] + 1, rdata[1], rdata[2], rdata + 3);
	} else {
		len = dp_text_unhex(words[3], strlen(words[3]), rdata + 3, 256);
	}
	assert_true(len >= 0);
	add_rr(lookup, rdata, 3 + (size_t)len);
}

static void add_alias(struct dp_lookup *lookup, const char *target)
{
	struct dp_message *message = &lookup->message;
	struct dp_name *aliases =
		dp_arena_alloc(arena, (message->alias_count + 1) * sizeof(*aliases));

	if (message->alias_count > 0)
		memcpy(aliases, message->aliases, message->alias_count * sizeof(*aliases));
	aliases[message->alias_count++] = message->canonical;
	message->aliases = aliases;
	assert_true(dp_name_parse(target, &message->canonical));
}

static void set_state(struct dp_lookup *lookup, const char *security, const char *state)
{
	lookup->security = strcmp(security, "secure") == 0 ? DP_SECURE
		: strcmp(security, "bogus") == 0           ? DP_BOGUS
							   : DP_INSECURE;
	if (strcmp(state, "timeout") == 0)
		lookup->state = DP_LOOKUP_TIMEOUT;
	else if (strcmp(state, "servfail") == 0)
		lookup->state = DP_LOOKUP_ERROR;
	else if (strcmp(state, "nxdomain") == 0)
		lookup->state = DP_LOOKUP_NXDOMAIN;
	else if (strcmp(state, "nodata") == 0)
		lookup->state = DP_LOOKUP_NODATA;
	else
		lookup->state = DP_LOOKUP_DATA;
	if (lookup->state == DP_LOOKUP_ERROR)
		lookup->message.rcode = 2;
}

/* DS: "ALGORITHM DIGEST"; NSEC3PARAM: "ITERATIONS". */
static void add_numbers(struct dp_lookup *lookup, char words[WORDS][128], size_t count)
{
	unsigned first = (unsigned)atoi(words[0]),
		 second = count > 1 ? (unsigned)atoi(words[1]) : 0;

	if (lookup->type == DP_TYPE_DS)
		add_rr(lookup, (const uint8_t[]){ 0, 0, (uint8_t)first, (uint8_t)second }, 4);
	else
		add_rr(lookup, (const uint8_t[]){ 1, 0, (uint8_t)(first >> 8), (uint8_t)first, 0 },
			5);
}

/* Words after "NAME TYPE SECURITY STATE": rdata of one record; "alias TARGET" words come first. */
static void answer(struct dp_lookup *lookup, char words[WORDS][128], size_t count)
{
	size_t at = 4;

	set_state(lookup, words[2], words[3]);
	while (at + 1 < count && strcmp(words[at], "alias") == 0) {
		add_alias(lookup, words[at + 1]);
		at += 2;
	}
	if (lookup->state != DP_LOOKUP_DATA || at >= count)
		return;
	if (lookup->type == DP_TYPE_MX)
		add_mx(lookup, words[at], words[at + 1]);
	else if (lookup->type == DP_TYPE_SRV)
		add_srv(lookup, words + at);
	else if (lookup->type == DP_TYPE_NS)
		add_ns(lookup, words[at]);
	else if (lookup->type == DP_TYPE_TLSA)
		add_tlsa(lookup, words + at);
	else if (lookup->type == DP_TYPE_A || lookup->type == DP_TYPE_AAAA)
		add_ip(lookup, words[at]);
	else if (lookup->type == DP_TYPE_DS || lookup->type == DP_TYPE_NSEC3PARAM)
		add_numbers(lookup, words + at, count - at);
	else
		add_rr(lookup, (const uint8_t *)"\0\0\015\002", 4);
}

/* "NAME TYPE why WORDS" and
 * "NAME TYPE rrsig SIGNER ALGORITHM INCEPTION EXPIRATION [TTL LABELS]" */
static bool remark(struct dp_lookup *lookup, const char *line, char words[WORDS][128], size_t count)
{
	const char *why = strstr(line, " why ") + 5;
	struct dp_message *message = &lookup->message;
	struct dp_rrsig rrsig = { .covered = lookup->type };

	if (strcmp(words[2], "why") == 0) {
		lookup->why = dp_arena_text(arena, why, strcspn(why, "\n"));
		return true;
	}
	if (strcmp(words[2], "rrsig") != 0)
		return false;
	assert_true(dp_name_parse(words[3], &rrsig.signer));
	rrsig.algorithm = (uint8_t)atoi(words[4]);
	rrsig.inception_utc_s = dp_text_time_parse(words[5]);
	rrsig.expiration_utc_s = dp_text_time_parse(words[6]);
	if (count > 8) {
		rrsig.owner = message->canonical;
		rrsig.original_ttl_s = (uint32_t)atoi(words[7]);
		rrsig.labels = (uint8_t)atoi(words[8]);
	}
	message->rrsigs = dp_arena_copy(arena, &rrsig, sizeof rrsig);
	message->rrsig_count = 1;
	return true;
}

/* The name that lines begin with; for one server's own answer "NAME@ADDRESS". */
static const char *key_of(const struct world_case *c, const struct dp_task *task)
{
	char name[DP_NAME_TEXT_MAX], ip[DP_IP_TEXT_MAX];
	const char *key, *own, *line;

	key = dp_name_text(&task->lookup->name, name);
	key = dp_arena_text(arena, key, strlen(key));
	if (task->zone == NULL)
		return key;
	own = dp_arena_printf(arena, "%s@%s", key, dp_ip_format(&task->ip, ip));
	line = dp_arena_printf(arena, "\n%s %s ", own, dp_type_text(task->lookup->type, arena));
	return strstr(c->dns, line) != NULL ? own : key;
}

/* Every line for that name and type adds a record; no line at all: a secure NODATA. */
static void ask(const struct world_case *c, const struct dp_task *task)
{
	struct dp_lookup *lookup = task->lookup;
	char words[WORDS][128];
	const char *key = key_of(c, task), *type = dp_type_text(lookup->type, arena);

	snprintf(asked + strlen(asked), sizeof(asked) - strlen(asked), " %s/%s ", key, type);
	lookup->state = lookup->type == DP_TYPE_DNSKEY ? DP_LOOKUP_DATA : DP_LOOKUP_NODATA;
	lookup->security = DP_SECURE;
	lookup->message.canonical = lookup->name;
	for (const char *line = c->dns; line != NULL; line = strchr(line, '\n')) {
		size_t count;

		line += *line == '\n' ? 1 : 0;
		count = split(line, words);
		if (count >= 4 && strcmp(words[0], key) == 0 && strcmp(words[1], type) == 0 &&
			!remark(lookup, line, words, count))
			answer(lookup, words, count);
	}
}

static enum dp_reason reason_of(const char *code)
{
	for (int i = 1; i < DP_REASON_COUNT; i++) {
		if (strcmp(dp_reason_row((enum dp_reason)i)->code, code) == 0)
			return (enum dp_reason)i;
	}
	return DP_REASON_NONE;
}

static void serve(struct dp_probe *probe, const char *word)
{
	enum dp_reason reason = reason_of(word);
	const uint8_t *der = (const uint8_t *)word;
	size_t len = strlen(word);

	probe->reason = reason;
	if (strcmp(word, "no-route") == 0) {
		probe->status = DP_NO_ROUTE;
	} else if (strcmp(word, "absent") == 0) {
		probe->stage = DP_STAGE_HANDSHAKE;
		probe->reason = DP_REASON_TLS_ALERT;
		probe->alert = 40;
	} else if (word[0] == '@') {
		probe->stage = DP_STAGE_DONE;
		probe->chain_seen = true;
		read_chain(word + 1, &probe->chain);
	} else if (reason == DP_REASON_NONE) {
		probe->stage = DP_STAGE_DONE;
		probe->chain_seen = true;
		dp_chain_open(&probe->chain, &der, &len, 1, arena);
		if (strncmp(word, "rsa-", 4) == 0)
			probe->chain.certs[0].key_type = DP_KEY_RSA;
	} else if (reason == DP_REASON_CONNECT_REFUSED || reason == DP_REASON_CONNECT_TIMEOUT) {
		probe->status = reason == DP_REASON_CONNECT_REFUSED ? DP_REFUSED : DP_TIMEOUT;
	} else {
		probe->stage = reason == DP_REASON_GREETING_REFUSED ? DP_STAGE_GREETING
								    : DP_STAGE_STARTTLS;
	}
}

static void probe(const struct world_case *c, const struct dp_task *task)
{
	char ip[DP_IP_TEXT_MAX], words[WORDS][128];
	const char *word = "connect-timeout";

	dp_ip_format(&task->ip, ip);
	snprintf(asked + strlen(asked), sizeof(asked) - strlen(asked), " %s/%s ", ip,
		task->sni != NULL ? task->sni : "-");
	for (const char *line = c->servers; line != NULL; line = strchr(line, '\n')) {
		size_t count, attempt = task->addr->probe_count;

		line += *line == '\n' ? 1 : 0;
		count = split(line, words);
		if (count >= 2 && strcmp(words[0], ip) == 0)
			word = dp_arena_text(
				arena, words[attempt < count ? attempt : count - 1], 127);
	}
	word = dp_arena_text(arena, word, strlen(word));
	if (task->sni == NULL) /* "named/nameless": with and without SNI */
		word = strchr(word, '/') != NULL ? strchr(word, '/') + 1 : word;
	else
		word = dp_arena_text(arena, word, strcspn(word, "/"));
	serve(task->probe, word);
	task->probe->pending = false;
}

/* --- one case --- */

/* "smtp:HOST", "imaps:HOST", "srv:_imaps._tcp.DOMAIN", or a mail domain. */
static void aim(const struct world_case *c, struct dp_target *target)
{
	static const struct dp_service imap = { .name = "IMAP", .clients = true };
	const char *name = strchr(c->target, ':') != NULL ? strchr(c->target, ':') + 1 : c->target;

	target->is_domain = name == c->target;
	assert_true(dp_name_parse(name, &target->name));
	if (target->is_domain || strncmp(c->target, "smtp:", 5) == 0)
		return;
	target->service = &imap;
	target->port = 993;
	target->pkix_roots = pkix_roots.certs;
	target->pkix_root_count = pkix_roots.count;
	target->pkix_roots_path = pkix_roots.count > 0 ? "roots.pem" : NULL;
	if (strncmp(c->target, "srv:", 4) != 0)
		return;
	target->is_domain = target->is_service = true;
	target->srv = target->name;
	target->name = dp_name_parent(&target->srv, 2);
	target->srv_id = dp_arena_printf(arena, "_imaps.%s", strstr(name, "_tcp.") + 5);
	target->sni_is_domain = strstr(name, "_xmpp") != NULL;
}

static struct dp_facts *run(const struct world_case *c)
{
	struct dp_target target = { .text = c->target,
		.protocol = "smtp",
		.port = 25,
		.want_v4 = true,
		.want_v6 = !v4_only,
		.key_types = key_types,
		.all_nameservers = all_nameservers,
		.plan = planning,
		.if_published = if_published,
		.cert_warning_s = -1,
		.rrsig_warning_s = -1 };
	struct dp_task tasks[3]; /* small, so that "call again while it is max" is tested, too */
	struct dp_facts *facts;
	size_t count, rounds = 0;

	aim(c, &target);
	facts = dp_facts_new(&target, arena);
	facts->resolver_mode = resolver;
	facts->clock_utc_s = now_utc_s;
	asked[0] = '\0';
	while ((count = dp_policy_next(facts, now_utc_s, tasks, 3)) > 0) {
		for (size_t i = 0; i < count; i++) {
			if (tasks[i].kind == DP_TASK_PROBE)
				probe(c, &tasks[i]);
			else
				ask(c, &tasks[i]);
		}
		assert_true(++rounds < 1000);
	}
	assert_false(dp_policy_pending(facts));
	return facts;
}

/* --- what is expected of it --- */

static bool found(const struct dp_verdict *verdict, const char *code)
{
	for (size_t i = 0; i < verdict->finding_count; i++) {
		if (strcmp(dp_reason_row(verdict->findings[i].code)->code, code) == 0)
			return true;
	}
	return false;
}

static void show(const struct world_case *c, const struct dp_verdict *verdict)
{
	print_message("case %s: %s\n", c->name, dp_outcome_word(verdict->outcome));
	for (size_t i = 0; i < verdict->finding_count; i++)
		print_message("  %s: %s\n", dp_reason_row(verdict->findings[i].code)->code,
			verdict->findings[i].cause);
}

static bool expected(const char *list, bool (*holds)(const struct dp_verdict *, const char *),
	const struct dp_verdict *verdict)
{
	char words[WORDS][128];
	size_t count = list != NULL ? split(list, words) : 0;

	for (size_t i = 0; i < count; i++) {
		bool absent = words[i][0] == '!';

		if (holds(verdict, words[i] + (absent ? 1 : 0)) == absent) {
			print_message("not as expected: %s\n", words[i]);
			return false;
		}
	}
	return true;
}
