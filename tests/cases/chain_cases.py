# SPDX-License-Identifier: Apache-2.0
"""Chains, records and what must come of them. Each case names the section it reads.

The expectation of a record is a state (skipped, none, off-path, broken, good) and what else is to be
seen: reason= (code of the finding), culprit=, cert= (positions as sent, -1: from the DNS), depth=.
The verdict is authenticated, failed or limited, then record=, path=, disorder=, checks= (at most).
"""

from gen import (Case, Cert, basic, ca, constraints, data, dn, eku, key, leaf, make, moment, oid,
                 san, sequence, tlv, when)
from pki import extension

OK = "authenticated"
ROOT = ca("Root CA")
INT = ca("Issuing CA", ROOT, pathlen=0)
LEAF = leaf(INT)
OTHER = ca("Other CA")
UNKNOWN_CRITICAL = extension("1.3.6.1.4.1.55555.1", b"\x05\x00", True)
MD5_RSA = sequence(oid("1.2.840.113549.1.1.4"), b"\x05\x00")


def broken(code, culprit, cert, depth=None):
    return f"broken reason={code} culprit={culprit} cert={cert}" + ("" if depth is None else f" depth={depth}")


def one(name, rfc, why, chain, cert, expect, verdict, use=(2, 1, 1), **more):
    """A case with one record."""
    return Case(name, rfc, why, chain, [(*use, cert, expect)], verdict, **more)


def anchors():
    cross = ca("Root CA", OTHER, own_key=ROOT.key)
    yield Case("anchor-all-forms", "RFC 6698 s2.1", "Every selector and matching type pins the root that was sent.",
               [LEAF, INT, ROOT], [(2, s, m, ROOT, "good cert=2 depth=2") for s, m in
                                   ((0, 0), (1, 0), (0, 2), (1, 2))],
               f"{OK} record=0 path=0,1,2 disorder=-1 checks=3")
    yield one("anchor-intermediate", "RFC 7671 s5.2.2", "The walk stops at the anchor: its own issuer need not be there.",
              [LEAF, INT], INT, "good cert=1 depth=1", f"{OK} path=0,1 disorder=-1 checks=1", (2, 0, 1))
    yield one("anchor-third-of-four", "RFC 7671 s5.2", "The anchor is neither the first issuer nor the last.",
              [leaf(ca("Sub CA", ca("Middle CA", ROOT))), ca("Sub CA", ca("Middle CA", ROOT)), ca("Middle CA", ROOT), ROOT],
              ca("Middle CA", ROOT), "good cert=2 depth=2", f"{OK} path=0,1,2")
    yield one("anchor-not-sent", "RFC 7671 s5.2.2", "The record pins a root that the server did not send.",
              [LEAF, INT], ROOT, "none cert=-1", "failed record=0")
    yield one("anchor-leaf-only", "RFC 7671 s5.2.2", "The record pins the issuer, but only the leaf was sent.",
              [LEAF], INT, "none cert=-1", "failed")
    yield one("anchor-padding", "RFC 7671 s5.2", "A certificate that matches but did not issue the leaf proves nothing.",
              [LEAF, INT, ROOT, OTHER], OTHER, "off-path cert=3", "failed record=0")
    yield one("anchor-padding-same-name", "RFC 7671 s5.2", "Nor does one that only has the issuer's name.",
              [LEAF, ca("Issuing CA", OTHER, own_key=key("impostor"))], ca("Issuing CA", own_key=key("impostor")),
              "off-path cert=1", "failed")
    yield one("order-shuffled", "RFC 8446 s4.4.2", "The order as sent does not matter, but is noted.",
              [LEAF, ROOT, INT], ROOT, "good cert=1 depth=2", f"{OK} path=0,2,1 disorder=1")
    yield one("order-extra-behind", "RFC 8446 s4.4.2", "Extra certificates behind a complete path are no disorder.",
              [LEAF, INT, ROOT, OTHER], INT, "good cert=1", f"{OK} disorder=-1")
    yield one("order-twice", "RFC 8446 s4.4.2", "Every certificate was sent twice.",
              [LEAF, LEAF, INT, INT, ROOT, ROOT], ROOT, "good cert=4 depth=2", f"{OK} path=0,2,4 checks=2")
    yield Case("anchor-is-leaf", "RFC 7671 s5.2", "Usage 2 never matches the end entity certificate.",
               [LEAF, INT], [(2, 1, 1, LEAF, "none cert=-1"), (2, 0, 1, LEAF, "none cert=-1")], "failed record=0")
    yield one("dns-whole-root", "RFC 7671 s5.2.2", "A whole root in the record completes the chain.",
              [LEAF, INT], ROOT, "good cert=-1 depth=2", f"{OK} path=0,1,-1", (2, 0, 0))
    yield one("dns-whole-root-expired", "RFC 5280 s6.1.3", "A whole certificate in the record has dates that count.",
              [LEAF, INT], ca("Root CA", end="2039-01-01T00:00:00Z"),
              broken("certificate-expired", -1, -1), "failed", (2, 0, 0))
    yield one("dns-whole-root-cross-sent", "RFC 7671 s5.2.2", "The record's root is preferred to the cross-signed copy that was sent.",
              [LEAF, INT, cross], ROOT, "good cert=-1 depth=2", f"{OK} path=0,1,-1", (2, 0, 0))
    yield one("dns-whole-unrelated", "RFC 7671 s5.2", "A whole certificate that did not issue anything here.",
              [LEAF, INT], OTHER, "none cert=-1", "failed", (2, 0, 0))
    yield Case("cross-signed-copies", "RFC 7671 s5.2.1", "Another certificate with the same key: the key still matches, the certificate not.",
               [LEAF, INT, cross, OTHER], [(2, 0, 1, ROOT, "none cert=-1"), (2, 1, 1, ROOT, "good cert=2 depth=2")],
               f"{OK} record=1 path=0,1,2")


