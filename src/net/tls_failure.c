/* SPDX-License-Identifier: Apache-2.0 */
/* Why a handshake ended: the peer, the way there, or this library. */
#include "net/tls_parts.h"

#include <mbedtls/pk.h>
#include <mbedtls/x509.h>

#include "base/text.h"
#include "dane/cert.h"
#include "port/port.h"
#include "starttls/dialogue.h"

#define ALERT_PROTOCOL_VERSION 70
#define ALERT_UNRECOGNIZED_NAME 112
#define HEADER_BYTES 4     /* of a handshake message: type, length */
#define HELLO_VERSION_AT 4 /* of the version in a ServerHello, with its message header */
#define FIRST_MESSAGE_AT \
	13 /* of a message that is being put together in the buffer: counter and record header */

/* RFC 8446 s6 and s6.2; the older ones RFC 5246 s7.2. */
static const struct {
	int number;
	const char *name;
} alerts[] = {
	{ 0, "close_notify" },
	{ 10, "unexpected_message" },
	{ 20, "bad_record_mac" },
	{ 21, "decryption_failed" },
	{ 22, "record_overflow" },
	{ 30, "decompression_failure" },
	{ 40, "handshake_failure" },
	{ 41, "no_certificate" },
	{ 42, "bad_certificate" },
	{ 43, "unsupported_certificate" },
	{ 44, "certificate_revoked" },
	{ 45, "certificate_expired" },
	{ 46, "certificate_unknown" },
	{ 47, "illegal_parameter" },
	{ 48, "unknown_ca" },
	{ 49, "access_denied" },
	{ 50, "decode_error" },
	{ 51, "decrypt_error" },
	{ 60, "export_restriction" },
	{ 70, "protocol_version" },
	{ 71, "insufficient_security" },
	{ 80, "internal_error" },
	{ 86, "inappropriate_fallback" },
	{ 90, "user_canceled" },
	{ 100, "no_renegotiation" },
	{ 109, "missing_extension" },
	{ 110, "unsupported_extension" },
	{ 111, "certificate_unobtainable" },
	{ 112, "unrecognized_name" },
	{ 113, "bad_certificate_status_response" },
	{ 114, "bad_certificate_hash_value" },
	{ 115, "unknown_psk_identity" },
	{ 116, "certificate_required" },
	{ 120, "no_application_protocol" },
};

static const char *alert_text(int number, struct dp_arena *arena)
{
	for (size_t i = 0; i < sizeof(alerts) / sizeof(alerts[0]); i++) {
		if (alerts[i].number == number)
			return dp_arena_printf(arena, "%s (%d)", alerts[i].name, number);
	}
	return dp_arena_printf(arena, "number %d", number);
}

/* The message of the peer that the failing step was about. */
static const char *state_text(int state)
{
	static const struct {
		int state;
		const char *name;
	} names[] = {
		{ MBEDTLS_SSL_HELLO_REQUEST, "the ClientHello" },
		{ MBEDTLS_SSL_CLIENT_HELLO, "the ClientHello" },
		{ MBEDTLS_SSL_SERVER_HELLO, "the ServerHello" },
		{ MBEDTLS_SSL_ENCRYPTED_EXTENSIONS, "the EncryptedExtensions" },
		{ MBEDTLS_SSL_SERVER_CERTIFICATE, "the Certificate" },
		{ MBEDTLS_SSL_SERVER_KEY_EXCHANGE, "the ServerKeyExchange" },
		{ MBEDTLS_SSL_CERTIFICATE_REQUEST, "the CertificateRequest or Certificate" },
		{ MBEDTLS_SSL_CERTIFICATE_VERIFY, "the CertificateVerify" },
		{ MBEDTLS_SSL_SERVER_HELLO_DONE, "the ServerHelloDone" },
		{ MBEDTLS_SSL_NEW_SESSION_TICKET, "the NewSessionTicket" },
		{ MBEDTLS_SSL_SERVER_CHANGE_CIPHER_SPEC, "the ChangeCipherSpec" },
		{ MBEDTLS_SSL_SERVER_FINISHED, "the Finished" },
	};

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		if (names[i].state == state)
			return names[i].name;
	}
	return "the rest of the handshake";
}

