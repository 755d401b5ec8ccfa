#!/bin/sh
# Installs what config/packages.txt lists and dpkg does not have: packages.sh demo|test|cross.
# Nothing to do is the usual case, and then no root and no network is needed.
# SPDX-License-Identifier: Apache-2.0
set -eu

list="$(dirname "$0")/../../config/packages.txt"
# Lines are `package<space># why`; why begins with `test:` or `cross:` where that is its only use.
wanted=$(awk -v what="$1" '
	/^#/ || NF == 0 { next }
	/# cross: / { if (what != "cross") next }
	/# test: / { if (what == "demo") next }
	{ print $1 }' "$list")
missing=
for package in $wanted; do
	status=$(dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null || :)
	[ "$status" = installed ] || missing="$missing $package"
done
[ -n "$missing" ] || exit 0

sudo=
if [ "$(id -u)" != 0 ]; then
	sudo=sudo
	if ! sudo -n true 2>/dev/null; then
		echo "packages are missing; as root: apt-get install --no-install-recommends$missing" >&2
		exit 1
	fi
fi
echo "  apt-get install$missing"
log=$(mktemp)
policy=/usr/sbin/policy-rc.d
ours=
finish() {
	rm -f "$log"
	[ -z "$ours" ] || $sudo rm -f "$policy"
}
trap finish EXIT
# The tests start their own servers; the machine is to run none because of them.
if [ ! -e "$policy" ]; then
	ours=yes
	printf '#!/bin/sh\nexit 101\n' | $sudo sh -c "cat >$policy && chmod 755 $policy"
fi
# shellcheck disable=SC2086
install() {
	$sudo env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq \
		--no-install-recommends $missing >"$log" 2>&1 </dev/null
}
# The lists may be absent or old.
if ! install && ! { $sudo apt-get update -qq >"$log" 2>&1 && install; }; then
	cat "$log" >&2
	exit 1
fi
