# SPDX-License-Identifier: Apache-2.0
"""What a server with TLS from the first byte hears once the handshake is done: close_notify, once."""
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


@test
def close_notify_is_sent_once():
    with tempfile.TemporaryDirectory() as folder:
        key, cert = os.path.join(folder, "key"), os.path.join(folder, "cert")
        subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes",
                        "-keyout", key, "-out", cert, "-subj", "/CN=x"], check=True, stderr=subprocess.DEVNULL)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.maximum_version = ssl.TLSVersion.TLSv1_2  # whose alerts can be told from outside
        context.load_cert_chain(cert, key)
        with open(cert, encoding="ascii") as file:
            der = ssl.PEM_cert_to_DER_cert(file.read())
        server = Talker(context)
        result = run("check", "-r", "127.0.0.1@9", "-t", "2", "--deadline", "10", "--key-types", "any", "--tlsa",
                     "3 0 1 " + hashlib.sha256(der).hexdigest(), "--connect", f"a.example=127.0.0.1:{server.port}", "imaps://a.example")
        check(result.out.startswith("verified: "), str(result))
        check(server.over.wait(10), "the server is not done")
        equal(server.heard, [ALERT], "records after the handshake")
