# SPDX-License-Identifier: Apache-2.0
"""help and version: on standard output, exact, and true."""
import re

from harness import check, equal, run, test


@test
def help_forms():
    plain = run("help")
    equal(plain.code, 0, "exit status")
    equal(plain.err, "", "stderr")
    for word in ("check", "version", "help"):
        check(re.search(rf"^  {word} ", plain.out, re.M), f"{word} is not listed")
    for form in (["--help"], ["-h"]):
        equal(run(*form).out, plain.out, str(form))
    for name in ("check", "survey", "serve", "version", "help"):
        one = run("help", name)
        equal(one.code, 0, "exit status")
        check(one.out.startswith(f"usage: daneprobe {name}"), one.out[:60])
    equal(run("check", "--help").out, run("help", "check").out, "check --help")
    equal(run("check", "--help", "nonsense..").code, 0, "help comes first")


@test
def help_check_fits():
    out = run("help", "check").out
    lines = out.splitlines()
    check(len(lines) <= 100, f"{len(lines)} lines")
    for line in lines:
        check(len(line) <= 80, f"{len(line)} columns: {line}")


@test
def every_option_of_the_help_exists():
    out = run("help", "check").out
    options = re.findall(r"^  (?:-(\w), |    )--([a-z0-9-]+)( \S+)?", out, re.M)
    check(len(options) >= 25, f"{len(options)} options")
    for letter, name, argument in options:
        for form in [f"--{name}"] + ([f"-{letter}"] if letter else []):
            if form in ("--help", "-h"):
                continue
            result = run("check", form)
            check("there is no option" not in result.err, result.err)
            check(("needs a value" in result.err) == bool(argument), f"{form}: {result.err}")
            equal(result.code, 3, form)


@test
def version_names_everything():
    result = run("version")
    equal(result.code, 0, "exit status")
    equal(result.err, "", "stderr")
    check(re.match(r"daneprobe \d+\.\d+\.\d+ \(\w+\)\n", result.out), result.out)
    for part in ("Mbed TLS", "libunbound", "libevent", "cJSON", "libsodium", "libdecaf", "musl"):
        check(re.search(rf"^  {part} +\S*\d", result.out, re.M) or part == "musl", f"{part}: {result.out}")
    # IANA's root-anchors.xml: KSK-2017 and KSK-2024
    for tag in ("20326", "38696"):
        check(re.search(rf"key tag {tag}  \. IN DS {tag} 8 2 [0-9A-F]{{64}}$", result.out, re.M), tag)
    equal(run("--version").out, result.out, "--version")
