/* SPDX-License-Identifier: Apache-2.0 */
/* Options about other services than mail on port 25. */
#include <string.h>

#include "app/option_table.h"
#include "app/target.h"
#include "base/text.h"
#include "port/port.h"

/* RFC 6186 s3, RFC 8314 s5.1 and others: by their names in SRV records. */
static const char *add_service(struct dp_options *options, const char *name)
{
	if (name[0] == '_')
		name++;
	if (dp_target_srv_scheme(name) == NULL)
		return dp_arena_printf(options->arena,
			"names a service that is not known here; services are %s",
			dp_target_srv_services(options->arena));
	options->services = dp_option_append(
		options->arena, options->services, options->service_count++, &name, sizeof(name));
	return NULL;
}

const char *dp_option_service(struct dp_options *options, const char *value)
{
	const char *wrong = NULL;

	while (*value != '\0' && wrong == NULL) {
		size_t len = strcspn(value, ",");
		char *name = dp_arena_text(options->arena, value, len);

		for (char *c = name; *c != '\0'; c++)
			*c = dp_text_lower(*c);
		if (len > 0)
			wrong = add_service(options, name);
		value += len + (value[len] == ',');
	}
	if (wrong == NULL && options->service_count == 0)
		return "names no service; type one or more, as in submissions,imaps";
	return wrong;
}

const char *dp_option_all_ports(struct dp_options *options, const char *value)
{
	(void)value;
	options->all_ports = true;
	return NULL;
}

const char *dp_option_pkix_roots(struct dp_options *options, const char *value)
{
	struct dp_bundle bundle;
	enum dp_status status;
	const char *wrong;
	char *data;
	size_t len;

	memset(&options->pkix_roots, 0, sizeof(options->pkix_roots));
	options->pkix_roots_path = value;
	status = dp_port_read_file(value, DP_BUNDLE_MAX_BYTES, options->arena, &data, &len);
	if (status != DP_OK)
		return dp_arena_printf(options->arena,
			"cannot be read (%s); type the path of a file of CA certificates, as in "
			"/etc/ssl/certs/ca-certificates.crt",
			dp_status_text(status));
	wrong = dp_bundle_read(data, len, options->arena, &bundle);
	if (wrong == NULL)
		wrong = dp_bundle_wrong(&bundle, options->arena);
	if (wrong == NULL &&
		dp_stock_add(&options->pkix_roots, &bundle, value, options->arena) == 0)
		wrong = "holds no certificate; type the path of a file of CA certificates";
	return wrong;
}
