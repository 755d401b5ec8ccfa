/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The seccomp filter, run by a small interpreter of classic BPF over struct seccomp_data as the
 * kernel fills it; and its table. tests/sandbox has the kernel run it.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>
#include <errno.h>
#include <fcntl.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/syscall.h>

#include "port/port.h"
#include "port/sandbox_filter.h"

#define ALL (DP_CALLS_ALWAYS | DP_CALLS_NETWORK | DP_CALLS_LISTEN | DP_CALLS_READ | DP_CALLS_WRITE)
#define STEPS_TOO_MANY 4096    /* what the kernel takes (BPF_MAXINSNS) */
#define OTHER_ARCH 0x40000003u /* i386, whose numbers mean other calls */

/* linux/seccomp.h: struct seccomp_data */
struct data {
	int32_t number;
	uint32_t arch;
	uint64_t at;
	uint64_t args[6];
};

static struct dp_filter_step steps[DP_FILTER_STEPS_MAX];

/* A 32-bit word of data, as the machine has it in memory. */
static uint32_t word_at(const struct data *data, uint32_t offset)
{
	uint32_t word;

	assert_true(offset % 4 == 0 && offset + 4 <= sizeof(*data));
	memcpy(&word, (const char *)data + offset, sizeof(word));
	return word;
}

static uint32_t run(const struct dp_filter_step *program, size_t count, const struct data *data)
{
	uint32_t a = 0;

	for (size_t at = 0; at < count; at++) {
		const struct dp_filter_step *step = &program[at];
		bool taken;

		switch (step->code) {
		case 0x20: a = word_at(data, step->value); continue; /* ld [k] */
		case 0x54: a &= step->value; continue;               /* and #k */
		case 0x06: return step->value;                       /* ret #k */
		case 0x15: taken = a == step->value; break;          /* jeq #k */
		case 0x35: taken = a >= step->value; break;          /* jge #k */
		default: fail_msg("step %zu: code %x", at, step->code); return 0;
		}
		at += taken ? step->if_true : step->if_false;
		assert_true(at + 1 < count); /* the kernel refuses jumps beyond the end */
	}
	fail_msg("the filter ends without a decision");
	return 0;
}

static size_t make(unsigned groups)
{
	size_t count = dp_filter_make(&dp_call_table, groups, steps, DP_FILTER_STEPS_MAX);

	assert_in_range(count, 10, DP_FILTER_STEPS_MAX - 1);
	return count;
}

static bool allowed(unsigned groups, long number, uint64_t a, uint64_t b, uint64_t c)
{
	struct data data = { (int32_t)number, dp_call_table.arch, 0x1234, { a, b, c, 0, 0, 0 } };
	uint32_t out = run(steps, make(groups), &data);

	assert_true(out == DP_FILTER_ALLOW || out == DP_FILTER_KILL || out == DP_FILTER_REFUSE);
	return out == DP_FILTER_ALLOW;
}

/* Arguments that satisfy the checks of a row. */
static struct data fitting(const struct dp_call *call)
{
	struct data data = { (int32_t)call->number, dp_call_table.arch, 0, { 0 } };

	for (size_t i = 0; i < call->check_count; i++)
		data.args[call->checks[i].arg] = call->checks[i].values[0];
	return data;
}

/* Every number there is, with the groups of a row and without them. */
static void rows(void **state)
{
	const unsigned groups[] = { DP_CALLS_ALWAYS, DP_CALLS_ALWAYS | DP_CALLS_NETWORK,
		DP_CALLS_ALWAYS | DP_CALLS_NETWORK | DP_CALLS_LISTEN,
		DP_CALLS_ALWAYS | DP_CALLS_READ, DP_CALLS_ALWAYS | DP_CALLS_WRITE, ALL };
	(void)state;

	for (size_t g = 0; g < sizeof(groups) / sizeof(groups[0]); g++) {
		size_t count = make(groups[g]);

		for (size_t i = 0; i < dp_call_table.count; i++) {
			const struct dp_call *call = &dp_call_table.calls[i];
			struct data data = fitting(call);
			uint32_t good = call->refused ? DP_FILTER_REFUSE : DP_FILTER_ALLOW;
			bool wanted = false;

			for (size_t j = 0; j < dp_call_table.count; j++)
				wanted = wanted ||
					(dp_call_table.calls[j].number == call->number &&
						(dp_call_table.calls[j].needed & groups[g]) != 0);
			if (run(steps, count, &data) != (wanted ? good : DP_FILTER_KILL))
				fail_msg("%s with groups %x", call->name, groups[g]);
		}
	}
}

static bool in_table(uint32_t number)
{
	for (size_t i = 0; i < dp_call_table.count; i++) {
		if (dp_call_table.calls[i].number == number)
			return true;
	}
	return false;
}

