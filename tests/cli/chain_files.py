# SPDX-License-Identifier: Apache-2.0
"""Certificates and files for the tests of chain: made once, in a folder that goes with the process."""
import atexit
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

sys.path.append(str(Path(__file__).resolve().parents[1] / "lab"))
from pki import Pki  # noqa: E402

FOLDER = tempfile.mkdtemp(prefix="daneprobe-chain-")
atexit.register(shutil.rmtree, FOLDER, True)
HOST = "mx.example.org"
SPECS = {
    "old": {"like": "root", "subject": "Old Root CA"},
    # The root's own key, certified by the older root: what CAs hand out while a new root is young.
    "cross": {"like": "int", "issuer": "old", "key": "=root", "subject": "=root", "pathlen": False},
    "stranger": {"like": "root", "subject": "Lab Root CA"},  # the root's name, another key
    "expired": {"like": "leaf", "start": -90, "days": -1},
    "early": {"like": "leaf", "start": 3, "days": 90},
    "soon": {"like": "leaf", "start": -85, "days": 5},
    "nameless": {"like": "leaf", "san": False, "subject": HOST},
    "oddroot": {"like": "root", "subject": "Odd Root CA", "sigalg": "1.3.6.1.4.1.55555.8"},
    "odd": {"like": "leaf", "issuer": "oddroot", "sigalg": "1.3.6.1.4.1.55555.8"},
    "other": {"like": "leaf", "san": ["other.example.org"], "subject": "other"},
    "rsa": {"like": "leaf", "key": "rsa2048"},
}
CERTS = Pki(os.path.join(FOLDER, "pki")).scenario(SPECS, {"mx": HOST, "zone": "example.org"})


def path(name):
    return os.path.join(FOLDER, name)


def write(name, data, mode=0o644):
    """A file, made anew."""
    data = data.encode() if isinstance(data, str) else data
    if os.path.lexists(path(name)):
        os.unlink(path(name))
    with open(path(name), "wb") as file:
        file.write(data)
    os.chmod(path(name), mode)
    return path(name)


def read(name):
    with open(os.path.join(FOLDER, name), "rb") as file:
        return file.read()


def pem(names):
    return CERTS.pem_chain(names)


def key(name="leaf"):
    return CERTS.chain(name)[0].key.pem


def digest(text):
    return CERTS.digest(text)


def openssl(*args, data=None):
    done = subprocess.run(["openssl", *args], input=data, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, check=False)
    return done.returncode, done.stdout


def verifies(file, root):
    """What OpenSSL says of the chain in file, with root as the one thing it trusts."""
    return openssl("verify", "-CAfile", root, "-untrusted", file, file)[0] == 0


def labels(data):
    """The kinds of blocks in their order: "C" certificate, "K" private key, "P" parameters."""
    short = {b"CERTIFICATE": "C", b"TRUSTED CERTIFICATE": "C", b"PRIVATE KEY": "K",
             b"EC PRIVATE KEY": "K", b"RSA PRIVATE KEY": "K", b"EC PARAMETERS": "P"}
    return "".join(short[line.strip()[11:-5]] for line in data.splitlines()
                   if line.strip().startswith(b"-----BEGIN"))
