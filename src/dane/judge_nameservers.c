/* SPDX-License-Identifier: Apache-2.0 */
/*
 * --all-nameservers: which server of a zone answers otherwise than the rest, and which does not
 * answer at all. Warnings only: the verdict rests on the answers that were met first.
 */
#include "dane/nameservers.h"

#include <string.h>

#include "base/text.h"
#include "dane/judge.h"
#include "dane/rules.h"

#define RCODE_SERVFAIL 2
#define SOA_NUMBERS_BYTES 20 /* behind its two names: serial first */
#define DATA_SHOWN_BYTES 64  /* of one TLSA record: a whole SHA-512 digest */

/* --- one answer in words --- */

static const char *record_text(struct dp_judge *judge, const struct dp_rr *rr)
{
	struct dp_ip ip = { .family = rr->type == DP_TYPE_A ? 4 : 6 };
	struct dp_tlsa tlsa;
	struct dp_name name;
	char text[DP_IP_TEXT_MAX];

	if (rr->type == DP_TYPE_TLSA && dp_tlsa_from_rdata(rr->rdata, rr->rdata_len, &tlsa))
		return dp_tlsa_text(&tlsa, DATA_SHOWN_BYTES, judge->arena);
	if (rr->type == DP_TYPE_MX && rr->rdata_len > 2 &&
		rr->rdata_len - 2u <= sizeof(name.wire)) {
		name.len = (uint8_t)(rr->rdata_len - 2);
		memcpy(name.wire, rr->rdata + 2, name.len);
		return dp_arena_printf(judge->arena, "%u %s",
			(unsigned)(rr->rdata[0] << 8 | rr->rdata[1]), dp_judge_name(judge, &name));
	}
	if ((rr->type == DP_TYPE_A && rr->rdata_len == 4) ||
		(rr->type == DP_TYPE_AAAA && rr->rdata_len == 16)) {
		memcpy(ip.bytes, rr->rdata, rr->rdata_len);
		dp_ip_format(&ip, text);
		return dp_arena_text(judge->arena, text, strlen(text));
	}
	return dp_text_hex(judge->arena, rr->rdata, rr->rdata_len);
}

/* All records in one order, whatever the order of the answer. */
static void records_text(
	struct dp_judge *judge, struct dp_buf *out, const struct dp_message *message)
{
	const char **texts = dp_arena_alloc(judge->arena, message->rr_count * sizeof(*texts));

	for (size_t i = 0; i < message->rr_count; i++) {
		const char *text = record_text(judge, &message->rrs[i]);
		size_t at = i;

		for (; at > 0 && strcmp(text, texts[at - 1]) < 0; at--)
			texts[at] = texts[at - 1];
		texts[at] = text;
	}
	for (size_t i = 0; i < message->rr_count; i++)
		dp_buf_printf(out, "%s%s", i > 0 ? " and " : "", texts[i]);
}

/* Two answers are the same when these words are. tail: only what its aliases lead to. */
static const char *answer_text(struct dp_judge *judge, const struct dp_lookup *lookup,
	const struct dp_name *zone, bool tail)
{
	const struct dp_message *message = &lookup->message;
	struct dp_buf out;

	dp_buf_init(&out, judge->arena);
	if (message->alias_count > 0 && !tail) {
		dp_buf_printf(&out, "an alias of %s", dp_judge_name(judge, &message->canonical));
		if (!dp_name_below(&message->canonical, zone))
			return out.data; /* the rest is another zone's */
		dp_buf_text(&out, ", ");
	}
	if (lookup->state == DP_LOOKUP_NXDOMAIN)
		dp_buf_text(&out, "the name does not exist");
	else if (lookup->state == DP_LOOKUP_NODATA)
		dp_buf_text(&out, "no such record");
	else
		records_text(judge, &out, message);
	if (lookup->security == DP_INSECURE)
		dp_buf_text(&out, " (not protected by DNSSEC)");
	return out.data;
}

