# SPDX-License-Identifier: Apache-2.0
"""chain: a file by itself, against records, and completed. Cases C097, C210 (what is pinned is named).

code("NAME") is a finding that the report must have.
"""
import json
import os
import re
import stat
import struct
import subprocess
import tempfile
from pathlib import Path

import chain_files as files
import harness
from fake_dns import FakeDns
from chain_files import digest, key, path, pem, read, verifies, write
from pki import Pki
from harness import check, equal, refused, run, test

ROOT = Path(__file__).resolve().parents[2]
HOOK = str(ROOT / "port/hooks/certbot-deploy.sh")


def code(name):
    return name


def schema_complaints(report):
    import jsonschema

    schema = json.loads((ROOT / "tests/schema/chain.schema.json").read_text())
    return [e.message for e in jsonschema.Draft202012Validator(schema).iter_errors(report)]


def survey(name, *args):
    """The JSON report on a file, held against its schema and the text report's verdict."""
    result = run("chain", "-o", "json", *args, path(name))
    check(result.err == "" and result.out, str(result))
    report = json.loads(result.out)
    equal(schema_complaints(report), [], name)
    equal(report["exit"], result.code, "exit")
    text = run("chain", *args, path(name))
    equal(text.code, result.code, "exit of the text report")
    check(text.out.startswith(report["verdict"] + ": "), text.out)
    return report


def codes(report, *severities):
    return [f["code"] for f in report["findings"]
            if not severities or f["severity"] in severities]


def places(report):
    return " ".join(c["place"] for c in report["chain"])


# --- a file by itself ---

ROOTS = write("root.pem", pem("root"))
OLD = write("old.pem", pem("old"))
BOTH = write("both.pem", pem("old root cross"))


def expect(chain, verdict, places_wanted, *findings, args=()):
    write("a.pem", chain if "BEGIN" in chain else pem(chain))
    report = survey("a.pem", *args)
    equal((report["verdict"], places(report), sorted(codes(report, "error", "warning"))),
          (verdict, places_wanted, sorted(findings)), chain[:60])
    equal(report["exit"], 0 if verdict == "complete" else 2, "exit")
    return report


@test
def chain_complete_with_and_without_root():
    equal(expect("leaf int root", "complete", "leaf path path")["top"], "root", "top")
    report = expect("leaf int", "complete", "leaf path", args=["--roots", ROOTS])
    equal((report["top"], report["missing"]["root"], codes(report)),
          ("without-root", "Lab Root CA", [code("chain-without-root")]), "root at hand")
    command = f"daneprobe chain --complete {path('a.pem')} {path('a.pem')} --roots {ROOTS}"
    check(report["findings"][0]["remedy"].endswith("\n  " + command), "the remedy as a command")
    # The root's name with another key is no issuer, whatever the name says.
    write("stranger.pem", pem("stranger"))
    report = expect("leaf int", "incomplete", "leaf path", code("chain-incomplete"),
                    args=["--roots", path("stranger.pem")])
    equal(report["top"], "missing-unknown", "top")
    check("did not sign it" in report["findings"][0]["cause"], str(report["findings"]))
    expect("leaf int stranger", "incomplete", "leaf path unrelated", code("chain-incomplete"),
           code("file-unrelated"))
    # So with a root that is built in: whoever calls himself ISRG Root X1 is not believed.
    certs = Pki(path("impostor")).scenario(
        {"root": {"like": "root", "subject": "ISRG Root X1"}, "int": {"like": "int", "subject": "R13"}},
        {"mx": files.HOST, "zone": "example.org"})
    write("a.pem", certs.pem_chain("leaf int"))
    report = survey("a.pem")
    equal((report["verdict"], report["top"]), ("incomplete", "missing-unknown"), "impostor")
    check("did not sign it" in report["findings"][0]["cause"], str(report["findings"]))


@test
def chain_incomplete():
    report = expect("leaf", "incomplete", "leaf", code("chain-incomplete"))
    equal(report["missing"]["issuer"], "Lab Intermediate CA", "issuer")
    report = expect("leaf root", "incomplete", "leaf unrelated", code("chain-incomplete"),
                    code("file-unrelated"))
    write("issuers.pem", pem("root int"))
    report = expect("leaf", "incomplete", "leaf", code("chain-incomplete"),
                    args=["--roots", path("issuers.pem")])
    equal((report["top"], report["missing"]["at_hand"]), ("missing-at-hand", path("issuers.pem")),
          "at hand")


@test
def chain_order_is_that_of_signatures():
    equal(expect("leaf root int", "faulty", "leaf path path", code("file-disordered"))["path"],
          [0, 2, 1], "path")
    equal(expect("root int leaf", "faulty", "path path leaf", code("file-disordered"))["path"],
          [2, 1, 0], "path")
    expect("leaf int int root", "faulty", "leaf path copy path", code("file-duplicate"),
           code("file-disordered"))
    expect("leaf int root root", "complete", "leaf path path copy", code("file-duplicate"))
    expect("leaf other int root", "faulty", "leaf unrelated path path", code("file-unrelated"),
           code("file-disordered"))
    expect("leaf int cross old", "complete", "leaf path path path")
    expect("leaf int cross root", "complete", "leaf path beside path")
    expect("leaf int root cross", "complete", "leaf path path beside")


@test
def chain_dates_and_names():
    expect("expired int root", "faulty", "leaf path path", code("file-certificate-expired"))
    expect("early int root", "faulty", "leaf path path", code("file-certificate-not-yet-valid"))
    expect("soon int root", "complete", "leaf path path", code("file-certificate-expires-soon"))
    expect("nameless int root", "complete", "leaf path path", code("file-leaf-unnamed"))
    expect("leaf int root", "complete", "leaf path path", args=["--host", files.HOST])
    expect("leaf int root", "faulty", "leaf path path", code("file-host-mismatch"),
           args=["--host", "other.example.org"])
    expect("expired int root", "complete", "leaf path path", code("file-certificate-expires-soon"),
           args=["--at", subprocess.run(["date", "-u", "-d", "-2 days", "+%F"], check=True,
                                        stdout=subprocess.PIPE).stdout.decode().strip()])
    expect("int root", "faulty", "leaf path", code("file-without-leaf"))
    expect("root old stranger", "faulty", "leaf unrelated unrelated", code("file-without-leaf"))
    expect("root", "complete", "leaf", code("file-leaf-unnamed"))  # made by a server for itself