/* What was wrong with that message. */
static const char *error_text(int error)
{
	static const struct {
		int error;
		const char *words;
	} names[] = {
		{ MBEDTLS_ERR_SSL_DECODE_ERROR, "is malformed" },
		{ MBEDTLS_ERR_SSL_INVALID_RECORD, "came in a malformed record" },
		{ MBEDTLS_ERR_SSL_UNEXPECTED_MESSAGE, "is missing: another message came" },
		{ MBEDTLS_ERR_SSL_ILLEGAL_PARAMETER, "came with a parameter that was not offered" },
		{ MBEDTLS_ERR_SSL_UNSUPPORTED_EXTENSION,
			"came with an extension that was not offered" },
		{ MBEDTLS_ERR_SSL_BAD_PROTOCOL_VERSION,
			"came with a version that was not offered" },
		{ MBEDTLS_ERR_SSL_INVALID_MAC, "came in a record that does not decrypt" },
		{ MBEDTLS_ERR_SSL_BAD_CERTIFICATE, "is malformed" },
	};

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		if (names[i].error == error)
			return names[i].words;
	}
	return "is not acceptable";
}

static void set(
	struct dp_probe *probe, enum dp_status status, enum dp_reason reason, const char *detail)
{
	probe->status = status;
	probe->reason = reason;
	probe->detail = detail;
}

/* RFC 8446 s5.1: the first byte is the type of a record, then the version 3.x. */
bool dp_tls_spoken(const struct dp_tls_session *session)
{
	if (session->first_len == 0)
		return true; /* nothing said against it */
	return session->first[0] >= MBEDTLS_SSL_MSG_CHANGE_CIPHER_SPEC &&
		session->first[0] <= MBEDTLS_SSL_MSG_APPLICATION_DATA &&
		(session->first_len < 2 || session->first[1] == 3);
}

static bool explain_no_tls(
	struct dp_tls_session *session, struct dp_probe *probe, struct dp_arena *arena)
{
	size_t more = 0;

	if (dp_tls_spoken(session))
		return false;
	(void)dp_port_read(session->fd, session->first + session->first_len,
		sizeof(session->first) - session->first_len, &more);
	session->first_len += more;
	set(probe, DP_OK, session->at_once ? DP_REASON_TLS_NOT_AT_ONCE : DP_REASON_TLS_NOT_STARTED,
		dp_dialogue_not_tls(session->first, session->first_len, arena));
	return true;
}

/* An alert that came last. Level "warning" too, when the peer hung up after it: in TLS 1.3 the
 * level means nothing (RFC 8446 s6). */
static bool explain_alert(
	const struct dp_tls_session *session, struct dp_probe *probe, struct dp_arena *arena)
{
	const mbedtls_ssl_context *ssl = &session->ssl;
	bool told = session->error == MBEDTLS_ERR_SSL_FATAL_ALERT_MESSAGE ||
		session->error == MBEDTLS_ERR_SSL_CONN_EOF;

	if (!told || ssl->in_msg == NULL || ssl->in_msgtype != MBEDTLS_SSL_MSG_ALERT)
		return false;
	probe->alert = ssl->in_msg[1];
	const char *text = alert_text(probe->alert, arena);

	if (probe->alert == ALERT_UNRECOGNIZED_NAME && session->sni != NULL)
		set(probe, DP_OK, DP_REASON_TLS_NAME_REFUSED, text);
	else if (probe->alert == ALERT_PROTOCOL_VERSION)
		set(probe, DP_OK, DP_REASON_TLS_VERSION_OLD,
			dp_arena_printf(
				arena, "it refused TLS 1.2 and 1.3 with the alert %s", text));
	else
		set(probe, DP_OK, DP_REASON_TLS_ALERT, text);
	return true;
}

