/* SPDX-License-Identifier: Apache-2.0 */
/* Bytes: a record as text, and, cut into pieces at their length octets, a set of records as
 * rdata. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "dane/tlsa.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(int condition)
{
	if (!condition)
		abort();
}

/* What was parsed prints as text that parses to the same. */
static void round_trip(const struct dp_tlsa *record, struct dp_arena *arena)
{
	const char *text = dp_tlsa_text(record, 0, arena);
	struct dp_tlsa again;

	check(dp_tlsa_from_text(text, &again, arena) == NULL);
	check(strcmp(text, dp_tlsa_text(&again, 0, arena)) == 0);
}

static void set(const uint8_t *data, size_t size, struct dp_arena *arena)
{
	struct dp_tlsa records[DP_TLSA_MAX];
	size_t count = 0;
	bool counts = false, usable = false;

	while (size > 0 && count < DP_TLSA_MAX) {
		size_t len = data[0] < size ? data[0] : size - 1;

		if (dp_tlsa_from_rdata(data + 1, len, &records[count]))
			count++;
		data += 1 + len;
		size -= 1 + len;
	}
	dp_tlsa_classify(records, count, count % 2 == 1);
	for (size_t i = 0; i < count; i++) {
		usable = usable || records[i].unusable == DP_REASON_NONE;
		counts = counts || dp_tlsa_counts(&records[i]);
		if (records[i].data_len > 0)
			round_trip(&records[i], arena);
		(void)dp_tlsa_matches(&records[i], data, 0, data, 0);
	}
	/* Agility and duplicates never take the last usable record away. */
	check(usable == counts);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct dp_arena *arena = dp_arena_open();
	struct dp_tlsa record;
	char *text = dp_arena_text(arena, (const char *)data, size);

	if (dp_tlsa_from_text(text, &record, arena) == NULL)
		round_trip(&record, arena);
	set(data, size, arena);
	dp_arena_close(arena);
	return 0;
}
