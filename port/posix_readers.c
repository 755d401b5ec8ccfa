/* SPDX-License-Identifier: Apache-2.0 */
#define _GNU_SOURCE
#include "port/posix_readers.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/xattr.h>
#include <unistd.h>

#define OTHERS 077u /* group and everybody */
#define GROUP 070u
#define EVERYBODY 007u
#define ACCESS_LIST "system.posix_acl_access"
#define LIST_BYTES 65536 /* as much as the kernel takes */

/* The folder that a file stands in. */
static bool folder_of(const char *path, struct stat *folder)
{
	char name[DP_PORT_PATH_BYTES];
	const char *slash = strrchr(path, '/');
	int len = slash == NULL
		? snprintf(name, sizeof(name), ".")
		: snprintf(name, sizeof(name), "%.*s", (int)(slash - path) + 1, path);

	return len > 0 && (size_t)len < sizeof(name) && stat(name, folder) == 0;
}

/* A file is as open as the folders on the way to it. real: changed and restored. */
static mode_t passing(char *real, gid_t group)
{
	mode_t open = OTHERS;

	for (char *slash = strchr(real, '/'); slash != NULL; slash = strchr(slash + 1, '/')) {
		struct stat folder;
		char next = slash[1];

		slash[1] = '\0';
		bool known = stat(real, &folder) == 0;

		slash[1] = next;
		if (!known)
			return 0;
		if ((folder.st_mode & S_IXOTH) == 0)
			open &= ~EVERYBODY;
		if ((folder.st_mode & (folder.st_gid == group ? S_IXGRP : S_IXOTH)) == 0)
			open &= ~GROUP;
	}
	return open;
}

void dp_readers_of(const char *like, const char *path, struct dp_readers *readers)
{
	struct stat file, from, to;
	char *real;

	*readers = (struct dp_readers){ .owner = geteuid(), .group = getegid() };
	if (like == NULL || stat(like, &file) != 0)
		return;
	readers->owner = file.st_uid;
	readers->group = file.st_gid;
	real = S_ISREG(file.st_mode) ? realpath(like, NULL) : NULL;
	if (real == NULL)
		return;
	readers->open = file.st_mode & OTHERS;
	if (dp_readers_has_list(real))
		readers->open &= ~GROUP;
	if (path == NULL || !folder_of(real, &from) || !folder_of(path, &to) ||
		from.st_dev != to.st_dev || from.st_ino != to.st_ino)
		readers->open &= passing(real, file.st_gid);
	free(real);
}

mode_t dp_readers_narrow(const struct dp_readers *readers, const struct stat *copy, bool acl)
{
	mode_t open = readers->open;

	/* Of another group: what it may do says nothing about this one, unless everybody may. */
	if (acl || copy->st_gid != readers->group)
		open = (open & ~GROUP) | (open & EVERYBODY) << 3;
	return copy->st_mode & (open | ~OTHERS);
}

bool dp_readers_trust(const struct dp_readers *readers, const char *path, const struct stat *old)
{
	struct stat folder;

	if (old->st_uid == readers->owner || old->st_uid == geteuid() || old->st_uid == 0)
		return true;
	return folder_of(path, &folder) && (folder.st_mode & S_IWOTH) == 0 &&
		(folder.st_uid == 0 || folder.st_uid == geteuid() ||
			folder.st_uid == readers->owner);
}

bool dp_readers_has_list(const char *path)
{
	return getxattr(path, ACCESS_LIST, NULL, 0) > 0;
}

bool dp_readers_copy_list(int fd, const char *path)
{
	char *list = path != NULL ? malloc(LIST_BYTES) : NULL;
	ssize_t len = list != NULL ? getxattr(path, ACCESS_LIST, list, LIST_BYTES) : 0;
	bool done;

	if (len > 0)
		done = fsetxattr(fd, ACCESS_LIST, list, (size_t)len, 0) == 0;
	else if (len < 0 && errno != ENODATA && errno != ENOTSUP && errno != ENOSYS)
		done = false;
	else
		done = fremovexattr(fd, ACCESS_LIST) == 0 || errno == ENODATA || errno == ENOTSUP ||
			errno == ENOSYS;
	free(list);
	return done;
}
