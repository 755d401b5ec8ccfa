/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Handshakes up to the certificate, by a server that is a few bytes in a socket: no key is needed
 * to send somebody's certificate. Whole handshakes are the lab's.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/text.h"
#include "net/tls_session.h"
#include "port/port.h"

#define FLIGHT_MAX 65536
#define SUITE_ECDSA 0xc02b /* TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256 */
#define SUITE_RSA 0xc02f   /* TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256 */

/* Self-signed: P-256, Ed25519, RSA-1024. */
static const char p256_hex[] =
	"308201123081b9021455086a590d1a28a3b535cf0bda90c48f57ff0dde300a06082a8648ce3d040302300c31"
	"0a300806035504030c0161301e170d3236313132353033333530335a170d3436303132343033333530335a30"
	"0c310a300806035504030c01613059301306072a8648ce3d020106082a8648ce3d03010703420004222a48b6"
	"8a4dd0c0ecd9af153dc5d5c83b619a743d53746e318113d7d111958f5aa3391154d015cf0a9e6e08c57653c5"
	"f4930f73591524b499d8bf17aea2ada7300a06082a8648ce3d0403020348003045022100c0849457cb071873"
	"d913ec206b31c94e9d3553dcc42ce12467f3b91d435913fb0220420b2a8780ab47e97cb6f98a1feb98acd15b"
	"e0c4efc1661c379ff8b569325dc8";
static const char ed25519_hex[] =
	"3081d230818502142b8b9bed2a345460327245b1e4ded08a90153757300506032b6570300c310a3008060355"
	"04030c0161301e170d3236313132353033333530335a170d3436303132343033333530335a300c310a300806"
	"035504030c0161302a300506032b657003210076b1e53ccd82e930fddd2f6770f5f43211b14b03c2e4673d30"
	"5e42447cdcb189300506032b6570034100d701b3c7e410718f84adfc91b43c6b3b49cbfa0e05917e2c12bf2d"
	"49528eb52c16a51f77ed0d228cdbd1a12fe1e9dc4d9cb34bb883010abb29803af6ea2ec00f";
static const char rsa_hex[] =
	"3082019a3082010302147c18bd9c4d49b433ed3fca5341e075e311cc5191300d06092a864886f70d01010b05"
	"00300c310a300806035504030c0161301e170d3236313132353033333530335a170d34363031323430333335"
	"30335a300c310a300806035504030c016130819f300d06092a864886f70d010101050003818d003081890281"
	"8100a28eeed4194711819bf7f2f7df47a1e6394d54551c375c52248ec9b9625e7d7b37476404802eb4ee9c22"
	"b01b93e166e79a74e2cd7f4f65e969adf22af4de034888a048f8c13851165c8d42761dbe06f7263e0bb792df"
	"b91704acd8e37792b20bfb848d0b0520eacd25a7c2ffcd674ea86566d515ea69683c6b941aa2c8b025010203"
	"010001300d06092a864886f70d01010b05000381810011072241a7edb3c7863af073f08753642805c629f7f6"
	"ac505c63909227ecef3de9c01413d314f0d718bf6a9c19aba18018111e3605e23d62606a2cf396d90983bacd"
	"2d3d35b023519928555d31f31523e1af3f34ce6b693449db0d6852f0256997c15c05201f23010e76869c05ae"
	"98d74044440bef0931bed08d70df648606f0";

struct flight {
	uint8_t bytes[FLIGHT_MAX];
	size_t len;
};

static void add(struct flight *flight, const void *bytes, size_t len)
{
	assert_true(flight->len + len <= sizeof flight->bytes);
	memcpy(flight->bytes + flight->len, bytes, len);
	flight->len += len;
}

static void add_number(struct flight *flight, size_t width, size_t value)
{
	for (size_t i = width; i-- > 0;) {
		uint8_t octet = (uint8_t)(value >> (8 * i));

		add(flight, &octet, 1);
	}
}

static void add_hex(struct flight *flight, const char *hex)
{
	uint8_t bytes[1024];
	ptrdiff_t len = dp_text_unhex(hex, strlen(hex), bytes, sizeof bytes);

	assert_true(len >= 0);
	add(flight, bytes, (size_t)len);
}

/* One record, or many of at most piece bytes. */
static void add_records(
	struct flight *flight, uint8_t type, const struct flight *content, size_t piece)
{
	for (size_t at = 0; at < content->len; at += piece) {
		size_t len = content->len - at < piece ? content->len - at : piece;

		add_number(flight, 1, type);
		add_number(flight, 2, 0x0303);
		add_number(flight, 2, len);
		add(flight, content->bytes + at, len);
	}
}