@test
def chain_keys_in_the_file():
    equal(expect(key() + pem("leaf int root"), "complete", "leaf path path")["private_key_line"], 1,
          "line of the key")
    report = expect(pem("leaf int root") + key(), "complete", "leaf path path")
    equal(codes(report), [code("file-key-behind")], "note")
    expect(key("other") + pem("leaf int root"), "faulty", "leaf path path",
           code("file-key-mismatch"))
    # Which certificate is the server's, the key tells, whatever stands first.
    expect(key() + pem("other leaf int root"), "faulty", "unrelated leaf path path",
           code("file-unrelated"), code("file-disordered"))
    # Two chains, each judged by itself; a third one is told of.
    two = key() + pem("leaf int root") + key("rsa") + pem("rsa int root")
    second = expect(two, "complete", "leaf path path")["second"]
    equal((places(second), second["path"], [c["position"] for c in second["chain"]],
           second["private_key_line"]), ("leaf path path", [3, 4, 5], [3, 4, 5],
                                         (key() + pem("leaf int root")).count("\n") + 1), "second")
    expect(two + key("other") + pem("other int"), "complete", "leaf path path",
           code("file-further-chain"))
    report = expect(key() + pem("leaf int root") + key("rsa") + pem("rsa root int"), "faulty",
                    "leaf path path", code("file-disordered"))
    check("certificate 4, " in report["findings"][0]["cause"], str(report["findings"]))
    expect(key("rsa") + pem("rsa") + key() + pem("leaf int root"), "incomplete", "leaf",
           code("chain-incomplete"))
    expect(two + key("old"), "faulty", "leaf path path", code("file-key-mismatch"))


@test
def chain_that_cannot_be_read_in_part():
    garbage = "-----BEGIN CERTIFICATE-----\nMAMCAQE=\n-----END CERTIFICATE-----\n"
    write("a.pem", pem("leaf int root") + garbage)
    refused(run("chain", path("a.pem")), "holds a CERTIFICATE in line")
    report = expect("odd oddroot", "complete", "leaf path")
    equal(codes(report), [code("file-not-verified")], "a signature of an unknown kind")


def forms():
    """One chain as different programs write it."""
    chain, private = pem("leaf int"), key()
    _, pkcs12 = files.openssl("pkcs12", "-export", "-inkey", write("k", private), "-in",
                              write("c", chain), "-name", "mail server", "-passout", "pass:")
    _, bags = files.openssl("pkcs12", "-nodes", "-passin", "pass:", data=pkcs12)
    check(b"Bag Attributes" in bags, bags[:200])
    first, second = chain.split("-----END CERTIFICATE-----\n", 1)
    first += "-----END CERTIFICATE-----\n"
    return {
        "certbot fullchain": chain,
        "acme.sh": first + "\n" + second.rstrip("\n"),  # an empty line between, no line end
        "cert-manager tls.crt": chain + "\n",
        "postfix chain_files": private + chain,
        "haproxy": first + private + second,
        "cyrus": chain + private,
        "windows": bags.replace(b"\n", b"\r\n"),
        "windows, no end": bags.replace(b"\n", b"\r\n").rstrip(b"\r\n"),
        "dovecot with text": "# made by hand\n\n" + first + "subject=mx\n" + second + "\0",
        "key behind, no line end": chain + private.rstrip("\n"),
    }


@test
def chain_forms_are_read_and_completed():
    for name, data in forms().items():
        data = data.encode() if isinstance(data, str) else data
        write("form.pem", data)
        equal(survey("form.pem", "--roots", ROOTS)["verdict"], "complete", name)
        result = run("chain", "-q", "--complete", path("done.pem"), "--roots", ROOTS,
                     path("form.pem"))
        equal((result.code, result.out, result.err), (0, "", ""), name)
        done = read("done.pem")
        check(verifies(path("done.pem"), ROOTS), f"{name}: openssl verify")
        report = survey("done.pem")
        equal((report["verdict"], report["top"], places(report), codes(report)),
              ("complete", "root", "leaf path path", []), name)
        has_key = b"PRIVATE" in data
        equal(files.labels(done), "KCCC" if has_key else "CCC", name)
        root = pem("root").encode()
        lines = root.replace(b"\n", b"\r\n") if b"\r\n" in data else root
        check(lines in done, f"{name}: line ends of the added certificate")
        # Take the root out again: what is left is what was there, but for the key's place.
        rest = done.replace(lines, b"", 1)
        equal(sorted(rest.split()), sorted(data.split()), name)
        # A second time nothing is missing, and the file stays.
        before = os.stat(path("done.pem"))
        result = run("chain", "--complete", path("done.pem"), path("done.pem"))
        check("nothing is missing" in result.out and result.code == 0, str(result))
        equal(os.stat(path("done.pem")).st_ino, before.st_ino, f"{name}: written for nothing")
        equal(read("done.pem"), done, name)


@test
def chain_complete_chooses_among_roots():
    def completed(chain, *args):
        write("a.pem", pem(chain))
        result = run("chain", "-o", "json", "--complete", path("b.pem"), "--roots", BOTH, *args,
                     path("a.pem"))
        check(result.err == "", str(result))
        report = json.loads(result.out)
        return report["written"], " ".join(c["subject"] for c in report["chain"][2:])

    written, added = completed("leaf int")
    equal(added, "Lab Root CA", "the least to add")
    check("least" in written["because"], written["because"])
    for wish in ("Old Root CA", "old root ca", digest("spki256:old"), digest("spki256:old").upper()):
        written, added = completed("leaf int", "--root", wish)
        equal(added, "Lab Root CA Old Root CA", wish)
        equal(written["root"], "Old Root CA", wish)
        check(verifies(path("b.pem"), OLD), "openssl verify")
    equal(completed("leaf int", "--root", "Lab Root CA")[1], "Lab Root CA", "--root")
    # What goes on where the file ends.
    equal(completed("leaf int cross")[1], "Lab Root CA Old Root CA", "after the cross-signed one")
    # The records decide: what they pin is on no shorter way.
    for record, root in ((f"2 1 1 {digest('spki256:old')}", OLD),
                         (f"2 0 2 {digest('cert512:old')}", OLD),
                         (f"2 0 1 {digest('cert256:root')}", ROOTS)):
        write("a.pem", pem("leaf int"))
        result = run("chain", "--complete", path("b.pem"), "--roots", BOTH, "--tlsa", record,
                     path("a.pem"))
        equal(result.code, 0, str(result))
        check("a record pins it" in result.out and result.out.startswith("verified: "), result.out)
        check(verifies(path("b.pem"), root), "openssl verify")


