/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The table of system calls. Numbers are those of the compiler's headers; a call that a machine
 * does not have, or that musl has under another name there, is left out by #ifdef. 32-bit machines
 * ask for 64-bit times first, and for the old ones on kernels before 5.1.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/syscall.h>

#include "port/sandbox_filter.h"

/* AUDIT_ARCH_* of linux/audit.h: the ELF machine, bit 31 for 64 bits, bit 30 for little-endian. */
#if defined(__x86_64__) && !defined(__ILP32__)
#define ARCH 0xc000003eu
#define NUMBERS_END 0x40000000u
#elif defined(__aarch64__) && !defined(__ILP32__) && !defined(__AARCH64EB__)
#define ARCH 0xc00000b7u
#elif defined(__arm__) && defined(__ARM_EABI__) && !defined(__ARMEB__)
#define ARCH 0x40000028u
#elif defined(__mips__) && _MIPS_SIM == _ABIO32 && defined(__MIPSEB__)
#define ARCH 0x00000008u
#elif defined(__mips__) && _MIPS_SIM == _ABIO32 && defined(__MIPSEL__)
#define ARCH 0x40000008u
#elif defined(__riscv) && __riscv_xlen == 64
#define ARCH 0xc00000f3u
#else
#define ARCH 0u
#endif
#ifndef NUMBERS_END
#define NUMBERS_END 0x40000000u /* far above all numbers; also cuts off negative ones */
#endif

#define ALWAYS DP_CALLS_ALWAYS
#define NETWORK DP_CALLS_NETWORK
#define LISTEN DP_CALLS_LISTEN
#define READ DP_CALLS_READ
#define WRITE DP_CALLS_WRITE

/* clang-format off */
#define CALL(word, group) { .name = #word, .number = SYS_##word, .needed = (group) }
#define CALL_IF(word, group, ...) { .name = #word, .number = SYS_##word, .needed = (group), \
	.check_count = 1, .checks = { __VA_ARGS__ } }
#define CALL_REFUSED(word, group) { .name = #word, .number = SYS_##word, .needed = (group), \
	.refused = true }

/* Memory is never made executable. */
#define NOT_EXECUTABLE { .arg = 2, .mask = PROT_EXEC, .count = 1, .values = { 0 } }
#define READ_ONLY(at) { .arg = (at), .mask = O_ACCMODE | O_CREAT | O_TRUNC, .count = 1, \
	.values = { O_RDONLY } }
#define FLAGS_ONLY { .arg = 1, .mask = UINT32_MAX, .count = 4, \
	.values = { F_GETFD, F_SETFD, F_GETFL, F_SETFL } }
#define TERMINAL_OR_SOCKET { .arg = 1, .mask = UINT32_MAX, .count = 4, \
	.values = { TIOCGWINSZ, FIONBIO, FIONREAD, SIOCGIFINDEX } }
#define INTERNET { .arg = 0, .mask = UINT32_MAX, .count = 2, .values = { AF_INET, AF_INET6 } }
#define STREAM_OR_DATAGRAM { .arg = 1, .mask = 0xf, .count = 2, \
	.values = { SOCK_STREAM, SOCK_DGRAM } }
/* clang-format on */

