/* SPDX-License-Identifier: Apache-2.0 */
#include "net/probe.h"

#include <event2/event.h>
#include <event2/event_struct.h>

#include <string.h>

#include "net/tls_session.h"
#include "port/port.h"
#include "starttls/dialogue.h"

#define READ_BYTES 4096
#define LEAVE_MS 250      /* for the peer to answer QUIT and close; behind TLS more, see shake */
#define LEAVE_BYTES 65536 /* that are read and thrown away meanwhile */

enum state { CONNECTING, TALKING, SHAKING, PARTING, DRAINING, OVER };

struct dp_probe_run {
	struct dp_probe_request request;
	struct dp_probe *probe;
	struct dp_arena *arena;
	dp_probe_done done;
	void *user;
	struct event_base *base;
	struct event event; /* readiness and time limit of what is waited for: one at a time */
	short waiting; /* for EV_READ or EV_WRITE; 0: for nothing, called from the loop at once */
	int fd;
	enum state state;
	enum dp_status begun; /* of the connection; NO_RESOURCE too when the loop takes no event */
	int64_t until_ms;     /* limit of the present step; the request's deadline comes on top */
	struct dp_dialogue dialogue;
	bool talked;    /* the dialogue was begun */
	bool asking;    /* it never greeted: does it speak TLS from the first byte? */
	size_t written; /* of its output */
	size_t drained;
	struct dp_tls_session *tls;
};

static void on_event(evutil_socket_t fd, short what, void *user);

static int64_t due_ms(const struct dp_probe_run *run)
{
	return run->until_ms < run->request.deadline_ms ? run->until_ms : run->request.deadline_ms;
}

/* Is it the whole run that is out of time, and not the peer that was slow? */
static bool deadline_passed(const struct dp_probe_run *run)
{
	return run->request.deadline_ms <= run->until_ms;
}

static void limit(struct dp_probe_run *run, unsigned ms)
{
	run->until_ms = dp_port_monotonic_ms() + ms;
}

static void wait_for(struct dp_probe_run *run, short what)
{
	int64_t left_ms = what == 0 ? 0 : due_ms(run) - dp_port_monotonic_ms();

	left_ms = left_ms < 0 ? 0 : left_ms;
	struct timeval left = { .tv_sec = (time_t)(left_ms / 1000),
		.tv_usec = (suseconds_t)(left_ms % 1000 * 1000) };

	run->waiting = what;
	if (event_assign(&run->event, run->base, what == 0 ? -1 : run->fd, what, on_event, run) ==
			0 &&
		event_add(&run->event, &left) == 0)
		return;
	/* The kernel takes no more watches: end from the loop, by a timer. */
	static const struct timeval at_once = { 0, 0 };

	run->begun = DP_NO_RESOURCE;
	run->waiting = 0;
	if (event_assign(&run->event, run->base, -1, 0, on_event, run) != 0 ||
		event_add(&run->event, &at_once) != 0)
		dp_arena_fail();
}

static void wind_up(struct dp_probe_run *run)
{
	run->state = OVER;
	(void)event_del(&run->event);
	dp_tls_close(run->tls);
	run->tls = NULL;
	dp_port_close(run->fd);
	run->fd = -1;
	if (run->talked)
		run->probe->dialogue = run->dialogue.log.data;
	run->probe->pending = false;
}

/* Nothing may be touched after this: the callback may free everything. */
static void finish(struct dp_probe_run *run)
{
	wind_up(run);
	run->done(run->user, run->probe);
}

static void set(
	struct dp_probe_run *run, enum dp_status status, enum dp_reason reason, const char *detail)
{
	run->probe->status = status;
	run->probe->reason = reason;
	run->probe->detail = detail;
}

/* Read what still comes, so that closing does not destroy what we said last (a reset would). */
static void drain(struct dp_probe_run *run)
{
	char thrown[READ_BYTES];
	size_t count;

	run->state = DRAINING;
	while (run->drained < LEAVE_BYTES) {
		enum dp_status status = dp_port_read(run->fd, thrown, sizeof(thrown), &count);

		if (status == DP_AGAIN) {
			wait_for(run, EV_READ);
			return;
		}
		if (status != DP_OK)
			break;
		run->drained += count;
	}
	finish(run);
}

static const char *farewell(const struct dp_probe_run *run)
{
	return dp_protocol_farewell(run->dialogue.protocol);
}