@test
def chain_complete_refuses():
    name = write("a.pem", pem("leaf int"))
    for args, words in (
            ([], 'the issuer of "Lab Intermediate CA", "Lab Root CA", is not in it'),
            (["--roots", path("stranger.pem")], 'the issuer of "Lab Intermediate CA"'),
            (["--roots", BOTH, "--root", "Nobody"], 'up to the root "Nobody": the known')):
        write("stranger.pem", pem("stranger"))
        result = run("chain", "--complete", path("never.pem"), *args, name)
        equal((result.code, result.out), (2, ""), str(args))
        harness.one_line(result, words)
        check("type --root" in result.err, result.err)
        check(not os.path.exists(path("never.pem")), "written all the same")
    equal(run("chain", "--exit", "simple", "--complete", path("never.pem"), name).code, 1, "simple")
    # A gap in the middle is filled where it is.
    write("a.pem", pem("leaf root"))
    write("int.pem", pem("int"))
    result = run("chain", "-o", "json", "--complete", name, "--roots", path("int.pem"), name)
    equal(places(json.loads(result.out)), "leaf path path", "gap")
    equal(result.code, 0, "gap")


def mode(name):
    return stat.S_IMODE(os.stat(path(name)).st_mode)


@test
def chain_complete_never_opens_a_key():
    secret, plain = key() + pem("leaf int"), pem("leaf int")
    for data, own, out, wanted in (
            (secret, 0o600, None, 0o600), (secret, 0o640, None, 0o640),
            (secret, 0o644, None, 0o644), (plain, 0o600, None, 0o644),
            (secret, 0o600, 0o644, 0o600), (secret, 0o640, 0o664, 0o640),
            (secret, 0o600, 0o640, 0o600), (plain, 0o600, 0o664, 0o664),
            (secret, 0o640, 0o600, 0o600)):
        write("in.pem", data, own)
        if out is None:
            if os.path.exists(path("out.pem")):
                os.unlink(path("out.pem"))
        else:
            write("out.pem", "old", out)
        result = run("chain", "--complete", path("out.pem"), "--roots", ROOTS, path("in.pem"),
                     umask=0o022)
        equal(result.code, 0, str(result))
        equal(oct(mode("out.pem")), oct(wanted), f"in {own:o}, out {out}")
    with open(write("in.pem", secret, 0o644)) as standard:
        os.unlink(path("out.pem"))
        done = subprocess.run([harness.BINARY, "chain", "--complete", path("out.pem"), "--roots",
                               ROOTS, "-"], stdin=standard, stdout=subprocess.PIPE, check=False)
        equal((done.returncode, oct(mode("out.pem"))), (0, oct(0o600)), "from standard input")


def access_list(group, user=None):
    """POSIX access list: owner rw, that for the owning group, r for one user."""
    entries = [(1, 6, -1), (4, group, -1), (0x20, 0, -1)]
    if user is not None:
        entries[1:1] = [(2, 4, user)]
        entries[3:3] = [(0x10, 4, -1)]
    return struct.pack("<I", 2) + b"".join(struct.pack("<HHi", *entry) for entry in entries)


ACCESS, DEFAULT = "system.posix_acl_access", "system.posix_acl_default"


def listed(name):
    """User ids that the access list of a file names."""
    try:
        data = os.getxattr(path(name), ACCESS)[4:]
    except OSError:
        return []
    entries = [struct.unpack("<HHi", data[i:i + 8]) for i in range(0, len(data), 8)]
    return [who for tag, _, who in entries if tag == 2]


def secret_into(out, *args, source="in.pem"):
    return run("chain", "--complete", path(out), "--roots", ROOTS, path(source), *args, umask=0o022)


@test
def chain_complete_never_opens_a_key_by_group_or_folder():
    """Mode bits say little: of which group, behind which folders."""
    secret = key() + pem("leaf int")
    for folder in ("closed", "open", "setgid"):
        os.makedirs(path(folder), exist_ok=True)
    os.chmod(files.FOLDER, 0o755)
    os.chown(path("setgid"), 0, 8)
    for folder, bits in (("closed", 0o700), ("open", 0o755), ("setgid", 0o2755)):
        os.chmod(path(folder), bits)
    try:
        for source, own, out, wanted in (
                ("closed/in.pem", 0o644, "open/out.pem", 0o600),  # the folder had closed it
                ("closed/in.pem", 0o644, "closed/out.pem", 0o644),
                ("open/in.pem", 0o644, "closed/out.pem", 0o644),
                ("open/in.pem", 0o640, "setgid/out.pem", 0o600),  # another group
                ("open/in.pem", 0o644, "setgid/out.pem", 0o644),
                ("open/in.pem", 0o640, "closed/out.pem", 0o640)):
            write(source, secret, own)
            if os.path.exists(path(out)):
                os.unlink(path(out))
            result = secret_into(out, source=source)
            equal((result.code, oct(mode(out))), (0, oct(wanted)), f"{source} {own:o}, {out}")
        # What stands there belongs to another group: its members could not read the key.
        write("open/in.pem", secret, 0o640)
        write("open/out.pem", "old", 0o640)
        os.chown(path("open/out.pem"), 0, 8)
        result = secret_into("open/out.pem", source="open/in.pem")
        equal((result.code, oct(mode("open/out.pem"))), (0, oct(0o600)), "another group's file")
        check("its mode was 0640 and is narrower now" in result.out, result.out)
        # A stranger's file in a folder for everybody waits for what root puts into it.
        os.chmod(path("open"), 0o1777)
        write("open/out.pem", "old", 0o600)
        os.chown(path("open/out.pem"), 65534, 65534)
        refused(secret_into("open/out.pem", source="open/in.pem"), "private key open to others")
        equal(read("open/out.pem"), b"old", "untouched")
        os.chmod(path("open"), 0o755)
        equal(secret_into("open/out.pem", source="open/in.pem").code, 0, "the operator's choice")
        equal(os.stat(path("open/out.pem")).st_uid, 65534, "owner")
        # A pipe that others may read.
        os.mkfifo(path("fifo"))
        os.chmod(path("fifo"), 0o644)
        refused(secret_into("fifo", source="open/in.pem"), "private key open to others")
    finally:
        os.chmod(files.FOLDER, 0o700)


