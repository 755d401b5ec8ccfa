include config/targets/base.mk
TARGET_HOST = arm-linux-gnueabihf
TARGET_CC = arm-linux-gnueabihf-gcc
TARGET_AR = arm-linux-gnueabihf-ar
TARGET_RANLIB = arm-linux-gnueabihf-ranlib
TARGET_STRIP = arm-linux-gnueabihf-strip
TARGET_RUN = qemu-arm
