# libdecaf: verification of Ed448 signatures only. The files that this takes, by their path below
# src: those of the field are chosen by port/deps/decaf.sh, and made/ is what it generates.
decaf_PACKAGE = libdecaf
decaf_ORDER = suite
decaf_SERIES = 1.0.[2-9]*
decaf_MODULES = \
	ed448goldilocks/decaf_tables.c \
	made/ed448goldilocks/decaf.c \
	made/ed448goldilocks/eddsa.c \
	made/ed448goldilocks/scalar.c \
	made/p448/f_generic.c \
	p448/f_arithmetic.c \
	shake.c \
	utils.c
