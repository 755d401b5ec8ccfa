# SPDX-License-Identifier: Apache-2.0
"""The walks: (name, tables of the domain as in tests/lab/run, what is done)."""
import asyncio

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.x509.oid import NameOID

import fakens
import world

MX = "@ MX 10 mx\nmx A {ip1}\n"
HOUR = 3600


def host_of(plan):
    return plan["hosts"][0]


def kinds(plan):
    return [step["step"] for step in plan["groups"][0]["steps"]]


def lines(plan, kind):
    return [line for step in plan["groups"][0]["steps"] if step["step"] == kind
            for line in step["lines"]]


def codes(plan):
    return {note["code"] for note in plan["notes"]}


def csr(key, name):
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    made = x509.CertificateSigningRequestBuilder().subject_name(subject).sign(
        key.private, hashes.SHA256())
    return made.public_bytes(serialization.Encoding.PEM).decode()


def current_next(walk):
    """One key, a record for the next one; case C201."""
    walk.serve("leaf int")
    walk.zone([walk.owner("3 1 1 {spki256:leaf}")])
    walk.verified("at first")
    new = walk.chain_file("leaf2 int")
    plan = walk.plan(new, exit_status=2)
    walk.expect(host_of(plan)["state"] == "prepare" and host_of(plan)["ttl_s"] == HOUR, "prepare")
    walk.expect(kinds(plan) == ["publish", "wait", "deploy", "check", "remove"], "steps in order")
    walk.expect(lines(plan, "publish") == [walk.owner("3 1 1 {spki256:leaf2}")], "what to publish")
    walk.expect(lines(plan, "remove") == [walk.owner("3 1 1 {spki256:leaf}")], "what to remove")
    walk.follow(plan, new, ["leaf2 int"])
    plan = walk.plan(new, exit_status=0)
    walk.expect(host_of(plan)["state"] == "deployed" and kinds(plan) == [], "done")
    walk.expect(walk.records() == [walk.one.expand("3 1 1 {spki256:leaf2}")], "one record left")


def skipped_wait(walk):
    """The same without the wait, and without the record: both refused, and rightly; case C201."""
    walk.serve("leaf int")
    walk.zone([walk.owner("3 1 1 {spki256:leaf}")])
    new = walk.chain_file("leaf2 int")
    walk.clock += 100
    plan = walk.plan(new, exit_status=2)
    walk.zone(walk.lines + lines(plan, "publish"))
    walk.clock += 60
    plan = walk.plan(new, exit_status=2)
    walk.expect(host_of(plan)["state"] == "waiting", "waiting")
    walk.expect(host_of(plan)["scheme"] == "current+next", "the scheme is seen")
    walk.expect([r["next"] for r in host_of(plan)["tlsa"] if r["new"]] == [True], "next")
    walk.plan(new, "--since", "2026-01-01", exit_status=0)  # believed: nobody else can know
    walk.serve("leaf2 int")
    walk.expect("failed" in walk.stale_verdicts(), "a cache holds the old set: that is why")
    # and at once, without any record
    walk.serve("leaf int")
    walk.zone([walk.owner("3 1 1 {spki256:leaf}")])
    walk.serve("leaf2 int")
    plan = walk.plan(new, exit_status=2)
    walk.expect(host_of(plan)["state"] == "broken" and kinds(plan) ==
                ["publish", "check", "remove"], "the skipped step is told: %s" % kinds(plan))
    walk.expect(walk.verdict() == "failed", "it fails")
    walk.zone(walk.lines + lines(plan, "publish"))
    walk.expect(walk.verdict() == "verified", "mended")


def next_key(walk):
    """A key made in advance, before there is a certificate: cases C206, C207."""
    walk.serve("leaf int")
    walk.zone([walk.owner("3 1 1 {spki256:leaf}")])
    key = walk.one.certs.key("leaf2")
    private = walk.file("next.key", key.pem)
    public = walk.file("next.pub", key.private.public_key().public_bytes(
        serialization.Encoding.PEM,
        serialization.PublicFormat.SubjectPublicKeyInfo).decode())
    request = walk.file("next.csr", csr(key, "mx." + walk.one.zone))
    want = walk.owner("3 1 1 {spki256:leaf2}")
    for path in (private, public, request):
        plan = walk.plan(path, exit_status=2)
        walk.expect(lines(plan, "publish") == [want], "the record of " + path)
    walk.follow(walk.plan(request), request, ["leaf2 int"])
    walk.expect(walk.records() == [walk.one.expand("3 1 1 {spki256:leaf2}")], "one record left")


