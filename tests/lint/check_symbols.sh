#!/bin/bash
# External symbols of our objects: all begin with dp_, but for those that others prescribe (what the
# Makefile wraps among them); none is defined by an archive that we link with, or twice by us.
# Reads build/x86_64.
# SPDX-License-Identifier: Apache-2.0
set -u

build=build/x86_64
wrapped=$(grep -o -e '--wrap=[a-z0-9_]*' Makefile | sed 's/--wrap=/|__wrap_/' | tr -d '\n')
prescribed="^(main|mbedtls_hardware_poll$wrapped)\$"
mapfile -t objects < <(find $build/obj -name '*.o' | sort)
mapfile -t archives < <(ls $build/deps/lib/*.a)
[ ${#objects[@]} -gt 0 ] && [ ${#archives[@]} -gt 0 ] || { echo "$build is not built"; exit 1; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

nm -g --defined-only "${objects[@]}" | awk 'NF == 3 { print $3 }' | sort >"$work/ours"
nm -g --defined-only "${archives[@]}" 2>/dev/null | awk 'NF == 3 { print $3 }' | sort -u >"$work/theirs"
[ -s "$work/ours" ] && [ -s "$work/theirs" ] || { echo "no symbols found"; exit 1; }

status=0
complain() { if [ -n "$2" ]; then sed "s/\$/: $1/" <<<"$2"; status=1; fi; }
complain "does not begin with dp_" "$(grep -vE '^dp_' "$work/ours" | grep -vE "$prescribed")"
complain "defined twice by us" "$(uniq -d "$work/ours")"
complain "also defined by an archive" "$(comm -12 <(uniq "$work/ours") "$work/theirs")"
exit $status
