#!/bin/sh
# Builds one dependency: build.sh NAME [SCRIPT]. Unpacks SOURCES/NAME.from (written by fetch.sh),
# applies Debian's patches, runs port/deps/SCRIPT.sh (default NAME.sh) and throws the tree away.
#
# In the environment, all paths absolute: SOURCES, WORK (a scratch folder), OUT, STAMP (touched
# at the end; may be empty) and what the script gets besides. The contract of a script NAME.sh, run by sh:
#   SRC      its private source tree, patched; may be changed
#   OUT      the prefix to write OUT/include and OUT/lib (static archives) to; dependencies that
#            come earlier (musl, mbedtls, sodium, libevent) are there already
#   CC AR RANLIB CFLAGS LDFLAGS HOST   tools of the target; HOST is the triplet for a cross
#            build's configure, empty for a native one
#   CONFIG ROOT   config/ and the repository
#   JOBS     how many processes at a time
#   FLAGS MODULES FAST   what config/NAME.mk says in NAME_FLAGS, NAME_MODULES, NAME_FAST
# Output goes to WORK/NAME.log and is shown when the script fails; a script that tests is
# shown always.
#
# SPDX-License-Identifier: Apache-2.0
set -eu

name=$1
script=${2:-$1}
. "$SOURCES/$name.from"
export version
SRC="$WORK/$script"
log="$WORK/$script.log"
export SRC

# Two makes at a time: the second waits, and has nothing to do if the first made what it wants.
mkdir -p "$WORK"
began=$(mktemp "$WORK/began.XXXXXX")
trap 'rm -f "$began"' EXIT
exec 9>"$WORK/$script.lock"
flock 9
if [ -n "${STAMP:-}" ] && [ "$STAMP" -nt "$began" ]; then exit 0; fi

rm -rf "$SRC"
mkdir -p "$SRC" "$OUT/include" "$OUT/lib"
tar -xf "$SOURCES/$orig" -C "$SRC" --strip-components=1 --no-same-owner
if [ -n "$debian" ]; then
	tar -xf "$SOURCES/$debian" -C "$SRC" --no-same-owner debian/patches 2>/dev/null || :
	series="$SRC/debian/patches/series"
	if [ -f "$series" ]; then
		sed -e 's/#.*//' -e '/^[[:space:]]*$/d' "$series" | while read -r patch _; do
			patch -d "$SRC" -p1 -s -N --no-backup-if-mismatch <"$SRC/debian/patches/$patch"
		done
	fi
fi

echo "  $script ${version} -> $OUT" | sed "s|$ROOT/||"
case "$script" in
*_unittest | *_testbound)
	sh "$ROOT/port/deps/$script.sh"
	;;
*)
	if ! (cd "$SRC" && sh "$ROOT/port/deps/$script.sh") >"$log" 2>&1; then
		tail -n 40 "$log" >&2
		echo "building $name failed, all of its output is in $log" >&2
		exit 1
	fi
	;;
esac
[ -n "${KEEP:-}" ] || rm -rf "$SRC"
[ -z "${STAMP:-}" ] || touch "$STAMP"
