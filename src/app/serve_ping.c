/* SPDX-License-Identifier: Apache-2.0 */
#include "app/serve_ping.h"

#include <string.h>

#include <event2/event.h>

#include "app/commands.h"
#include "app/live.h"
#include "base/text.h"
#include "port/port.h"

#define EXIT_ILL 1
#define REPLY_MAX 512 /* its first line is enough */
#define SHOWN_MAX 64

static const char request[] = "GET /healthz HTTP/1.0\r\nConnection: close\r\n\r\n";

struct ping {
	struct event_base *base;
	int fd;
	bool sent, expired;
	enum dp_status status;
	char reply[REPLY_MAX];
	size_t len;
};

static struct dp_ip reachable(const struct dp_ip *ip)
{
	static const uint8_t any[16];
	struct dp_ip out = *ip;

	if (memcmp(ip->bytes, any, sizeof(any)) != 0)
		return out;
	if (ip->family == 4) {
		out.bytes[0] = 127;
		out.bytes[3] = 1;
	} else {
		out.bytes[15] = 1;
	}
	return out;
}

/* Writes, then reads until the end; 45 bytes fit into any socket's buffer. */
static void ready(evutil_socket_t fd, short what, void *user)
{
	struct ping *ping = user;
	size_t done = 0;

	if ((what & EV_TIMEOUT) != 0) {
		ping->expired = true;
	} else if (!ping->sent) {
		ping->status = dp_port_connected(fd);
		if (ping->status == DP_OK)
			ping->status = dp_port_write(fd, request, sizeof(request) - 1, &done);
		ping->sent = true;
		if (ping->status != DP_OK)
			ping->expired = true;
	} else {
		ping->status = dp_port_read(
			fd, ping->reply + ping->len, sizeof(ping->reply) - ping->len, &done);
		ping->len += done;
	}
	event_base_loopbreak(ping->base);
}

/* Wait for the descriptor once. */
static void turn(struct ping *ping, short what, int64_t until_ms)
{
	int64_t left_ms = until_ms - dp_port_monotonic_ms();
	struct timeval time = { 0, 0 };

	if (left_ms > 0)
		time = (struct timeval){ .tv_sec = left_ms / 1000,
			.tv_usec = left_ms % 1000 * 1000 };
	if (event_base_once(ping->base, ping->fd, what, ready, ping, &time) != 0)
		dp_arena_fail();
	event_base_dispatch(ping->base);
}

/* Returns NULL, or what is wrong. */
static const char *ask(struct ping *ping, const struct dp_resolver_server *server, int64_t until_ms,
	struct dp_arena *arena)
{
	const struct dp_ip ip = reachable(&server->ip);

	ping->fd = dp_port_connect(&ip, server->port, &ping->status);
	if (ping->fd < 0)
		return dp_status_text(ping->status);
	turn(ping, EV_WRITE, until_ms);
	while (!ping->expired && (ping->status == DP_OK || ping->status == DP_AGAIN) &&
		ping->len < sizeof(ping->reply))
		turn(ping, EV_READ, until_ms);
	dp_port_close(ping->fd);
	if (ping->len >= 12 && memcmp(ping->reply, "HTTP/1.", 7) == 0) {
		return memcmp(ping->reply + 8, " 200", 4) == 0
			? NULL
			: dp_arena_printf(arena, "it answers%s",
				  dp_text_escape(arena, ping->reply + 8, 4, SHOWN_MAX));
	}
	if (ping->expired && ping->status == DP_OK)
		return "it does not answer in time";
	return ping->len > 0 ? "what answers there speaks no HTTP" : dp_status_text(ping->status);
}

int dp_serve_ping(
	const struct dp_options *options, const struct dp_resolver_server *servers, size_t count)
{
	struct ping ping = { .base = dp_live_base() };
	const char *wrong = NULL;
	int status = DP_EXIT_OK;

	if (ping.base == NULL)
		dp_arena_fail();
	for (size_t i = 0; i < count && status == DP_EXIT_OK; i++) {
		char ip[DP_IP_TEXT_MAX];

		ping = (struct ping){ .base = ping.base };
		wrong = ask(&ping, &servers[i], dp_port_monotonic_ms() + options->timeout_ms,
			options->arena);
		if (wrong == NULL)
			continue;
		status = EXIT_ILL;
		dp_complain("the exporter at %s port %u is not well: %s",
			dp_ip_format(&servers[i].ip, ip), (unsigned)servers[i].port, wrong);
	}
	event_base_free(ping.base);
	return status;
}
