/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What is found out about a host, once for all targets of a survey that name it: a check of the
 * host alone, whose facts stay until they are the ones that were used longest ago and memory is
 * short (DP_SURVEY_HOSTS_BYTES), and are handed out for an hour, if the check was not cut off.
 * Facts are shared, never verdicts.
 *
 * Lifetime: open, ask, release each share (before or after it is there), close.
 */
#ifndef DP_APP_SURVEY_HOSTS_H
#define DP_APP_SURVEY_HOSTS_H

#include "app/check.h"
#include "app/options.h"

#define DP_SURVEY_HOST_FRESH_MS (60 * 60 * 1000)
#define DP_SURVEY_HOSTS_BYTES (4u * 1024 * 1024) /* kept of hosts that nobody asks for now */

struct dp_survey_hosts;
struct dp_survey_share;

struct dp_survey_hosts_config {
	struct event_base *base;
	struct dp_resolver *resolver;
	struct dp_check_settings settings; /* of each check, but its times */
	const struct dp_options *options;
};

struct dp_survey_hosts *dp_survey_hosts_open(const struct dp_survey_hosts_config *config);
void dp_survey_hosts_close(struct dp_survey_hosts *hosts); /* NULL allowed; no share may be left */

/* Called once, from the loop, with the facts and when they were found; they live until the share is
 * released. */
typedef void (*dp_survey_ready)(void *user, const struct dp_facts *facts, int64_t checked_utc_s);

/* The host as target would look at it. While its check waits for its turn, waiter is held
 * (dp_check_hold). */
struct dp_survey_share *dp_survey_hosts_ask(struct dp_survey_hosts *hosts,
	const struct dp_target *target, const struct dp_name *host, struct dp_check *waiter,
	dp_survey_ready ready, void *user);
void dp_survey_hosts_release(struct dp_survey_share *share); /* NULL allowed */

/* The times of a check that begins now: a survey may take days, so they are not those of its
 * beginning, except with --at and --clock. */
void dp_survey_times(const struct dp_options *options, struct dp_check_settings *settings);

/* Checks of hosts that were begun. */
size_t dp_survey_hosts_checked(const struct dp_survey_hosts *hosts);

#endif
