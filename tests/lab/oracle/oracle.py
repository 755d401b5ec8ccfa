# SPDX-License-Identifier: Apache-2.0
"""Our verdicts beside those of Postfix and OpenSSL, scenario by scenario (tests/lab/run --oracle).

Every difference must be a line of disagreements.tsv, and every line there still a difference. What
a peer cannot be asked is counted, and named by class (from the scenario's own words). Compared is
what a peer met, host by host and address by address, with what we say of that very place: our
verdict on a domain is the worst of what its senders may meet, a peer meets one of them.
"""
import collections
import concurrent.futures
import datetime
import os
import re
import shlex
import subprocess
import traceback

import compare
from oracle import peers
from runner import Servers
from scenario import UNBOUND

LIST = os.path.join(os.path.dirname(os.path.abspath(__file__)), "disagreements.tsv")
COLUMNS = ["scenario", "peer", "peer_verdict", "ours", "rfc", "why"]
PEERS = ("postfix", "openssl")
ADDRESSES_MAX = 3  # of a host, for s_client
# Our verdicts in the peers' words, but for undetermined, which is several.
SAME = {"verified": "authenticated", "failed": "defer", "unauthenticated": "encrypted",
        "no-dane": "no-dane", "no-mail": "no-mail"}
LOOKUP = re.compile(r"(mx|address|tlsa)-(bogus|lookup-failed)$")
# Options that change nothing a peer would have to be told.
NEUTRAL = {"--key-types", "--timeout", "--deadline", "--ehlo", "--down", "--accept", "--exit",
           "--cert-warning", "--rrsig-warning", "--all-nameservers", "-v"}
FLAGS = {"-v", "-4", "-6", "--all-nameservers"}
RECORDS_GIVEN = {"--tlsa", "--port", "--at"}  # s_client is given all of it, too
DIALOGUE = {"greeting", "caps", "ehlo", "starttls", "inject", "eol", "strict", "implicit", "drip",
            "line_delay", "delay"}
EARLY = {"connect", "ehlo", "starttls", "after220"}


class Refused(Exception):
    """A peer cannot be asked this; the text is the class."""


def load(path=LIST):
    """{(scenario, peer, peer's verdict, ours): line number}. Raises ValueError."""
    out = {}
    with open(path) as file:
        for number, line in enumerate(file, 1):
            if line.startswith("#") or not line.strip():
                continue
            fields = line.rstrip("\n").split("\t")
            if len(fields) != len(COLUMNS) or not all(fields):
                raise ValueError("%s:%d: %d columns expected" % (path, number, len(COLUMNS)))
            if fields == COLUMNS:
                continue
            if fields[1] not in PEERS or not re.match(r"RFC \d+", fields[4]):
                raise ValueError("%s:%d: unknown peer, or no RFC" % (path, number))
            if tuple(fields[:4]) in out:
                raise ValueError("%s:%d: twice" % (path, number))
            out[tuple(fields[:4])] = number
    return out


# What a peer cannot be asked

def option_words(run):
    """The options of a run, without their values."""
    words, out = shlex.split(run.get("options", "")), []
    while words:
        word = words.pop(0)
        out.append(word)
        if word not in FLAGS and words:
            words.pop(0)
    return out


def servers(one):
    return [{**table, **visit} for table in one.servers() for visit in table.get("visits", [{}])]


def for_nobody(one, run):
    """Raises Refused for what no peer can be asked."""
    if "interrupt" in run:
        raise Refused("the run is interrupted")
    if isinstance(run.get("verdict"), list) or len(shlex.split(run["run"])) != 2:
        raise Refused("several targets")
    if not re.fullmatch(r"(smtp://)?[^/:]+(:\d+)?", run["run"].split()[1]):
        raise Refused("a service other than mail")
    if "net" in one.table:
        raise Refused("a network that only daneprobe is in")
    if any("visits" in table for table in one.servers()):
        raise Refused("the server changes from one connection to the next")
    if "|" in run.get("verdict", "") and any(len(z.servers or []) > 1 for z in one.zones.values()):
        raise Refused("chance decides which name server is met")
    if any("barrier" in table for table in one.servers()) \
            or any("hold" in rule for zone in one.zones.values() for own in zone.servers or []
                   for rule in own):
        raise Refused("a barrier that opens only to a client that asks everything at once")


