# SPDX-License-Identifier: Apache-2.0
"""HTTP as it should not be, and as it may be."""
import email.utils
import random
import socket
import time

from exporter import Connection, Exporter, check, equal, get, probe, request

CHUNKED = b"Transfer-Encoding: chunked\r\n\r\n"


def raw(data, wait=True):
    """The reply to bytes; None: closed without one."""
    connection = Connection()
    try:
        connection.send(data)
        if not wait:
            connection.socket.shutdown(socket.SHUT_WR)
        while b"\r\n\r\n" not in connection.rest:
            more = connection.socket.recv(65536)
            if not more:
                return None
            connection.rest += more
        return connection.reply(head=data.startswith(b"HEAD"))
    except ConnectionResetError:
        return None
    finally:
        connection.close()


def test_paths():
    Exporter()
    check("/probe" in get("/").text, "the index names /probe")
    well = get("/healthz")
    equal(well.text, "ok\n", "/healthz")
    told = email.utils.parsedate_to_datetime(well.headers["date"]).timestamp()
    check(abs(told - time.time()) < 3, "date " + well.headers["date"])
    equal(get("/metrics").headers["content-type"],
          "text/plain; version=0.0.4; charset=utf-8", "/metrics")
    for path in ("/nothing", "/probe/", "/Probe", "//probe", "/healthz/../metrics", "/%6detrics"):
        equal(get(path).status, 404, path)


def test_bad_targets():
    """One line that says what to type instead."""
    Exporter()
    for query, words in [
            ("", "no target"), ("?target=", "no target"), ("?target", "malformed"),
            ("?target=a.example&target=b.example", "more than one"),
            ("?target=good.lab&module=x", 'no parameter "module"'),
            ("?target=good.lab%00", "malformed"), ("?target=%zz", "type"),
            ("?target=%4", "type"), ("?&target=good.lab", "malformed"), ("?target=" + "a" * 1500, "too long"),
            ("?target=user@good.lab", "email address"),
            ("?target=gopher://good.lab", "scheme"), ("?target=192.0.2.1", "type"),
            ("?target=good.lab%0d%0aX:y", "type"), ("?target=a%20b", "type")]:
        reply = get("/probe" + query)
        equal(reply.status, 400, query)
        equal(reply.text.count("\n"), 1, query + ": lines")
        check(words in reply.text, "%s: %r is not in %r" % (query, words, reply.text))
        check(all(c >= " " for c in reply.text[:-1]), query + ": control characters")


def test_methods():
    Exporter()
    for method in ("POST", "PUT", "DELETE", "OPTIONS", "TRACE", "PATCH", "CONNECT", "get", "BREW"):
        reply = get("/metrics" if method != "CONNECT" else "here:80", method=method)
        equal(reply.status, 405, method)
        equal(reply.headers["allow"], "GET, HEAD", method)
    whole, head = get("/healthz"), get("/healthz", method="HEAD")
    equal(head.status, 200, "HEAD")
    equal(head.headers["content-length"], whole.headers["content-length"], "its length")
    equal(head.body, b"", "its body")


