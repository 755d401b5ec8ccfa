#!/bin/sh
# Gets the sources of all dependencies into a folder: fetch.sh FOLDER NAME=PACKAGE:ORDER:SERIES...
#
#   NAME     what the build calls it (unbound and unbound-1.17 are two)
#   PACKAGE  the Debian source package
#   ORDER    suite (the first suite that serves it) or newest (the highest version served)
#   SERIES   pattern of the upstream versions that are tested, `|` between alternatives
#
# Leaves the tarballs and, for each, FOLDER/NAME.from (lines version= orig= debian=), rewritten
# only when it changes. What is there already is kept. With DEPS_DIR: from tarballs in that
# folder, no network. What cannot be had is told in one message, and the exit status is 1.
#
# Mirrors drop revisions and miss single files: an absent .debian.tar means another revision of
# the same version, or else the .orig.tar alone (unpatched, and said so); an absent .orig.tar
# means the next version, and at last what config/known_tarballs.txt lists.
#
# SPDX-License-Identifier: Apache-2.0
set -eu

SUITES="trixie trixie-security sid bookworm bookworm-security"
HERE=$(cd "$(dirname "$0")" && pwd)
mkdir -p "$1"
FOLDER=$(cd "$1" && pwd)
shift
APT_DIR="${APT_DIR:-$FOLDER/../apt}"
mkdir -p "$APT_DIR"
APT_DIR=$(cd "$APT_DIR" && pwd)
KNOWN="$HERE/../../config/known_tarballs.txt"
. "$HERE/apt.sh"
TAB=$(printf '\t')

say() { echo "fetch: $*" >&2; }

# upstream VERSION: of a Debian version, or of "VERSION (orig only)".
upstream() { echo "$1" | sed -e 's/^[0-9]*://' -e '/ (orig only)$/!s/-[^-]*$//' -e 's/ .*//'; }

# in_series VERSION SERIES
in_series() {
	eval "case \"\$1\" in $2) return 0 ;; esac"
	return 1
}

# record NAME VERSION ORIG DEBIAN
record() {
	printf "version='%s'\norig='%s'\ndebian='%s'\n" "$2" "$3" "$4" >"$FOLDER/$1.new"
	if cmp -s "$FOLDER/$1.new" "$FOLDER/$1.from"; then
		rm "$FOLDER/$1.new"
	else
		mv "$FOLDER/$1.new" "$FOLDER/$1.from"
	fi
	say "$1: $2"
}

# cached NAME SERIES
cached() (
	[ -f "$FOLDER/$1.from" ] || return 1
	. "$FOLDER/$1.from"
	[ -f "$FOLDER/$orig" ] || return 1
	[ -z "$debian" ] || [ -f "$FOLDER/$debian" ] || return 1
	in_series "$(upstream "$version")" "$2"
)

# from_folder NAME PACKAGE SERIES: Debian's names, or upstream's.
from_folder() {
	for file in $(cd "$DEPS_DIR" && ls | grep '\.tar\.\(gz\|xz\|bz2\)$' | sort -Vr); do
		case "$file" in
		"$2"_*.orig.tar.*) number=${file#"$2"_} && number=${number%.orig.tar.*} ;;
		"$2"-*.tar.*) number=${file#"$2"-} && number=${number%.tar.*} ;;
		cJSON-*.tar.*) [ "$2" = cjson ] && number=${file#cJSON-} && number=${number%.tar.*} || continue ;;
		*) continue ;;
		esac
		in_series "$number" "$3" || continue
		debian=
		for patches in "$DEPS_DIR/$2_$number"-*.debian.tar.*; do
			[ ! -f "$patches" ] || debian=${patches##*/}
		done
		for copy in "$file" $debian; do
			cmp -s "$DEPS_DIR/$copy" "$FOLDER/$copy" || cp "$DEPS_DIR/$copy" "$FOLDER/"
		done
		revision=${debian#"$2"_}
		if [ -n "$debian" ]; then number=${revision%.debian.tar.*}; else number="$number (orig only)"; fi
		record "$1" "$number" "$file" "$debian"
		return 0
	done
	return 1
}

# versions SUITE PACKAGE SERIES: lines `suite<tab>version`, of what PACKAGE.files lists.
versions() {
	cut -f1 "$APT_DIR/$1/$2.files" | sort -Vru | while read -r version; do
		! in_series "$(upstream "$version")" "$3" || printf '%s\t%s\n' "$1" "$version"
	done
}

# candidates PACKAGE ORDER SERIES: lines `suite<tab>version`, in the order of trying.
candidates() {
	for suite in $SUITES; do
		apt_suite_ready "$suite" || continue
		[ -s "$APT_DIR/$suite/$1.files" ] ||
			apt_source_files "$suite" "$1" >"$APT_DIR/$suite/$1.files"
		versions "$suite" "$1" "$3"
	done | if [ "$2" = newest ]; then
		# By upstream version; the same one from the earlier suite first.
		awk -F '\t' '{ v = $2; sub(/^[0-9]+:/, "", v); sub(/-[^-]*$/, "", v); print v "\t" $0 }' |
			sort -s -k1,1Vr | cut -f2-
	else
		cat
	fi
	[ -f "$APT_DIR/known/apt.conf" ] || apt_configure known
	apt_known_files "$1" >"$APT_DIR/known/$1.files"
	versions known "$1" "$3"
}

# try PACKAGE SUITE VERSION: sets orig and debian to the files that could be had.
try() {
	orig= debian=
	while IFS="$TAB" read -r version base sum file; do
		[ "$version" = "$3" ] || continue
		if apt_download "$2" "$base$file" "$sum" "$FOLDER/$file"; then
			case "$file" in *.orig.tar.*) orig=$file ;; *) debian=$file ;; esac
		else
			say "$file ($2): not served"
		fi
	done <"$APT_DIR/$2/$1.files"
}

# from_archive NAME PACKAGE ORDER SERIES
from_archive() {
	bare= number=
	candidates "$2" "$3" "$4" >"$FOLDER/$1.candidates"
	while IFS="$TAB" read -r suite revision; do
		if [ -n "$bare" ] && [ "$number" != "$(upstream "$revision")" ]; then break; fi
		try "$2" "$suite" "$revision"
		if [ -n "$orig" ] && [ -n "$debian" ]; then
			record "$1" "$revision" "$orig" "$debian"
			return 0
		fi
		if [ -n "$orig" ]; then bare=$orig number=$(upstream "$revision"); fi
	done <"$FOLDER/$1.candidates"
	[ -n "$bare" ] || return 1
	say "$1: built without Debian's patches"
	record "$1" "$number (orig only)" "$bare" ""
}

missing=
for want in "$@"; do
	name=${want%%=*} rest=${want#*=}
	package=${rest%%:*} rest=${rest#*:}
	order=${rest%%:*} series=${rest#*:}
	if [ -n "${DEPS_DIR:-}" ]; then
		from_folder "$name" "$package" "$series" && continue
	else
		cached "$name" "$series" && continue
		from_archive "$name" "$package" "$order" "$series" && continue
	fi
	missing="$missing
  ${package}_VERSION.orig.tar.* (and its .debian.tar.*), VERSION one of $series"
done
rm -f "$APT_DIR"/*/failed.* "$FOLDER"/*.candidates
if [ -n "$missing" ]; then
	if [ -n "${DEPS_DIR:-}" ]; then where="not in $DEPS_DIR"; else
		where="not served by this machine's Debian mirror (suites $SUITES); \
put them into a folder and run make DEPS_DIR=folder"
	fi
	say "sources are missing, $where:$missing"
	exit 1
fi
