/* SPDX-License-Identifier: Apache-2.0 */
/* For inventory.c only: the private keys of a file, and which chains begin with them. */
#ifndef DP_DANE_INVENTORY_KEYS_H
#define DP_DANE_INVENTORY_KEYS_H

#include "dane/inventory.h"

/* The position of the first certificate with that key; -1: none. */
int dp_inventory_holder(const struct dp_chain *chain, const uint8_t *key, size_t len);

/* The public key of a block that is a private key. False: it is none, or cannot be read. */
bool dp_inventory_private_key(
	const struct dp_inventory *s, size_t block, const uint8_t **key, size_t *len);

/* The first private key with a certificate in the chain, which says which one is the server's: its
 * block in s->key, its public key; -1 and NULL: none. */
void dp_inventory_find_key(struct dp_inventory *s, const uint8_t **leaf_key, size_t *leaf_key_len);

/* Where the certificate of a second key stands, a second chain begins: s is cut down to the first
 * one, s->next made for the second, s->third noted. */
void dp_inventory_split(struct dp_inventory *s);

#endif
