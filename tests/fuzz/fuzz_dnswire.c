/* SPDX-License-Identifier: Apache-2.0 */
/* Bytes: type (2), then a message. What comes out must be whole names and rdata inside the
 * bounds. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "dane/dnswire.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(int condition)
{
	if (!condition)
		abort();
}

static void check_name(const struct dp_name *name)
{
	char text[DP_NAME_TEXT_MAX];
	struct dp_name again, parent;

	check(name->len >= 1 && name->len <= DP_NAME_MAX);
	check(dp_name_parse(dp_name_text(name, text), &again) && dp_name_equal(name, &again));
	parent = dp_name_parent(name, 1);
	check(dp_name_below(name, &parent));
	(void)dp_name_is_hostname(name);
	(void)dp_name_tlsa_owner(name, 25, &again);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct dp_arena *arena = dp_arena_open();
	struct dp_message message;
	struct dp_name qname;

	check(dp_name_parse("a.example", &qname));
	if (size >= 2) {
		uint16_t type = (uint16_t)(data[0] << 8 | data[1]);

		if (dp_message_parse(data + 2, size - 2, &qname, type, &message, arena)) {
			check(message.alias_count <= DP_CNAME_MAX && message.rr_count <= DP_RR_MAX);
			check_name(&message.canonical);
			for (size_t i = 0; i < message.alias_count; i++)
				check_name(&message.aliases[i]);
			for (size_t i = 0; i < message.rr_count; i++) {
				check(dp_name_equal(&message.rrs[i].owner, &message.canonical));
				check(message.rrs[i].type == type);
				free(memcpy(malloc(message.rrs[i].rdata_len + 1u),
					message.rrs[i].rdata, message.rrs[i].rdata_len));
			}
			for (size_t i = 0; i < message.rrsig_count; i++) {
				check_name(&message.rrsigs[i].owner);
				check_name(&message.rrsigs[i].signer);
			}
		} else {
			check(message.rrs == NULL && message.canonical.len == 0);
		}
	}
	dp_arena_close(arena);
	return 0;
}