static void add_hello(struct flight *messages, unsigned version, unsigned suite)
{
	add_number(messages, 1, 2);
	add_number(messages, 3, 38);
	add_number(messages, 2, version);
	for (int i = 0; i < 32; i++)
		add_number(messages, 1, (size_t)i);
	add_number(messages, 1, 0);
	add_number(messages, 2, suite);
	add_number(messages, 1, 0);
}

static void add_certificates(struct flight *messages, const char *const *hexes, size_t count)
{
	static struct flight list;

	list.len = 0;
	for (size_t i = 0; i < count; i++) {
		add_number(&list, 3, strlen(hexes[i]) / 2);
		add_hex(&list, hexes[i]);
	}
	add_number(messages, 1, 11);
	add_number(messages, 3, list.len + 3);
	add_number(messages, 3, list.len);
	add(messages, list.bytes, list.len);
}

/* The server says all of flight and closes; what came of it is in probe. */
struct outcome {
	struct dp_arena *arena;
	struct dp_probe probe;
	uint8_t hello[4096]; /* what the client said */
	size_t hello_len;
	enum dp_tls_want want;
};

static void meet(
	struct outcome *outcome, const struct flight *flight, enum dp_offer offer, const char *sni)
{
	int ends[2];

	memset(outcome, 0, sizeof *outcome);
	outcome->arena = dp_arena_open();
	outcome->probe.offer = offer;
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, ends), 0);
	struct dp_tls_config config = { .fd = ends[0], .sni = sni, .offer = offer };
	struct dp_tls_session *session = dp_tls_open(&config);

	assert_non_null(session);
	assert_int_equal(dp_tls_step(session), DP_TLS_READ);
	outcome->hello_len = (size_t)recv(ends[1], outcome->hello, sizeof outcome->hello, 0);
	assert_true(outcome->hello_len < sizeof outcome->hello);
	assert_int_equal(send(ends[1], flight->bytes, flight->len, 0), (ssize_t)flight->len);
	shutdown(ends[1], SHUT_WR);
	outcome->want = dp_tls_step(session);
	dp_tls_result(session, DP_OK, &outcome->probe, outcome->arena);
	dp_tls_close(session);
	close(ends[0]);
	close(ends[1]);
}

static void part(struct outcome *outcome)
{
	dp_chain_close(&outcome->probe.chain);
	dp_arena_close(outcome->arena);
}

static void assert_cert(const struct dp_cert *cert, const char *hex)
{
	uint8_t der[1024];
	ptrdiff_t len = dp_text_unhex(hex, strlen(hex), der, sizeof der);

	assert_int_equal(cert->der_len, len);
	assert_memory_equal(cert->der, der, cert->der_len);
}

/* ---- the chain as sent ---- */

static void chain_is_kept(void **state)
{
	static const char *const chain[] = { p256_hex, ed25519_hex, rsa_hex };
	static const size_t pieces[] = { 16384, 512, 100, 10 };
	(void)state;

	for (size_t i = 0; i < sizeof pieces / sizeof pieces[0]; i++) {
		static struct flight messages, flight;
		struct outcome outcome;

		messages.len = flight.len = 0;
		add_hello(&messages, 0x0303, SUITE_ECDSA);
		add_certificates(&messages, chain, 3);
		add_records(&flight, 22, &messages, pieces[i]);
		meet(&outcome, &flight, DP_OFFER_ALL, "mx.example");
		assert_int_equal(outcome.want, DP_TLS_FAILED);
		assert_int_equal(outcome.probe.stage, DP_STAGE_HANDSHAKE);
		assert_int_equal(outcome.probe.status, DP_CLOSED);
		assert_int_equal(outcome.probe.reason, DP_REASON_TLS_LOST);
		assert_string_equal(outcome.probe.detail,
			"connection closed by the peer while waiting for the ServerKeyExchange");
		assert_string_equal(outcome.probe.tls_version, "TLSv1.2");
		assert_null(outcome.probe.tls_suite);
		assert_string_equal(outcome.probe.sni, "mx.example");
		assert_int_equal(outcome.probe.alert, -1);
		assert_true(outcome.probe.chain_seen);
		assert_int_equal(outcome.probe.chain.count, 3);
		assert_int_equal(outcome.probe.chain_bytes,
			3 + 3 * 3 + (strlen(p256_hex) + strlen(ed25519_hex) + strlen(rsa_hex)) / 2);
		for (size_t cert = 0; cert < 3; cert++)
			assert_cert(&outcome.probe.chain.certs[cert], chain[cert]);
		part(&outcome);
	}
}

