/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "dane/dnswire.h"

/* ---- a small writer of messages ---- */

struct packet {
	uint8_t bytes[65536];
	size_t len;
	unsigned answers;
};

static struct packet packet;

static void put(const void *data, size_t len)
{
	memcpy(packet.bytes + packet.len, data, len);
	packet.len += len;
}

static void put_u16(unsigned value)
{
	uint8_t b[2] = { (uint8_t)(value >> 8), (uint8_t)value };

	put(b, 2);
}

static void put_u32(uint32_t value)
{
	put_u16(value >> 16);
	put_u16(value & 0xffff);
}

/* "a.b" uncompressed, or "@12" a pointer to offset 12, or "a.@12". Case is kept. */
static void put_name(const char *text)
{
	while (*text != '\0' && *text != '@') {
		size_t len = strcspn(text, ".");
		uint8_t octet = (uint8_t)len;

		put(&octet, 1);
		put(text, len);
		text += len + (text[len] == '.');
	}
	if (*text == '@') {
		unsigned target = 0;

		sscanf(text + 1, "%u", &target);
		put_u16(0xc000 | target);
	} else {
		put("", 1);
	}
}

static void start(unsigned rcode, const char *qname, uint16_t qtype)
{
	packet.len = 0;
	packet.answers = 0;
	put("\x12\x34\x81", 3);
	uint8_t flags = (uint8_t)(0x80 | rcode);

	put(&flags, 1);
	put_u16(1);
	put_u16(0);
	put_u16(0);
	put_u16(0);
	put_name(qname);
	put_u16(qtype);
	put_u16(1);
}

static size_t rr_head(const char *owner, unsigned type, uint32_t ttl_s)
{
	put_name(owner);
	put_u16(type);
	put_u16(1);
	put_u32(ttl_s);
	put_u16(0);
	packet.answers++;
	packet.bytes[6] = (uint8_t)(packet.answers >> 8);
	packet.bytes[7] = (uint8_t)packet.answers;
	return packet.len;
}

static void rr_end(size_t rdata)
{
	packet.bytes[rdata - 2] = (uint8_t)((packet.len - rdata) >> 8);
	packet.bytes[rdata - 1] = (uint8_t)(packet.len - rdata);
}

static void rr(const char *owner, unsigned type, uint32_t ttl_s, const void *data, size_t len)
{
	size_t at = rr_head(owner, type, ttl_s);

	put(data, len);
	rr_end(at);
}

static void rr_name(const char *owner, unsigned type, const char *target)
{
	size_t at = rr_head(owner, type, 300);

	put_name(target);
	rr_end(at);
}

static void rr_mx(const char *owner, unsigned preference, const char *target)
{
	size_t at = rr_head(owner, DP_TYPE_MX, 300);

	put_u16(preference);
	put_name(target);
	rr_end(at);
}

static struct dp_arena *arena;

static bool parse_as(const char *qname, uint16_t qtype, struct dp_message *message)
{
	struct dp_name name;

	assert_true(dp_name_parse(qname, &name));
	return dp_message_parse(packet.bytes, packet.len, &name, qtype, message, arena);
}

static void assert_name(const struct dp_name *name, const char *expected)
{
	char text[DP_NAME_TEXT_MAX];

	assert_string_equal(dp_name_text(name, text), expected);
}

static int setup(void **state)
{
	(void)state;
	arena = dp_arena_open();
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	dp_arena_close(arena);
	return 0;
}

/* ---- names ---- */

