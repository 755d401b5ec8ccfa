/* SPDX-License-Identifier: Apache-2.0 */
/* A certification request (PKCS#10, RFC 2986 s4), cut into what it shares with a certificate. */
#ifndef DP_DANE_REQUEST_H
#define DP_DANE_REQUEST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "dane/cert_der.h"

/* Cut der (borrowed). fields: tbs, both algorithms (the one that there is), signature, subject,
 * spki; extensions are those that are asked for (extensionRequest, RFC 2985 s5.4.2), start NULL if
 * there are none. False: it is no request. */
bool dp_request_read(struct dp_cert_der *fields, const uint8_t *der, size_t len);

#endif