/* The library cannot use the key: the chain is there all the same, and the limit is said to be
 * ours. */
static void unusable_key(void **state)
{
	static const char *const chain[] = { ed25519_hex, p256_hex };
	static struct flight messages, flight;
	struct outcome outcome;
	(void)state;

	messages.len = flight.len = 0;
	add_hello(&messages, 0x0303, SUITE_ECDSA);
	add_certificates(&messages, chain, 2);
	add_records(&flight, 22, &messages, 16384);
	meet(&outcome, &flight, DP_OFFER_ALL, NULL);
	assert_int_equal(outcome.probe.reason, DP_REASON_TLS_LIMIT);
	assert_non_null(strstr(outcome.probe.detail, "Ed25519"));
	assert_int_equal(outcome.probe.chain.count, 2);
	assert_cert(&outcome.probe.chain.certs[0], ed25519_hex);
	part(&outcome);
}

/* Asked for RSA only, the server sends ECDSA: the answer is "there is no RSA certificate". */
static void other_kind(void **state)
{
	static const char *const chain[] = { p256_hex };
	(void)state;

	for (int offer = DP_OFFER_ALL; offer <= DP_OFFER_ECDSA; offer++) {
		static struct flight messages, flight;
		struct outcome outcome;

		messages.len = flight.len = 0;
		add_hello(&messages, 0x0303, offer == DP_OFFER_RSA ? SUITE_RSA : SUITE_ECDSA);
		add_certificates(&messages, chain, 1);
		add_records(&flight, 22, &messages, 16384);
		meet(&outcome, &flight, (enum dp_offer)offer, NULL);
		assert_int_equal(outcome.probe.reason, DP_REASON_TLS_LOST);
		assert_int_equal(outcome.probe.chain_seen, offer != DP_OFFER_RSA);
		assert_int_equal(outcome.probe.chain.count, offer != DP_OFFER_RSA);
		part(&outcome);
	}
}

/* RFC 5246 s7.4.2: lists that do not add up. What is whole before the fault is kept. */
static void broken_lists(void **state)
{
	static const struct {
		const char *body;
		size_t count;
		enum dp_reason reason;
	} rows[] = {
		{ "", 0, DP_REASON_TLS_FAILED },
		{ "000000", 0, DP_REASON_TLS_FAILED },
		{ "000004000000ff", 0, DP_REASON_TLS_FAILED },
		{ "ffffff0000013000", 0, DP_REASON_TLS_FAILED },
		{ "00000400000130", 1, DP_REASON_TLS_FAILED },
		{ "00000800000130000005aa", 1, DP_REASON_TLS_FAILED },
	};
	(void)state;

	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		static struct flight messages, flight;
		struct outcome outcome;

		messages.len = flight.len = 0;
		add_hello(&messages, 0x0303, SUITE_ECDSA);
		add_number(&messages, 1, 11);
		add_number(&messages, 3, strlen(rows[i].body) / 2);
		add_hex(&messages, rows[i].body);
		add_records(&flight, 22, &messages, 16384);
		meet(&outcome, &flight, DP_OFFER_ALL, NULL);
		assert_int_equal(outcome.probe.reason, rows[i].reason);
		assert_true(outcome.probe.chain_seen);
		assert_int_equal(outcome.probe.chain.count, rows[i].count);
		part(&outcome);
	}
}

static void too_large(void **state)
{
	static struct flight messages, flight;
	static const uint8_t ballast[40000];
	struct outcome outcome;
	(void)state;

	messages.len = flight.len = 0;
	add_hello(&messages, 0x0303, SUITE_ECDSA);
	add_number(&messages, 1, 11);
	add_number(&messages, 3, sizeof ballast);
	add(&messages, ballast, sizeof ballast);
	add_records(&flight, 22, &messages, 16384);
	meet(&outcome, &flight, DP_OFFER_ALL, NULL);
	assert_int_equal(outcome.probe.reason, DP_REASON_TLS_LIMIT);
	assert_non_null(strstr(outcome.probe.detail, "40000 bytes"));
	assert_int_equal(outcome.probe.chain_bytes, 40000);
	assert_false(outcome.probe.chain_seen);
	part(&outcome);
}

