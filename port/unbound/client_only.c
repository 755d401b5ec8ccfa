/*
 * What libunbound does for a daemon and never for a client, in the place of services/authzone.c,
 * services/rpz.c and validator/autotrust.c, which are an eighth of the library: authority zones and
 * response policy zones, of which there are none, and trust anchors in a file that follow RFC 5011.
 *
 * The contract is services/authzone.h, services/rpz.h and validator/autotrust.h. Functions that
 * only a loaded zone or such an anchor would call stand here because libunbound lists its callbacks
 * by address; they end the program.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "config.h"

#include <stdlib.h>

#include "services/authzone.h"
#include "services/rpz.h"

/* --- what is asked without any zone --- */

struct auth_zones *auth_zones_create(void)
{
	return calloc(1, sizeof(struct auth_zones));
}

void auth_zones_delete(struct auth_zones *az)
{
	free(az);
}

int auth_zones_apply_cfg(struct auth_zones *az, struct config_file *cfg, int setup, int *is_rpz,
	struct module_env *env, struct module_stack *mods)
{
	(void)az, (void)cfg, (void)setup, (void)is_rpz, (void)env, (void)mods;
	return 1;
}

struct auth_zone *auth_zones_find_zone(
	struct auth_zones *az, uint8_t *name, size_t name_len, uint16_t dclass)
{
	(void)az, (void)name, (void)name_len, (void)dclass;
	return NULL;
}

/* Not here, and the servers of the zone may be asked. */
int auth_zones_lookup(struct auth_zones *az, struct query_info *qinfo, struct regional *region,
	struct dns_msg **msg, int *fallback, uint8_t *dp_nm, size_t dp_nmlen)
{
	(void)az, (void)qinfo, (void)region, (void)msg, (void)dp_nm, (void)dp_nmlen;
	*fallback = 1;
	return 0;
}

int auth_zones_can_fallback(struct auth_zones *az, uint8_t *nm, size_t nmlen, uint16_t dclass)
{
	(void)az, (void)nm, (void)nmlen, (void)dclass;
	return 1;
}

int auth_zones_answer(struct auth_zones *az, struct module_env *env, struct query_info *qinfo,
	struct edns_data *edns, struct comm_reply *repinfo, struct sldns_buffer *buf,
	struct regional *temp)
{
	(void)az, (void)env, (void)qinfo, (void)edns, (void)repinfo, (void)buf, (void)temp;
	return 0;
}

/* What newer versions ask in the place of auth_zones_answer; older headers do not have it. */
int dp_no_downstream_answer(void) __asm__("auth_zones_downstream_answer");
int dp_no_downstream_answer(void)
{
	return 0;
}

struct dns_msg *rpz_callback_from_iterator_module(
	struct module_qstate *qstate, struct iter_qstate *iq)
{
	(void)qstate, (void)iq;
	return NULL;
}

struct dns_msg *rpz_callback_from_iterator_cname(
	struct module_qstate *qstate, struct iter_qstate *iq)
{
	(void)qstate, (void)iq;
	return NULL;
}

enum rpz_action respip_action_to_rpz_action(enum respip_action a)
{
	(void)a;
	return RPZ_INVALID_ACTION;
}

enum respip_action rpz_action_to_respip_action(enum rpz_action a)
{
	(void)a;
	return respip_none;
}

const char *rpz_action_to_string(enum rpz_action a)
{
	(void)a;
	return "none";
}

/* --- callbacks that nothing sets --- */

int auth_zone_cmp(const void *z1, const void *z2)
{
	(void)z1, (void)z2;
	abort();
}

int auth_data_cmp(const void *z1, const void *z2)
{
	(void)z1, (void)z2;
	abort();
}

int auth_xfer_cmp(const void *z1, const void *z2)
{
	(void)z1, (void)z2;
	abort();
}

void auth_xfer_timer(void *arg)
{
	(void)arg;
	abort();
}

void auth_xfer_probe_timer_callback(void *arg)
{
	(void)arg;
	abort();
}

void auth_xfer_transfer_timer_callback(void *arg)
{
	(void)arg;
	abort();
}

int auth_xfer_probe_udp_callback(
	struct comm_point *c, void *arg, int err, struct comm_reply *repinfo)
{
	(void)c, (void)arg, (void)err, (void)repinfo;
	abort();
}

int auth_xfer_transfer_tcp_callback(
	struct comm_point *c, void *arg, int err, struct comm_reply *repinfo)
{
	(void)c, (void)arg, (void)err, (void)repinfo;
	abort();
}

int auth_xfer_transfer_http_callback(
	struct comm_point *c, void *arg, int err, struct comm_reply *repinfo)
{
	(void)c, (void)arg, (void)err, (void)repinfo;
	abort();
}

void auth_xfer_probe_lookup_callback(void *arg, int rcode, struct sldns_buffer *buf,
	enum sec_status sec, char *why_bogus, int was_ratelimited)
{
	(void)arg, (void)rcode, (void)buf, (void)sec, (void)why_bogus, (void)was_ratelimited;
	abort();
}

void auth_xfer_transfer_lookup_callback(void *arg, int rcode, struct sldns_buffer *buf,
	enum sec_status sec, char *why_bogus, int was_ratelimited)
{
	(void)arg, (void)rcode, (void)buf, (void)sec, (void)why_bogus, (void)was_ratelimited;
	abort();
}

void auth_zonemd_dnskey_lookup_callback(void *arg, int rcode, struct sldns_buffer *buf,
	enum sec_status sec, char *why_bogus, int was_ratelimited)
{
	(void)arg, (void)rcode, (void)buf, (void)sec, (void)why_bogus, (void)was_ratelimited;
	abort();
}

/* --- trust anchors that are kept in a file (RFC 5011): there are none --- */

/* No header: the arguments, which nothing here looks at, differ between versions of the library. */
enum { AUTR_GLOBAL_BYTES = 256 }; /* more than its structure has, zeroed */

void *autr_global_create(void);
void autr_global_delete(void *global);
int autr_read_file(void *anchors, const char *name);
void autr_debug_print(void *anchors);
void autr_point_delete(void *point);
int autr_process_prime(void);
int probetree_cmp(const void *x, const void *y);
void probe_answer_cb(void);

void *autr_global_create(void)
{
	return calloc(1, AUTR_GLOBAL_BYTES);
}

void autr_global_delete(void *global)
{
	free(global);
}

int autr_read_file(void *anchors, const char *name)
{
	(void)anchors, (void)name;
	return 0;
}

void autr_debug_print(void *anchors)
{
	(void)anchors;
}

void autr_point_delete(void *point)
{
	(void)point;
	abort();
}

int autr_process_prime(void)
{
	abort();
}

int probetree_cmp(const void *x, const void *y)
{
	(void)x, (void)y;
	abort();
}

void probe_answer_cb(void)
{
	abort();
}
