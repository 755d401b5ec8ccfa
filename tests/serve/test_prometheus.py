# SPDX-License-Identifier: Apache-2.0
"""Debian's prometheus scrapes the exporter; promtool reads what it tells."""
import json
import os
import shutil
import subprocess
import time
import urllib.parse
import urllib.request

import exporter
from exporter import Exporter, check, equal, get, probe



def promtool(text):
    done = subprocess.run(["promtool", "check", "metrics"], input=text, text=True,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    equal((done.returncode, done.stdout), (0, ""), "promtool")


def test_promtool():
    """No complaint about names, types, help or syntax, of any verdict."""
    Exporter()
    for name in ("good", "failing", "no-dane", "undetermined"):
        promtool(probe(name + ".lab", timeout=3).text)
    get("/nothing")
    promtool(get("/metrics").text)


def shown_config():
    """The example of port/prometheus, for the lab's domains and at a test's speed."""
    path = os.path.join(os.path.dirname(__file__), "..", "..", "port", "prometheus",
                        "prometheus.yml")
    with open(path) as file:
        text = file.read()
    for old, new in (("example.org", "good.lab"), ("smtp://mx.example.net", "failing.lab"),
                     ("scrape_interval: 5m", "scrape_interval: 3s"),
                     ("scrape_timeout: 30s", "scrape_timeout: 3s"),
                     ("scrape_interval: 1m", "scrape_interval: 1s"),
                     ("scrape_timeout: 10s", "scrape_timeout: 1s")):
        check(old in text, "%s is not in the example" % old)
        text = text.replace(old, new)
    kept = text.split("rule_files:")[0] + text[text.index("scrape_configs:"):]
    return kept


class Prometheus:
    def __init__(self, config):
        self.folder = os.path.join(exporter.FOLDER, "prometheus")
        os.makedirs(self.folder)
        path = os.path.join(self.folder, "prometheus.yml")
        with open(path, "w") as file:
            file.write(config)
        subprocess.run(["promtool", "check", "config", path], check=True,
                       stdout=subprocess.DEVNULL)
        self.log = open(os.path.join(self.folder, "log"), "w+")
        self.process = subprocess.Popen(
            ["prometheus", "--config.file=" + path, "--web.listen-address=127.0.0.1:9090",
             "--storage.tsdb.path=" + os.path.join(self.folder, "data")],
            stdout=self.log, stderr=self.log, cwd=self.folder)

    def query(self, expression):
        """{(labels that matter): value}"""
        url = "http://127.0.0.1:9090/api/v1/query?" + urllib.parse.urlencode({"query": expression})
        with urllib.request.urlopen(url, timeout=10) as reply:
            return {(r["metric"].get("job"), r["metric"].get("instance")): r["value"][1]
                    for r in json.load(reply)["data"]["result"]}

    def wait_for(self, expression, expected):
        end, found = time.monotonic() + 40, None
        while time.monotonic() < end:
            try:
                found = self.query(expression)
                if found == expected:
                    return
            except OSError:
                check(self.process.poll() is None, "prometheus did not start")
            time.sleep(0.3)
        self.log.seek(0)
        raise exporter.Failure("%s gives %s, not %s\n%s" % (expression, found, expected,
                                                            self.log.read()[-3000:]))

    def stop(self):
        self.process.terminate()
        self.process.wait(20)
        self.log.close()
        shutil.rmtree(self.folder)


def test_scraped():
    """The configuration that we ship, against a real Prometheus."""
    server = Exporter()
    prometheus = Prometheus(shown_config())
    try:
        prometheus.wait_for("probe_success", {("dane", "good.lab"): "1",
                                              ("dane", "failing.lab"): "0"})
        prometheus.wait_for('dane_verdict{verdict="failed"} == 1', {("dane", "failing.lab"): "1"})
        # By this label the dashboard chooses.
        prometheus.wait_for('sum by (instance, job) (dane_exit_status{target="failing.lab"})',
                            {("dane", "failing.lab"): "2"})
        prometheus.wait_for("up", {("dane", "good.lab"): "1", ("dane", "failing.lab"): "1",
                                   ("daneprobe", "127.0.0.1:15252"): "1"})
        prometheus.wait_for("daneprobe_build_info", {("daneprobe", "127.0.0.1:15252"): "1"})
    finally:
        prometheus.stop()
    check(server.process.poll() is None, "it is gone")
