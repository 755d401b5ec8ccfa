# Mbed TLS: configured by mbedtls_config.h. PACKAGE, ORDER and SERIES of every dependency are
# explained in port/deps/fetch.sh.
mbedtls_PACKAGE = mbedtls
mbedtls_ORDER = suite
mbedtls_SERIES = 3.6.*
# The arithmetic is worth its size, the rest is not (by module name; the rest gets CFLAGS as they are).
mbedtls_FAST = bignum bignum_core ecp ecp_curves rsa sha1 sha256 sha512 aesni gcm chacha20 poly1305
