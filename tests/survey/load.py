# SPDX-License-Identifier: Apache-2.0
"""Many domains with a zone, a host and an address each: memory, faults, latency.

SURVEY_LINES: targets of the run that looks for growth (20000; with 50000 it takes three minutes).
SURVEY_SANITIZED: a second binary, built with sanitizers, for the run with faults
(build/asan/daneprobe).
"""
import collections
import contextlib
import os
import threading
import time

import daemons
import fakens
import netns
import provider
import unreachable
import zones
from late import Relays
from pki import Pki
from tool import Tool, memory_kib, objects

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
COUNT = 1500  # zones
HOSTS = "10.53.0.3"
LEAVING = "10.53.0.4"  # a name server that ends while the survey runs
BROKEN = "10.53.0.9"  # a name server that keeps silent
LIMIT_KIB = 96 * 1024
FAULTS = ["reset", "silent", "drip", "garbage"]
# What a fault comes to. A server that drips has not said its greeting within --timeout.
COMES_TO = {None: {"verified"}, "leaving": {"verified", "undetermined"},
            **{fault: {"undetermined"} for fault in (*FAULTS, "dns", "void")}}


def fault_of(number):
    """30 % of the domains have one."""
    if number % 10 >= 3:
        return None
    return [*FAULTS, "dns", "void", "leaving"][number // 10 % 7]


def addr(number):
    return "10.140.%d.%d" % (number >> 8, number & 255)


class Zones:
    """d0.load. d1.load. ...: a signed zone each, below a signed TLD and root. Those with a fault
    "dns" have a silent name server, "leaving" one that ends; "void":
    packets to their mail server are swallowed."""

    def __init__(self, folder):
        self.dir = os.path.join(folder, "zones")
        os.makedirs(self.dir)
        self.signer = zones.Signer(self.dir)
        self.recipe = zones.Recipe("p256")
        self.hints, self.anchor = (os.path.join(folder, name) for name in ("hints", "anchor"))
        self.certs = Pki(os.path.join(folder, "pki")).scenario({}, {"mx": "mx.example"})
        self.chain = provider.write_chain(self.certs, folder)
        self.folder = folder

    def start(self):
        netns.network_up([])
        unreachable.start()
        digest = self.certs.digest("spki256:leaf")
        tld = "ns A 10.53.0.2\nhosts A %s\nbroken A %s\nleaving A %s\n" % (HOSTS, BROKEN, LEAVING)
        files, leaving = {}, {}
        for number in range(COUNT):
            name, fault = "d%d.load." % number, fault_of(number)
            server = {"dns": "broken.load.", "leaving": "leaving.load."}.get(fault, "hosts.load.")
            mail = "10.99.%d.%d" % (number >> 8, number & 255) if fault == "void" else addr(number)
            served = leaving if fault == "leaving" else files
            served[name] = self._zone(name, "@ MX 10 mx\nmx A %s\n_25._tcp.mx TLSA 3 1 1 %s\n"
                                      % (mail, digest), server)
            tld += "%s NS %s\n%s" % (name, server, self.signer.ds(name, self.recipe))
        root = "rootns. A 10.53.0.1\nload. NS ns.load.\nns.load. A 10.53.0.2\n"
        tld_file = self._zone("load.", tld, "ns.load.")
        root += self.signer.ds("load.", self.recipe)
        root_file = self._zone(".", root, "rootns.")
        with open(self.hints, "w") as file:
            file.write(". 3600 NS rootns.\nrootns. 3600 A 10.53.0.1\n")
        with open(self.signer.key_for(".", self.recipe.algorithm) + ".key") as key, \
                open(self.anchor, "w") as file:
            file.write(key.read())
        self.servers = [(at, daemons.Nsd("nsd-" + at, self.folder), served) for at, served in (
            ("10.53.0.1", {".": root_file}), ("10.53.0.2", {"load.": tld_file}), (HOSTS, files))]
        self.serve(lambda at: at)
        self.leaving, self.leaving_zones = daemons.Nsd("nsd-leaving", self.folder), leaving
        loop = fakens.Loop()
        silent = fakens.Server("load.", [BROKEN], {}, [fakens.Rule({"drop": True})], fakens.Log())
        loop.run(silent.start())

    def serve(self, where):
        """The name servers at where(their address)."""
        for at, daemon, served in self.servers:
            daemon.stop()
            daemon.start([where(at)], served)
            daemon.wait_ready(where(at), ".", 60)

    @contextlib.contextmanager
    def late(self, delay_s):
        """Every answer is late, while in "with"."""
        def behind(at):
            return at.replace("10.53.0.", "10.53.1.")

        self.serve(behind)
        try:
            with Relays([(at, behind(at)) for at, _, _ in self.servers], delay_s) as relays:
                yield relays
        finally:
            self.serve(lambda at: at)

    def _zone(self, name, body, server):
        plain, signed = (os.path.join(self.dir, name + end) for end in ("plain", "signed"))
        with open(plain, "w") as file:
            file.write(zones.zone_text(name, body, [server], ttl=3600))
        self.signer.sign(name, plain, signed, self.recipe)
        return signed


class Load:
    def __init__(self, folder, binary):
        self.zones = Zones(folder)
        self.zones.start()
        self.mail = provider.Provider(self.zones.chain)
        self.folder = folder
        self.tool = Tool(binary, self.zones.hints, self.zones.anchor)
        self.sanitized = os.environ.get("SURVEY_SANITIZED", os.path.join(ROOT, "build", "asan", "daneprobe"))

    def list_file(self, numbers):
        path = os.path.join(self.folder, "list")
        with open(path, "w") as file:
            file.write("".join("d%d.load\n" % number for number in numbers))
        return path

    def watched(self, *words):
        """A survey into a file, and [(results, KiB)] while it ran."""
        path, seen = os.path.join(self.folder, "out"), []
        with open(path, "wb") as out:
            tool = self.tool.start(*words, stdout=out)
        with open(path, "rb") as results:
            count = 0
            while tool.poll() is None:
                count += results.read().count(b"\n")
                try:
                    seen.append((count, memory_kib(tool.pid)))
                except (OSError, StopIteration):
                    pass
                time.sleep(0.1)
        err = tool.communicate()[1].decode()
        assert tool.returncode == 0, err
        with open(path, "rb") as results:
            return objects(results.read()), seen

    def growth(self):
        """Targets come again and again; their hosts do not fit into what is kept of hosts. One context
        answers all of a worker's lookups (case C181)."""
        lines = int(os.environ.get("SURVEY_LINES", "20000"))
        good = [number for number in range(COUNT) if fault_of(number) is None]
        listed = [good[n % len(good)] for n in range(lines)]
        self.mail.faults, self.mail.delay_s = {}, 0.0
        self.mail.clear()
        results, seen = self.watched("--jobs", "100", "--key-types", "any", "--timeout", "30",
                                     self.list_file(listed))
        assert self.mail.total > 2 * len(good), "hosts were kept: %d visits" % self.mail.total
        assert collections.Counter(one["verdict"] for one in results) == {"verified": lines}
        early = max(kib for count, kib in seen if count <= lines * 0.1)
        late = max(kib for count, kib in seen if count >= lines * 0.9)
        assert late <= early * 1.1 + 2048, "%d KiB at 10 %%, %d at the end" % (early, late)
        return "%d targets: %d KiB at 10 %%, %d at the end" % (lines, early, late)

    def memory(self):
        """All that may be under way is: 1000 checks, and as many connections as there may be."""
        good = [number for number in range(COUNT) if fault_of(number) is None]
        self.mail.faults, self.mail.delay_s = {}, 1.0
        self.mail.clear()
        _, seen = self.watched("--jobs", "1000", "--key-types", "any", "--timeout", "60",
                               self.list_file(good))
        most = max(kib for _, kib in seen)
        assert most <= LIMIT_KIB, "%d KiB" % most
        assert self.mail.peak >= 200, self.mail.peak
        return "%d KiB, %d connections" % (most, self.mail.peak)

    def latency(self):
        """With every answer and every reply a tenth of a second late, more is under way with more
        --jobs. The rate is told, not judged."""
        good = [number for number in range(COUNT) if fault_of(number) is None]
        self.mail.faults, said = {}, []
        with self.zones.late(0.1) as relays:
            for jobs, questions, connections in ((4, 1, 1), (40, 15, 15), (200, 60, 60)):
                self.mail.clear()
                self.mail.delay_s = 0.1
                start, count = time.monotonic(), max(40, 4 * jobs)
                results, _ = self.watched("--jobs", str(jobs), "--key-types", "any", "--timeout", "60",
                                          self.list_file(good[:count]))
                rate = count / (time.monotonic() - start)
                assert {one["verdict"] for one in results} == {"verified"}
                asked = relays.peak()
                assert asked >= questions, (jobs, asked)
                assert connections <= self.mail.peak <= jobs, (jobs, self.mail.peak)
                said.append("%d jobs: %d questions and %d connections at a time, %.0f domains/s" % (
                    jobs, asked, self.mail.peak, rate))
        return "; ".join(said)

    def _leave(self):
        """A name server ends while its domains are being asked about."""
        while self.mail.total < 20:
            time.sleep(0.02)
        self.zones.leaving.stop()

    def _faults(self, binary, deadline_s, timeout):
        self.mail.faults = {addr(n): fault_of(n) for n in range(COUNT) if fault_of(n) in FAULTS}
        self.mail.delay_s = 0.0
        tool = Tool(binary, self.zones.hints, self.zones.anchor)
        self.mail.clear()
        self.zones.leaving.start([LEAVING], self.zones.leaving_zones)
        self.zones.leaving.wait_ready(LEAVING, ".", 60)
        leaves = threading.Thread(target=self._leave)
        leaves.start()
        names = ["d%d.load" % number for number in range(500)]
        results, err, status = tool.survey(names, "--jobs", "200", "--key-types", "any", "--timeout",
                                           timeout, "--deadline", str(deadline_s))
        leaves.join()
        assert status == 0 and "Sanitizer" not in err and "runtime error" not in err, err
        found = {one["target"]: one for one in results}
        assert len(found) == len(names) == len(results), len(results)
        wrong = ["%s: %s (%s)" % (name, found[name]["verdict"], fault_of(number))
                 for number, name in enumerate(names)
                 if found[name]["verdict"] not in COMES_TO[fault_of(number)]]
        assert not wrong, wrong
        late = [one["target"] for one in results if one["duration_ms"] > deadline_s * 1000 + 2000]
        assert not late, late
        lost = sum(found[name]["verdict"] != "verified" for number, name in enumerate(names)
                   if fault_of(number) == "leaving")
        return "%d ms at most; %d lost with their name server" % (
            max(one["duration_ms"] for one in results), lost)

    def faults(self):
        return self._faults(self.tool.binary, 100, "15")

    def deadline(self):
        """What would take longer is cut off."""
        return self._faults(self.tool.binary, 20, "15")

    def faults_sanitized(self):
        if not os.access(self.sanitized, os.X_OK):
            raise AssertionError("no %s: make TARGET=asan" % self.sanitized)
        return self._faults(self.sanitized, 120, "20")


def tests(folder, binary):
    keys = os.path.join(ROOT, "build", "lab-keys")
    os.makedirs(keys, exist_ok=True)
    os.makedirs(os.path.join(folder, "pki"))
    os.symlink(keys, os.path.join(folder, "pki", "keys"))
    load = Load(folder, binary)
    return [(name, getattr(load, name)) for name in
            ("growth", "memory", "latency", "faults", "deadline", "faults_sanitized")]
