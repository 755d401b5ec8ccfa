#!/usr/bin/python3
"""The layers, read from the #include lines: who may include whom, and which library is whose.

SPDX-License-Identifier: Apache-2.0
"""
import pathlib
import re
import sys

# Layer -> layers it may include. port.h alone is open to those that may include port.
MAY = {
    "base": {"base"},
    "dane": {"dane", "base"},
    "starttls": {"starttls", "base"},
    "report": {"report", "dane", "base"},
    "net": {"net", "dane", "starttls", "base", "port", "config"},
    "app": {"app", "net", "report", "dane", "starttls", "base", "port", "config"},
    "port": {"port", "base"},
}
PURE = {"base", "dane", "starttls", "report"}

# Headers of the C library that are effects: sockets, clocks, files, processes.
EFFECTS = re.compile(r"^(time|signal|unistd|fcntl|poll|netdb|dirent|pthread|threads|stdio_ext)\.h$"
                     r"|^(sys|netinet|arpa|net|linux)/")

# Library header -> files (or layers, ending in /) that may include it.
LIBRARIES = [
    (re.compile(r"^unbound"), ["src/net/resolver", "src/net/validator"]),
    (re.compile(r"^event"), ["src/net/", "src/app/"]),
    (re.compile(r"^cjson/|^cJSON"), ["src/report/json"]),
    (re.compile(r"^(mbedtls|psa)/"), ["src/net/tls_", "src/dane/bundle", "src/dane/cert",
                                      "src/dane/chain", "src/dane/der", "src/dane/digest",
                                      "src/dane/encoding", "src/dane/key", "src/dane/signature"]),
    (re.compile(r"^(sodium|decaf)"), ["src/dane/key"]),
]

# What the build generates into the include path.
GENERATED = {"dp_versions.h"}


def layer_of(path):
    return "port" if path.startswith("port/") else path.split("/")[1]


def problem(path, kind, name):
    layer = layer_of(path)
    if kind == '"':
        if name in GENERATED:
            return None if layer == "app" else "generated headers are for app"
        top = name.split("/")[0]
        if "/" not in name or top not in set(MAY) | {"config"}:
            return "names its layer: \"layer/file.h\""
        if top not in MAY[layer]:
            return f"{layer} must not include {top}"
        if top == "port" and layer != "port" and name != "port/port.h":
            return "only port/port.h is for others"
        return None
    for header, owners in LIBRARIES:
        if header.search(name):
            if not any(path.startswith(owner) for owner in owners):
                return "that library belongs to " + (", ".join(owners) or "port/unbound/")
            return None
    if layer in PURE and EFFECTS.search(name):
        return f"{layer} is pure: no sockets, clocks or files"
    return None


def main():
    bad = 0
    files = sorted(pathlib.Path("src").glob("*/*.[ch]")) + sorted(pathlib.Path("port").glob("*.[ch]"))
    for file in files:
        path = str(file)
        for number, line in enumerate(file.read_text().splitlines(), 1):
            match = re.match(r'\s*#\s*include\s*(["<])([^">]+)[">]', line)
            why = problem(path, *match.groups()) if match else None
            if why:
                print(f"{path}:{number}: {match.group(2)}: {why}")
                bad += 1
    return 1 if bad or not files else 0


sys.exit(main())
