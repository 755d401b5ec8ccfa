# SPDX-License-Identifier: Apache-2.0
"""Metrics as promtool and a real node exporter read them; rules and dashboard against the metrics."""
import glob
import json
import os
import re
import shlex
import shutil
import socket
import subprocess
import time
import urllib.request

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
RULES = os.path.join(ROOT, "port", "prometheus", "daneprobe.rules.yml")
BOARD = os.path.join(ROOT, "port", "grafana", "daneprobe.json")
SERVICE = os.path.join(ROOT, "port", "systemd", "daneprobe-textfile.service")
METRIC = re.compile(r"\b(?:dane|probe)_[a-z_]+\b")


def write_metrics(stage, path, *targets, options=()):
    done = subprocess.run([stage.binary, "check", "-o", "prometheus", "--output-file", path,
                           *stage.options(), *options, *targets], capture_output=True, text=True)
    assert done.stdout == done.stderr == "", done
    return done.returncode


def promtool(*args, text=None, cwd=None):
    done = subprocess.run(["promtool", *args], input=text, text=True, cwd=cwd,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    assert done.returncode == 0, done.stdout
    return done.stdout


def samples(text):
    return [line for line in text.splitlines() if line and not line.startswith("#")]


def test_promtool_takes_the_metrics(stage):
    path = os.path.join(stage.folder, "promtool.prom")
    status = write_metrics(stage, path, "good.lab", "wrong.lab", "silent.lab", "later.lab",
                           "aging.lab", "good.lab", "none.lab")
    assert status == 2, status
    with open(path) as file:
        text = file.read()
    assert promtool("check", "metrics", text=text) == ""
    for line in ('probe_success{target="good.lab"} 1', 'probe_success{target="wrong.lab"} 0',
                 'dane_verdict{target="silent.lab",verdict="undetermined"} 1',
                 'dane_verdict{target="later.lab",verdict="no-dane"} 1',
                 'dane_verdict{target="none.lab",verdict="no-mail"} 1',
                 'dane_findings{target="wrong.lab",code="tlsa-anchor-not-sent",severity="error"} 1',
                 'dane_host_tlsa_records_matched{target="good.lab",host="mx.good.lab"} 1'):
        assert text.count("\n%s\n" % line) == 1, "%s in:\n%s" % (line, text)
    ends = dict(line.rsplit(" ", 1) for line in samples(text))
    now = time.time()
    for series in ('dane_rrsig_expiry_timestamp_seconds{target="good.lab",name="good.lab",type="MX"}',
                   'probe_ssl_earliest_cert_expiry{target="good.lab"}'):
        assert float(ends[series]) > now, (series, ends[series])
    assert abs(float(ends['dane_last_check_timestamp_seconds{target="good.lab"}']) - now) < 120
    # Dates count on paths to a trust anchor only (RFC 7671 s5.1, s5.2).
    paths = [line for line in ends if line.startswith("dane_path_expiry")]
    assert len(paths) == 1 and 'target="aging.lab"' in paths[0], paths


class Exporter:
    """Debian's node exporter with the textfile collector alone."""

    def __init__(self, folder):
        with socket.create_server(("127.0.0.1", 0)) as free:
            self.port = free.getsockname()[1]
        self.process = subprocess.Popen(
            ["prometheus-node-exporter", "--collector.disable-defaults", "--collector.textfile",
             "--collector.textfile.directory", folder, "--web.disable-exporter-metrics",
             "--web.listen-address", "127.0.0.1:%d" % self.port],
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)

    def scrape(self):
        address = "http://127.0.0.1:%d/metrics" % self.port
        for _ in range(100):
            try:
                with urllib.request.urlopen(address, timeout=10) as reply:
                    return reply.read().decode()
            except urllib.error.URLError:
                assert self.process.poll() is None, self.process.stderr.read()
                time.sleep(0.1)
        raise AssertionError("the node exporter does not answer")

    def stop(self):
        self.process.terminate()
        self.process.communicate(timeout=20)


def plain(line):
    """Series without the order of labels, and the number itself."""
    series, value = line.rsplit(" ", 1)
    name, _, labels = series.partition("{")
    return name, tuple(sorted(re.findall(r'(\w+)="((?:[^"\\]|\\.)*)"', labels))), float(value)


def test_node_exporter_passes_the_file_on(stage):
    folder = stage.sub("textfile")
    path = os.path.join(folder, "daneprobe.prom")
    exporter = Exporter(folder)
    try:
        for targets in (["good.lab", "wrong.lab"], ["silent.lab"]):
            write_metrics(stage, path, *targets)
            assert os.listdir(folder) == ["daneprobe.prom"], os.listdir(folder)
            page = samples(exporter.scrape())
            assert "node_textfile_scrape_error 0" in page, "\n".join(page)
            with open(path) as file:
                ours = {plain(line) for line in samples(file.read())}
            assert len(ours) > 20
            missing = ours - {plain(line) for line in page}
            assert not missing, missing
            seen = {dict(labels)["target"] for name, labels, _ in map(plain, page)
                    if name == "probe_success"}
            assert seen == set(targets), seen
    finally:
        exporter.stop()


# --- what goes with it ---

def expressions(thing):
    """Every "expr" in a JSON value."""
    if isinstance(thing, dict):
        for key, value in thing.items():
            if key == "expr":
                yield value
            yield from expressions(value)
    elif isinstance(thing, list):
        for one in thing:
            yield from expressions(one)


def known_metrics():
    names = set()
    for path in glob.glob(os.path.join(ROOT, "tests", "golden", "*.prom")):
        with open(path) as file:
            names |= set(re.findall(r"^# TYPE (\S+)", file.read(), re.M))
    # No sample has them: they need a path to a trust anchor, and signatures.
    return names | {"dane_path_expiry_timestamp_seconds", "dane_rrsig_expiry_timestamp_seconds"}


def test_alert_rules_raise_alerts(stage):
    folder = stage.sub("rules")
    shutil.copy(RULES, folder)
    shutil.copy(os.path.join(HERE, "rules_test.yml"), folder)
    name = os.path.basename(RULES)
    with open(RULES) as file:
        text = file.read()
    alerts = re.findall(r"- alert: (\w+)", text)
    assert "%d rules found" % len(alerts) in promtool("check", "rules", name, cwd=folder)
    promtool("test", "rules", "rules_test.yml", cwd=folder)
    with open(os.path.join(HERE, "rules_test.yml")) as file:
        tests = file.read()
    untested = [one for one in alerts if not re.search(
        r"alertname: %s\n +exp_alerts:" % one, tests)]
    assert not untested, "not raised in rules_test.yml: %s" % untested


def test_rules_and_dashboard_use_our_metrics(stage):
    with open(BOARD) as file:
        board = json.load(file)
    exprs = list(expressions(board))
    assert len(exprs) >= 10
    rules = "groups:\n- name: board\n  rules:\n" + "".join(
        "  - record: board:%d\n    expr: %s\n" % (n, json.dumps(one.replace("$target", ".*")))
        for n, one in enumerate(exprs))
    path = os.path.join(stage.sub("rules"), "board.yml")
    with open(path, "w") as file:
        file.write(rules)
    promtool("check", "rules", path)
    with open(RULES) as file:
        used = set(METRIC.findall(" ".join(exprs) + file.read()))
    strange = used - known_metrics()
    assert used and not strange, "unknown metrics: %s" % strange
    ids = [panel["id"] for panel in board["panels"]]
    assert len(set(ids)) == len(ids)


def test_the_command_of_the_service_unit(stage):
    with open(SERVICE) as file:
        unit = file.read()
    (command,) = re.findall(r"^ExecStart=(.*)$", unit, re.M)
    words = shlex.split(command)
    assert words[0] == "/usr/bin/daneprobe" and words[-1] == "$DANEPROBE_TARGETS", words
    at = words.index("--output-file") + 1
    (writable,) = re.findall(r"^ReadWritePaths=(.*)$", unit, re.M)
    assert os.path.dirname(words[at]) == writable, (words[at], writable)
    words[at] = os.path.join(stage.sub("unit"), os.path.basename(words[at]))
    env = {**os.environ, "DANEPROBE_OPT_RESOLVER": "recursive",
           "DANEPROBE_OPT_ROOT_HINTS": stage.lab.hints,
           "DANEPROBE_OPT_TRUST_ANCHOR": stage.lab.anchor}
    done = subprocess.run([stage.binary, *words[1:-1], "good.lab", "wrong.lab"], env=env,
                          capture_output=True, text=True)
    assert (done.returncode, done.stdout, done.stderr) == (2, "", ""), done
    # The exporter is another user.
    assert os.stat(words[at]).st_mode & 0o444 == 0o444, oct(os.stat(words[at]).st_mode)
    assert re.search(r"^SuccessExitStatus=1 2 3$", unit, re.M)
    with open(words[at]) as file:
        promtool("check", "metrics", text=file.read())