static void name_parse(void **state)
{
	static const struct {
		const char *text, *back;
		size_t labels;
	} rows[] = {
		{ ".", ".", 0 },
		{ "example.org", "example.org", 2 },
		{ "example.org.", "example.org", 2 },
		{ "EXAMPLE.ORG", "example.org", 2 }, /* RFC 4343: case does not count */
		{ "_25._tcp.mx.example", "_25._tcp.mx.example", 4 },
		{ "a\\.b.example", "a\\046b.example", 2 }, /* RFC 1035 s5.1 */
		{ "a\\046b.example", "a\\046b.example", 2 },
		{ "\\000\\255.example", "\\000\\255.example", 2 },
		{ "\\065.example", "a.example", 2 },
		{ "*.example", "*.example", 2 },
		{ "a\\032b.example", "a\\032b.example", 2 },
	};
	static const char *const bad[] = { "", "..", ".a", "a..b", "a b", "\\256.a", "\\25", "a\\",
		"\x80.a", "a.\\" };
	struct dp_name name;
	(void)state;

	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		assert_true(dp_name_parse(rows[i].text, &name));
		assert_name(&name, rows[i].back);
		assert_int_equal(dp_name_labels(&name), rows[i].labels);
	}
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
		assert_false(dp_name_parse(bad[i], &name));
}

/* RFC 1035 s2.3.4 */
static void name_lengths(void **state)
{
	char text[600];
	struct dp_name name;
	char out[DP_NAME_TEXT_MAX];
	(void)state;

	memset(text, 'a', sizeof text);
	text[63] = '\0';
	assert_true(dp_name_parse(text, &name));
	text[63] = 'a';
	text[64] = '\0';
	assert_false(dp_name_parse(text, &name));
	memset(text, 'a', sizeof text);
	text[63] = text[127] = text[191] = '.';
	text[253] = '\0';
	assert_true(dp_name_parse(text, &name));
	assert_int_equal(name.len, 255);
	text[253] = 'a';
	text[254] = '\0';
	assert_false(dp_name_parse(text, &name));

	/* The longest text: every octet escaped. */
	name.len = 0;
	for (int i = 0; i < 4; i++) {
		uint8_t len = i < 3 ? 63 : 61;

		name.wire[name.len++] = len;
		memset(name.wire + name.len, 0, len);
		name.len = (uint8_t)(name.len + len);
	}
	name.wire[name.len++] = 0;
	assert_int_equal(strlen(dp_name_text(&name, out)), 250 * 4 + 3);
	struct dp_name none = { 0 };
	assert_string_equal(dp_name_text(&none, out), "");
}

static void name_relations(void **state)
{
	struct dp_name mx, org, root, other, out, none = { 0 };
	char text[300];
	(void)state;

	assert_true(dp_name_parse("mx.example.org", &mx) && dp_name_parse("org", &org) &&
		dp_name_parse(".", &root) && dp_name_parse("xample.org", &other));
	assert_true(dp_name_below(&mx, &org));
	assert_true(dp_name_below(&mx, &mx));
	assert_true(dp_name_below(&mx, &root));
	assert_true(dp_name_below(&root, &root));
	assert_false(dp_name_below(&org, &mx));
	assert_false(dp_name_below(&mx, &other)); /* whole labels */
	assert_false(dp_name_below(&none, &root));
	assert_false(dp_name_equal(&mx, &org));

	out = dp_name_parent(&mx, 1);
	assert_name(&out, "example.org");
	out = dp_name_parent(&mx, 3);
	assert_name(&out, ".");
	out = dp_name_parent(&mx, 9);
	assert_name(&out, ".");
	out = dp_name_parent(&none, 1);
	assert_int_equal(out.len, 0);

	/* RFC 6698 s3 */
	assert_true(dp_name_tlsa_owner(&mx, 25, &out));
	assert_name(&out, "_25._tcp.mx.example.org");
	assert_true(dp_name_tlsa_owner(&mx, 65535, &out));
	assert_name(&out, "_65535._tcp.mx.example.org");
	memset(text, 'a', sizeof text);
	text[63] = text[127] = text[191] = '.';
	text[245] = '\0'; /* 247 on the wire; "_25._tcp." adds 9 */
	assert_true(dp_name_parse(text, &mx));
	assert_false(dp_name_tlsa_owner(&mx, 25, &out));
	text[244] = '\0';
	assert_true(dp_name_parse(text, &mx));
	assert_true(dp_name_tlsa_owner(&mx, 25, &out));
	assert_int_equal(out.len, 255);
	assert_false(dp_name_tlsa_owner(&none, 25, &out));
}

