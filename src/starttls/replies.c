/* SPDX-License-Identifier: Apache-2.0 */
/* Readers of replies that several protocols share. */
#include <string.h>

#include "base/text.h"
#include "starttls/protocol.h"

#define CODE_CLOSING 421 /* RFC 5321 s3.8, s4.2.3; RFC 959 s4.2.2: may come at any time */

bool dp_read_code(const char *line, size_t len, char lowest, struct dp_reply_line *reply)
{
	if (len < 3 || line[0] < lowest || line[0] > '5')
		return false;
	for (size_t i = 1; i < 3; i++) {
		if (line[i] < '0' || line[i] > '9')
			return false;
	}
	if (len > 3 && line[3] != ' ' && line[3] != '-')
		return false;
	reply->code = (line[0] - '0') * 100 + (line[1] - '0') * 10 + (line[2] - '0');
	reply->closing = reply->code == CODE_CLOSING;
	reply->last = len == 3 || line[3] == ' ';
	reply->text = len > 4 ? line + 4 : "";
	reply->text_len = len > 4 ? len - 4 : 0;
	return true;
}

/* Only the code counts, never the text. */
bool dp_read_smtp(
	struct dp_reading *reading, const char *line, size_t len, struct dp_reply_line *reply)
{
	(void)reading;
	return dp_read_code(line, len, '2', reply);
}

bool dp_read_word(const char *line, size_t len, const char *word)
{
	size_t word_len = strlen(word);

	return len >= word_len && dp_text_equal_nocase(line, word_len, word, word_len) &&
		(len == word_len || line[word_len] == ' ');
}

size_t dp_read_literal(const char *line, size_t len, size_t *mark)
{
	size_t end = len, octets = 0;

	if (end > 0 && line[end - 1] == '}')
		end--;
	else
		return 0;
	if (end > 0 && line[end - 1] == '+')
		end--;
	size_t begin = end;

	while (begin > 0 && line[begin - 1] >= '0' && line[begin - 1] <= '9')
		begin--;
	if (begin == end || begin == 0 || line[begin - 1] != '{')
		return 0;
	for (size_t i = begin; i < end && octets <= DP_LINE_MAX; i++)
		octets = octets * 10 + (size_t)(line[i] - '0');
	*mark = begin - 1;
	return octets;
}
