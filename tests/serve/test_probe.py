# SPDX-License-Identifier: Apache-2.0
"""What /probe tells, and how often the servers are asked for it."""
import os
import subprocess
import time

import exporter
import scenario
from exporter import Exporter, check, equal, get, probe, together


def visits(name):
    return len(exporter.SERVERS[name].group.seen)


def test_verdicts():
    """Whatever comes out is 200, and success only where mail is delivered with DANE."""
    Exporter()
    for name, verdict, success in [("good", "verified", 1), ("failing", "failed", 0),
                                   ("no-dane", "no-dane", 0),
                                   ("undetermined", "undetermined", 0)]:
        reply = probe(name + ".lab", timeout=3)
        equal(reply.status, 200, name)
        equal(reply.headers["content-type"], "text/plain; version=0.0.4; charset=utf-8", name)
        equal(reply.verdict(), verdict, name)
        metrics = reply.metrics()
        equal(metrics["probe_success"], success, name)
        check("probe_duration_seconds" in metrics, "no probe_duration_seconds")
        check("target=" not in reply.text, "a target label: the scraper adds its own")


def test_same_as_textfile():
    """/probe tells what -o prometheus writes, without its target label."""
    Exporter()
    served = probe("good.lab").metrics()
    done = subprocess.run(
        [exporter.BINARY, "check", "-o", "prometheus", "-r", "recursive", "--root-hints",
         exporter.FOLDER + "/root.hints", "--trust-anchor", exporter.FOLDER + "/root.key",
         "good.lab"], stdout=subprocess.PIPE, text=True, check=True)
    names = {line.split("{")[0].split(" ")[0] for line in done.stdout.splitlines()
             if not line.startswith("#")}
    equal({series.split("{")[0] for series in served}, names, "families")


def test_server_targets():
    Exporter()
    equal(probe("smtp://mx.good.lab").verdict(), "verified", "smtp://")
    equal(probe("smtp%3A%2F%2Fmx.good.lab%3A25").verdict(), "verified", "percent signs")


def test_accept():
    """--accept, from the environment as any option."""
    Exporter(env={"DANEPROBE_OPT_ACCEPT": "no-dane"})
    reply = probe("no-dane.lab")
    equal(reply.verdict(), "no-dane", "verdict")
    equal(reply.metrics()["probe_success"], 1, "probe_success")


def test_single_flight():
    """Requests at the same time share one probe."""
    server = Exporter("--key-types", "any")
    before = visits("slow0")
    replies = together([lambda: probe("slow0.lab")] * 20)
    equal({r.status for r in replies}, {200}, "statuses")
    equal({r.verdict() for r in replies}, {"verified"}, "verdicts")
    equal(visits("slow0") - before, 1, "connections to the mail server")
    metrics = server.metrics()
    equal(metrics['daneprobe_probes_saved_total{by="shared"}'], 19, "shared")
    equal(metrics['daneprobe_probes_total{verdict="verified"}'], 1, "probes")


def test_min_interval():
    """The last result until the interval is over, with its age; then a new probe."""
    server = Exporter("--key-types", "any", "--min-interval", "1.5")
    before = visits("good")
    equal(probe("good.lab").headers.get("age"), None, "age of a fresh result")
    ended = time.monotonic()
    again = probe("GOOD.lab.")
    equal(again.verdict(), "verified", "verdict")
    equal(again.headers.get("age"), "0", "age")
    equal(visits("good") - before, 1, "connections within the interval")
    time.sleep(max(0, ended + 1.6 - time.monotonic()))
    equal(probe("good.lab").headers.get("age"), None, "age afterwards")
    equal(visits("good") - before, 2, "connections afterwards")
    equal(server.metrics()['daneprobe_probes_saved_total{by="cached"}'], 1, "cached")


def test_scrape_timeout():
    """A probe ends half a second before the scraper gives up, and says so as a result."""
    Exporter("--min-interval", "0")
    start = time.monotonic()
    reply = probe("undetermined.lab", timeout="2.5")
    took = time.monotonic() - start
    equal(reply.verdict(), "undetermined", "verdict")
    check(1.9 < took < 2.5, "2.5 s allowed, and it took %.2f s" % took)
    equal(get("/probe?target=good.lab",
              headers=["X-Prometheus-Scrape-Timeout-Seconds: soon"]).status, 400, "no number")


def test_deadline_is_the_most():
    """--deadline bounds what scrapers may ask for."""
    Exporter("--deadline", "1", "--min-interval", "0")
    start = time.monotonic()
    equal(probe("undetermined.lab", timeout=3600).verdict(), "undetermined", "verdict")
    check(time.monotonic() - start < 3, "it took longer than --deadline")


def test_impatient_guest():
    """Who joins a probe with less patience is answered in its own time; the others get theirs."""
    Exporter("--key-types", "any")

    def late():
        time.sleep(0.3)
        start = time.monotonic()
        reply = probe("slow1.lab", timeout="1")
        return reply, time.monotonic() - start
    patient, (guest, took) = together([lambda: probe("slow1.lab", timeout=10), late])
    equal(patient.verdict(), "verified", "who waited")
    equal(guest.verdict(), "undetermined", "who did not")
    check(took < 1, "it took %.2f s, with 1 s allowed" % took)


def system_resolver():
    """A second exporter, which asks the server of resolv.conf; the function probes, and gives the
    number of its renewals."""
    path = os.path.join(exporter.FOLDER, "resolv.conf")
    with open(path, "w") as file:
        file.write("nameserver %s\n" % scenario.UNBOUND)
    subprocess.run(["mount", "--bind", path, "/etc/resolv.conf"], check=True)
    server = Exporter("--listen", "127.0.0.1:15253", "-r", "auto", "--min-interval", "0",
                      ready=False)
    server.wait_ready(15253)

    def ask():
        metrics = probe("good.lab", port=15253).metrics()
        equal(metrics["probe_success"], 1, "probe_success")
        equal(metrics.get('dane_resolver_info{mode="system"}'), 1, "by way of resolv.conf")
        return get("/metrics", port=15253).metrics()["daneprobe_resolver_renewals_total"]
    equal(ask(), 0, "renewals")
    return ask


def test_fix_is_seen():
    """A record that was mended is seen within a minute, though its TTL is 300 seconds."""
    server = Exporter("--min-interval", "0")
    system = system_resolver()
    domain = exporter.DOMAINS["changing"]
    main = domain.zones["main"]
    good, main.body = main.body, main.body.replace("3 1 1 {spki256:leaf}", "3 1 1 " + "00" * 32)
    exporter.LAB.change(domain)
    equal(probe("changing.lab").verdict(), "failed", "broken")
    main.body = good
    exporter.LAB.change(domain)
    start = time.monotonic()
    while probe("changing.lab").verdict() != "verified":
        check(time.monotonic() - start < 61, "not seen after a minute")
        time.sleep(1)
    equal(server.metrics()["daneprobe_resolver_renewals_total"], 1, "renewals")
    # It was started later, and its minute ends later.
    while system() != 1:
        check(time.monotonic() - start < 75, "resolv.conf was not read again, in its sandbox")
        time.sleep(1)


test_fix_is_seen.long = True


def test_resolver_is_kept():
    """Within the minute the cache serves: a second domain asks the root no more."""
    server = Exporter("--min-interval", "0")
    for _ in range(5):
        equal(probe("good.lab").verdict(), "verified", "verdict")
    equal(server.metrics()["daneprobe_resolver_renewals_total"], 0, "renewals")