/* RFC 1123 s2.1, RFC 3696 s2 */
static void name_hostname(void **state)
{
	static const char *const good[] = { "example.org", "a", "1.example", "_x.example",
		"3com.com", "a-b.c", "xn--bcher-kva.example", "1a" };
	static const char *const bad[] = { ".", "192.0.2.1", "example.1", "a\\032b.example",
		"-a.example", "a-.example", "*.example", "a\\046b.example" };
	struct dp_name name = { 0 };
	(void)state;

	assert_false(dp_name_is_hostname(&name));
	for (size_t i = 0; i < sizeof good / sizeof good[0]; i++) {
		assert_true(dp_name_parse(good[i], &name));
		assert_true(dp_name_is_hostname(&name));
	}
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
		assert_true(dp_name_parse(bad[i], &name));
		assert_false(dp_name_is_hostname(&name));
	}
}

/* ---- messages ---- */

static void message_plain(void **state)
{
	struct dp_message m;
	(void)state;

	start(0, "mx.Example.ORG", DP_TYPE_A);
	rr("@12", DP_TYPE_A, 300, "\xc0\x00\x02\x01", 4);
	rr("MX.example.org", DP_TYPE_A, 120, "\xc0\x00\x02\x02", 4);
	assert_true(parse_as("mx.example.org", DP_TYPE_A, &m));
	assert_int_equal(m.rcode, 0);
	assert_int_equal(m.rr_count, 2);
	assert_int_equal(m.alias_count, 0);
	assert_null(m.aliases);
	assert_name(&m.canonical, "mx.example.org");
	assert_int_equal(m.ttl_s, 120);
	assert_int_equal(m.rrs[1].rdata_len, 4);
	assert_memory_equal(m.rrs[1].rdata, "\xc0\x00\x02\x02", 4);
	assert_name(&m.rrs[1].owner, "mx.example.org");
}

static void message_empty(void **state)
{
	struct dp_message m;
	(void)state;

	start(3, "gone.example", DP_TYPE_MX);
	assert_true(parse_as("gone.example", DP_TYPE_MX, &m));
	assert_int_equal(m.rcode, 3);
	assert_int_equal(m.rr_count, 0);
	assert_int_equal(m.ttl_s, 0);
	assert_name(&m.canonical, "gone.example");
}

/* Any order (case C055), other owners and types beside, an alias chain with NXDOMAIN at its end. */
static void message_aliases(void **state)
{
	struct dp_message m;
	(void)state;

	start(0, "a.example", DP_TYPE_A);
	rr("c.example", DP_TYPE_A, 300, "\x7f\x00\x00\x01", 4);
	rr_name("b.example", DP_TYPE_CNAME, "C.Example");
	rr("other.example", DP_TYPE_A, 300, "\x7f\x00\x00\x02", 4);
	rr("c.example", DP_TYPE_AAAA, 300, "0123456789abcdef", 16);
	rr_name("a.example", DP_TYPE_CNAME, "b.example");
	assert_true(parse_as("a.example", DP_TYPE_A, &m));
	assert_int_equal(m.alias_count, 2);
	assert_name(&m.aliases[0], "a.example");
	assert_name(&m.aliases[1], "b.example");
	assert_name(&m.canonical, "c.example");
	assert_int_equal(m.rr_count, 1);

	start(3, "a.example", DP_TYPE_TLSA);
	rr_name("a.example", DP_TYPE_CNAME, "b.example");
	assert_true(parse_as("a.example", DP_TYPE_TLSA, &m));
	assert_int_equal(m.rcode, 3);
	assert_name(&m.canonical, "b.example");
	assert_int_equal(m.alias_count, 1);

	/* Asked for the CNAME itself: it is the answer, not followed. */
	start(0, "a.example", DP_TYPE_CNAME);
	rr_name("a.example", DP_TYPE_CNAME, "B.example");
	assert_true(parse_as("a.example", DP_TYPE_CNAME, &m));
	assert_int_equal(m.alias_count, 0);
	assert_int_equal(m.rr_count, 1);
	assert_memory_equal(m.rrs[0].rdata, "\1b\7example", 11);

	/* DNAME: the synthesised CNAME is in the answer (RFC 6672 s3.1). */
	start(0, "_25._tcp.mx.example", DP_TYPE_TLSA);
	rr_name("_tcp.mx.example", DP_TYPE_DNAME, "_tcp.pool.example");
	rr_name("_25._tcp.mx.example", DP_TYPE_CNAME, "_25._tcp.pool.example");
	rr("_25._tcp.pool.example", DP_TYPE_TLSA, 60, "\3\1\1\xab", 4);
	assert_true(parse_as("_25._tcp.mx.example", DP_TYPE_TLSA, &m));
	assert_name(&m.canonical, "_25._tcp.pool.example");
	assert_int_equal(m.rr_count, 1);
	assert_int_equal(m.ttl_s, 60);
}

