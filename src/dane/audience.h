/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The sentences of reason.def, said of another service than SMTP: its name, its commands, and
 * clients that refuse a connection in the place of senders that defer mail. Only our own sentences
 * are changed, never what stands for a placeholder.
 */
#ifndef DP_DANE_AUDIENCE_H
#define DP_DANE_AUDIENCE_H

#include "base/arena.h"
#include "base/service.h"

/* template, a sentence of reason.def, for service; NULL: for SMTP, unchanged. Text in the arena, or
 * template itself. */
const char *dp_audience_template(
	const char *template, const struct dp_service *service, struct dp_arena *arena);

/* Where an RFC speaks of SMTP alone, the one that says so for all services or for this one. */
const char *dp_audience_rfc(const char *rfc, const struct dp_service *service);

#endif
