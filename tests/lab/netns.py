# SPDX-License-Identifier: Apache-2.0
"""A private network, mount and process namespace for the lab.

Not done here: which addresses the lab gives to whom (scenario.py).
Everything started inside dies with the namespace's first process.
"""
import os
import shutil
import signal
import subprocess
import sys
import tempfile

INSIDE = "DANEPROBE_LAB_INSIDE"
# Every address under these is ours (AnyIP), without being configured one by one.
OWN4 = ["10.53.0.0/16", "10.100.0.0/14", "10.111.0.0/16", "10.120.0.0/14", "10.140.0.0/14"]
# Addresses under these go nowhere: packets are swallowed, so a connection times out.
DEAD4, DEAD6 = "10.99.0.0/16", "fd00:99::/32"
# These are swallowed, too; unreachable.py answers for them.
FAR4 = "10.98.0.0/16"


class NoNamespace(Exception):
    """Neither way of making a namespace works here; the text says why."""


def _ways():
    common = ["--net", "--mount", "--pid", "--fork", "--mount-proc", "--kill-child"]
    if os.geteuid() == 0:
        yield ["unshare", *common]
    else:
        yield ["unshare", "--map-root-user", "--map-auto", *common]


def enter(argv):
    """Run argv again inside new namespaces; return its exit status. Raises NoNamespace."""
    if not shutil.which("unshare"):
        raise NoNamespace("the lab needs unshare (Debian package util-linux)")
    why = ""
    for way in _ways():
        probe = subprocess.run([*way, "true"], stdout=subprocess.DEVNULL,
                               stderr=subprocess.PIPE, text=True)
        if probe.returncode == 0:
            return _supervise([*way, *argv])
        why = probe.stderr.strip().splitlines()[-1] if probe.stderr.strip() else "unknown error"
    hint = "" if os.geteuid() == 0 else \
        "; run as root, or install uidmap and give this user a range in /etc/subuid and /etc/subgid"
    raise NoNamespace("the lab cannot make its own network namespace here: %s%s" % (why, hint))


def _supervise(command):
    """Wait for the namespace; an interrupt reaches the inside by the terminal or as SIGTERM."""
    child = subprocess.Popen(command, env={**os.environ, INSIDE: "1"})
    while True:
        try:
            return child.wait()
        except KeyboardInterrupt:
            continue
        except SystemExit:
            child.kill()  # unshare takes no SIGTERM; the namespace dies with it
            child.wait()
            raise


def again(argv, keep=False):
    """argv run inside, with --dir FOLDER added: a new folder, removed at the end unless keep."""
    folder = tempfile.mkdtemp(prefix="daneprobe-lab.")
    os.chmod(folder, 0o755)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    try:
        return enter([*argv, "--dir", folder])
    except NoNamespace as error:
        print(error, file=sys.stderr)
        return 3
    finally:
        if keep:
            print("kept: %s" % folder, file=sys.stderr)
        else:
            shutil.rmtree(folder, ignore_errors=True)


def be_init():
    """The first process of a PID namespace must reap orphans (Postfix's daemons become such): it
    stays behind to do that, and what follows runs in a child. Signals end the child."""
    child = os.fork()
    if child == 0:
        signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
        signal.signal(signal.SIGINT, lambda *_: sys.exit(130))
        return
    signal.signal(signal.SIGTERM, lambda *_: os.kill(child, signal.SIGTERM))
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    while True:
        pid, status = os.wait()
        if pid == child:
            os._exit(os.waitstatus_to_exitcode(status) & 255)


def inside():
    return os.environ.get(INSIDE) == "1"


def _ip(*args, text=None):
    done = subprocess.run(["ip", *args], input=text, text=True, stderr=subprocess.PIPE)
    if done.returncode != 0:
        sys.exit("lab: ip %s: %s" % (" ".join(args), done.stderr.strip()))


def network_up(addrs6):
    """lo up, with OWN4, DEAD4, FAR4 and DEAD6; and the IPv6 addresses given."""
    lines = ["link set lo up"]
    lines += ["route add local %s dev lo" % own for own in OWN4]
    lines += ["route add %s dev lo src 127.0.0.1" % other for other in (DEAD4, FAR4)]
    _ip("-batch", "-", text="\n".join(lines) + "\n")
    lines = ["addr add %s/128 dev lo nodad" % addr for addr in addrs6]
    lines.append("route add %s dev lo" % DEAD6)
    _ip("-6", "-batch", "-", text="\n".join(lines) + "\n")
