/* SPDX-License-Identifier: Apache-2.0 */
/* Processes that share the work, and streams that are read and written piece by piece. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "port/port.h"

#define DESCRIPTORS_USUAL 1024u
#define DESCRIPTORS_MOST 65536u

unsigned dp_port_processors(void)
{
	long count = sysconf(_SC_NPROCESSORS_ONLN);

	return count < 1 ? 1 : (unsigned)count;
}

unsigned dp_port_descriptors(void)
{
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &limit) != 0)
		return DESCRIPTORS_USUAL;
	return limit.rlim_cur > DESCRIPTORS_MOST ? DESCRIPTORS_MOST : (unsigned)limit.rlim_cur;
}

enum dp_status dp_port_fork(int *channel, long *child)
{
	int ends[2];

	*channel = -1;
	*child = 0;
	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, ends) != 0)
		return DP_NO_RESOURCE;
	pid_t pid = fork();

	if (pid < 0) {
		(void)close(ends[0]);
		(void)close(ends[1]);
		return DP_NO_RESOURCE;
	}
	*child = pid;
	*channel = ends[pid == 0 ? 1 : 0];
	(void)close(ends[pid == 0 ? 0 : 1]);
	return DP_OK;
}

void dp_port_wait_child(long child)
{
	while (waitpid((pid_t)child, NULL, 0) < 0 && errno == EINTR)
		;
}

static enum dp_status open_status(int code)
{
	if (code == ENOENT || code == ENOTDIR)
		return DP_NOT_FOUND;
	return code == EACCES || code == EPERM ? DP_DENIED : DP_INVALID;
}

int dp_port_open_input(const char *path, enum dp_status *status)
{
	struct stat is;
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);

	*status = DP_OK;
	if (fd < 0) {
		*status = open_status(errno);
		return -1;
	}
	if (fstat(fd, &is) == 0 && !S_ISDIR(is.st_mode))
		return fd;
	(void)close(fd);
	*status = DP_INVALID;
	return -1;
}

int64_t dp_port_file_bytes(int fd)
{
	struct stat is;

	return fstat(fd, &is) == 0 && S_ISREG(is.st_mode) ? (int64_t)is.st_size : -1;
}

bool dp_port_can_wait(int fd)
{
	struct stat is;

	return fstat(fd, &is) == 0 &&
		(S_ISFIFO(is.st_mode) || S_ISSOCK(is.st_mode) || isatty(fd) == 1);
}

void dp_port_wait_readable(int fd)
{
	struct pollfd ready = { .fd = fd, .events = POLLIN };

	while (poll(&ready, 1, -1) < 0 && errno == EINTR)
		;
}

enum dp_status dp_port_stream_read(int fd, void *bytes, size_t len, size_t *done)
{
	ssize_t count;

	*done = 0;
	do
		count = read(fd, bytes, len);
	while (count < 0 && errno == EINTR);
	if (count < 0)
		return errno == EAGAIN ? DP_AGAIN : DP_INVALID;
	*done = (size_t)count;
	return count == 0 ? DP_CLOSED : DP_OK;
}

enum dp_status dp_port_stream_write(int fd, const void *bytes, size_t len, size_t *done)
{
	ssize_t count;

	*done = 0;
	do
		count = write(fd, bytes, len);
	while (count < 0 && errno == EINTR);
	if (count >= 0) {
		*done = (size_t)count;
		return DP_OK;
	}
	if (errno == EAGAIN)
		return DP_AGAIN;
	if (errno == EPIPE)
		return DP_CLOSED;
	return errno == ENOSPC || errno == EDQUOT || errno == EFBIG ? DP_NO_RESOURCE : DP_INVALID;
}

enum dp_status dp_port_cut(int fd, const char *path, int64_t bytes)
{
	struct stat open_one, named;

	if (fstat(fd, &open_one) != 0 || !S_ISREG(open_one.st_mode) || stat(path, &named) != 0 ||
		open_one.st_dev != named.st_dev || open_one.st_ino != named.st_ino)
		return DP_NOT_FOUND;
	return ftruncate(fd, (off_t)bytes) == 0 ? DP_OK : DP_DENIED;
}
