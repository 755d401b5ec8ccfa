# SPDX-License-Identifier: Apache-2.0
"""Beginning and end: signals, sockets, --ping."""
import os
import signal
import socket
import subprocess
import sys
import time

import exporter
from exporter import PORT, Connection, Exporter, check, equal, get, request


def serve(*args, **more):
    """Run to its end; (status, lines of stderr)."""
    done = subprocess.run([exporter.BINARY, "serve", *args], stdin=subprocess.DEVNULL,
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, timeout=30,
                          **more)
    equal(done.stdout, "", "stdout")
    return done.returncode, done.stderr.splitlines()


def test_drain():
    """SIGTERM: probes end, no new ones, no new connections; then 0."""
    for number in (signal.SIGTERM, signal.SIGINT):
        server = Exporter("--key-types", "any", "--max-probes", "1")
        running, queued, kept, other = [Connection() for _ in range(4)]
        equal(kept.get("/healthz").status, 200, "before")
        equal(other.get("/healthz").status, 200, "before")
        running.send(request("/probe?target=slow0.lab"))
        server.await_metric("daneprobe_probes_in_flight", 1)
        queued.send(request("/probe?target=slow1.lab"))
        server.await_metric("daneprobe_probes_queued", 1)
        server.signal(number)
        time.sleep(0.2)
        reply = kept.get("/healthz")
        equal((reply.status, reply.text, reply.headers["connection"]),
              (503, "ending\n", "close"), "/healthz while it ends")
        equal(other.get("/probe?target=slow2.lab").status, 503, "a new probe")
        try:
            Connection()
            raise exporter.Failure("it still accepts")
        except ConnectionRefusedError:
            pass
        for one in (running, queued):
            reply = one.reply()
            equal(reply.verdict(), "verified", "a probe that was asked for")
            equal(reply.headers["connection"], "close", "connection")
        equal(server.wait(), 0, "exit status")


def test_idle_end():
    server = Exporter()
    idle = Connection()
    server.signal()
    equal(server.wait(5), 0, "exit status")
    check(idle.at_end(), "the connection stays")


def test_second_signal():
    server = Exporter()
    waiting = Connection()
    waiting.send(request("/probe?target=undetermined.lab"))
    server.await_metric("daneprobe_probes_in_flight", 1)
    server.signal()
    time.sleep(0.2)
    check(server.process.poll() is None, "it did not wait")
    start = time.monotonic()
    server.signal()
    equal(server.wait(5), 3, "exit status")
    check(time.monotonic() - start < 2, "not at once")


def test_listen():
    """Several addresses, IPv6 among them; loopback alone without a word."""
    server = Exporter("--listen", "127.0.0.2:15252", "--listen", "[::1]:8080", ready=False)
    time.sleep(0.5)
    for address, port in (("127.0.0.2", 15252), ("::1", 8080)):
        connection = Connection(address, port)
        equal(connection.get("/healthz").text, "ok\n", address)
    check("note" not in server.stderr(), server.stderr())
    try:
        Connection()
        raise exporter.Failure("it listens at the default, too")
    except ConnectionRefusedError:
        pass


def test_open_to_all():
    server = Exporter("--listen", "0.0.0.0:15252", "--listen", "[::]:15252")
    equal(Connection("::1").get("/healthz").text, "ok\n", "IPv6")
    check("--allow-target" in server.stderr(), "no note: " + server.stderr())


def test_cannot_listen():
    taken = socket.create_server(("127.0.0.1", PORT))
    for args, words in [((), "another program"), (("--listen", "203.0.113.7:1"), "no such address"),
                        (("--listen", "127.0.0.1"), "127.0.0.1:15252"),
                        (("--listen", "localhost:1"), "127.0.0.1:15252"),
                        (("--listen", "::1:80"), "[::1]:15252"),
                        (("--listen", "127.0.0.1:0"), "127.0.0.1:15252"),
                        (("--allow-target", "a.*.example"), "first label"),
                        (("--allow-target", "a.example:x"), "1 to 65535"),
                        (("--max-probes", "0"), "1 to 64"), (("--max-queue", "-1"), "10000"),
                        (("--min-interval", "2h"), "1 hour"), (("example.org",), "no target"),
                        (("-o", "json"), "no option -o"), (("--clock", "2020-01-01"), "no option"),
                        (("-4", "--connect", "a.example=[::1]"), "leave one out")]:
        status, lines = serve(*args)
        equal((status, len(lines)), (3, 1), "%s: %s" % (args, lines))
        check(words in lines[0], "%s: %s" % (args, lines))
    taken.close()


