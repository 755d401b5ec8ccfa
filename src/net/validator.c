/* SPDX-License-Identifier: Apache-2.0 */
#include "net/validator.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <event2/event.h>
#include <unbound.h>
#include <unbound-event.h>

#include "base/text.h"
#include "port/port.h"

#define CLASS_IN 1
#define WHY_MAX 400 /* bytes of the validator's words that are kept */

struct dp_validator {
	struct event_base *base;
	struct ub_ctx *ctx;
	struct dp_validator_question *questions; /* doubly linked */
};

struct dp_validator_question {
	struct dp_validator *validator;
	struct dp_validator_question *next, **link;
	struct dp_lookup *lookup;
	struct dp_arena *arena;
	dp_validator_answer answer;
	void *user;
	struct event *event; /* the deadline; fires at once when the answer is there */
	int id;              /* libunbound's, 0 when it has none */
	bool answered;
	struct dp_lookup found; /* the answer, until the callback: who plans by *lookup must not
				   see it while the question is still open */
};

struct option {
	const char *name, *value;
};

/*
 * No grace for signatures (design), nothing synthesised from other names' denials (RFC 8198),
 * loopback servers are as good as others (a resolver on this host), every cache small: a check asks
 * a few dozen questions.
 */
/* clang-format off */
static const struct option options[] = {
	{ "val-sig-skew-min:", "0" },
	{ "val-sig-skew-max:", "0" },
	{ "aggressive-nsec:", "no" },
	/* It asks A first at every name: AAAA and TLSA would wait for that. */
	{ "qname-minimisation:", "no" },
	{ "do-not-query-localhost:", "no" },
	{ "target-fetch-policy:", "0 0 0 0 0" },
	{ "msg-cache-size:", "512k" },
	{ "rrset-cache-size:", "1m" },
	{ "key-cache-size:", "512k" },
	{ "neg-cache-size:", "128k" },
	{ "msg-cache-slabs:", "1" },
	{ "rrset-cache-slabs:", "1" },
	{ "key-cache-slabs:", "1" },
	{ "infra-cache-slabs:", "1" },
	{ "infra-cache-numhosts:", "2000" },
	{ "edns-buffer-size:", "1232" },
	/* All hosts of a domain are asked at once; the library sends 16 questions at a time. */
	{ "outgoing-range:", "256" },
	{ "outgoing-num-tcp:", "8" },
	{ "trust-anchor-signaling:", "no" },
	{ "prefetch:", "no" },
	{ "use-syslog:", "no" },
	{ "log-servfail:", "no" },
	/* why_bogus is filled only then. */
	{ "val-log-level:", "2" },
};
/* clang-format on */

/* Zones that libunbound would answer itself. */
static const char *const local_zones[] = { "localhost.", "test.", "invalid.", "onion.",
	"home.arpa.", "resolver.arpa.", "service.arpa.", "127.in-addr.arpa." };

static bool set(struct ub_ctx *ctx, const char *name, const char *value)
{
	return ub_ctx_set_option(ctx, name, value) == 0;
}

static bool set_all(struct ub_ctx *ctx)
{
	for (size_t i = 0; i < sizeof(options) / sizeof(options[0]); i++) {
		if (!set(ctx, options[i].name, options[i].value))
			return false;
	}
	return true;
}

static bool set_number(struct ub_ctx *ctx, const char *name, unsigned number, const char *unit)
{
	char text[24];

	snprintf(text, sizeof(text), "%u%s", number, unit);
	return number == 0 || set(ctx, name, text);
}

/* A third of the answers' memory for messages, the rest for their records. */
static bool set_size(struct ub_ctx *ctx, const struct dp_resolver_size *size)
{
	return set_number(ctx, "outgoing-range:", size->udp, "") &&
		set_number(ctx, "outgoing-num-tcp:", size->tcp, "") &&
		set_number(ctx, "msg-cache-size:", size->cache_kib / 3, "k") &&
		set_number(ctx, "rrset-cache-size:", size->cache_kib / 3 * 2, "k") &&
		set_number(ctx, "key-cache-size:", size->cache_kib / 2, "k") &&
		set_number(ctx, "neg-cache-size:", size->cache_kib / 8, "k") &&
		set_number(ctx, "infra-cache-numhosts:", size->cache_kib > 0 ? 10000 : 0, "");
}

