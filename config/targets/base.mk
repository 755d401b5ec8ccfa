# What every target has unless its own file, which includes this one, says otherwise.

# The compiler of the machine, the C library it links with (musl: built here; glibc: the machine's),
# and the triplet that tells a dependency's configure that this is a cross build.
TARGET_CC = gcc
TARGET_AR = ar
TARGET_RANLIB = ranlib
TARGET_STRIP = strip
TARGET_LIBC = musl
TARGET_HOST =

# How the program, and everything it is made of, is compiled and linked. Static, and still at
# an address of its own in each run.
TARGET_CFLAGS = -Os -fno-asynchronous-unwind-tables -fno-unwind-tables -fstack-protector-strong
TARGET_LDFLAGS = -static-pie

# More flags for our own code and for Mbed TLS, the parts that read what a peer sends.
TARGET_SANITIZE =

# The command that runs a program of this target here.
TARGET_RUN =