@test
def chain_complete_and_access_lists():
    secret = key() + pem("leaf int")
    os.makedirs(path("lists"), exist_ok=True)
    write("lists/in.pem", secret, 0o600)
    try:
        os.setxattr(path("lists/in.pem"), ACCESS, access_list(0, 65534))
    except OSError as error:
        raise harness.Skip(f"no access lists here: {error}") from None
    # Its group bits are the mask of the list: without the list they would open it to the group.
    equal(oct(mode("lists/in.pem")), oct(0o640), "as stat sees it")
    equal(secret_into("lists/in.pem", source="lists/in.pem").code, 0, "in place")
    equal((listed("lists/in.pem"), oct(mode("lists/in.pem"))), ([65534], oct(0o640)), "kept")
    equal(secret_into("lists/new.pem", source="lists/in.pem").code, 0, "a copy")
    equal((listed("lists/new.pem"), oct(mode("lists/new.pem"))), ([], oct(0o600)), "not copied")
    # A folder that hands a list down to what is made in it.
    write("lists/in.pem", secret, 0o640)
    write("lists/out.pem", "old", 0o640)
    os.setxattr(path("lists"), DEFAULT, access_list(4, 65534))
    for out in ("lists/in.pem", "lists/out.pem", "lists/other.pem"):
        equal(secret_into(out, source="lists/in.pem").code, 0, out)
        equal((listed(out), oct(mode(out))), ([], oct(0o640)), out)


@test
def chain_complete_to_standard_output():
    write("a.pem", pem("leaf int"))
    write("k.pem", key() + pem("leaf int"), 0o600)
    for out in ("-", "/dev/stdout", "/dev/fd/1", "/proc/self/fd/1"):
        result = run("chain", "--complete", out, "--roots", ROOTS, path("a.pem"))
        equal((result.code, result.out), (0, pem("leaf int root")), out)
        check(result.err.startswith("complete: standard output - 3 certificates, "), result.err)
    result = run("chain", "-q", "--complete", "-", "--roots", ROOTS, path("k.pem"))
    equal((result.code, result.out, result.err), (0, key() + pem("leaf int root"), ""), "a key")
    result = run("chain", "-o", "json", "--tlsa", f"2 1 1 {digest('spki256:root')}", "--complete", "-",
                 "--roots", ROOTS, path("a.pem"))
    equal((result.code, result.out), (0, pem("leaf int root")), "with records")
    equal(json.loads(result.err)["verdict"], "verified", "with records")
    result = run("chain", "--output-file", path("report"), "--complete", "-", "--roots", ROOTS,
                 path("a.pem"))
    equal((result.code, result.out, result.err), (0, pem("leaf int root"), ""), "report in a file")
    check(read("report").startswith(b"complete: "), "report in a file")
    # A shell made the file, open to everybody: a key does not go there.
    for source, words in (("a.pem", None), ("k.pem", "lay the private key of")):
        with open(write("redirected", "", 0o644), "wb") as file:
            result = run("chain", "--complete", "/dev/stdout", "--roots", ROOTS, path(source), stdout=file)
        equal(result.code, 3 if words else 0, source)
        equal(read("redirected").decode(), "" if words else pem("leaf int root"), source)
        if words:
            harness.one_line(result, words)
    with open(write("redirected", "", 0o600), "wb") as file:
        equal(run("chain", "--complete", path("redirected"), "--roots", ROOTS, path("k.pem"),
                  stdout=file).code, 0, "closed")
    equal(read("redirected").decode(), key() + pem("leaf int root"), "by its own name")


@test
def chain_never_overwrites_what_it_reads():
    """A report in the place of a key would be the end of that."""
    for args in (["chain", "--output-file", "{k}", "{k}"], ["tlsa", "--output-file", "{k}", "{k}"],
                 ["chain", "--output-file", "{r}", "--roots", "{r}", "{k}"],
                 ["chain", "--output-file", "{t}", "--tlsa-file", "{t}", "{k}"],
                 ["chain", "--complete", "{r}", "--roots", "{r}", "{k}"],
                 ["chain", "--complete", "{t}", "--tlsa-file", "{t}", "--roots", "{r}", "{k}"],
                 ["chain", "--complete", "{o}", "--output-file", "{o}", "--roots", "{r}", "{k}"],
                 ["plan", "--new", "{k}", "--output-file", "{k}", "example.org"]):
        data = {"k": key() + pem("leaf int"), "r": pem("root"),
                "t": f"3 1 1 {digest('spki256:leaf')}\n", "o": "old\n"}
        names = {name: write(f"spared-{name}", text, 0o600) for name, text in data.items()}
        refused(run(*(arg.format(**names) for arg in args)), "type another")
        equal({name: read(f"spared-{name}").decode() for name in data}, data, str(args))
    # One file by two names.
    write("spared-o", "old")
    os.unlink(path("spared-o"))
    refused(run("chain", "--complete", path("spared-o"), "--output-file", path("./spared-o"), "--roots",
                ROOTS, path("spared-k")), "it holds the chain now")
    equal(files.labels(read("spared-o")), "KCCC", "the chain, not the report")


