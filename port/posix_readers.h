/* SPDX-License-Identifier: Apache-2.0 */
/* For port/posix_file.c only: who can read a file that holds a private key, and that a file which
 * takes its place, or a copy of it, is open to nobody else. */
#ifndef DP_PORT_POSIX_READERS_H
#define DP_PORT_POSIX_READERS_H

#include <stdbool.h>
#include <sys/stat.h>

#include "port/port.h"

/* Who can read the source of a secret, beside its owner and root. */
struct dp_readers {
	uid_t owner;
	gid_t group;
	mode_t open; /* its mode bits of group and everybody that count where the copy goes */
};

/* Of the file at like (NULL, or not there: nobody) for a copy at path (links followed; NULL: not
 * known). Folders
 * that are closed to others count, unless both stand in the same one. An access list counts as
 * closed: it names users that the copy would not know. */
void dp_readers_of(const char *like, const char *path, struct dp_readers *readers);

/* The mode of the copy, which has, or is to have, this owner, group and mode: narrowed. acl: it
 * has an access list. */
mode_t dp_readers_narrow(const struct dp_readers *readers, const struct stat *copy, bool acl);

/* May the owner of what stands at path (links followed) have the secret? A stranger's file in a
 * folder where strangers make files was not chosen by the operator. */
bool dp_readers_trust(const struct dp_readers *readers, const char *path, const struct stat *old);

bool dp_readers_has_list(const char *path);

/* Give fd the access list of path, or none if path is NULL or has none (a folder may hand one down
 * to what is made in it). False: neither can be done. Set the mode after it. */
bool dp_readers_copy_list(int fd, const char *path);

#endif