static void what_is_not_in_the_table(void **state)
{
	size_t count = make(ALL), killed = 0;
	(void)state;

	for (int64_t number = -10; number < 6000; number++) {
		struct data data = { (int32_t)number, dp_call_table.arch, 0, { 0 } };

		if (in_table((uint32_t)number))
			continue;
		assert_int_equal(run(steps, count, &data), DP_FILTER_KILL);
		killed++;
	}
	assert_true(killed > 5000);
}

static void named_calls(void **state)
{
	static const struct {
		const char *name;
		long number;
	} never[] = {
#define NEVER(word) { #word, SYS_##word }
		NEVER(execve),
		NEVER(execveat),
		NEVER(clone),
		NEVER(clone3),
		NEVER(ptrace),
		NEVER(kill),
		NEVER(tgkill),
		NEVER(setuid),
		NEVER(chroot),
		NEVER(mount),
		NEVER(unshare),
		NEVER(setns),
		NEVER(bpf),
		NEVER(init_module),
		NEVER(keyctl),
		NEVER(process_vm_writev),
		NEVER(socketpair),
		NEVER(prctl),
		NEVER(seccomp),
		NEVER(memfd_create),
		NEVER(io_uring_setup),
		NEVER(userfaultfd),
		NEVER(symlinkat),
		NEVER(linkat),
		NEVER(mkdirat),
		NEVER(mknodat),
		NEVER(fchmodat),
		NEVER(ftruncate),
		NEVER(pkey_mprotect),
		NEVER(landlock_restrict_self),
		NEVER(perf_event_open),
	};
	(void)state;

	for (size_t i = 0; i < sizeof(never) / sizeof(never[0]); i++) {
		if (allowed(ALL, never[i].number, 0, 0, 0))
			fail_msg("%s is allowed", never[i].name);
	}
}

/* Refused without an end, so that the library which tries it can say what is wrong. */
static void refused_calls(void **state)
{
	size_t count = make(ALL);
	struct data data = { SYS_socketpair, dp_call_table.arch, 0, { AF_UNIX, SOCK_STREAM } };
	(void)state;

	assert_int_equal(run(steps, count, &data), 0x00050000 | EMFILE);
	count = make(DP_CALLS_ALWAYS | DP_CALLS_READ | DP_CALLS_WRITE);
	assert_int_equal(run(steps, count, &data), DP_FILTER_KILL);
}

/* Numbers of another machine, and those of x32 on x86_64, mean other calls. */
static void other_machines(void **state)
{
	size_t count = make(ALL);
	(void)state;

	for (size_t i = 0; i < dp_call_table.count; i++) {
		struct data data = fitting(&dp_call_table.calls[i]);

		data.arch = OTHER_ARCH;
		assert_int_equal(run(steps, count, &data), DP_FILTER_KILL);
		data.arch = dp_call_table.arch;
		data.number |= 0x40000000; /* __X32_SYSCALL_BIT */
		assert_int_equal(run(steps, count, &data), DP_FILTER_KILL);
	}
}

static void arguments(void **state)
{
	const unsigned network = DP_CALLS_ALWAYS | DP_CALLS_NETWORK;
	const unsigned reads = DP_CALLS_ALWAYS | DP_CALLS_READ;
	const int rw = PROT_READ | PROT_WRITE;
	(void)state;

	assert_true(allowed(network, SYS_socket, AF_INET, SOCK_DGRAM, 0));
	assert_true(allowed(network, SYS_socket, AF_INET6, SOCK_STREAM | SOCK_CLOEXEC, 0));
	assert_true(allowed(network, SYS_socket, AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 6));
	assert_false(allowed(network, SYS_socket, AF_UNIX, SOCK_STREAM, 0));
	assert_false(allowed(network, SYS_socket, AF_NETLINK, SOCK_DGRAM, 0));
	assert_false(allowed(network, SYS_socket, AF_PACKET, SOCK_DGRAM, 0));
	assert_false(allowed(network, SYS_socket, AF_INET, SOCK_RAW, 1));
	assert_false(allowed(network, SYS_socket, AF_INET6, SOCK_RAW | SOCK_CLOEXEC, 58));
	assert_false(allowed(DP_CALLS_ALWAYS, SYS_socket, AF_INET, SOCK_STREAM, 0));
	assert_false(allowed(network, SYS_accept4, 3, 0, 0));
	assert_false(allowed(network, SYS_listen, 3, 5, 0));

	assert_true(allowed(DP_CALLS_ALWAYS, SYS_mmap, 0, 4096, (uint64_t)rw));
	assert_false(allowed(ALL, SYS_mmap, 0, 4096, PROT_READ | PROT_EXEC));
	assert_true(allowed(DP_CALLS_ALWAYS, SYS_mprotect, 4096, 4096, PROT_NONE));
	assert_false(allowed(ALL, SYS_mprotect, 4096, 4096, (uint64_t)rw | PROT_EXEC));

	assert_true(allowed(reads, SYS_openat, 0, 0, O_RDONLY | O_CLOEXEC | O_NOCTTY));
	assert_false(allowed(reads, SYS_openat, 0, 0, O_WRONLY));
	assert_false(allowed(reads, SYS_openat, 0, 0, O_RDWR | O_CLOEXEC));
	assert_false(allowed(reads, SYS_openat, 0, 0, O_RDONLY | O_CREAT));
	assert_false(allowed(reads, SYS_openat, 0, 0, O_RDONLY | O_TRUNC));
	assert_true(allowed(reads | DP_CALLS_WRITE, SYS_openat, 0, 0, O_WRONLY | O_CREAT));
	assert_false(allowed(network, SYS_openat, 0, 0, O_RDONLY));
	assert_false(allowed(reads, SYS_unlinkat, 0, 0, 0));

	assert_true(allowed(DP_CALLS_ALWAYS, SYS_ioctl, 1, TIOCGWINSZ, 0));
	assert_false(allowed(ALL, SYS_ioctl, 0, TIOCSTI, 0));
	assert_true(allowed(DP_CALLS_ALWAYS, SYS_fcntl, 3, F_SETFL, O_NONBLOCK));
	assert_false(allowed(ALL, SYS_fcntl, 3, F_SETOWN, 1));
}

