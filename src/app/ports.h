/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Of a mail domain more than port 25: the services of --service, and every port of --all-ports.
 * The latter in two steps, since the hosts must be known first: each domain with the services of
 * mail clients that its SRV records may locate; then those ports of its MX hosts that no secure
 * SRV record named.
 */
#ifndef DP_APP_PORTS_H
#define DP_APP_PORTS_H

#include "app/options.h"
#include "dane/facts.h"

/* What --all-ports has learned in its first step. */
struct dp_ports {
	struct dp_arena *arena;
	const struct dp_options *options;
	struct dp_ports_host *hosts; /* of the MX records of all domains, each once */
	size_t host_count, host_cap;
	struct dp_ports_host *named; /* by secure SRV records */
	size_t named_count, named_cap;
};

struct dp_ports_host {
	struct dp_name name;
	uint16_t port; /* of named */
};

/* The targets as typed, or what --service and --all-ports make of them; in the options' arena.
 * NULL, or one line that says what to type instead. */
const char *dp_ports_targets(
	const struct dp_options *options, struct dp_target **targets, size_t *count);

/* Begin with nothing learned. Memory from arena. */
void dp_ports_open(
	struct dp_ports *ports, const struct dp_options *options, struct dp_arena *arena);

/* Note the hosts of one target of the first step. */
void dp_ports_note(struct dp_ports *ports, const struct dp_facts *facts);

/* The targets of the second step: services of single hosts. */
size_t dp_ports_rest(struct dp_ports *ports, struct dp_target **targets);

/* A service of --all-ports that has no SRV records: nothing to report. */
bool dp_ports_silent(const struct dp_facts *facts);

/* At most so many targets are reported in both steps. */
size_t dp_ports_most(const struct dp_options *options, size_t count);

#endif
