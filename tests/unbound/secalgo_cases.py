#!/usr/bin/python3
"""Writes the cases of test_secalgo: one a line, fields separated by spaces.

    NAME ALGORITHM EXPECTED KEY SIGNATURE DATA

EXPECTED is secure, bogus, or limit: bogus for a reason that names this program's own limit. The
last three are hexadecimal, - when empty. RSA keys and signatures are computed here with Python's
integers, so that the arithmetic under test does not judge itself; moduli are products of several
primes, which makes large keys cheap and verifies like any other.
ECDSA, Ed25519 and Ed448 come from the test vectors of RFC 6979 and RFC 8032.

SPDX-License-Identifier: Apache-2.0
"""
import hashlib
import random
from math import lcm

DATA = b"sample"
RSASHA1, RSASHA1_NSEC3, RSASHA256, RSASHA512 = 5, 7, 8, 10
P256, P384, ED25519, ED448 = 13, 14, 15, 16

HASH = {RSASHA1: "sha1", RSASHA1_NSEC3: "sha1", RSASHA256: "sha256", RSASHA512: "sha512"}
# RFC 8017 s9.2 note 1.
DIGEST_INFO = {
	"sha1": "3021300906052b0e03021a05000414",
	"sha256": "3031300d060960864801650304020105000420",
	"sha512": "3051300d060960864801650304020305000440",
}
RANDOM = random.Random(20)


def case(name, algorithm, expected, key, signature, data=DATA):
	fields = [b.hex() or "-" for b in (key, signature, data)]
	print(name, algorithm, expected, *fields)


# ---- RSA ----

def is_prime(n):
	if any(n % p == 0 for p in (3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37)):
		return False
	odd, twos = n - 1, 0
	while odd % 2 == 0:
		odd, twos = odd // 2, twos + 1
	for _ in range(16):
		x = pow(RANDOM.randrange(2, n - 1), odd, n)
		if x in (1, n - 1):
			continue
		for _ in range(twos - 1):
			x = x * x % n
			if x == n - 1:
				break
		else:
			return False
	return True


def prime(bits, e):
	while True:
		p = RANDOM.getrandbits(bits) | 3 << (bits - 2) | 1
		if p % e != 1 and is_prime(p):
			return p


