/* SPDX-License-Identifier: Apache-2.0 */
/* What answers on the wrong port: by the first bytes that other protocols begin with. */
#include <string.h>

#include "base/text.h"
#include "starttls/protocol.h"

struct mark {
	const char *start; /* compared without case */
	size_t len;
	bool early; /* certain before the line is complete: may have no line end at all */
	const char *words;
};

#define MARK(start, early, words) \
	{ \
		start, sizeof(start) - 1, early, words \
	}

static const struct mark marks[] = {
	MARK("\x16\x03", true, "it looks like TLS from the first byte"),
	MARK("\x15\x03", true, "it looks like TLS from the first byte (an alert)"),
	MARK("* OK", false, "it looks like IMAP"),
	MARK("* BYE", false, "it looks like IMAP"),
	MARK("* PREAUTH", false, "it looks like IMAP"),
	MARK("+OK", false, "it looks like POP3"),
	MARK("-ERR", false, "it looks like POP3"),
	MARK("HTTP/", false, "it looks like HTTP"),
	MARK("<!DOCTYPE", false, "it looks like a web page"),
	MARK("<html", false, "it looks like a web page"),
	MARK("<?xml", false, "it looks like XMPP or other XML"),
	MARK("<stream:", false, "it looks like XMPP"),
	MARK("SSH-", false, "it looks like SSH"),
	MARK("RFB ", false, "it looks like VNC"),
	MARK("PROXY ", false, "it looks like the PROXY protocol"),
	MARK("\"IMPLEMENTATION\"", false, "it looks like ManageSieve"),
	MARK("EHLO ", false, "it looks like an SMTP client"),
	MARK("HELO ", false, "it looks like an SMTP client"),
};

const char *dp_foreign_guess(const char *bytes, size_t len, bool whole)
{
	for (size_t i = 0; i < sizeof(marks) / sizeof(marks[0]); i++) {
		const struct mark *mark = &marks[i];

		if ((whole || mark->early) && len >= mark->len &&
			dp_text_equal_nocase(bytes, mark->len, mark->start, mark->len))
			return mark->words;
	}
	return NULL;
}