def same_key(walk):
    """A renewal with the same key: nothing to wait for, cases C214 and C203."""
    walk.serve("leaf int")
    walk.zone([walk.owner("3 1 1 {spki256:leaf}")])
    new = walk.chain_file("again int")
    plan = walk.plan(new, exit_status=0)
    walk.expect(host_of(plan)["state"] == "ready" and "same-key" in codes(plan), "ready")
    walk.expect(kinds(plan) == ["deploy", "check"], "nothing else to do")
    walk.follow(plan, new, ["again int"])
    # but a record of the certificate itself changes with every renewal
    walk.serve("leaf int")
    walk.zone([walk.owner("3 0 1 {cert256:leaf}")])
    plan = walk.plan(new, exit_status=2)
    walk.expect({"selector-cert", "same-key"} <= codes(plan), "selector 0 is told")
    walk.follow(plan, new, ["again int"])


def key_issuer(walk):
    """3 1 1 + 2 1 1: with another key of the same issuer, then with another issuer."""
    walk.serve("leaf int")
    walk.zone([walk.owner("3 1 1 {spki256:leaf}"), walk.owner("2 1 1 {spki256:int}")])
    published = walk.clock
    walk.clock += 5 * HOUR
    new = walk.chain_file("leaf2 int")
    plan = walk.plan(new, exit_status=2)
    walk.expect(host_of(plan)["scheme"] == "key+issuer", "the scheme is seen")
    walk.expect(host_of(plan)["state"] == "waiting", "the issuer's record may be new")
    plan = walk.plan(new, "--since", walk.iso(published), exit_status=0)
    walk.expect(kinds(plan) == ["deploy", "check", "renew", "remove"], "steps: %s" % kinds(plan))
    walk.follow(plan, new, ["leaf2 int"])
    walk.expect(sorted(walk.records()) == sorted(walk.one.expand(
        ["3 1 1 {spki256:leaf2}", "2 1 1 {spki256:int}"])), "the scheme is whole")
    walk.clock += 5 * HOUR
    new = walk.chain_file("leaf3 int3")
    plan = walk.plan(new, exit_status=2)
    walk.expect(sorted(lines(plan, "publish")) == [
        walk.owner("2 1 1 {spki256:int3}"), walk.owner("3 1 1 {spki256:leaf3}")], "both kinds")
    walk.follow(plan, new, ["leaf3 int3"])
    walk.expect(sorted(walk.records()) == sorted(walk.one.expand(
        ["3 1 1 {spki256:leaf3}", "2 1 1 {spki256:int3}"])), "the scheme is whole again")


def issuer_just_added(walk):
    """An issuer's record added just now vouches for nothing that a cache holds."""
    walk.serve("leaf int")
    walk.zone([walk.owner("3 1 1 {spki256:leaf}")])
    walk.clock += 10
    walk.zone(walk.lines + [walk.owner("2 1 1 {spki256:int}")])
    walk.clock += 10
    walk.plan(walk.chain_file("leaf2 int"), exit_status=2)
    walk.serve("leaf2 int")
    walk.expect(walk.verdict() == "verified" and walk.stale_verdicts() == {"failed"},
                "that is why")


def first(walk):
    """No record yet: nothing can break; protection begins later. Case C215."""
    walk.serve("leaf int")
    new = walk.chain_file("leaf2 int")
    plan = walk.plan(new, exit_status=0)
    walk.expect(host_of(plan)["state"] == "first", "first")
    walk.expect(host_of(plan)["negative_ttl_s"] == 300, "SOA minimum")
    walk.expect(kinds(plan) == ["deploy", "check", "publish", "protected"], "steps")
    walk.expect(plan["groups"][0]["steps"][-1]["in_s"] == 600, "twice the negative TTL")
    walk.history.append([[], 0, None])
    walk.follow(plan, new, ["leaf2 int"])
    walk.expect(walk.verdict() == "verified", "protected")


def wildcard(walk):
    """The host's address comes from a wildcard: case C022."""
    walk.serve("leaf int")
    new = walk.chain_file("leaf int")
    plan = walk.plan(new, exit_status=0)
    walk.expect("addresses" in kinds(plan), "the wildcard is told: %s" % kinds(plan))
    walk.expect(lines(plan, "addresses") == ["mx.%s. 300 IN A %s" % (
        walk.one.zone, walk.one.value("ip1"))], "addresses: %s" % lines(plan, "addresses"))
    walk.zone(lines(plan, "publish"))
    walk.expect(walk.verdict() == "no-mail", "without them the host is gone: that is why")
    walk.zone([])
    walk.follow(plan, new, ["leaf int"])
    walk.expect(walk.verdict() == "verified", "protected")


