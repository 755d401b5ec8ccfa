#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Makes tests/cases/chain/*.case from the descriptions in chain_cases.py and
signature_cases.py.

    /usr/bin/python3 tests/cases/gen.py            write them all anew
    /usr/bin/python3 tests/cases/gen.py --changed  only those whose description differs from the file
    /usr/bin/python3 tests/cases/gen.py --check    do the files there belong to these descriptions?
    /usr/bin/python3 tests/cases/gen.py --seeds D  inputs for tests/fuzz: D/cert and D/chain

EC keys are derived from their names; signatures and RSA keys are random, so every run gives other
octets with the same meaning. What each line of a case file means is told in tests/unit/test_cases.c.
"""

import base64
import datetime
import hashlib
import ipaddress
import os
import re
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "..", "lab"))
sys.dont_write_bytecode = True

from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa  # noqa: E402

import pki  # noqa: E402
from pki import bits, extension, integer, moment, octets, oid, pem, sequence, tlv  # noqa: E402

NOW = "2040-06-01T12:00:00Z"
NAMES = ("mx.example.org",)


def when(text):
    return datetime.datetime.strptime(text, "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=datetime.timezone.utc)


KEYS = {}


def key(label, kind="p256"):
    """The key of that name, the same for everybody who asks."""
    if (label, kind) not in KEYS:
        seed = hashlib.sha256(f"{label} {kind}".encode()).digest()
        if kind in pki.CURVES:
            private = ec.derive_private_key(int.from_bytes(seed, "big") >> 8, pki.CURVES[kind]())
        elif kind == "ed25519":
            private = ed25519.Ed25519PrivateKey.from_private_bytes(seed)
        else:
            private = rsa.generate_private_key(65537, int(kind.strip("rsap")))
        KEYS[label, kind] = pki.Key(kind, private)
    return KEYS[label, kind]


def dn(*parts):
    """dn("CN=x", "O=y"), dn("x") is a CN alone, dn() is empty; a part may be (tag, octets) of a CN, or
    a list of parts: one RDN of several attributes."""
    numbers = {"CN": "2.5.4.3", "O": "2.5.4.10", "C": "2.5.4.6", "E": "1.2.840.113549.1.9.1"}

    def attribute(part):
        if isinstance(part, tuple):
            return sequence(oid("2.5.4.3"), tlv(*part))
        label, value = part.split("=", 1) if "=" in part else ("CN", part)
        return sequence(oid(numbers[label]), tlv(0x0c, value.encode()))

    return sequence(*(tlv(0x31, *map(attribute, part if isinstance(part, list) else [part]))
                      for part in parts))


def san(*names):
    out = []
    for text in names:
        if isinstance(text, bytes):
            out.append(tlv(0x82, text))
        elif text.startswith("srv:"):  # RFC 4985
            value = tlv(0xa0, tlv(0x16, text[4:].encode()))
            out.append(tlv(0xa0, oid("1.3.6.1.5.5.7.8.7"), value))
        elif text.startswith("mail:"):
            out.append(tlv(0x81, text[5:].encode()))
        elif text.startswith("ip:"):
            out.append(tlv(0x87, ipaddress.ip_address(text[3:]).packed))
        else:
            out.append(tlv(0x82, text.encode()))
    return extension("2.5.29.17", sequence(*out))


def subtree(form, value):
    tags = {"dns": 0x82, "mail": 0x81, "ip": 0x87, "dir": 0xa4, "uri": 0x86}
    return sequence(tlv(tags[form], value if isinstance(value, bytes) else value.encode()))


def constraints(permit=(), exclude=(), critical=True):
    parts = [tlv(tag, *(subtree(*tree) for tree in trees))
             for tag, trees in ((0xa0, permit), (0xa1, exclude)) if trees]
    return extension("2.5.29.30", sequence(*parts), critical)


class Cert:
    def __init__(self, subject, der, own_key):
        self.subject, self.der, self.key = subject, der, own_key


def basic(ca, pathlen=None):
    return extension("2.5.29.19", sequence(tlv(1, b"\xff") if ca else b"",
                                           b"" if pathlen is None else integer(pathlen)), True)


def usage(words):
    value = 0
    for word in words:
        value |= 0x80 >> pki.USAGE_BIT.index(word)
    return extension("2.5.29.15", bits(bytes([value]), (value & -value).bit_length() - 1), True)


def eku(words):
    return extension("2.5.29.37", sequence(*(oid(pki.EKU_OID[word]) for word in words)))


def make(subject, own_key, issuer=None, extensions=(), start="2020-01-01T00:00:00Z",
         end="2060-01-01T00:00:00Z", version=3, wrapper=0xa3, digest="sha256", sigalg=None,
         inner=None, flip=False, after=b"", serial=None, times=None,
         issuer_name=None, aki=None, unused=0, sign=None):
    """One certificate; issuer None: self-signed. Key identifiers are added to extensions. sign: makes
    the signature in the signer's place, from the octets to be signed and the digest's name."""
    subject = subject if isinstance(subject, bytes) else dn(subject)
    signer = issuer.key if issuer else own_key
    if extensions and aki is not False:
        extensions = [*extensions, extension("2.5.29.14", octets(own_key.identifier)),
                      extension("2.5.29.35", sequence(tlv(0x80, aki or signer.identifier)))]
    algorithm = sigalg or signer.algorithm(digest)
    mark = hashlib.sha256(subject + own_key.spki + (issuer.der if issuer else b"") +
                          repr((extensions, start, end)).encode()).digest()
    dates = times or sequence(moment(when(start)), moment(when(end)))
    tbs = sequence(
        tlv(0xa0, integer(version - 1)) if version > 1 else b"",
        integer(int.from_bytes(mark[:8], "big") | 1 if serial is None else serial),
        inner or algorithm, issuer_name or (issuer.subject if issuer else subject), dates, subject,
        own_key.spki, tlv(wrapper, sequence(*extensions)) if extensions else b"")
    signature = bytearray((sign or signer.sign)(tbs, digest))
    if flip:
        signature[-1] ^= 1
    return Cert(subject, sequence(tbs, algorithm, bits(bytes(signature), unused)) + after, own_key)


def ca(subject, issuer=None, kind="p256", own_key=None, pathlen=None, is_ca=True, ku=("keyCertSign", "cRLSign"),
       ext=(), bc=True, **more):
    own_key = own_key or key(str(subject), kind)
    parts = [basic(is_ca, pathlen)] if bc else []
    parts += [usage(ku)] if ku else []
    parts += list(ext)
    return make(subject, own_key, issuer, parts if more.get("version", 3) == 3 else (), **more)


def leaf(issuer, names=("mx.example.org",), kind="p256", own_key=None, subject="mx.example.org",
         ku=("digitalSignature",), ekus=("serverAuth",), ext=(), **more):
    parts = [basic(False)]
    parts += [usage(ku)] if ku else []
    parts += [eku(ekus)] if ekus else []
    parts += [san(*names)] if names else []
    parts += list(ext)
    return make(subject, own_key or key("leaf", kind), issuer,
                parts if more.get("version", 3) == 3 else (), **more)


def data(selector, matching, cert):
    octets = cert.der if selector == 0 else cert.key.spki
    if matching == 1:
        octets = hashlib.sha256(octets).digest()
    elif matching == 2:
        octets = hashlib.sha512(octets).digest()
    return octets.hex()


class Case:
    def __init__(self, name, rfc, why, chain, records, verdict, names=NAMES, now=NOW, roots=(),
                 srv_id=None):
        """records: (usage, selector, matching, certificate or hex text, what to expect of it);
        verdict: what to expect of all of them; roots: for usages 0 and 1, not sent."""
        self.name, self.rfc, self.why, self.chain = name, rfc, why, chain
        self.records, self.verdict, self.names, self.now = records, verdict, names, now
        self.roots, self.srv_id = list(roots), srv_id

    def text(self):
        out = [f"# {self.why}", f"rfc {self.rfc}", f"now {self.now}", "names " + " ".join(self.names)]
        if self.roots:
            out.append(f"roots {len(self.roots)}")
        if self.srv_id:
            out.append(f"srv-id {self.srv_id}")
        for use, selector, matching, what, expect in self.records:
            value = what if isinstance(what, str) else data(selector, matching, what)
            out += [f"record {use} {selector} {matching} {value}", f"expect {expect}"]
        out.append(f"verdict {self.verdict}")
        out += [pem(c if isinstance(c, bytes) else c.der).rstrip() for c in list(self.chain) + self.roots]
        return "\n".join(out) + "\n"


def head(text):
    """What is the same in every run: all but keys and octets."""
    lines = [line for line in text.split("\n") if line.split(" ")[0] in
             ("#", "rfc", "now", "names", "roots", "srv-id", "expect", "verdict", "-----BEGIN")]
    lines += [" ".join(line.split(" ")[:4]) for line in text.split("\n") if line.startswith("record")]
    return "\n".join(lines)


def seeds(folder, target):
    for name in ("cert", "chain"):
        os.makedirs(os.path.join(target, name), exist_ok=True)
    for name in sorted(os.listdir(folder)):
        with open(os.path.join(folder, name), encoding="ascii") as file:
            blocks = re.findall("BEGIN CERTIFICATE-----(.*?)-----END", file.read(), re.DOTALL)
        ders = [base64.b64decode(block) for block in blocks]
        if len(ders) > 20:
            continue
        with open(os.path.join(target, "chain", name[:-5]), "wb") as file:
            file.write(b"\x2a" + b"".join(len(der).to_bytes(2, "big") + der for der in ders))
        for der in ders:
            with open(os.path.join(target, "cert", hashlib.sha256(der).hexdigest()[:16]), "wb") as file:
                file.write(der)


def main():
    import chain_cases
    import pkix_cases
    import signature_cases
    folder = os.path.join(HERE, "chain")
    os.makedirs(folder, exist_ok=True)
    if sys.argv[1:2] == ["--seeds"]:
        seeds(folder, sys.argv[2])
        return
    made = {f"{case.name}.case": case.text()
            for cases in (chain_cases, pkix_cases, signature_cases) for case in cases.cases()}
    there = {name for name in os.listdir(folder) if name.endswith(".case")}
    if sys.argv[1:] == ["--check"]:
        wrong = set(made) ^ there
        for name in set(made) & there:
            with open(os.path.join(folder, name), encoding="ascii") as file:
                if head(file.read()) != head(made[name]):
                    wrong.add(name)
        for name in sorted(wrong):
            print(f"tests/cases/chain/{name} is not what its description says: run tests/cases/gen.py")
        sys.exit(1 if wrong else 0)
    for name in there - set(made):
        os.unlink(os.path.join(folder, name))
    for name, text in made.items():
        path = os.path.join(folder, name)
        if name in there:
            with open(path, encoding="ascii") as file:
                if "--changed" in sys.argv and head(file.read()) == head(text):
                    continue
        with open(path, "w", encoding="ascii") as file:
            file.write(text)


if __name__ == "__main__":
    sys.modules["gen"] = sys.modules["__main__"]
    main()
