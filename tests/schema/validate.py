#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Hold JSON reports against check.schema.json: validate.py [--self-test] FILE...   ("-" is standard input)

Files are JSON Lines. Beside the schema: keys are unique, texts are clean, and codes and result types are those of
src/base/reason.def. --self-test breaks every object of the files, one key at a time, and demands that each broken
one is refused.
"""
import copy
import json
import pathlib
import re
import sys
import unicodedata

import jsonschema

ROOT = pathlib.Path(__file__).resolve().parents[2]
SCHEMA = json.loads((ROOT / "tests/schema/check.schema.json").read_text())
ROW = re.compile(r'^DP_REASON\(\w+, "([^"]+)", (NULL|"[^"]+"),', re.M)
RESULT_TYPES = {code: None if result == "NULL" else result.strip('"')
                for code, result in ROW.findall((ROOT / "src/base/reason.def").read_text())}


def unique(pairs):
    keys = [key for key, _ in pairs]
    if len(keys) != len(set(keys)):
        raise ValueError(f"a key stands twice in {keys}")
    return dict(pairs)


def texts(value):
    if isinstance(value, str):
        yield value
    for item in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        yield from texts(item)


def complaints(report, validator):
    for error in validator.iter_errors(report):
        yield f"{error.json_path}: {error.message[:200]}"
    for text in texts(report):
        for char in text:
            if char != "\n" and unicodedata.category(char) in ("Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"):
                yield f"not printable: {text!r}"
    for finding in report.get("findings", ()):
        code = finding.get("code")
        if code not in RESULT_TYPES:
            yield f"no such code: {code}"
        elif finding.get("result_type") != RESULT_TYPES[code]:
            yield f"{code}: result type {finding.get('result_type')}"


def objects(value, path=()):
    if isinstance(value, dict):
        yield path
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, item in items:
        yield from objects(item, path + (key,))


def at(value, path):
    for key in path:
        value = value[key]
    return value


def broken(report):
    """Copies that the schema must refuse."""
    optional = {"lookups", "dialogue"}
    for path in objects(report):
        extra = copy.deepcopy(report)
        at(extra, path)["surprise"] = 1
        yield f"{path} with another key", extra
        for key in set(at(report, path)) - optional:
            less = copy.deepcopy(report)
            del at(less, path)[key]
            yield f"{path} without {key}", less
            wrong = copy.deepcopy(report)
            at(wrong, path)[key] = {"surprise": 1}
            yield f"{path} with another {key}", wrong


def main(arguments):
    jsonschema.Draft202012Validator.check_schema(SCHEMA)
    validator = jsonschema.Draft202012Validator(SCHEMA)
    self_test = "--self-test" in arguments
    passed, failed = 0, []
    for name in [argument for argument in arguments if argument != "--self-test"]:
        raw = sys.stdin.buffer.read() if name == "-" else pathlib.Path(name).read_bytes()
        for line in raw.decode("utf-8", "strict").splitlines():
            report = json.loads(line, object_pairs_hook=unique)
            found = [f"{name}: {complaint}" for complaint in complaints(report, validator)]
            failed += found
            passed += not found
            for what, wrong in broken(report) if self_test else ():
                if validator.is_valid(wrong):
                    failed.append(f"{name}: taken: {what}")
                else:
                    passed += 1
    for complaint in failed:
        print(complaint)
    print(f"schema: {passed} passed, {len(failed)} failed")
    return 1 if failed or passed == 0 else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