def bare_keys():
    selfsigned = leaf(None)
    for name, forms in (("", ((0, 0), (0, 1), (1, 1))), ("-sha512", ((0, 2), (1, 2)))):
        yield Case(f"self-signed-leaf{name}", "RFC 7671 s5.2", "A self-signed leaf is no trust anchor of itself.",
                   [selfsigned], [(2, s, m, selfsigned, "none cert=-1") for s, m in forms], "failed")
    yield one("bare-key-self-signed-leaf", "RFC 7671 s5.2.3", "But a bare key did sign it.",
              [selfsigned], selfsigned, "good cert=-1 depth=1", f"{OK} path=0,-1 checks=1", (2, 1, 0))
    yield one("bare-key-leaf-not-self-signed", "RFC 7671 s5.2.3", "The leaf's own key did not sign it.",
              [LEAF, INT], LEAF, "none", "failed", (2, 1, 0))
    yield one("bare-key-name", "RFC 7672 s3.2.2", "Names count for a bare key too.",
              [leaf(None, ("mx.example.net",))], selfsigned,
              broken("certificate-host-mismatch", 0, -1, 1), "failed", (2, 1, 0))
    yield one("bare-key-expired", "RFC 5280 s6.1.3", "Dates of the certificates below a bare key count.",
              [leaf(None, end="2040-05-31T00:00:00Z")], selfsigned,
              broken("certificate-expired", 0, -1, 1), "failed", (2, 1, 0))
    yield one("bare-key-of-root", "RFC 7671 s5.2.3", "The key of the root verifies the top certificate; the root is not sent.",
              [LEAF, INT], ROOT, "good cert=-1 depth=2", f"{OK} path=0,1,-1", (2, 1, 0))
    yield one("bare-key-unrelated", "RFC 7671 s5.2.3", "A key that signed nothing here.",
              [LEAF, INT], OTHER, "none", "failed", (2, 1, 0))
    yield one("bare-key-unrelated-sent", "RFC 7671 s5.2.3", "A key that signed nothing here, in a certificate that was sent.",
              [LEAF, INT, OTHER], OTHER, "off-path cert=2", "failed", (2, 1, 0))
    wrapper = ca("Issuing CA", ROOT, own_key=INT.key, end="2030-01-01T00:00:00Z")
    yield Case("bare-key-wrapper-expired", "RFC 7671 s5.2.3", "The certificate around a bare key says nothing; around a digest it does.",
               [LEAF, wrapper], [(2, 1, 0, INT, "good cert=1 depth=1"),
                                 (2, 0, 1, wrapper, broken("certificate-expired", 1, 1, 1)),
                                 (2, 1, 1, wrapper, broken("certificate-expired", 1, 1, 1))],
               f"{OK} record=0 path=0,-1")
    yield one("bare-key-no-ca-below", "RFC 5280 s6.1.4", "The certificates below a bare key keep the rules.",
              [leaf(ca("Issuing CA", ROOT, is_ca=False)), ca("Issuing CA", ROOT, is_ca=False)], ROOT,
              broken("certificate-not-ca", 1, -1, 2), "failed", (2, 1, 0))


def alternatives():
    expired = ca("Issuing CA", OTHER, own_key=INT.key, end="2030-01-01T00:00:00Z")
    for name, chain in (("first", [LEAF, expired, INT, ROOT]), ("last", [LEAF, INT, expired, ROOT])):
        yield one(f"alternative-expired-{name}", "RFC 5280 s6.1", "An expired cross-signed copy beside a valid path.",
                  chain, ROOT, "good depth=2", f"{OK}")
    yield one("alternative-expired-by-key", "RFC 7671 s5.2.1", "The key is pinned, and one of its two certificates is valid.",
              [LEAF, expired, INT], INT, "good cert=2 depth=1", f"{OK} path=0,2")
    yield one("alternative-both-broken", "RFC 5280 s6.1", "Of two broken paths the one with fewer faults is told.",
              [LEAF, ca("Issuing CA", OTHER, own_key=INT.key, end="2030-01-01T00:00:00Z", is_ca=False), expired],
              INT, broken("certificate-expired", 2, 2), "failed")
    twins = [ca("Issuing CA", ROOT, own_key=key(f"twin {n}")) for n in range(3)]
    yield one("same-name-other-keys", "RFC 5280 s6.1.3", "Issuers with one name are all tried; key identifiers never decide.",
              [leaf(twins[2], aki=twins[0].key.identifier), *twins], twins[2],
              "good cert=3 depth=1", f"{OK} path=0,3")
    ring_a = ca("Ring A", ca("Ring B", own_key=key("ring b")), own_key=key("ring a"))
    ring_b = ca("Ring B", ca("Ring A", own_key=key("ring a")), own_key=key("ring b"))
    yield one("ring", "RFC 5280 s6.1", "Two CAs that signed each other, and an anchor that is on no path.",
              [leaf(ring_a), ring_a, ring_b, ROOT], ROOT, "off-path cert=3", "failed checks=3")
    yield one("ring-anchor", "RFC 5280 s6.1", "Two CAs that signed each other; one is pinned.",
              [leaf(ring_a), ring_a, ring_b], ring_b, "good cert=2 depth=2", f"{OK} path=0,1,2")
    long = [ROOT]
    for n in range(15):
        long.append(ca(f"CA {n}", long[-1]))
    yield one("depth-at-bound", "RFC 5280 s6.1", "Sixteen certificates on one path are followed.",
              [leaf(long[14]), *reversed(long[:15])], ROOT, "good cert=15 depth=15", f"{OK} checks=15")
    yield one("depth-past-bound", "RFC 5280 s6.1", "One more is this tool's limit, not the server's fault.",
              [leaf(long[15]), *reversed(long)], ROOT,
              "broken reason=certificate-signature-limit", "limited record=0")
    decoys = [make("Issuing CA", key(f"decoy {n}"), OTHER, [basic(True)]) for n in range(98)]
    yield one("decoys-before-anchor", "RFC 7671 s5.2", "A hundred certificates, most with the issuer's name: what a record pins is tried first.",
              [LEAF, *decoys, INT], INT, "good cert=99 depth=1", f"{OK} checks=1")
    yield one("decoys-hide-path", "RFC 7671 s5.2", "The path lies behind more candidates than are tried.",
              [LEAF, *decoys, INT, ROOT], ROOT, "broken reason=certificate-signature-limit", "limited checks=64")
    yield one("decoys-leaf-fails-anyway", "RFC 5280 s6.1.3", "An expired leaf fails wherever the path may lead.",
              [leaf(INT, end="2030-01-01T00:00:00Z"), *decoys, INT, ROOT], ROOT, "off-path cert=100", "failed")