def test_malformed():
    """What RFC 9110 and 9112 have refused, and what is larger than it may be."""
    Exporter()
    host = b"Host: x\r\n"
    for data, status in [
            (b"GET / HTTP/1.1\r\n\r\n", 400), (b"GET / HTTP/1.1\r\n" + host * 2 + b"\r\n", 400),
            (b"GET /\r\n\r\n", 400), (b"/ HTTP/1.1\r\n\r\n", 400), (b"GET  / HTTP/1.1\r\n\r\n", 400),
            (b"GET / HTTP/2.0\r\n\r\n", 400), (b"GET / HTTP/0.9\r\n\r\n", 505),
            (b"GET / HTTP/-1.-1\r\n\r\n", 505), (b"GET / HTTP/1.-1\r\n\r\n", 505),
            (b"GET / http/1.1\r\n\r\n", 400), (b"GET * HTTP/1.1\r\n" + host + b"\r\n", 400),
            (b"GET / HTTP/1.1\r\n" + host + b"A : b\r\n\r\n", 400),
            (b"GET / HTTP/1.1\r\n" + host + b": b\r\n\r\n", 400),
            (b"GET / HTTP/1.1\r\n" + host + b"A\r\n\r\n", 400),
            (b"GET / HTTP/1.1\r\n folded\r\n" + host + b"\r\n", 400),
            (b"GET / HTTP/1.1\r\n" + host + b"A: b\rc\r\n\r\n", 400),
            (b"GET / HTTP/1.1\r\n" + host + b"A: \0\r\n\r\n", 400),
            (b"GET /\0 HTTP/1.1\r\n" + host + b"\r\n", 400),
            (b"GET / HTTP/1.1\r\n" + host + b"Content-Length: 5\r\n\r\nhello", 413),
            (b"GET / HTTP/1.1\r\n" + host + b"Content-Length: 9000\r\n\r\n", 413),
            (b"GET / HTTP/1.1\r\n" + host + b"Content-Length: -1\r\n\r\n", 400),
            (b"HEAD / HTTP/1.1\r\n" + host + b"Content-Length: 5\r\n\r\n", 413),
            (b"GET / HTTP/1.1\r\n" + host + b"Content-Length: 0\r\nContent-Length: 5\r\n\r\n",
             413),
            (b"GET / HTTP/1.1\r\n" + host + CHUNKED + b"0\r\n\r\n", 413),
            (b"GET / HTTP/1.1\r\n" + host + CHUNKED + b"5\r\nhello\r\n0\r\n\r\n", 413),
            (b"GET / HTTP/1.1\r\n" + host + CHUNKED + b"ffffffff\r\n", 413),
            (b"GET / HTTP/1.1\r\n" + host + b"Content-Length: 5\r\n" + CHUNKED, 400),
            (b"GET / HTTP/1.1\r\n" + host + b"A: b\r\n" * 1100 + b"\r\n", 431),
            (b"GET / HTTP/1.1\r\n" + host + b":\n" * 1100, 431),
            (b"GET / HTTP/1.1\r\n" + host + b"A: " + b"b" * 9000, 400),
            (b"GET /" + b"a" * 9000, 400), (b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\r\n\r\n", 400)]:
        reply = raw(data)
        check(reply is not None, "%r: closed without a reply" % data[:60])
        equal(reply.status, status, "%r" % data[:60])
        equal(reply.headers["connection"], "close", "%r" % data[:60])
    raw(b"GET /" + b"a" * 90000)  # more than is read: the reply may not survive
    equal(get("/healthz").text, "ok\n", "afterwards")


def test_lenient():
    """What RFC 9112 lets a server take, and has it take."""
    Exporter()
    for data in (b"GET /healthz HTTP/1.1\nhost:x\n\n", b"GET /healthz HTTP/1.0\r\n\r\n",
                 b"GET /healthz?x=y HTTP/1.1\r\nHOST: x\r\nContent-Length: 0\r\n\r\n",
                 b"GET /healthz HTTP/1.1\r\nHost:\r\n\r\n",
                 b"GET /healthz HTTP/1.7\r\nHost: x\r\n\r\n",
                 b"GET http://x/healthz HTTP/1.1\r\nHost: x\r\n\r\n",
                 b"GET /healthz HTTP/1.1\r\nHost: x\r\nA: b\r\n folded\r\n\r\n"):
        equal(raw(data).text, "ok\n", "%r" % data)


def test_keep_alive():
    Exporter()
    connection = Connection()
    for _ in range(50):
        reply = connection.get("/healthz")
        equal((reply.status, reply.headers.get("connection")), (200, None), "kept")
    equal(connection.get("/nothing").headers.get("connection"), None, "behind a 404")
    equal(connection.get("/healthz", headers=["Connection: x, CLOSE"]).headers["connection"],
          "close", "asked to close")
    check(connection.at_end(), "it stays open")
    old = Connection()
    kept = {"version": "1.0", "headers": ["Connection: keep-alive"]}
    for _ in range(2):
        equal(old.get("/healthz", **kept).headers["connection"], "keep-alive", "HTTP/1.0, asked to")
    equal(old.get("/healthz", version="1.0").text, "ok\n", "HTTP/1.0")
    check(old.at_end(), "it stays open")


def test_pipelining():
    """Replies come in order, one at a time; what follows a refusal is thrown away."""
    Exporter()
    connection = Connection()
    connection.send(request("/healthz") + request("/probe?target=good.lab") + request("/nothing") +
                    request("/metrics") + b"GET /heal")
    equal([connection.reply().status for _ in range(4)], [200, 200, 404, 200], "statuses")
    connection.send(b"thz HTTP/1.1\r\nHost: x\r\n\r\n" + b"BAD\r\n\r\n" + request("/healthz"))
    equal(connection.reply().text, "ok\n", "the cut one")
    equal(connection.reply().status, 400, "the bad one")
    check(connection.at_end(), "something is answered behind it")


def test_bytes_one_by_one():
    Exporter()
    connection = Connection()
    for byte in request("/healthz"):
        connection.send(bytes([byte]))
    equal(connection.reply().text, "ok\n", "reply")


def test_half_closed():
    """A client that ends its side behind the request still gets the reply."""
    Exporter()
    equal(raw(request("/probe?target=good.lab"), wait=False).status, 200, "reply")


def test_hostile_bytes():
    """Noise, and requests with noise in them: it stays up, and answers all that is well."""
    server = Exporter()
    dice = random.Random(7)
    model = request("/probe?target=%67ood.lab&x=y", headers=["A: b", "Connection: close"])
    for number in range(400):
        data = bytearray(model)
        for _ in range(dice.randint(1, 8)):
            at = dice.randrange(len(data))
            change = dice.randrange(3)
            if change == 0:
                data[at] = dice.randrange(256)
            elif change == 1:
                del data[at:at + dice.randint(1, 9)]
            else:
                data[at:at] = bytes(dice.randrange(256) for _ in range(dice.randint(1, 40)))
            data = data or bytearray(b"\n")
        connection = Connection()
        connection.send(bytes(data) if number % 3 else dice.randbytes(dice.randint(1, 9000)))
        if number % 2:
            try:
                connection.socket.shutdown(socket.SHUT_WR)
                while connection.socket.recv(65536):
                    pass
            except OSError:  # reset, for what it did not read
                pass
        connection.close()
    equal(get("/healthz").text, "ok\n", "/healthz")
    equal(probe("good.lab").verdict(), "verified", "a probe")
    check(server.process.poll() is None, "it is gone")


def test_client_gone():
    """Clients that leave while their probe runs."""
    server = Exporter("--key-types", "any")
    for number in range(8):
        connection = Connection()
        connection.send(request("/probe?target=slow%d.lab" % number))
        server.await_metric("daneprobe_probes_in_flight", number + 1)
        connection.close()
    server.await_metric("daneprobe_probes_in_flight", 0)
    equal(probe("slow0.lab").verdict(), "verified", "afterwards")
    time.sleep(0.1)
    equal(server.metrics()["daneprobe_http_connections"], 1, "connections left")
