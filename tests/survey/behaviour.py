# SPDX-License-Identifier: Apache-2.0
"""What survey does with its input, its output, its peers and its end."""
import collections
import json
import os
import pty
import re
import shlex
import shutil
import signal
import sqlite3
import subprocess
import threading
import time

import yaml

import provider
import scenario
from tool import descriptors, family, objects, validator_complaints

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
SPREAD = 400
# Mail domains are names of one zone: d1 to d300 name one host; s1 to s400 a host and an address
# each; a1 to a60 a host each, all at one address; wide is a host with eight addresses.
ZONE = "\n".join([
    "$FOR 1..300 d# MX 10 mx", "mx A 10.140.3.1", "_25._tcp.mx TLSA 3 1 1 {spki256:leaf}",
    "xn--bcher-kva MX 10 mx", "plain A 10.140.3.1",
    "bad MX 10 mxbad", "mxbad A 10.140.3.2", "_25._tcp.mxbad TLSA 2 1 1 {spki256:root}",
    *("s%d MX 10 mxs%d\nmxs%d A 10.140.%d.%d\n_25._tcp.mxs%d TLSA 3 1 1 {spki256:leaf}"
      % (n, n, n, n >> 8, n & 255, n) for n in range(1, SPREAD + 1)),
    *("a%d MX 10 mxa%d\nmxa%d A 10.140.3.3\n_25._tcp.mxa%d TLSA 3 1 1 {spki256:leaf}"
      % (n, n, n, n) for n in range(1, 61)),
    "mx MX 10 mxn", "other MX 10 mxn", "mxn A 10.140.3.4", "_25._tcp.mxn TLSA 2 1 1 {spki256:int}",
    "wide MX 10 mxw", "$FOR 11..18 mxw A 10.140.3.#", "_25._tcp.mxw TLSA 3 1 1 {spki256:leaf}",
]) + "\n"
ANY = ["--key-types", "any", "--timeout", "20"]


def names(letter, count):
    return ["%s%d.many.lab" % (letter, n) for n in range(1, count + 1)]


def fnv1a(text):
    value = 0xcbf29ce484222325
    for byte in text.encode():
        value = (value ^ byte) * 0x100000001b3 % (1 << 64)
    return value


def equal(got, want, what):
    assert got == want, "%s: %r, not %r" % (what, got, want)


def by_index(results):
    return {result["index"]: result for result in results}


