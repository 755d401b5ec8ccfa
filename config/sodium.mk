# libsodium: verification of Ed25519 signatures, and the public part of an Ed25519 key. The modules
# that this takes, by their path below src/libsodium; those that a version of the series does not have are left out.
sodium_PACKAGE = libsodium
sodium_ORDER = suite
sodium_SERIES = 1.0.*
sodium_MODULES = \
	crypto_core/ed25519/ref10/ed25519_ref10.c \
	crypto_hash/sha512/cp/hash_sha512_cp.c \
	crypto_sign/ed25519/ref10/keypair.c \
	crypto_sign/ed25519/ref10/open.c \
	crypto_sign/ed25519/ref10/sign.c \
	crypto_verify/verify.c \
	crypto_verify/sodium/verify.c \
	sodium/utils.c