def test_ping():
    equal(serve("--ping")[0], 1, "nobody there")
    Exporter()
    equal(serve("--ping"), (0, []), "well")
    equal(serve("--ping", "--listen", "0.0.0.0:15252"), (0, []), "by any address")
    status, lines = serve("--ping", "--listen", "[::1]:15252")
    equal((status, len(lines)), (1, 1), "one that does not listen there")
    check("connection refused" in lines[0], lines[0])
    equal(serve("--ping", env={"DANEPROBE_OPT_LISTEN": "127.0.0.1:15252"})[0], 0, "environment")


def test_ping_others():
    """What is no exporter: silent, of another protocol, ill."""
    for words, answer in (("in time", None), ("no HTTP", b"220 mx ESMTP\r\n"), ("503", None)):
        listener = socket.create_server(("127.0.0.1", PORT))
        ping = subprocess.Popen([exporter.BINARY, "serve", "--ping", "--timeout", "1"],
                                stderr=subprocess.PIPE, text=True)
        peer = listener.accept()[0]
        if words == "503":
            answer = b"HTTP/1.1 503 Service Unavailable\r\n\r\n"
        if answer:
            peer.recv(1000)
            peer.sendall(answer)
            peer.close()
        told = ping.communicate(timeout=20)[1]
        equal(ping.returncode, 1, words)
        check(words in told, "%r is not in %r" % (words, told))
        peer.close()
        listener.close()


def activate(sockets, *args, names=None):
    """Start it as systemd does: sockets from descriptor 3 on, LISTEN_PID its own."""
    code = ("import os, sys\n"
            "os.environ.update(LISTEN_PID=str(os.getpid()), LISTEN_FDS=sys.argv[1])\n"
            "os.execv(sys.argv[2], sys.argv[2:])")
    saved = [os.dup(one.fileno()) for one in sockets]
    high = [os.dup2(fd, 60 + n) for n, fd in enumerate(saved)]

    def arrange():
        for number, fd in enumerate(high):
            os.dup2(fd, 3 + number)
    process = subprocess.Popen(
        [sys.executable, "-c", code, str(len(sockets)), exporter.BINARY, "serve", *args],
        pass_fds=[3 + n for n in range(len(sockets))] + high, preexec_fn=arrange,
        stderr=subprocess.PIPE, text=True)
    for fd in saved + high:
        os.close(fd)
    return process


def test_systemd_sockets():
    """Socket activation: the sockets are used, the default is not; requests that came before it
    are answered."""
    four = socket.create_server(("127.0.0.1", 8081))
    six = socket.create_server(("::1", 8082), family=socket.AF_INET6)
    early = Connection(port=8081)
    early.send(request("/healthz"))
    process = activate([four, six])
    try:
        equal(early.reply().text, "ok\n", "who came early")
        equal(Connection("::1", 8082).get("/healthz").text, "ok\n", "IPv6")
        try:
            get("/healthz")
            raise exporter.Failure("it listens at the default, too")
        except ConnectionRefusedError:
            pass
    finally:
        process.terminate()
        told = process.communicate(timeout=20)[1]
    equal(process.returncode, 0, "exit status")
    check("2 sockets" in told, told)


def test_systemd_wrong():
    """Sockets that do not listen are refused; variables of another process count for nothing."""
    pair = socket.socketpair()
    process = activate([pair[0]])
    told = process.communicate(timeout=20)[1]
    equal((process.returncode, told.count("\n")), (3, 1), told)
    check("ListenStream" in told, told)
    Exporter(env={"LISTEN_PID": "1", "LISTEN_FDS": "1"})
