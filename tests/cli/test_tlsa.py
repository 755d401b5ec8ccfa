# SPDX-License-Identifier: Apache-2.0
"""tlsa: what is typed, what comes out where, and one line for everything that cannot be used."""
import atexit
import hashlib
import os
import shutil
import subprocess
import tempfile

from harness import check, equal, one_line, refused, run, test

FOLDER = tempfile.mkdtemp(prefix="daneprobe-tlsa.")
atexit.register(shutil.rmtree, FOLDER)


def path(name):
    return os.path.join(FOLDER, name)


def openssl(*args, data=None):
    return subprocess.run(["openssl", *args], cwd=FOLDER, check=True, input=data,
                          capture_output=True).stdout


def write(name, data):
    with open(path(name), "wb") as file:
        file.write(data)
    return path(name)


def read(name):
    with open(path(name), "rb") as file:
        return file.read()


def make():
    """mx: a certificate by a root of our own; wild: by the same, for a wildcard alone."""
    openssl("genpkey", "-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256", "-out", "mx.key")
    openssl("genpkey", "-algorithm", "ED25519", "-out", "other.key")
    openssl("genpkey", "-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-384", "-out", "ca.key")
    openssl("req", "-x509", "-key", "ca.key", "-subj", "/CN=Our Root", "-days", "30", "-out", "ca.pem")
    for name, names in (("mx", "DNS:mx.example.org,DNS:example.org"), ("wild", "DNS:*.example.org")):
        openssl("req", "-new", "-key", "mx.key", "-subj", "/", "-out", "mx.csr")
        write("ext", b"basicConstraints=CA:FALSE\nsubjectAltName=" + names.encode() + b"\n")
        openssl("x509", "-req", "-in", "mx.csr", "-CA", "ca.pem", "-CAkey", "ca.key", "-days", "20",
                "-CAcreateserial", "-extfile", "ext", "-out", name + ".pem")
    write("chain.pem", read("mx.pem") + read("ca.pem"))
    write("mixed.pem", read("other.key") + read("mx.pem"))
    write("indented.pem", b"".join(b"    " + line for line in read("mx.pem").splitlines(True)))
    write("joined.pem", read("mx.pem").rstrip(b"\n") + read("ca.pem"))
    write("half.pem", read("mx.pem")[:300])
    write("empty.pem", b"")
    write("words", b"hello\n")
    write("large.pem", b"\n" * (4 << 20) + read("mx.pem"))
    openssl("pkcs12", "-export", "-passout", "pass:", "-inkey", "mx.key", "-in", "mx.pem", "-out",
            "mx.p12")
    openssl("crl2pkcs7", "-nocrl", "-certfile", "mx.pem", "-out", "mx.p7b")
    openssl("genpkey", "-algorithm", "x25519", "-out", "x25519.key")
    openssl("pkey", "-in", "mx.key", "-aes256", "-passout", "pass:x", "-out", "locked.key")
    return hashlib.sha256(openssl("pkey", "-in", "mx.key", "-pubout", "-outform", "DER")).hexdigest()


KEY_DIGEST = make()
RECORD = f"_25._tcp.mx.example.org. IN TLSA 3 1 1 {KEY_DIGEST}\n"


@test
def tlsa_wrong_input():
    for args, words in (
            ([], 'as in "daneprobe tlsa fullchain.pem"'),
            (["chain.pem", "mx.pem"], "tlsa takes one file"),
            (["absent.pem"], "absent.pem does not exist"),
            ([""], "does not exist"),
            (["."], "is a folder"),
            (["empty.pem"], "empty.pem is empty; give a file"),
            (["words"], "-----BEGIN CERTIFICATE-----"),
            (["large.pem"], "is larger than 4 MiB"),
            (["mx.p12"], "openssl pkcs12 -in FILE"),
            (["mx.p7b"], "openssl pkcs7 -in FILE"),
            (["locked.key"], "openssl pkey -in FILE -pubout"),
            (["indented.pem"], "is indented"),
            (["joined.pem"], "type a line end between them"),
            (["half.pem"], "-----END CERTIFICATE----- is missing"),
            (["mixed.pem"], "belongs to none of its certificates"),
            (["wild.pem"], "--owner mx.example.org"),
            (["mx.key"], "--owner mx.example.org"),
            (["mx.csr"], "--owner mx.example.org"),
            (["--selector", "0", "--owner", "mx.example.org", "mx.key"], "type --selector 1"),
            (["--usage", "2", "mx.pem"], "holds no certificate of an issuer"),
            (["--usage", "2", "--owner", "mx.example.org", "mx.key"], "of the server itself"),
            (["--usage", "4", "mx.pem"], "type a number from 0 to 3"),
            (["--selector", "2", "mx.pem"], "type 0 (Cert) or 1 (SPKI)"),
            (["--matching", "3", "mx.pem"], "type 0 (Full), 1 (SHA2-256) or 2 (SHA2-512)"),
            (["--format", "xml", "mx.pem"], "type bind, generic, tinydns or json"),
            (["--port", "0", "mx.pem"], "type a number from 1 to 65535"),
            (["--ttl", "1h", "mx.pem"], "type seconds"),
            (["--owner", "mx.exam ple.org", "mx.pem"], "--owner"),
            (["--owner", "_25._tcp.mx.example.org", "mx.pem"], "type that of the server"),
            (["--resolver", "192.0.2.1", "mx.pem"], "--resolver is for servers; type --live"),
            (["-4", "mx.pem"], "--ipv4 is for servers"),
            (["--connect", "mx.example.org=192.0.2.1", "mx.pem"], "--connect is for servers"),
            (["x25519.key"], "for key agreement alone"),
            (["--live", "example.org", "mx.pem"], "leave out the one or the other"),
            (["--live", "example.org", "--owner", "mx.example.org"], "leave it out"),
            (["--live", "192.0.2.1"], "is an address"),
            (["--live", ""], "type a mail domain or server")):
        refused(run("tlsa", *args, cwd=FOLDER), words)


