/* SPDX-License-Identifier: Apache-2.0 */
/* The parts of the explanation of a mismatch, for explain*.c only. */
#ifndef DP_DANE_EXPLAIN_H
#define DP_DANE_EXPLAIN_H

#include "dane/judge.h"

#define DP_WHY_SHOWN_BYTES 8 /* of digests in sentences */

/* One record that does not authenticate one connection. */
struct dp_why {
	struct dp_judge *judge;
	struct dp_subject subject;
	const struct dp_host_verdict *host;
	const struct dp_probe *probe;
	const struct dp_tlsa *record;
	const struct dp_record_match *match;
	const struct dp_cert *leaf;
	struct dp_words words;
	const char *label;
};

/* Add the finding; without a remedy in words.fix it is to publish the record of the key in use. */
void dp_why_add(struct dp_why *why, enum dp_reason code);

/* "Publish the record of the key in use:" and the record. */
const char *dp_why_publish(struct dp_why *why);

/* The record of the key in use on a line of its own, and that the key must stay. */
const char *dp_why_own(struct dp_why *why);

/* The record with another usage and selector, on a line of its own. */
const char *dp_why_changed(struct dp_why *why, unsigned usage, unsigned selector);

/* The end entity in words, with its key. */
const char *dp_why_leaf_text(struct dp_why *why);

/* Subject in quotes. */
const char *dp_why_cert_text(struct dp_why *why, const struct dp_cert *cert);

/* Every certificate that was sent, in order, and who issued the last. */
const char *dp_why_sent_text(struct dp_why *why);

/* explain_elsewhere.c: the record fits what another key type, address, host, or a client without
 * SNI gets. Says so and returns true. */
bool dp_explain_elsewhere(struct dp_why *why);

/* explain_anchor.c: the record pins an anchor that is not in the chain. */
void dp_explain_not_sent(struct dp_why *why);

/* explain_form.c: the record is a digest of nothing, or of another form of the same object. */
bool dp_explain_form(struct dp_why *why);

#endif
