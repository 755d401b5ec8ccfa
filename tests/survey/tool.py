# SPDX-License-Identifier: Apache-2.0
"""Running `daneprobe survey` and reading what it prints."""
import json
import os
import resource
import subprocess
import sys

sys.path.append(os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "schema"))
import validate  # noqa: E402

VALIDATOR = validate.jsonschema.Draft202012Validator(validate.SCHEMA)

PATIENCE_S = 900
KEEP = ("PATH", "HOME", "TMPDIR", "ASAN_OPTIONS", "UBSAN_OPTIONS", "LSAN_OPTIONS")


class Tool:
    """binary, and the options that lead it to the lab's root."""

    def __init__(self, binary, hints, anchor):
        self.binary = binary
        self.dns = ["-r", "recursive", "--root-hints", hints, "--trust-anchor", anchor]
        self.env = {k: v for k, v in os.environ.items() if k in KEEP}

    def command(self, verb, *words):
        return [self.binary, verb, *self.dns, *words]

    def start(self, *words, descriptors=None, env=None, **pipes):
        """A survey that runs; pipes as for Popen."""
        def limit():
            if descriptors:
                resource.setrlimit(resource.RLIMIT_NOFILE, (descriptors, descriptors))
        pipes.setdefault("stdin", subprocess.DEVNULL)
        return subprocess.Popen(self.command("survey", *words), env={**self.env, **(env or {})},
                                stdout=pipes.pop("stdout", subprocess.PIPE),
                                stderr=pipes.pop("stderr", subprocess.PIPE),
                                preexec_fn=limit, **pipes)

    def survey(self, lines, *words, **how):
        """Results (dicts, as they came), stderr, exit status of a survey of these lines."""
        text = lines if isinstance(lines, bytes) else "".join(x + "\n" for x in lines).encode()
        tool = self.start(*words, stdin=subprocess.PIPE, **how)
        try:
            out, err = tool.communicate(text, timeout=PATIENCE_S)
        finally:
            tool.kill()
        return objects(out), err.decode(), tool.returncode

    def check(self, target, *words):
        done = subprocess.run(self.command("check", "-o", "json", *words, target), env=self.env,
                              stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                              stderr=subprocess.PIPE, timeout=PATIENCE_S)
        if not done.stdout:
            raise AssertionError("check %s: %s" % (target, done.stderr.decode()))
        return json.loads(done.stdout)


def objects(text):
    return [json.loads(line) for line in text.decode().splitlines()]


def judged(result):
    """What must not hang on who else was checked, and when."""
    return result["verdict"], result["exit"], sorted(
        {(f["code"], f["severity"], f["subject"]["host"], f["subject"]["addr"])
         for f in result["findings"]}, key=str)


def family(pid):
    """A process and its children."""
    with open("/proc/%d/task/%d/children" % (pid, pid)) as file:
        return [pid] + [int(word) for word in file.read().split()]


def memory_kib(pid, key="Pss"):
    """Of a survey with its workers: Pss counts what they share once."""
    total = 0
    for one in family(pid):
        with open("/proc/%d/smaps_rollup" % one) as file:
            total += next(int(x.split()[1]) for x in file if x.startswith(key + ":"))
    return total


def descriptors(pid):
    return max(len(os.listdir("/proc/%d/fd" % one)) for one in family(pid))


def validator_complaints(result):
    """What the JSON Schema has against a result."""
    return list(validate.complaints(result, VALIDATOR))
