/* SPDX-License-Identifier: Apache-2.0 */
/* Connections to a server in a child process that plays a script. What needs a key is the lab's. */
#define _GNU_SOURCE
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>
#include <event2/event.h>

#include "net/probe.h"
#include "port/port.h"

#define LINES_MAX 8
#define PLENTY_MS 20000

/* What the server does: says the texts that begin with "S:", wants to hear the lines "C:". "."
 * closes; at the end of the script it waits until the client closes. */
typedef const char *const script[LINES_MAX];

static bool hear(int fd, const char *wanted)
{
	char line[256];
	size_t len = 0;

	while (len < strlen(wanted)) {
		ssize_t count = recv(fd, line + len, 1, 0);

		if (count <= 0)
			return false;
		len++;
	}
	return memcmp(line, wanted, len) == 0;
}

static bool play(int fd, const char *const *lines)
{
	char rest[4096];

	for (; *lines != NULL; lines++) {
		if (strcmp(*lines, ".") == 0)
			return true;
		if (strncmp(*lines, "S:", 2) == 0)
			(void)send(fd, *lines + 2, strlen(*lines + 2), MSG_NOSIGNAL);
		else if (!hear(fd, *lines + 2))
			return false;
	}
	while (recv(fd, rest, sizeof rest, 0) > 0)
		;
	return true;
}

struct server {
	int listener;
	uint16_t port;
	pid_t pid;
};

static struct server start_server(int family, const char *const *lines)
{
	struct sockaddr_in6 v6 = { .sin6_family = AF_INET6, .sin6_addr = in6addr_loopback };
	struct sockaddr_in v4 = { .sin_family = AF_INET,
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	struct sockaddr *name = family == 6 ? (struct sockaddr *)&v6 : (struct sockaddr *)&v4;
	socklen_t len = family == 6 ? sizeof v6 : sizeof v4;
	struct server server = { .listener = socket(name->sa_family, SOCK_STREAM, 0) };

