# SPDX-License-Identifier: Apache-2.0
"""Reports, exit statuses, files, environment, signals and terminals."""
import json
import os
import pty
import signal
import stat
import subprocess
import tempfile
import time

import harness
from fake_dns import FakeDns
from harness import check, clean_environment, equal, one_line, run, test

NX, FAIL, SLOW = "nx.example", "fail.example", "slow.example"


def probe(dns, *args, **more):
    return run("check", *dns.options(), "-t", "1", *args, **more)


def verdicts(out):
    return [json.loads(line) for line in out.splitlines()]


@test
def statuses():
    with FakeDns() as dns:
        for args, expected in [
            ([NX], 2),
            ([FAIL], 3),
            ([FAIL, NX], 2),  # 2 beats 3
            ([NX, FAIL], 2),
            (["--exit", "simple", NX], 1),
            (["--exit", "simple", FAIL], 3),
            (["--exit", "simple", FAIL, NX], 1),
            (["--accept", "no-mail", NX, FAIL], 3),  # 3 beats 0 and 1
            (["--accept", "no-dane", NX], 2),
        ]:
            result = probe(dns, *args)
            equal(result.code, expected, str(args))
            equal(result.err, "", "stderr")
        accepted = probe(dns, "--accept", "no-mail", NX)
        check(accepted.code in (0, 1), str(accepted))
        check(accepted.out.startswith("no-mail"), "the verdict word stays")
        equal(probe(dns, "--exit", "simple", "--accept", "no-mail", NX).code, 0, "simple, accepted")


@test
def json_lines_in_order():
    targets = [SLOW, NX, FAIL, "nx2.example", "nx3.example", "nx4.example", "nx5.example"]
    with FakeDns() as dns:
        result = probe(dns, "-o", "json", "--deadline", "2", *targets)
    objects = verdicts(result.out)
    equal([o["target"] for o in objects], targets, "order")
    equal(objects[0]["verdict"], "undetermined", "slow")
    equal(objects[1]["verdict"], "no-mail", "nx")
    equal([o["exit"] for o in objects], [3, 2, 3, 2, 2, 2, 2], "exit")
    equal(result.code, 2, "exit status")
    equal(result.err, "", "nothing on stderr, which is no terminal")


@test
def json_exit_is_that_of_the_style():
    with FakeDns() as dns:
        objects = verdicts(probe(dns, "-o", "json", "--exit", "simple", NX, FAIL).out)
    equal([o["exit"] for o in objects], [1, 3], "exit")


@test
def the_same_domain_in_three_spellings():
    with FakeDns() as dns:
        objects = verdicts(probe(dns, "-o", "json", "nxb\u00fc.example", "NXB\u00fc.example.", "xn--nxb-hoa.example").out)
    equal(len(objects), 3, "objects")


@test
def quiet():
    with FakeDns() as dns:
        loud = probe(dns, "-q", NX)
        check(loud.out.startswith("no-mail"), str(loud))
        equal(probe(dns, "-q", "--exit", "simple", "--accept", "no-mail", NX).out, "", "quiet")
        both = probe(dns, "-q", "--exit", "simple", "--accept", "no-mail", NX, FAIL)
        equal(both.code, 3, "exit status")
        check(both.out.startswith("undetermined: fail.example"), str(both))


@test
def environment_sets_defaults():
    with FakeDns() as dns:
        env = {
            "DANEPROBE_OPT_OUTPUT": "json",
            "DANEPROBE_OPT_EXIT": "simple",
            "DANEPROBE_OPT_RESOLVER": f"127.0.0.1@{dns.port}",
            "DANEPROBE_OPT_TRUST_ANCHOR": dns.options()[3],
            "DANEPROBE_PORT": "tcp://10.0.0.1:9000",  # what Kubernetes injects
            "DANEPROBE_SERVICE_HOST": "10.0.0.1",
        }
        result = run("check", NX, env=env)
        equal(result.code, 1, "exit status")
        equal(verdicts(result.out)[0]["exit"], 1, "exit")
        result = run("check", "-o", "text", NX, env=env)
        check(result.out.startswith("no-mail"), str(result))
        result = run("check", NX, env={**env, "DANEPROBE_OPT_QUIET": "yes"})
        harness.refused(result, "DANEPROBE_OPT_QUIET is \"yes\"; set it to 0 or 1")
        result = run("check", NX, env={**env, "DANEPROBE_OPT_DOWN": "a.example,b..c"})
        harness.refused(result, 'DANEPROBE_OPT_DOWN "b..c" has two dots')


# ---- --output-file ----


def folder():
    return tempfile.TemporaryDirectory(prefix="daneprobe-cli-")


