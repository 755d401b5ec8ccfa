# Sourced by unbound.sh and unbound_unittest.sh: configures SRC for our cryptographic backend.
#
# libunbound's configure accepts three cryptographic libraries and insists on expat. It is told
# "Nettle", the one that stands for DNSSEC without TLS, and finds empty stand-ins for it and for
# expat, in a temporary folder: the two files that would include Nettle are the ones we replace,
# and expat belongs to a tool that is not built. So HAVE_NETTLE in config.h means
# "has DNSSEC cryptography, has no TLS", which is what we are.
#
# SPDX-License-Identifier: Apache-2.0

unbound_stubs() {
	mkdir -p "$1/include/nettle" "$1/lib"
	for header in nettle/eddsa.h expat.h; do
		echo '/* stand-in, see port/deps/unbound_configure.sh */' >"$1/include/$header"
	done
	for lib in hogweed nettle gmp; do
		"${AR:-ar}" rc "$1/lib/lib$lib.a"
	done
}

# Arguments: further configure flags. Runs in SRC.
unbound_configure() {
	stubs=$(mktemp -d)
	trap 'rm -rf "$stubs"' EXIT
	unbound_stubs "$stubs"
	cp "$ROOT/port/unbound/val_secalgo.c" validator/val_secalgo.c
	cp "$ROOT/port/unbound/random.c" util/random.c
	flags=$(sed -e 's/#.*//' -e '/^[[:space:]]*$/d' "$CONFIG/libunbound.conf")
	# shellcheck disable=SC2086
	AR_FLAGS=rc ./configure -q ${HOST:+--host="$HOST"} $flags \
		--with-nettle="$stubs" --with-libexpat="$stubs" "$@" \
		CC="${CC:-cc}" AR="${AR:-ar}" RANLIB="${RANLIB:-ranlib}" \
		CPPFLAGS="-I$stubs/include -I$OUT/include" \
		CFLAGS="${CFLAGS:--Os}" LDFLAGS="${LDFLAGS:-} -L$OUT/lib"
	# A security patch that also adds an option to the configuration file makes the generated parser
	# out of date. Nothing of ours reads that file, and so flex and bison are not needed.
	touch util/configparser.h util/configparser.c util/configlexer.c
	# What configure was told, with its paths, is not a part of the product.
	sed -i 's|^#define CONFCMDLINE .*|#define CONFCMDLINE ""|' config.h
	# Of what configure could not run for another machine it believes the worst; Linux is not like
	# that, and the program should be the same everywhere.
	sed -i -e '/^#define malloc rpl_malloc/d' -e '/^#define MEMCMP_IS_BROKEN /d' \
		-e '/^#define NONBLOCKING_IS_BROKEN /d' config.h
	# Interfaces are handed to it by number; to ask for names takes a local socket, which the sandbox forbids.
	sed -i '/^#define HAVE_IF_NAMETOINDEX /d' config.h
	# configure knows Ed448 of OpenSSL only; it decides sizes of keys, and what unittest tries.
	echo '#define USE_ED448 1' >>config.h
	# Some files rely on a cryptographic library's headers to bring these in.
	printf '#include <time.h>\n#include <sys/types.h>\n' >>config.h
}
