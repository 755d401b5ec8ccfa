/* SPDX-License-Identifier: Apache-2.0 */
/* What every name server's record set of a host means for its rollover (--all-nameservers). */
#include "base/text.h"
#include "dane/nameservers.h"
#include "dane/rollover_parts.h"
#include "dane/rules.h"

static void add_server(struct dp_buf *out, const struct dp_ns_server *server)
{
	char name[DP_NAME_TEXT_MAX], ip[DP_IP_TEXT_MAX];

	dp_buf_printf(out, "%s%s [%s]", out->len > 0 ? ", " : "", dp_name_text(&server->name, name),
		dp_ip_format(&server->ip, ip));
}

/* Would all verify the new one against a server's set? *vouched: some record of it vouches. */
static bool server_verifies(
	struct dp_rollover_work *work, const struct dp_message *message, bool *vouched)
{
	struct dp_tlsa *records =
		dp_arena_alloc(work->arena, (message->rr_count + 1) * sizeof *records);
	bool *good = dp_arena_alloc(work->arena, message->rr_count + 1);
	size_t count = 0;

	for (size_t i = 0; i < message->rr_count && count < DP_TLSA_MAX; i++)
		count += dp_tlsa_from_rdata(
			message->rrs[i].rdata, message->rrs[i].rdata_len, &records[count]);
	dp_rollover_vouching(work, records, count, work->input->next.chain, good);
	for (size_t i = 0; i < count; i++)
		*vouched |= good[i];
	return dp_rollover_verifies(work, records, count);
}

static void warn(struct dp_rollover_work *work, const char *code, const char *text)
{
	dp_rollover_note(
		work->plan, &(struct dp_rollover_note){ code, true, (int)work->index, text, "" });
}

/* No record at all is no danger, see rollover.h. */
static void tell_servers(
	struct dp_rollover_work *work, const struct dp_buf *empty, const struct dp_buf *failing)
{
	if (empty->len > 0)
		warn(work, "nameserver-empty",
			dp_arena_printf(work->arena,
				"Name servers without any TLSA record of it: %s. Senders that ask "
				"these deliver unprotected.",
				empty->data));
	if (failing->len > 0)
		warn(work, "nameserver-fails",
			dp_arena_printf(work->arena,
				"Name servers that gave no answer that validates: %s. Whether they "
				"have the new record is not known.",
				failing->data));
}

/* Hosts may share a question: aliases of theirs lead to the same records. */
static bool is_about(const struct dp_ns_question *question, const struct dp_lookup *lookup)
{
	return question->type == DP_TYPE_TLSA &&
		(dp_name_equal(&question->name, &lookup->name) ||
			dp_name_equal(&question->name, &lookup->message.canonical));
}

bool dp_rollover_servers(struct dp_rollover_work *work)
{
	const struct dp_nameservers *ns = work->input->facts->nameservers;
	struct dp_buf lagging, empty, failing;
	bool any = false, asked = false;

	dp_buf_init(&lagging, work->arena);
	dp_buf_init(&empty, work->arena);
	dp_buf_init(&failing, work->arena);
	for (size_t i = 0; ns != NULL && i < ns->answer_count; i++) {
		const struct dp_ns_question *question = &ns->questions[ns->answers[i].question];
		const struct dp_lookup *lookup = &ns->answers[i].lookup;

		const struct dp_ns_server *server = &ns->servers[ns->answers[i].server];

		if (!is_about(question, &work->facts->tlsa[work->tlsa > 0 ? work->tlsa : 0]))
			continue;
		/* Where the alias leads is asked of the servers of that zone. */
		if (!question->tail && lookup->state == DP_LOOKUP_NODATA &&
			lookup->message.alias_count > 0)
			continue;
		asked = true;
		if (!dp_rule_final(lookup) || dp_rule_lookup_failed(lookup)) {
			add_server(&failing, server);
		} else if (lookup->state != DP_LOOKUP_DATA) {
			add_server(&empty, server);
		} else {
			dp_rollover_note_ttl(work->host, lookup);
			if (!server_verifies(work, &lookup->message, &any))
				add_server(&lagging, server);
		}
	}
	tell_servers(work, &empty, &failing);
	if (ns != NULL && (!asked || ns->cut_short))
		warn(work, "nameserver-unknown",
			"Not every name server could be asked: whether all have the new record is "
			"not known.");
	work->host->lagging = lagging.len > 0 ? lagging.data : NULL;
	return any;
}
