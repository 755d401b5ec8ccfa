# SPDX-License-Identifier: Apache-2.0
"""A mail server that says and does what it is told, for what real ones will not do.

    group = Group(certs, variables)          certs: pki.Scenario; one group a scenario
    group.start(behaviour, "10.1.0.1", 25)   listens when it returns; several calls are fine
    group.seen                               one dict a connection, in order of arrival
    complaints(group.seen, {"sni": "mx.z"})  [] when every expectation held
    group.stop()

Behaviour (all optional; unknown words are an error; {words} come from the variables):
    chain = "leaf int"          as sent; a list loads several: ["leaf int", "rsa:leaf rsa:int"]
    sni = { "mx.{zone}" = "leaf int", "" = "other" }    chain by SNI ("" none given); else `chain`
    greeting = "220 mx ESMTP"   text or list of lines; caps = ["STARTTLS"]; ehlo, helo, starttls,
    tls_ehlo, quit              the reply, text or list of lines; ehlo replaces caps
    eol = "\\r\\n"              line end of every reply
    delay = { greeting = 2 }    seconds before a reply (greeting ehlo starttls handshake)
    line_delay                  seconds between the lines of the greeting
    drip                        seconds between the bytes of plain replies
    inject = "250 x\\r\\n"      bytes in the same segment as the reply to STARTTLS
    strict = true               STARTTLS must be exactly that, CRLF
    implicit = true             TLS from the first byte
    on = { STAGE = ACTION }     instead of going on. STAGE: connect ehlo starttls after220 hello
                                (ClientHello read) tls (handshake over) tls_ehlo quit
                                ACTION: close rst silent alert:N send:TEXT hex:BYTES endless
                                (reply without end) lines (never a line end) giant:N (line of N)
    tls_min, tls_max            "1.0" to "1.3"; ciphers: OpenSSL's words
    curve = "secp384r1"         the only group the server takes (a HelloRetryRequest in 1.3)
    client_auth                 "optional" or "required"
    tickets = 2                 of TLS 1.3
    notify = false              no close_notify at the end
    raw = true                  tlsraw.py instead of OpenSSL, and then: record = 512 splits its
                                records; pack = true lets messages share and straddle them;
                                segment = 7 bytes a TCP segment; stop = true ends it behind the
                                Certificate message; forge = true breaks its signature; none =
                                true sends no certificate; warn = 112 a warning alert first;
                                stubborn = true a certificate that the client cannot use;
                                prefer = "ecdsa" when both key types would do
    visits = [{...}, {...}]     what differs on the first, second, ... connection to this server
                                (the last one stays; cycle = true starts again)
    barrier = 4                 no greeting before 4 connections of the group have arrived

What a connection left in seen: server, number, sni, versions, suites, sigalgs, key_types, ehlo,
tls_ehlo, commands, tls_commands (as received), tls, suite, error, pipelined, quit, asked (raw with
client_auth: "empty" or "certificate", what the client answered).
"""

import hashlib
import os
import socket
import ssl
import struct
import threading
import time

import tlsraw
import tlsraw_hello

WORDS = {"chain", "sni", "greeting", "caps", "ehlo", "helo", "starttls", "tls_ehlo", "quit", "eol",
         "delay", "line_delay", "drip", "inject", "strict", "implicit", "on", "tls_min", "tls_max",
         "ciphers", "notify", "raw", "visits", "cycle", "barrier", "curve"}
RAW_WORDS = {"client_auth", "tickets", "record", "pack", "segment", "stop", "forge", "none", "warn",
             "stubborn", "prefer"}
WORDS |= RAW_WORDS
STAGES = {"connect", "ehlo", "starttls", "after220", "hello", "tls", "tls_ehlo", "quit"}
VERSION = {"1.0": ssl.TLSVersion.TLSv1, "1.1": ssl.TLSVersion.TLSv1_1,
           "1.2": ssl.TLSVersion.TLSv1_2, "1.3": ssl.TLSVersion.TLSv1_3}
PATIENCE_S = 60
LINE_MAX = 8192


class Gone(Exception):
    """The connection is over, by the client's doing or by an action."""