class Tests:
    def __init__(self, folder, tool, mail):
        self.folder, self.tool, self.mail = folder, tool, mail
        self.mail.clear()

    def path(self, name):
        return os.path.join(self.folder, name)

    def list_file(self, lines, name="list"):
        with open(self.path(name), "w") as file:
            file.write("".join(line + "\n" for line in lines))
        return self.path(name)

    # What goes in

    def lines(self):
        text = b"\xef\xbb\xbfd1.many.lab\r\n# a comment\n\n  \t\nD2.MANY.LAB.  # behind\n" \
            b"\tb\xc3\xbccher.many.lab\nd1.many.lab\nno such line\na..b\n" + b"x" * 5000 + \
            b"\nnul\0byte.lab\nsmtp://mx.many.lab\nplain.many.lab"
        results, err, status = self.tool.survey(text, *ANY)
        found = by_index(results)
        equal(status, 0, "exit")
        equal(sorted(found), [1, 5, 6, 7, 8, 9, 10, 11, 12, 13], "lines")
        for index in (1, 5, 6, 7, 12):
            equal((found[index]["verdict"], "error" in found[index]), ("verified", False), index)
        equal(found[13]["verdict"], "no-dane", "the domain without records")
        for index in (8, 9, 10, 11):
            equal((found[index]["verdict"], found[index]["exit"]), ("undetermined", 3), index)
            assert found[index]["error"], index
        equal((found[1]["target"], found[6]["target"]), ("d1.many.lab", "bücher.many.lab"), "targets")
        equal([problem for one in results for problem in validator_complaints(one)], [], "schema")
        assert "10 targets in" in err and "4 not understood" in err, err

    def nothing(self):
        equal(self.tool.survey([], *ANY)[::2], ([], 0), "an empty list")
        results, err, status = self.tool.survey([], self.path("absent"))
        equal((results, status), ([], 3), "no such file")
        equal(len(err.splitlines()), 1, err)

    def a_bad_option_is_told_once(self):
        results, err, status = self.tool.survey(names("d", 2), "--root-hints", self.list_file(["x"]))
        equal((results, status, len(err.splitlines())), ([], 3, 1), err)

    # What is shared

    def a_host_is_looked_at_once(self):
        results, _, status = self.tool.survey(names("d", 300) * 2, "--workers", "2", *ANY)
        equal((status, len(results)), (0, 600), "results")
        equal({result["verdict"] for result in results}, {"verified"}, "verdicts")
        equal(self.mail.total, 2, "connections of two processes")
        assert all(re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", result["hosts"][0]["checked"])
                   for result in results)
        assert len({result["hosts"][0]["checked"] for result in results}) <= 2

    def names_of_the_domain_count_for_each(self):
        """Facts are shared, verdicts are not: the certificate has the name of one domain, mx."""
        results, _, _ = self.tool.survey(["mx.many.lab", "other.many.lab"], "--workers", "1", *ANY)
        equal({result["target"]: result["verdict"] for result in results},
              {"mx.many.lab": "verified", "other.many.lab": "failed"}, "verdicts")
        one, other = (result["hosts"][0]["addresses"][0]["probes"] for result in results)
        equal([probe["tls"] for probe in one], [probe["tls"] for probe in other], "connections")
        equal(self.mail.total, len(one), "connections in all")

    # Politeness

    def peak(self, lines, *words):
        self.mail.clear()
        results, _, _ = self.tool.survey(lines, "--jobs", "200", *ANY, *words)
        equal({result["verdict"] for result in results}, {"verified"}, "verdicts")
        return self.mail.peaks

    def per_address(self):
        for most in (1, 2, 6):
            peaks = self.peak(names("a", 60), "--workers", "1", "--per-address", str(most))
            assert peaks["10.140.3.3"] <= most, peaks
        assert peaks["10.140.3.3"] > 2, peaks
        peaks = self.peak(names("a", 60), "--workers", "2", "--per-address", "2")
        assert peaks["10.140.3.3"] <= 2, peaks

    def waiting_does_not_count(self):
        """Hosts at one address take turns for longer than --deadline, which none of them misses."""
        self.mail.delay_s = 0.1
        results, _, _ = self.tool.survey(names("a", 30), "--workers", "1", "--per-address", "1",
                                         "--deadline", "4", *ANY)
        equal({result["verdict"] for result in results}, {"verified"}, "verdicts")
        assert max(result["duration_ms"] for result in results) > 4000, "nobody had to wait so long"

    def per_host(self):
        for most in (1, 3):
            self.peak(["wide.many.lab"], "--workers", "1", "--per-host", str(most))
            equal((self.mail.total, self.mail.peak <= most), (8, True), "at most %d" % most)

    def jobs(self):
        self.mail.delay_s = 0.05
        try:
            self.peak(names("s", 100), "--jobs", "10")
        finally:
            self.mail.delay_s = 0.0
        assert self.mail.peak <= 10, self.mail.peak

    def rate(self):
        start = time.monotonic()
        equal(len(self.tool.survey(names("d", 40), "--rate", "20/s", *ANY)[0]), 40, "results")
        assert time.monotonic() - start >= 39 / 20, "too fast"

    def rate_is_not_caught_up_with(self):
        """A list that comes slowly, as from tail -f: what was not begun then is not begun all at once."""
        tool = self.tool.start("--rate", "20", *ANY, stdin=subprocess.PIPE)
        time.sleep(3)
        start = time.monotonic()
        out = tool.communicate("".join(x + "\n" for x in names("d", 40)).encode(), timeout=60)[0]
        equal(len(objects(out)), 40, "results")
        assert time.monotonic() - start >= 36 / 20, "too fast"

    # The end

    def slow(self, *words, **how):
        """A survey of 300 hosts, which takes a while, its results in a file."""
        self.mail.delay_s = 0.2
        with open(self.path("out"), "ab") as out:
            tool = self.tool.start("--jobs", "10", *ANY, *words, self.list_file(names("s", 300)),
                                   stdout=out, **how)
        return tool

    def results(self):
        with open(self.path("out"), "rb") as file:
            return file.read()

    def until(self, condition):
        for _ in range(600):
            if condition():
                return
            time.sleep(0.05)
        raise AssertionError("it did not come to that")

    def interrupted(self):
        tool = self.slow()
        self.until(lambda: self.results().count(b"\n") > 20)
        tool.send_signal(signal.SIGINT)
        err = tool.communicate(timeout=60)[1].decode()
        found = objects(self.results())
        equal((tool.returncode, {one["verdict"] for one in found}), (3, {"verified"}), err)
        equal(self.mail.total, len(found), "what was begun was finished")
        assert len(found) < 200 and "once more" in err, err

    def interrupted_twice(self):
        self.mail.faults["10.140.0.1"] = "silent"
        tool = self.slow()
        self.until(lambda: self.results().count(b"\n") > 5)
        for _ in (1, 2):
            tool.send_signal(signal.SIGTERM)
            time.sleep(1.2)
        tool.communicate(timeout=10)
        equal(tool.returncode, 3, "exit")
        objects(self.results())

    def interrupted_by_timeout(self):
        """It signals its child and then the whole group: all the same, what is under way is finished."""
        self.mail.delay_s = 1.0
        tool = subprocess.run(["timeout", "1.5", *self.tool.command("survey", "--jobs", "20", *ANY,
                                                                    self.list_file(names("s", 60)))],
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=self.tool.env, timeout=60)
        found = objects(tool.stdout)
        assert 20 <= len(found) < 60 and {one["verdict"] for one in found} == {"verified"}, (
            len(found), tool.stderr)

    def resumed_into_another_file(self):
        """The target of a torn line is done again, and a line that was put behind it does not count."""
        lines = "".join(json.dumps(one, separators=(",", ":")) + "\n"
                        for one in self.tool.survey(names("d", 3), "--workers", "1", "--jobs", "1", *ANY)[0])
        torn = lines[:-10]
        with open(self.path("torn"), "w") as file:
            file.write(torn)
        found, err, status = self.tool.survey(names("d", 3), "--resume", self.path("torn"), *ANY)
        equal((len(found), status, "torn" in err), (1, 0, True), err)
        with open(self.path("torn"), "w") as file:
            file.write(torn + lines.splitlines()[1] + "\n")
        equal(len(self.tool.survey(names("d", 3), "--resume", self.path("torn"), *ANY)[0]), 1, "glued")

    def killed_and_resumed(self):
        tool = self.slow()
        self.until(lambda: self.results().count(b"\n") > 40)
        children = family(tool.pid)
        tool.kill()
        tool.communicate(timeout=60)
        self.until(lambda: not any(os.path.exists("/proc/%d/exe" % pid) for pid in children))
        text = self.results()
        assert self.mail.total - text.count(b"\n") <= 10, "more is lost than was under way"
        torn = text[:-30]
        with open(self.path("out"), "wb") as file:
            file.write(torn)
        self.mail.delay_s = 0.0
        again = self.slow("--jobs", "50", "--resume", self.path("out"))
        self.mail.delay_s = 0.0
        err = again.communicate(timeout=120)[1].decode()
        found = collections.Counter(one["target"] for one in objects(self.results()))
        equal((again.returncode, found), (0, collections.Counter(names("s", 300))), err)
        assert "%d left out" % torn.count(b"\n") in err, err

    def a_worker_that_dies(self):
        """Each worker has a context of the resolver library of its own, made after the fork (case C177)."""
        tool = self.slow("--workers", "2")
        self.until(lambda: self.results().count(b"\n") > 5)
        os.kill(family(tool.pid)[1], signal.SIGKILL)
        err = tool.communicate(timeout=60)[1].decode()
        equal(tool.returncode, 3, err)
        assert "--resume goes on" in err, err
        objects(self.results())

    # What comes out

    def a_slow_reader(self):
        tool = self.tool.start("--jobs", "50", "-v", *ANY, self.list_file(names("s", SPREAD)))
        last = -1
        while self.mail.total != last:
            last = self.mail.total
            time.sleep(3)
        assert last < SPREAD, "all %d were begun though nobody reads" % last
        out, err = tool.communicate(timeout=120)
        equal((tool.returncode, len(objects(out))), (0, SPREAD), err)
        return "%d of %d begun" % (last, SPREAD)

    def a_closed_pipe(self):
        tool = self.tool.start("--jobs", "10", *ANY, self.list_file(names("s", SPREAD)))
        assert json.loads(tool.stdout.readline())["verdict"] == "verified"
        tool.stdout.close()
        err = tool.stderr.read()
        equal((tool.wait(60), err), (3, b""), "quietly")
        assert self.mail.total < SPREAD / 2, self.mail.total

    def a_full_disk(self):
        with open("/dev/full", "wb") as full:
            tool = self.tool.start(*ANY, self.list_file(names("d", 3)), stdout=full)
            err = tool.communicate(timeout=60)[1].decode()
        equal(tool.returncode, 3, err)
        assert "no space left" in err, err

    def few_descriptors(self):
        for most in (24, 48, 200):
            self.mail.delay_s, seen = 0.05, []
            tool = self.tool.start("--jobs", "100", *ANY, self.list_file(names("s", 150)),
                                   descriptors=most)
            thread = threading.Thread(target=self.watch, args=(tool, seen))
            thread.start()
            out, err = tool.communicate(timeout=300)
            thread.join()
            self.mail.delay_s = 0.0
            found = objects(out)
            equal((tool.returncode, len(found), {one["verdict"] for one in found}),
                  (0, 150, {"verified"}), err)
            assert max(seen) <= most, seen
        return "%d at most" % max(seen)

    @staticmethod
    def watch(tool, seen):
        seen.append(0)
        while tool.poll() is None:
            try:
                seen.append(descriptors(tool.pid))
            except OSError:
                pass
            time.sleep(0.02)

    def a_terminal_sees_progress(self):
        outer, inner = pty.openpty()
        tool = self.slow(stderr=inner)
        os.close(inner)
        self.until(lambda: self.results().count(b"\n") > 30)
        tool.send_signal(signal.SIGTERM)
        tool.wait(60)
        text = b""
        while True:
            try:
                piece = os.read(outer, 65536)
            except OSError:
                break
            text += piece
        os.close(outer)
        assert re.search(rb"\d+ done, [\d.]+/s, \d+s left: \d+ verified", text), text

    # Parts

    def parts(self, count, **how):
        out = []
        for part in range(count):
            env = {"JOB_COMPLETION_INDEX": str(part)} if how else None
            word = "auto/%d" % count if how else "%d/%d" % (part, count)
            out.append(self.tool.survey(self.mixed(), "--shard", word, *ANY, env=env)[0])
        return out

    def mixed(self):
        return names("d", 40) + ["smtp://mx.many.lab", "BÜ.many.lab", "Bad.Many.Lab.", "bücher.many.lab"]

    def shards(self):
        whole = self.tool.survey(self.mixed(), *ANY)[0]
        key = sorted((one["index"], one["target"], one["verdict"]) for one in whole)
        for how in ({}, {"auto": True}):
            parts = self.parts(3, **how)
            together = [one for part in parts for one in part]
            equal(sorted((one["index"], one["target"], one["verdict"]) for one in together), key, how)
        for number, part in enumerate(parts):
            for one in part:
                if one["target"].startswith("d"):
                    equal(fnv1a(one["target"]) % 3, number, one["target"])
        assert any(one["index"] == 43 for one in parts[fnv1a("bad.many.lab") % 3])
        assert any(one["index"] == 44 for one in parts[fnv1a("xn--bcher-kva.many.lab") % 3])
        assert all(parts), "a part is empty"

    def gnu_parallel(self):
        """README's line: each process has a part, none of their lines is mixed up."""
        with open(os.path.join(ROOT, "README.md")) as file:
            line = next(x for x in file if x.lstrip().startswith("parallel "))
        words = shlex.split(line.split(">")[0].replace("domains.txt", self.list_file(names("d", 40))))
        at = words.index("daneprobe")
        words[at:at + 2] = self.tool.command("survey", *ANY)
        done = subprocess.run(words, stdout=subprocess.PIPE, env={**self.tool.env, "HOME": self.folder},
                              check=True, timeout=120)
        equal(sorted(one["target"] for one in objects(done.stdout)), sorted(names("d", 40)), "targets")

    def the_kubernetes_job(self):
        with open(os.path.join(ROOT, "port", "kubernetes", "survey-job.yaml")) as file:
            job = next(one for one in yaml.safe_load_all(file) if one["kind"] == "Job")
        equal(job["spec"]["completionMode"], "Indexed", "mode")
        container = job["spec"]["template"]["spec"]["containers"][0]
        args = [word.replace("/lists/domains.txt", self.list_file(names("d", 40)))
                for word in container["args"]]
        equal((args[0], args.count("auto/%d" % job["spec"]["completions"])), ("survey", 1), args)
        found = []
        for index in range(job["spec"]["completions"]):
            tool = self.tool.start(*args[1:], env={"JOB_COMPLETION_INDEX": str(index)})
            found += objects(tool.communicate(timeout=120)[0])
            equal(tool.returncode, 0, "exit")
        equal(sorted(one["target"] for one in found), sorted(names("d", 40)), "targets")

    def undetermined_ones_once_more(self):
        """The manual's line takes out these results alone, whatever a host or connection of others came to."""
        with open(os.path.join(ROOT, "port", "man", "daneprobe.1")) as file:
            line = next(x for x in file if x.startswith(".Dl grep ")).split(" ", 1)[1].replace("\\&", "")
        with open(self.path("results.jsonl"), "w") as file:
            tool = self.tool.start(self.list_file(["d1.many.lab", "bad.many.lab", "x y"]), stdout=file)
            equal((tool.communicate(timeout=60)[1] is None, tool.returncode), (False, 0), "survey")
        subprocess.run(["sh", "-ec", line], cwd=self.folder, check=True, timeout=60)
        with open(self.path("results.jsonl")) as every, open(self.path("kept.jsonl")) as kept:
            every, kept = every.read(), kept.read()
        equal(sorted(json.loads(one)["target"] for one in kept.splitlines()), ["bad.many.lab", "d1.many.lab"], "kept")
        assert every.count('"verdict":"undetermined"') > 1, "nothing within others is undetermined"

    def sqlite(self):
        """The line that README has."""
        with open(os.path.join(ROOT, "README.md")) as file:
            line = next(x for x in file if x.lstrip().startswith("sqlite3 ")).strip()
        with open(self.path("results.jsonl"), "w") as file:
            for one in self.tool.survey(["d1.many.lab", "bad.many.lab", "x y"], *ANY)[0]:
                file.write(json.dumps(one) + "\n")
        subprocess.run(["sh", "-ec", line], cwd=self.folder, check=True, timeout=60)
        rows = sqlite3.connect(self.path("survey.db")).execute(
            "select target, verdict from result order by 1").fetchall()
        equal(rows, [("bad.many.lab", "failed"), ("d1.many.lab", "verified"),
                     ("x y", "undetermined")], "rows")


def tests(folder, binary, lab_up):
    many = scenario.Scenario("many", {"zone": ZONE, "server": []}, 1, __file__)
    runner, tool = lab_up(folder, binary, [many])
    mail = provider.Provider(provider.write_chain(many.certs, folder))

    def one(name):
        def test():
            path = os.path.join(folder, "test")
            shutil.rmtree(path, ignore_errors=True)
            os.makedirs(path)
            mail.faults.clear()
            mail.delay_s = 0.0
            return getattr(Tests(path, tool, mail), name)()
        return test

    helpers = {"path", "list_file", "peak", "slow", "results", "until", "watch", "parts", "mixed"}
    return [(name, one(name)) for name in vars(Tests)
            if not name.startswith("_") and name not in helpers]
