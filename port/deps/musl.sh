# musl: OUT/lib/libc.a and the start files, OUT/bin/musl-gcc, which compiles and links with them.
# SPDX-License-Identifier: Apache-2.0
set -eu

./configure --prefix="$OUT" --syslibdir="$OUT/lib" --disable-shared --enable-wrapper=gcc \
	${HOST:+--host="$HOST"} CC="$CC" AR="$AR" RANLIB="$RANLIB" CFLAGS="$CFLAGS"
make -s -j"$JOBS"
make -s install
# The wrapper calls the compiler that built it, also for another machine; and since there is no
# shared libc, what libtool makes of -static does not matter.
cat >"$OUT/bin/musl-gcc" <<WRAPPER
#!/bin/sh
exec $CC -static "\$@" -specs "$OUT/lib/musl-gcc.specs"
WRAPPER
chmod +x "$OUT/bin/musl-gcc"
