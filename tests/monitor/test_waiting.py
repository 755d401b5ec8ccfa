# SPDX-License-Identifier: Apache-2.0
"""check --wait, as an init container has it, while the domain's records are being published."""
import os
import re
import signal
import subprocess
import time

import stage as stages
import daemons

PATIENCE_S = 60
MEMORY = "10.53.0.54"  # a resolver that remembers denials for long
LINE = re.compile(r"daneprobe: (\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ) (.*)")


class Waiting:
    """A daneprobe that waits; its lines on stderr as they come."""

    def __init__(self, stage, *args, options=None, before=()):
        self.process = subprocess.Popen(
            [*before, stage.binary, "check", *(options or stage.options()), *args],
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        self.lines = []

    def line(self, words):
        """The next line, which must hold words and begin with the time."""
        text = self.process.stderr.readline().rstrip("\n")
        self.lines.append(text)
        found = LINE.fullmatch(text)
        assert found, "no line with a time: %r" % text
        assert words in text, "%r is not in %r" % (words, text)
        return found[2]

    def end(self):
        """(exit status, standard output, further lines of stderr)"""
        try:
            self.process.wait(timeout=PATIENCE_S)
        except subprocess.TimeoutExpired as error:
            self.kill()
            raise AssertionError("still waiting; so far %s" % self.lines) from error
        # Not communicate(), which would lose what readline() has read ahead. Reports are short.
        return (self.process.returncode, self.process.stdout.read(),
                self.process.stderr.read().splitlines())

    def kill(self):
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()


def test_wait_from_not_published_to_wrong_to_right(stage):
    stage.publish("later", stages.UNPUBLISHED)
    waiting = Waiting(stage, "--wait", "60", "--interval", "0.3", "later.lab")
    try:
        waiting.line("later.lab: not published yet: no-dane, mx.later.lab: no TLSA records"
                     " (trying again every 0.3 s, for 60 s)")
        stage.publish("later", stages.WRONG)
        # While the name servers start again nothing can be found out; that is told, too.
        text = waiting.line("later.lab: ")
        if "undetermined" in text:
            text = waiting.line("later.lab: ")
        assert "published, and wrong: failed, mx.later.lab [" in text, text
        assert "pins a CA certificate that was not sent" in text, text
        stage.publish("later", stages.RIGHT)
        text = waiting.line("later.lab: ")
        if "undetermined" in text:
            text = waiting.line("later.lab: ")
        assert "later.lab: passes: verified, 1 of 1 mail host" in text, text
        code, out, rest = waiting.end()
    finally:
        waiting.kill()
        stage.publish("later", stages.UNPUBLISHED)
    assert code == 0, (code, out, rest)
    assert out.splitlines()[0] == "verified: later.lab - senders that validate DANE deliver to it"
    assert out.count("later.lab - ") == 1, out
    assert len(rest) == 1 and re.search(r"done after \d[0-9.]* s, \d+ attempts$", rest[0]), rest


def test_wait_is_not_held_up_by_the_memory_of_a_resolver(stage):
    """The resolver of /etc/resolv.conf remembers that there were no records; the wait does not."""
    stage.publish("later", stages.UNPUBLISHED)
    resolver = daemons.Unbound("unbound-memory", stage.sub("memory"))
    resolver.start(MEMORY, stage.lab.hints, stage.lab.anchor, "cache-max-negative-ttl: 300")
    resolver.wait_ready(MEMORY, ".")
    path = os.path.join(stage.folder, "resolv.conf")
    with open(path, "w") as file:
        file.write("nameserver %s\n" % MEMORY)
    options = ["--root-hints", stage.lab.hints, "--trust-anchor", stage.lab.anchor, "-t", "3"]
    waiting = Waiting(stage, "-o", "json", "--wait", "30", "--interval", "0.3", "later.lab",
                      options=options, before=["unshare", "--mount", "sh", "-c",
                                               'mount --bind "$0" /etc/resolv.conf && exec "$@"',
                                               path])
    try:
        waiting.line("later.lab: not published yet")
        stage.publish("later", stages.RIGHT)
        while "later.lab: passes" not in waiting.line(""):
            pass
        code, out, _ = waiting.end()
        # It was that resolver that was asked, and it still denies the records.
        done = subprocess.run([stage.binary, "check", "-r", MEMORY, *options, "later.lab"],
                              capture_output=True, text=True)
    finally:
        waiting.kill()
        resolver.stop()
        stage.publish("later", stages.UNPUBLISHED)
    assert code == 0, code
    assert '"mode":"system"' in out, out
    assert done.stdout.startswith("no-dane: later.lab"), done.stdout


def test_wait_that_passes_at_once_says_nothing_more(stage):
    code, out, err = Waiting(stage, "--wait", "30", "good.lab").end()
    assert (code, err) == (0, []), (code, err)
    assert out.startswith("verified: good.lab"), out


def test_wait_counts_warnings_as_a_pass(stage):
    code, out, err = Waiting(stage, "--wait", "30", "--cert-warning", "36500", "aging.lab").end()
    assert (code, err) == (1, []), (code, err)
    code, out, err = Waiting(stage, "--wait", "30", "--cert-warning", "36500", "--exit", "simple",
                             "aging.lab").end()
    assert (code, err) == (0, []), (code, err)


def test_wait_takes_accepted_verdicts(stage):
    code, out, err = Waiting(stage, "--wait", "30", "--accept", "no-dane", "later.lab").end()
    assert (code, err) == (0, []), (code, err)
    assert out.startswith("no-dane: later.lab"), out


def test_wait_that_is_over_ends_with_the_last_verdict(stage):
    began = time.monotonic()
    waiting = Waiting(stage, "--wait", "2", "--interval", "1.5", "--exit", "simple", "wrong.lab")
    waiting.line("wrong.lab: published, and wrong: failed, mx.wrong.lab [")
    code, out, rest = waiting.end()
    took = time.monotonic() - began
    assert code == 1, code
    assert out.startswith("failed: wrong.lab - "), out
    assert out.count("failed: wrong.lab") == 1 and "(tlsa-anchor-not-sent)" in out, out
    # At 0 s, at 1.5 s, and at the end of the time; none later. A slow machine makes two.
    found = re.search(r"given up after (\d+\.\d|\d+) s, ([23]) attempts$", rest[0]) if rest else None
    assert len(rest) == 1 and found, rest
    assert float(found[1]) >= 2, rest
    assert took >= 2, took


def test_wait_for_several_targets_until_all_pass(stage):
    stage.publish("later", stages.UNPUBLISHED)
    waiting = Waiting(stage, "--wait", "60", "--interval", "0.3", "-o", "json", "good.lab",
                      "later.lab")
    try:
        # good.lab passes from the start, and is no news.
        waiting.line("later.lab: not published yet")
        stage.publish("later", stages.RIGHT)
        while "later.lab: passes" not in waiting.line(""):
            pass
        code, out, _ = waiting.end()
    finally:
        waiting.kill()
        stage.publish("later", stages.UNPUBLISHED)
    assert code == 0, code
    assert [re.search(r'"verdict":"([a-z-]+)"', line)[1] for line in out.splitlines()] == \
        ["verified", "verified"], out


def test_wait_with_quiet(stage):
    code, out, err = Waiting(stage, "-q", "--wait", "1", "--interval", "0.4", "good.lab").end()
    assert (code, out, err) == (0, "", []), (code, out, err)
    code, out, err = Waiting(stage, "-q", "--wait", "1", "--interval", "0.4", "wrong.lab").end()
    assert (code, err) == (2, []), (code, err)
    assert out.startswith("failed: wrong.lab"), out


def ended_by(stage, number):
    """A signal in the pause after the first attempt."""
    waiting = Waiting(stage, "--wait", "600", "--interval", "300", "wrong.lab")
    try:
        waiting.line("wrong.lab: published, and wrong")
        time.sleep(0.5)
        began = time.monotonic()
        waiting.process.send_signal(number)
        code, out, rest = waiting.end()
    finally:
        waiting.kill()
    assert code == 3, code
    # Five minutes' pause, cut short.
    assert time.monotonic() - began < 30
    assert out.startswith("failed: wrong.lab - "), out
    assert len(rest) == 1 and "stopped by a signal after " in rest[0], rest


def test_wait_is_ended_by_sigterm(stage):
    ended_by(stage, signal.SIGTERM)


def test_wait_is_ended_by_sigint(stage):
    ended_by(stage, signal.SIGINT)


def test_wait_reports_to_a_monitor(stage):
    """One first line for the last attempt, also in a file."""
    code, out, _ = Waiting(stage, "--wait", "1", "--interval", "0.4", "-o", "nagios",
                           "wrong.lab").end()
    assert code == 2, code
    assert out.startswith("DANE CRITICAL - wrong.lab failed: "), out
    assert out.count("DANE CRITICAL") == 1, out
