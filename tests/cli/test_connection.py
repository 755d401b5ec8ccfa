# SPDX-License-Identifier: Apache-2.0
"""Options that are heard at the server: --ehlo, --connect, -4, -6, on a server that only listens."""
import json
import socket
import subprocess
import threading

import harness
from harness import check, clean_environment, equal, refused, run, test

RECORD = "3 1 1 " + "00" * 32


class Listener:
    """Greets, notes the first command, refuses it."""

    def __init__(self, address):
        family = socket.AF_INET6 if ":" in address else socket.AF_INET
        self.socket = socket.socket(family, socket.SOCK_STREAM)
        self.socket.bind((address, 0))
        self.socket.listen(8)
        self.port = self.socket.getsockname()[1]
        self.heard = []

    def __enter__(self):
        threading.Thread(target=self.serve, daemon=True).start()
        return self

    def serve(self):
        while True:
            try:
                peer, _ = self.socket.accept()
                peer.sendall(b"220 here\r\n")
                self.heard.append(peer.recv(1000).decode())
                peer.sendall(b"500 no\r\n")
                peer.close()
            except OSError:
                return

    def __exit__(self, *exc):
        self.socket.close()


def probe(*args):
    # With --tlsa and --connect nothing is asked in the DNS that could matter; nobody listens at that port.
    return run("check", "-r", "127.0.0.1@9", "-t", "1", "--deadline", "10", "-o", "json", "--tlsa", RECORD, *args)


def addresses(result):
    return [a for h in json.loads(result.out)["hosts"] for a in h["addresses"]]


def ehlo(server, host, *args):
    server.heard.clear()
    result = probe("--connect", f"mx.example={host}:{server.port}", *args, "smtp://mx.example")
    equal(result.code, 2, str(result))  # EHLO refused: no STARTTLS
    check(len(server.heard) > 0, "nothing was heard")
    return server.heard[0]


@test
def ehlo_name():
    with Listener("127.0.0.1") as v4, Listener("::1") as v6:
        socket.sethostname("plain")
        # RFC 5321 s4.1.3: the address literal of the local end
        equal(ehlo(v4, "127.0.0.1"), "EHLO [127.0.0.1]\r\n", "host name without a dot")
        equal(ehlo(v6, "[::1]"), "EHLO [IPv6:::1]\r\n", "IPv6")
        socket.sethostname("probe.example")
        equal(ehlo(v4, "127.0.0.1"), "EHLO probe.example\r\n", "host name with a dot")
        equal(ehlo(v4, "127.0.0.1", "--ehlo", "other.example"), "EHLO other.example\r\n", "--ehlo")
        socket.sethostname("bad name.example")
        equal(ehlo(v4, "127.0.0.1"), "EHLO [127.0.0.1]\r\n", "host name with a blank")
        socket.sethostname("plain")


@test
def families():
    with Listener("127.0.0.1") as v4, Listener("::1") as v6:
        both = ["--connect", f"mx.example=127.0.0.1:{v4.port}", "--connect", f"mx.example=[::1]:{v6.port}"]
        probe(*both, "smtp://mx.example")
        check(v4.heard and v6.heard, "both families are connected")
        refused(probe("-4", *both, "smtp://mx.example"), "which -4 rules out")
        refused(probe("-6", *both, "smtp://mx.example"), "which -6 rules out")


@test
def port_of_the_target_and_of_connect():
    with Listener("127.0.0.1") as server:
        result = probe("--connect", "mx.example=127.0.0.1", f"smtp://mx.example:{server.port}")
        equal(len(server.heard) > 0, True, f"the target's port: {result}")
        server.heard.clear()
        result = probe("--connect", f"mx.example=127.0.0.1:{server.port}", "smtp://mx.example:9")
        equal(len(server.heard) > 0, True, f"the port of --connect: {result}")
        check(str(server.port) in result.out, "the address in the report has no port")


@test
def no_network_is_no_interception():
    """Nothing answers, and nothing is to be looked for on the way: there is none."""
    done = subprocess.run(["unshare", "--user", "--map-root-user", "--net", harness.BINARY, "check", "-r", "recursive",
                           "--deadline", "20", "example.org"],
                          stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=60,
                          env=clean_environment())
    text = " ".join(done.stdout.decode().split())
    equal(done.returncode, 3, "exit")
    check("dns-unreachable" in text and "no route to the Internet" in text, text)
