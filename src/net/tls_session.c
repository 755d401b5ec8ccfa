/* SPDX-License-Identifier: Apache-2.0 */
#include "net/tls_parts.h"

#include <mbedtls/psa_util.h>
#include <stdlib.h>
#include <string.h>

#include "port/port.h"

/* The library goes on reading past warnings and the like as long as they come; so that time limits
 * and signals have their turn, it gets no more than this at once. */
#define STEP_BYTES_MAX 65536
#define HEARD_OUT_MAX 4096 /* octets after the farewell that are read */

static int receive(void *user, unsigned char *bytes, size_t len)
{
	struct dp_tls_session *session = user;
	size_t done;
	enum dp_status status = session->step_bytes < STEP_BYTES_MAX
		? dp_port_read(session->fd, bytes, len, &done)
		: DP_AGAIN;

	if (status == DP_AGAIN)
		return MBEDTLS_ERR_SSL_WANT_READ;
	if (status != DP_OK) {
		if (session->transport == DP_OK)
			session->transport = status;
		return MBEDTLS_ERR_SSL_CONN_EOF;
	}
	size_t room = sizeof(session->first) - session->first_len;
	size_t kept = done < room ? done : room;

	session->step_bytes += done;
	memcpy(session->first + session->first_len, bytes, kept);
	session->first_len += kept;
	return (int)done;
}

/* A broken connection is not reported here: what the peer said before it broke (an alert, most
 * likely) is still there to be read, and reading comes next and finds the end. */
static int transmit(void *user, const unsigned char *bytes, size_t len)
{
	struct dp_tls_session *session = user;
	size_t done;
	enum dp_status status = dp_port_write(session->fd, bytes, len, &done);

	if (status == DP_AGAIN)
		return MBEDTLS_ERR_SSL_WANT_WRITE;
	if (status != DP_OK) {
		session->transport = status;
		return (int)len;
	}
	return (int)done;
}

static bool configure(struct dp_tls_session *session)
{
	mbedtls_ssl_config *conf = &session->conf;

	if (mbedtls_ssl_config_defaults(conf, MBEDTLS_SSL_IS_CLIENT, MBEDTLS_SSL_TRANSPORT_STREAM,
		    MBEDTLS_SSL_PRESET_DEFAULT) != 0)
		return false;
	/* No path validation by the library: the judge decides. Since 3.6.1 this holds in TLS
	 * 1.3 as well. The server's proof of its key is still checked. */
	mbedtls_ssl_conf_authmode(conf, MBEDTLS_SSL_VERIFY_NONE);
	mbedtls_ssl_conf_rng(conf, mbedtls_psa_get_random, MBEDTLS_PSA_RANDOM_STATE);
	mbedtls_ssl_conf_min_tls_version(conf, MBEDTLS_SSL_VERSION_TLS1_2);
#if defined(MBEDTLS_SSL_SESSION_TICKETS)
	mbedtls_ssl_conf_session_tickets(conf, MBEDTLS_SSL_SESSION_TICKETS_DISABLED);
#endif
	dp_tls_offer(session);
	mbedtls_ssl_set_user_data_p(&session->ssl, session);
	if (mbedtls_ssl_setup(&session->ssl, conf) != 0)
		return false;
	mbedtls_ssl_set_bio(&session->ssl, session, transmit, receive, NULL);
	/* Always called, with NULL for none: the library refuses to go on otherwise. */
	return mbedtls_ssl_set_hostname(&session->ssl, session->sni) == 0;
}

struct dp_tls_session *dp_tls_open(const struct dp_tls_config *config)
{
	if (!dp_tls_library_start())
		return NULL;
	struct dp_tls_session *session = calloc(1, sizeof(*session));

	if (session == NULL)
		return NULL;
	session->fd = config->fd;
	session->sni = config->sni;
	session->offer = config->offer;
	session->at_once = config->at_once;
	mbedtls_ssl_init(&session->ssl);
	mbedtls_ssl_config_init(&session->conf);
	if (configure(session))
		return session;
	dp_tls_close(session);
	return NULL;
}

enum dp_tls_want dp_tls_step(struct dp_tls_session *session)
{
	session->step_bytes = 0;
	while (session->error == 0 && !mbedtls_ssl_is_handshake_over(&session->ssl)) {
		int state = session->ssl.state;
		int error = mbedtls_ssl_handshake_step(&session->ssl);

		dp_tls_chain_capture(session);
		if (error == MBEDTLS_ERR_SSL_WANT_READ)
			return DP_TLS_READ;
		if (error == MBEDTLS_ERR_SSL_WANT_WRITE)
			return DP_TLS_WRITE;
		/* A ticket in the same flight as Finished is no failure. */
		if (error != 0 && error != MBEDTLS_ERR_SSL_RECEIVED_NEW_SESSION_TICKET) {
			session->error = error;
			session->failed_state = state;
		}
	}
	session->done = session->error == 0;
	return session->done ? DP_TLS_DONE : DP_TLS_FAILED;
}

