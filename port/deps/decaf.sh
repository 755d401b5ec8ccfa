# libdecaf: libdecaf.a of the files that config/decaf.mk names, with the headers of Ed448.
#
# Most of it are templates, filled in for each curve by a Python script of upstream. No assembler:
# the portable field arithmetic in words of 64 bits where the compiler has products of 128, else in
# words of 32 bits. That is one code for all machines of a kind, and a zone is verified seldom.
#
# SPDX-License-Identifier: Apache-2.0
set -eu
. "$ROOT/port/deps/compile.sh"

cd src
# fill_in PER ITEM TEMPLATE OUTPUT, below made/
fill_in() {
	/usr/bin/python3 generator/template.py --per="$1" --item="$2" --guard="$4" -o "made/$4" "$3"
}
# Ends an attribute of two strings that gcc does not know, on functions that are not used.
sed -i '/^#define DECAF_EDDSA_NON_KEYPAIR_API_IS_DEPRECATED 1$/s/1$/0/' per_curve/eddsa.tmpl.h
mkdir -p made/decaf
cp public_include/decaf/*.h made/decaf/
fill_in global global public_include/decaf.tmpl.h decaf.h
# decaf.h wants the header of the other curve, too.
for curve in ed448goldilocks:448 curve25519:255; do
	fill_in curve "${curve%:*}" per_curve/point.tmpl.h "decaf/point_${curve#*:}.h"
	fill_in curve "${curve%:*}" per_curve/eddsa.tmpl.h "decaf/ed${curve#*:}.h"
done
for part in decaf eddsa scalar; do
	fill_in curve ed448goldilocks per_curve/$part.tmpl.c ed448goldilocks/$part.c
done
fill_in field p448 per_field/f_field.tmpl.h p448/f_field.h
fill_in field p448 per_field/f_generic.tmpl.c p448/f_generic.c

arch=arch_32
if echo 'int x[sizeof(__int128)];' | $CC -x c -c -o /dev/null - 2>/dev/null; then arch=arch_ref64; fi
# It shifts negative numbers, which is defined with -fwrapv only.
compile_all "-std=c99 -fno-strict-aliasing -fwrapv -Imade -Imade/p448 -Iinclude -Iinclude/$arch \
	-Ip448 -Ip448/$arch -I. $CFLAGS" $MODULES "p448/$arch/f_impl.c"
archive decaf $MODULES "p448/$arch/f_impl.c"
rm -rf "$OUT/include/decaf"
mkdir -p "$OUT/include/decaf"
for header in common ed448 point_448 sha512 shake; do
	cp made/decaf/$header.h "$OUT/include/decaf/"
done
