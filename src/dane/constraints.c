/* SPDX-License-Identifier: Apache-2.0 */
/* Name constraints, RFC 5280 s4.2.1.10. */
#include <string.h>

#include "base/text.h"
#include "dane/cert_der.h"

#define PAIRS_MAX 20000 /* comparisons of a name with a subtree; more is said to be unknown */

/* GeneralName tags, RFC 5280 s4.2.1.6 */
enum { NAME_EMAIL = 0x81, NAME_DNS = 0x82, NAME_DIRECTORY = 0xa4, NAME_IP = 0x87 };

/* One name that a certificate presents. value: for NAME_DIRECTORY the Name with its header. */
struct presented {
	uint8_t form;
	const uint8_t *value;
	size_t len;
};

struct check {
	struct dp_der_item permitted, excluded; /* GeneralSubtrees; start NULL if none */
	size_t pairs;
};

enum fit { FIT_NO, FIT_YES, FIT_UNKNOWN };

/* "example.com" covers itself and what is below; ".example.com", seen in the wild, only the
 * latter. */
static bool dns_within(const char *name, size_t len, const char *base, size_t base_len)
{
	if (base_len == 0)
		return true;
	if (len < base_len ||
		!dp_text_equal_nocase(name + len - base_len, base_len, base, base_len))
		return false;
	return len == base_len || base[0] == '.' || name[len - base_len - 1] == '.';
}

/* "user@host" is one mailbox, "host" all of that host, ".domain" all of the hosts below it. */
static bool mail_within(const char *name, size_t len, const char *base, size_t base_len)
{
	const char *at = memchr(name, '@', len);
	size_t local = at == NULL ? 0 : (size_t)(at - name) + 1;

	if (at == NULL || base_len == 0)
		return base_len == 0;
	if (memchr(base, '@', base_len) !=
		NULL) /* the local part with its letter case: RFC 5321 s2.4 */
		return len == base_len && memcmp(name, base, local) == 0 &&
			dp_text_equal_nocase(
				at, len - local + 1, base + local - 1, base_len - local + 1);
	if (base[0] == '.')
		return dns_within(at + 1, len - local, base, base_len);
	return dp_text_equal_nocase(at + 1, len - local, base, base_len);
}

static enum fit ip_within(const struct presented *name, const struct dp_der_item *base)
{
	if (base->len != 8 && base->len != 32)
		return FIT_UNKNOWN;
	if (base->len != 2 * name->len)
		return FIT_NO;
	for (size_t i = 0; i < name->len; i++) {
		if ((name->value[i] ^ base->value[i]) & base->value[name->len + i])
			return FIT_NO;
	}
	return FIT_YES;
}

static enum fit fits(const struct presented *name, const struct dp_der_item *base)
{
	const char *text = (const char *)name->value, *base_text = (const char *)base->value;

	switch (name->form) {
	case NAME_DNS: return dns_within(text, name->len, base_text, base->len) ? FIT_YES : FIT_NO;
	case NAME_EMAIL:
		return mail_within(text, name->len, base_text, base->len) ? FIT_YES : FIT_NO;
	case NAME_IP: return ip_within(name, base);
	case NAME_DIRECTORY:
		return dp_dn_within(name->value, name->len, base->value, base->len) ? FIT_YES
										    : FIT_NO;
	default: return FIT_UNKNOWN;
	}
}

/* Does one of the subtrees hold the name? *any: there is a subtree of its form. */
static enum fit in_subtrees(struct check *check, const struct dp_der_item *subtrees,
	const struct presented *name, bool *any)
{
	struct dp_der list = dp_der_inside(subtrees), inside;
	struct dp_der_item item, base;
	enum fit fit, result = FIT_NO;

	*any = false;
	while (!dp_der_done(&list)) {
		if (++check->pairs > PAIRS_MAX || !dp_der_take(&list, DP_DER_SEQUENCE, &item))
			return FIT_UNKNOWN;
		inside = dp_der_inside(&item);
		if (!dp_der_next(&inside, &base))
			return FIT_UNKNOWN;
		if (base.tag != name->form)
			continue;
		*any = true;
		/* minimum and maximum: RFC 5280 has no use for them */
		if (!dp_der_done(&inside))
			return FIT_UNKNOWN;
		fit = fits(name, &base);
		if (fit == FIT_YES)
			return FIT_YES;
		if (fit == FIT_UNKNOWN)
			result = FIT_UNKNOWN;
	}
	return result;
}

