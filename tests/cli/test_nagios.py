# SPDX-License-Identifier: Apache-2.0
"""-o nagios and -o prometheus from the outside: what a monitor runs and what it reads."""
import os
import signal
import subprocess
import tempfile
import time

import harness
from fake_dns import FakeDns
from harness import check, clean_environment, equal, one_line, refused, run, test

NX, FAIL = "nx.example", "fail.example"
STATES = {0: "OK", 1: "WARNING", 2: "CRITICAL", 3: "UNKNOWN"}


def probe(dns, *args, **more):
    return run("check", *dns.options(), "-t", "1", *args, **more)


def first_line(result):
    line = result.out.splitlines()[0]
    equal(line.count("|"), 1, "bars on the first line")
    return line


@test
def nagios_state_is_the_exit_status():
    with FakeDns() as dns:
        for args, status in [
            ([NX], 2),
            ([FAIL], 3),
            ([FAIL, NX], 2),
            (["--accept", "no-mail", NX], 1),  # accepted, but not without an error
            (["--accept", "no-mail", NX, FAIL], 3),
            (["--accept", "no-dane", NX], 2),
        ]:
            result = probe(dns, "-o", "nagios", *args)
            equal(result.code, status, str(args))
            equal(result.err, "", "stderr")
            line = first_line(result)
            check(line.startswith(f"DANE {STATES[status]} - "), line)


@test
def nagios_state_with_exit_simple_is_still_that_of_the_verdict():
    with FakeDns() as dns:
        result = probe(dns, "-o", "nagios", "--exit", "simple", NX)
    equal(result.code, 1, "exit status")
    check(result.out.startswith("DANE CRITICAL - nx.example no-mail: the domain does not exist|"), str(result))


@test
def nagios_has_no_label_twice():
    with FakeDns() as dns:
        line = first_line(probe(dns, "-o", "nagios", NX, FAIL, NX))
    check(line.startswith("DANE CRITICAL - 2 of 3 targets failing: "), line)
    for target in (NX, FAIL):
        equal(line.count(f"'{target} time'="), 1, line)


@test
def nagios_has_one_first_line_for_all_targets():
    with FakeDns() as dns:
        result = probe(dns, "-o", "nagios", NX, FAIL)
    line = first_line(result)
    check(line.startswith("DANE CRITICAL - 1 of 2 targets failing: nx.example no-mail: "), line)
    for target in (NX, FAIL):
        check(f"'{target} time'=" in line, line)
    equal(sum(line.startswith("DANE ") for line in result.out.splitlines()), 1, "first lines")
    check("\nno-mail: nx.example" in result.out and "\nundetermined: fail.example" in result.out, result.out)


@test
def hostname_names_a_target_as_plugins_do():
    with FakeDns() as dns:
        for args in (["-H", NX], ["--hostname", NX], ["-H" + NX]):
            result = probe(dns, "-o", "nagios", *args)
            check(result.out.startswith("DANE CRITICAL - nx.example no-mail: "), str(result))
        result = probe(dns, "-o", "json", "-H", FAIL, NX, "-H", "nx2.example")
        equal(result.out.count('"target":'), 3, "targets")
        result = probe(dns, "-o", "json", env={"DANEPROBE_OPT_HOSTNAME": f"{NX},{FAIL}"})
        equal(result.out.count('"target":'), 2, "targets of the environment")
        wrong = run("check", "-H", "not a name")
    refused(wrong, "not a name")


@test
def nagios_says_unknown_when_a_signal_ends_it():
    with FakeDns() as dns:
        child = subprocess.Popen(
            [harness.BINARY, "check", *dns.options(), "-o", "nagios", NX, "slow.example"],
            env=clean_environment(), stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        while dns.queries < 2:
            time.sleep(0.01)
        child.send_signal(signal.SIGTERM)
        out, err = child.communicate(timeout=30)
    equal(child.returncode, 3, "exit status")
    equal(err, b"", "stderr")
    check(out.startswith(b"DANE UNKNOWN - 1 of 2 targets undetermined: slow.example"), repr(out))


@test
def nagios_quiet_is_silent_when_all_is_well():
    with FakeDns() as dns:
        result = probe(dns, "-q", "-o", "nagios", "--exit", "simple", "--accept", "no-mail", NX)
        equal((result.code, result.out, result.err), (0, "", ""), "accepted")
        result = probe(dns, "-q", "-o", "nagios", "--accept", "no-mail", NX, FAIL)
    equal(result.code, 3, "exit status")
    check(result.out.startswith("DANE UNKNOWN - 1 of 2 targets undetermined: fail.example"), str(result))


@test
def prometheus_has_each_family_once():
    with FakeDns() as dns, tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "daneprobe.prom")
        result = probe(dns, "-o", "prometheus", "--output-file", path, NX, FAIL, NX)
        equal((result.code, result.out, result.err), (2, "", ""), "run")
        equal(os.listdir(folder), ["daneprobe.prom"], "nothing is left beside it")
        with open(path, encoding="utf-8") as file:
            lines = file.read().splitlines()
    heads = [line.split()[2] for line in lines if line.startswith("# TYPE ")]
    equal(len(heads), len(set(heads)), "families")
    series = [line.rsplit(" ", 1)[0] for line in lines if not line.startswith("#")]
    equal(len(series), len(set(series)), "series")
    for line in ('probe_success{target="nx.example"} 0', 'dane_exit_status{target="fail.example"} 3',
                 'dane_verdict{target="nx.example",verdict="no-mail"} 1'):
        check(line in lines, line)


@test
def prometheus_success_is_by_accept():
    with FakeDns() as dns:
        result = probe(dns, "-o", "prometheus", "--accept", "no-mail", NX)
    equal(result.code, 1, "exit status")
    check('\nprobe_success{target="nx.example"} 1\n' in result.out, result.out)
    check('\ndane_verdict{target="nx.example",verdict="no-mail"} 1\n' in result.out, result.out)


@test
def formats_of_check_are_not_those_of_other_commands():
    refused(run("plan", "-o", "nagios", "--new", "x.pem", "example.org"), "type text or json")
    refused(run("check", "-o", "xml", NX), "type text, json, nagios or prometheus")


@test
def cron_hears_nothing_unless_something_is_wrong():
    """What cron mails is whatever comes out of either stream."""
    with FakeDns() as dns:
        for more in ([], ["-v"], ["-o", "json"], ["--wait", "5", "--interval", "0.1"]):
            result = probe(dns, "-q", "--exit", "simple", "--accept", "no-mail", *more, NX)
            equal((result.code, result.out, result.err), (0, "", ""), str(more))
        result = probe(dns, "-q", "--exit", "simple", "--accept", "no-mail", NX, FAIL)
        equal((result.code, result.err), (3, ""), "exit status and stderr")
        full = probe(dns, FAIL)
    equal(result.out, full.out, "the full report of what is wrong, and nothing of what is not")
