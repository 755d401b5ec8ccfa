#!/usr/bin/python3
"""Sizes: a file 500 lines, a function 60 (80 if a comment above it says table or switch), a line 100
columns with tabs of 8, unless it is a string that goes beyond, which is better found whole.

SPDX-License-Identifier: Apache-2.0
"""
import pathlib
import re
import sys

FILE_MAX, FUNCTION_MAX, TABLE_MAX, COLUMNS_MAX = 500, 60, 80, 100
SENTENCE = re.compile(r'^\s*(\S.*)?"([^"\\]|\\.)*"[);,}\s]*$')
TAGGED = re.compile(r"\b(table|switch)\b")


def functions(lines):
    """(name, first line, number of lines, tagged) of every function: bodies open with { in column 0
    below a line that is not an initializer, and close with } in column 0."""
    start = None
    for number, line in enumerate(lines):
        if line == "{" and start is None:
            start = number
        elif line.startswith("}") and start is not None:
            head = start - 1
            while head > 0 and lines[head - 1] and not lines[head - 1].startswith(("}", "#", "/*", " *")):
                head -= 1
            name = re.search(r"(\w+)\(", " ".join(lines[head:start]))
            above = head - 1
            comment = []
            while above >= 0 and lines[above].startswith(("/*", " *")):
                comment.append(lines[above])
                above -= 1
            yield (name.group(1) if name else "?", head + 1, number - head + 1,
                   bool(TAGGED.search(" ".join(comment))))
            start = None


def check(path):
    lines = path.read_text().splitlines()
    if len(lines) > FILE_MAX:
        yield f"{path}: {len(lines)} lines, at most {FILE_MAX}"
    for number, line in enumerate(lines, 1):
        columns = len(line.expandtabs(8))
        if columns > COLUMNS_MAX and not SENTENCE.match(line):
            yield f"{path}:{number}: {columns} columns, at most {COLUMNS_MAX}"
    if path.suffix == ".c":
        for name, first, length, tagged in functions(lines):
            most = TABLE_MAX if tagged else FUNCTION_MAX
            if length > most:
                yield f"{path}:{first}: {name}() has {length} lines, at most {most}"


def main():
    files = sorted(p for top in ("src", "port") for p in pathlib.Path(top).rglob("*.[ch]"))
    problems = [problem for path in files for problem in check(path)]
    print("\n".join(problems))
    return 1 if problems or not files else 0


sys.exit(main())
