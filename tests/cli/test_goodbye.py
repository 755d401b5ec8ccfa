# SPDX-License-Identifier: Apache-2.0
"""After the handshake: what a server with TLS from the first byte hears, and what it still has to say."""
import hashlib
import os
import socket
import ssl
import subprocess
import tempfile
import threading
import time

from harness import check, equal, run, test

ALERT = 21  # RFC 8446 s5.1
PIECES = 8


class Talker:
    """Goes on talking after the handshake, piece by piece, and notes the records that come meanwhile."""

    def __init__(self, context):
        self.context = context
        self.heard = []
        self.over = threading.Event()
        self.socket = socket.create_server(("127.0.0.1", 0))
        self.port = self.socket.getsockname()[1]
        threading.Thread(target=self.serve, daemon=True).start()

    def serve(self):
        peer, _ = self.socket.accept()
        with peer:
            peer.settimeout(5)
            came, goes = ssl.MemoryBIO(), ssl.MemoryBIO()
            secure = self.context.wrap_bio(came, goes, server_side=True)
            while not self.shake(secure):
                peer.sendall(goes.read())
                came.write(peer.recv(4096))
            rest = b""
            try:
                for _ in range(PIECES):
                    secure.write(b"x")
                    peer.sendall(goes.read())
                    time.sleep(0.01)
                while piece := peer.recv(4096):
                    rest += piece
            except OSError:  # gone, which is its good right
                pass
            while len(rest) >= 5:
                self.heard.append(rest[0])
                rest = rest[5 + int.from_bytes(rest[3:5], "big") :]
        self.over.set()

    @staticmethod
    def shake(secure):
        try:
            secure.do_handshake()
        except ssl.SSLWantReadError:
            return False
        return True


class Faraway(Talker):
    """Half a second away, and wants a certificate of the client: in TLS 1.3 that comes out at the end."""

    def serve(self):
        while True:
            peer, _ = self.socket.accept()
            with peer:
                came, goes = ssl.MemoryBIO(), ssl.MemoryBIO()
                secure = self.context.wrap_bio(came, goes, server_side=True)
                try:
                    while not self.shake(secure):
                        time.sleep(0.5)
                        peer.sendall(goes.read())
                        came.write(peer.recv(4096))
                except ssl.SSLError:
                    time.sleep(0.5)
                    peer.sendall(goes.read())


def certificate(folder):
    """(context, digest of its certificate, path of that)"""
    key, cert = os.path.join(folder, "key"), os.path.join(folder, "cert")
    subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes",
                    "-keyout", key, "-out", cert, "-subj", "/CN=x"], check=True, stderr=subprocess.DEVNULL)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(cert, key)
    with open(cert, encoding="ascii") as file:
        der = ssl.PEM_cert_to_DER_cert(file.read())
    return context, hashlib.sha256(der).hexdigest(), cert


def probe(server, digest):
    return run("check", "-r", "127.0.0.1@9", "-t", "3", "--deadline", "20", "--key-types", "any", "--tlsa",
               f"3 0 1 {digest}", "--connect", f"a.example=127.0.0.1:{server.port}", "imaps://a.example")


@test
def close_notify_is_sent_once():
    with tempfile.TemporaryDirectory() as folder:
        context, digest, _ = certificate(folder)
        context.maximum_version = ssl.TLSVersion.TLSv1_2  # whose alerts can be told from outside
        server = Talker(context)
        result = probe(server, digest)
        check(result.out.startswith("verified: "), str(result))
        check(server.over.wait(10), "the server is not done")
        equal(server.heard, [ALERT], "records after the handshake")


@test
def late_alert_is_heard():
    with tempfile.TemporaryDirectory() as folder:
        context, digest, cert = certificate(folder)
        context.minimum_version = ssl.TLSVersion.TLSv1_3
        context.verify_mode = ssl.CERT_REQUIRED
        context.load_verify_locations(cert)
        result = probe(Faraway(context), digest)
        check("tls-alert" in result.out and "certificate_required" in result.out, str(result))
        check(not result.out.startswith("verified"), str(result))