/* Inside TLS. The result stands already, unless the peer rejects our part of the handshake only
 * now. */
static void part(struct dp_probe_run *run)
{
	enum dp_tls_want want;

	run->state = PARTING;
	want = dp_tls_farewell(run->tls, farewell(run));
	if (want == DP_TLS_DONE)
		want = dp_tls_hear_out(run->tls);
	if (want == DP_TLS_FAILED)
		dp_tls_result(run->tls, DP_OK, run->probe, run->arena);
	switch (want) {
	case DP_TLS_READ: wait_for(run, EV_READ); break;
	case DP_TLS_WRITE: wait_for(run, EV_WRITE); break;
	case DP_TLS_DONE:
	case DP_TLS_FAILED: finish(run); break;
	}
}

/* A peer that hangs up on a clear word, or says nothing, may be one for TLS from the first byte: by
 * its port one can tell. */
static const char *with_hint(const struct dp_probe_run *run, const char *detail)
{
	const char *scheme = dp_protocol_at_once_at(run->request.port);
	enum dp_reason reason = run->dialogue.reason;

	if (scheme == NULL || detail == NULL ||
		(reason != DP_REASON_CONNECTION_LOST && reason != DP_REASON_REPLY_TIMEOUT))
		return detail;
	return dp_arena_printf(run->arena, "%s (port %u is for TLS from the first byte: %s://)",
		detail, (unsigned)run->request.port, scheme);
}

/* TLS was tried in the place of a greeting that did not come. */
static void end_asking(struct dp_probe_run *run)
{
	bool spoke = dp_tls_heard(run->tls);

	if (spoke)
		(void)dp_dialogue_spoke_tls(&run->dialogue);
	else
		(void)dp_dialogue_timed_out(&run->dialogue);
	/* A time limit all the same: a second attempt would only take as long. */
	set(run, DP_TIMEOUT, run->dialogue.reason, with_hint(run, run->dialogue.detail));
	finish(run);
}

static void shake(struct dp_probe_run *run)
{
	enum dp_tls_want want = dp_tls_step(run->tls);

	if (run->asking && (want == DP_TLS_DONE || want == DP_TLS_FAILED)) {
		end_asking(run);
		return;
	}
	switch (want) {
	case DP_TLS_READ: wait_for(run, EV_READ); break;
	case DP_TLS_WRITE: wait_for(run, EV_WRITE); break;
	case DP_TLS_FAILED:
		dp_tls_result(run->tls, DP_OK, run->probe, run->arena);
		finish(run);
		break;
	case DP_TLS_DONE:
		dp_tls_result(run->tls, DP_OK, run->probe, run->arena);
		/* In TLS 1.3 it refuses our part only now: the way there and back, as measured. */
		limit(run,
			LEAVE_MS +
				(unsigned)(dp_port_monotonic_ms() + run->request.timeout_ms -
					run->until_ms));
		part(run);
		break;
	}
}

/* The dialogue failed. Say goodbye in clear to a peer that still listens for it. */
static void end_talk(struct dp_probe_run *run, enum dp_status status)
{
	const struct dp_dialogue *dialogue = &run->dialogue;
	const char *text = farewell(run);
	size_t count;

	set(run, status, dialogue->reason, with_hint(run, dialogue->detail));
	run->probe->reply_code = dialogue->reply_code;
	if (status != DP_OK || !dialogue->answered || text == NULL ||
		dp_port_write(run->fd, text, strlen(text), &count) != DP_OK) {
		finish(run);
		return;
	}
	limit(run, LEAVE_MS);
	drain(run);
}

static bool open_tls(struct dp_probe_run *run)
{
	struct dp_tls_config config = { .fd = run->fd,
		.sni = run->request.sni,
		.offer = run->request.offer,
		.at_once = dp_protocol_at_once(run->dialogue.protocol) };

	run->tls = dp_tls_open(&config);
	if (run->tls == NULL)
		return false;
	run->state = SHAKING;
	limit(run, run->request.timeout_ms);
	return true;
}

/* The go-ahead is there. Until the ClientHello is on its way nothing can rightly come from the
 * peer. */
