# SPDX-License-Identifier: Apache-2.0
"""A name server on loopback for the command line tests: the first label of a name says what it answers.

nx... NXDOMAIN, fail... SERVFAIL, slow... nothing, else no data. Unsigned: runs that use it give a trust
anchor for an unrelated zone, so that these names are insecure.
"""
import socket
import struct
import threading

UNRELATED_ANCHOR = (
    "unrelated. IN DS 20326 8 2 E06D44B80B8F1D39A95C0B0D7C65D08458E880409BBC683457104237C7F8EC8D"
)
RCODES = {"nx": 3, "fail": 2}


def answer(query):
    length = query[12]
    first = query[13 : 13 + length].decode("ascii", "replace").lower()
    if first.startswith("slow"):
        return None
    rcode = next((code for word, code in RCODES.items() if first.startswith(word)), 0)
    at = 12
    while query[at] != 0:
        at += 1 + query[at]
    question = query[12 : at + 5]
    return query[:2] + struct.pack("!HHHHH", 0x8180 | rcode, 1, 0, 0, 0) + question


class FakeDns:
    """with FakeDns() as dns: ... dns.port ... dns.queries"""

    def __enter__(self):
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.bind(("127.0.0.1", 0))
        self.port = self.socket.getsockname()[1]
        self.queries = 0
        self.silent = False
        self.thread = threading.Thread(target=self.serve, daemon=True)
        self.thread.start()
        return self

    def serve(self):
        while True:
            try:
                query, peer = self.socket.recvfrom(4096)
                self.queries += 1
                reply = answer(query) if len(query) > 16 and not self.silent else None
                if reply is not None:
                    self.socket.sendto(reply, peer)
            except OSError:  # closed: the test is over
                return

    def __exit__(self, *exc):
        self.socket.close()

    def silence(self):
        """From now on it answers nothing."""
        self.silent = True

    def options(self):
        return ["-r", f"127.0.0.1@{self.port}", "--trust-anchor", UNRELATED_ANCHOR]
