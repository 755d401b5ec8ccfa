# libevent: libevent_core.a and libevent_extra.a
# SPDX-License-Identifier: Apache-2.0
set -eu

# Patches may leave configure.ac newer than configure, which is what it says all the same.
touch aclocal.m4 && find . -name '*.in' -exec touch {} + && touch configure
./configure -q --prefix=/ ${HOST:+--host="$HOST"} $FLAGS \
	CC="$CC" AR="$AR" RANLIB="$RANLIB" CFLAGS="$CFLAGS" LDFLAGS="${LDFLAGS:-}"
make -s include/event2/event-config.h
make -s -j"$JOBS" libevent_core.la

# evhttp is a client, too, which looks up names by the C library: 16 KiB for what nobody asks here.
cat >no_client.c <<'end'
struct bufferevent;
struct evdns_base;
struct addrinfo;
int evhttp_no_client(struct bufferevent *, struct evdns_base *, int, const char *, int);
int evhttp_no_names(const char *, const char *, const struct addrinfo *, struct addrinfo **);

int evhttp_no_client(struct bufferevent *b, struct evdns_base *d, int family, const char *name, int port)
{
	(void)b, (void)d, (void)family, (void)name, (void)port;
	return -1;
}

int evhttp_no_names(const char *name, const char *port, const struct addrinfo *a, struct addrinfo **b)
{
	(void)name, (void)port, (void)a, (void)b;
	return -4; /* EAI_FAIL */
}
end
make -s -j"$JOBS" libevent_extra.la CPPFLAGS="-Dbufferevent_socket_connect_hostname=evhttp_no_client \
	-Devutil_getaddrinfo=evhttp_no_names"
$CC $CFLAGS -c no_client.c
"$AR" r .libs/libevent_extra.a no_client.o

for part in core extra; do
	lib="$OUT/lib/libevent_$part.a"
	rm -f "$lib"
	"$AR" t .libs/libevent_$part.a | LC_ALL=C sort | xargs "$AR" rcD "$lib"
	"$RANLIB" -D "$lib"
done
rm -rf "$OUT/include/event2"
cp -R include/event2 "$OUT/include/"
cp include/*.h "$OUT/include/"
