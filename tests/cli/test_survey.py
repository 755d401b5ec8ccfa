# SPDX-License-Identifier: Apache-2.0
"""survey: what is refused and how, and its help. What it does: tests/survey."""
import json
import os
import subprocess
import tempfile

import harness
from harness import check, clean_environment, equal, refused, run, test


@test
def survey_options():
    for option, value, words in (
            ("--jobs", "0", "type one, as in 100"), ("--jobs", "many", "type one, as in 100"),
            ("--workers", "17", "from 1 to 16"), ("--per-host", "0", "type one, as in 4"),
            ("--per-address", "-1", "type one, as in 2"), ("--rate", "0", "targets a second"),
            ("--rate", "10/m", "targets a second"), ("--resume", "", "names no file"),
            ("--shard", "4/4", "as in 0/4"), ("--shard", "1", "as in 0/4"),
            ("--shard", "-1/4", "as in 0/4"), ("--shard", "0/0", "as in 0/4"),
            ("--shard", "0/4x", "as in 0/4"), ("--shard", "/4", "as in 0/4"),
            ("--shard", "auto/4", "JOB_COMPLETION_INDEX")):
        refused(run("survey", option, value), words)
    refused(run("survey", "--shard", "auto/4", env={"JOB_COMPLETION_INDEX": "4"}),
            "let N be the Job's completions")
    refused(run("survey", "--output", "text"), "survey has no option --output")
    refused(run("survey", "--wait", "5m"), "survey has no option --wait")
    refused(run("check", "--jobs", "4", "example.org"), "it is one of \"daneprobe survey\"")
    refused(run("survey", "-4", "--connect", "mx.example.org=::1"), "--connect names an IPv6")


@test
def survey_files():
    refused(run("survey", "/nowhere/list"), "there is no such file")
    refused(run("survey", "/"), "it is a folder")
    refused(run("survey", "--resume", "/nowhere/old"), "--resume \"/nowhere/old\" cannot be read")
    refused(run("survey", "a", "b"), "one list")


@test
def survey_without_network():
    """Lines that are no targets need none; nor does a list that is empty."""
    done = subprocess.run([harness.BINARY, "survey", "-q", "-r", "recursive"], input=b"a b\n# c\n\nx..y",
                          env=clean_environment(), stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                          timeout=60)
    equal((done.returncode, done.stderr), (0, b""), "exit and stderr")
    found = sorted((json.loads(line) for line in done.stdout.decode().splitlines()),
                   key=lambda one: one["index"])
    equal([(one["index"], one["target"], one["verdict"], one["exit"]) for one in found],
          [(1, "a b", "undetermined", 3), (4, "x..y", "undetermined", 3)], "results")
    check(all(one["error"].startswith('"%s" ' % one["target"]) for one in found), done.stdout)
    equal(run("survey", "-q", "-r", "recursive", "/dev/null").code, 0, "an empty list")


@test
def survey_with_closed_streams():
    """Nothing else takes their numbers: a list is not read from a process of its own, nor a result given to one."""
    with tempfile.NamedTemporaryFile() as file:
        file.write(b"x..y\n")
        file.flush()
        for closed, words, told in (((0,), (), b"cannot be read to its end"),
                                    ((1,), (file.name,), b"cannot be written"),
                                    ((0, 1), (file.name,), b"cannot be written"),
                                    ((0, 1, 2), (file.name,), b"")):
            done = subprocess.run([harness.BINARY, "survey", "-r", "recursive", *words], timeout=30,
                                  env=clean_environment(), stderr=subprocess.PIPE,
                                  preexec_fn=lambda: [os.close(fd) for fd in closed])
            equal(done.returncode, 3, closed)
            check(told in done.stderr, done.stderr)


@test
def survey_waits_for_its_own_processes_alone():
    """`exec daneprobe survey LIST > >(gzip >FILE)`: the shell's child, gzip, ends after survey, which it is now a
    child of."""
    with tempfile.NamedTemporaryFile() as file:
        file.write(b"x..y\n")
        file.flush()
        there, here = os.pipe()
        try:
            done = subprocess.run(
                ["sh", "-c", "cat >/dev/null <&%d & exec \"$0\" survey -q -r recursive \"$1\"" % there,
                 harness.BINARY, file.name], pass_fds=(there,), timeout=30, env=clean_environment(),
                stdout=subprocess.PIPE)
        finally:
            os.close(here)
            os.close(there)
    equal((done.returncode, done.stdout.count(b"\n")), (0, 1), "exit and results")


@test
def survey_resume_of_long_lines():
    """However long a line is as it is shown, its result is found again."""
    with tempfile.NamedTemporaryFile() as lines, tempfile.NamedTemporaryFile() as old:
        lines.write(b"\xff" * 1090 + b"..\n" + b"\xff" * 5000 + b"\n" + b"x" * 5000 + b"..\n\"\\\t\0..\n")
        lines.flush()
        old.write(run("survey", "-q", "-r", "recursive", lines.name).out.encode())
        old.flush()
        again = run("survey", "-r", "recursive", "--resume", old.name, lines.name)
    equal((again.code, len(again.out)), (0, 0), "exit and results")
    check("4 left out" in again.err, again.err)


@test
def survey_resume_of_anything():
    """A file that is no output of survey leaves nothing out, and is not changed."""
    for text in (b"", b"{", b"\0\n\n{}\n", b'{"target":"a b"', b'{"target":"a b\\', b'["target":"a b"]\n',
                 b'{"target":"a \\q b"}\n', b'{"target":"a \\u12"}\n', b"\xff" * 100000):
        with tempfile.NamedTemporaryFile() as file:
            file.write(text)
            file.flush()
            done = subprocess.run([harness.BINARY, "survey", "-r", "recursive", "--resume", file.name],
                                  input=b"a b\n", env=clean_environment(), stdout=subprocess.PIPE,
                                  stderr=subprocess.PIPE, timeout=60)
            equal((done.returncode, done.stdout.count(b"\n")), (0, 1), "%r: %r" % (text[:40], done))
            with open(file.name, "rb") as again:
                equal(again.read(), text, "the file")


@test
def help_survey_fits():
    for line in run("help", "survey").out.splitlines():
        check(len(line) <= 80, line)