static enum dp_names check_name(struct check *check, uint8_t form, const uint8_t *value, size_t len)
{
	struct presented name = { form, value, len };
	enum fit fit;
	bool any;

	fit = in_subtrees(check, &check->excluded, &name, &any);
	if (fit == FIT_YES)
		return DP_NAMES_FORBIDDEN;
	if (fit == FIT_UNKNOWN)
		return DP_NAMES_UNKNOWN;
	fit = in_subtrees(check, &check->permitted, &name, &any);
	if (fit == FIT_UNKNOWN)
		return DP_NAMES_UNKNOWN;
	return any && fit == FIT_NO ? DP_NAMES_FORBIDDEN : DP_NAMES_ALLOWED;
}

static enum dp_names worse(enum dp_names a, enum dp_names b)
{
	if (a == DP_NAMES_FORBIDDEN || b == DP_NAMES_FORBIDDEN)
		return DP_NAMES_FORBIDDEN;
	return a == DP_NAMES_UNKNOWN ? a : b;
}

static bool looks_like_host(const struct dp_cert_name *name)
{
	for (size_t i = 0; i < name->len; i++) {
		if (name->text[i] == ' ' || name->text[i] == '@')
			return false;
	}
	return name->len > 0 && memchr(name->text, '.', name->len) != NULL;
}

/* The subject, RFC 5280 s6.1.3 (b); its CN where that is taken for a host name (no dNSName). */
static enum dp_names check_subject(struct check *check, const struct dp_cert *leaf)
{
	struct dp_der der = dp_der_open(leaf->subject, leaf->subject_len);
	struct dp_der_item name;
	enum dp_names result = DP_NAMES_ALLOWED;

	if (dp_der_take(&der, DP_DER_SEQUENCE, &name) && name.len > 0)
		result = check_name(check, NAME_DIRECTORY, leaf->subject, leaf->subject_len);
	for (size_t i = 0; dp_dn_email(leaf->subject, leaf->subject_len, i, &name); i++)
		result = worse(result, check_name(check, NAME_EMAIL, name.value, name.len));
	if (leaf->name_count == 0 && !leaf->is_ca && looks_like_host(&leaf->common_name))
		result = worse(result,
			check_name(check, NAME_DNS, (const uint8_t *)leaf->common_name.text,
				leaf->common_name.len));
	return result;
}

enum dp_names dp_cert_names_allowed(const struct dp_cert *issuer, const struct dp_cert *leaf)
{
	struct dp_der der = dp_der_open(issuer->name_constraints, issuer->name_constraints_len),
		      inside;
	struct dp_der san = dp_der_open(leaf->san, leaf->san_len);
	struct dp_der_item item;
	struct check check;
	enum dp_names result;

	memset(&check, 0, sizeof check);
	if (!issuer->has_name_constraints)
		return DP_NAMES_ALLOWED;
	if (leaf->spki == NULL || !dp_der_take(&der, DP_DER_SEQUENCE, &item) || !dp_der_done(&der))
		return DP_NAMES_UNKNOWN;
	inside = dp_der_inside(&item);
	dp_der_take(&inside, 0xa0, &check.permitted);
	dp_der_take(&inside, 0xa1, &check.excluded);
	if (!dp_der_done(&inside))
		return DP_NAMES_UNKNOWN;
	result = check_subject(&check, leaf);
	while (dp_der_next(&san, &item)) {
		/* directoryName is [4] EXPLICIT: its value is the whole Name, as in the subtree */
		result = worse(result, check_name(&check, item.tag, item.value, item.len));
	}
	return result;
}
