/* SPDX-License-Identifier: Apache-2.0 */
#define _GNU_SOURCE
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <arpa/inet.h>
#include <dirent.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "port/port.h"

#define NOBODY 65534
#define PATH_ROOM 256

int mbedtls_hardware_poll(void *data, unsigned char *output, size_t len, size_t *olen);

/* ---- a folder for each test ---- */

static char folder[PATH_ROOM];

static int make_folder(void **state)
{
	(void)state;
	snprintf(folder, sizeof folder, "%s/test_port.XXXXXX", getenv("TMPDIR") != NULL ? getenv("TMPDIR") : "/tmp");
	return mkdtemp(folder) == NULL ? -1 : chmod(folder, 0755);
}

static int remove_folder(void **state)
{
	char command[PATH_ROOM + 16];
	(void)state;
	snprintf(command, sizeof command, "rm -rf '%s'", folder);
	return system(command);
}

static const char *in_folder(const char *name)
{
	static char paths[4][2 * PATH_ROOM];
	static size_t next;
	char *path = paths[next++ % 4];

	snprintf(path, sizeof paths[0], "%s/%s", folder, name);
	return path;
}

static int entries(void)
{
	DIR *dir = opendir(folder);
	int count = -2; /* . and .. */

	while (readdir(dir) != NULL)
		count++;
	closedir(dir);
	return count;
}

static void put(const char *name, const char *text, mode_t mode)
{
	FILE *file = fopen(in_folder(name), "w");

	fputs(text, file);
	fclose(file);
	chmod(in_folder(name), mode);
}

static bool holds(const char *name, const char *text)
{
	char found[64] = "";
	FILE *file = fopen(in_folder(name), "r");

	if (file == NULL)
		return false;
	found[fread(found, 1, sizeof found - 1, file)] = '\0';
	fclose(file);
	return strcmp(found, text) == 0;
}

static struct stat status_of(const char *name)
{
	struct stat status;

	assert_int_equal(lstat(in_folder(name), &status), 0);
	return status;
}

static enum dp_status write_text(const char *name, const char *text)
{
	return dp_port_write_file(in_folder(name), text, strlen(text));
}

/* Run in a process of its own; true when it returned true. */
static bool apart(bool (*body)(void))
{
	pid_t pid = fork();
	int status = 0;

	if (pid == 0)
		_exit(body() ? 0 : 1);
	return waitpid(pid, &status, 0) == pid && WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

/* ---- writing ---- */

static void write_new(void **state)
{
	mode_t old = umask(027);
	(void)state;

	assert_int_equal(write_text("new", "hello"), DP_OK);
	umask(old);
	assert_true(holds("new", "hello"));
	assert_int_equal(status_of("new").st_mode & 07777, 0640);
	assert_int_equal(entries(), 1);
	assert_int_equal(write_text("new", ""), DP_OK);
	assert_true(holds("new", ""));
}

static void write_replaces(void **state)
{
	(void)state;
	put("file", "old and longer", 0604);
	struct stat before = status_of("file");
	FILE *reader = fopen(in_folder("file"), "r");
	char seen[32] = "";

	assert_int_equal(write_text("file", "new"), DP_OK);
	assert_true(holds("file", "new"));
	assert_int_equal(status_of("file").st_mode & 07777, 0604);
	assert_int_equal(status_of("file").st_uid, before.st_uid);
	assert_int_not_equal(status_of("file").st_ino, before.st_ino);
	/* Who had it open goes on with the old one, whole */
	assert_int_equal(fread(seen, 1, sizeof seen - 1, reader), 14);
	fclose(reader);
	assert_int_equal(entries(), 1);
}

static void write_follows_links(void **state)
{
	(void)state;
	assert_int_equal(mkdir(in_folder("archive"), 0755), 0);
	put("archive/chain1.pem", "old", 0600);
	assert_int_equal(symlink("archive/chain1.pem", in_folder("middle")), 0);
	assert_int_equal(symlink(in_folder("middle"), in_folder("chain.pem")), 0);
	assert_int_equal(write_text("chain.pem", "new"), DP_OK);
	assert_true(S_ISLNK(status_of("chain.pem").st_mode));
	assert_true(S_ISLNK(status_of("middle").st_mode));
	assert_true(holds("archive/chain1.pem", "new"));
	assert_int_equal(status_of("archive/chain1.pem").st_mode & 07777, 0600);
	/* A link to what is not there yet, and links in a circle */
	assert_int_equal(symlink("later", in_folder("dangling")), 0);
	assert_int_equal(write_text("dangling", "x"), DP_OK);
	assert_true(holds("later", "x"));
	assert_int_equal(symlink("circle", in_folder("circle")), 0);
	assert_int_equal(write_text("circle", "x"), DP_INVALID);
}

static void write_refused(void **state)
{
	(void)state;
	assert_int_equal(write_text("no/such", "x"), DP_NOT_FOUND);
	assert_int_equal(dp_port_write_file(folder, "x", 1), DP_INVALID);
	put("plain", "x", 0644);
	assert_int_equal(write_text("plain/below", "x"), DP_NOT_FOUND);
	assert_int_equal(dp_port_write_file("/dev/full", "x", 1), DP_NO_RESOURCE);
	assert_int_equal(entries(), 1);
}

static void write_special(void **state)
{
	char seen[8] = "";
	struct stat status;
	(void)state;

	assert_int_equal(dp_port_write_file("/dev/null", "x", 1), DP_OK);
	assert_int_equal(stat("/dev/null", &status), 0);
	assert_true(S_ISCHR(status.st_mode));
	assert_int_equal(mkfifo(in_folder("pipe"), 0600), 0);
	int fd = open(in_folder("pipe"), O_RDONLY | O_NONBLOCK);

	assert_int_equal(write_text("pipe", "data"), DP_OK);
	assert_int_equal(read(fd, seen, sizeof seen), 4);
	close(fd);
	assert_true(S_ISFIFO(status_of("pipe").st_mode));
	assert_int_equal(entries(), 1);
}

static bool below_nobody(void)
{
	if (geteuid() == 0 && (setgid(NOBODY) != 0 || setuid(NOBODY) != 0))
		return false;
	return write_text("file", "new") == DP_OK;
}

/* The folder is closed, the file is not. */
static void write_in_closed_folder(void **state)
{
	(void)state;
	put("file", "old and longer", 0644);
	if (geteuid() == 0)
		assert_int_equal(chown(in_folder("file"), NOBODY, NOBODY), 0);
	assert_int_equal(chmod(folder, 0555), 0);
	assert_true(apart(below_nobody));
	assert_int_equal(chmod(folder, 0755), 0);
	assert_true(holds("file", "new"));
	assert_int_equal(entries(), 1);
}

/* A replacement would change the owner: the file is written in place. */
static void write_keeps_owner(void **state)
{
	(void)state;
	if (geteuid() != 0)
		skip();
	put("file", "old", 0666);
	assert_int_equal(chmod(folder, 0777), 0);
	ino_t before = status_of("file").st_ino;

	assert_true(apart(below_nobody));
	assert_true(holds("file", "new"));
	assert_int_equal(status_of("file").st_uid, 0);
	assert_int_equal(status_of("file").st_ino, before);
	assert_int_equal(entries(), 1);
}

/* As a container mounts a single file. */
static bool write_mounted(void)
{
	if (unshare(CLONE_NEWUSER | CLONE_NEWNS) != 0 || mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) != 0)
		return false;
	if (mount(in_folder("host"), in_folder("file"), NULL, MS_BIND, NULL) != 0)
		return false;
	return write_text("file", "new") == DP_OK && holds("file", "new") && entries() == 2;
}

