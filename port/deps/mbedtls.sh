# Mbed TLS: libmbedcrypto.a, libmbedx509.a, libmbedtls.a with config/mbedtls_config.h.
# SPDX-License-Identifier: Apache-2.0
set -eu
. "$ROOT/port/deps/compile.sh"

cp "$CONFIG/mbedtls_config.h" include/mbedtls/mbedtls_config.h
cd library

# 3.6.6 refuses RSA-PSS signatures in TLS 1.2 although it offers them (RFC 8446 s4.2.3 makes it accept them), so
# that most TLS 1.2 servers with RSA keys fail. 3.6.7 accepts them; there this changes nothing.
sed -i '/^static int ssl_parse_signature_algorithm(/,/^}/s/if (!mbedtls_ssl_sig_alg_is_supported(ssl, sig_alg)) {/if (!mbedtls_ssl_sig_alg_is_supported(ssl, sig_alg) \&\& *pk_alg != MBEDTLS_PK_RSASSA_PSS) {/' ssl_tls12_client.c

fast=$(printf '%s.c ' $FAST)
rest=$(for file in *.c; do case " $fast" in *" $file "*) ;; *) echo "$file" ;; esac; done)
common="-std=c99 -I../include -I. -D_GNU_SOURCE $CFLAGS"
compile_all "$common -O2" $fast
compile_all "$common" $rest

x509=$(ls x509*.c pkcs7.c)
tls=$(ls ssl_*.c debug.c mps_*.c net_sockets.c)
crypto=$(for file in *.c; do
	case " $(echo $x509 $tls) " in *" $file "*) ;; *) echo "$file" ;; esac
done)
archive mbedcrypto $crypto
archive mbedx509 $x509
archive mbedtls $tls

rm -rf "$OUT/include/mbedtls" "$OUT/include/psa"
cp -R ../include/mbedtls ../include/psa "$OUT/include/"
