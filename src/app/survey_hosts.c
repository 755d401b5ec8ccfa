/* SPDX-License-Identifier: Apache-2.0 */
#include "app/survey_hosts.h"

#include <stdlib.h>
#include <string.h>

#include <event2/event.h>

#include "app/survey_shard.h"
#include "base/text.h"
#include "port/port.h"

#define PLACES 4096u

struct entry {
	struct dp_survey_hosts *hosts;
	struct entry *next;           /* of its place */
	struct entry *newer, *older;  /* among those that are done and that nobody asks for now */
	struct dp_survey_share *open; /* who waits */
	struct dp_arena *arena;
	struct dp_target target;
	struct dp_check *check;
	const struct dp_facts *facts; /* NULL until they are there */
	size_t bytes;
	unsigned shares;
	bool held;
	int64_t begun_ms, checked_utc_s;
};

struct dp_survey_share {
	struct entry *entry;
	struct dp_survey_share *next, **link; /* while it waits */
	struct dp_check *waiter;
	struct event *tell;
	dp_survey_ready ready;
	void *user;
};

struct dp_survey_hosts {
	struct dp_survey_hosts_config config;
	struct entry *places[PLACES];
	struct entry *newest, *oldest;
	size_t idle_bytes, checked;
};

/* --- those that nobody asks for now --- */

static void set_idle(struct entry *entry)
{
	struct dp_survey_hosts *hosts = entry->hosts;

	entry->older = hosts->newest;
	entry->newer = NULL;
	if (hosts->newest != NULL)
		hosts->newest->newer = entry;
	else
		hosts->oldest = entry;
	hosts->newest = entry;
	hosts->idle_bytes += entry->bytes;
}

static void set_busy(struct entry *entry)
{
	struct dp_survey_hosts *hosts = entry->hosts;

	if (entry->newer != NULL)
		entry->newer->older = entry->older;
	else
		hosts->newest = entry->older;
	if (entry->older != NULL)
		entry->older->newer = entry->newer;
	else
		hosts->oldest = entry->newer;
	hosts->idle_bytes -= entry->bytes;
}

static struct entry **place_of(struct dp_survey_hosts *hosts, const struct dp_name *name)
{
	return &hosts->places[dp_survey_hash(name->wire, name->len) % PLACES];
}

static void forget(struct entry *entry)
{
	struct entry **link = place_of(entry->hosts, &entry->target.name);

	while (*link != entry)
		link = &(*link)->next;
	*link = entry->next;
	dp_check_free(entry->check);
	dp_arena_close(entry->arena);
	free(entry);
}

static void forget_oldest(struct dp_survey_hosts *hosts, size_t most_bytes)
{
	while (hosts->oldest != NULL && hosts->idle_bytes > most_bytes) {
		struct entry *entry = hosts->oldest;

		set_busy(entry);
		forget(entry);
	}
}

/* --- checks --- */

static void tell_soon(struct dp_survey_share *share)
{
	static const struct timeval now = { 0, 0 };

	evtimer_add(share->tell, &now);
}

static void checked(void *user, struct dp_facts *facts)
{
	struct entry *entry = user;

	entry->facts = facts;
	entry->bytes = sizeof(*entry) + dp_arena_used(entry->arena);
	for (struct dp_survey_share *share = entry->open; share != NULL; share = share->next)
		tell_soon(share);
	if (entry->shares == 0) /* all who asked were out of time */
		set_idle(entry);
}

static void on_hold(void *user, bool held)
{
	struct entry *entry = user;

	entry->held = held;
	for (struct dp_survey_share *share = entry->open; share != NULL; share = share->next)
		dp_check_hold(share->waiter, held);
}

void dp_survey_times(const struct dp_options *options, struct dp_check_settings *settings)
{
	settings->deadline_ms = dp_port_monotonic_ms() + options->deadline_ms;
	if (options->clock_utc_s == DP_TIME_NONE)
		settings->now_utc_s = settings->clock_utc_s = dp_port_utc_s();
	if (options->at_utc_s != DP_TIME_NONE)
		settings->now_utc_s = options->at_utc_s;
}

static struct entry *begin(
	struct dp_survey_hosts *hosts, const struct dp_target *target, const struct dp_name *host)
{
	struct entry *entry = calloc(1, sizeof(*entry));
	struct entry **place = place_of(hosts, host);
	struct dp_check_settings settings = hosts->config.settings;
	char name[DP_NAME_TEXT_MAX];

