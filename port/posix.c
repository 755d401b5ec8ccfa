/* SPDX-License-Identifier: Apache-2.0 */
/* Clocks, entropy, process and terminal. Files: posix_file.c; sockets: posix_net.c. */
#define _GNU_SOURCE
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#include "port/port.h"

#define ENTROPY_PIECE 256 /* most that getentropy gives at a time */
#define HOST_NAME_BYTES 256
#define STREAMS 3

extern char **environ;

int64_t dp_port_monotonic_ms(void)
{
	struct timespec now = { 0, 0 };

	(void)clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

int64_t dp_port_utc_s(void)
{
	struct timespec now = { 0, 0 };

	(void)clock_gettime(CLOCK_REALTIME, &now);
	return (int64_t)now.tv_sec;
}

bool dp_port_entropy(uint8_t *out, size_t len)
{
	while (len > 0) {
		size_t piece = len < ENTROPY_PIECE ? len : ENTROPY_PIECE;

		if (getentropy(out, piece) != 0)
			return false;
		out += piece;
		len -= piece;
	}
	return true;
}

/* The entropy hook of Mbed TLS (MBEDTLS_ENTROPY_HARDWARE_ALT). The library's own source opens a
 * device, which an empty chroot has not. */
int mbedtls_hardware_poll(void *data, unsigned char *output, size_t len, size_t *olen);

int mbedtls_hardware_poll(void *data, unsigned char *output, size_t len, size_t *olen)
{
	(void)data;
	*olen = 0;
	if (!dp_port_entropy(output, len))
		return -1;
	*olen = len;
	return 0;
}

const char *dp_port_hostname(struct dp_arena *arena)
{
	char name[HOST_NAME_BYTES] = "";

	if (gethostname(name, sizeof(name) - 1) != 0 || strcmp(name, "(none)") == 0)
		return "";
	return dp_arena_text(arena, name, strlen(name));
}

bool dp_port_is_terminal(int fd)
{
	return isatty(fd) == 1;
}

int dp_port_columns(int fd)
{
	struct winsize size;

	memset(&size, 0, sizeof(size));
	if (ioctl(fd, TIOCGWINSZ, &size) != 0)
		return 0;
	return size.ws_col;
}

const char *dp_port_env(const char *name)
{
	return getenv(name);
}

char **dp_port_environment(void)
{
	return environ;
}

/* Where a standard stream is closed, the next file that is opened would take its number, and be
 * read or written in its place. What is put there can be neither. */
static void hold_streams(void)
{
	for (int fd = 0; fd < STREAMS; fd++) {
		if (fcntl(fd, F_GETFD) < 0)
			(void)open("/", O_PATH | O_CLOEXEC);
	}
}

void dp_port_prepare(void)
{
	struct rlimit none = { 0, 0 };

	hold_streams();
	(void)setrlimit(RLIMIT_CORE, &none);
	(void)signal(SIGPIPE, SIG_IGN);
}