static void message_alias_bounds(void **state)
{
	struct dp_message m;
	char owner[16], target[16];
	(void)state;

	start(0, "a.example", DP_TYPE_A);
	rr_name("a.example", DP_TYPE_CNAME, "b.example");
	rr_name("b.example", DP_TYPE_CNAME, "a.example");
	assert_false(parse_as("a.example", DP_TYPE_A, &m));
	assert_null(m.rrs);
	assert_int_equal(m.canonical.len, 0);

	for (int links = DP_CNAME_MAX; links <= DP_CNAME_MAX + 1; links++) {
		start(0, "n0", DP_TYPE_A);
		for (int i = links; i > 0; i--) {
			snprintf(owner, sizeof owner, "n%d", i - 1);
			snprintf(target, sizeof target, "n%d", i);
			rr_name(owner, DP_TYPE_CNAME, target);
		}
		assert_int_equal(parse_as("n0", DP_TYPE_A, &m), links == DP_CNAME_MAX);
	}
}

/* Names in rdata come out uncompressed and in lower case. */
static void message_rdata_names(void **state)
{
	struct dp_message m;
	size_t at;
	(void)state;

	start(0, "example.org", DP_TYPE_MX);
	rr_mx("@12", 10, "MX1.@12");
	rr_mx("@12", 0, "");
	assert_true(parse_as("example.org", DP_TYPE_MX, &m));
	assert_int_equal(m.rrs[0].rdata_len, 2 + 17);
	assert_memory_equal(m.rrs[0].rdata, "\0\x0a\3mx1\7example\3org", 19);
	assert_int_equal(m.rrs[1].rdata_len, 3);
	assert_memory_equal(m.rrs[1].rdata, "\0\0\0", 3);

	start(0, "_smtp._tcp.example", DP_TYPE_SRV);
	at = rr_head("@12", DP_TYPE_SRV, 300);
	put("\0\1\0\2\0\x19", 6);
	put_name("MX.@23");
	rr_end(at);
	assert_true(parse_as("_smtp._tcp.example", DP_TYPE_SRV, &m));
	assert_memory_equal(m.rrs[0].rdata, "\0\1\0\2\0\x19\2mx\7example", 18);
	assert_int_equal(m.rrs[0].rdata_len, 18);

	start(0, "example", DP_TYPE_SOA);
	at = rr_head("@12", DP_TYPE_SOA, 300);
	put_name("NS.@12");
	put_name("Host.@12");
	put("0123456789abcdefghij", 20);
	rr_end(at);
	assert_true(parse_as("example", DP_TYPE_SOA, &m));
	assert_int_equal(m.rrs[0].rdata_len, 12 + 14 + 20);
	assert_memory_equal(m.rrs[0].rdata,
		"\2ns\7example\0\4host\7example\0"
		"0123456789",
		36);
}