	if (entry == NULL)
		dp_arena_fail();
	entry->hosts = hosts;
	entry->arena = dp_arena_open();
	entry->target = *target;
	entry->target.name = *host;
	entry->target.is_domain = false;
	entry->target.share_hosts = false;
	entry->target.protocol =
		dp_arena_text(entry->arena, target->protocol, strlen(target->protocol));
	dp_name_text(host, name);
	entry->target.text = dp_arena_text(entry->arena, name, strlen(name));
	entry->begun_ms = dp_port_monotonic_ms();
	entry->checked_utc_s = dp_port_utc_s();
	entry->next = *place;
	*place = entry;
	dp_survey_times(hosts->config.options, &settings);
	settings.on_hold = on_hold;
	settings.on_hold_user = entry;
	hosts->checked++;
	entry->check = dp_check_start(hosts->config.base, hosts->config.resolver, &entry->target,
		&settings, entry->arena, checked, entry);
	return entry;
}

/* Under way, or found in full and lately. Those that ask now keep what they have. */
static bool is_fresh(const struct entry *entry)
{
	return entry->facts == NULL ||
		(!entry->facts->expired && !entry->facts->interrupted &&
			dp_port_monotonic_ms() - entry->begun_ms < DP_SURVEY_HOST_FRESH_MS);
}

static struct entry *find(
	struct dp_survey_hosts *hosts, const struct dp_target *target, const struct dp_name *host)
{
	struct entry *entry = *place_of(hosts, host);

	while (entry != NULL &&
		(!is_fresh(entry) || !dp_name_equal(&entry->target.name, host) ||
			entry->target.port != target->port ||
			strcmp(entry->target.protocol, target->protocol) != 0))
		entry = entry->next;
	return entry;
}

/* --- shares --- */

static void unlink_share(struct dp_survey_share *share)
{
	if (share->link == NULL)
		return;
	*share->link = share->next;
	if (share->next != NULL)
		share->next->link = share->link;
	share->link = NULL;
}

static void tell(evutil_socket_t fd, short what, void *user)
{
	struct dp_survey_share *share = user;

	(void)fd;
	(void)what;
	unlink_share(share);
	share->ready(share->user, share->entry->facts, share->entry->checked_utc_s);
}

struct dp_survey_share *dp_survey_hosts_ask(struct dp_survey_hosts *hosts,
	const struct dp_target *target, const struct dp_name *host, struct dp_check *waiter,
	dp_survey_ready ready, void *user)
{
	struct dp_survey_share *share = calloc(1, sizeof(*share));
	struct entry *entry = find(hosts, target, host);

	if (share == NULL)
		dp_arena_fail();
	if (entry == NULL)
		entry = begin(hosts, target, host);
	else if (entry->facts != NULL && entry->shares == 0)
		set_busy(entry);
	entry->shares++;
	*share = (struct dp_survey_share){ .entry = entry,
		.next = entry->open,
		.link = &entry->open,
		.waiter = waiter,
		.ready = ready,
		.user = user };
	if (share->next != NULL)
		share->next->link = &share->next;
	entry->open = share;
	share->tell = evtimer_new(hosts->config.base, tell, share);
	if (share->tell == NULL)
		dp_arena_fail();
	if (entry->facts != NULL)
		tell_soon(share);
	else if (entry->held)
		dp_check_hold(waiter, true);
	return share;
}

/* A check that nobody waits for any more goes on all the same: others may ask for it. */
void dp_survey_hosts_release(struct dp_survey_share *share)
{
	struct entry *entry;

	if (share == NULL)
		return;
	entry = share->entry;
	unlink_share(share);
	event_free(share->tell);
	free(share);
	entry->shares--;
	if (entry->shares == 0 && entry->facts != NULL) {
		set_idle(entry);
		forget_oldest(entry->hosts, DP_SURVEY_HOSTS_BYTES);
	}
}

size_t dp_survey_hosts_checked(const struct dp_survey_hosts *hosts)
{
	return hosts->checked;
}

struct dp_survey_hosts *dp_survey_hosts_open(const struct dp_survey_hosts_config *config)
{
	struct dp_survey_hosts *hosts = calloc(1, sizeof(*hosts));

	if (hosts == NULL)
		dp_arena_fail();
	hosts->config = *config;
	return hosts;
}

void dp_survey_hosts_close(struct dp_survey_hosts *hosts)
{
	if (hosts == NULL)
		return;
	for (size_t i = 0; i < PLACES; i++) {
		while (hosts->places[i] != NULL)
			forget(hosts->places[i]);
	}
	free(hosts);
}
