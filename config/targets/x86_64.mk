include config/targets/base.mk
# Relative relocations as bits (RELR), which musl's start-up reads: a tenth of their size.
TARGET_LDFLAGS += -Wl,-z,pack-relative-relocs
