# cJSON: libcjson.a
# SPDX-License-Identifier: Apache-2.0
set -eu
. "$ROOT/port/deps/compile.sh"

compile_all "-std=c99 $CFLAGS" cJSON.c
archive cjson cJSON.c
mkdir -p "$OUT/include/cjson"
cp cJSON.h "$OUT/include/cjson/"
