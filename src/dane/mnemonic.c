/* SPDX-License-Identifier: Apache-2.0 */
/* Words for the numbers of the DNS, as the IANA registries have them. */
#include "dane/dnswire.h"

struct word {
	unsigned number;
	const char *text;
};

static const struct word types[] = {
	{ DP_TYPE_A, "A" },
	{ DP_TYPE_NS, "NS" },
	{ DP_TYPE_CNAME, "CNAME" },
	{ DP_TYPE_SOA, "SOA" },
	{ DP_TYPE_MX, "MX" },
	{ DP_TYPE_AAAA, "AAAA" },
	{ DP_TYPE_SRV, "SRV" },
	{ DP_TYPE_DNAME, "DNAME" },
	{ DP_TYPE_DS, "DS" },
	{ DP_TYPE_RRSIG, "RRSIG" },
	{ DP_TYPE_DNSKEY, "DNSKEY" },
	{ DP_TYPE_NSEC3PARAM, "NSEC3PARAM" },
	{ DP_TYPE_TLSA, "TLSA" },
	{ 47, "NSEC" },
	{ 50, "NSEC3" },
};

static const struct word rcodes[] = {
	{ 0, "NOERROR" },
	{ 1, "FORMERR" },
	{ 2, "SERVFAIL" },
	{ 3, "NXDOMAIN" },
	{ 4, "NOTIMP" },
	{ 5, "REFUSED" },
	{ 6, "YXDOMAIN" },
	{ 7, "YXRRSET" },
	{ 8, "NXRRSET" },
	{ 9, "NOTAUTH" },
	{ 10, "NOTZONE" },
};

static const struct word algorithms[] = {
	{ 1, "RSAMD5" },
	{ 3, "DSA" },
	{ 5, "RSASHA1" },
	{ 6, "DSA-NSEC3-SHA1" },
	{ 7, "RSASHA1-NSEC3-SHA1" },
	{ 8, "RSASHA256" },
	{ 10, "RSASHA512" },
	{ 12, "ECC-GOST" },
	{ 13, "ECDSAP256SHA256" },
	{ 14, "ECDSAP384SHA384" },
	{ 15, "ED25519" },
	{ 16, "ED448" },
	{ 17, "SM2SM3" },
	{ 23, "ECC-GOST12" },
};

static const char *find(const struct word *words, size_t count, unsigned number)
{
	for (size_t i = 0; i < count; i++) {
		if (words[i].number == number)
			return words[i].text;
	}
	return NULL;
}

const char *dp_type_text(uint16_t type, struct dp_arena *arena)
{
	const char *text = find(types, sizeof types / sizeof types[0], type);

	return text != NULL ? text : dp_arena_printf(arena, "TYPE%u", (unsigned)type);
}

const char *dp_rcode_text(uint8_t rcode, struct dp_arena *arena)
{
	const char *text = find(rcodes, sizeof rcodes / sizeof rcodes[0], rcode);

	return text != NULL ? text : dp_arena_printf(arena, "RCODE%u", (unsigned)rcode);
}

const char *dp_dnssec_algorithm_text(uint8_t algorithm, struct dp_arena *arena)
{
	const char *text = find(algorithms, sizeof algorithms / sizeof algorithms[0], algorithm);

	return dp_arena_printf(
		arena, "%s (%u)", text != NULL ? text : "unknown algorithm", (unsigned)algorithm);
}
