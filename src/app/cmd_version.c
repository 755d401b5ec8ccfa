/* SPDX-License-Identifier: Apache-2.0 */
#include "app/commands.h"

#include <string.h>

#include "base/buf.h"
#include "config/root_anchors.h"
#include "dp_versions.h"

struct component {
	const char *name, *version;
};

static const struct component components[] = {
	{ "Mbed TLS", DP_VERSION_MBEDTLS },
	{ "libunbound", DP_VERSION_UNBOUND },
	{ "libevent", DP_VERSION_LIBEVENT },
	{ "cJSON", DP_VERSION_CJSON },
	{ "libsodium", DP_VERSION_SODIUM },
	{ "libdecaf", DP_VERSION_DECAF },
	{ "musl", DP_VERSION_MUSL },
};

struct anchor {
	const char *name, *record;
};

static const struct anchor anchors[] = {
	{ "KSK-2017", DP_ROOT_ANCHOR_2017 },
	{ "KSK-2024", DP_ROOT_ANCHOR_2024 },
};

int dp_cmd_version(char **args)
{
	struct dp_arena *arena;
	struct dp_buf out;

	if (args[0] != NULL)
		return dp_complain("version takes no argument; type \"daneprobe version\"");
	arena = dp_arena_open();
	dp_buf_init(&out, arena);
	dp_buf_text(&out, "daneprobe " DP_VERSION " (" DP_TARGET ")\n");
	for (size_t i = 0; i < sizeof(components) / sizeof(components[0]); i++)
		dp_buf_printf(&out, "  %-12s%s\n", components[i].name, components[i].version);
	dp_buf_printf(&out,
		"known CAs, to explain, never trusted: Let's Encrypt, roots of ca-certificates %s\n",
		DP_VERSION_CA_CERTIFICATES);
	dp_buf_text(&out, "built-in trust anchors of the DNS root:\n");
	for (size_t i = 0; i < sizeof(anchors) / sizeof(anchors[0]); i++) {
		/* ". IN DS 20326 8 2 ...": the key tag is the fourth word. */
		const char *tag = strstr(anchors[i].record, "DS ") + 3;

		dp_buf_printf(&out, "  %-12skey tag %.*s  %s\n", anchors[i].name,
			(int)strcspn(tag, " "), tag, anchors[i].record);
	}
	int status = dp_print(out.data);

	dp_arena_close(arena);
	return status;
}