def usage_three():
    odd = [("v1", make("", key("leaf"), ROOT, version=1)),
           ("no-names", make(dn(), key("leaf"), ROOT, [basic(False)], issuer_name=dn())),
           ("expired", leaf(INT, end="2021-01-01T00:00:00Z")),
           ("dates-reversed", leaf(INT, start="2050-01-01T00:00:00Z", end="2021-01-01T00:00:00Z")),
           ("other-name", leaf(INT, ("mx.example.net",))),
           ("client-only", leaf(INT, ekus=("clientAuth",))),
           ("no-usage", leaf(INT, ku=("cRLSign",))),
           ("sha1", leaf(INT, digest="sha1")),
           ("bad-signature", leaf(INT, flip=True)),
           ("negative-serial", leaf(INT, serial=-5)),
           ("san-malformed", leaf(INT, None, ext=[extension("2.5.29.17", b"\x30\x7f\x82")])),
           ("san-address-length", leaf(INT, None, ext=[extension("2.5.29.17", sequence(tlv(0x87, b"12345")))])),
           ("critical-unknown", leaf(INT, ext=[UNKNOWN_CRITICAL])),
           ("extension-tag", leaf(INT, wrapper=0xa1)),
           ("ed25519", leaf(None, kind="ed25519")),
           ("rsapss-key", leaf(INT, kind="rsapss2048")),
           ("unknown-key", leaf(INT, own_key=type(key("odd"))("unknown", key("odd").private))),
           ("dates-unreadable", leaf(INT, times=sequence(tlv(0x17, b"2501010000Z"), tlv(0x18, b"20600101")))),
           ("octets-behind", leaf(INT, after=b"\0\0"))]
    for name, cert in odd:
        yield Case(f"ee-{name}", "RFC 7671 s5.1", "Usage 3: nothing counts but the match.", [cert, INT],
                   [(3, s, m, cert, "good cert=0 depth=0") for s, m in ((1, 1), (1, 0), (0, 2))] +
                   ([(3, 0, 0, cert, "good cert=0 depth=0")] if name != "octets-behind" else []), f"{OK} record=0 path=")
    yield one("ee-digest-of-issuer", "RFC 7671 s5.1", "Usage 3 is compared with the leaf only.",
              [LEAF, INT], INT, "none", "failed", (3, 1, 1))
    yield one("ee-selector-swapped", "RFC 6698 s2.1.2", "The digest of the key where the record says certificate.",
              [LEAF, INT], data(1, 1, LEAF), "none", "failed", (3, 0, 1))
    yield one("ee-not-a-certificate", "RFC 7671 s5.1", "What was sent is no certificate, but it is what the record has.",
              [b"\x30\x03\x02\x01\x00"], Cert(b"", b"\x30\x03\x02\x01\x00", key("leaf")),
              "good cert=0", f"{OK}", (3, 0, 1))
    yield one("ta-not-a-certificate", "RFC 7671 s5.2", "A leaf that cannot be read leads nowhere.",
              [b"\x30\x03\x02\x01\x00", ROOT], ROOT, "off-path cert=1", "failed")
    yield Case("empty-chain", "RFC 7671 s5", "No certificate at all.", [],
               [(3, 1, 1, LEAF, "none"), (2, 1, 1, ROOT, "none")], "failed")


