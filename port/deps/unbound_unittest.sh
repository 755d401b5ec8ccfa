#!/bin/sh
# Builds libunbound's own unit tests on our cryptographic backend and runs them, and before them
# our own test of the backend (tests/unbound), which needs the headers of the same tree.
#
# Environment as for port/deps/unbound.sh; SRC is changed. The target must be able to run here.
# Closing line: "unbound-unittest: N passed, N failed" (checks as unittest counts them). unittest
# stops at the first check that fails, so failed is 0 or 1; then the exit status is 1.
#
# SPDX-License-Identifier: Apache-2.0
set -eu

. "$ROOT/port/deps/unbound_configure.sh"

cd "$SRC"
unbound_configure --with-libevent="$OUT"
libs="-levent_core -lmbedcrypto -lsodium -ldecaf"
make -s -j"${JOBS:-1}" unittest LIBS="$libs" >unittest.build.log 2>&1 || {
	cat unittest.build.log >&2
	exit 1
}

secalgo=secalgo.test
mkdir -p "$secalgo"
compile="${CC:-cc} ${CFLAGS:-} -I. -I$OUT/include"
$compile -Dgetentropy=test_getentropy -c "$ROOT/port/unbound/random.c" -o "$secalgo/random.o"
$compile ${LDFLAGS:-} -o "$secalgo/test" "$ROOT/tests/unbound/test_secalgo.c" \
	"$ROOT/port/unbound/val_secalgo.c" "$secalgo/random.o" sldns/sbuffer.c \
	-L"$OUT/lib" -lmbedcrypto -lsodium -ldecaf
/usr/bin/python3 "$ROOT/tests/unbound/secalgo_cases.py" >"$secalgo/cases"
"$secalgo/test" "$secalgo/cases"

# Guards in testcode/unitverify.c and unitzonemd.c follow config.h: what is off is not run.
not_run() {
	if ! grep -q "^#define $1 " config.h; then
		echo "not run: $2"
	fi
}
not_run USE_DSA "test_signatures.2 to .7 (DSA: RFC 8624 s3.1 forbids validation)"
not_run USE_GOST "test_sigs.gost (GOST R 34.10-2001: no library of ours has it)"

# These must be on: without them the test would pass by not running.
for feature in USE_SHA1 USE_SHA2 USE_ECDSA USE_ED25519 USE_ED448; do
	grep -q "^#define $feature " config.h || {
		echo "unbound-unittest: $feature is off" >&2
		exit 1
	}
done

status=0
./unittest >unittest.log 2>&1 || status=$?
checks=$(sed -n 's/^\([0-9][0-9]*\) checks ok\.$/\1/p' unittest.log)
if [ "$status" -ne 0 ] || [ -z "$checks" ]; then
	awk '!seen[$0]++' unittest.log | tail -n 40 >&2
	echo "unbound-unittest: ${checks:-0} passed, 1 failed"
	exit 1
fi
# Lines repeat where a child process flushed its copy of the buffer.
awk '/^test / && !seen[$0]++' unittest.log
echo "unbound-unittest: $checks passed, 0 failed"
