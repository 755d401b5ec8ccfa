#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Makes tests/cases/explain/*.case: chains that look like those of real CAs, for tests/unit/test_explain.c.

Names, not keys, are those of the CAs; what each chain is for is told in its first line. Only new files are
written, since keys and signatures differ in each run and the golden files hold their digests.
"""

import os

from gen import HERE, ca, key, leaf
from pki import pem

X1 = ca("ISRG Root X1")
R13 = ca("R13", X1, pathlen=0)
YR = ca("Root YR")
YR1 = ca("YR1", YR, pathlen=0)

CHAINS = {
    "r13": ("A stock chain file: the root is not in it.", [leaf(R13), R13]),
    "r13-root": ("With the root behind it.", [leaf(R13), R13, X1]),
    "r13-alone": ("The server's certificate without any issuer.", [leaf(R13)]),
    "r13-rsa": ("The RSA certificate of the same host.", [leaf(R13, kind="rsa2048"), R13]),
    "r13-second": ("The certificate of another host.",
                   [leaf(R13, ("b.example.org",), subject="b.example.org", kind="p384"), R13]),
    "r13-reissued": ("The first one, reissued with the same key.", [leaf(R13, end="2059-01-01T00:00:00Z"), R13]),
    "r13-next": ("The first host with another key of the same issuer.", [leaf(R13, own_key=key("another")), R13]),
    "yr1": ("The CA moved to another root, and the key changed.", [leaf(YR1, own_key=key("next")), YR1]),
    "self-signed": ("A server that made its certificate itself.", [leaf(None, ("localhost",), subject="localhost", own_key=key("self"))]),
}


def main():
    folder = os.path.join(HERE, "explain")
    os.makedirs(folder, exist_ok=True)
    for name, (why, chain) in CHAINS.items():
        path = os.path.join(folder, f"{name}.case")
        if not os.path.exists(path):
            with open(path, "w", encoding="ascii") as file:
                file.write(f"# {why}\n" + "".join(pem(cert.der) for cert in chain))


if __name__ == "__main__":
    main()
