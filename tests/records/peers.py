# SPDX-License-Identifier: Apache-2.0
"""The same record by ours, openssl, danetool and hash-slinger's tlsa."""
import concurrent.futures
import re
import subprocess

import common

FORMS = [(u, s, m) for u in range(4) for s in range(2) for m in range(3)]


def by_openssl(cert, selector, matching):
    if selector == 0:
        data = common.call("openssl", "x509", "-in", cert, "-outform", "DER")
    else:
        data = common.call("openssl", "pkey", "-pubin", "-outform", "DER",
                           data=common.call("openssl", "x509", "-in", cert, "-pubkey", "-noout"))
    if matching == 0:
        return data.hex()
    digest = common.call("openssl", "dgst", "-r", "-sha256" if matching == 1 else "-sha512",
                         data=data)
    return digest.split()[0].decode()


def by_danetool(host, cert, usage, selector, matching):
    """It makes digests only."""
    if matching == 0:
        return None
    words = ["danetool", "--tlsa-rr", "--host", host, "--port", "25", "--load-certificate", cert,
             "--hash", "sha256" if matching == 1 else "sha512"]
    words += ["--ca"] if usage in (0, 2) else []
    words += ["--no-domain"] if usage < 2 else []
    words += ["--x509"] if selector == 0 else []
    found = re.search(r"TLSA \( (\w+) (\w+) (\w+) (\w+) \)", common.call(*words).decode())
    return tuple(int(found[i]) for i in (1, 2, 3)) + (found[4],)


def by_hash_slinger(host, cert, usage, selector, matching):
    words = ["tlsa", "--create", "--certificate", cert, "--port", "25", "--output", "rfc",
             "--usage", str(usage), "--selector", str(selector), "--mtype", str(matching), host]
    done = subprocess.run(words, capture_output=True, timeout=60, text=True)
    found = re.search(r"TLSA (\d) (\d) (\d) (\w+)", done.stdout)
    if not found:
        raise RuntimeError("%s: %s" % (" ".join(words), done.stdout + done.stderr))
    return tuple(int(found[i]) for i in (1, 2, 3)) + (found[4],)


def by_ours(kind, usage, selector, matching):
    out, _ = common.tlsa("--usage", str(usage), "--selector", str(selector), "--matching",
                         str(matching), kind + ".chain")
    return common.records(out)


def one(job):
    kind, (usage, selector, matching) = job
    cert = kind + (".ca" if usage in (0, 2) else ".crt")
    ours = by_ours(kind, usage, selector, matching)
    want = (usage, selector, matching, by_openssl(cert, selector, matching))
    wrong = []
    if ours != [("_25._tcp." + common.host(kind),) + want]:
        wrong.append("ours is %s, by openssl %s" % (ours, want))
    for peer in (by_danetool, by_hash_slinger):
        theirs = peer(common.host(kind), cert, usage, selector, matching)
        if theirs is not None and theirs != want:
            wrong.append("%s says %s, openssl %s" % (peer.__name__, theirs, want))
    return "%s %d %d %d" % (kind, usage, selector, matching), ours, wrong


def compare(kinds):
    """All of our records, after a check each."""
    made = []
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        for what, ours, wrong in pool.map(one, [(k, f) for k in kinds for f in FORMS]):
            common.check(not wrong, what + ": " + "; ".join(wrong))
            made += ours
    return made
