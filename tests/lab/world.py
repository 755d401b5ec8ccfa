# SPDX-License-Identifier: Apache-2.0
"""The lab's DNS as a whole: root, lab., every scenario's zones, and who serves them.

  10.53.0.1  NSD, the root              10.53.0.2  NSD, lab.
  10.53.0.3  NSD, scenario zones        10.53.0.4  NSD, their other version (zone_b)
  10.53.0.53 unbound, validating, with the lab's anchor
Each has the IPv6 address fd00:53::N too.
"""
import concurrent.futures
import os

import dns.flags
import dns.message
import dns.query
import dns.rcode

import daemons
import netns
import zones
from scenario import UNBOUND, ScenarioError
from tamper import tamper

ROOT, LAB, MAIN, OTHER = 1, 2, 3, 4
ROOT_RECIPE, LAB_RECIPE = zones.Recipe("rsasha256"), zones.Recipe("p256")


def addrs(number):
    return ["10.53.0.%d" % number, "fd00:53::%d" % number]


class World:
    """Lives in dir; start() brings the network and all DNS servers up."""

    def __init__(self, dir_, scenarios):
        self.dir, self.scenarios = dir_, scenarios
        self.signer = zones.Signer(self._sub("keys"))
        self.hints, self.anchor = os.path.join(dir_, "root.hints"), os.path.join(dir_, "root.key")
        self.running = []

    def _sub(self, name):
        path = os.path.join(self.dir, name)
        os.makedirs(path, exist_ok=True)
        return path

    def start(self):
        files = {MAIN: {}, OTHER: {}}
        with concurrent.futures.ThreadPoolExecutor(4) as pool:
            parts = pool.map(lambda one: self._scenario_zones(one, files), self.scenarios)
            delegations = "".join(parts)
        lab = "ns A %s\nns AAAA %s\nhostmaster A 10.53.0.9\n" % tuple(addrs(MAIN))
        lab_file = self._write_zone("lab.", lab + delegations, ["ns.lab."], LAB_RECIPE, [], "lab")
        root = "rootns. A %s\nrootns. AAAA %s\nlab. NS labns.\nlabns. A %s\nlabns. AAAA %s\n" \
            % (*addrs(ROOT), *addrs(LAB))
        root += self.signer.ds("lab.", LAB_RECIPE)
        root_file = self._write_zone(".", root, ["rootns."], ROOT_RECIPE, [], "root")
        self._anchors()
        addresses6 = [addrs(n)[1] for n in (ROOT, LAB, MAIN, OTHER)]
        for one in self.scenarios:
            addresses6 += sorted(one.used6)
        netns.network_up(addresses6)
        self.zone_files = files[MAIN]
        self._start_servers({ROOT: {".": root_file}, LAB: {"lab.": lab_file}, **files})

    def _anchors(self):
        with open(self.hints, "w") as file:
            file.write(". 3600 NS rootns.\nrootns. 3600 A %s\nrootns. 3600 AAAA %s\n"
                       % tuple(addrs(ROOT)))
        with open(self.signer.key_for(".", ROOT_RECIPE.algorithm) + ".key") as file:
            key = file.read()
        with open(self.anchor, "w") as file:
            file.write(key)
        for one in self.scenarios:
            one.anchor = self.signer.ds(".", ROOT_RECIPE).split(None, 2)[2].strip()

    def _start_servers(self, files):
        names = {ROOT: "root", LAB: "tld", MAIN: "zones", OTHER: "zones-b"}
        for number, name in names.items():
            daemon = daemons.Nsd("nsd-" + name, self.dir)
            daemon.start(addrs(number), files[number])
            self.running.append((daemon, addrs(number)[0]))
        resolver = daemons.Unbound("unbound", self.dir)
        resolver.start(UNBOUND, self.hints, self.anchor)
        self.running.append((resolver, UNBOUND))
        for daemon, addr in self.running:
            daemon.wait_ready(addr, ".")

    def change(self, one):
        """Writes and serves the zones of a scenario again, after its zone text was changed."""
        files = {MAIN: {}, OTHER: {}}
        self._scenario_zones(one, files)
        self.zone_files.update(files[MAIN])
        nsd, addr = self.running[MAIN - 1]
        nsd.stop()
        nsd.start(addrs(MAIN), self.zone_files)
        nsd.wait_ready(addr, one.zone)

    def stop(self):
        for daemon, _ in self.running:
            daemon.stop()

    def _scenario_zones(self, one, files):
        """Writes and signs a scenario's zones, children first; returns their lines for lab."""
        lines, child_lines = "", {nick: "" for nick in one.zones}
        order = sorted(one.zones.values(), key=lambda z: -z.name.count("."))
        for zone in order:
            recipe = zones.Recipe(zone.sign)
            servers, glue = self._servers(zone)
            extra = glue + child_lines[zone.nick]
            nick = "%s.%s" % (one.name, zone.nick)
            files[MAIN][zone.name] = self._write_zone(
                zone.name, one.expand(zone.body) + "\n" + extra, servers, recipe,
                one.expand(zone.tamper), nick)
            if zone.body_b is not None or zone.sign_b is not None:
                text = one.expand(zone.body if zone.body_b is None else zone.body_b)
                recipe_b = recipe if zone.sign_b is None else zones.Recipe(zone.sign_b)
                files[OTHER][zone.name] = self._write_zone(
                    zone.name, text + "\n" + extra, servers, recipe_b, [], nick + ".b", 2)
            cut = "".join("%s NS %s\n" % (zone.name, s) for s in servers) + glue
            cut += self.signer.ds(zone.name, recipe)
            if zone.parent:
                child_lines[zone.parent] += cut
            else:
                lines += cut
        return lines

    def _servers(self, zone):
        """The names of a zone's servers, and the address records of those inside it."""
        if zone.servers is None:
            return ["ns.lab."], ""
        names, glue = [], ""
        for number, own in enumerate(zone.addrs, 1):
            names.append("ns%d.%s" % (number, zone.name))
            glue += "".join("%s %s %s\n" % (names[-1], "AAAA" if ":" in a else "A", a) for a in own)
        return names, glue

    def _write_zone(self, name, body, servers, recipe, orders, nick, serial=1):
        folder = self._sub("zones")
        plain, signed = os.path.join(folder, nick + ".plain"), os.path.join(folder, nick)
        with open(plain, "w") as file:
            file.write(zones.zone_text(name, body, servers, serial))
        if not recipe.signed:
            return plain
        try:
            self.signer.sign(name, plain, signed, recipe)
            if orders:
                with open(signed) as file:
                    text = tamper(name, file.read(), orders,
                                  self.signer.key_for(name, recipe.algorithm))
                with open(signed, "w") as file:
                    file.write(text)
        except (zones.ZoneError, StopIteration, ValueError) as error:
            raise ScenarioError("%s: %s" % (nick, error)) from error
        return signed


def security(name, kind, addr=UNBOUND):
    """What Debian's unbound says of a name: secure, insecure, bogus or failed."""
    query = dns.message.make_query(name, kind, want_dnssec=True)
    answer = dns.query.tcp(query, addr, timeout=20)
    if answer.rcode() != dns.rcode.SERVFAIL:
        return "secure" if answer.flags & dns.flags.AD else "insecure"
    query = dns.message.make_query(name, kind, want_dnssec=True)
    query.flags |= dns.flags.CD
    again = dns.query.tcp(query, addr, timeout=20)
    return "failed" if again.rcode() == dns.rcode.SERVFAIL else "bogus"
