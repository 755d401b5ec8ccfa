include config/targets/base.mk
TARGET_HOST = mips-linux-gnu
TARGET_CC = mips-linux-gnu-gcc
TARGET_AR = mips-linux-gnu-ar
TARGET_RANLIB = mips-linux-gnu-ranlib
TARGET_STRIP = mips-linux-gnu-strip
TARGET_RUN = qemu-mips
