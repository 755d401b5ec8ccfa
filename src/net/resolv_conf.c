/* SPDX-License-Identifier: Apache-2.0 */
#include "net/resolv_conf.h"

#include <string.h>

#define DNS_PORT 53

static bool blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r';
}

/* One line without its newline. */
static bool server_of(const char *line, size_t len, struct dp_ip *ip)
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
	return dp_ip_parse(line + at, end - at, ip);
}

size_t dp_resolv_conf_servers(
	const char *text, size_t len, struct dp_resolver_server *servers, size_t max)
{
	size_t count = 0;

	while (len > 0 && count < max) {
		const char *newline = memchr(text, '\n', len);
		size_t line = newline != NULL ? (size_t)(newline - text) : len;

		if (server_of(text, line, &servers[count].ip))
			servers[count++].port = DNS_PORT;
		line += newline != NULL ? 1 : 0;
		text += line;
		len -= line;
	}
	return count;
}
