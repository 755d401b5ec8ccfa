# SPDX-License-Identifier: Apache-2.0
"""What the command line tests share: running the program, and a list of tests that counts."""
import os
import subprocess

TESTS = []
BINARY = None  # set by run


class Failure(Exception):
    pass


class Skip(Exception):
    pass


def test(function):
    TESTS.append(function)
    return function


def check(condition, message):
    if not condition:
        raise Failure(message)


def equal(got, expected, what):
    check(got == expected, f"{what}: {got!r}, not {expected!r}")


class Result:
    def __init__(self, args, code, out, err):
        self.args, self.code, self.out, self.err = args, code, out, err

    def __str__(self):
        return f"{self.args}: exit {self.code}\n  stdout {self.out!r}\n  stderr {self.err!r}"


def clean_environment(extra=None):
    env = {"PATH": os.environ.get("PATH", "/usr/bin:/bin")}
    for name in ("ASAN_OPTIONS", "UBSAN_OPTIONS"):
        if name in os.environ:
            env[name] = os.environ[name]
    env.update(extra or {})
    return env


def run(*args, env=None, timeout=60, **more):
    """Run the program with args; standard output and error are kept as text."""
    done = subprocess.run(
        [BINARY, *args],
        env=clean_environment(env),
        stdin=more.pop("stdin", subprocess.DEVNULL),
        stdout=more.pop("stdout", subprocess.PIPE),
        stderr=subprocess.PIPE,
        timeout=timeout,
        **more,
    )
    out = (done.stdout or b"").decode("utf-8", "replace")
    return Result(args, done.returncode, out, done.stderr.decode("utf-8", "replace"))


def refused(result, words):
    """Wrong input: exactly one line on stderr that holds words, exit status 3, nothing on stdout."""
    equal(result.code, 3, f"{result.args}: exit status")
    equal(result.out, "", f"{result.args}: standard output")
    one_line(result, words)


def one_line(result, words):
    check(
        result.err.startswith("daneprobe: ") and result.err.endswith("\n"),
        f"{result.args}: stderr {result.err!r}",
    )
    equal(result.err.count("\n"), 1, f"{result.args}: lines on stderr in {result.err!r}")
    check(words in result.err, f"{result.args}: {words!r} is not in {result.err!r}")
