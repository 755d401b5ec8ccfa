# SPDX-License-Identifier: Apache-2.0
"""Scenario files: read, checked for unknown keys, given addresses, placeholders replaced.

Pure but for reading the files: nothing is started here. The keys are explained in tests/lab/run.
"""
import copy
import glob
import os
import re
import tomllib

ZONE_KEYS = {"zone", "sign", "tamper", "zone_b", "sign_b", "ns", "parent"}
RUN_KEYS = {"run", "options", "resolver", "anchor", "hints", "resolvconf", "env", "repeat",
            "verdict", "finding", "exit", "hosts", "json", "text", "stderr", "queries", "seen",
            "interrupt", "hostname", "lines", "net"}
KEYS = ZONE_KEYS | RUN_KEYS | {"cases", "rfc", "note", "zones", "certs", "server", "forward", "dns",
                               "files", "more", "slow", "forward_at", "dnsmasq"}
PLACEHOLDER = re.compile(r"\{([a-z][a-z0-9_]*(?::[^{}]*)?)\}")
UNBOUND = "10.53.0.53"
GOOD_ZONE = "@ MX 10 mx\nmx A {ip1}\n_25._tcp.mx TLSA 3 1 1 {spki256:leaf}\n"


class ScenarioError(Exception):
    pass


class Zone:
    """One zone of a scenario. servers: [[rule, ...], ...] a fake server each; None: NSD itself."""

    def __init__(self, name, table, nick):
        unknown = set(table) - ZONE_KEYS
        if unknown:
            raise ScenarioError("%s: unknown zone keys: %s" % (name, ", ".join(sorted(unknown))))
        self.name, self.nick = name, nick
        self.body, self.body_b = table.get("zone", ""), table.get("zone_b")
        self.sign, self.sign_b = table.get("sign", ""), table.get("sign_b")
        self.tamper, self.parent = table.get("tamper", []), table.get("parent")
        rules = table.get("ns")
        if rules is None:
            self.servers = None
        else:
            self.servers = rules if rules and isinstance(rules[0], list) else [rules]
        by_family = any("family" in rule for own in self.servers or [] for rule in own)
        self.families = (4, 6) if by_family else (4,)
        self.addrs = []  # [[addr, ...], ...] of the fake servers


class Scenario:
    """One scenario: zones, servers, runs; number decides its addresses."""

    def __init__(self, name, table, number, file):
        unknown = set(table) - KEYS
        if unknown:
            raise ScenarioError("%s: unknown keys: %s" % (name, ", ".join(sorted(unknown))))
        self.name, self.table, self.number, self.file = name, table, number, file
        self.zone = name + ".lab"
        table.setdefault("zone", GOOD_ZONE)
        if "server" not in table:
            table["server"] = [{"at": "ip1"}]
        if "queries" in table or any("queries" in m for m in table.get("more", [])):
            table.setdefault("ns", [])
        self.zones = {"main": Zone(self.zone + ".",
                                   {k: v for k, v in table.items() if k in ZONE_KEYS}, "main")}
        for nick, more in table.get("zones", {}).items():
            parent = more.get("parent")
            if parent:
                full = "%s.%s" % (nick, self.zones[parent].name)
            else:
                full = "%s-%s.lab." % (nick, name)
            self.zones[nick] = Zone(full, more, nick)
        self.certs = None  # the scenario's certificates (pki), set before expand is used
        self.dir = None    # where its files go, likewise
        self.anchor = None  # DS data of the lab's root, known once the lab is up
        self.used6 = set()
        self._number_fakes()

    def _number_fakes(self):
        count = 0
        for zone in self.zones.values():
            for _ in zone.servers or []:
                count += 1
                zone.addrs.append([self._addr(102, count)] if zone.families == (4,)
                                  else [self._addr(102, count), self._addr6(0x102, count)])

    def _addr(self, block, host):
        return "10.%d.%d.%d" % (block + 20 * (self.number >> 8), self.number & 255, host)

    def _addr6(self, block, host):
        addr = "fd00:%x:%x::%x" % (block, self.number, host)
        self.used6.add(addr)
        return addr

    @property
    def forwarder(self):
        return self._addr(103, 1)

    @property
    def dnsmasq(self):
        return self._addr(103, 2)

    def value(self, word):
        """What a placeholder stands for."""
        if word[0].isdigit():
            return word
        kind, _, rest = word.partition(":")
        host = re.fullmatch(r"(ip|ip6_|dead|dead6_|far|ns|ns6_)(\d)", word)
        if host:
            number = int(host[2])
            makers = {"ip": lambda: self._addr(100, number),
                      "ip6_": lambda: self._addr6(0x100, number),
                      "ns": lambda: self._addr(102, number),
                      "ns6_": lambda: self._addr6(0x102, number),
                      "dead": lambda: "10.99.%d.%d" % (self.number & 255, number),
                      "far": lambda: "10.98.%d.%d" % (self.number & 255, number),
                      "dead6_": lambda: "fd00:99:%x::%x" % (self.number, number)}
            return makers[host[1]]()
        if word == "zone":
            return self.zone
        if kind == "zone" and rest in self.zones:
            return self.zones[rest].name.rstrip(".")
        fixed = {"fwd": self.forwarder, "dnsmasq": self.dnsmasq, "unbound": UNBOUND,
                 "dir": self.dir, "anchor": self.anchor}
        if word in fixed:
            return fixed[word]
        try:
            return self.certs.digest(word)
        except (KeyError, ValueError, AttributeError) as error:
            raise ScenarioError("%s: {%s}: %s" % (self.name, word, error)) from error

    def expand(self, thing):
        """Placeholders replaced in every string of a value (tables and lists too)."""
        if isinstance(thing, str):
            return PLACEHOLDER.sub(lambda found: self.value(found[1]), thing)
        if isinstance(thing, list):
            return [self.expand(one) for one in thing]
        if isinstance(thing, dict):
            return {self.expand(k): self.expand(v) for k, v in thing.items()}
        return thing

    def variables(self):
        """What certificate descriptions may name."""
        return {"zone": self.zone, "mx": "mx." + self.zone,
                **{"zone_" + nick: zone.name.rstrip(".") for nick, zone in self.zones.items()}}

    def servers(self):
        """The mail servers' tables, as a list."""
        servers = self.table.get("server", [])
        return servers if isinstance(servers, list) else [servers]

    def runs(self):
        """Every run of the tool: the scenario's own, then each of `more`, which inherits."""
        base = {k: v for k, v in self.table.items() if k in RUN_KEYS}
        base.setdefault("run", "check {zone}")
        out = [base]
        for more in self.table.get("more", []):
            unknown = set(more) - RUN_KEYS
            if unknown:
                raise ScenarioError("%s: unknown keys: %s" % (self.name, ", ".join(unknown)))
            out.append({**copy.deepcopy(base), **more})
        return out


def load(folder):
    """All scenarios of a folder's .toml files, in order. Raises ScenarioError."""
    out, seen = [], {}
    for path in sorted(glob.glob(os.path.join(folder, "*.toml"))):
        try:
            with open(path, "rb") as file:
                tables = tomllib.load(file)
        except tomllib.TOMLDecodeError as error:
            raise ScenarioError("%s: %s" % (path, error)) from error
        for name, table in tables.items():
            if name in seen:
                raise ScenarioError("%s: %s is in %s too" % (path, name, seen[name]))
            if not re.fullmatch(r"[a-z0-9-]{1,50}", name):
                raise ScenarioError("%s: %s: use lower case, digits, dashes" % (path, name))
            seen[name] = path
            out.append(Scenario(name, table, len(out) + 1, path))
    return out
