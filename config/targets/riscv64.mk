include config/targets/base.mk
TARGET_HOST = riscv64-linux-gnu
TARGET_CC = riscv64-linux-gnu-gcc
TARGET_AR = riscv64-linux-gnu-ar
TARGET_RANLIB = riscv64-linux-gnu-ranlib
TARGET_STRIP = riscv64-linux-gnu-strip
TARGET_RUN = qemu-riscv64
# GNU ld 2.40 leaves symbolic relocations in a static-pie for this machine, which musl's start does not do.
TARGET_LDFLAGS = -static
