# SPDX-License-Identifier: Apache-2.0
"""A machine behind a router: the tool in a network namespace of its own, joined to the lab by one cable.

What the router does not let through, and what the machine lacks, is said by words:
  no-v4 no-v6    the machine has no address of that family
  no-tcp53       DNS over TCP goes nowhere
  router53       DNS goes nowhere, but for the scenario's forwarder {fwd} and {dnsmasq}
Packets that go nowhere are swallowed, as firewalls do it. The router's address on the cable is
fe80::1.
"""
import itertools
import os
import subprocess
import time

NOWHERE = "99"  # a routing table
NUMBERS = itertools.count(1)
WORDS = {
    "no-v4": ["-4 addr flush dev eth0", "-4 route flush dev eth0"],
    "no-v6": ["-6 addr flush dev eth0", "-6 route flush dev eth0"],
    "no-tcp53": ["-4 rule add pref 20 ipproto tcp dport 53 lookup " + NOWHERE,
                 "-6 rule add pref 20 ipproto tcp dport 53 lookup " + NOWHERE],
}
WORDS["router53"] = WORDS["no-tcp53"] + [rule.replace("ipproto tcp", "ipproto udp")
                                         for rule in WORDS["no-tcp53"]]


class SubnetError(Exception):
    pass


def _batch(text, *before, family="-4"):
    done = subprocess.run([*before, "ip", family, "-batch", "-"], input=text, text=True,
                          stderr=subprocess.PIPE)
    if done.returncode != 0:
        raise SubnetError("ip: " + done.stderr.strip())


def wrapped(command):
    """The command, in a network namespace, waiting for a line on its standard input."""
    return ["unshare", "--net", "sh", "-c", 'read -r go && exec "$@" </dev/null', "sh", *command]


def join(process, words, routers):
    """Connects a process that was started wrapped, and lets it run. routers: for router53."""
    number = next(NUMBERS)
    own = os.readlink("/proc/self/ns/net")
    end = time.monotonic() + 10
    while os.readlink("/proc/%d/ns/net" % process.pid) == own:
        if time.monotonic() > end:
            raise SubnetError("unshare --net did not work")
        time.sleep(0.01)
    net4 = "10.96.%d.%d" % (number >> 6, (number & 63) * 4)
    router4, host4 = (net4.rsplit(".", 1)[0] + ".%d" % ((number & 63) * 4 + n) for n in (1, 2))
    router6, host6 = ("fd00:96:%x::%d" % (number, n) for n in (1, 2))
    cable = "cable%d" % number
    _batch("link add %s type veth peer name eth0 netns %d\n" % (cable, process.pid)
           + "link set %s up\naddr add %s/30 dev %s\n" % (cable, router4, cable))
    _batch("addr add %s/64 dev %s nodad\naddr add fe80::1/64 dev %s nodad\n"
           % (router6, cable, cable), family="-6")
    lines = ["-4 link set lo up", "-4 link set eth0 up", "-4 addr add %s/30 dev eth0" % host4,
             "-6 addr add %s/64 dev eth0 nodad" % host6, "-6 addr add fe80::2/64 dev eth0 nodad",
             "-4 route add default dev lo table " + NOWHERE,
             "-6 route add default dev lo table " + NOWHERE,
             "-4 route add default via " + router4, "-6 route add default via " + router6 + " dev eth0"]
    lines += ["-4 rule add pref 10 to %s lookup main" % one for one in routers]
    for word in words:
        lines += WORDS[word]
    for family in ("-4 ", "-6 "):
        _batch("".join(line[3:] + "\n" for line in lines if line.startswith(family)),
               "nsenter", "-t", str(process.pid), "-n", family=family.strip())
    process.stdin.write(b"go\n")
    process.stdin.close()
    process.stdin = None
