# SPDX-License-Identifier: Apache-2.0
"""The lab of many domains: each with a signed zone, a mail host and an address of its own.

  10.53.0.1  NSD, the root     10.53.0.2  NSD, the TLDs p256. and rsa.
  10.53.0.3  NSD, d0.p256. d1.p256. ... and d0.rsa. d1.rsa. ...; it and the TLDs sign with one
             algorithm: ECDSA P-256 or RSA-2048, one key a zone
  10.53.0.53 unbound for those that need a resolver
  10.120.x.y, 10.121.x.y  the mail hosts, all served by server.c; even ones have a P-256 key, odd
             ones an RSA-2048 key, TLSA 3 1 1
"""
import concurrent.futures
import os
import subprocess
import sys

import daemons
import netns
import zones
from pki import Pki
from scenario import UNBOUND

KINDS = {"p256": "p256", "rsa": "rsasha256"}
BLOCK = {"p256": 120, "rsa": 121}
ADDRS = {"root": "10.53.0.1", "tld": "10.53.0.2", "zones": "10.53.0.3"}


class Many:
    """Lives in dir; start() makes and serves count domains of each kind."""

    def __init__(self, dir_, count, server):
        self.dir, self.count = os.path.join(dir_, "many"), count
        os.makedirs(os.path.join(self.dir, "zones"))
        self.signer = zones.Signer(os.path.join(self.dir, "zones"))
        self.hints, self.anchor = (os.path.join(self.dir, name) for name in ("hints", "anchor"))
        self.server_program = server
        self.nsd, self.server = [], None
        self.resolver = daemons.Unbound("unbound", self.dir)

    def addr(self, kind, number):
        return "10.%d.%d.%d" % (BLOCK[kind], number >> 8, number & 255)

    def names(self, kind):
        return ["d%d.%s" % (number, kind) for number in range(self.count)]

    def start(self):
        netns.network_up([])
        self._certificates()
        root = "rootns. A %s\n" % ADDRS["root"]
        files = {"root": {}, "tld": {}, "zones": {}}
        for kind in KINDS:
            tld = kind + "."
            root += "%s NS ns.%s\nns.%s A %s\n" % (tld, tld, tld, ADDRS["tld"])
            root += self.signer.ds(tld, zones.Recipe(KINDS[kind]))
            files["tld"][tld] = self._tld(kind, files["zones"])
        files["root"]["."] = self._zone(".", root, "rootns.", "rsasha256")
        self._anchor()
        for name, addr in ADDRS.items():
            daemon = daemons.Nsd("nsd-" + name, self.dir)
            daemon.start([addr], files[name])
            daemon.wait_ready(addr, ".", 60)
            self.nsd.append(daemon)
        self._mail()

    def _tld(self, kind, files):
        recipe, lines = zones.Recipe(KINDS[kind]), "ns A %s\nhosts A %s\n" % (
            ADDRS["tld"], ADDRS["zones"])
        self.signer.key_for(kind + ".", recipe.algorithm)

        def one(number):
            name = "d%d.%s." % (number, kind)
            text = "@ MX 10 mx\nmx A %s\n_25._tcp.mx TLSA 3 1 1 %s\n" % (
                self.addr(kind, number), self.digests[number % 2])
            path = self._zone(name, text, "hosts.%s." % kind, KINDS[kind])
            return name, path, "%s NS hosts.%s.\n%s" % (name, kind, self.signer.ds(name, recipe))

        with concurrent.futures.ThreadPoolExecutor(4) as pool:
            for name, path, cut in pool.map(one, range(self.count)):
                files[name] = path
                lines += cut
        return self._zone(kind + ".", lines, "ns.%s." % kind, KINDS[kind])

    def _zone(self, name, body, server, recipe):
        plain = os.path.join(self.dir, "zones", name + "plain")
        signed = os.path.join(self.dir, "zones", name + "signed")
        with open(plain, "w") as file:
            file.write(zones.zone_text(name, body, [server], ttl=3600))
        self.signer.sign(name, plain, signed, zones.Recipe(recipe))
        return signed

    def _anchor(self):
        with open(self.hints, "w") as file:
            file.write(". 3600 NS rootns.\nrootns. 3600 A %s\n" % ADDRS["root"])
        with open(self.signer.key_for(".", "rsasha256") + ".key") as file:
            key = file.read()
        with open(self.anchor, "w") as file:
            file.write(key)

    def _certificates(self):
        certs = Pki(os.path.join(self.dir, "pki")).scenario({}, {"mx": "mx.example"})
        leafs = ["leaf", "rsa:leaf"]
        self.digests = [certs.digest("spki256:" + leaf) for leaf in leafs]
        self.chains = [os.path.join(self.dir, "chain%d.pem" % n) for n in range(2)]
        for leaf, path in zip(leafs, self.chains):
            names = leaf + " " + leaf.replace("leaf", "int")
            with open(path, "w") as file:
                file.write(certs.cert(leaf).key.pem + certs.pem_chain(names))

    def _mail(self):
        self.server = subprocess.Popen([self.server_program, "25", *self.chains],
                                       stdout=subprocess.PIPE, text=True)
        if self.server.stdout.readline() != "ready\n":
            sys.exit("bench: the mail servers did not start")

    def cold(self):
        """The resolver with an empty cache."""
        self.resolver.stop()
        self.resolver.start(UNBOUND, self.hints, self.anchor)
        self.resolver.wait_ready(UNBOUND, "nothing.invalid")

    def pids(self):
        """The processes of the other side: name servers and mail servers."""
        return [daemon.process.pid for daemon in self.nsd] + [self.server.pid]

    def stop(self):
        if self.server:
            self.server.terminate()
            self.server.wait()
        for daemon in [*self.nsd, self.resolver]:
            daemon.stop()
