/* SPDX-License-Identifier: Apache-2.0 */
/* The completed file: see complete.h. */
#include <string.h>

#include "base/buf.h"
#include "dane/complete.h"
#include "dane/encoding.h"

struct writing {
	const struct dp_bundle *bundle;
	struct dp_complete_part *parts;
	size_t count;
	struct dp_buf *out;
	bool crlf; /* lines of the file end with CR LF */
};

static void end_line(const struct writing *w)
{
	if (w->out->len > 0 && w->out->data[w->out->len - 1] != '\n')
		dp_buf_text(w->out, w->crlf ? "\r\n" : "\n");
}

static void write_pem(const struct writing *w, const struct dp_cert *cert)
{
	const char *pem = dp_encoding_pem("CERTIFICATE", cert->der, cert->der_len, w->out->arena);

	for (const char *c = pem; *c != '\0'; c++) {
		if (*c == '\n' && w->crlf)
			dp_buf_char(w->out, '\r');
		dp_buf_char(w->out, *c);
	}
}

static void write_block(const struct writing *w, size_t index)
{
	const struct dp_block *block = &w->bundle->blocks[index];

	dp_buf_bytes(w->out, w->bundle->data + block->start, block->end - block->start);
}

/* Added certificates that go behind this block. */
static void write_added(const struct writing *w, const struct dp_complete_part *part, size_t index)
{
	const struct dp_completion *completion = part->completion;

	for (size_t i = 0; i < completion->added_count; i++) {
		if (part->blocks[completion->after[i]] != index)
			continue;
		end_line(w);
		write_pem(w, completion->added[i]);
	}
}

/* A block with what goes before and behind it. */
static void write_with(const struct writing *w, size_t index)
{
	bool moved = false;

	for (size_t n = 0; n < w->count; n++) {
		const struct dp_complete_part *part = &w->parts[n];

		moved |= part->moved_key && index == (size_t)part->key;
		if (part->moved_key && index == part->blocks[part->order->leaf]) {
			write_block(w, (size_t)part->key);
			end_line(w);
		}
	}
	if (!moved)
		write_block(w, index);
	for (size_t n = 0; n < w->count; n++)
		write_added(w, &w->parts[n], index);
}

void dp_complete_write(const struct dp_bundle *bundle, struct dp_complete_part *parts, size_t count,
	struct dp_buf *out)
{
	struct writing w = { .bundle = bundle, .parts = parts, .count = count, .out = out };
	const char *end = memchr(bundle->data, '\n', bundle->len);
	size_t at = 0;

	w.crlf = end != NULL && end > bundle->data && end[-1] == '\r';
	for (size_t n = 0; n < count; n++)
		parts[n].moved_key = parts[n].completion->added_count > 0 && parts[n].key >= 0 &&
			(size_t)parts[n].key > parts[n].blocks[parts[n].order->leaf];
	for (size_t i = 0; i < bundle->count; i++) {
		const struct dp_block *block = &bundle->blocks[i];

		dp_buf_bytes(out, bundle->data + at, block->start - at);
		write_with(&w, i);
		at = block->end;
	}
	dp_buf_bytes(out, bundle->data + at, bundle->len - at);
}
