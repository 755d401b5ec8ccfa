# daneprobe. `make` builds build/x86_64/daneprobe; `make help` lists the other targets.
# SPDX-License-Identifier: Apache-2.0
#
#   TARGET=x86_64     a file of config/targets/
#   UNBOUND=1.17      another series of libunbound than the newest, built apart
#   DEPS_DIR=folder   sources of the dependencies from a folder, no network
#   ROOT_CERTS=folder, KNOWN_CAS=file   other built-in roots and names of CAs: for tests
#   JOBS=2            processes at a time inside the build of a dependency

VERSION = 0.1.0
TARGET ?= x86_64
JOBS ?= $(shell nproc)

include config/targets/$(TARGET).mk
include config/musl.mk config/mbedtls.mk config/sodium.mk config/decaf.mk config/libevent.mk config/cjson.mk config/unbound.mk

# ---- folders, all of them below build/ ----

ROOT := $(CURDIR)
SOURCES := build/src
PLAIN := build/$(TARGET)
B := $(PLAIN)$(addprefix -unbound-,$(UNBOUND))
DEPS := $(B)/deps

# ---- dependencies ----

RESOLVER := unbound$(addprefix -,$(UNBOUND))
ifneq ($(UNBOUND),)
$(RESOLVER)_PACKAGE := unbound
$(RESOLVER)_ORDER := newest
$(RESOLVER)_SERIES := $(UNBOUND).*
endif
LIBRARIES := mbedtls sodium decaf libevent cjson
ALL_SOURCES := musl $(LIBRARIES) $(RESOLVER)
FROM := $(ALL_SOURCES:%=$(SOURCES)/%.from)

LIBC := $(if $(filter musl,$(TARGET_LIBC)),$(DEPS)/musl.built)
CC := $(if $(LIBC),$(ROOT)/$(DEPS)/bin/musl-gcc,$(TARGET_CC))
COMMON_CFLAGS := $(TARGET_CFLAGS) -ffunction-sections -fdata-sections -ffile-prefix-map=$(ROOT)=.

# build_dependency NAME,SCRIPT,CC,FLAGS
define build_dependency
SOURCES='$(ROOT)/$(SOURCES)' WORK='$(ROOT)/$(B)/work' STAMP='$(filter %.built,$@)' OUT='$(ROOT)/$(DEPS)' ROOT='$(ROOT)' \
CONFIG='$(ROOT)/config' CC='$(3)' AR='$(TARGET_AR)' RANLIB='$(TARGET_RANLIB)' HOST='$(TARGET_HOST)' \
CFLAGS='$(COMMON_CFLAGS) $(4)' LDFLAGS='$(TARGET_LDFLAGS) -Wl,--gc-sections' JOBS='$(JOBS)' \
FLAGS='$($(1)_FLAGS)' MODULES='$($(1)_MODULES)' FAST='$($(1)_FAST)' \
sh port/deps/build.sh $(1) $(2)
endef

# ---- the program ----

