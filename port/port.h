/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The operating system, as far as this program needs it. No errno and no system type leaves here.
 */
#ifndef DP_PORT_PORT_H
#define DP_PORT_PORT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/ip.h"
#include "base/status.h"

/* Monotonic milliseconds from some start. */
int64_t dp_port_monotonic_ms(void);

/* UTC seconds since 1970 by the system's clock. */
int64_t dp_port_utc_s(void);

/* Fill with random bytes of the kernel (getentropy; opens no file). False: none to be had. */
bool dp_port_entropy(uint8_t *out, size_t len);

/* Begin a TCP connection, non-blocking, close-on-exec, no delay. Returns the descriptor (>= 0)
 * with *status DP_AGAIN (wait until writable, then dp_port_connected) or DP_OK; or -1 with the
 * reason. */
int dp_port_connect(const struct dp_ip *ip, uint16_t port, enum dp_status *status);

/* Outcome of a connection that was begun. */
enum dp_status dp_port_connected(int fd);

/* Read or write without blocking. *done: bytes moved when DP_OK (> 0). DP_AGAIN, DP_CLOSED
 * (read), or failure. */
enum dp_status dp_port_read(int fd, void *bytes, size_t len, size_t *done);
enum dp_status dp_port_write(int fd, const void *bytes, size_t len, size_t *done);

/* Local address of a connected descriptor. False if unknown. */
bool dp_port_local_ip(int fd, struct dp_ip *ip);

void dp_port_close(int fd);

/* A listening TCP socket, non-blocking, close-on-exec; IPv6 ones take no IPv4. Returns it, or -1
 * with the reason: DP_REFUSED (another program listens there), DP_NOT_FOUND (no address of this
 * machine), DP_DENIED, DP_NO_ROUTE (no such family here), DP_NO_RESOURCE. */
int dp_port_listen(const struct dp_ip *ip, uint16_t port, enum dp_status *status);

/* Listening sockets that systemd passed to this process (LISTEN_PID, LISTEN_FDS; sd_listen_fds(3)):
 * *count of them, at most 64, numbered from *first, made non-blocking. DP_INVALID: they are no such
 * sockets. */
enum dp_status dp_port_handed_sockets(int *first, size_t *count);

/* Raise this process's own limit on descriptors as far as it may. */
void dp_port_more_descriptors(void);

/* Has this machine a route towards that address? (A connected UDP socket; nothing is sent.) */
bool dp_port_has_route(const struct dp_ip *ip);

/* Whole file of at most max bytes into the arena, NUL behind. DP_NOT_FOUND, DP_DENIED,
 * DP_TOO_LARGE, DP_INVALID (a directory). "-" is standard input. */
enum dp_status dp_port_read_file(
	const char *path, size_t max, struct dp_arena *arena, char **data, size_t *len);

/* Replace a file: regular files by a temporary beside them and rename, mode kept; devices, pipes
 * and mount points: truncate and write. Nothing is left behind on failure. */
enum dp_status dp_port_write_file(const char *path, const void *data, size_t len);

/* The path that dp_port_write_file writes to: the symbolic links of the last component followed.
 * resolved: DP_PORT_PATH_BYTES. DP_TOO_LARGE; DP_INVALID: links that go round. */
#define DP_PORT_PATH_BYTES 4096
enum dp_status dp_port_follow(const char *path, char *resolved);

/* The number of a network interface, by its name or number; 0: no such. */
unsigned dp_port_interface(const char *name);

/* Do both paths lead to one file that exists? */
bool dp_port_same_file(const char *a, const char *b);

/* Replace a file in one step, whatever happens (power cuts included): the old content or the new,
 * never else. As above, but a regular file that cannot be replaced so is not touched: DP_DENIED
 * (the folder is closed to us, its owner cannot be kept, it is a mount point). An access list is
 * kept. secret: data holds a private key. Then nobody may read it who could not read the file like
 * (NULL or a pipe: nobody but its owner): a new file is no more open, an existing one is narrowed
 * to that; DP_DENIED: a pipe that is open to others, a stranger's file in a folder of strangers. */
