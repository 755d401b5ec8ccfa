/* SPDX-License-Identifier: Apache-2.0 */
#include "report/token.h"

const char *dp_token_security(enum dp_security security)
{
	switch (security) {
	case DP_INDETERMINATE: return "indeterminate";
	case DP_INSECURE: return "insecure";
	case DP_SECURE: return "secure";
	case DP_BOGUS: return "bogus";
	}
	return "indeterminate";
}

const char *dp_token_lookup(enum dp_lookup_state state)
{
	switch (state) {
	case DP_LOOKUP_NOT_ASKED: return "not-asked";
	case DP_LOOKUP_PENDING: return "pending";
	case DP_LOOKUP_DATA: return "data";
	case DP_LOOKUP_NODATA: return "nodata";
	case DP_LOOKUP_NXDOMAIN: return "nxdomain";
	case DP_LOOKUP_ERROR: return "error";
	case DP_LOOKUP_TIMEOUT: return "timeout";
	case DP_LOOKUP_CANCELLED: return "cancelled";
	}
	return "error";
}

bool dp_token_has_security(const struct dp_lookup *lookup)
{
	switch (lookup->state) {
	case DP_LOOKUP_DATA:
	case DP_LOOKUP_NODATA:
	case DP_LOOKUP_NXDOMAIN: return true;
	case DP_LOOKUP_ERROR: return lookup->security == DP_BOGUS;
	case DP_LOOKUP_NOT_ASKED:
	case DP_LOOKUP_PENDING:
	case DP_LOOKUP_TIMEOUT:
	case DP_LOOKUP_CANCELLED: break;
	}
	return false;
}

const char *dp_token_rcode(const struct dp_lookup *lookup, struct dp_arena *arena)
{
	switch (lookup->state) {
	case DP_LOOKUP_DATA:
	case DP_LOOKUP_NODATA: return "NOERROR";
	case DP_LOOKUP_NXDOMAIN: return "NXDOMAIN";
	case DP_LOOKUP_ERROR: /* rcode 0: the answer was malformed, so there is none to name */
		return lookup->message.rcode != 0 ? dp_rcode_text(lookup->message.rcode, arena)
						  : NULL;
	case DP_LOOKUP_NOT_ASKED:
	case DP_LOOKUP_PENDING:
	case DP_LOOKUP_TIMEOUT:
	case DP_LOOKUP_CANCELLED: break;
	}
	return NULL;
}

const char *dp_token_offer(enum dp_offer offer)
{
	switch (offer) {
	case DP_OFFER_ALL: return "any";
	case DP_OFFER_RSA: return "rsa";
	case DP_OFFER_ECDSA: return "ecdsa";
	}
	return "any";
}

const char *dp_token_stage(enum dp_stage stage)
{
	switch (stage) {
	case DP_STAGE_CONNECT: return "connect";
	case DP_STAGE_GREETING: return "greeting";
	case DP_STAGE_HELLO: return "hello";
	case DP_STAGE_STARTTLS: return "starttls";
	case DP_STAGE_HANDSHAKE: return "handshake";
	case DP_STAGE_DONE: return "done";
	}
	return "connect";
}

const char *dp_token_status(enum dp_status status)
{
	switch (status) {
	case DP_OK: return "ok";
	case DP_AGAIN: return "again";
	case DP_TIMEOUT: return "timeout";
	case DP_REFUSED: return "refused";
	case DP_RESET: return "reset";
	case DP_CLOSED: return "closed";
	case DP_UNREACHABLE: return "unreachable";
	case DP_NO_ROUTE: return "no-route";
	case DP_NO_RESOURCE: return "no-resource";
	case DP_CANCELLED: return "cancelled";
	case DP_INVALID: return "invalid";
	case DP_NOT_FOUND: return "not-found";
	case DP_DENIED: return "denied";
	case DP_TOO_LARGE: return "too-large";
	}
	return "invalid";
}