def several():
    yield Case("stale-and-current", "RFC 7671 s8.1", "One record that matches is enough.", [LEAF, INT],
               [(3, 1, 1, OTHER, "none"), (3, 1, 1, LEAF, "good cert=0"), (2, 1, 1, INT, "good cert=1")],
               f"{OK} record=1 path=")
    yield Case("agility", "RFC 7671 s9", "SHA-512 hides the matching SHA-256 of the same usage and selector.", [LEAF, INT],
               [(3, 0, 1, LEAF, "skipped"), (3, 0, 2, OTHER, "none")], "failed record=1")
    yield Case("agility-other-selector", "RFC 7671 s9", "Another selector is not hidden.", [LEAF, INT],
               [(3, 1, 1, LEAF, "good"), (3, 0, 2, OTHER, "none")], f"{OK} record=0")
    yield Case("unusable-only", "RFC 7672 s2.2", "No record counts: nothing is decided here.", [LEAF, INT],
               [(1, 1, 1, LEAF, "skipped"), (2, 1, 1, "00" * 16, "skipped"), (9, 1, 1, LEAF, "skipped")], "failed record=-1")
    yield Case("duplicates", "RFC 2181 s5", "A record twice counts once.", [LEAF, INT],
               [(2, 1, 1, INT, "good"), (2, 1, 1, INT, "skipped")], f"{OK} record=0")
    yield Case("nearest-told", "RFC 7671 s5.2", "A path with a broken rule is nearer than one off the path, and that than nothing.",
               [leaf(INT, end="2030-01-01T00:00:00Z"), INT, OTHER],
               [(2, 1, 1, ROOT, "none"), (2, 0, 1, OTHER, "off-path cert=2"),
                (2, 0, 1, INT, broken("certificate-expired", 0, 1))], "failed record=2 path=0,1")


    worse = ca("Issuing CA", ROOT, is_ca=False, end="2030-01-01T00:00:00Z")
    bad = ca("Issuing CA", OTHER, is_ca=False)
    yield Case("nearest-of-broken", "RFC 7671 s5.2", "Of two records with broken paths the one with fewer faults decides.",
               [leaf(worse), worse, bad], [(2, 0, 1, worse, broken("certificate-expired", 1, 1)),
                                           (2, 0, 1, bad, broken("certificate-not-ca", 2, 2))], "failed record=1 path=0,2")
    uri = constraints([("uri", "example.org")])
    san_uri = [extension("2.5.29.17", sequence(tlv(0x82, b"mx.example.org"), tlv(0x86, b"http://example.org/")))]
    twice = ca("Issuing CA", ROOT, ext=[UNKNOWN_CRITICAL, uri])
    once = ca("Issuing CA", ROOT, ext=[uri])
    yield Case("nearest-of-limits", "RFC 7671 s5.2", "Of two limited paths the one with fewer limits is told.",
               [leaf(twice, None, ext=san_uri), twice, once], [(2, 1, 1, twice, broken("certificate-critical", 2, 2)),
                                                               (2, 0, 1, once, broken("certificate-critical", 2, 2))],
               "limited record=0")
    yield Case("nearest-of-limited-records", "RFC 7671 s5.2", "The same, of two records.",
               [leaf(twice, None, ext=san_uri), twice, once], [(2, 0, 1, twice, broken("certificate-critical", 1, 1)),
                                                               (2, 0, 1, once, broken("certificate-critical", 2, 2))],
               "limited record=1")


def dates():
    rfc = "RFC 5280 s6.1.3"
    bad = dict(end="2040-06-01T11:59:59Z")
    late = dict(start="2040-06-01T12:00:01Z")
    yield one("dates-leaf-expired", rfc, "An expired leaf.", [leaf(INT, **bad), INT], INT,
              broken("certificate-expired", 0, 1, 1), "failed path=0,1")
    yield one("dates-leaf-early", rfc, "A leaf that is not valid yet.", [leaf(INT, **late), INT], INT,
              broken("certificate-not-yet-valid", 0, 1, 1), "failed")
    for name, more, code in (("expired", bad, "certificate-expired"), ("early", late, "certificate-not-yet-valid")):
        middle = ca("Issuing CA", ROOT, **more)
        yield one(f"dates-intermediate-{name}", rfc, "Dates of a certificate between leaf and anchor.",
                  [leaf(middle), middle, ROOT], ROOT, broken(code, 1, 2, 2), "failed")
        top = ca("Root CA", **more)
        yield one(f"dates-anchor-{name}", rfc, "Dates of the anchor itself, matched by a digest.",
                  [leaf(top), top], top, broken(code, 1, 1, 1), "failed")
        yield one(f"dates-anchor-intermediate-{name}", rfc, "Dates of an anchor that is no root (OpenSSL passes over them).",
                  [leaf(middle), middle], middle, broken(code, 1, 1, 1), "failed")
    edge = dict(start="2040-06-01T12:00:00Z", end="2040-06-01T12:00:00Z")
    yield one("dates-both-ends-included", "RFC 5280 s4.1.2.5", "notBefore and notAfter are included.",
              [leaf(INT, **edge), INT], INT, "good", OK)
    yield one("dates-unreadable", "RFC 5280 s4.1.2.5", "Dates that cannot be read.",
              [leaf(INT, times=sequence(tlv(0x17, b"2001010000Z"), moment(when("2060-01-01T00:00:00Z")))), INT], INT,
              "broken reason=certificate-signature-limit culprit=0", "limited")
    yield one("dates-off-path", rfc, "An expired certificate that is not on the path.",
              [LEAF, INT, ca("Old CA", end="2021-01-01T00:00:00Z")], INT, "good", OK)