def write_file(dns, path, *args, **more):
    """--output-file; nothing may be on standard output."""
    result = probe(dns, "-o", "json", "--output-file", path, *args, NX, **more)
    equal(result.out, "", "standard output")
    return result


def report_in(path):
    with open(path, encoding="utf-8") as file:
        equal(json.loads(file.read())["verdict"], "no-mail", path)


@test
def file_is_new():
    with FakeDns() as dns, folder() as base:
        path = os.path.join(base, "report")
        equal(write_file(dns, path).code, 2, "exit status")
        report_in(path)
        equal(os.listdir(base), ["report"], "nothing else is left")


@test
def file_is_replaced_at_once_and_keeps_its_mode():
    with FakeDns() as dns, folder() as base:
        path = os.path.join(base, "report")
        with open(path, "w", encoding="utf-8") as file:
            file.write("old")
        os.chmod(path, 0o640)
        before = os.stat(path)
        old = open(path, encoding="utf-8")
        equal(write_file(dns, path).code, 2, "exit status")
        after = os.stat(path)
        equal(stat.S_IMODE(after.st_mode), 0o640, "mode")
        check(after.st_ino != before.st_ino, "the file was written in place, not replaced")
        equal(old.read(), "old", "who had it open still reads the old one")
        old.close()
        report_in(path)
        equal(os.listdir(base), ["report"], "nothing else is left")


@test
def file_behind_a_link():
    with FakeDns() as dns, folder() as base:
        path, link = os.path.join(base, "report"), os.path.join(base, "link")
        os.symlink("report", link)
        equal(write_file(dns, link).code, 2, "exit status")
        check(os.path.islink(link), "the link was replaced")
        report_in(path)


@test
def quiet_does_not_empty_the_file():
    with FakeDns() as dns, folder() as base:
        path = os.path.join(base, "report")
        result = write_file(dns, path, "-q", "--exit", "simple", "--accept", "no-mail")
        equal(result.code, 0, "exit status")
        report_in(path)


@test
def file_in_no_folder():
    with FakeDns() as dns, folder() as base:
        result = write_file(dns, os.path.join(base, "no", "report"))
        equal(result.code, 3, "exit status")
        one_line(result, "its folder does not exist); type the path of a file")
        result = write_file(dns, base)
        equal(result.code, 3, "exit status")
        one_line(result, "it is a folder")
        equal(os.listdir(base), [], "nothing is left")


def as_nobody():
    os.setgroups([])
    os.setgid(65534)
    os.setuid(65534)


@test
def folder_that_cannot_be_written():
    with FakeDns() as dns, folder() as base:
        os.chmod(base, 0o755)
        path = os.path.join(base, "report")
        result = write_file(dns, path, preexec_fn=as_nobody)
        equal(result.code, 3, "exit status")
        one_line(result, "permission denied")
        equal(os.listdir(base), [], "nothing is left")
        # A file that we may not write either stays as it was.
        with open(path, "w", encoding="utf-8") as file:
            file.write("old")
        result = write_file(dns, path, preexec_fn=as_nobody)
        equal(result.code, 3, "exit status")
        with open(path, encoding="utf-8") as file:
            equal(file.read(), "old", "content")
        # One that we may write is written in place.
        os.chmod(path, 0o666)
        equal(write_file(dns, path, preexec_fn=as_nobody).code, 2, "exit status")
        report_in(path)
        equal(os.listdir(base), ["report"], "nothing else is left")


@test
def devices():
    with FakeDns() as dns:
        full = write_file(dns, "/dev/full")
        equal(full.code, 3, "exit status")
        one_line(full, "no space left")
        equal(write_file(dns, "/dev/null").code, 2, "exit status")
        check(stat.S_ISCHR(os.stat("/dev/full").st_mode), "/dev/full was replaced")
        check(stat.S_ISCHR(os.stat("/dev/null").st_mode), "/dev/null was replaced")


@test
def full_disk_leaves_the_old_file():
    with FakeDns() as dns, folder() as base:
        subprocess.run(["mount", "-t", "tmpfs", "-o", "size=64k", "none", base], check=True)
        try:
            path = os.path.join(base, "report")
            with open(path, "w", encoding="utf-8") as file:
                file.write("old")
            ballast = os.open(os.path.join(base, "ballast"), os.O_WRONLY | os.O_CREAT)
            try:
                while os.write(ballast, b"x" * 4096) > 0:
                    pass
            except OSError:
                os.close(ballast)
            result = write_file(dns, path)
            equal(result.code, 3, "exit status")
            one_line(result, "no space left")
            equal(sorted(os.listdir(base)), ["ballast", "report"], "nothing else is left")
            with open(path, encoding="utf-8") as file:
                equal(file.read(), "old", "content")
        finally:
            subprocess.run(["umount", base], check=True)