static void write_on_mount_point(void **state)
{
	(void)state;
	put("host", "old and longer", 0644);
	put("file", "under", 0644);
	assert_true(apart(write_mounted));
	assert_true(holds("host", "new"));
	assert_true(holds("file", "under"));
}

/* ---- reading ---- */

static void read_files(void **state)
{
	struct dp_arena *arena = dp_arena_open();
	char *data;
	size_t len;
	(void)state;

	put("file", "12345", 0644);
	assert_int_equal(dp_port_read_file(in_folder("file"), 5, arena, &data, &len), DP_OK);
	assert_int_equal(len, 5);
	assert_string_equal(data, "12345");
	assert_int_equal(dp_port_read_file(in_folder("file"), 4, arena, &data, &len), DP_TOO_LARGE);
	assert_null(data);
	assert_int_equal(len, 0);
	assert_int_equal(dp_port_read_file("/dev/zero", 200000, arena, &data, &len), DP_TOO_LARGE);
	assert_int_equal(dp_port_read_file("/dev/null", 5, arena, &data, &len), DP_OK);
	assert_string_equal(data, "");
	assert_int_equal(dp_port_read_file(in_folder("none"), 5, arena, &data, &len), DP_NOT_FOUND);
	assert_int_equal(dp_port_read_file(folder, 5, arena, &data, &len), DP_INVALID);
	dp_arena_close(arena);
}

static void read_standard_input(void **state)
{
	struct dp_arena *arena = dp_arena_open();
	int ends[2], kept = dup(0);
	char *data;
	size_t len;
	(void)state;

	assert_int_equal(pipe(ends), 0);
	assert_int_equal(write(ends[1], "a\0b", 3), 3);
	close(ends[1]);
	dup2(ends[0], 0);
	assert_int_equal(dp_port_read_file("-", 100, arena, &data, &len), DP_OK);
	assert_int_equal(len, 3);
	assert_memory_equal(data, "a\0b", 4);
	dup2(kept, 0);
	close(kept);
	close(ends[0]);
	dp_arena_close(arena);
}

/* ---- sockets ---- */

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
	return core.rlim_cur == 0 && dp_port_write_all(ends[1], "x", 1) == DP_CLOSED; /* and still alive */
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

#define IN_FOLDER(test) cmocka_unit_test_setup_teardown(test, make_folder, remove_folder)

int main(void)
{
	const struct CMUnitTest tests[] = {
		IN_FOLDER(write_new),
		IN_FOLDER(write_replaces),
		IN_FOLDER(write_follows_links),
		IN_FOLDER(write_refused),
		IN_FOLDER(write_special),
		IN_FOLDER(write_in_closed_folder),
		IN_FOLDER(write_keeps_owner),
		IN_FOLDER(write_on_mount_point),
		IN_FOLDER(read_files),
		cmocka_unit_test(read_standard_input),
		cmocka_unit_test(connections),
		cmocka_unit_test(refused),
		cmocka_unit_test(without),
		cmocka_unit_test(entropy_and_clocks),
		cmocka_unit_test(process),
		cmocka_unit_test(terminal),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