	assert_int_equal(bind(server.listener, name, len), 0);
	assert_int_equal(listen(server.listener, 4), 0);
	assert_int_equal(getsockname(server.listener, name, &len), 0);
	server.port = ntohs(family == 6 ? v6.sin6_port : v4.sin_port);
	server.pid = fork();
	if (server.pid == 0)
		_exit(play(accept(server.listener, NULL, NULL), lines) ? 0 : 1);
	close(server.listener);
	return server;
}

/* Did it hear what it wanted to? */
static bool server_content(const struct server *server)
{
	int status;

	return waitpid(server->pid, &status, 0) == server->pid && WIFEXITED(status) &&
		WEXITSTATUS(status) == 0;
}

struct meeting {
	struct event_base *base;
	struct dp_arena *arena;
	struct dp_probe_request request;
	struct dp_probe probe;
	struct dp_probe_run *run;
	unsigned calls;
};

static void count_call(void *user, struct dp_probe *probe)
{
	struct meeting *meeting = user;

	assert_ptr_equal(probe, &meeting->probe);
	meeting->calls++;
}

static void prepare(struct meeting *meeting, const char *ip, uint16_t port)
{
	memset(meeting, 0, sizeof *meeting);
	meeting->base = event_base_new();
	meeting->arena = dp_arena_open();
	assert_true(dp_ip_parse(ip, strlen(ip), &meeting->request.ip));
	meeting->request.port = port;
	meeting->request.protocol = "smtp";
	meeting->request.sni = "mx.example";
	meeting->request.timeout_ms = PLENTY_MS;
	meeting->request.greeting_ms = PLENTY_MS;
	meeting->request.deadline_ms = dp_port_monotonic_ms() + 2 * PLENTY_MS;
	meeting->probe.pending = true;
}

static void begin(struct meeting *meeting)
{
	meeting->run = dp_probe_start(meeting->base, &meeting->request, &meeting->probe,
		meeting->arena, count_call, meeting);
	assert_non_null(meeting->run);
	assert_int_equal(meeting->calls, 0);
	assert_true(meeting->probe.pending);
}

static void run_to_end(struct meeting *meeting)
{
	begin(meeting);
	event_base_dispatch(meeting->base);
	assert_int_equal(meeting->calls, 1);
	assert_false(meeting->probe.pending);
	dp_probe_cancel(meeting->run); /* too late: changes nothing */
	assert_int_equal(meeting->calls, 1);
}

static void end(struct meeting *meeting)
{
	dp_chain_close(&meeting->probe.chain);
	event_base_free(meeting->base);
	dp_arena_close(meeting->arena);
}

static void assert_end(const struct meeting *meeting, enum dp_stage stage, enum dp_status status,
	enum dp_reason reason)
{
	assert_int_equal(meeting->probe.stage, stage);
	assert_int_equal(meeting->probe.status, status);
	assert_int_equal(meeting->probe.reason, reason);
}

#define EHLO "C:EHLO [127.0.0.1]\r\n"
#define OFFER "S:250-mx\r\n250 STARTTLS\r\n"

static void talks(void **state)
{
	static const struct {
		script lines;
		enum dp_stage stage;
		enum dp_status status;
		enum dp_reason reason;
		int code;
	} rows[] = {
		{ { "S:220 mx\r\n", EHLO, "S:250 mx\r\n", "C:QUIT\r\n", "S:221 bye\r\n", "." },
			DP_STAGE_HELLO, DP_OK, DP_REASON_STARTTLS_NOT_OFFERED, 250 },
		{ { "S:554 no\r\n", "C:QUIT\r\n" }, DP_STAGE_GREETING, DP_OK,
			DP_REASON_GREETING_REFUSED, 554 },
		{ { "S:421 no\r\n", "." }, DP_STAGE_GREETING, DP_OK, DP_REASON_GREETING_REFUSED,
			421 },
		{ { "." }, DP_STAGE_GREETING, DP_CLOSED, DP_REASON_CONNECTION_LOST, 0 },
		{ { "S:* OK imap\r\n" }, DP_STAGE_GREETING, DP_OK, DP_REASON_NOT_SMTP, 0 },
		{ { "S:220 mx\r\n", EHLO, "." }, DP_STAGE_HELLO, DP_CLOSED,
			DP_REASON_CONNECTION_LOST, 0 },
		{ { "S:220 mx\r\n", EHLO, OFFER, "C:STARTTLS\r\n", "S:454 no\r\n", "C:QUIT\r\n" },
			DP_STAGE_STARTTLS, DP_OK, DP_REASON_STARTTLS_REFUSED, 454 },
		{ { "S:220 mx\r\n", EHLO, OFFER, "C:STARTTLS\r\n", "S:220 go\r\n250 x\r\n" },
			DP_STAGE_HANDSHAKE, DP_OK, DP_REASON_STARTTLS_INJECTION, 0 },
		/* "\x16\x03": the ClientHello */
		{ { "S:220 mx\r\n", EHLO, OFFER, "C:STARTTLS\r\n", "S:220 go\r\n", "C:\x16\x03",
			  "." },
			DP_STAGE_HANDSHAKE, DP_CLOSED, DP_REASON_TLS_LOST, 0 },
		{ { "S:220 mx\r\n", EHLO, OFFER, "C:STARTTLS\r\n", "S:220 go\r\n", "C:\x16\x03",
			  "S:500 what\r\n" },
			DP_STAGE_HANDSHAKE, DP_OK, DP_REASON_TLS_NOT_STARTED, 0 },
	};
	(void)state;

	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct server server = start_server(4, rows[i].lines);
		struct meeting meeting;

		prepare(&meeting, "127.0.0.1", server.port);
		run_to_end(&meeting);
		if (meeting.probe.reason != rows[i].reason)
			print_error("row %zu\n", i);
		/* Closing with our ClientHello unread resets the connection */
		if (meeting.probe.status == DP_RESET && rows[i].status == DP_CLOSED)
			meeting.probe.status = DP_CLOSED;
		assert_end(&meeting, rows[i].stage, rows[i].status, rows[i].reason);
		assert_int_equal(meeting.probe.reply_code, rows[i].code);
		assert_int_equal(meeting.probe.alert, -1);
		assert_non_null(meeting.probe.dialogue);
		assert_true(server_content(&server));
		end(&meeting);
	}
}

