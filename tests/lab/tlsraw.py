# SPDX-License-Identifier: Apache-2.0
"""The server side of a TLS 1.2 or 1.3 handshake that sends any Certificate message whatever.

Only framing is here: keys, agreement, signatures, AEAD and HMAC are python3-cryptography's and
hashlib's. One suite a version (AES-128-GCM with SHA-256), X25519 or P-256, no resumption.

    server = accept(socket, chains, hello, options)      after the ClientHello was peeked
    server.recv(n), sendall(), unwrap(), close() ...     as a socket; version, suite, asked

options: min, max ("1.2", "1.3"), record (bytes a record), pack (handshake messages share records),
client_auth (None, "optional", "required"), prefer ("ecdsa", "rsa"), tickets (their number),
stop (close behind the Certificate message), forge (a signature that does not hold), none (an empty
list of certificates), segment (bytes a TCP segment), warn (number of a warning alert sent first),
stubborn (its own certificate even where the client did not offer the signature).
"""

import hashlib
import hmac
import os
import socket
import time

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa, x25519
from cryptography.hazmat.primitives.asymmetric import ed25519
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

CCS, ALERT, HANDSHAKE, DATA = 20, 21, 22, 23
X25519, P256 = 29, 23
ANY_SIGALG = bytes.fromhex("04030503060308040805080604010501060108070809")


class TlsError(ValueError):
    """The client broke off or broke a rule; the text says how."""


def vector(size, data):
    return len(data).to_bytes(size, "big") + data


def message(kind, body):
    return bytes([kind]) + vector(3, body)


def extension(number, data):
    return number.to_bytes(2, "big") + vector(2, data)


def mac(key, data):
    return hmac.new(key, data, hashlib.sha256).digest()


# Records

class Half:
    """One direction: its AEAD once there are keys. TLS 1.3 hides the type, 1.2 the nonce's end."""

    def __init__(self):
        self.aead = None
        self.sequence = 0

    def rekey(self, key, iv, modern):
        self.aead, self.iv, self.modern, self.sequence = AESGCM(key), iv, modern, 0

    def nonce(self):
        value = int.from_bytes(self.iv, "big") ^ self.sequence
        return value.to_bytes(12, "big")

    def seal(self, kind, data):
        if not self.aead:
            return bytes([kind]) + b"\x03\x03" + vector(2, data)
        count = self.sequence.to_bytes(8, "big")
        if self.modern:
            inner = data + bytes([kind])
            header = b"\x17\x03\x03" + (len(inner) + 16).to_bytes(2, "big")
            out = header + self.aead.encrypt(self.nonce(), inner, header)
        else:
            aad = count + bytes([kind]) + b"\x03\x03" + len(data).to_bytes(2, "big")
            body = count + self.aead.encrypt(self.iv + count, data, aad)
            out = bytes([kind]) + b"\x03\x03" + vector(2, body)
        self.sequence += 1
        return out

    def open(self, header, body):
        kind = header[0]
        if not self.aead or self.modern and (kind == CCS or kind == ALERT and len(body) == 2):
            return kind, body
        try:
            if self.modern:
                inner = self.aead.decrypt(self.nonce(), body, header).rstrip(b"\0")
                kind, data = inner[-1], inner[:-1]
            else:
                aad = self.sequence.to_bytes(8, "big") + header[:3] + \
                    (len(body) - 24).to_bytes(2, "big")
                data = self.aead.decrypt(self.iv + body[:8], body[8:], aad)
        except (InvalidTag, IndexError):
            raise TlsError("a record of the client does not decrypt") from None
        self.sequence += 1
        return kind, data


