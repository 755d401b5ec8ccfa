# SPDX-License-Identifier: Apache-2.0
"""A real Icinga 2 that runs the check command of port/icinga; what it read is read back.

Its perfdata writer gives every check result: state, output, and the performance data as it has
parsed them.
"""
import os
import re
import shlex
import subprocess
import time

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
COMMAND = os.path.join(ROOT, "port", "icinga", "daneprobe.conf")
PATIENCE_S = 90

CONFIG = """
const PluginContribDir = "%(folder)s"
include <itl>
include "%(command)s"
object CheckerComponent "checker" { }
object PerfdataWriter "perfdata" {
	rotation_interval = 1s
	host_temp_path = "%(folder)s/host.tmp"
	host_perfdata_path = "%(folder)s/host"
	service_temp_path = "%(folder)s/service.tmp"
	service_perfdata_path = "%(folder)s/service"
	service_format_template = "RESULT\\t$service.name$\\t$service.state$\\t$service.perfdata$\\t$service.output$"
}
object Host "mail" { check_command = "dummy" }
%(services)s
"""
SERVICE = """
object Service "%(name)s" {
	host_name = "mail"
	check_command = "daneprobe"
	check_interval = 5s
	retry_interval = 5s
	vars.daneprobe_program = "%(program)s"
	vars.daneprobe_resolver = "recursive"
	vars.daneprobe_root_hints = "%(hints)s"
	vars.daneprobe_trust_anchor = "%(anchor)s"
	vars.daneprobe_timeout = 3
%(more)s}
"""


class Icinga:
    def __init__(self, stage, services):
        """services: {name: lines of its configuration}"""
        self.folder = stage.sub("icinga")
        self.config = os.path.join(self.folder, "icinga2.conf")
        self.process = None
        names = {"hints": stage.lab.hints, "anchor": stage.lab.anchor, "program": stage.binary}
        text = "".join(SERVICE % {**names, "name": name, "more": more}
                       for name, more in services.items())
        with open(self.config, "w") as file:
            file.write(CONFIG % {"folder": self.folder, "command": COMMAND, "services": text})

    def command(self, *more):
        paths = {"DataDir": "lib", "CacheDir": "cache", "LogDir": "log", "SpoolDir": "spool",
                 "InitRunDir": "run", "ConfigDir": "etc"}
        words = ["icinga2", "daemon", "--config", self.config, "--color"]
        for name, folder in paths.items():
            path = os.path.join(self.folder, folder)
            os.makedirs(path, exist_ok=True)
            words.append("-D%s=%s" % (name, path))
        # Its own user does not exist in every user namespace.
        return [*words, "-DRunAsUser=root", "-DRunAsGroup=root", *more]

    def start(self):
        self.log = open(os.path.join(self.folder, "log.txt"), "wb")
        self.process = subprocess.Popen(self.command(), stdin=subprocess.DEVNULL, stdout=self.log,
                                        stderr=self.log, cwd=self.folder)

    def stop(self):
        if self.process:
            self.process.terminate()
            try:
                self.process.wait(timeout=20)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
        self.log.close()

    def results(self):
        """{service: (state, performance data, output)} of the last results."""
        out = {}
        for name in sorted(os.listdir(self.folder)):
            if not re.fullmatch(r"service(\.tmp|\.\d+)?", name):
                continue
            with open(os.path.join(self.folder, name), encoding="utf-8") as file:
                for line in file:
                    fields = line.rstrip("\n").split("\t")
                    if len(fields) == 5 and fields[0] == "RESULT":
                        out[fields[1]] = tuple(fields[2:])
        return out

    def wait_for(self, names):
        end = time.monotonic() + PATIENCE_S
        while time.monotonic() < end and self.process.poll() is None:
            results = self.results()
            if set(names) <= set(results):
                return results
            time.sleep(0.2)
        with open(self.log.name, errors="replace") as file:
            tail = file.read()[-3000:]
        raise AssertionError("Icinga has results of %s only; %s:\n%s" % (
            ", ".join(sorted(self.results())), shlex.join(self.command()), tail))
