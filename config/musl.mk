# The C library of every target but asan.
musl_PACKAGE = musl
musl_ORDER = suite
musl_SERIES = 1.2.*
