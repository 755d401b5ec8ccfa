/* SPDX-License-Identifier: Apache-2.0 */
/* Files: read one whole, replace one. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "port/port.h"
#include "port/posix_readers.h"

#define PATH_BYTES DP_PORT_PATH_BYTES
#define LINKS_MAX 40 /* as the kernel */
#define FIRST_READ 65536
#define MODE_BITS 07777u
#define OTHERS 077u /* group and everybody */

static enum dp_status from_errno(int error)
{
	switch (error) {
	case ENOENT:
	case ENOTDIR: return DP_NOT_FOUND;
	case EACCES:
	case EPERM:
	case EROFS: return DP_DENIED;
	case ENAMETOOLONG:
	case EFBIG: return DP_TOO_LARGE;
	case EMFILE:
	case ENFILE:
	case ENOMEM:
	case ENOSPC:
	case EDQUOT: return DP_NO_RESOURCE;
	case EPIPE: return DP_CLOSED;
	default: return DP_INVALID; /* EISDIR, ELOOP, EIO, EINVAL, ... */
	}
}

/* Read all of fd into *data (malloc), at most max bytes. */
static enum dp_status slurp(int fd, size_t max, char **data, size_t *len)
{
	size_t cap = 0;

	for (;;) {
		if (*len == cap) {
			size_t more = cap == 0 ? FIRST_READ : cap * 2;
			char *larger = realloc(*data, more);

			if (larger == NULL)
				dp_arena_fail();
			*data = larger;
			cap = more;
		}
		ssize_t count = read(fd, *data + *len, cap - *len);

		if (count == 0)
			return DP_OK;
		if (count < 0 && errno == EINTR)
			continue;
		if (count < 0)
			return from_errno(errno);
		*len += (size_t)count;
		if (*len > max)
			return DP_TOO_LARGE;
	}
}

enum dp_status dp_port_read_file(
	const char *path, size_t max, struct dp_arena *arena, char **data, size_t *len)
{
	bool standard = strcmp(path, "-") == 0;
	int fd = standard ? STDIN_FILENO : open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
	char *bytes = NULL;

	*data = NULL;
	*len = 0;
	if (fd < 0)
		return from_errno(errno);
	enum dp_status status = slurp(fd, max, &bytes, len);

	if (status == DP_OK)
		*data = dp_arena_text(arena, bytes, *len);
	if (bytes != NULL)
		explicit_bzero(bytes, *len); /* a private key, maybe */
	if (status != DP_OK)
		*len = 0;
	free(bytes);
	if (!standard)
		(void)close(fd);
	return status;
}

enum dp_status dp_port_write_all(int fd, const void *data, size_t len)
{
	const char *next = data;

	while (len > 0) {
		ssize_t count = write(fd, next, len);

		if (count >= 0) {
			next += count;
			len -= (size_t)count;
		} else if (errno == EAGAIN) {
			struct pollfd ready = { .fd = fd, .events = POLLOUT };

			(void)poll(&ready, 1, -1);
		} else if (errno != EINTR) {
			return from_errno(errno);
		}
	}
	return DP_OK;
}

/* certbot's live/ folders: the file that the links point to is replaced, not the link. */
enum dp_status dp_port_follow(const char *path, char *resolved)
{
	char target[PATH_BYTES];
	int len = snprintf(resolved, PATH_BYTES, "%s", path);

	for (int links = 0; links < LINKS_MAX; links++) {
		if (len < 0 || len >= PATH_BYTES)
			return DP_TOO_LARGE;
		ssize_t count = readlink(resolved, target, sizeof(target) - 1);

		if (count < 0)
			return DP_OK; /* no link: a file, or nothing yet */
		target[count] = '\0';
		char *slash = strrchr(resolved, '/');
		char together[2 * PATH_BYTES];
		int folder_len =
			target[0] == '/' || slash == NULL ? 0 : (int)(slash - resolved) + 1;

		len = snprintf(together, sizeof(together), "%.*s%s", folder_len, resolved, target);
		if (len >= 0 && len < PATH_BYTES)
			memcpy(resolved, together, (size_t)len + 1);
	}
	return DP_INVALID;
}

