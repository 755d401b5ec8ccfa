/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "base/text.h"
#include "dane/hostname.h"

/*
 * RFC 9525 s6.3: a wildcard stands only as the whole left-most label and for exactly one label.
 * That the remainder has two labels or more is not asked for: no RFC does (libraries do, see the
 * test).
 */
bool dp_hostname_matches(const char *presented, size_t presented_len, const char *reference)
{
	size_t reference_len = strlen(reference);

	if (reference_len == 0 || reference[0] == '.' || presented_len == 0)
		return false;
	if (presented_len > 2 && presented[0] == '*' && presented[1] == '.') {
		const char *dot = strchr(reference, '.');

		if (dot == NULL)
			return false;
		reference_len -= (size_t)(dot - reference);
		reference = dot;
		presented++;
		presented_len--;
	}
	/* What is left holds no wildcard: a reference has no '*' and no NUL, so neither ever
	 * matches. */
	return dp_text_equal_nocase(presented, presented_len, reference, reference_len);
}
