# SPDX-License-Identifier: Apache-2.0
"""Certificates for the lab, good ones and broken ones, from short descriptions.

The certificates are written by the small DER encoder below, because no library agrees to issue
what real servers send (version 1, wrong tags, negative serials, unknown keys). Keys and signatures
are python3-cryptography's.

    pki = Pki(directory)                     one a run: keys and certificates are cached there
    certs = pki.scenario(specs, variables)   specs: the scenario's `certs` table (may be empty);
                                             variables: {"mx": "mx.z1.lab", "zone": "z1.lab", ...}
    certs.digest("spki256:root")             text for a zone template (see digest())
    certs.chain("leaf int")                  [Cert, ...] in the order sent; "int*3", "junk{1..40}"

Names without a spec of their own: root, int, leaf (P-256; leaf is issued by int, int by root).
A number behind a name gives another certificate of the same kind (root2, leaf7; subject and key
differ). "rsa:NAME" is NAME with an RSA-2048 key, issued within the rsa: family.

Keys of a spec; "days" are from today:
    like = "leaf"          start from the description of that name
    issuer = "int"         name whose subject and key sign; "self" is the certificate itself
    key = "p256"           p384 p521 rsa1024 rsa2048 rsa3072 rsa4096 rsa16384 rsapss2048 ed25519
                           unknown, or "=NAME": the very key of NAME
    subject = "=NAME"      the very subject of NAME; any other text is the CN; "" is an empty one
    aki = "=NAME"          authority key identifier of NAME's key; false: none; default: issuer's
    san = ["{mx}"]         DNS names ("ip:192.0.2.1" an address, "mail:a@b",
                           "srv:_imaps.{zone}" a SRV-ID); false: no extension
    start, days            notBefore, notAfter
    ca = true|false|"none" basicConstraints; pathlen = 0 or false
    usage = ["keyCertSign"], eku = ["serverAuth"], false for none
    permit = [".example"]  critical nameConstraints
    critical = "OID"       an unknown critical extension; noncritical = "OID" an unknown plain one
    version = 1            no extensions then
    hash = "sha1"          of the signature
    serial = -5
    sigalg = "OID"         the signature algorithm's name is replaced (nobody can verify it)
    ext_tag = 0xa1         tag of the extensions wrapper instead of 0xa3
    badsig = true          last bit of the signature flipped
    pad = 9000             bytes of ballast in an unknown extension
    cut = 40               bytes cut off at the end
    san_raw = "3003820100" value of the SAN extension, as hex
    file = "/a/path.crt"   a certificate of somebody else's (PEM), whose key nobody here has
"""

import base64
import datetime
import hashlib
import json
import os
import re
import ssl
import tempfile

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa

from manyprimes import ManyPrimes

DAY = datetime.timedelta(days=1)
HASHES = {"sha1": hashes.SHA1, "sha256": hashes.SHA256, "sha384": hashes.SHA384,
          "sha512": hashes.SHA512}
RSA_OID = {"sha1": "1.2.840.113549.1.1.5", "sha256": "1.2.840.113549.1.1.11",
           "sha384": "1.2.840.113549.1.1.12", "sha512": "1.2.840.113549.1.1.13"}
EC_OID = {"sha1": "1.2.840.10045.4.1", "sha256": "1.2.840.10045.4.3.2",
          "sha384": "1.2.840.10045.4.3.3", "sha512": "1.2.840.10045.4.3.4"}
HASH_OID = {"sha256": "2.16.840.1.101.3.4.2.1", "sha384": "2.16.840.1.101.3.4.2.2",
            "sha512": "2.16.840.1.101.3.4.2.3"}
PSS_OID, MGF1_OID, ED25519_OID = "1.2.840.113549.1.1.10", "1.2.840.113549.1.1.8", "1.3.101.112"
UNKNOWN_OID = "1.3.6.1.4.1.55555.7"
EKU_OID = {"serverAuth": "1.3.6.1.5.5.7.3.1", "clientAuth": "1.3.6.1.5.5.7.3.2",
           "emailProtection": "1.3.6.1.5.5.7.3.4", "any": "2.5.29.37.0"}