class Rsa:
	"""A key of exactly the given number of bits."""

	def __init__(self, bits, e=65537):
		self.e, self.bits = e, bits
		parts = max(2, bits // 512)
		while True:
			primes = [prime(bits // parts, e) for _ in range(parts - 1)]
			product = 1
			for p in primes:
				product *= p
			# The last prime brings the modulus to its length.
			last = (3 << (bits - 2)) // product
			last |= 1
			while not is_prime(last) or last % e == 1:
				last += 2
			self.n = product * last
			phi = lcm(*[p - 1 for p in primes], last - 1)
			try:
				self.d = pow(e, -1, phi)
			except ValueError:
				continue
			if self.n.bit_length() == bits:
				return

	@property
	def length(self):
		return (self.bits + 7) // 8

	def key(self, e_zeros=0, n_zeros=0, long_form=False, e=None, n=None):
		"""RFC 3110 s2, with deviations on request."""
		e = self.e if e is None else e
		n = self.n if n is None else n
		e_bytes = bytes(e_zeros) + e.to_bytes((e.bit_length() + 7) // 8, "big")
		n_bytes = bytes(n_zeros) + n.to_bytes((n.bit_length() + 7) // 8, "big")
		if long_form or len(e_bytes) > 255:
			head = b"\0" + len(e_bytes).to_bytes(2, "big")
		else:
			head = bytes([len(e_bytes)])
		return head + e_bytes + n_bytes

	def raw(self, encoded):
		return pow(int.from_bytes(encoded, "big"), self.d, self.n).to_bytes(self.length, "big")

	def encode(self, name, pad=b"\xff", info=None, tail=b""):
		"""EMSA-PKCS1-v1_5, RFC 8017 s9.2."""
		info = bytes.fromhex(DIGEST_INFO[name]) if info is None else info
		t = info + hashlib.new(name, DATA).digest() + tail
		return b"\0\1" + pad * (self.length - 3 - len(t)) + b"\0" + t

	def sign(self, algorithm, **kw):
		return self.raw(self.encode(HASH[algorithm], **kw))


def rsa_good(keys):
	for algorithm in (RSASHA1, RSASHA1_NSEC3, RSASHA256, RSASHA512):
		case("rsa1024", algorithm, "secure", keys[1024].key(), keys[1024].sign(algorithm))
	for bits in (512, 1023, 1025, 2048, 4096, 8192):
		case(f"rsa{bits}", RSASHA256, "secure", keys[bits].key(), keys[bits].sign(RSASHA256))
	for name, e in (("e3", 3), ("e33bits", 2**32 + 1), ("e64bits", 2**64 - 59),
		("e65bits", 2**64 + 13), ("e129bits", 2**128 + 51)):
		k = Rsa(1024, e)
		case(name, RSASHA256, "secure", k.key(), k.sign(RSASHA256))
	k, sig = keys[1024], keys[1024].sign(RSASHA256)
	# Case C178: RFC 3110 s2 prohibits leading zeros; validators accept them all the same.
	case("n-leading-zero", RSASHA256, "secure", k.key(n_zeros=1), sig)
	case("n-leading-zeros", RSASHA256, "secure", k.key(n_zeros=300), sig)
	case("e-leading-zeros", RSASHA256, "secure", k.key(e_zeros=3), sig)
	case("e-long-form", RSASHA256, "secure", k.key(long_form=True), sig)
	case("e-long-form-zeros", RSASHA256, "secure", k.key(e_zeros=300), sig)


def rsa_bad_keys(keys):
	k, sig = keys[1024], keys[1024].sign(RSASHA256)
	for name, key in (
		("empty", b""), ("one-byte", b"\3"), ("zero-byte", b"\0"), ("two-zeros", b"\0\0"),
		("three-zeros", bytes(3)), ("only-zeros", bytes(200)), ("e-length-0-long", bytes(3) + b"\5" * 9),
		("e-longer-than-key", b"\xff" + k.key()[1:]), ("e-long-beyond", b"\0\xff\xff" + bytes(200)),
		("no-modulus", b"\3\1\0\1"), ("modulus-zero", b"\3\1\0\1" + bytes(128)),
		("modulus-one", b"\3\1\0\1" + bytes(127) + b"\1"), ("modulus-even", k.key(n=k.n + 1)),
		("e-zero", b"\1\0" + k.key()[4:]), ("e-one", k.key(e=1)), ("e-two", k.key(e=2)),
		("e-even", k.key(e=65536)), ("e-as-modulus", k.key(e=k.n)), ("e-above", k.key(e=k.n + 2)),
		("e-far-above", k.key(e=(1 << 12000) + 1)), ("trailing-byte", k.key() + b"\0"),
		("other-key", keys[1025].key()), ("n-cut", k.key()[:-1]),
	):
		case("rsa-key-" + name, RSASHA256, "bogus", key, sig)
	small = Rsa(504)
	case("rsa504", RSASHA1, "bogus", small.key(), small.sign(RSASHA1))
	# DigestInfo and eleven bytes more do not fit into 64: RFC 5702 s2.2 asks for 1024 bits.
	case("rsa512-sha512", RSASHA512, "bogus", keys[512].key(), bytes(63) + b"\1")
	large = Rsa(4096, 2**64 + 13)
	case("rsa4096-e65bits", RSASHA256, "bogus", large.key(), large.sign(RSASHA256))
	# The identity is no signature: anybody can make one.
	case("rsa-e-one-forged", RSASHA256, "bogus", k.key(e=1), k.encode("sha256"))
	huge = (1 << 524287) + 1
	case("rsa524288", RSASHA256, "limit", k.key(n=huge), bytes(65536))


def rsa_bad_signatures(keys):
	k = keys[1024]
	good = k.sign(RSASHA256)
	value = int.from_bytes(good, "big")
	for name, sig in (
		("empty", b""), ("zero", bytes(128)), ("one", bytes(127) + b"\1"), ("all-ones", b"\xff" * 128),
		("modulus", k.n.to_bytes(128, "big")), ("modulus-less-1", (k.n - 1).to_bytes(128, "big")),
		("plus-modulus", (value + k.n).to_bytes(129, "big")), ("leading-zero", b"\0" + good),
		("trailing-zero", good + b"\0"), ("cut", good[:-1]), ("cut-front", good[1:]),
		("other-hash", k.sign(RSASHA1)),
		# RFC 8017 s8.2.2: the encoding is compared as a whole.
		("padding-00", k.sign(RSASHA256, pad=b"\0")), ("padding-fe", k.sign(RSASHA256, pad=b"\xfe")),
		("no-digest-info", k.sign(RSASHA256, info=b"")),
		("no-null-parameter", k.sign(RSASHA256,
			info=bytes.fromhex("302f300b0609608648016503040201" "0420"))),
		("garbage-after", k.raw((b"\0\1" + b"\xff" * 8 + b"\0" + bytes.fromhex(DIGEST_INFO["sha256"])
			+ hashlib.sha256(DATA).digest()).ljust(128, b"\x55"))),
		("block-type-2", k.raw(b"\0\2" + k.encode("sha256")[2:])),
	):
		case("rsa-sig-" + name, RSASHA256, "bogus", k.key(), sig)
	case("rsa-other-data", RSASHA256, "bogus", k.key(), good, b"simple")
	case("rsa-no-data", RSASHA256, "bogus", k.key(), good, b"")
	for algorithm in (RSASHA1, RSASHA512):
		case("rsa-other-algorithm", algorithm, "bogus", k.key(), good)


# ---- ECDSA: RFC 6979 A.2.5 and A.2.6, message "sample", hash as long as the curve ----

CURVES = {
	P256: {
		"len": 32, "p": 2**256 - 2**224 + 2**192 + 2**96 - 1,
		"n": 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551,
		"x": 0x60FED4BA255A9D31C961EB74C6356D68C049B8923B61FA6CE669622E60F29FB6,
		"y": 0x7903FE1008B8BC99A41AE9E95628BC64F2F1B20C2D7E9F5177A3C294D4462299,
		"r": 0xEFD48B2AACB6A8FD1140DD9CD45E81D69D2C877B56AAF991C34D0EA84EAF3716,
		"s": 0xF7CB1C942D657C41D436C7A1B6E29F65F3E900DBB9AFF4064DC4AB2F843ACDA8,
	},
	P384: {
		"len": 48, "p": 2**384 - 2**128 - 2**96 + 2**32 - 1,
		"n": (0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF << 192 |
			0xC7634D81F4372DDF581A0DB248B0A77AECEC196ACCC52973),
		"x": (0xEC3A4E415B4E19A4568618029F427FA5DA9A8BC4AE92E02E << 192 |
			0x06AAE5286B300C64DEF8F0EA9055866064A254515480BC13),
		"y": (0x8015D9B72D7D57244EA8EF9AC0C621896708A59367F9DFB9 << 192 |
			0xF54CA84B3F1C9DB1288B231C3AE0D4FE7344FD2533264720),
		"r": (0x94EDBB92A5ECB8AAD4736E56C691916B3F88140666CE9FA7 << 192 |
			0x3D64C4EA95AD133C81A648152E44ACF96E36DD1E80FABE46),
		"s": (0x99EF4AEB15F178CEA1FE40DB2603138F130E740A19624526 << 192 |
			0x203B6351D0A3A94FA329C145786E679E7B82C71A38628AC8),
	},
}


def ecdsa():
	for algorithm, c in CURVES.items():
		size, n, p = c["len"], c["n"], c["p"]

		def pair(a, b):
			return a.to_bytes(size, "big") + b.to_bytes(size, "big")

		key, sig = pair(c["x"], c["y"]), pair(c["r"], c["s"])
		case("ecdsa", algorithm, "secure", key, sig)
		# s and n - s are both signatures; RFC 6605 asks for no canonical one.
		case("ecdsa-n-less-s", algorithm, "secure", key, pair(c["r"], n - c["s"]))
		top = 2**(8 * size) - 1
		for name, bad in (
			("empty", b""), ("zeros", bytes(2 * size)), ("r-zero", pair(0, c["s"])),
			("s-zero", pair(c["r"], 0)), ("r-order", pair(n, c["s"])), ("s-order", pair(c["r"], n)),
			("r-above", pair(n + 1, c["s"])), ("s-above", pair(c["r"], n + 1)), ("top", pair(top, top)),
			("r-one-s-one", pair(1, 1)), ("swapped", pair(c["s"], c["r"])), ("half", sig[:size]),
			("cut", sig[:-1]), ("trailing-byte", sig + b"\0"), ("leading-byte", b"\0" + sig),
			("der", b"\x30\x44" + sig),
		):
			case("ecdsa-sig-" + name, algorithm, "bogus", key, bad)
		for name, bad in (
			("empty", b""), ("zeros", bytes(2 * size)), ("x-zero", pair(0, c["y"])),
			("y-zero", pair(c["x"], 0)), ("off-curve", pair(c["x"], c["y"] ^ 1)),
			("y-negative", pair(c["x"], p - c["y"])), ("x-is-p", pair(p, c["y"])),
			("y-is-p", pair(c["x"], p)), ("top", pair(top, top)), ("half", key[:size]),
			("cut", key[:-1]), ("trailing-byte", key + b"\0"), ("with-04", b"\4" + key),
			("compressed", b"\2" + key[:size]),
		):
			case("ecdsa-key-" + name, algorithm, "bogus", bad, sig)
		case("ecdsa-other-data", algorithm, "bogus", key, sig, b"simple")
		other = P384 if algorithm == P256 else P256
		case("ecdsa-other-curve", other, "bogus", key, sig)


# ---- Ed25519: RFC 8032 s7.1 TEST 2; Ed448: s7.4 "1 octet" ----

EDWARDS = {
	ED25519: {
		"len": 32, "data": b"\x72",
		"order": 2**252 + 27742317777372353535851937790883648493,
		"key": "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c",
		"sig": (
			"92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da"
			"085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00"),
	},
	ED448: {
		"len": 57, "data": b"\x03",
		"order": 2**446 - 13818066809895115352007386748515426880336692474882178609894547503885,
		"key": (
			"43ba28f430cdff456ae531545f7ecd0ac834a55d9358c0372bfa0c6c6798c086"
			"6aea01eb00742802b8438ea4cb82169c235160627b4c3a9480"),
		"sig": (
			"26b8f91727bd62897af15e41eb43c377efb9c610d48f2335cb0bd0087810f435"
			"2541b143c4b981b7e18f62de8ccdf633fc1bf037ab7cd779805e0dbcc0aae1cb"
			"cee1afb2e027df36bc04dcecbf154336c19f0af7e0a6472905e799f1953d2a0f"
			"f3348ab21aa4adafd1d234441cf807c03a00"),
	},
}


def eddsa():
	for algorithm, c in EDWARDS.items():
		size, data = c["len"], c["data"]
		name = "ed25519" if algorithm == ED25519 else "ed448"
		key, sig = bytes.fromhex(c["key"]), bytes.fromhex(c["sig"])
		s = int.from_bytes(sig[size:], "little")
		case(name, algorithm, "secure", key, sig, data)
		case(f"{name}-other-data", algorithm, "bogus", key, sig, data + b"\0")
		case(f"{name}-no-data", algorithm, "bogus", key, sig, b"")
		for what, bad in (
			("empty", b""), ("zeros", bytes(2 * size)), ("half", sig[:size]), ("cut", sig[:-1]),
			("trailing-byte", sig + b"\0"), ("leading-byte", b"\0" + sig),
			# RFC 8032 s5.1.7 and s5.2.7: s out of range is invalid.
			("s-plus-order", sig[:size] + (s + c["order"]).to_bytes(size, "little")),
			("s-top", sig[:size] + b"\xff" * size), ("s-zero", sig[:size] + bytes(size)),
			("s-negated", sig[:size] + (c["order"] - s).to_bytes(size, "little")),
			("r-zero", bytes(size) + sig[size:]), ("r-ones", b"\xff" * size + sig[size:]),
			("swapped", sig[size:] + sig[:size]),
			("r-other-sign", sig[:size - 1] + bytes([sig[size - 1] ^ 0x80]) + sig[size:]),
		):
			case(f"{name}-sig-{what}", algorithm, "bogus", key, bad, data)
		for what, bad in (
			("empty", b""), ("zeros", bytes(size)), ("one", b"\1" + bytes(size - 1)),
			("ones", b"\xff" * size), ("cut", key[:-1]), ("trailing-byte", key + b"\0"),
			("other-sign", key[:-1] + bytes([key[-1] ^ 0x80])),
		):
			case(f"{name}-key-{what}", algorithm, "bogus", bad, sig, data)
	# Each with the key of the other, at its own length.
	case("ed448-as-ed25519", ED25519, "bogus", bytes.fromhex(EDWARDS[ED448]["key"]),
		bytes.fromhex(EDWARDS[ED448]["sig"]), b"\x03")
	case("ed25519-as-ed448", ED448, "bogus", bytes.fromhex(EDWARDS[ED25519]["key"]),
		bytes.fromhex(EDWARDS[ED25519]["sig"]), b"\x72")


def unsupported():
	# RSAMD5, DH, DSA, DSA-NSEC3, GOST, indirect, private, and numbers never given.
	for algorithm in (0, 1, 2, 3, 4, 6, 9, 11, 12, 17, 23, 252, 253, 254, 255):
		case("unsupported", algorithm, "bogus", b"\3\1\0\1" + b"\xff" * 128, b"\1" * 128)


def main():
	keys = {bits: Rsa(bits) for bits in (512, 1023, 1024, 1025, 2048, 4096, 8192)}
	rsa_good(keys)
	rsa_bad_keys(keys)
	rsa_bad_signatures(keys)
	ecdsa()
	eddsa()
	unsupported()


if __name__ == "__main__":
	main()