/* Truncate and write: for what cannot be replaced by a rename. */
static enum dp_status write_in_place(const char *path, int create, const void *data, size_t len)
{
	int fd = open(path, O_WRONLY | create | O_TRUNC | O_CLOEXEC | O_NOCTTY, 0666);

	if (fd < 0)
		return from_errno(errno);
	enum dp_status status = dp_port_write_all(fd, data, len);

	/* Pipes and terminals refuse fsync: that is no failure. */
	if (status == DP_OK && fsync(fd) != 0 && errno != EINVAL && errno != EROFS &&
		errno != ENOTSUP)
		status = from_errno(errno);
	if (close(fd) != 0 && status == DP_OK)
		status = from_errno(errno);
	return status;
}

/* Name of the temporary: hidden, in the folder of path. False: too long or no random number. */
static bool temporary_name(const char *path, char *name, size_t size)
{
	const char *slash = strrchr(path, '/');
	int folder_len = slash == NULL ? 0 : (int)(slash - path) + 1;
	uint8_t random[8];

	if (!dp_port_entropy(random, sizeof(random)))
		return false;
	int len = snprintf(name, size, "%.*s.daneprobe-%02x%02x%02x%02x%02x%02x%02x%02x",
		folder_len, path, random[0], random[1], random[2], random[3], random[4], random[5],
		random[6], random[7]);

	return len > 0 && (size_t)len < size;
}

struct content {
	const void *data;
	size_t len;
	const struct dp_readers *secret; /* who may read it; NULL: it is none */
	bool lists;                      /* access lists are looked after */
};

/* A new file is as the umask makes it; with a secret in it, no more open than where that was. */
static bool narrow_new(int fd, const struct content *content)
{
	struct stat made;
	mode_t mask;

	if (content->secret == NULL)
		return true;
	if (!dp_readers_copy_list(fd, NULL) || fstat(fd, &made) != 0)
		return false;
	mask = umask(OTHERS);
	(void)umask(mask);
	made.st_mode = 0666 & ~mask;
	return fchmod(fd, dp_readers_narrow(content->secret, &made, false) & MODE_BITS) == 0;
}

/* Owner first: changing it clears set-id bits. The mode last: an access list changes it. */
static bool keep_identity(
	int fd, const char *path, const struct stat *old, const struct content *content)
{
	struct stat made;

	if (old == NULL)
		return narrow_new(fd, content);
	if (fstat(fd, &made) != 0)
		return false;
	if ((made.st_uid != old->st_uid || made.st_gid != old->st_gid) &&
		fchown(fd, old->st_uid, old->st_gid) != 0)
		return false;
	if (content->lists && !dp_readers_copy_list(fd, path))
		return false;
	return fchmod(fd, old->st_mode & MODE_BITS) == 0;
}

static void sync_folder(const char *path)
{
	char folder[PATH_BYTES];
	const char *slash = strrchr(path, '/');
	int len = slash == NULL
		? snprintf(folder, sizeof(folder), ".")
		: snprintf(folder, sizeof(folder), "%.*s", (int)(slash - path) + 1, path);

	if (len < 0 || (size_t)len >= sizeof(folder))
		return;
	int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (fd < 0)
		return;
	(void)fsync(fd);
	(void)close(fd);
}

/* Returns false when another way must be taken (the folder cannot be written, the owner cannot
 * be kept, the target is a mount point); else *status. Leaves no temporary in either case. */
static bool write_beside(const char *path, const struct stat *old, const struct content *content,
	enum dp_status *status)
{
	char name[PATH_BYTES];

	if (!temporary_name(path, name, sizeof(name)))
		return false;
	int fd = open(name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW,
		old == NULL && content->secret == NULL ? 0666 : 0600);

	if (fd < 0) {
		*status = from_errno(errno);
		/* The folder is closed to us, the file may not be; a full disk is no reason to
		 * truncate it. */
		return errno != EACCES && errno != EPERM && errno != EROFS;
	}
	bool kept = keep_identity(fd, path, old, content);

	*status = kept ? dp_port_write_all(fd, content->data, content->len) : DP_OK;
	if (*status == DP_OK && kept && fsync(fd) != 0 && errno != EINVAL && errno != ENOTSUP)
		*status = from_errno(errno);
	if (close(fd) != 0 && *status == DP_OK)
		*status = from_errno(errno);
	bool usable = kept;

