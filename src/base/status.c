/* SPDX-License-Identifier: Apache-2.0 */
#include "base/status.h"

const char *dp_status_text(enum dp_status status)
{
	switch (status) {
	case DP_OK: return "success";
	case DP_AGAIN: return "not ready yet";
	case DP_TIMEOUT: return "timed out";
	case DP_REFUSED: return "connection refused";
	case DP_RESET: return "connection reset by the peer";
	case DP_CLOSED: return "connection closed by the peer";
	case DP_UNREACHABLE: return "host or network unreachable";
	case DP_NO_ROUTE: return "this machine has no route to that address family";
	case DP_NO_RESOURCE: return "this machine is out of descriptors, ports or buffers";
	case DP_CANCELLED: return "cancelled";
	case DP_INVALID: return "not valid";
	case DP_NOT_FOUND: return "not found";
	case DP_DENIED: return "permission denied";
	case DP_TOO_LARGE: return "too large";
	}
	return "unknown status";
}
