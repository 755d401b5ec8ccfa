# SPDX-License-Identifier: Apache-2.0
"""The second part of tests/bench/run: many domains at once, beside what is made of other programs.

Every round runs each command once over the same domains, all caches empty: a new process has none,
and unbound is started anew. The table shows medians.
  domains/s  by the clock, on all processors
  CPU        a domain, user + system, of the command, its children, and the resolver if it needs one
  servers    CPU of name servers and mail servers a domain, in the same time: what is left for them
             to be no bottleneck
Below it, what the signatures and key exchanges of a domain cost with the Mbed TLS in this program:
counted in a run of their own (build/x86_64/bench/daneprobe), timed by build/x86_64/bench/costs.
"""
import collections
import ctypes
import json
import os
import re
import statistics
import subprocess
import sys
import time

from many import KINDS, Many
from scenario import UNBOUND

PR_SET_CHILD_SUBREAPER = 36
TICK = os.sysconf("SC_CLK_TCK")
PARALLEL = "8"
TITLES = {"p256": "ECDSA P-256", "rsa": "RSA-2048"}

# What the protocols force a sender to do for one of these domains, and costs.c's name of it. An
# answer is secure when all its RRsets are, with a denial NSEC and SOA (RFC 4035 s3.2.3).
RRSIGS = "DS, DNSKEY, MX, A, NSEC and SOA (no AAAA), TLSA"
FORCED = {"rrsig": 7, "proof-ecdsa": 0.5, "proof-rsa": 0.5, "share-p256": 1, "agree-p256": 1}
ABOVE = 3  # DNSKEY of the root, DS and DNSKEY of the TLD, once a process
RRSIG = {"p256": "rrsig-13", "rsa": "rrsig-8"}


class Command:
    """One command of a kind of zones. good(text): how many domains its output calls good."""

    def __init__(self, name, argv, good, resolver=False):
        self.name, self.argv, self.good, self.resolver = name, argv, good, resolver
        self.rate, self.cpu, self.kernel, self.servers = [], [], [], []

    def median(self, what):
        return statistics.median(getattr(self, what))


def occurrences(pattern):
    return lambda text: len(re.findall(pattern, text))


def verified(text):
    return sum(json.loads(line)["verdict"] == "verified" for line in text.splitlines() if line)


def status_of(pid):
    """Name and fields, from the state on, of a process; they are empty when it is gone."""
    try:
        with open("/proc/%s/stat" % pid) as file:
            name, fields = re.fullmatch(r"\d+ \((.*)\) (.*)\n", file.read()).groups()
    except OSError:
        return "", []
    return name, fields.split()


def cpu_of(names):
    """CPU seconds of all processes here that have one of these names."""
    total = 0
    for pid in filter(str.isdigit, os.listdir("/proc")):
        name, fields = status_of(pid)
        if name in names:
            total += sum(map(int, fields[11:13])) / TICK
    return total


def adopt_orphans():
    ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)


def spawn(argv, env, out):
    """Runs a command and returns CPU seconds, all and the kernel's part, of it and of the processes it
    leaves behind: survey's workers end by themselves, just behind it."""
    with open("/dev/null") as null:
        process = subprocess.Popen(argv, env=env, stdin=null, stdout=out, stderr=subprocess.STDOUT)
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    cpu, kernel = usage.ru_utime + usage.ru_stime, usage.ru_stime
    for pid in filter(str.isdigit, os.listdir("/proc")):
        name, fields = status_of(pid)
        if name == os.path.basename(argv[0]) and int(fields[1]) == os.getpid():
            usage = os.wait4(int(pid), 0)[2]
            cpu += usage.ru_utime + usage.ru_stime
            kernel += usage.ru_stime
    return cpu, kernel