/* The last step: libunbound takes no options after its first change of zones. */
static bool forget_local_zones(struct ub_ctx *ctx)
{
	for (size_t i = 0; i < sizeof(local_zones) / sizeof(local_zones[0]); i++) {
		if (ub_ctx_zone_remove(ctx, local_zones[i]) != 0)
			return false;
	}
	return true;
}

/* --clock: libunbound takes a fixed date in RFC 4034 s3.2 form. */
static bool set_clock(struct ub_ctx *ctx, int64_t offset_s)
{
	char iso[DP_TIME_TEXT_MAX], date[16];

	if (offset_s == 0)
		return true;
	dp_text_time(dp_port_utc_s() + offset_s, iso);
	snprintf(date, sizeof(date), "%.4s%.2s%.2s%.2s%.2s%.2s", iso, iso + 5, iso + 8, iso + 11,
		iso + 14, iso + 17);
	return set(ctx, "val-override-date:", date);
}

static bool set_forwards(struct ub_ctx *ctx, const struct dp_validator_config *config)
{
	for (size_t i = 0; i < config->forward_count; i++) {
		const struct dp_resolver_server *server = &config->forwards[i];
		char ip[DP_IP_TEXT_MAX], zone[16] = "", text[DP_IP_TEXT_MAX + 32];

		/* Not every libunbound knows interfaces by name. */
		if (server->zone[0] != '\0')
			snprintf(zone, sizeof(zone), "%%%u", dp_port_interface(server->zone));
		snprintf(text, sizeof(text), "%s%s@%u", dp_ip_format(&server->ip, ip), zone,
			(unsigned)server->port);
		if (ub_ctx_set_fwd(ctx, text) != 0)
			return false;
	}
	return true;
}

/* Not primed: the NS records that the server hands out must not lead away from it. */
static bool set_pinned(struct ub_ctx *ctx, const struct dp_validator_config *config)
{
	char zone[DP_NAME_TEXT_MAX], ip[DP_IP_TEXT_MAX];

	return config->pinned_zone == NULL ||
		ub_ctx_set_stub(ctx, dp_name_text(config->pinned_zone, zone),
			dp_ip_format(&config->pinned_ip, ip), 0) == 0;
}

static const char *configure(struct ub_ctx *ctx, const struct dp_validator_config *config)
{
	ub_ctx_debugout(ctx, NULL);
	if (!set_all(ctx) || !set_size(ctx, &config->size) ||
		!set(ctx, "do-ip4:", config->want_v4 ? "yes" : "no") ||
		!set(ctx, "do-ip6:", config->want_v6 ? "yes" : "no") ||
		!set_clock(ctx, config->clock_offset_s))
		return "the DNS library refuses an option";
	if (!set_forwards(ctx, config))
		return "the DNS library refuses the address of a resolver";
	if (!set_pinned(ctx, config))
		return "the DNS library refuses the address of a name server";
	if (config->root_hints_path != NULL && !set(ctx, "root-hints:", config->root_hints_path))
		return "the root hints cannot be used";
	for (size_t i = 0; i < config->anchor_count; i++) {
		if (ub_ctx_add_ta(ctx, config->anchors[i]) != 0)
			return "the trust anchor is not a DS or DNSKEY record in zone-file form";
	}
	return forget_local_zones(ctx) ? NULL
				       : "the trust anchors or the root hints cannot be used";
}

struct dp_validator *dp_validator_open(const struct dp_validator_config *config, const char **why)
{
	struct dp_validator *validator = calloc(1, sizeof(*validator));

	if (validator == NULL)
		dp_arena_fail();
	validator->base = config->base;
	validator->ctx = ub_ctx_create_event(config->base);
	if (validator->ctx == NULL) {
		*why = "the DNS library cannot be started";
		free(validator);
		return NULL;
	}
	*why = configure(validator->ctx, config);
	if (*why != NULL) {
		dp_validator_close(validator);
		return NULL;
	}
	return validator;
}

static void drop(struct dp_validator_question *question)
{
	*question->link = question->next;
	if (question->next != NULL)
		question->next->link = question->link;
	if (question->id != 0 && !question->answered)
		ub_cancel(question->validator->ctx, question->id);
	event_free(question->event);
	free(question);
}

