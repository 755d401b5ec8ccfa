#!/bin/sh
# Builds libunbound.a with DNSSEC on Mbed TLS (port/unbound) into OUT.
#
# In the environment: SRC the source tree (patched, private to this run: it is changed), OUT the
# prefix that holds Mbed TLS, libsodium, libdecaf and libevent, CC AR RANLIB CFLAGS LDFLAGS, HOST the
# configure triplet (empty: native), CONFIG the config/ folder, ROOT the repository, JOBS.
# Writes OUT/include/unbound.h, OUT/include/unbound-event.h, OUT/lib/libunbound.a.
#
# SPDX-License-Identifier: Apache-2.0
set -eu

. "$ROOT/port/deps/unbound_configure.sh"

cd "$SRC"
unbound_configure --with-libevent="$OUT"
make -s -j"${JOBS:-1}" lib >build.log || { cat build.log >&2; exit 1; }

mkdir -p "$OUT/include" "$OUT/lib"
# What is for daemons gives way to what a client needs of it.
cp "$ROOT/port/unbound/client_only.c" services/client_only.c
${CC:-cc} -I. ${CFLAGS:--Os} -c services/client_only.c -o client_only.o
# Again and deterministic: libtool's archive would carry dates, and the order of its list.
rm -f "$OUT/lib/libunbound.a"
"${AR:-ar}" t .libs/libunbound.a | sed -e 's/^authzone\.o$/client_only.o/' -e '/^rpz\.o$/d' -e '/^autotrust\.o$/d' | LC_ALL=C sort |
	xargs "${AR:-ar}" rcD "$OUT/lib/libunbound.a"
"${RANLIB:-ranlib}" -D "$OUT/lib/libunbound.a"
cp unbound.h "$OUT/include/unbound.h"
cp libunbound/unbound-event.h "$OUT/include/unbound-event.h"
