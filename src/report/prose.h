/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Sentences for people, wrapped. Lines that begin with a blank are records or commands to copy:
 * they are indented with the rest, else never touched. In running text a TLSA record
 * ("3 1 1 ab12...") and a source ("[RFC 7672 s2.2]") stay in one piece.
 */
#ifndef DP_REPORT_PROSE_H
#define DP_REPORT_PROSE_H

#include "base/buf.h"

struct dp_prose {
	const char *first; /* what the first line begins with: "  Remedy: " */
	int indent;        /* blanks before further lines */
	int width;         /* columns; a word that is longer is not cut */
};

/* Write text and a final line feed. text: shown text (dp_text_shown_lines); "" writes nothing. */
void dp_prose_write(struct dp_buf *out, const char *text, const struct dp_prose *shape);

#endif
