/* SPDX-License-Identifier: Apache-2.0 */
/* What answers on the wrong port: by the first bytes that other protocols begin with. */
#include <string.h>

#include "base/text.h"
#include "starttls/protocol.h"

struct mark {
	const char *start; /* compared without case */
	size_t len;
	const char *inside; /* stands somewhere behind it, or NULL */
	bool early;         /* certain before the line is complete: may have no line end at all */
	const char *name;   /* of the protocol, as services are named */
	const char *words;
};

#define MARK(start, inside, early, name, words) \
	{ \
		start, sizeof(start) - 1, inside, early, name, "it looks like " words \
	}

/* The first that fits decides. */
static const struct mark marks[] = {
	MARK("\x16\x03", NULL, true, "TLS", "TLS from the first byte"),
	MARK("\x15\x03", NULL, true, "TLS", "TLS from the first byte (an alert)"),
	MARK("* OK", NULL, false, "IMAP", "IMAP"),
	MARK("* BYE", NULL, false, "IMAP", "IMAP"),
	MARK("* PREAUTH", NULL, false, "IMAP", "IMAP"),
	MARK("+OK", NULL, false, "POP3", "POP3"),
	MARK("-ERR", NULL, false, "POP3", "POP3"),
	MARK("220", "LMTP", false, "LMTP", "LMTP"),
	MARK("220", "SMTP", false, "SMTP", "SMTP"),
	MARK("220", "FTP", false, "FTP", "FTP"),
	MARK("220 ", NULL, false, NULL, "SMTP or FTP"),
	MARK("220-", NULL, false, NULL, "SMTP or FTP"),
	MARK("554 ", NULL, false, "SMTP", "SMTP that refuses this client"),
	MARK("200 ", NULL, false, "NNTP", "NNTP"),
	MARK("201 ", NULL, false, "NNTP", "NNTP"),
	MARK("HTTP/", NULL, false, NULL, "HTTP"),
	MARK("<!DOCTYPE", NULL, false, NULL, "a web page"),
	MARK("<html", NULL, false, NULL, "a web page"),
	MARK("<?xml", NULL, false, "XMPP", "XMPP or other XML"),
	MARK("<stream:", NULL, false, "XMPP", "XMPP"),
	MARK("SSH-", NULL, false, NULL, "SSH"),
	MARK("RFB ", NULL, false, NULL, "VNC"),
	MARK("PROXY ", NULL, false, NULL, "the PROXY protocol"),
	/* version 2 begins with an empty line, which is all that a line protocol sees of it */
	MARK("\r\n\r\n\0\r\nQUIT\n", NULL, false, NULL, "the PROXY protocol"),
	MARK("\"IMPLEMENTATION\"", NULL, false, "ManageSieve", "ManageSieve"),
	MARK("EHLO ", NULL, false, NULL, "an SMTP client"),
	MARK("HELO ", NULL, false, NULL, "an SMTP client"),
};

static bool holds(const char *bytes, size_t len, const char *word)
{
	size_t word_len = strlen(word);

	for (size_t i = 0; i + word_len <= len; i++) {
		if (dp_text_equal_nocase(bytes + i, word_len, word, word_len))
			return true;
	}
	return false;
}

static bool fits(const struct mark *mark, const char *bytes, size_t len)
{
	return len >= mark->len && dp_text_equal_nocase(bytes, mark->len, mark->start, mark->len) &&
		(mark->inside == NULL || holds(bytes, len, mark->inside));
}

const char *dp_foreign_guess(const char *own, const char *bytes, size_t len, bool whole)
{
	for (size_t i = 0; i < sizeof(marks) / sizeof(marks[0]); i++) {
		const struct mark *mark = &marks[i];

		if ((whole || mark->early) && fits(mark, bytes, len) &&
			(mark->name == NULL || strcmp(mark->name, own) != 0))
			return mark->words;
	}
	return NULL;
}
