/* SPDX-License-Identifier: Apache-2.0 */
/* How far a survey is, in words. */
#include "app/survey.h"

#define SECOND_MS 1000

static void put_time(struct dp_buf *out, int64_t s)
{
	if (s >= 3600)
		dp_buf_printf(out, "%uh%02um", (unsigned)(s / 3600), (unsigned)(s / 60 % 60));
	else if (s >= 60)
		dp_buf_printf(out, "%um%02us", (unsigned)(s / 60), (unsigned)(s % 60));
	else
		dp_buf_printf(out, "%us", (unsigned)s);
}

static void put_outcomes(struct dp_buf *out, const struct dp_survey_counts *counts)
{
	static const enum dp_outcome order[] = { DP_VERIFIED, DP_FAILED, DP_UNAUTHENTICATED,
		DP_NO_DANE, DP_NO_MAIL, DP_UNDETERMINED };
	const char *before = ": ";

	for (size_t i = 0; i < sizeof(order) / sizeof(order[0]); i++) {
		if (counts->outcomes[order[i]] == 0)
			continue;
		dp_buf_printf(out, "%s%llu %s", before,
			(unsigned long long)counts->outcomes[order[i]], dp_outcome_word(order[i]));
		before = ", ";
	}
	if (counts->malformed > 0)
		dp_buf_printf(out, "%s%llu not understood", before,
			(unsigned long long)counts->malformed);
}

/* Tenths, so that a slow survey has a rate, too. */
static void put_rate(struct dp_buf *out, const struct dp_survey_counts *counts, int64_t ms)
{
	uint64_t tenths = counts->done * 10 * SECOND_MS / (uint64_t)(ms > 0 ? ms : 1);

	if (tenths >= 100)
		dp_buf_printf(out, "%llu/s", (unsigned long long)(tenths / 10));
	else
		dp_buf_printf(out, "%u.%u/s", (unsigned)(tenths / 10), (unsigned)(tenths % 10));
}

void dp_survey_progress(
	struct dp_buf *out, const struct dp_survey_counts *counts, int64_t now_ms, double part)
{
	int64_t ms = now_ms - counts->started_ms;

	dp_buf_printf(out, "%llu done, ", (unsigned long long)counts->done);
	put_rate(out, counts, ms);
	if (part > 0 && part <= 1 && counts->done > 0) {
		dp_buf_text(out, ", ");
		put_time(out, (int64_t)((double)ms * (1 - part) / part / SECOND_MS));
		dp_buf_text(out, " left");
	}
	put_outcomes(out, counts);
}

void dp_survey_summary(struct dp_buf *out, const struct dp_survey_counts *counts, int64_t now_ms)
{
	int64_t ms = now_ms - counts->started_ms;

	dp_buf_printf(out, "%llu target%s in ", (unsigned long long)counts->done,
		counts->done == 1 ? "" : "s");
	put_time(out, (ms + SECOND_MS / 2) / SECOND_MS);
	dp_buf_text(out, " (");
	put_rate(out, counts, ms);
	dp_buf_text(out, ")");
	put_outcomes(out, counts);
	if (counts->skipped > 0)
		dp_buf_printf(
			out, "; %llu left out (--resume)", (unsigned long long)counts->skipped);
}
