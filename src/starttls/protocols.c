/* SPDX-License-Identifier: Apache-2.0 */
/* The list of protocols, and what others may know of one. */
#include <string.h>

#include "starttls/protocol.h"

static const struct dp_protocol *const protocols[] = {
#define DP_PROTOCOL(name) &dp_protocol_##name,
#include "starttls/protocols.def"
#undef DP_PROTOCOL
};

const struct dp_protocol *dp_protocol_at(size_t index)
{
	return index < sizeof(protocols) / sizeof(protocols[0]) ? protocols[index] : NULL;
}

const struct dp_protocol *dp_protocol_find(const char *scheme)
{
	for (size_t i = 0; i < sizeof(protocols) / sizeof(protocols[0]); i++) {
		if (strcmp(protocols[i]->scheme, scheme) == 0)
			return protocols[i];
	}
	return NULL;
}

const char *dp_protocol_scheme(const struct dp_protocol *protocol)
{
	return protocol->scheme;
}

uint16_t dp_protocol_port(const struct dp_protocol *protocol)
{
	return protocol->port;
}

bool dp_protocol_port_known(uint16_t port)
{
	for (size_t i = 0; i < sizeof(protocols) / sizeof(protocols[0]); i++) {
		if (port != 0 && protocols[i]->port == port)
			return true;
	}
	return false;
}

const char *dp_protocol_at_once_at(uint16_t port)
{
	for (size_t i = 0; i < sizeof(protocols) / sizeof(protocols[0]); i++) {
		if (port != 0 && protocols[i]->port == port && protocols[i]->step_count == 0)
			return protocols[i]->scheme;
	}
	return NULL;
}

const struct dp_service *dp_protocol_service(const struct dp_protocol *protocol)
{
	return &protocol->service;
}

bool dp_protocol_at_once(const struct dp_protocol *protocol)
{
	return protocol->step_count == 0;
}

bool dp_protocol_patient(const struct dp_protocol *protocol)
{
	return protocol->patient;
}

const char *dp_protocol_farewell(const struct dp_protocol *protocol)
{
	return protocol->farewell;
}