@test
def chain_complete_only_verified_steps():
    """An issuer that only its name recommends is not appended: its signature could not be checked."""
    write("a.pem", pem("odd"))
    write("oddroot.pem", pem("oddroot"))
    result = run("chain", "--complete", path("never.pem"), "--roots", path("oddroot.pem"), path("a.pem"))
    equal((result.code, result.out), (2, ""), str(result))
    harness.one_line(result, "cannot be checked here")
    check(not os.path.exists(path("never.pem")), "written all the same")


@test
def chain_complete_with_too_many_issuers_of_one_name():
    """What was not tried is not called unknown."""
    specs = {f"s{n}": {"like": "root", "subject": "Lab Root CA"} for n in range(130)}
    many = Pki(path("many")).scenario(specs, {"mx": files.HOST, "zone": "example.org"})
    write("many.pem", many.pem_chain(" ".join(specs)) + pem("root"))
    write("a.pem", pem("leaf int"))
    result = run("chain", "--complete", path("never.pem"), "--roots", path("many.pem"), path("a.pem"))
    equal(result.code, 2, str(result))
    harness.one_line(result, "not all were tried; type --roots FILE")


def chains_in(text):
    """The parts of a file that begin with a key."""
    return re.split(r"(?=-----BEGIN (?:EC |RSA )?PRIVATE KEY-----)", text)[1:]


@test
def chain_complete_two_chains_in_one_file():
    """As Postfix takes them from smtpd_tls_chain_files: key, certificate, issuers; for RSA and for ECDSA."""
    first, second = key() + pem("leaf int"), key("rsa") + pem("rsa int")
    behind = pem("rsa int") + key("rsa")
    for text, wanted in ((first + second, first + pem("root") + second + pem("root")),
                         ("# EC\n" + first + "# RSA\n" + second,
                          "# EC\n" + first + pem("root") + "# RSA\n" + second + pem("root")),
                         (first + pem("root") + second, first + pem("root") + second + pem("root")),
                         (first + behind, first + pem("root") + second + pem("root")),
                         (key() + pem("leaf") + second,
                          key() + pem("leaf int root") + second + pem("root"))):
        name = write("two.pem", text, 0o600)
        write("issuers.pem", pem("root int"))
        result = run("chain", "--complete", name, "--roots", path("issuers.pem"), name)
        equal((result.code, read("two.pem").decode()), (0, wanted), text[:20])
        for part in chains_in(wanted):
            check(verifies(write("part.pem", part), ROOTS), "OpenSSL reads each part")
        result = run("chain", "--complete", name, "--roots", path("issuers.pem"), name)
        check(result.code == 0 and "nothing is missing" in result.out, str(result))
        equal(read("two.pem").decode(), wanted, "once more")
    # With other line ends.
    name = write("two.pem", (first + second).replace("\n", "\r\n").rstrip())
    equal(run("chain", "--complete", name, "--roots", ROOTS, name).code, 0, "CR LF")
    equal(read("two.pem"), (first + pem("root") + second + pem("root")).replace("\n", "\r\n").encode(), "CR LF")
    # One of them cannot be completed: nothing is written.
    write("two.pem", first + key("odd") + pem("odd"))
    result = run("chain", "--complete", name, "--roots", ROOTS, name)
    equal((result.code, read("two.pem").decode()), (2, first + key("odd") + pem("odd")), "all or nothing")


@test
def chain_of_two_keys_against_records():
    """Which certificate a sender meets depends on what it offers: both must match."""
    text = key() + pem("leaf int") + key("rsa") + pem("rsa int")
    records = [["--tlsa", f"3 1 1 {digest('spki256:' + name)}"] for name in ("leaf", "rsa")]
    for args in records:
        write("two.pem", text)
        result = run("chain", *args, path("two.pem"))
        equal(result.code, 2, str(result))
        check("tlsa-other-key-type" in result.out, result.out)
    equal(run("chain", *records[0], *records[1], path("two.pem")).code, 0, "both")
    result = run("chain", "-v", "--tlsa", f"2 1 1 {digest('spki256:int')}", path("two.pem"))
    equal(result.code, 0, str(result))
    check(result.out.count("2 certificates:") == 2, result.out)
    # The root behind the second chain is not sent with the first.
    write("two.pem", text + pem("root"))
    result = run("chain", "--tlsa", f"2 1 1 {digest('spki256:root')}", path("two.pem"))
    equal(result.code, 2, str(result))


@test
def chain_root_by_digest_as_tools_print_it():
    write("a.pem", pem("leaf int"))
    for wanted in (digest("spki256:root"), digest("cert256:root")):
        colons = ":".join(wanted[i:i + 2] for i in range(0, 64, 2))
        for text in (wanted, wanted.upper(), colons.upper()):
            result = run("chain", "--complete", path("out.pem"), "--roots", ROOTS, "--root", text,
                         path("a.pem"))
            equal(result.code, 0, str(result))
            check("chosen with --root" in result.out, result.out)
    equal(run("chain", "--complete", path("out.pem"), "--roots", ROOTS, "--root", digest("spki256:int"),
              path("a.pem")).code, 2, "no root")


@test
def chain_complete_follows_links_and_keeps_owner():
    os.makedirs(path("archive/mx"), exist_ok=True)
    os.makedirs(path("live/mx"), exist_ok=True)
    write("archive/mx/fullchain1.pem", pem("leaf int"), 0o640)
    link = path("live/mx/fullchain.pem")
    if not os.path.islink(link):
        os.symlink("../../archive/mx/fullchain1.pem", link)
    os.chown(path("archive/mx/fullchain1.pem"), 0, 8)
    equal(run("chain", "--complete", link, "--roots", ROOTS, link).code, 0, "exit")
    check(os.path.islink(link), "the link is gone")
    now = os.stat(path("archive/mx/fullchain1.pem"))
    equal((now.st_gid, stat.S_IMODE(now.st_mode)), (8, 0o640), "group and mode")
    equal(files.labels(read("archive/mx/fullchain1.pem")), "CCC", "content")
    equal(os.listdir(path("archive/mx")), ["fullchain1.pem"], "nothing else is left")


