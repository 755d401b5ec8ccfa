/* SPDX-License-Identifier: Apache-2.0 */
/* Services that SRV records locate, as targets. */
#include <string.h>

#include "app/target.h"
#include "base/text.h"
#include "starttls/dialogue.h"

#define PREFIX "srv:"
#define PREFIX_LEN (sizeof(PREFIX) - 1)
#define TCP "_tcp"
#define HELP_BREAK 4 /* service that begins a line of the help */
#define EXAMPLE "type it as in srv:_imaps._tcp.example.org"

/* Services whose name is not that of a scheme, or about which there is more to know. */
static const struct service {
	const char *name, *scheme;
	bool sni_is_domain; /* RFC 7673 s4.1; RFC 6120 s4.7.2: "to" is the domain that is sought */
} services[] = {
	{ "xmpp-client", "xmpp-client", true },
	{ "xmpp-server", "xmpp-server", true },
	{ "xmpps-client", "tls", true },
	{ "xmpps-server", "tls", true },
	{ "postgresql", "postgres", false },
	{ "jmap", "https", false },
	{ "caldavs", "https", false },
	{ "carddavs", "https", false },
};

/* Schemes that are no service to be looked for by SRV records: mail has MX records, and the last
 * one is no service. */
static const char *const schemes_without[] = { "smtp", "tls", "postgres", "xmpp-client",
	"xmpp-server" };

static const struct service *find(const char *name)
{
	for (size_t i = 0; i < sizeof(services) / sizeof(services[0]); i++) {
		if (strcmp(services[i].name, name) == 0)
			return &services[i];
	}
	return NULL;
}

static bool is_without(const char *scheme)
{
	for (size_t i = 0; i < sizeof(schemes_without) / sizeof(schemes_without[0]); i++) {
		if (strcmp(schemes_without[i], scheme) == 0)
			return true;
	}
	return false;
}

const char *dp_target_srv_scheme(const char *service)
{
	const struct service *known = find(service);
	const struct dp_protocol *protocol;

	if (known != NULL)
		return known->scheme;
	protocol = is_without(service) ? NULL : dp_protocol_find(service);
	return protocol != NULL ? dp_protocol_scheme(protocol) : NULL;
}

const char *dp_target_srv_services(struct dp_arena *arena)
{
	const struct dp_protocol *protocol;
	struct dp_buf out;

	dp_buf_init(&out, arena);
	for (size_t i = 0; (protocol = dp_protocol_at(i)) != NULL; i++) {
		if (!is_without(dp_protocol_scheme(protocol)))
			dp_buf_printf(&out, "%s%s", out.len > 0 ? ", " : "",
				dp_protocol_scheme(protocol));
	}
	for (size_t i = 0; i < sizeof(services) / sizeof(services[0]); i++)
		dp_buf_printf(&out, ", %s", services[i].name);
	return out.data;
}

void dp_target_help_srv(struct dp_buf *out)
{
	dp_buf_text(out, "  by SRV records   those, but for smtp and tls;");
	for (size_t i = 0; i < sizeof(services) / sizeof(services[0]); i++) {
		if (dp_protocol_find(services[i].name) != NULL)
			continue;
		dp_buf_printf(out, "%s %s", i == HELP_BREAK ? "\n                  " : "",
			services[i].name);
	}
	dp_buf_text(out, "\n");
}

bool dp_target_is_srv(const char *text)
{
	return strlen(text) >= PREFIX_LEN &&
		dp_text_equal_nocase(text, PREFIX_LEN, PREFIX, PREFIX_LEN) &&
		strncmp(text + PREFIX_LEN, "//", 2) != 0;
}

/* The next label of *at, lowered, which is behind its dot then; NULL: none. */
static const char *take_label(const char **at, struct dp_arena *arena)
{
	const char *dot = strchr(*at, '.');
	char *label;

	if (dot == NULL)
		return NULL;
	label = dp_arena_text(arena, *at, (size_t)(dot - *at));
	for (char *c = label; *c != '\0'; c++)
		*c = dp_text_lower(*c);
	*at = dot + 1;
	return label;
}

static void take_names(
	struct dp_target *target, const char *service, const char *domain, struct dp_arena *arena)
{
	target->srv_id = dp_arena_printf(arena, "%s.%s", service, domain);
	if (!dp_name_parse(dp_arena_printf(arena, "%s.%s.%s", service, TCP, domain), &target->srv))
		target->srv.len = 0;
}

const char *dp_target_read_srv(const char *text, struct dp_arena *arena, struct dp_target *target)
{
	const char *at = text + PREFIX_LEN, *wrong;
	const char *service = take_label(&at, arena);
	const char *transport = service != NULL ? take_label(&at, arena) : NULL;
	char domain[DP_NAME_TEXT_MAX];

	if (transport == NULL || service[0] != '_' || transport[0] != '_')
		return "names no service with underscores; " EXAMPLE;
	if (strcmp(transport, TCP) != 0)
		return "is not about TCP; DANE for SRV is for TLS over TCP; " EXAMPLE;
	target->protocol = dp_target_srv_scheme(service + 1);
	if (target->protocol == NULL)
		return dp_arena_printf(arena,
			"names a service that is not known here; " EXAMPLE "; services are %s",
			dp_target_srv_services(arena));
	if (!dp_name_from_user(at, &target->name, &wrong))
		return wrong;
	take_names(target, service, dp_name_text(&target->name, domain), arena);
	if (target->srv.len == 0)
		return "is too long for a domain name; " EXAMPLE;
	const struct dp_protocol *protocol = dp_protocol_find(target->protocol);
	const struct service *known = find(service + 1);

	target->is_domain = target->is_service = true;
	target->port = dp_protocol_port(protocol);
	target->service = dp_protocol_service(protocol);
	target->sni_is_domain = known != NULL && known->sni_is_domain;
	return NULL;
}