static void start_tls(struct dp_probe_run *run)
{
	uint8_t bytes[READ_BYTES];
	size_t count;

	run->probe->stage = DP_STAGE_HANDSHAKE;
	run->probe->sni = run->request.sni;
	if (dp_port_read(run->fd, bytes, sizeof(bytes), &count) == DP_OK) {
		(void)dp_dialogue_input(&run->dialogue, bytes, count);
		end_talk(run, DP_OK);
		return;
	}
	if (open_tls(run)) {
		shake(run);
		return;
	}
	set(run, DP_NO_RESOURCE, DP_REASON_TLS_LIMIT,
		"TLS could not be started (no memory or no entropy)");
	finish(run);
}

static enum dp_status say(struct dp_probe_run *run)
{
	const struct dp_buf *output = dp_dialogue_output(&run->dialogue);

	while (run->written < output->len) {
		size_t count;
		enum dp_status status = dp_port_write(
			run->fd, output->data + run->written, output->len - run->written, &count);

		if (status != DP_OK)
			return status;
		run->written += count;
	}
	run->written = 0;
	(void)dp_dialogue_written(&run->dialogue);
	return DP_OK;
}

static enum dp_status hear(struct dp_probe_run *run)
{
	uint8_t bytes[READ_BYTES];
	size_t count;
	enum dp_status status = dp_port_read(run->fd, bytes, sizeof(bytes), &count);

	if (status == DP_OK && dp_dialogue_input(&run->dialogue, bytes, count) == DP_DIALOGUE_WRITE)
		limit(run, run->request.timeout_ms);
	return status;
}

static enum dp_stage stage_of(enum dp_dialogue_phase phase)
{
	switch (phase) {
	case DP_PHASE_GREETING: return DP_STAGE_GREETING;
	case DP_PHASE_HELLO: return DP_STAGE_HELLO;
	case DP_PHASE_STARTTLS: return DP_STAGE_STARTTLS;
	case DP_PHASE_TLS: return DP_STAGE_HANDSHAKE;
	}
	return DP_STAGE_HANDSHAKE;
}

/* The connection broke. If it broke while we spoke, the peer's last words may still be there to
 * be read. */
static void lose_talk(struct dp_probe_run *run, enum dp_status status)
{
	while (run->dialogue.want == DP_DIALOGUE_WRITE && hear(run) == DP_OK)
		;
	(void)dp_dialogue_closed(&run->dialogue);
	end_talk(run, status);
}

static void talk(struct dp_probe_run *run)
{
	for (;;) {
		enum dp_dialogue_want want = run->dialogue.want;
		enum dp_status status = DP_OK;

		run->probe->stage = stage_of(run->dialogue.phase);
		switch (want) {
		case DP_DIALOGUE_READ: status = hear(run); break;
		case DP_DIALOGUE_WRITE: status = say(run); break;
		case DP_DIALOGUE_TLS: start_tls(run); return;
		case DP_DIALOGUE_FAILED: end_talk(run, DP_OK); return;
		}
		if (status == DP_AGAIN) {
			wait_for(run, want == DP_DIALOGUE_READ ? EV_READ : EV_WRITE);
			return;
		}
		if (status != DP_OK) {
			lose_talk(run, status);
			return;
		}
	}
}

/* RFC 5321 s4.1.3: who has no name says its address. */
static const char *address_literal(const struct dp_probe_run *run)
{
	struct dp_ip ip;
	char text[DP_IP_TEXT_MAX];

	if (!dp_port_local_ip(run->fd, &ip))
		return "[127.0.0.1]";
	return dp_arena_printf(
		run->arena, ip.family == 6 ? "[IPv6:%s]" : "[%s]", dp_ip_format(&ip, text));
}

static void fail_connect(struct dp_probe_run *run, enum dp_status status)
{
	switch (status) {
	case DP_REFUSED: set(run, status, DP_REASON_CONNECT_REFUSED, NULL); break;
	case DP_TIMEOUT: set(run, status, DP_REASON_CONNECT_TIMEOUT, NULL); break;
	case DP_RESET:
	case DP_CLOSED: set(run, status, DP_REASON_CONNECTION_LOST, "before its greeting"); break;
	case DP_OK:
	case DP_AGAIN:
	case DP_UNREACHABLE:
	case DP_NO_ROUTE:
	case DP_NO_RESOURCE:
	case DP_CANCELLED:
	case DP_INVALID:
	case DP_NOT_FOUND:
	case DP_DENIED:
	case DP_TOO_LARGE:
		set(run, status, DP_REASON_CONNECT_UNREACHABLE, dp_status_text(status));
		break;
	}
	finish(run);
}

