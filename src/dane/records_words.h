/* SPDX-License-Identifier: Apache-2.0 */
/* For records_file.c only: lines of host and nslookup, which tell records in words. */
#ifndef DP_DANE_RECORDS_WORDS_H
#define DP_DANE_RECORDS_WORDS_H

#include <stdbool.h>
#include <stddef.h>

/* "NAME has TLSA record ...", "NAME is an alias for ..." (host); "NAME rdata_52 = ...", "NAME
 * canonical name = ..." (nslookup). tokens: count words of the line. Returns where the data begins,
 * or 0: no such line. *alias: the data is another name. */
size_t dp_records_words(const char *const *tokens, size_t count, bool *alias);

/* What they print around their answers. */
bool dp_records_chatter(const char *const *tokens, size_t count);

#endif
