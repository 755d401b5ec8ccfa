/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A server that answers the ClientHello with anything. The first byte chooses the offer and whether
 * a ServerHello of TLS 1.2 comes first and the rest is wrapped as a Certificate message.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <sys/socket.h>
#include <unistd.h>

#include "net/tls_session.h"
#include "port/port.h"

#define HELLO_GIVEN 0x80
#define CERTIFICATE_GIVEN 0x40
#define CONTENT_MAX 16000

int LLVMFuzzerInitialize(int *argc, char ***argv);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
	(void)argc;
	(void)argv;
	dp_port_prepare();
	return 0;
}

static void require(int holds)
{
	if (!holds)
		abort();
}

static void say(int fd, const void *bytes, size_t len)
{
	require(send(fd, bytes, len, 0) == (ssize_t)len);
}

static void say_hello(int fd)
{
	uint8_t hello[47] = { 22, 3, 3, 0, 42, 2, 0, 0, 38, 3, 3 };

	hello[44] = 0xc0; /* TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256 */
	hello[45] = 0x2b;
	say(fd, hello, sizeof(hello));
}

static void say_certificate(int fd, const uint8_t *data, size_t len)
{
	uint8_t head[9] = { 22, 3, 3, (uint8_t)((len + 4) >> 8), (uint8_t)(len + 4), 11, 0,
		(uint8_t)(len >> 8), (uint8_t)len };

	say(fd, head, sizeof(head));
	say(fd, data, len);
}

static void judge(const struct dp_probe *probe, enum dp_tls_want want)
{
	require(want == DP_TLS_FAILED); /* nobody has a key here */
	require(probe->stage == DP_STAGE_HANDSHAKE && probe->reason != DP_REASON_NONE);
	require(probe->detail != NULL);
	for (size_t i = 0; i < probe->chain.count; i++)
		require(probe->chain.certs[i].der_len > 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	int ends[2];

	if (size < 1 || size > CONTENT_MAX)
		return 0;
	require(socketpair(AF_UNIX, SOCK_STREAM, 0, ends) == 0);
	struct dp_arena *arena = dp_arena_open();
	struct dp_probe probe = { .stage = DP_STAGE_CONNECT };
	struct dp_tls_config config = {
		.fd = ends[0], .sni = "mx.example", .offer = (enum dp_offer)(data[0] % 3)
	};
	struct dp_tls_session *session = dp_tls_open(&config);

	require(session != NULL && dp_tls_step(session) == DP_TLS_READ);
	if (data[0] & HELLO_GIVEN)
		say_hello(ends[1]);
	if ((data[0] & HELLO_GIVEN) && (data[0] & CERTIFICATE_GIVEN))
		say_certificate(ends[1], data + 1, size - 1);
	else
		say(ends[1], data + 1, size - 1);
	shutdown(ends[1], SHUT_WR);
	enum dp_tls_want want = dp_tls_step(session);

	dp_tls_result(session, DP_OK, &probe, arena);
	judge(&probe, want);
	dp_tls_close(session);
	dp_chain_close(&probe.chain);
	dp_arena_close(arena);
	close(ends[0]);
	close(ends[1]);
	return 0;
}
