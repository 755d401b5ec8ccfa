/* SPDX-License-Identifier: Apache-2.0 */
#include "report/brief.h"

#include <string.h>

#include "base/text.h"

/* Where the code alone says less. */
static const char *const words[DP_REASON_COUNT] = {
	[DP_REASON_DOMAIN_NOT_FOUND] = "the domain does not exist",
	[DP_REASON_NULL_MX] = "null MX, it accepts no mail",
	[DP_REASON_MX_NULL_MIXED] = "a null MX beside other MX records",
	[DP_REASON_MX_LOOKUP_FAILED] = "the MX lookup failed",
	[DP_REASON_MX_BOGUS] = "the MX answer fails DNSSEC validation",
	[DP_REASON_MX_INSECURE] = "the MX records are not signed by DNSSEC",
	[DP_REASON_MX_IMPLICIT] = "no MX record, the domain is the mail host",
	[DP_REASON_MX_ALIAS] = "the MX host is an alias (CNAME)",
	[DP_REASON_MX_LOOKS_LIKE_ADDRESS] = "the MX record names an IP address",
	[DP_REASON_MX_TOO_MANY] = "more mail hosts than are checked",
	[DP_REASON_DOMAIN_PARTLY_PROTECTED] = "some mail hosts have no DANE",
	[DP_REASON_DOMAIN_DELIVERS_THROUGH] = "delivers only through some of its mail hosts",
	[DP_REASON_INSECURE_MX_HOST_FAILS] = "unsigned domain whose mail host fails DANE",
	[DP_REASON_ALGORITHM_UNSUPPORTED] = "signed with algorithms that cannot be verified here",
	[DP_REASON_ALGORITHM_SHA1] = "signed with SHA-1",
	[DP_REASON_RRSIG_EXPIRES_SOON] = "DNSSEC signatures end soon",
	[DP_REASON_CLOCK_SUSPECT] = "the clock of this machine seems wrong",
	[DP_REASON_HOST_NO_ADDRESS] = "no address",
	[DP_REASON_ADDRESS_LOOKUP_FAILED] = "the address lookup failed",
	[DP_REASON_ADDRESS_BOGUS] = "the address answer fails DNSSEC validation",
	[DP_REASON_ADDRESS_INSECURE] = "the addresses are not signed by DNSSEC",
	[DP_REASON_TLSA_LOOKUP_FAILED] = "the TLSA lookup failed",
	[DP_REASON_TLSA_BOGUS] = "the TLSA answer fails DNSSEC validation",
	[DP_REASON_TLSA_ABSENT] = "no TLSA records",
	[DP_REASON_TLSA_INSECURE] = "TLSA records that are not signed by DNSSEC",
	[DP_REASON_TLSA_WRONG_OWNER] = "TLSA records at the wrong name",
	[DP_REASON_TLSA_HIDDEN] = "TLSA records that some resolvers cannot find",
	[DP_REASON_TLSA_WRONG_PORT] = "TLSA records for another port only",
	[DP_REASON_TLSA_ALL_UNUSABLE] = "no TLSA record is usable",
	[DP_REASON_TLSA_BARE_KEY] = "a 2 1 0 record, which not all senders take",
	[DP_REASON_TLSA_PINS_CERTIFICATE] = "pins a certificate, not its key",
	[DP_REASON_TLSA_ANCHOR_NOT_SENT] = "pins a CA certificate that was not sent",
	[DP_REASON_TLSA_ANCHOR_NOT_ISSUER] = "pins a CA certificate that is not the issuer",
	[DP_REASON_TLSA_EE_MISMATCH] = "no TLSA record matches the certificate",
	[DP_REASON_TLSA_EE_IS_ISSUER] = "a 3 x x record of the issuer, must be 2 x x",
	[DP_REASON_TLSA_TA_IS_LEAF] = "a 2 x x record of the server's key, must be 3 x x",
	[DP_REASON_TLSA_SELECTOR_SWAPPED] = "the TLSA record's selector is swapped",
	[DP_REASON_TLSA_DIGEST_OF_NOTHING] = "the TLSA record is a digest of nothing",
	[DP_REASON_TLSA_SAME_KEY] = "certificate renewed, the record pins the old one",
	[DP_REASON_TLSA_OTHER_KEY_TYPE] = "no TLSA record for one of two key types",
	[DP_REASON_TLSA_OTHER_ADDRESS] = "its record matches another address only",
	[DP_REASON_TLSA_OTHER_HOST] = "its record matches another host only",
	[DP_REASON_TLSA_WITHOUT_SNI] = "the record matches only without SNI",
	[DP_REASON_TLSA_DIGEST_OF_TEXT] = "the TLSA record is a digest of PEM text",
	[DP_REASON_CERTIFICATE_EXPIRED] = "certificate expired",
	[DP_REASON_CERTIFICATE_NOT_YET_VALID] = "certificate not yet valid",
	[DP_REASON_CERTIFICATE_HOST_MISMATCH] = "the certificate does not name the host",
	[DP_REASON_CERTIFICATE_NOT_CA] = "an issuing certificate is no CA",
	[DP_REASON_CERTIFICATE_EXPIRES_SOON] = "certificate ends soon",
	[DP_REASON_CHAIN_DISORDERED] = "certificates sent in wrong order",
	[DP_REASON_CONNECT_REFUSED] = "connection refused",
	[DP_REASON_CONNECT_TIMEOUT] = "no answer (connection timed out)",
	[DP_REASON_CONNECT_UNREACHABLE] = "unreachable",
	[DP_REASON_PORT_FILTERED] = "outbound port 25 seems filtered here",
	[DP_REASON_REPLY_TIMEOUT] = "the server stopped answering",
	[DP_REASON_GREETING_REFUSED] = "refused in the greeting",
	[DP_REASON_NOT_SMTP] = "does not speak SMTP",
	[DP_REASON_EHLO_TEMPORARY] = "EHLO refused for now",
	[DP_REASON_EHLO_REJECTED] = "EHLO rejected",
	[DP_REASON_STARTTLS_NOT_OFFERED] = "STARTTLS not offered",
	[DP_REASON_STARTTLS_REFUSED] = "STARTTLS refused",
	[DP_REASON_STARTTLS_INJECTION] = "bytes injected behind STARTTLS",
	[DP_REASON_TLS_NOT_STARTED] = "no TLS behind STARTTLS",
	[DP_REASON_TLS_ALERT] = "TLS refused (alert)",
	[DP_REASON_TLS_NAME_REFUSED] = "TLS refused for this name (SNI)",
	[DP_REASON_TLS_LOST] = "connection lost in the TLS handshake",
	[DP_REASON_TLS_TIMEOUT] = "the TLS handshake took too long",
	[DP_REASON_TLS_VERSION_OLD] = "TLS 1.0 or 1.1 only",
	[DP_REASON_TLS_FAILED] = "the TLS handshake failed",
	[DP_REASON_TLS_LIMIT] = "TLS that this program does not have",
	[DP_REASON_TLS_KEY_NOT_PROVEN] = "the key was not proven in the handshake",
	[DP_REASON_ATTEMPTS_DIFFER] = "answers differ from attempt to attempt",
	[DP_REASON_DEADLINE] = "not finished in time",
	[DP_REASON_INTERRUPTED] = "interrupted by a signal",
	[DP_REASON_NAMESERVERS_DIFFER] = "name servers answer differently",
	[DP_REASON_NAMESERVER_FAILS] = "a name server fails",
	[DP_REASON_RESOLVER_UNUSABLE] = "the resolver cannot be used",
	[DP_REASON_ROOT_NOT_VALIDATED] = "the DNS root could not be validated from here",
	[DP_REASON_TLSA_ALIAS] = "a TLSA name that is an alias, without records",
	[DP_REASON_TLSA_UNUSABLE_USAGE] = "a TLSA usage that senders ignore",
	[DP_REASON_TLSA_UNUSABLE_PARAMETER] = "a TLSA record with an unknown parameter",
	[DP_REASON_TLSA_UNUSABLE_LENGTH] = "a TLSA record of wrong length",
	[DP_REASON_TLSA_UNUSABLE_DATA] = "a TLSA record with unreadable data",
	[DP_REASON_TLSA_AGILITY] = "the record that matches is left out by a stronger one",
	[DP_REASON_TLSA_SIBLING_ISSUERS] = "pins one of several issuing CAs that take turns",
	[DP_REASON_CERTIFICATE_PATH_LENGTH] = "a CA's path length is exceeded",
	[DP_REASON_CERTIFICATE_KEY_USAGE] = "the key usage forbids it",
	[DP_REASON_CERTIFICATE_EKU] = "the extended key usage forbids TLS servers",
	[DP_REASON_CERTIFICATE_NAME_CONSTRAINTS] = "the name constraints of a CA forbid it",
	[DP_REASON_CERTIFICATE_CRITICAL] = "a critical extension that is unknown here",
	[DP_REASON_CERTIFICATE_SIGNATURE_LIMIT] = "a signature that cannot be checked here",
	[DP_REASON_WRONG_PROTOCOL] = "another protocol answers",
	[DP_REASON_TLS_NOT_AT_ONCE] = "no TLS from the first byte",
	[DP_REASON_SRV_LOOKUP_FAILED] = "the SRV lookup failed",
	[DP_REASON_SRV_BOGUS] = "the SRV answer fails DNSSEC validation",
	[DP_REASON_SRV_INSECURE] = "the SRV records are not signed by DNSSEC",
	[DP_REASON_SRV_ABSENT] = "no SRV records",
	[DP_REASON_SRV_NOT_OFFERED] = "the service is not offered",
	[DP_REASON_SRV_ALIAS] = "the SRV target is an alias (CNAME)",
	[DP_REASON_TLSA_NEEDS_ROOTS] = "a TLSA usage that needs --pkix-roots",
	[DP_REASON_TLSA_CA_NOT_ON_PATH] = "the pinned CA is on no path to a root",
	[DP_REASON_CERTIFICATE_ROOT_UNKNOWN] = "the path leads to no root that was given",
	[DP_REASON_DNS_UNREACHABLE] = "the DNS root does not answer here",
	[DP_REASON_DNS_INTERCEPTED] = "DNS answers are spoilt on the way",
};

