/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Enters the product's own sandbox and then does one thing: enter MODE ACTION [ARGUMENT...]
 *
 *   MODE     none (no sandbox), offline, live, serve; read=PATH, write=PATH: live, with that file
 *   ACTION   below; exit status 0: done, 1: refused by an error, whose number is printed
 *
 * enter parts MODE prints what the kernel has of it; enter table prints the names in the table.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "port/port.h"
#include "port/sandbox_filter.h"

static int told(bool good)
{
	if (!good)
		printf("%s\n", strerror(errno));
	return good ? 0 : 1;
}

static int do_nothing(const char *path)
{
	(void)path;
	return 0;
}

/* What a check does all the time. */
static int do_usual(const char *path)
{
	struct dp_ip ip = { 4, { 127, 0, 0, 1 } };
	enum dp_status status;
	uint8_t random[300];
	int fd = dp_port_connect(&ip, 9, &status);
	(void)path;

	dp_port_close(fd);
	free(malloc(1000000));
	return told(dp_port_entropy(random, sizeof(random)) && dp_port_utc_s() > 0);
}

static int do_execve(const char *path)
{
	char *const none[] = { NULL };
	(void)path;

	return told(execve("/bin/true", none, none) == 0);
}

static int do_fork(const char *path)
{
	pid_t child = fork();
	(void)path;

	if (child == 0)
		_exit(0);
	return told(child > 0 && waitpid(child, NULL, 0) == child);
}

static int do_kill(const char *path)
{
	(void)path;
	return told(kill(getppid(), 0) == 0);
}

static int do_unix_socket(const char *path)
{
	(void)path;
	return told(socket(AF_UNIX, SOCK_STREAM, 0) >= 0);
}

static int do_executable_memory(const char *path)
{
	(void)path;
	return told(mmap(NULL, 4096, PROT_READ | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) !=
		MAP_FAILED);
}

static int do_no_privileges(const char *path)
{
	(void)path;
	return told(setuid(getuid()) == 0);
}

/* i386's getpid is x86_64's writev: the number alone does not tell. */
static int do_other_machine(const char *path)
{
	long number = 20;
	(void)path;

#if defined(__x86_64__)
	__asm__ volatile("int $0x80" : "+a"(number) : : "memory");
#endif
	return told(number > 0);
}

static int do_listen(const char *path)
{
	struct sockaddr_in any = { .sin_family = AF_INET, .sin_port = htons(8099) };
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	(void)path;

	any.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	return told(fd >= 0 && bind(fd, (struct sockaddr *)&any, sizeof(any)) == 0 &&
		listen(fd, 1) == 0);
}

static int do_bind(const char *path)
{
	struct sockaddr_in any = { .sin_family = AF_INET, .sin_port = htons(8098) };
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	(void)path;

	any.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	return told(fd >= 0 && bind(fd, (struct sockaddr *)&any, sizeof(any)) == 0);
}

static int do_read_file(const char *path)
{
	return told(open(path, O_RDONLY | O_CLOEXEC) >= 0);
}

/* Not before something comes on standard input. */
static int do_read_later(const char *path)
{
	char byte;

	return read(0, &byte, 1) == 1 ? do_read_file(path) : 2;
}

static int do_open_to_write(const char *path)
{
	return told(open(path, O_WRONLY | O_CLOEXEC) >= 0);
}

static int do_write_file(const char *path)
{
	return told(dp_port_write_file(path, "new\n", 4) == DP_OK);
}

static int do_unlink(const char *path)
{
	return told(unlink(path) == 0);
}

static const struct {
	const char *name;
	int (*run)(const char *path);
} actions[] = {
	{ "nothing", do_nothing },
	{ "usual", do_usual },
	{ "execve", do_execve },
	{ "fork", do_fork },
	{ "kill", do_kill },
	{ "unix-socket", do_unix_socket },
	{ "executable-memory", do_executable_memory },
	{ "setuid", do_no_privileges },
	{ "other-machine", do_other_machine },
	{ "bind", do_bind },
	{ "listen", do_listen },
	{ "read-file", do_read_file },
	{ "read-later", do_read_later },
	{ "open-to-write", do_open_to_write },
	{ "write-file", do_write_file },
	{ "unlink", do_unlink },
};

static unsigned enter(const char *mode)
{
	const char *path = strchr(mode, '=') != NULL ? strchr(mode, '=') + 1 : NULL;
	struct dp_sandbox want = { .network = true, .read = &path, .write = &path };

	if (strcmp(mode, "none") == 0)
		return DP_SANDBOX_ALL;
	want.network = strcmp(mode, "offline") != 0;
	want.listens = strcmp(mode, "serve") == 0;
	want.read_count = strncmp(mode, "read=", 5) == 0;
	want.write_count = strncmp(mode, "write=", 6) == 0;
	return dp_port_sandbox(&want);
}

static int print_table(void)
{
	for (size_t i = 0; i < dp_call_table.count; i++)
		printf("%s\n", dp_call_table.calls[i].name);
	return dp_call_table.arch != 0 ? 0 : 1;
}

int main(int argc, char **argv)
{
	if (argc == 2 && strcmp(argv[1], "table") == 0)
		return print_table();
	if (argc < 3)
		return 2;
	if (strcmp(argv[1], "parts") == 0) {
		unsigned parts = enter(argv[2]);

		printf("%s%s%s\n", (parts & DP_SANDBOX_PRIVILEGES) != 0 ? "privileges " : "",
			(parts & DP_SANDBOX_FILES) != 0 ? "files " : "",
			(parts & DP_SANDBOX_CALLS) != 0 ? "calls" : "");
		return 0;
	}
	for (size_t i = 0; i < sizeof(actions) / sizeof(actions[0]); i++) {
		if (strcmp(actions[i].name, argv[2]) == 0 && enter(argv[1]) == DP_SANDBOX_ALL)
			return actions[i].run(argv[3]);
	}
	return 2;
}
