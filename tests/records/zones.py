# SPDX-License-Identifier: Apache-2.0
"""Our output read by name servers: case C083 (the length of the generic form, which BIND refuses when
it is wrong) and everything else that a zone parser could take amiss."""
import json
import re
from pathlib import Path

import dns.zone
import jsonschema

import common

SCHEMA = Path(__file__).resolve().parent.parent / "schema" / "records.schema.json"
HEAD = "$TTL 3600\n@ SOA ns.example.org. hostmaster.example.org. 1 3600 600 86400 300\n" \
       "@ NS ns.example.org.\nns.example.org. A 192.0.2.1\n"


def form(name, made):
    """All records once more, in another form: (text, the records again by what our JSON says)."""
    text = ""
    for kind in common.KEYS:
        for usage in range(4):
            for selector in range(2):
                for matching in range(3):
                    text += common.tlsa(
                        "--usage", str(usage), "--selector", str(selector), "--matching",
                        str(matching), "--ttl", "1234", "--format", name, kind + ".chain")[0]
    common.check(len(text.splitlines()) == len(made), "%s: a line for each record" % name)
    return text


def from_zone(text):
    """TLSA records of a zone as named-compilezone and nsd-checkzone print it, by dnspython."""
    zone = dns.zone.from_text(text, origin="example.org.", relativize=False)
    return {(str(owner).rstrip("."), one.usage, one.selector, one.mtype, one.cert.hex())
            for owner, _, one in zone.iterate_rdatas("TLSA")}


def zone_files(made):
    for name in ("bind", "generic"):
        lines = form(name, made)
        with open(name + ".zone", "w") as file:
            file.write("$ORIGIN example.org.\n" + HEAD + lines)
        for words in (["named-checkzone", "example.org", name + ".zone"],
                      ["nsd-checkzone", "example.org", name + ".zone"],
                      ["kzonecheck", "-o", "example.org", name + ".zone"]):
            try:
                common.call(*words)
                common.check(True, "")
            except RuntimeError as error:
                common.check(False, str(error))
        for words in (["named-compilezone", "-o", "-", "example.org", name + ".zone"],
                      ["nsd-checkzone", "-p", "example.org", name + ".zone"]):
            text = common.call(*words).decode()
            common.check(from_zone(text) == set(made), "%s read by %s" % (name, words[0]))
        common.check(lines.count(" 1234 IN ") == len(made), "%s: the TTL" % name)


def unescape(text):
    """What tinydns-get prints: octets, odd ones as \\ooo."""
    out = re.sub(rb"\\([0-7]{3})", lambda m: bytes([int(m[1], 8)]), text)
    return out


def tinydns(made):
    """tinydns-data takes it, and tinydns-get answers from what it made of it."""
    with open("data", "w") as file:
        file.write(".example.org:192.0.2.1:a\n" + form("tinydns", made))
    common.call("tinydns-data")
    found = set()
    for owner in sorted({record[0] for record in made}):
        for line in common.call("tinydns-get", "52", owner).splitlines():
            match = re.match(rb"answer: (\S+) 1234 52 (.*)$", line, re.S)
            if match:
                data = unescape(match[2])
                found.add((match[1].decode(), data[0], data[1], data[2], data[3:].hex()))
    common.check(found == set(made), "tinydns has other records: %s"
                 % sorted(str(r)[:60] for r in found ^ set(made)))


def json_lines(made):
    validator = jsonschema.Draft202012Validator(json.loads(SCHEMA.read_text()))
    found = set()
    for line in form("json", made).splitlines():
        one = json.loads(line)
        errors = [error.message for error in validator.iter_errors(one)]
        common.check(not errors and one["ttl"] == 1234, "JSON: %s" % errors)
        for key in one:
            broken = {k: v for k, v in one.items() if k != key}
            if not list(validator.iter_errors(broken)):
                common.check(False, "the schema does not ask for %s" % key)
        found.add((one["owner"], one["usage"], one["selector"], one["matching"], one["data"]))
    common.check(found == set(made), "JSON has other records")


def compare(made):
    zone_files(made)
    tinydns(made)
    json_lines(made)