def for_postfix(one, run):
    """The destination as posttls-finger writes it. Raises Refused."""
    for_nobody(one, run)
    if {"resolver", "anchor", "hints", "resolvconf"} & set(run) or "forward" in one.table:
        raise Refused("how daneprobe itself gets at the DNS")
    odd = [word for word in option_words(run) if word not in NEUTRAL]
    if odd:
        raise Refused("option " + odd[0])
    if run.get("env"):
        raise Refused("environment of daneprobe")
    target = run["run"].split()[1]
    if not target.isascii():
        raise Refused("a U-label")
    named = re.fullmatch(r"smtp://([^:]+)(:\d+)?", target)
    return "[%s]%s" % (named[1].rstrip("."), named[2] or "") if named else target.rstrip(".")


def for_openssl(one, run, report):
    """The hosts of a report that s_client can be asked about. Raises Refused."""
    for_nobody(one, run)
    odd = [word for word in option_words(run) if word not in NEUTRAL | RECORDS_GIVEN]
    if odd:
        raise Refused("option " + odd[0])
    for table in servers(one):
        if DIALOGUE & set(table) or EARLY & set(table.get("on", {})):
            raise Refused("what is said before TLS")
    hosts = [host for host in report.get("hosts", []) if host.get("tlsa")]
    if not hosts:
        raise Refused("decided in the DNS: no host with TLSA records")
    hosts = [host for host in hosts if any(usable_data(r) for r in host["tlsa"])]
    if not hosts:
        raise Refused("records that SMTP cannot use: it would apply PKIX, or has no word for them")
    return hosts


def usable_data(record):
    """Usages 0 and 1 mean nothing for SMTP (RFC 7672 3.1.3); s_client would apply PKIX to them."""
    return record["usage"] in (2, 3)


# Ours, in the peers' words

def probe_word(probe):
    """Of one connection of ours."""
    if probe["verdict"] != "undetermined":
        return SAME[probe["verdict"]]
    if probe["stage"] in ("handshake", "done") and probe["reason"] != "tls-timeout":
        return "undecided"
    return "unreachable"


def whole_word(verdict, codes):
    """Of a host or a domain, from its verdict and its findings."""
    if verdict != "undetermined":
        return SAME[verdict]
    return "lookup-error" if any(LOOKUP.match(code) for code in codes) else "unreachable"


def host_word(report, host):
    return whole_word(host["verdict"], [f["code"] for f in report["findings"]
                                        if f["subject"]["host"] in (host["name"], None)])


def domain_word(report):
    return whole_word(report["verdict"], [finding["code"] for finding in report["findings"]])


def first_probe(host, addr):
    """Our connection to an address with everything offered, as a peer makes it."""
    for address in host["addresses"]:
        if address["addr"] == addr:
            for probe in address["probes"]:
                if probe["key_type"] == "any" and not probe["superseded"]:
                    return probe
    return None


def our_word(report, met):
    """What we say of the place that a peer met."""
    if met.host is None:
        return domain_word(report)
    hosts = [h for h in report["hosts"] if h["name"].rstrip(".") == met.host.rstrip(".")] \
        or [h for h in report["hosts"] if any(a["addr"] == met.addr for a in h["addresses"])]
    if not hosts:
        return "(host not known)"
    probe = first_probe(hosts[0], met.addr) if met.addr else None
    if probe and hosts[0]["verdict"] != "no-dane":
        return probe_word(probe)
    skipped = [a["addr"] for a in hosts[0]["addresses"] if a["skipped"]]
    if met.addr in skipped and hosts[0]["tlsa"]:
        return "unreachable"
    return host_word(report, hosts[0])


# One scenario

class Result:
    """Of one scenario: differences {(peer, theirs, ours): their line}, agreed {peer}, refused
    {peer: class}, error."""

    def __init__(self, one):
        self.one, self.differences, self.agreed = one, {}, set()
        self.refused, self.error = {}, None

    def compare(self, report, peer, met):
        ours = our_word(report, met)
        if met.word == ours or (met.word == "unreachable" and ours == "no-dane"):
            self.agreed.add(peer)  # without DANE we do not connect
        else:
            self.differences[peer, met.word, ours] = met.why


def port_of(one, addr):
    for table in one.servers():
        if addr in [one.value(place) for place in compare.listed(table["at"])]:
            return table.get("port", 25)
    return 25


def moment(run):
    """--at as seconds since 1970, or None."""
    found = re.search(r"--at (\S+)", run.get("options", ""))
    return found and int(datetime.datetime.fromisoformat(found[1].replace("Z", "+00:00"))
                         .timestamp())


