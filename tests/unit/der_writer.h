/* SPDX-License-Identifier: Apache-2.0 */
/* A little DER writer for tests: certificates of any shape, with a signature that is none. */
#ifndef DP_TEST_DER_WRITER_H
#define DP_TEST_DER_WRITER_H

#include <string.h>

#include "base/buf.h"

struct der {
	const uint8_t *data;
	size_t len;
};

static struct dp_arena *der_arena; /* set by the test */

static inline struct der raw(const void *data, size_t len)
{
	struct der out = { data, len };

	return out;
}
#define RAW(text) raw(text, sizeof(text) - 1)

static inline struct der join(const struct der *parts, size_t count)
{
	struct dp_buf out;

	dp_buf_init(&out, der_arena);
	for (size_t i = 0; i < count; i++)
		dp_buf_bytes(&out, parts[i].data, parts[i].len);
	return raw(out.data, out.len);
}
#define JOIN(...) \
	join((const struct der[]){ __VA_ARGS__ }, \
		sizeof((const struct der[]){ __VA_ARGS__ }) / sizeof(struct der))

static inline struct der tlv(unsigned tag, struct der value)
{
	struct dp_buf out;

	dp_buf_init(&out, der_arena);
	dp_buf_char(&out, (char)tag);
	if (value.len >= 0x80) {
		dp_buf_char(&out, (char)0x82);
		dp_buf_char(&out, (char)(value.len >> 8));
	}
	dp_buf_char(&out, (char)(value.len & 0xff));
	dp_buf_bytes(&out, value.data, value.len);
	return raw(out.data, out.len);
}
#define SEQ(...) tlv(0x30, JOIN(__VA_ARGS__))

#define NONE RAW("")
#define ECDSA_SHA256 RAW("\x30\x0a\x06\x08\x2a\x86\x48\xce\x3d\x04\x03\x02")
#define DATES \
	RAW("\x30\x1e\x17\x0d" \
	    "250101000000Z" \
	    "\x17\x0d" \
	    "491231235959Z")
/* the generator of P-256, a point that everybody may use */
#define P256_KEY \
	RAW("\x30\x39\x30\x13\x06\x07\x2a\x86\x48\xce\x3d\x02\x01\x06\x08\x2a\x86\x48\xce\x3d\x03\x01\x07" \
	    "\x03\x22\x00\x03\x6b\x17\xd1\xf2\xe1\x2c\x42\x47\xf8\xbc\xe6\xe5\x63\xa4\x40\xf2" \
	    "\x77\x03\x7d\x81\x2d\xeb\x33\xa0\xf4\xa1\x39\x45\xd8\x98\xc2\x96")

static inline struct der name_of(const char *cn)
{
	return SEQ(tlv(0x31, SEQ(RAW("\x06\x03\x55\x04\x03"), tlv(0x0c, raw(cn, strlen(cn))))));
}

static inline struct der extension(struct der oid, bool critical, struct der value)
{
	return SEQ(tlv(6, oid), critical ? RAW("\x01\x01\xff") : NONE, tlv(4, value));
}

struct parts {
	struct der version, serial, inner, issuer, dates, subject, key, tail, outer, signature,
		after;
};

/* A version 3 certificate of CN=a by CN=b without extensions. */
static inline struct parts usual_parts(void)
{
	struct parts parts = {
		.version = RAW("\xa0\x03\x02\x01\x02"),
		.serial = RAW("\x02\x01\x01"),
		.inner = ECDSA_SHA256,
		.issuer = name_of("b"),
		.dates = DATES,
		.subject = name_of("a"),
		.key = P256_KEY,
		.tail = NONE,
		.outer = ECDSA_SHA256,
		.signature = RAW("\x03\x09\x00\x30\x06\x02\x01\x01\x02\x01\x01"),
		.after = NONE,
	};

	return parts;
}

static inline struct der build(const struct parts *p)
{
	struct der tbs = SEQ(
		p->version, p->serial, p->inner, p->issuer, p->dates, p->subject, p->key, p->tail);

	return JOIN(SEQ(tbs, p->outer, p->signature), p->after);
}

#endif