/* A record ends within the header of the Certificate message: the library's limit. */
static void split_header(void **state)
{
	static const char *const chain[] = { p256_hex };
	static struct flight messages, flight;
	struct outcome outcome;
	(void)state;

	messages.len = flight.len = 0;
	add_hello(&messages, 0x0303, SUITE_ECDSA);
	size_t hello_len = messages.len;

	add_certificates(&messages, chain, 1);
	add_records(&flight, 22, &messages, hello_len + 2);
	meet(&outcome, &flight, DP_OFFER_ALL, NULL);
	assert_int_equal(outcome.probe.reason, DP_REASON_TLS_LIMIT);
	assert_string_equal(outcome.probe.detail,
		"it cannot read the Certificate because its first bytes are split over records");
	part(&outcome);
}

/* ---- other ends ---- */

static void ends(void **state)
{
	static const struct {
		const char *hex;
		const char *sni;
		enum dp_status status;
		enum dp_reason reason;
		int alert;
		const char *detail;
	} rows[] = {
		{ "", NULL, DP_CLOSED, DP_REASON_TLS_LOST, -1,
			"connection closed by the peer while waiting for the ServerHello" },
		{ "1603", NULL, DP_CLOSED, DP_REASON_TLS_LOST, -1,
			"connection closed by the peer while waiting for the ServerHello" },
		/* Alerts, RFC 8446 s6 */
		{ "15030300020228", "mx.example", DP_OK, DP_REASON_TLS_ALERT, 40,
			"handshake_failure (40)" },
		{ "15030100020247", NULL, DP_OK, DP_REASON_TLS_ALERT, 71,
			"insufficient_security (71)" },
		{ "150303000202ff", NULL, DP_OK, DP_REASON_TLS_ALERT, 255, "number 255" },
		{ "15030300020270", "mx.example", DP_OK, DP_REASON_TLS_NAME_REFUSED, 112,
			"unrecognized_name (112)" },
		{ "15030300020270", NULL, DP_OK, DP_REASON_TLS_ALERT, 112,
			"unrecognized_name (112)" },
		{ "15030100020246", NULL, DP_OK, DP_REASON_TLS_VERSION_OLD, 70,
			"it refused TLS 1.2 and 1.3 with the alert protocol_version (70)" },
		{ "15030300020128", NULL, DP_OK, DP_REASON_TLS_ALERT, 40,
			"handshake_failure (40)" },
		{ "15030300020100", NULL, DP_CLOSED, DP_REASON_TLS_LOST, -1,
			"close_notify while waiting for the ServerHello" },
		/* No TLS, RFC 3207 s4 */
		{ "35303020776861743f0d0a", NULL, DP_OK, DP_REASON_TLS_NOT_STARTED, -1,
			"it sent \"500 what?\"" },
		{ "0d0a", NULL, DP_OK, DP_REASON_TLS_NOT_STARTED, -1, "it sent \"\\x0d\\x0a\"" },
		{ "16ff0100020228", NULL, DP_OK, DP_REASON_TLS_NOT_STARTED, -1,
			"it sent \"\\x16\\xff\\x01\\x00\\x02\\x02(\"" },
		/* TLS that is none */
		{ "16030300040e000000", NULL, DP_OK, DP_REASON_TLS_FAILED, -1,
			"the ServerHello is missing: another message came" },
		{ "160303000402000000", NULL, DP_OK, DP_REASON_TLS_FAILED, -1,
			"the ServerHello is malformed" },
		{ "1703030004aabbccdd", NULL, DP_OK, DP_REASON_TLS_FAILED, -1,
			"the ServerHello is missing: another message came" },
		{ "1603030000", NULL, DP_OK, DP_REASON_TLS_FAILED, -1,
			"the ServerHello came in a malformed record" },
	};
	(void)state;

	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		static struct flight flight;
		struct outcome outcome;

		flight.len = 0;
		add_hex(&flight, rows[i].hex);
		meet(&outcome, &flight, DP_OFFER_ALL, rows[i].sni);
		if (outcome.probe.reason != rows[i].reason)
			print_error("row %zu\n", i);
		assert_int_equal(outcome.probe.reason, rows[i].reason);
		assert_int_equal(outcome.probe.status, rows[i].status);
		assert_int_equal(outcome.probe.alert, rows[i].alert);
		assert_string_equal(outcome.probe.detail, rows[i].detail);
		assert_null(outcome.probe.tls_version);
		assert_false(outcome.probe.chain_seen);
		part(&outcome);
	}
}

