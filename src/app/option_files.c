/* SPDX-License-Identifier: Apache-2.0 */
/* Options of the commands on files and records: chain, tlsa, plan. */
#include <string.h>

#include "app/option_table.h"
#include "base/text.h"
#include "dane/bundle.h"
#include "port/port.h"

#define TTL_MOST_S 2147483647 /* RFC 2181 s8 */

static const char no_file[] = "names no file; type its path, or - for standard input";

const char *dp_option_live(struct dp_options *options, const char *value)
{
	if (value[0] == '\0')
		return "names no target; type a mail domain or server, as in example.org";
	options->live = value;
	return NULL;
}

const char *dp_option_new(struct dp_options *options, const char *value)
{
	options->new_path = value;
	return value[0] != '\0' ? NULL : no_file;
}

const char *dp_option_since(struct dp_options *options, const char *value)
{
	options->since_utc_s = dp_text_time_parse(value);
	return options->since_utc_s != DP_TIME_NONE
		? NULL
		: "is no time; type when the records were last changed, as in "
		  "2026-11-25T02:37:00Z, or the date alone";
}

const char *dp_option_tlsa_file(struct dp_options *options, const char *value)
{
	if (value[0] == '\0')
		return no_file;
	options->tlsa_paths = dp_option_append(options->arena, options->tlsa_paths,
		options->tlsa_path_count++, &value, sizeof(value));
	return NULL;
}

const char *dp_option_complete(struct dp_options *options, const char *value)
{
	if (value[0] == '\0')
		return "names no file; type the path of the file to write";
	options->complete_path = value;
	return NULL;
}

const char *dp_option_root(struct dp_options *options, const char *value)
{
	if (value[0] == '\0')
		return "names no root; type its name, as in \"ISRG Root X1\", or the SHA-256 of "
		       "its key in hex";
	options->root = value;
	return NULL;
}

const char *dp_option_roots(struct dp_options *options, const char *value)
{
	options->roots_path = value;
	return value[0] != '\0' ? NULL : no_file;
}

const char *dp_option_known(struct dp_options *options, const char *value)
{
	struct dp_bundle bundle;
	struct dp_chain chain;
	size_t *blocks, len;
	char *data;
	const char *why;
	enum dp_status status =
		dp_port_read_file(value, DP_BUNDLE_MAX_BYTES, options->arena, &data, &len);

	if (status != DP_OK)
		return dp_arena_printf(options->arena,
			"cannot be read (%s); type the path of a file with CA certificates",
			dp_status_text(status));
	why = dp_bundle_read(data, len, options->arena, &bundle);
	if (why != NULL)
		return why;
	dp_bundle_chain(&bundle, &chain, &blocks, options->arena);
	dp_known_cas_of(&chain, options->arena, &options->known);
	dp_chain_close(&chain);
	options->known.file = value;
	return options->known.count > 0 ? NULL
					: "holds no certificate; type the path of a file with CA "
					  "certificates";
}

const char *dp_option_host(struct dp_options *options, const char *value)
{
	return dp_option_name(value, &options->host);
}

const char *dp_option_owner(struct dp_options *options, const char *value)
{
	const char *why = dp_option_name(value, &options->owner);

	if (why == NULL && options->owner.len > 1 && options->owner.wire[1] == '_')
		why = "is the name of a record; type that of the server, as in mx.example.org: _25._tcp "
		      "is put before it";
	return why;
}

/* A number from 0, or one of the words of RFC 7218, which end with NULL. */
static bool read_word(const char *value, const char *const *words, int *out)
{
	for (int i = 0; words[i] != NULL; i++) {
		uint64_t number;

		if ((dp_text_number(value, 0, UINT8_MAX, &number) && number == (uint64_t)i) ||
			dp_text_equal_nocase(value, strlen(value), words[i], strlen(words[i]))) {
			*out = i;
			return true;
		}
	}
	return false;
}

const char *dp_option_usage(struct dp_options *options, const char *value)
{
	static const char *const words[] = { "PKIX-TA", "PKIX-EE", "DANE-TA", "DANE-EE", NULL };

	return read_word(value, words, &options->usage)
		? NULL
		: "is no certificate usage; type a number from 0 to 3, as in 3 (DANE-EE)";
}

const char *dp_option_selector(struct dp_options *options, const char *value)
{
	static const char *const words[] = { "Cert", "SPKI", NULL };

	return read_word(value, words, &options->selector)
		? NULL
		: "is no selector; type 0 (Cert) or 1 (SPKI)";
}

const char *dp_option_matching(struct dp_options *options, const char *value)
{
	static const char *const words[] = { "Full", "SHA2-256", "SHA2-512", NULL };

	return read_word(value, words, &options->matching)
		? NULL
		: "is no matching type; type 0 (Full), 1 (SHA2-256) or 2 (SHA2-512)";
}

const char *dp_option_all(struct dp_options *options, const char *value)
{
	(void)value;
	options->all_forms = true;
	return NULL;
}

const char *dp_option_ports(struct dp_options *options, const char *value)
{
	uint64_t number;
	uint16_t port;

	if (!dp_text_number(value, 1, UINT16_MAX, &number))
		return "is no port; type a number from 1 to 65535";
	port = (uint16_t)number;
	for (size_t i = 0; i < options->port_count; i++) {
		if (options->ports[i] == port)
			return NULL;
	}
	options->ports = dp_option_append(
		options->arena, options->ports, options->port_count++, &port, sizeof(port));
	return NULL;
}

const char *dp_option_ttl(struct dp_options *options, const char *value)
{
	uint64_t ttl_s;

	if (!dp_text_number(value, 0, TTL_MOST_S, &ttl_s))
		return "is no TTL; type seconds, as in 3600";
	options->ttl_s = (int64_t)ttl_s;
	return NULL;
}

const char *dp_option_format(struct dp_options *options, const char *value)
{
	static const char *const words[] = { "bind", "generic", "tinydns", "json", NULL };

	for (size_t i = 0; words[i] != NULL; i++) {
		if (strcmp(value, words[i]) != 0)
			continue;
		options->format = words[i];
		return NULL;
	}
	return "is no form of records; type bind, generic, tinydns or json";
}