class Connection:
    """A TLS connection on a socket, from the server's side."""

    def __init__(self, sock, hello, options):
        self.socket, self.hello, self.options = sock, hello, options
        self.reader, self.writer = Half(), Half()
        self.transcript = hello.raw
        self.raw, self.pending, self.plain = b"", b"", b""
        self.asked = None

    # Records and messages

    def write(self, kind, data):
        size = self.options.get("record", 16384)
        out = b"".join(self.writer.seal(kind, data[i:i + size]) for i in range(0, len(data), size))
        step = self.options.get("segment") or len(out)
        for start in range(0, len(out), step):
            self.socket.sendall(out[start:start + step])
            if step < len(out):
                time.sleep(0.001)

    def flight(self, *messages):
        self.transcript += b"".join(messages)
        if self.options.get("pack"):
            self.write(HANDSHAKE, b"".join(messages))
        else:
            for one in messages:
                self.write(HANDSHAKE, one)
                if one[0] == 11 and self.options.get("stop"):
                    self.socket.shutdown(2)
                    raise TlsError("this server stopped behind its certificates")

    def exactly(self, size):
        while len(self.raw) < size:
            data = self.socket.recv(16384)
            if not data:
                raise TlsError("the client closed the connection during the handshake")
            self.raw += data
        out, self.raw = self.raw[:size], self.raw[size:]
        return out

    def record(self):
        header = self.exactly(5)
        return self.reader.open(header, self.exactly(int.from_bytes(header[3:], "big")))

    def next(self, kind):
        """The next handshake message, which must be of that kind; its body."""
        while len(self.pending) < 4 or \
                len(self.pending) < 4 + int.from_bytes(self.pending[1:4], "big"):
            record, data = self.record()
            if record == ALERT:
                raise TlsError(f"the client sent alert {data[1]}")
            if record == HANDSHAKE:
                self.pending += data
            elif record != CCS:
                raise TlsError(f"the client sent record {record} in the handshake")
        size = 4 + int.from_bytes(self.pending[1:4], "big")
        whole, self.pending = self.pending[:size], self.pending[size:]
        if whole[0] != kind:
            raise TlsError(f"the client sent message {whole[0]}, not {kind}")
        self.transcript += whole
        return whole[4:]

    def hash(self):
        return hashlib.sha256(self.transcript).digest()

    def refuse(self, alert):
        self.write(ALERT, bytes([2, alert]))
        raise TlsError(f"this server sent alert {alert}")

    # As a socket

    def settimeout(self, seconds):
        self.socket.settimeout(seconds)

    def setsockopt(self, *words):
        self.socket.setsockopt(*words)

    def shutdown(self, how):
        self.socket.shutdown(how)

    def close(self):
        self.socket.close()

    def sendall(self, data):
        self.write(DATA, data)

    def unwrap(self):
        self.write(ALERT, bytes([1, 0]))

    def recv(self, size):
        while not self.plain:
            try:
                kind, data = self.record()
            except TlsError:
                return b""
            if kind == ALERT:
                return b""
            if kind == DATA:
                self.plain = data
        out, self.plain = self.plain[:size], self.plain[size:]
        return out

    # What both versions do

    def sent(self, chain):
        return [] if self.options.get("none") else chain

    def signature(self, chain, scheme, data):
        signed = sign(chain[0].key.private, scheme, data + bool(self.options.get("forge")) * b"x")
        return scheme.to_bytes(2, "big") + vector(2, signed)

    def agree(self, group):
        """Our public share and a function from theirs to the secret."""
        if group == X25519:
            private = x25519.X25519PrivateKey.generate()
            public = private.public_key().public_bytes(serialization.Encoding.Raw,
                                                       serialization.PublicFormat.Raw)
            return public, lambda theirs: private.exchange(
                x25519.X25519PublicKey.from_public_bytes(theirs))
        private = ec.generate_private_key(ec.SECP256R1())
        public = private.public_key().public_bytes(serialization.Encoding.X962,
                                                   serialization.PublicFormat.UncompressedPoint)
        return public, lambda theirs: private.exchange(
            ec.ECDH(), ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), theirs))

    def identity(self, chains, modern):
        """The first chain whose key can sign for this client, with the scheme."""
        offered = range(0x10000) if self.options.get("stubborn") else self.hello.sigalgs
        found = [(chain, scheme) for chain in chains
                 if (scheme := scheme_for(chain[0].key, offered, modern))]
        if not found:
            self.refuse(40)
        found.sort(key=lambda f: (f[1] & 0xff == 3) != (self.options.get("prefer") == "ecdsa"))
        return found[0]


SCHEMES = {  # by class of key: (TLS 1.2, TLS 1.3), best first
    "p256": ((0x0403, 0x0503, 0x0603), (0x0403,)), "p384": ((0x0503, 0x0403, 0x0603), (0x0503,)),
    "p521": ((0x0603, 0x0503, 0x0403), (0x0603,)), "ed25519": ((0x0807,), (0x0807,)),
    "rsapss": ((0x0809,), (0x0809,)), "rsa": ((0x0401, 0x0804), (0x0804,))}