def names():
    def check(name, why, presented, good, rfc="RFC 7672 s3.2.3", refs=("mx.example.org",), **more):
        cert = leaf(INT, presented, **more)
        return one(f"name-{name}", rfc, why, [cert, INT], INT,
                   "good" if good else broken("certificate-host-mismatch", 0, 1), OK if good else "failed", names=refs)
    yield check("other", "Another name.", ("mx.example.net",), False, subject="other")
    yield check("any-reference", "One reference identifier is enough.", ("example.org",), True, "RFC 7672 s3.2.2",
                ("mx.example.org", "example.org"))
    yield check("any-presented", "One presented name is enough.", ("a.example", "mx.example.org"), True)
    yield check("case", "Letter case does not count.", ("MX.Example.ORG",), True)
    yield check("wildcard", "A wildcard for one label.", ("*.example.org",), True)
    yield check("wildcard-two-labels", "A wildcard is not for two labels.", ("*.example.org",), False,
                refs=("a.mx.example.org",))
    yield check("wildcard-none", "A wildcard is not for no label.", ("*.example.org",), False, refs=("example.org",), subject="x")
    yield check("wildcard-partial", "A wildcard is a whole label.", ("m*.example.org",), False, subject="x")
    yield check("common-name", "Without any dNSName the CN counts.", None, True)
    yield check("common-name-mail-san", "A subjectAltName without dNSName leaves the CN.", ("mail:a@example.org",), True)
    yield check("common-name-ignored", "With a dNSName the CN does not count.", ("mx.example.net",), False)
    yield check("common-name-last", "Of several CNs the last counts.", None, True, subject=dn("CN=x", "CN=mx.example.org"))
    yield check("common-name-bmp", "A CN as BMPString.", None, True,
                subject=dn((0x1e, "mx.example.org".encode("utf-16-be"))))
    yield check("nul", "A NUL inside a name never matches.", (b"mx.example.org\0.example.net", b"mx.example.org\0"), False)
    yield check("nul-common-name", "Nor in a CN.", None, False, subject=dn("mx.example.org\0.example.net"))
    yield one(
        "name-beside-odd-address", "RFC 5280 s4.2.1.6", "The library refuses an iPAddress of five octets; the name beside it counts all the same.",
        [leaf(INT, None, ext=[extension("2.5.29.17", sequence(tlv(0x82, b"mx.example.org"), tlv(0x87, b"12345")))]), INT],
        INT, "good", OK)
    yield check("of-many", "The one name that counts stands behind 140 others.",
                tuple(f"n{n}.example" for n in range(140)) + ("mx.example.org",), True)
    yield one("name-chaining-case", "RFC 5280 s7.1", "Issuer and subject differ in letter case, spaces and string type.",
              [make("mx.example.org", key("leaf"), INT, [san("mx.example.org")],
                    issuer_name=dn((0x13, b" ISSUING   ca "))), INT], INT, "good", OK)
    for name, presented, subject, good in (
            ("prefix", dn("O=Example"), dn("O=Example", "CN=CA"), False),
            ("longer", dn("O=Example", "CN=CA"), dn("O=Example"), False),
            ("one-rdn", dn(["O=Example", "CN=CA"]), dn("O=Example", "CN=CA"), False),
            ("spaces", dn("O=Exam ple"), dn("O=Exam  ple "), True), ("space-missing", dn("O=Example"), dn("O=Exam ple"), False),
            ("types", dn("O=Example"), dn("CN=Example"), False), ("empty", dn(), dn("CN=x"), False),
            ("other-string-type", dn((0x14, b"Example")), dn((0x14, b"example")), False)):
        top = ca(subject)
        yield one(f"name-chaining-{name}", "RFC 5280 s7.1", "Are these two names the same?",
                  [leaf(top, issuer_name=presented), top], top, "good" if good else "off-path cert=1", OK if good else "failed")
    yield one("name-chaining-other", "RFC 5280 s6.1.3", "The signature is good, but names do not chain.",
              [make("mx.example.org", key("leaf"), INT, [san("mx.example.org")], issuer_name=dn("Nobody")), INT], INT,
              "off-path cert=1", "failed")


