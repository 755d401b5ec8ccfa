/* SPDX-License-Identifier: Apache-2.0 */
/* Files of certificates and keys that are named on the command line: chain, tlsa, plan. */
#ifndef DP_APP_FILES_H
#define DP_APP_FILES_H

#include "app/options.h"
#include "dane/bundle.h"

/* Read path ("-": standard input) into the bundle; memory from the options' arena. Returns 0, or 3
 * after one line on stderr: not found, denied, a folder, too large, empty, PKCS#12 and the like, or
 * a block in it that cannot be read. dp_file_wipe afterwards, whatever it returned. */
int dp_file_read(const struct dp_options *options, const char *path, struct dp_bundle *bundle);

/* Returns 0, or 3 after one line on stderr: the report would take the place of that file, maybe of
 * a private key. dp_file_read does it, too. */
int dp_file_spared(const struct dp_options *options, const char *path);

/* Overwrite what was read: private keys may stand in it. Certificates taken from the bundle are
 * unreadable then if the file was bare DER. */
void dp_file_wipe(struct dp_bundle *bundle);

/* What to call a file in a message: "fullchain.pem" as typed, escaped; "standard input". */
const char *dp_file_shown(const struct dp_options *options, const char *path);

#endif