enum dp_status dp_port_replace_file(
	const char *path, const char *like, bool secret, const void *data, size_t len);

/* Mode bits of a regular file; 0: there is none. */
unsigned dp_port_file_mode(const char *path);

/* Does path ("-", "/dev/stdout", ...) lead to what standard output is? False for /dev/null. */
bool dp_port_is_stdout(const char *path);

/* Could more users read what is written to standard output than the file like (NULL: none)? So of
 * a regular file with an open mode, of a socket (a journal); not of a pipe or terminal. */
bool dp_port_stdout_exposes(const char *like);

/* Write all bytes to a descriptor (1 or 2), blocking. */
enum dp_status dp_port_write_all(int fd, const void *data, size_t len);

/* Host name of this machine as the kernel has it; "" if none. */
const char *dp_port_hostname(struct dp_arena *arena);

bool dp_port_is_terminal(int fd);
/* Columns of the terminal, or 0. */
int dp_port_columns(int fd);

/* Value of an environment variable or NULL, and the whole environment as NAME=VALUE,
 * NULL-terminated. */
const char *dp_port_env(const char *name);
char **dp_port_environment(void);

/* No core dumps, SIGPIPE ignored. Called once at start. */
void dp_port_prepare(void);

/* Processors this process may use, at least 1; descriptors it may have open (at most 65536). */
unsigned dp_port_processors(void);
unsigned dp_port_descriptors(void);

/* Make a child process that goes on from here, and a stream between both, non-blocking, for
 * dp_port_read and dp_port_write: *channel is this side's end; *child is 0 in the child, and its
 * number in the parent. Before any library has begun something that two must not share.
 * DP_NO_RESOURCE. */
enum dp_status dp_port_fork(int *channel, long *child);

/* Until that child has ended, so that nothing is left behind and its time is counted. Only those
 * made here: a shell that became this process (exec) has left it others, as those of >(...). */
void dp_port_wait_child(long child);

/* A file or named pipe to read from the beginning; or -1: DP_NOT_FOUND, DP_DENIED, DP_INVALID (a
 * directory). */
int dp_port_open_input(const char *path, enum dp_status *status);

/* Bytes of a regular file; -1: something else. */
int64_t dp_port_file_bytes(int fd);

/* Something that the loop can wait for: a pipe, a socket, a terminal. */
bool dp_port_can_wait(int fd);

/* Block until something can be read. */
void dp_port_wait_readable(int fd);

/* Any descriptor, once: read waits when nothing is there (DP_CLOSED: the end); write takes what the
 * kernel takes, and waits when that is nothing (DP_CLOSED: the reader is gone; DP_NO_RESOURCE: no
 * space). A pipe that the loop calls writable takes PIPE_BUF bytes (4096) without waiting. */
enum dp_status dp_port_stream_read(int fd, void *bytes, size_t len, size_t *done);
enum dp_status dp_port_stream_write(int fd, const void *bytes, size_t len, size_t *done);

/* If the descriptor is that regular file: cut it to so many bytes. DP_NOT_FOUND: it is another
 * file, DP_DENIED: that is not possible. */
enum dp_status dp_port_cut(int fd, const char *path, int64_t bytes);

/* What is still to be done once the sandbox is entered. Descriptors that are open stay usable. */
struct dp_sandbox {
	bool network;            /* sockets to others */
	bool listens;            /* and connections from others */
	const char *const *read; /* files that dp_port_read_file, or a library, will open */
	size_t read_count;
	const char *const *write; /* files that dp_port_write_file will write */
	size_t write_count;
};

enum dp_sandbox_part {
	DP_SANDBOX_PRIVILEGES = 1u, /* no new privileges by execve */
	DP_SANDBOX_FILES = 2u,      /* no file but those named (Landlock, Linux 5.13) */
	DP_SANDBOX_CALLS = 4u,      /* no system call but those in use (seccomp), else killed */
	DP_SANDBOX_ALL = 7u
};

/* Give up, for good, all that want does not name. Returns the parts that the kernel (and, for the
 * last, the C library) has: or-ed; the others are left out. */
unsigned dp_port_sandbox(const struct dp_sandbox *want);

#endif
