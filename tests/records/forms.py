# SPDX-License-Identifier: Apache-2.0
"""The same key in every form it comes in: case C207 (records from keys and requests, before there is a
certificate). And what changes with time or belongs to others: cases C214 and C211."""
import common

# A root that is in everybody's trust store, and the SHA-256 of its key as the CA publishes it.
PUBLIC_ROOT = "/usr/share/ca-certificates/mozilla/ISRG_Root_X1.crt"
PUBLIC_ROOT_KEY = "0b9fa5a59eed715c26c1020c711b4f6ec42d58b0015e14337a39dad301c5afc3"


def traditional(kind):
    """PKCS#1 or SEC1; Ed25519 has no such form."""
    if kind.startswith("rsa"):
        common.call("openssl", "rsa", "-in", kind + ".key", "-traditional", "-out", "old.key")
        common.call("openssl", "rsa", "-in", kind + ".key", "-RSAPublicKey_out", "-out", "old.pub")
        return ["old.key", "old.pub"]
    if kind.startswith("p"):
        common.call("openssl", "ec", "-in", kind + ".key", "-out", "old.key")
        common.call("openssl", "ec", "-in", kind + ".key", "-no_public", "-out", "half.key")
        params = common.call("openssl", "ecparam", "-name",
                             "prime256v1" if kind == "p256" else "secp384r1")
        common.write("params.key", params + open("old.key", "rb").read())
        return ["old.key", "half.key", "params.key"]
    return []


def forms(kind):
    common.call("openssl", "pkey", "-in", kind + ".key", "-pubout", "-out", "pub.pem")
    for tool, name in (("x509", ".crt"), ("req", ".csr"), ("pkey", ".key")):
        common.call("openssl", tool, "-in", kind + name, "-outform", "DER", "-out",
                    "der" + name)
    common.call("openssl", "pkey", "-pubin", "-in", "pub.pem", "-outform", "DER", "-out", "pub.der")
    pem = open(kind + ".crt", "rb").read()
    key = open(kind + ".key", "rb").read()
    root = open(kind + ".ca", "rb").read()
    common.write("crlf.pem", pem.replace(b"\n", b"\r\n"))
    common.write("cr.pem", pem.replace(b"\n", b"\r"))
    common.write("bom.pem", b"\xef\xbb\xbf" + pem)
    common.write("nul.pem", pem + b"\0")
    common.write("cut.pem", pem.rstrip(b"\n"))
    common.write("keyfirst.pem", key + pem + root)
    common.write("rootfirst.pem", root + pem)
    common.write("bags.pem", b"Bag Attributes\n    localKeyID: 01 00 00 00\nsubject=/CN=x\n\n" + pem +
                 b"Bag Attributes\n    friendlyName: root\n" + root +
                 b"Bag Attributes: <No Attributes>\nKey Attributes: <No Attributes>\n" + key)
    common.write("twice.pem", pem + pem + root)
    common.call("openssl", "x509", "-in", kind + ".crt", "-trustout", "-addtrust", "serverAuth",
                "-out", "trusted.pem")
    common.call("openssl", "x509", "-in", kind + ".crt", "-text", "-out", "text.pem")
    return [kind + end for end in (".crt", ".csr", ".key", ".chain")] + \
        ["pub.pem", "pub.der", "der.crt", "der.csr", "der.key", "crlf.pem", "cr.pem", "bom.pem",
         "nul.pem", "cut.pem", "keyfirst.pem", "rootfirst.pem", "bags.pem", "twice.pem",
         "trusted.pem", "text.pem"] + traditional(kind)


def point_forms(kind):
    """An EC key that holds its point compressed: OpenSSL makes the certificate and the request with
    that very point, so the other form of it would be another digest."""
    common.call("openssl", "ec", "-in", kind + ".key", "-conv_form", "compressed", "-out", "point.key")
    common.call("openssl", "pkcs8", "-topk8", "-nocrypt", "-in", "point.key", "-out", "point.key8")
    common.call("openssl", "req", "-x509", "-new", "-key", "point.key", "-subj", "/CN=x",
                "-addext", "subjectAltName=DNS:" + common.host(kind), "-out", "point.crt")
    common.call("openssl", "req", "-new", "-key", "point.key", "-subj", "/CN=x", "-out", "point.csr")
    want = common.tlsa("point.crt")[0]
    common.check(want != common.tlsa(kind + ".crt")[0], "a compressed point is another key: " + want)
    for name in ("point.key", "point.key8", "point.csr"):
        out, err = common.tlsa("--owner", common.host(kind), name)
        common.check(out == want, "%s: %s%s" % (name, out, err))
    common.write("point.pem", open("point.crt", "rb").read() + open("point.key", "rb").read())
    out, err = common.tlsa("point.pem")
    common.check(out == want, "certificate and compressed key: " + out + err)


def same_key(kind):
    want = common.tlsa(kind + ".crt")[0]
    for name in forms(kind):
        out, err = common.tlsa("--owner", common.host(kind), name)
        common.check(out == want and "warning" not in err, "%s of %s: %s%s" % (name, kind, out, err))


def renewal(kind):
    """Case C214: the same key certified anew. Selector 1 stays, selector 0 does not, and that is
    told."""
    common.certify(kind, "renewed.crt", 60)
    common.check(common.tlsa(kind + ".crt")[0] == common.tlsa("renewed.crt")[0],
                 "3 1 1 stays when the key does")
    old, err = common.tlsa("--selector", "0", kind + ".crt")
    common.check(old != common.tlsa("--selector", "0", "renewed.crt")[0],
                 "3 0 1 changes with the certificate")
    common.check("changes at every renewal" in err, "3 0 1 is warned about: " + err)


def public_root():
    """Case C211: the key of a public CA is a poor pin, and the server must send the root."""
    out, err = common.tlsa("--usage", "2", "--owner", "mx.example.org", PUBLIC_ROOT)
    common.check(common.records(out) == [("_25._tcp.mx.example.org", 2, 1, 1, PUBLIC_ROOT_KEY)],
                 "2 1 1 of ISRG Root X1: " + out)
    common.check("is a public CA" in err and "must send the root ISRG Root X1" in err,
                 "a public root is warned about: " + err)


def compare(kinds):
    for kind in kinds:
        same_key(kind)
    for kind in kinds:
        if kind.startswith("p"):
            point_forms(kind)
    renewal("p256")
    public_root()