OUR_SOURCES := $(sort $(wildcard src/*/*.c port/*.c))
OBJECTS := $(OUR_SOURCES:%.c=$(B)/obj/%.o) $(B)/obj/gen/known_cas_table.o $(B)/obj/gen/roots_table.o
VERSIONS := $(B)/gen/dp_versions.h
ROOTS := build/known_roots.tsv
WARNINGS := -Wall -Wextra -Wshadow -Wconversion -Wmissing-prototypes -Wswitch -Wvla -Wundef -Werror
OUR_CFLAGS := -std=c11 -D_DEFAULT_SOURCE -D_POSIX_C_SOURCE=200809L $(WARNINGS) $(COMMON_CFLAGS) \
	$(TARGET_SANITIZE) -Isrc -I. -I$(B)/gen -isystem $(DEPS)/include
# port/memory.h; -u, for links of the archive in which nothing but the C library copies
comma := ,
MEMORY := $(if $(filter x86_64,$(TARGET)),-Wl$(comma)--wrap=memcpy$(comma)--wrap=memmove$(comma)--wrap=memset$(comma)-u$(comma)__wrap_memcpy)
OUR_LDFLAGS := $(TARGET_LDFLAGS) $(TARGET_SANITIZE) -Wl,--gc-sections \
	-Wl,--wrap=mbedtls_x509_crt_parse_der,--wrap=mbedtls_ssl_write_sig_alg_ext $(MEMORY) -L$(DEPS)/lib
OUR_LIBS := -lunbound -levent_extra -levent_core -lcjson -lmbedtls -lmbedx509 -lmbedcrypto -lsodium -ldecaf

.PHONY: all
all: $(B)/daneprobe

$(B)/daneprobe: $(B)/daneprobe.full
	@rm -f $@; $(TARGET_STRIP) -s -o $@ $< && [ -f $@ ] || cp $< $@

$(B)/daneprobe.full: $(OBJECTS) $(DEPS)/built
	@echo "  link $@"
	@$(CC) $(OUR_LDFLAGS) -Wl,-Map=$(B)/daneprobe.map -o $@ $(OBJECTS) $(OUR_LIBS)

$(B)/obj/%.o: %.c $(VERSIONS) $(DEPS)/built
	@mkdir -p $(@D)
	@echo "  cc $<"
	@$(CC) $(OUR_CFLAGS) -MMD -MP -c $< -o $@

$(B)/obj/gen/%.o: $(B)/gen/%.c $(DEPS)/built
	@mkdir -p $(@D)
	@$(CC) $(OUR_CFLAGS) -MMD -MP -c $< -o $@

KNOWN_CAS ?= config/known_cas.tsv
$(B)/gen/known_cas_table.c: $(KNOWN_CAS) $(ROOTS) config/gen_known_cas.awk
	@mkdir -p $(@D)
	@LC_ALL=C awk -f config/gen_known_cas.awk $(KNOWN_CAS) $(ROOTS) >$@.new
	@mv $@.new $@

$(B)/gen/roots_table.c: $(ROOTS) config/gen_roots.sh
	@mkdir -p $(@D)
	@ROOT_CERTS='$(ROOT_CERTS)' sh config/gen_roots.sh >$@.new
	@mv $@.new $@

# Names of the roots in the machine's ca-certificates, made anew when it is another version.
ifneq ($(shell dpkg-query -W -f '\# $${Version}' ca-certificates 2>/dev/null || echo '\# none'),$(shell head -n 1 $(ROOTS) 2>/dev/null))
.PHONY: other-roots
$(ROOTS): other-roots
endif
$(ROOTS): config/gen_known_roots.sh
	@mkdir -p $(@D)
	@sh $< >$@.$$$$ && mv $@.$$$$ $@

$(VERSIONS): $(FROM) $(ROOTS) Makefile
	@mkdir -p $(@D)
	@SOURCES=$(SOURCES) ROOTS=$(ROOTS) sh port/deps/versions.sh $(VERSION) $(TARGET) $(TARGET_LIBC) $(RESOLVER) >$@.new
	@if cmp -s $@.new $@; then rm $@.new; else mv $@.new $@; fi

-include $(OBJECTS:.o=.d)

# ---- getting and building the dependencies ----

.PHONY: fetch deps
fetch: $(FROM)
deps: $(DEPS)/built $(VERSIONS)

ifneq ($(DEPS_DIR),)
.PHONY: look-again
$(FROM): look-again
endif
$(FROM) &: config/musl.mk $(LIBRARIES:%=config/%.mk) config/unbound.mk
	@DEPS_DIR='$(DEPS_DIR)' APT_DIR=build/apt sh port/deps/fetch.sh $(SOURCES) \
		$(foreach name,$(ALL_SOURCES),'$(name)=$($(name)_PACKAGE):$($(name)_ORDER):$($(name)_SERIES)')

.PHONY: compiler
compiler:
	@command -v $(TARGET_CC) >/dev/null || { echo "no $(TARGET_CC) here; \`make packages\` installs what" \
		"a build needs, \`make cross\` also what other targets need"; exit 1; }
$(DEPS)/musl.built $(LIBRARIES:%=$(DEPS)/%.built): | compiler

BUILDER := port/deps/build.sh port/deps/compile.sh config/targets/base.mk config/targets/$(TARGET).mk

# Another libunbound: beside copies of the other dependencies, made before make looks at dates.
ifneq ($(UNBOUND),)
-include $(DEPS)/copied.mk
$(DEPS)/copied.mk: $(PLAIN)/deps/built
	@mkdir -p $(DEPS) && cp -a $(PLAIN)/deps/. $(DEPS)/ && rm -f $(DEPS)/unbound.built $(DEPS)/built
	@touch $@
$(PLAIN)/deps/built:
	@$(MAKE) --no-print-directory UNBOUND= deps
endif

$(DEPS)/musl.built: $(SOURCES)/musl.from port/deps/musl.sh config/musl.mk $(BUILDER)
	@$(call build_dependency,musl,musl,$(TARGET_CC))

$(LIBRARIES:%=$(DEPS)/%.built): $(DEPS)/%.built: $(SOURCES)/%.from port/deps/%.sh config/%.mk $(LIBC) $(BUILDER)
	@$(call build_dependency,$*,$*,$(CC),$(if $(filter mbedtls decaf,$*),$(TARGET_SANITIZE)))

$(DEPS)/mbedtls.built: config/mbedtls_config.h

$(DEPS)/unbound.built: $(SOURCES)/$(RESOLVER).from $(wildcard port/deps/unbound*.sh port/unbound/*) \
		config/unbound.mk config/libunbound.conf $(LIBRARIES:%=$(DEPS)/%.built) $(BUILDER)
	@$(call build_dependency,$(RESOLVER),unbound,$(CC))

$(DEPS)/built: $(LIBC) $(LIBRARIES:%=$(DEPS)/%.built) $(DEPS)/unbound.built
	@touch $@

# ---- tests ----

# Unit tests: one program each, linked with everything of ours but main, as an archive, so that a
# test can put a twin in the place of a module.
UNIT_TESTS := $(patsubst tests/unit/%.c,$(B)/tests/%,$(sort $(wildcard tests/unit/test_*.c)))
TEST_CFLAGS := $(filter-out -Wconversion -Wmissing-prototypes -Wshadow,$(OUR_CFLAGS)) -Itests/unit -MMD -MP
PARTS := $(filter-out %/src/app/main.o,$(OBJECTS))

$(B)/libdaneprobe.a: $(PARTS)
	@rm -f $@ && $(TARGET_AR) rcD $@ $(PARTS)

$(B)/tests/%: tests/unit/%.c $(B)/libdaneprobe.a $(DEPS)/built
	@mkdir -p $(@D)
	@echo "  test $<"
	@$(CC) $(TEST_CFLAGS) $(OUR_LDFLAGS) -MF $@.d -o $@ $< -Wl,--start-group $(B)/libdaneprobe.a $(OUR_LIBS) -Wl,--end-group -lcmocka

# Fuzz targets: TARGET=fuzz, which is clang with libFuzzer.
FUZZERS := $(patsubst tests/fuzz/%.c,$(B)/fuzz/%,$(sort $(wildcard tests/fuzz/fuzz_*.c)))
FUZZ_SECONDS ?= 20

$(B)/fuzz/%: tests/fuzz/%.c $(B)/libdaneprobe.a $(DEPS)/built
	@mkdir -p $(@D)
	@echo "  fuzz $<"
	@$(CC) $(TEST_CFLAGS) $(OUR_LDFLAGS) -fsanitize=fuzzer -MF $@.d -o $@ $< -Wl,--start-group $(B)/libdaneprobe.a $(OUR_LIBS) -Wl,--end-group

# Enters the sandbox: musl's build, since that is what the table of system calls is of.
$(B)/sandbox/%: tests/sandbox/%.c $(B)/libdaneprobe.a $(DEPS)/built
	@mkdir -p $(@D)
	@$(CC) $(TEST_CFLAGS) $(OUR_LDFLAGS) -MF $@.d -o $@ $< -Wl,--start-group $(B)/libdaneprobe.a $(OUR_LIBS) -Wl,--end-group

# For the benchmark: mail servers, the cost of an operation, and the program with its operations counted.
COUNTED := verify_canonrrset mbedtls_pk_verify mbedtls_pk_verify_ext psa_generate_key psa_raw_key_agreement
BENCH := $(B)/bench/server $(B)/bench/costs $(B)/bench/daneprobe

$(B)/bench/server: tests/bench/server.c
	@mkdir -p $(@D)
	@gcc -std=c11 -D_DEFAULT_SOURCE -O2 -Wall -Wextra -Werror -o $@ $< -lssl -lcrypto -pthread

$(B)/bench/costs: tests/bench/costs.c $(B)/libdaneprobe.a $(DEPS)/built
	@mkdir -p $(@D)
	@$(CC) $(OUR_CFLAGS) $(OUR_LDFLAGS) -o $@ $< -Wl,--start-group $(B)/libdaneprobe.a $(OUR_LIBS) -Wl,--end-group

$(B)/bench/daneprobe: tests/bench/count.c $(OBJECTS) $(DEPS)/built
	@mkdir -p $(@D)
	@$(CC) $(OUR_CFLAGS) $(OUR_LDFLAGS) $(COUNTED:%=-Wl,--wrap=%) -o $@ $< $(OBJECTS) $(OUR_LIBS)

-include $(UNIT_TESTS:=.d) $(FUZZERS:=.d)

.PHONY: unit-tests fuzzers bench-programs resolver-unittest resolver-testbound test test-all lint fuzz demo bench
unit-tests: $(UNIT_TESTS)
fuzzers: $(FUZZERS)
bench-programs: $(BENCH)

# libunbound's own unit tests, linked with our cryptography.
resolver-unittest: $(DEPS)/built
	@$(call build_dependency,$(RESOLVER),unbound_unittest,$(CC),$(TARGET_SANITIZE))

# Its scenarios of scripted name servers.
resolver-testbound: $(DEPS)/built
	@$(call build_dependency,$(RESOLVER),unbound_testbound,$(CC),$(TARGET_SANITIZE))

test: packages
	@$(MAKE) --no-print-directory TARGET=x86_64 all
	@$(MAKE) --no-print-directory TARGET=asan all unit-tests
	@tests/run test

test-all:
	@port/deps/packages.sh cross
	@$(MAKE) --no-print-directory TARGET=x86_64 all
	@tests/run all

lint: packages
	@$(MAKE) --no-print-directory TARGET=x86_64 all
	@tests/lint/run

fuzz: packages
	@$(MAKE) --no-print-directory TARGET=fuzz fuzzers
	@FUZZ_SECONDS=$(FUZZ_SECONDS) tests/fuzz/run build/fuzz/fuzz

demo:
	@port/deps/packages.sh demo
	@$(MAKE) --no-print-directory TARGET=x86_64 all
	@DANEPROBE=build/x86_64/daneprobe tests/lab/demo

bench: packages
	@$(MAKE) --no-print-directory TARGET=x86_64 all bench-programs
	@DANEPROBE=build/x86_64/daneprobe tests/bench/run

# ---- housekeeping ----

PREFIX ?= /usr/local
SHARE := $(PREFIX)/share
CROSS := aarch64 armv7 mips mipsel riscv64

# A container image of the program alone, by any builder that takes docker's options:
# make image IMAGE_BUILDER='buildah bud --format docker'
IMAGE_BUILDER ?= docker build

.PHONY: packages size cross image install clean help
packages:
	@port/deps/packages.sh test

size: $(B)/daneprobe
	@awk -v stripped=$$(stat -c %s $<) -f port/deps/size.awk $(B)/daneprobe.map

cross:
	@port/deps/packages.sh cross
	@for target in $(CROSS); do $(MAKE) --no-print-directory TARGET=$$target all || exit 1; done

image: $(B)/daneprobe
	$(IMAGE_BUILDER) --build-arg VERSION=$(VERSION) -t daneprobe:$(VERSION) -f port/container/Dockerfile $(B)

install: $(B)/daneprobe
	install -D -m 755 $< $(DESTDIR)$(PREFIX)/bin/daneprobe
	install -D -m 644 port/man/daneprobe.1 $(DESTDIR)$(SHARE)/man/man1/daneprobe.1
	install -D -m 644 port/completion/daneprobe.bash $(DESTDIR)$(SHARE)/bash-completion/completions/daneprobe
	install -D -m 644 port/completion/_daneprobe $(DESTDIR)$(SHARE)/zsh/site-functions/_daneprobe

clean:
	rm -rf build

help:
	@echo "all demo test test-all lint fuzz bench size cross image install fetch deps packages clean"