@test
def mount_point():
    with FakeDns() as dns, folder() as base:
        path = os.path.join(base, "report")
        with open(path, "w", encoding="utf-8") as file:
            file.write("old " * 10000)
        subprocess.run(["mount", "--bind", path, path], check=True)
        try:
            before = os.stat(path).st_ino
            equal(write_file(dns, path).code, 2, "exit status")
            equal(os.stat(path).st_ino, before, "inode")
            report_in(path)
            equal(os.listdir(base), ["report"], "nothing else is left")
        finally:
            subprocess.run(["umount", path], check=True)


@test
def pipe_as_file():
    with FakeDns() as dns, folder() as base:
        path = os.path.join(base, "pipe")
        os.mkfifo(path)
        reader = subprocess.Popen(["cat", path], stdout=subprocess.PIPE)
        equal(write_file(dns, path).code, 2, "exit status")
        out, _ = reader.communicate(timeout=20)
        equal(json.loads(out)["verdict"], "no-mail", "through the pipe")
        check(stat.S_ISFIFO(os.stat(path).st_mode), "the pipe was replaced")


# ---- standard output that fails ----


@test
def standard_output_is_full():
    with FakeDns() as dns, open("/dev/full", "wb") as full:
        result = probe(dns, NX, FAIL, stdout=full)
        equal(result.code, 3, "exit status")
        one_line(result, "standard output cannot be written")
        for args in (["help"], ["help", "check"], ["version"]):
            result = run(*args, stdout=full)
            equal(result.code, 3, f"{args}: exit status")
            one_line(result, "standard output cannot be written")


@test
def reader_is_gone():
    with FakeDns() as dns:
        reading, writing = os.pipe()
        os.close(reading)
        with os.fdopen(writing, "wb") as out:
            result = probe(dns, NX, FAIL, stdout=out)
        equal(result.code, 3, "exit status (not a signal)")
        one_line(result, "its reader is gone")


# ---- signals ----


def interrupted(number):
    with FakeDns() as dns:
        child = subprocess.Popen(
            [harness.BINARY, "check", *dns.options(), "-o", "json", "--exit", "simple", "--deadline", "60"]
            + ["nx.example"] + [f"slow{i}.example" for i in range(6)],
            env=clean_environment(),
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )
        while dns.queries < 4:  # the first four targets are under way
            time.sleep(0.01)
        child.send_signal(number)
        out, err = child.communicate(timeout=30)
    equal(child.returncode, 3, "exit status")
    equal(err, b"", "stderr")
    objects = verdicts(out.decode())
    equal(len(objects), 7, "every target has its report")
    for one in objects[1:]:
        equal(one["verdict"], "undetermined", "verdict")
        check("interrupted" in [f["code"] for f in one["findings"]], str(one["findings"]))


@test
def interrupt_signal():
    interrupted(signal.SIGINT)


@test
def terminate_signal():
    interrupted(signal.SIGTERM)


# ---- terminals ----


def on_terminal(args, env, which):
    """Run with stdout or stderr on a terminal of its own; returns what the terminal got."""
    master, slave = pty.openpty()
    streams = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, which: slave}
    child = subprocess.Popen([harness.BINARY, *args], env=clean_environment(env), **streams)
    os.close(slave)
    got = b""
    while True:
        try:
            piece = os.read(master, 4096)
        except OSError:
            break
        if not piece:
            break
        got += piece
    out, err = child.communicate(timeout=30)
    os.close(master)
    return got.decode(), (out or b"").decode(), (err or b"").decode()


@test
def progress_on_a_terminal_only():
    with FakeDns() as dns:
        args = ["check", *dns.options(), "--deadline", "2.5", SLOW]
        shown, out, _ = on_terminal(args, {}, "stderr")
        check("slow.example: waiting for MX of slow.example" in shown, repr(shown))
        check(shown.endswith("\r\x1b[K"), "the line is not erased at the end")
        check("\n" not in shown, "progress stays on one line")
        check(out.startswith("undetermined"), out)
        equal(run(*args).err, "", "stderr, no terminal")
        shown, _, _ = on_terminal(["check", *dns.options(), NX], {}, "stderr")
        equal(shown, "", "a fast check shows no progress")


@test
def colours():
    with FakeDns() as dns:
        args = ["check", *dns.options(), NX]
        check("\x1b[" in on_terminal(args, {}, "stdout")[0], "no colour on a terminal")
        check("\x1b[" not in on_terminal(args, {"NO_COLOR": "1"}, "stdout")[0], "NO_COLOR is not honoured")
        check("\x1b[" in on_terminal(args, {"NO_COLOR": ""}, "stdout")[0], "an empty NO_COLOR is none")
        check("\x1b[" not in run(*args).out, "colour in a pipe")
