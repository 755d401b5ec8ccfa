/* SPDX-License-Identifier: Apache-2.0 */
/* Any octets as a certificate: read, shown, matched against names, checked against its own key. */
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "dane/chain.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool holds)
{
	if (!holds)
		abort();
}

static bool is_inside(const void *part, size_t len, const uint8_t *data, size_t size)
{
	const uint8_t *p = part;

	return p == NULL || (p >= data && len <= size && (size_t)(p - data) <= size - len);
}

static bool is_printable(const char *text)
{
	for (; *text != '\0'; text++) {
		if ((unsigned char)*text < 0x20 || *text == 0x7f)
			return false;
	}
	return true;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char *const references[] = { "mx.example.org", "example.org" };
	struct dp_arena *arena = dp_arena_open();
	struct dp_cert cert, again;
	const char *limit;

	dp_cert_open(&cert, data, size, arena);
	must(is_inside(cert.spki, cert.spki_len, data, size));
	must(is_inside(cert.subject, cert.subject_len, data, size));
	must(is_inside(cert.issuer, cert.issuer_len, data, size));
	must(is_inside(cert.san, cert.san_len, data, size));
	must(is_inside(cert.name_constraints, cert.name_constraints_len, data, size));
	must(cert.name_count <= DP_CERT_NAMES_MAX);
	for (size_t i = 0; i < cert.name_count; i++)
		must(is_inside(cert.names[i].text, cert.names[i].len, data, size));
	must(is_printable(cert.subject_text) && is_printable(cert.issuer_text));
	must((cert.limit == NULL) == cert.parsed);
	must(!cert.sound || cert.spki != NULL);
	must(cert.limit == NULL || is_printable(cert.limit));
	must(is_printable(dp_cert_key_text(&cert, arena)));
	dp_cert_named(&cert, references, 2, "_imaps.example.org");
	dp_cert_names_allowed(&cert, &cert);
	if (cert.spki != NULL) {
		if (size % 8 == 0) /* slow */
			dp_cert_signed_by(&cert, cert.spki, cert.spki_len, &limit);
		must(dp_cert_is_public_key(cert.spki, cert.spki_len) ||
			cert.key_type == DP_KEY_UNKNOWN);
	}
	dp_cert_is_public_key(data, size);
	if (dp_cert_is_certificate(data, size))
		must(cert.spki != NULL);
	dp_cert_open(&again, data, size, arena);
	must(again.parsed == cert.parsed && again.is_ca == cert.is_ca);
	dp_cert_close(&cert);
	dp_cert_close(&again);
	dp_arena_close(arena);
	return 0;
}
