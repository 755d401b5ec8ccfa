# libevent: libevent_core.a and libevent_extra.a
# SPDX-License-Identifier: Apache-2.0
set -eu

# Patches may leave configure.ac newer than configure, which is what it says all the same.
touch aclocal.m4 && find . -name '*.in' -exec touch {} + && touch configure
./configure -q --prefix=/ ${HOST:+--host="$HOST"} $FLAGS \
	CC="$CC" AR="$AR" RANLIB="$RANLIB" CFLAGS="$CFLAGS" LDFLAGS="${LDFLAGS:-}"
make -s include/event2/event-config.h
make -s -j"$JOBS" libevent_core.la libevent_extra.la

for part in core extra; do
	lib="$OUT/lib/libevent_$part.a"
	rm -f "$lib"
	"$AR" t .libs/libevent_$part.a | LC_ALL=C sort | xargs "$AR" rcD "$lib"
	"$RANLIB" -D "$lib"
done
rm -rf "$OUT/include/event2"
cp -R include/event2 "$OUT/include/"
cp include/*.h "$OUT/include/"