def issuers():
    rfc = "RFC 5280 s6.1.4"
    def middle(name, why, good, reason="certificate-not-ca", section=rfc, verdict="failed", **more):
        cert = ca("Issuing CA", ROOT, **more)
        return one(f"issuer-{name}", section, why, [leaf(cert), cert, ROOT], ROOT,
                   "good" if good else broken(reason, 1, 2), OK if good else verdict)
    yield middle("not-ca", "basicConstraints says no CA.", False, is_ca=False)
    yield middle("no-basic-constraints", "No basicConstraints in a version 3 certificate.", False, bc=False)
    yield middle("version-1", "A version 1 certificate between leaf and anchor.", False, version=1)
    yield middle("extension-tag", "Extensions behind a wrong tag: nothing is known of them.", False, wrapper=0xa1)
    yield middle("extension-twice", "An extension twice.", False, section="RFC 5280 s4.2", ext=[basic(True)])
    yield middle("no-cert-sign", "Key usage without keyCertSign.", False, "certificate-key-usage", ku=("digitalSignature",))
    yield middle("no-key-usage", "No key usage at all is fine.", True, section="RFC 5280 s4.2.1.3", ku=None)
    yield middle("eku-mail", "An extended key usage for something else.", False, "certificate-eku", "RFC 5280 s4.2.1.12",
                 ext=[eku(["emailProtection"])])
    yield middle("eku-server", "An extended key usage with serverAuth.", True, section="RFC 5280 s4.2.1.12",
                 ext=[eku(["emailProtection", "serverAuth"])])
    yield middle("eku-any", "anyExtendedKeyUsage includes it.", True, section="RFC 5280 s4.2.1.12", ext=[eku(["any"])])
    yield middle("critical", "An unknown critical extension.", False, "certificate-critical", "RFC 5280 s4.2", "limited",
                 ext=[UNKNOWN_CRITICAL])
    both = ca("Issuing CA", ROOT, is_ca=False)
    yield one("issuer-not-ca-above-critical", rfc, "What is broken is told before a limit that stands nearer to the leaf.",
              [leaf(both, ext=[UNKNOWN_CRITICAL]), both, ROOT], ROOT, broken("certificate-not-ca", 1, 2), "failed")
    yield middle("not-critical", "An unknown extension that is not critical.", True, section="RFC 5280 s4.2",
                 ext=[extension("1.3.6.1.4.1.55555.1", b"\x05\x00")])
    yield middle("critical-policies", "Critical policies, of which nobody asks for any.", True, section="RFC 5280 s6.1.1",
                 ext=[extension("2.5.29.32", sequence(sequence(oid("1.3.6.1.4.1.55555.2"))), True)])
    yield middle("critical-policy-constraints", "A policy is asked for.", False, "certificate-critical", rfc, "limited",
                 ext=[extension("2.5.29.36", sequence(tlv(0x80, b"\0")), True)])
    yield middle("pathlen-ok", "pathLenConstraint 0 and no CA below.", True, section="RFC 5280 s4.2.1.9", pathlen=0)
    yield middle("pathlen-negative", "A negative pathLenConstraint cannot be read.", False, section="RFC 5280 s4.2.1.9", pathlen=-1)

    narrow = ca("Narrow CA", ROOT, pathlen=0)
    low = ca("Low CA", narrow)
    yield one("issuer-pathlen-exceeded", "RFC 5280 s4.2.1.9", "pathLenConstraint 0 and a CA below.",
              [leaf(low), low, narrow, ROOT], ROOT, broken("certificate-path-length", 2, 3), "failed")
    anchor = ca("Narrow root", pathlen=0)
    under = ca("Under CA", anchor)
    yield one("issuer-pathlen-anchor", "RFC 5280 s4.2.1.9", "The anchor's own pathLenConstraint.",
              [leaf(under), under, anchor], anchor, broken("certificate-path-length", 2, 2), "failed")
    rolled = ca("Narrow CA", narrow, own_key=key("narrow, new key"))
    yield one("issuer-pathlen-self-issued", "RFC 5280 s6.1.4", "A self-issued certificate does not count in the path length.",
              [leaf(rolled), rolled, narrow, ROOT], ROOT, "good depth=3", OK)
    old = make("Old root", key("Old root"), version=1)
    yield one("anchor-version-1", rfc, "A self-signed version 1 root that the record pins.", [leaf(old), old], old, "good", OK)
    old = make("Old middle", key("Old middle"), ROOT, version=1)
    yield one("anchor-version-1-not-self-signed", rfc, "A version 1 certificate that is no root.",
              [leaf(old), old], old, broken("certificate-not-ca", 1, 1), "failed")
    old = make("Old root", key("Old root"), version=1)
    rolled = make("Old root", key("Old root 2"), old, version=1)
    yield one("issuer-version-1-self-issued", rfc, "A self-issued version 1 certificate that is not the anchor.",
              [leaf(rolled), rolled, old], old, broken("certificate-not-ca", 1, 2), "failed")
    old = ca("Plain root", bc=False)
    yield one("anchor-not-ca", rfc, "A version 3 anchor without basicConstraints.", [leaf(old), old], old,
              broken("certificate-not-ca", 1, 1), "failed")
    tampered = ca("Issuing CA", ROOT, wrapper=0xa1)
    yield one("anchor-extension-tag", rfc, "An anchor whose extensions a library would drop silently.",
              [leaf(tampered), tampered], tampered, broken("certificate-not-ca", 1, 1), "failed")
    selfsigned = leaf(None)
    below = leaf(selfsigned, own_key=key("below"))
    yield one("issuer-is-a-leaf", rfc, "An end entity certificate that signed another.",
              [below, selfsigned], selfsigned, broken("certificate-not-ca", 1, 1), "failed")


def leaves():
    def check(name, why, good, reason=None, rfc="RFC 5280 s4.2.1.3", verdict="failed", **more):
        cert = leaf(INT, **more)
        return one(f"leaf-{name}", rfc, why, [cert, INT], INT, "good" if good else broken(reason, 0, 1),
                   OK if good else verdict)
    yield check("usage-none-fits", "Key usage for nothing that TLS does.", False, "certificate-key-usage", ku=("cRLSign",))
    yield check("usage-encipherment", "keyEncipherment alone.", True, ku=("keyEncipherment",))
    yield check("usage-agreement", "keyAgreement alone.", True, ku=("keyAgreement",))
    yield check("usage-absent", "No key usage.", True, ku=None)
    yield check("eku-client", "clientAuth only.", False, "certificate-eku", "RFC 5280 s4.2.1.12", ekus=("clientAuth",))
    yield check("eku-any", "anyExtendedKeyUsage.", True, None, "RFC 5280 s4.2.1.12", ekus=("any",))
    yield check("eku-absent", "No extended key usage.", True, None, "RFC 5280 s4.2.1.12", ekus=None)
    yield check("critical", "An unknown critical extension.", False, "certificate-critical", "RFC 5280 s4.2", "limited",
                ext=[UNKNOWN_CRITICAL])
    yield check("extension-tag", "Extensions behind a wrong tag.", False, "certificate-signature-limit", "RFC 5280 s4.1",
                "limited", wrapper=0xa1)
    yield check("octets-behind", "Octets behind the certificate.", False, "certificate-signature-limit", "RFC 8446 s4.4.2",
                "limited", after=b"\0")
    for name, cert in (("anchor", ROOT), ("intermediate", INT)):
        more = Cert(cert.subject, cert.der + b"\0", cert.key)
        yield one(f"octets-behind-{name}", "RFC 8446 s4.4.2", "Octets behind a certificate of the path.",
                  [LEAF] + ([INT, more] if cert is ROOT else [more, ROOT]), ROOT,
                  "broken reason=certificate-signature-limit culprit=" + ("2" if cert is ROOT else "1"), "limited")
    yield check("version-1", "A version 1 leaf has its CN.", True, None, "RFC 7672 s3.2.3", version=1)
    yield check("expired-and-critical", "A broken rule decides where a limit stands beside it.", False, "certificate-expired",
                "RFC 5280 s6.1.3", ext=[UNKNOWN_CRITICAL], end="2030-01-01T00:00:00Z")


