/* SPDX-License-Identifier: Apache-2.0 */
/* Findings on the SRV answer of a service: RFC 7673 s3.1, RFC 2782. */
#include "dane/judge.h"
#include "dane/rules.h"

#define SRV_FIXED 6u

static void add(struct dp_judge *judge, enum dp_reason reason, const char *service,
	const struct dp_words *words)
{
	dp_finding_add(&judge->findings, reason, &dp_subject_none, service, words);
}

static void judge_failed(struct dp_judge *judge, const char *service)
{
	const struct dp_lookup *srv = &judge->facts->mx;
	struct dp_words words = { .host = service,
		.detail = dp_judge_failure(judge, srv),
		.fix = dp_judge_bogus_fix(judge, srv) };

	if (srv->state == DP_LOOKUP_CANCELLED || judge->rootless)
		return; /* another finding says it */
	add(judge, dp_judge_bogus(srv) ? DP_REASON_SRV_BOGUS : DP_REASON_SRV_LOOKUP_FAILED, service,
		&words);
}

/* RFC 2782: the target "." says that the service is decidedly not available. */
static void judge_not_offered(struct dp_judge *judge, const char *service)
{
	const struct dp_message *srv = &judge->facts->mx.message;
	bool mixed = judge->facts->host_count > 0;
	struct dp_words words = { .host = service, .detail = mixed ? " beside other targets" : "" };

	for (size_t i = 0; i < srv->rr_count; i++) {
		if (srv->rrs[i].rdata_len != SRV_FIXED + 1)
			continue;
		dp_finding_add_as(&judge->findings, DP_REASON_SRV_NOT_OFFERED,
			mixed ? DP_WARNING : DP_NOTE, &dp_subject_none, service, &words);
		return;
	}
}

static void judge_insecure(struct dp_judge *judge, const char *service)
{
	struct dp_insecure insecure = dp_judge_insecure_way(judge);
	struct dp_words words = { .host = service, .detail = insecure.why, .fix = insecure.fix };

	add(judge, DP_REASON_SRV_INSECURE, service, &words);
}

void dp_judge_srv(struct dp_judge *judge, const char *service)
{
	const struct dp_facts *facts = judge->facts;
	const struct dp_lookup *srv = &facts->mx;
	struct dp_words words = { .host = service };

	if (dp_rule_lookup_failed(srv)) {
		judge_failed(judge, service);
		return;
	}
	dp_judge_signatures(judge, srv);
	if (srv->state != DP_LOOKUP_DATA) {
		words.detail = dp_judge_denial(judge, srv);
		add(judge, DP_REASON_SRV_ABSENT, service, &words);
		return;
	}
	judge_not_offered(judge, service);
	if (facts->host_dropped > 0) {
		words.detail = dp_arena_printf(
			judge->arena, "%zu were not looked at", facts->host_dropped);
		add(judge, DP_REASON_MX_TOO_MANY, service, &words);
	}
	if (srv->security == DP_INSECURE && facts->host_count > 0)
		judge_insecure(judge, service);
	dp_judge_wrong_owner(judge, service);
	dp_judge_hosts_together(judge, service);
}
