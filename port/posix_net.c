/* SPDX-License-Identifier: Apache-2.0 */
/* TCP sockets. */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <net/if.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "port/port.h"

union address {
	struct sockaddr any;
	struct sockaddr_in v4;
	struct sockaddr_in6 v6;
	struct sockaddr_storage room;
};

static socklen_t to_address(const struct dp_ip *ip, uint16_t port, union address *address)
{
	memset(address, 0, sizeof(*address));
	if (ip->family == 4) {
		address->v4.sin_family = AF_INET;
		address->v4.sin_port = htons(port);
		memcpy(&address->v4.sin_addr, ip->bytes, 4);
		return sizeof(address->v4);
	}
	address->v6.sin6_family = AF_INET6;
	address->v6.sin6_port = htons(port);
	memcpy(&address->v6.sin6_addr, ip->bytes, 16);
	return sizeof(address->v6);
}

static enum dp_status from_errno(int error)
{
	switch (error) {
	case EAGAIN:
	case EINPROGRESS:
	case EINTR: return DP_AGAIN;
	case ECONNREFUSED: return DP_REFUSED;
	case ECONNRESET:
	case ECONNABORTED:
	case EPIPE: return DP_RESET;
	case ETIMEDOUT: return DP_TIMEOUT;
	case EMFILE:
	case ENFILE:
	case ENOBUFS:
	case ENOMEM:
	case EADDRNOTAVAIL: return DP_NO_RESOURCE;
	case EAFNOSUPPORT:
	case EPROTONOSUPPORT: return DP_NO_ROUTE;
	case EBADF:
	case EINVAL:
	case ENOTSOCK: return DP_INVALID;
	default: return DP_UNREACHABLE; /* ENETUNREACH, EHOSTUNREACH, EACCES, EPERM, EPROTO, ... */
	}
}

/* Would the kernel know where to send a packet? Nothing is sent by connecting a datagram socket. */
static bool routable(const struct dp_ip *ip)
{
	union address address;
	socklen_t len = to_address(ip, 53, &address);
	int fd = socket(address.any.sa_family, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	if (fd < 0)
		return from_errno(errno) != DP_NO_ROUTE;
	int error = connect(fd, &address.any, len) == 0 ? 0 : errno;

	(void)close(fd);
	return error != ENETUNREACH && error != EAFNOSUPPORT && error != EADDRNOTAVAIL;
}

bool dp_port_has_route(const struct dp_ip *ip)
{
	return routable(ip);
}

/* Is there a way out of this machine for the family at all? Any address of the wide world does:
 * those of a.root-servers.net stay the same for decades. */
static bool family_routable(uint8_t family)
{
	static const struct dp_ip v4 = { 4, { 198, 41, 0, 4 } };
	static const struct dp_ip v6 = { 6,
		{ 0x20, 0x01, 0x05, 0x03, 0xba, 0x3e, 0, 0, 0, 0, 0, 0, 0, 2, 0, 0x30 } };

	return routable(family == 4 ? &v4 : &v6);
}

static enum dp_status connect_failure(const struct dp_ip *ip, int error)
{
	/* IPv6 without an address of ours: EADDRNOTAVAIL from the choice of the source address. */
	bool no_way = error == ENETUNREACH || (error == EADDRNOTAVAIL && ip->family == 6);

	if (no_way)
		return family_routable(ip->family) ? DP_UNREACHABLE : DP_NO_ROUTE;
	return from_errno(error);
}

int dp_port_connect(const struct dp_ip *ip, uint16_t port, enum dp_status *status)
{
	union address address;
	socklen_t len = to_address(ip, port, &address);
	int fd = socket(address.any.sa_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	int on = 1;

	if (fd < 0) {
		*status = from_errno(errno);
		return -1;
	}
	(void)setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
	if (connect(fd, &address.any, len) == 0) {
		*status = DP_OK;
		return fd;
	}
	/* EAGAIN from connect means no free local port; EINTR leaves the connection going on. */
	*status = errno == EAGAIN ? DP_NO_RESOURCE : connect_failure(ip, errno);
	if (*status == DP_AGAIN)
		return fd;
	(void)close(fd);
	return -1;
}

enum dp_status dp_port_connected(int fd)
{
	union address peer;
	socklen_t len = sizeof(peer);
	int error = 0;
	socklen_t error_len = sizeof(error);

	if (getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &error_len) != 0)
		return from_errno(errno);
	if (error != 0)
		return from_errno(error);
	if (getpeername(fd, &peer.any, &len) == 0)
		return DP_OK;
	return errno == ENOTCONN ? DP_AGAIN : from_errno(errno);
}

enum dp_status dp_port_read(int fd, void *bytes, size_t len, size_t *done)
{
	ssize_t count = recv(fd, bytes, len, MSG_DONTWAIT);

	*done = 0;
	if (count < 0)
		return from_errno(errno);
	if (count == 0)
		return DP_CLOSED;
	*done = (size_t)count;
	return DP_OK;
}

enum dp_status dp_port_write(int fd, const void *bytes, size_t len, size_t *done)
{
	ssize_t count = send(fd, bytes, len, MSG_DONTWAIT | MSG_NOSIGNAL);

	*done = 0;
	if (count < 0)
		return from_errno(errno);
	*done = (size_t)count;
	return DP_OK;
}

bool dp_port_local_ip(int fd, struct dp_ip *ip)
{
	union address address;
	socklen_t len = sizeof(address);

	memset(ip, 0, sizeof(*ip));
	if (getsockname(fd, &address.any, &len) != 0)
		return false;
	if (address.any.sa_family == AF_INET) {
		ip->family = 4;
		memcpy(ip->bytes, &address.v4.sin_addr, 4);
		return true;
	}
	if (address.any.sa_family == AF_INET6) {
		ip->family = 6;
		memcpy(ip->bytes, &address.v6.sin6_addr, 16);
		return true;
	}
	return false;
}

void dp_port_close(int fd)
{
	if (fd >= 0)
		(void)close(fd);
}

unsigned dp_port_interface(const char *name)
{
	struct ifreq request = { .ifr_ifindex = 0 };
	bool found;
	int fd;

	/* if_nametoindex would ask through a local socket, which the sandbox does not let pass. */
	if (strlen(name) >= sizeof(request.ifr_name))
		return 0;
	fd = socket(AF_INET6, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return 0;
	memcpy(request.ifr_name, name, strlen(name));
	found = ioctl(fd, SIOCGIFINDEX, &request) == 0;
	close(fd);
	return found ? (unsigned)request.ifr_ifindex : (unsigned)strtoul(name, NULL, 10);
}
