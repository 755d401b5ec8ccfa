/*
 * Test of port/unbound on what libunbound's own vectors leave out: keys and signatures of the wrong
 * shape, digests, random numbers. Usage: test_secalgo CASES, written by secalgo_cases.py.
 *
 * Every case is run in buffers of exactly its size, so that AddressSanitizer sees a byte too far.
 * From each good case come more: every shorter key and signature, and every byte changed, must all
 * be refused.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "config.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sldns/sbuffer.h"
#include "util/data/packed_rrset.h"
#include "util/log.h"
#include "util/random.h"
#include "validator/val_secalgo.h"

enum {
	LINE_MAX_LEN = 1 << 20,
	/* Good cases with longer keys are not taken apart byte by byte: it is the same code. */
	TAKE_APART_KEY_LEN = 160,
};

struct bytes {
	unsigned char *p;
	size_t len;
};

struct test_case {
	char name[64];
	int algorithm;
	bool secure;
	bool limit; /* bogus because of a limit of this program, and the reason says so */
	struct bytes key, sig, data;
};

static size_t passed, failed;

static void check(bool good, const char *what, const char *detail)
{
	if (good) {
		passed++;
		return;
	}
	failed++;
	printf("failed: %s %s\n", what, detail);
}

static void *must(void *p)
{
	if (p == NULL)
		abort();
	return p;
}

/* ---- signatures ---- */

static struct bytes copy(struct bytes from, size_t len)
{
	struct bytes to = { must(malloc(len > 0 ? len : 1)), len };

	memcpy(to.p, from.p, len);
	return to;
}

static struct bytes from_hex(const char *hex)
{
	struct bytes b = { NULL, strcmp(hex, "-") == 0 ? 0 : strlen(hex) / 2 };
	unsigned value;

	b.p = must(malloc(b.len > 0 ? b.len : 1));
	for (size_t i = 0; i < b.len; i++) {
		if (sscanf(hex + 2 * i, "%2x", &value) != 1)
			abort();
		b.p[i] = (unsigned char)value;
	}
	return b;
}

static enum sec_status verify(
	int algorithm, struct bytes key, struct bytes sig, struct bytes data, char **reason)
{
	sldns_buffer buf;

	memset(&buf, 0, sizeof(buf));
	sldns_buffer_init_frm_data(&buf, data.p, data.len);
	return verify_canonrrset(
		&buf, algorithm, sig.p, (unsigned)sig.len, key.p, (unsigned)key.len, reason);
}

/* Neither a shorter nor a changed version of part may verify. */
static void take_apart(const struct test_case *c, const struct bytes *part)
{
	char detail[128];
	char *reason = NULL;
	enum sec_status status;

	for (size_t i = 0; i < 2 * part->len; i++) {
		size_t at = i / 2;
		bool cut = i % 2 == 0;
		struct bytes bad = copy(*part, cut ? at : part->len);

		if (!cut)
			bad.p[at] ^= 0x10;
		status = verify(c->algorithm, part == &c->key ? bad : c->key,
			part == &c->sig ? bad : c->sig, part == &c->data ? bad : c->data, &reason);
		snprintf(detail, sizeof(detail), "%s %s at %zu of %zu", c->name,
			cut ? "cut" : "changed", at, part->len);
		check(status == sec_status_bogus, "signature accepted:", detail);
		free(bad.p);
	}
}

static void run_case(const struct test_case *c)
{
	char *reason = NULL;
	enum sec_status status = verify(c->algorithm, c->key, c->sig, c->data, &reason);
	char detail[160];

	snprintf(detail, sizeof(detail), "%s, algorithm %d: status %d, %s", c->name, c->algorithm,
		(int)status, reason != NULL ? reason : "no reason");
	check(status == (c->secure ? sec_status_secure : sec_status_bogus), "case", detail);
	check((reason != NULL) == !c->secure, "reason of", detail);
	check((reason != NULL && strstr(reason, "this program") != NULL) == c->limit, "limit of",
		detail);
	if (c->secure && c->key.len <= TAKE_APART_KEY_LEN) {
		take_apart(c, &c->key);
		take_apart(c, &c->sig);
		take_apart(c, &c->data);
	}
}

