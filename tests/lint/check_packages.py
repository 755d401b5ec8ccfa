#!/usr/bin/python3
"""Every Debian package that a Python or shell file of the tests takes something from is in
config/packages.txt: imported modules, and programs that are named by a list of words.

SPDX-License-Identifier: Apache-2.0
"""
import ast
import importlib.util
import os
import pathlib
import re
import shutil
import subprocess
import sys

# Programs whose name is also a word that lists of ours begin with.
WORDS = {"file"}
SBIN = os.environ.get("PATH", "") + ":/usr/sbin:/sbin"


def listed():
    lines = pathlib.Path("config/packages.txt").read_text().splitlines()
    return {line.split()[0] for line in lines if line.strip() and not line.startswith("#")}


def package_of(path):
    """The package that owns a file, by its name on either side of the merged /usr."""
    real = os.path.realpath(path)
    for name in (path, real, real.removeprefix("/usr"), path.removeprefix("/usr")):
        out = subprocess.run(["dpkg-query", "-S", name], capture_output=True, text=True)
        if out.returncode == 0:
            return out.stdout.split(":")[0].split(",")[0]
    return None


def always_there(package):
    """Essential, or of the standard base that a Debian without anything installed has."""
    out = subprocess.run(["dpkg-query", "-W", "-f", "${Essential} ${Priority}", package],
                         capture_output=True, text=True)
    return out.stdout.startswith("yes") or out.stdout.split()[-1:] in (["required"], ["important"])


def imports(tree):
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.module


def programs(tree):
    """First words of lists of words that are arguments or are added to: run(["nsd", "-c", file])."""
    lists = [node for call in ast.walk(tree) if isinstance(call, (ast.Call, ast.BinOp, ast.Assign))
             for node in ast.iter_child_nodes(call) if isinstance(node, ast.List)]
    for first in (node.elts[0] for node in lists if len(node.elts) > 1):
        if isinstance(first, ast.Constant) and isinstance(first.value, str):
            if re.fullmatch(r"[a-z/][\w./+-]+", first.value):
                yield first.value


def python_files():
    for path in sorted(pathlib.Path("tests").rglob("*")):
        if path.is_file() and "__pycache__" not in path.parts:
            head = path.read_bytes()[:60]
            if path.suffix == ".py" or head.startswith(b"#!/usr/bin/python3"):
                yield path


def main():
    known, bad, seen = listed(), 0, {}
    local = {path.stem for path in python_files()} | {"tests"}
    for path in python_files():
        tree = ast.parse(path.read_text(), str(path))
        for name in sorted({module.split(".")[0] for module in imports(tree)}):
            if name in sys.stdlib_module_names or name in local:
                continue
            spec = importlib.util.find_spec(name)
            if spec is None or spec.origin is None:
                print(f"{path}: module {name} is not installed")
                bad += 1
            else:
                seen.setdefault(package_of(spec.origin) or spec.origin, f"{path}: import {name}")
        for name in sorted(set(programs(tree))):
            file = shutil.which(name, path=SBIN) if name not in WORDS else None
            if file and not os.path.abspath(file).startswith(os.getcwd()):
                seen.setdefault(package_of(file) or file, f"{path}: runs {name}")
    for package, where in sorted(seen.items()):
        if package not in known and not always_there(package):
            print(f"{where}: {package} is not in config/packages.txt")
            bad += 1
    return 1 if bad or not seen else 0


sys.exit(main())
