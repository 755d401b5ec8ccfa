/* SPDX-License-Identifier: Apache-2.0 */
/* Bytes: what a user types. A name that comes out is a host name, and typing it again changes
 * nothing. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "dane/dnswire.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(int condition)
{
	if (!condition)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = malloc(size + 1);
	char back[DP_NAME_TEXT_MAX];
	struct dp_name name, again;
	const char *why;

	if (text == NULL)
		return 0;
	memcpy(text, data, size);
	text[size] = '\0';
	if (dp_name_from_user(text, &name, &why)) {
		check(why == NULL && dp_name_is_hostname(&name));
		check(dp_name_from_user(dp_name_text(&name, back), &again, &why));
		check(dp_name_equal(&name, &again));
	} else {
		check(why != NULL && why[0] != '\0');
	}
	(void)dp_name_parse(text, &name);
	free(text);
	return 0;
}
