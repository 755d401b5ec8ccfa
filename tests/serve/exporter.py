# SPDX-License-Identifier: Apache-2.0
"""What the tests of the exporter share: starting it, asking it, reading its metrics."""
import os
import re
import signal
import socket
import subprocess
import threading
import time

BINARY = FOLDER = LAB = None  # set by run
DOMAINS, SERVERS = {}, {}
PORT = 15252
RUNNING = []
SAMPLE = re.compile(r"^([a-z_]+(?:\{.*\})?) ([-+.e0-9]+|NaN)$")


class Failure(Exception):
    pass


def check(condition, message):
    if not condition:
        raise Failure(message)


def equal(got, expected, what):
    check(got == expected, "%s: %r, not %r" % (what, got, expected))


class Reply:
    """A reply of HTTP, read from a socket to its end by Content-Length."""

    def __init__(self, status, headers, body):
        self.status, self.headers, self.body = status, headers, body
        self.text = body.decode("utf-8")

    def metrics(self):
        """{series: value}; every line that is no comment must be a sample."""
        out = {}
        for line in self.text.splitlines():
            if not line.startswith("#"):
                found = SAMPLE.match(line)
                check(found, "not a sample: %r" % line)
                check(found[1] not in out, "twice: %s" % found[1])
                out[found[1]] = float(found[2])
        return out

    def verdict(self):
        found = [re.search('"(.*)"', series)[1] for series, value in self.metrics().items()
                 if series.startswith("dane_verdict{") and value == 1]
        equal(len(found), 1, "verdicts that hold in\n" + self.text)
        return found[0]


class Connection:
    def __init__(self, address="127.0.0.1", port=PORT, timeout=30):
        self.socket = socket.create_connection((address, port), timeout=timeout)
        self.rest = b""

    def send(self, data):
        self.socket.sendall(data)

    def get(self, path, **more):
        self.send(request(path, **more))
        return self.reply(head=more.get("method") == "HEAD")

    def _more(self):
        data = self.socket.recv(65536)
        check(data, "the connection ended inside a reply, behind %r" % self.rest[-200:])
        self.rest += data

    def reply(self, head=False):
        while b"\r\n\r\n" not in self.rest:
            self._more()
        top, self.rest = self.rest.split(b"\r\n\r\n", 1)
        first, *lines = top.decode("ascii").split("\r\n")
        headers = {name.lower(): value.strip()
                   for name, value in (line.split(":", 1) for line in lines)}
        length = 0 if head else int(headers["content-length"])
        while len(self.rest) < length:
            self._more()
        body, self.rest = self.rest[:length], self.rest[length:]
        check(re.match(r"HTTP/1\.[01] \d\d\d [A-Z]", first), "status line %r" % first)
        return Reply(int(first.split()[1]), headers, body)

    def at_end(self):
        """Does the server close, without more?"""
        try:
            return not self.rest and self.socket.recv(1) == b""
        except ConnectionResetError:
            return True

    def close(self):
        self.socket.close()


def request(path, method="GET", version="1.1", headers=()):
    lines = ["%s %s HTTP/%s" % (method, path, version), *headers]
    if version == "1.1":
        lines.insert(1, "Host: here")
    return ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1")


def get(path, port=PORT, address="127.0.0.1", **more):
    connection = Connection(address, port)
    try:
        return connection.get(path, **more)
    finally:
        connection.close()


def probe(target, timeout=None, **more):
    headers = ["X-Prometheus-Scrape-Timeout-Seconds: %s" % timeout] if timeout else []
    return get("/probe?target=" + target, headers=headers, **more)


def together(functions):
    """Run all at once; their results in order."""
    results = [None] * len(functions)

    def one(index):
        try:
            results[index] = functions[index]()
        except BaseException as error:  # told by the caller's checks
            results[index] = error
    threads = [threading.Thread(target=one, args=(n,)) for n in range(len(functions))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for result in results:
        if isinstance(result, BaseException):
            raise result
    return results


class Exporter:
    """A running `daneprobe serve`."""

    def __init__(self, *args, env=None, listen=True, ready=True, **more):
        command = [BINARY, "serve", "-r", "recursive",
                   "--root-hints", os.path.join(FOLDER, "root.hints"),
                   "--trust-anchor", os.path.join(FOLDER, "root.key"), *args]
        clean = {k: v for k, v in os.environ.items() if not k.startswith("DANEPROBE_")}
        self.errors = open(os.path.join(FOLDER, "serve.err"), "w+")
        self.process = subprocess.Popen(command, env={**clean, **(env or {})},
                                        stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                                        stderr=self.errors, **more)
        RUNNING.append(self)
        if ready:
            self.wait_ready()

    def wait_ready(self, port=PORT, address="127.0.0.1"):
        end = time.monotonic() + 10
        while time.monotonic() < end:
            try:
                equal(get("/healthz", port, address).text, "ok\n", "/healthz")
                return
            except OSError:
                check(self.process.poll() is None, "it did not start: " + self.stderr())
                time.sleep(0.05)
        raise Failure("it does not answer: " + self.stderr())

    def metrics(self):
        return get("/metrics").metrics()

    def await_metric(self, series, value):
        end = time.monotonic() + 10
        while time.monotonic() < end:
            if self.metrics()[series] == value:
                return
            time.sleep(0.02)
        raise Failure("%s is %s, not %s" % (series, self.metrics()[series], value))

    def signal(self, number=signal.SIGTERM):
        self.process.send_signal(number)

    def wait(self, timeout=20):
        try:
            return self.process.wait(timeout)
        except subprocess.TimeoutExpired:
            raise Failure("it does not end") from None

    def descriptors(self):
        return len(os.listdir("/proc/%d/fd" % self.process.pid))

    def cpu_seconds(self):
        with open("/proc/%d/stat" % self.process.pid) as file:
            fields = file.read().rsplit(") ", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def resident_kib(self):
        with open("/proc/%d/status" % self.process.pid) as file:
            return int(re.search(r"VmRSS:\s+(\d+)", file.read())[1])

    def stderr(self):
        self.errors.seek(0)
        return self.errors.read()

    def stop(self):
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()
        self.errors.close()


def stop_all():
    """Whatever a test left; a sanitizer's words make it fail."""
    told = ""
    while RUNNING:
        one = RUNNING.pop()
        if one.process.poll() is None:
            one.signal()
            one.signal()
            try:
                one.process.wait(10)
            except subprocess.TimeoutExpired:
                told += "it had to be killed\n"
        text = one.stderr()
        if "ERROR: " in text or "runtime error" in text:
            told += text
        one.stop()
    if told:
        print(told)
        raise SystemExit("serve: the exporter ended badly")