@test
def chain_complete_that_cannot_be_in_one_step():
    name = write("mounted.pem", pem("leaf int"))
    subprocess.run(["mount", "--bind", name, name], check=True)
    try:
        result = run("chain", "--complete", name, "--roots", ROOTS, name)
        refused(result, "cannot be replaced in one step")
        equal(read("mounted.pem"), pem("leaf int").encode(), "content")
    finally:
        subprocess.run(["umount", name], check=True)
    # The folder is closed to the user: never in place, where a crash would leave half a file.
    with tempfile.TemporaryDirectory() as base:
        os.chmod(base, 0o755)
        mail, roots = os.path.join(base, "mail.pem"), os.path.join(base, "root.pem")
        for file, data in ((mail, pem("leaf int")), (roots, pem("root"))):
            Path(file).write_text(data)
            os.chmod(file, 0o666)
        result = run("chain", "--complete", mail, "--roots", roots, mail, user=65534, group=65534,
                     extra_groups=[])
        refused(result, "cannot be replaced in one step")
        equal((Path(mail).read_text(), sorted(os.listdir(base))),
              (pem("leaf int"), ["mail.pem", "root.pem"]), "nothing has changed")
    name = write("leaf.der", files.CERTS.chain("leaf")[0].der)
    write("issuers.pem", pem("int root"))
    refused(run("chain", "--complete", name, "--roots", path("issuers.pem"), name), "is DER, which")


# --- against records ---


def compared(expected, *args, name="c.pem", chain="leaf int"):
    write(name, pem(chain))
    result = run("chain", *args, path(name))
    equal(result.code, {"verified": 0, "failed": 2, "unauthenticated": 2}[expected], str(result))
    check(result.out.startswith(f"{expected}: {path(name)} - "), result.out)
    check("server did not send" not in result.out and "it sent" not in result.out, result.out)
    return result.out


@test
def chain_against_records():
    good, root = f"3 1 1 {digest('spki256:leaf')}", f"2 1 1 {digest('spki256:root')}"
    compared("verified", "--tlsa", good)
    compared("verified", "--tlsa", f"2 1 1 {digest('spki256:int')}", "--host", files.HOST)
    out = compared("verified", "--tlsa", f"2 1 1 {digest('spki256:int')}")
    check("its name was not checked" in out, out)
    out = compared("failed", "--tlsa", f"2 1 1 {digest('spki256:int')}", "--host", "x.example.org")
    check("certificate-host-mismatch" in out, out)
    out = compared("failed", "--tlsa", root)
    check("tlsa-anchor-not-sent" in out and "daneprobe chain --complete" in out, out)
    compared("verified", "--tlsa", root, chain="leaf int root")
    compared("unauthenticated", "--tlsa", f"1 1 1 {digest('spki256:leaf')}")
    out = compared("failed", "--tlsa", good.replace("3 1 1", "3 0 1"))
    check("tlsa-selector-swapped" in out, out)
    # Case C205: what matches nothing is listed.
    out = compared("verified", "--tlsa", good, "--tlsa", root, "-v")
    check("tlsa-unmatched" in out, out)
    # What is wrong with the file itself is told beside it.
    write("c.pem", key("other") + pem("leaf int"))
    result = run("chain", "--tlsa", good, path("c.pem"))
    equal(result.code, 1, str(result))
    check("file-key-mismatch" in result.out, result.out)
    # Of a retired CA, by name.
    out = compared("failed", "--tlsa",
                   "2 1 1 8d02536c887482bc34ff54e41d2ba659bf85b341a0a20afadb5813dcfbcf286d")
    check("R3 (a CA below ISRG Root X1), whose certificate expired on 2025-09-15" in
          " ".join(out.split()), out)


@test
def chain_json_against_records_is_that_of_check():
    import sys

    sys.path.append(str(ROOT / "tests/schema"))
    import validate

    write("c.pem", pem("leaf int"))
    for record in (f"3 1 1 {digest('spki256:leaf')}", f"2 1 1 {digest('spki256:root')}"):
        result = run("chain", "-v", "-o", "json", "--tlsa", record, path("c.pem"))
        report = json.loads(result.out)
        validator = validate.jsonschema.Draft202012Validator(validate.SCHEMA)
        equal(list(validate.complaints(report, validator)), [], record)
        equal(report["hosts"][0]["addresses"][0]["addr"], None, "no address")


def split(text, size):
    return " ".join(text[i:i + size] for i in range(0, len(text), size))


