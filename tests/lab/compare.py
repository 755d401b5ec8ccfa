# SPDX-License-Identifier: Apache-2.0
"""What a run of the tool was expected to give, compared with what it gave. Pure."""
import json
import operator
import re

EXIT = {"verified": 0, "failed": 2, "unauthenticated": 2, "no-dane": 2, "no-mail": 2,
        "undetermined": 3}
SANITIZER = re.compile(r"AddressSanitizer|LeakSanitizer|UndefinedBehaviorSanitizer|runtime error:")
COUNT = {"": operator.eq, "=": operator.eq, ">=": operator.ge, "<=": operator.le,
         ">": operator.gt, "<": operator.lt}


class Result:
    """exit (negative: killed by a signal), stdout, stderr, command, of one run."""

    def __init__(self, command, status, stdout, stderr):
        self.command, self.status, self.stdout, self.stderr = command, status, stdout, stderr
        self.objects, self.bad_line = [], None
        for line in stdout.splitlines():
            try:
                self.objects.append(json.loads(line))
            except ValueError:
                self.bad_line = self.bad_line or line

    @property
    def first(self):
        return self.objects[0] if self.objects and isinstance(self.objects[0], dict) else {}


def listed(value):
    return value if isinstance(value, list) else [value]


def general(run, result):
    """Exit status, signals, sanitizers."""
    out = []
    if result.status < 0:
        out.append("killed by signal %d" % -result.status)
    if SANITIZER.search(result.stderr):
        out.append("a sanitizer report on stderr")
    verdict = listed(run.get("verdict", []))
    want = run.get("exit", EXIT.get(verdict[0]) if len(verdict) == 1 else None)
    if want is not None and result.status != want:
        out.append("exit %d, expected %d" % (result.status, want))
    return out


def judgement(run, result):
    """Verdict words and findings of the JSON report."""
    out = []
    if result.bad_line is not None:
        out.append("not JSON: %.200s" % result.bad_line)
    verdicts = [one.get("verdict") for one in result.objects]
    if "verdict" in run and (len(verdicts) != len(listed(run["verdict"])) or any(
            found not in want.split("|") for found, want in zip(verdicts, listed(run["verdict"])))):
        out.append("verdict %s, expected %s" % (verdicts, listed(run["verdict"])))
    findings = [f for one in result.objects for f in one.get("findings", [])]
    codes = [f.get("code") for f in findings]
    for code in listed(run.get("finding", [])):
        if code.startswith("!") and code[1:] in codes:
            out.append("finding %s must not be there" % code[1:])
        if not code.startswith("!") and not set(code.split("|")) & set(codes):
            out.append("finding %s is missing (there: %s)" % (code, " ".join(codes) or "none"))
    if run.get("verdict") == "verified":
        wrong = {f.get("code") for f in findings if f.get("severity") == "error"}
        out += ["verified, but an error finding: %s" % c
                for c in sorted(wrong - set(listed(run.get("finding", []))))]
    return out


def look_up(thing, path):
    """'hosts.0.base' -> that value; None where the path ends early."""
    for word in path.split("."):
        if isinstance(thing, list) and word.isdigit() and int(word) < len(thing):
            thing = thing[int(word)]
        elif isinstance(thing, dict):
            thing = thing.get(word)
        else:
            return None
    return thing


def details(run, result):
    """Single values: host verdicts and paths into the JSON report."""
    out = []
    hosts = {h.get("name", "").rstrip("."): h.get("verdict") for h in result.first.get("hosts", [])}
    for name, verdict in run.get("hosts", {}).items():
        if hosts.get(name.rstrip(".")) != verdict:
            out.append("host %s: %s, expected %s" % (name, hosts.get(name.rstrip(".")), verdict))
    for path, want in run.get("json", {}).items():
        found = look_up(result.first, path)
        if isinstance(want, str) and isinstance(found, str):
            want, found = want.rstrip("."), found.rstrip(".")
        if (found is not None) if want == "" else (found != want):
            out.append("%s: %r, expected %r" % (path, found, want))
    return out


def queries(run, log):
    """How many questions of a kind the scenario's name servers saw."""
    out = []
    for what, want in run.get("queries", {}).items():
        sign, number = re.fullmatch(r"([<>=]*)(\d+)", str(want)).groups()
        if not COUNT[sign](log.count(what), int(number)):
            out.append("%d questions for %s, expected %s" % (log.count(what), what, want))
    return out


def lines(run, result):
    """How many lines stdout has."""
    found = len(result.stdout.splitlines())
    return [] if found == run.get("lines", found) else \
        ["%d lines on stdout, expected %d" % (found, run["lines"])]


def texts(run, result):
    """Passages that the text report must hold (in any line break), "!..." that it must not."""
    flat = " ".join(result.stdout.split())
    out = []
    for want in listed(run.get("text", [])):
        passage = " ".join(want.lstrip("!").split())
        if (passage in flat) == want.startswith("!"):
            out.append("the text report %s: %s" %
                       ("must not say" if want.startswith("!") else "does not say", passage))
    return out


def stderr(run, result):
    """Passages that must be on stderr."""
    return ["stderr does not say: %s" % want for want in listed(run.get("stderr", []))
            if want not in result.stderr]
