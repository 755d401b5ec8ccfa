# SPDX-License-Identifier: Apache-2.0
"""What a ClientHello says, read from the bytes on the socket before any TLS library sees them."""

import socket
import struct
import time

VERSIONS = {0x0300: "ssl3", 0x0301: "1.0", 0x0302: "1.1", 0x0303: "1.2", 0x0304: "1.3"}
ECDSA_SUITES = {0xc009, 0xc00a, 0xc023, 0xc024, 0xc02b, 0xc02c, 0xcca9, 0xc0ac, 0xc0ad, 0xc0ae,
                0xc0af, 0xc072, 0xc073, 0xc086, 0xc087, 0xc05c, 0xc05d, 0xc048, 0xc049}


class Reader:
    def __init__(self, data):
        self.data, self.at = data, 0

    def take(self, size):
        if self.at + size > len(self.data):
            raise ValueError("ClientHello: too short")
        self.at += size
        return self.data[self.at - size:self.at]

    def number(self, size):
        return int.from_bytes(self.take(size), "big")

    def block(self, size):
        return self.take(self.number(size))

    def more(self):
        return self.at < len(self.data)


def shorts(data):
    return list(struct.unpack(f">{len(data) // 2}H", data))


class ClientHello:
    """sni, versions ["1.3", "1.2"], suites, sigalgs, groups (numbers), shares {group: bytes},
    random, session_id, extensions {number: bytes}, raw (the handshake message)."""

    def __init__(self, message):
        self.raw = message
        reader = Reader(message)
        if reader.number(1) != 1:
            raise ValueError("ClientHello: another handshake message")
        reader = Reader(reader.block(3))
        legacy = reader.number(2)
        self.random, self.session_id = reader.take(32), reader.block(1)
        self.suites = shorts(reader.block(2))
        reader.block(1)
        self.extensions = {}
        if reader.more():
            body = Reader(reader.block(2))
            while body.more():
                number = body.number(2)
                self.extensions[number] = body.block(2)
        self.sni = self.server_name()
        self.sigalgs, self.groups = self.list_of(13), self.list_of(10)
        self.versions = [VERSIONS.get(v, hex(v)) for v in self.offered(legacy)
                         if v & 0x0f0f != 0x0a0a]
        self.shares = {}
        if 51 in self.extensions:
            body = Reader(Reader(self.extensions[51]).block(2))
            while body.more():
                group = body.number(2)
                self.shares[group] = body.block(2)

    def list_of(self, number):
        data = self.extensions.get(number)
        return shorts(Reader(data).block(2)) if data else []

    def offered(self, legacy):
        if 43 in self.extensions:
            return shorts(Reader(self.extensions[43]).block(1))
        return list(range(min(legacy, 0x0303), 0x0300, -1))

    def server_name(self):
        if not self.extensions.get(0):
            return None
        body = Reader(Reader(self.extensions[0]).block(2))
        while body.more():
            kind, value = body.number(1), body.block(2)
            if kind == 0:
                return value.decode("latin-1")
        return None

    def key_types(self):
        """The certificate key types this client would take: a subset of {"ecdsa", "rsa"}."""
        out = set()
        if any(s & 0xff == 3 and s >> 8 <= 6 or s in (0x081a, 0x081b, 0x081c)
               for s in self.sigalgs):
            out.add("ecdsa")
        if any(s in (0x0804, 0x0805, 0x0806) or s & 0xff == 1 and s >> 8 <= 6
               for s in self.sigalgs):
            out.add("rsa")
        return out


def peek(sock, timeout=30):
    """The first TLS record on the socket, left there. b"" when the client closed; what came
    so far when it is no TLS record or does not end."""
    end = time.monotonic() + timeout
    data = b""
    while time.monotonic() < end:
        try:
            new = sock.recv(20000, socket.MSG_PEEK)
        except (TimeoutError, BlockingIOError):
            new = data
        if not new:
            return b""
        if new[0] != 22 or len(new) >= 5 and len(new) >= 5 + int.from_bytes(new[3:5], "big"):
            return new
        if new == data:
            time.sleep(0.005)
        data = new
    return data


def from_record(data):
    """The ClientHello of a first record, or None."""
    try:
        return ClientHello(data[5:5 + int.from_bytes(data[3:5], "big")]) if data[:1] == b"\x16" \
            else None
    except ValueError:
        return None