const char *dp_brief_reason(enum dp_reason reason, struct dp_arena *arena)
{
	const char *code;
	char *text;

	if (reason < DP_REASON_COUNT && words[reason] != NULL)
		return words[reason];
	code = dp_reason_row(reason)->code;
	text = dp_arena_text(arena, code, strlen(code));
	for (char *c = text; *c != '\0'; c++)
		*c = *c == '-' ? ' ' : *c;
	return text;
}

size_t dp_brief_count(const struct dp_verdict *verdict, enum dp_severity severity)
{
	size_t count = 0;

	for (size_t i = 0; i < verdict->finding_count; i++)
		count += verdict->findings[i].severity == severity;
	return count;
}

size_t dp_brief_hosts(
	const struct dp_facts *facts, const struct dp_verdict *verdict, enum dp_outcome outcome)
{
	size_t count = 0;

	for (size_t i = 0; i < facts->host_count; i++)
		count += verdict->hosts[i].outcome == outcome;
	return count;
}

static int rank_of(const struct dp_finding *finding)
{
	return 2 * (int)finding->severity + (finding->subject.host < 0);
}

const struct dp_finding *dp_brief_first(const struct dp_verdict *verdict)
{
	const struct dp_finding *first = NULL;

	for (size_t i = 0; i < verdict->finding_count; i++) {
		const struct dp_finding *finding = &verdict->findings[i];

		if (finding->severity == DP_NOTE &&
			(verdict->outcome == DP_VERIFIED || finding->consequence[0] == '\0'))
			continue;
		if (first == NULL || rank_of(finding) > rank_of(first))
			first = finding;
	}
	return first;
}

