# SPDX-License-Identifier: Apache-2.0
"""A machine that lacks descriptors: the exit status never says that something passed, nor a signal."""
import resource

from fake_dns import FakeDns
from harness import check, run, test

NEVER_ENOUGH, ENOUGH = 4, 24


def with_descriptors(count, *args):
    return run(*args, preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_NOFILE, (count, count)))


def undetermined(result, count):
    said = f"{count} descriptors: {result}"
    check(result.code == 3, said)
    check(all(line.startswith("daneprobe: ") for line in result.err.splitlines()), said)
    check(result.err + result.out != "", said)


@test
def few_descriptors_are_undetermined():
    with FakeDns() as dns:
        options = [*dns.options(), "-t", "1", "--deadline", "2"]
        for command in (["check"], ["check", "-o", "nagios"], ["check", "--wait", "0.2"], ["tlsa", "--live"]):
            for sandbox in ([], ["--no-sandbox"]):
                for count in range(NEVER_ENOUGH, ENOUGH):
                    result = with_descriptors(count, *command, *options, *sandbox, "fail.example")
                    undetermined(result, count)
                undetermined(with_descriptors(NEVER_ENOUGH, *command, *options, *sandbox, "nx.example"), NEVER_ENOUGH)
