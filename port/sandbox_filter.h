/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The system calls that this program makes, as a table for the machine that it is compiled for, and
 * the seccomp filter (classic BPF over the kernel's struct seccomp_data) that is made from it:
 * what is not in the table ends the process.
 *
 * Pure: nothing is called here. sandbox_linux.c hands the filter to the kernel.
 */
#ifndef DP_PORT_SANDBOX_FILTER_H
#define DP_PORT_SANDBOX_FILTER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* What a call is needed for; a bit each. */
enum dp_calls {
	DP_CALLS_ALWAYS = 1u,  /* memory, clocks, descriptors that are open */
	DP_CALLS_NETWORK = 2u, /* sockets to others, and the loop that waits for them */
	DP_CALLS_LISTEN = 4u,  /* connections from others */
	DP_CALLS_READ = 8u,    /* open files, for reading only */
	DP_CALLS_WRITE = 16u   /* replace files */
};

#define DP_CALL_CHECKS_MAX 2
#define DP_CALL_VALUES_MAX 4

/* The low 32 bits of an argument, masked, must be one of these values. */
struct dp_call_check {
	uint8_t arg; /* 0 to 5 */
	uint8_t count;
	uint32_t mask;
	uint32_t values[DP_CALL_VALUES_MAX];
};

struct dp_call {
	const char *name; /* the kernel's */
	uint32_t number;
	unsigned needed; /* enum dp_calls, or-ed: any of them */
	uint8_t check_count;
	struct dp_call_check checks[DP_CALL_CHECKS_MAX]; /* all must hold */
	bool refused; /* fails with EMFILE instead: what a library tries when another failed */
};

struct dp_call_table {
	uint32_t arch; /* AUDIT_ARCH_* of linux/audit.h; 0: a machine that is not known here */
	bool big_endian;
	/* No number from here on is one of this machine's (x32: numbers with bit 30). */
	uint32_t numbers_end;
	const struct dp_call *calls;
	size_t count;
};

/* Of the machine that this is compiled for; sandbox_calls.c. */
extern const struct dp_call_table dp_call_table;

/* Layout of the kernel's struct sock_filter. */
struct dp_filter_step {
	uint16_t code;
	uint8_t if_true, if_false;
	uint32_t value;
};

#define DP_FILTER_STEPS_MAX 512
#define DP_FILTER_ALLOW 0x7fff0000u
#define DP_FILTER_REFUSE 0x00050018u /* SECCOMP_RET_ERRNO, EMFILE */
/* The process; for kernels before 4.14 the thread, which is the only one. */
#define DP_FILTER_KILL 0x80000000u

/* Write the filter that lets through the calls of groups (enum dp_calls, or-ed) into steps (room:
 * how many). Returns their number; 0 if there is not enough room or the machine is not known. */
size_t dp_filter_make(const struct dp_call_table *table, unsigned groups,
	struct dp_filter_step *steps, size_t room);

#endif
