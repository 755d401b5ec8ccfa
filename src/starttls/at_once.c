/* SPDX-License-Identifier: Apache-2.0 */
/*
 * TLS from the first byte: no dialogue. RFC 8314 s3 (submissions, imaps, pop3s), RFC 9110 s4.2.2
 * (https); ldaps is a registered port without an RFC of its own. No farewell either: each of these
 * servers takes close_notify for one, and some mind a command before their greeting.
 */
#include "starttls/protocol.h"

#define AT_ONCE(variable, the_scheme, the_port, the_name, the_rfc) \
	const struct dp_protocol dp_protocol_##variable = { \
		.scheme = the_scheme, \
		.port = the_port, \
		.misspoken = DP_REASON_TLS_NOT_AT_ONCE, \
		.service = { .name = the_name, .rfc = the_rfc, .clients = true }, \
	};

AT_ONCE(submissions, "submissions", 465, "SMTP", "RFC 8314 s3.3")
AT_ONCE(imaps, "imaps", 993, "IMAP", "RFC 8314 s3.2")
AT_ONCE(pop3s, "pop3s", 995, "POP3", "RFC 8314 s3.1")
AT_ONCE(ldaps, "ldaps", 636, "LDAP", "RFC 6698 s4.1")
AT_ONCE(https, "https", 443, "HTTPS", "RFC 9110 s4.2.2")
AT_ONCE(tls, "tls", 0, "TLS", "RFC 6698 s4.1")
