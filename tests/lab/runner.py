# SPDX-License-Identifier: Apache-2.0
"""Runs one scenario: its servers up, the tool run as often as asked, the outcome compared."""
import asyncio
import json
import os
import shlex
import signal
import subprocess
import sys
import time

import compare
import daemons
import fakens
import mta_postfix
import smtpd
import subnet
import world

sys.path.append(os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "schema"))
import validate  # noqa: E402

DEFAULTS = ["--timeout", "5", "--deadline", "30"]
PATIENCE_S = 90


class Failure:
    """One run that went wrong."""

    def __init__(self, result, problems):
        self.result, self.problems = result, problems


class Runner:
    def __init__(self, lab, pki, binary, zones_only=False):
        self.lab, self.pki, self.binary, self.zones_only = lab, pki, binary, zones_only
        self.loop = fakens.Loop()
        self.validator = validate.jsonschema.Draft202012Validator(validate.SCHEMA)

    def prepare(self, one):
        """Gives a scenario its certificates and its folder; before the zones are written."""
        one.certs = self.pki.scenario(one.table.get("certs", {}), one.variables())
        one.dir = os.path.join(self.lab, "files", one.name)
        os.makedirs(one.dir, exist_ok=True)

    def write_files(self, one):
        for name, text in one.table.get("files", {}).items():
            path = os.path.join(one.dir, name)
            with open(path, "w") as file:
                file.write(self.content(one, text))
            if text.startswith("COMPLETED "):
                subprocess.run([self.binary, "chain", "-q", "--complete", path, "--roots",
                                path + ".root", path], check=True, timeout=PATIENCE_S)

    def content(self, one, text):
        """"PEM leaf int": these certificates; "KEYED leaf int / rsa:leaf rsa:int": each chain behind
        its key; "COMPLETED ...": each before its key, and then with its root, which chain --complete
        appends; any other text: itself."""
        kind, _, names = text.partition(" ")
        if kind == "PEM":
            return one.certs.pem_chain(names)
        if kind not in ("KEYED", "COMPLETED"):
            return one.expand(text)
        for name, own in one.table["files"].items():
            if own == text and kind == "COMPLETED":
                with open(os.path.join(one.dir, name + ".root"), "w") as file:
                    file.write(one.certs.pem_chain("root" + (" rsa:root" if "rsa:" in names else "")))
        content = ""
        for part in names.split(" / "):
            chain = one.certs.chain(part)
            pems, key = "".join(cert.pem for cert in chain), chain[0].key.pem
            content += key + pems if kind == "KEYED" else pems + key
        return content

    def scenario(self, one):
        """Plays a whole scenario; returns the failures."""
        self.write_files(one)
        failures = self._dns(one)
        if self.zones_only:
            return failures
        for run in one.runs():
            run = one.expand(run)
            for number in range(run.get("repeat", 1)):
                failure = self._once(one, run)
                if failure:
                    if run.get("repeat", 1) > 1:
                        failure.problems.append("in round %d of %d" % (number + 1, run["repeat"]))
                    failures.append(failure)
                    break
        return failures

    def _dns(self, one):
        """The zone's security as Debian's unbound sees it: proves the scenario, not the tool."""
        if "dns" not in one.table:
            return []
        wrong = []
        servers = Servers(self, one)
        try:
            for question, want in one.expand(one.table["dns"]).items():
                name, kind = question.split()
                full = name if name.endswith(".") else \
                    one.zone + "." if name == "@" else "%s.%s." % (name, one.zone)
                found = world.security(full, kind)
                if found != want:
                    wrong.append("the lab itself: unbound says %s is %s, the scenario says %s"
                                 % (question, found, want))
        finally:
            servers.stop()
        return [Failure(None, wrong)] if wrong else []

    def _once(self, one, run):
        servers = Servers(self, one)
        try:
            result = self.call(one, run, "json")
            problems = compare.general(run, result) + compare.stderr(run, result)
            if "verdict" in run or "finding" in run:
                problems += compare.judgement(run, result) + self.schema(result)
            problems += compare.details(run, result) + compare.queries(run, servers.log)
            problems += compare.lines(run, result)
            problems += smtpd.complaints(servers.group.seen, run.get("seen", {}))
        finally:
            servers.stop()
        if not problems and "text" in run:
            servers = Servers(self, one)
            try:
                result = self.call(one, run, "text")
                problems = compare.general(run, result) + compare.texts(run, result)
            finally:
                servers.stop()
        return Failure(result, problems) if problems else None

    def schema(self, result):
        """What the JSON Schema of the reports has against the report."""
        return ["schema: " + what for one in result.objects
                for what in validate.complaints(one, self.validator)][:5]

    def command(self, run, report):
        """The command line of a run."""
        verb, *rest = shlex.split(run["run"])
        words = [self.binary, verb]
        if verb in ("check", "chain"):
            words += ["-o", report]
        if verb == "check" or "--live" in rest:
            for option, file in (("hints", "root.hints"), ("anchor", "root.key")):
                value = run.get(option, os.path.join(self.lab, file))
                name = {"hints": "--root-hints", "anchor": "--trust-anchor"}[option]
                words += [name, value] if value else []
            resolver = run.get("resolver", "recursive")
            words += ["-r", resolver] if resolver else []
            words += DEFAULTS
        return words + shlex.split(run.get("options", "")) + rest

    def patient(self, tool, interrupt):
        """The output of a running tool, which gets a SIGINT after so many seconds if asked for."""
        if interrupt:
            try:
                return tool.communicate(timeout=interrupt)
            except subprocess.TimeoutExpired:
                tool.send_signal(signal.SIGINT)
        return tool.communicate(timeout=PATIENCE_S)

    def call(self, one, run, report):
        command = self.command(run, report)
        if "resolvconf" in run:
            path = os.path.join(one.dir, "resolv.conf")
            with open(path, "w") as file:
                file.write(run["resolvconf"])
            command = ["unshare", "--mount", "sh", "-c",
                       'mount --bind "$0" /etc/resolv.conf && exec "$@"', path] + command
        if "hostname" in run:
            command = ["unshare", "--uts", "sh", "-c", 'hostname "$0" && exec "$@"',
                       run["hostname"]] + command
        env = {k: v for k, v in os.environ.items() if not k.startswith("DANEPROBE_")}
        env.update(run.get("env", {}))
        behind = "net" in run
        tool = subprocess.Popen(subnet.wrapped(command) if behind else command, env=env,
                                stdin=subprocess.PIPE if behind else subprocess.DEVNULL,
                                stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        if behind:
            subnet.join(tool, run["net"], [one.forwarder, one.dnsmasq])
        late = b""
        try:
            out, err = self.patient(tool, run.get("interrupt"))
        except subprocess.TimeoutExpired:
            tool.kill()
            out, err = tool.communicate()
            late = b"\nlab: still running after %d s" % PATIENCE_S
        status, err = tool.returncode, err + late
        return compare.Result(command, status, out.decode("utf-8", "replace"),
                              err.decode("utf-8", "replace"))


class Servers:
    """The name and mail servers of one run, fresh: counters, barriers and visits start anew."""

    def __init__(self, runner, one):
        self.loop, self.log = runner.loop, fakens.Log()
        self.group = smtpd.Group(one.certs, one.variables())
        self.fakes, self.others = [], []
        try:
            for table in one.servers():
                self._mail(one, table)
            self.loop.run(self._dns(one))
            if "dnsmasq" in one.table:
                self._router(one)
        except BaseException:
            self.stop()
            raise

    async def _dns(self, one):
        real = {"a": world.addrs(world.MAIN)[0], "b": world.addrs(world.OTHER)[0]}
        for zone in one.zones.values():
            rules = fakens.with_barriers(one.expand(zone.servers or []))
            for addrs, own in zip(zone.addrs, rules):
                self.fakes.append(fakens.Server(zone.name, addrs, real, own, self.log))
        if "forward" in one.table:
            rules = fakens.with_barriers([one.expand(one.table["forward"])])[0]
            addr, _, port = one.expand(one.table.get("forward_at", one.forwarder)).partition("@")
            self.fakes.append(fakens.Server(one.zone + ".", [addr], {"a": world.UNBOUND}, rules,
                                            self.log, int(port or 53)))
        await asyncio.gather(*(fake.start() for fake in self.fakes))

    def _mail(self, one, table):
        table = dict(table)
        addrs = [one.value(place) for place in compare.listed(table.pop("at"))]
        port, engine = table.pop("port", 25), table.pop("engine", "smtpd")
        if engine == "postfix":
            chains = [one.certs.chain(c) for c in compare.listed(table.get("chain", "leaf int"))]
            folder = os.path.join(one.dir, "postfix%d" % len(self.others))
            mta = mta_postfix.Postfix(folder, "mx." + one.zone, addrs, chains, port,
                                      one.expand(table.get("settings", "")))
            self.others.append(mta)
            mta.start()
        else:
            for addr in addrs:
                self.group.start(table, addr, port)

    def _router(self, one):
        """dnsmasq, before the scenario's forwarder if it has one, else before Debian's unbound."""
        router = daemons.Dnsmasq("dnsmasq", one.dir)
        self.others.append(router)
        router.start(one.dnsmasq, one.forwarder if "forward" in one.table else world.UNBOUND,
                     one.expand(one.table["dnsmasq"]))
        router.wait_ready(one.dnsmasq, ".")

    def stop(self):
        self.group.stop()
        for fake in self.fakes:
            self.loop.run(fake.stop())
        for other in self.others:
            other.stop()


def report(one, failure):
    """A failing run as text."""
    lines = ["FAIL %s (%s; %s; %s)" % (one.name, os.path.basename(one.file),
                                       one.table.get("cases", "-"), one.table.get("rfc", "-"))]
    lines += ["  " + problem for problem in failure.problems]
    if failure.result:
        result = failure.result
        lines.append("  command: " + shlex.join(result.command))
        lines.append("  exit %d" % result.status)
        lines += ["  stderr: " + line for line in result.stderr.splitlines()[:40]]
        # First: whoever shows a log shortened keeps its beginning.
        lines += ["  found: %s: %s" % (found.get("code"), found.get("cause"))
                  for thing in result.objects for found in thing.get("findings", [])]
        if result.objects:
            for thing in result.objects:
                lines += ["  | " + line for line in json.dumps(thing, indent=1).splitlines()]
        else:
            lines += ["  | " + line for line in result.stdout.splitlines()[:80]]
    lines.append("  again: tests/lab/run -k '=%s'" % one.name)
    return "\n".join(lines)


def timed(function, *args):
    start = time.monotonic()
    return function(*args), time.monotonic() - start
