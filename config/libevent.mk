# libevent: the loop (core) and HTTP (extra); no TLS, no threads.
libevent_PACKAGE = libevent
libevent_ORDER = suite
libevent_SERIES = 2.1.*
libevent_FLAGS = \
	--disable-shared --enable-static \
	--disable-openssl \
	--disable-thread-support \
	--disable-debug-mode \
	--disable-samples \
	--disable-libevent-regress \
	--disable-dependency-tracking
