#!/bin/sh
# Runs upstream's replays (testdata/*.rpl: scripted servers, a scripted clock, expected answers)
# through libunbound as we configure it and with our cryptography. They show that the resolver and
# the validator are whole: denial of existence by NSEC and NSEC3, wildcards, delegations without
# DS, rollovers, lame servers.
#
# Environment as for port/deps/unbound.sh; SRC is changed. The target must be able to run here.
# Closing line: "unbound-replay: N passed, N failed".
#
# SPDX-License-Identifier: Apache-2.0
set -eu

. "$ROOT/port/deps/unbound_configure.sh"

cd "$SRC"
# A replay's servers are inside the program: the event loop is libunbound's own.
unbound_configure
# The replays set options that a security patch has added to the grammar (flex and bison).
touch util/configparser.y util/configlexer.lex
make -s -j"${JOBS:-1}" testbound CFLAGS="${CFLAGS:--Os} -DDP_UNBOUND_REPLAY=1" \
	LIBS="-levent_core -lmbedcrypto -lsodium" >replay.build.log 2>&1 || {
	cat replay.build.log >&2
	exit 1
}

cat >replay.one <<'END'
log="$1.log"
timeout 60 ./testbound -p "$1" >"$log" 2>&1 && exit 0
echo "$1"
tail -n 5 "$log"
echo "$1" >>replay.failed
END
: >replay.failed
ls testdata/*.rpl >replay.all
xargs -P "${JOBS:-1}" -n 1 sh replay.one <replay.all || :
failed=$(wc -l <replay.failed)
all=$(wc -l <replay.all)
[ "$all" -gt 0 ] || failed=1 all=1
echo "unbound-replay: $((all - failed)) passed, $failed failed"
[ "$failed" = 0 ]
