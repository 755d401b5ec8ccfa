# SPDX-License-Identifier: Apache-2.0
"""plan: what is refused and how, and its reports. Whole rollovers: tests/rollover."""
import datetime
import glob
import json
import os
import subprocess
import tempfile

import jsonschema
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from fake_dns import FakeDns
import harness
from harness import check, clean_environment, equal, refused, run, test

FAIL, NX = "fail.example", "nx.example"
HERE = os.path.dirname(os.path.abspath(__file__))
with open(os.path.join(HERE, "..", "schema", "plan.schema.json"), encoding="ascii") as schema:
    VALIDATOR = jsonschema.Draft202012Validator(json.load(schema))


def key():
    return ec.generate_private_key(ec.SECP256R1())


def key_pem(private, encryption=serialization.NoEncryption()):
    return private.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8,
                                 encryption).decode()


def cert_pem(private, name, issuer=None, ca=False):
    """A certificate of name by issuer (a pair of key and name), else by itself."""
    signer, by = issuer or (private, name)
    made = x509.CertificateBuilder().public_key(private.public_key()).serial_number(7) \
        .subject_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])) \
        .issuer_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, by)])) \
        .not_valid_before(datetime.datetime(2024, 1, 1)) \
        .not_valid_after(datetime.datetime(2099, 1, 1)) \
        .add_extension(x509.BasicConstraints(ca, None), True)
    if not ca:
        made = made.add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), False)
    return made.sign(signer, hashes.SHA256()).public_bytes(serialization.Encoding.PEM).decode()


class Files:
    """A folder of files that a server might be given."""

    def __enter__(self):
        self.folder = tempfile.TemporaryDirectory()
        ca, self.key, other = key(), key(), key()
        self.ca = cert_pem(ca, "Some CA", ca=True)
        self.leaf = cert_pem(self.key, "mx.example.org", (ca, "Some CA"))
        self.second = cert_pem(other, "mx2.example.org", (ca, "Some CA"))
        self.other = key_pem(other)
        self.middle = cert_pem(other, "Its Intermediate", (ca, "Some CA"), ca=True)
        return self

    def __exit__(self, *_):
        self.folder.cleanup()

    def __call__(self, text):
        path = os.path.join(self.folder.name, "new.pem")
        with open(path, "w", encoding="ascii") as file:
            file.write(text)
        return path


@test
def plan_refuses_a_wrong_command_line():
    for args, words in [
        ([], "type --new with its file"),
        (["example.org"], "type --new with its file"),
        (["--new", "x.pem"], "plan takes one target"),
        (["--new", "x.pem", "a.example", "b.example"], "plan takes one target"),
        (["--new", "", "a.example"], "names no file"),
        (["--new", "/does/not/exist", "a.example"], "does not exist; type the path"),
        (["--new", "/", "a.example"], "is a folder"),
        (["--new", "x.pem", "a..b"], "has two dots"),
        (["--since", "yesterday", "--new", "x.pem", "a.example"], "type when the records were"),
        (["-o", "nagios", "--new", "x.pem", "a.example"], "is no output format of this command; type text or json"),
        (["--tlsa", "3 1 1 aa", "--new", "x.pem", "a.example"], "plan has no option --tlsa"),
    ]:
        refused(run("plan", *args), words)
    refused(run("check", "--since", "2026-01-01", "a.example"), 'one of "daneprobe plan"')


@test
def plan_refuses_files_that_no_server_can_use():
    with Files() as files:
        secret = serialization.BestAvailableEncryption(b"secret")
        request = x509.CertificateSigningRequestBuilder().subject_name(x509.Name([])) \
            .sign(files.key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM).decode()
        spoilt = request.replace(request.splitlines()[3], request.splitlines()[3][::-1])
        for text, words in [
            ("", "is empty"),
            ("hello\n", "no certificate"),
            (files.leaf.replace("M", "!", 1), "cannot be read"),
            (files.ca + files.leaf, 'put that of "mx.example.org" first'),
            (files.leaf + files.second + files.ca, "plan for one after the other"),
            (files.middle + files.ca, "give the file that begins with the server's own"),
            (files.other + files.leaf, "private key does not belong to its first certificate"),
            (files.other + key_pem(files.key), "holds several keys"),
            (key_pem(files.key, secret), "is encrypted; type"),
            (spoilt, "line"),
        ]:
            result = run("plan", "--new", files(text), "a.example")
            refused(result, words)
            check("new.pem" in result.err, f"names the file: {result.err}")


@test
def plan_goldens_fit_the_schema():
    names = glob.glob(os.path.join(HERE, "..", "golden", "plan", "*.json"))
    check(len(names) > 9, f"golden files: {names}")
    for name in names:
        with open(name, encoding="utf-8") as file:
            equal([e.message for e in VALIDATOR.iter_errors(json.load(file))], [], name)


@test
def plan_refuses_a_time_to_come():
    with Files() as files:
        refused(run("plan", "--clock", "2026-01-01", "--since", "2026-01-02", "--new",
                    files(files.leaf), "a.example"), "--since lies in the future")


@test
def plan_says_undetermined_when_the_dns_fails():
    with Files() as files, FakeDns() as dns:
        for text in (files.leaf + files.ca, key_pem(files.key) + files.leaf, key_pem(files.key)):
            for target in (FAIL, NX):
                path = files(text)
                result = run("plan", *dns.options(), "-t", "1", "--new", path, target)
                equal(result.code, 3, f"{target}: exit status")
                equal(result.err, "", f"{target}: stderr")
                check(result.out.startswith(f"undetermined: {target} - "), result.out)
                result = run("plan", *dns.options(), "-t", "1", "-o", "json", "--new", path, target)
                equal([e.message for e in VALIDATOR.iter_errors(json.loads(result.out))], [], "schema")
                equal(json.loads(result.out)["exit"], 3, "exit in the report")
        equal(run("plan", *dns.options(), "--exit", "simple", "-q", "--new", files(files.leaf),
                  FAIL).code, 3, "simple")


@test
def plan_reads_standard_input():
    with Files() as files, FakeDns() as dns:
        done = subprocess.run(
            [harness.BINARY, "plan", *dns.options(), "-t", "1", "-o", "json", "--new", "-", FAIL],
            input=(files.leaf + files.ca).encode(), stdout=subprocess.PIPE, stderr=subprocess.PIPE,
            timeout=60, env=clean_environment())
        equal((done.returncode, done.stderr), (3, b""), "exit status, stderr")
        equal(json.loads(done.stdout)["new"]["file"], "FILE", "what the file is called")
        done = subprocess.run([harness.BINARY, "plan", "--new", "-", FAIL], input=b"", timeout=60,
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=clean_environment())
        check(done.stderr.startswith(b"daneprobe: standard input is empty"), done.stderr)


@test
def plan_keeps_private_keys_to_itself():
    with Files() as files, FakeDns() as dns:
        secret = key_pem(files.key)
        result = run("plan", *dns.options(), "-t", "1", "-v", "-o", "json", "--new",
                     files(secret + files.leaf), NX)
        for line in secret.splitlines()[1:-1]:
            check(line not in result.out + result.err, "a line of the key is printed")
