# SPDX-License-Identifier: Apache-2.0
"""Wrong input: each gives one line that says what to type instead, exit status 3, and nothing else."""
from harness import refused, run, test

LABEL_64 = "a" * 64
NAME_254 = ".".join(["a" * 63] * 3 + ["b" * 62])

ROWS = [
    # the command
    ([], 'type "daneprobe check example.org"'),
    (["chekc", "example.org"], 'did you mean "daneprobe check"?'),
    (["Check"], 'did you mean "daneprobe check"?'),
    (["verison"], 'did you mean "daneprobe version"?'),
    (["frobnicate"], 'type "daneprobe help" for the list'),
    (["example.org"], 'type "daneprobe check example.org"'),
    (["smtp://mx.example.org"], 'type "daneprobe check smtp://mx.example.org"'),
    (["--timeout", "3", "check", "example.org"], "options go behind the command"),
    (["serve", "example.org"], "serve takes no target"),
    (["version", "x"], 'type "daneprobe version"'),
    (["help", "frobnicate"], 'type "daneprobe help" for the list'),
    (["help", "check", "version"], "help takes one command"),
    # the target
    (["check"], 'type a mail domain or server, as in "daneprobe check example.org"'),
    (["check", "--"], "type a mail domain or server"),
    (["check", ""], "type a domain"),
    (["check", "."], "type a domain"),
    (["check", LABEL_64 + ".example"], "63 at most"),
    (["check", NAME_254], "longer than 253 characters"),
    (["check", "a..example"], "single dots"),
    (["check", "exa mple.org"], "type the domain alone"),
    (["check", "exam_ple!.org"], "type letters, digits, hyphens and dots only"),
    (["check", "-example.org"], "there is no option -example.org"),
    (["check", "--", "-example.org"], "type it without"),
    (["check", "192.0.2.1"], "is an address; type a name"),
    (["check", "[192.0.2.1]"], "is an address; type a name"),
    (["check", "2001:db8::1"], "is an address; type a name"),
    (["check", "smtp://192.0.2.1"], "is an address; type a name"),
    (["check", "smtp://[2001:db8::1]:25"], "is an address; type a name"),
    (["check", "postmaster@example.org"], "type only the domain behind the @"),
    (["check", "gopher://example.org/"], "type smtp://HOST for one server"),
    (["check", "https://example.org/page"], "as in https://mx.example.org"),
    (["check", "tls://example.org"], "names no port; type one behind a colon"),
    (["check", "example.org/"], "type the domain alone"),
    (["check", "example.org:25"], "smtp://HOST:PORT"),
    (["check", "smtp://mx.example.org:99999"], "type a number from 1 to 65535"),
    (["check", "smtp://"], "type one, as in smtp://mx.example.org"),
    (["check", "BÜCHER.example"], "type it in lower case, or its A-label"),
    (["check", "b\u00fccher\u200d.example"], "A-label (xn--...)"),
    (["check", b"\xff\xfe.example"], "A-label (xn--...)"),
    (["check", "good.example", "a..b"], '"a..b" has two dots'),
    # services by SRV records
    (["check", "srv:"], "type it as in srv:_imaps._tcp.example.org"),
    (["check", "srv:example.org"], "names no service with underscores; type it as in srv:_imaps._tcp.example.org"),
    (["check", "srv:_imaps._udp.example.org"], "DANE for SRV is for TLS over TCP"),
    (["check", "srv:_gopher._tcp.example.org"], "services are submission, lmtp, imap"),
    (["check", "srv:_smtp._tcp.example.org"], "names a service that is not known here"),
    (["check", "srv:_imaps._tcp."], "type a domain"),
    (["check", "srv:_imaps._tcp.a..b"], "two dots"),
    (["check", "srv:_imaps._tcp." + NAME_254[:248]], "is too long for a domain name"),
    (["check", "srv://_imaps._tcp.example.org"], "schemes are"),
    (["check", "--service", "gopher", "example.org"], "services are submission, lmtp, imap"),
    (["check", "--service", "imaps", "smtp://mx.example.org"], "--service is for mail domains"),
    (["check", "--all-ports", "imaps://mx.example.org"], "--all-ports is for mail domains"),
    (["check", "--all-ports", "srv:_imaps._tcp.example.org"], "--all-ports is for mail domains"),
    (["check", "--all-ports", "--service", "imaps", "example.org"], "leave one out"),
    (["check", "--all-ports", "--tlsa", "3 1 1 " + "0" * 64, "example.org"], "leave --all-ports out"),
    (["check", "--pkix-roots", "/nowhere", "example.org"], "type the path of a file of CA certificates"),
    (["check", "--pkix-roots", "/", "example.org"], "type the path of a file of CA certificates"),
    (["check", "--next-hop", "example.org", "srv:_imaps._tcp.example.org"], "--next-hop is for servers"),
    (["check", "--port", "993", "srv:_imaps._tcp.example.org"], "--port is for mail domains"),
    (["check", "--port", "2525", "smtp://mx.example.org"], "smtp://HOST:PORT; leave --port out"),
    # options and values
    (["check", "--timeot", "3", "example.org"], "did you mean --timeout?"),
    (["check", "--qiuet", "example.org"], "did you mean --quiet?"),
    (["check", "-Z", "example.org"], '"daneprobe help check" lists the options'),
    (["check", "--wait", "soon", "example.org"], "type one, as in 90, 10m or 2h"),
    (["check", "--complete", "x", "example.org"], 'it is one of "daneprobe chain"'),
    (["check", "example.org", "--port"], "type --port N"),
    (["check", "example.org", "-t"], "type -t SECS"),
    (["check", "--verbose=1", "example.org"], "type --verbose alone"),
    (["check", "-t", "soon", "example.org"], "type seconds"),
    (["check", "--deadline", "0", "example.org"], "type seconds"),
    (["check", "--port", "0", "example.org"], "type a number from 1 to 65535"),
    (["check", "--ehlo", "a\nb", "example.org"], "type a host name"),
    (["check", "--next-hop", "x..y", "smtp://mx.example.org"], "single dots"),
    (["check", "--next-hop", "example.org", "example.net"], "type the server as smtp://HOST"),
    (["check", "--connect", "mx.example.org", "example.org"], "type HOST=ADDRESS"),
    (["check", "--key-types", "dsa", "example.org"], "type auto, any or both"),
    (["check", "--tlsa", "3 1 1 zz", "example.org"], "which is no hexadecimal digit"),
    (["check", "-r", "dns.example", "example.org"], "type auto, system, recursive, or an address"),
    (["check", "--trust-anchor", "/nonexistent/key", "example.org"], "type a file with DS or DNSKEY"),
    (["check", "--trust-anchor", ". IN DS 20326 8 2 00", "example.org"], 'as in ". IN DS 20326 8 2 HEX"'),
    (["check", "--trust-anchor", "/etc/passwd", "example.org"], "write each as in"),
    (["check", "--root-hints", "/nonexistent", "example.org"], "type the path of a root hints file"),
    (["check", "--cert-warning", "soon", "example.org"], "type one, as in 14"),
    (["check", "--down", "a b", "example.org"], "type the domain alone"),
    (["check", "--accept", "failed", "example.org"], "type no-dane, no-mail, unauthenticated"),
    (["check", "--at", "noon", "example.org"], "type it as 2026-11-25T02:37:00Z"),
    (["check", "--clock", "0", "example.org"], "type it as 2026-11-25T02:37:00Z"),
    (["check", "-o", "yaml", "example.org"], "type text, json, nagios or prometheus"),
    (["check", "--exit", "42", "example.org"], "type nagios or simple"),
    # a hostile value cannot draw on the terminal or add a line
    (["check", "--port", "\x1b[31m\n", "example.org"], '"\\x1b[31m\\x0a" is no port'),
    (["check", "a" * 5000], "63 at most"),
    (["check", "--port", "9" * 5000, "example.org"], "type a number"),
]


def make(args, words):
    def one():
        refused(run(*args), words)

    one.__name__ = "wrong " + " ".join(repr(arg)[:40] for arg in args)
    test(one)


for row in ROWS:
    make(*row)