static void run_cases(const char *path)
{
	char *line = must(malloc(LINE_MAX_LEN));
	FILE *f = fopen(path, "r");
	size_t cases = 0;

	if (f == NULL) {
		check(false, "cannot read", path);
		free(line);
		return;
	}
	while (fgets(line, LINE_MAX_LEN, f) != NULL) {
		struct test_case c = { .secure = false };
		const char *field[6] = { NULL };
		size_t n = 0;

		for (char *p = strtok(line, " \n"); p != NULL && n < 6; p = strtok(NULL, " \n"))
			field[n++] = p;
		if (n != 6)
			abort();
		snprintf(c.name, sizeof(c.name), "%s", field[0]);
		c.algorithm = atoi(field[1]);
		c.secure = strcmp(field[2], "secure") == 0;
		c.limit = strcmp(field[2], "limit") == 0;
		c.key = from_hex(field[3]);
		c.sig = from_hex(field[4]);
		c.data = from_hex(field[5]);
		run_case(&c);
		cases++;
		free(c.key.p);
		free(c.sig.p);
		free(c.data.p);
	}
	check(cases > 100, "number of cases in", path);
	fclose(f);
	free(line);
}

static void test_supported(void)
{
	char detail[32];

	for (int id = -1; id <= 256; id++) {
		bool want = id == 5 || id == 7 || id == 8 || id == 10 || id == 13 || id == 14 ||
			id == 15 || id == 16;
		size_t ds_len = id == 1 ? 20 : id == 2 ? 32 : id == 4 ? 48 : 0;

		snprintf(detail, sizeof(detail), "%d", id);
		check((dnskey_algo_id_is_supported(id) != 0) == want, "DNSKEY algorithm", detail);
		check(ds_digest_size_supported(id) == ds_len, "DS digest", detail);
		check(nsec3_hash_algo_size_supported(id) == (id == 1 ? 20 : 0), "NSEC3 hash",
			detail);
	}
}

/* ---- digests: FIPS 180-4 example "abc" ---- */

static const char sha1_abc[] = "a9993e364706816aba3e25717850c26c9cd0d89d";
static const char sha256_abc[] = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
static const char sha384_abc[] = "cb00753f45a35e8bb5a03d699ac65007272c32ab0eded1631a8b605a43ff5bed"
				 "8086072ba1e7cc2358baeca134c825a7";
static const char sha512_abc[] = "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a"
				 "2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f";

static bool equals(const unsigned char *got, size_t len, const char *hex)
{
	struct bytes want = from_hex(hex);
	bool same = want.len == len && memcmp(got, want.p, len) == 0;

	free(want.p);
	return same;
}

static void test_digests(void)
{
	unsigned char abc[3] = { 'a', 'b', 'c' };
	unsigned char res[64];

	check(secalgo_ds_digest(1, abc, 3, res) && equals(res, 20, sha1_abc), "DS", "SHA-1");
	check(secalgo_ds_digest(2, abc, 3, res) && equals(res, 32, sha256_abc), "DS", "SHA-256");
	check(secalgo_ds_digest(4, abc, 3, res) && equals(res, 48, sha384_abc), "DS", "SHA-384");
	check(!secalgo_ds_digest(3, abc, 3, res), "DS", "GOST");
	check(!secalgo_ds_digest(0, abc, 3, res), "DS", "0");
	memset(res, 0, sizeof(res));
	secalgo_hash_sha256(abc, 3, res);
	check(equals(res, 32, sha256_abc), "hash", "SHA-256");
	check(!secalgo_nsec3_hash(0, abc, 3, res), "NSEC3", "hash 0");
}

static void test_stream(struct secalgo_hash *hash, size_t len, const char *want)
{
	uint8_t part[2] = { 'a', 'b' };
	uint8_t last[1] = { 'c' };
	unsigned char *res = must(malloc(len));
	size_t res_len = 99;

	check(hash != NULL && secalgo_hash_update(hash, part, 2) &&
			secalgo_hash_update(hash, last, 1),
		"stream", "update");
	check(!secalgo_hash_final(hash, res, len - 1, &res_len), "stream", "too little room");
	check(secalgo_hash_final(hash, res, len, &res_len) && res_len == len &&
			equals(res, len, want),
		"stream", want);
	secalgo_hash_delete(hash);
	free(res);
}

