#!/bin/sh
# Runs libunbound's own scenarios (testdata/*.rpl and *.crpl: scripted servers, a scripted clock,
# expected answers) with upstream's program for them, testbound, on our cryptographic backend. They
# show that resolver and validator are whole as we configure them: denial of existence by NSEC and
# NSEC3, wildcards, delegations without DS, key rollovers, lame servers.
#
# testbound differs from libunbound.a of the same source, patches, configure flags and CFLAGS in:
# - the daemon's worker stands in place of libunbound/*.c; its parts that need a socket are empty;
# - testcode/fake_event.c stands in place of util/netevent.c, services/listen_dnsport.c and
#   services/outside_network.c: no packet leaves, and time is what the scenario says;
# - the parser of configuration files is generated again, with what Debian's patches add;
# - DSA is taken for good where a scenario asks for it (tests/unbound/fake_dsa.c, and why).
#
# Every scenario is run. Those that cannot pass stand in tests/unbound/not_applicable.tsv with the
# reason; one of them that passes, or that fails for another reason, counts as failed.
#
# Environment as for port/deps/unbound.sh; SRC is changed. The target must be able to run here.
# Closing line: "testbound: N passed, N failed" (scenarios, and testbound's test of itself).
#
# SPDX-License-Identifier: Apache-2.0
set -eu

. "$ROOT/port/deps/unbound_configure.sh"

cd "$SRC"
TABLE="$ROOT/tests/unbound/not_applicable.tsv"
export TABLE

unbound_configure --with-libevent="$OUT"
# Options that scenarios set and a security patch has added to the grammar (flex and bison).
touch util/configparser.y util/configlexer.lex
# daemon/unbound.c includes these for whatever library; it uses nothing of them without HAVE_SSL.
mkdir -p openssl
: >openssl/crypto.h
: >openssl/ssl.h

build() {
	# shellcheck disable=SC2086
	${CC:-cc} ${CFLAGS:-} -I. -I"$OUT/include" -c "$ROOT/tests/unbound/fake_dsa.c" -o fake_dsa.o
	make -s -j"${JOBS:-1}" testbound LIBS="fake_dsa.o \
		-Wl,--wrap=dnskey_algo_id_is_supported,--wrap=verify_canonrrset \
		-levent_core -lmbedcrypto -lsodium -ldecaf"
}
build >testbound.build.log 2>&1 || {
	cat testbound.build.log >&2
	exit 1
}

# One scenario: a line `ok`, `FAILED` or `not-applicable`, its name, and why.
cat >one.sh <<'END'
name=${1##*/}
log="$1.log"
row=$(awk -F '\t' -v name="$name" '$1 == name' "$TABLE")
text=$(printf '%s' "$row" | cut -f2) reason=$(printf '%s' "$row" | cut -f3)
status=0
timeout 120 ./testbound -p "$1" >"$log" 2>&1 || status=$?
if [ "$status" = 0 ] && [ -z "$row" ]; then
	echo "ok $name"
elif [ "$status" = 0 ]; then
	echo "FAILED $name: passes, though listed: $reason"
elif [ -n "$text" ] && grep -qF -e "$text" "$log"; then
	echo "not-applicable $name: $reason"
else
	echo "FAILED $name: exit status $status
$(tail -n 5 "$log" | sed 's/^/    /')"
fi
END
{
	if ./testbound -s >selftest.log 2>&1; then echo "ok testbound"; else echo "FAILED testbound -s"; fi
	ls testdata/*.rpl testdata/*.crpl | xargs -P "${JOBS:-1}" -n 1 sh one.sh
} >results

count() { grep -c "^$1 " results || :; }
grep '^not-applicable ' results | LC_ALL=C sort || :
awk '/^(ok|not-applicable) / { failed = 0 } /^FAILED / { failed = 1 } failed' results
echo "not applicable: $(count not-applicable)"
echo "with a DSA signature taken for good: $(cat testdata/*rpl.log | grep -c '^fake_dsa: taken' || :)"
passed=$(count ok) failed=$(count FAILED)
# So few would mean that the suite was not there.
[ "$passed" -gt 300 ] || failed=$((failed + 1))
echo "testbound: $passed passed, $failed failed"
[ "$failed" = 0 ]