def scheme_for(key, offered, modern):
    kind = key.kind.rstrip("0123456789") if key.kind.startswith("rsa") else key.kind
    for scheme in SCHEMES.get(kind, SCHEMES["p256"])[modern]:
        if scheme in offered:
            return scheme
    return None


def sign(private, scheme, data):
    if isinstance(private, ed25519.Ed25519PrivateKey):
        return private.sign(data)
    function = {4: hashes.SHA256(), 5: hashes.SHA384(), 6: hashes.SHA512()}.get(
        scheme >> 8, hashes.SHA256())
    if isinstance(private, rsa.RSAPrivateKey):
        if scheme & 0xff == 1 and scheme >> 8 < 8:
            return private.sign(data, padding.PKCS1v15(), function)
        function = hashes.SHA256()
        return private.sign(data, padding.PSS(padding.MGF1(function), function.digest_size),
                            function)
    return private.sign(data, ec.ECDSA(function))


# TLS 1.2 (RFC 5246, 5288, 8422, 7627)

def prf(secret, label, seed, size):
    seed = label + seed
    out, a = b"", seed
    while len(out) < size:
        a = mac(secret, a)
        out += mac(secret, a + seed)
    return out[:size]


class Tls12(Connection):
    version = "1.2"

    def handshake(self, chains):
        chain, scheme = self.identity(chains, False)
        ecdsa = scheme & 0xff == 3 or scheme == 0x0807
        suite = 0xc02b if ecdsa else 0xc02f
        group = next((g for g in (X25519, P256) if g in self.hello.groups), None)
        if suite not in self.hello.suites or group is None:
            self.refuse(40)
        self.suite = "ECDHE-ECDSA-AES128-GCM-SHA256" if ecdsa else "ECDHE-RSA-AES128-GCM-SHA256"
        self.random = os.urandom(32)
        public, secret = self.agree(group)
        parameters = b"\x03" + group.to_bytes(2, "big") + vector(1, public)
        signature = self.signature(chain, scheme, self.hello.random + self.random + parameters)
        messages = [message(2, self.server_hello(suite)),
                    message(11, vector(3, b"".join(vector(3, c.der) for c in self.sent(chain)))),
                    message(12, parameters + signature)]
        if self.options.get("client_auth"):
            messages.append(message(13, vector(1, b"\x40\x01") + vector(2, ANY_SIGALG) +
                                    vector(2, b"")))
        self.flight(*messages, message(14, b""))
        self.client_flight(secret)

    def server_hello(self, suite):
        extensions = extension(0xff01, b"\0")
        if 11 in self.hello.extensions:
            extensions += extension(11, b"\x01\x00")
        if 23 in self.hello.extensions:
            extensions += extension(23, b"")
        if self.tickets():
            extensions += extension(35, b"")
        return b"\x03\x03" + self.random + b"\0" + suite.to_bytes(2, "big") + b"\0" + \
            vector(2, extensions)

    def tickets(self):
        return self.options.get("tickets") and 35 in self.hello.extensions

    def client_flight(self, secret):
        if self.options.get("client_auth"):
            self.asked = "certificate" if len(self.next(11)) > 3 else "empty"
            if self.asked == "empty" and self.options["client_auth"] == "required":
                self.refuse(40)
        premaster = secret(self.next(16)[1:])
        seed = self.hello.random + self.random
        if 23 in self.hello.extensions:
            master = prf(premaster, b"extended master secret", self.hash(), 48)
        else:
            master = prf(premaster, b"master secret", seed, 48)
        block = prf(master, b"key expansion", self.random + self.hello.random, 40)
        expected = prf(master, b"client finished", self.hash(), 12)
        while not self.reader.aead:
            kind, data = self.record()
            if kind == ALERT:
                raise TlsError(f"the client sent alert {data[1]}")
            if kind != CCS:
                raise TlsError("the client sent no ChangeCipherSpec")
            self.reader.rekey(block[:16], block[32:36], False)
        if self.next(20) != expected:
            raise TlsError("the client's Finished is wrong")
        if self.tickets():
            self.flight(message(4, bytes(4) + vector(2, os.urandom(160))))
        finished = message(20, prf(master, b"server finished", self.hash(), 12))
        self.write(CCS, b"\x01")
        self.writer.rekey(block[16:32], block[36:40], False)
        self.flight(finished)