@test
def tlsa_denied():
    name = write("denied.pem", read("mx.pem"))
    os.chmod(name, 0)
    if os.access(name, os.R_OK):  # root reads everything: as somebody else
        uid = 65534
        os.chmod(FOLDER, 0o711)
        refused(run("tlsa", name, user=uid), "may not be read by this user")
    else:
        refused(run("tlsa", name), "may not be read by this user")


@test
def tlsa_of_files():
    for args in (["chain.pem"], ["./chain.pem"], ["--", "mx.pem"]):
        result = run("tlsa", *args, cwd=FOLDER)
        equal((result.code, result.out), (0, RECORD), str(args))
        one_line(result, "the first of 2 host names")
    with open(path("chain.pem"), "rb") as file:
        equal(run("tlsa", "-", stdin=file).out, RECORD, "standard input")
    for name in ("mx.key", "mx.csr", "mx.pem"):
        result = run("tlsa", "--owner", "mx.example.org", path(name))
        equal((result.code, result.out, result.err), (0, RECORD, ""), name)


@test
def tlsa_owner_port_ttl():
    result = run("tlsa", "--owner", "MAIL.example.net.", "--port", "25", "--port", "465", "--port", "25", "--ttl", "60",
                 path("mx.pem"))
    equal(result.out, "".join(f"_{port}._tcp.mail.example.net. 60 IN TLSA 3 1 1 {KEY_DIGEST}\n"
                              for port in (25, 465)), "two ports")
    result = run("tlsa", path("mx.pem"), env={"DANEPROBE_OPT_TTL": "7", "DANEPROBE_OPT_PORT": "587,24"})
    equal([line.split(".")[0] for line in result.out.splitlines()], ["_587", "_24"], "by environment")
    check(" 7 IN " in result.out, result.out)


@test
def tlsa_words_for_numbers():
    """RFC 7218"""
    equal(run("tlsa", "--usage", "dane-ee", "--selector", "SPKI", "--matching", "SHA2-256",
              path("mx.pem")).out, RECORD, "mnemonics")


@test
def tlsa_warnings_change_nothing():
    result = run("tlsa", "--usage", "1", "--selector", "0", "--matching", "2", "--owner",
                 "mx.example.org", path("mx.pem"))
    equal(result.code, 0, "exit status")
    equal(result.out.count("\n"), 1, "records")
    equal(result.err.count("daneprobe: warning: "), 3, result.err)
    # elsewhere than port 25, usage 1 is in order
    result = run("tlsa", "--usage", "1", "--port", "465", "--owner", "mx.example.org", path("mx.pem"))
    equal(result.err, "", "port 465")
    result = run("tlsa", "--clock", "2200-01-01", "--owner", "mx.example.org", path("mx.pem"))
    one_line(result, "expired on")
    equal((result.code, result.out), (0, RECORD), "an expired certificate")


@test
def tlsa_comments_name_certificates():
    result = run("tlsa", "--all", "--owner", "mx.example.org", path("chain.pem"))
    comments = [line for line in result.out.splitlines() if line.startswith("; ")]
    check(comments[0].startswith("; mx.example.org, ECDSA P-256, until 2"), result.out)
    check(comments[1].startswith("; Our Root, ECDSA P-384, until 2"), result.out)
    equal((len(comments), result.out.count(" TLSA ")), (2, 8), "lines")
    check(run("tlsa", "--format", "tinydns", "-v", path("mx.pem")).out.startswith("# mx.example.org, "),
          "the comment of tinydns")


@test
def tlsa_output_file():
    result = run("tlsa", "--output-file", path("out.zone"), "--owner", "mx.example.org", path("mx.pem"))
    equal((result.code, result.out, result.err), (0, "", ""), "with a file")
    equal(read("out.zone").decode(), RECORD, "in the file")
    refused(run("tlsa", "--output-file", path("absent/out"), "--owner", "mx.example.org",
                path("mx.pem")), "its folder does not exist")
    with open("/dev/full", "wb") as full:
        result = run("tlsa", "--owner", "mx.example.org", path("mx.pem"), stdout=full)
    equal(result.code, 3, "a full disk")


@test
def tlsa_tells_no_secret():
    private = openssl("pkey", "-in", "mx.key", "-text", "-noout").decode()
    secret = "".join(private.split("priv:")[1].split("pub:")[0].split()).replace(":", "")
    body = read("mx.key").decode().splitlines()[1]
    write("broken.key", read("mx.key").replace(b"-----END", b"*\n-----END"))
    write("keychain.pem", read("mx.key") + read("chain.pem"))
    for args in (["mx.key"], ["broken.key"], ["keychain.pem"], ["--matching", "0", "mx.key"],
                 ["--format", "json", "mx.key"]):
        result = run("tlsa", "-v", "--owner", "mx.example.org", *args, cwd=FOLDER)
        for text in (secret, body, body[:24]):
            check(text not in result.out + result.err, f"{args} tells the key")
