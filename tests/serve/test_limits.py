# SPDX-License-Identifier: Apache-2.0
"""Nothing grows without a bound, and nobody is probed who should not be."""
import os
import resource
import subprocess
import time

import exporter
from exporter import Connection, Exporter, check, equal, get, probe, request, together


def test_queue_overflow():
    """More probes than may run and wait: 503, at once; the others are answered."""
    server = Exporter("--max-probes", "1", "--max-queue", "1", "--key-types", "any")
    waiting = [Connection(), Connection()]
    waiting[0].send(request("/probe?target=slow0.lab"))
    server.await_metric("daneprobe_probes_in_flight", 1)
    waiting[1].send(request("/probe?target=slow1.lab"))
    server.await_metric("daneprobe_probes_queued", 1)
    reply = probe("slow2.lab")
    equal(reply.status, 503, "the third")
    check("--max-queue" in reply.text and reply.headers["retry-after"], reply.text)
    equal(probe("failing.lab@").status, 400, "a bad target is still told")
    equal([one.reply().verdict() for one in waiting], ["verified"] * 2, "the first two")
    equal(server.metrics()['daneprobe_probes_refused_total{why="queue"}'], 1, "refused")


def test_no_queue():
    Exporter("--max-probes", "2", "--max-queue", "0", "--key-types", "any")
    replies = together([lambda n=n: probe("slow%d.lab" % n).status for n in range(6)])
    equal(sorted(replies), [200] * 2 + [503] * 4, "statuses")


def test_waited_in_vain():
    """A probe that does not get its turn in time is no result."""
    server = Exporter("--max-probes", "1", "--key-types", "any")
    first = Connection()
    first.send(request("/probe?target=slow0.lab"))
    server.await_metric("daneprobe_probes_in_flight", 1)
    reply = probe("slow1.lab", timeout="0.9")
    equal(reply.status, 503, "status")
    check("--max-probes" in reply.text, reply.text)
    equal(server.metrics()["daneprobe_probes_queued"], 0, "queued")
    equal(first.reply().status, 200, "the first")


def test_port_scanner():
    """Ports of no known protocol are refused, whatever the name; nothing is connected to."""
    server = Exporter()
    before = len(exporter.SERVERS["good"].group.seen)
    for port in (1, 22, 26, 80, 6379, 8080, 65535):
        reply = probe("smtp://mx.good.lab:%d" % port)
        equal(reply.status, 403, str(port))
        equal(reply.text.count("\n"), 1, "lines")
    equal(len(exporter.SERVERS["good"].group.seen), before, "connections")
    equal(server.metrics()['daneprobe_probes_refused_total{why="target"}'], 7, "refused")
    equal(server.metrics()['daneprobe_probes_total{verdict="verified"}'], 0, "probes")


def test_allow_target():
    Exporter("--allow-target", "good.lab", "--allow-target", "*.failing.lab:2525",
             "--allow-target", "mx.good.lab")
    for target, status in [("good.lab", 200), ("GOOD.lab", 200), ("smtp://mx.good.lab", 200),
                           ("failing.lab", 403), ("smtp://mx.failing.lab", 200),
                           ("smtp://mx.failing.lab:2525", 200), ("smtp://mx.good.lab:2525", 403),
                           ("no-dane.lab", 403), ("xgood.lab", 403), ("smtp://a.good.lab", 403)]:
        equal(probe(target).status, status, target)


def test_slow_client():
    """A request that trickles in, wherever it does, is ended after ten seconds; silence, too; others
    are served."""
    Exporter()
    silent = Connection()
    slow = [Connection() for _ in range(4)]
    begun = request("/healthz")[:-2]
    for one, begin in zip(slow, (b"GET /healthz HT", begun + b"A: b",
                                 begun + b"Content-Length: 100\r\n\r\n",
                                 begun + b"Transfer-Encoding: chunked\r\n\r\n1\r\n")):
        one.send(begin)
    start = time.monotonic()
    while time.monotonic() < start + 9:
        for one in slow:
            one.send(b"x" if one is not slow[3] else b"x\r\n1\r\n")
        equal(get("/healthz").status, 200, "others")
        time.sleep(1)
    check(silent.at_end(), "silence is waited for")
    for one in slow:
        equal(one.reply().status, 408, "status")
        check(one.at_end(), "it stays open")
    took = time.monotonic() - start
    check(9 < took < 13, "after %.1f s" % took)


def who_reads_nothing():
    """A connection with as many requests as it takes."""
    greedy = Connection()
    greedy.socket.setblocking(False)
    try:
        while True:
            greedy.socket.send(request("/metrics") * 100)
    except BlockingIOError:
        return greedy


def test_reply_not_taken():
    """A client that reads nothing is let go after half a minute."""
    server = Exporter()
    greedy = who_reads_nothing()  # kept: it stays open
    equal(server.metrics()["daneprobe_http_connections"], 2, "connections")
    time.sleep(28)
    equal(server.metrics()["daneprobe_http_connections"], 2, "connections before")
    time.sleep(6)
    equal(server.metrics()["daneprobe_http_connections"], 1, "connections afterwards")


test_reply_not_taken.long = True