/* TLS from the first byte, and who does not keep to it. "\x16\x03": the ClientHello */
static void at_once(void **state)
{
	static const struct {
		const char *protocol;
		script lines;
		enum dp_stage stage;
		enum dp_status status;
		enum dp_reason reason;
		const char *detail;
	} rows[] = {
		{ "imaps", { "S:* OK hi\r\n" }, DP_STAGE_HANDSHAKE, DP_OK,
			DP_REASON_TLS_NOT_AT_ONCE, "it looks like IMAP (\"* OK hi\")" },
		{ "imaps", { "C:\x16\x03", "S:* OK hi\r\n" }, DP_STAGE_HANDSHAKE, DP_OK,
			DP_REASON_TLS_NOT_AT_ONCE, "it looks like IMAP (\"* OK hi\")" },
		/* A greeting that does not come is followed by a ClientHello: an alert tells */
		{ "pop3", { "C:\x16\x03", "S:\x15\x03\x03\x01\x02\x02\x28" }, DP_STAGE_GREETING,
			DP_TIMEOUT, DP_REASON_WRONG_PROTOCOL, "it speaks TLS from the first byte" },
		{ "pop3", { "C:\x16\x03", "S:+OK at last\r\n" }, DP_STAGE_GREETING, DP_TIMEOUT,
			DP_REASON_REPLY_TIMEOUT, "the greeting" },
		{ "pop3", { "C:\x16\x03" }, DP_STAGE_GREETING, DP_TIMEOUT, DP_REASON_REPLY_TIMEOUT,
			"the greeting" },
	};
	(void)state;

	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct server server = start_server(4, rows[i].lines);
		struct meeting meeting;

		prepare(&meeting, "127.0.0.1", server.port);
		meeting.request.protocol = rows[i].protocol;
		if (rows[i].stage == DP_STAGE_GREETING)
			meeting.request.timeout_ms = 1000;
		run_to_end(&meeting);
		if (meeting.probe.reason != rows[i].reason)
			print_error("row %zu\n", i);
		assert_end(&meeting, rows[i].stage, rows[i].status, rows[i].reason);
		assert_string_equal(meeting.probe.detail, rows[i].detail);
		assert_int_equal(meeting.probe.reply_code, 0);
		assert_false(meeting.probe.chain_seen);
		(void)server_content(&server);
		end(&meeting);
	}
}

/* RFC 5321 s4.1.3; and the name that was asked for */
static void hellos(void **state)
{
	static script literal = { "S:220 mx\r\n", "C:EHLO [IPv6:::1]\r\n", "S:550 no\r\n" };
	static script named = { "S:220 mx\r\n", "C:EHLO client.example\r\n", "S:550 no\r\n" };
	struct dp_ip loopback;
	struct meeting meeting;
	(void)state;

	assert_true(dp_ip_parse("::1", 3, &loopback));
	if (dp_port_has_route(&loopback)) {
		struct server server = start_server(6, literal);

		prepare(&meeting, "::1", server.port);
		run_to_end(&meeting);
		assert_end(&meeting, DP_STAGE_HELLO, DP_OK, DP_REASON_EHLO_REJECTED);
		assert_true(server_content(&server));
		end(&meeting);
	}
	struct server server = start_server(4, named);

	prepare(&meeting, "127.0.0.1", server.port);
	meeting.request.hello = "client.example";
	run_to_end(&meeting);
	assert_end(&meeting, DP_STAGE_HELLO, DP_OK, DP_REASON_EHLO_REJECTED);
	assert_string_equal(
		meeting.probe.dialogue, "S: 220 mx\nC: EHLO client.example\nS: 550 no\n");
	assert_true(server_content(&server));
	end(&meeting);
}

