/* SPDX-License-Identifier: Apache-2.0 */
#define _GNU_SOURCE
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "port/port.h"

int mbedtls_hardware_poll(void *data, unsigned char *output, size_t len, size_t *olen);

/* ---- sockets ---- */

/* Run in a process of its own; true when it returned true. */
static bool apart(bool (*body)(void))
{
	pid_t pid = fork();
	int status = 0;

	if (pid == 0)
		_exit(body() ? 0 : 1);
	return waitpid(pid, &status, 0) == pid && WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

static struct dp_ip ip_of(const char *text)
{
	struct dp_ip ip;

	assert_true(dp_ip_parse(text, strlen(text), &ip));
	return ip;
}

static int listen_v4(uint16_t *port)
{
	struct sockaddr_in name = { .sin_family = AF_INET };
	socklen_t len = sizeof name;
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	name.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	assert_int_equal(bind(fd, (struct sockaddr *)&name, len), 0);
	assert_int_equal(listen(fd, 4), 0);
	assert_int_equal(getsockname(fd, (struct sockaddr *)&name, &len), 0);
	*port = ntohs(name.sin_port);
	return fd;
}

static void ready(int fd, short events)
{
	struct pollfd wanted = { .fd = fd, .events = events };

	assert_int_equal(poll(&wanted, 1, 5000), 1);
}

static int connect_to(uint16_t port)
{
	struct dp_ip ip = ip_of("127.0.0.1");
	enum dp_status status;
	int fd = dp_port_connect(&ip, port, &status);

	assert_true(fd >= 0);
	assert_true(status == DP_AGAIN || status == DP_OK);
	ready(fd, POLLOUT);
	assert_int_equal(dp_port_connected(fd), DP_OK);
	return fd;
}

static void connections(void **state)
{
	struct linger abort_at_once = { 1, 0 };
	struct dp_ip local, expected = ip_of("127.0.0.1");
	uint16_t port;
	char bytes[8];
	size_t done;
	(void)state;
	int listener = listen_v4(&port), fd = connect_to(port), peer = accept(listener, NULL, NULL);

	assert_true(fcntl(fd, F_GETFD) & FD_CLOEXEC);
	assert_true(dp_port_local_ip(fd, &local));
	assert_true(dp_ip_equal(&local, &expected));
	assert_int_equal(dp_port_read(fd, bytes, sizeof bytes, &done), DP_AGAIN);
	assert_int_equal(done, 0);
	assert_int_equal(dp_port_write(fd, "ping", 4, &done), DP_OK);
	assert_int_equal(done, 4);
	assert_int_equal(recv(peer, bytes, 4, MSG_WAITALL), 4);
	assert_int_equal(send(peer, "pong", 4, 0), 4);
	ready(fd, POLLIN);
	assert_int_equal(dp_port_read(fd, bytes, sizeof bytes, &done), DP_OK);
	assert_int_equal(done, 4);
	close(peer);
	ready(fd, POLLIN);
	assert_int_equal(dp_port_read(fd, bytes, sizeof bytes, &done), DP_CLOSED);
	dp_port_close(fd);

	fd = connect_to(port);
	peer = accept(listener, NULL, NULL);
	setsockopt(peer, SOL_SOCKET, SO_LINGER, &abort_at_once, sizeof abort_at_once);
	close(peer);
	ready(fd, POLLIN);
	assert_int_equal(dp_port_read(fd, bytes, sizeof bytes, &done), DP_RESET);
	assert_int_equal(dp_port_write(fd, "x", 1, &done), DP_RESET);
	dp_port_close(fd);
	dp_port_close(-1);
	close(listener);
}

static void refused(void **state)
{
	struct dp_ip ip = ip_of("127.0.0.1");
	enum dp_status status;
	uint16_t port;
	(void)state;

	close(listen_v4(&port));
	int fd = dp_port_connect(&ip, port, &status);

	if (fd >= 0) {
		ready(fd, POLLOUT);
		status = dp_port_connected(fd);
		dp_port_close(fd);
	}
	assert_int_equal(status, DP_REFUSED);
}

static bool no_descriptors(void)
{
	struct dp_ip ip;
	struct rlimit none = { 3, 3 };
	enum dp_status status = DP_OK;

	return dp_ip_parse("127.0.0.1", 9, &ip) && setrlimit(RLIMIT_NOFILE, &none) == 0 &&
		dp_port_connect(&ip, 25, &status) == -1 && status == DP_NO_RESOURCE;
}

/* A network namespace of its own: no address, no route. */
static bool no_network(void)
{
	static const char *const far[] = { "192.0.2.1", "2001:db8::1" };

	if (unshare(CLONE_NEWUSER | CLONE_NEWNET) != 0)
		return false;
	for (size_t i = 0; i < 2; i++) {
		struct dp_ip ip;
		enum dp_status status = DP_OK;

		if (!dp_ip_parse(far[i], strlen(far[i]), &ip) || dp_port_has_route(&ip))
			return false;
		if (dp_port_connect(&ip, 25, &status) != -1 || status != DP_NO_ROUTE)
			return false;
	}
	return true;
}

static void without(void **state)
{
	struct dp_ip ip = ip_of("127.0.0.1");
	(void)state;

	assert_true(dp_port_has_route(&ip));
	assert_true(apart(no_descriptors));
	assert_true(apart(no_network));
}

/* ---- the rest ---- */

static void entropy_and_clocks(void **state)
{
	uint8_t a[600] = { 0 }, b[600] = { 0 };
	size_t len = 0;
	int64_t before = dp_port_monotonic_ms();
	(void)state;

	assert_true(dp_port_entropy(a, sizeof a));
	assert_int_equal(mbedtls_hardware_poll(NULL, b, sizeof b, &len), 0);
	assert_int_equal(len, sizeof b);
	assert_memory_not_equal(a, b, sizeof a);
	assert_memory_not_equal(a + 300, a, 300); /* more than getentropy gives at a time */
	assert_true(dp_port_monotonic_ms() >= before);
	assert_true(dp_port_utc_s() > 1700000000);
}

static bool prepared(void)
{
	struct rlimit core;
	int ends[2];

	dp_port_prepare();
	if (pipe(ends) != 0 || getrlimit(RLIMIT_CORE, &core) != 0)
		return false;
	close(ends[0]);
	return core.rlim_cur == 0 &&
		dp_port_write_all(ends[1], "x", 1) == DP_CLOSED; /* and still alive */
}

static void process(void **state)
{
	struct dp_arena *arena = dp_arena_open();
	char name[256];
	(void)state;

	assert_int_equal(gethostname(name, sizeof name), 0);
	assert_string_equal(dp_port_hostname(arena), name);
	assert_int_equal(setenv("TEST_PORT", "yes", 1), 0);
	assert_string_equal(dp_port_env("TEST_PORT"), "yes");
	assert_null(dp_port_env("TEST_PORT_NONE"));
	bool found = false;

	for (char **entry = dp_port_environment(); *entry != NULL; entry++)
		found = found || strcmp(*entry, "TEST_PORT=yes") == 0;
	assert_true(found);
	assert_true(apart(prepared));
	dp_arena_close(arena);
}

static void terminal(void **state)
{
	int fd = open("/dev/null", O_RDONLY);
	(void)state;

	assert_false(dp_port_is_terminal(fd));
	assert_int_equal(dp_port_columns(fd), 0);
	close(fd);
	fd = posix_openpt(O_RDWR | O_NOCTTY);
	assert_true(fd >= 0);
	assert_true(dp_port_is_terminal(fd));
	close(fd);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(connections),
		cmocka_unit_test(refused),
		cmocka_unit_test(without),
		cmocka_unit_test(entropy_and_clocks),
		cmocka_unit_test(process),
		cmocka_unit_test(terminal),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
