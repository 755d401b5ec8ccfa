#!/bin/sh
# Deploy hook for certbot: /etc/letsencrypt/renewal-hooks/deploy/daneprobe
#
# Appends the root to the renewed chain, for TLSA records of usage 2 that pin it, and compares the result with
# the records that are published for the server. Fails, so that certbot says so, when they do not match; a
# warning is no failure.
#
#   DANEPROBE_TARGET   mail domain, or smtp://HOST: whose records to compare with (not set: none)
#   DANEPROBE_WAIT     how long to wait for records that are still to be published, as in 10m (not set: not at all)
#   DANEPROBE          the program (daneprobe)
#   DANEPROBE_OPT_*    any option, as always: DANEPROBE_OPT_ROOTS, DANEPROBE_OPT_HOST, ...
#
# SPDX-License-Identifier: Apache-2.0
set -eu

file=${RENEWED_LINEAGE:?is set by certbot}/fullchain.pem
probe=${DANEPROBE:-daneprobe}

set -- chain --quiet --exit simple --complete "$file"
[ -z "${DANEPROBE_TARGET:-}" ] || set -- "$@" --live "$DANEPROBE_TARGET" ${DANEPROBE_WAIT:+--wait "$DANEPROBE_WAIT"}
exec "$probe" "$@" "$file"
