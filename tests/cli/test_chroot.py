# SPDX-License-Identifier: Apache-2.0
"""An empty root: the binary alone, uid 65532, nothing writable, no /dev, /proc, /etc.

Cases C182, C183: no name service of the C library is there to be called.
"""
import contextlib
import os
import re
import shutil
import subprocess
import tempfile

import harness
from fake_dns import FakeDns
from harness import Result, Skip, check, clean_environment, equal, test

UID = 65532


@contextlib.contextmanager
def empty_root():
    """A folder that holds only the binary."""
    base = tempfile.mkdtemp(prefix="daneprobe-root-")
    try:
        shutil.copy(harness.BINARY, os.path.join(base, "daneprobe"))
        os.chmod(os.path.join(base, "daneprobe"), 0o555)
        os.chmod(base, 0o555)
        yield base
    finally:
        os.chmod(base, 0o755)
        shutil.rmtree(base)


def inside(base, *args, before=()):
    command = [*before, "chroot", f"--userspec={UID}:{UID}", "--groups=", base, "/daneprobe", *args]
    done = subprocess.run(
        command, env=clean_environment(), stdin=subprocess.DEVNULL, capture_output=True, timeout=60, check=False
    )
    return Result(args, done.returncode, done.stdout.decode(), done.stderr.decode())


def is_static():
    with open(harness.BINARY, "rb") as file:
        return b"/lib64/ld-linux" not in file.read()


def need_static():
    if not is_static():
        raise Skip("this build is not static")


@test
def empty_root_runs():
    need_static()
    with FakeDns() as dns, empty_root() as base:
        version = inside(base, "version")
        equal(version.code, 0, str(version))
        check(version.out.startswith("daneprobe "), str(version))
        equal(inside(base, "help", "check").code, 0, "help")
        one = inside(base, "check", *dns.options(), "-t", "1", "nx.example")
        equal(one.code, 2, str(one))
        check(one.out.startswith("no-mail: nx.example"), str(one))
        equal(one.err, "", "stderr")


@test
def empty_root_without_any_network_answer():
    """Every way to resolve, where nothing can be reached: undetermined, not a crash."""
    need_static()
    with empty_root() as base:
        for way in ([], ["-r", "recursive"], ["-r", "127.0.0.1@9"]):
            one = inside(base, "check", *way, "-t", "1", "--deadline", "3", "example.org")
            equal(one.code, 3, str(one))
            check(one.out.startswith("undetermined: example.org"), str(one))
            equal(one.err, "", f"{way}: stderr")
        one = inside(base, "check", "-r", "system", "example.org")
        equal(one.code, 3, str(one))
        check("/etc/resolv.conf names no server" in one.err, str(one))
        one = inside(base, "check", "-r", "127.0.0.1@9", "--deadline", "1", "--output-file", "/r", "x.example")
        equal(one.code, 3, str(one))
        equal(one.err.count("\n"), 1, str(one))


# System calls that name a file.
NAMING = r"^(?:\d+ +)?(open|openat|openat2|creat|stat|lstat|newfstatat|statx|access|faccessat2?|readlink|readlinkat|" \
    r"mkdir|mkdirat|unlink|unlinkat|rename|renameat2?|chdir|execve|execveat|memfd_create|inotify_add_watch)\("


def files_named(base, *args):
    """Paths that the program names to the kernel once it runs, without its own start."""
    with tempfile.NamedTemporaryFile(prefix="daneprobe-strace-") as log:
        result = inside(base, *args, before=["strace", "-f", "-qq", "-o", log.name])
        text = log.read().decode("utf-8", "replace")
    lines = text.splitlines()
    start = next((i for i, line in enumerate(lines) if 'execve("/daneprobe"' in line), None)
    if start is None:
        raise Skip("strace cannot trace here")
    return [line for line in lines[start + 1 :] if re.match(NAMING, line)], result, lines[start:]


@test
def no_file_is_opened():
    need_static()
    if shutil.which("strace") is None:
        raise Skip("strace is not installed")
    with FakeDns() as dns, empty_root() as base:
        for args in (
            ["version"],
            ["help", "check"],
            ["check", *dns.options(), "-t", "1", "nx.example", "fail.example"],
            ["check", "-r", "recursive", "-t", "1", "--deadline", "2", "example.org"],
        ):
            named, result, lines = files_named(base, *args)
            equal(named, [], f"{args}: names files")
            check(any("write(1" in line for line in lines), f"the trace is not that of the run: {result}")
        # The way that looks for a resolver opens that one file; a file that is named is opened.
        named, _, _ = files_named(base, "check", "-t", "1", "--deadline", "2", "example.org")
        # (Twice: the sandbox must know which one it is.)
        equal({re.search(r'"([^"]*)"', line).group(1) for line in named}, {"/etc/resolv.conf"}, "auto")
        named, _, _ = files_named(base, "check", "--trust-anchor", "/anchor", "example.org")
        equal([re.search(r'"([^"]*)"', line).group(1) for line in named], ["/anchor"], "--trust-anchor")
        # No threads, no children.
        _, _, lines = files_named(base, "check", *dns.options(), "-t", "1", "nx.example")
        check(not any(re.search(r"\b(clone3?|fork|vfork)\(", line) for line in lines), "it forks")
