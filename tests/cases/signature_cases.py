# SPDX-License-Identifier: Apache-2.0
"""Signatures that must not pass, and beside each way to make them one that must.

Forged here with the private keys, or without one where that is the attack: RSA by its own encoders
(RFC 8017 s9), ECDSA by taking a good signature apart. The tests of Project Wycheproof are the model
for what to try. A signature that does not verify makes no path: the issuer is off-path.
"""

import hashlib

from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature

from gen import Case, ca, key, leaf, pki
from pki import integer, oid, sequence, tlv

OK = "authenticated checks=1"
HASH_OID = dict(pki.HASH_OID, sha1="1.3.14.3.2.26")
ORDER = {"p256": 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551,
         "p384": 2**384 - 0x389cb27e0bc8d220a7e5f24db74f58851313e695333ad68d,
         "p521": 2**521 - 0x5ae79787c40d069948033feb708f65a2fc44a36477663b851449048e16ec79bf7}
FIELD = {"p256": 2**256 - 2**224 + 2**192 + 2**96 - 1,
         "p384": 2**384 - 2**128 - 2**96 + 2**32 - 1, "p521": 2**521 - 1}
RSA_BYTES = 256


class Again(Exception):
    """This certificate does not do for what was asked: try one with another serial number."""


def case(name, rfc, why, top, good, sign, **more):
    """A leaf below top, signed by sign(tbs, digest)."""
    for serial in range(1, 100000):
        try:
            cert = leaf(top, serial=serial, sign=sign, **more)
            break
        except Again:
            pass
    return Case(name, rfc, why, [cert, top],
                [(2, 1, 1, top, "good cert=1 depth=1" if good else "off-path cert=1")],
                OK if good else "failed checks=1")


# RSA

def power(own_key, message):
    """The private operation on octets, or on a number."""
    numbers = own_key.private.private_numbers()
    if isinstance(message, bytes):
        message = int.from_bytes(message, "big")
    return pow(message, numbers.d, numbers.public_numbers.n)


def rsa_octets(number, length=RSA_BYTES):
    return number.to_bytes(length, "big")


def digest_info(name, value, parameters=b"\x05\x00"):
    return sequence(sequence(oid(HASH_OID[name]), parameters), tlv(4, value))


def padded(info, behind=b"", start=b"\0\1", end=b"\0", fill=None):
    """An EMSA-PKCS1-v1_5 message, RFC 8017 s9.2; fill: another padding, else as long as there is room."""
    room = RSA_BYTES - len(start) - len(end) - len(info) - len(behind)
    return start + (b"\xff" * room if fill is None else fill(room)) + end + info + behind