static const struct dp_call calls[] = {
/* sorted by how often they are made */
#ifdef SYS_mmap
	CALL_IF(mmap, ALWAYS, NOT_EXECUTABLE),
#endif
#ifdef SYS_mmap2
	CALL_IF(mmap2, ALWAYS, NOT_EXECUTABLE),
#endif
	CALL(munmap, ALWAYS),
	CALL(epoll_ctl, NETWORK),
#ifdef SYS_fcntl64
	CALL_IF(fcntl64, ALWAYS, FLAGS_ONLY),
#endif
#ifdef SYS_fcntl
	CALL_IF(fcntl, ALWAYS, FLAGS_ONLY),
#endif
	CALL(setsockopt, NETWORK),
	CALL(recvfrom, NETWORK),
	CALL(epoll_pwait, NETWORK),
#ifdef SYS_epoll_wait
	CALL(epoll_wait, NETWORK),
#endif
	CALL(close, ALWAYS),
	CALL(sendto, NETWORK),
	{ .name = "socket",
		.number = SYS_socket,
		.needed = NETWORK,
		.check_count = 2,
		.checks = { INTERNET, STREAM_OR_DATAGRAM } },
	CALL(connect, NETWORK),
	CALL(bind, NETWORK),
	CALL(getpid, ALWAYS),
	CALL(read, ALWAYS),
	CALL(getrandom, ALWAYS),
	CALL(brk, ALWAYS),
	CALL(write, ALWAYS),
	CALL(readv, ALWAYS),
	CALL(writev, ALWAYS),
	CALL(rt_sigaction, ALWAYS),
	CALL(rt_sigprocmask, ALWAYS),
	CALL(rt_sigreturn, ALWAYS),
#ifdef SYS_sigreturn
	CALL(sigreturn, ALWAYS),
#endif
	CALL(restart_syscall, ALWAYS),
	CALL(exit_group, ALWAYS),
	CALL(wait4, ALWAYS),
	CALL(exit, ALWAYS),
	CALL_IF(mprotect, ALWAYS, NOT_EXECUTABLE),
	CALL(mremap, ALWAYS),
	CALL(madvise, ALWAYS),
	CALL_IF(ioctl, ALWAYS, TERMINAL_OR_SOCKET),
	CALL(uname, ALWAYS),
#ifdef SYS_lseek
	CALL(lseek, ALWAYS),
#endif
#ifdef SYS__llseek
	CALL(_llseek, ALWAYS),
#endif
/* Clocks: calls where the kernel lends no code for them (vDSO). */
#ifdef SYS_clock_gettime
	CALL(clock_gettime, ALWAYS),
#endif
#ifdef SYS_clock_gettime32
	CALL(clock_gettime32, ALWAYS),
#endif
#ifdef SYS_clock_gettime64
	CALL(clock_gettime64, ALWAYS),
#endif
#ifdef SYS_gettimeofday
	CALL(gettimeofday, ALWAYS),
#endif
#ifdef SYS_gettimeofday_time32
	CALL(gettimeofday_time32, ALWAYS),
#endif
#ifdef SYS_poll
	CALL(poll, ALWAYS),
#endif
#ifdef SYS_ppoll
	CALL(ppoll, ALWAYS),
#endif
#ifdef SYS_ppoll_time64
	CALL(ppoll_time64, ALWAYS),
#endif
#ifdef SYS_nanosleep
	CALL(nanosleep, ALWAYS),
#endif
#ifdef SYS_clock_nanosleep
	CALL(clock_nanosleep, ALWAYS),
#endif
#ifdef SYS_clock_nanosleep_time32
	CALL(clock_nanosleep_time32, ALWAYS),
#endif
#ifdef SYS_clock_nanosleep_time64
	CALL(clock_nanosleep_time64, ALWAYS),
#endif
	/* the loop, and sockets */
	CALL(epoll_create1, NETWORK),
#ifdef SYS_epoll_create
	CALL(epoll_create, NETWORK),
#endif
	CALL(pipe2, NETWORK),
/* which libevent tries, one after the other, when pipe2 fails for want of descriptors */
#ifdef SYS_pipe
	CALL_REFUSED(pipe, NETWORK),
#endif
	CALL_REFUSED(socketpair, NETWORK),
	CALL(getsockopt, NETWORK),
	CALL(getsockname, NETWORK),
	CALL(getpeername, NETWORK),
	CALL(sendmsg, NETWORK),
	CALL(recvmsg, NETWORK),
#ifdef SYS_send
	CALL(send, NETWORK),
#endif
#ifdef SYS_recv
	CALL(recv, NETWORK),
#endif
	CALL(shutdown, NETWORK),
	CALL(listen, LISTEN),
#ifdef SYS_accept
	CALL(accept, LISTEN),
#endif
	CALL(accept4, LISTEN),
/* files */
#ifdef SYS_open
	CALL_IF(open, READ, READ_ONLY(1)),
	CALL(open, WRITE),
#endif
	CALL_IF(openat, READ, READ_ONLY(2)),
	CALL(openat, WRITE),
#ifdef SYS_fstat
	CALL(fstat, READ | WRITE),
#endif
#ifdef SYS_fstat64
	CALL(fstat64, READ | WRITE),
#endif
#ifdef SYS_stat
	CALL(stat, WRITE),
#endif
#ifdef SYS_stat64
	CALL(stat64, WRITE),
#endif
#ifdef SYS_newfstatat
	CALL(newfstatat, READ | WRITE),
#endif
#ifdef SYS_fstatat64
	CALL(fstatat64, READ | WRITE),
#endif
#ifdef SYS_statx
	CALL(statx, READ | WRITE),
#endif
#ifdef SYS_readlink
	CALL(readlink, WRITE),
#endif
	CALL(readlinkat, WRITE),
#ifdef SYS_rename
	CALL(rename, WRITE),
#endif
#ifdef SYS_renameat
	CALL(renameat, WRITE),
#endif
	CALL(renameat2, WRITE),
#ifdef SYS_unlink
	CALL(unlink, WRITE),
#endif
	CALL(unlinkat, WRITE),
	CALL(fsync, WRITE),
	CALL(fchmod, WRITE),
#ifdef SYS_fchown
	CALL(fchown, WRITE),
#endif
#ifdef SYS_fchown32
	CALL(fchown32, WRITE),
#endif
};

const struct dp_call_table dp_call_table = {
	.arch = ARCH,
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
	.big_endian = true,
#endif
	.numbers_end = NUMBERS_END,
	.calls = calls,
	.count = sizeof(calls) / sizeof(calls[0]),
};