def constrained():
    rfc = "RFC 5280 s4.2.1.10"
    def check(name, why, good, permit=(), exclude=(), presented=("mx.example.org",), reason="certificate-name-constraints",
              verdict="failed", **more):
        cert = ca("Issuing CA", ROOT, ext=[constraints(permit, exclude)])
        return one(f"constraints-{name}", rfc, why, [leaf(cert, presented, **more), cert, ROOT], ROOT,
                   "good" if good else broken(reason, 1, 2), OK if good else verdict)
    yield check("permitted", "A permitted domain.", True, [("dns", "example.org")])
    yield check("permitted-one-of-two", "One of two permitted domains.", True, [("dns", "a.example"), ("dns", "example.org")])
    yield check("permitted-dot", "A permitted domain with a dot in front, as seen in the wild.", True, [("dns", ".example.org")])
    yield check("not-permitted", "Another domain is permitted.", False, [("dns", "example.net")])
    yield check("not-permitted-suffix", "A suffix is no domain.", False, [("dns", "ple.org")])
    yield check("every-name", "Every name must be permitted, not only the one that matches.", False,
                [("dns", "example.org")], presented=("mx.example.org", "mx.example.net"))
    yield check("excluded", "An excluded domain.", False, (), [("dns", "org")])
    yield check("excluded-other", "Another domain is excluded.", True, (), [("dns", "example.net")])
    yield check("excluded-below-wildcard", "An excluded name below a wildcard: the wildcard itself is not within it.", True, (),
                [("dns", "a.example.org")], ("*.example.org",))
    yield check("excluded-all", "The empty name excludes all.", False, (), [("dns", "")])
    yield check("common-name", "A CN that is taken for a host name is one.", False, [("dns", "example.net")], presented=None)
    yield check("addresses", "No address is allowed, and none is there.", True, [("dns", "example.org")],
                [("ip", bytes(8)), ("ip", bytes(32))])
    yield check("address-excluded", "No address is allowed, and one is there.", False, (), [("ip", bytes(8))],
                ("mx.example.org", "ip:192.0.2.1"))
    yield check("address-permitted", "An address in the permitted range.", True,
                [("ip", bytes([192, 0, 2, 0, 255, 255, 255, 0]))], (), ("mx.example.org", "ip:192.0.2.1"))
    yield check("address-other-family", "An address of the other family is in no permitted range.", False,
                [("ip", bytes([192, 0, 2, 0, 255, 255, 255, 0]))], (), ("mx.example.org", "ip:2001:db8::1"))
    yield check("address-malformed", "A range of five octets.", False, [("ip", bytes(5))], (),
                ("mx.example.org", "ip:192.0.2.1"), "certificate-critical", "limited")
    yield check("directory-permitted", "A subject below the permitted one.", True, [("dir", dn("O=Example"))],
                subject=dn("O=Example", "CN=mx.example.org"))
    yield check("directory-not-permitted", "A subject elsewhere.", False, [("dir", dn("O=Example"))],
                subject=dn("O=Other", "CN=mx.example.org"))
    yield check("mail-nothing-there", "Constraints on mail addresses, and none is there.", True, [("mail", "example.org")])
    for name, tree, address, good in (
            ("mailbox", "a@Example.ORG", "a@example.org", True), ("mailbox-other", "a@example.org", "A@example.org", False),
            ("host", "example.org", "a@example.org", True), ("host-below", "example.org", "a@mx.example.org", False),
            ("domain", ".example.org", "a@mx.example.org", True), ("domain-itself", ".example.org", "a@example.org", False)):
        yield check(f"mail-{name}", "A mail address against a mailbox, a host, a domain.", good, [("mail", tree)], (),
                    ("mx.example.org", f"mail:{address}"))
    yield check("mail-in-subject", "A mail address in the subject.", False, [("mail", "example.net")], (),
                ("mx.example.org",), subject=dn("CN=x", "E=a@example.org"))
    yield check("uri-nothing-there", "Constraints on URIs, and none is there.", True, [("uri", "example.org")])
    yield check("uri", "Constraints on URIs are not compared.", False, [("uri", "example.org")], (),
                None, "certificate-critical", "limited", ext=[extension("2.5.29.17", sequence(
                    tlv(0x82, b"mx.example.org"), tlv(0x86, b"http://example.org/")))])
    broken_value = ca("Issuing CA", ROOT, ext=[extension("2.5.29.30", b"\x30\x03\xa0\x05\x30", True)])
    yield one("constraints-malformed", rfc, "Constraints that cannot be read.", [leaf(broken_value), broken_value, ROOT], ROOT,
              broken("certificate-critical", 1, 2), "limited")
    anchor = ca("Root CA", ext=[constraints([("dns", "example.net")])])
    yield one("constraints-of-anchor", rfc, "The anchor's own constraints.", [leaf(anchor), anchor], anchor,
              broken("certificate-name-constraints", 1, 1), "failed")
    top = ca("Root CA", ext=[constraints([("dir", dn("CN=mx.example.org"))])])
    again = ca("Root CA", top, own_key=key("root, new key"))
    yield one("constraints-self-issued", "RFC 5280 s6.1.3", "A self-issued CA certificate is exempt.", [leaf(again), again, top],
              top, "good", OK)
    same = ca("mx.example.org", ext=[constraints([("dns", "example.net")])])
    yield one("constraints-self-issued-leaf", "RFC 5280 s6.1.3", "A self-issued leaf is not exempt.", [leaf(same), same],
              same, broken("certificate-name-constraints", 1, 1), "failed")
    yield check("common-name-beside-san", "A CN is no host name where there are dNSNames.", True, [("dns", "example.org")],
                subject="mx.example.net")
    wide = ca("Root CA", ext=[constraints([("dns", "example.org")])])
    named = ca("ca.example.net", wide)
    yield one("constraints-common-name-of-ca", rfc, "Nor is the CN of a CA.", [leaf(named), named, wide], wide, "good", OK)
    yield check("directory-part-of-rdn", "A part of an RDN is no RDN.", False, [("dir", dn("O=Example"))],
                subject=dn(["O=Example", "CN=mx.example.org"]))
    below = ca("Elsewhere", top)
    yield one("constraints-intermediate", "RFC 5280 s6.1.3", "Another CA below is not.", [leaf(below), below, top], top,
              broken("certificate-name-constraints", 2, 2), "failed")