static void end_connect(struct dp_probe_run *run)
{
	enum dp_status status = run->begun == DP_AGAIN ? dp_port_connected(run->fd) : run->begun;

	if (status == DP_AGAIN) {
		wait_for(run, EV_WRITE);
		return;
	}
	if (status != DP_OK) {
		fail_connect(run, status);
		return;
	}
	const struct dp_protocol *protocol = dp_protocol_find(run->request.protocol);
	struct dp_dialogue_names names = {
		.hello = run->request.hello != NULL ? run->request.hello : address_literal(run),
		.domain = run->request.domain != NULL ? run->request.domain : ""
	};

	dp_dialogue_start(&run->dialogue, protocol, &names, run->arena);
	run->talked = true;
	run->state = TALKING;
	limit(run,
		dp_protocol_patient(protocol) ? run->request.greeting_ms : run->request.timeout_ms);
	talk(run);
}

/* No greeting came: a server that waits for our TLS is as silent as one that is stuck, so ask. A
 * peer that comes to life now is a slow one. */
static bool ask_for_tls(struct dp_probe_run *run)
{
	if (run->state != TALKING || deadline_passed(run) || !dp_dialogue_unheard(&run->dialogue))
		return false;
	run->asking = true;
	if (!open_tls(run))
		return false;
	shake(run);
	return true;
}

static void time_is_up(struct dp_probe_run *run)
{
	if (ask_for_tls(run))
		return;
	switch (run->state) {
	case CONNECTING: set(run, DP_TIMEOUT, DP_REASON_CONNECT_TIMEOUT, NULL); break;
	case TALKING:
		(void)dp_dialogue_timed_out(&run->dialogue);
		set(run, DP_TIMEOUT, run->dialogue.reason, with_hint(run, run->dialogue.detail));
		break;
	case SHAKING:
		if (run->asking) {
			end_asking(run);
			return;
		}
		dp_tls_result(run->tls, DP_TIMEOUT, run->probe, run->arena);
		break;
	case PARTING:
	case DRAINING:
	case OVER: finish(run); return;
	}
	/* Our own time ran out: no finding about the peer. */
	if (deadline_passed(run))
		set(run, DP_TIMEOUT, DP_REASON_NONE, NULL);
	finish(run);
}

static void on_event(evutil_socket_t fd, short what, void *user)
{
	struct dp_probe_run *run = user;

	(void)fd;
	if (run->begun == DP_NO_RESOURCE && run->state != CONNECTING) {
		set(run, DP_NO_RESOURCE, DP_REASON_NONE, NULL);
		finish(run);
		return;
	}
	if (run->waiting != 0 && (what & EV_TIMEOUT) != 0) {
		/* The loop's clock may be behind: it is read once a round. */
		if (dp_port_monotonic_ms() < due_ms(run))
			wait_for(run, run->waiting);
		else
			time_is_up(run);
		return;
	}
	switch (run->state) {
	case CONNECTING: end_connect(run); break;
	case TALKING: talk(run); break;
	case SHAKING: shake(run); break;
	case PARTING: part(run); break;
	case DRAINING: drain(run); break;
	case OVER: break;
	}
}

struct dp_probe_run *dp_probe_start(struct event_base *base, const struct dp_probe_request *request,
	struct dp_probe *probe, struct dp_arena *arena, dp_probe_done done, void *user)
{
	struct dp_probe_run *run = dp_arena_alloc(arena, sizeof(*run));

	run->request = *request;
	run->probe = probe;
	run->arena = arena;
	run->done = done;
	run->user = user;
	run->base = base;
	run->state = CONNECTING;
	probe->stage = DP_STAGE_CONNECT;
	probe->alert = -1;
	limit(run, request->timeout_ms);
	run->fd = dp_port_connect(&request->ip, request->port, &run->begun);
	wait_for(run, run->begun == DP_AGAIN ? EV_WRITE : 0);
	return run;
}

void dp_probe_cancel(struct dp_probe_run *run)
{
	if (run == NULL || run->state == OVER)
		return;
	if (run->state == SHAKING && !run->asking)
		dp_tls_result(run->tls, DP_CANCELLED, run->probe, run->arena);
	/* While taking leave the result stands already. */
	if (run->state == CONNECTING || run->state == TALKING || run->state == SHAKING)
		set(run, DP_CANCELLED, DP_REASON_NONE, NULL);
	wind_up(run);
}
