# SPDX-License-Identifier: Apache-2.0
"""A signed mail domain of the lab, with its mail server, that containers can reach, and the mounts
and environment that tell a container of the lab's DNS root: all that is not as it is outside."""
import os
import sys

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
sys.path.insert(0, os.path.join(ROOT, "tests", "lab"))
sys.dont_write_bytecode = True

import netns  # noqa: E402
import world  # noqa: E402
from pki import Pki  # noqa: E402
from runner import Runner, Servers  # noqa: E402
from scenario import Scenario  # noqa: E402

UID = 65532
ENVIRONMENT = {"DANEPROBE_OPT_ROOT_HINTS": "/lab/root.hints", "DANEPROBE_OPT_TRUST_ANCHOR": "/lab/root.key",
               "DANEPROBE_OPT_RESOLVER": "recursive", "DANEPROBE_OPT_DEADLINE": "20",
               "DANEPROBE_OPT_TIMEOUT": "5"}


class Site:
    """mail.lab: pins the CA's root, which the server does not send. good.lab: as it should be."""

    ZONES = {"mail": {"zone": "@ MX 10 mx\nmx A {ip1}\n_25._tcp.mx TLSA 2 1 1 {spki256:root}\n"},
             "good": {}}

    def __init__(self, folder, zones=None):
        self.folder = folder
        os.makedirs(os.path.join(folder, "pki"), exist_ok=True)
        runner = Runner(folder, Pki(os.path.join(folder, "pki")), "/none")
        tables = zones or self.ZONES
        self.domains = {name: Scenario(name, dict(table), number, __file__)
                        for number, (name, table) in enumerate(tables.items(), 1)}
        self.lab = world.World(folder, list(self.domains.values()))
        for one in self.domains.values():
            runner.prepare(one)
        self.lab.start()
        self.servers = [Servers(runner, one) for one in self.domains.values()]
        self.certs = os.path.join(folder, "certs")
        os.makedirs(self.certs)
        os.makedirs(os.path.join(folder, "lab"))
        for name in ("root.hints", "root.key"):
            with open(os.path.join(folder, name)) as old, \
                    open(os.path.join(folder, "lab", name), "w") as new:
                new.write(old.read())

    def mounts(self):
        return [(os.path.join(self.folder, "lab"), "/lab", "ro")]

    def chain(self, domain, names, file):
        """A chain file as a secret is mounted: readable for the container's user alone."""
        path = os.path.join(self.certs, file)
        with open(path, "w") as out:
            out.write(self.domains[domain].certs.pem_chain(names))
        os.chown(path, UID, UID)
        os.chmod(path, 0o400)
        return path

    def stop(self):
        for servers in self.servers:
            servers.stop()
        self.lab.stop()