static const char *failure_text(struct dp_judge *judge, const struct dp_lookup *lookup)
{
	const char *why = lookup->why != NULL ? lookup->why : "";

	if (lookup->state == DP_LOOKUP_TIMEOUT)
		return "no answer in time";
	if (lookup->security == DP_BOGUS)
		return dp_arena_printf(judge->arena, "an answer that does not validate%s%s",
			why[0] != '\0' ? ": " : "", why);
	/* SERVFAIL is our own resolver's word for all that. */
	if (lookup->message.rcode == RCODE_SERVFAIL && why[0] == '\0')
		return "no usable answer (it stays silent, refuses or fails)";
	return dp_arena_printf(judge->arena, "no usable answer (%s)",
		why[0] != '\0' ? why : dp_rcode_text(lookup->message.rcode, judge->arena));
}

/* Was the server asked at all? */
static bool asked(const struct dp_lookup *lookup)
{
	return dp_rule_final(lookup) && lookup->state != DP_LOOKUP_CANCELLED;
}

static bool answered(const struct dp_lookup *lookup)
{
	return asked(lookup) && !dp_rule_lookup_failed(lookup);
}

/* --- servers that disagree --- */

/* The zone serial that this server has, as ", serial 7"; "" when it is not known. */
static const char *serial(struct dp_judge *judge, size_t server)
{
	const struct dp_nameservers *ns = judge->facts->nameservers;

	for (size_t i = 0; i < ns->answer_count; i++) {
		const struct dp_lookup *lookup = &ns->answers[i].lookup;
		const struct dp_rr *rr = lookup->message.rrs;

		if (ns->answers[i].server != server || lookup->type != DP_TYPE_SOA ||
			lookup->state != DP_LOOKUP_DATA || rr->rdata_len < SOA_NUMBERS_BYTES)
			continue;
		const uint8_t *at =
			rr->rdata + rr->rdata_len - SOA_NUMBERS_BYTES; /* RFC 1035 s3.3.13 */

		return dp_arena_printf(judge->arena, ", zone serial %lu",
			(unsigned long)at[0] << 24 | (unsigned long)at[1] << 16 |
				(unsigned long)at[2] << 8 | at[3]);
	}
	return "";
}

static const char *server_text(struct dp_judge *judge, size_t index)
{
	const struct dp_ns_server *server = &judge->facts->nameservers->servers[index];
	char ip[DP_IP_TEXT_MAX];

	return dp_arena_printf(judge->arena, "%s [%s]", dp_judge_name(judge, &server->name),
		dp_ip_format(&server->ip, ip));
}

/* The answers to one question, by server; NULL where there is none. */
static size_t collect(struct dp_judge *judge, size_t question, const char **texts)
{
	const struct dp_nameservers *ns = judge->facts->nameservers;
	const struct dp_ns_question *q = &ns->questions[question];
	size_t count = 0;

	for (size_t i = 0; i < ns->answer_count; i++) {
		const struct dp_ns_answer *answer = &ns->answers[i];

		if (answer->question != question || !answered(&answer->lookup))
			continue;
		texts[answer->server] =
			answer_text(judge, &answer->lookup, &ns->cuts[q->zone].ns.name, q->tail);
		count++;
	}
	return count;
}

/* "ns1 [..], zone serial 2, and ns3 [..], ... say: X; ns2 [..] says: Y". Returns the number of
 * different answers. */
static size_t groups(
	struct dp_judge *judge, const char **texts, const char *counted, struct dp_buf *out)
{
	const struct dp_nameservers *ns = judge->facts->nameservers;
	bool met = counted == NULL;
	size_t count = 0;

	for (size_t i = 0; i < ns->server_count; i++) {
		const char *text = texts[i];
		bool here = text != NULL && counted != NULL && strcmp(text, counted) == 0;

		if (text == NULL)
			continue;
		dp_buf_text(out, count++ > 0 ? "; " : "");
		for (size_t j = i, in = 0; j < ns->server_count; j++) {
			if (texts[j] == NULL || strcmp(texts[j], text) != 0)
				continue;
			dp_buf_printf(out, "%s%s%s", in++ > 0 ? ", " : "", server_text(judge, j),
				serial(judge, j));
			texts[j] = NULL;
		}
		dp_buf_printf(out, ": %s%s", text, here ? " (what this run went by)" : "");
		met |= here;
	}
	if (count > 0 && !met) {
		dp_buf_printf(out, "; what this run went by: %s", counted);
		count++;
	}
	return count;
}

static const char *question_text(struct dp_judge *judge, const struct dp_ns_question *question)
{
	return dp_arena_printf(judge->arena, "%s of %s", dp_type_text(question->type, judge->arena),
		dp_judge_name(judge, &question->name));
}

