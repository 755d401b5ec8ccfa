#!/bin/bash
# What must not be in the tree: a package mirror's host name, a path of somebody's machine,
# generated or third-party code, files without a licence line.
# SPDX-License-Identifier: Apache-2.0
set -u

status=0
complain() { if [ -n "$2" ]; then sed "s/^/$1: /" <<<"$2"; status=1; fi; }
mapfile -t files < <(git ls-files --cached --others --exclude-standard |
	grep -v -e '^LICENSE$' -e '^tests/lint/check_tree.sh$')

complain "mirror host" \
	"$(grep -nIE '(deb|ftp[.a-z]*|security|snapshot|archive)\.(debian|ubuntu)\.org|registry\.npmjs|pypi\.org' "${files[@]}")"
complain "path of a machine" \
	"$(grep -nIE '(^|[^A-Za-z0-9_.$}~-])/(work|home|root|farm|Users)/[A-Za-z0-9_.]' "${files[@]}")"
complain "larger than 300 KiB" "$(find "${files[@]}" -size +300k 2>/dev/null)"
complain "no SPDX line" "$(printf '%s\n' "${files[@]}" |
	grep -E '\.(c|h|def|sh|py|awk)$' | xargs grep -L 'SPDX-License-Identifier: Apache-2.0')"
exit $status