class Group:
    def __init__(self, certs, variables=None):
        self.certs, self.variables = certs, variables or {}
        self.seen, self.servers, self.sockets = [], [], set()
        self.changed = threading.Condition()
        self.arrived = 0
        self.stopped = False

    def start(self, behaviour, address, port=25):
        server = Server(self, behaviour, address, port)
        self.servers.append(server)
        return server

    def text(self, value):
        return value.format_map(self.variables) if "{" in value else value

    def wait_for(self, count):
        """False when `count` connections did not arrive in time."""
        with self.changed:
            return self.changed.wait_for(lambda: self.stopped or self.arrived >= count, 10)

    def arrive(self, record):
        with self.changed:
            self.arrived += 1
            self.seen.append(record)
            self.changed.notify_all()

    def stop(self):
        with self.changed:
            self.stopped = True
            self.changed.notify_all()
            open_sockets = list(self.sockets)
        for server in self.servers:
            server.close()
        for sock in open_sockets:
            try:
                sock.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass


def check_words(behaviour, inner=False):
    unknown = set(behaviour) - WORDS | set(behaviour.get("on", {})) - STAGES
    if unknown:
        raise ValueError(f"smtpd: no such behaviour: {', '.join(sorted(unknown))}")
    for visit in behaviour.get("visits", []):
        if inner:
            raise ValueError("smtpd: visits within visits")
        check_words(visit, True)


class Server:
    def __init__(self, group, behaviour, address, port):
        check_words(behaviour)
        self.group, self.behaviour, self.address, self.port = group, behaviour, address, port
        self.count = 0
        self.lock = threading.Lock()
        family = socket.AF_INET6 if ":" in address else socket.AF_INET
        self.socket = socket.socket(family, socket.SOCK_STREAM)
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self.socket.bind((address, port))
        self.socket.listen(64)
        for number in range(len(behaviour.get("visits", [{}]))):
            self.prepare({**behaviour, **behaviour.get("visits", [{}])[number]})
        threading.Thread(target=self.accept, daemon=True).start()

    def prepare(self, behaviour):
        """Certificates are made before anybody waits for them; a mistake shows at the start."""
        for chain in [behaviour.get("chain", "leaf int"), *behaviour.get("sni", {}).values()]:
            for names in [chain] if isinstance(chain, str) else chain:
                self.group.certs.chain(names)

    def accept(self):
        while True:
            try:
                sock, _ = self.socket.accept()
            except OSError:
                return
            with self.lock:
                number = self.count
                self.count += 1
            threading.Thread(target=self.serve, args=(sock, number), daemon=True).start()

    def serve(self, sock, number):
        with self.group.changed:
            self.group.sockets.add(sock)
        visits = self.behaviour.get("visits", [{}])
        turn = number % len(visits) if self.behaviour.get("cycle") else min(number, len(visits) - 1)
        session = Session(self, sock, {**self.behaviour, **visits[turn]}, number)
        try:
            session.run()
        except (Gone, OSError, ValueError) as error:
            if not isinstance(error, Gone):
                session.record["error"] = str(error) or type(error).__name__
        finally:
            with self.group.changed:
                self.group.sockets -= {sock, session.socket}
                self.group.changed.notify_all()
            session.close()

    def close(self):
        try:
            self.socket.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass
        self.socket.close()


