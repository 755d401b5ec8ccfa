/* SPDX-License-Identifier: Apache-2.0 */
#define _GNU_SOURCE
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <dirent.h>
#include <fcntl.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "port/port.h"

#define NOBODY 65534
#define PATH_ROOM 256

/* ---- a folder for each test ---- */

static char folder[PATH_ROOM];

static int make_folder(void **state)
{
	(void)state;
	snprintf(folder, sizeof folder, "%s/test_port.XXXXXX",
		getenv("TMPDIR") != NULL ? getenv("TMPDIR") : "/tmp");
	return mkdtemp(folder) == NULL ? -1 : chmod(folder, 0755);
}

static int remove_folder(void **state)
{
	char command[PATH_ROOM + 16];
	(void)state;
	snprintf(command, sizeof command, "rm -rf '%s'", folder);
	return system(command);
}

static const char *in_folder(const char *name)
{
	static char paths[4][2 * PATH_ROOM];
	static size_t next;
	char *path = paths[next++ % 4];

	snprintf(path, sizeof paths[0], "%s/%s", folder, name);
	return path;
}

static int entries(void)
{
	DIR *dir = opendir(folder);
	int count = -2; /* . and .. */

	while (readdir(dir) != NULL)
		count++;
	closedir(dir);
	return count;
}

static void put(const char *name, const char *text, mode_t mode)
{
	FILE *file = fopen(in_folder(name), "w");

	fputs(text, file);
	fclose(file);
	chmod(in_folder(name), mode);
}

static bool holds(const char *name, const char *text)
{
	char found[64] = "";
	FILE *file = fopen(in_folder(name), "r");

	if (file == NULL)
		return false;
	found[fread(found, 1, sizeof found - 1, file)] = '\0';
	fclose(file);
	return strcmp(found, text) == 0;
}

static struct stat status_of(const char *name)
{
	struct stat status;

	assert_int_equal(lstat(in_folder(name), &status), 0);
	return status;
}

static enum dp_status write_text(const char *name, const char *text)
{
	return dp_port_write_file(in_folder(name), text, strlen(text));
}

/* Run in a process of its own; true when it returned true. */
static bool apart(bool (*body)(void))
{
	pid_t pid = fork();
	int status = 0;

	if (pid == 0)
		_exit(body() ? 0 : 1);
	return waitpid(pid, &status, 0) == pid && WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

/* ---- writing ---- */

static void write_new(void **state)
{
	mode_t old = umask(027);
	(void)state;

	assert_int_equal(write_text("new", "hello"), DP_OK);
	umask(old);
	assert_true(holds("new", "hello"));
	assert_int_equal(status_of("new").st_mode & 07777, 0640);
	assert_int_equal(entries(), 1);
	assert_int_equal(write_text("new", ""), DP_OK);
	assert_true(holds("new", ""));
}

static void write_replaces(void **state)
{
	(void)state;
	put("file", "old and longer", 0604);
	struct stat before = status_of("file");
	FILE *reader = fopen(in_folder("file"), "r");
	char seen[32] = "";

	assert_int_equal(write_text("file", "new"), DP_OK);
	assert_true(holds("file", "new"));
	assert_int_equal(status_of("file").st_mode & 07777, 0604);
	assert_int_equal(status_of("file").st_uid, before.st_uid);
	assert_int_not_equal(status_of("file").st_ino, before.st_ino);
	/* Who had it open goes on with the old one, whole */
	assert_int_equal(fread(seen, 1, sizeof seen - 1, reader), 14);
	fclose(reader);
	assert_int_equal(entries(), 1);
}

static void write_follows_links(void **state)
{
	(void)state;
	assert_int_equal(mkdir(in_folder("archive"), 0755), 0);
	put("archive/chain1.pem", "old", 0600);
	assert_int_equal(symlink("archive/chain1.pem", in_folder("middle")), 0);
	assert_int_equal(symlink(in_folder("middle"), in_folder("chain.pem")), 0);
	assert_int_equal(write_text("chain.pem", "new"), DP_OK);
	assert_true(S_ISLNK(status_of("chain.pem").st_mode));
	assert_true(S_ISLNK(status_of("middle").st_mode));
	assert_true(holds("archive/chain1.pem", "new"));
	assert_int_equal(status_of("archive/chain1.pem").st_mode & 07777, 0600);
	/* A link to what is not there yet, and links in a circle */
	assert_int_equal(symlink("later", in_folder("dangling")), 0);
	assert_int_equal(write_text("dangling", "x"), DP_OK);
	assert_true(holds("later", "x"));
	assert_int_equal(symlink("circle", in_folder("circle")), 0);
	assert_int_equal(write_text("circle", "x"), DP_INVALID);
}

static void write_refused(void **state)
{
	(void)state;
	assert_int_equal(write_text("no/such", "x"), DP_NOT_FOUND);
	assert_int_equal(dp_port_write_file(folder, "x", 1), DP_INVALID);
	put("plain", "x", 0644);
	assert_int_equal(write_text("plain/below", "x"), DP_NOT_FOUND);
	assert_int_equal(dp_port_write_file("/dev/full", "x", 1), DP_NO_RESOURCE);
	assert_int_equal(entries(), 1);
}

static void write_special(void **state)
{
	char seen[8] = "";
	struct stat status;
	(void)state;

	assert_int_equal(dp_port_write_file("/dev/null", "x", 1), DP_OK);
	assert_int_equal(stat("/dev/null", &status), 0);
	assert_true(S_ISCHR(status.st_mode));
	assert_int_equal(mkfifo(in_folder("pipe"), 0600), 0);
	int fd = open(in_folder("pipe"), O_RDONLY | O_NONBLOCK);

	assert_int_equal(write_text("pipe", "data"), DP_OK);
	assert_int_equal(read(fd, seen, sizeof seen), 4);
	close(fd);
	assert_true(S_ISFIFO(status_of("pipe").st_mode));
	assert_int_equal(entries(), 1);
}

static bool below_nobody(void)
{
	if (geteuid() == 0 && (setgid(NOBODY) != 0 || setuid(NOBODY) != 0))
		return false;
	return write_text("file", "new") == DP_OK;
}

/* The folder is closed, the file is not. */
static void write_in_closed_folder(void **state)
{
	(void)state;
	put("file", "old and longer", 0644);
	if (geteuid() == 0)
		assert_int_equal(chown(in_folder("file"), NOBODY, NOBODY), 0);
	assert_int_equal(chmod(folder, 0555), 0);
	assert_true(apart(below_nobody));
	assert_int_equal(chmod(folder, 0755), 0);
	assert_true(holds("file", "new"));
	assert_int_equal(entries(), 1);
}

/* A replacement would change the owner: the file is written in place. Only root can be somebody
 * else, and a name space of one's own knows nobody else; as root, as on every machine that runs the
 * whole, nothing is skipped. */
static void write_keeps_owner(void **state)
{
	(void)state;
	if (geteuid() != 0)
		skip();
	put("file", "old", 0666);
	assert_int_equal(chmod(folder, 0777), 0);
	ino_t before = status_of("file").st_ino;

	assert_true(apart(below_nobody));
	assert_true(holds("file", "new"));
	assert_int_equal(status_of("file").st_uid, 0);
	assert_int_equal(status_of("file").st_ino, before);
	assert_int_equal(entries(), 1);
}

/* As a container mounts a single file. */
static bool write_mounted(void)
{
	if (unshare(CLONE_NEWUSER | CLONE_NEWNS) != 0 ||
		mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) != 0)
		return false;
	if (mount(in_folder("host"), in_folder("file"), NULL, MS_BIND, NULL) != 0)
		return false;
	return write_text("file", "new") == DP_OK && holds("file", "new") && entries() == 2;
}