@test
def chain_record_files():
    good, other = digest("spki256:leaf"), digest("spki256:other")
    owner = f"_25._tcp.{files.HOST}."
    rdata = "030101" + good
    for text in (
            f"3 1 1 {good}\n", f"3 1 1 {split(good.upper(), 56)}",  # dig +short
            f"TLSA 3 1 1 {good}", f"IN TLSA DANE-EE SPKI SHA2-256 {good}",
            f"{owner} IN TLSA 3 1 1 {good}\n", f"{owner}\t3600\tIN\tTLSA\t3 1 1 {good}\r\n",
            f"{owner} IN 1h30m tlsa 3 1 1 ({split(good, 7)}) ; a comment ( \n",
            f"$ORIGIN example.org.\n$TTL 1h\n_25._tcp.mx TLSA (\n 3\n 1 ; SPKI\n 1\n {split(good, 2)}\n)\n",
            f"; whole zone\n$ORIGIN org.\nexample SOA a. b. ( 1 2\n 3 4 5 )\n  TXT \"3 1 1 ( ; \\\" \"\n"
            f"  NS a.example\n_25._tcp.mx.example A 192.0.2.1\n    86400 IN TLSA 3 1 1 {good}\n",
            f"{owner} IN TYPE52 \\# 35 {rdata}\n", f"{owner} TYPE52 \\# 35 ( {split(rdata, 30)} )\n",
            f"{owner} IN TLSA \\# 35 {rdata}\n",
            f"\ufeff_25._tcp.mx IN TLSA 3 1 1 {good}\n",
            f"{files.HOST}. A 192.0.2.1\n{owner} RRSIG TLSA 13 5 300 20301231000000 20261101000000 7 org. aa==\n"
            f"{owner} TLSA 3 1 1 {good}\n_443._tcp.{files.HOST}. TLSA 3 1 1 {other}\n",
            f"_25._tcp.{files.HOST} has TLSA record 3 1 1 {split(good, 56)}\n",
            f"3 1 1 {good}\nTLSA 13 5 3600 20301231000000 20261101000000 4711 example.org. c2ln bmF0\n",
            f"other.example.org.\n3 1 1 {good}\n",
            # host with a server, nslookup, delv, dig +unknownformat
            f"Using domain server:\nName: 127.0.0.1\nAddress: 127.0.0.1#53\nAliases: \n\n"
            f"_25._tcp.{files.HOST} has TLSA record 3 1 1 {split(good.upper(), 56)}\n",
            f"Server:\t\t127.0.0.1\nAddress:\t127.0.0.1#53\n\nNon-authoritative answer:\n"
            f"_25._tcp.{files.HOST}\trdata_52 = 3 1 1 {split(good.upper(), 56)}\n\n"
            f"Authoritative answers can be found from:\n",
            f"; fully validated\n{owner}\t3600\tIN\tTLSA\t3 1 1 {good}\n"
            f"{owner} 3600 IN RRSIG TLSA 13 5 3600 20301231000000 20261101000000 7 org. aa==\n",
            f"{owner} 3600 CLASS1 TYPE52 \\# 35 {split(rdata.upper(), 56)}\n",
            f"\\# 35 {split(rdata.upper(), 56)}\n",
            f"\\_25.\\_tcp.m\\120.example.org. TLSA 3 1 1 {good}\n",
            f'{owner} TLSA 3 1 1 "{good}"\n'):
        write("records", text)
        out = compared("verified", "--tlsa-file", path("records"))
        check("tlsa-unmatched" not in out, text)
    write("records", f"; <<>> DiG 9.18 <<>> TLSA {owner}\n;; global options: +cmd\n;; Got answer:\n"
          f";; ->>HEADER<<- opcode: QUERY, status: NOERROR, id: 1\n\n;; QUESTION SECTION:\n;{owner} IN TLSA\n\n"
          f";; ANSWER SECTION:\n{owner} 300 IN TLSA 3 1 1 (\n\t\t\t\t{split(good, 56)} )\n\n;; Query time: 0 msec\n")
    compared("verified", "--tlsa-file", path("records"))
    # The owner names the server: with usage 2 its name must stand in the certificate.
    write("records", f"_25._tcp.x.example.org. TLSA 2 1 1 {digest('spki256:int')}\n")
    check("certificate-host-mismatch" in compared("failed", "--tlsa-file", path("records")), "name")
    write("records", f"_25._tcp.x.example.org. TLSA 3 1 1 {other}\n{owner} TLSA 3 1 1 {good}\n"
          f"_465._tcp.mx TLSA 3 1 1 {other}\n")
    compared("verified", "--tlsa-file", path("records"), "--host", files.HOST)
    compared("failed", "--tlsa-file", path("records"), "--host", "x.example.org")
    out = compared("failed", "--tlsa-file", path("records"), "--host", files.HOST, "--port", "465")
    check(f"_465._tcp.{files.HOST}" in out, out)
    compared("verified", "--tlsa-file", path("records"), "--host", files.HOST, "--tlsa", f"3 1 1 {other}")


@test
def chain_record_files_with_aliases_and_wildcards():
    """Records of many servers at one name (RFC 7671 s7; RFC 4592)."""
    good, other, host = digest("spki256:leaf"), digest("spki256:other"), ["--host", files.HOST]
    owner = f"_25._tcp.{files.HOST}."
    rows = ((f"{owner} CNAME _dane.example.org.\n_dane.example.org. TLSA 3 1 1 {good}\n", True),
            (f"$ORIGIN example.org.\n_25._tcp.mx CNAME _dane\n_dane CNAME _d2.example.net.\n"
             f"_d2.example.net. TLSA 3 1 1 {good}\n_x TLSA 3 1 1 {other}\n", True),
            (f"_25._tcp.mx CNAME _dane\n_dane TLSA 3 1 1 {good}\n", True),  # no $ORIGIN
            (f"_25._tcp.{files.HOST} is an alias for _dane.example.org.\n"
             f"_dane.example.org has TLSA record 3 1 1 {good}\n", True),
            (f"_25._tcp.{files.HOST}\tcanonical name = _dane.example.org.\n"
             f"_dane.example.org\trdata_52 = 3 1 1 {good}\n", True),
            (f"*._tcp.{files.HOST}. TLSA 3 1 1 {good}\n", True),
            (f"*._tcp.{files.HOST}. CNAME _dane.example.org.\n_dane.example.org. TLSA 3 1 1 {good}\n"
             f"_y.example.org. TLSA 3 1 1 {other}\n", False),
            (f"*._tcp.{files.HOST}. TLSA 3 1 1 {other}\n{owner} TLSA 3 1 1 {good}\n", True),
            (f"*.{files.HOST}. TLSA 3 1 1 {other}\n*._tcp.{files.HOST}. TLSA 3 1 1 {good}\n", False))
    for text, alone in rows:
        write("records", text)
        for more in ([], host) if alone else (host,):
            out = compared("verified", "--tlsa-file", path("records"), *more)
            check("tlsa-unmatched" not in out, text)
    # The name of the server is that of the alias, and of the wildcard.
    for text in (f"_25._tcp.x.example.org. CNAME _dane.example.org.\n_dane.example.org. TLSA 2 1 1 ",
                 "*._tcp.x.example.org. TLSA 2 1 1 "):
        write("records", text + digest("spki256:int") + "\n")
        check("certificate-host-mismatch" in compared("failed", "--tlsa-file", path("records")), text)
    # Round and round; two servers at one name.
    write("records", f"{owner} CNAME a.\na. CNAME {owner}\nb. TLSA 3 1 1 {good}\n")
    refused(run("chain", "--tlsa-file", path("records"), path("c.pem")), "lack those of")
    write("records", f"_25._tcp.a. CNAME d.\n_25._tcp.b. CNAME d.\nd. TLSA 3 1 1 {good}\n")
    refused(run("chain", "--tlsa-file", path("records"), path("c.pem")), "of several names")


