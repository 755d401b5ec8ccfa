/* SPDX-License-Identifier: Apache-2.0 */
/*
 * LDAP with StartTLS: RFC 4511 s4.14 (the operation), s4.12 (extended operations), s4.1.9
 * (results), s5.1 (BER with definite lengths). The client speaks first.
 */
#include <string.h>

#include "starttls/protocol.h"

#define TAG_SEQUENCE 0x30
#define TAG_INTEGER 0x02
#define TAG_ENUMERATED 0x0a
#define TAG_EXTENDED_RESPONSE 0x78 /* [APPLICATION 24] */
#define LENGTH_OCTETS_MAX 4

#define MESSAGE_ID 1 /* of our request; 0 is an unsolicited notification, RFC 4511 s4.4 */
enum { RESULT_SUCCESS = 0, RESULT_PROTOCOL_ERROR = 2, RESULT_UNAVAILABLE = 52 };

struct cursor {
	const uint8_t *at, *end;
};

/* Read tag and length; leaves the cursor at the contents, of *len octets, which may not all be
 * there. False: malformed, another tag, or not enough octets yet. */
static bool enter(struct cursor *cursor, uint8_t tag, size_t *len)
{
	const uint8_t *at = cursor->at;

	if (cursor->end - at < 2 || at[0] != tag)
		return false;
	size_t octets = at[1] & 0x7f;

	if ((at[1] & 0x80) == 0) {
		*len = at[1];
		cursor->at = at + 2;
		return true;
	}
	if (octets == 0 || octets > LENGTH_OCTETS_MAX || (size_t)(cursor->end - at) < 2 + octets)
		return false;
	*len = 0;
	for (size_t i = 0; i < octets; i++)
		*len = *len << 8 | at[2 + i];
	cursor->at = at + 2 + octets;
	return true;
}

/* A whole integer or enumeration of one or two octets. */
static bool take_number(struct cursor *cursor, uint8_t tag, int *value)
{
	size_t len;

	if (!enter(cursor, tag, &len) || len < 1 || len > 2 ||
		(size_t)(cursor->end - cursor->at) < len)
		return false;
	*value = len == 1 ? cursor->at[0] : cursor->at[0] << 8 | cursor->at[1];
	cursor->at += len;
	return true;
}

/* What does not begin as BER is read as a line, to be named. */
static bool whole(const char *bytes, size_t len)
{
	struct cursor cursor = { (const uint8_t *)bytes, (const uint8_t *)bytes + len };
	size_t inside;

	if ((uint8_t)bytes[0] != TAG_SEQUENCE)
		return bytes[len - 1] == '\n';
	if (len < 2 || ((uint8_t)bytes[1] & 0x80) == 0)
		return len >= 2 && len == 2 + (size_t)(uint8_t)bytes[1];
	size_t octets = (uint8_t)bytes[1] & 0x7f;

	if (octets == 0 || octets > LENGTH_OCTETS_MAX)
		return true; /* not LDAP: read_message refuses it */
	return enter(&cursor, TAG_SEQUENCE, &inside) && (size_t)(cursor.end - cursor.at) == inside;
}

static int code_of(int result)
{
	if (result == RESULT_SUCCESS)
		return DP_CODE_OK;
	/* RFC 4511 s4.12: so it answers an operation that it does not know */
	return result == RESULT_PROTOCOL_ERROR ? DP_CODE_NO : DP_CODE_LATER;
}

static bool read_message(
	struct dp_reading *reading, const char *bytes, size_t len, struct dp_reply_line *reply)
{
	struct cursor cursor = { (const uint8_t *)bytes, (const uint8_t *)bytes + len };
	size_t inside;
	int id, result;

	(void)reading;
	if (!enter(&cursor, TAG_SEQUENCE, &inside) || inside != (size_t)(cursor.end - cursor.at) ||
		!take_number(&cursor, TAG_INTEGER, &id) ||
		!enter(&cursor, TAG_EXTENDED_RESPONSE, &inside) ||
		inside > (size_t)(cursor.end - cursor.at) ||
		!take_number(&cursor, TAG_ENUMERATED, &result))
		return false;
	/* RFC 4511 s4.4.1: notice of disconnection */
	reply->closing = id == 0;
	reply->code = id == MESSAGE_ID ? code_of(result) : DP_CODE_LATER;
	reply->last = true;
	return true;
}

static const struct dp_step steps[] = {
	{
		/* LDAPMessage { 1, ExtendedRequest { requestName 1.3.6.1.4.1.1466.20037 } } */
		.phase = DP_PHASE_STARTTLS,
		.send = "\x30\x1d\x02\x01\x01\x77\x18\x80\x16"
			"1.3.6.1.4.1.1466.20037",
		.tail = "",
		.name = "StartTLS",
		.accept = DP_CODE_OK,
		.temporary = DP_REASON_STARTTLS_REFUSED,
		.rejected = DP_REASON_STARTTLS_NOT_OFFERED,
		.other = DP_REASON_STARTTLS_REFUSED,
	},
};

const struct dp_protocol dp_protocol_ldap = {
	.scheme = "ldap",
	.port = 389,
	.steps = steps,
	.step_count = sizeof(steps) / sizeof(steps[0]),
	.misspoken = DP_REASON_WRONG_PROTOCOL,
	.whole = whole,
	.read = read_message,
	.service = { .name = "LDAP",
		.starttls = "StartTLS",
		.rfc = "RFC 4511 s4.14",
		.clients = true },
};