# TLS 1.3 (RFC 8446)

def expand(secret, label, context, size):
    info = size.to_bytes(2, "big") + vector(1, b"tls13 " + label) + vector(1, context)
    return mac(secret, info + b"\x01")[:size]


class Tls13(Connection):
    version = "1.3"
    suite = "TLS_AES_128_GCM_SHA256"

    def handshake(self, chains):
        chain, scheme = self.identity(chains, True)
        group = next((g for g in (X25519, P256) if g in self.hello.shares), None)
        if 0x1301 not in self.hello.suites or group is None:
            self.refuse(40)
        public, secret = self.agree(group)
        shared = secret(self.hello.shares[group])
        self.flight(message(2, self.server_hello(group, public)))
        if self.hello.session_id:
            self.write(CCS, b"\x01")
        empty = hashlib.sha256(b"").digest()
        early = mac(bytes(32), bytes(32))
        secret = mac(expand(early, b"derived", empty, 32), shared)
        client = expand(secret, b"c hs traffic", self.hash(), 32)
        server = expand(secret, b"s hs traffic", self.hash(), 32)
        master = mac(expand(secret, b"derived", empty, 32), bytes(32))
        self.keys(self.reader, client)
        self.keys(self.writer, server)
        self.authenticate(chain, scheme, server)
        next_client = expand(master, b"c ap traffic", self.hash(), 32)
        next_server = expand(master, b"s ap traffic", self.hash(), 32)
        self.client_flight(client)
        self.keys(self.reader, next_client)
        self.keys(self.writer, next_server)
        if self.asked == "refused":
            self.refuse(116)
        for number in range(self.options.get("tickets", 0)):
            self.write(HANDSHAKE, message(4, (7200).to_bytes(4, "big") + os.urandom(4) +
                                          vector(1, bytes([number])) +
                                          vector(2, os.urandom(200)) + vector(2, b"")))

    def keys(self, half, secret):
        half.rekey(expand(secret, b"key", b"", 16), expand(secret, b"iv", b"", 12), True)

    def server_hello(self, group, public):
        share = group.to_bytes(2, "big") + vector(2, public)
        extensions = extension(43, b"\x03\x04") + extension(51, share)
        return b"\x03\x03" + os.urandom(32) + vector(1, self.hello.session_id) + \
            b"\x13\x01\x00" + vector(2, extensions)

    def authenticate(self, chain, scheme, secret):
        messages = [message(8, vector(2, b""))]
        if self.options.get("client_auth"):
            messages.append(message(13, vector(1, b"") + vector(2, extension(
                13, vector(2, ANY_SIGALG)))))
        entries = b"".join(vector(3, c.der) + b"\0\0" for c in self.sent(chain))
        messages.append(message(11, vector(1, b"") + vector(3, entries)))
        so_far = hashlib.sha256(self.transcript + b"".join(messages)).digest()
        content = b" " * 64 + b"TLS 1.3, server CertificateVerify\0" + so_far
        messages.append(message(15, self.signature(chain, scheme, content)))
        so_far = hashlib.sha256(self.transcript + b"".join(messages)).digest()
        messages.append(message(20, mac(expand(secret, b"finished", b"", 32), so_far)))
        self.flight(*messages)

    def client_flight(self, secret):
        if self.options.get("client_auth"):
            self.asked = "certificate" if len(self.next(11)) > 4 else "empty"
            if self.asked == "empty" and self.options["client_auth"] == "required":
                self.asked = "refused"
        expected = mac(expand(secret, b"finished", b"", 32), self.hash())
        if self.next(20) != expected:
            raise TlsError("the client's Finished is wrong")


def accept(sock, chains, hello, options):
    """Do the handshake; return the connection. Raises TlsError, OSError."""
    lowest, highest = options.get("min", "1.2"), options.get("max", "1.3")
    allowed = [v for v in ("1.3", "1.2") if lowest <= v <= highest and v in hello.versions]
    kind = {"1.3": Tls13, "1.2": Tls12}.get(allowed[0] if allowed else None, Connection)
    sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    connection = kind(sock, hello, options)
    connection.exactly(9 + int.from_bytes(hello.raw[1:4], "big"))
    if not allowed:
        connection.refuse(70)
    if options.get("warn"):
        connection.write(ALERT, bytes([1, options["warn"]]))
    connection.handshake(chains)
    return connection
