/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The sandbox of Linux: no new privileges, Landlock for files, seccomp for system calls. Each is
 * taken where the kernel has it. Constants are written out: linux/landlock.h, linux/filter.h and
 * linux/seccomp.h are no part of a compiler for musl.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "port/port.h"
#include "port/sandbox_filter.h"

/* Another C library makes other calls than those in the table, and the sanitizers, which come with
 * one, need threads and ptrace. */
#if defined(__GLIBC__)
#define OURS 0
#else
#define OURS 1
#endif

#define SECCOMP_MODE_FILTER 2

/* LANDLOCK_ACCESS_FS_* */
#define WRITE_FILE (1u << 1)
#define READ_FILE (1u << 2)
#define READ_DIR (1u << 3)
#define REMOVE_FILE (1u << 5)
#define MAKE_REG (1u << 8)
#define TRUNCATE (1u << 14)
#define ON_FOLDERS_ONLY (READ_DIR | REMOVE_FILE | MAKE_REG)

#define BIND_TCP 1u     /* LANDLOCK_ACCESS_NET_BIND_TCP */
#define SCOPE_ALL 3u    /* abstract UNIX sockets and signals */
#define VERSION_ASKED 1 /* LANDLOCK_CREATE_RULESET_VERSION */
#define PATH_BENEATH 1  /* LANDLOCK_RULE_PATH_BENEATH */

struct ruleset {
	uint64_t files, net, scoped;
};

struct beneath {
	uint64_t allowed;
	int32_t folder;
} __attribute__((packed));

struct program {
	unsigned short count;
	struct dp_filter_step *steps;
};

#ifdef SYS_landlock_create_ruleset
/* All rights on files that a version of Landlock knows. */
static uint64_t rights_of(long version)
{
	static const unsigned bits[] = { 0, 13, 14, 15, 15, 16 };

	return (1u << bits[version < 5 ? version : 5]) - 1u;
}

/* Room of struct ruleset that a version takes; a longer one is refused. */
static size_t size_of(long version)
{
	return version < 4 ? 8 : version < 6 ? 16 : sizeof(struct ruleset);
}

/* A path that is not there needs no rule: it cannot be opened either. */
static void allow(int ruleset, const char *path, uint64_t rights)
{
	struct beneath rule = { .folder = open(path, O_PATH | O_CLOEXEC) };
	struct stat is;

	if (rule.folder < 0)
		return;
	if (fstat(rule.folder, &is) == 0) {
		rule.allowed = S_ISDIR(is.st_mode) ? rights : rights & ~(uint64_t)ON_FOLDERS_ONLY;
		(void)syscall(SYS_landlock_add_rule, ruleset, PATH_BENEATH, &rule, 0);
	}
	(void)close(rule.folder);
}

/* folder: DP_PORT_PATH_BYTES. */
static bool folder_of(const char *file, char *folder)
{
	const char *slash = strrchr(file, '/');
	int len = slash == NULL
		? snprintf(folder, DP_PORT_PATH_BYTES, ".")
		: snprintf(folder, DP_PORT_PATH_BYTES, "%.*s", (int)(slash - file) + 1, file);

	return len > 0 && len < DP_PORT_PATH_BYTES;
}

/* A rule holds for a file, not for its name. What writes a file behind a link (systemd-resolved,
 * NetworkManager: resolv.conf) has a folder for it and puts others in its place there: so that
 * folder, if it is another than the link's and not the root. Who replaces /etc/resolv.conf itself
 * starts the program anew. */
static void allow_reading(int ruleset, const char *path)
{
	char file[DP_PORT_PATH_BYTES], folder[DP_PORT_PATH_BYTES], links[DP_PORT_PATH_BYTES];

	allow(ruleset, path, READ_FILE);
	if (dp_port_follow(path, file) == DP_OK && strcmp(file, path) != 0 &&
		folder_of(file, folder) && folder_of(path, links) &&
		!dp_port_same_file(folder, links) && !dp_port_same_file(folder, "/"))
		allow(ruleset, folder, READ_FILE);
}

/* What dp_port_write_file needs: the file itself where it is truncated and written; its folder
 * where a temporary takes its place, which needs a folder that we may write to. */
static void allow_writing(int ruleset, const char *path, uint64_t known)
{
	char file[DP_PORT_PATH_BYTES], folder[DP_PORT_PATH_BYTES];

	if (dp_port_follow(path, file) != DP_OK)
		return;
	allow(ruleset, file, (WRITE_FILE | TRUNCATE) & known);
	if (folder_of(file, folder) && access(folder, W_OK) == 0)
		allow(ruleset, folder,
			(WRITE_FILE | TRUNCATE | READ_DIR | REMOVE_FILE | MAKE_REG) & known);
}

static bool restrict_files(const struct dp_sandbox *want)
{
	long version = syscall(SYS_landlock_create_ruleset, NULL, 0, VERSION_ASKED);
	struct ruleset wanted = { 0 };

	if (version < 1)
		return false;
	wanted.files = rights_of(version);
	wanted.net = want->listens ? 0 : BIND_TCP;
	wanted.scoped = SCOPE_ALL;
	int ruleset = (int)syscall(SYS_landlock_create_ruleset, &wanted, size_of(version), 0);

	if (ruleset < 0)
		return false;
	for (size_t i = 0; i < want->read_count; i++)
		allow_reading(ruleset, want->read[i]);
	for (size_t i = 0; i < want->write_count; i++)
		allow_writing(ruleset, want->write[i], wanted.files);
	bool done = syscall(SYS_landlock_restrict_self, ruleset, 0) == 0;

	(void)close(ruleset);
	return done;
}
#else
static bool restrict_files(const struct dp_sandbox *want)
{
	(void)want;
	return false;
}
#endif

static bool restrict_calls(const struct dp_sandbox *want)
{
	struct dp_filter_step steps[DP_FILTER_STEPS_MAX];
	unsigned groups = DP_CALLS_ALWAYS;

	groups |= want->network || want->listens ? DP_CALLS_NETWORK : 0;
	groups |= want->listens ? DP_CALLS_LISTEN : 0;
	groups |= want->read_count > 0 ? DP_CALLS_READ : 0;
	groups |= want->write_count > 0 ? DP_CALLS_WRITE : 0;
	size_t count = dp_filter_make(&dp_call_table, groups, steps, DP_FILTER_STEPS_MAX);
	struct program program = { .count = (unsigned short)count, .steps = steps };

	return count > 0 && prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program, 0, 0) == 0;
}

unsigned dp_port_sandbox(const struct dp_sandbox *want)
{
	unsigned parts = 0;

	if (!OURS)
		return 0;
	/* Both others are refused to a process that could gain privileges. */
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0)
		parts |= DP_SANDBOX_PRIVILEGES;
	if (restrict_files(want))
		parts |= DP_SANDBOX_FILES;
	if (restrict_calls(want))
		parts |= DP_SANDBOX_CALLS;
	return parts;
}
