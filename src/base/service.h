/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What findings call a service: the sentences of reason.def speak of SMTP and of senders of mail,
 * and dane/audience.h puts these words in their place for another protocol.
 */
#ifndef DP_BASE_SERVICE_H
#define DP_BASE_SERVICE_H

#include <stdbool.h>

struct dp_service {
	const char *name; /* "IMAP" */
	const char
		*starttls; /* command that begins TLS: "STLS"; NULL: "STARTTLS", or there is none */
	const char *hello; /* command in the place of EHLO; NULL: EHLO, or there is none */
	const char *rfc;   /* where the protocol says how TLS begins; NULL: as with SMTP */
	bool clients;      /* those who connect are clients, not senders that queue mail */
};

#endif