class Rate:
    def __init__(self, folder, binary, count):
        tools = os.path.join(os.path.dirname(binary), "bench")
        self.folder, self.count, self.tools, self.binary = folder, count, tools, binary
        self.many = Many(folder, count, os.path.join(tools, "server"))
        self.many.start()
        adopt_orphans()
        resolv = os.path.join(folder, "resolv.conf")
        with open(resolv, "w") as file:
            file.write("nameserver %s\n" % UNBOUND)
        subprocess.run(["mount", "--bind", resolv, "/etc/resolv.conf"], check=True)
        self.lists = {kind: self._list(kind, self.many.names(kind)) for kind in KINDS}
        self.commands = {kind: self._commands(kind) for kind in KINDS}

    def _list(self, name, lines):
        path = os.path.join(self.folder, name + ".list")
        with open(path, "w") as file:
            file.write("".join(line + "\n" for line in lines))
        return path

    def _survey(self, binary, kind, *more):
        return [binary, "survey", "-q", "-r", "recursive", "--root-hints", self.many.hints,
                "--trust-anchor", self.many.anchor, "--key-types", "any", *more, self.lists[kind]]

    def _commands(self, kind):
        many = self.many
        xargs = ["xargs", "-P", PARALLEL, "-I{}"]
        addrs = self._list(kind + "-addr", [many.addr(kind, n) for n in range(self.count)])
        finger = xargs + ["-a", self.lists[kind], "/usr/sbin/posttls-finger", "-c", "-l", "dane",
                          "-L", "summary", "-o", "inet_protocols=all", "{}"]
        client = xargs + ["-a", addrs, "openssl", "s_client", "-starttls", "smtp", "-connect",
                          "{}:25", "-dane_tlsa_domain", "mx.example", "-verify_return_error",
                          "-brief", "-no-CAfile", "-no-CApath", "-no-CAstore"]
        for digest in many.digests:
            client += ["-dane_tlsa_rrdata", "3 1 1 " + digest]
        return [
            Command("daneprobe survey", self._survey(self.binary, kind), verified),
            Command("posttls-finger, xargs -P 8, unbound", finger,
                    occurrences("Verified TLS connection"), True),
            Command("openssl s_client, xargs -P 8 (records given, no DNS)", client,
                    occurrences("Verification: OK")),
        ]

    def run(self, command):
        """One run over all domains."""
        if command.resolver:
            self.many.cold()
        path = os.path.join(self.folder, "out")
        before, resolver, start = cpu_of({"nsd", "server"}), cpu_of({"unbound"}), time.perf_counter()
        with open(path, "w") as out:
            cpu, kernel = spawn(command.argv, None, out)
        seconds = time.perf_counter() - start
        if command.resolver:
            cpu += cpu_of({"unbound"}) - resolver
        command.rate.append(self.count / seconds)
        command.cpu.append(cpu / self.count)
        command.kernel.append(kernel / self.count)
        command.servers.append((cpu_of({"nsd", "server"}) - before) / self.count)
        with open(path, errors="replace") as file:
            text = file.read()
        if command.good(text) != self.count:
            sys.exit("bench: %s: %d of %d domains are good:\n%s" % (
                command.name, command.good(text), self.count, text[:2000]))

    def counts(self, kind, *more):
        """Operations a domain, of one process that has all domains."""
        path = os.path.join(self.folder, kind + ".counts")
        argv = self._survey(os.path.join(self.tools, "daneprobe"), kind, "--workers", "1",
                            *more)
        with open("/dev/null", "w") as null:
            spawn(argv, {**os.environ, "BENCH_COUNTS": path}, null)
        total = collections.Counter()
        with open(path) as file:
            for line in file:
                name, count = line.split()
                total[name] += int(count)
        return {name: count / self.count for name, count in total.items()}

    def costs(self):
        """Milliseconds of one operation, by name."""
        text = subprocess.run([os.path.join(self.tools, "costs"), self.many.chains[1]], check=True,
                              stdout=subprocess.PIPE, text=True).stdout
        return {name: float(us) / 1e3 for name, us in map(str.split, text.splitlines())}

    def play(self, rounds):
        costs = []
        for _ in range(rounds):
            for kind in KINDS:
                for command in self.commands[kind]:
                    self.run(command)
            costs.append(self.costs())
        self.median_costs = {name: statistics.median(one[name] for one in costs)
                             for name in costs[0]}
        print("\n%d domains with a host each, medians of %d rounds. In brackets: times daneprobe's."
              % (self.count, rounds))
        for kind in KINDS:
            self.table(kind)
            self.operations(kind)

    def table(self, kind):
        print("\nZones signed with %s:\n" % TITLES[kind])
        print("| | domains/s | CPU a domain, ms | servers, ms |\n|---|---|---|---|")
        first = self.commands[kind][0]
        for one in self.commands[kind]:
            times = ["", ""] if one is first else [
                " (x%.2f)" % (one.median(what) / first.median(what)) for what in ("rate", "cpu")]
            print("| %s | %.0f%s | %.2f%s | %.2f |" % (
                one.name, one.median("rate"), times[0], one.median("cpu") * 1e3, times[1],
                one.median("servers") * 1e3))
        finger = self.commands[kind][1]
        print("\ndaneprobe: %.1f times as many domains a second as posttls-finger, %.1f times as"
              " many for its CPU" % (first.median("rate") / finger.median("rate"),
                                     finger.median("cpu") / first.median("cpu")))

    def operations(self, kind):
        made, names = self.counts(kind), dict(self.median_costs)
        signatures = sum(count for name, count in made.items() if name.startswith("rrsig"))
        forced = sum(count * names[RRSIG[kind] if name == "rrsig" else name]
                     for name, count in FORCED.items())
        cpu, kernel = (self.commands[kind][0].median(what) * 1e3 for what in ("cpu", "kernel"))
        print("Forced a domain: %d RRSIGs (%s) of %.3f ms, proof of the server's key %.3f (ECDSA)"
              " or %.3f (RSA),\n  key share %.3f, key agreement %.3f ms: %.2f ms; CPU is %.2f times"
              " that,\n  with the kernel's part (%.2f ms, packets above all) taken out %.2f times" % (
                  FORCED["rrsig"], RRSIGS, names[RRSIG[kind]], names["proof-ecdsa"],
                  names["proof-rsa"], names["share-p256"], names["agree-p256"], forced,
                  cpu / forced, kernel, (cpu - kernel) / forced))
        print("Made: %.2f RRSIGs, %.2f proofs, %.2f shares, %.2f agreements, %.2f signatures in"
              " certificates" % (signatures, made["proof-ecdsa"] + made["proof-rsa"],
                                 made["share"], made["agree"], made["chain"]))

    def test(self):
        """What a benchmark must not get wrong, without a look at the clock: every command finds all
        domains good, and daneprobe does each operation once a domain. Returns the exit status."""
        results = []
        for kind in KINDS:
            for command in self.commands[kind]:
                self.run(command)
                results.append((True, "%s: %s" % (kind, command.name)))
            # One after the other: of many that begin together, each verifies the keys of the TLD.
            made = {name: round(count * self.count)
                    for name, count in self.counts(kind, "--jobs", "1").items()}
            own = sum(count for name, count in made.items() if name.startswith("rrsig"))
            results.append((own == FORCED["rrsig"] * self.count + ABOVE,
                            "%s: %d RRSIGs verified" % (kind, own)))
            for name, want in (("share", 1), ("agree", 1), ("chain", 0),
                               ("proof-ecdsa", 0.5), ("proof-rsa", 0.5)):
                results.append((made[name] == want * self.count,
                                "%s: %d times %s" % (kind, made[name], name)))
        for good, what in results:
            print("%s %s" % ("ok" if good else "FAILED", what))
        failed = sum(not good for good, _ in results)
        print("bench: %d passed, %d failed" % (len(results) - failed, failed))
        return 1 if failed else 0

    def stop(self):
        self.many.stop()
