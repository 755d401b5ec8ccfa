/* SPDX-License-Identifier: Apache-2.0 */
/* Listening sockets, of our own and handed over by systemd. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include "port/port.h"

#define BACKLOG 128
#define HANDED_FIRST 3 /* sd_listen_fds(3) */
#define HANDED_MAX 64
#define DESCRIPTORS_WANTED 16384

static enum dp_status why_not(int error)
{
	switch (error) {
	case EADDRINUSE: return DP_REFUSED;
	case EADDRNOTAVAIL: return DP_NOT_FOUND;
	case EAFNOSUPPORT: return DP_NO_ROUTE;
	case EACCES:
	case EPERM: return DP_DENIED;
	default: return DP_NO_RESOURCE;
	}
}

static int bound(const struct dp_ip *ip, uint16_t port, int fd)
{
	union {
		struct sockaddr any;
		struct sockaddr_in v4;
		struct sockaddr_in6 v6;
	} address;
	int on = 1;
	socklen_t len = ip->family == 4 ? sizeof(address.v4) : sizeof(address.v6);

	memset(&address, 0, sizeof(address));
	(void)setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
	/* What is accepted inherits it. */
	(void)setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
	if (ip->family == 4) {
		address.v4.sin_family = AF_INET;
		address.v4.sin_port = htons(port);
		memcpy(&address.v4.sin_addr, ip->bytes, 4);
	} else {
		/* So that 0.0.0.0 and [::] go together. */
		(void)setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &on, sizeof(on));
		address.v6.sin6_family = AF_INET6;
		address.v6.sin6_port = htons(port);
		memcpy(&address.v6.sin6_addr, ip->bytes, 16);
	}
	return bind(fd, &address.any, len);
}

int dp_port_listen(const struct dp_ip *ip, uint16_t port, enum dp_status *status)
{
	int family = ip->family == 4 ? AF_INET : AF_INET6;
	int fd = socket(family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

	if (fd < 0) {
		*status = why_not(errno);
		return -1;
	}
	if (bound(ip, port, fd) != 0 || listen(fd, BACKLOG) != 0) {
		*status = why_not(errno);
		(void)close(fd);
		return -1;
	}
	*status = DP_OK;
	return fd;
}

/* A stream socket that listens, made fit for the loop. */
static bool adopted(int fd)
{
	int listening = 0, type = 0;
	socklen_t len = sizeof(int);
	int flags = fcntl(fd, F_GETFL);

	if (flags < 0 || getsockopt(fd, SOL_SOCKET, SO_ACCEPTCONN, &listening, &len) != 0 ||
		getsockopt(fd, SOL_SOCKET, SO_TYPE, &type, &len) != 0)
		return false;
	return listening != 0 && type == SOCK_STREAM &&
		fcntl(fd, F_SETFL, flags | O_NONBLOCK) == 0 && fcntl(fd, F_SETFD, FD_CLOEXEC) == 0;
}

static bool read_number(const char *text, long most, long *number)
{
	char *end;

	if (text == NULL || *text < '0' || *text > '9')
		return false;
	errno = 0;
	*number = strtol(text, &end, 10);
	return errno == 0 && *end == '\0' && *number <= most;
}

enum dp_status dp_port_handed_sockets(int *first, size_t *count)
{
	long pid, number;

	*first = HANDED_FIRST;
	*count = 0;
	/* Variables that were meant for another process: a parent's. */
	if (!read_number(getenv("LISTEN_PID"), INT32_MAX, &pid) || pid != (long)getpid())
		return DP_OK;
	if (!read_number(getenv("LISTEN_FDS"), HANDED_MAX, &number))
		return DP_INVALID;
	for (int fd = HANDED_FIRST; fd < HANDED_FIRST + (int)number; fd++) {
		if (!adopted(fd))
			return DP_INVALID;
	}
	*count = (size_t)number;
	return DP_OK;
}

void dp_port_more_descriptors(void)
{
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur >= DESCRIPTORS_WANTED)
		return;
	limit.rlim_cur = limit.rlim_max < DESCRIPTORS_WANTED ? limit.rlim_max : DESCRIPTORS_WANTED;
	(void)setrlimit(RLIMIT_NOFILE, &limit);
}