class Session:
    """One connection, played to its end."""

    def __init__(self, server, sock, behaviour, number):
        self.group, self.socket, self.behaviour = server.group, sock, behaviour
        self.buffer = b""
        self.secure = False
        self.record = {"server": server.address, "port": server.port, "number": number + 1,
                       "commands": [], "tls_commands": [], "pipelined": False, "quit": False}
        self.host = self.group.variables.get("mx", "mx.invalid")

    def get(self, word, default=None):
        return self.behaviour.get(word, default)

    # Bytes

    def send(self, data):
        drip = self.get("drip")
        if drip and not self.secure:
            for byte in data:
                self.socket.sendall(bytes([byte]))
                time.sleep(drip)
        else:
            self.socket.sendall(data)

    def reply(self, value, stage=None, extra=b""):
        """Send a reply given as text or lines, as latin-1."""
        time.sleep(self.get("delay", {}).get(stage, 0))
        lines = [value] if isinstance(value, str) else value
        eol = self.get("eol", "\r\n")
        data = [self.group.text(line + eol).encode("latin-1", "replace") for line in lines]
        if self.get("line_delay") and stage == "greeting":
            for line in data[:-1]:
                self.send(line)
                time.sleep(self.get("line_delay"))
            data = data[-1:]
        self.send(b"".join(data) + extra)

    def line(self):
        self.socket.settimeout(PATIENCE_S)
        while b"\n" not in self.buffer:
            if len(self.buffer) > LINE_MAX:
                raise Gone
            data = self.socket.recv(4096)
            if not data:
                raise Gone
            self.buffer += data
        line, _, self.buffer = self.buffer.partition(b"\n")
        if self.buffer:
            self.record["pipelined"] = True
        line += b"\n"
        commands = self.record["tls_commands" if self.secure else "commands"]
        commands.append(line.decode("latin-1"))
        return line

    def close(self):
        try:
            self.socket.close()
        except OSError:
            pass

    def reset(self):
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.close()

    def drain(self):
        """Wait until the client goes away."""
        self.socket.settimeout(PATIENCE_S)
        while self.socket.recv(65536):
            pass

    def act(self, stage):
        """Play what `on` asks for at this stage; an action ends the connection."""
        action = self.get("on", {}).get(stage)
        if not action:
            return
        word, _, value = action.partition(":")
        if word == "rst":
            self.reset()
        elif word == "silent":
            self.drain()
        elif word == "alert":
            self.socket.sendall(bytes([21, 3, 3, 0, 2, 2, int(value)]))
            self.finish()
        elif word == "send":
            self.socket.sendall(self.group.text(value).encode("latin-1"))
            self.finish()
        elif word == "hex":
            self.socket.sendall(bytes.fromhex(value))
            self.finish()
        elif word in ("endless", "lines"):
            data = b"220-more and more and more\r\n" if word == "endless" else b"more and more "
            for _ in range(1 << 20):
                self.socket.sendall(data * 50)
        elif word == "giant":
            self.socket.sendall(b"220 " + b"x" * int(value) + b"\r\n")
            self.drain()
        elif word != "close":
            raise ValueError(f"smtpd: no such action: {action}")
        raise Gone

    def finish(self):
        """Close so that the bytes sent are not lost to a reset."""
        self.socket.shutdown(socket.SHUT_WR)
        self.socket.settimeout(5)
        self.drain()

    # Dialogue

    def run(self):
        self.group.arrive(self.record)
        self.act("connect")
        if self.get("barrier") and not self.group.wait_for(self.get("barrier")):
            self.record["error"] = "barrier: the other connections did not come"
            raise Gone
        if self.get("implicit"):
            self.start_tls()
        self.reply(self.get("greeting", f"220 {self.host} ESMTP"), "greeting")
        while True:
            self.command(self.line())

    def command(self, line):
        verb, _, rest = line.decode("latin-1").strip().partition(" ")
        verb = verb.upper()
        if verb in ("EHLO", "LHLO", "HELO"):
            self.hello(verb, rest)
        elif verb == "STARTTLS" and not self.secure:
            self.starttls(line, rest)
        elif verb == "QUIT":
            self.record["quit"] = True
            self.act("quit")
            self.reply(self.get("quit", "221 2.0.0 Bye"))
            self.goodbye()
        elif verb in ("NOOP", "RSET"):
            self.reply("250 2.0.0 Ok")
        else:
            self.reply("502 5.5.2 Error: command not recognized")

    def hello(self, verb, rest):
        self.record["tls_ehlo" if self.secure else "ehlo"] = rest
        self.act("tls_ehlo" if self.secure else "ehlo")
        if verb == "HELO":
            self.reply(self.get("helo", f"250 {self.host}"))
            return
        words = self.get("caps", ["PIPELINING", "SIZE 10240000", "STARTTLS", "8BITMIME"])
        words = [w for w in words if not (self.secure and w.upper() == "STARTTLS")]
        lines = [self.host, *words]
        lines = [f"250-{w}" for w in lines[:-1]] + [f"250 {lines[-1]}"]
        self.reply(self.get("tls_ehlo", lines) if self.secure else self.get("ehlo", lines), "ehlo")

    def starttls(self, line, rest):
        self.act("starttls")
        if rest or self.get("strict") and line != b"STARTTLS\r\n":
            self.reply("501 5.5.4 Syntax: STARTTLS")
            return
        answer = self.get("starttls", "220 2.0.0 Ready to start TLS")
        first = answer if isinstance(answer, str) else answer[-1]
        self.reply(answer, "starttls", self.group.text(self.get("inject", "")).encode("latin-1"))
        if first.startswith("220"):
            self.start_tls()

    # TLS

    def start_tls(self):
        self.act("after220")
        self.socket.settimeout(PATIENCE_S)
        time.sleep(self.get("delay", {}).get("handshake", 0))
        if self.buffer:
            raise ValueError("the client sent bytes before the reply to STARTTLS")
        first = tlsraw_hello.peek(self.socket)
        hello = tlsraw_hello.from_record(first)
        if hello is None:
            self.record["error"] = f"no ClientHello: {first[:40]!r}"
            raise Gone
        self.record.update(sni=hello.sni, versions=hello.versions, suites=hello.suites,
                           sigalgs=hello.sigalgs, key_types=sorted(hello.key_types()))
        if "hello" in self.get("on", {}):
            self.socket.recv(len(first))
        self.act("hello")
        chain = self.choose(hello)
        if self.get("raw"):
            self.raw_tls(chain, hello)
        else:
            self.openssl_tls(chain)
        self.secure = True
        self.buffer = b""
        self.act("tls")

    def choose(self, hello):
        names = {self.group.text(k): v for k, v in self.get("sni", {}).items()}
        chain = names.get(hello.sni or "", self.get("chain", "leaf int"))
        return [self.group.certs.chain(c) for c in ([chain] if isinstance(chain, str) else chain)]

    def openssl_tls(self, chains):
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.set_ciphers(self.get("ciphers", "DEFAULT") + ":@SECLEVEL=0")
        context.minimum_version = VERSION[self.get("tls_min", "1.2")]
        context.maximum_version = VERSION[self.get("tls_max", "1.3")]
        if "client_auth" in self.behaviour:
            context.verify_mode = {"optional": ssl.CERT_OPTIONAL,
                                   "required": ssl.CERT_REQUIRED}[self.get("client_auth")]
        if "curve" in self.behaviour:
            context.set_ecdh_curve(self.get("curve"))
        if "tickets" in self.behaviour:
            context.num_tickets = self.get("tickets")
        for chain in chains:
            context.load_cert_chain(self.pem_file(chain))
        self.socket.settimeout(PATIENCE_S)
        plain = self.socket
        self.socket = context.wrap_socket(plain, server_side=True, do_handshake_on_connect=False)
        with self.group.changed:
            self.group.sockets.add(self.socket)
        self.socket.do_handshake()
        self.record.update(tls=self.socket.version(), suite=self.socket.cipher()[0])

    def pem_file(self, chain):
        text = chain[0].key.pem + "".join(c.pem for c in chain)
        directory = os.path.join(self.group.certs.pki.directory, "pem")
        os.makedirs(directory, exist_ok=True)
        path = os.path.join(directory, hashlib.sha256(text.encode()).hexdigest() + ".pem")
        if not os.path.exists(path):
            temporary = f"{path}.{os.getpid()}.{threading.get_ident()}"
            with open(temporary, "w") as file:
                file.write(text)
            os.replace(temporary, path)
        return path

    def raw_tls(self, chains, hello):
        options = {word: self.get(word) for word in RAW_WORDS if word in self.behaviour}
        server = tlsraw.accept(self.socket, chains, hello, {
            "min": self.get("tls_min", "1.2"), "max": self.get("tls_max", "1.3"),
            "prefer": "ecdsa", **options})
        self.socket = server
        self.record.update(tls="TLSv" + server.version, suite=server.suite, asked=server.asked)

    def goodbye(self):
        if self.secure and self.get("notify", True):
            self.socket.settimeout(2)
            try:
                self.socket.unwrap()
            except (OSError, ValueError):
                pass
        raise Gone


def complaints(seen, expected):
    """What the connections of a scenario did not do as expected; [] when all is well.

    connections = 2 is their number; any other key must have that value in every connection that
    has the key at all, and at least one must have it; a list value `any = {...}` asks for one
    connection with all of its values; commands are compared without their line ends."""
    out = []

    def value(record, key):
        found = record.get(key)
        if key in ("commands", "tls_commands"):
            return [c.removesuffix("\r\n") for c in found]
        return found

    for key, wanted in expected.items():
        if key == "connections":
            if len(seen) != wanted:
                out.append(f"{len(seen)} connections, expected {wanted}")
        elif key == "any":
            if not any(all(value(r, k) == v for k, v in wanted.items()) for r in seen):
                out.append(f"no connection with {wanted}")
        else:
            found = [value(r, key) for r in seen if key in r]
            if not found or any(f != wanted for f in found):
                out.append(f"{key}: {found}, expected {wanted}")
    return out