def cube_root(number):
    """Rounded up."""
    low, high = 0, 1 << (number.bit_length() // 3 + 2)
    while low < high:
        middle = (low + high) // 2
        low, high = (middle + 1, high) if middle**3 < number else (low, middle)
    return low


def rsa_pkcs1():
    rfc = "RFC 8017 s8.2.2"
    own = key("Root rsa2048", "rsa2048")
    modulus = own.private.private_numbers().public_numbers.n
    top = ca("Root rsa2048", own_key=own)

    def encoded(name, why, good, build, section=rfc, digest="sha256", issuer=top, signer=own):
        """build(hash) gives the padded message."""
        return case(f"forged-rsa-{name}", section, why, issuer, good,
                    lambda tbs, _: rsa_octets(power(signer, build(hashlib.new(digest, tbs).digest()))))

    def number(name, why, good, build, length=RSA_BYTES):
        """build(s) gives another number for the good signature's, or None for another try."""
        def sign(tbs, digest):
            made = build(int.from_bytes(own.sign(tbs, digest), "big"))
            if made is None or made >= 1 << 8 * length:
                raise Again
            return rsa_octets(made, length)
        return case(f"forged-rsa-{name}", rfc, why, top, good, sign)

    info = lambda h: digest_info("sha256", h)  # noqa: E731
    yield encoded("control", "The encoder of these cases makes a signature that passes.", True, lambda h: padded(info(h)))
    yield encoded("hash-value", "The hash of something else.", False, lambda h: padded(info(hashlib.sha256(h).digest())))
    yield encoded("hash-bit", "One bit of the hash is wrong.", False, lambda h: padded(info(h[:-1] + bytes([h[-1] ^ 1]))))
    for digest in ("sha1", "sha384", "sha512"):
        yield encoded(f"hash-{digest}", f"The signature is over {digest}, where the certificate says SHA-256.", False,
                      lambda h, d=digest: padded(digest_info(d, h)), digest=digest)
    yield encoded("hash-name", "SHA-256 under the name of SHA-512.", False, lambda h: padded(digest_info("sha512", h)))
    yield encoded("hash-bare", "The hash without its name.", False, lambda h: padded(h))
    yield encoded("hash-long", "Something behind the hash in its octet string.", False,
                  lambda h: padded(digest_info("sha256", h + b"\0")))
    yield encoded("hash-short", "The hash lacks an octet.", False, lambda h: padded(digest_info("sha256", h[:-1])))
    yield encoded("hash-empty", "No hash.", False, lambda h: padded(digest_info("sha256", b"")))
    yield encoded("null-missing", "The algorithm's NULL is missing: the message is compared as a whole.", False,
                  lambda h: padded(digest_info("sha256", h, b"")), "RFC 8017 s9.2")
    yield encoded("parameters", "Octets hide in the algorithm's parameters.", False,
                  lambda h: padded(digest_info("sha256", h, tlv(4, bytes(170)))))
    yield encoded("ber-length", "A length in more octets than it needs.", False,
                  lambda h: padded(b"\x30\x81" + info(h)[1:]))
    yield encoded("garbage-behind", "Octets behind the hash, and less padding.", False, lambda h: padded(info(h), bytes(40)))
    yield encoded("garbage-inside", "Octets in the digest's sequence behind the hash.", False,
                  lambda h: padded(sequence(sequence(oid(HASH_OID["sha256"]), b"\x05\0"), tlv(4, h), bytes(40))))
    yield encoded("padding-none", "No padding, the rest garbage.", False,
                  lambda h: padded(info(h), bytes(RSA_BYTES - 3 - len(info(h)))))
    yield encoded("padding-broken", "One octet of the padding is not ff.", False,
                  lambda h: padded(info(h), fill=lambda room: b"\xff" * 20 + b"\xfe" + b"\xff" * (room - 21)))
    yield encoded("padding-zeros", "The padding of block type 0.", False, lambda h: padded(info(h), fill=bytes, start=b"\0\0"))
    yield encoded("padding-encryption", "The padding of encryption.", False,
                  lambda h: padded(info(h), start=b"\0\2", fill=lambda room: b"\xaa" * room))
    yield encoded("padding-first-octet", "The first octet is not 0.", False, lambda h: padded(info(h), start=b"\1\1"))
    yield encoded("padding-end", "No 0 behind the padding.", False, lambda h: padded(info(h), end=b"\xff"))
    yield encoded("padding-shifted", "One octet less of padding, a 0 in front.", False, lambda h: padded(info(h), start=b"\0\0\1"))
    yield encoded("other-key", "Signed by another key.", False, lambda h: padded(info(h)), signer=key("other", "rsa2048"))

    yield number("number-zero", "The number 0.", False, lambda s: 0)
    yield number("number-one", "The number 1.", False, lambda s: 1)
    yield number("number-modulus", "The modulus.", False, lambda s: modulus)
    yield number("number-modulus-less-one", "The modulus less 1.", False, lambda s: modulus - 1)
    yield number("number-negated", "The modulus less the signature.", False, lambda s: modulus - s)
    yield number("number-over-modulus", "The good signature and the modulus: out of range, though it is the same number.", False,
                 lambda s: s + modulus)
    yield number("long", "A zero in front: longer than the modulus.", False, lambda s: s, RSA_BYTES + 1)
    yield number("short", "A signature that begins with a zero, without it: shorter than the modulus.", False,
                 lambda s: s, RSA_BYTES - 1)
    yield number("leading-zero", "The same with its zero.", True, lambda s: s if s >> 8 * (RSA_BYTES - 1) == 0 else None)
    for name, why, change in (("behind", "An octet behind the signature.", lambda s: s + b"\0"),
                              ("cut", "The last octet is missing.", lambda s: s[:-1]),
                              ("half", "Half of the signature.", lambda s: s[:RSA_BYTES // 2]),
                              ("empty", "No signature.", lambda s: b"")):
        yield case(f"forged-rsa-{name}", rfc, why, top, False, lambda tbs, d, c=change: c(own.sign(tbs, d)))
    pss = pki.Key("rsapss2048", own.private)
    yield case("forged-rsa-pss-inside", rfc, "An RSASSA-PSS signature under the name of PKCS #1 v1.5.", top, False, pss.sign)

    small = pki.Key("rsa2048", rsa.generate_private_key(3, RSA_BYTES * 8))
    three = ca("Root exponent 3", own_key=small)
    yield encoded("three-control", "An exponent of 3 is no fault.", True, lambda h: padded(info(h)), issuer=three, signer=small)

    def garbage_behind(tbs, _):
        """Without the private key: 8 octets of padding, the hash, then what a cube root leaves."""
        head = padded(info(hashlib.sha256(tbs).digest()), fill=lambda _: b"\xff" * 8)
        forged = cube_root(int.from_bytes(head, "big") << 8 * (RSA_BYTES - len(head)))
        assert rsa_octets(forged**3)[:len(head)] == head
        return rsa_octets(forged)

    yield case("forged-rsa-three-garbage-behind", rfc, "Forged without the key: exponent 3, garbage behind the hash.", three,
               False, garbage_behind)


def mask(name, seed, length):
    out = b"".join(hashlib.new(name, seed + n.to_bytes(4, "big")).digest() for n in range(length // 20 + 1))
    return out[:length]


def pss_message(tbs, digest="sha256", mgf=None, salt=b"\x5a" * 32, trailer=b"\xbc", one=b"\1", zeros=0, top_bit=False, flip=False):
    """An EMSA-PSS message, RFC 8017 s9.1.1, with its faults."""
    mark = hashlib.new(digest, bytes(8) + hashlib.new(digest, tbs).digest() + salt).digest()
    if flip:
        mark = mark[:-1] + bytes([mark[-1] ^ 1])
    size = RSA_BYTES - len(mark) - 1
    block = bytes([zeros]) * (size - len(salt) - 1) + one + salt
    block = bytearray(a ^ b for a, b in zip(block, mask(mgf or digest, mark, size)))
    block[0] = block[0] & 0x7f | (0x80 if top_bit else 0)
    return bytes(block) + mark + trailer


def pss_algorithm(digest="sha256", mgf=None, salt=32, trailer=None, tag=None):
    """None: not said, so the default of RFC 4055 s3.1 stands."""
    function = lambda name: sequence(oid(HASH_OID[name]), b"\x05\x00")  # noqa: E731
    return sequence(oid(pki.PSS_OID), sequence(
        tlv(0xa0, function(digest)) if digest else b"",
        tlv(0xa1, sequence(oid(tag or pki.MGF1_OID), function(mgf or digest))) if mgf or digest else b"",
        tlv(0xa2, integer(salt)) if salt is not None else b"",
        tlv(0xa3, integer(trailer)) if trailer is not None else b""))


def rsa_pss():
    rfc = "RFC 8017 s9.1.2"
    own = key("Root rsa2048", "rsa2048")
    modulus = own.private.private_numbers().public_numbers.n
    top = ca("Root rsa2048", own_key=own)

    def encoded(name, why, good, algorithm=None, section=rfc, number=lambda s: s, **message):
        def sign(tbs, _):
            made = number(power(own, pss_message(tbs, **message)))
            if made >= 1 << 8 * RSA_BYTES:
                raise Again
            return rsa_octets(made)
        return case(f"forged-pss-{name}", section, why, top, good, sign, sigalg=algorithm or pss_algorithm())

    def changed(name, why, change):
        return case(f"forged-pss-{name}", rfc, why, top, False, lambda tbs, _: change(rsa_octets(power(own, pss_message(tbs)))),
                    sigalg=pss_algorithm())

    yield encoded("control", "The encoder of these cases makes a signature that passes.", True)
    yield encoded("salt-none", "No salt, and the parameters say so.", True, pss_algorithm(salt=0), salt=b"")
    yield encoded("defaults", "SHA-1 and 20 octets of salt, because the parameters say nothing.", True,
                  pss_algorithm(None, None, None), "RFC 4055 s3.1", digest="sha1", salt=bytes(20))
    for said, used in ((32, 20), (32, 0), (32, 33), (32, 31), (20, 32), (0, 32), (64, 32)):
        yield encoded(f"salt-{used}-not-{said}", f"{used} octets of salt, where the parameters say {said}.", False,
                      pss_algorithm(salt=said), salt=b"\x5a" * used)
    yield encoded("salt-not-20", "32 octets of salt, where the parameters say nothing, which is 20.", False, pss_algorithm(salt=None))
    for used in ("sha1", "sha512"):
        yield encoded(f"mgf-{used}-not-sha256", f"The mask is made with {used}, where the parameters say sha256.", False, mgf=used)
    for said, used in (("sha256", "sha384"), ("sha512", "sha256"), ("sha256", "sha1")):
        yield encoded(f"hash-{used}-not-{said}", f"Made with {used}, where the parameters say {said}.", False,
                      pss_algorithm(said), digest=used)
    yield encoded("hash-value", "One bit of H is wrong.", False, flip=True)
    yield encoded("trailer", "The last octet is not bc.", False, trailer=b"\xcc")
    yield encoded("one", "The octet before the salt is not 1.", False, one=b"\2")
    yield encoded("zeros", "The octets before it are not 0.", False, zeros=1)
    yield encoded("number-over-modulus", "The good signature and the modulus: out of range.", False,
                  section="RFC 8017 s8.1.2", number=lambda s: s + modulus)
    yield encoded("number-zero", "The number 0.", False, section="RFC 8017 s8.1.2", number=lambda s: 0)
    yield encoded("number-one", "The number 1.", False, section="RFC 8017 s8.1.2", number=lambda s: 1)
    yield changed("behind", "An octet behind the signature.", lambda s: s + b"\0")
    yield changed("before", "An octet before the signature.", lambda s: b"\0" + s)
    yield changed("cut", "The last octet is missing.", lambda s: s[:-1])
    yield changed("empty", "No signature.", lambda s: b"")
    yield case("forged-pss-pkcs1-inside", rfc, "A PKCS #1 v1.5 signature under the name of RSASSA-PSS.", top, False,
               own.sign, sigalg=pss_algorithm())
    limit = ("broken reason=certificate-signature-limit culprit=0 cert=1 depth=1", "limited checks=0")
    for name, why, algorithm in (
            ("mgf-apart", "Another hash for the mask, which is allowed.", pss_algorithm("sha256", "sha1")),
            ("parameters-absent", "No parameters, which are not optional.", sequence(oid(pki.PSS_OID))),
            ("parameters-null", "NULL for parameters.", sequence(oid(pki.PSS_OID), b"\x05\0")),
            ("trailer-field", "A trailer that is not defined.", pss_algorithm(trailer=2)),
            ("mask-unknown", "A mask generation function that nobody knows.", pss_algorithm(tag=pki.UNKNOWN_OID)),
            ("salt-negative", "A negative length of salt.", pss_algorithm(salt=-1))):
        cert = leaf(top, sigalg=algorithm, sign=lambda tbs, _, n=name: rsa_octets(
            power(own, pss_message(tbs, mgf="sha1" if n == "mgf-apart" else None))))
        yield Case(f"forged-pss-{name}", "RFC 4055 s3.1", why + " This tool cannot check it.", [cert, top],
                   [(2, 1, 1, top, limit[0])], limit[1])


# ECDSA

def ecdsa():
    for curve, digest in (("p256", "sha256"), ("p384", "sha384"), ("p521", "sha512")):
        yield from ecdsa_numbers(curve, digest)
        yield from ecdsa_encodings(curve, digest)
    top = ca("Root p256", kind="p256")
    yield case("forged-ecdsa-p256-sha512-control", "RFC 5758 s3.2", "A longer hash than the curve is cut, not refused.", top, True,
               top.key.sign, digest="sha512")
    yield case("forged-ecdsa-p521-sha256-control", "RFC 5758 s3.2", "A shorter hash than the curve.", ca("Root p521", kind="p521"),
               True, key("Root p521", "p521").sign, digest="sha256")
    for said, used in (("sha256", "sha384"), ("sha384", "sha256"), ("sha256", "sha1"), ("sha512", "sha256")):
        yield case(f"forged-ecdsa-{used}-not-{said}", "RFC 5758 s3.2", f"Over {used}, where the certificate says {said}.", top, False,
                   lambda tbs, _, u=used: top.key.sign(tbs, u), digest=said)
    off_curve = bytearray(top.key.spki)
    off_curve[-1] ^= 1
    bad = pki.Key("p256", top.key.private)
    bad.spki = bytes(off_curve)
    anchor = ca("Root p256", own_key=bad)
    cert = leaf(anchor)
    yield Case("forged-ecdsa-key-off-curve", "RFC 5480 s2.2", "The key is no point of its curve: it verifies nothing.", [cert, anchor],
               [(2, 1, 1, anchor, "broken reason=certificate-signature-limit culprit=0 cert=1 depth=1")], "limited")


def ecdsa_numbers(curve, digest):
    rfc, order, top = "RFC 3279 s2.2.3", ORDER[curve], ca(f"Root {curve}", kind=curve)
    own = top.key

    def numbers(name, why, good, build, issuer=top):
        return case(f"forged-ecdsa-{curve}-{name}", rfc, why, issuer, good, lambda tbs, d: sequence(
            *map(integer, build(*decode_dss_signature(own.sign(tbs, d))))), digest=digest)

    yield numbers("control", "A signature taken apart and put together passes.", True, lambda r, s: (r, s))
    yield numbers("s-negated", "The order less s is as good as s.", True, lambda r, s: (r, order - s))
    for name, why, build in (
            ("r-zero", "r is 0.", lambda r, s: (0, s)), ("s-zero", "s is 0.", lambda r, s: (r, 0)),
            ("both-zero", "r and s are 0.", lambda r, s: (0, 0)), ("both-one", "r and s are 1.", lambda r, s: (1, 1)),
            ("r-order", "r is the order.", lambda r, s: (order, s)), ("s-order", "s is the order.", lambda r, s: (r, order)),
            ("both-order", "r and s are the order.", lambda r, s: (order, order)),
            ("r-over-order", "The order is added to r.", lambda r, s: (r + order, s)),
            ("s-over-order", "The order is added to s.", lambda r, s: (r, s + order)),
            ("r-field", "r is the prime of the field.", lambda r, s: (FIELD[curve], s)),
            ("s-field", "s is the prime of the field.", lambda r, s: (r, FIELD[curve])),
            ("r-negative", "r is negative, the same modulo the order.", lambda r, s: (r - order, s)),
            ("s-negative", "s is negative, the same modulo the order.", lambda r, s: (r, s - order)),
            ("s-minus", "s is negative.", lambda r, s: (r, -s)), ("r-minus", "r is negative.", lambda r, s: (-r, s)),
            ("swapped", "r and s have changed places.", lambda r, s: (s, r)),
            ("r-off-by-one", "r is one more.", lambda r, s: (r + 1, s)),
            ("huge", "r of a thousand octets.", lambda r, s: (r + (order << 8000), s))):
        yield numbers(name, why, False, build)
    yield numbers("other-key", "Signed by another key.", False, lambda r, s: (r, s), ca("Root other", kind=curve))


def ecdsa_encodings(curve, digest):
    rfc, top = "RFC 3279 s2.2.3", ca(f"Root {curve}", kind=curve)
    width = (ORDER[curve].bit_length() + 7) // 8

    def head(length, octets=1):
        return bytes([0x80 | octets]) + length.to_bytes(octets, "big")

    def encoded(name, why, build, wanted=lambda r, s: True):
        """build(r, s): octets; wanted: does this signature do?"""
        def sign(tbs, d):
            r, s = decode_dss_signature(top.key.sign(tbs, d))
            if not wanted(r, s):
                raise Again
            return build(integer(r), integer(s))
        return case(f"forged-ecdsa-{curve}-{name}", rfc, why, top, False, sign, digest=digest)

    def first_bit(r, s):
        """r has a zero octet in front of its first bit."""
        del s
        return integer(r)[2] == 0

    def value(item):
        return item[2:]

    yield encoded("behind", "An octet behind the signature.", lambda r, s: sequence(r, s) + b"\0")
    yield encoded("behind-inside", "NULL behind s.", lambda r, s: sequence(r, s, b"\5\0"))
    yield encoded("third-number", "A third number.", lambda r, s: sequence(r, s, s))
    yield encoded("one-number", "s is missing.", lambda r, s: sequence(r))
    yield encoded("no-number", "No numbers.", lambda r, s: sequence())
    yield encoded("empty", "No signature.", lambda r, s: b"")
    yield encoded("cut", "The last octet is missing.", lambda r, s: sequence(r, s)[:-1])
    yield encoded("cut-inside", "The last octet is missing, and the lengths say so.", lambda r, s: sequence(r, tlv(2, value(s)[:-1])))
    yield encoded("length-short", "The sequence ends within s.", lambda r, s: head_less(sequence(r, s)))
    yield encoded("length-ber", "The sequence's length in more octets than it needs.",
                  lambda r, s: b"\x30" + head(len(r + s), 2) + r + s)
    yield encoded("length-ber-number", "The length of r in more octets than it needs.",
                  lambda r, s: sequence(b"\2" + head(len(value(r))) + value(r), s))
    yield encoded("length-indefinite", "An indefinite length.", lambda r, s: b"\x30\x80" + r + s + b"\0\0")
    yield encoded("zeros-in-front", "r has zeros in front that it does not need.", lambda r, s: sequence(tlv(2, b"\0\0" + value(r)), s))
    yield encoded("zeros-in-front-of-s", "So has s.", lambda r, s: sequence(r, tlv(2, b"\0\0" + value(s))))
    yield encoded("sign-bit", "The zero is missing that makes r positive.", lambda r, s: sequence(tlv(2, value(r)[1:]), s),
                  first_bit)
    yield encoded("integer-empty", "r has no octets.", lambda r, s: sequence(b"\2\0", s))
    yield encoded("tag-sequence", "A set, not a sequence.", lambda r, s: tlv(0x31, r, s))
    yield encoded("tag-integer", "An octet string, not a number.", lambda r, s: sequence(tlv(4, value(r)), s))
    yield encoded("plain", "r and s without any structure, as in DNSSEC.", lambda r, s: b"".join(
        value(n)[-width:].rjust(width, b"\0") for n in (r, s)))
    yield encoded("text", "Something else.", lambda r, s: b"\x30\x06\x02\x01\x61\x0c\x01\x62")


def head_less(der):
    """The outer length is one less than what is inside."""
    at = 1 if der[1] < 128 else 2
    return der[:at] + bytes([der[at] - 1]) + der[at + 1:]


def cases():
    for group in (rsa_pkcs1, rsa_pss, ecdsa):
        yield from group()
