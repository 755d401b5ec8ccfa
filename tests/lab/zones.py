# SPDX-License-Identifier: Apache-2.0
"""Zone files: records in, signed zone files and DS records out (ldns-keygen, ldns-signzone).

A signing recipe is a line of words, any order, all optional:
  p256 p384 ed25519 ed448 rsasha1 rsasha1-nsec3 rsasha256 rsasha512    the algorithm (p256)
  nsec3 optout iterations=N salt=HEX           denial (NSEC without nsec3)
  from=-1h to=+30d                             signature validity, relative to now
  nods            signed, but the parent has no DS
  ds-algorithm=N  ds-digest=N    the parent's DS names that algorithm or digest type instead
  ds-wrong        the parent's DS is of no key of the zone
"none" leaves the zone unsigned. After signing, tamper.py may spoil the file.
"""
import os
import re
import subprocess
import threading
import time

import dns.dnssec
import dns.name
import dns.rdata

ALGORITHMS = {
    "p256": "ECDSAP256SHA256", "p384": "ECDSAP384SHA384", "ed25519": "ED25519",
    "ed448": "ED448",
    "rsasha1": "RSASHA1", "rsasha1-nsec3": "RSASHA1-NSEC3-SHA1",
    "rsasha256": "RSASHA256", "rsasha512": "RSASHA512",
}
UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86400}


class ZoneError(Exception):
    pass


class Recipe:
    """A parsed signing recipe."""

    def __init__(self, text):
        self.algorithm, self.signed, self.nsec3, self.optout = "p256", True, False, False
        self.ds, self.ds_wrong, self.ds_algorithm, self.ds_digest = True, False, None, None
        self.iterations, self.salt = 1, ""
        self.start, self.end = "-1h", "+30d"
        for word in text.split():
            self._word(word)

    def _word(self, word):
        key, _, value = word.partition("=")
        flags = {"none": ("signed", False), "nsec3": ("nsec3", True), "optout": ("optout", True),
                 "nods": ("ds", False), "ds-wrong": ("ds_wrong", True)}
        values = {"iterations": "iterations", "salt": "salt", "from": "start", "to": "end",
                  "ds-algorithm": "ds_algorithm", "ds-digest": "ds_digest"}
        if word in ALGORITHMS:
            self.algorithm = word
        elif word in flags:
            setattr(self, *flags[word])
        elif key in values and value:
            setattr(self, values[key], value)
        else:
            raise ZoneError("unknown word in a signing recipe: %s" % word)


def moment(offset):
    """'+30d' -> YYYYMMDDhhmmss that far from now."""
    found = re.fullmatch(r"([+-]\d+)([smhd])", offset)
    if not found:
        raise ZoneError("not a time offset: %s" % offset)
    when = time.time() + int(found[1]) * UNITS[found[2]]
    return time.strftime("%Y%m%d%H%M%S", time.gmtime(when))


class Signer:
    """Makes keys once an algorithm and signs any number of zones with them. dir: where files go."""

    def __init__(self, dir_):
        self.dir = dir_
        self._keys, self._lock = {}, threading.Lock()

    def _run(self, *args):
        done = subprocess.run(args, cwd=self.dir, text=True,
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        if done.returncode != 0:
            raise ZoneError("%s: %s" % (" ".join(args), done.stderr.strip() or done.stdout.strip()))
        return done.stdout

    def _key(self, algorithm):
        with self._lock:
            if algorithm not in self._keys:
                size = ["-b", "2048"] if algorithm.startswith("rsa") else []
                self._keys[algorithm] = self._run(
                    "ldns-keygen", "-a", ALGORITHMS[algorithm], "-k", *size, "key.invalid").strip()
        return os.path.join(self.dir, self._keys[algorithm])

    def key_for(self, zone, algorithm):
        """The shared key of an algorithm, as a key file of this zone; returns its base name."""
        source = self._key(algorithm)
        base = os.path.join(self.dir, "K%s+%s" % (zone.strip(".") or "root", algorithm))
        with open(source + ".key") as file:
            record = file.read()
        with open(base + ".key", "w") as file:
            file.write(record.replace("key.invalid.", zone))
        with open(source + ".private") as file, open(base + ".private", "w") as out:
            out.write(file.read())
        return base

    def ds(self, zone, recipe):
        """The DS lines for the parent, in the spirit of the recipe."""
        if not recipe.signed or not recipe.ds:
            return ""
        with open(self.key_for(zone, recipe.algorithm) + ".key") as file:
            text = file.read().split("DNSKEY", 1)[1].split(";")[0]
        key = dns.rdata.from_text("IN", "DNSKEY", text)
        ds = dns.dnssec.make_ds(dns.name.from_text(zone), key, "SHA256")
        digest = bytes(32) if recipe.ds_wrong else ds.digest
        return "%s DS %s %s %s %s\n" % (zone, ds.key_tag, recipe.ds_algorithm or int(ds.algorithm),
                                        recipe.ds_digest or 2, digest.hex())

    def sign(self, zone, plain, signed, recipe):
        """plain zone file -> signed zone file, by the recipe (which must say signed)."""
        args = ["ldns-signzone", "-o", zone, "-f", signed,
                "-i", moment(recipe.start), "-e", moment(recipe.end)]
        if recipe.nsec3:
            args += ["-n", "-t", str(recipe.iterations)]
            args += ["-s", recipe.salt] if recipe.salt else []
            args += ["-p"] if recipe.optout else []
        self._run(*args, plain, self.key_for(zone, recipe.algorithm))


def unrolled(body):
    """Lines "$FOR 1..60 TEXT" as 60 lines, # in TEXT being the number."""
    for line in body.splitlines():
        found = re.match(r"\$FOR (\d+)\.\.(\d+) (.*)", line.strip())
        if not found:
            yield line
            continue
        for number in range(int(found[1]), int(found[2]) + 1):
            yield found[3].replace("#", str(number))


def zone_text(zone, body, servers, serial=1, ttl=300):
    """A complete zone: SOA and NS (a name server's name each) before the body."""
    lines = ["$ORIGIN %s" % zone, "$TTL %d" % ttl,
             "@ SOA %s hostmaster.lab. %d 3600 900 604800 300" % (servers[0], serial)]
    lines += ["@ NS %s" % server for server in servers]
    return "\n".join([*lines, *unrolled(body)]) + "\n"