static const char *plain(
	const struct dp_facts *facts, const struct dp_verdict *verdict, struct dp_arena *arena)
{
	size_t good = dp_brief_hosts(facts, verdict, DP_VERIFIED);

	if (verdict->outcome != DP_VERIFIED)
		return dp_outcome_word(verdict->outcome);
	return dp_arena_printf(arena, "%zu of %zu %shost%s", good, facts->host_count,
		facts->target.is_service ? "" : "mail ", facts->host_count == 1 ? "" : "s");
}

/* Labels are one line by their making; a line end in one would begin another line of a report. */
static const char *one_line(const char *text, struct dp_arena *arena)
{
	return dp_text_shown(arena, text);
}

const char *dp_brief(
	const struct dp_facts *facts, const struct dp_verdict *verdict, struct dp_arena *arena)
{
	const struct dp_finding *first = dp_brief_first(verdict);
	struct dp_buf out;
	size_t more;

	if (first == NULL)
		return plain(facts, verdict, arena);
	dp_buf_init(&out, arena);
	if (strcmp(first->label, facts->target.text) != 0)
		dp_buf_printf(&out, "%s: ", one_line(first->label, arena));
	dp_buf_text(&out, dp_brief_reason(first->code, arena));
	more = dp_brief_count(verdict, first->severity) - 1;
	if (more > 0 && first->severity != DP_NOTE)
		dp_buf_printf(&out, " (and %zu more)", more);
	return out.data;
}
