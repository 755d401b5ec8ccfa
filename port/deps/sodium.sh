# libsodium: libsodium.a of the modules that config/sodium.mk names, with its headers.
# SPDX-License-Identifier: Apache-2.0
set -eu
. "$ROOT/port/deps/compile.sh"

number=${version%%-*}
sed -e "s/@VERSION@/${number%% *}/" -e 's/@SODIUM_LIBRARY_[A-Z_]*@/0/' \
	-e 's/@SODIUM_LIBRARY_MINIMAL_DEF@//' \
	src/libsodium/include/sodium/version.h.in >src/libsodium/include/sodium/version.h

cd src/libsodium
files=$(for file in $MODULES; do [ ! -f "$file" ] || echo "$file"; done)
# CONFIGURED says that we know what we leave out; the 128 bit arithmetic is gcc's own.
int128=$(echo 'int x[sizeof(__int128)];' | $CC -x c -c -o /dev/null - 2>/dev/null && echo -DHAVE_TI_MODE=1 || :)
compile_all "-std=c99 -Iinclude/sodium -DCONFIGURED=1 $int128 -D_GNU_SOURCE $CFLAGS" $files
archive sodium $files
rm -rf "$OUT/include/sodium"
mkdir -p "$OUT/include/sodium"
cp include/sodium/*.h "$OUT/include/sodium/"
cp include/sodium.h "$OUT/include/"
