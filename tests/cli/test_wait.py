# SPDX-License-Identifier: Apache-2.0
"""--wait: what is printed where, and how it ends. While records are published: tests/monitor."""
import os
import re
import signal
import subprocess
import tempfile
import time

import harness
from fake_dns import FakeDns
from harness import check, clean_environment, equal, refused, run, test

NX, FAIL, SLOW = "nx.example", "fail.example", "slow.example"
TIME = r"daneprobe: \d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ "


def probe(dns, *args, **more):
    return run("check", *dns.options(), "-t", "1", *args, **more)


def lines_are(result, *patterns):
    lines = result.err.splitlines()
    equal(len(lines), len(patterns), f"lines on stderr: {lines}")
    for line, pattern in zip(lines, patterns):
        check(re.fullmatch(TIME + pattern, line), f"{line!r} is not {pattern!r}")


@test
def wait_tells_not_published_from_undetermined():
    with FakeDns() as dns:
        result = probe(dns, "--wait", "0.5", "--interval", "0.2", NX)
        lines_are(
            result,
            r"nx\.example: not published yet: no-mail, the domain does not exist"
            r" \(trying again every 0\.2 s, for 0\.5 s\)",
            r"given up after \d+(\.\d)? s, [234] attempts",
        )
        equal(result.code, 2, "exit status")
        equal(result.out, probe(dns, NX).out, "the report, once")
        result = probe(dns, "--wait", "0.5", "--interval", "0.2", "--exit", "simple", FAIL)
        lines_are(result, r"fail\.example: undetermined: .*", r"given up after .*")
        equal(result.code, 3, "exit status")
        check(result.out.startswith("undetermined: fail.example"), str(result))


@test
def wait_asks_again_each_time():
    with FakeDns() as dns:
        probe(dns, NX)
        once = dns.queries
        probe(dns, "-q", "--wait", "0.5", "--interval", "0.2", NX)
        check(dns.queries - once >= 2 * once, f"{once} queries at first, then {dns.queries - once}")


@test
def wait_ends_with_a_pass_of_every_target():
    with FakeDns() as dns:
        result = probe(dns, "--wait", "60", "--accept", "no-mail", NX, "nx2.example")
        equal((result.code, result.err), (1, ""), "passes at once, with warnings")
        result = probe(dns, "--wait", "0.3", "--interval", "0.1", "--accept", "no-mail", NX, FAIL)
    equal(result.code, 3, "one does not pass")
    lines_are(result, r"fail\.example: undetermined: .*", r"given up after .*")


@test
def wait_over_leaves_one_attempt_to_its_deadline():
    """An attempt that is under way at the end is not cut; --deadline ends it."""
    with FakeDns() as dns:
        result = probe(dns, "--wait", "0.2", "--deadline", "1", "-o", "json", SLOW)
    equal(result.code, 3, "exit status")
    check('"deadline"' in result.out, result.out)
    lines_are(result, r"slow\.example: undetermined: .*", r"given up after \d+(\.\d)? s, 1 attempt")


@test
def wait_values():
    for args, words in [
        (["--wait", "never"], 'type one, as in 90, 10m or 2h'),
        (["--wait", "0"], "is no time from 0.1 seconds to 20 days"),
        (["--wait", "10", "--interval", "x"], "type one, as in 5 or 1m"),
    ]:
        refused(run("check", *args, NX), words)


@test
def wait_stopped_in_an_attempt_ends_with_the_last_whole_one():
    with FakeDns() as dns:
        child = subprocess.Popen(
            [harness.BINARY, "check", *dns.options(), "-t", "30", "--wait", "600", "--interval", "0.1", NX],
            env=clean_environment(), stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        child.stderr.readline()  # the first attempt is over
        dns.silence()
        asked = dns.queries
        while dns.queries == asked:
            time.sleep(0.01)
        child.send_signal(signal.SIGTERM)
        child.wait(timeout=20)
        out, err = child.stdout.read().decode(), child.stderr.read().decode()
    equal(child.returncode, 3, "exit status")
    check(out.startswith("no-mail: nx.example"), out)
    check(re.fullmatch(TIME + r"stopped by a signal after .*\n", err), err)


@test
def wait_stopped_in_the_first_attempt_has_its_report():
    with FakeDns() as dns:
        child = subprocess.Popen(
            [harness.BINARY, "check", *dns.options(), "-t", "30", "--wait", "600", SLOW],
            env=clean_environment(), stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        while dns.queries == 0:
            time.sleep(0.01)
        child.send_signal(signal.SIGINT)
        out, err = child.communicate(timeout=20)
    equal(child.returncode, 3, "exit status")
    check(out.startswith(b"undetermined: slow.example") and b"(interrupted)" in out, out)
    check(re.fullmatch(TIME + r"stopped by a signal after .*, 1 attempt\n", err.decode()), err)


@test
def wait_writes_a_termination_message():
    """/dev/termination-log is a file mounted into the container: it is written in place, at the end."""
    base = tempfile.mkdtemp()
    path = os.path.join(base, "termination-log")
    with open(path, "w", encoding="utf-8") as file:
        file.write("x" * 5000)
    subprocess.run(["mount", "--bind", path, path], check=True)
    try:
        with FakeDns() as dns:
            result = probe(dns, "--wait", "0.3", "--interval", "0.1", "--exit", "simple",
                           "--output-file", path, NX)
        equal((result.code, result.out), (1, ""), "exit status and standard output")
        with open(path, encoding="utf-8") as file:
            text = file.read()
    finally:
        subprocess.run(["umount", path], check=True)
        os.remove(path)
        os.rmdir(base)
    check(text.startswith("no-mail: nx.example - "), text)
    equal(text.count("no-mail: nx.example"), 1, "reports")
    check(len(text.encode()) <= 2048, len(text))
