# libFuzzer, which is clang's.
include config/targets/asan.mk

TARGET_CC = clang
TARGET_SANITIZE += -fsanitize=fuzzer-no-link
