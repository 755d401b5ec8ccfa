/* SPDX-License-Identifier: Apache-2.0 */
#include "net/resolv_conf.h"

#include <string.h>

#define DNS_PORT 53

static bool blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r';
}

/* "fe80::1%eth0": link-local addresses alone have zones here (RFC 4007 s6), and need them. */
static bool parse_address(const char *text, size_t len, struct dp_resolver_server *server)
{
	const char *percent = memchr(text, '%', len);
	size_t ip_len = percent != NULL ? (size_t)(percent - text) : len;
	size_t zone_len = percent != NULL ? len - ip_len - 1 : 0;
	bool local;

	if (zone_len >= sizeof(server->zone) || !dp_ip_parse(text, ip_len, &server->ip))
		return false;
	local = server->ip.family == 6 && server->ip.bytes[0] == 0xfe &&
		(server->ip.bytes[1] & 0xc0) == 0x80;
	memset(server->zone, 0, sizeof(server->zone));
	if (zone_len > 0)
		memcpy(server->zone, percent + 1, zone_len);
	return local == (zone_len > 0);
}

/* One line without its newline. */
static bool server_of(const char *line, size_t len, struct dp_resolver_server *server)
{
	static const char keyword[] = "nameserver";
	size_t at = sizeof(keyword) - 1, end;

	if (len <= at || memcmp(line, keyword, at) != 0 || !blank(line[at]))
		return false;
	while (at < len && blank(line[at]))
		at++;
	end = at;
	while (end < len && !blank(line[end]))
		end++;
	return parse_address(line + at, end - at, server);
}

size_t dp_resolv_conf_servers(
	const char *text, size_t len, struct dp_resolver_server *servers, size_t max)
{
	size_t count = 0;

	while (len > 0 && count < max) {
		const char *newline = memchr(text, '\n', len);
		size_t line = newline != NULL ? (size_t)(newline - text) : len;

		if (server_of(text, line, &servers[count]))
			servers[count++].port = DNS_PORT;
		line += newline != NULL ? 1 : 0;
		text += line;
		len -= line;
	}
	return count;
}