static bool has_servers(const struct dp_nameservers *ns, int zone)
{
	for (size_t i = 0; i < ns->server_count; i++) {
		if (ns->servers[i].zone == zone)
			return true;
	}
	return false;
}

static void judge_question(struct dp_judge *judge, size_t index)
{
	const struct dp_nameservers *ns = judge->facts->nameservers;
	const struct dp_ns_question *question = &ns->questions[index];
	const char *texts[DP_NS_SERVERS_MAX] = { NULL }, *counted = NULL;
	const struct dp_name *zone;
	struct dp_words words = { 0 };
	struct dp_buf out;

	if (question->counted == NULL)
		return;
	if (!has_servers(ns, question->zone)) {
		words.host = dp_judge_name(judge, &question->name);
		dp_finding_add(&judge->findings, DP_REASON_NAMESERVERS_UNKNOWN, &dp_subject_none,
			words.host, &words);
		return;
	}
	if (collect(judge, index, texts) == 0)
		return;
	zone = &ns->cuts[question->zone].ns.name;
	if (answered(question->counted))
		counted = answer_text(judge, question->counted, zone, question->tail);
	dp_buf_init(&out, judge->arena);
	if (groups(judge, texts, counted, &out) < 2)
		return;
	words.host = dp_judge_name(judge, zone);
	words.record = question_text(judge, question);
	words.detail = out.data;
	dp_finding_add(&judge->findings, DP_REASON_NAMESERVERS_DIFFER, &dp_subject_none, words.host,
		&words);
}

/* --- servers that fail --- */

/* What the server failed to answer, and how; NULL when it answered everything. */
static const char *failures(struct dp_judge *judge, size_t server)
{
	const struct dp_nameservers *ns = judge->facts->nameservers;
	size_t good = 0, bad = 0;
	const char *last = "";
	struct dp_buf out;

	dp_buf_init(&out, judge->arena);
	for (size_t i = 0; i < ns->answer_count; i++) {
		const struct dp_ns_answer *answer = &ns->answers[i];
		const char *text;

		if (answer->server != server || !asked(&answer->lookup))
			continue;
		if (answered(&answer->lookup)) {
			good++;
			continue;
		}
		text = failure_text(judge, &answer->lookup);
		dp_buf_printf(&out, "%s%s", bad++ > 0 ? "; " : "",
			question_text(judge, &ns->questions[answer->question]));
		dp_buf_printf(&out, ": %s", text);
		last = text;
	}
	if (bad == 0)
		return NULL;
	if (good > 0)
		return dp_arena_printf(judge->arena, "%s; it answered %zu other question%s",
			out.data, good, good == 1 ? "" : "s");
	return dp_arena_printf(judge->arena, "%s, to any question", last);
}

/* Do other servers of the zone answer what this one does not? */
static size_t sound_servers(const struct dp_nameservers *ns, size_t server)
{
	size_t count = 0;

	for (size_t s = 0; s < ns->server_count; s++) {
		bool sound = ns->servers[s].zone == ns->servers[server].zone, any = false;

		for (size_t i = 0; i < ns->answer_count; i++) {
			if (ns->answers[i].server != s || !asked(&ns->answers[i].lookup))
				continue;
			any = true;
			sound &= answered(&ns->answers[i].lookup);
		}
		count += sound && any ? 1 : 0;
	}
	return count;
}

/* Two addresses of one server that fail in the same way. */
static bool alike(const struct dp_nameservers *ns, const char **texts, size_t a, size_t b)
{
	return ns->servers[a].zone == ns->servers[b].zone && texts[a] != NULL && texts[b] != NULL &&
		dp_name_equal(&ns->servers[a].name, &ns->servers[b].name) &&
		strcmp(texts[a], texts[b]) == 0;
}

