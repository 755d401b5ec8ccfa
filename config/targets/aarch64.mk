include config/targets/base.mk
TARGET_HOST = aarch64-linux-gnu
TARGET_CC = aarch64-linux-gnu-gcc
TARGET_AR = aarch64-linux-gnu-ar
TARGET_RANLIB = aarch64-linux-gnu-ranlib
TARGET_STRIP = aarch64-linux-gnu-strip
TARGET_RUN = qemu-aarch64
