/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Entering the sandbox (port.h): behind the reading of what the command line names, before the
 * first byte of a peer. What the options say is still to be read or written stays allowed.
 */
#ifndef DP_APP_SANDBOX_H
#define DP_APP_SANDBOX_H

#include "app/options.h"

enum dp_sandbox_use {
	DP_SANDBOX_OFFLINE, /* parses and prints */
	DP_SANDBOX_LIVE,    /* asks and connects */
	DP_SANDBOX_SERVE    /* and is asked */
};

/* Once a process; later calls do nothing but narrow it further. With --verbose, one line on stderr
 * says what this kernel does not have. Nothing with --no-sandbox. */
void dp_sandbox_enter(const struct dp_options *options, enum dp_sandbox_use use);

#endif