static void judge_server(struct dp_judge *judge, const char **texts, size_t index)
{
	const struct dp_nameservers *ns = judge->facts->nameservers;
	const struct dp_ns_server *server = &ns->servers[index];
	size_t sound = sound_servers(ns, index);
	char ip[DP_IP_TEXT_MAX];
	struct dp_words words = { .host = dp_judge_name(judge, &server->name),
		.record = dp_judge_name(judge, &ns->cuts[server->zone].ns.name),
		.detail = texts[index],
		.fix = "none of the zone's servers answered everything" };
	struct dp_buf addrs;

	dp_buf_init(&addrs, judge->arena);
	for (size_t i = 0; i < ns->server_count; i++) {
		if (!alike(ns, texts, i, index))
			continue;
		if (i < index)
			return; /* told with that one */
		dp_buf_printf(&addrs, "%s%s", addrs.len > 0 ? ", " : "",
			dp_ip_format(&ns->servers[i].ip, ip));
	}
	words.addr = addrs.data;
	if (sound > 0)
		words.fix = dp_arena_printf(judge->arena,
			"at %zu other address%s the zone's servers answered everything", sound,
			sound == 1 ? "" : "es");
	dp_finding_add(&judge->findings, DP_REASON_NAMESERVER_FAILS, &dp_subject_none, words.record,
		&words);
}

/* --- what was not asked --- */

/* Does the zone of a question name it as its server? */
static bool serves(const struct dp_nameservers *ns, size_t cut, const struct dp_ns_host *host)
{
	const struct dp_message *message = &ns->cuts[cut].ns.message;
	bool wanted = false, named = false;

	for (size_t i = 0; i < ns->question_count; i++)
		wanted |= ns->questions[i].zone == (int)cut;
	for (size_t i = 0; wanted && i < message->rr_count; i++)
		named |= message->rrs[i].rdata_len == host->name.len &&
			memcmp(message->rrs[i].rdata, host->name.wire, host->name.len) == 0;
	return named;
}

static void judge_host(struct dp_judge *judge, const struct dp_ns_host *host)
{
	const struct dp_nameservers *ns = judge->facts->nameservers;
	bool failed = dp_rule_lookup_failed(&host->a) || dp_rule_lookup_failed(&host->aaaa);
	struct dp_words words = { .host = dp_judge_name(judge, &host->name),
		.addr = "no address",
		.detail = failed ? "its address lookup failed" : "its name has no address",
		.fix = "so nobody can ask it" };

	if (host->a.state == DP_LOOKUP_DATA || host->aaaa.state == DP_LOOKUP_DATA ||
		!asked(&host->a) || !asked(&host->aaaa))
		return;
	for (size_t i = 0; i < ns->cut_count; i++) {
		if (!serves(ns, i, host))
			continue;
		words.record = dp_judge_name(judge, &ns->cuts[i].ns.name);
		dp_finding_add(&judge->findings, DP_REASON_NAMESERVER_FAILS, &dp_subject_none,
			words.record, &words);
	}
}

static void judge_unasked(struct dp_judge *judge, size_t server)
{
	const struct dp_nameservers *ns = judge->facts->nameservers;
	struct dp_words words = { .addr = server_text(judge, server) };

	for (size_t i = 0; i < ns->answer_count; i++) {
		const struct dp_lookup *lookup = &ns->answers[i].lookup;

		if (ns->answers[i].server != server || lookup->state != DP_LOOKUP_CANCELLED ||
			lookup->why == NULL)
			continue;
		words.detail = lookup->why;
		dp_finding_add(&judge->findings, DP_REASON_NO_LOCAL_ROUTE, &dp_subject_none,
			words.addr, &words);
	}
}

void dp_judge_nameservers(struct dp_judge *judge)
{
	const struct dp_nameservers *ns = judge->facts->nameservers;
	const char *texts[DP_NS_SERVERS_MAX];
	const char *label = dp_judge_label(judge, -1, -1);
	struct dp_words words = { .host = label };

	if (ns == NULL || judge->rootless)
		return;
	for (size_t i = 0; i < ns->question_count; i++)
		judge_question(judge, i);
	for (size_t i = 0; i < ns->server_count; i++)
		texts[i] = failures(judge, i);
	for (size_t i = 0; i < ns->server_count; i++) {
		judge_unasked(judge, i);
		if (texts[i] != NULL)
			judge_server(judge, texts, i);
	}
	for (size_t i = 0; i < ns->host_count; i++)
		judge_host(judge, &ns->hosts[i]);
	if (ns->cut_short)
		dp_finding_add(&judge->findings, DP_REASON_NAMESERVERS_TOO_MANY, &dp_subject_none,
			label, &words);
}
