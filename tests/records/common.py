# SPDX-License-Identifier: Apache-2.0
"""What the parts of tests/records share: certificates by openssl, running programs, counting."""
import re
import subprocess

BINARY = None  # set by run
passed = failed = 0

KEYS = {
    "rsa2048": ["-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:2048"],
    "rsa4096": ["-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:4096"],
    "p256": ["-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256"],
    "p384": ["-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-384"],
    "ed25519": ["-algorithm", "ED25519"],
}
RECORD = re.compile(r"^(\S+?)\.? (?:\d+ )?(?:IN )?TLSA ([0-3]) ([01]) ([0-2]) ([0-9a-f]+)$", re.M)


def check(good, what):
    global passed, failed
    if good:
        passed += 1
    else:
        failed += 1
        print("FAIL " + what)
    return good


def call(*command, data=None, status=0):
    """stdout as bytes; the program must end with that status."""
    done = subprocess.run(command, input=data, capture_output=True, timeout=60)
    if done.returncode != status:
        raise RuntimeError("%s: exit %d\n%s" % (" ".join(command), done.returncode,
                                                done.stderr.decode("utf-8", "replace")))
    return done.stdout


def tlsa(*args, status=0):
    """stdout and stderr of ours."""
    done = subprocess.run([BINARY, "tlsa", *args], capture_output=True, timeout=60, text=True)
    if done.returncode != status:
        raise RuntimeError("tlsa %s: exit %d\n%s" % (" ".join(args), done.returncode, done.stderr))
    return done.stdout, done.stderr


def records(text):
    """[(owner, usage, selector, matching, hex)] of zone lines in our own form."""
    return [(found[0], int(found[1]), int(found[2]), int(found[3]), found[4])
            for found in RECORD.findall(text)]


def host(kind):
    return kind + ".example.org"


def write(name, data):
    with open(name, "wb") as file:
        file.write(data)


def make_keys():
    """For each kind: NAME.key, NAME.ca (a root), NAME.crt below it, and NAME.chain of the two."""
    with open("ca.ext", "w") as file:
        file.write("basicConstraints = critical, CA:TRUE\nkeyUsage = critical, keyCertSign\n")
    for kind, words in KEYS.items():
        call("openssl", "genpkey", *words, "-out", kind + ".key")
        call("openssl", "genpkey", *words, "-out", kind + ".cakey")
        call("openssl", "req", "-x509", "-key", kind + ".cakey", "-subj", "/CN=Root " + kind,
             "-days", "100", "-out", kind + ".ca")
        certify(kind, kind + ".crt", 30)
        write(kind + ".chain", open(kind + ".crt", "rb").read() + open(kind + ".ca", "rb").read())
    return list(KEYS)


def certify(kind, out, days):
    """A certificate for the key of that kind."""
    with open("leaf.ext", "w") as file:
        file.write("basicConstraints = CA:FALSE\nsubjectAltName = DNS:%s\n" % host(kind))
    call("openssl", "req", "-new", "-key", kind + ".key", "-subj", "/CN=" + host(kind),
         "-addext", "subjectAltName=DNS:" + host(kind), "-out", kind + ".csr")
    call("openssl", "x509", "-req", "-in", kind + ".csr", "-CA", kind + ".ca", "-CAkey",
         kind + ".cakey", "-CAcreateserial", "-days", str(days), "-extfile", "leaf.ext", "-out", out)
