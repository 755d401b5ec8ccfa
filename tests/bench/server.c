/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Mail servers for the benchmark of many domains: every address of this network namespace, port 25,
 * SMTP as far as STARTTLS and QUIT, TLS 1.3, a thread a connection. OpenSSL, since that is what
 * most mail servers use, and so that both sides of a handshake are not the same code.
 *
 *     server PORT CHAIN.pem CHAIN.pem    each a key and the chain to send
 *
 * The first chain is sent at addresses with an even last octet, the second at odd ones. No tickets:
 * nobody comes back. Prints "ready" when it listens.
 */
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <pthread.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <openssl/err.h>
#include <openssl/ssl.h>

#define PATIENCE_S 120
#define BACKLOG 1024
#define STACK_BYTES 131072
#define LINE_MAX_BYTES 1024

/* One connection, in the clear while ssl is NULL. */
struct peer {
	int fd;
	SSL *ssl;
};

static SSL_CTX *contexts[2];

static bool say(struct peer *peer, const char *text)
{
	int len = (int)strlen(text);

	if (peer->ssl != NULL)
		return SSL_write(peer->ssl, text, len) == len;
	return write(peer->fd, text, (size_t)len) == len;
}

/* A line up to LF, which may come in pieces. */
static bool hear(struct peer *peer, char line[LINE_MAX_BYTES])
{
	size_t len = 0;

	while (len + 1 < LINE_MAX_BYTES) {
		size_t room = LINE_MAX_BYTES - 1 - len;
		ssize_t more = peer->ssl != NULL ? SSL_read(peer->ssl, line + len, (int)room)
						 : read(peer->fd, line + len, room);

		if (more <= 0)
			return false;
		len += (size_t)more;
		line[len] = '\0';
		if (line[len - 1] == '\n')
			return true;
	}
	return false;
}

static bool start_tls(struct peer *peer)
{
	struct sockaddr_in own = { 0 };
	socklen_t own_len = sizeof(own);

	if (getsockname(peer->fd, (struct sockaddr *)&own, &own_len) != 0)
		return false;
	peer->ssl = SSL_new(contexts[ntohl(own.sin_addr.s_addr) & 1]);
	return peer->ssl != NULL && SSL_set_fd(peer->ssl, peer->fd) == 1 &&
		SSL_accept(peer->ssl) == 1;
}

/* Returns false at the end of the dialogue. */
static bool answer(struct peer *peer, const char *line)
{
	if (strncasecmp(line, "EHLO ", 5) == 0)
		return say(peer,
			peer->ssl == NULL ? "250-mx\r\n250-PIPELINING\r\n250 STARTTLS\r\n"
					  : "250-mx\r\n250 PIPELINING\r\n");
	if (strncasecmp(line, "STARTTLS", 8) == 0 && peer->ssl == NULL)
		return say(peer, "220 go ahead\r\n") && start_tls(peer);
	if (strncasecmp(line, "QUIT", 4) == 0) {
		(void)say(peer, "221 bye\r\n");
		return false;
	}
	return say(peer, "502 what?\r\n");
}

static void *serve(void *argument)
{
	struct peer peer = { .fd = (int)(intptr_t)argument };
	char line[LINE_MAX_BYTES];

	if (say(&peer, "220 mx ESMTP\r\n")) {
		while (hear(&peer, line) && answer(&peer, line))
			continue;
	}
	if (peer.ssl != NULL)
		(void)SSL_shutdown(peer.ssl);
	SSL_free(peer.ssl);
	ERR_clear_error();
	close(peer.fd);
	return NULL;
}

static SSL_CTX *open_context(const char *path)
{
	SSL_CTX *context = SSL_CTX_new(TLS_server_method());

	if (context == NULL || SSL_CTX_set_min_proto_version(context, TLS1_3_VERSION) != 1 ||
		SSL_CTX_use_certificate_chain_file(context, path) != 1 ||
		SSL_CTX_use_PrivateKey_file(context, path, SSL_FILETYPE_PEM) != 1 ||
		SSL_CTX_set_num_tickets(context, 0) != 1) {
		ERR_print_errors_fp(stderr);
		exit(1);
	}
	SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF);
	return context;
}

static int open_listener(const char *port)
{
	struct sockaddr_in any = { .sin_family = AF_INET };
	int on = 1, fd = socket(AF_INET, SOCK_STREAM, 0);

	any.sin_port = htons((uint16_t)strtoul(port, NULL, 10));
	if (fd < 0 || setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on)) != 0 ||
		bind(fd, (struct sockaddr *)&any, sizeof(any)) != 0 || listen(fd, BACKLOG) != 0) {
		perror("server");
		exit(1);
	}
	return fd;
}

static void prepare(int fd)
{
	struct timeval patience = { .tv_sec = PATIENCE_S };
	int on = 1;

	(void)setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
	(void)setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
}

int main(int argc, char **argv)
{
	pthread_attr_t attributes;
	pthread_t thread;
	int listener, fd;

	if (argc != 4) {
		fputs("usage: server PORT CHAIN.pem CHAIN.pem\n", stderr);
		return 2;
	}
	signal(SIGPIPE, SIG_IGN);
	contexts[0] = open_context(argv[2]);
	contexts[1] = open_context(argv[3]);
	listener = open_listener(argv[1]);
	pthread_attr_init(&attributes);
	pthread_attr_setstacksize(&attributes, STACK_BYTES);
	pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
	puts("ready");
	fflush(stdout);
	while ((fd = accept(listener, NULL, NULL)) >= 0) {
		prepare(fd);
		if (pthread_create(&thread, &attributes, serve, (void *)(intptr_t)fd) != 0)
			close(fd);
	}
	perror("server: accept");
	return 1;
}
