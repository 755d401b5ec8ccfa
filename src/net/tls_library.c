/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Starting Mbed TLS, and two of its functions that it calls in a handshake, replaced at link time:
 * -Wl,--wrap=mbedtls_x509_crt_parse_der,--wrap=mbedtls_ssl_write_sig_alg_ext
 *
 * Other code of ours must not call mbedtls_x509_crt_parse_der (it would get this lenient reader),
 * but one of its sisters: ..._nocopy or ..._with_ext_cb.
 */
#include "net/tls_parts.h"

#include <mbedtls/asn1.h>
#include <mbedtls/pk.h>
#include <mbedtls/x509_crt.h>
#include <psa/crypto.h>

int __wrap_mbedtls_x509_crt_parse_der(
	mbedtls_x509_crt *chain, const unsigned char *der, size_t len);
int __real_mbedtls_ssl_write_sig_alg_ext(
	mbedtls_ssl_context *ssl, unsigned char *out, const unsigned char *end, size_t *out_len);
int __wrap_mbedtls_ssl_write_sig_alg_ext(
	mbedtls_ssl_context *ssl, unsigned char *out, const unsigned char *end, size_t *out_len);

bool dp_tls_library_start(void)
{
	return psa_crypto_init() == PSA_SUCCESS; /* does nothing when done before */
}

/* Critical extensions are for the judge (RFC 7671 s5.1: usage 3 ignores them). */
static int accept_extension(void *user, mbedtls_x509_crt const *crt, mbedtls_x509_buf const *oid,
	int critical, const unsigned char *value, const unsigned char *end)
{
	(void)user;
	(void)crt;
	(void)oid;
	(void)critical;
	(void)value;
	(void)end;
	return 0;
}

/* Step over one element of any tag. */
static bool skip(unsigned char **at, const unsigned char *end)
{
	size_t len;

	if (end <= *at || mbedtls_asn1_get_tag(at, end, &len, **at) != 0)
		return false;
	*at += len;
	return true;
}

/*
 * The handshake needs nothing of the leaf but its key. So where the library cannot read the
 * certificate (an unknown signature algorithm, say: it would then silently take the next
 * certificate for the leaf), read the key alone. RFC 5280 s4.1: version, serialNumber, signature,
 * issuer, validity, subject come before it.
 */
static bool read_key_alone(mbedtls_x509_crt *crt, const unsigned char *der, size_t len)
{
	const int sequence = MBEDTLS_ASN1_CONSTRUCTED | MBEDTLS_ASN1_SEQUENCE;
	const int version_tag = MBEDTLS_ASN1_CONTEXT_SPECIFIC | MBEDTLS_ASN1_CONSTRUCTED;
	unsigned char *at = (unsigned char *)(uintptr_t)
		der; /* the library's readers lack const; they do not write */
	const unsigned char *end = der + len;
	size_t inner;

	if (mbedtls_asn1_get_tag(&at, end, &inner, sequence) != 0)
		return false;
	end = at + inner;
	if (mbedtls_asn1_get_tag(&at, end, &inner, sequence) != 0)
		return false;
	end = at + inner;
	if (at < end && *at == version_tag && !skip(&at, end))
		return false;
	for (int field = 0; field < 5; field++) {
		if (!skip(&at, end))
			return false;
	}
	mbedtls_pk_init(&crt->pk);
	if (mbedtls_pk_parse_subpubkey(&at, end, &crt->pk) != 0) {
		mbedtls_pk_free(&crt->pk);
		return false;
	}
	crt->version = 3; /* taken: the next certificate goes behind it */
	return true;
}

int __wrap_mbedtls_x509_crt_parse_der(mbedtls_x509_crt *chain, const unsigned char *der, size_t len)
{
	bool leaf = chain->version == 0;
	int error =
		mbedtls_x509_crt_parse_der_with_ext_cb(chain, der, len, 1, accept_extension, NULL);

	if (error == 0 || error == MBEDTLS_ERR_X509_ALLOC_FAILED)
		return error;
	/* Issuers are judged from the message as sent: what the library makes of them is of no
	 * interest. */
	if (!leaf || read_key_alone(chain, der, len))
		return 0;
	/* Not the error that came: some of them make the library skip the leaf. */
	return MBEDTLS_ERR_PK_UNKNOWN_PK_ALG;
}

/*
 * Offer also what other senders can do and this library cannot: ed25519, ed448 and rsa_pss_pss_*
 * (RFC 8446 s4.2.3). A server that has only such a key then sends its certificate, which can be
 * compared with the records, and the handshake ends by a limit that is ours; otherwise it would end
 * with an alert that looks like the server's failure.
 */
int __wrap_mbedtls_ssl_write_sig_alg_ext(
	mbedtls_ssl_context *ssl, unsigned char *out, const unsigned char *end, size_t *out_len)
{
	static const unsigned char more[] = { 0x08, 0x07, 0x08, 0x08, 0x08, 0x09, 0x08, 0x0a, 0x08,
		0x0b };
	const struct dp_tls_session *session = mbedtls_ssl_get_user_data_p(ssl);
	int error = __real_mbedtls_ssl_write_sig_alg_ext(ssl, out, end, out_len);

	if (error != 0 || session == NULL || session->offer != DP_OFFER_ALL)
		return error;
	if (*out_len < 6 || (size_t)(end - out) < *out_len + sizeof(more))
		return error;
	for (size_t i = 0; i < sizeof(more); i++)
		out[(*out_len)++] = more[i];
	/* extension_data length at 2, list length at 4 */
	size_t data_len = *out_len - 4;

	out[2] = (unsigned char)(data_len >> 8);
	out[3] = (unsigned char)data_len;
	out[4] = (unsigned char)((data_len - 2) >> 8);
	out[5] = (unsigned char)(data_len - 2);
	return 0;
}
