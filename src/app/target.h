/* SPDX-License-Identifier: Apache-2.0 */
/* A TARGET of the command line, with the options that shape it, as the question of a check. */
#ifndef DP_APP_TARGET_H
#define DP_APP_TARGET_H

#include "app/options.h"
#include "base/buf.h"
#include "dane/facts.h"

/* Fill *target from text ("example.org", "smtp://mx.example.org:25", "srv:_imaps._tcp.example.org")
 * and options, both borrowed. Returns NULL, or one line without a line end that says what to type
 * instead; in the arena. */
const char *dp_target_parse(const char *text, const struct dp_options *options,
	struct dp_arena *arena, struct dp_target *target);

/* "smtp, submission, ...": the schemes of servers. In the arena. */
const char *dp_target_schemes(struct dp_arena *arena);

/* The same with their ports, as a section of the help. */
void dp_target_help(struct dp_buf *out);

/* target_srv.c: "srv:_imaps._tcp.example.org", a service that SRV records locate (RFC 2782). */
bool dp_target_is_srv(const char *text);
/* Returns NULL, or the end of a sentence that begins with text and says what to type instead. */
const char *dp_target_read_srv(const char *text, struct dp_arena *arena, struct dp_target *target);

/* The scheme of a service by the name it has in SRV records, without the underscore ("imaps",
 * "postgresql"); NULL: not known here. */
const char *dp_target_srv_scheme(const char *service);

/* "imaps, ...": services that are known. In the arena. */
const char *dp_target_srv_services(struct dp_arena *arena);
void dp_target_help_srv(struct dp_buf *out);

#endif