/* RFC 4034 s3.1 */
static void message_rrsig(void **state)
{
	struct dp_message m;
	size_t at;
	(void)state;

	start(0, "mx.example", DP_TYPE_TLSA);
	at = rr_head("@12", DP_TYPE_RRSIG, 300);
	put_u16(DP_TYPE_TLSA);
	put("\x0d\x02", 2);
	put_u32(3600);
	put_u32(0xfffffff0); /* past 2038 */
	put_u32(1700000000);
	put_u16(4711);
	put_name("Example");
	put("signature", 9);
	rr_end(at);
	assert_true(parse_as("mx.example", DP_TYPE_TLSA, &m));
	assert_int_equal(m.rrsig_count, 1);
	assert_int_equal(m.rrsigs[0].covered, DP_TYPE_TLSA);
	assert_int_equal(m.rrsigs[0].algorithm, 13);
	assert_int_equal(m.rrsigs[0].labels, 2);
	assert_int_equal(m.rrsigs[0].original_ttl_s, 3600);
	assert_true(m.rrsigs[0].expiration_utc_s == 0xfffffff0);
	assert_true(m.rrsigs[0].inception_utc_s == 1700000000);
	assert_name(&m.rrsigs[0].signer, "example");
	assert_name(&m.rrsigs[0].owner, "mx.example");

	start(0, "mx.example", DP_TYPE_TLSA);
	rr("@12", DP_TYPE_RRSIG, 300, "0123456789abcdefg", 17);
	assert_false(parse_as("mx.example", DP_TYPE_TLSA, &m));
}

static void message_many(void **state)
{
	struct dp_message m;
	(void)state;

	start(0, "x", DP_TYPE_A);
	for (int i = 0; i < DP_RR_MAX + 44; i++)
		rr("@12", DP_TYPE_A, 1, "\1\2\3\4", 4);
	assert_true(parse_as("x", DP_TYPE_A, &m));
	assert_int_equal(m.rr_count, DP_RR_MAX);
	assert_int_equal(m.rr_dropped, 44);
}

/* RFC 2181 s8: a TTL with its top bit set counts as 0. */
static void message_ttl(void **state)
{
	struct dp_message m;
	(void)state;

	start(0, "x", DP_TYPE_A);
	rr("@12", DP_TYPE_A, 0x80000000, "\1\2\3\4", 4);
	assert_true(parse_as("x", DP_TYPE_A, &m));
	assert_int_equal(m.ttl_s, 0);
	assert_int_equal(m.rrs[0].ttl_s, 0);
}

/* A pointer must not lead forward, to itself, or round; labels of the types 01 and 10 do not
 * exist. */
static void message_hostile_names(void **state)
{
	static const struct {
		const char *bytes;
		size_t len;
	} names[] = {
		{ "\xc0\x11", 2 },    /* itself: the record begins at 17 */
		{ "\xc0\xff", 2 },    /* forward, past the end */
		{ "\1a\xc0\x11", 4 }, /* back to its own piece */
		{ "\xff\xff", 2 },
		{ "\x41"
		  "a",
			3 },
		{ "\x80"
		  "a",
			3 },
		{ "\xc0", 1 },
		{ "\x3f"
		  "abc",
			4 },
		{ "", 0 },
	};
	struct dp_message m;
	(void)state;

	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
		start(0, "", DP_TYPE_A);
		assert_int_equal(packet.len, 17);
		put(names[i].bytes, names[i].len);
		packet.bytes[7] = 1;
		assert_false(parse_as("x", DP_TYPE_A, &m));
	}
	/* A name that grows past 255 octets by pointers. */
	start(0,
		"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa."
		"bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb",
		DP_TYPE_A);
	size_t second = packet.len;
	rr("ccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccc.@12", DP_TYPE_A, 1,
		"\1\2\3\4", 4);
	assert_true(parse_as("x", DP_TYPE_A, &m));
	char owner[80];

	snprintf(owner, sizeof owner,
		"ddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddd.@%u",
		(unsigned)second);
	rr(owner, DP_TYPE_A, 1, "\1\2\3\4", 4);
	assert_false(parse_as("x", DP_TYPE_A, &m));
}

