#!/bin/bash
# The second compiler's warnings: every source of ours with clang and the flags of the build.
# SPDX-License-Identifier: Apache-2.0
set -u

deps=build/asan/deps
[ -d $deps/include/mbedtls ] || { echo "build/asan is not built"; exit 1; }
printf '%s\n' src/*/*.c port/*.c | xargs -P "$(nproc)" -n 8 clang -fsyntax-only -std=c11 \
	-D_DEFAULT_SOURCE -D_POSIX_C_SOURCE=200809L -Wall -Wextra -Wshadow -Wconversion \
	-Wmissing-prototypes -Wswitch -Wvla -Wundef -Werror -Isrc -I. -Ibuild/asan/gen \
	-isystem $deps/include
