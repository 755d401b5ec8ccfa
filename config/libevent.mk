# libevent: the loop (core) and HTTP (extra); no TLS, no threads.
#
# Without getnameinfo: evhttp asks it for the client's address in words, which nobody reads here, and
# for a link-local one musl's opens a socket to ask the kernel for the interface, which ends a process
# in the sandbox of `serve`. Without select and poll: there is epoll wherever this runs.
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
	--disable-dependency-tracking \
	ac_cv_func_getnameinfo=no ac_cv_func_select=no ac_cv_func_poll=no
