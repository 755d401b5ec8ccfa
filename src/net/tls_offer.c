/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the ClientHello offers, so that the server has to choose a certificate of the wanted kind.
 * TLS 1.2 ties the kind to the suite; in TLS 1.3 the signature algorithms decide.
 */
#include "net/tls_parts.h"

#include <mbedtls/ssl_ciphersuites.h>

#define SUITES_13 \
	MBEDTLS_TLS1_3_AES_256_GCM_SHA384, MBEDTLS_TLS1_3_CHACHA20_POLY1305_SHA256, \
		MBEDTLS_TLS1_3_AES_128_GCM_SHA256

#define SUITES_ECDSA \
	MBEDTLS_TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384, \
		MBEDTLS_TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256, \
		MBEDTLS_TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256, \
		MBEDTLS_TLS_ECDHE_ECDSA_WITH_AES_256_CCM, \
		MBEDTLS_TLS_ECDHE_ECDSA_WITH_AES_128_CCM, \
		MBEDTLS_TLS_ECDHE_ECDSA_WITH_AES_256_CBC_SHA384, \
		MBEDTLS_TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA256, \
		MBEDTLS_TLS_ECDHE_ECDSA_WITH_AES_256_CBC_SHA, \
		MBEDTLS_TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA

#define SUITES_RSA_FORWARD \
	MBEDTLS_TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384, \
		MBEDTLS_TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256, \
		MBEDTLS_TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256, \
		MBEDTLS_TLS_DHE_RSA_WITH_AES_256_GCM_SHA384, \
		MBEDTLS_TLS_DHE_RSA_WITH_CHACHA20_POLY1305_SHA256, \
		MBEDTLS_TLS_DHE_RSA_WITH_AES_128_GCM_SHA256, \
		MBEDTLS_TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA384, \
		MBEDTLS_TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA256, \
		MBEDTLS_TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA, \
		MBEDTLS_TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA, \
		MBEDTLS_TLS_DHE_RSA_WITH_AES_256_CBC_SHA256, \
		MBEDTLS_TLS_DHE_RSA_WITH_AES_128_CBC_SHA256, \
		MBEDTLS_TLS_DHE_RSA_WITH_AES_256_CBC_SHA, MBEDTLS_TLS_DHE_RSA_WITH_AES_128_CBC_SHA

/* Without forward secrecy: some old mail servers have nothing else, and senders use it there. */
#define SUITES_RSA_PLAIN \
	MBEDTLS_TLS_RSA_WITH_AES_256_GCM_SHA384, MBEDTLS_TLS_RSA_WITH_AES_128_GCM_SHA256, \
		MBEDTLS_TLS_RSA_WITH_AES_256_CBC_SHA256, MBEDTLS_TLS_RSA_WITH_AES_128_CBC_SHA256, \
		MBEDTLS_TLS_RSA_WITH_AES_256_CBC_SHA, MBEDTLS_TLS_RSA_WITH_AES_128_CBC_SHA

static const int suites_all[] = { SUITES_13, SUITES_ECDSA, SUITES_RSA_FORWARD, SUITES_RSA_PLAIN,
	0 };
static const int suites_rsa[] = { SUITES_13, SUITES_RSA_FORWARD, SUITES_RSA_PLAIN, 0 };
static const int suites_ecdsa[] = { SUITES_13, SUITES_ECDSA, 0 };

#define SIGNATURES_ECDSA \
	MBEDTLS_TLS1_3_SIG_ECDSA_SECP256R1_SHA256, MBEDTLS_TLS1_3_SIG_ECDSA_SECP384R1_SHA384, \
		MBEDTLS_TLS1_3_SIG_ECDSA_SECP521R1_SHA512

#define SIGNATURES_PSS \
	MBEDTLS_TLS1_3_SIG_RSA_PSS_RSAE_SHA256, MBEDTLS_TLS1_3_SIG_RSA_PSS_RSAE_SHA384, \
		MBEDTLS_TLS1_3_SIG_RSA_PSS_RSAE_SHA512

/* In TLS 1.3 for signatures in certificates only (RFC 8446 s4.2.3). Servers that look at the
 * whole chain want to see the algorithm of its RSA issuer even when their own key is ECDSA. */
#define SIGNATURES_PKCS1 \
	MBEDTLS_TLS1_3_SIG_RSA_PKCS1_SHA256, MBEDTLS_TLS1_3_SIG_RSA_PKCS1_SHA384, \
		MBEDTLS_TLS1_3_SIG_RSA_PKCS1_SHA512

static const uint16_t signatures_all[] = { SIGNATURES_ECDSA, SIGNATURES_PSS, SIGNATURES_PKCS1,
	MBEDTLS_TLS1_3_SIG_NONE };
static const uint16_t signatures_rsa[] = { SIGNATURES_PSS, SIGNATURES_PKCS1,
	MBEDTLS_TLS1_3_SIG_NONE };
static const uint16_t signatures_ecdsa[] = { SIGNATURES_ECDSA, SIGNATURES_PKCS1,
	MBEDTLS_TLS1_3_SIG_NONE };

void dp_tls_offer(struct dp_tls_session *session)
{
	const int *suites = suites_all;
	const uint16_t *signatures = signatures_all;

	switch (session->offer) {
	case DP_OFFER_ALL: break;
	case DP_OFFER_RSA:
		suites = suites_rsa;
		signatures = signatures_rsa;
		break;
	case DP_OFFER_ECDSA:
		suites = suites_ecdsa;
		signatures = signatures_ecdsa;
		break;
	}
	mbedtls_ssl_conf_ciphersuites(&session->conf, suites);
	mbedtls_ssl_conf_sig_algs(&session->conf, signatures);
}