def two_key_types(walk):
    """RSA and ECDSA, of which one is replaced: case C213."""
    walk.serve("leaf int", "rsa:leaf rsa:int")
    walk.zone([walk.owner("3 1 1 {spki256:leaf}"), walk.owner("3 1 1 {spki256:rsa:leaf}")])
    walk.verified("at first")
    new = walk.chain_file("leaf2 int")
    plan = walk.plan(new, exit_status=2)
    host = host_of(plan)
    walk.expect(host["scheme"] == "key", "no next key: %s" % host["scheme"])
    walk.expect([r["next"] for r in host["tlsa"]] == [False, False], "neither is next")
    walk.expect(lines(plan, "remove") == [walk.owner("3 1 1 {spki256:leaf}")], "RSA stays")
    walk.follow(plan, new, ["leaf2 int", "rsa:leaf rsa:int"])
    walk.expect(sorted(walk.records()) == sorted(walk.one.expand(
        ["3 1 1 {spki256:leaf2}", "3 1 1 {spki256:rsa:leaf}"])), "two records")


def two_digests(walk):
    """3 1 1 and 3 1 2: senders with SHA-512 pass over SHA-256 (RFC 7671 s9), others cannot."""
    walk.serve("leaf int")
    old = [walk.owner("3 1 1 {spki256:leaf}"), walk.owner("3 1 2 {spki512:leaf}")]
    walk.zone(old + [walk.owner("3 1 1 {spki256:leaf2}")])
    new = walk.chain_file("leaf2 int")
    plan = walk.plan(new, "--since", "2026-01-01", exit_status=2)
    walk.expect(lines(plan, "publish") == [walk.owner("3 1 2 {spki512:leaf2}")], "the other digest")
    walk.follow(plan, new, ["leaf2 int"])


def slow_secondary(walk):
    """The clock starts with the last name server: cases C202 and C209."""
    ruled = fakens.with_barriers(walk.one.zones["main"].servers)
    fakes = [fakens.Server(walk.one.zone + ".", addrs, {"a": world.addrs(world.MAIN)[0],
                                                        "b": world.addrs(world.OTHER)[0]},
                           rules, fakens.Log())
             for addrs, rules in zip(walk.one.zones["main"].addrs, ruled)]
    loop = fakens.Loop()

    async def start():
        await asyncio.gather(*(fake.start() for fake in fakes))

    loop.run(start())
    try:
        walk.serve("leaf int")
        walk.zone([walk.owner("3 1 1 {spki256:leaf}")])
        new, ask = walk.chain_file("leaf2 int"), "--all-nameservers"
        plan = walk.plan(new, ask, exit_status=2)
        walk.expect(host_of(plan)["state"] == "prepare", "prepare")
        walk.zone(walk.lines + lines(plan, "publish"), up_to_date=False)
        published = walk.clock
        walk.clock += 12 * HOUR  # long enough, were it not for the secondary
        plan = walk.plan(new, ask, "--since", walk.iso(published), exit_status=2)
        host = host_of(plan)
        walk.expect(host["state"] == "lagging", "lagging: %s" % host["state"])
        walk.expect(walk.one.value("ns2") in (host["lagging"] or ""), "the slow one is named")
        walk.expect(kinds(plan)[:2] == ["servers", "wait"], "the wait starts with the last")
        # a cache that asked the secondary just now
        walk.expect(walk.verdict("--tlsa", walk.one.expand("3 1 1 {spki256:leaf2}")) == "failed",
                    "a sender with the new record alone would fail")
        walk.history[-2][2] = walk.clock
        walk.zone(walk.lines)
        changed = walk.clock
        plan = walk.plan(new, ask, exit_status=2)
        walk.expect(host_of(plan)["state"] == "waiting" and host_of(plan)["lagging"] is None,
                    "all have it")
        walk.clock = changed
        walk.follow(plan, new, ["leaf2 int"], ask)
    finally:
        for fake in fakes:
            loop.run(fake.stop())


LEAF = {"like": "leaf"}
CERTS = {"leaf2": LEAF, "again": {"like": "leaf", "key": "=leaf", "start": -1, "days": 90},
         "leaf3": {"like": "leaf", "issuer": "int3"}, "int3": {"like": "int"}}
WALKS = [
    ("current-next", {"zone": MX, "certs": CERTS}, current_next),
    ("skipped-wait", {"zone": MX, "certs": CERTS}, skipped_wait),
    ("next-key", {"zone": MX, "certs": CERTS}, next_key),
    ("same-key", {"zone": MX, "certs": CERTS}, same_key),
    ("key-issuer", {"zone": MX, "certs": CERTS}, key_issuer),
    ("issuer-just-added", {"zone": MX, "certs": CERTS}, issuer_just_added),
    ("first", {"zone": MX, "certs": CERTS}, first),
    ("wildcard", {"zone": "@ MX 10 mx\n* A {ip1}\n", "certs": CERTS}, wildcard),
    ("two-key-types", {"zone": MX, "certs": CERTS}, two_key_types),
    ("two-digests", {"zone": MX, "certs": CERTS}, two_digests),
    ("slow-secondary", {"zone": MX, "zone_b": MX, "certs": CERTS,
                        "ns": [[], [{"name": "*", "from": "b"}]]}, slow_secondary),
]