def signatures():
    for kind, digest in (("p256", "sha1"), ("p384", "sha384"), ("p521", "sha512"), ("rsa2048", "sha256"), ("rsa2048", "sha1"),
                         ("rsa3072", "sha512")):
        top = ca(f"Root {kind}", kind=kind, digest=digest)
        yield one(f"signature-{kind}-{digest}", "RFC 5280 s6.1.3", "A signature the library checks.",
                  [leaf(top, digest=digest), top], top, "good", f"{OK} checks=1")
    pss = ca("Root PSS", own_key=key("pss", "rsa2048"))
    signer = type(pss)(pss.subject, pss.der, pss.key)
    signer.key = type(pss.key)("rsapss2048", pss.key.private)
    signer.key.identifier = pss.key.identifier
    for digest in ("sha256", "sha512"):
        yield one(f"signature-rsapss-{digest}", "RFC 4055 s3.1", "RSASSA-PSS by a plain RSA key.",
                  [leaf(signer, digest=digest), pss], pss, "good", OK)
    yield one("signature-bad", "RFC 5280 s6.1.3", "A bad signature makes no path.", [leaf(INT, flip=True), INT], INT,
              "off-path cert=1", "failed")
    yield one("signature-unused-bits", "RFC 5280 s4.1.1.3", "A signature is whole octets.", [leaf(INT, unused=1), INT], INT,
              "off-path cert=1", "failed")
    other = sequence(oid("1.2.840.10045.4.3.3"))
    yield one("signature-inner-outer", "RFC 5280 s4.1.1.2", "The two names of the algorithm differ.",
              [leaf(INT, inner=other), INT], INT, "off-path cert=1", "failed")
    yield one("signature-key-of-other-kind", "RFC 5280 s6.1.3", "An RSA algorithm over an EC key.",
              [leaf(INT, sigalg=sequence(oid("1.2.840.113549.1.1.11"), b"\x05\x00")), INT], INT, "off-path cert=1", "failed")
    limit = "certificate-signature-limit"
    ed = ca("Root Ed25519", kind="ed25519")
    yield one("signature-ed25519", "RFC 8410 s6", "Ed25519 is beyond the library.", [leaf(ed), ed], ed,
              broken(limit, 0, 1), "limited checks=0")
    yield one("signature-ed25519-bare-key", "RFC 8410 s6", "A bare Ed25519 key.", [leaf(ed)], ed,
              broken(limit, 0, -1, 1), "limited", (2, 1, 0))
    md5 = ca("Root MD5", kind="rsa2048")
    yield one("signature-md5", "RFC 5280 s4.1.1.2", "MD5 is no evidence.", [leaf(md5, sigalg=MD5_RSA), md5], md5,
              broken(limit, 0, 1), "limited")
    yield one("signature-unknown", "RFC 5280 s4.1.1.2", "An algorithm nobody knows.",
              [leaf(INT, sigalg=sequence(oid("1.3.6.1.4.1.55555.9"))), INT], INT, broken(limit, 0, 1), "limited")
    yield one("signature-limit-and-expired", "RFC 5280 s6.1.3", "A broken rule decides where a limit stands beside it.",
              [leaf(ed, end="2030-01-01T00:00:00Z"), ed], ed, broken("certificate-expired", 0, 1), "failed")
    yield one("signature-limit-no-match", "RFC 7671 s5.2", "A limit does not matter where nothing matches.",
              [leaf(ed), ed], ROOT, "none", "failed")
    yield one("signature-anchor-own", "RFC 5280 s6.1", "The anchor's own signature is never needed.",
              [leaf(ca("Root CA", sigalg=sequence(oid("1.3.6.1.4.1.55555.9")))),
               ca("Root CA", sigalg=sequence(oid("1.3.6.1.4.1.55555.9")))], ROOT, "good cert=1", OK)
    both = ca("Issuing CA", ed, own_key=INT.key)
    yield one("signature-limit-beside-good", "RFC 5280 s6.1", "A path beyond the library beside a good one.",
              [LEAF, both, ed, INT, ROOT], ROOT, "good", OK)


def cases():
    for group in (anchors, bare_keys, alternatives, usage_three, several, dates, names, issuers, leaves, constrained,
                  signatures):
        yield from group()
