/* SPDX-License-Identifier: Apache-2.0 */
#include "report/records.h"

#include <string.h>

#include "base/text.h"

/* The rdata, RFC 6698 s2.1. */
static void head(const struct dp_tlsa *tlsa, uint8_t octets[3])
{
	octets[0] = tlsa->usage;
	octets[1] = tlsa->selector;
	octets[2] = tlsa->matching;
}

static void write_owner(struct dp_buf *out, const struct dp_record_row *row, int64_t ttl_s)
{
	char name[DP_NAME_TEXT_MAX];

	dp_buf_printf(out, "%s. ", dp_name_text(&row->owner, name));
	if (ttl_s >= 0)
		dp_buf_printf(out, "%lld ", (long long)ttl_s);
	dp_buf_text(out, "IN ");
}

static void write_bind(struct dp_buf *out, const struct dp_record_row *row, int64_t ttl_s)
{
	const struct dp_tlsa *tlsa = &row->tlsa;

	write_owner(out, row, ttl_s);
	dp_buf_printf(out, "TLSA %u %u %u ", tlsa->usage, tlsa->selector, tlsa->matching);
	dp_buf_hex(out, tlsa->data, tlsa->data_len);
	dp_buf_char(out, '\n');
}

/* RFC 3597 s5 */
static void write_generic(struct dp_buf *out, const struct dp_record_row *row, int64_t ttl_s)
{
	uint8_t octets[3];

	head(&row->tlsa, octets);
	write_owner(out, row, ttl_s);
	dp_buf_printf(out, "TYPE%d \\# %zu ", DP_TYPE_TLSA, sizeof octets + row->tlsa.data_len);
	dp_buf_hex(out, octets, sizeof octets);
	dp_buf_hex(out, row->tlsa.data, row->tlsa.data_len);
	dp_buf_char(out, '\n');
}

static void write_octal(struct dp_buf *out, const uint8_t *data, size_t len)
{
	for (size_t i = 0; i < len; i++)
		dp_buf_printf(out, "\\%03o", data[i]);
}

/* tinydns-data: ":fqdn:type:rdata:ttl", any octet of rdata as \ooo. */
static void write_tinydns(struct dp_buf *out, const struct dp_record_row *row, int64_t ttl_s)
{
	char name[DP_NAME_TEXT_MAX];
	uint8_t octets[3];

	head(&row->tlsa, octets);
	dp_buf_printf(out, ":%s:%d:", dp_name_text(&row->owner, name), DP_TYPE_TLSA);
	write_octal(out, octets, sizeof octets);
	write_octal(out, row->tlsa.data, row->tlsa.data_len);
	if (ttl_s >= 0)
		dp_buf_printf(out, ":%lld", (long long)ttl_s);
	dp_buf_char(out, '\n');
}

static const struct form {
	const char *name;
	const char *comment; /* how a comment begins; NULL: there are none */
	void (*write)(struct dp_buf *out, const struct dp_record_row *row, int64_t ttl_s);
} forms[] = {
	{ "bind", "; ", write_bind },
	{ "generic", "; ", write_generic },
	{ "tinydns", "# ", write_tinydns },
	{ "json", NULL, dp_records_json },
};

static const struct form *find_form(const char *name)
{
	const struct form *found = &forms[0];

	for (size_t i = 0; i < sizeof forms / sizeof forms[0]; i++) {
		if (strcmp(forms[i].name, name) == 0)
			found = &forms[i];
	}
	return found;
}

static void write_comment(
	struct dp_buf *out, const struct form *form, const struct dp_record_row *row)
{
	char date[DP_TIME_TEXT_MAX];

	dp_buf_printf(out, "%s%s", form->comment, dp_text_shown(out->arena, row->about));
	if (row->not_after_utc_s != DP_TIME_NONE)
		dp_buf_printf(out, ", until %s", dp_text_date(row->not_after_utc_s, date));
	dp_buf_char(out, '\n');
}

static bool same_about(const struct dp_record_row *a, const struct dp_record_row *b)
{
	return strcmp(a->about, b->about) == 0 && a->not_after_utc_s == b->not_after_utc_s;
}

void dp_records_write(struct dp_buf *out, const char *format, const struct dp_record_row *rows,
	size_t count, const struct dp_records_options *options)
{
	const struct form *form = find_form(format);

	for (size_t i = 0; i < count; i++) {
		if (options->comments && form->comment != NULL &&
			(i == 0 || !same_about(&rows[i - 1], &rows[i])))
			write_comment(out, form, &rows[i]);
		form->write(out, &rows[i], options->ttl_s);
	}
}
