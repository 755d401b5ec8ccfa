"""Judges every block of OpenSSL's danetest.in and dane-cross.in: blocks.py JUDGE FOLDER TABLE

A block is a line of five numbers (records, certificates, whether names are left alone for usage 3,
the X.509 error that OpenSSL's verification must end with, the depth of the match), then that many
records, then that many certificates in PEM. Each becomes a case for JUDGE (tests/unit/test_cases.c
with files as arguments), which says verdict and depth by the rules for SMTP: RFC 7672.

The two must agree, or TABLE has a row for the block. A row is bound to file, number, description and
records of the block and to what OpenSSL expects of it, says what RFC 7672 requires, and cites the
section. It fails when its block is another one or is gone, when the judge says something else, and
when there is no difference any more. Blocks without a row must agree, so none is passed over.

SPDX-License-Identifier: Apache-2.0
"""

import os
import re
import subprocess
import sys

# What the recipe 80-test_dane.t gives as the name of the peer, and a time when all certificates are
# valid but those that never are.
FILES = {"danetest.in": "example.com", "dane-cross.in": "server.example"}
NOW = "2030-01-01T00:00:00Z"

# X.509 errors (x509_vfy.h) in the words of our judge: there is no rule in common for any other.
ERRORS = {0: "authenticated", 62: "failed certificate-host-mismatch", 65: "failed no-match"}
HEAD = re.compile(r"\d+ \d+ [01] \d+ -?\d+")
COLUMNS = "file block description records openssl ours rfc why".split()


class Block:
    def __init__(self, file, number, description, head):
        self.file, self.number, self.description = file, number, description
        self.names_left_alone, self.error, self.depth = head
        self.records, self.certificates = [], []

    def case(self):
        lines = [f"now {NOW}", f"names {FILES[self.file]}"]
        lines += [f"record {' '.join(record.split()[:3])} {''.join(record.split()[3:])}"
                  for record in self.records]
        return "\n".join(lines + self.certificates) + "\n"

    def parameters(self):
        return ", ".join(" ".join(record.split()[:3]) for record in self.records)

    def expected(self):
        return f"{ERRORS.get(self.error, f'error {self.error}')} depth={self.depth}"


def certificates(lines, count, where):
    """The next certificates, with their armour; what stands between them is text, but no block."""
    out = []
    while count > 0:
        line = next(lines, None)
        if line is None or HEAD.fullmatch(line):
            raise ValueError(f"{where}: {count} certificates are missing")
        if out[-1:] not in ([], ["-----END CERTIFICATE-----"]) or line.startswith("-----BEGIN "):
            out.append(line)
        count -= line == "-----END CERTIFICATE-----"
    return out


def read(folder, file):
    """All blocks of a file. Anything that is neither block, comment nor empty is an error."""
    with open(os.path.join(folder, file), encoding="ascii") as source:
        lines = iter([line.rstrip() for line in source])
    blocks, section, comment = [], "", []
    for line in lines:
        if line.startswith("## "):
            section = line.strip("#- ")
        if not line:
            comment = []
        elif line.startswith("#"):
            if not re.fullmatch(r"#\s*\d*", line):
                comment.append(line.strip("#- "))
        else:
            where = f"{file}: block {len(blocks) + 1}"
            if not HEAD.fullmatch(line):
                raise ValueError(f"{where}: what is \"{line}\"?")
            records, certs, *head = map(int, line.split())
            block = Block(file, len(blocks) + 1, " ".join(comment) or section, head)
            block.records = [next(lines, "") for _ in range(records)]
            for record in block.records:
                if not re.fullmatch(r"\d+\s+\d+\s+\d+\s+[0-9A-Fa-f\s]+", record):
                    raise ValueError(f"{where}: what is \"{record[:60]}\"?")
            block.certificates = certificates(lines, certs, where)
            blocks.append(block)
            comment = []
    if not blocks:
        raise ValueError(f"{file}: no blocks")
    return blocks


def ours(line):
    """verdict and depth of a line of the judge, in the words of ERRORS."""
    word, facts = line.split(" ")[1], dict(re.findall(r"(\w+)=(\S*)", line))
    if word in ("failed", "limited"):
        word += " " + ("no-match" if facts["state"] in ("none", "off-path") else facts["reason"])
    return f"{word} depth={facts['depth']}"


def judge(program, folder, blocks):
    """{block: what our judge says}; every block has its line, in its place."""
    files = [os.path.join(folder, f"{block.file}.{block.number}") for block in blocks]
    for block, file in zip(blocks, files):
        with open(file, "w", encoding="ascii") as out:
            out.write(block.case())
    said = subprocess.run([program, *files], capture_output=True, text=True, check=False)
    lines = said.stdout.splitlines()
    if said.returncode != 0 or [line.split(" ")[0] for line in lines] != files:
        raise ValueError(f"{program} gave {len(lines)} lines for {len(files)} blocks, exit status "
                         f"{said.returncode}: {said.stderr}")
    return dict(zip(blocks, map(ours, lines)))


def table(path):
    with open(path, encoding="utf-8") as source:
        lines = [line.rstrip("\n") for line in source if line.strip() and line[0] != "#"]
    rows = [dict(zip(COLUMNS, line.split("\t"), strict=True)) for line in lines[1:]]
    if lines[0].split("\t") != COLUMNS:
        raise ValueError(f"{path}: columns are {COLUMNS}")
    return {(row["file"], int(row["block"])): row for row in rows}, len(rows)


def row_problem(row, block, said):
    """What is wrong with a row of the table, or None."""
    if block is None:
        return "there is no such block"
    is_there = {"records": block.parameters(), "openssl": block.expected(), "ours": said,
                "description": block.description}
    for column, value in is_there.items():
        if row[column] != value:
            return f"{column} is \"{value}\", not \"{row[column]}\""
    if said == block.expected():
        return "there is no difference"
    return None if re.fullmatch(r"RFC \d+ s\d[\d.]*", row["rfc"]) else "no section is cited"


def main():
    program, folder, path = sys.argv[1:]
    blocks = [block for file in FILES for block in read(folder, file)]
    said = judge(program, folder, blocks)
    rows, row_count = table(path)
    problems, differ = [], 0
    if len(rows) != row_count:
        problems.append(f"{path}: a block has two rows")
    for block in blocks:
        if said[block] == block.expected():
            continue
        differ += 1
        if (block.file, block.number) not in rows:
            problems.append(f"{block.file} {block.number} ({block.description}; "
                            f"{block.parameters()}): \"{said[block]}\", and OpenSSL expects "
                            f"\"{block.expected()}\"")
    there = {(block.file, block.number): block for block in blocks}
    for place, row in rows.items():
        problem = row_problem(row, there.get(place), said.get(there.get(place)))
        if problem:
            problems.append(f"{path}: {place[0]} {place[1]}: {problem}")
    for problem in problems:
        print(problem)
    for file in FILES:
        print(f"{file}: {sum(block.file == file for block in blocks)} blocks read, "
              f"{sum(block.file == file for block in said)} judged")
    print(f"{len(blocks) - differ} as OpenSSL says, {differ} otherwise, "
          f"{len(rows)} of these with their section")
    print(f"openssl: {len(blocks) + len(rows) - len(problems)} passed, {len(problems)} failed")
    return 1 if problems else 0


sys.exit(main())