def ask_openssl(one, run, report, result):
    asked = 0
    for host in for_openssl(one, run, report):
        records = ["%d %d %d %s" % (r["usage"], r["selector"], r["matching"], r["data"])
                   for r in host["tlsa"] if usable_data(r)]
        base = (host["base"] or host["name"]).rstrip(".")
        names = [base]
        if (report["mx"] or {}).get("security") == "secure":
            names.append(report["target"].rstrip("."))
        for address in host["addresses"][:ADDRESSES_MAX]:
            if first_probe(host, address["addr"]):
                asked += 1
                met = peers.openssl(address["addr"], port_of(one, address["addr"]), base, records,
                                    names, moment(run))
                result.compare(report, "openssl", met._replace(host=host["name"]))
    if not asked:
        raise Refused("no connection of ours to put it beside")


def ask_postfix(one, run, report, result):
    for met in peers.postfix(for_postfix(one, run)):
        result.compare(report, "postfix", met)


def play(runner, one):
    """One scenario: ours, then each peer, on the same servers."""
    result = Result(one)
    try:
        runner.write_files(one)
        asked = set()
        for run in one.runs():
            run = one.expand(run)
            words = runner.command(run, "json") + [str(run.get("env"))]
            if tuple(words) not in asked:
                play_run(runner, one, run, result)
            asked.add(tuple(words))
    except Exception:
        result.error = traceback.format_exc()
    for peer in result.agreed | {key[0] for key in result.differences}:
        result.refused.pop(peer, None)
    return result


def play_run(runner, one, run, result):
    up = Servers(runner, one)
    try:
        report = runner.call(one, run, "json").first
        for peer, ask in (("postfix", ask_postfix), ("openssl", ask_openssl)):
            try:
                ask(one, run, report, result)
            except Refused as why:
                result.refused[peer] = str(why)
    finally:
        up.stop()


# All of them

def complaints(result, listed):
    """{peer: [what is wrong]} of one scenario; takes what it finds out of listed."""
    out = {peer: [] for peer in PEERS if peer not in result.refused}
    for (peer, theirs, ours), why in result.differences.items():
        if listed.pop((result.one.name, peer, theirs, ours), None) is None:
            out[peer].append("%s says %s (%s), we say %s; not listed" % (peer, theirs, why, ours))
    for key in [key for key in listed if key[0] == result.one.name]:
        del listed[key]
        out.setdefault(key[1], []).append("listed, but no longer so: " + ", ".join(key[1:]))
    return out


def resolv_conf(folder):
    path = os.path.join(folder, "resolv.conf")
    with open(path, "w") as file:
        file.write("nameserver %s\noptions timeout:9 attempts:2\n" % UNBOUND)
    subprocess.run(["mount", "--bind", path, "/etc/resolv.conf"], check=True)


def play_all(runner, scenarios, opt):
    """Plays the scenarios and says the closing line (opt: of the lab); returns the exit status."""
    listed = load()
    names = {one.name for one in scenarios}
    listed = {key: line for key, line in listed.items() if key[0] in names or not opt.k}
    resolv_conf(runner.lab)
    passed = failed = 0
    refused = collections.defaultdict(list)
    order = sorted(scenarios, key=lambda one: not one.table.get("slow", False))
    with concurrent.futures.ThreadPoolExecutor(opt.j) as pool:
        for done in concurrent.futures.as_completed([pool.submit(play, runner, s) for s in order]):
            result = done.result()
            name = result.one.name
            if result.error:
                failed += 1
                print("FAIL %s\n%s" % (name, result.error))
                continue
            for peer, why in result.refused.items():
                refused[peer, why].append(name)
            for peer, wrong in complaints(result, listed).items():
                passed, failed = passed + (not wrong), failed + bool(wrong)
                for what in wrong:
                    print("FAIL %s: %s" % (name, what))
            if opt.v:
                print(name, sorted(result.agreed), result.differences or "", flush=True)
    for key in listed:
        failed += 1
        print("FAIL %s: listed, but there is no such scenario" % key[0])
    tell_refused(refused)
    print("oracle: %d passed, %d failed" % (passed, failed))
    return 1 if failed or not passed else 0


def tell_refused(refused):
    for (peer, why), names in sorted(refused.items()):
        print("not asked of %s: %d (%s): %s" % (peer, len(names), why, " ".join(sorted(names))))
