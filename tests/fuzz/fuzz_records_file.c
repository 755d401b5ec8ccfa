/* SPDX-License-Identifier: Apache-2.0 */
/* Any octets as a file of TLSA records; what is read out of it can be chosen from, and printed. */
#include <stdlib.h>
#include <string.h>

#include "dane/records_file.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool holds)
{
	if (!holds)
		abort();
}

static void choose(
	const struct dp_records_file *file, const struct dp_name *host, struct dp_arena *arena)
{
	struct dp_tlsa *records;
	struct dp_name owner, found;
	size_t count;
	uint16_t port;

	if (dp_records_file_choose(file, host, 25, arena, &records, &count, &owner) != NULL)
		return;
	must(count > 0 && count <= DP_TLSA_MAX && count <= file->count);
	dp_tlsa_classify(records, count, false);
	for (size_t i = 0; i < count; i++)
		must(dp_tlsa_text(&records[i], 0, arena)[0] != '\0');
	if (dp_records_file_host(&owner, &found))
		must(dp_name_below(&owner, &found));
	(void)dp_records_file_port(&owner, &port);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct dp_arena *arena = dp_arena_open();
	struct dp_records_file file = { 0 };
	const char *wrong = dp_records_file_read((const char *)data, size, arena, &file);
	struct dp_name none = { 0 }, host;

	must(file.count <= DP_RECORDS_FILE_MAX);
	if (wrong == NULL) {
		must(file.count > 0);
		choose(&file, &none, arena);
		must(dp_name_parse("mx.example.org", &host));
		choose(&file, &host, arena);
		if (dp_records_file_host(&file.items[0].owner, &host))
			choose(&file, &host, arena);
	} else {
		must(wrong[0] != '\0');
	}
	dp_arena_close(arena);
	return 0;
}
