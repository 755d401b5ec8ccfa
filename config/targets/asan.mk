# The same sources for this machine's own C library, with sanitizers: what the unit tests are linked
# with, and what the lab is run with a second time.
include config/targets/base.mk

TARGET_LIBC = glibc
TARGET_CFLAGS = -g -O1 -fno-omit-frame-pointer
TARGET_LDFLAGS =
TARGET_SANITIZE = -fsanitize=address,undefined -fno-sanitize-recover=undefined
TARGET_STRIP = :
