/* SPDX-License-Identifier: Apache-2.0 */
/*
 * For bundle.c: what a PEM label or the DER itself says that an object is, and what other files
 * look like that are given in the place of certificates. Shapes only, no library.
 */
#ifndef DP_DANE_OBJECT_H
#define DP_DANE_OBJECT_H

#include "dane/bundle.h"

/* By the label of a PEM block. */
enum dp_block_kind dp_object_of_label(const char *label, size_t len);

/* By the outer shape of its DER; OTHER when it is none of the others. */
enum dp_block_kind dp_object_of_der(const uint8_t *der, size_t len);

/* Hold der against kind: when it is something else, set wrong and take der away. Cuts what OpenSSL
 * adds to a TRUSTED CERTIFICATE. */
void dp_object_check(struct dp_block *block);

/* A label of things that cannot be used here: the end of a sentence as of dp_bundle_read. NULL: no
 * such label. */
const char *dp_object_refused(const char *label);

/* A file without PEM of which the last used octets are no blanks: NULL when it is one object of
 * DER, else the end of a sentence as of dp_bundle_read. */
const char *dp_object_foreign(const uint8_t *data, size_t len, size_t used, struct dp_arena *arena);

#endif