USAGE_BIT = ["digitalSignature", "nonRepudiation", "keyEncipherment", "dataEncipherment",
             "keyAgreement", "keyCertSign", "cRLSign"]
LARGE = {"rsa16384"}
CURVES = {"p256": ec.SECP256R1, "p384": ec.SECP384R1, "p521": ec.SECP521R1}
LEAF = {"kind": "leaf", "san": ["{mx}"], "usage": ["digitalSignature"], "eku": ["serverAuth"],
        "ca": False, "issuer": "int", "start": -10, "days": 60}
CA = {"kind": "ca", "san": False, "usage": ["keyCertSign", "cRLSign"], "eku": False, "ca": True,
      "start": -100, "days": 1000}
BUILT_IN = {"leaf": LEAF,
            "int": dict(CA, issuer="root", subject="Lab Intermediate CA", pathlen=0),
            "root": dict(CA, issuer="self", subject="Lab Root CA")}


# DER

def tlv(tag, *parts):
    body = b"".join(parts)
    size = len(body)
    if size < 128:
        return bytes([tag, size]) + body
    octets = size.to_bytes((size.bit_length() + 7) // 8, "big")
    return bytes([tag, 0x80 | len(octets)]) + octets + body


def sequence(*parts):
    return tlv(0x30, *parts)


def integer(value):
    size = (value if value >= 0 else ~value).bit_length() // 8 + 1
    return tlv(2, value.to_bytes(size, "big", signed=True))


def oid(text):
    first, second, *rest = (int(n) for n in text.split("."))
    out = bytearray()
    for number in [first * 40 + second] + rest:
        group = [number & 0x7f]
        while number := number >> 7:
            group.append(number & 0x7f | 0x80)
        out += bytes(reversed(group))
    return tlv(6, bytes(out))


def octets(data):
    return tlv(4, data)


def bits(data, unused=0):
    return tlv(3, bytes([unused]), data)


def moment(when):
    if when.year < 2050:
        return tlv(0x17, when.strftime("%y%m%d%H%M%SZ").encode())
    return tlv(0x18, when.strftime("%Y%m%d%H%M%SZ").encode())


def extension(number, value, critical=False):
    return sequence(oid(number), tlv(1, b"\xff") if critical else b"", octets(value))


def name(cn):
    if cn == "":
        return sequence()
    return sequence(tlv(0x31, sequence(oid("2.5.4.3"), tlv(0x0c, cn.encode()))))


def pem(der, label="CERTIFICATE"):
    text = base64.b64encode(der).decode()
    lines = [text[i:i + 64] for i in range(0, len(text), 64)]
    return "\n".join([f"-----BEGIN {label}-----", *lines, f"-----END {label}-----", ""])


# Keys

class Key:
    """A private key of the lab with its SubjectPublicKeyInfo as this lab publishes it."""

    def __init__(self, kind, private):
        self.kind, self.private = kind, private
        self.spki = private.public_key().public_bytes(
            serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
        self.pkcs8 = private.private_bytes(
            serialization.Encoding.DER, serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption())
        if kind.startswith("rsapss"):
            self._rename(sequence(oid("1.2.840.113549.1.1.1"), b"\x05\x00"),
                         sequence(oid(PSS_OID)))
        if kind == "unknown":
            made_up = hashlib.sha512(self.spki).digest()
            self.spki = sequence(sequence(oid(UNKNOWN_OID)), bits(made_up))
        self.identifier = hashlib.sha1(self.spki).digest()

    def _rename(self, old, new):
        for attribute in ("spki", "pkcs8"):
            der = getattr(self, attribute)
            start = 2 if der[1] < 128 else 2 + (der[1] & 0x7f)
            setattr(self, attribute, sequence(der[start:].replace(old, new, 1)))

    @property
    def pem(self):
        return pem(self.pkcs8, "PRIVATE KEY")

    def algorithm(self, digest):
        if self.kind.startswith("rsapss"):
            function = sequence(oid(HASH_OID[digest]), b"\x05\x00")
            size = HASHES[digest].digest_size
            return sequence(oid(PSS_OID), sequence(
                tlv(0xa0, function), tlv(0xa1, sequence(oid(MGF1_OID), function)),
                tlv(0xa2, integer(size))))
        if self.kind.startswith("rsa"):
            return sequence(oid(RSA_OID[digest]), b"\x05\x00")
        if self.kind == "ed25519":
            return sequence(oid(ED25519_OID))
        return sequence(oid(EC_OID[digest]))

    def sign(self, data, digest):
        function = HASHES[digest]()
        if self.kind.startswith("rsapss"):
            scheme = padding.PSS(padding.MGF1(function), function.digest_size)
            return self.private.sign(data, scheme, function)
        if self.kind.startswith("rsa"):
            return self.private.sign(data, padding.PKCS1v15(), function)
        if self.kind == "ed25519":
            return self.private.sign(data)
        return self.private.sign(data, ec.ECDSA(function))


def new_key(kind):
    if kind in CURVES or kind == "unknown":
        return ec.generate_private_key(CURVES.get(kind, ec.SECP256R1)())
    if kind == "ed25519":
        return ed25519.Ed25519PrivateKey.generate()
    size = re.fullmatch(r"rsa(?:pss)?(\d+)", kind)
    if not size:
        raise ValueError(f"pki: no such key kind: {kind}")
    if kind in LARGE:
        return ManyPrimes.make(int(size.group(1)))
    return rsa.generate_private_key(65537, int(size.group(1)))


# Certificates

class Cert:
    """One certificate as sent: name, DER, and its own key (the leaf's signs handshakes)."""

    def __init__(self, label, der, key):
        self.label, self.der, self.key = label, der, key

    @property
    def pem(self):
        return pem(self.der)


def numbered(subject, stem, kind):
    return f"{subject or 'Lab ' + kind} {stem[len(kind):]}"


def store(path, data):
    """Atomic, and the first writer wins: parallel scenarios must agree on keys."""
    handle, temporary = tempfile.mkstemp(dir=os.path.dirname(path))
    with os.fdopen(handle, "wb") as file:
        file.write(data)
    try:
        os.link(temporary, path)
    except FileExistsError:
        pass
    os.unlink(temporary)
    with open(path, "rb") as file:
        return file.read()


class Pki:
    def __init__(self, directory):
        self.directory = directory
        self.keys = {}
        os.makedirs(os.path.join(directory, "keys"), exist_ok=True)
        os.makedirs(os.path.join(directory, "certs"), exist_ok=True)
        today = datetime.datetime.now(datetime.timezone.utc)
        self.today = today.replace(hour=0, minute=0, second=0, microsecond=0)

    def key(self, kind, label):
        if (kind, label) not in self.keys:
            file = re.sub(r"[^\w-]", "_", f"{kind}-{label}") + ".pem"
            path = os.path.join(self.directory, "keys", file)
            if not os.path.exists(path):
                store(path, new_key(kind).private_bytes(
                    serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8,
                    serialization.NoEncryption()))
            with open(path, "rb") as file:
                data = file.read()
            private = ManyPrimes.from_text(data.decode()) if kind in LARGE else \
                serialization.load_pem_private_key(data, None)
            self.keys[kind, label] = Key(kind, private)
        return self.keys[kind, label]

    def scenario(self, specs=None, variables=None):
        return Scenario(self, specs or {}, variables or {})


class Scenario:
    """The certificates of one scenario."""

    def __init__(self, pki, specs, variables):
        self.pki, self.specs, self.variables = pki, specs, variables
        self.certs = {}

    def text(self, value):
        return value.format_map(self.variables) if "{" in value else value

    def spec(self, label):
        """The full description of a name: its own keys over those of what it is like."""
        family = "rsa:" if label.startswith("rsa:") else ""
        stem = label.removeprefix("rsa:")
        kind = re.sub(r"\d+$", "", stem)
        if label in self.specs:
            own = dict(self.specs[label])
            like = own.pop("like", kind)
            base = self.base(like, stem, own)
            if base["kind"] == "ca" and "subject" not in own and like != stem:
                own["subject"] = numbered(base.get("subject"), stem, kind) if like == kind \
                    else f"Lab {label}"
            return {**base, **own}
        if family:
            base = self.spec(stem)
            issuer = base["issuer"] if base["issuer"] == "self" else family + base["issuer"]
            return {"key": "rsa2048", **base, "issuer": issuer}
        if label in BUILT_IN:
            return BUILT_IN[label]
        if kind == stem:
            raise KeyError(f"pki: no certificate is called {label}")
        base = dict(self.spec(kind))
        if base["kind"] == "ca":
            base["subject"] = numbered(base.get("subject"), stem, kind)
        return base

    def base(self, like, stem, own):
        if like != stem and (like in self.specs or like in BUILT_IN):
            return self.spec(like)
        return BUILT_IN.get(like, CA if own.get("ca") else LEAF)

    def subject(self, label):
        spec = self.spec(label)
        text = spec.get("subject")
        if text is None:
            text = self.variables.get("mx", label) if spec["kind"] == "leaf" else f"Lab {label}"
        if text.startswith("="):
            return self.subject(text[1:])
        text = self.text(text)
        return f"{text} (RSA)" if label.startswith("rsa:") and spec["kind"] == "ca" else text

    def key(self, label):
        kind = self.spec(label).get("key", "p256")
        if kind.startswith("="):
            return self.key(kind[1:])
        return self.pki.key(kind, label.removeprefix("rsa:"))

    def extensions(self, label, spec, issuer):
        out = []
        if spec["ca"] != "none":
            path = b""
            if spec["ca"] and spec.get("pathlen", False) is not False:
                path = integer(spec["pathlen"])
            flag = tlv(1, b"\xff") if spec["ca"] else b""
            out.append(extension("2.5.29.19", sequence(flag, path), True))
        if spec["usage"]:
            value = 0
            for word in spec["usage"]:
                value |= 0x80 >> USAGE_BIT.index(word)
            unused = (value & -value).bit_length() - 1
            out.append(extension("2.5.29.15", bits(bytes([value]), unused), True))
        if spec["eku"]:
            out.append(extension("2.5.29.37", sequence(*(oid(EKU_OID[e]) for e in spec["eku"]))))
        if "san_raw" in spec:
            out.append(extension("2.5.29.17", bytes.fromhex(spec["san_raw"])))
        elif spec["san"] is not False:
            out.append(extension("2.5.29.17", sequence(*map(self.alternative, spec["san"]))))
        out.append(extension("2.5.29.14", octets(self.key(label).identifier)))
        aki = spec.get("aki", "=" + issuer)
        if aki:
            identifier = self.key(aki[1:]).identifier
            out.append(extension("2.5.29.35", sequence(tlv(0x80, identifier))))
        if "permit" in spec:
            trees = (sequence(tlv(0x82, self.text(p).encode())) for p in spec["permit"])
            out.append(extension("2.5.29.30", sequence(tlv(0xa0, *trees)), True))
        for word in ("critical", "noncritical"):
            if word in spec:
                out.append(extension(spec[word], b"\x05\x00", word == "critical"))
        if "pad" in spec:
            out.append(extension(UNKNOWN_OID, octets(bytes(spec["pad"]))))
        return out

    def alternative(self, text):
        text = self.text(text)
        if text.startswith("ip:"):
            import ipaddress
            return tlv(0x87, ipaddress.ip_address(text[3:]).packed)
        if text.startswith("mail:"):
            return tlv(0x81, text[5:].encode())
        if text.startswith("srv:"):
            return tlv(0xa0, oid("1.3.6.1.5.5.7.8.7"), tlv(0xa0, tlv(0x16, text[4:].encode())))
        return tlv(0x82, text.encode("latin-1").replace(b"\\0", b"\0"))

    def cert(self, label):
        if label not in self.certs:
            self.certs[label] = self.build(label)
        return self.certs[label]

    def build(self, label):
        spec = self.spec(label)
        if "file" in spec:
            with open(spec["file"]) as file:
                return Cert(label, ssl.PEM_cert_to_DER_cert(file.read()), None)
        issuer = label if spec["issuer"] == "self" else spec["issuer"]
        key, signer = self.key(label), self.key(issuer)
        digest = spec.get("hash", "sha256")
        version3 = spec.get("version", 3) == 3
        described = json.dumps([spec, label, self.subject(label), self.subject(issuer),
                                key.spki.hex(), signer.spki.hex(), self.pki.today.isoformat(),
                                [self.variables.get(v) for v in ("mx", "zone")]],
                               sort_keys=True).encode()
        mark = hashlib.sha256(described).digest()
        algorithm = signer.algorithm(digest)
        if "sigalg" in spec:
            algorithm = sequence(oid(spec["sigalg"]))
        wrapper = tlv(spec.get("ext_tag", 0xa3),
                      sequence(*self.extensions(label, spec, issuer))) if version3 else b""
        tbs = sequence(
            tlv(0xa0, integer(2)) if version3 else b"",
            integer(spec.get("serial", int.from_bytes(mark[:8], "big") | 1)),
            algorithm, name(self.subject(issuer)),
            sequence(moment(self.pki.today + spec["start"] * DAY),
                     moment(self.pki.today + spec["days"] * DAY)),
            name(self.subject(label)), key.spki, wrapper)
        signature = bytearray(signer.sign(tbs, digest))
        if spec.get("badsig"):
            signature[-1] ^= 1
        der = sequence(tbs, algorithm, bits(bytes(signature)))
        if "cut" in spec:
            der = der[:-spec["cut"]]
        path = os.path.join(self.pki.directory, "certs", mark.hex() + ".der")
        return Cert(label, store(path, der), key)

    def chain(self, names):
        """The certificates of "leaf int root", in that order."""
        out = []
        for word in names.split():
            word, _, times = word.partition("*")
            numbered = re.fullmatch(r"(.+)\{(\d+)\.\.(\d+)\}", word)
            if numbered:
                first, last = int(numbered.group(2)), int(numbered.group(3))
                out += [self.cert(f"{numbered.group(1)}{n}") for n in range(first, last + 1)]
            else:
                out += [self.cert(word)] * int(times or 1)
        return out

    def pem_chain(self, names):
        return "".join(c.pem for c in self.chain(names))

    def digest(self, text):
        """Association data as lower-case hex for "spki256:leaf", "cert512:root", "cert0:int",
        "empty256", "pem256:leaf" (the digest of the PEM text, a real mistake); a suffix in
        brackets cuts bytes: "spki256:leaf[:16]", "cert0:root[1:]"."""
        shape = re.fullmatch(r"(spki|cert|empty|pem)(0|256|512)(?::([^\[]+))?"
                             r"(?:\[(-?\d*):(-?\d*)\])?", text)
        if not shape:
            raise KeyError(f"pki: no such digest: {text}")
        what, size, label, first, last = shape.groups()
        data = b"" if what == "empty" else {
            "spki": lambda c: c.key.spki, "cert": lambda c: c.der,
            "pem": lambda c: c.pem.encode()}[what](self.cert(label))
        if size != "0":
            data = hashlib.new("sha" + size, data).digest()
        return data[int(first) if first else None:int(last) if last else None].hex()