/* RFC 5155 appendix A: salt aabbccdd, 12 iterations, owner "example". */
static void test_nsec3(void)
{
	unsigned char in[64] = "\7example\0\xaa\xbb\xcc\xdd";
	unsigned char res[20];
	/* 0p9mhaveqvm6t7vbl5lop2u3t2rp3tom in base32hex */
	static const char want[] = "065368abeed7ec6e9feba96b8c8bc3e8b791f716";
	bool good = secalgo_nsec3_hash(1, in, 9 + 4, res) != 0;

	for (int i = 0; i < 12 && good; i++) {
		memcpy(in, res, 20);
		memcpy(in + 20, "\xaa\xbb\xcc\xdd", 4);
		good = secalgo_nsec3_hash(1, in, 24, res) != 0;
	}
	check(good && equals(res, 20, want), "NSEC3", "RFC 5155 appendix A");
}

/* ---- random numbers: getentropy as told ---- */

static uint32_t entropy_word;
static bool entropy_fails;
static size_t entropy_calls;
static jmp_buf ended;

int test_getentropy(void *buf, size_t len);

int test_getentropy(void *buf, size_t len)
{
	uint32_t *words = buf;

	if (len > 256 || entropy_fails) {
		errno = EIO;
		return -1;
	}
	entropy_calls++;
	for (size_t i = 0; i < len / sizeof(*words); i++)
		words[i] = entropy_word++;
	return 0;
}

void log_err(const char *format, ...)
{
	(void)format;
}

void fatal_exit(const char *format, ...)
{
	(void)format;
	longjmp(ended, 1);
}

static void test_random(void)
{
	struct ub_randstate *state;
	uint64_t seen = 0;

	entropy_fails = true;
	check(ub_initstate(NULL) == NULL, "random", "start without entropy");
	entropy_fails = false;
	entropy_word = 0;
	state = must(ub_initstate(NULL));
	for (int i = 0; i < 64; i++) {
		long value = ub_random(state);

		check(value >= 0 && value < 64 && (seen >> value & 1) == 0, "random",
			"word used twice");
		seen |= (uint64_t)1 << (value & 63);
	}
	check(entropy_calls == 1, "random", "one call for 64 words");
	/* 31 bits: the top bit of a word is dropped. */
	entropy_word = UINT32_MAX;
	entropy_fails = false;
	for (int i = 0; i < 64; i++)
		check(ub_random(state) >= 0, "random", "negative");
	check(ub_random_max(state, 1) == 0, "random", "below 1");
	ub_randfree(state);
	ub_randfree(NULL);
}

/* Below 3 * 2^29 the words from 3 * 2^29 up to 2^31 are drawn again: a quarter of them. */
static void test_random_unbiased(void)
{
	const long bound = 3L << 29;
	struct ub_randstate *state;

	entropy_word = (uint32_t)bound - 32; /* words are given out from the last to the first */
	state = must(ub_initstate(NULL));
	for (long want = bound - 1; want >= bound - 32; want--)
		check(ub_random_max(state, bound) == want, "random", "rejection");
	ub_randfree(state);
}

static void test_random_lost(void)
{
	struct ub_randstate *volatile state = must(ub_initstate(NULL));

	for (int i = 0; i < 64; i++)
		ub_random(state);
	entropy_fails = true;
	if (setjmp(ended) == 0) {
		ub_random(state);
		check(false, "random", "went on without entropy");
	} else {
		check(true, "random", "ended");
	}
	entropy_fails = false;
	ub_randfree(state);
}

int main(int argc, char **argv)
{
	if (argc != 2) {
		fprintf(stderr, "usage: test_secalgo CASES\n");
		return 2;
	}
	test_supported();
	test_digests();
	test_stream(secalgo_hash_create_sha384(), 48, sha384_abc);
	test_stream(secalgo_hash_create_sha512(), 64, sha512_abc);
	secalgo_hash_delete(NULL);
	test_nsec3();
	test_random();
	test_random_unbiased();
	test_random_lost();
	run_cases(argv[1]);
	printf("test_secalgo: %zu passed, %zu failed\n", passed, failed);
	return failed == 0 ? 0 : 1;
}