def test_no_descriptors():
    """Without descriptors clients wait at the door, and the exporter does not spin; then they are
    let in."""
    server = Exporter()
    most = max(int(fd) for fd in os.listdir("/proc/%d/fd" % server.process.pid)) + 4
    resource.prlimit(server.process.pid, resource.RLIMIT_NOFILE, (most, most))
    clients = [Connection() for _ in range(12)]
    for one in clients:
        one.send(request("/healthz", headers=["Connection: close"] * (one is not clients[0])))
    equal(clients[0].reply().text, "ok\n", "the first")
    kept = [Connection() for _ in range(12)]
    before = server.cpu_seconds()
    time.sleep(2)
    check(server.cpu_seconds() - before < 0.5, "it spins")
    for one in kept:
        one.close()
    for one in clients[1:]:
        equal(one.reply().text, "ok\n", "the others")
    equal(server.stderr().count("\n"), 1, "lines on stderr")


def test_link_local():
    """A client whose address has an interface in it: the sandbox lets nobody ask for its name."""
    for command in (["link", "add", "dp-local", "type", "veth", "peer", "name", "dp-other"],
                    ["link", "set", "dp-other", "up"], ["link", "set", "dp-local", "up"],
                    ["-6", "addr", "add", "fe80::25/64", "dev", "dp-local", "nodad"]):
        subprocess.run(["ip", *command], check=True)
    server = Exporter("--listen", "[::]:15252", ready=False)
    server.wait_ready(address="::1")
    connection = Connection("fe80::25%dp-local")
    equal(connection.socket.getpeername()[3] > 0, True, "an address with an interface")
    equal(connection.get("/healthz").text, "ok\n", "reply")
    subprocess.run(["ip", "link", "del", "dp-local"], check=True)


def test_many_connections():
    """More than 64: the one that is idle longest makes room; descriptors stay bounded."""
    server = Exporter()
    kept = [Connection() for _ in range(64)]
    for one in kept:
        equal(one.get("/healthz").status, 200, "while there is room")
    more = [Connection() for _ in range(40)]
    for one in more:
        equal(one.get("/healthz").status, 200, "beyond")
    check(all(one.at_end() for one in kept[:40]), "the oldest are still open")
    check(server.descriptors() < 64 + 30, "%d descriptors" % server.descriptors())
    for one in kept[41:] + more[1:]:
        equal(one.get("/healthz").status, 200, "who is not the oldest")
    for one in kept + more:
        one.close()
    dropped = server.metrics()["daneprobe_http_connections_dropped_total"]
    check(40 <= dropped <= 42, "%d dropped" % dropped)


def test_all_busy():
    """64 clients wait for probes: the next is let in when one is done, none is dropped."""
    server = Exporter("--key-types", "any", "--max-probes", "8")
    busy = [Connection() for _ in range(64)]
    for number, one in enumerate(busy):
        one.send(request("/probe?target=slow%d.lab" % (number % 8),
                         headers=["Connection: close"]))
    late = Connection()
    late.send(request("/healthz"))
    equal([one.reply().status for one in busy], [200] * 64, "the busy ones")
    equal(late.reply().status, 200, "the late one")
    equal(server.metrics()["daneprobe_http_connections_dropped_total"], 0, "dropped")


def test_slow_reader():
    """Who asks much and takes nothing holds up nobody."""
    server = Exporter()
    greedy = who_reads_nothing()
    equal(get("/healthz").text, "ok\n", "others")
    check(server.resident_kib() < 40960 or "asan" in exporter.BINARY, "memory")
    greedy.close()
    equal(get("/healthz").text, "ok\n", "afterwards")


def test_500_probes():
    """Neither descriptors nor memory grow; results that are kept are bounded in number."""
    server = Exporter("--min-interval", "0", "--key-types", "any")
    targets = ["good.lab", "failing.lab", "no-dane.lab", "smtp://mx.good.lab"]

    def some(count):
        for _ in range(count // 4):
            together([lambda t=t: probe(t) for t in targets])
    some(100)
    time.sleep(0.2)
    descriptors, kib = server.descriptors(), server.resident_kib()
    some(500)
    time.sleep(0.2)
    check(server.descriptors() <= descriptors,
          "%d descriptors, and %d before" % (server.descriptors(), descriptors))
    grown = server.resident_kib() - kib
    check("asan" in exporter.BINARY or grown < 1024, "%d KiB more than %d" % (grown, kib))
    metrics = server.metrics()
    equal(sum(v for k, v in metrics.items() if k.startswith("daneprobe_probes_total")), 600,
          "probes")
    equal(metrics["daneprobe_results_cached"], 0, "kept")


def test_many_targets():
    """Names without end: at most 256 results are kept."""
    server = Exporter("--min-interval", "1h")
    for start in range(0, 320, 16):
        together([lambda n=n: equal(probe("n%d.good.lab" % n).verdict(), "no-mail", "verdict")
                  for n in range(start, start + 16)])
    metrics = server.metrics()
    equal(metrics["daneprobe_results_cached"], 256, "kept")
    check(metrics["daneprobe_results_cached_bytes"] < 4 << 20, "bytes")