@test
def chain_record_files_that_are_wrong():
    good = digest("spki256:leaf")
    write("c.pem", pem("leaf int"))
    for text, words in (
            ("", "holds no TLSA record; give zone file lines"),
            ("; only a comment\n", "holds no TLSA record"),
            ("$INCLUDE other.zone\n", "$INCLUDE and $GENERATE are not followed"),
            (f"\n\n3 1 1 {good[:-1]}\n", "line 3 is no TLSA record: the data has an odd number"),
            (f"a. TLSA 3 1 1 {good}g\n", "line 1 is no TLSA record"),
            (f"a. TLSA 3 1 1 (\n {good}\n", "line 1 opens a parenthesis"),
            (f"a. TYPE52 \\# 36 030101{good}\n", "has 35 octets of data, but says 36"),
            (f"a. TYPE52 \\# 3 030101\n", "is too short for a TLSA record"),
            ("a. TYPE52 \\#\n", "has no length behind"),
            (pem("leaf"), "which is no DNS record; type records as in"),
            ("\x00\x01\x02\n", "holds a NUL"),
            ("$ORIGIN\n", "has no name behind $ORIGIN"),
            (f"_25._tcp.a. TLSA 3 1 1 {good}\n_25._tcp.b. TLSA 3 0 1 {good}\n",
             "are of several names (3 1 1 at _25._tcp.a, 3 0 1 at _25._tcp.b); type --host NAME")):
        write("records", text)
        refused(run("chain", "--tlsa-file", path("records"), path("c.pem")), words)
    write("records", f"_443._tcp.{files.HOST}. TLSA 3 0 1 {good}\n")
    refused(run("chain", "--tlsa-file", path("records"), "--host", files.HOST, path("c.pem")),
            f"lack those of _25._tcp.{files.HOST}; the files hold 3 0 1 at _443._tcp.{files.HOST}")
    refused(run("chain", "--tlsa-file", path("none"), path("c.pem")), "does not exist; type the path")
    refused(run("chain", "--tlsa-file", files.FOLDER, path("c.pem")), "cannot be read")


@test
def chain_wrong_usage():
    name = write("c.pem", pem("leaf int"))
    write("k.pem", key())
    for args, words in (
            ([], "no file; type the path"), ([name, name], "chain takes one file"),
            (["-o", "nagios", name], "type text or json"),
            (["--live", "example.org", "--tlsa", "3 1 1 00", name], "leave --tlsa and --tlsa-file"),
            (["--wait", "5", name], "type --live TARGET, too"),
            (["--root", "X", name], "type --complete OUT, too"),
            (["-r", "recursive", name], "--resolver is for DNS questions; type --live"),
            (["-4", "--tlsa", "3 1 1 00", name], "--ipv4 is for DNS questions"),
            (["--timeout", "5", name], "type --live TARGET, too"),
            (["--live", "example.org", "--interval", "5", name], "type --wait DUR, too"),
            (["--port", "465", name], "type --tlsa, --tlsa-file or --live, too"),
            (["--pkix-roots", ROOTS, "--tlsa", "1 1 1 00", name], "type --live TARGET, too"),
            ([""], '"" does not exist'),
            (["--roots", path("k.pem"), name], "holds no certificate"),
            ([path("k.pem")], "holds no certificate"), ([path("none.pem")], "does not exist"),
            (["--live", "smtp://a.example", "--host", "b.example", name], "leave --host out"),
            (["--complete", path("no/folder.pem"), "--roots", ROOTS, name], "cannot be written")):
        refused(run("chain", *args), words)
    # A variable is for many runs: there it may be of no use.
    write("a.pem", pem("leaf int root"))
    equal(run("chain", path("a.pem"), env={"DANEPROBE_OPT_TIMEOUT": "5"}).code, 0, "variable")


# --- certbot ---


@test
def certbot_deploy_hook():
    os.makedirs(path("certbot/archive/mx"), exist_ok=True)
    os.makedirs(path("certbot/live/mx"), exist_ok=True)
    write("certbot/archive/mx/fullchain3.pem", pem("leaf int"), 0o644)
    link = path("certbot/live/mx/fullchain.pem")
    if not os.path.islink(link):
        os.symlink("../../archive/mx/fullchain3.pem", link)
    env = harness.clean_environment({"RENEWED_LINEAGE": path("certbot/live/mx"),
                                     "RENEWED_DOMAINS": files.HOST, "DANEPROBE": harness.BINARY,
                                     "DANEPROBE_OPT_ROOTS": ROOTS})

    def hook(**more):
        return subprocess.run(["sh", HOOK], env={**env, **more}, stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT, check=False)

    for _ in range(2):  # certbot runs hooks again and again
        done = hook()
        equal((done.returncode, done.stdout), (0, b""), "hook")
        check(os.path.islink(link) and verifies(link, ROOTS), "completed behind the link")
        equal(files.labels(read("certbot/archive/mx/fullchain3.pem")), "CCC", "blocks")
    # It compares with what is published, and waits for it.
    with FakeDns() as dns:
        dns_env = {"DANEPROBE_OPT_RESOLVER": f"127.0.0.1@{dns.port}",
                   "DANEPROBE_OPT_TRUST_ANCHOR": dns.options()[3], "DANEPROBE_TARGET": "nx.example"}
        done = hook(**dns_env)
        # 1, not 2: the simple style, in which a warning is no failure of the renewal.
        check(done.returncode == 1 and done.stdout.startswith(b"no-mail: nx.example"), str(done))
        asked = dns.queries
        done = hook(**dns_env, DANEPROBE_WAIT="0.5", DANEPROBE_OPT_INTERVAL="0.1")
        check(done.returncode == 1 and dns.queries > 2 * asked, f"{asked}, then {dns.queries}")
    # It fails when the issuer is not known.
    write("certbot/archive/mx/fullchain3.pem", pem("leaf"), 0o644)
    done = hook()
    equal(done.returncode, 1, str(done.stdout))
    check(b"cannot be completed" in done.stdout, str(done.stdout))
    check(re.search(rb"--roots FILE", done.stdout), str(done.stdout))
