include config/targets/base.mk
TARGET_HOST = mips-linux-gnu
TARGET_CC = mips-linux-gnu-gcc
TARGET_AR = mips-linux-gnu-ar
TARGET_RANLIB = mips-linux-gnu-ranlib
TARGET_STRIP = mips-linux-gnu-strip
# Most routers have no floating-point unit. What gcc calls instead is port/soft_float_mips.c; only integer
# routines are taken from Debian's libgcc, which is marked as made for a unit: hence no warning about a mixture.
TARGET_CFLAGS += -msoft-float
TARGET_LDFLAGS += -msoft-float -Wl,--no-warn-mismatch
# A machine without such a unit, on which one such instruction would end the program.
TARGET_RUN = qemu-mips -cpu 24Kc