static bool explain_loss(
	const struct dp_tls_session *session, struct dp_probe *probe, struct dp_arena *arena)
{
	bool notified = session->error == MBEDTLS_ERR_SSL_PEER_CLOSE_NOTIFY;

	if (!notified && session->error != MBEDTLS_ERR_SSL_CONN_EOF)
		return false;
	enum dp_status status = session->transport == DP_OK ? DP_CLOSED : session->transport;
	const char *words = notified ? "close_notify" : dp_status_text(status);

	set(probe, status, DP_REASON_TLS_LOST,
		dp_arena_printf(arena, "%s while waiting for %s", words,
			state_text(session->failed_state)));
	return true;
}

/* RFC 8996: a ServerHello of TLS 1.0 or 1.1 is the answer of a server that has nothing newer. */
static bool explain_version(
	const struct dp_tls_session *session, struct dp_probe *probe, struct dp_arena *arena)
{
	const mbedtls_ssl_context *ssl = &session->ssl;

	if (session->failed_state != MBEDTLS_SSL_SERVER_HELLO || ssl->in_msg == NULL ||
		ssl->in_msgtype != MBEDTLS_SSL_MSG_HANDSHAKE ||
		ssl->in_hslen < HELLO_VERSION_AT + 2 ||
		ssl->in_msg[0] != MBEDTLS_SSL_HS_SERVER_HELLO)
		return false;
	int major = ssl->in_msg[HELLO_VERSION_AT], minor = ssl->in_msg[HELLO_VERSION_AT + 1];

	if (major != 3 || minor >= 3)
		return false;
	set(probe, DP_OK, DP_REASON_TLS_VERSION_OLD,
		minor == 0 ? "SSL 3.0" : dp_arena_printf(arena, "TLS 1.%d", minor - 1));
	return true;
}

/* A message larger than the buffer: its header is in the first fragment. */
static bool explain_size(
	const struct dp_tls_session *session, struct dp_probe *probe, struct dp_arena *arena)
{
	const mbedtls_ssl_context *ssl = &session->ssl;

	if (session->message != NULL || ssl->in_buf == NULL ||
		ssl->in_hslen <= MBEDTLS_SSL_IN_CONTENT_LEN)
		return false;
	bool chain = ssl->in_buf[FIRST_MESSAGE_AT] == MBEDTLS_SSL_HS_CERTIFICATE;

	if (chain)
		probe->chain_bytes = ssl->in_hslen - HEADER_BYTES;
	set(probe, DP_OK, DP_REASON_TLS_LIMIT,
		dp_arena_printf(arena, "%s of %zu bytes is larger than the %d that it can read",
			chain ? "a certificate chain" : "a handshake message",
			ssl->in_hslen - HEADER_BYTES, MBEDTLS_SSL_IN_CONTENT_LEN - HEADER_BYTES));
	return true;
}

/* What the library says when it lacks something, or has run out of memory. */
static bool is_lack(int error)
{
	return error == MBEDTLS_ERR_SSL_ALLOC_FAILED || error == MBEDTLS_ERR_X509_ALLOC_FAILED ||
		error == MBEDTLS_ERR_PK_ALLOC_FAILED ||
		error == MBEDTLS_ERR_SSL_FEATURE_UNAVAILABLE ||
		error == MBEDTLS_ERR_PK_FEATURE_UNAVAILABLE ||
		error == MBEDTLS_ERR_X509_FEATURE_UNAVAILABLE ||
		error == MBEDTLS_ERR_SSL_INTERNAL_ERROR || error == MBEDTLS_ERR_SSL_HW_ACCEL_FAILED;
}

