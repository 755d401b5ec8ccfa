# SPDX-License-Identifier: Apache-2.0
"""RSA keys too large to make in the usual way: of many primes (RFC 8017 3.2), found in a second.

    key = ManyPrimes.make(16384)     looks like a private key of python3-cryptography's to pki.py,
                                     but only signs (PKCS #1 v1.5); no server can be given it
"""
import math

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import rsa

EXPONENT = 65537
PRIME_BITS = 1024
DIGEST_INFO = {"sha256": "3031300d060960864801650304020105000420",
               "sha384": "3041300d060960864801650304020205000430",
               "sha512": "3051300d060960864801650304020305000440"}


class ManyPrimes:
    def __init__(self, primes):
        self.primes, self.modulus = primes, math.prod(primes)

    @classmethod
    def make(cls, bits):
        pairs = [rsa.generate_private_key(EXPONENT, 2 * PRIME_BITS).private_numbers()
                 for _ in range(bits // (2 * PRIME_BITS))]
        return cls([prime for pair in pairs for prime in (pair.p, pair.q)])

    @classmethod
    def from_text(cls, text):
        return cls([int(line, 16) for line in text.split()])

    def public_key(self):
        return rsa.RSAPublicNumbers(EXPONENT, self.modulus).public_key()

    def private_bytes(self, *_):
        """The primes, as text of our own."""
        return "\n".join("%x" % prime for prime in self.primes).encode()

    def sign(self, data, _scheme, function):
        digest = hashes.Hash(function)
        digest.update(data)
        tail = b"\0" + bytes.fromhex(DIGEST_INFO[function.name]) + digest.finalize()
        size = (self.modulus.bit_length() + 7) // 8
        block = int.from_bytes(b"\0\1" + b"\xff" * (size - 2 - len(tail)) + tail, "big")
        out = 0
        for prime in self.primes:
            rest = self.modulus // prime
            power = pow(block, pow(EXPONENT, -1, prime - 1), prime)
            out += power * rest * pow(rest, -1, prime)
        return (out % self.modulus).to_bytes(size, "big")
