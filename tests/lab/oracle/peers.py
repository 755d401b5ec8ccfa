# SPDX-License-Identifier: Apache-2.0
"""The peers beside which our verdicts are put: posttls-finger (Postfix) and openssl s_client.

What they say is told in the words that ours are told in, too (Outcome.word):
  authenticated   a DANE sender delivers, the server was authenticated
  encrypted       secure records, none usable: TLS without authentication (RFC 7672 2.2)
  defer           a DANE sender must not deliver here
  no-dane         no DANE for this host: opportunistic TLS
  lookup-error    the DNS did not answer, or not validly
  unreachable     the server could not be talked to, or refused this client
  no-mail         no host takes mail for the domain
  undecided       (ours only) a limit of our tool, said as such
"""
import collections
import re
import subprocess

POSTTLS_FINGER, OPENSSL = "/usr/sbin/posttls-finger", "openssl"
PATIENCE_S = 45
CLIENT_PATIENCE_S = 8

# host or addr None: of the domain, of the whole host. why: the peer's own line.
Outcome = collections.namedtuple("Outcome", "host addr word why")


def bounded(command, patience):
    """Output of a command, and whether it ended by itself in time."""
    child = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                             stderr=subprocess.STDOUT)
    try:
        out, in_time = child.communicate(timeout=patience)[0], True
    except subprocess.TimeoutExpired:
        child.kill()
        out, in_time = child.communicate()[0], False
    return out.decode("utf-8", "replace"), in_time


# Postfix

def postfix(destination):
    """What posttls-finger meets at a domain, or at a "[host]" or "[host]:port". At dane-only it
    says what it found in the DNS; the verdicts are those of dane."""
    text, in_time = bounded(
        [POSTTLS_FINGER, "-t", "9", "-T", "9", "-l", "dane-only", "-o", "inet_protocols=all",
         destination], PATIENCE_S)
    lines = [line.removeprefix("posttls-finger: ") for line in text.splitlines()]
    out = [failed_host(line) for line in lines if line.startswith("Failed to establish session")]
    met = [number for number, line in enumerate(lines) if line.startswith("Connected to ")]
    if met:
        out.append(connected(lines[met[-1]:], lines))
    elif not out:
        out.append(no_host(lines, in_time))
    return out


def failed_host(line):
    """A host that posttls-finger gave up before it was connected."""
    host, reason = re.match(r"Failed to establish session to \S+ via (\S+): (.*)", line).groups()
    lookup = "TLSA lookup error" in reason or "try again" in reason
    called = re.match(r"connect to \S+\[([^\]]+)\]", reason)
    return Outcome(host, called and called[1], "lookup-error" if lookup else "unreachable", reason)


def no_host(lines, in_time):
    """The domain as a whole, when no host of it was called."""
    why = next((line for line in reversed(lines) if "lookup failed" in line), "")
    if not in_time:
        return Outcome(None, None, "lookup-error", "no answer in %d s" % PATIENCE_S)
    if not why:
        return Outcome(None, None, "?", " / ".join(lines[-2:]))
    return Outcome(None, None, "lookup-error" if "try again" in why else "no-mail", why)


def connected(lines, all_lines):
    """One connection, from its line "Connected to" on."""
    host, addr = re.match(r"Connected to (\S+)\[([^\]]+)\]", lines[0]).groups()
    text, before = "\n".join(lines), "\n".join(all_lines)
    told = [line for line in lines if line[:1] not in "<>" and "fingerprint=" not in line]
    why = re.sub(r"(TLS connection established) .*", r"\1", " / ".join(told[-2:]))
    return Outcome(host, addr, connection_word(text, before), why)


def connection_word(text, before):
    if "\nno TLSA records found" in "\n" + before:
        return "no-dane"
    if early_end(text):
        return "unreachable"
    if "TLS connection established" not in text:
        return "unreachable" if "timed out" in text else "defer"
    if re.search("no usable TLSA records found|all TLSA records unusable", before):
        return "encrypted"
    # "Trusted" is "Verified" behind an insecure MX record
    return "authenticated" if re.search("^(Verified|Trusted) TLS connection", text, re.M) \
        else "defer"


def early_end(text):
    """Did it end before the server had a chance to speak of TLS, or for another reason than TLS?"""
    if "\n> STARTTLS" in text:
        return not re.search("\n< 2|STARTTLS rejected", text.partition("\n> STARTTLS")[2])
    rejected = re.search("EHLO rejected: ([0-9])", text)
    if rejected:
        return rejected[1] != "5"
    return not re.search("\n< 250 ", text)


# OpenSSL

def openssl(addr, port, host, records, names, at=None):
    """What s_client makes of a server, with the records as data. names: reference identifiers; it
    takes one, so each has its turn until one does."""
    outcome = None
    for name in names:
        command = [OPENSSL, "s_client", "-starttls", "smtp", "-brief", "-verify_return_error",
                   "-connect", ("[%s]:%d" if ":" in addr else "%s:%d") % (addr, port),
                   "-servername", host, "-dane_tlsa_domain", name, "-dane_ee_no_namechecks"]
        for record in records:
            command += ["-dane_tlsa_rrdata", record]
        command += ["-attime", str(at)] if at else []
        text, in_time = bounded(command, CLIENT_PATIENCE_S)
        outcome = Outcome(host, addr, client_word(text, in_time), client_why(text))
        if outcome.word == "authenticated":
            break
    return outcome


def client_word(text, in_time):
    if "Verification: OK" in text:
        return "authenticated"
    if "Failed to import any TLSA records" in text:
        return "encrypted"  # what that means for SMTP
    if not in_time or re.search(r"connect:errno|BIO_connect|Connection timed out", text):
        return "unreachable"
    return "defer"


def client_why(text):
    lines = [line for line in text.splitlines() if re.search("verif|error|alert", line, re.I)]
    return " / ".join(re.sub(r"^[0-9A-F]{8,}:|\.\./\S+", "", line) for line in lines[-2:])