/* Errors of the modules that read certificates and keys; those of the TLS layer are -0x5E80 and
 * below, and
 * -0x6xxx to -0x7xxx. */
static bool is_reading_error(int error)
{
	return error < 0 && error > -0x5E80;
}

/* The library wants the header of a message whole, in one record; RFC 8446 s5.1 does not. */
static bool header_was_split(const struct dp_tls_session *session)
{
	const mbedtls_ssl_context *ssl = &session->ssl;

	return session->error == MBEDTLS_ERR_SSL_INVALID_RECORD &&
		ssl->in_msgtype == MBEDTLS_SSL_MSG_HANDSHAKE && ssl->in_msglen > 0 &&
		ssl->in_msglen < HEADER_BYTES;
}

static bool explain_limit(
	const struct dp_tls_session *session, struct dp_probe *probe, struct dp_arena *arena)
{
	const struct dp_cert *leaf = probe->chain.count > 0 ? &probe->chain.certs[0] : NULL;

	if (is_lack(session->error)) {
		set(probe, DP_OK, DP_REASON_TLS_LIMIT,
			dp_arena_printf(arena, "its TLS library cannot handle %s",
				state_text(session->failed_state)));
		return true;
	}
	if (header_was_split(session)) {
		set(probe, DP_OK, DP_REASON_TLS_LIMIT,
			dp_arena_printf(arena,
				"it cannot read %s because its first bytes are split over records",
				state_text(session->failed_state)));
		return true;
	}
	/* Not even the outer form of a certificate: nobody can read that. */
	if (session->failed_state != MBEDTLS_SSL_SERVER_CERTIFICATE ||
		!is_reading_error(session->error) || leaf == NULL || leaf->spki == NULL)
		return false;
	set(probe, DP_OK, DP_REASON_TLS_LIMIT,
		dp_arena_printf(arena,
			"its TLS library cannot use the key of the server's certificate (%s)",
			dp_cert_key_text(leaf, arena)));
	return true;
}

/* Offered one kind of key only, and the server sent its other certificate all the same: the
 * answer to "have you one of this kind" is no, as an alert or a close would have said. */
static bool explain_other_kind(const struct dp_tls_session *session, struct dp_probe *probe)
{
	const struct dp_cert *leaf = probe->chain.count > 0 ? &probe->chain.certs[0] : NULL;

	if (session->offer == DP_OFFER_ALL || leaf == NULL || leaf->spki == NULL)
		return false;
	if ((session->offer == DP_OFFER_RSA) == (leaf->key_type == DP_KEY_RSA))
		return false;
	dp_chain_close(&probe->chain);
	probe->chain = (struct dp_chain){ NULL, 0, 0 };
	probe->chain_seen = false;
	probe->chain_bytes = 0;
	set(probe, DP_CLOSED, DP_REASON_TLS_LOST,
		"it sent a certificate of another kind than was offered");
	return true;
}

void dp_tls_failure(struct dp_tls_session *session, struct dp_probe *probe, struct dp_arena *arena)
{
	if (explain_no_tls(session, probe, arena) || explain_other_kind(session, probe) ||
		explain_alert(session, probe, arena) || explain_loss(session, probe, arena) ||
		explain_version(session, probe, arena) || explain_size(session, probe, arena) ||
		explain_limit(session, probe, arena))
		return;
	bool reading = is_reading_error(session->error);
	const char *words = error_text(session->error);

	if (session->failed_state == MBEDTLS_SSL_CERTIFICATE_VERIFY ||
		(session->failed_state == MBEDTLS_SSL_SERVER_KEY_EXCHANGE && reading))
		words = "is not signed by the key of the certificate";
	else if (session->failed_state == MBEDTLS_SSL_SERVER_CERTIFICATE && reading)
		words = "does not begin with a certificate";
	set(probe, DP_OK, DP_REASON_TLS_FAILED,
		dp_arena_printf(arena, "%s %s", state_text(session->failed_state), words));
}
