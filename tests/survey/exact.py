# SPDX-License-Identifier: Apache-2.0
"""The verdicts of survey are those of check, for every scenario of the lab that check is given
without options: one after the other, and all at once in another order.

Left out by rule: scenarios whose first run is no plain "check TARGET", or that have options, a
resolver, a machine or a network of their own (they are counted).
"""
import concurrent.futures
import random
import re

from runner import Servers
from tool import judged

APART = {"options", "resolver", "anchor", "hints", "resolvconf", "env", "hostname", "net",
         "interrupt", "forward", "dnsmasq"}
TIMES = ["--timeout", "8", "--deadline", "60"]
PLAIN = re.compile(r"check ([^\s-]\S*)")


def fitting(scenarios):
    return [one for one in scenarios
            if PLAIN.fullmatch(one.runs()[0]["run"]) and not APART & set(one.table)]


class Up:
    """The servers of many scenarios, fresh: counters and visits start anew."""

    def __init__(self, runner, scenarios):
        self.runner, self.scenarios, self.servers = runner, scenarios, []

    def __enter__(self):
        for one in self.scenarios:
            self.servers.append(Servers(self.runner, one))

    def __exit__(self, *_):
        for servers in self.servers:
            servers.stop()


def compare(name, wanted, results):
    wrong = []
    found = {result["target"]: result for result in results}
    if len(results) != len(wanted):
        wrong.append("%s: %d results of %d targets" % (name, len(results), len(wanted)))
    for target, check in wanted.items():
        if target not in found:
            wrong.append("%s: %s has no result" % (name, target))
        elif judged(found[target]) != judged(check):
            ours, theirs = judged(found[target]), judged(check)
            wrong.append("%s: %s is %s, check says %s; only in one: %s" % (
                name, target, ours[:2], theirs[:2],
                sorted(set(ours[2]) ^ set(theirs[2]), key=str)))
    return wrong


def play(runner, scenarios, tool, serial):
    """The complaints of one kind of run: check, then survey, each with fresh servers."""
    zones = [one.expand(PLAIN.fullmatch(one.runs()[0]["run"])[1]) for one in scenarios]
    random.Random(6).shuffle(zones)
    with Up(runner, scenarios), concurrent.futures.ThreadPoolExecutor(4) as pool:
        wanted = dict(zip(zones, pool.map(lambda zone: tool.check(zone, *TIMES), zones)))
    wrong = []
    for jobs in [1, 500] if serial else [500]:
        random.Random(jobs).shuffle(zones)
        with Up(runner, scenarios):
            results, err, status = tool.survey(zones, "--jobs", str(jobs), *TIMES)
        name = "--jobs %d" % jobs
        wrong += compare(name, wanted, results)
        if status != 0 or "AddressSanitizer" in err or "LeakSanitizer" in err:
            wrong.append("%s: exit %d: %s" % (name, status, err))
    return wrong
