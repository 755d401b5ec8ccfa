/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The Certificate message as it came: RFC 5246 s7.4.2, RFC 8446 s4.4.2. The library skips
 * certificates that it does not understand, and others make it stop; records are compared with what
 * was sent.
 */
#include <stdlib.h>
#include <string.h>

#include "net/tls_parts.h"

#define HEADER_BYTES 4 /* of a handshake message: type, length */

/*
 * A message stays in the library's buffer until the next one is asked for, so after each step the
 * one that it read is still there, whole and decrypted, whether the step liked it or not. While
 * fragments are missing, in_msglen is 0.
 */
void dp_tls_chain_capture(struct dp_tls_session *session)
{
	const mbedtls_ssl_context *ssl = &session->ssl;

	if (session->message != NULL || ssl->in_msg == NULL ||
		ssl->in_msgtype != MBEDTLS_SSL_MSG_HANDSHAKE)
		return;
	if (ssl->in_hslen < HEADER_BYTES || ssl->in_msglen < ssl->in_hslen ||
		ssl->in_msg[0] != MBEDTLS_SSL_HS_CERTIFICATE)
		return;
	session->message_len = ssl->in_hslen - HEADER_BYTES;
	session->message = malloc(session->message_len + 1);
	if (session->message == NULL)
		dp_arena_fail();
	memcpy(session->message, ssl->in_msg + HEADER_BYTES, session->message_len);
	session->message_is_13 = ssl->tls_version == MBEDTLS_SSL_VERSION_TLS1_3;
}

struct cursor {
	const uint8_t *at;
	size_t left;
};

/* Take a vector with a length of width bytes before it. False: there is none, whole. */
static bool take(struct cursor *from, size_t width, struct cursor *vector)
{
	size_t len = 0;

	if (from->left < width)
		return false;
	for (size_t i = 0; i < width; i++)
		len = len << 8 | from->at[i];
	if (from->left - width < len)
		return false;
	vector->at = from->at + width;
	vector->left = len;
	from->at += width + len;
	from->left -= width + len;
	return true;
}

void dp_tls_chain_open(
	const struct dp_tls_session *session, struct dp_probe *probe, struct dp_arena *arena)
{
	struct cursor message, list, cert, skipped;
	const uint8_t **ders = NULL;
	size_t *lens = NULL;
	size_t count = 0, ders_cap = 0, lens_cap = 0;

	if (session->message == NULL || probe->chain_seen)
		return;
	probe->chain_seen = true;
	probe->chain_bytes = session->message_len;
	message.at = dp_arena_copy(arena, session->message, session->message_len);
	message.left = session->message_len;
	if (session->message_is_13 &&
		!take(&message, 1, &skipped)) /* certificate_request_context */
		return;
	if (!take(&message, 3, &list))
		return;
	while (take(&list, 3, &cert) && cert.left > 0) {
		ders = dp_arena_grow(arena, ders, count, &ders_cap, sizeof(*ders));
		lens = dp_arena_grow(arena, lens, count, &lens_cap, sizeof(*lens));
		ders[count] = cert.at;
		lens[count] = cert.left;
		count++;
		if (session->message_is_13 && !take(&list, 2, &skipped)) /* extensions */
			break;
	}
	if (count > 0)
		dp_chain_open(&probe->chain, ders, lens, count, arena);
}
