#!/bin/bash
# Two builds in two folders are the same, byte for byte: this tree as it is and a copy of it in a
# temporary folder with a path of another length, both from the same source tarballs.
# SPDX-License-Identifier: Apache-2.0
set -u

cd "$(dirname "$0")/../.."
copy=$(mktemp -d "${TMPDIR:-/tmp}/a-folder-of-another-length.XXXXXX")
trap 'rm -rf "$copy"' EXIT

make --no-print-directory all || exit 1
git ls-files -z --cached --others --exclude-standard -- Makefile config port src |
	xargs -0 cp --parents -t "$copy"
mkdir -p "$copy/build"
cp -a build/src "$copy/build/"
if ! make --no-print-directory -C "$copy" all >"$copy/log" 2>&1; then
	tail -n 20 "$copy/log"
	echo "reproducible: 0 passed, 1 failed"
	exit 1
fi
sha256sum build/x86_64/daneprobe "$copy/build/x86_64/daneprobe"
if cmp build/x86_64/daneprobe "$copy/build/x86_64/daneprobe"; then
	echo "reproducible: 1 passed, 0 failed"
else
	echo "reproducible: 0 passed, 1 failed"
	exit 1
fi
