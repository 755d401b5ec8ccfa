/* SPDX-License-Identifier: Apache-2.0 */
#include "dane/records_words.h"

#include <string.h>

#include "base/text.h"

#define WORDS_MAX 4

static bool is_word(const char *token, const char *word)
{
	return dp_text_equal_nocase(token, strlen(token), word, strlen(word));
}

size_t dp_records_words(const char *const *tokens, size_t count, bool *alias)
{
	static const struct {
		size_t len;
		const char *words[WORDS_MAX];
		bool alias;
	} forms[] = {
		{ 3, { "has", "TLSA", "record" }, false },
		{ 3, { "has", "TYPE52", "record" }, false },
		{ 4, { "is", "an", "alias", "for" }, true },
		{ 2, { "rdata_52", "=" }, false },
		{ 3, { "canonical", "name", "=" }, true },
	};

	for (size_t i = 0; i < sizeof(forms) / sizeof(forms[0]); i++) {
		size_t n = 0;

		while (n < forms[i].len && n + 1 < count &&
			is_word(tokens[n + 1], forms[i].words[n]))
			n++;
		*alias = forms[i].alias;
		if (n == forms[i].len && n + 1 < count)
			return n + 1;
	}
	return 0;
}

bool dp_records_chatter(const char *const *tokens, size_t count)
{
	static const char *const heads[] = {
		"Server:", "Name:", "Address:", "Aliases:", "Non-authoritative"
	};

	for (size_t i = 0; i < sizeof(heads) / sizeof(heads[0]); i++) {
		if (is_word(tokens[0], heads[i]))
			return true;
	}
	return count > 3 && is_word(tokens[0], "Host") && is_word(tokens[2], "not") &&
		is_word(tokens[3], "found:");
}