bool dp_tls_heard(const struct dp_tls_session *session)
{
	return session->first_len > 1 && dp_tls_spoken(session);
}

enum dp_tls_want dp_tls_farewell(struct dp_tls_session *session, const char *text)
{
	size_t len = text == NULL ? 0 : strlen(text);
	int result = 0;

	if (!session->done || session->closed)
		return DP_TLS_DONE;
	while (session->farewell_sent < len && result >= 0) {
		result = mbedtls_ssl_write(&session->ssl,
			(const unsigned char *)text + session->farewell_sent,
			len - session->farewell_sent);
		session->farewell_sent += result > 0 ? (size_t)result : 0;
	}
	if (result >= 0)
		result = mbedtls_ssl_close_notify(&session->ssl);
	if (result == MBEDTLS_ERR_SSL_WANT_WRITE)
		return DP_TLS_WRITE;
	if (result == MBEDTLS_ERR_SSL_WANT_READ)
		return DP_TLS_READ;
	session->closed = true;
	return DP_TLS_DONE;
}

enum dp_tls_want dp_tls_hear_out(struct dp_tls_session *session)
{
	unsigned char thrown[512];

	session->step_bytes = 0;
	while (session->done && session->heard_out < HEARD_OUT_MAX) {
		int result = mbedtls_ssl_read(&session->ssl, thrown, sizeof(thrown));

		if (result == MBEDTLS_ERR_SSL_WANT_READ || result == MBEDTLS_ERR_SSL_WANT_WRITE)
			return DP_TLS_READ;
		if (result > 0)
			session->heard_out += (size_t)result;
		else if (result == MBEDTLS_ERR_SSL_FATAL_ALERT_MESSAGE && session->heard_out == 0 &&
			mbedtls_ssl_get_version_number(&session->ssl) == MBEDTLS_SSL_VERSION_TLS1_3)
			break;
		else if (result != MBEDTLS_ERR_SSL_RECEIVED_NEW_SESSION_TICKET)
			return DP_TLS_DONE;
	}
	if (!session->done || session->heard_out > 0)
		return DP_TLS_DONE;
	session->done = false;
	session->error = MBEDTLS_ERR_SSL_FATAL_ALERT_MESSAGE;
	session->failed_state = MBEDTLS_SSL_HANDSHAKE_OVER;
	return DP_TLS_FAILED;
}

/* "TLS-ECDHE-RSA-WITH-AES-128-GCM-SHA256", "TLS1-3-AES-128-GCM-SHA256" to the names of the IANA
 * registry. */
static const char *suite_text(const char *name, struct dp_arena *arena)
{
	static const char prefix[] = "TLS1-3-";
	bool newest = strncmp(name, prefix, sizeof(prefix) - 1) == 0;
	char *text = dp_arena_printf(
		arena, "%s%s", newest ? "TLS_" : "", newest ? name + sizeof(prefix) - 1 : name);

	for (char *c = text; *c != '\0'; c++) {
		if (*c == '-')
			*c = '_';
	}
	return text;
}

void dp_tls_result(struct dp_tls_session *session, enum dp_status gave_up, struct dp_probe *probe,
	struct dp_arena *arena)
{
	bool agreed = session->ssl.state > MBEDTLS_SSL_SERVER_HELLO;

	probe->stage = session->done ? DP_STAGE_DONE : DP_STAGE_HANDSHAKE;
	probe->sni = session->sni;
	probe->alert = -1;
	probe->tls_version = agreed ? mbedtls_ssl_get_version(&session->ssl) : NULL;
	if (session->done)
		probe->tls_suite = suite_text(mbedtls_ssl_get_ciphersuite(&session->ssl), arena);
	dp_tls_chain_open(session, probe, arena);
	if (session->done) {
		probe->status = DP_OK;
		probe->reason = DP_REASON_NONE;
	} else if (session->error != 0) {
		dp_tls_failure(session, probe, arena);
	} else {
		probe->status = gave_up;
		probe->reason = gave_up == DP_TIMEOUT ? DP_REASON_TLS_TIMEOUT : DP_REASON_NONE;
	}
}

void dp_tls_close(struct dp_tls_session *session)
{
	if (session == NULL)
		return;
	mbedtls_ssl_free(&session->ssl);
	mbedtls_ssl_config_free(&session->conf);
	free(session->message);
	free(session);
}