static void write_on_mount_point(void **state)
{
	(void)state;
	put("host", "old and longer", 0644);
	put("file", "under", 0644);
	assert_true(apart(write_mounted));
	assert_true(holds("host", "new"));
	assert_true(holds("file", "under"));
}

/* ---- reading ---- */

static void read_files(void **state)
{
	struct dp_arena *arena = dp_arena_open();
	char *data;
	size_t len;
	(void)state;

	put("file", "12345", 0644);
	assert_int_equal(dp_port_read_file(in_folder("file"), 5, arena, &data, &len), DP_OK);
	assert_int_equal(len, 5);
	assert_string_equal(data, "12345");
	assert_int_equal(dp_port_read_file(in_folder("file"), 4, arena, &data, &len), DP_TOO_LARGE);
	assert_null(data);
	assert_int_equal(len, 0);
	assert_int_equal(dp_port_read_file("/dev/zero", 200000, arena, &data, &len), DP_TOO_LARGE);
	assert_int_equal(dp_port_read_file("/dev/null", 5, arena, &data, &len), DP_OK);
	assert_string_equal(data, "");
	assert_int_equal(dp_port_read_file(in_folder("none"), 5, arena, &data, &len), DP_NOT_FOUND);
	assert_int_equal(dp_port_read_file(folder, 5, arena, &data, &len), DP_INVALID);
	dp_arena_close(arena);
}

static void read_standard_input(void **state)
{
	struct dp_arena *arena = dp_arena_open();
	int ends[2], kept = dup(0);
	char *data;
	size_t len;
	(void)state;

	assert_int_equal(pipe(ends), 0);
	assert_int_equal(write(ends[1], "a\0b", 3), 3);
	close(ends[1]);
	dup2(ends[0], 0);
	assert_int_equal(dp_port_read_file("-", 100, arena, &data, &len), DP_OK);
	assert_int_equal(len, 3);
	assert_memory_equal(data, "a\0b", 4);
	dup2(kept, 0);
	close(kept);
	close(ends[0]);
	dp_arena_close(arena);
}

#define IN_FOLDER(test) cmocka_unit_test_setup_teardown(test, make_folder, remove_folder)

int main(void)
{
	const struct CMUnitTest tests[] = {
		IN_FOLDER(write_new),
		IN_FOLDER(write_replaces),
		IN_FOLDER(write_follows_links),
		IN_FOLDER(write_refused),
		IN_FOLDER(write_special),
		IN_FOLDER(write_in_closed_folder),
		IN_FOLDER(write_keeps_owner),
		IN_FOLDER(write_on_mount_point),
		IN_FOLDER(read_files),
		cmocka_unit_test(read_standard_input),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
