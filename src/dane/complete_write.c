/* SPDX-License-Identifier: Apache-2.0 */
/* The completed file: see complete.h. */
#include <string.h>

#include "base/buf.h"
#include "dane/complete.h"
#include "dane/encoding.h"

struct writing {
	const struct dp_bundle *bundle;
	const size_t *blocks;
	const struct dp_completion *completion;
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
static void write_added(const struct writing *w, size_t index)
{
	const struct dp_completion *completion = w->completion;

	for (size_t i = 0; i < completion->added_count; i++) {
		if (w->blocks[completion->after[i]] != index)
			continue;
		end_line(w);
		write_pem(w, completion->added[i]);
	}
}

void dp_complete_write(const struct dp_bundle *bundle, const size_t *blocks,
	const struct dp_order *order, const struct dp_completion *completion, int key,
	struct dp_buf *out, bool *moved_key)
{
	struct writing w = {
		.bundle = bundle, .blocks = blocks, .completion = completion, .out = out
	};
	size_t leaf = blocks[order->leaf], at = 0;
	const char *end = memchr(bundle->data, '\n', bundle->len);

	w.crlf = end != NULL && end > bundle->data && end[-1] == '\r';
	*moved_key = completion->added_count > 0 && key >= 0 && (size_t)key > leaf;
	for (size_t i = 0; i < bundle->count; i++) {
		const struct dp_block *block = &bundle->blocks[i];

		dp_buf_bytes(out, bundle->data + at, block->start - at);
		if (i == leaf && *moved_key) {
			write_block(&w, (size_t)key);
			end_line(&w);
		}
		if (!*moved_key || i != (size_t)key)
			write_block(&w, i);
		write_added(&w, i);
		at = block->end;
	}
	dp_buf_bytes(out, bundle->data + at, bundle->len - at);
}