static void message_hostile_rdata(void **state)
{
	struct dp_message m;
	size_t at;
	(void)state;

	start(0, "x", DP_TYPE_A);
	rr("@12", DP_TYPE_A, 1, "\1\2\3\4\5", 5);
	assert_false(parse_as("x", DP_TYPE_A, &m));
	start(0, "x", DP_TYPE_AAAA);
	rr("@12", DP_TYPE_AAAA, 1, "\1\2\3\4", 4);
	assert_false(parse_as("x", DP_TYPE_AAAA, &m));

	/* The name in the rdata runs over its end, into what follows; and rdata is left over. */
	start(0, "x", DP_TYPE_MX);
	rr("@12", DP_TYPE_MX, 1, "\0\1\3mx", 5);
	put("1\0", 2);
	assert_false(parse_as("x", DP_TYPE_MX, &m));
	start(0, "x", DP_TYPE_MX);
	rr("@12", DP_TYPE_MX, 1, "\0\1\1m\0z", 6);
	assert_false(parse_as("x", DP_TYPE_MX, &m));
	start(0, "x", DP_TYPE_A);
	rr("@12", DP_TYPE_CNAME, 1, "\1y\0z", 4);
	assert_false(parse_as("x", DP_TYPE_A, &m));
	start(0, "x", DP_TYPE_SOA);
	at = rr_head("@12", DP_TYPE_SOA, 1);
	put_name("a");
	put_name("b");
	put("0123456789abcdefghi", 19);
	rr_end(at);
	assert_false(parse_as("x", DP_TYPE_SOA, &m));

	/* Another class is not our answer. */
	start(0, "x", DP_TYPE_A);
	at = rr_head("@12", DP_TYPE_A, 1);
	packet.bytes[at - 7] = 3;
	put("\1\2\3\4", 4);
	rr_end(at);
	assert_true(parse_as("x", DP_TYPE_A, &m));
	assert_int_equal(m.rr_count, 0);
}

/* Cut anywhere before the end of the answer section: malformed, never read past. The copy has the
 * exact size, so that a sanitizer sees the first octet too many. */
static void message_cut(void **state)
{
	struct dp_message m;
	struct dp_name name;
	(void)state;

	start(0, "mx.example", DP_TYPE_MX);
	rr_name("mx.example", DP_TYPE_CNAME, "b.@15");
	rr_mx("b.example", 10, "mail.@12");
	assert_true(parse_as("mx.example", DP_TYPE_MX, &m));
	assert_int_equal(m.rr_count, 1);
	assert_true(dp_name_parse("mx.example", &name));
	for (size_t len = 0; len < packet.len; len++) {
		uint8_t *cut = test_malloc(len > 0 ? len : 1);

		memcpy(cut, packet.bytes, len);
		assert_false(dp_message_parse(cut, len, &name, DP_TYPE_MX, &m, arena));
		test_free(cut);
	}
	/* Counts that promise more than there is. */
	packet.bytes[7] = 3;
	assert_false(parse_as("mx.example", DP_TYPE_MX, &m));
	packet.bytes[7] = 2;
	packet.bytes[5] = 9;
	assert_false(parse_as("mx.example", DP_TYPE_MX, &m));
}

static void mnemonics(void **state)
{
	(void)state;
	assert_string_equal(dp_type_text(DP_TYPE_TLSA, arena), "TLSA");
	assert_string_equal(dp_type_text(65280, arena), "TYPE65280"); /* RFC 3597 s5 */
	assert_string_equal(dp_rcode_text(2, arena), "SERVFAIL");
	assert_string_equal(dp_rcode_text(15, arena), "RCODE15");
	assert_string_equal(dp_dnssec_algorithm_text(5, arena), "RSASHA1 (5)");
	assert_string_equal(dp_dnssec_algorithm_text(13, arena), "ECDSAP256SHA256 (13)");
	assert_string_equal(dp_dnssec_algorithm_text(200, arena), "unknown algorithm (200)");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(name_parse),
		cmocka_unit_test(name_lengths),
		cmocka_unit_test(name_relations),
		cmocka_unit_test(name_hostname),
		cmocka_unit_test(message_plain),
		cmocka_unit_test(message_empty),
		cmocka_unit_test(message_aliases),
		cmocka_unit_test(message_alias_bounds),
		cmocka_unit_test(message_rdata_names),
		cmocka_unit_test(message_rrsig),
		cmocka_unit_test(message_many),
		cmocka_unit_test(message_ttl),
		cmocka_unit_test(message_hostile_names),
		cmocka_unit_test(message_hostile_rdata),
		cmocka_unit_test(message_cut),
		cmocka_unit_test(mnemonics),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