/* RFC 8996 s5: TLS 1.0, 1.1 and SSL 3.0 in the ServerHello */
static void old_versions(void **state)
{
	static const struct {
		unsigned version;
		const char *detail;
	} rows[] = {
		{ 0x0300, "SSL 3.0" },
		{ 0x0301, "TLS 1.0" },
		{ 0x0302, "TLS 1.1" },
	};
	(void)state;

	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		static struct flight messages, flight;
		struct outcome outcome;

		messages.len = flight.len = 0;
		add_hello(&messages, rows[i].version, 0xc014);
		add_records(&flight, 22, &messages, 16384);
		meet(&outcome, &flight, DP_OFFER_ALL, NULL);
		assert_int_equal(outcome.probe.reason, DP_REASON_TLS_VERSION_OLD);
		assert_string_equal(outcome.probe.detail, rows[i].detail);
		part(&outcome);
	}
}

static void given_up(void **state)
{
	static const struct {
		enum dp_status status;
		enum dp_reason reason;
	} rows[] = {
		{ DP_TIMEOUT, DP_REASON_TLS_TIMEOUT },
		{ DP_CANCELLED, DP_REASON_NONE },
	};
	int ends[2];
	(void)state;

	for (size_t i = 0; i < 2; i++) {
		struct dp_arena *arena = dp_arena_open();
		struct dp_probe probe = { .stage = DP_STAGE_CONNECT };

		assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, ends), 0);
		struct dp_tls_config config = { .fd = ends[0] };
		struct dp_tls_session *session = dp_tls_open(&config);

		assert_int_equal(dp_tls_step(session), DP_TLS_READ);
		dp_tls_result(session, rows[i].status, &probe, arena);
		assert_int_equal(probe.stage, DP_STAGE_HANDSHAKE);
		assert_int_equal(probe.status, rows[i].status);
		assert_int_equal(probe.reason, rows[i].reason);
		assert_int_equal(dp_tls_farewell(session, "QUIT\r\n"),
			DP_TLS_DONE); /* nothing to say it in */
		dp_tls_close(session);
		dp_tls_close(NULL);
		close(ends[0]);
		close(ends[1]);
		dp_arena_close(arena);
	}
}

/* ---- what is offered ---- */

static bool says(const struct outcome *outcome, const char *hex)
{
	uint8_t wanted[64];
	size_t len = (size_t)dp_text_unhex(hex, strlen(hex), wanted, sizeof wanted);

	for (size_t at = 0; at + len <= outcome->hello_len; at++) {
		if (memcmp(outcome->hello + at, wanted, len) == 0)
			return true;
	}
	return false;
}

/* RFC 8446 s4.2.3: the extension, 13, with the length of its list and the list */
static const char *const signature_lists[] = {
	[DP_OFFER_ALL] = "000d001e001c0403050306030804080508060401050106010807080808090"
			 "80a080b",
	[DP_OFFER_RSA] = "000d000e000c080408050806040105010601",
	[DP_OFFER_ECDSA] = "000d000e000c040305030603040105010601",
};

static void offers(void **state)
{
	static const struct flight nothing;
	(void)state;

	for (int offer = DP_OFFER_ALL; offer <= DP_OFFER_ECDSA; offer++) {
		struct outcome outcome;

		meet(&outcome, &nothing, (enum dp_offer)offer, "mx.example");
		/* server_name, RFC 6066 s3 */
		assert_true(says(&outcome, "0000000f000d00000a6d782e6578616d706c65"));
		assert_true(says(&outcome, signature_lists[offer]));
		assert_true(says(&outcome, "1302")); /* TLS_AES_256_GCM_SHA384 */
		assert_int_equal(says(&outcome, "c02bc0"), offer != DP_OFFER_RSA);
		assert_int_equal(says(&outcome, "c02f009f"), offer != DP_OFFER_ECDSA);
		part(&outcome);
	}
	struct outcome outcome;

	meet(&outcome, &nothing, DP_OFFER_ALL, NULL);
	assert_false(says(&outcome, "6d782e6578616d706c65"));
	part(&outcome);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(chain_is_kept),
		cmocka_unit_test(unusable_key),
		cmocka_unit_test(other_kind),
		cmocka_unit_test(broken_lists),
		cmocka_unit_test(too_large),
		cmocka_unit_test(split_header),
		cmocka_unit_test(ends),
		cmocka_unit_test(old_versions),
		cmocka_unit_test(given_up),
		cmocka_unit_test(offers),
	};

	dp_port_prepare();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