/* A made-up machine of the other byte order: the low word of an argument is its second one. */
static void big_endian(void **state)
{
	static const struct dp_call calls[] = {
		{ "one", 7, DP_CALLS_ALWAYS, 1, { { 2, 2, 0xff, { 3, 5 } } }, false },
		{ "two", 8, DP_CALLS_ALWAYS, 2,
			{ { 0, 1, UINT32_MAX, { 2 } }, { 5, 3, 0xf, { 1, 2, 4 } } }, false },
	};
	struct dp_call_table table = { 9, true, 100, calls, 2 };
	struct data data = { 7, 9, 0, { 0 } };
	uint32_t pair[2] = { 0, 0x105 };
	(void)state;

	for (int big = 1; big >= 0; big--) {
		table.big_endian = big;
		size_t count = dp_filter_make(&table, DP_CALLS_ALWAYS, steps, DP_FILTER_STEPS_MAX);

		data.number = 7;
		memcpy(&data.args[2], pair, sizeof(pair)); /* 0x105, written big-endian */
		assert_int_equal(run(steps, count, &data), big ? DP_FILTER_ALLOW : DP_FILTER_KILL);
		data.number = 8;
		data.args[0] = big ? (uint64_t)2 << 32 : 2; /* this machine is little-endian */
		data.args[5] = big ? (uint64_t)0x14 << 32 : 0x14;
		assert_int_equal(run(steps, count, &data), DP_FILTER_ALLOW);
		data.args[0] = big ? (uint64_t)3 << 32 : 3;
		assert_int_equal(run(steps, count, &data), DP_FILTER_KILL);
		data.number = 100;
		assert_int_equal(run(steps, count, &data), DP_FILTER_KILL);
	}
}

static void bounds(void **state)
{
	size_t count = make(ALL);
	struct dp_call_table unknown = dp_call_table;
	(void)state;

	assert_true(count < STEPS_TOO_MANY);
	assert_int_equal(dp_filter_make(&dp_call_table, ALL, steps, count), count);
	for (size_t room = 0; room < count; room++)
		assert_int_equal(dp_filter_make(&dp_call_table, ALL, steps, room), 0);
	unknown.arch = 0;
	assert_int_equal(dp_filter_make(&unknown, ALL, steps, DP_FILTER_STEPS_MAX), 0);
}

/* Sanitizers make calls of their own: in their build nothing is given up, and that is said. */
static void not_with_another_c_library(void **state)
{
	struct dp_sandbox want = { 0 };
	(void)state;

#if defined(__GLIBC__)
	assert_int_equal(dp_port_sandbox(&want), 0);
	assert_true(open("/dev/null", O_RDONLY) >= 0);
#else
	(void)want;
#endif
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(rows),
		cmocka_unit_test(what_is_not_in_the_table),
		cmocka_unit_test(named_calls),
		cmocka_unit_test(refused_calls),
		cmocka_unit_test(other_machines),
		cmocka_unit_test(arguments),
		cmocka_unit_test(big_endian),
		cmocka_unit_test(bounds),
		cmocka_unit_test(not_with_another_c_library),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
