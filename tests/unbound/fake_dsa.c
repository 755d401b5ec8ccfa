/*
 * For port/deps/unbound_testbound.sh: DSA signatures are taken for good in scenarios that say
 * `fake-dsa: yes` or `fake-sha1: yes`, as upstream's own backend does in the same place.
 *
 * Many of upstream's scenarios are signed with DSA, which must not validate (RFC 8624 s3.1) and
 * which our backend does not have, so that they would end as insecure and say nothing. They are
 * about proofs, not about DSA. All other algorithms go to our backend, which is the shipped one:
 * the linker puts these functions between it and its callers (--wrap). RSA with SHA-1 is verified
 * even where `fake-sha1` would spare it.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "config.h"

#include <stdbool.h>
#include <stdio.h>

#include "sldns/rrdef.h"
#include "util/data/packed_rrset.h"
#include "validator/val_secalgo.h"

extern int fake_dsa, fake_sha1;

int __real_dnskey_algo_id_is_supported(int id);
int __wrap_dnskey_algo_id_is_supported(int id);
enum sec_status __real_verify_canonrrset(struct sldns_buffer *buf, int algo,
	unsigned char *sigblock, unsigned int sigblock_len, unsigned char *key, unsigned int keylen,
	char **reason);
enum sec_status __wrap_verify_canonrrset(struct sldns_buffer *buf, int algo,
	unsigned char *sigblock, unsigned int sigblock_len, unsigned char *key, unsigned int keylen,
	char **reason);

static bool is_faked(int algo)
{
	return (fake_dsa || fake_sha1) && (algo == LDNS_DSA || algo == LDNS_DSA_NSEC3);
}

int __wrap_dnskey_algo_id_is_supported(int id)
{
	return is_faked(id) || __real_dnskey_algo_id_is_supported(id);
}

enum sec_status __wrap_verify_canonrrset(struct sldns_buffer *buf, int algo,
	unsigned char *sigblock, unsigned int sigblock_len, unsigned char *key, unsigned int keylen,
	char **reason)
{
	static bool told;

	if (!is_faked(algo))
		return __real_verify_canonrrset(
			buf, algo, sigblock, sigblock_len, key, keylen, reason);
	if (!told)
		fprintf(stderr, "fake_dsa: taken for good\n");
	told = true;
	return sec_status_secure;
}
