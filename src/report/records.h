/* SPDX-License-Identifier: Apache-2.0 */
/*
 * TLSA records as a name server takes them: lines of a zone file, with the type by name or in the
 * form for unknown types (RFC 3597 s5), lines of tinydns-data, or JSON Lines. No file is needed to
 * read what comes out: owners are absolute.
 */
#ifndef DP_REPORT_RECORDS_H
#define DP_REPORT_RECORDS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "dane/dnswire.h"
#include "dane/tlsa.h"

struct dp_record_row {
	struct dp_name owner; /* _25._tcp.mx.example.org; octets that a host name has */
	struct dp_tlsa tlsa;
	const char *about;       /* what it was made of: "mx.example.org, RSA-2048" */
	int64_t not_after_utc_s; /* of the certificate; DP_TIME_NONE: a key alone */
};

struct dp_records_options {
	int64_t ttl_s; /* -1: none is written */
	bool comments; /* a line before those that are about another thing than the one before;
			  JSON tells it always */
};

/* format: "bind", "generic", "tinydns", "json". */
void dp_records_write(struct dp_buf *out, const char *format, const struct dp_record_row *rows,
	size_t count, const struct dp_records_options *options);

/* One object and a line feed: "schema" 1, "owner" (without a final dot), "ttl" (null: none),
 * "type", "usage", "selector", "matching", "data" in hex, "about", "not_after" (null: a key
 * alone). */
void dp_records_json(struct dp_buf *out, const struct dp_record_row *row, int64_t ttl_s);

#endif