void dp_validator_close(struct dp_validator *validator)
{
	if (validator == NULL)
		return;
	while (validator->questions != NULL)
		drop(validator->questions);
	ub_ctx_delete(validator->ctx);
	free(validator);
}

void dp_validator_cancel(struct dp_validator_question *question)
{
	if (question != NULL)
		drop(question);
}

/* From the loop: the answer is noted, or time is up. */
static void fire(evutil_socket_t fd, short what, void *user)
{
	struct dp_validator_question *question = user;
	struct dp_lookup *lookup = question->lookup;
	dp_validator_answer answer = question->answer;
	void *answer_user = question->user;

	(void)fd;
	(void)what;
	if (question->answered)
		*lookup = question->found;
	else
		lookup->state = DP_LOOKUP_TIMEOUT;
	drop(question);
	answer(answer_user, lookup);
}

static enum dp_security security_of(int sec)
{
	return sec == 2 ? DP_SECURE : sec == 1 ? DP_BOGUS : DP_INSECURE;
}

/* The rcode comes first: on SERVFAIL the security status says nothing. */
static void note(struct dp_validator_question *question, int rcode, const void *packet,
	int packet_len, int sec)
{
	struct dp_lookup *lookup = &question->found;
	struct dp_message *message = &lookup->message;

	lookup->state = DP_LOOKUP_ERROR;
	if (rcode != 0) {
		message->rcode = (uint8_t)rcode;
		message->canonical = lookup->name;
		lookup->security = DP_INDETERMINATE;
		return;
	}
	lookup->security = security_of(sec);
	if (packet == NULL || packet_len <= 0 ||
		!dp_message_parse(packet, (size_t)packet_len, &lookup->name, lookup->type, message,
			question->arena)) {
		message->rcode = 2;
		lookup->why = "the answer is malformed";
		return;
	}
	if (message->rcode == 0)
		lookup->state = message->rr_count > 0 ? DP_LOOKUP_DATA : DP_LOOKUP_NODATA;
	else if (message->rcode == 3)
		lookup->state = DP_LOOKUP_NXDOMAIN;
}

/* libunbound's callback; may run inside ub_resolve_event. */
static void answered(
	void *user, int rcode, void *packet, int packet_len, int sec, char *why_bogus, int limited)
{
	struct dp_validator_question *question = user;
	static const struct timeval now = { 0, 0 };

	(void)limited;
	question->answered = true;
	question->found = *question->lookup;
	if (why_bogus != NULL)
		question->found.why =
			dp_text_escape(question->arena, why_bogus, strlen(why_bogus), WHY_MAX);
	note(question, rcode, packet, packet_len, sec);
	evtimer_add(question->event, &now);
}

struct dp_validator_question *dp_validator_ask(struct dp_validator *validator,
	struct dp_lookup *lookup, int64_t timeout_ms, struct dp_arena *arena,
	dp_validator_answer answer, void *user)
{
	struct dp_validator_question *question = calloc(1, sizeof(*question));
	struct timeval patience = { .tv_sec = timeout_ms / 1000,
		.tv_usec = timeout_ms % 1000 * 1000 };
	char name[DP_NAME_TEXT_MAX + 1];
	size_t len;

	if (question == NULL)
		dp_arena_fail();
	*question = (struct dp_validator_question){ .validator = validator,
		.lookup = lookup,
		.arena = arena,
		.answer = answer,
		.user = user };
	question->event = evtimer_new(validator->base, fire, question);
	if (question->event == NULL)
		dp_arena_fail();
	question->link = &validator->questions;
	question->next = validator->questions;
	if (question->next != NULL)
		question->next->link = &question->next;
	validator->questions = question;
	lookup->state = DP_LOOKUP_PENDING;
	evtimer_add(question->event, &patience);

	dp_name_text(&lookup->name, name);
	len = strlen(name);
	if (len == 0 || name[len - 1] != '.')
		memcpy(name + len, ".", 2);
	if (ub_resolve_event(validator->ctx, name, lookup->type, CLASS_IN, question, answered,
		    &question->id) != 0) {
		static char refused[] = "the DNS library could not take the question";

		answered(question, 2, NULL, 0, 0, refused, 0);
	}
	return question;
}

const char *dp_validator_version(void)
{
	return ub_version();
}
