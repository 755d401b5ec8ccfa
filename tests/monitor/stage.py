# SPDX-License-Identifier: Apache-2.0
"""The lab with one domain for each state of a monitor, and one that publishes its records later."""
import os
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
sys.path.insert(0, os.path.join(ROOT, "tests", "lab"))

import netns  # noqa: E402, F401
import world  # noqa: E402
from pki import Pki  # noqa: E402
from runner import Runner, Servers  # noqa: E402
from scenario import Scenario  # noqa: E402

ANCHORED = "@ MX 10 mx\nmx A {ip1}\n_25._tcp.mx TLSA 2 1 1 {spki256:int}\n"
UNPUBLISHED = "@ MX 10 mx\nmx A {ip1}\n"
WRONG = UNPUBLISHED + "_25._tcp.mx TLSA 2 1 1 {spki256:root}\n"
RIGHT = UNPUBLISHED + "_25._tcp.mx TLSA 3 1 1 {spki256:leaf}\n"
SERVER = {"at": "ip1", "chain": "leaf int"}
DOMAINS = {
    # One good host, and a second key type without a server of its own: 3 1 1.
    "good": {"zone": RIGHT, "server": SERVER},
    # Dates count with usage 2; a warning period longer than any lifetime makes it a warning.
    "aging": {"zone": ANCHORED, "server": SERVER},
    # The root is pinned, and not sent.
    "wrong": {"zone": WRONG, "server": SERVER},
    # Nobody listens.
    "silent": {"zone": RIGHT, "server": []},
    "later": {"zone": UNPUBLISHED, "server": SERVER},
}


class Stage:
    def __init__(self, folder, binary):
        self.folder, self.binary = folder, binary
        self.domains = {name: Scenario(name, dict(table), number, __file__)
                        for number, (name, table) in enumerate(DOMAINS.items(), 1)}
        self.runner = Runner(folder, Pki(os.path.join(folder, "pki")), binary)
        self.lab = world.World(folder, list(self.domains.values()))
        self.up = []

    def start(self):
        for one in self.domains.values():
            self.runner.prepare(one)
        self.lab.start()
        self.up = [Servers(self.runner, one) for one in self.domains.values()]

    def stop(self):
        for servers in self.up:
            servers.stop()
        self.lab.stop()

    def publish(self, name, zone):
        """The zone of a domain from now on; the name servers are started again."""
        self.domains[name].zones["main"].body = zone
        self.lab.change(self.domains[name])

    def options(self):
        return ["-r", "recursive", "--root-hints", self.lab.hints,
                "--trust-anchor", self.lab.anchor, "-t", "3"]

    def sub(self, name):
        path = os.path.join(self.folder, name)
        os.makedirs(path, exist_ok=True)
        return path
