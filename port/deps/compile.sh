# Sourced by the scripts of dependencies that need no configure: compile and archive.
#
# SPDX-License-Identifier: Apache-2.0

# compile_all FLAGS FILE...: each FILE.c to FILE.o beside it, JOBS at a time.
compile_all() {
	flags=$1
	shift
	# shellcheck disable=SC2016
	printf '%s\n' "$@" | flags="$flags" xargs -P "${JOBS:-1}" -I{} \
		sh -ec 'o=${1%.c}.o; echo "$CC $flags -c $1"; $CC $flags -c "$1" -o "$o"' sh {}
}

# archive NAME FILE.c...: OUT/lib/libNAME.a of their objects, sorted and without dates.
archive() {
	lib="$OUT/lib/lib$1.a"
	shift
	rm -f "$lib"
	printf '%s\n' "$@" | sed 's/\.c$/.o/' | LC_ALL=C sort | xargs "$AR" rcD "$lib"
	"$RANLIB" -D "$lib"
}
