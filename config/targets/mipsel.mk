include config/targets/base.mk
TARGET_HOST = mipsel-linux-gnu
TARGET_CC = mipsel-linux-gnu-gcc
TARGET_AR = mipsel-linux-gnu-ar
TARGET_RANLIB = mipsel-linux-gnu-ranlib
TARGET_STRIP = mipsel-linux-gnu-strip
# Most routers have no floating-point unit. What gcc calls instead is port/soft_float_mips.c; only integer
# routines are taken from Debian's libgcc, which is marked as made for a unit: hence no warning about a mixture.
TARGET_CFLAGS += -msoft-float
TARGET_LDFLAGS += -msoft-float -Wl,--no-warn-mismatch
# A machine without such a unit, on which one such instruction would end the program.
TARGET_RUN = qemu-mipsel -cpu 24Kc