	if (kept && *status == DP_OK) {
		if (rename(name, path) == 0) {
			sync_folder(path);
			return true;
		}
		usable = errno != EBUSY &&
			errno != EXDEV; /* a file mounted by itself, as containers do */
		*status = from_errno(errno);
	}
	(void)unlink(name);
	return usable;
}

bool dp_port_same_file(const char *a, const char *b)
{
	struct stat first, second;

	return stat(a, &first) == 0 && stat(b, &second) == 0 && first.st_dev == second.st_dev &&
		first.st_ino == second.st_ino;
}

/* Where path leads, and what is there. */
static enum dp_status look_up(
	const char *path, char resolved[PATH_BYTES], struct stat *old, bool *exists)
{
	enum dp_status status = dp_port_follow(path, resolved);

	if (status != DP_OK)
		return status;
	*exists = stat(resolved, old) == 0;
	if (!*exists && errno != ENOENT)
		return from_errno(errno);
	return *exists && S_ISDIR(old->st_mode) ? DP_INVALID : DP_OK;
}

enum dp_status dp_port_write_file(const char *path, const void *data, size_t len)
{
	const struct content content = { data, len, NULL, false };
	char resolved[PATH_BYTES];
	struct stat old;
	bool exists;
	enum dp_status status = look_up(path, resolved, &old, &exists);

	if (status != DP_OK)
		return status;
	if (exists && !S_ISREG(old.st_mode))
		return write_in_place(resolved, O_CREAT, data, len);
	if (write_beside(resolved, exists ? &old : NULL, &content, &status))
		return status;
	return write_in_place(resolved, O_CREAT, data, len);
}

/* A secret for what stands there: *old is narrowed to those who could read it before. False: it
 * would be open to others all the same. */
static bool narrow_old(const char *path, const struct dp_readers *readers, struct stat *old)
{
	mode_t narrow = dp_readers_narrow(readers, old, dp_readers_has_list(path));

	if (S_ISREG(old->st_mode)) {
		old->st_mode = narrow;
		return dp_readers_trust(readers, path, old);
	}
	return S_ISCHR(old->st_mode) || old->st_mode == narrow;
}

enum dp_status dp_port_replace_file(
	const char *path, const char *like, bool secret, const void *data, size_t len)
{
	struct content content = { data, len, NULL, true };
	char resolved[PATH_BYTES];
	struct dp_readers readers;
	struct stat old;
	bool exists;
	enum dp_status status = look_up(path, resolved, &old, &exists);

	if (status != DP_OK)
		return status;
	if (secret) {
		dp_readers_of(like, resolved, &readers);
		content.secret = &readers;
	}
	if (secret && exists && !(like != NULL && dp_port_same_file(like, path)) &&
		!narrow_old(resolved, &readers, &old))
		return DP_DENIED;
	if (exists && !S_ISREG(old.st_mode))
		return write_in_place(resolved, 0, data, len);
	return write_beside(resolved, exists ? &old : NULL, &content, &status) ? status : DP_DENIED;
}

unsigned dp_port_file_mode(const char *path)
{
	struct stat file;

	return stat(path, &file) == 0 && S_ISREG(file.st_mode) ? file.st_mode & MODE_BITS : 0;
}

bool dp_port_is_stdout(const char *path)
{
	struct stat named, standard;

	if (strcmp(path, "-") == 0)
		return true;
	return stat(path, &named) == 0 && fstat(STDOUT_FILENO, &standard) == 0 &&
		named.st_dev == standard.st_dev && named.st_ino == standard.st_ino &&
		(!S_ISCHR(standard.st_mode) || isatty(STDOUT_FILENO) == 1);
}

bool dp_port_stdout_exposes(const char *like)
{
	struct dp_readers readers;
	struct stat standard;

	dp_readers_of(like, NULL, &readers);
	return fstat(STDOUT_FILENO, &standard) == 0 && !S_ISCHR(standard.st_mode) &&
		dp_readers_narrow(&readers, &standard, false) != standard.st_mode;
}
