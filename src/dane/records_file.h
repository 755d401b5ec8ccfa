/* SPDX-License-Identifier: Apache-2.0 */
/*
 * TLSA records out of a file: zone file lines (RFC 1035 s5.1) with any spacing, parentheses,
 * comments, $ORIGIN, TTL and class in either order, owners left blank; the generic form of RFC
 * 3597 s5; what dig, delv, kdig, drill, host and nslookup print, +short and +multiline, too; or
 * just "3 1 1 HEX". Everything else that zone files hold is passed over; $INCLUDE and $GENERATE are
 * not followed, only noted.
 *
 * Cut only: whether a record is of use is for dp_tlsa_classify.
 */
#ifndef DP_DANE_RECORDS_FILE_H
#define DP_DANE_RECORDS_FILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "dane/dnswire.h"
#include "dane/tlsa.h"

#define DP_RECORDS_FILE_MAX_BYTES (8u << 20) /* of a file */
#define DP_RECORDS_FILE_MAX 1024             /* TLSA records of a file */
#define DP_RECORDS_ALIASES_MAX 4096          /* CNAMEs that are kept */

struct dp_file_record {
	struct dp_tlsa tlsa;
	struct dp_name owner; /* len 0: none is written there (dig +short) */
	bool relative;        /* owner lacks its end: no $ORIGIN stands before it */
};

/* A CNAME. The TLSA records of several servers often stand at one name (RFC 7671 s7). */
struct dp_file_alias {
	struct dp_name owner, target;
	bool relative, target_relative; /* as above */
};

struct dp_records_file {
	struct dp_file_record *items;
	size_t count, cap;
	struct dp_file_alias *aliases;
	size_t alias_count, alias_cap;
	bool includes; /* there is an $INCLUDE or $GENERATE, which was not followed */
};

/* Add the records in data (any octets) to *file, which begins zeroed. Returns NULL, or the end of
 * a sentence that begins with the file's name: what is wrong on which line, and what to type. */
const char *dp_records_file_read(
	const char *data, size_t len, struct dp_arena *arena, struct dp_records_file *file);

/* The records of one server. host: its name, len 0 if the user named none. Records of that host
 * and port, where aliases and wildcards lead from there, and all those without an owner. Without a
 * host the file decides, if it names one owner only (or one of that port). *owner: what was chosen,
 * len 0 when no record has a whole one. Returns NULL, or the end of a sentence that begins "the
 * TLSA records" and says what there is. */
const char *dp_records_file_choose(const struct dp_records_file *file, const struct dp_name *host,
	uint16_t port, struct dp_arena *arena, struct dp_tlsa **records, size_t *count,
	struct dp_name *owner);

/* The port and the host of "_25._tcp.HOST"; of "*._tcp.HOST", which is of every port, *port stays.
 * False: the name has not that form. */
bool dp_records_file_port(const struct dp_name *owner, uint16_t *port);
bool dp_records_file_host(const struct dp_name *owner, struct dp_name *host);

#endif