static void refused(void **state)
{
	static script nothing = { "." };
	struct server server = start_server(4, nothing);
	struct meeting meeting;
	(void)state;

	/* Use the server up: nobody listens there then. */
	prepare(&meeting, "127.0.0.1", server.port);
	run_to_end(&meeting);
	end(&meeting);
	assert_true(server_content(&server));
	prepare(&meeting, "127.0.0.1", server.port);
	run_to_end(&meeting);
	assert_end(&meeting, DP_STAGE_CONNECT, DP_REFUSED, DP_REASON_CONNECT_REFUSED);
	assert_null(meeting.probe.dialogue);
	end(&meeting);
}

/* Whose time is up makes the difference: the peer's is a finding, that of the run is not. */
static void time_limits(void **state)
{
	static script silent = { NULL };
	static script greets = { "S:220 mx\r\n", EHLO };
	static script goes = { "S:220 mx\r\n", EHLO, OFFER, "C:STARTTLS\r\n", "S:220 go\r\n" };
	static const struct {
		const char *const *lines;
		unsigned timeout_ms, greeting_ms, deadline_ms;
		enum dp_stage stage;
		enum dp_reason reason;
	} rows[] = {
		{ silent, PLENTY_MS, 50, PLENTY_MS, DP_STAGE_GREETING, DP_REASON_REPLY_TIMEOUT },
		{ silent, PLENTY_MS, PLENTY_MS, 50, DP_STAGE_GREETING, DP_REASON_NONE },
		{ greets, 1500, PLENTY_MS, PLENTY_MS, DP_STAGE_HELLO, DP_REASON_REPLY_TIMEOUT },
		{ goes, 1500, PLENTY_MS, PLENTY_MS, DP_STAGE_HANDSHAKE, DP_REASON_TLS_TIMEOUT },
		{ goes, PLENTY_MS, PLENTY_MS, 2500, DP_STAGE_HANDSHAKE, DP_REASON_NONE },
	};
	(void)state;

	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct server server = start_server(4, rows[i].lines);
		struct meeting meeting;

		prepare(&meeting, "127.0.0.1", server.port);
		meeting.request.timeout_ms = rows[i].timeout_ms;
		meeting.request.greeting_ms = rows[i].greeting_ms;
		meeting.request.deadline_ms = dp_port_monotonic_ms() + rows[i].deadline_ms;
		run_to_end(&meeting);
		assert_end(&meeting, rows[i].stage, DP_TIMEOUT, rows[i].reason);
		assert_true(server_content(&server));
		end(&meeting);
	}
}

static void stop_loop(evutil_socket_t fd, short what, void *user)
{
	(void)fd;
	(void)what;
	event_base_loopbreak(user);
}

/* After ms of the loop; 0: at once. Nothing is called, nothing leaks, the peer sees the end. */
static void cancelled(void **state)
{
	static script goes = { "S:220 mx\r\n", EHLO, OFFER, "C:STARTTLS\r\n", "S:220 go\r\n" };
	static const int after_ms[] = { 0, 100 };
	(void)state;

	for (size_t i = 0; i < 2; i++) {
		struct server server = start_server(4, goes);
		struct timeval wait = { 0, after_ms[i] * 1000 };
		struct meeting meeting;

		prepare(&meeting, "127.0.0.1", server.port);
		begin(&meeting);
		if (after_ms[i] > 0) {
			event_base_once(
				meeting.base, -1, EV_TIMEOUT, stop_loop, meeting.base, &wait);
			event_base_dispatch(meeting.base);
		}
		dp_probe_cancel(meeting.run);
		dp_probe_cancel(meeting.run);
		dp_probe_cancel(NULL);
		event_base_dispatch(meeting.base);
		assert_int_equal(meeting.calls, 0);
		assert_int_equal(meeting.probe.status, DP_CANCELLED);
		assert_int_equal(meeting.probe.reason, DP_REASON_NONE);
		assert_false(meeting.probe.pending);
		(void)server_content(&server); /* ends; what it heard is a matter of timing */
		end(&meeting);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(talks),
		cmocka_unit_test(at_once),
		cmocka_unit_test(hellos),
		cmocka_unit_test(refused),
		cmocka_unit_test(time_limits),
		cmocka_unit_test(cancelled),
	};

	dp_port_prepare();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
