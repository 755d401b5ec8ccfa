# musl: OUT/lib/libc.a and the start files, OUT/bin/musl-gcc, which compiles and links with them.
# SPDX-License-Identifier: Apache-2.0
set -eu

./configure --prefix="$OUT" --syslibdir="$OUT/lib" --disable-shared --enable-wrapper=gcc \
	${HOST:+--host="$HOST"} CC="$CC" AR="$AR" RANLIB="$RANLIB" CFLAGS="$CFLAGS"
make -s -j"$JOBS"
make -s install
# Not every version of musl's specs knows -static-pie.
awk -v lib="$OUT/lib" '
	replace != "" { print replace; replace = ""; next }
	{ print }
	/^\*startfile:/ {
		replace = "%{static-pie:" lib "/rcrt1.o; :" lib "/crt1.o} " lib "/crti.o crtbeginS.o%s"
	}
	/^\*link:/ { replace = "-nostdlib %{static-pie:-static -pie --no-dynamic-linker -z text; :-static}" }
	' "$OUT/lib/musl-gcc.specs" >"$OUT/lib/musl-gcc.specs.new"
mv "$OUT/lib/musl-gcc.specs.new" "$OUT/lib/musl-gcc.specs"
# The wrapper calls the compiler that built it, also for another machine; and since there is no
# shared libc, what libtool makes of -static does not matter.
cat >"$OUT/bin/musl-gcc" <<WRAPPER
#!/bin/sh
exec $CC $LDFLAGS "\$@" -specs "$OUT/lib/musl-gcc.specs"
WRAPPER
chmod +x "$OUT/bin/musl-gcc"
