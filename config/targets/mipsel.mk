include config/targets/base.mk
TARGET_HOST = mipsel-linux-gnu
TARGET_CC = mipsel-linux-gnu-gcc
TARGET_AR = mipsel-linux-gnu-ar
TARGET_RANLIB = mipsel-linux-gnu-ranlib
TARGET_STRIP = mipsel-linux-gnu-strip
TARGET_RUN = qemu-mipsel
